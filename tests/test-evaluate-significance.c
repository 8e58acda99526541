/* significance: against figures of scipy 1.10.1, brute force, and closed forms.
 *
 * The figures come from this script (Debian 12, python3-scipy; lcg as below):
 *   binomtest(k, n).proportion_ci(.95, 'wilson'); t.interval(.95, 4, mean(x), sem(x))
 *   binomtest(min(b, c), b + c).pvalue, and that minus binom.pmf(b, b + c, .5)
 *   a = lcg(48, 2, 9); b = where(lcg(48, 4, 10) < 2, 1, a); b = where(lcg(48, 9, 11) == 0, 0, b), both 3 x 16
 *     d = (b - a).sum(0); of all 2^16 vectors s of signs: the share with |s @ d| >= |sum(d)| (exact), > too (mid)
 *   A = lcg(120, 2, 12); B = where(lcg(120, 6, 13) <= row number, 1, A), both 4 x 30; for D = B - A and D = B:
 *     m = D.mean(); t = D.mean(0) - m; s = D.mean(1) - m; MSt = 4 sum(t^2)/29; MSs = 30 sum(s^2)/3
 *     MSE = sum((D - m - t - s)^2)/87; vt = MSt/120; vs = (MSs - MSE)/120; raw = MSs/120
 *     df = (vt + vs)^2 / (vt^2/29 + raw^2/3); Wilson with n = m (1 - m)/(vt + vs) and z = t.ppf(.975, df) */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "evaluate/metric.h"
#include "evaluate/significance.h"

/* cmocka compares floats, not doubles, and by their ratio, too */
#define assert_within(a, b, most) assert_true(fabs((a) - (b)) <= (most))
#define assert_near(a, b) assert_within(a, b, 1e-10)

static uint32_t
next(uint32_t *seed, uint32_t k)
{
  *seed = (uint32_t)((*seed * 1103515245ull + 12345) & 0x7fffffff);
  return (*seed >> 16) % k;
}

static void
wilson_equals_scipy(void **state)
{
  static const double cases[][4] = {
    {0, 10, 0, .27753279986288926}, {7, 10, .39677814746114526, .892208732593699}, {10, 10, .7224672001371109, 1},
    {431, 500, .8289979864047199, .8894819911011163}, {1, 3000, 5.8843941871566355e-05, .001885818844304179},
  };

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct interval ci = wilson_interval(cases[i][0], cases[i][1], .95);

    assert_near(ci.lo, cases[i][2]);
    assert_near(ci.hi, cases[i][3]);
  }
  assert_true(wilson_interval(0, 0, .95).lo == 0 && wilson_interval(0, 0, .95).hi == 1);
}

static void
t_equals_scipy(void **state)
{
  static const double x[] = {.81, .84, .79, .86, .83};
  struct interval ci = t_interval(x, 5, .95);

  (void)state;
  assert_near(ci.lo, .7924520861507334);
  assert_near(ci.hi, .8595479138492665);
  ci = t_interval(x, 1, .95);
  assert_true(ci.lo == .81 && ci.hi == .81);
}

static void
mcnemar_equals_the_binomial(void **state)
{
  static const double cases[][4] = {
    {1, 0, 1, .5}, {8, 2, .109375, .06542968749999996}, {2, 8, .109375, .06542968749999996},
    {30, 11, .00432400493446039, .002887247974285856}, {200, 150, .008720036530555943, .007524139788171167},
    {5, 5, 1, 1 - 252. / 1024 / 2}, {0, 0, 1, 1},
  };

  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct mcnemar m = mcnemar_test((size_t)cases[i][0], (size_t)cases[i][1]);

    assert_near(m.p_exact, cases[i][2]);
    assert_near(m.p_mid, cases[i][3]);
  }
}

