#include "evaluate/power_law.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_multifit_nlinear.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "evaluate/power_design.h"
#include "evaluate/resample.h"

#define N_PARAMETERS 3
#define TREND_STRIDE 8      /* a trend needs fewer of them */
#define NULL_DRAWS 2000     /* of a constant, for grow_p */
#define LACK_LEVEL .95      /* of the F test */
#define ITERATIONS 100
#define TOLERANCE 1e-10

/* y = ceiling - b z with its weighted sum of squares. */
struct law_fit {
  double ceiling, b, rss, rate;
};

/* The best that does not fall and has a ceiling of at most 1. */
static struct law_fit
fit_line(const struct design *d, const struct line *l, const double *y)
{
  struct law_fit f = {.rate = l->rate};
  double mean, product;

  design_products(d, l, y, &mean, &product);
  f.b = fmax(0, -product / l->square);
  f.ceiling = mean + f.b * l->mean;
  if (f.ceiling > 1) {
    f.ceiling = 1;
    f.b = fmax(0, design_below_1(d, l, y) / l->square0);
  }
  f.rss = design_squares(d, l, y, f.ceiling, f.b);
  return f;
}

static struct law_fit
fit_grid(const struct design *d, const double *y)
{
  struct law_fit best = {.rss = INFINITY};

  for (size_t k = 0; k < N_RATES; k++) {
    struct law_fit f = fit_line(d, &d->lines[k], y);

    if (f.rss < best.rss)
      best = f;
  }
  return best;
}

/* What gsl_multifit_nlinear moves: ceiling and rate through the logistic function, b through the exponential one. */
static double
logistic(double u)
{
  return 1 / (1 + exp(-u));
}

static double
logit_inside(double p)
{
  p = fmin(fmax(p, 1e-4), 1 - 1e-4);  /* a start at a bound could not leave it */
  return log(p / (1 - p));
}

static double
rate_of(double u)
{
  return POWER_RATE_LEAST + (POWER_RATE_MOST - POWER_RATE_LEAST) * logistic(u);
}

static int
rests(const gsl_vector *v, void *arg, gsl_vector *out)
{
  const struct design *d = arg;
  double ceiling = logistic(gsl_vector_get(v, 0)), b = exp(gsl_vector_get(v, 1)), rate = rate_of(gsl_vector_get(v, 2));

  for (size_t i = 0; i < d->n; i++)
    gsl_vector_set(out, i, ceiling - b * pow(d->points[i].x / d->x0, -rate) - d->points[i].y);
  return GSL_SUCCESS;
}

static int
slopes(const gsl_vector *v, void *arg, gsl_matrix *out)
{
  const struct design *d = arg;
  double ceiling = logistic(gsl_vector_get(v, 0)), b = exp(gsl_vector_get(v, 1)), u = logistic(gsl_vector_get(v, 2));
  double rate = rate_of(gsl_vector_get(v, 2)), rate_slope = (POWER_RATE_MOST - POWER_RATE_LEAST) * u * (1 - u);

  for (size_t i = 0; i < d->n; i++) {
    double x = d->points[i].x / d->x0, z = pow(x, -rate);

    gsl_matrix_set(out, i, 0, ceiling * (1 - ceiling));
    gsl_matrix_set(out, i, 1, -b * z);
    gsl_matrix_set(out, i, 2, b * z * log(x) * rate_slope);
  }
  return GSL_SUCCESS;
}

/* From the best of the grid down to the bottom of the valley; what is no better is not taken. */
static struct law_fit
descend(const struct design *d, const double *y, struct law_fit start)
{
  gsl_multifit_nlinear_fdf problem = {.f = rests, .df = slopes, .n = d->n, .p = N_PARAMETERS, .params = (void *)d};
  gsl_multifit_nlinear_parameters how = gsl_multifit_nlinear_default_parameters();
  gsl_multifit_nlinear_workspace *work =
    gsl_multifit_nlinear_alloc(gsl_multifit_nlinear_trust, &how, d->n, N_PARAMETERS);
  double from[N_PARAMETERS] = {logit_inside(start.ceiling), log(start.b), 0}, *z = xcalloc(d->n, sizeof *z);
  gsl_vector_view v = gsl_vector_view_array(from, N_PARAMETERS);
  gsl_vector_const_view w = gsl_vector_const_view_array(d->w, d->n);
  const gsl_vector *at;
  struct line l;
  int why;

  if (!work)
    abort();
  from[2] = logit_inside((start.rate - POWER_RATE_LEAST) / (POWER_RATE_MOST - POWER_RATE_LEAST));
  gsl_multifit_nlinear_winit(&v.vector, &w.vector, &problem, work);
  gsl_multifit_nlinear_driver(ITERATIONS, TOLERANCE, TOLERANCE, 0, NULL, NULL, &why, work);
  at = gsl_multifit_nlinear_position(work);
  design_line(d, rate_of(gsl_vector_get(at, 2)), z, &l);
  if (isfinite(l.square) && l.square > 0) {
    struct law_fit f = fit_line(d, &l, y);  /* for this rate the best there is */

    if (f.rss < start.rss)
      start = f;
  }
  gsl_multifit_nlinear_free(work);
  free(z);
  return start;
}

