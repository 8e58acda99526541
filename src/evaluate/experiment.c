#include "evaluate/experiment.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "evaluate/arm.h"
#include "evaluate/experiment_text.h"
#include "evaluate/metric.h"
#include "student/student.h"

#define DEFAULT_SEEDS 5
#define RUN_UNITS 100        /* of progress */
#define F1_WORK 3e8          /* label counts in the bootstrap of one row's macro F1: under a second */
#define F1_RESAMPLES_MIN 200
#define F1_RESAMPLES_MAX 2000

/* One arm (or point of the curve) with one student, trained once for each seed. */
struct cell {
  const char *name;
  const struct student_kind *kind;
  const struct arm *arm;     /* of a point: NULL */
  size_t n_generated;        /* of a point: texts beside the seeds */
  size_t n;                  /* training texts of a run */
  int32_t *predicted;        /* S x R; NULL in tasks with several labels */
  uint8_t *sets;             /* S x R x C in those */
  uint8_t *right;            /* S x R: the label, or the whole set */
  double *accuracy, *macro_f1;  /* S */
  double seconds;
};

struct experiment {
  struct arms arms;
  size_t S, R, C;
  uint64_t seed;
  int n_threads;
  int32_t *truth;            /* R */
  uint8_t *truth_sets;       /* R x C */
  struct cell *cells;        /* the rows, then the points that are no row */
  size_t n_cells, n_rows;
  struct {
    size_t cell, n;
  } points[EXPERIMENT_POINTS];
  size_t n_points;

  size_t run, n_runs;        /* of cells x seeds, seed by seed */
  struct training *training; /* of this run, or NULL */
  struct example *drawn;     /* its examples, where they are not an arm's */
  double run_share;          /* of its steps done */
  double started_s;
  char line[160];

  struct experiment_result result;
  size_t n_concluded;
  bool done;
};

/* ---- setting up ---- */

static const struct student_kind *
find_student(const char *name, struct err *e)
{
  const struct student_kind *kind = student_kind_find(name);
  struct buf known = BUF_INIT;

  if (kind)
    return kind;
  for (size_t i = 0; i < student_n_kinds; i++)
    buf_addf(&known, "%s%s", i ? ", " : "", student_kinds[i]->name);
  err_set(e, ERR_INPUT, "no student '%s' (there are: %s)", name, buf_str(&known));
  buf_release(&known);
  return NULL;
}

static size_t
add_cell(struct experiment *x, struct cell cell)
{
  cell.predicted = x->arms.task.multilabel ? NULL : xcalloc(x->S * x->R, sizeof *cell.predicted);
  cell.sets = x->arms.task.multilabel ? xcalloc(x->S * x->R, x->C) : NULL;
  cell.right = xcalloc(x->S, x->R);
  cell.accuracy = xcalloc(x->S, sizeof *cell.accuracy);
  cell.macro_f1 = xcalloc(x->S, sizeof *cell.macro_f1);
  x->cells[x->n_cells] = cell;
  return x->n_cells++;
}

static void
cell_release(struct cell *cell)
{
  free(cell->predicted);
  free(cell->sets);
  free(cell->right);
  free(cell->accuracy);
  free(cell->macro_f1);
}

/* The points of the curve; an end of it that is an arm already is not trained twice. */
static void
plan_curve(struct experiment *x, const struct student_kind *kind)
{
  size_t n_seed = x->arms.curve_seed.n, all = x->arms.curve_generated.n, n = all;

  while (n / 2 >= 2 * x->C && n > all >> (EXPERIMENT_POINTS - 2))
    n /= 2;
  for (size_t at = n_seed ? 0 : n; x->n_points < EXPERIMENT_POINTS; at = at == 0 ? n : 2 * at) {
    size_t cell = x->n_rows;

    /* the last point takes what halving rounded off */
    at = at > 0 && 2 * at > all ? all : at;
    for (size_t i = 0; i < x->arms.n_arms; i++)
      if (x->arms.arms[i].kind == (at == 0 ? ARM_SEED : ARM_BOTH) && (at == 0 || at == all))
        cell = i;
    if (cell == x->n_rows)
      cell = add_cell(x, (struct cell){.name = "curve", .kind = kind, .n_generated = at, .n = n_seed + at});
    x->points[x->n_points].cell = cell;
    x->points[x->n_points++].n = at;
    if (at == all)
      break;
  }
}