static void
pooled_mcnemar_equals_brute_force(void **state)
{
  uint8_t a[48], b[48];
  uint32_t s1 = 9, s2 = 10, s3 = 11;
  struct mcnemar m, one;

  (void)state;
  for (size_t i = 0; i < 48; i++) {
    a[i] = (uint8_t)next(&s1, 2);
    b[i] = next(&s2, 4) < 2 ? 1 : a[i];
    b[i] = next(&s3, 9) == 0 ? 0 : b[i];
  }
  m = mcnemar_pooled(a, b, 3, 16);
  assert_true(m.b == 3 && m.c == 9);
  assert_near(m.p_exact, .109375);
  assert_near(m.p_mid, .0625);
  /* one seed is the plain test */
  m = mcnemar_pooled(a, b, 1, 16);
  one = mcnemar_test((size_t)m.b, (size_t)m.c);
  assert_near(m.p_exact, one.p_exact);
  assert_near(m.p_mid, one.p_mid);
}

/* Seeds that are copies of each other bring no evidence: no p may shrink, no interval narrow. */
static void
copies_of_a_seed_are_no_evidence(void **state)
{
  enum { R = 60, S = 5 };
  uint8_t a[S * R] = {0}, b[S * R] = {0};
  struct estimate one, five;

  (void)state;
  for (size_t s = 0; s < S; s++)
    for (size_t r = 0; r < R; r++) {
      a[s * R + r] = r < 30;
      b[s * R + r] = r >= 4 && r < 40;  /* 4 lost, 10 won */
    }
  assert_near(mcnemar_pooled(a, b, S, R).p_exact, mcnemar_test(4, 10).p_exact);
  one = bootstrap_difference(a, b, 1, R, BOOTSTRAP_RESAMPLES, 1);
  five = bootstrap_difference(a, b, S, R, BOOTSTRAP_RESAMPLES, 1);
  assert_near(five.mean, .1);
  assert_near(five.se_text, one.se_text);
  assert_within(five.hi - five.lo, one.hi - one.lo, .01);
  assert_within(five.p, one.p, .02);
  assert_true(five.p > .05);
}

static void
parts_of_the_variance_equal_the_anova(void **state)
{
  enum { R = 30, S = 4 };
  uint8_t a[S * R], b[S * R];
  uint32_t s1 = 12, s2 = 13;
  struct estimate d, acc, again;

  (void)state;
  for (size_t i = 0; i < S * R; i++) {
    a[i] = (uint8_t)next(&s1, 2);
    b[i] = next(&s2, 6) <= i / R ? 1 : a[i];
  }
  d = bootstrap_difference(a, b, S, R, BOOTSTRAP_RESAMPLES, 7);
  assert_near(d.mean, .18333333333333332);
  assert_near(d.se_text, .03156213843159996);
  assert_near(d.se_seed, .05748563038837989);
  assert_near(d.df, 2.682302917105162);
  /* resampling against Student's t with the same variance and df: near, with so few texts and seeds not equal */
  assert_within(d.lo, -.040077979002943825, .06);
  assert_within(d.hi, .40674464566961044, .06);
  assert_within(d.p, .07739661835905053, .03);
  again = bootstrap_difference(a, b, S, R, BOOTSTRAP_RESAMPLES, 7);
  assert_memory_equal(&again, &d, sizeof d);

  acc = accuracy_estimate(b, S, R);
  assert_near(acc.mean, .7083333333333334);
  assert_near(acc.lo, .4263903815057812);
  assert_near(acc.hi, .8880723100566686);
}

/* With many texts and one seed the interval is the normal one: d -+ 1.96 sqrt((b + c - (b - c)^2 / R) / R^2). */
static void
many_texts_give_the_normal_interval(void **state)
{
  enum { R = 2000 };
  static uint8_t a[R], b[R];
  double half = 1.959964 * sqrt((400 + 200 - 200. * 200 / R) / R / R);
  struct estimate d;

  (void)state;
  for (size_t r = 0; r < R; r++) {
    a[r] = r < 200;
    b[r] = r >= 200 && r < 600;
  }
  d = bootstrap_difference(a, b, 1, R, BOOTSTRAP_RESAMPLES, 1);
  assert_near(d.mean, .1);
  assert_within(d.lo, .1 - half, half / 25);
  assert_within(d.hi, .1 + half, half / 25);
}

