/* power, multiple, pareto: against figures of R 4.2.2 (in the comments), the defining equations and brute force. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "evaluate/multiple.h"
#include "evaluate/pareto.h"
#include "evaluate/power.h"

/* cmocka compares floats, not doubles, and by their ratio, too */
#define assert_within(a, b, most) assert_true(fabs((a) - (b)) <= (most))

static void
detectable_difference_solves_connors_equation(void **state)
{
  static const double cases[][4] = {  /* texts, discordant, z of level, z of power */
    {240, .1, 1.959963984540054, .8416212335729143}, {500, .3, 1.959963984540054, .8416212335729143},
    {5500, .02, 1.959963984540054, 1.2815515655446004}, {100, 1, 2.5758293035489004, -.5244005127080409},
  };
  static const double level[] = {.95, .95, .95, .99}, power[] = {.8, .8, .9, .3};

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++) {
    double psi = cases[i][1], d = detectable_difference(cases[i][0], psi, level[i], power[i]);
    double root = cases[i][2] * sqrt(psi) + cases[i][3] * sqrt(psi - d * d);

    assert_true(d > 0 && d <= psi);
    assert_within(root * root / d / d / cases[i][0], 1, 1e-9);
  }
}

static void
too_few_texts_show_nothing(void **state)
{
  (void)state;
  assert_true(isnan(detectable_difference(5, .1, .95, .8)));
  assert_true(isnan(detectable_difference(0, .1, .95, .8)));
  assert_true(isnan(detectable_difference(100, 0, .95, .8)));
  assert_true(isnan(detectable_difference(100, NAN, .95, .8)));
  assert_true(isnan(detectable_difference(NAN, .2, .95, .8)));
  for (double n = 1; n < 2000; n *= 1.1) {  /* more texts show less, never more than there is */
    double d = detectable_difference(n, .2, .95, .8);

    assert_true(isnan(d) || d <= .2);
    assert_true(isnan(d) || detectable_difference(n * 1.1, .2, .95, .8) < d);
  }
}

/* uniroot(function(d) pt(qt(.975, df), df, d, lower.tail = FALSE) - .8, c(0, 100), tol = 1e-10) */
static void
detectable_by_equals_r(void **state)
{
  static const double cases[][2] = {
    {1.5, 7.829041}, {2, 5.653489}, {3, 4.255899}, {5, 3.513904}, {10, 3.109971}, {100, 2.828851}, {INFINITY, 2.801585},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++)
    assert_within(detectable_by(.01, cases[i][0], .95, .8) / .01 / cases[i][1], 1, 1e-4);
  assert_true(detectable_by(0, 5, .95, .8) == 0);
  assert_true(isnan(detectable_by(NAN, 5, .95, .8)) && isnan(detectable_by(.1, 0, .95, .8)));
}

/* p.adjust(c(.01, .04, .03, .005, .5, .9), "holm") */
static void
holm_equals_r(void **state)
{
  double p[] = {.01, NAN, .04, .03, .005, .5, .9}, q[7];
  static const double want[] = {.05, NAN, .12, .12, .03, 1, 1};

  (void)state;
  holm_adjust(p, 7, q);
  for (size_t i = 0; i < 7; i++)
    assert_true(isnan(want[i]) ? isnan(q[i]) : fabs(q[i] - want[i]) < 1e-12);
  holm_adjust(p, 7, p);  /* in place */
  assert_within(p[0], .05, 1e-12);
  holm_adjust(NULL, 0, NULL);
  holm_adjust(&q[0], 1, &q[0]);
  assert_within(q[0], .05, 1e-12);
}

static void
front_equals_brute_force(void **state)
{
  enum { N = 60 };
  double cost[N], gain[N];
  struct rng random;
  bool on[N];

  (void)state;
  rng_seed(&random, 1);
  for (size_t round = 0; round < 200; round++) {
    for (size_t i = 0; i < N; i++) {
      cost[i] = rng_below(&random, 12) == 0 ? NAN : (double)rng_below(&random, 12);  /* many ties */
      gain[i] = rng_below(&random, 12) == 0 ? NAN : (double)rng_below(&random, 12) - 3;
    }
    pareto_front(cost, gain, N, on);
    for (size_t i = 0; i < N; i++) {
      bool beaten = isnan(cost[i]) || isnan(gain[i]);

      for (size_t k = 0; k < N; k++)
        beaten |= cost[k] <= cost[i] && gain[k] >= gain[i] && (cost[k] < cost[i] || gain[k] > gain[i]);
      assert_true(on[i] == !beaten);
    }
  }
  pareto_front(NULL, NULL, 0, NULL);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(detectable_difference_solves_connors_equation),
    cmocka_unit_test(too_few_texts_show_nothing),
    cmocka_unit_test(detectable_by_equals_r),
    cmocka_unit_test(holm_equals_r),
    cmocka_unit_test(front_equals_brute_force),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