static void
take_truth(struct experiment *x)
{
  x->truth = xcalloc(x->R, sizeof *x->truth);
  x->truth_sets = x->arms.task.multilabel ? xcalloc(x->R, x->C) : NULL;
  for (size_t r = 0; r < x->R; r++) {
    const struct example *t = &x->arms.test[r];

    x->truth[r] = t->labels[0];
    for (size_t i = 0; x->truth_sets && i < t->n_labels; i++)
      x->truth_sets[r * x->C + t->labels[i]] = 1;
  }
}

static int
set_up(struct experiment *x, const struct corpus *corpus, struct project *project, const struct experiment_options *o,
       struct err *e)
{
  static const char *const all_arms[] = {"seed,generated,both"}, *const one_student[] = {"linear"};
  const char *const *students = o->n_students ? o->students : one_student;
  size_t n_students = o->n_students ? o->n_students : N_OF(one_student);
  const struct student_kind *kinds[EXPERIMENT_STUDENTS];

  if (o->n_seeds < 0 || o->n_seeds > EXPERIMENT_SEEDS)
    return err_set(e, ERR_INPUT, "%d seeds are not possible (1 to %d)", o->n_seeds, EXPERIMENT_SEEDS);
  for (size_t i = 0; i < n_students; i++)
    if (!(kinds[i] = find_student(students[i], e)))
      return -1;
  if (arms_collect(&x->arms, corpus, project, o->n_arms ? o->arms : all_arms, o->n_arms ? o->n_arms : N_OF(all_arms),
                   o->test ? o->test : "split:test", o->provider, o->curve, e) < 0)
    return -1;
  if (x->arms.n_arms > EXPERIMENT_ARMS)
    return err_set(e, ERR_INPUT, "more than %d arms", EXPERIMENT_ARMS);
  x->S = o->n_seeds ? (size_t)o->n_seeds : DEFAULT_SEEDS;
  x->R = x->arms.n_test;
  x->C = x->arms.task.n_classes;
  x->seed = o->seed ? o->seed : 1;
  x->n_threads = o->n_threads;
  take_truth(x);
  x->n_rows = n_students * x->arms.n_arms;
  x->cells = xcalloc(x->n_rows + EXPERIMENT_POINTS, sizeof *x->cells);
  for (size_t i = 0; i < x->n_rows; i++) {
    const struct arm *arm = &x->arms.arms[i % x->arms.n_arms];

    add_cell(x, (struct cell){.name = arm->name, .kind = kinds[i / x->arms.n_arms], .arm = arm, .n = arm->n});
  }
  if (o->curve)
    plan_curve(x, kinds[0]);
  x->n_runs = x->n_cells * x->S;
  return 0;
}

struct experiment *
experiment_new(const struct corpus *corpus, struct project *project, const struct experiment_options *options,
               struct err *e)
{
  struct experiment *x = xcalloc(1, sizeof *x);

  if (set_up(x, corpus, project, options, e) == 0)
    return x;
  experiment_free(x);
  return NULL;
}

void
experiment_free(struct experiment *x)
{
  if (!x)
    return;
  training_free(x->training);
  free(x->drawn);
  for (size_t i = 0; i < x->n_cells; i++)
    cell_release(&x->cells[i]);
  free(x->cells);
  free(x->truth);
  free(x->truth_sets);
  free(x->result.rows);
  free(x->result.curve);
  free(x->result.verdict);
  arms_release(&x->arms);
  free(x);
}

/* ---- one run ---- */

static void
say_run(struct experiment *x, const struct cell *cell, size_t s, const char *end)
{
  struct buf line = BUF_INIT;

  if (cell->arm)
    buf_addf(&line, "%s, %s, seed %zu of %zu%s", cell->name, cell->kind->name, s + 1, x->S, end);
  else
    buf_addf(&line, "curve at %zu, %s, seed %zu of %zu%s", cell->n_generated, cell->kind->name, s + 1, x->S, end);
  strncpy(x->line, buf_str(&line), sizeof x->line - 1);
  buf_release(&line);
}

