/* train and runs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "command/learn.h"
#include "command/names.h"
#include "command/print.h"
#include "command/rows.h"
#include "command/students.h"
#include "curate/learned.h"
#include "store/run_store.h"

/* One training from its first step to what is kept of it. */
struct session {
  struct call *c;
  const struct student_kind *kind;
  struct lesson lesson;
  double *values;
  struct buf params;            /* the values as JSON */
  struct run_row row;           /* strings: name is owned */
  char *name;
  uint32_t activity;            /* on the board */
  struct train_point *points;
  size_t n_points, cap_points;
  struct train_point best;      /* end of the epoch that is kept */
  struct seen seen;             /* the samples before any was collected */
  struct dynamics *dynamics;    /* NULL: not wanted */
};

static void
session_release(struct session *s)
{
  lesson_release(&s->lesson);
  free(s->values);
  buf_release(&s->params);
  free(s->name);
  free(s->points);
  seen_release(&s->seen);
  dynamics_free(s->dynamics);
}

static int
session_init(struct session *s, struct call *c, struct err *e)
{
  *s = (struct session){.c = c, .params = BUF_INIT,
                        .best = {.train_loss = NAN, .train_accuracy = NAN, .valid_accuracy = NAN, .valid_loss = NAN,
                                 .valid_f1 = NAN}};
  if (call_given(c, "name") && names_check("a run", call_text(c, "name"), e) < 0)
    return -1;
  s->kind = students_find(call_text(c, "student"), e);
  if (!s->kind || students_values(c, s->kind, &s->values, e) < 0)
    return -1;
  students_json(s->kind, s->values, &s->params);
  if (strcmp(call_text(c, "dynamics"), "no") != 0)
    seen_take(project_corpus(c->project), &s->seen);
  return lesson_collect(c, call_text(c, "data"), &s->lesson, e);
}

static int
begin_run(struct session *s, struct err *e)
{
  struct call *c = s->c;

  s->row = (struct run_row){
    .name = (char *)call_text(c, "name"),
    .student = (char *)s->kind->name,
    .state = RUN_RUNNING,
    .params = s->params.s,
    .data = (char *)(call_text(c, "data") ? call_text(c, "data") : ""),
    .seed = (uint64_t)call_number(c, "seed"),
    .n_train = (uint32_t)s->lesson.train.n,
    .n_valid = (uint32_t)s->lesson.valid.n,
    .metrics = (char *)"{}", .message = (char *)"", .arm = (char *)"",
  };
  if (run_store_add(c->project, &s->row, &s->row.id, &s->name, e) < 0)
    return -1;
  s->row.name = s->name;
  s->activity = board_begin(project_board(c->project), ACTIVITY_RUN, s->row.id, s->name);
  return 0;
}

static void
add_point_fields(struct buf *out, const struct train_point *p)
{
  json_add_field_number(out, "train_loss", p->train_loss);
  json_add_field_number(out, "train_accuracy", p->train_accuracy);
  json_add_field_number(out, "valid_loss", p->valid_loss);
  json_add_field_number(out, "valid_accuracy", p->valid_accuracy);
  json_add_field_number(out, "valid_f1", p->valid_f1);
}

/* A line for the end of an epoch. */
static void
print_epoch(struct session *s, const struct train_point *p)
{
  struct buf out = BUF_INIT;

  if (s->c->json) {
    buf_addc(&out, '{');
    json_add_field(&out, "run", s->name);
    json_add_field_int(&out, "epoch", p->epoch);
    json_add_field_int(&out, "step", p->step);
    add_point_fields(&out, p);
    json_add_field_number(&out, "samples_per_s", p->samples_per_s);
    buf_addc(&out, '}');
    print_json(s->c, &out);
  } else {
    buf_addf(&out, "epoch %3d  train loss %.3f acc %.3f", p->epoch, p->train_loss, p->train_accuracy);
    if (!isnan(p->valid_accuracy))
      buf_addf(&out, "  valid loss %.3f acc %.3f F1 %.3f", p->valid_loss, p->valid_accuracy, p->valid_f1);
    print_line(s->c, "%s  %.1f s", buf_str(&out), p->seconds);
  }
  buf_release(&out);
}

