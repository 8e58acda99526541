#include "tests/simulated-arms.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

#define BASE 1  /* the first arm's logit */

void
world_draw(const struct world *w, struct rng *random, uint8_t *first, uint8_t *second)
{
  double *of_text = xcalloc(w->R, sizeof *of_text), *of_arm = xcalloc(w->R, sizeof *of_arm);

  for (size_t r = 0; r < w->R; r++)
    of_text[r] = w->text * rng_normal(random);
  for (int k = 0; k < 2; k++) {
    uint8_t *right = k ? second : first;

    for (size_t r = 0; r < w->R; r++)
      of_arm[r] = BASE + k * w->shift + of_text[r] + w->arm * rng_normal(random);
    for (size_t s = 0; s < w->S; s++) {
      double of_seed = w->seed * rng_normal(random);

      for (size_t r = 0; r < w->R; r++)
        right[s * w->R + r] = of_arm[r] + of_seed + w->noise * rng_normal(random) > 0;
    }
  }
  free(of_arm);
  free(of_text);
}

/* The sum of the spreads is normal. */
static double
share_right(const struct world *w, int arm, double of_seed, double spread_of_seed)
{
  double sd = sqrt(w->text * w->text + w->arm * w->arm + spread_of_seed * spread_of_seed + w->noise * w->noise);

  return .5 * erfc(-(BASE + arm * w->shift + of_seed) / sd / sqrt(2));
}

double
world_accuracy(const struct world *w, int arm)
{
  return share_right(w, arm, 0, w->seed);
}

double
world_mean(const struct world *w, int arm, double f(double accuracy, const void *arg), const void *arg)
{
  double sum = 0, all = 0;

  for (double z = -6; z <= 6; z += .05) {
    double weight = exp(-z * z / 2);

    sum += weight * f(share_right(w, arm, z * w->seed, 0), arg);
    all += weight;
  }
  return sum / all;
}
