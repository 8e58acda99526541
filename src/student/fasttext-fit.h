/* fasttext-fit: the numbers of a student `fasttext` while it learns, from some of the texts.
 *
 * Batches of FASTTEXT_BATCH texts: all of them are scored, then each text moves its rows, in the order of the texts, by
 * Adagrad (Duchi et al. 2011) with one sum of squares a row; the matrix of labels moves by the sum of the batch, with a
 * sum for each number. So no thread ever waits for the order of another, and the bytes are the same on any number.
 * Two fits of the same texts may learn from different ones.
 *
 * Threads: one user, whose team it borrows. */
#ifndef STUDENT_FASTTEXT_FIT_H
#define STUDENT_FASTTEXT_FIT_H

#include "base/rng.h"
#include "base/team.h"
#include "student/fasttext-texts.h"

#define FASTTEXT_BATCH 16

struct fasttext_fit {
  const struct fasttext_texts *texts;
  const struct example *x;
  struct student_task task;
  size_t dim, stride, out_stride;   /* stride: dim rounded up to 8; out_stride: labels */
  float *table, *squares;           /* (n_rows, stride), (n_rows) */
  float *output, *output_squares;   /* (dim, out_stride) */
  uint32_t *order;                  /* the texts that it learns from, in the order of this epoch */
  size_t n, at;                     /* how many; how many of them are done in this epoch */
  struct rng rng;
  /* of a batch */
  float *h, *errors, *gradients, *sizes;  /* (B, stride), (B, out_stride), (B, stride), (B) */
};

/* Learns from texts in[0..n). */
void fasttext_fit_init(struct fasttext_fit *f, const struct fasttext_texts *texts, const struct example *x,
                       const struct student_task *task, size_t dim, const uint32_t *in, size_t n, uint64_t seed);
void fasttext_fit_release(struct fasttext_fit *f);
/* A new epoch: another order. */
void fasttext_fit_shuffle(struct fasttext_fit *f);
/* The next n texts of the order, at most; returns how many. scores (n, out_stride): from before they were learned. */
size_t fasttext_fit_learn(struct fasttext_fit *f, struct team *team, size_t n, float rate, float *scores);
/* scores (n, out_stride) of texts which[]. */
void fasttext_fit_scores(const struct fasttext_fit *f, struct team *team, const uint32_t *which, size_t n, float *scores);

#endif
