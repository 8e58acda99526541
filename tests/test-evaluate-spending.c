/* spending: what teachers were paid, how good they are, and when a student has paid for itself; from the requests and
 * predictions of a real project file. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "evaluate/metric.h"
#include "evaluate/spending.h"
#include "store/job_store.h"
#include "store/run_store.h"
#include "store/teacher_store.h"

#define assert_near(a, b) assert_true(fabs((a) - (b)) < 1e-12)

static char folder[64];
static struct project *project;

static void
must(int rc, const struct err *e)
{
  if (rc < 0)
    fail_msg("%s", e->message);
}

static int
set_up(void **state)
{
  static const struct project_label labels[] = {{"a", NULL}, {"b", NULL}, {"c", NULL}};
  struct err e = {0};
  char path[128];

  (void)state;
  snprintf(folder, sizeof folder, "%s", "/tmp/retort-spending-XXXXXX");
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/x.retort", folder);
  must(project_create(path, TASK_CLASSIFY, labels, N_OF(labels), &e), &e);
  project = project_open(path, PROJECT_WRITE, &e);
  if (!project)
    fail_msg("%s", e.message);
  return 0;
}

static int
tear_down(void **state)
{
  char command[160];

  (void)state;
  project_close(project, NULL);
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command) == 0 ? 0 : -1;
}

static uint32_t
put_teacher(const char *name, const char *kind)
{
  struct teacher_row row = {.name = (char *)(uintptr_t)name, .kind = (char *)(uintptr_t)kind, .url = (char *)"http://127.0.0.1/",
                            .model = (char *)"m-1", .key_env = (char *)"", .price_in = NAN, .price_out = NAN,
                            .settings = (char *)"{}"};
  struct err e = {0};
  uint32_t id;

  must(teacher_store_put(project, &row, NULL, 0, &id, &e), &e);
  return id;
}

/* A request of a job: who answers, about which texts, for how much, in how many milliseconds. */
struct asked {
  uint32_t teacher;
  const char *about;             /* a letter a sample: 'A' is 1; "": none */
  double usd;
  int ms;
  bool cached;
};

static void
add_job(const char *kind, uint32_t teacher, const struct asked *asked, size_t n)
{
  struct job_row job = {.kind = (char *)(uintptr_t)kind, .params = (char *)"{}", .key = (char *)"", .message = (char *)"",
                        .teacher_id = teacher};
  struct request_row *rows = xcalloc(n, sizeof *rows);
  struct err e = {0};
  uint32_t id;

  must(job_store_add(project, &job, &id, &e), &e);
  for (size_t i = 0; i < n; i++) {
    struct request_row *r = &rows[i];

    *r = (struct request_row){.key = xasprintf("%u-%zu", id, i), .label = LABEL_NONE, .attributes = xstrdup(""),
                              .messages = xstrdup("[]"), .params = xstrdup("{}"), .error = xstrdup(""),
                              .n_subjects = strlen(asked[i].about), .teacher_id = asked[i].teacher};
    r->wanted = (uint32_t)r->n_subjects;
    r->subjects = xcalloc(r->n_subjects + 1, sizeof *r->subjects);
    for (size_t k = 0; k < r->n_subjects; k++)
      r->subjects[k] = (uint32_t)(asked[i].about[k] - 'A' + 1);
  }
  must(job_store_plan(project, id, rows, n, &e), &e);
  for (size_t i = 0; i < n; i++) {
    struct request_row *r = &rows[i];

    r->reply = xstrdup("{}");
    r->n_reply = 2;
    r->http_status = 200;
    r->cost_usd = asked[i].usd;
    r->cached = asked[i].cached;
    r->tokens_in = 100;
    r->tokens_out = 10;
    r->sent_ms = 5000;
    r->answered_ms = 5000 + asked[i].ms;
  }
  must(job_store_reply(project, rows, n - 1, &e), &e);   /* the last one is still under way */
  request_rows_free(rows, n);
}

static void
what_was_paid_is_added_up(void **state)
{
  struct found_spending s = {.person_minutes = 7, .person_usd_per_hour = 30};
  struct err e = {0};
  uint32_t t = put_teacher("large", "http");

  (void)state;
  must(spending_read(project, &s, &e), &e);
  assert_int_equal(s.n_requests, 0);
  assert_true(s.generation_usd == 0 && s.annotation_usd == 0);
  add_job("generate", t, (struct asked[]){{0, "", .5, 9, false}, {0, "", .25, 9, false}, {0, "", 4, 9, true}, {.about = ""}}, 4);
  add_job("try", t, (struct asked[]){{0, "", .125, 9, false}, {.about = ""}}, 2);
  add_job("annotate", t, (struct asked[]){{0, "AB", .0625, 9, false}, {.about = ""}}, 2);
  must(spending_read(project, &s, &e), &e);
  assert_near(s.generation_usd, .875);
  assert_near(s.annotation_usd, .0625);
  assert_int_equal(s.n_requests, 4);
  assert_near(s.tokens_in, 400);
  assert_near(s.tokens_out, 40);
  assert_near(s.person_minutes, 7);
  assert_near(s.person_usd_per_hour, 30);
  add_job("annotate", t, (struct asked[]){{0, "C", NAN, 9, false}, {.about = ""}}, 2);
  must(spending_read(project, &s, &e), &e);
  assert_near(s.generation_usd, .875);
  assert_true(isnan(s.annotation_usd));
}

