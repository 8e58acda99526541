#include "evaluate/resample.h"

#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

#define HALVINGS 30

double
mean_of(const double *x, size_t n)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += x[i];
  return sum / (double)n;
}

double
variance_of(const double *x, size_t n)
{
  double mean = mean_of(x, n), sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += (x[i] - mean) * (x[i] - mean);
  return n > 1 ? sum / (double)(n - 1) : 0;
}

double
t_quantile(double df, double level)
{
  double q = .5 + level / 2;

  return df >= DF_MANY ? gsl_cdf_ugaussian_Pinv(q) : gsl_cdf_tdist_Pinv(q, df);
}

/* The degrees of freedom with which Student's t gives the interval at 95 % whose half width is
 * sqrt(t_text^2 text + t_seed^2 seed): between the two parts' own, found by halving on a scale of logarithms. */
static double
banerjee_df(const struct variance_parts *v, double text_df, double seed_df)
{
  double t_text = t_quantile(text_df, .95), t_seed = t_quantile(seed_df, .95);
  double t = sqrt((t_text * t_text * v->text + t_seed * t_seed * v->seed) / (v->text + v->seed));
  double lo = log(fmin(text_df, seed_df)), hi = log(fmax(text_df, seed_df));

  for (int i = 0; i < HALVINGS; i++) {
    double middle = (lo + hi) / 2;

    if (t_quantile(exp(middle), .95) > t)
      lo = middle;
    else
      hi = middle;
  }
  return exp((lo + hi) / 2);
}

struct variance_parts
variance_parts(double text, double variance_of_seeds, double noise, size_t S, size_t R)
{
  struct variance_parts v = {.text = text};
  double df, text_df = (double)(R > 1 ? R - 1 : 1);

  if (S > 1) {
    v.seed_raw = variance_of_seeds / (double)S;
    v.seed = fmax(0, variance_of_seeds - noise) / (double)S;
  }
  df = v.text * v.text / text_df;
  if (S > 1)
    df += v.seed_raw * v.seed_raw / (double)(S - 1);
  v.df = df > 0 ? (v.text + v.seed) * (v.text + v.seed) / df : DF_MANY;
  if (v.seed > 0)
    v.df = fmin(v.df, banerjee_df(&v, text_df, (double)(S - 1)));
  v.df = fmin(fmax(v.df, 1), DF_MANY);
  return v;
}

static int
by_value(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

/* The value below which lies the share q of n sorted values, between neighbours linear. */
static double
percentile(const double *sorted, size_t n, double q)
{
  double at = q * (double)(n - 1);
  size_t i = (size_t)at;

  return i + 1 < n ? sorted[i] + (at - (double)i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

/* Two-sided p of a mean that is so many standard errors from 0; never quite 0. */
static double
t_p(double t, double df)
{
  return fmax(DBL_MIN, 2 * (df >= DF_MANY ? gsl_cdf_ugaussian_Q(t) : gsl_cdf_tdist_Q(t, df)));
}

struct estimate
resample_conclude(double mean, double *deviation, size_t n, const double *of_seed, size_t S, struct variance_parts v,
                  gsl_rng *random)
{
  double center = mean_of(of_seed, S), shrink = v.seed_raw > 0 ? sqrt(v.seed / v.seed_raw) : 0, p;
  double scale = S > 1 ? shrink * sqrt((double)S / (double)(S - 1)) / (double)S : 0;
  double se = sqrt(variance_of(deviation, n) + v.seed);  /* of what was drawn: more than was seen */
  size_t below = 0, above = 0, fewer;

  for (size_t i = 0; i < n; i++) {
    double of_seeds = 0;

    for (size_t s = 0; scale > 0 && s < S; s++)
      of_seeds += of_seed[gsl_rng_uniform_int(random, S)] - center;
    deviation[i] += scale * of_seeds;
    if (v.df < DF_MANY)
      deviation[i] /= sqrt(gsl_ran_chisq(random, v.df) / v.df);
    below += mean + deviation[i] <= 0;
    above += mean + deviation[i] >= 0;
  }
  fewer = below < above ? below : above;
  p = 2 * (double)(fewer + 1) / (double)(n + 1);
  if (fewer == 0 && se > 0)  /* all that the resamples say is that it is less */
    p = fmin(p, t_p(fabs(mean) / se, v.df));
  qsort(deviation, n, sizeof *deviation, by_value);
  return (struct estimate){.mean = mean, .lo = mean + percentile(deviation, n, .025),
                           .hi = mean + percentile(deviation, n, .975), .p = fmin(p, 1), .se_text = sqrt(v.text),
                           .se_seed = sqrt(v.seed), .df = v.df};
}

gsl_rng *
random_new(uint64_t seed)
{
  gsl_rng *random = gsl_rng_alloc(gsl_rng_mt19937);

  if (!random)
    abort();
  gsl_rng_set(random, (unsigned long)(seed & 0xffffffff));
  return random;
}
