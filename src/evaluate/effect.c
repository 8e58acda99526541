#include "evaluate/effect.h"

#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/rng.h"
#include "evaluate/metric.h"
#include "evaluate/multiple.h"
#include "evaluate/resample.h"

#define RESAMPLES_LEAST 1000
#define WORK_MOST 1e9  /* additions, some two a nanosecond */
#define PSEUDO 3       /* texts beside those at hand: one of weight 1, two of weight 1/2 */

/* Predictions of one arm, or the truth as an arm of one seed. */
struct answers {
  const int32_t *labels;
  const uint8_t *sets;
};

/* The texts that count for one label. A row of `counts` is a text: of each of J columns (the first arm's seeds, if
 * there is one, then the second's) whether it is a true positive, then in how many of truth and prediction the label
 * is. So F1 is 2 sum(tp) / sum(in), over any choice of texts. */
struct tally {
  size_t S, J, n, cap;
  float *counts;         /* n (and room for PSEUDO) x 2 J */
  double *of_text;       /* n: how many more of the second arm's seeds judge it rightly, as a share of S */
  size_t support;
  double *sum;           /* 2 J: over all texts */
};

static bool
has(const struct answers *a, size_t at, size_t n_labels, size_t label)
{
  return a->labels ? a->labels[at] == (int32_t)label : a->sets[at * n_labels + label] != 0;
}

static void
tally_text(struct tally *t, const struct answer_key *k, const struct answers *arms, size_t r, size_t label)
{
  struct answers key = {k->truth, k->truth_sets};
  bool truth = has(&key, r, k->n_labels, label), any = truth;
  float *row = t->counts + t->n * 2 * t->J;
  int more = 0;

  for (size_t j = 0; j < t->J; j++) {
    bool is_second = j + t->S >= t->J, said = has(&arms[is_second], j % t->S * k->n_texts + r, k->n_labels, label);

    row[j] = truth && said;
    row[t->J + j] = (float)(truth + said);
    any = any || said;
    more += (said == truth) * (is_second ? 1 : -1);
  }
  if (!any)
    return;
  t->of_text[t->n++] = (double)more / (double)t->S;
  t->support += truth;
  for (size_t i = 0; i < 2 * t->J; i++)
    t->sum[i] += row[i];
}

static void
tally_label(struct tally *t, const struct answer_key *k, const struct answers *arms, size_t label)
{
  t->n = t->support = 0;
  memset(t->sum, 0, 2 * t->J * sizeof *t->sum);
  for (size_t r = 0; r < k->n_texts; r++)
    if (!k->truth || k->truth[r] != METRIC_NONE)
      tally_text(t, k, arms, r, label);
}

/* The texts beside those at hand: rightly judged by all, and by all but some seeds of one arm. */
static void
add_pseudo(struct tally *t)
{
  double square = 0, n = 0, usual;

  for (size_t i = 0; i < t->n; i++) {
    square += t->of_text[i] * t->of_text[i];
    n += t->of_text[i] != 0;
  }
  usual = n > 0 ? sqrt(square / n) : 1;
  for (size_t i = 0; i < PSEUDO; i++)
    for (size_t j = 0; j < t->J; j++) {
      bool is_worse = i > 0 && (j + t->S >= t->J) == (i == 1);
      float *row = t->counts + (t->n + i) * 2 * t->J, right = (float)(is_worse ? 1 - usual : 1);

      row[j] = right;
      row[t->J + j] = 1 + right;
    }
}

static double
f1_of(double tp, double in)
{
  return in > 0 ? 2 * tp / in : 0;
}

/* How often each of the texts comes, added up into sum (2 J): one resample. */
static void
draw(const struct tally *t, size_t n_drawn, struct rng *random, float *restrict sum)
{
  size_t width = 2 * t->J, halves = 2 * (t->n + 2);

  memset(sum, 0, width * sizeof *sum);
  for (size_t i = 0; i < n_drawn; i++) {
    size_t half = (size_t)((rng_next(random) >> 32) * halves >> 32);
    size_t at = half < 2 * (t->n + 1) ? half / 2 : half - (t->n + 1);
    const float *restrict row = t->counts + at * width;

    for (size_t j = 0; j < width; j++)
      sum[j] += row[j];
  }
}

/* The difference of F1 by seed: second - first. */
static void
differences(const struct tally *t, const double *f1, double *out)
{
  for (size_t s = 0; s < t->S; s++)
    out[s] = f1[t->S + s] - f1[s];
}