/* Whatever three texts say, they are three. */
static void
few_texts_prove_nothing(void **state)
{
  static const uint8_t wrong[15] = {0}, right[15] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  struct estimate d = bootstrap_difference(wrong, right, 5, 3, BOOTSTRAP_RESAMPLES, 1);

  (void)state;
  assert_true(d.mean == 1 && d.p > .05 && d.lo < 0 && d.hi == 1);
  d = bootstrap_difference(wrong, wrong, 5, 3, BOOTSTRAP_RESAMPLES, 1);
  assert_true(d.mean == 0 && d.lo < 0 && d.hi > 0 && d.p > .5);
}

/* 60 texts put right and 2 put wrong, of 300, in each of 3 seeds: no resample comes near 0, and p is still a number
 * that says how far it is (McNemar's is 2e-15 here). Where nothing but one thing was seen it is not 0. */
static void
p_goes_on_below_the_resamples(void **state)
{
  enum { R = 300, S = 3 };
  uint8_t a[S * R] = {0}, b[S * R] = {0}, right[S * R];
  struct estimate d;

  (void)state;
  memset(right, 1, sizeof right);
  for (size_t i = 0; i < S * R; i++) {
    a[i] = i % R >= 60;
    b[i] = i % R < 298;
  }
  d = bootstrap_difference(a, b, S, R, 1000, 1);
  assert_true(d.p > 1e-16 && d.p < 1e-8);
  memset(a, 0, sizeof a);
  d = bootstrap_difference(a, right, S, R, 1000, 1);
  assert_true(d.mean == 1 && d.p > 0 && d.p < 1e-8);
}

static void
accuracy_of_one_seed_is_wilson(void **state)
{
  uint8_t right[500];
  struct estimate e;
  struct interval w = wilson_interval(431, 500, .95);

  (void)state;
  for (size_t r = 0; r < 500; r++)
    right[r] = r < 431;
  e = accuracy_estimate(right, 1, 500);
  assert_near(e.lo, w.lo);
  assert_near(e.hi, w.hi);
  memset(right, 1, sizeof right);  /* all right, and still not sure */
  e = accuracy_estimate(right, 5, 100);
  w = wilson_interval(100, 100, .95);
  assert_true(e.mean == 1 && e.hi == 1 && e.lo > .9 && e.lo <= w.lo);
}

struct runs {
  const uint8_t *right;
  size_t n;
};

static double
share_right(const void *arg, size_t seed, const uint32_t *weight)
{
  const struct runs *x = arg;
  double sum = 0;

  for (size_t r = 0; r < x->n; r++)
    sum += x->right[seed * x->n + r] * (double)weight[r];
  return sum / (double)x->n;
}

/* The general bootstrap, given an accuracy, must find what the closed form finds. */
static void
bootstrap_of_a_statistic_agrees(void **state)
{
  enum { R = 120, S = 5 };
  uint8_t right[S * R];
  uint32_t s1 = 21, s2 = 22;
  struct runs x = {right, R};
  struct estimate closed, general;

  (void)state;
  for (size_t r = 0; r < R; r++) {
    uint32_t hard = next(&s1, 10);

    for (size_t s = 0; s < S; s++)
      right[s * R + r] = next(&s2, 10) + (s == 0 ? 2 : 0) >= hard;
  }
  closed = accuracy_estimate(right, S, R);
  general = bootstrap_mean(share_right, &x, S, R, 4000, 3);
  assert_near(general.mean, closed.mean);
  assert_within(general.se_text / closed.se_text, 1, .05);
  assert_within(general.se_seed / closed.se_seed, 1, .05);
  assert_within(general.lo, closed.lo, .02);
  assert_within(general.hi, closed.hi, .02);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(wilson_equals_scipy),
    cmocka_unit_test(t_equals_scipy),
    cmocka_unit_test(mcnemar_equals_the_binomial),
    cmocka_unit_test(pooled_mcnemar_equals_brute_force),
    cmocka_unit_test(copies_of_a_seed_are_no_evidence),
    cmocka_unit_test(parts_of_the_variance_equal_the_anova),
    cmocka_unit_test(many_texts_give_the_normal_interval),
    cmocka_unit_test(few_texts_prove_nothing),
    cmocka_unit_test(p_goes_on_below_the_resamples),
    cmocka_unit_test(accuracy_of_one_seed_is_wilson),
    cmocka_unit_test(bootstrap_of_a_statistic_agrees),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
