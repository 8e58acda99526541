#include <math.h>
#include <stdbool.h>

#include "base/err.h"
#include "evaluate/power_design.h"
#include "evaluate/resample.h"

/* The interval of b at one rate where the sum of squares stays below `most`; false: nowhere. */
static bool
range_of_b(const struct design *d, const struct line *l, double most, struct interval *out)
{
  double mean, product, b, rss, reach;

  design_products(d, l, d->y, &mean, &product);
  b = -product / l->square;
  rss = design_squares(d, l, d->y, mean + b * l->mean, b);
  if (rss > most)
    return false;
  reach = sqrt((most - rss) / l->square);
  *out = (struct interval){fmax(0, b - reach), b + reach};
  return out->hi >= 0;
}

/* The most that the sum of squares may be within the interval at 95 %. */
static double
most_squares(const struct power_law *law, const struct design *d)
{
  double t = t_quantile(law->df, .95), best = 0;

  for (size_t i = 0; i < d->n; i++)
    best += d->w[i] * pow(d->points[i].y - power_law_at(law, d->points[i].x), 2);
  return best * (1 + 1e-9) + t * t * law->factor;
}

struct interval
power_law_gain(const struct power_law *law, const struct power_point *points, size_t n, double x1, double x2)
{
  double best = power_law_at(law, x2) - power_law_at(law, x1), most;
  struct interval out = {best, best};
  struct design d;

  ensure(x1 > 0 && x1 <= x2);
  design_make(points, n, &d);
  most = most_squares(law, &d);
  for (size_t k = 0; k < N_RATES; k++) {
    double of_b = pow(x1 / d.x0, -d.lines[k].rate) - pow(x2 / d.x0, -d.lines[k].rate);
    struct interval b;

    if (!range_of_b(&d, &d.lines[k], most, &b))
      continue;
    out.lo = fmin(out.lo, b.lo * of_b);
    out.hi = fmax(out.hi, b.hi * of_b);
  }
  design_release(&d);
  return out;
}

/* The interval of the ceiling at one rate, the best b for each ceiling; false: nowhere. Above `flat`, where that b is
 * 0, the sum of squares is a parabola about the line's best ceiling, below it (b may not be less) one about the mean.
 * */
static bool
range_of_ceiling(const struct design *d, const struct line *l, double most, struct interval *out)
{
  double mean, product, b, best, flat = 0, rss, rss0, reach, reach0;

  design_products(d, l, d->y, &mean, &product);
  b = -product / l->square;
  best = mean + b * l->mean;
  for (size_t i = 0; i < d->n; i++)
    flat += d->w[i] * l->z[i] * d->y[i] / (d->sum_w * l->mean);
  rss = design_squares(d, l, d->y, best, b);
  rss0 = design_squares(d, l, d->y, mean, 0);
  reach = rss <= most ? sqrt((most - rss) / (d->sum_w * (1 - d->sum_w * l->mean * l->mean / l->square0))) : -1;
  reach0 = rss0 <= most ? sqrt((most - rss0) / d->sum_w) : -1;
  *out = (struct interval){INFINITY, -INFINITY};
  if (reach >= 0 && best + reach >= flat)
    *out = (struct interval){fmax(flat, best - reach), best + reach};
  if (reach0 >= 0 && mean - reach0 <= flat) {
    out->lo = fmin(out->lo, mean - reach0);
    out->hi = fmax(out->hi, fmin(flat, mean + reach0));
  }
  return out->lo <= out->hi;
}

struct interval
power_law_ceiling(const struct power_law *law, const struct power_point *points, size_t n)
{
  double most;
  struct interval out = {law->ceiling, law->ceiling};
  struct design d;

  design_make(points, n, &d);
  most = most_squares(law, &d);
  for (size_t k = 0; k < N_RATES; k++) {
    struct interval ceiling;

    if (!range_of_ceiling(&d, &d.lines[k], most, &ceiling))
      continue;
    out.lo = fmin(out.lo, ceiling.lo);
    out.hi = fmax(out.hi, ceiling.hi);
  }
  out.lo = fmax(0, out.lo);
  out.hi = fmin(1, out.hi);
  design_release(&d);
  return out;
}
