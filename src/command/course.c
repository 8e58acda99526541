#include "command/course.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "command/course_change.h"
#include "curate/learned.h"

#define CHECK_SHARE 20          /* checkpoints take at most such a part of the time */

void
course_init(struct course *s, struct project *p, const struct course_plan *plan, const struct lesson *lesson)
{
  *s = (struct course){.project = p, .plan = plan, .lesson = lesson,
                        .best = {.train_loss = NAN, .train_accuracy = NAN, .valid_accuracy = NAN, .valid_loss = NAN,
                                 .valid_f1 = NAN}};
  buf_init(&s->model, STUDENT_MAX_BYTES);
  s->values = xcalloc(plan->kind->n_params + 1, sizeof *s->values);
  memcpy(s->values, plan->values, plan->kind->n_params * sizeof *s->values);
  s->data_hash = lesson_hash(lesson);
}

void
course_release(struct course *s)
{
  free(s->values);
  free(s->name);
  free(s->points);
  dynamics_free(s->dynamics);
  run_checkpoint_release(&s->checkpoint);
  run_changes_free(s->changes, s->n_changes);
  buf_release(&s->model);
}

static void
fill_row(struct course *s, const char *name, enum run_state state)
{
  const struct course_plan *plan = s->plan;

  s->row = (struct run_row){
    .id = s->row.id,
    .name = (char *)name,
    .student = (char *)plan->kind->name,
    .state = state,
    .params = (char *)plan->params,
    .data = (char *)(plan->data ? plan->data : ""),
    .options = (char *)plan->options,
    .seed = plan->seed,
    .n_train = (uint32_t)s->lesson->train.n,
    .n_valid = (uint32_t)s->lesson->valid.n,
    .metrics = (char *)"{}", .message = (char *)"", .arm = (char *)"",
    .sweep = plan->sweep, .trial = plan->trial,
  };
}

static void
show(struct course *s)
{
  struct board *board = project_board(s->project);

  s->activity = board_begin(board, ACTIVITY_RUN, s->row.id, s->name);
  if (s->plan->sweep)
    board_of_sweep(board, s->activity, s->plan->sweep, s->plan->trial);
  course_show_values(s);
}

int
course_begin(struct course *s, struct err *e)
{
  fill_row(s, s->plan->name, s->plan->waits ? RUN_QUEUED : RUN_RUNNING);
  if (run_store_add(s->project, &s->row, &s->row.id, &s->name, e) < 0)
    return -1;
  s->row.name = s->name;
  show(s);
  if (run_live_begin(s->project, s->row.id, s->data_hash, e) == 0)
    return 0;
  board_end(project_board(s->project), s->activity, ACTIVITY_FAILED, e ? e->message : "");
  return -1;
}

/* ---- going on with an interrupted run ---- */

static int
same_texts(const struct course *s, const struct run_row *run, struct err *e)
{
  if (s->checkpoint.data_hash == s->data_hash)
    return 0;
  return err_set(e, ERR_INPUT, "cannot go on with '%s': its texts, labels or weights are others than when it began "
                 "(retort train begins a new run)", run->name);
}

int
course_resume(struct course *s, const struct run_row *run, struct err *e)
{
  int r;

  if (run->state != RUN_INTERRUPTED)
    return err_set(e, ERR_INPUT, "run '%s' was not interrupted: it is %s", run->name, run_state_names[run->state]);
  r = run_live_state(s->project, run->id, &s->checkpoint, e);
  if (r == 0)
    s->checkpoint.data_hash = s->data_hash;  /* it had but its name: it begins now */
  if (r < 0 || same_texts(s, run, e) < 0 || run_live_again(s->project, run->id, e) < 0 ||
      (r == 0 && run_live_begin(s->project, run->id, s->data_hash, e) < 0) ||
      run_live_changes(s->project, run->id, &s->changes, &s->n_changes, e) < 0 ||
      run_store_points(s->project, run->id, &s->points, &s->n_points, e) < 0)
    return -1;
  s->cap_points = s->n_written = s->n_points;
  s->resumed = true;
  s->row.id = run->id;
  s->name = xstrdup(run->name);
  fill_row(s, s->name, RUN_RUNNING);
  show(s);
  course_show_past(s);
  return 0;
}

/* ---- points ---- */

/* With validation texts the epoch of the least loss on them is kept; without, training ends with all texts, and the
 * last figures on texts set aside on the way say how good that is. */
static void
take_epoch(struct course *s, const struct train_point *p)
{
  bool better = s->lesson->valid.n ? !(s->best.valid_loss <= p->valid_loss) : !isnan(p->valid_accuracy);

  if (better || s->best.epoch == 0)
    s->best = *p;
  else if (s->lesson->valid.n == 0)
    s->best.epoch = p->epoch;
}

