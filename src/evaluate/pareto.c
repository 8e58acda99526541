#include "evaluate/pareto.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

struct point {
  double cost, gain;
  size_t at;
};

/* By cost, and of equal cost the greatest gain first. */
static int
by_cost(const void *a, const void *b)
{
  const struct point *x = a, *y = b;

  if (x->cost != y->cost)
    return x->cost < y->cost ? -1 : 1;
  return (x->gain < y->gain) - (x->gain > y->gain);
}

void
pareto_front(const double *cost, const double *gain, size_t n, bool *on)
{
  struct point *points = xcalloc(n + 1, sizeof *points), best = {0};
  size_t m = 0;

  for (size_t i = 0; i < n; i++) {
    on[i] = false;
    if (!isnan(cost[i]) && !isnan(gain[i]))
      points[m++] = (struct point){cost[i], gain[i], i};
  }
  qsort(points, m, sizeof *points, by_cost);
  /* from the cheapest on a point is on the front if it gains more than all before it, or equals the last that did */
  for (size_t i = 0; i < m; i++) {
    if (i == 0 || points[i].gain > best.gain)
      best = points[i];
    on[points[i].at] = points[i].cost == best.cost && points[i].gain == best.gain;
  }
  free(points);
}
