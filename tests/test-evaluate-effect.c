/* effect: against metric.h, against the plain bootstrap of significance.h, and what must hold of any arm. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "evaluate/effect.h"
#include "evaluate/metric.h"

/* cmocka compares floats, not doubles, and by their ratio, too */
#define assert_within(a, b, most) assert_true(fabs((a) - (b)) <= (most))

enum { S = 3, R = 400, C = 4 };

struct arms {
  int32_t truth[R], first[S * R], second[S * R];
};

/* The truth, or something else: a text is as hard for all seeds, and each seed is as good as it is. */
static void
answer(struct rng *random, const int32_t *truth, const double *hard, double wrong, int32_t *out)
{
  for (size_t s = 0; s < S; s++)
    for (size_t r = 0; r < R; r++)
      out[s * R + r] = hard[r] + .3 * rng_unit(random) < wrong + .1 + .06 * (double)s ? (int32_t)rng_below(random, C)
                                                                                     : truth[r];
}

static struct arms *
arms_new(uint64_t seed, double first, double second)
{
  struct arms *a = xcalloc(1, sizeof *a);
  struct rng random;
  double hard[R];

  rng_seed(&random, seed);
  for (size_t r = 0; r < R; r++) {
    a->truth[r] = (int32_t)(rng_below(&random, 10) == 0 ? 0 : 1 + rng_below(&random, C - 1));
    hard[r] = rng_unit(&random);
  }
  answer(&random, a->truth, hard, first, a->first);
  answer(&random, a->truth, hard, second, a->second);
  return a;
}

static void
scores_are_the_metrics(void **state)
{
  struct arms *a = arms_new(1, .1, .3);
  struct answer_key key = {S, R, C, a->truth, NULL};
  struct found_label out[C] = {{.label = NULL}};
  double precision[C] = {0}, recall[C] = {0}, f1[C] = {0};
  struct metric m;

  (void)state;
  a->truth[3] = METRIC_NONE;
  a->second[5] = METRIC_NONE;
  metric_init(&m);
  for (size_t s = 0; s < S; s++) {
    metric_count(&m, C, a->truth, a->second + s * R, R);
    for (size_t c = 0; c < C; c++) {
      precision[c] += m.per_label[c].precision / S;
      recall[c] += m.per_label[c].recall / S;
      f1[c] += m.per_label[c].f1 / S;
    }
  }
  label_effects(&key, NULL, NULL, a->second, NULL, 100, 1, out);
  for (size_t c = 0; c < C; c++) {
    assert_true(out[c].n == m.per_label[c].support);
    assert_within(out[c].precision, precision[c], 1e-12);
    assert_within(out[c].recall, recall[c], 1e-12);
    assert_within(out[c].f1, f1[c], 1e-12);
    assert_true(isnan(out[c].difference) && isnan(out[c].ci95.lo) && isnan(out[c].p) && isnan(out[c].p_holm));
  }
  metric_release(&m);
  free(a);
}

struct f1_case {
  const struct arms *a;
  int32_t label;
};

static double
f1(const struct f1_case *x, const int32_t *said, const uint32_t *weight)
{
  double tp = 0, in = 0;

  for (size_t r = 0; r < R; r++) {
    tp += said[r] == x->label && x->a->truth[r] == x->label ? weight[r] : 0;
    in += (double)weight[r] * ((said[r] == x->label) + (x->a->truth[r] == x->label));
  }
  return in > 0 ? 2 * tp / in : 0;
}

static double
f1_difference(const void *arg, size_t seed, const uint32_t *weight)
{
  const struct f1_case *x = arg;

  return f1(x, x->a->second + seed * R, weight) - f1(x, x->a->first + seed * R, weight);
}

/* With many texts the two that are added make no difference: the plain bootstrap, which counts anew each time, agrees.
 * */
static void
effects_are_the_bootstraps(void **state)
{
  struct arms *a = arms_new(2, .3, .12);
  struct answer_key key = {S, R, C, a->truth, NULL};
  struct found_label out[C], again[C];

  (void)state;
  memset(out, 0, sizeof out);
  memset(again, 0, sizeof again);
  label_effects(&key, a->first, NULL, a->second, NULL, 4000, 7, out);
  label_effects(&key, a->first, NULL, a->second, NULL, 4000, 7, again);
  assert_memory_equal(out, again, sizeof out);
  for (int32_t c = 1; c < C; c++) {
    struct f1_case x = {a, c};
    struct estimate e = bootstrap_mean(f1_difference, &x, S, R, 2000, 3);

    assert_within(out[c].difference, e.mean, 1e-6);
    assert_true(e.hi - e.lo > .02);
    assert_within((out[c].ci95.hi - out[c].ci95.lo) / (e.hi - e.lo), 1, .12);
    assert_within(out[c].ci95.lo, e.lo, .02);
    assert_within(out[c].p, e.p, .03);
  }
  free(a);
}

