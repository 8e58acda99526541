/* power_law: accuracy by the number of training texts x, as accuracy = ceiling - scale * x^-rate.
 *
 * That learning curves follow such a law: J. Hestness et al., "Deep learning scaling is predictable, empirically"
 * (2017), arXiv:1712.00409; that it is the best of the usual forms where few points are there, and what it does not
 * describe: T. Viering, M. Loog, "The shape of learning curves: a review", IEEE TPAMI 45 (2023) 7799-7819; weighted
 * nonlinear least squares for it: R. L. Figueroa et al., BMC Med Inform Decis Mak 12:8 (2012).
 *
 * The fit. For a given rate the law is a straight line in x^-rate, so that only the rate needs a search (variable
 * projection, G. Golub, V. Pereyra, SIAM J. Numer. Anal. 10 (1973) 413-432): a grid over all rates that are allowed
 * finds the valley, and GSL's gsl_multifit_nlinear (trust region) its bottom, in variables that cannot leave the
 * range: ceiling in (0, 1), scale > 0, rate in [POWER_RATE_LEAST, POWER_RATE_MOST]. The law never falls: points that
 * fall give scale 0.
 *
 * Its intervals are those of the profile likelihood (D. Bates, D. Watts, Nonlinear Regression Analysis (1988), ch. 6):
 * all values that some law has whose weighted sum of squares is within t^2 s^2 of the least. Not from the covariance:
 * with five to eight points the rate and the ceiling can be moved against each other a long way, the valley is bent,
 * and its bottom often lies at a bound, where neither a covariance nor refitted resamples say what is possible. For
 * each rate the bounds are those of a parabola, so nothing is iterated.
 *
 * Threads: pure functions. Errors: as said. The same seed gives the same bytes. */
#ifndef EVALUATE_POWER_LAW_H
#define EVALUATE_POWER_LAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evaluate/significance.h"

#define POWER_RATE_LEAST .02
#define POWER_RATE_MOST 2
#define POWER_POINTS_LEAST 4  /* three numbers are fitted, and one point must be left to say how well */

struct power_point {
  double x, y;       /* texts (> 0); accuracy */
  double se;         /* standard error of y, > 0: only what differs from point to point, not what all have in common */
};

struct power_law {
  double ceiling, scale, rate;  /* scale 0 and rate 0: a constant */
  double residual;   /* root mean square of the points' distances from it, not weighted */
  double factor;     /* what se^2 must be multiplied with: from the points' distances and from what se was made of */
  double df;         /* of `factor` */
  bool lacks;        /* the points lie further from it than their standard errors explain (F test, 5 %) */
  double grow_p;     /* one-sided p of growth: how often points of a constant look as much like growing */
  double fall_p;     /* the same of falling */
};

/* Fits n points. se_df: degrees of freedom of the standard errors (0: nothing is known but their proportions). Where
 * the law lacks, `factor` is what the points' distances say alone, otherwise both are pooled. grow_p and fall_p are
 * simulated, since under a constant the rate means nothing (R. B. Davies, Biometrika 74 (1987) 33-43). -1, and the law
 * untouched: fewer than POWER_POINTS_LEAST different x, or a number that is none. */
int power_law_fit(const struct power_point *points, size_t n, double se_df, uint64_t seed, struct power_law *law);

double power_law_at(const struct power_law *law, double x);

/* Intervals at 95 % for the points that it was fitted to. Of what the law has at x2 more than at x1 (0 < x1 <= x2):
 * never below 0, but laws whose ceiling would be above 1 count, too: where a curve still rises like a logarithm the
 * others level off only because all must end at 1 somewhere. Of its ceiling: never above 1. */
struct interval power_law_gain(const struct power_law *law, const struct power_point *points, size_t n, double x1,
                               double x2);
struct interval power_law_ceiling(const struct power_law *law, const struct power_point *points, size_t n);

#endif
