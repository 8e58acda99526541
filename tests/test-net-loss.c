/* Losses: gradients against finite differences, values that can be worked out by hand, scores at the ends. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rng.h"
#include "net/loss.h"

#define MOST 150
#define STEP (1.0f / 512)  /* scores are multiples of it, so that score +- STEP is exact */

struct row {
  size_t C;
  float scores[MOST], target[MOST], soft[MOST];
};

static void
fill_row(struct row *w, size_t C, bool multilabel, uint64_t seed)
{
  struct rng r;
  double sum = 0;

  rng_seed(&r, seed);
  *w = (struct row){.C = C};
  for (size_t i = 0; i < C; i++) {
    w->scores[i] = (float)((double)rng_below(&r, 2049) - 1024) * STEP;
    sum += w->soft[i] = (float)rng_unit(&r);
    w->target[i] = multilabel && rng_unit(&r) < 0.4;
  }
  for (size_t i = 0; i < C && !multilabel; i++)
    w->soft[i] /= (float)sum;
  if (!multilabel)
    w->target[rng_below(&r, C)] = 1;
}

static double
value(const struct loss *l, const struct row *w, const float *soft)
{
  float d[MOST];

  return loss_row(l, w->C, w->scores, w->target, soft, 1, d);
}

static void
check_gradient(const struct loss *l, struct row *w, const float *soft, float weight)
{
  float d[MOST], ignored[MOST];

  loss_row(l, w->C, w->scores, w->target, soft, weight, d);
  for (size_t i = 0; i < w->C; i++) {
    float was = w->scores[i];
    double up, down, slope;

    w->scores[i] = was + STEP;
    up = loss_row(l, w->C, w->scores, w->target, soft, weight, ignored);
    w->scores[i] = was - STEP;
    down = loss_row(l, w->C, w->scores, w->target, soft, weight, ignored);
    w->scores[i] = was;
    slope = (up - down) / (2 * (double)STEP);
    if (fabs(slope - d[i]) > 1e-5 * (double)(1 + fabsf(weight)))
      fail_msg("kind %d multilabel %d C %zu score %zu: %.8g, by differences %.8g", l->kind, l->multilabel, w->C, i,
               (double)d[i], slope);
  }
}

static const struct loss shapes[] = {
  {.kind = LOSS_CE},
  {.kind = LOSS_CE, .smoothing = 0.1f},
  {.kind = LOSS_RCE},
  {.kind = LOSS_RCE, .smoothing = 0.3f},
  {.kind = LOSS_SCE, .alpha = 0.1f, .beta = 1},
  {.kind = LOSS_SCE, .alpha = 0.5f, .beta = 2, .smoothing = 0.2f},
  {.kind = LOSS_GCE, .q = 0.7f},
  {.kind = LOSS_GCE, .q = 0},
  {.kind = LOSS_GCE, .q = 1, .smoothing = 0.1f},
  {.kind = LOSS_CE, .share = 0.5f, .temperature = 1},
  {.kind = LOSS_CE, .share = 1, .temperature = 3},
  {.kind = LOSS_GCE, .q = 0.3f, .share = 0.25f, .temperature = 0.5f},
  {.kind = LOSS_SCE, .alpha = 1, .beta = 1, .share = 0.9f},
};
#define N_SHAPES (sizeof shapes / sizeof *shapes)

static void
gradients(void **state)
{
  static const size_t sizes[] = {2, 3, 6, MOST};

  (void)state;
  for (size_t i = 0; i < N_SHAPES; i++)
    for (size_t j = 0; j < 8; j++) {
      struct loss l = shapes[i];
      struct row w;

      l.multilabel = j >= 4;
      fill_row(&w, sizes[j % 4], l.multilabel, 100 * i + j);
      check_gradient(&l, &w, l.share > 0 ? w.soft : NULL, j % 2 ? 2.5f : 1);
    }
}

/* What virtual adversarial training and pseudo-labels ask for: a target that is no label. */
static void
gradients_of_probabilities(void **state)
{
  (void)state;
  for (size_t i = 0; i < N_SHAPES; i++)
    for (int many = 0; many < 2; many++) {
      struct loss l = shapes[i];
      struct row w;

      l.multilabel = many;
      fill_row(&w, 5, many, 7 + i);
      memcpy(w.target, w.soft, sizeof w.target);
      check_gradient(&l, &w, NULL, 1);
    }
}

