/* The room store: trainings on their way, parameters with a name, sweeps. */
#include "tests/store-stage.h"

#include <math.h>

#include "store/run_live_store.h"

static const struct train_point points[] = {
  {.epoch = 1, .step = 3, .train_loss = 1.5, .valid_loss = NAN},
  {.epoch = 1, .step = 4, .epoch_end = true, .train_loss = 1, .valid_loss = 1.25},
  {.epoch = 2, .step = 8, .epoch_end = true, .train_loss = 0.5, .valid_loss = 1},
};

/* A process that trains, and is gone before its end. */
static void
train_and_die(void)
{
  struct run_row row = {.student = (char *)"cnn", .name = (char *)"killed", .options = (char *)"{\"pool\":\"x\"}"};
  struct run_checkpoint c = {.epoch = 1, .step = 4, .data_hash = 0xfedcba9876543210u, .data = (void *)"st\0te", .n = 5};
  struct run_change by_hand = {2, 1, (char *)"lr", 0.1, 0.05, false, 0};
  struct run_change early = {3, 1, (char *)"lr", 0.05, 0.01, true, 0};
  struct run_change late = {6, 2, (char *)"dropout", 0.5, 0.25, true, 0};
  struct run_change hand_late = {7, 2, (char *)"lr", 0.01, 1, false, 0};
  pid_t child = fork();

  assert_true(child >= 0);
  if (child == 0) {
    struct project *p = project_open(store_path, PROJECT_WRITE, NULL);
    uint32_t id;

    _exit(p && run_store_add(p, &row, &id, NULL, NULL) == 0 && run_live_begin(p, id, 7, NULL) == 0 &&
          run_live_change(p, id, &by_hand, NULL) == 0 && run_live_change(p, id, &early, NULL) == 0 &&
          run_live_checkpoint(p, id, &c, points, 2, NULL) == 0 && run_live_change(p, id, &late, NULL) == 0 &&
          run_live_change(p, id, &hand_late, NULL) == 0 && run_live_change(p, id, &late, NULL) == 0 &&
          run_live_unchange(p, id, NULL) == 0 ? 0 : 1);
  }
  assert_int_equal(wait_for(child), 0);
}

