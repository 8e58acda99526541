/* The board: what trainings show and are asked, and the queue in which they wait. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "corpus/board.h"

static void
a_training_shows_and_is_asked(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct board *b = board_new(c);
  const struct board_value values[] = {{"lr", 0.1}, {"dropout", 0.5}};
  const struct board_change change = {12, 2, "lr", 0.1, 0.05};
  const uint32_t counts[] = {5, 1, 0, 7};
  struct board_value got[4];
  struct board_change changes[2];
  uint32_t copy[4], id = board_begin(b, ACTIVITY_RUN, 3, "cnn#3");
  struct activity a;
  char param[24];
  double x = 0;

  (void)state;
  assert_int_equal(board_get_confusion(b, id, copy, 2), 0);
  board_values(b, id, values, 2);
  board_changed(b, id, &change);
  board_confusion(b, id, 2, counts);
  board_confusion(b, id, BOARD_MAX_CLASSES + 1, NULL);   /* too large: what stands there stays */
  board_of_sweep(b, id, 4, 5);
  assert_int_equal(board_get_values(b, id, got, 4), 2);
  assert_true(board_value_of(b, id, "dropout", &x) && x == 0.5);
  assert_false(board_value_of(b, id, "drop", &x));
  assert_int_equal(board_changes(b, id, 0, changes, 2), 1);
  assert_true(changes[0].step == 12 && changes[0].to == 0.05);
  assert_int_equal(board_changes(b, id, 1, changes, 2), 0);
  assert_int_equal(board_get_confusion(b, id, copy, 1), 0);
  assert_int_equal(board_get_confusion(b, id, copy, 2), 2);
  assert_memory_equal(copy, counts, sizeof counts);
  assert_true(board_get(b, id, &a) && a.n_changes == 1 && a.n_classes == 2 && a.sweep == 4 && a.trial == 5);
  /* Wishes come in the order of the first for each parameter, with the last value. */
  assert_false(board_take_set(b, id, param, sizeof param, &x));
  board_set(b, id, "lr", 1);
  board_set(b, id, "dropout", 2);
  board_set(b, id, "lr", 3);
  assert_true(board_take_set(b, id, param, sizeof param, &x) && x == 3);
  assert_string_equal(param, "lr");
  assert_true(board_take_set(b, id, param, sizeof param, &x) && x == 2);
  assert_false(board_take_set(b, id, param, sizeof param, &x));
  for (int i = 0; i < 100; i++) {
    snprintf(param, sizeof param, "p%d", i);
    board_set(b, id, param, i);
  }
  for (int i = 0; i < 32; i++)
    assert_true(board_take_set(b, id, param, sizeof param, &x) && x == i);
  assert_false(board_take_set(b, id, param, sizeof param, &x));
  board_free(b);
  corpus_free(c);
}

/* ---- the queue ---- */

#define WORKERS 6

struct crew {
  struct board *b;
  uint32_t ids[WORKERS];
  pthread_mutex_t lock;
  int at_work, most, order[WORKERS], n;
};
struct worker {
  struct crew *crew;
  int i;
};

static void *
work(void *arg)
{
  struct worker *w = arg;
  struct crew *crew = w->crew;
  bool go = board_queue(crew->b, crew->ids[w->i]);

  if (go) {
    pthread_mutex_lock(&crew->lock);
    crew->at_work++;
    crew->most = crew->at_work > crew->most ? crew->at_work : crew->most;
    crew->order[crew->n++] = w->i;
    pthread_mutex_unlock(&crew->lock);
    board_pause_point(crew->b, crew->ids[w->i]);
    pthread_mutex_lock(&crew->lock);
    crew->at_work--;
    pthread_mutex_unlock(&crew->lock);
  }
  board_end(crew->b, crew->ids[w->i], go ? ACTIVITY_DONE : ACTIVITY_STOPPED, NULL);
  return NULL;
}

static enum activity_state
state_of(struct crew *crew, int i)
{
  struct activity a = {0};

  assert_true(board_get(crew->b, crew->ids[i], &a));
  return a.state;
}

static int
begun(struct crew *crew)
{
  int n;

  pthread_mutex_lock(&crew->lock);
  n = crew->n;
  pthread_mutex_unlock(&crew->lock);
  return n;
}

/* The first is paused at its turn, so that the others queue up behind it; one of them is taken off. */
static void
trainings_take_turns(void **state)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  struct crew crew = {.b = board_new(c), .lock = PTHREAD_MUTEX_INITIALIZER};
  struct worker workers[WORKERS];
  pthread_t threads[WORKERS];

  (void)state;
  for (int i = 0; i < WORKERS; i++) {
    crew.ids[i] = board_begin(crew.b, ACTIVITY_RUN, (uint32_t)i, "run");
    workers[i] = (struct worker){&crew, i};
    if (i == 0)
      board_pause(crew.b, crew.ids[0], true);
    pthread_create(&threads[i], NULL, work, &workers[i]);
    while (i > 0 && state_of(&crew, i) != ACTIVITY_QUEUED)
      sched_yield();
    while (i == 0 && begun(&crew) == 0)
      sched_yield();
  }
  assert_int_equal(board_running(crew.b), WORKERS);
  board_stop(crew.b, crew.ids[3]);
  pthread_join(threads[3], NULL);
  assert_int_equal(state_of(&crew, 3), ACTIVITY_STOPPED);
  assert_int_equal(state_of(&crew, 4), ACTIVITY_QUEUED);
  board_pause(crew.b, crew.ids[0], false);
  for (int i = 0; i < WORKERS; i++)
    if (i != 3)
      pthread_join(threads[i], NULL);
  assert_int_equal(crew.most, 1);
  assert_int_equal(crew.n, WORKERS - 1);
  for (int i = 0; i < crew.n; i++)
    assert_int_equal(crew.order[i], i < 3 ? i : i + 1);
  board_free(crew.b);
  corpus_free(c);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_training_shows_and_is_asked),
    cmocka_unit_test(trainings_take_turns),
  };

  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