static void
sets_say_what_labels_say(void **state)
{
  struct arms *a = arms_new(3, .2, .1);
  struct answer_key key = {S, R, C, a->truth, NULL}, key_sets = {S, R, C, NULL, NULL};
  uint8_t *truth = xcalloc(R * C, 1), *first = xcalloc(S * R * C, 1), *second = xcalloc(S * R * C, 1);
  struct found_label out[C], sets[C];

  (void)state;
  memset(out, 0, sizeof out);
  memset(sets, 0, sizeof sets);
  for (size_t r = 0; r < R; r++)
    truth[r * C + (size_t)a->truth[r]] = 1;
  for (size_t i = 0; i < S * R; i++) {
    first[i * C + (size_t)a->first[i]] = 1;
    second[i * C + (size_t)a->second[i]] = 1;
  }
  key_sets.truth_sets = truth;
  label_effects(&key, a->first, NULL, a->second, NULL, 500, 1, out);
  label_effects(&key_sets, NULL, first, NULL, second, 500, 1, sets);
  assert_memory_equal(out, sets, sizeof out);
  free(second);
  free(first);
  free(truth);
  free(a);
}

/* Few texts have label 0, no text has label 2, and all that the second arm does is right. */
static void
effects_of_few(size_t n_few, struct found_label out[3])
{
  enum { N = 40 };
  int32_t truth[N], first[S * N], second[S * N];
  struct answer_key key = {S, N, 3, truth, NULL};

  for (size_t i = 0; i < S * N; i++) {
    second[i] = truth[i % N] = i % N >= n_few;
    first[i] = i % N < n_few + 14 ? METRIC_NONE : truth[i % N];
  }
  label_effects(&key, first, NULL, second, NULL, 2000, 1, out);
}

static void
few_texts_prove_nothing(void **state)
{
  struct found_label out[3] = {{.label = NULL}};

  (void)state;
  for (size_t n = 2; n <= 5; n++) {  /* of 5 the sign test says p = 1/16 */
    effects_of_few(n, out);
    assert_true(out[0].n == n && out[0].f1 == 1 && out[0].difference == 1);
    assert_true(out[0].p > .04 && out[0].ci95.lo < .1 && out[0].ci95.hi <= 1);
    assert_true(out[1].n == 40 - n && out[1].p < .01 && out[1].ci95.lo > 0);
    assert_true(out[2].n == 0 && isnan(out[2].difference) && isnan(out[2].p_holm));
    assert_within(out[1].p_holm, 2 * out[1].p, 1e-12);  /* of two tests, not three */
  }
}

/* An arm beside itself: no difference, but few texts do not prove that there is none; the interval leans to no side. */
static void
an_arm_is_no_better_than_itself(void **state)
{
  struct arms *a = arms_new(4, .2, .2);
  struct answer_key key = {S, R, C, a->truth, NULL};
  struct found_label out[C];

  (void)state;
  memset(out, 0, sizeof out);
  label_effects(&key, a->second, NULL, a->second, NULL, 4000, 1, out);
  for (size_t c = 0; c < C; c++) {
    double width = out[c].ci95.hi - out[c].ci95.lo;

    assert_true(out[c].difference == 0 && out[c].p > .5 && out[c].p_holm == 1);
    assert_true(width > .005 && fabs(out[c].ci95.hi + out[c].ci95.lo) < .2 * width);
  }
  free(a);
}

/* What resamples cannot resolve is not said to be 2 in 500: the correction for 150 labels would hide all. */
static void
small_p_is_resolved(void **state)
{
  enum { N = 600 };
  int32_t truth[N], first[S * N], second[S * N];
  struct answer_key key = {S, N, 2, truth, NULL};
  struct found_label out[2] = {{.label = NULL}};

  (void)state;
  for (size_t i = 0; i < S * N; i++) {
    truth[i % N] = i % N >= 300;
    second[i] = i % N % 10 == 0 ? !truth[i % N] : truth[i % N];
    first[i] = i % N % 3 == 0 ? !truth[i % N] : truth[i % N];
  }
  label_effects(&key, first, NULL, second, NULL, 500, 1, out);
  assert_true(out[0].p < 1e-6 && out[0].p_holm < 1e-5 && out[0].p > 0);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(scores_are_the_metrics),
    cmocka_unit_test(effects_are_the_bootstraps),
    cmocka_unit_test(sets_say_what_labels_say),
    cmocka_unit_test(few_texts_prove_nothing),
    cmocka_unit_test(an_arm_is_no_better_than_itself),
    cmocka_unit_test(small_p_is_resolved),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
