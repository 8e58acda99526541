#include "evaluate/power.h"

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_integration.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/err.h"
#include "evaluate/resample.h"

#define QUADRATURE_POINTS 128
#define BISECTIONS 50

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
  za = t_quantile(DF_MANY, level);
  zb = gsl_cdf_ugaussian_Pinv(power);
  /* sqrt(n) d - z_a sqrt(discordant) = z_b sqrt(discordant - d^2), squared, is a quadratic equation in d; of its roots
   * that with the sign of z_b is meant */
  within = n_texts + zb * zb - za * za;
  if (within < 0)
    return NAN;
  d = sqrt(discordant) * (za * sqrt(n_texts) + zb * sqrt(within)) / (n_texts + zb * zb);
  return d <= discordant ? d : NAN;
}

/* The non-central t distribution by quadrature: the mean over s = sqrt(chi2 / df), taken evenly along its
 * distribution. */
struct student_t {
  double reach;  /* what |t| must pass */
  double s[QUADRATURE_POINTS], weight[QUADRATURE_POINTS];
};

static struct student_t
student_t(double df, double level)
{
  gsl_integration_glfixed_table *points = gsl_integration_glfixed_table_alloc(QUADRATURE_POINTS);
  struct student_t t = {.reach = t_quantile(df, level)};

  if (!points)
    abort();
  for (size_t i = 0; i < QUADRATURE_POINTS; i++) {
    double u;

    gsl_integration_glfixed_point(0, 1, i, &u, &t.weight[i], points);
    t.s[i] = df >= DF_MANY ? 1 : sqrt(gsl_cdf_chisq_Pinv(u, df) / df);
  }
  gsl_integration_glfixed_table_free(points);
  return t;
}

/* The share of repetitions in which t, centred at `center`, passes `reach` on its side. */
static double
power_at(const struct student_t *t, double center)
{
  double sum = 0;

  for (size_t i = 0; i < QUADRATURE_POINTS; i++)
    sum += t->weight[i] * gsl_cdf_ugaussian_P(center - t->reach * t->s[i]);
  return sum;
}

double
detectable_by(double se, double df, double level, double power)
{
  struct student_t t;
  double lo = 0, hi;

  ensure(is_share(level) && is_share(power));
  if (!(se >= 0) || !(df > 0))
    return NAN;
  t = student_t(df, level);
  for (hi = 1; power_at(&t, hi) < power;)
    hi *= 2;
  for (int i = 0; i < BISECTIONS; i++) {
    double middle = (lo + hi) / 2;

    if (power_at(&t, middle) < power)
      lo = middle;
    else
      hi = middle;
  }
  return (lo + hi) / 2 * se;
}
