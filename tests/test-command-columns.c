/* columns: names known after one look, values when asked for, by many threads at once; what no longer fits has none. */
#include <math.h>
#include <stdatomic.h>

#include "base/pool.h"
#include "command/columns.h"
#include "curate/seen.h"
#include "store-stage.h"
#include "store/run_store.h"

#define N 9

/* Nine samples of labels 0, 1, 2 in turn; the students suggest label 1 for all, and suspect the later ones. */
static struct project *
stage(uint32_t run)
{
  struct project *p = fresh(TASK_CLASSIFY);
  float suspect[N], suggested[N], issue[N];
  struct signal_values signals[] = {{"suspect", suspect, N}, {"suggested", suggested, N}, {"issue", issue, N}};
  struct seen seen;
  struct err e = {0};

  insert(p, N, "test");
  for (int i = 0; i < N; i++) {
    suspect[i] = (float)i / 10;
    suggested[i] = 1;
    issue[i] = i > 6;
  }
  seen_take(project_corpus(p), &seen);
  if (run)
    must(seen_keep(p, SIGNAL_DYNAMICS, run, &seen, &(struct signal_values){"aum", suspect, N}, 1, "{}", &e), &e);
  else
    must(seen_keep(p, SIGNAL_STUDENT, 0, &seen, signals, N_OF(signals), "{}", &e), &e);
  seen_release(&seen);
  return p;
}

static struct column
column(struct columns *c, const char *name)
{
  const struct filter_provider *p = columns_provider(c);
  struct column out;

  assert_true(p->get(p->arg, name, &out));
  return out;
}

static void
test_values(void **state)
{
  struct project *p = stage(0);
  struct columns *c = columns_new(p);
  struct column v;

  (void)state;
  assert_int_equal(columns_peek(c, "suspect", &v), 0);
  assert_true(v.descends && !v.values);
  v = column(c, "suspect");
  assert_int_equal(v.n, N);
  assert_float_equal(v.values[8], .8, 1e-6);
  assert_int_equal(columns_peek(c, "suspect", &v), 1);
  assert_int_equal(v.n, N);
  assert_true(column(c, "issue").flag);
  v = column(c, "suggested");
  assert_int_equal(v.n_names, 3);
  assert_string_equal(v.names[(int)v.values[0]], label_name(corpus_labels(project_corpus(p)), 1));
  v = column(c, "disagrees");
  assert_true(v.flag && v.values[0] == 1 && v.values[1] == 0 && v.values[2] == 1);
  assert_null(columns_lacking(c));
  columns_free(c);
  must(project_close(p, NULL), NULL);
}

/* What changed since has no value; what speaks only of the text stays while the text does. */
static void
test_stale(void **state)
{
  struct project *p = stage(0);
  struct columns *c = columns_new(p), *next;
  struct change *ch = change_new(CHANGE_SET, "person", "test");
  struct err e = {0};

  (void)state;
  column(c, "suspect");
  change_set_label(ch, 9, 1);
  change_set_text(ch, 8, "another text", 12);
  must(project_post(p, ch, &e), &e);
  assert_false(columns_current(c));
  next = columns_renew(c);
  assert_ptr_not_equal(next, c);
  assert_true(isnan(column(next, "suspect").values[8]));
  assert_false(isnan(column(next, "suggested").values[8]));
  assert_true(column(next, "disagrees").values[8] == 0);
  assert_true(isnan(column(next, "suspect").values[7]));
  assert_true(isnan(column(next, "suggested").values[7]));
  assert_float_equal(column(next, "suspect").values[6], .6, 1e-6);
  columns_free(c);
  must(project_undo(p, UNDO_ANY, NULL, &e) - 1, &e);
  c = columns_renew(next);
  assert_float_equal(column(c, "suspect").values[8], .8, 1e-6);
  columns_free(c);
  columns_free(next);
  must(project_close(p, NULL), NULL);
}

static void
test_runs(void **state)
{
  struct project *p = stage(1);
  struct run_row row = {.student = (char *)"linear", .state = RUN_DONE, .params = (char *)"{}", .data = (char *)"",
                        .metrics = (char *)"{}", .message = (char *)"", .arm = (char *)""};
  struct columns *c;
  struct column v;
  struct err e = {0};
  uint32_t id;
  char *name;

  (void)state;
  must(run_store_add(p, &row, &id, &name, &e), &e);
  assert_int_equal(id, 1);
  assert_string_equal(name, "linear#1");
  c = columns_new(p);
  assert_float_equal(column(c, "aum").values[4], .4, 1e-6);
  assert_float_equal(column(c, "linear#1.aum").values[4], .4, 1e-6);
  assert_float_equal(column(c, "run.aum").values[4], .4, 1e-6);
  assert_int_equal(columns_peek(c, "linear#2.aum", &v), -1);
  assert_int_equal(columns_peek(c, "linear#1.suspect", &v), -1);
  assert_int_equal(columns_peek(c, "nothing", &v), -1);
  assert_null(columns_lacking(c));
  assert_int_equal(column(c, "forgetting").n, 0);
  assert_string_equal(columns_lacking(c), "forgetting");
  assert_int_equal(column(c, "run.wrong").n, 0);
  columns_free(c);
  free(name);
  must(project_close(p, NULL), NULL);
}

