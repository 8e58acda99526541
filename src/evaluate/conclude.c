/* conclude.c: from fits to findings, one bounded step after the other; declared in cells.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/alike.h"
#include "evaluate/cells.h"
#include "evaluate/curve_fit.h"
#include "evaluate/effect.h"
#include "evaluate/findings_text.h"
#include "evaluate/machine.h"
#include "evaluate/metric.h"
#include "evaluate/multiple.h"
#include "evaluate/pareto.h"
#include "evaluate/power.h"
#include "evaluate/significance.h"
#include "evaluate/spending.h"

#define LEVEL .95
#define POWER .8
#define GUARDED_TOLD 100
#define NEW_WORDS 8
#define F1_WORK 3e8          /* label counts in the bootstrap of one row's macro F1: under a second */
#define F1_RESAMPLES_MIN 200
#define F1_RESAMPLES_MAX 2000

/* ---- before anything is trained ---- */

static void
begin_row(struct experiment *x, size_t i)
{
  const struct cell *cell = &x->cells[i];
  const struct arm *arm = &x->arms.arms[cell->arm];
  struct found_row *row = &x->findings.rows[i];

  *row = (struct found_row){
    .name = xstrdup(cell->name), .arm = xstrdup(arm->name), .filter = xstrdup(arm->filter),
    .student = xstrdup(x->students[cell->student].name), .has_per_label = cell->has_per_label,
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
    .name = x->setting.name ? xstrdup(x->setting.name) : NULL, .plan = buf_take(&json), .version = xstrdup(PACKAGE_VERSION),
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

/* ---- rows ---- */

/* What a cell got right, S x R. */
static uint8_t *
rights_of(const struct experiment *x, const struct cell *cell)
{
  uint8_t *right = xcalloc(x->S * x->R, 1);

  for (size_t s = 0; s < x->S; s++)
    memcpy(right + s * x->R, cell->fits[s].right, x->R);
  return right;
}

static double *
copy_numbers(const double *from, size_t n)
{
  double *to = xcalloc(n + 1, sizeof *to);

  memcpy(to, from, n * sizeof *to);
  return to;
}

static struct found_score
score_of(const struct estimate *e, const double *seeds, size_t n)
{
  return (struct found_score){.mean = e->mean, .ci95 = {e->lo, e->hi}, .seeds = copy_numbers(seeds, n), .n_seeds = n};
}

struct f1_source {
  const struct experiment *x;
  const struct cell *cell;
  int32_t *predicted;        /* S x R */
  size_t *tally;
};

static double
f1_of_seed(const void *arg, size_t s, const uint32_t *weight)
{
  const struct f1_source *f = arg;
  const struct experiment *x = f->x;

  if (f->cell->fits[s].sets)
    return metric_multi_macro_f1(x->C, x->truth_sets, f->cell->fits[s].sets, weight, x->R, f->tally);
  return metric_macro_f1(x->C, x->truth, f->predicted + s * x->R, weight, x->R, f->tally);
}

static int32_t *
predictions_of(const struct experiment *x, const struct cell *cell)
{
  int32_t *predicted = xcalloc(x->S * x->R, sizeof *predicted);

  for (size_t s = 0; s < x->S; s++)
    for (size_t r = 0; cell->fits[s].said && r < x->R; r++)
      predicted[s * x->R + r] = cell->fits[s].said[r];
  return predicted;
}

static struct found_score
macro_f1_of(const struct experiment *x, const struct cell *cell)
{
  struct f1_source f1 = {x, cell, predictions_of(x, cell), xcalloc(3 * x->C, sizeof *f1.tally)};
  double work = (double)(x->S * x->R) * (x->truth_sets ? (double)x->C : 1);
  size_t resamples = (size_t)fmin(fmax(F1_WORK / work, F1_RESAMPLES_MIN), F1_RESAMPLES_MAX);
  struct estimate e = bootstrap_mean(f1_of_seed, &f1, x->S, x->R, resamples, x->seed);

  e.lo = fmax(e.lo, 0);
  e.hi = fmin(e.hi, 1);
  free(f1.predicted);
  free(f1.tally);
  return score_of(&e, cell->macro_f1, x->S);
}

static struct found_difference *
difference_of(const struct experiment *x, const uint8_t *first, const uint8_t *second)
{
  struct estimate e = bootstrap_difference(first, second, x->S, x->R, BOOTSTRAP_RESAMPLES, x->seed);
  struct mcnemar m = mcnemar_pooled(first, second, x->S, x->R);
  struct found_difference *d = xcalloc(1, sizeof *d);

  *d = (struct found_difference){
    .accuracy = e.mean, .ci95 = {e.lo, e.hi}, .p = e.p, .p_holm = e.p, .mcnemar = {m.b, m.c, m.p_exact},
    .detectable = detectable_by(sqrt(e.se_text * e.se_text + e.se_seed * e.se_seed), e.df, LEVEL, POWER),
  };
  return d;
}

/* Means over the seeds; what was measured of one seed only is that. */
static void
take_figures(const struct experiment *x, const struct cell *cell, struct found_row *row)
{
  const struct fit_figures *one = &cell->fits[0].figures;
  double S = (double)x->S;

  row->measured = (struct found_measure){.peak_bytes = one->measured.peak_bytes, .us_one = one->measured.us_one,
                                         .us_batch = one->measured.us_batch};
  row->calibration_error = 0;
  for (size_t s = 0; s < x->S; s++) {
    const struct fit_figures *f = &cell->fits[s].figures;

    row->measured.seconds += f->measured.seconds / S;
    row->measured.cpu_seconds += f->measured.cpu_seconds / S;
    row->calibration_error += f->calibration_error / S;
    row->n_parameters += f->n_parameters / S;
    row->size_bytes += f->size_bytes / S;
    row->multiply_adds += f->multiply_adds / S;
  }
  row->n_parameters = round(row->n_parameters);
  row->size_bytes = round(row->size_bytes);
  row->multiply_adds = round(row->multiply_adds);
}

static void
conclude_row(struct experiment *x, size_t i)
{
  const struct cell *cell = &x->cells[i], *first = &x->cells[cell->first];
  struct found_row *row = &x->findings.rows[i];
  uint8_t *right = rights_of(x, cell), *before = rights_of(x, first);
  struct estimate accuracy = accuracy_estimate(right, x->S, x->R);

  row->accuracy = score_of(&accuracy, cell->accuracy, x->S);
  row->macro_f1 = macro_f1_of(x, cell);
  if (!row->is_first)
    row->difference = difference_of(x, before, right);
  take_figures(x, cell, row);
  row->fits = xcalloc(x->S + 1, sizeof *row->fits);
  for (row->n_fits = 0; row->n_fits < x->S; row->n_fits++)
    row->fits[row->n_fits] = xstrdup(cell->keys[row->n_fits]);
  free(right);
  free(before);
}

/* ---- labels ---- */

/* The sets of all seeds, one after the other; NULL: a label a text. */
static uint8_t *
sets_of(const struct experiment *x, const struct cell *cell)
{
  uint8_t *sets = x->truth_sets ? xcalloc(x->S * x->R, x->C) : NULL;

  for (size_t s = 0; sets && s < x->S; s++)
    memcpy(sets + s * x->R * x->C, cell->fits[s].sets, x->R * x->C);
  return sets;
}

static void
conclude_labels(struct experiment *x, size_t i)
{
  const struct cell *cell = &x->cells[i], *first = cell->first == i ? NULL : &x->cells[cell->first];
  struct answer_key key = {.n_seeds = x->S, .n_texts = x->R, .n_labels = x->C,
                           .truth = x->truth_sets ? NULL : x->truth, .truth_sets = x->truth_sets};
  int32_t *said = x->truth_sets ? NULL : predictions_of(x, cell);
  int32_t *before = x->truth_sets || !first ? NULL : predictions_of(x, first);
  uint8_t *sets = sets_of(x, cell), *sets_before = first ? sets_of(x, first) : NULL;
  struct found_row *row = &x->findings.rows[i];

  row->labels = xcalloc(x->C + 1, sizeof *row->labels);
  label_effects(&key, before, sets_before, said, sets, BOOTSTRAP_RESAMPLES, x->seed, row->labels);
  for (row->n_labels = 0; row->n_labels < x->C; row->n_labels++)
    row->labels[row->n_labels].label =
      xstrdup(label_name(corpus_labels(x->arms.corpus), (uint16_t)row->n_labels));
  free(said);
  free(before);
  free(sets);
  free(sets_before);
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
  if (!x->setting.record)
    return 0;
  f->agreement = xcalloc(1, sizeof *f->agreement);
  return alike_find(x->project, f, f->agreement, e);
}

/* ---- curves ---- */

static void
add_point(const struct experiment *x, const struct cell *cell, struct found_curve *c)
{
  uint8_t *right = rights_of(x, cell);
  struct estimate e = accuracy_estimate(right, x->S, x->R);

  c->points[c->n_points++] = (struct found_point){
    .n = cell->n_beside, .mean = e.mean, .ci95 = {e.lo, e.hi}, .cost_usd = cell->cost_usd,
    .seeds = copy_numbers(cell->accuracy, x->S), .n_seeds = x->S};
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
    f->curve[f->n_points].seeds = copy_numbers(c->points[f->n_points].seeds, x->S);
  }
}

/* ---- sources ---- */

static void
conclude_source(struct experiment *x, size_t i)
{
  const struct cell *cell = &x->cells[i], *whole = &x->cells[x->source_whole];
  uint8_t *with = rights_of(x, whole), *without = rights_of(x, cell);
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
