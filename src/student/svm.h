/* svm: linear support vector machines with squared hinge loss, one for each class against the rest, solved in the dual by
 * coordinate descent (Hsieh et al. 2008), all classes of a row at once.
 *
 *   min over w, b of  (|w|^2 + b^2) / 2 + C sum_i weight_i max(0, 1 - y_i (w.x_i + b))^2
 *
 * Classes are cut into shards of `lanes`; a shard is solved without the others, so shards are what threads share out, and
 * the result does not depend on the threads.
 *
 * Life: svm_new, svm_step until it has converged or enough epochs are done, svm_scores, svm_free. The rows, values and
 * examples given must stay. Threads: one user. */
#ifndef STUDENT_SVM_H
#define STUDENT_SVM_H

#include <stdbool.h>

#include "base/rng.h"
#include "student/features.h"
#include "student/huge.h"

struct svm {
  const struct rows *rows;
  const float *values, *squares;  /* of weigh_rows */
  const struct example *x;
  uint32_t n_features;
  size_t n_classes, lanes, n_shards;
  double cost;                    /* C */
  uint32_t *order;                /* (n) rows to learn from, shuffled anew for each epoch */
  size_t n, at;                   /* at: rows of this epoch done */
  struct rng rng;
  float *weights;                 /* (n_shards, n_features, lanes) */
  float *bias;                    /* (n_shards * lanes) */
  float *alpha;                   /* (n_shards, rows->n, lanes); NULL where there will be one epoch: then it is always 0 */
  int epochs;                     /* whole ones done */
  double moved, first_moved;      /* sum of |change of alpha| in this epoch; in the first */
  double last_moved;              /* in the last whole one */
  struct huge tables[2];
};

struct svm *svm_new(const struct rows *rows, const float *values, const float *squares, uint32_t n_features,
                    const struct example *x, const uint32_t *which, size_t n, size_t n_classes, double cost, int max_epochs,
                    uint64_t seed);
void svm_free(struct svm *s);
size_t svm_lanes(size_t n_classes);  /* and lanes times shards: n_classes rounded up to them */
/* The next up to n rows, never past the end of an epoch. Returns how many; their row numbers stand in s->order before s->at.
 * scores (n, svm_stride) gets w.x + b as it was before each row was learned, NULL: not wanted. */
size_t svm_step(struct svm *s, size_t n, int threads, float *scores);
struct svm_turn {
  struct svm *svm;
  size_t n;       /* rows wanted; afterwards rows done */
  float *scores;
};
/* A step of several solvers, whose shards the threads share out. */
void svm_steps(struct svm_turn *turns, size_t n_turns, int threads);
static inline size_t
svm_stride(const struct svm *s)
{
  return s->n_shards * s->lanes;
}
/* scores (n, svm_stride) of rows which[0..n) of `rows` with their values. */
void svm_scores(const struct svm *s, const struct rows *rows, const float *values, const uint32_t *which, size_t n,
                int threads, float *scores);
/* The weights of a feature for the classes of a shard, from class `first` (a multiple of lanes) on. */
static inline const float *
svm_weights(const struct svm *s, uint32_t feature, size_t first)
{
  return s->weights + (first / s->lanes * s->n_features + feature) * s->lanes;
}

#endif
