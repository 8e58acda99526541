/* The parts of the linear student that are numbers: kernels, solver, weights of features, calibration. */
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
#include "student/calibrate.h"
#include "student/kernel.h"
#include "student/svm.h"
#include "student/weigh.h"

#define FEATURES 40
#define LENGTH 13

static float
noise(struct rng *r)
{
  return (float)rng_normal(r);
}

/* ---- kernels ---------------------------------------------------------------------------------------------------- */

struct table {
  float weights[FEATURES * KERNEL_MAX_LANES], bias[KERNEL_MAX_LANES], alpha[KERNEL_MAX_LANES];
  float signs[KERNEL_MAX_LANES], scores[KERNEL_MAX_LANES];
  int8_t bytes[FEATURES * KERNEL_MAX_LANES];
  uint32_t features[LENGTH];
  float values[LENGTH];
};

static void
fill(struct table *t, uint64_t seed)
{
  struct rng r;

  rng_seed(&r, seed);
  for (size_t i = 0; i < N_OF(t->weights); i++) {
    t->weights[i] = noise(&r) * 0.1f;
    t->bytes[i] = (int8_t)((int)rng_below(&r, 255) - 127);
  }
  for (size_t i = 0; i < KERNEL_MAX_LANES; i++) {
    t->bias[i] = noise(&r);
    t->alpha[i] = fmaxf(0, noise(&r));
    t->signs[i] = rng_below(&r, 2) ? 1 : -1;
    t->scores[i] = 0;
  }
  for (size_t i = 0; i < LENGTH; i++) {
    t->features[i] = (uint32_t)(3 * i + rng_below(&r, 3));
    t->values[i] = noise(&r);
  }
}

static void
fast_kernels_give_the_bits_of_the_plain_ones(void **state)
{
  static struct table a, b;
  const struct kernels *k;

  (void)state;
  for (int i = 0; (k = kernels_nth(i)); i++)
    for (size_t lanes = 8; lanes <= KERNEL_MAX_LANES; lanes *= 2)
      for (uint32_t n = 0; n <= LENGTH; n++) {
        struct kernel_row row_a = {a.features, a.values, n}, row_b = {b.features, b.values, n};
        struct kernel_solve sa = {a.weights, a.bias, a.alpha, a.signs, 0.5f, 0.3f, a.scores};
        struct kernel_solve sb = {b.weights, b.bias, b.alpha, b.signs, 0.5f, 0.3f, b.scores};

        fill(&a, n + 1);
        fill(&b, n + 1);
        assert_true(kernels_plain.solve(&sa, &row_a, lanes) == k->solve(&sb, &row_b, lanes));
        assert_memory_equal(&a, &b, sizeof a);
        kernels_plain.dot(a.weights, a.bias, &row_a, lanes, a.scores);
        k->dot(b.weights, b.bias, &row_b, lanes, b.scores);
        assert_memory_equal(&a, &b, sizeof a);
        if (lanes % 16 == 0) {
          kernels_plain.dot8(a.bytes, &row_a, lanes, a.scores);
          k->dot8(b.bytes, &row_b, lanes, b.scores);
          assert_memory_equal(&a, &b, sizeof a);
        }
      }
  assert_string_equal(kernels_nth(0)->name, kernels_best()->name);
}

static void
lanes_that_rest_change_nothing(void **state)
{
  static struct table t, before;
  struct kernel_row row = {t.features, t.values, LENGTH};
  struct kernel_solve s = {t.weights, t.bias, t.alpha, t.signs, 0.5f, 0.3f, t.scores};

  (void)state;
  fill(&t, 3);
  memset(t.weights, 0, sizeof t.weights);
  memset(t.alpha, 0, sizeof t.alpha);
  for (size_t k = 0; k < KERNEL_MAX_LANES; k++)
    t.bias[k] = 1.5f * t.signs[k];  /* beyond the margin */
  before = t;
  assert_true(kernels_best()->solve(&s, &row, 16) == 0);
  assert_memory_equal(t.weights, before.weights, sizeof t.weights);
  assert_memory_equal(t.bias, before.bias, sizeof t.bias);
  assert_memory_equal(t.alpha, before.alpha, sizeof t.alpha);
}

/* ---- solver ----------------------------------------------------------------------------------------------------- */

#define ROWS 60
#define CLASSES 5

struct problem {
  uint64_t start[ROWS + 1], split[ROWS];
  uint32_t ids[ROWS * LENGTH], which[ROWS];
  float values[ROWS * LENGTH], squares[ROWS];
  uint16_t labels[ROWS];
  struct example x[ROWS];
  struct rows rows;
};

