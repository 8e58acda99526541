#include "evaluate/timing.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"

#define TIMED_S .04

double
timing_us(const struct student *student, const struct example *texts, size_t n, size_t batch)
{
  size_t n_done = 0, size = batch < n ? batch : n;
  double began, passed = 0;
  struct student_info info;
  float *p;

  if (n == 0)
    return NAN;
  student_info(student, &info);
  p = xcalloc(size * info.task.n_classes + 1, sizeof *p);
  student_predict(student, texts, size, 1, p);   /* what is made at a first call is not counted */
  began = clock_s();
  for (size_t at = 0; passed < TIMED_S; at = at + 2 * size <= n ? at + size : 0) {
    student_predict(student, texts + at, size, 1, p);
    n_done += size;
    passed = clock_s() - began;
  }
  free(p);
  return 1e6 * passed / (double)n_done;
}
