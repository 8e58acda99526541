/* The view Templates: keys in, screens out. */
#include "tests/recorded-scene.h"

#include <locale.h>

#include "base/mem.h"
#include "store/job_store.h"
#include "store/template_store.h"

static void
templates_at_four_sizes(void **state)
{
  struct stage s;

  (void)state;
  recorded_open(&s, "templates", 30, 100, 0);
  stage_screen(&s, "templates-100x30");
  recorded_resize(&s, 24, 80);
  stage_screen(&s, "templates-80x24");
  recorded_resize(&s, 16, 60);
  stage_screen(&s, "templates-60x16");
  recorded_resize(&s, 60, 200);
  stage_screen(&s, "templates-200x60");
  stage_close(&s);
}

static void
templates_step_through_the_plan(void **state)
{
  struct stage s;

  (void)state;
  recorded_open(&s, "plan", 30, 120, 0);
  stage_assert_shows(&s, "label billing  topic boots  (1 of 2)");
  stage_assert_shows(&s, "labelled \"billing\"");
  stage_keys(&s, "L A");
  stage_assert_shows(&s, "label shipping  topic lamps  (2 of 2)");
  stage_assert_shows(&s, "labelled \"shipping\"");
  stage_keys(&s, "A l l");
  stage_assert_shows(&s, "label returns  topic boots  (1 of 2)");
  stage_close(&s);
}

static uint32_t
newest_version(struct stage *s, const char *name)
{
  struct template_row row = {0};
  struct err e = {0};
  uint32_t version;

  if (template_store_get(s->project, name, 0, &row, &e))
    fail_msg("%s", e.message);
  version = row.version;
  template_row_release(&row);
  return version;
}

/* A mistake says where it is, is not saved, and is there again after a restart; put right it makes a version. */
static void
a_mistake_loses_nothing(void **state)
{
  struct stage s;
  struct template_row row = {0};
  struct err e = {0};

  (void)state;
  recorded_open(&s, "mistake", 24, 80, 0);
  stage_keys(&s, "e PgDn PgDn Up End <  And {{ lable }}.> C-s");
  stage_assert_shows(&s, "line 11, column 78: ");
  stage_assert_shows(&s, "'lable'");
  stage_assert_shows(&s, "as it was before the mistake");
  stage_screen(&s, "templates-mistake");
  assert_int_equal(newest_version(&s, "tickets"), 1);
  stage_keys(&s, "Esc F3 F1");
  stage_assert_shows(&s, "changed, not saved");
  stage_leave(&s);

  stage_open(&s, 24, 80);
  workbench_go(s.w, 0);
  stage_assert_shows(&s, "'lable'");
  stage_assert_shows(&s, "changed, not saved");
  stage_keys(&s, "e PgDn PgDn Up End Left Left Left Left BS BS <el> C-s");
  stage_assert_shows(&s, "v2");
  assert_int_equal(newest_version(&s, "tickets"), 2);
  if (template_store_get(s.project, "tickets", 0, &row, &e))
    fail_msg("%s", e.message);
  assert_non_null(strstr(row.source, "about {{ topic }}.  And {{ label }}.\n"));
  template_row_release(&row);
  assert_false(stage_shows(&s, "not saved"));
  recorded_resize(&s, 24, 120);
  stage_keys(&s, "Esc d Enter");
  stage_assert_shows(&s, "+Write {{ count }} messages");
  stage_screen(&s, "templates-diff");
  stage_keys(&s, "Esc v 2");
  stage_assert_shows(&s, "v2 is the newest");
  stage_close(&s);
}

static void
templates_are_made_copied_and_hidden(void **state)
{
  struct stage s;

  (void)state;
  stage_project(&s, "made", TASK_PAIR, recorded_labels, RECORDED_LABELS);
  stage_open(&s, 24, 80);
  workbench_go(s.w, 0);
  stage_screen(&s, "templates-none");
  stage_keys(&s, "n <pairs> Enter");
  assert_int_equal(newest_version(&s, "pairs"), 1);
  stage_assert_shows(&s, "editing");
  stage_keys(&s, "Esc");
  stage_assert_shows(&s, "\"text2\"");   /* the starter is for pairs, and renders */
  stage_keys(&s, "c");
  stage_assert_shows(&s, "pairs-2");
  stage_keys(&s, "Enter Esc");
  assert_int_equal(newest_version(&s, "pairs-2"), 1);
  stage_keys(&s, "X y");
  stage_assert_shows(&s, "removed");
  stage_keys(&s, "g");
  assert_false(stage_shows(&s, "pairs-2"));
  stage_close(&s);
}

/* Every task's starter is a template without a mistake. */
static void
starters_render(void **state)
{
  (void)state;
  for (int task = 0; task < N_TASKS; task++) {
    struct stage s;
    char name[20];

    snprintf(name, sizeof name, "starter%d", task);
    stage_project(&s, name, (enum task)task, recorded_labels, RECORDED_LABELS);
    stage_open(&s, 40, 120);
    workbench_go(s.w, 0);
    stage_keys(&s, "n <first> Enter");
    stage_assert_shows(&s, "label billing  topic everyday life");
    assert_false(stage_shows(&s, "before the mistake"));
    stage_close(&s);
  }
}

static void
a_request_is_tried_once(void **state)
{
  struct stage s;
  struct job_row *jobs;
  struct err e = {0};
  size_t n;

  (void)state;
  recorded_open(&s, "try", 30, 100, 0);
  stage_keys(&s, "t");
  stage_assert_shows(&s, "the parser finds 3 texts");
  stage_assert_shows(&s, "would be dropped: duplicate");
  stage_screen(&s, "templates-tried");
  stage_keys(&s, "Esc L A t");
  stage_assert_shows(&s, "the parser makes nothing of it");
  assert_int_equal(corpus_count(project_corpus(s.project)), 9);   /* nothing came into the corpus */
  stage_keys(&s, "L t");                                          /* returns, lamps: no recording */
  stage_assert_shows(&s, "no recording");
  if (job_store_list(s.project, &jobs, &n, &e) < 0)
    fail_msg("%s", e.message);
  assert_int_equal(n, 3);
  job_rows_free(jobs, n);
  stage_keys(&s, "l l t");
  stage_keys(&s, "A t");
  stage_assert_shows(&s, "answered before, nothing paid");        /* the first one again */
  stage_keys(&s, "2");
  stage_assert_shows(&s, "Nothing has been generated yet");       /* a trial is no job */
  stage_close(&s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(templates_at_four_sizes),
    cmocka_unit_test(templates_step_through_the_plan),
    cmocka_unit_test(a_mistake_loses_nothing),
    cmocka_unit_test(templates_are_made_copied_and_hidden),
    cmocka_unit_test(starters_render),
    cmocka_unit_test(a_request_is_tried_once),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, stage_folder_make, stage_folder_remove);
}