static void
make_problem(struct problem *p)
{
  struct rng r;

  rng_seed(&r, 11);
  for (size_t i = 0; i < ROWS; i++) {
    p->start[i] = i * LENGTH;
    p->split[i] = p->start[i] + 7;
    p->which[i] = (uint32_t)i;
    p->labels[i] = (uint16_t)rng_below(&r, CLASSES);
    p->x[i] = (struct example){"", NULL, &p->labels[i], 1, i % 9 ? 0 : 2.5f, NULL};
    p->squares[i] = 0;
    for (size_t j = 0; j < LENGTH; j++) {
      float v = noise(&r) / 3;

      p->ids[i * LENGTH + j] = (uint32_t)(3 * j + rng_below(&r, 3));
      p->values[i * LENGTH + j] = v;
      p->squares[i] += v * v;
    }
  }
  p->start[ROWS] = ROWS * LENGTH;
  p->rows = (struct rows){ROWS, p->start, p->split, p->ids};
}

/* The objective of the header of svm.h, for one class; w[FEATURES] is the bias. */
static double
objective(const struct problem *p, uint16_t class, double cost, const double *w)
{
  double sum = 0;

  for (size_t f = 0; f <= FEATURES; f++)
    sum += w[f] * w[f] / 2;
  for (size_t i = 0; i < ROWS; i++) {
    double score = w[FEATURES], slack, weight = p->x[i].weight > 0 ? (double)p->x[i].weight : 1;

    for (size_t j = p->start[i]; j < p->start[i + 1]; j++)
      score += w[p->ids[j]] * (double)p->values[j];
    slack = 1 - (p->labels[i] == class ? score : -score);
    sum += slack > 0 ? cost * weight * slack * slack : 0;
  }
  return sum;
}

static void
the_solver_finds_the_minimum(void **state)
{
  static struct problem p;
  struct svm *s;

  (void)state;
  make_problem(&p);
  s = svm_new(&p.rows, p.values, p.squares, FEATURES, p.x, p.which, ROWS, CLASSES, 0.7, 1000, 1);
  while (s->epochs < 600)
    svm_step(s, 7, 2, NULL);
  assert_true(s->last_moved < 1e-3 * s->first_moved);
  for (uint16_t c = 0; c < CLASSES; c++) {
    double w[FEATURES + 1], sums[FEATURES + 1] = {0};

    for (uint32_t f = 0; f < FEATURES; f++)
      w[f] = (double)svm_weights(s, f, 0)[c];
    w[FEATURES] = (double)s->bias[c];
    /* The gradient of the primal vanishes: by finite differences. */
    for (size_t f = 0; f <= FEATURES; f++) {
      double step = 1e-4, up, down, kept = w[f];

      w[f] = kept + step;
      up = objective(&p, c, 0.7, w);
      w[f] = kept - step;
      down = objective(&p, c, 0.7, w);
      w[f] = kept;
      assert_true(fabs((up - down) / (2 * step)) < 2e-3);
    }
    /* And w is what the dual variables say, all of them >= 0. */
    for (size_t i = 0; i < ROWS; i++) {
      float alpha = s->alpha[i * s->lanes + c], sign = p.labels[i] == c ? 1 : -1;

      assert_true(alpha >= 0);
      sums[FEATURES] += (double)(alpha * sign);
      for (size_t j = p.start[i]; j < p.start[i + 1]; j++)
        sums[p.ids[j]] += (double)(alpha * sign * p.values[j]);
    }
    for (size_t f = 0; f <= FEATURES; f++)
      assert_true(fabs(sums[f] - w[f]) < 1e-3);
  }
  svm_free(s);
}

static void
scores_are_those_before_learning(void **state)
{
  static struct problem p;
  float scores[ROWS * 8], again[ROWS * 8];
  struct svm *s;

  (void)state;
  make_problem(&p);
  s = svm_new(&p.rows, p.values, p.squares, FEATURES, p.x, p.which, ROWS, CLASSES, 0.7, 2, 1);
  assert_int_equal(svm_stride(s), 8);
  assert_int_equal(svm_step(s, 25, 1, scores), 25);
  for (size_t k = 0; k < CLASSES; k++)
    assert_true(scores[k] == 0);
  svm_scores(s, &p.rows, p.values, p.which, ROWS, 2, again);
  svm_step(s, 1, 1, scores);
  assert_memory_equal(scores, again + s->order[25] * 8, CLASSES * sizeof *scores);
  assert_int_equal(svm_step(s, 100, 1, NULL), ROWS - 26);
  assert_int_equal(s->epochs, 1);
  svm_free(s);
}