/* The names alone check a filter, and read nothing. */
static void
test_names(void **state)
{
  struct project *p = stage(0);
  struct columns *c = columns_new(p);
  struct filter *f;
  struct column v;
  struct err e = {0};

  (void)state;
  f = filter_parse(project_corpus(p), "suspect>0.5 issue", columns_names(c), &e);
  assert_non_null(f);
  filter_free(f);
  assert_int_equal(columns_peek(c, "suspect", &v), 0);
  assert_null(filter_parse(project_corpus(p), "suspekt>0.5", columns_names(c), &e));
  assert_non_null(strstr(e.message, "suspect"));
  columns_free(c);
  must(project_close(p, NULL), NULL);
}

static void
test_renew(void **state)
{
  struct project *p = stage(0);
  struct columns *c = columns_new(p), *next;
  struct seen seen;
  struct err e = {0};
  float values[N] = {0};

  (void)state;
  assert_true(columns_current(c));
  next = columns_renew(c);
  assert_ptr_equal(next, c);
  columns_free(next);
  must(project_set_setting(p, "x", "y", &e), &e);  /* the records moved, but none of these */
  next = columns_renew(c);
  assert_ptr_equal(next, c);
  assert_true(columns_current(c));
  columns_free(next);
  usleep(2000);  /* the clock of the store counts milliseconds */
  seen_take(project_corpus(p), &seen);
  must(seen_keep(p, SIGNAL_STUDENT, 0, &seen, &(struct signal_values){"suspect", values, N}, 1, "{}", &e), &e);
  seen_release(&seen);
  next = columns_renew(c);
  assert_ptr_not_equal(next, c);
  assert_true(column(next, "suspect").values[8] == 0);
  assert_float_equal(column(c, "suspect").values[8], 0, 1e-6);  /* read only now, so it is the new one */
  columns_free(next);
  columns_free(c);
  must(project_close(p, NULL), NULL);
}

/* A decision, or new samples, change nothing that was read; a label does. */
static void
test_moves(void **state)
{
  struct project *p = stage(0);
  struct columns *c = columns_new(p), *next;
  struct change *ch;
  struct err e = {0};

  (void)state;
  column(c, "suspect");
  set_status(p, 3, STATUS_REJECTED);
  insert(p, 5, "job 1");
  must(project_sync(p, &e), &e);
  assert_false(columns_current(c));
  next = columns_renew(c);
  assert_ptr_equal(next, c);
  assert_true(columns_current(c));
  columns_free(next);
  ch = change_new(CHANGE_SET, "person", "test");
  change_set_label(ch, 1, 2);
  must(project_post(p, ch, &e), &e);
  next = columns_renew(c);
  assert_ptr_not_equal(next, c);
  assert_true(isnan(column(next, "suspect").values[0]));
  columns_free(next);
  columns_free(c);
  must(project_close(p, NULL), NULL);
}

struct crowd {
  struct columns *columns;
  atomic_int right;
};

static void
ask_all(void *arg, int i, int n)
{
  struct crowd *crowd = arg;
  struct columns *c = columns_share(crowd->columns);
  struct column v;

  (void)n;
  for (int round = 0; round < 100; round++) {
    columns_peek(c, "suggested", &v);
    if (i % 2)
      v = column(c, "suspect");
    atomic_fetch_add(&crowd->right, column(c, "disagrees").values[0] == 1 && column(c, "suspect").n == N);
  }
  columns_free(c);
}

/* Every thread sees whole columns, and each is read once. Run with --enable-tsan, too. */
static void
test_threads(void **state)
{
  struct project *p = stage(0);

  (void)state;
  for (int round = 0; round < 20; round++) {
    struct crowd crowd = {.columns = columns_new(p)};
    struct column v;

    pool_run(6, ask_all, &crowd);
    assert_int_equal(crowd.right, 600);
    v = column(crowd.columns, "suspect");
    assert_ptr_equal(v.values, column(crowd.columns, "suspect").values);
    columns_free(crowd.columns);
  }
  must(project_close(p, NULL), NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_values), cmocka_unit_test(test_stale), cmocka_unit_test(test_runs),
    cmocka_unit_test(test_names), cmocka_unit_test(test_renew), cmocka_unit_test(test_moves), cmocka_unit_test(test_threads),
  };

  return cmocka_run_group_tests_name("command-columns", tests, store_folder_make, store_folder_remove);
}