static void
show_point(struct course *s, const struct train_point *p)
{
  struct board *board = project_board(s->project);

  board_point(board, s->activity, p);
  board_progress(board, s->activity, (uint64_t)p->step, (uint64_t)p->n_steps,
                 p->seconds > 0 ? p->step / p->seconds : 0);
}

static void
take_point(struct course *s, const struct train_point *p)
{
  GROW(s->points, s->cap_points, s->n_points + 1);
  s->points[s->n_points++] = *p;
  show_point(s, p);
  if (p->epoch_end)
    take_epoch(s, p);
}

/* ---- checkpoints ---- */

static int
write_checkpoint(struct course *s, const struct training *t, const struct train_point *p, struct err *e)
{
  struct run_checkpoint c = {.epoch = p->epoch, .step = p->step, .data_hash = s->data_hash};
  struct buf b;
  uint64_t n;
  int r;

  buf_init(&b, STUDENT_MAX_BYTES - 1024);
  buf_add(&b, (const char *)&(uint64_t){0}, sizeof n);
  r = training_save(t, &b, e);
  n = b.n - sizeof n;
  if (r == 0 && s->dynamics)
    dynamics_save(s->dynamics, &b);
  if (r == 0 && !b.over) {
    memcpy(b.s, &n, sizeof n);
    c.data = b.s;
    c.n = b.n;
    r = run_live_checkpoint(s->project, s->row.id, &c, s->points + s->n_written, s->n_points - s->n_written, e);
    if (r == 0)
      s->n_written = s->n_points;
  }
  buf_release(&b);
  return r;
}

/* Taken in its own time: which ones are, changes no byte of the model. */
static int
check(struct course *s, const struct training *t, const struct train_point *p, struct err *e)
{
  double now = clock_s(), wait = fmax(s->plan->checkpoint_s, CHECK_SHARE * s->check_cost_s);
  int r;

  if (!s->plan->kind->training_save || s->plan->checkpoint_s < 0 || now - s->checked_s < wait)
    return 0;
  r = write_checkpoint(s, t, p, e);
  s->checked_s = clock_s();
  s->check_cost_s = s->checked_s - now;
  return r;
}

static int
restore(struct course *s, struct training *t, struct err *e)
{
  const struct run_checkpoint *c = &s->checkpoint;
  uint64_t n = 0;

  if (c->n < sizeof n)
    return 0;  /* nothing was learned yet */
  memcpy(&n, c->data, sizeof n);
  if (n > c->n - sizeof n)
    return err_set(e, ERR_FAIL, "the kept state of '%s' is damaged", s->name);
  if (training_restore(t, (const char *)c->data + sizeof n, n, e) < 0)
    return -1;
  if (s->dynamics && dynamics_restore(s->dynamics, (const char *)c->data + sizeof n + n, c->n - sizeof n - n) < 0)
    return err_set(e, ERR_FAIL, "the kept state of '%s' is damaged", s->name);
  for (size_t i = 0; i < s->n_points; i++) {
    show_point(s, &s->points[i]);
    if (s->points[i].epoch_end)
      take_epoch(s, &s->points[i]);
  }
  return 0;
}

/* ---- the loop ---- */

static void
show_confusion(struct course *s, const struct training *t)
{
  const uint32_t *counts = training_confusion(t);

  if (counts)
    board_confusion(project_board(s->project), s->activity, s->lesson->task.n_classes, counts);
}

/* After a step. 0: on; 2: the owner has enough; -1. */
static int
after_step(struct course *s, const struct training *t, const struct train_point *p, struct err *e)
{
  take_point(s, p);
  if (s->hooks.point)
    s->hooks.point(s, p);
  if (!p->epoch_end)
    return 0;
  show_confusion(s, t);
  if (check(s, t, p, e) < 0)
    return -1;
  return s->hooks.epoch && !s->hooks.epoch(s, p) ? 2 : 0;
}

static bool
stopped(struct course *s)
{
  return stop_wanted(s->stop) || stop_wanted(board_stop_flag(project_board(s->project), s->activity));
}

static int
loop(struct course *s, struct training *t, struct err *e)
{
  struct train_point p = {.step = s->checkpoint.step, .epoch = s->checkpoint.epoch, .epoch_end = true};
  int r, after;

  do {
    if (stopped(s) || !board_pause_point(project_board(s->project), s->activity))
      return 1;
    if (course_change(s, t, &p, e) < 0)
      return -1;
    r = training_step(t, &p, e);
    if (r < 0)
      return -1;
    after = after_step(s, t, &p, e);
    if (after)
      return r == 1 || after < 0 ? after : 0;
  } while (r == 1);
  return 0;
}

/* ---- the end ---- */

void
course_point_fields(struct buf *out, const struct train_point *p)
{
  json_add_field_number(out, "train_loss", p->train_loss);
  json_add_field_number(out, "train_accuracy", p->train_accuracy);
  json_add_field_number(out, "valid_loss", p->valid_loss);
  json_add_field_number(out, "valid_accuracy", p->valid_accuracy);
  json_add_field_number(out, "valid_f1", p->valid_f1);
}