static void
labels_cost_what_was_paid_for_a_text(void **state)
{
  struct err e = {0};
  uint32_t one = put_teacher("one", "http"), two = put_teacher("two", "http"), none = put_teacher("none", "replay");
  double usd;

  (void)state;
  /* three votes on each of two texts cost all three; found again: nothing; the second teacher's is not the first's */
  add_job("annotate", one, (struct asked[]){{0, "A", .01, 1, false}, {0, "A", .01, 1, false}, {0, "A", .01, 1, false},
                                            {0, "B", .01, 1, false}, {0, "B", .01, 1, false}, {0, "B", .01, 1, false},
                                            {0, "CDEF", 9, 1, true}, {two, "A", .5, 1, false}, {.about = ""}}, 9);
  add_job("generate", one, (struct asked[]){{0, "A", 77, 1, false}, {.about = ""}}, 2);
  must(teacher_usd_per_text(project, one, &usd, &e), &e);
  assert_near(usd, .03);
  must(teacher_usd_per_text(project, two, &usd, &e), &e);
  assert_near(usd, .5);
  must(teacher_usd_per_text(project, none, &usd, &e), &e);
  assert_true(isnan(usd));
  /* the same texts by another job were paid again */
  add_job("annotate", one, (struct asked[]){{0, "AB", .02, 1, false}, {.about = ""}}, 2);
  must(teacher_usd_per_text(project, one, &usd, &e), &e);
  assert_near(usd, .02);
  add_job("annotate", one, (struct asked[]){{0, "G", NAN, 1, false}, {.about = ""}}, 2);
  must(teacher_usd_per_text(project, one, &usd, &e), &e);
  assert_true(isnan(usd));
}

static void
teachers_are_held_against_the_truth(void **state)
{
  static const uint32_t test[] = {9, 2, 5, 7, 3};       /* in any order */
  static const int32_t truth[] = {0, 1, 2, 1, METRIC_NONE};
  static const struct prediction said[] = {{2, 1, 1}, {3, 0, 1}, {5, LABEL_NONE, 0}, {9, 1, 1}, {44, 1, 1}};
  struct found_teacher *found;
  struct interval wilson = wilson_interval(1, 3, .95);
  struct err e = {0};
  uint32_t live, recorded;
  size_t n;

  (void)state;
  put_teacher("silent", "http");
  live = put_teacher("live", "http");
  recorded = put_teacher("recorded", "replay");
  must(run_store_put_predictions(project, PREDICTOR_TEACHER, live, said, N_OF(said), NULL, 0, &e), &e);
  must(run_store_put_predictions(project, PREDICTOR_TEACHER, recorded, said, 1, NULL, 0, &e), &e);
  add_job("annotate", live, (struct asked[]){{0, "B", .02, 300, false}, {0, "E", .04, 500, false}, {0, "I", .06, 100, false},
                                             {recorded, "B", .01, 800, false}, {.about = ""}}, 5);
  must(teachers_find(project, test, N_OF(test), truth, NULL, 3, &found, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_string_equal(found[0].name, "live");
  assert_string_equal(found[0].model, "m-1");
  assert_int_equal(found[0].n, 3);               /* not 7, never asked; not 3, without a truth */
  assert_int_equal(found[0].n_unanswered, 1);
  assert_near(found[0].accuracy, 1. / 3);
  assert_near(found[0].ci95.lo, wilson.lo);
  assert_near(found[0].ci95.hi, wilson.hi);
  assert_near(found[0].macro_f1, 2. / 9);        /* b: 2/3, a and c: 0 */
  assert_near(found[0].usd_per_text, .04);
  assert_near(found[0].ms_per_request, 300);
  assert_near(found[1].accuracy, 1);
  assert_near(found[1].usd_per_text, .01);
  assert_true(isnan(found[1].ms_per_request));
  teachers_free(found, n);
}

static void
sets_are_held_against_the_truth(void **state)
{
  static const uint32_t test[] = {2, 3, 5};
  static const uint8_t truth[] = {1, 1, 0, 0, 0, 0, 0, 1, 0};
  static const struct prediction said[] = {{2, 0, .6f}, {3, LABEL_NONE, 0}, {5, 0, 1}};
  static const float vectors[] = {.6f, .5f, .4f, .1f, 0, 0, 1, 1, 0};
  struct found_teacher *found;
  struct err e = {0};
  size_t n;
  uint32_t id = put_teacher("sets", "replay");

  (void)state;
  must(run_store_put_predictions(project, PREDICTOR_TEACHER, id, said, N_OF(said), vectors, 3, &e), &e);
  must(teachers_find(project, test, N_OF(test), NULL, truth, 3, &found, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_int_equal(found[0].n, 3);
  assert_near(found[0].accuracy, 2. / 3);        /* {a, b}; none; not {a, b} for {b} */
  teachers_free(found, n);
}

static void
a_student_pays_for_itself_or_never(void **state)
{
  (void)state;
  assert_near(break_even(10, .002, 0), 5000);
  assert_near(break_even(10, .003, .001), 5000);
  assert_near(break_even(0, .002, 0), 0);
  assert_true(isinf(break_even(10, .001, .001)) && isinf(break_even(10, .001, .002)));
  assert_true(isnan(break_even(NAN, .002, 0)) && isnan(break_even(10, NAN, 0)) && isnan(break_even(10, .1, NAN)));
}

int
main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    WITH(what_was_paid_is_added_up),
    WITH(labels_cost_what_was_paid_for_a_text),
    WITH(teachers_are_held_against_the_truth),
    WITH(sets_are_held_against_the_truth),
    cmocka_unit_test(a_student_pays_for_itself_or_never),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