static int
start_run(struct experiment *x, struct cell *cell, size_t s, struct err *e)
{
  double *values = xcalloc(cell->kind->n_params + 1, sizeof *values);
  const struct example *examples = cell->arm ? cell->arm->examples : NULL;

  say_run(x, cell, s, "");
  x->started_s = clock_s();
  x->run_share = 0;
  student_defaults(cell->kind, values);
  if (!examples)
    examples = x->drawn = arms_draw(&x->arms, cell->n_generated, x->seed + s);
  x->training = training_new(cell->kind, &x->arms.task, examples, cell->n, NULL, 0, values, x->seed + s, x->n_threads,
                             e);
  free(values);
  return x->training ? 0 : err_prefix(e, "arm '%s', student '%s': ", cell->name, cell->kind->name);
}

static void
predict_labels(struct experiment *x, struct cell *cell, size_t s, const struct student *student)
{
  uint16_t *labels = xcalloc(x->R, sizeof *labels);
  size_t *tally = xcalloc(3 * x->C, sizeof *tally);
  int32_t *predicted = cell->predicted + s * x->R;

  student_predict_top(student, x->arms.test, x->R, x->n_threads, labels, NULL);
  for (size_t r = 0; r < x->R; r++) {
    predicted[r] = labels[r];
    cell->right[s * x->R + r] = predicted[r] == x->truth[r];
  }
  cell->macro_f1[s] = metric_macro_f1(x->C, x->truth, predicted, NULL, x->R, tally);
  free(labels);
  free(tally);
}

static void
predict_sets(struct experiment *x, struct cell *cell, size_t s, const struct student *student)
{
  float *p = xcalloc(x->R * x->C, sizeof *p);
  size_t *tally = xcalloc(3 * x->C, sizeof *tally);
  uint8_t *sets = cell->sets + s * x->R * x->C;
  struct student_info info;

  student_info(student, &info);
  student_predict(student, x->arms.test, x->R, x->n_threads, p);
  for (size_t i = 0; i < x->R * x->C; i++)
    sets[i] = p[i] >= info.threshold;
  for (size_t r = 0; r < x->R; r++)
    cell->right[s * x->R + r] = memcmp(sets + r * x->C, x->truth_sets + r * x->C, x->C) == 0;
  cell->macro_f1[s] = metric_multi_macro_f1(x->C, x->truth_sets, sets, NULL, x->R, tally);
  free(p);
  free(tally);
}

static int
end_run(struct experiment *x, struct cell *cell, size_t s, struct err *e)
{
  struct student *student = training_take(x->training, e);
  size_t n_right = 0;
  char end[16];

  if (!student)
    return err_prefix(e, "arm '%s', student '%s': ", cell->name, cell->kind->name);
  cell->seconds += clock_s() - x->started_s;
  training_free(x->training);
  x->training = NULL;
  free(x->drawn);
  x->drawn = NULL;
  (cell->sets ? predict_sets : predict_labels)(x, cell, s, student);
  student_free(student);
  for (size_t r = 0; r < x->R; r++)
    n_right += cell->right[s * x->R + r];
  cell->accuracy[s] = (double)n_right / (double)x->R;
  snprintf(end, sizeof end, ": %.3f", cell->accuracy[s]);
  say_run(x, cell, s, end);
  x->run++;
  x->run_share = 0;
  return 0;
}

static int
step_run(struct experiment *x, struct err *e)
{
  struct cell *cell = &x->cells[x->run % x->n_cells];
  size_t s = x->run / x->n_cells;
  struct train_point point;
  int more;

  if (!x->training)
    return start_run(x, cell, s, e);
  more = training_step(x->training, &point, e);
  if (more < 0)
    return err_prefix(e, "arm '%s', student '%s': ", cell->name, cell->kind->name);
  if (more == 0)
    return end_run(x, cell, s, e);
  if (point.n_steps > 0)
    x->run_share = fmin(1, (double)point.step / point.n_steps);
  return 0;
}

/* ---- what it comes to ---- */

struct f1_source {
  const struct experiment *x;
  const struct cell *cell;
  size_t *tally;
};