/* With validation texts the epoch of the least loss on them is kept; without, training ends with all texts, and the
 * last figures on texts set aside on the way say how good that is. */
static void
take_epoch(struct session *s, const struct train_point *p)
{
  bool better = s->lesson.valid.n ? !(s->best.valid_loss <= p->valid_loss) : !isnan(p->valid_accuracy);

  if (better || s->best.epoch == 0)
    s->best = *p;
  else if (s->lesson.valid.n == 0)
    s->best.epoch = p->epoch;
}

static void
take_point(struct session *s, const struct train_point *p)
{
  struct board *board = project_board(s->c->project);
  struct buf detail = BUF_INIT;

  GROW(s->points, s->cap_points, s->n_points + 1);
  s->points[s->n_points++] = *p;
  board_point(board, s->activity, p);
  board_progress(board, s->activity, (uint64_t)p->step, (uint64_t)p->n_steps,
                 p->seconds > 0 ? p->step / p->seconds : 0);
  progress_total(&s->c->progress, p->n_steps);
  buf_addf(&detail, "epoch %d  loss %.3f", p->epoch, p->train_loss);
  progress_set(&s->c->progress, p->step, buf_str(&detail));
  buf_release(&detail);
  if (!p->epoch_end)
    return;
  take_epoch(s, p);
  print_epoch(s, p);
}

/* The loop. 0: trained to its end; 1: stopped, with what was learned so far; -1. */
static int
run_training(struct session *s, struct training *t, struct err *e)
{
  struct board *board = project_board(s->c->project);
  struct stop *flag = board_stop_flag(board, s->activity);
  struct train_point p;
  int r;

  progress_begin(&s->c->progress, "training", "steps", 0);
  do {
    if (stop_wanted(s->c->stop) || stop_wanted(flag) || !board_pause_point(board, s->activity)) {
      progress_end(&s->c->progress);
      return 1;
    }
    r = training_step(t, &p, e);
    if (r >= 0)
      take_point(s, &p);
  } while (r == 1);
  progress_end(&s->c->progress);
  return r;
}

static void
print_end(struct session *s, const struct student_info *info)
{
  struct call *c = s->c;
  struct buf out = BUF_INIT;

  if (c->json) {
    buf_addc(&out, '{');
    json_add_field(&out, "run", s->name);
    json_add_field(&out, "student", s->kind->name);
    json_add_field_int(&out, "best_epoch", s->row.best_epoch);
    json_add_field_int(&out, "n_train", s->row.n_train);
    json_add_field_int(&out, "n_valid", s->row.n_valid);
    add_point_fields(&out, &s->best);
    json_add_field_int(&out, "parameters", (int64_t)info->n_parameters);
    json_add_field_int(&out, "model_bytes", (int64_t)info->size_bytes);
    json_add_field_number(&out, "seconds", s->row.seconds);
    buf_addc(&out, '}');
    print_json(c, &out);
  } else {
    print_line(c, "%s: %u texts%s, %.1f s, model %.1f MB", s->name, s->row.n_train,
               s->row.state == RUN_STOPPED ? " (stopped)" : "", s->row.seconds, (double)info->size_bytes / 1e6);
    if (!c->workbench)
      print_line(c, "next: retort evaluate %s", c->path);
  }
  buf_release(&out);
}

/* Puts the student, its curve and the end of the run into the project. */
static int
keep(struct session *s, struct training *t, bool stopped, struct err *e)
{
  struct student *student = training_take(t, e);
  struct buf model, metrics = BUF_INIT;
  struct student_info info;
  int r = -1;

  buf_init(&model, STUDENT_MAX_BYTES);
  if (student && student_save(student, &model, e) == 0) {
    student_info(student, &info);
    s->row.state = stopped ? RUN_STOPPED : RUN_DONE;
    s->row.best_epoch = s->best.epoch > 0 ? (uint32_t)s->best.epoch : 0;
    s->row.seconds = s->n_points ? s->points[s->n_points - 1].seconds : 0;
    buf_addc(&metrics, '{');
    add_point_fields(&metrics, &s->best);
    json_add_field_int(&metrics, "parameters", (int64_t)info.n_parameters);
    json_add_field_int(&metrics, "size_bytes", (int64_t)info.size_bytes);
    json_add_field_number(&metrics, "multiply_adds", info.multiply_adds);
    buf_addc(&metrics, '}');
    s->row.metrics = metrics.s;
    r = run_store_finish(s->c->project, &s->row, model.s, model.n, s->points, s->n_points, e);
    s->row.metrics = (char *)"{}";
  }
  if (r == 0 && s->dynamics)
    r = learned_keep(s->c->project, s->row.id, &s->seen, s->lesson.train.ids, s->lesson.train.n, s->dynamics, e);
  if (r == 0)
    print_end(s, &info);
  buf_release(&model);
  buf_release(&metrics);
  student_free(student);
  return r;
}

