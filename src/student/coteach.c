#include "student/coteach.h"

#include <math.h>

#include "student/ramp.h"

double
coteach_forget(double rate, double ramp, int done)
{
  return rate * ramp_line(done, ramp);
}

/* Batches are small: counting who is smaller needs no memory. */
void
coteach_keep(const double *losses, size_t n, double forget, bool *keep)
{
  double most = ceil((1 - forget) * (double)n - 1e-9);

  for (size_t i = 0; i < n; i++) {
    size_t smaller = 0;

    for (size_t j = 0; j < n; j++)
      smaller += losses[j] < losses[i] || (losses[j] == losses[i] && j < i);
    keep[i] = (double)smaller < most;
  }
}
