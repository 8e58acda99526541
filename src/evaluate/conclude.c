/* conclude.c: from fits to findings, one bounded step after the other; declared in cells.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/alike.h"
#include "evaluate/cells.h"
#include "evaluate/curve_fit.h"
#include "evaluate/findings_text.h"
#include "evaluate/machine.h"
#include "evaluate/multiple.h"
#include "evaluate/pareto.h"
#include "evaluate/power.h"
#include "evaluate/significance.h"
#include "evaluate/spending.h"

#define GUARDED_TOLD 100
#define NEW_WORDS 8

/* ---- before anything is trained ---- */

static char *
params_of(const struct experiment *x, const struct cell *cell)
{
  const struct experiment_student *student = &x->students[cell->student];
  struct buf json = BUF_INIT;

  student_params_json(student->kind, cell->values ? cell->values : student->values, &json);
  return buf_take(&json);
}

static void
begin_row(struct experiment *x, size_t i)
{
  const struct cell *cell = &x->cells[i];
  const struct arm *arm = &x->arms.arms[cell->arm];
  struct found_row *row = &x->findings.rows[i];

  *row = (struct found_row){
    .name = xstrdup(cell->name), .arm = xstrdup(arm->name), .filter = xstrdup(arm->filter),
    .student = xstrdup(x->students[cell->student].name), .kind = xstrdup(x->students[cell->student].kind->name),
    .params = params_of(x, cell), .has_per_label = cell->has_per_label,
    .has_size = cell->has_size, .per_label = cell->has_per_label ? cell->limits.per_label : 0,
    .size = cell->has_size ? cell->limits.size : 0, .n = cell->n, .n_seed = cell->n_of[ORIGIN_SEED],
    .n_generated = cell->n_of[ORIGIN_GENERATED], .n_annotated = cell->n_of[ORIGIN_ANNOTATED],
    .n_imported = cell->n_of[ORIGIN_IMPORTED], .n_skipped = cell->n_skipped, .is_first = cell->first == i,
    .first = cell->first, .is_told = cell->is_told, .cost_usd = cell->cost_usd, .words = cell->like.words,
    .known_words = cell->like.known_words, .distinct = cell->like.distinct,
    .teacher_share = NAN, .break_even = NAN, .calibration_error = NAN,
  };
}

/* One text in ten is what arms that are worth comparing mostly answer differently, or more; where the test set is too
 * small for that, what it takes. */
static void
find_power(struct findings *f)
{
  static const double discordant[] = {.1, .2, .5};

  f->detectable = NAN;
  for (size_t i = 0; i < N_OF(discordant) && isnan(f->detectable); i++) {
    f->discordant = discordant[i];
    f->detectable = detectable_difference((double)f->n_test, f->discordant, LEVEL, POWER);
  }
}

/* The words that a told arm brings, as the first seed's texts show them. */
static void
find_new_words(struct experiment *x, size_t i)
{
  const struct cell *cell = &x->cells[i], *first = &x->cells[cell->first];
  struct draw more = draw_make(&x->arms, &x->arms.arms[cell->arm], &cell->limits, x->seed);
  struct draw less = draw_make(&x->arms, &x->arms.arms[first->arm], &first->limits, x->seed);
  struct buf words = BUF_INIT;

  likeness_new_words(less.examples, less.n, more.examples, more.n, x->arms.test, x->R, NEW_WORDS, &words);
  x->findings.rows[i].new_words = buf_take(&words);
  draw_release(&more);
  draw_release(&less);
}

void
conclude_plan(struct experiment *x, const struct experiment_plan *plan)
{
  struct findings *f = &x->findings;
  struct buf json = BUF_INIT;

  experiment_plan_json(plan, &json);
  *f = (struct findings){
    .plan = buf_take(&json), .version = xstrdup(PACKAGE_VERSION),
    .machine = machine_words(),
    .n_seeds = x->S, .n_test = x->R, .n_test_unlabelled = x->arms.n_test_unlabelled, .guarded = x->arms.n_guarded,
    .n_test_ids = x->R, .test_words = likeness_of(x->arms.test, x->R, NULL, 0).words,
    .spending = {.person_minutes = x->setting.person_minutes, .person_usd_per_hour = x->setting.person_usd_per_hour},
  };
  find_power(f);
  f->test_ids = xcalloc(x->R + 1, sizeof *f->test_ids);
  memcpy(f->test_ids, x->arms.test_ids, x->R * sizeof *f->test_ids);
  f->n_guarded_ids = x->arms.n_guarded < GUARDED_TOLD ? x->arms.n_guarded : GUARDED_TOLD;
  f->guarded_ids = xcalloc(f->n_guarded_ids + 1, sizeof *f->guarded_ids);
  for (size_t i = 0; i < f->n_guarded_ids; i++)
    f->guarded_ids[i] = x->arms.guarded[i];
  f->rows = xcalloc(x->n_rows + 1, sizeof *f->rows);
  for (f->n_rows = 0; f->n_rows < x->n_rows; f->n_rows++) {
    begin_row(x, f->n_rows);
    if (x->cells[f->n_rows].is_told)
      find_new_words(x, f->n_rows);
  }
}

