/* The workbench with several trainings: they take turns, and can be changed and taken off from the board. */
#include "ui-stage.h"

#include <locale.h>
#include <sched.h>

#include "store/run_live_store.h"

static const struct project_label labels[] = {{"billing", NULL}, {"shipping", NULL}};

static void
add_texts(struct project *p)
{
  static const char *const texts[] = {"you charged my card twice", "where is my parcel", "the bill is wrong",
                                      "it has not arrived yet", "pay me back", "the van never came"};
  struct change *ch = change_new(CHANGE_INSERT, "person", "import");
  struct err e = {0};
  uint32_t first;

  for (size_t i = 0; i < 6; i++)
    change_add_sample(ch, &(struct sample){.text = texts[i], .n_text = (uint32_t)strlen(texts[i]),
                                           .origin = ORIGIN_SEED,
                      .status = STATUS_ACCEPTED, .labels = (uint16_t[]){(uint16_t)(i % 2)}, .n_labels = 1});
  if (project_insert(p, ch, &first, &e) < 0)
    fail_msg("%s", e.message);
  change_free(ch);
}

/* Until a run of that name is on the board, in that state. */
static struct activity
wait_for(struct stage *s, const char *name, enum activity_state state)
{
  struct activity list[16];

  for (;;) {
    size_t n = board_list(project_board(s->project), list, 16);

    for (size_t i = 0; i < n; i++)
      if (strcmp(list[i].title, name) == 0 && list[i].state == state)
        return list[i];
    workbench_step(s->w);
    sched_yield();
  }
}

static enum run_state
state_of(struct stage *s, const char *name, struct run_row *row)
{
  struct err e = {0};

  if (run_store_get(s->project, name, row, &e) < 0)
    fail_msg("%s", e.message);
  return row->state;
}

static void
trainings_queue(void **state)
{
  static const char *const lines[] = {"train --name one --student cnn --epochs 3", "train --name two",
                                      "train --name three --student cnn --epochs 3", "train --name four"};
  static const char *const names[] = {"one", "two", "three", "four"};
  struct stage s;
  struct run_row rows[4];
  struct run_change *changes;
  struct activity a;
  struct board *board;
  struct err e = {0};
  uint32_t turn;
  size_t n;

  (void)state;
  stage_project(&s, "queue", TASK_CLASSIFY, labels, 2);
  add_texts(s.project);
  stage_open(&s, 30, 120);
  board = project_board(s.project);
  turn = board_begin(board, ACTIVITY_OTHER, 0, "in front");
  assert_true(board_queue(board, turn));
  for (size_t i = 0; i < 4; i++) {
    assert_int_equal(workbench_run(s.w, lines[i]), 0);
    wait_for(&s, names[i], ACTIVITY_QUEUED);
  }
  assert_int_equal(state_of(&s, "two", &rows[1]), RUN_QUEUED);
  run_row_release(&rows[1]);
  /* The second is taken off. The first begins paused, is told another learning rate, and goes on. */
  a = wait_for(&s, "two", ACTIVITY_QUEUED);
  board_stop(board, a.id);
  wait_for(&s, "two", ACTIVITY_STOPPED);
  a = wait_for(&s, "one", ACTIVITY_QUEUED);
  board_pause(board, a.id, true);
  board_end(board, turn, ACTIVITY_DONE, NULL);
  wait_for(&s, "one", ACTIVITY_PAUSED);
  wait_for(&s, "three", ACTIVITY_QUEUED);
  board_set(board, a.id, "lr", 0.0625);
  board_set(board, a.id, "dim", 8);          /* cannot change: it is told, and the run goes on */
  board_pause(board, a.id, false);
  stage_settle(&s);
  assert_int_equal(run_store_get(s.project, "two", &rows[1], &e), -1);
  assert_int_equal(state_of(&s, "one", &rows[0]), RUN_DONE);
  assert_int_equal(state_of(&s, "three", &rows[2]), RUN_DONE);
  assert_int_equal(state_of(&s, "four", &rows[3]), RUN_DONE);
  if (run_live_changes(s.project, rows[0].id, &changes, &n, &e) < 0)
    fail_msg("%s", e.message);
  assert_int_equal(n, 1);
  assert_string_equal(changes[0].param, "lr");
  assert_true(changes[0].to == 0.0625 && !changes[0].planned);
  run_changes_free(changes, n);
  assert_true(board_get(board, a.id, &a));
  assert_int_equal(a.n_changes, 1);
  run_row_release(&rows[0]);
  run_row_release(&rows[2]);
  run_row_release(&rows[3]);
  stage_close(&s);
}

/* As it is typed in the workbench; its runs are on the board as parts of it. */
static void
a_sweep_is_typed(void **state)
{
  struct stage s;
  struct sweep_row *sweeps;
  struct run_row *runs;
  struct activity a = {0};
  struct err e = {0};
  size_t n;

  (void)state;
  stage_project(&s, "sweep", TASK_CLASSIFY, labels, 2);
  add_texts(s.project);
  stage_open(&s, 30, 120);
  assert_int_equal(workbench_run(s.w, "split --id 5,6 --to valid"), 0);
  assert_int_equal(workbench_run(s.w, "sweep student=linear cost=.1,1,10 method=grid seeds=2"), 0);
  stage_settle(&s);
  if (sweep_store_list(s.project, &sweeps, &n, &e) < 0)
    fail_msg("%s", e.message);
  assert_int_equal(n, 1);
  assert_int_equal(sweeps[0].state, RUN_DONE);
  assert_non_null(strstr(sweeps[0].result, "\"trials\":[{\"trial\":"));
  if (sweep_store_runs(s.project, sweeps[0].id, &runs, &n, &e) < 0)
    fail_msg("%s", e.message);
  assert_int_equal(n, 6);
  assert_true(board_find(project_board(s.project), ACTIVITY_RUN, runs[5].id, &a));
  assert_true(a.sweep == sweeps[0].id && a.trial == 3);
  run_rows_free(runs, n);
  sweep_rows_free(sweeps, 1);
  stage_close(&s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(trainings_queue),
    cmocka_unit_test(a_sweep_is_typed),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, stage_folder_make, stage_folder_remove);
}
