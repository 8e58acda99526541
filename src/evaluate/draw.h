/* draw: the texts of an arm that one training is given: all of them, or so many as the plan allows, drawn by the seed.
 *
 * Draws are nested: with the same seed fewer texts are part of more. Labels take turns, so that few texts hold all of
 * them. What is drawn is in order of id, so that the whole of an arm is the same however it was asked for.
 *
 * Balance, the same rule in every arm: no text is thrown away, each counts n / (C x texts of its label), at most
 * DRAW_WEIGHT_MAX, C being the labels that the draw has, so that every label counts alike (the `balanced` class weights
 * of scikit-learn; G. King and L. Zeng, Political Analysis 9 (2001) 137-163). Where a text has several labels each text
 * counts 1.
 *
 * Life: draw_make, draw_release. Threads: one user of the arms. */
#ifndef EVALUATE_DRAW_H
#define EVALUATE_DRAW_H

#include "corpus/sample.h"
#include "evaluate/arm.h"

#define DRAW_WEIGHT_MAX 10

/* How many texts an arm may have; what is not limited is SIZE_MAX or INFINITY. */
struct draw_limits {
  size_t per_label;          /* seed texts, of each label */
  size_t size;               /* other texts, in all */
  size_t rows;               /* texts, in all */
  double usd;                /* what they may cost, in all */
};
extern const struct draw_limits draw_all;

struct draw {
  struct example *examples;  /* n, weighted */
  uint32_t *ids;
  size_t n;
  size_t n_of[N_ORIGINS];
  size_t n_skipped;          /* labels of the task without a text */
  double cost_usd;           /* NaN: not known */
};

struct draw draw_make(struct arms *a, const struct arm *arm, const struct draw_limits *limits, uint64_t seed);
void draw_release(struct draw *d);
/* True if a student could learn from it. */
bool draw_is_enough(const struct draw *d, const struct student_task *task);
/* Sets the weights as above. */
void draw_balance(struct example *examples, size_t n, const struct student_task *task);

#endif
