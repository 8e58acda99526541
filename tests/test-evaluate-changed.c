/* changed and alike: what two rows of an experiment answer differently, and who says the same, from trainings that are
 * written into a real project file as an experiment writes them. */
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
#include "evaluate/alike.h"
#include "evaluate/changed.h"
#include "store/experiment_store.h"
#include "store/run_store.h"
#include "store/teacher_store.h"

#define N_TEXTS 6
#define N_SEEDS 3
#define assert_near(a, b) assert_true(fabs((a) - (b)) < 1e-12)

static char folder[64];
static struct project *project;
static uint32_t ids[N_TEXTS] = {11, 12, 13, 14, 15, 16};
static const uint16_t truth[N_TEXTS] = {0, 1, 2, 0, 1, 2};

static void
must(int rc, const struct err *e)
{
  if (rc < 0)
    fail_msg("%s", e->message);
}

static void
open_project(enum task task)
{
  static const struct project_label labels[] = {{"a", NULL}, {"b", NULL}, {"c", NULL}};
  struct err e = {0};
  char path[128];

  snprintf(folder, sizeof folder, "%s", "/tmp/retort-changed-XXXXXX");
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/x.retort", folder);
  must(project_create(path, task, labels, N_OF(labels), &e), &e);
  project = project_open(path, PROJECT_WRITE, &e);
  if (!project)
    fail_msg("%s", e.message);
  must(experiment_store_put(project, "x", "{}", "", NULL, NULL, &e), &e);
}

static int
set_up(void **state)
{
  (void)state;
  open_project(TASK_CLASSIFY);
  return 0;
}