static void
one_epoch_needs_no_dual_variables(void **state)
{
  static struct problem p;
  struct svm *one, *two;

  (void)state;
  make_problem(&p);
  one = svm_new(&p.rows, p.values, p.squares, FEATURES, p.x, p.which, ROWS, CLASSES, 0.7, 1, 1);
  two = svm_new(&p.rows, p.values, p.squares, FEATURES, p.x, p.which, ROWS, CLASSES, 0.7, 2, 1);
  svm_step(one, ROWS, 1, NULL);
  svm_step(two, ROWS, 1, NULL);
  assert_null(one->alpha);
  assert_memory_equal(one->weights, two->weights, FEATURES * one->lanes * sizeof(float));
  svm_free(one);
  svm_free(two);
}

/* Sum of |change of alpha| of all classes since `before`, which becomes the alpha of now. */
static double
change_of_alpha(const struct svm *s, float *before)
{
  double sum = 0;

  for (size_t i = 0; i < s->n_shards * ROWS * s->lanes; i++) {
    if (i / (ROWS * s->lanes) * s->lanes + i % s->lanes < s->n_classes)  /* else a lane that no class has */
      sum += fabs((double)s->alpha[i] - (double)before[i]);
    before[i] = s->alpha[i];
  }
  return sum;
}

/* What convergence is seen by counts every class, over all shards and steps, each solver for itself. */
static void
movement_is_that_of_all_shards(void **state)
{
  static struct problem p;
  static float before[2][2 * ROWS * KERNEL_MAX_LANES];
  double first[2] = {0};
  struct svm *s[2];

  (void)state;
  make_problem(&p);
  for (size_t k = 0; k < 2; k++) {
    s[k] = svm_new(&p.rows, p.values, p.squares, FEATURES, p.x, p.which, ROWS - k * 20, 40, 0.7, 9, k);
    assert_int_equal(s[k]->n_shards, 2);
  }
  for (int epoch = 0; epoch < 3; epoch++) {
    for (size_t at = 0; at < ROWS; at += 15) {
      struct svm_turn turns[] = {{s[0], 15, NULL}, {s[1], 10, NULL}};

      svm_steps(turns, 2, 3);
    }
    for (size_t k = 0; k < 2; k++) {
      double moved = change_of_alpha(s[k], before[k]);

      first[k] = epoch ? first[k] : moved;
      assert_int_equal(s[k]->epochs, epoch + 1);
      assert_true(moved > 1 && fabs(s[k]->last_moved - moved) < 1e-4 * moved);
      assert_true(fabs(s[k]->first_moved - first[k]) < 1e-4 * first[k]);
    }
  }
  svm_free(s[0]);
  svm_free(s[1]);
}

/* w.x + b of every row and class, however many threads share out the rows. */
static void
all_rows_are_scored(void **state)
{
  static struct problem p;
  static float scores[ROWS * 64];
  struct svm *s;

  (void)state;
  make_problem(&p);
  s = svm_new(&p.rows, p.values, p.squares, FEATURES, p.x, p.which, ROWS, 40, 0.7, 9, 1);
  svm_step(s, ROWS, 2, NULL);
  assert_int_equal(svm_stride(s), 64);
  for (int threads = 1; threads <= 7; threads++) {
    memset(scores, 0xff, sizeof scores);  /* NAN */
    svm_scores(s, &p.rows, p.values, p.which, ROWS, threads, scores);
    for (size_t i = 0; i < ROWS; i++)
      for (size_t c = 0; c < 40; c++) {
        double score = (double)s->bias[c];

        for (size_t j = p.start[i]; j < p.start[i + 1]; j++)
          score += (double)svm_weights(s, p.ids[j], c / 32 * 32)[c % 32] * (double)p.values[j];
        assert_true(fabs((double)scores[i * 64 + c] - score) < 1e-4);
      }
  }
  svm_free(s);
}

/* ---- weights of features ------------------------------------------------------------------------------------------- */

/* d of weigh.h, over all classes one by one. */
static double
distinction(const struct problem *p, uint32_t f, size_t n)
{
  double df = 0, count[CLASSES] = {0}, share[CLASSES] = {0}, sum = 0;

  for (size_t i = 0; i < n; i++) {
    share[p->labels[i]] += 1.0 / (double)n;
    for (size_t j = p->start[i]; j < p->start[i + 1]; j++)
      if (p->ids[j] == f) {
        df++;
        count[p->labels[i]]++;
      }
  }
  for (size_t c = 0; c < CLASSES; c++) {
    double ratio = log((count[c] + CLASSES * share[c]) / (share[c] * df + CLASSES * share[c]));

    sum += share[c] * ratio * ratio;
  }
  return pow(log((1.0 + (double)n) / (1 + df)) + 1, 1.4) * pow(0.3 + sqrt(sum), 0.5) * (df > 0);
}