/* ---- all rows together ---- */

static void
correct_rows(struct findings *f)
{
  double *p = xcalloc(f->n_rows + 1, sizeof *p);

  for (size_t i = 0; i < f->n_rows; i++)
    p[i] = f->rows[i].difference ? f->rows[i].difference->p : NAN;
  holm_adjust(p, f->n_rows, p);
  for (size_t i = 0; i < f->n_rows; i++)
    if (f->rows[i].difference)
      f->rows[i].difference->p_holm = p[i];
  free(p);
}

static void
find_front(struct findings *f)
{
  double *cost = xcalloc(f->n_rows + 1, sizeof *cost), *gain = xcalloc(f->n_rows + 1, sizeof *gain);
  bool *on = xcalloc(f->n_rows + 1, sizeof *on);

  for (size_t i = 0; i < f->n_rows; i++) {
    cost[i] = f->rows[i].multiply_adds;
    gain[i] = f->rows[i].accuracy.mean;
  }
  pareto_front(cost, gain, f->n_rows, on);
  for (size_t i = 0; i < f->n_rows; i++)
    f->rows[i].on_front = on[i];
  free(cost);
  free(gain);
  free(on);
}

/* ---- beside the teachers ---- */

static const struct found_teacher *
best_teacher(const struct findings *f)
{
  const struct found_teacher *best = NULL;

  for (size_t i = 0; i < f->n_teachers; i++)
    if (!best || f->teachers[i].accuracy > best->accuracy)
      best = &f->teachers[i];
  return best;
}

static double
cheapest_teacher(const struct findings *f)
{
  double least = NAN;

  for (size_t i = 0; i < f->n_teachers; i++)
    least = fmin(least, f->teachers[i].usd_per_text);   /* of a number and NaN the number */
  return least;
}

/* What a person's time cost is part of every arm that holds more than seeds. */
static void
set_beside_teachers(struct experiment *x)
{
  struct findings *f = &x->findings;
  const struct found_teacher *best = best_teacher(f);
  double person = f->spending.person_minutes / 60 * f->spending.person_usd_per_hour;

  for (size_t i = 0; i < f->n_rows; i++) {
    struct found_row *row = &f->rows[i];
    double student_usd = row->measured.us_one / 1e6 / 3600 * x->setting.cpu_usd_per_hour;
    double spent = row->cost_usd + (row->n > row->n_seed ? person : 0);

    if (best && best->accuracy > 0)
      row->teacher_share = row->accuracy.mean / best->accuracy;
    row->break_even = break_even(spent, cheapest_teacher(f), x->setting.cpu_usd_per_hour > 0 ? student_usd : 0);
  }
}

static int
look_at_project(struct experiment *x, struct err *e)
{
  struct findings *f = &x->findings;

  if (!x->project)
    return 0;
  if (spending_read(x->project, &f->spending, e) < 0
      || teachers_find(x->project, x->arms.test_ids, x->R, x->truth, x->truth_sets, x->C, &f->teachers, &f->n_teachers, e) < 0)
    return -1;
  set_beside_teachers(x);
  if (!x->record)
    return 0;
  f->agreement = xcalloc(1, sizeof *f->agreement);
  return alike_find(x->project, f, f->agreement, e);
}

/* ---- curves ---- */

static void
add_point(const struct experiment *x, const struct cell *cell, struct found_curve *c)
{
  uint8_t *right = cell_rights(x, cell);
  struct estimate e = accuracy_estimate(right, x->S, x->R);

  c->points[c->n_points++] = (struct found_point){
    .n = cell->n_beside, .mean = e.mean, .ci95 = {e.lo, e.hi}, .cost_usd = cell->cost_usd,
    .seeds = conclude_copy(cell->accuracy, x->S), .n_seeds = x->S};
  free(right);
}

