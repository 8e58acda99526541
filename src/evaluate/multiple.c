#include "evaluate/multiple.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

struct test {
  double p;
  size_t at;
};

static int
by_p(const void *a, const void *b)
{
  const struct test *x = a, *y = b;

  return (x->p > y->p) - (x->p < y->p);
}

void
holm_adjust(const double *p, size_t n, double *adjusted)
{
  struct test *tests = xcalloc(n + 1, sizeof *tests);
  size_t m = 0;
  double least = 0;

  for (size_t i = 0; i < n; i++)
    if (isnan(p[i]))
      adjusted[i] = NAN;
    else
      tests[m++] = (struct test){p[i], i};
  qsort(tests, m, sizeof *tests, by_p);
  for (size_t i = 0; i < m; i++) {
    least = fmax(least, fmin(1, (double)(m - i) * tests[i].p));
    adjusted[tests[i].at] = least;
  }
  free(tests);
}
