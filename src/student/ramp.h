/* ramp: how far a method has come in after `done` epochs: 0 before the first one, 1 from `epochs` on. Pure. */
#ifndef STUDENT_RAMP_H
#define STUDENT_RAMP_H

#include <math.h>

/* Along a Gaussian curve: slowly, while there is little to go by (Laine and Aila 2017). */
static inline double
ramp_up(int done, double epochs)
{
  double rest = 1 - done / epochs;

  return done <= 0 ? 0 : done >= epochs ? 1 : exp(-5 * rest * rest);
}

static inline double
ramp_line(int done, double epochs)
{
  return done <= 0 ? 0 : done >= epochs ? 1 : done / epochs;
}

#endif