static void
metrics_json(const struct course *s, struct buf *out)
{
  buf_addc(out, '{');
  course_point_fields(out, &s->best);
  json_add_field_int(out, "epochs", s->n_points ? s->points[s->n_points - 1].epoch : 0);
  json_add_field_int(out, "parameters", (int64_t)s->info.n_parameters);
  json_add_field_int(out, "size_bytes", (int64_t)s->info.size_bytes);
  json_add_field_number(out, "multiply_adds", s->info.multiply_adds);
  json_add_field_number(out, "temperature", (double)s->info.temperature);
  json_add_field_number(out, "calibration_error", s->info.calibration_error);
  buf_addc(out, '}');
}

/* Puts the student, its curve and the end of the run into the project. */
static int
keep(struct course *s, struct training *t, bool stopped, struct err *e)
{
  struct student *student = training_take(t, e);
  bool with_model = !s->plan->modelless;
  struct buf metrics = BUF_INIT;
  int r = -1;

  if (student && student_save(student, &s->model, e) == 0) {
    student_info(student, &s->info);
    s->row.state = stopped ? RUN_STOPPED : RUN_DONE;
    s->row.best_epoch = s->best.epoch > 0 ? (uint32_t)s->best.epoch : 0;
    s->row.seconds = s->n_points ? s->points[s->n_points - 1].seconds : 0;
    metrics_json(s, &metrics);
    s->row.metrics = metrics.s;
    r = run_store_finish(s->project, &s->row, with_model ? s->model.s : NULL, with_model ? s->model.n : 0,
                         s->points + s->n_written, s->n_points - s->n_written, e);
    s->row.metrics = (char *)"{}";
  }
  if (r == 0 && s->dynamics)
    r = learned_keep(s->project, s->row.id, s->plan->seen, s->lesson->train.ids, s->lesson->train.n, s->dynamics, e);
  buf_release(&metrics);
  student_free(student);
  return r;
}

/* Marks the run as failed, as well as that can still be done. */
static void
give_up(struct course *s, const struct err *why)
{
  s->row.state = RUN_FAILED;
  s->row.message = (char *)(why ? why->message : "");
  run_store_update(s->project, &s->row, NULL);
}

static struct training *
begin_training(struct course *s, struct err *e)
{
  const struct course_plan *plan = s->plan;
  const struct lesson *l = s->lesson;
  struct training *t = training_begin(plan->kind, &(struct training_plan){
    .task = l->task, .train = l->train.v, .n_train = l->train.n, .valid = l->valid.v, .n_valid = l->valid.n,
    .pool = l->pool.v, .n_pool = l->pool.n, .values = plan->values, .vectors = plan->vectors, .from = plan->from,
    .seed = plan->seed, .threads = plan->threads,
    .stop = s->stop && !plan->waits ? s->stop : board_stop_flag(project_board(s->project), s->activity)}, e);

  if (t && plan->seen) {
    s->dynamics = dynamics_new(l->train.n);
    training_watch(t, s->dynamics);
  }
  if (t && restore(s, t, e) < 0) {
    training_free(t);
    return NULL;
  }
  s->checked_s = clock_s();
  return t;
}

/* Of what was not begun there is no trace; what was interrupted is so still. */
static int
leave(struct course *s, enum activity_state state, const char *message)
{
  board_end(project_board(s->project), s->activity, state, message);
  if (s->resumed)
    run_live_leave(s->project, s->row.id, NULL);
  else
    run_store_remove(s->project, s->name, NULL);
  return state == ACTIVITY_STOPPED ? 3 : -1;
}

/* False: stop was asked for, or (e is set) the project cannot be written. */
static bool
has_turn(struct course *s, struct err *e)
{
  if (s->plan->waits && !board_queue(project_board(s->project), s->activity))
    return false;
  if (s->row.state != RUN_QUEUED)
    return true;
  s->row.state = RUN_RUNNING;
  return run_store_update(s->project, &s->row, e) == 0;
}

int
course_train(struct course *s, struct err *e)
{
  struct board *board = project_board(s->project);
  struct training *t = has_turn(s, e) ? begin_training(s, e) : NULL;
  int r = t ? loop(s, t, e) : -1;

  if (!t && stopped(s))
    return leave(s, ACTIVITY_STOPPED, "stopped before it began");
  if (!t && s->resumed)
    return leave(s, ACTIVITY_FAILED, e->message);
  if (r >= 0 && keep(s, t, r > 0, e) < 0)
    r = -1;
  if (r < 0)
    give_up(s, e);
  board_end(board, s->activity, r < 0 ? ACTIVITY_FAILED : r ? ACTIVITY_STOPPED : ACTIVITY_DONE,
            r < 0 ? e->message : "");
  training_free(t);
  return r;
}