static struct estimate
compare(struct tally *t, size_t n_texts, size_t resamples, uint64_t seed)
{
  size_t S = t->S, J = t->J;
  double *deviation = xcalloc(resamples, sizeof *deviation), *f1 = xcalloc(J, sizeof *f1);
  double *of_seed = xcalloc(S, sizeof *of_seed), *drawn = xcalloc(S, sizeof *drawn), noise = 0;
  float *sum = xcalloc(2 * J, sizeof *sum);
  gsl_rng *distribution = random_new(seed);
  struct estimate e;
  struct rng random;

  rng_seed(&random, seed);
  for (size_t j = 0; j < J; j++)
    f1[j] = f1_of(t->sum[j], t->sum[J + j]);
  differences(t, f1, of_seed);
  add_pseudo(t);
  for (size_t i = 0; i < resamples; i++) {
    draw(t, gsl_ran_binomial(distribution, (double)t->n / (double)n_texts, (unsigned)n_texts), &random, sum);
    for (size_t j = 0; j < J; j++)
      f1[j] = f1_of((double)sum[j], (double)sum[J + j]);
    differences(t, f1, drawn);
    for (size_t s = 0; s < S; s++)
      drawn[s] -= of_seed[s];
    noise += variance_of(drawn, S) / (double)resamples;  /* how seeds move apart under the same draw */
    deviation[i] = mean_of(drawn, S);
  }
  e = resample_conclude(mean_of(of_seed, S), deviation, resamples, of_seed, S,
                        variance_parts(variance_of(deviation, resamples), variance_of(of_seed, S), noise, S, t->n),
                        distribution);
  gsl_rng_free(distribution);
  free(sum);
  free(drawn);
  free(of_seed);
  free(f1);
  free(deviation);
  return e;
}

/* Precision, recall and F1 of the second arm: means over its seeds. */
static void
score(const struct tally *t, struct found_label *out)
{
  out->n = t->support;
  out->precision = out->recall = out->f1 = 0;
  for (size_t j = t->J - t->S; j < t->J; j++) {
    double tp = t->sum[j], in = t->sum[t->J + j], predicted = in - (double)t->support, S = (double)t->S;

    out->precision += predicted > 0 ? tp / predicted / S : 0;
    out->recall += t->support > 0 ? tp / (double)t->support / S : 0;
    out->f1 += f1_of(tp, in) / S;
  }
}

/* How many resamples of a label there is time for: all labels' texts are drawn so often. */
static size_t
affordable(const struct answer_key *k, size_t J, size_t resamples)
{
  double work = (double)J * ((double)k->n_texts * 2 + 100 * (double)k->n_labels);

  return (size_t)fmin((double)resamples, fmax(RESAMPLES_LEAST, WORK_MOST / work));
}

void
label_effects(const struct answer_key *k, const int32_t *first, const uint8_t *first_sets, const int32_t *second,
              const uint8_t *second_sets, size_t resamples, uint64_t seed, struct found_label *out)
{
  struct answers arms[2] = {{first, first_sets}, {second, second_sets}};
  bool is_compared = first || first_sets;
  struct tally t = {.S = k->n_seeds, .J = k->n_seeds * (is_compared ? 2 : 1)};
  double *p = xcalloc(k->n_labels + 1, sizeof *p);

  ensure(t.S > 0 && resamples > 0 && !k->truth == !second && !k->truth_sets == !second_sets);
  t.counts = xcalloc((k->n_texts + PSEUDO) * 2 * t.J, sizeof *t.counts);
  t.of_text = xcalloc(k->n_texts + 1, sizeof *t.of_text);
  t.sum = xcalloc(2 * t.J, sizeof *t.sum);
  resamples = affordable(k, t.J, resamples);
  for (size_t c = 0; c < k->n_labels; c++) {
    tally_label(&t, k, arms, c);
    score(&t, &out[c]);
    out[c].difference = out[c].p = out[c].ci95.lo = out[c].ci95.hi = NAN;
    if (is_compared && t.support > 0) {
      struct estimate e = compare(&t, k->n_texts, resamples, seed + c);

      out[c].difference = e.mean;
      out[c].ci95 = (struct interval){fmax(e.lo, -1), fmin(e.hi, 1)};
      out[c].p = e.p;
    }
    p[c] = out[c].p;
  }
  holm_adjust(p, k->n_labels, p);
  for (size_t c = 0; c < k->n_labels; c++)
    out[c].p_holm = p[c];
  free(t.sum);
  free(t.of_text);
  free(t.counts);
  free(p);
}
