/* A course: a training with its run, its changes and its checkpoints, by a student that is but a random walk. What is
 * killed and gone on with ends in the same bytes as what was left alone. */
#include "tests/store-stage.h"

#include <math.h>
#include <pthread.h>
#include <sched.h>

#include "base/hash.h"
#include "command/course.h"
#include "student/kind.h"

/* ---- the student ---- */

#define EPOCH 4
#define EPOCHS 8

struct walk_training {
  struct training t;
  double values[3];
  struct walk_state {
    uint64_t seed;
    double at;
    int step;
  } s;
  uint32_t confusion[4];
};
struct walk {
  struct student s;
  double at;
};

static const struct option walk_params[] = {
  {"lr", OPTION_REAL, 0, 10, "0.1", NULL, "X", "length of a step", 0},
  {"dropout", OPTION_REAL, 0, 1, "0.5", NULL, "X", "share of it that is lost", 0},
  {"width", OPTION_INT, 1, 9, "1", NULL, "N", "cannot change", 0},
  {.name = NULL},
};

static struct training *
walk_new(const struct training_plan *plan, struct err *e)
{
  struct walk_training *w = xcalloc(1, sizeof *w);

  (void)e;
  memcpy(w->values, plan->values, sizeof w->values);
  w->s.seed = plan->seed;
  w->s.at = plan->from ? ((const struct walk *)plan->from)->at : 0;
  return &w->t;
}

static int
walk_step(struct training *t, struct train_point *p, struct err *e)
{
  struct walk_training *w = (struct walk_training *)t;
  double u = (double)(hash_mix(w->s.seed + (uint64_t)++w->s.step) >> 11) / 9007199254740992.0;

  (void)e;
  w->s.at += w->values[0] * (u < w->values[1] ? 0 : u);
  *p = (struct train_point){.epoch = (w->s.step - 1) / EPOCH + 1, .step = w->s.step, .n_steps = EPOCH * EPOCHS,
                            .epoch_end = w->s.step % EPOCH == 0, .train_loss = w->s.at, .train_accuracy = NAN,
                            .valid_loss = 1, .valid_accuracy = 0.5, .valid_f1 = 0.5};
  w->confusion[0] = (uint32_t)w->s.step;
  return w->s.step < EPOCH * EPOCHS;
}

static struct student *
walk_take(struct training *t, struct err *e)
{
  struct walk *s = xcalloc(1, sizeof *s);

  (void)e;
  s->s.kind = t->kind;
  s->at = ((struct walk_training *)t)->s.at;
  return &s->s;
}

static void
walk_training_free(struct training *t)
{
  free(t);
}

static int
walk_save(const struct student *s, struct buf *out)
{
  return buf_add(out, (const char *)&((const struct walk *)s)->at, sizeof(double));
}

static void
walk_info(const struct student *s, struct student_info *out)
{
  (void)s;
  out->n_parameters = 1;
}

static void
walk_free(struct student *s)
{
  free(s);
}

static int
walk_set(struct training *t, size_t param, double value, struct err *e)
{
  if (param > 1)
    return err_set(e, ERR_INPUT, "'--%s' cannot change", walk_params[param].name);
  ((struct walk_training *)t)->values[param] = value;
  return 0;
}

static const uint32_t *
walk_confusion(const struct training *t)
{
  return ((const struct walk_training *)t)->confusion;
}

static int
walk_training_save(const struct training *t, struct buf *out)
{
  const struct walk_training *w = (const struct walk_training *)t;

  buf_add(out, (const char *)w->values, sizeof w->values);
  return buf_add(out, (const char *)&w->s, sizeof w->s);
}

static int
walk_restore(struct training *t, const char *bytes, size_t n, struct err *e)
{
  struct walk_training *w = (struct walk_training *)t;

  if (n != sizeof w->values + sizeof w->s)
    return err_set(e, ERR_INPUT, "no such state");
  memcpy(w->values, bytes, sizeof w->values);
  memcpy(&w->s, bytes + sizeof w->values, sizeof w->s);
  return 0;
}

#define WALK(saves, restores) \
  {.name = "walk", .summary = "a random walk", .params = walk_params, .n_params = 3, .training_new = walk_new, \
   .training_step = walk_step, .training_take = walk_take, .training_free = walk_training_free, .save = walk_save, \
   .info = walk_info, .free = walk_free, .training_set = walk_set, .training_confusion = walk_confusion, \
   .training_save = saves, .training_restore = restores, .goes_on = true}