static int
set_up_sets(void **state)
{
  (void)state;
  open_project(TASK_MULTILABEL);
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

static void
put_fit(const char *key, const void *said, size_t n_said, const uint8_t *right, size_t n_right)
{
  struct err e = {0};
  struct fit_row fit = {.key = (char *)(uintptr_t)key, .experiment = 1, .said = (void *)(uintptr_t)said,
                        .n_said = n_said, .right = (void *)(uintptr_t)right, .n_right = n_right,
                        .measured = (char *)"{}"};

  must(experiment_store_put_fit(project, &fit, &e), &e);
}

/* The labels as digits: "012012" is all right. */
static void
put_labels(const char *key, const char *digits)
{
  uint16_t said[N_TEXTS];
  uint8_t right[N_TEXTS];

  for (size_t i = 0; i < N_TEXTS; i++) {
    said[i] = (uint16_t)(digits[i] - '0');
    right[i] = said[i] == truth[i];
  }
  put_fit(key, said, sizeof said, right, sizeof right);
}

static char *seed_keys[] = {(char *)"s1", (char *)"s2", (char *)"s3"};
static char *both_keys[] = {(char *)"b1", (char *)"b2", (char *)"b3"};
static struct found_row rows[2] = {
  {.name = (char *)"seed", .student = (char *)"linear", .is_first = true, .fits = seed_keys, .n_fits = N_SEEDS},
  {.name = (char *)"both", .student = (char *)"linear", .is_told = true, .fits = both_keys, .n_fits = N_SEEDS}};
static const struct findings findings = {.name = (char *)"x", .rows = rows, .n_rows = 2, .n_seeds = N_SEEDS, .n_test = N_TEXTS,
                                         .test_ids = ids, .n_test_ids = N_TEXTS};

/* Text by text: always right; fixed in all seeds; fixed in two of three; broken in all; wrong in both in another way;
 * right in two seeds instead of three. */
static void
put_all(void)
{
  static const char *const before[] = {"000002", "000002", "001002"}, *const after[] = {"012122", "012122", "010120"};

  for (size_t i = 0; i < N_SEEDS; i++) {
    put_labels(seed_keys[i], before[i]);
    put_labels(both_keys[i], after[i]);
  }
}

static void
expect(const struct changed_text *t, uint32_t id, enum changed_kind kind, unsigned right_before, unsigned right_after,
       unsigned said_before, unsigned said_after)
{
  assert_int_equal(t->id, id);
  assert_int_equal(t->kind, kind);
  assert_int_equal(t->right_before, right_before);
  assert_int_equal(t->right_after, right_after);
  assert_int_equal(t->said_before, said_before);
  assert_int_equal(t->said_after, said_after);
}

static void
broken_and_fixed_texts_are_found(void **state)
{
  struct changed c;
  struct err e = {0};

  (void)state;
  put_all();
  must(changed_find(project, &findings, 0, 1, &c, &e), &e);
  assert_int_equal(c.n, 5);
  assert_int_equal(c.count[CHANGED_BROKEN], 1);
  assert_int_equal(c.count[CHANGED_FIXED], 2);
  assert_int_equal(c.count[CHANGED_OTHER], 2);
  assert_int_equal(c.n_test, N_TEXTS);
  expect(&c.texts[0], 14, CHANGED_BROKEN, 3, 0, 0, 1);
  expect(&c.texts[1], 12, CHANGED_FIXED, 0, 3, 0, 1);
  expect(&c.texts[2], 13, CHANGED_FIXED, 0, 2, 0, 2);
  expect(&c.texts[3], 16, CHANGED_OTHER, 3, 2, 2, 2);   /* moved more than the next, which is wrong either way */
  expect(&c.texts[4], 15, CHANGED_OTHER, 0, 0, 0, 2);
  changed_release(&c);
  must(changed_find(project, &findings, 1, 0, &c, &e), &e);
  assert_int_equal(c.count[CHANGED_BROKEN], 2);
  assert_int_equal(c.count[CHANGED_FIXED], 1);
  changed_release(&c);
  must(changed_find(project, &findings, 1, 1, &c, &e), &e);
  assert_int_equal(c.n, 0);
  changed_release(&c);
}

static void
one_seed_of_two_is_not_most(void **state)
{
  struct found_row two[2] = {rows[0], rows[1]};
  struct findings f = findings;
  struct changed c;
  struct err e = {0};

  (void)state;
  put_labels("s1", "000000");
  put_labels("s2", "010000");
  put_labels("b1", "010000");
  put_labels("b2", "010000");
  two[0].n_fits = two[1].n_fits = 2;
  f.rows = two;
  must(changed_find(project, &f, 0, 1, &c, &e), &e);
  assert_int_equal(c.n, 1);
  expect(&c.texts[0], 12, CHANGED_OTHER, 1, 2, 0, 1);
  changed_release(&c);
}

static void
a_training_that_is_gone_is_told(void **state)
{
  struct found_agreement a;
  struct changed c;
  struct err e = {0};

  (void)state;
  put_all();
  must(experiment_store_remove(project, "x", &e), &e);
  assert_int_equal(changed_find(project, &findings, 0, 1, &c, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  assert_non_null(strstr(e.message, "'seed' with linear"));
  assert_non_null(strstr(e.message, "run experiment 'x' again"));
  changed_release(&c);
  assert_int_equal(alike_find(project, &findings, &a, &e), -1);
  assert_null(a.names);
  put_all();
  put_fit("b2", "\0\0", 2, (const uint8_t *)"\1", 1);
  assert_int_equal(changed_find(project, &findings, 0, 1, &c, &e), -1);
  assert_non_null(strstr(e.message, "other test texts"));
  changed_release(&c);
}

static void
sets_are_compared_whole(void **state)
{
  struct found_row one[2] = {rows[0], rows[1]};
  struct findings f = findings;
  struct found_agreement a;
  struct changed c;
  struct err e = {0};

  (void)state;
  /* text 11: a right set becomes a wrong one; 12: none becomes {b}, right */
  put_fit("s1", "\1\1\0\0\0\0", 6, (const uint8_t *)"\1\0", 2);
  put_fit("b1", "\1\0\0\0\1\0", 6, (const uint8_t *)"\0\1", 2);
  one[0].n_fits = one[1].n_fits = 1;
  f.rows = one;
  f.n_test_ids = 2;
  must(changed_find(project, &f, 0, 1, &c, &e), &e);
  assert_int_equal(c.n, 2);
  expect(&c.texts[0], 11, CHANGED_BROKEN, 1, 0, LABEL_NONE, LABEL_NONE);
  expect(&c.texts[1], 12, CHANGED_FIXED, 0, 1, LABEL_NONE, LABEL_NONE);
  changed_release(&c);
  put_fit("b1", "\1\1\0\0\1\0", 6, (const uint8_t *)"\0\1", 2);
  must(alike_find(project, &f, &a, &e), &e);
  assert_near(a.same[1], .5);
  for (size_t i = 0; i < a.n_names; i++)
    free(a.names[i]);
  free(a.names);
  free(a.same);
}

static uint32_t
put_teacher(const char *name, const struct prediction *said, size_t n)
{
  struct teacher_row row = {.name = (char *)(uintptr_t)name, .kind = (char *)"replay", .url = (char *)"", .model = (char *)"",
                            .key_env = (char *)"", .price_in = NAN, .price_out = NAN, .settings = (char *)"{}"};
  struct err e = {0};
  uint32_t id;

  must(teacher_store_put(project, &row, NULL, 0, &id, &e), &e);
  if (n)
    must(run_store_put_predictions(project, PREDICTOR_TEACHER, id, said, n, NULL, 0, &e), &e);
  return id;
}

static void
rows_and_teachers_are_compared(void **state)
{
  /* asked about four texts, of which one stands not in the test; no answer to one */
  static const struct prediction said[] = {{11, 0, 1}, {12, 1, 1}, {13, LABEL_NONE, 0}, {40, 0, 1}};
  static const struct prediction other[] = {{13, LABEL_NONE, 0}, {16, 2, 1}}, one[] = {{15, 1, 1}};
  struct found_agreement a;
  struct err e = {0};

  (void)state;
  put_all();
  put_teacher("elsewhere", NULL, 0);
  put_teacher("large", said, N_OF(said));
  put_teacher("last", other, N_OF(other));
  put_teacher("one", one, N_OF(one));
  must(alike_find(project, &findings, &a, &e), &e);
  assert_int_equal(a.n_names, 5);
  assert_int_equal(a.n_same, 25);
  assert_string_equal(a.names[0], "linear seed");
  assert_string_equal(a.names[1], "linear both");
  assert_string_equal(a.names[2], "large");
  assert_near(a.same[0], 1);
  assert_near(a.same[1], (2 + 2 + 1) / 18.);  /* of six texts, seed for seed */
  assert_near(a.same[5], a.same[1]);
  assert_near(a.same[2], 1. / 3);             /* linear seed and the teacher: text 11 of three */
  assert_near(a.same[7], 2. / 3);             /* linear both: 11 and 12 */
  assert_near(a.same[3], 1. / 2);             /* of 13 and 16 */
  assert_near(a.same[8], 1. / 3);             /* the third seed says something else of 16 */
  assert_true(a.same[13] == 0);               /* neither answered: nobody says the same */
  assert_true(isnan(a.same[14]));             /* never asked about the same text */
  for (size_t i = 0; i < a.n_names; i++)
    free(a.names[i]);
  free(a.names);
  free(a.same);
}

static void
too_many_rows_leave_out_those_that_are_not_told(void **state)
{
  struct found_row many[ALIKE_ROWS + 4];
  struct findings f = findings;
  struct found_agreement a;
  struct err e = {0};

  (void)state;
  put_all();
  for (size_t i = 0; i < N_OF(many); i++) {
    many[i] = rows[0];
    many[i].is_told = many[i].is_first = false;
    many[i].first = N_OF(many) - 2;
    many[i].name = (char *)"another";
  }
  many[N_OF(many) - 1] = rows[1];
  many[N_OF(many) - 1].first = N_OF(many) - 2;
  many[N_OF(many) - 2].name = (char *)"first";
  f.rows = many;
  f.n_rows = N_OF(many);
  must(alike_find(project, &f, &a, &e), &e);
  assert_int_equal(a.n_names, ALIKE_ROWS);
  assert_string_equal(a.names[ALIKE_ROWS - 1], "linear both");
  assert_string_equal(a.names[ALIKE_ROWS - 2], "linear first");
  assert_string_equal(a.names[ALIKE_ROWS - 3], "linear another");
  for (size_t i = 0; i < a.n_names; i++)
    free(a.names[i]);
  free(a.names);
  free(a.same);
}

int
main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
  const struct CMUnitTest tests[] = {
    WITH(broken_and_fixed_texts_are_found),
    WITH(one_seed_of_two_is_not_most),
    WITH(a_training_that_is_gone_is_told),
    cmocka_unit_test_setup_teardown(sets_are_compared_whole, set_up_sets, tear_down),
    WITH(rows_and_teachers_are_compared),
    WITH(too_many_rows_leave_out_those_that_are_not_told),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