/* Marks the run as failed, as well as that can still be done. */
static void
give_up(struct session *s, const struct err *why)
{
  s->row.state = RUN_FAILED;
  s->row.message = (char *)why->message;
  run_store_update(s->c->project, &s->row, NULL);
}

static int
train(struct session *s, struct err *e)
{
  struct call *c = s->c;
  struct board *board = project_board(c->project);
  struct training *t;
  int r;

  if (begin_run(s, e) < 0)
    return -1;
  t = training_new(s->kind, &s->lesson.task, s->lesson.train.v, s->lesson.train.n, s->lesson.valid.v, s->lesson.valid.n,
                   s->values, s->row.seed, (int)call_number(c, "threads"), e);
  if (t && s->seen.text) {
    s->dynamics = dynamics_new(s->lesson.train.n);
    training_watch(t, s->dynamics);
  }
  r = t ? run_training(s, t, e) : -1;
  if (r >= 0 && keep(s, t, r == 1, e) < 0)
    r = -1;
  if (r < 0)
    give_up(s, e);
  board_end(board, s->activity, r < 0 ? ACTIVITY_FAILED : r == 1 ? ACTIVITY_STOPPED : ACTIVITY_DONE,
            r < 0 ? e->message : "");
  training_free(t);
  if (r == 1)
    return err_set(e, ERR_INTERRUPTED, "stopped; what '%s' has learned so far is kept", s->name);
  return r;
}

static int
run_train(struct call *c, struct err *e)
{
  struct session s;
  int r = session_init(&s, c, e);

  if (r == 0 && s.lesson.n_unlabelled)
    progress_note(&c->progress, "%zu samples without a label are left out", s.lesson.n_unlabelled);
  if (r == 0 && s.lesson.n_in_test)
    progress_note(&c->progress, "%zu training text%s left out: in the test split", s.lesson.n_in_test,
                  s.lesson.n_in_test == 1 ? "" : "s");
  if (r == 0)
    r = train(&s, e);
  session_release(&s);
  return r;
}

static const struct option train_options[] = {
  {.name = "student", .type = OPTION_STUDENT, .fallback = "linear", .argument = "NAME", .summary = "what is trained"},
  {.name = "data", .type = OPTION_FILTER, .argument = "QUERY",
   .summary = "what it is trained on; else what is accepted or a seed, of split train"},
  {.name = "name", .type = OPTION_TEXT, .argument = "RUN",
   .summary = "the name of the run; else the student's with a number: linear#1"},
  {.name = "dynamics", .type = OPTION_CHOICE, .choices = "yes|no", .fallback = "yes", .argument = "WHETHER",
   .summary = "keep how each text was learned, as signals of the run (20 bytes a sample)"},
  {.name = "threads", .type = OPTION_INT, .min = 0, .max = 64, .fallback = "0", .argument = "N",
   .summary = "processors to use; 0: all. The model is the same whatever their number"},
  {.name = "seed", .type = OPTION_INT, .min = 0, .max = 9007199254740992.0, .fallback = "1", .argument = "N",
   .summary = "of order and first weights"},
  {.name = NULL},
};

static const struct command_example train_examples[] = {
  {"retort train tickets.retort", "the linear student, on seeds and accepted samples"},
  {"retort train tickets.retort --data origin:seed --name seeds --json", "on the seeds alone"},
  {NULL, NULL},
};

