/* Arms whose true difference is known, for the tests that hold the statistics to their level.
 *
 * A simulated test text has a difficulty (shared by the arms) and an arm's own share of it; a training has a shift that
 * all texts feel and a chance of its own on each text; a text is right where the sum is above 0. All four spreads are
 * standard deviations of logits. */
#ifndef TESTS_SIMULATED_ARMS_H
#define TESTS_SIMULATED_ARMS_H

#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"

struct world {
  size_t R, S;                   /* test texts, seeds */
  double shift;                  /* how much better the second arm is */
  double text, arm, seed, noise;
};

/* Whether each text is right: S x R of each arm. */
void world_draw(const struct world *w, struct rng *random, uint8_t *first, uint8_t *second);
/* The share of all texts that arm 0 (first) or 1 (second) has right, over all seeds. */
double world_accuracy(const struct world *w, int arm);
/* The same of a function of one training's accuracy: its mean over all seeds. */
double world_mean(const struct world *w, int arm, double f(double accuracy, const void *arg), const void *arg);

#endif
