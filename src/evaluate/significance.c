#include "evaluate/significance.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "evaluate/resample.h"

#define FLIP_NOTHING 1e-60  /* a share of sign flips that no p shows */

static struct interval
wilson(double p, double n, double z)
{
  double z2 = z * z, middle = (p + z2 / (2 * n)) / (1 + z2 / n);
  double half = z / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n));

  /* at p = 0 and 1 the bound is exactly that, which rounding must not pass */
  return (struct interval){p <= 0 ? 0 : fmax(0, middle - half), p >= 1 ? 1 : fmin(1, middle + half)};
}

struct interval
wilson_interval(double k, double n, double level)
{
  ensure(k >= 0 && k <= n && level > 0 && level < 1);
  if (n <= 0)
    return (struct interval){0, 1};
  return wilson(k / n, n, t_quantile(DF_MANY, level));
}

struct interval
t_interval(const double *x, size_t n, double level)
{
  double mean, half;

  ensure(n > 0);
  mean = mean_of(x, n);
  half = n > 1 ? t_quantile((double)(n - 1), level) * sqrt(variance_of(x, n) / (double)n) : 0;
  return (struct interval){mean - half, mean + half};
}

/* The distribution of a sum of terms +-m, each sign equally likely: n_of[m] terms of size m = 1..S. p[k] is the
 * probability that the sum is k - reach. *reach is the largest sum. */
static double *
sign_flips(const size_t *n_of, size_t S, size_t *reach)
{
  double *p = xcalloc(1, sizeof *p);
  size_t at = 0;  /* the reach so far: p has 2 at + 1 values */

  p[0] = 1;
  for (size_t m = 1; m <= S; m++) {
    size_t n = n_of[m], wide = at + n * m;
    double *next = xcalloc(2 * wide + 1, sizeof *next);

    for (size_t heads = 0; heads <= n; heads++) {  /* heads of the n terms are +m: their sum is m (2 heads - n) */
      double w = gsl_ran_binomial_pdf((unsigned)heads, .5, (unsigned)n);

      for (size_t k = 0; w > FLIP_NOTHING && k <= 2 * at; k++)
        next[k + 2 * m * heads] += w * p[k];
    }
    free(p);
    p = next;
    at = wide;
  }
  *reach = at;
  return p;
}

/* p of a sum of |sum| or more under sign flips of n_of[m] terms of size m. */
static void
flip_test(const size_t *n_of, size_t S, size_t sum, struct mcnemar *out)
{
  size_t reach;
  double *p = sign_flips(n_of, S, &reach), beyond = 0, at;

  for (size_t k = reach + sum + 1; k <= 2 * reach; k++)
    beyond += p[k];
  at = p[reach + sum];
  out->p_exact = fmin(1, 2 * (beyond + at));
  out->p_mid = 2 * beyond + (sum > 0 ? at : at / 2);  /* a sum of 0 is one outcome, not one in each tail */
  if (reach == 0)
    out->p_mid = 1;  /* no pair differs at all */
  free(p);
}

struct mcnemar
mcnemar_test(size_t b, size_t c)
{
  struct mcnemar out = {.b = (double)b, .c = (double)c};
  size_t n_of[2] = {0, b + c};

  flip_test(n_of, 1, b > c ? b - c : c - b, &out);
  return out;
}

struct mcnemar
mcnemar_pooled(const uint8_t *first_right, const uint8_t *second_right, size_t n_seeds, size_t n_texts)
{
  size_t *n_of = xcalloc(n_seeds + 1, sizeof *n_of), b = 0, c = 0;
  struct mcnemar out;

  for (size_t r = 0; r < n_texts; r++) {
    size_t only_first = 0, only_second = 0;

    for (size_t s = 0; s < n_seeds; s++) {
      size_t i = s * n_texts + r;

      only_first += first_right[i] && !second_right[i];
      only_second += second_right[i] && !first_right[i];
    }
    n_of[only_first > only_second ? only_first - only_second : only_second - only_first]++;
    b += only_first;
    c += only_second;
  }
  out = (struct mcnemar){.b = (double)b, .c = (double)c};
  flip_test(n_of, n_seeds, b > c ? b - c : c - b, &out);
  free(n_of);
  return out;
}

/* Two-way analysis of variance of an S x R matrix with one value a cell (H. Scheffe, The Analysis of Variance (1959),
 * ch. 4). */
static struct variance_parts
anova(const double *x, const double *of_text, const double *of_seed, double mean, size_t S, size_t R)
{
  double within = 0, noise = 0;

  for (size_t s = 0; s < S; s++)
    for (size_t r = 0; r < R; r++) {
      double rest = x[s * R + r] - of_text[r] - of_seed[s] + mean;

      within += rest * rest;
    }
  if (S > 1 && R > 1)
    noise = within / (double)((S - 1) * (R - 1));
  return variance_parts(variance_of(of_text, R) / (double)R, variance_of(of_seed, S), noise / (double)R, S, R);
}

/* A matrix with its margins. */
struct margins {
  double *x, *of_text, *of_seed;
  double mean;
  struct variance_parts parts;
};

static void
margins_release(struct margins *m)
{
  free(m->x);
  free(m->of_text);
  free(m->of_seed);
}

