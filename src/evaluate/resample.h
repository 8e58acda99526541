/* resample: what the bootstraps of this room have in common (significance.h says what they do and why): the parts of a
 * variance, and the way from resampled deviations to an estimate.
 *
 * Letters as in significance.h: R texts, S seeds. Threads: pure functions; a gsl_rng has one user. Errors: none. */
#ifndef EVALUATE_RESAMPLE_H
#define EVALUATE_RESAMPLE_H

#include <gsl/gsl_rng.h>

#include "evaluate/significance.h"

#define DF_MANY 1e6  /* from here on Student's t is the normal distribution */

double mean_of(const double *x, size_t n);
/* With divisor n - 1; 0 for one value. */
double variance_of(const double *x, size_t n);
/* The quantile above which lies (1 - level) / 2 of Student's t. */
double t_quantile(double df, double level);
/* GSL's mt19937 of that seed; gsl_rng_free. */
gsl_rng *random_new(uint64_t seed);

/* The variance of a mean over R texts and S seeds, in its parts. */
struct variance_parts {
  double text;       /* from texts, text x seed included */
  double seed_raw;   /* from the spread between seeds, which holds text x seed noise too */
  double seed;       /* that without the noise */
  double df;         /* of text + seed: the smaller of Satterthwaite's and Banerjee's */
};
/* text: as above; variance_of_seeds: of the seeds' values; noise: what text x seed alone puts into a seed's value. */
struct variance_parts variance_parts(double text, double variance_of_seeds, double noise, size_t S, size_t R);

/* From the texts' resampled deviations of the mean (n of them, overwritten) to the estimate: adds the seeds' deviations
 * and widens for few degrees of freedom. of_seed: the seeds' own values. */
struct estimate resample_conclude(double mean, double *deviation, size_t n, const double *of_seed, size_t S,
                                  struct variance_parts v, gsl_rng *random);

#endif