/* What the sum of squares of the rests, with n - 3 degrees of freedom, and se_df say of the factor of se^2. */
static double
factor_of(double rss, size_t n, double se_df, double lack, double *df)
{
  double rest_df = (double)(n - N_PARAMETERS);

  *df = se_df > 0 && rss / rest_df <= lack ? rest_df + se_df : rest_df;
  return *df > rest_df ? (rss + se_df) / *df : rss / rest_df;
}

/* How much better than a constant the best growing and the best falling curve are, in squares. */
static void
trends(const struct design *d, const double *y, double *rss0, double *grow, double *fall)
{
  double mean, product;

  design_products(d, &d->lines[0], y, &mean, &product);
  *rss0 = design_squares(d, &d->lines[0], y, mean, 0);
  *grow = *fall = 0;
  for (size_t k = 0; k < N_RATES; k += TREND_STRIDE) {
    const struct line *l = &d->lines[k];
    double better;

    design_products(d, l, y, &mean, &product);
    better = product * product / l->square;
    if (product < 0)
      *grow = fmax(*grow, better);
    else
      *fall = fmax(*fall, better);
  }
}

struct trend_test {
  double grow, fall;  /* over the factor of se^2 */
};

/* se_ratio: by how much the standard errors that were used are too small or too large. */
static struct trend_test
trend_test(const struct design *d, const double *y, double se_df, double se_ratio, double lack)
{
  double rss0, grow, fall, df, factor;

  trends(d, y, &rss0, &grow, &fall);
  rss0 /= se_ratio;
  grow /= se_ratio;
  fall /= se_ratio;
  factor = fmax(factor_of(fmax(0, rss0 - fmax(grow, fall)), d->n, se_df, lack, &df), 1e-12);
  return (struct trend_test){grow / factor, fall / factor};
}

static void
simulate_constant(const struct design *d, const double *y, double se_df, double lack, uint64_t seed,
                  struct power_law *law)
{
  struct trend_test seen = trend_test(d, y, se_df, 1, lack);
  double *drawn = xcalloc(d->n, sizeof *drawn);
  gsl_rng *random = random_new(seed);
  size_t grow = 1, fall = 1;

  for (size_t k = 0; k < NULL_DRAWS; k++) {
    struct trend_test t;

    for (size_t i = 0; i < d->n; i++)
      drawn[i] = gsl_ran_gaussian(random, d->points[i].se);
    t = trend_test(d, drawn, se_df, se_df > 0 ? gsl_ran_chisq(random, se_df) / se_df : 1, lack);
    grow += t.grow >= seen.grow;
    fall += t.fall >= seen.fall;
  }
  law->grow_p = (double)grow / (NULL_DRAWS + 1);
  law->fall_p = (double)fall / (NULL_DRAWS + 1);
  gsl_rng_free(random);
  free(drawn);
}

static bool
is_fit_for_it(const struct power_point *points, size_t n)
{
  size_t different = 0;

  for (size_t i = 0; i < n; i++) {
    bool is_new = true;

    if (!(points[i].x > 0) || !isfinite(points[i].x) || !isfinite(points[i].y) || !(points[i].se > 0))
      return false;
    for (size_t k = 0; k < i; k++)
      is_new = is_new && points[k].x != points[i].x;
    different += is_new;
  }
  return different >= POWER_POINTS_LEAST;
}

int
power_law_fit(const struct power_point *points, size_t n, double se_df, uint64_t seed, struct power_law *law)
{
  const double *y;
  double lack = INFINITY, sum = 0;
  struct design d;
  struct law_fit best;

  if (!is_fit_for_it(points, n))
    return -1;
  design_make(points, n, &d);
  y = d.y;
  best = fit_grid(&d, y);
  if (best.b > 0)
    best = descend(&d, y, best);
  if (se_df > 0)
    lack = gsl_cdf_fdist_Pinv(LACK_LEVEL, (double)(n - N_PARAMETERS), se_df);
  *law = (struct power_law){.ceiling = best.ceiling};
  if (best.b > 0) {
    law->rate = best.rate;
    law->scale = best.b * pow(d.x0, best.rate);
  }
  law->factor = factor_of(best.rss, n, se_df, lack, &law->df);
  law->lacks = best.rss / (double)(n - N_PARAMETERS) > lack;
  for (size_t i = 0; i < n; i++)
    sum += pow(y[i] - power_law_at(law, points[i].x), 2);
  law->residual = sqrt(sum / (double)n);
  simulate_constant(&d, y, se_df, lack, seed, law);
  design_release(&d);
  return 0;
}

double
power_law_at(const struct power_law *law, double x)
{
  return law->ceiling - (law->scale > 0 ? law->scale * pow(x, -law->rate) : 0);
}