static void
features_weigh_as_the_formula_says(void **state)
{
  static struct problem p;
  float weights[FEATURES], values[ROWS * LENGTH], squares[ROWS];

  (void)state;
  make_problem(&p);
  weigh_features(weights, FEATURES, &p.rows, p.which, 30, p.x, CLASSES, 0.5, 3);
  for (uint32_t f = 0; f < FEATURES; f++)
    assert_true(fabs((double)weights[f] - distinction(&p, f, 30)) < 1e-5);
  memset(values, 0xff, sizeof values);
  weigh_rows(values, squares, &p.rows, weights, 0.8, 2);
  for (size_t i = 0; i < ROWS; i++) {
    double words = 0, characters = 0;

    for (size_t j = p.start[i]; j < p.start[i + 1]; j++) {
      *(j < p.split[i] ? &words : &characters) += (double)values[j] * (double)values[j];
      if (j != p.start[i] && j < p.split[i])
        assert_true(fabsf(values[j] * weights[p.ids[j - 1]] - values[j - 1] * weights[p.ids[j]]) < 1e-5f);
    }
    assert_true(fabs(words - 1) < 1e-4 && fabs(characters - 0.64) < 1e-4);
    assert_true(fabs((double)squares[i] - words - characters) < 1e-4);
  }
}

/* ---- calibration ------------------------------------------------------------------------------------------------ */

static double
loss_at(const struct scored *s, float slope, float shift)
{
  struct calibration c = {slope, shift, 0.5f};

  return calibrate_quality(&c, s).loss;
}

static void
calibration_is_the_most_likely(void **state)
{
  enum { N = 400, C = 4 };
  static float scores[N * C];
  static uint16_t labels[N][C];
  static struct example x[N];
  static uint32_t which[N];

  (void)state;
  for (int multilabel = 0; multilabel <= 1; multilabel++) {
    struct student_task task = {C, multilabel, false};
    struct scored s = {scores, N, C, x, which, &task};
    struct calibration c = CALIBRATION_INIT;
    double least;
    struct rng r;

    rng_seed(&r, 5);
    for (uint32_t i = 0; i < N; i++) {
      which[i] = i;
      labels[i][0] = (uint16_t)rng_below(&r, C);
      x[i] = (struct example){"", NULL, labels[i], 1, 0, NULL};
      for (uint16_t k = 0; k < C; k++) {
        scores[i * C + k] = noise(&r) / 2 + (k == labels[i][0] ? 0.3f : -0.5f);
        if (multilabel && k != labels[i][0] && rng_below(&r, 5) == 0)
          labels[i][x[i].n_labels++] = k;
      }
    }
    calibrate(&c, &s);
    least = loss_at(&s, c.slope, c.shift);
    for (float d = -0.5f; d <= 0.5f; d += 0.1f) {
      assert_true(loss_at(&s, c.slope + d, c.shift) >= least - 1e-6);
      if (multilabel)
        assert_true(loss_at(&s, c.slope, c.shift + d) >= least - 1e-6);
    }
    assert_true(least < loss_at(&s, 3, 0));
  }
}

static void
quality_counts_by_hand(void **state)
{
  struct student_task task = {3, false, false};
  float scores[] = {2, 0, 0, 0, 1, 0, 0, 3, 0, 1, 0, 0};  /* says 0, 1, 1, 0 */
  uint16_t labels[] = {0, 1, 2, 0};
  uint32_t which[] = {0, 1, 2, 3};
  struct example x[4];
  struct scored s = {scores, 4, 3, x, which, &task};
  struct calibration c = {1, 0, 0.5f};
  struct quality q;

  (void)state;
  for (int i = 0; i < 4; i++)
    x[i] = (struct example){"", NULL, &labels[i], 1, 0, NULL};
  q = calibrate_quality(&c, &s);
  assert_true(fabs(q.accuracy - 0.75) < 1e-9);
  assert_true(fabs(q.f1 - (1 + 2 / 3.0 + 0) / 3) < 1e-9);
  assert_true(fabs(q.loss - (log(1 + 2 * exp(-2)) + log(1 + 2 * exp(-1)) + log(2 + exp(3)) + log(1 + 2 * exp(-1))) / 4) < 1e-6);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(fast_kernels_give_the_bits_of_the_plain_ones),
    cmocka_unit_test(lanes_that_rest_change_nothing),
    cmocka_unit_test(the_solver_finds_the_minimum),
    cmocka_unit_test(scores_are_those_before_learning),
    cmocka_unit_test(one_epoch_needs_no_dual_variables),
    cmocka_unit_test(movement_is_that_of_all_shards),
    cmocka_unit_test(all_rows_are_scored),
    cmocka_unit_test(features_weigh_as_the_formula_says),
    cmocka_unit_test(calibration_is_the_most_likely),
    cmocka_unit_test(quality_counts_by_hand),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