static void
a_killed_run_is_gone_on_with(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct err e = {0};
  struct run_row row;
  struct run_checkpoint c;
  struct run_change *changes;
  struct train_point *curve;
  size_t n;

  (void)state;
  must(project_close(p, &e), &e);
  train_and_die();
  p = open_it(PROJECT_WRITE);
  must(run_store_get(p, "killed", &row, &e), &e);
  assert_int_equal(row.state, RUN_INTERRUPTED);
  assert_string_equal(row.options, "{\"pool\":\"x\"}");
  assert_int_equal(run_live_state(p, row.id, &c, &e), 1);
  assert_int_equal(c.epoch, 1);
  assert_int_equal(c.step, 4);
  assert_true(c.data_hash == 0xfedcba9876543210u);
  assert_int_equal(c.n, 5);
  assert_memory_equal(c.data, "st\0te", 5);
  must(run_live_changes(p, row.id, &changes, &n, &e), &e);
  assert_int_equal(n, 4);
  assert_true(changes[0].step == 2 && !changes[0].planned && changes[1].planned && changes[3].step == 7);
  assert_string_equal(changes[3].param, "lr");
  assert_float_equal(changes[3].from, 0.01, 0);
  run_changes_free(changes, n);
  run_checkpoint_release(&c);
  must(run_live_again(p, row.id, &e), &e);
  assert_int_equal(run_live_again(p, row.id, &e), -1);
  must(run_live_leave(p, row.id, &e), &e);
  must(run_live_again(p, row.id, &e), &e);
  assert_int_equal(run_live_again(p, row.id, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  must(run_store_points(p, row.id, &curve, &n, &e), &e);
  assert_int_equal(n, 2);
  free(curve);
  row.state = RUN_DONE;
  must(run_store_finish(p, &row, "model", 5, points + 2, 1, &e), &e);
  assert_int_equal(run_live_state(p, row.id, &c, &e), 0);
  must(run_store_points(p, row.id, &curve, &n, &e), &e);
  assert_int_equal(n, 3);
  assert_int_equal(curve[2].step, 8);
  free(curve);
  run_row_release(&row);
  must(run_store_remove(p, "killed", &e), &e);
  must(run_live_changes(p, 1, &changes, &n, &e), &e);
  assert_int_equal(n, 0);
  must(project_close(p, &e), &e);
}

static void
a_queued_run_waits(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct run_row row = {.student = (char *)"linear", .state = RUN_QUEUED}, got;
  struct err e = {0};
  uint32_t id;

  (void)state;
  must(run_store_add(p, &row, &id, NULL, &e), &e);
  must(run_store_by_id(p, id, &got, &e), &e);
  assert_int_equal(got.state, RUN_QUEUED);
  assert_string_equal(got.message, "");
  got.state = RUN_RUNNING;
  must(run_store_update(p, &got, &e), &e);
  run_row_release(&got);
  must(run_store_by_id(p, id, &got, &e), &e);
  assert_int_equal(got.state, RUN_RUNNING);
  run_row_release(&got);
  must(project_close(p, &e), &e);
}

static void
parameters_have_names(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct run_set fast = {(char *)"fast", (char *)"cnn", (char *)"{\"lr\":0.01}", 0}, got, *list;
  struct err e = {0};
  size_t n;

  (void)state;
  must(run_set_put(p, &fast, &e), &e);
  fast.params = (char *)"{\"lr\":0.02}";
  must(run_set_put(p, &fast, &e), &e);
  must(run_set_put(p, &(struct run_set){(char *)"a", (char *)"linear", NULL, 0}, &e), &e);
  must(run_set_get(p, "fast", &got, &e), &e);
  assert_string_equal(got.student, "cnn");
  assert_string_equal(got.params, "{\"lr\":0.02}");
  run_set_release(&got);
  must(run_set_list(p, &list, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_string_equal(list[0].params, "{}");
  run_sets_free(list, n);
  must(run_set_remove(p, "a", &e), &e);
  assert_int_equal(run_set_remove(p, "a", &e), -1);
  assert_string_equal(e.message, "no preset 'a' (there is: fast)");
  assert_int_equal(run_set_get(p, "b", &got, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  must(project_close(p, &e), &e);
}

static void
a_sweep_has_its_runs(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct run_row run = {.student = (char *)"cnn", .sweep = 1, .trial = 2}, *runs;
  struct sweep_row row, *list;
  struct err e = {0};
  uint32_t id;
  size_t n;

  (void)state;
  must(sweep_store_add(p, "{\"trials\":2}", &id, &e), &e);
  assert_int_equal(id, 1);
  must(sweep_store_by_id(p, id, &row, &e), &e);
  assert_int_equal(row.state, RUN_RUNNING);
  assert_string_equal(row.message, "");
  must(run_store_add(p, &run, NULL, NULL, &e), &e);
  run.trial = 1;
  must(run_store_add(p, &run, NULL, NULL, &e), &e);
  run.sweep = 0;
  must(run_store_add(p, &run, NULL, NULL, &e), &e);
  must(sweep_store_runs(p, 1, &runs, &n, &e), &e);
  assert_int_equal(n, 2);
  assert_true(runs[0].trial == 1 && runs[0].id == 2 && runs[1].trial == 2);
  run_rows_free(runs, n);
  free(row.result);
  row.result = strdup("{\"best\":1}");
  row.state = RUN_DONE;
  must(sweep_store_update(p, &row, &e), &e);
  sweep_row_release(&row);
  must(sweep_store_list(p, &list, &n, &e), &e);
  assert_int_equal(n, 1);
  assert_int_equal(list[0].state, RUN_DONE);
  assert_string_equal(list[0].result, "{\"best\":1}");
  sweep_rows_free(list, n);
  assert_int_equal(sweep_store_by_id(p, 3, &row, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  must(project_close(p, &e), &e);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_killed_run_is_gone_on_with),
    cmocka_unit_test(a_queued_run_waits),
    cmocka_unit_test(parameters_have_names),
    cmocka_unit_test(a_sweep_has_its_runs),
  };

  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, store_folder_make, store_folder_remove);
}
