/* The workbench with a teacher behind a network: the server of the tests. */
#include "ui-stage.h"

#include <locale.h>

#include "server.h"
#include "store/teacher_store.h"
#include "store/template_store.h"

static struct server *server;
static const struct project_label labels[] = {{"billing", NULL}, {"shipping", NULL}};

static const char template[] =
  "---\n"
  "name: notes\n"
  "count: 4\n"
  "attributes:\n"
  "  topic: [boots, lamps]\n"
  "---\n"
  "user:\n"
  "Write {{ count }} notes of the kind {{ label }} about {{ topic }}.\n";

static void
put_on(struct stage *s, const char *name, int view)
{
  struct teacher_row row = {.name = (char *)"remote", .kind = (char *)"http", .url = server->url, .model = (char *)"m",
                            .key_env = (char *)"", .settings = (char *)"{}", .price_in = 1, .price_out = 2,
                            .concurrency = 2};
  struct err e = {0};

  server_clear(server);
  stage_project(s, name, TASK_CLASSIFY, labels, 2);
  if (teacher_store_put(s->project, &row, NULL, 0, NULL, &e) < 0
      || template_store_put(s->project, "notes", template, NULL, &e) < 0)
    fail_msg("%s", e.message);
  stage_open(s, 30, 120);
  workbench_go(s->w, view);
  stage_settle(s);
}

/* What the teacher names is a draft, which the person saves. */
static void
attributes_are_proposed(void **state)
{
  struct stage s;
  struct template_row row = {0};
  struct err e = {0};

  (void)state;
  put_on(&s, "proposed", 0);
  stage_keys(&s, "P Enter");
  stage_screen(&s, "templates-proposed");
  stage_assert_shows(&s, "+  tone_of_voice:");
  stage_assert_shows(&s, "changed, not saved");
  stage_keys(&s, "C-s");
  if (template_store_get(s.project, "notes", 0, &row, &e))
    fail_msg("%s", e.message);
  assert_int_equal(row.version, 2);
  assert_non_null(strstr(row.source, "tone_of_voice:"));
  template_row_release(&row);
  stage_keys(&s, "2");
  stage_assert_shows(&s, "Nothing has been generated yet");   /* it is no job */
  stage_close(&s);
}

/* The reply of `t` is asked for as a stream, and stands on the board while it comes. */
static void
a_trial_is_streamed(void **state)
{
  struct stage s;
  struct activity tried;
  char *text;

  (void)state;
  put_on(&s, "streamed", 0);
  stage_keys(&s, "t");
  stage_assert_shows(&s, "the parser finds 10 texts");
  assert_int_equal(server->n, 1);
  assert_true(server->log[0].streamed);
  assert_true(board_get(project_board(s.project), 1, &tried));
  assert_int_equal(tried.kind, ACTIVITY_OTHER);
  assert_int_equal(tried.state, ACTIVITY_DONE);
  text = board_get_stream(project_board(s.project), 1);
  assert_non_null(text);
  assert_non_null(strstr(text, "\"]"));
  free(text);
  stage_close(&s);
}

/* A job from the form to its end; its money is counted, its reply was shown. */
static void
a_job_goes_over_the_network(void **state)
{
  struct stage s;

  (void)state;
  put_on(&s, "network", 1);
  stage_keys(&s, "n Enter Enter");
  stage_assert_shows(&s, "requests 4 of 4");
  stage_assert_shows(&s, "per 1 000 kept $");
  assert_int_equal(server_answered(server), 4);
  stage_keys(&s, "c c Right");
  stage_assert_shows(&s, "topic boots");
  stage_close(&s);
}

static int
up(void **state)
{
  server = server_start();
  return stage_folder_make(state);
}

static int
down(void **state)
{
  server_stop(server);
  return stage_folder_remove(state);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(attributes_are_proposed),
    cmocka_unit_test(a_trial_is_streamed),
    cmocka_unit_test(a_job_goes_over_the_network),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, up, down);
}
