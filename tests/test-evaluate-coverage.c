/* The statistics hold their level: simulated arms whose true difference is known, fixed seeds, many simulated
 * experiments. A share of .95 of 2000 simulations is seen within .01 of itself (two standard errors). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "evaluate/significance.h"
#include "tests/simulated-arms.h"

#define SIMULATIONS 2000
#define RESAMPLES 400

struct tally {
  double covered, accuracy_covered, small_p, small_mcnemar, small_naive;  /* shares of the simulations */
};

static struct tally
simulate(const struct world *w, uint64_t seed)
{
  uint8_t *first = xcalloc(w->R * w->S, 1), *second = xcalloc(w->R * w->S, 1);
  double accuracy = world_accuracy(w, 0), truth = world_accuracy(w, 1) - accuracy, one = 1. / SIMULATIONS;
  struct tally t = {0};
  struct rng random;

  rng_seed(&random, seed);
  for (size_t i = 0; i < SIMULATIONS; i++) {
    struct estimate d, acc;
    struct mcnemar m;

    world_draw(w, &random, first, second);
    d = bootstrap_difference(first, second, w->S, w->R, RESAMPLES, i);
    acc = accuracy_estimate(first, w->S, w->R);
    m = mcnemar_pooled(first, second, w->S, w->R);
    t.covered += d.lo <= truth && truth <= d.hi ? one : 0;
    t.accuracy_covered += acc.lo <= accuracy && accuracy <= acc.hi ? one : 0;
    t.small_p += d.p < .05 ? one : 0;
    t.small_mcnemar += m.p_exact < .05 ? one : 0;
    t.small_naive += mcnemar_test((size_t)m.b, (size_t)m.c).p_exact < .05 ? one : 0;
  }
  free(first);
  free(second);
  print_message("R %zu, %zu seeds, shift %.1f, spread of arms %.1f, of seeds %.1f: covered %.3f, accuracy covered "
                "%.3f, p < .05: bootstrap %.3f, pooled McNemar %.3f, pairs taken for independent %.3f\n",
                w->R, w->S, w->shift, w->arm, w->seed, t.covered, t.accuracy_covered, t.small_p, t.small_mcnemar,
                t.small_naive);
  return t;
}

static void
without_a_difference_p_is_seldom_small(void **state)
{
  static const struct world worlds[] = {
    {240, 5, 0, 2, 1, 0, 1}, {240, 5, 0, 2, 1, .2, 1}, {500, 3, 0, 2, 1, .1, 1}, {100, 3, 0, 1, 1, .2, 1},
    {500, 1, 0, 2, 1, 0, 1},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(worlds); i++) {
    struct tally t = simulate(&worlds[i], i + 1);

    assert_true(t.small_p <= .06);
    assert_true(t.covered >= .93 && t.covered <= .97);
    assert_true(t.accuracy_covered >= .93 && t.accuracy_covered <= .97);
    if (worlds[i].seed == 0)  /* it speaks of texts, not of seeds */
      assert_true(t.small_mcnemar <= .06);
    if (worlds[i].S > 1)  /* what this room must not do: the simulation sees it */
      assert_true(t.small_naive > .08);
  }
}

static void
intervals_hold_the_truth(void **state)
{
  static const struct world worlds[] = {
    {240, 5, .7, 2, 1, .2, 1}, {500, 5, .3, 1, 1, .4, 1}, {240, 3, .7, 2, 1, .1, 1}, {100, 3, 1, 2, 1, .2, 1},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(worlds); i++) {
    struct tally t = simulate(&worlds[i], i + 11);

    assert_true(t.covered >= .93 && t.covered <= .97);
    assert_true(t.accuracy_covered >= .93 && t.accuracy_covered <= .97);
  }
}

/* The two edges that significance.h speaks of: seeds that differ by chance on texts alone, and three that are far
 * apart. */
static void
edges_are_as_wide_as_said(void **state)
{
  static const struct world alike = {240, 3, .3, 2, .5, 0, 1}, apart = {240, 3, 0, 2, 1, .8, 1};
  struct tally t = simulate(&alike, 21);

  (void)state;
  assert_true(t.covered >= .95 && t.covered <= .985);
  t = simulate(&apart, 22);
  assert_true(t.covered >= .925 && t.small_p <= .07);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(without_a_difference_p_is_seldom_small),
    cmocka_unit_test(intervals_hold_the_truth),
    cmocka_unit_test(edges_are_as_wide_as_said),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
