#include "evaluate/power.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/err.h"

#define DF_MANY 1e6  /* from here on Student's t is the normal distribution */
#define QUADRATURE_POINTS 128

static bool
is_share(double x)
{
  return x > 0 && x < 1;
}

double
detectable_difference(double n_texts, double discordant, double level, double power)
{
  double za, zb, within, d;

  ensure(is_share(level) && is_share(power));
  if (!(n_texts >= 1) || !(discordant > 0 && discordant <= 1))
    return NAN;
  za = gsl_cdf_ugaussian_Pinv(.5 + level / 2);
  zb = gsl_cdf_ugaussian_Pinv(power);
  /* sqrt(n) d - z_a sqrt(discordant) = z_b sqrt(discordant - d^2), squared, is a quadratic equation in d; of its roots
   * that with the sign of z_b is meant */
  within = n_texts + zb * zb - za * za;
  if (within < 0)
    return NAN;
  d = sqrt(discordant) * (za * sqrt(n_texts) + zb * sqrt(within)) / (n_texts + zb * zb);
  return d <= discordant ? d : NAN;
}

struct student_t {
  double df, reach;  /* reach: what |t| must pass */
};

/* The share of repetitions in which t, centred at `center`, passes `reach`, the far tail left out: the mean of
 * Phi(center - reach s) over s = sqrt(chi2 / df), which is drawn evenly along its distribution. */
static double
power_of(const struct student_t *x, double center)
{
  gsl_integration_glfixed_table *points = gsl_integration_glfixed_table_alloc(QUADRATURE_POINTS);
  double sum = 0;

  if (!points)
    abort();
  for (size_t i = 0; i < QUADRATURE_POINTS; i++) {
    double u, w;

    gsl_integration_glfixed_point(0, 1, i, &u, &w, points);
    sum += w * gsl_cdf_ugaussian_P(center - x->reach * sqrt(gsl_cdf_chisq_Pinv(u, x->df) / x->df));
  }
  gsl_integration_glfixed_table_free(points);
  return sum;
}

double
detectable_by(double se, double df, double level, double power)
{
  struct student_t x = {.df = df};
  double lo, hi;

  ensure(is_share(level) && is_share(power));
  if (!(se >= 0) || !(df > 0))
    return NAN;
  if (df >= DF_MANY)
    return (gsl_cdf_ugaussian_Pinv(.5 + level / 2) + gsl_cdf_ugaussian_Pinv(power)) * se;
  x.reach = gsl_cdf_tdist_Pinv(.5 + level / 2, df);
  lo = -40;
  hi = 40 + 2 * x.reach;
  for (int i = 0; i < 60; i++) {
    double middle = (lo + hi) / 2;

    if (power_of(&x, middle) < power)
      lo = middle;
    else
      hi = middle;
  }
  return fmax(0, (lo + hi) / 2) * se;
}
