/* conclude_row.c: what a row came to; declared in cells.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/cells.h"
#include "evaluate/effect.h"
#include "evaluate/metric.h"
#include "evaluate/power.h"
#include "evaluate/significance.h"

#define F1_WORK 3e8          /* label counts in the bootstrap of one row's macro F1: under a second */
#define F1_RESAMPLES_MIN 200
#define F1_RESAMPLES_MAX 2000

uint8_t *
cell_rights(const struct experiment *x, const struct cell *cell)
{
  uint8_t *right = xcalloc(x->S * x->R, 1);

  for (size_t s = 0; s < x->S; s++)
    memcpy(right + s * x->R, cell->fits[s].right, x->R);
  return right;
}

double *
conclude_copy(const double *from, size_t n)
{
  double *to = xcalloc(n + 1, sizeof *to);

  memcpy(to, from, n * sizeof *to);
  return to;
}

static struct found_score
score_of(const struct estimate *e, const double *seeds, size_t n)
{
  return (struct found_score){.mean = e->mean, .ci95 = {e->lo, e->hi}, .seeds = conclude_copy(seeds, n), .n_seeds = n};
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

void
conclude_row(struct experiment *x, size_t i)
{
  const struct cell *cell = &x->cells[i], *first = &x->cells[cell->first];
  struct found_row *row = &x->findings.rows[i];
  uint8_t *right = cell_rights(x, cell), *before = cell_rights(x, first);
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

void
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
