/* reliability: whether probabilities mean what they say: of answers given with 80 %, are 80 % right?
 *
 * Answers are put into 15 bins of equal width by their confidence, (0, 1/15], (1/15, 2/15], ...; the expected calibration
 * error is the mean distance, over answers, between a bin's mean confidence and its share of right ones (Guo et al. 2017,
 * "On calibration of modern neural networks", equation 3). Of several labels a text each label is an answer: its
 * probability, and whether the text has it.
 *
 * Threads: one user. */
#ifndef STUDENT_RELIABILITY_H
#define STUDENT_RELIABILITY_H

#include <stdbool.h>
#include <stddef.h>

#include "student/student.h"

#define RELIABILITY_BINS 15

struct reliability_bin {
  size_t n, n_right;
  double confidence;             /* sum over its answers */
};
struct reliability {
  size_t n;
  struct reliability_bin bins[RELIABILITY_BINS];
};
/* A zeroed one is empty. */
void reliability_add(struct reliability *r, double confidence, bool right);
/* A row of probabilities (n_classes) of a text whose labels are known. */
void reliability_add_row(struct reliability *r, const struct student_task *task, const struct example *x,
                         const float *probabilities);
/* In [0, 1]; NAN: there were no answers. */
double reliability_error(const struct reliability *r);

#endif