const struct command command_train = {
  .name = "train",
  .arguments = "PROJECT",
  .summary = "trains a student",
  .text =
    "Trains on the accepted samples and the seeds of split train, or on what --data selects (samples of split test "
    "and valid never, rejected ones only if the filter speaks of status:). A text that stands in the test split, too, "
    "is left out: one that equals a test text but for case and punctuation, and a generated one that nearly does "
    "(dedupe says what that is). Samples of split valid tell when to stop; "
    "without any, the student sets some of its texts aside for that. The model, its curve and its parameters are kept "
    "in the project as a run.\n\n"
    "How each training text was learned is kept, too, as signals (list --sort aum, 'forgetting>2'): mean_confidence, the "
    "mean over the epochs of the probability of its label just before it was learned from once more, variability, the "
    "standard deviation of that (Swayamdipta et al. 2020), correctness, the share of the epochs in which its label was the "
    "likeliest, forgetting, how often that ceased to be so (Toneva et al. 2019), and aum, the mean of the score of its label "
    "less the best other (Pleiss et al. 2020). It makes no other model.\n\n"
    "With --json a line for each epoch: run, epoch, step, train_loss, train_accuracy, valid_loss, valid_accuracy, "
    "valid_f1, samples_per_s; the last line has run, best_epoch, n_train, n_valid, the figures of that epoch, "
    "parameters, model_bytes, seconds. Interrupted, the best so far is kept, and the exit status is 130.",
  .options = train_options,
  .more = students_options,
  .examples = train_examples,
  .flags = COMMAND_PROJECT | COMMAND_WRITES | COMMAND_LONG | COMMAND_JSON,
  .run = run_train,
};

/* ---- runs */

static double
number_of(const struct json *j, const char *key)
{
  return json_number(json_get(j, key), NAN);
}

static void
run_json(struct buf *out, const struct run_row *r, const struct json *metrics, const struct json *test)
{
  json_add_comma(out);
  buf_addc(out, '{');
  json_add_field(out, "run", r->name);
  json_add_field(out, "student", r->student);
  json_add_field(out, "state", run_state_names[r->state]);
  json_add_field(out, "data", r->data);
  json_add_field_int(out, "seed", (int64_t)r->seed);
  json_add_field_int(out, "n_train", r->n_train);
  json_add_field_int(out, "n_valid", r->n_valid);
  json_add_field_int(out, "best_epoch", r->best_epoch);
  json_add_field_number(out, "seconds", r->seconds);
  json_add_field_int(out, "model_bytes", (int64_t)r->model_bytes);
  json_add_field_int(out, "at_ms", r->at_ms);
  json_add_key(out, "params");
  buf_adds(out, r->params && *r->params ? r->params : "{}");
  json_add_key(out, "metrics");
  if (metrics)
    json_print(out, metrics);
  else
    buf_adds(out, "{}");
  json_add_field_number(out, "test_accuracy", number_of(test, "accuracy"));
  json_add_field_number(out, "test_macro_f1", number_of(test, "macro_f1"));
  buf_addc(out, '}');
}

static void
accuracy_cell(struct grid *g, double x)
{
  if (isnan(x))
    grid_cell(g, "-");
  else
    grid_cell(g, "%.3f", x);
}

static void
run_cells(struct grid *g, const struct run_row *r, const struct json *metrics, const struct json *test)
{
  char at[32];

  clock_format(r->at_ms, at, sizeof at);
  grid_cell(g, "%s", r->name);
  grid_cell(g, "%s", r->student);
  grid_cell(g, "%s", run_state_names[r->state]);
  grid_cell(g, "%u", r->n_train);
  accuracy_cell(g, number_of(metrics, "valid_accuracy"));
  accuracy_cell(g, number_of(test, "accuracy"));
  accuracy_cell(g, number_of(test, "macro_f1"));
  grid_cell(g, "%.1f", r->seconds);
  grid_cell(g, "%.1f", (double)r->model_bytes / 1e6);
  grid_cell(g, "%s", at);
  grid_cell(g, "%s", *r->data ? r->data : "accepted and seeds");
}