/* second - first (first may be NULL: second alone). */
static struct margins
margins_of(const uint8_t *first, const uint8_t *second, size_t S, size_t R)
{
  struct margins m = {.x = xcalloc(S * R, sizeof(double)), .of_text = xcalloc(R, sizeof(double)),
                      .of_seed = xcalloc(S, sizeof(double))};

  ensure(S > 0 && R > 0);
  for (size_t s = 0; s < S; s++)
    for (size_t r = 0; r < R; r++) {
      double d = (second[s * R + r] != 0) - (first && first[s * R + r] != 0);

      m.x[s * R + r] = d;
      m.of_text[r] += d;
      m.of_seed[s] += d;
      m.mean += d;
    }
  /* divided after whole numbers were added: .85 is .85 */
  for (size_t r = 0; r < R; r++)
    m.of_text[r] /= (double)S;
  for (size_t s = 0; s < S; s++)
    m.of_seed[s] /= (double)R;
  m.mean /= (double)(S * R);
  m.parts = anova(m.x, m.of_text, m.of_seed, m.mean, S, R);
  return m;
}

struct estimate
accuracy_estimate(const uint8_t *right, size_t n_seeds, size_t n_texts)
{
  struct margins m = margins_of(NULL, right, n_seeds, n_texts);
  struct variance_parts v = m.parts;
  double p = fmin(fmax(m.mean, 0), 1), all = v.text + v.seed;
  double n = all > 0 && n_seeds > 1 ? p * (1 - p) / all : (double)n_texts;
  struct interval ci = wilson(p, n, t_quantile(n_seeds > 1 ? v.df : DF_MANY, .95));

  margins_release(&m);
  return (struct estimate){.mean = p, .lo = ci.lo, .hi = ci.hi, .p = NAN, .se_text = sqrt(v.text),
                           .se_seed = sqrt(v.seed), .df = v.df};
}

/* How many of the S seeds differ on a text where any does (root mean square); all of them if there is no such text. */
static size_t
usual_step(const double *of_text, size_t R, size_t S)
{
  double sum = 0, n = 0;

  for (size_t r = 0; r < R; r++) {
    sum += of_text[r] * of_text[r];
    n += of_text[r] != 0;
  }
  return n > 0 ? (size_t)fmax(1, round(sqrt(sum / n) * (double)S)) : S;
}

struct estimate
bootstrap_difference(const uint8_t *first_right, const uint8_t *second_right, size_t n_seeds, size_t n_texts,
                     size_t resamples, uint64_t seed)
{
  struct margins m = margins_of(first_right, second_right, n_seeds, n_texts);
  size_t S = n_seeds, n_values = 2 * S + 1;
  double *share = xcalloc(n_values, sizeof *share), *deviation = xcalloc(resamples, sizeof *deviation);
  unsigned *drawn = xcalloc(n_values, sizeof *drawn);
  gsl_rng *random = random_new(seed);
  struct estimate out;
  size_t step;

  ensure(resamples > 0);
  /* a text's mean over seeds has only the values -S/S .. S/S: drawing R texts is drawing how often each value comes */
  for (size_t r = 0; r < n_texts; r++)
    share[(size_t)lround((m.of_text[r] + 1) * (double)S)] += 1;
  step = usual_step(m.of_text, n_texts, S);
  share[S - step] += .5;
  share[S] += 1;
  share[S + step] += .5;
  for (size_t i = 0; i < resamples; i++) {
    double sum = 0;

    gsl_ran_multinomial(random, n_values, (unsigned)n_texts, share, drawn);
    for (size_t k = 0; k < n_values; k++)
      sum += drawn[k] * ((double)k / (double)S - 1);
    deviation[i] = sum / (double)n_texts - m.mean;
  }
  out = resample_conclude(m.mean, deviation, resamples, m.of_seed, S, m.parts, random);
  out.lo = fmax(out.lo, -1);
  out.hi = fmin(out.hi, 1);
  gsl_rng_free(random);
  free(drawn);
  free(deviation);
  free(share);
  margins_release(&m);
  return out;
}

struct estimate
bootstrap_mean(bootstrap_statistic *statistic, const void *arg, size_t n_seeds, size_t n_texts, size_t resamples,
               uint64_t seed)
{
  size_t S = n_seeds, R = n_texts;
  uint32_t *weight = xcalloc(R, sizeof *weight);
  double *of_seed = xcalloc(S, sizeof *of_seed), *drawn = xcalloc(S, sizeof *drawn);
  double *deviation = xcalloc(resamples, sizeof *deviation);
  double mean, noise = 0;  /* noise: what text x seed puts into one seed's value */
  gsl_rng *random = random_new(seed);
  struct estimate out;

  ensure(S > 0 && R > 0 && resamples > 1);
  for (size_t r = 0; r < R; r++)
    weight[r] = 1;
  for (size_t s = 0; s < S; s++)
    of_seed[s] = statistic(arg, s, weight);
  mean = mean_of(of_seed, S);
  for (size_t i = 0; i < resamples; i++) {
    memset(weight, 0, R * sizeof *weight);
    for (size_t r = 0; r < R; r++)
      weight[gsl_rng_uniform_int(random, R)]++;
    for (size_t s = 0; s < S; s++)
      drawn[s] = statistic(arg, s, weight) - of_seed[s];
    noise += variance_of(drawn, S) / (double)resamples;  /* how seeds move apart under the same draw */
    deviation[i] = mean_of(drawn, S);
  }
  out = resample_conclude(mean, deviation, resamples, of_seed, S,
                          variance_parts(variance_of(deviation, resamples), variance_of(of_seed, S), noise, S, R),
                          random);
  gsl_rng_free(random);
  free(deviation);
  free(drawn);
  free(of_seed);
  free(weight);
  return out;
}