static void
values_by_hand(void **state)
{
  struct row w = {.C = 4, .target = {0, 1, 0, 0}};
  struct row log3 = {.C = 2, .scores = {logf(3), 0}, .target = {1, 0}};  /* p = 3/4, 1/4 */

  (void)state;
  assert_float_equal(value(&(struct loss){.kind = LOSS_CE}, &w, NULL), log(4), 1e-12);
  assert_float_equal(value(&(struct loss){.kind = LOSS_CE, .smoothing = 0.5f}, &w, NULL), log(4), 1e-12);
  assert_float_equal(value(&(struct loss){.kind = LOSS_RCE}, &w, NULL), 3, 1e-12);
  assert_float_equal(value(&(struct loss){.kind = LOSS_CE}, &log3, NULL), -log(0.75), 1e-7);
  assert_float_equal(value(&(struct loss){.kind = LOSS_RCE}, &log3, NULL), 1, 1e-7);
  assert_float_equal(value(&(struct loss){.kind = LOSS_SCE, .alpha = 2, .beta = 3}, &log3, NULL), 3 - 2 * log(0.75), 1e-6);
  assert_float_equal(value(&(struct loss){.kind = LOSS_GCE, .q = 1}, &log3, NULL), 0.25, 1e-7);
  assert_float_equal(value(&(struct loss){.kind = LOSS_GCE, .q = 0.5f}, &log3, NULL), 2 * (1 - sqrt(0.75)), 1e-7);
  assert_float_equal(value(&(struct loss){.kind = LOSS_GCE}, &log3, NULL), -log(0.75), 1e-7);
  /* With T = 2 and these scores p is 1/2 of each in the softened row of equal scores: T^2 log 2. */
  w = (struct row){.C = 2, .target = {1, 0}, .soft = {0.9f, 0.1f}};
  assert_float_equal(value(&(struct loss){.share = 1, .temperature = 2}, &w, w.soft), 4 * log(2), 1e-12);
  /* 0.9 and 0.1 softened by T = 2 are 3/4 and 1/4. */
  w.scores[0] = 2 * logf(3);
  assert_float_equal(value(&(struct loss){.share = 1, .temperature = 2}, &w, w.soft),
                     -4 * (0.75 * log(0.75) + 0.25 * log(0.25)), 1e-6);
}

static void
values_of_many_labels(void **state)
{
  struct row w = {.C = 3, .target = {1, 0, 1}};
  struct loss l = {.multilabel = true};

  (void)state;
  assert_float_equal(value(&l, &w, NULL), 3 * log(2), 1e-12);
  l.kind = LOSS_RCE;
  assert_float_equal(value(&l, &w, NULL), 3 * 2, 1e-12);
  l.kind = LOSS_GCE;
  l.q = 1;
  assert_float_equal(value(&l, &w, NULL), 3 * 0.5, 1e-12);
  /* A teacher who sees none of the labels says something; one who gives a single label nothing does not. */
  l = (struct loss){.multilabel = true, .share = 1};
  w.scores[0] = w.scores[1] = w.scores[2] = logf(3);
  assert_float_equal(value(&l, &w, w.soft), 3 * log(4), 1e-6);
  l.multilabel = false;
  assert_float_equal(value(&l, &w, w.soft), value(&(struct loss){0}, &w, NULL), 0);
}

static void
the_ends(void **state)
{
  (void)state;
  for (size_t i = 0; i < N_SHAPES; i++)
    for (int many = 0; many < 2; many++) {
      struct loss l = shapes[i];
      struct row w = {.C = 3, .scores = {3000, -3000, 0}, .target = {0, 1, 0}, .soft = {0, 1, 0}};
      float d[3];

      l.multilabel = many;
      assert_true(isfinite(loss_row(&l, 3, w.scores, w.target, w.soft, 1, d)));
      assert_true(isfinite(d[0]) && isfinite(d[1]) && isfinite(d[2]));
    }
}

static void
weights_and_places(void **state)
{
  struct loss l = shapes[11];
  struct row w;
  float once[6], thrice[6];
  double loss;

  (void)state;
  fill_row(&w, 6, false, 3);
  loss = loss_row(&l, 6, w.scores, w.target, w.soft, 1, once);
  assert_float_equal(loss_row(&l, 6, w.scores, w.target, w.soft, 3, thrice), 3 * loss, 1e-12);
  for (int i = 0; i < 6; i++)
    assert_float_equal(thrice[i], 3 * once[i], 1e-6);
  assert_float_equal(loss_row(&l, 6, w.scores, w.target, w.soft, 0, thrice), 0, 0);
  assert_float_equal(thrice[2], 0, 0);
  loss_row(&l, 6, w.scores, w.target, w.soft, 1, w.scores);
  assert_memory_equal(w.scores, once, sizeof once);
}

/* The point of the robust losses: a label that the model is sure is wrong pulls less than one it has no opinion of. */
static void
a_wrong_label_pulls_little(void **state)
{
  float d[2], scores[2] = {6, -6}, target[2] = {0, 1};

  (void)state;
  loss_row(&(struct loss){.kind = LOSS_CE}, 2, scores, target, NULL, 1, d);
  assert_true(d[0] > 0.99f);
  loss_row(&(struct loss){.kind = LOSS_RCE}, 2, scores, target, NULL, 1, d);
  assert_true(d[0] > 0 && d[0] < 0.001f);
  loss_row(&(struct loss){.kind = LOSS_GCE, .q = 0.7f}, 2, scores, target, NULL, 1, d);
  assert_true(d[0] > 0 && d[0] < 0.001f);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(gradients),
    cmocka_unit_test(gradients_of_probabilities),
    cmocka_unit_test(values_by_hand),
    cmocka_unit_test(values_of_many_labels),
    cmocka_unit_test(the_ends),
    cmocka_unit_test(weights_and_places),
    cmocka_unit_test(a_wrong_label_pulls_little),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