static const struct student_kind walk = WALK(walk_training_save, walk_restore), walk_begun_again = WALK(NULL, NULL);

/* ---- what it learns from ---- */

static const uint16_t zero = 0, one = 1;

struct scene {
  struct project *p;
  struct example texts[2];
  uint32_t ids[2];
  struct lesson lesson;
  double values[3];
  struct schedule schedule;
  struct course_plan plan;
  int kill_at, wish_at;              /* steps; 0: never */
};

static void
scene_init(struct scene *s, struct project *p)
{
  *s = (struct scene){.p = p, .texts = {{.text = "a", .labels = &zero, .n_labels = 1},
                                        {.text = "b", .labels = &one, .n_labels = 1}}, .ids = {1, 2}};
  s->lesson.task.n_classes = 2;
  s->lesson.train = (struct examples){s->texts, s->ids, 2, 2};
  student_defaults(&walk, s->values);
  s->plan = (struct course_plan){.kind = &walk, .values = s->values, .params = "{}", .options = "{}", .seed = 7,
                                 .name = "walk", .schedule = &s->schedule};
}

static bool
on_epoch(struct course *c, const struct train_point *p)
{
  (void)c;
  (void)p;
  return true;
}

static void
on_point(struct course *c, const struct train_point *p)
{
  const struct scene *s = c->hooks.arg;

  if (p->step == s->wish_at) {
    board_set(project_board(c->project), c->activity, "lr", 0.25);
    board_set(project_board(c->project), c->activity, "width", 2);   /* is refused, and only told */
    board_set(project_board(c->project), c->activity, "depth", 2);
  }
  if (p->step == s->kill_at)
    _exit(0);
}

static void
plan_changes(struct scene *s)
{
  static const char *const items[] = {"6:lr=0.5", "e4:dropout=0.25", "13:lr=0.125", "e1:dropout=0.75"};

  for (size_t i = 0; i < N_OF(items); i++)
    must(schedule_add(&s->schedule, &walk, items[i], NULL), NULL);
}

/* Trains, from the start or on, to the end, and gives the model's bytes. */
static struct buf
learn(struct scene *s, bool again)
{
  struct run_row row;
  struct course c;
  struct err e = {0};
  struct buf model;

  course_init(&c, s->p, &s->plan, &s->lesson);
  c.hooks = (struct course_hooks){s, on_point, on_epoch};
  if (again) {
    must(run_store_get(s->p, "walk", &row, &e), &e);
    must(course_resume(&c, &row, &e), &e);
    run_row_release(&row);
  } else {
    must(course_begin(&c, &e), &e);
  }
  must(course_train(&c, &e), &e);
  model = c.model;
  buf_init(&c.model, 1);
  course_release(&c);
  schedule_release(&s->schedule);
  return model;
}

/* In a process that is gone at that step. */
static void
learn_and_die(const struct student_kind *kind, int kill_at, int wish_at, double checkpoint_s)
{
  pid_t child = fork();
  struct scene s;

  assert_true(child >= 0);
  if (child == 0) {
    struct project *p = project_open(store_path, PROJECT_WRITE, NULL);

    if (!p)
      _exit(1);
    scene_init(&s, p);
    plan_changes(&s);
    s.plan.kind = kind;
    s.plan.checkpoint_s = checkpoint_s;
    s.kill_at = kill_at;
    s.wish_at = wish_at;
    learn(&s, false);
    _exit(1);
  }
  assert_int_equal(wait_for(child), 0);
}

/* And again, on the way: goes on, and dies at a later step. */
static void
go_on_and_die(int kill_at, int wish_at)
{
  pid_t child = fork();
  struct scene s;

  assert_true(child >= 0);
  if (child == 0) {
    struct project *p = project_open(store_path, PROJECT_WRITE, NULL);

    if (!p)
      _exit(1);
    scene_init(&s, p);
    plan_changes(&s);
    s.kill_at = kill_at;
    s.wish_at = wish_at;
    learn(&s, true);
    _exit(1);
  }
  assert_int_equal(wait_for(child), 0);
}

