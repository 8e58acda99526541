/* power_design: the points of a power law made ready for fits at any rate. For power_law.c and power_profile.c only.
 *
 * Life: design_make, any reading, design_release. Threads: a value. */
#ifndef EVALUATE_POWER_DESIGN_H
#define EVALUATE_POWER_DESIGN_H

#include "evaluate/power_law.h"

#define N_RATES 256  /* 2 % from one to the next */

/* For one rate: z = (x / x0)^-rate, and the weighted sums that all fits at this rate need. */
struct line {
  double rate, mean, square, square0;  /* of z: its mean, the sums of its squares about the mean and about 0 */
  double *z;
};

/* The points with weights 1 / se^2; y is their accuracies. */
struct design {
  size_t n;
  const struct power_point *points;
  double *w, *y, sum_w, x0;
  struct line lines[N_RATES];
  double *room;  /* all z */
};

void design_make(const struct power_point *points, size_t n, struct design *d);
void design_release(struct design *d);
/* z has room for n. */
void design_line(const struct design *d, double rate, double *z, struct line *l);
/* Weighted mean of y, and sum of its products with z about the means. */
void design_products(const struct design *d, const struct line *l, const double *y, double *mean, double *product);
/* Weighted sum of squares of y - (ceiling - b z). */
double design_squares(const struct design *d, const struct line *l, const double *y, double ceiling, double b);
/* Sum of w z (1 - y): where the ceiling stands at 1 the rest is a line through 0. */
double design_below_1(const struct design *d, const struct line *l, const double *y);

#endif
