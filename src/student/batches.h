/* batches: in what order texts are learned in an epoch: in batches of texts of about the same length, so that little is
 * lost where a batch goes at the pace of its longest; which these are, and the order of the batches, is left to chance. */
#ifndef STUDENT_BATCHES_H
#define STUDENT_BATCHES_H

#include "student/encoded.h"

/* Puts rows[0..n) into an order in which batch k is rows[k * size..(k + 1) * size), longest first, the last one maybe
 * smaller. The same seed and rows give the same order. */
void batches_order(uint32_t *rows, size_t n, size_t size, const struct encoded *texts, uint64_t seed);

/* What the largest batch of `size` texts of all that there are can have. */
struct batch_limits {
  size_t rows;        /* tokens */
  size_t token_rows;  /* rows of the table, counted for each token */
};
struct batch_limits batches_limits(const struct encoded *texts, size_t size);

#endif