/* The bytes of a run that nobody disturbed, with its changes. */
static struct buf
undisturbed(int wish_at, struct run_change **changes, size_t *n_changes, size_t *n_points)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct train_point *points;
  struct err e = {0};
  struct scene s;
  struct buf model;

  scene_init(&s, p);
  plan_changes(&s);
  s.wish_at = wish_at;
  model = learn(&s, false);
  must(run_live_changes(p, 1, changes, n_changes, &e), &e);
  must(run_store_points(p, 1, &points, n_points, &e), &e);
  free(points);
  must(project_close(p, &e), &e);
  return model;
}

static void
compare(const struct buf *expected, const struct run_change *changes, size_t n_changes, size_t n_points, bool again)
{
  struct project *p = open_it(PROJECT_WRITE);
  struct run_change *got;
  struct train_point *points;
  struct run_checkpoint none;
  struct run_row row;
  struct err e = {0};
  struct scene s;
  struct buf model;
  size_t n;

  scene_init(&s, p);
  plan_changes(&s);
  model = learn(&s, again);
  assert_int_equal(model.n, expected->n);
  assert_memory_equal(model.s, expected->s, model.n);
  buf_release(&model);
  must(run_live_changes(p, 1, &got, &n, &e), &e);
  assert_int_equal(n, n_changes);
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(got[i].step, changes[i].step);
    assert_string_equal(got[i].param, changes[i].param);
    assert_true(got[i].from == changes[i].from && got[i].to == changes[i].to && got[i].planned == changes[i].planned);
  }
  run_changes_free(got, n);
  must(run_store_points(p, 1, &points, &n, &e), &e);
  assert_int_equal(n, n_points);
  for (size_t i = 0; i < n; i++)
    assert_int_equal(points[i].step, i + 1);
  free(points);
  assert_int_equal(run_live_state(p, 1, &none, &e), 0);
  must(run_store_by_id(p, 1, &row, &e), &e);
  assert_int_equal(row.state, RUN_DONE);
  run_row_release(&row);
  must(project_close(p, &e), &e);
}

static void
what_was_killed_ends_the_same(void **state)
{
  struct run_change *changes;
  size_t n_changes, n_points;
  struct buf expected = undisturbed(13, &changes, &n_changes, &n_points);

  (void)state;
  assert_int_equal(n_points, EPOCH * EPOCHS);
  assert_int_equal(n_changes, 5);
  assert_true(changes[0].step == 0 && changes[1].step == 6 && changes[2].step == 12 && changes[3].step == 13 &&
              changes[4].step == 13 && changes[3].planned && !changes[4].planned);
  for (int kill_at = 14; kill_at < EPOCH * EPOCHS; kill_at += 1 + kill_at / 16) {
    make_fresh(TASK_CLASSIFY);
    learn_and_die(&walk, kill_at, 13, 0);
    compare(&expected, changes, n_changes, n_points, true);
  }
  /* Twice; and where no state was kept in time, or the student has none. */
  make_fresh(TASK_CLASSIFY);
  learn_and_die(&walk, 9, 0, 0);
  go_on_and_die(22, 13);
  compare(&expected, changes, n_changes, n_points, true);
  make_fresh(TASK_CLASSIFY);
  learn_and_die(&walk, 30, 13, 1000);
  compare(&expected, changes, n_changes, n_points, true);
  make_fresh(TASK_CLASSIFY);
  learn_and_die(&walk_begun_again, 30, 13, 0);
  compare(&expected, changes, n_changes, n_points, true);
  run_changes_free(changes, n_changes);
  buf_release(&expected);
}

/* Killed when it had but its name. */
static void
what_had_not_begun_begins(void **state)
{
  struct run_row row = {.student = (char *)"walk", .name = (char *)"walk", .seed = 7};
  struct run_change *changes;
  size_t n_changes, n_points;
  struct buf expected = undisturbed(0, &changes, &n_changes, &n_points);
  pid_t child;

  (void)state;
  make_fresh(TASK_CLASSIFY);
  child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    struct project *p = project_open(store_path, PROJECT_WRITE, NULL);

    _exit(p && run_store_add(p, &row, NULL, NULL, NULL) == 0 ? 0 : 1);
  }
  assert_int_equal(wait_for(child), 0);
  compare(&expected, changes, n_changes, n_points, true);
  run_changes_free(changes, n_changes);
  buf_release(&expected);
}

