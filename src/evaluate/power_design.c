#include "evaluate/power_design.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

void
design_line(const struct design *d, double rate, double *z, struct line *l)
{
  *l = (struct line){.rate = rate, .z = z};
  for (size_t i = 0; i < d->n; i++) {
    z[i] = pow(d->points[i].x / d->x0, -rate);
    l->mean += d->w[i] * z[i] / d->sum_w;
  }
  for (size_t i = 0; i < d->n; i++) {
    l->square += d->w[i] * (z[i] - l->mean) * (z[i] - l->mean);
    l->square0 += d->w[i] * z[i] * z[i];
  }
}

void
design_make(const struct power_point *points, size_t n, struct design *d)
{
  double sum_log = 0;

  *d = (struct design){.n = n, .points = points, .w = xcalloc(n, sizeof(double)),
                       .y = xcalloc(n, sizeof(double)), .room = xcalloc(n * N_RATES, sizeof(double))};
  for (size_t i = 0; i < n; i++) {
    d->y[i] = points[i].y;
    d->w[i] = 1 / (points[i].se * points[i].se);
    d->sum_w += d->w[i];
    sum_log += log(points[i].x);
  }
  d->x0 = exp(sum_log / (double)n);
  for (size_t k = 0; k < N_RATES; k++) {
    double up = (double)k / (N_RATES - 1);

    design_line(d, POWER_RATE_LEAST * pow(POWER_RATE_MOST / POWER_RATE_LEAST, up), d->room + k * n, &d->lines[k]);
  }
}

void
design_release(struct design *d)
{
  free(d->w);
  free(d->y);
  free(d->room);
}

void
design_products(const struct design *d, const struct line *l, const double *y, double *mean, double *product)
{
  *mean = *product = 0;
  for (size_t i = 0; i < d->n; i++) {
    *mean += d->w[i] * y[i] / d->sum_w;
    *product += d->w[i] * (l->z[i] - l->mean) * y[i];
  }
}

double
design_squares(const struct design *d, const struct line *l, const double *y, double ceiling, double b)
{
  double sum = 0;

  for (size_t i = 0; i < d->n; i++) {
    double rest = y[i] - ceiling + b * l->z[i];

    sum += d->w[i] * rest * rest;
  }
  return sum;
}

double
design_below_1(const struct design *d, const struct line *l, const double *y)
{
  double sum = 0;

  for (size_t i = 0; i < d->n; i++)
    sum += d->w[i] * l->z[i] * (1 - y[i]);
  return sum;
}