/* What the run reached on the test split, if that was ever evaluated. */
static struct json *
test_metrics(const struct evaluation_row *rows, size_t n, uint32_t run)
{
  for (size_t i = 0; i < n; i++)
    if (rows[i].kind == PREDICTOR_RUN && rows[i].predictor_id == run && strcmp(rows[i].split, "test") == 0)
      return json_parse(rows[i].metrics, strlen(rows[i].metrics), NULL, NULL);
  return NULL;
}

/* Teachers that were evaluated on the test split stand beside the runs, as in the Compare view. */
static void
add_teachers(struct call *c, const struct evaluation_row *rows, size_t n, struct grid *g, struct buf *out)
{
  for (size_t i = 0; i < n; i++) {
    const char *name = corpus_name(project_corpus(c->project), NAME_TEACHER, rows[i].predictor_id);
    struct json *test;
    char at[32];

    if (rows[i].kind != PREDICTOR_TEACHER || strcmp(rows[i].split, "test") != 0)
      continue;
    test = json_parse(rows[i].metrics, strlen(rows[i].metrics), NULL, NULL);
    json_add_comma(out);
    buf_addc(out, '{');
    json_add_field(out, "teacher", name);
    json_add_field_number(out, "n_test", number_of(test, "n"));
    json_add_field_number(out, "test_accuracy", number_of(test, "accuracy"));
    json_add_field_number(out, "test_macro_f1", number_of(test, "macro_f1"));
    json_add_field_int(out, "at_ms", rows[i].at_ms);
    buf_addc(out, '}');
    clock_format(rows[i].at_ms, at, sizeof at);
    grid_cell(g, "%s", name);
    grid_cell(g, "teacher");
    grid_cell(g, "-");
    grid_cell(g, "0");
    grid_cell(g, "-");
    accuracy_cell(g, number_of(test, "accuracy"));
    accuracy_cell(g, number_of(test, "macro_f1"));
    grid_cell(g, "-");
    grid_cell(g, "-");
    grid_cell(g, "%s", at);
    grid_cell(g, "-");
    json_free(test);
  }
}

static int
run_runs(struct call *c, struct err *e)
{
  struct evaluation_row *evaluations = NULL;
  struct run_row *rows = NULL;
  size_t n = 0, n_evaluations = 0;
  struct buf out = BUF_INIT, teachers = BUF_INIT;
  struct grid g;

  if (run_store_list(c->project, &rows, &n, e) < 0)
    return -1;
  if (run_store_evaluations(c->project, &evaluations, &n_evaluations, e) < 0) {
    run_rows_free(rows, n);
    return -1;
  }
  grid_init(&g, "run|student|state|texts>|valid>|test>|F1>|seconds>|MB>|at|data");
  for (size_t i = 0; i < n; i++) {
    struct json *metrics = json_parse(rows[i].metrics, strlen(rows[i].metrics), NULL, NULL);
    struct json *test = test_metrics(evaluations, n_evaluations, rows[i].id);

    run_json(&out, &rows[i], metrics, test);
    run_cells(&g, &rows[i], metrics, test);
    json_free(metrics);
    json_free(test);
  }
  add_teachers(c, evaluations, n_evaluations, &g, &teachers);
  if (c->json)
    fprintf(c->out, "{\"runs\":[%s],\"teachers\":[%s]}\n", buf_str(&out), buf_str(&teachers));
  else
    grid_print(&g, c);
  grid_release(&g);
  buf_release(&out);
  buf_release(&teachers);
  evaluation_rows_free(evaluations, n_evaluations);
  run_rows_free(rows, n);
  return 0;
}

static const struct command_example runs_examples[] = {
  {"retort runs tickets.retort", "what was trained so far"},
  {NULL, NULL},
};

const struct command command_runs = {
  .name = "runs",
  .arguments = "PROJECT",
  .summary = "the training runs",
  .text =
    "A line for each run: what it was trained on, how it did on the validation texts, and on the test split if it was "
    "evaluated. Teachers that were (retort annotate --filter split:test) stand below them; they learned from no text "
    "of the project.",
  .examples = runs_examples,
  .flags = COMMAND_PROJECT | COMMAND_JSON,
  .run = run_runs,
};