/* Of the largest point: its texts were all paid for. NaN: no price is known. */
static double
usd_per_sample(const struct found_curve *c)
{
  const struct found_point *last = c->n_points > 0 ? &c->points[c->n_points - 1] : NULL;

  return last && last->n > 0 ? last->cost_usd / (double)last->n : NAN;
}

static void
conclude_curve(struct experiment *x, size_t i)
{
  struct findings *f = &x->findings;
  struct found_curve *c = &f->curves[f->n_curves++];

  *c = (struct found_curve){.of = xstrdup(x->curves[i].of), .student = xstrdup(x->students[0].name),
                            .n_seed = x->curves[i].n_seed, .points = xcalloc(EXPERIMENT_POINTS + 1, sizeof *c->points)};
  for (size_t k = x->n_rows; k < x->n_cells; k++)
    if (x->cells[k].role == CELL_POINT && x->cells[k].curve == i)
      add_point(x, &x->cells[k], c);
  curve_conclude(c, usd_per_sample(c), f->detectable, x->R, x->seed);
  if (i > 0)
    return;
  f->curve = xcalloc(c->n_points + 1, sizeof *f->curve);   /* the first one stands where scripts look for it */
  for (f->n_points = 0; f->n_points < c->n_points; f->n_points++) {
    f->curve[f->n_points] = c->points[f->n_points];
    f->curve[f->n_points].seeds = conclude_copy(c->points[f->n_points].seeds, x->S);
  }
}

/* ---- sources ---- */

static void
conclude_source(struct experiment *x, size_t i)
{
  const struct cell *cell = &x->cells[i], *whole = &x->cells[x->source_whole];
  uint8_t *with = cell_rights(x, whole), *without = cell_rights(x, cell);
  struct estimate e = bootstrap_difference(without, with, x->S, x->R, BOOTSTRAP_RESAMPLES, x->seed);
  struct findings *f = &x->findings;

  f->sources[f->n_sources++] = (struct found_source){
    .kind = xstrdup(cell->kind), .name = xstrdup(cell->source), .value = xstrdup(cell->value),
    .arm = xstrdup(x->arms.arms[x->told_arm].name), .student = xstrdup(x->students[0].name), .n = cell->n_beside,
    .cost_usd = cell->cost_usd, .worth = e.mean, .ci95 = {e.lo, e.hi}, .p = e.p, .p_holm = e.p,
    .per_usd = cell->cost_usd > 0 ? e.mean / cell->cost_usd : NAN,
  };
  free(with);
  free(without);
}

static void
correct_sources(struct findings *f)
{
  double *p = xcalloc(f->n_sources + 1, sizeof *p);

  for (size_t from = 0, to; from < f->n_sources; from = to) {
    for (to = from; to < f->n_sources && strcmp(f->sources[to].kind, f->sources[from].kind) == 0
                    && strcmp(f->sources[to].name, f->sources[from].name) == 0; to++)
      p[to] = f->sources[to].p;
    holm_adjust(p + from, to - from, p + from);
    for (size_t i = from; i < to; i++)
      f->sources[i].p_holm = p[i];
  }
  free(p);
}

/* ---- one after the other ---- */

static int
finish(struct experiment *x, struct err *e)
{
  struct findings *f = &x->findings;
  struct buf verdict = BUF_INIT, why = BUF_INIT;

  correct_rows(f);
  correct_sources(f);
  find_front(f);
  if (look_at_project(x, e) < 0)
    return -1;
  findings_verdict(f, &verdict);
  f->verdict = buf_take(&verdict);
  findings_why(f, &why);
  f->why = why.n ? buf_take(&why) : NULL;
  buf_release(&why);
  return 0;
}

size_t
conclude_steps(const struct experiment *x)
{
  return x->n_cells + x->n_rows + x->n_curves;
}

int
conclude_step(struct experiment *x, struct err *e)
{
  struct findings *f = &x->findings;
  size_t at = x->n_concluded;

  if (!f->curves)
    f->curves = xcalloc(x->n_curves + 1, sizeof *f->curves);
  if (!f->sources)
    f->sources = xcalloc(x->n_cells + 1, sizeof *f->sources);
  if (at == conclude_steps(x))
    return finish(x, e);
  if (at < x->n_rows)
    conclude_row(x, at);
  else if (at < x->n_cells && x->cells[at].role == CELL_SOURCE && x->cells[at].kind)
    conclude_source(x, at);
  else if (at >= x->n_cells && at < x->n_cells + x->n_rows)
    conclude_labels(x, at - x->n_cells);
  else if (at >= x->n_cells)
    conclude_curve(x, at - x->n_cells - x->n_rows);
  x->n_concluded++;
  return 1;
}
