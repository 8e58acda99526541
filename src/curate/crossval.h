/* crossval: what students say of texts that they did not learn from. The texts are dealt out to folds; for each fold a
 * student learns from the other folds and is asked about this one. Texts that only ask (unlabelled ones, the pool) are
 * told by a student that learned from all.
 *
 * Folds have their share of each label. What stands in one group (near-duplicates: a generated set is full of them)
 * stands in one fold: else a student would know a text by its twin, wrong label included. Any kind of student will do,
 * through student.h. The same texts, values and seed give the same bytes on any number of threads.
 *
 * A student learns from at most `most` texts, drawn at random from those of the other folds: so a million texts take a
 * minute and not ten, and the memory of a training stays that of `most` texts.
 *
 * Threads: one user; trainings take `threads` of their own. Errors: ERR_INPUT where there is nothing to tell apart,
 * ERR_INTERRUPTED if stopped. */
#ifndef CURATE_CROSSVAL_H
#define CURATE_CROSSVAL_H

#include "base/pool.h"
#include "student/student.h"

#define CROSSVAL_MOST 100000     /* texts are enough to know what a label is */
#define CROSSVAL_BYTES 4e9       /* of the probabilities, at most */

enum crossval_use {
  CROSSVAL_ASK,                  /* only asked about */
  CROSSVAL_JUDGE,                /* asked about out of its fold, never learned from (rejected) */
  CROSSVAL_LEARN,                /* asked about out of its fold, learned from by the others */
};
struct crossval {
  const struct student_kind *kind;
  const double *values;          /* its parameters */
  struct student_task task;
  int folds;                     /* from 2; fewer where there are fewer groups */
  uint64_t seed;
  int threads;                   /* 0: all */
  size_t most;                   /* 0: CROSSVAL_MOST */
  bool add;                      /* probabilities are added to what stands there */
  struct stop *stop;             /* may be NULL */
  void (*told)(void *arg, double done, double total);  /* trainings; may be NULL */
  void *arg;
};
/* x (n) with uses (n). group (n): the place of the first of its group, or NULL: each is its own. probabilities (n, C)
 * gets a row for each text; where nobody asks only, no student learns from all. *folds_used: how many folds there were;
 * may be NULL. */
int crossval_run(const struct crossval *cv, const struct example *x, const uint8_t *uses, const uint32_t *group, size_t n,
                 float *probabilities, int *folds_used, struct err *e);

/* Which fold each text is in (n; those that only ask: 255), as crossval_run deals them. Returns how many folds. */
int crossval_deal(const struct crossval *cv, const struct example *x, const uint8_t *uses, const uint32_t *group, size_t n,
                  uint8_t *fold);

#endif