static double
f1_of_seed(const void *arg, size_t s, const uint32_t *weight)
{
  const struct f1_source *f = arg;
  const struct experiment *x = f->x;

  if (f->cell->sets)
    return metric_multi_macro_f1(x->C, x->truth_sets, f->cell->sets + s * x->R * x->C, weight, x->R, f->tally);
  return metric_macro_f1(x->C, x->truth, f->cell->predicted + s * x->R, weight, x->R, f->tally);
}

static void
conclude_row(struct experiment *x, size_t i)
{
  const struct cell *cell = &x->cells[i], *first = &x->cells[i - i % x->arms.n_arms];
  struct experiment_row *row = &x->result.rows[i];
  struct f1_source f1 = {x, cell, xcalloc(3 * x->C, sizeof *f1.tally)};
  double work = (double)(x->S * x->R) * (cell->sets ? (double)x->C : 1);

  *row = (struct experiment_row){
    .name = cell->name, .student = cell->kind->name, .n = cell->n, .built_in = cell->arm->kind != ARM_FILTER,
    .is_first = cell == first, .cost_usd = cell->arm->cost_usd, .seconds = cell->seconds,
    .accuracy_seeds = cell->accuracy, .macro_f1_seeds = cell->macro_f1,
  };
  row->accuracy = accuracy_estimate(cell->right, x->S, x->R);
  row->macro_f1 = bootstrap_mean(f1_of_seed, &f1, x->S, x->R,
                                 (size_t)fmin(fmax(F1_WORK / work, F1_RESAMPLES_MIN), F1_RESAMPLES_MAX), x->seed);
  row->macro_f1.lo = fmax(row->macro_f1.lo, 0);
  row->macro_f1.hi = fmin(row->macro_f1.hi, 1);
  if (!row->is_first) {
    row->difference = bootstrap_difference(first->right, cell->right, x->S, x->R, BOOTSTRAP_RESAMPLES, x->seed);
    row->mcnemar = mcnemar_pooled(first->right, cell->right, x->S, x->R);
  }
  free(f1.tally);
}

static void
finish(struct experiment *x)
{
  struct experiment_result *r = &x->result;
  struct buf verdict = BUF_INIT;

  r->n_seeds = x->S;
  r->n_test = x->R;
  r->n_test_unlabelled = x->arms.n_test_unlabelled;
  r->guarded = x->arms.guarded;
  r->n_points = x->n_points;
  r->curve = xcalloc(x->n_points + 1, sizeof *r->curve);
  for (size_t i = 0; i < x->n_points; i++) {
    struct estimate e = accuracy_estimate(x->cells[x->points[i].cell].right, x->S, x->R);

    r->curve[i] = (struct experiment_point){.n = x->points[i].n, .mean = e.mean, .ci95 = {e.lo, e.hi}};
  }
  experiment_verdict(r, &verdict);
  r->verdict = buf_take(&verdict);
  x->done = true;
}

int
experiment_step(struct experiment *x, struct stop *stop, struct err *e)
{
  if (x->done)
    return 0;
  if (stop_wanted(stop))
    return err_set(e, ERR_INTERRUPTED, "stopped after %zu of %zu runs", x->run, x->n_runs);
  if (x->run < x->n_runs)
    return step_run(x, e) < 0 ? -1 : 1;
  if (!x->result.rows)
    x->result.rows = xcalloc(x->n_rows, sizeof *x->result.rows);
  if (x->n_concluded < x->n_rows) {
    conclude_row(x, x->n_concluded++);
    x->result.n_rows = x->n_concluded;
    return 1;
  }
  finish(x);
  return 0;
}

void
experiment_progress(const struct experiment *x, struct experiment_progress *p)
{
  *p = (struct experiment_progress){
    .done = x->run * RUN_UNITS + (size_t)(x->run_share * RUN_UNITS) + x->n_concluded,
    .total = x->n_runs * RUN_UNITS + x->n_rows, .runs_done = x->run, .n_runs = x->n_runs,
  };
  memcpy(p->line, x->line, sizeof p->line);
}

const struct experiment_result *
experiment_result(const struct experiment *x)
{
  return x->done ? &x->result : NULL;
}