static void
other_texts_are_refused(void **state)
{
  struct err e = {0};
  struct run_row row;
  struct course c;
  struct scene s;
  struct project *p;

  (void)state;
  make_fresh(TASK_CLASSIFY);
  learn_and_die(&walk, 9, 0, 0);
  p = open_it(PROJECT_WRITE);
  scene_init(&s, p);
  s.texts[1].text = "c";
  must(run_store_get(p, "walk", &row, &e), &e);
  course_init(&c, p, &s.plan, &s.lesson);
  assert_int_equal(course_resume(&c, &row, &e), -1);
  assert_int_equal(e.code, ERR_INPUT);
  assert_non_null(strstr(e.message, "are others than when it began"));
  course_release(&c);
  run_row_release(&row);
  must(run_store_get(p, "walk", &row, &e), &e);
  assert_int_equal(row.state, RUN_INTERRUPTED);
  run_row_release(&row);
  must(project_close(p, &e), &e);
}

/* ---- stopped, and in the queue ---- */

static bool
stop_in_epoch_3(struct course *c, const struct train_point *p)
{
  (void)c;
  return p->epoch < 3;
}

static void *
train_thread(void *arg)
{
  struct err e = {0};
  intptr_t r = course_train(arg, &e);

  return (void *)r;
}

static void
what_is_stopped_keeps_what_it_has(void **state)
{
  struct project *p = fresh(TASK_CLASSIFY);
  struct board *board = project_board(p);
  struct course first, second;
  struct activity a = {0};
  struct run_row row;
  struct err e = {0};
  struct scene s, behind;
  uint32_t counts[4];
  pthread_t thread;
  void *result;
  uint32_t turn;

  (void)state;
  scene_init(&s, p);
  s.plan.waits = true;
  course_init(&first, p, &s.plan, &s.lesson);
  first.hooks.epoch = stop_in_epoch_3;
  must(course_begin(&first, &e), &e);
  assert_int_equal(course_train(&first, &e), 2);
  assert_int_equal(board_get_confusion(board, first.activity, counts, 2), 2);
  assert_int_equal(counts[0], 3 * EPOCH);
  must(run_store_get(p, "walk", &row, &e), &e);
  assert_int_equal(row.state, RUN_STOPPED);
  assert_true(row.model_bytes > 0);
  run_row_release(&row);
  /* One that is taken off the queue leaves nothing. */
  turn = board_begin(board, ACTIVITY_OTHER, 0, "in front");
  assert_true(board_queue(board, turn));
  scene_init(&behind, p);
  behind.plan.waits = true;
  behind.plan.name = NULL;
  course_init(&second, p, &behind.plan, &behind.lesson);
  must(course_begin(&second, &e), &e);
  assert_string_equal(second.name, "walk#1");
  pthread_create(&thread, NULL, train_thread, &second);
  while (a.state != ACTIVITY_QUEUED) {
    sched_yield();
    assert_true(board_get(board, second.activity, &a));
  }
  must(run_store_get(p, "walk#1", &row, &e), &e);
  assert_int_equal(row.state, RUN_QUEUED);
  run_row_release(&row);
  board_stop(board, second.activity);
  pthread_join(thread, &result);
  assert_int_equal((intptr_t)result, 3);
  assert_int_equal(run_store_get(p, "walk#1", &row, &e), -1);
  course_release(&first);
  course_release(&second);
  must(project_close(p, &e), &e);
}

static void
schedules_are_read(void **state)
{
  static const char *const bad[] = {"", "5", "5:", "5:lr", "5:=1", "e0:lr=1", "-1:lr=1", "5:lr=11", "5:depth=1",
                                    "x:lr=1"};
  struct schedule s = {0};
  struct err e;

  (void)state;
  for (size_t i = 0; i < N_OF(bad); i++) {
    assert_int_equal(schedule_add(&s, &walk, bad[i], &e), -1);
    assert_int_equal(e.code, ERR_INPUT);
  }
  assert_int_equal(s.n, 0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(schedules_are_read),
    cmocka_unit_test(what_was_killed_ends_the_same),
    cmocka_unit_test(what_had_not_begun_begins),
    cmocka_unit_test(other_texts_are_refused),
    cmocka_unit_test(what_is_stopped_keeps_what_it_has),
  };

  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, store_folder_make, store_folder_remove);
}
