/* The arithmetic of networks: what each version this machine runs makes of an operation, against sums in double, against
 * finite differences, and against the plain version. */
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
#include "net/ops.h"

#define EACH_VERSION(o) for (int at_ = 0; (o = ops_nth(at_)) != NULL; at_++)

/* Exactly n floats, so that a step beyond their end is seen. The last of a test's is freed by drop_all. */
static float *kept[64];
static size_t n_kept;

static float *
floats(size_t n, struct rng *r, double spread)
{
  float *x = xmalloc((n ? n : 1) * sizeof *x);

  for (size_t i = 0; i < n; i++)
    x[i] = (float)(rng_normal(r) * spread);
  assert_true(n_kept < sizeof kept / sizeof *kept);
  return kept[n_kept++] = x;
}

static float *
copy(const float *x, size_t n)
{
  float *y = xmalloc((n ? n : 1) * sizeof *y);

  memcpy(y, x, n * sizeof *y);
  assert_true(n_kept < sizeof kept / sizeof *kept);
  return kept[n_kept++] = y;
}

static void
drop_all(void)
{
  while (n_kept)
    free(kept[--n_kept]);
}

static void
near(double got, double want, double slack)
{
  if (!(fabs(got - want) <= slack))
    fail_msg("%.9g, not %.9g (within %.3g)", got, want, slack);
}

/* ---- products --------------------------------------------------------------------------------------------------- */

struct product {
  size_t M, N, K, lda, ldc;
  bool add, turned;        /* turned: b is given as (N, K) */
};

static void
check_gemm(const struct ops *o, const struct product *p, struct rng *r)
{
  float *a = floats((p->M - 1) * p->lda + p->K, r, 1), *b = floats(p->K * p->N, r, 1);
  size_t n_c = (p->M - 1) * p->ldc + p->N;
  float *c = floats(n_c, r, 1), *before = copy(c, n_c);
  float *packed = floats(ops_packed_size(p->K, p->N), r, 1);
  size_t rs = p->turned ? 1 : p->N, cs = p->turned ? p->K : 1;

  o->pack(packed, b, rs, cs, p->K, p->N, 0, 1);
  o->pack(packed, b, rs, cs, p->K, p->N, 1, SIZE_MAX);
  o->gemm(p->M, p->N, p->K, a, p->lda, packed, c, p->ldc, p->add);
  for (size_t i = 0; i < n_c; i++) {
    size_t m = i / p->ldc, n = i % p->ldc;
    double sum = p->add ? before[i] : 0, size = 1;

    if (n >= p->N) {
      assert_true(c[i] == before[i]);
      continue;
    }
    for (size_t k = 0; k < p->K; k++) {
      double term = (double)a[m * p->lda + k] * b[k * rs + n * cs];

      sum += term;
      size += fabs(term);
    }
    near(c[i], sum, 1e-6 * size);
  }
  drop_all();
}

static void
products_are_sums_of_products(void **state)
{
  const struct ops *o;
  struct rng r;

  (void)state;
  EACH_VERSION(o) {
    rng_seed(&r, 1);
    for (int i = 0; i < 150; i++) {
      struct product p = {.M = 1 + rng_below(&r, 40), .N = 1 + rng_below(&r, 150), .K = 1 + rng_below(&r, 70)};

      p.lda = rng_below(&r, 2) ? p.K : p.K / 2 + 1;  /* rows that overlap: convolution */
      p.ldc = p.N + rng_below(&r, 5);
      p.add = rng_below(&r, 2);
      p.turned = rng_below(&r, 2);
      check_gemm(o, &p, &r);
    }
  }
}

static void
check_gemm_tn(const struct ops *o, const struct product *p, struct rng *r)
{
  size_t R = p->K, lda = p->lda, ldb = p->N + 3, n_c = (p->M - 1) * p->ldc + p->N;
  float *a = floats((R - 1) * lda + p->M, r, 1), *b = floats((R - 1) * ldb + p->N, r, 1);
  float *c = floats(n_c, r, 1), *before = copy(c, n_c), *scratch;

  scratch = aligned_alloc(64, OPS_SCRATCH * sizeof *scratch);
  assert_non_null(scratch);
  kept[n_kept++] = scratch;
  o->gemm_tn(p->M, p->N, R, a, lda, b, ldb, c, p->ldc, p->add, scratch);
  for (size_t i = 0; i < n_c; i++) {
    size_t m = i / p->ldc, n = i % p->ldc;
    double sum = p->add ? before[i] : 0, size = 1;

    if (n >= p->N) {
      assert_true(c[i] == before[i]);
      continue;
    }
    for (size_t k = 0; k < R; k++) {
      double term = (double)a[k * lda + m] * b[k * ldb + n];

      sum += term;
      size += fabs(term);
    }
    near(c[i], sum, 1e-6 * size);
  }
  drop_all();
}

static void
gradients_of_weights_are_sums_over_rows(void **state)
{
  const struct ops *o;
  struct rng r;

  (void)state;
  EACH_VERSION(o) {
    rng_seed(&r, 2);
    for (int i = 0; i < 100; i++) {
      struct product p = {.M = 1 + rng_below(&r, 60), .N = 1 + rng_below(&r, 90)};

      p.K = 1 + rng_below(&r, i < 90 ? 40 : 700);
      p.lda = rng_below(&r, 2) ? p.M : p.M / 2 + 1;
      p.ldc = p.N + rng_below(&r, 5);
      p.add = rng_below(&r, 2);
      check_gemm_tn(o, &p, &r);
    }
  }
}

/* ---- gradients, against finite differences ---------------------------------------------------------------------- */

/* The loss is the sum of out * coefficient; its gradient at x[i] from a difference, in steps that fp32 bears. */
#define STEP 1e-2f

static void
layernorm_has_its_gradients(void **state)
{
  enum { R = 3, N = 21 };
  const struct ops *o;
  struct rng r;

  (void)state;
  EACH_VERSION(o) {
    rng_seed(&r, 3);
    float *x = floats(R * N, &r, 1), *gain = floats(N, &r, 1), *bias = floats(N, &r, 1), *dy = floats(R * N, &r, 1);
    float *y = floats(R * N, &r, 1), *stats = floats(2 * R, &r, 1), *dx = floats(R * N, &r, 1);
    float *dgain = floats(N, &r, 0), *dbias = floats(N, &r, 0), *before = copy(dx, R * N);

    o->layernorm(R, N, x, gain, bias, y, stats);
    o->layernorm_backward(R, N, x, stats, gain, dy, dx);
    o->layernorm_gradients(R, N, 0, 5, x, stats, dy, dgain, dbias);
    o->layernorm_gradients(R, N, 5, N, x, stats, dy, dgain, dbias);
    struct {
      float *at;
      size_t n;
      const float *gradient, *less;
    } what[] = {{x, R * N, dx, before}, {gain, N, dgain, NULL}, {bias, N, dbias, NULL}};
    for (size_t w = 0; w < 3; w++)
      for (size_t i = 0; i < what[w].n; i++) {
        double loss[2] = {0, 0};
        float old = what[w].at[i];

        for (int up = 0; up < 2; up++) {
          what[w].at[i] = old + (up ? STEP : -STEP);
          o->layernorm(R, N, x, gain, bias, y, stats);
          for (size_t k = 0; k < R * N; k++)
            loss[up] += (double)y[k] * dy[k];
        }
        what[w].at[i] = old;
        near(what[w].gradient[i] - (what[w].less ? what[w].less[i] : 0), (loss[1] - loss[0]) / (2 * STEP), 5e-3);
      }
    drop_all();
  }
}

static void
softmax_has_its_gradients(void **state)
{
  enum { R = 2, N = 19, LD = 23 };
  const struct ops *o;
  struct rng r;

  (void)state;
  EACH_VERSION(o) {
    rng_seed(&r, 4);
    float *x = floats(R * LD, &r, 1), *dy = floats(R * LD, &r, 1);
    float *y = copy(x, R * LD), *dx = copy(dy, R * LD);

    o->softmax(R, N, y, LD);
    o->softmax_backward(R, N, y, LD, dx, LD);
    for (size_t i = 0; i < R * LD; i++) {
      double loss[2] = {0, 0}, sum = 0;

      if (i % LD >= N) {
        assert_true(y[i] == x[i] && dx[i] == dy[i]);
        continue;
      }
      for (size_t n = 0; n < N; n++)
        sum += y[i / LD * LD + n];
      near(sum, 1, 1e-6);
      for (int up = 0; up < 2; up++) {
        float *z = copy(x, R * LD);

        z[i] += up ? STEP : -STEP;
        o->softmax(R, N, z, LD);
        for (size_t k = 0; k < R * LD; k++)
          loss[up] += k % LD < N ? (double)z[k] * dy[k] : 0;
        free(kept[--n_kept]);
      }
      near(dx[i], (loss[1] - loss[0]) / (2 * STEP), 1e-3);
    }
    drop_all();
  }
}

/* ---- LSTM ---- */

enum { LSTM_R = 2, LSTM_H = 19 };

static double
lstm_loss(const struct ops *o, const float *gates, const float *c_before, const float *dh, const float *dc)
{
  float *g = copy(gates, LSTM_R * 4 * LSTM_H), c[LSTM_R * LSTM_H], h[LSTM_R * LSTM_H];
  double loss = 0;

  o->lstm(LSTM_R, LSTM_H, g, 4 * LSTM_H, c_before, LSTM_H, c, LSTM_H, h, LSTM_H);
  for (size_t i = 0; i < LSTM_R * LSTM_H; i++)
    loss += (double)h[i] * dh[i] + (double)c[i] * dc[i];
  free(kept[--n_kept]);
  return loss;
}

static void
lstm_has_its_gradients(void **state)
{
  enum { R = LSTM_R, H = LSTM_H };
  const struct ops *o;
  struct rng r;

  (void)state;
  EACH_VERSION(o) {
    rng_seed(&r, 5);
    float *gates = floats(R * 4 * H, &r, 1), *c_before = floats(R * H, &r, 1), *dh = floats(R * H, &r, 1);
    float *dc = floats(R * H, &r, 1), *active = copy(gates, R * 4 * H), *back = copy(dc, R * H);
    float *c = floats(R * H, &r, 1), *h = floats(R * H, &r, 1);

    o->lstm(R, H, active, 4 * H, c_before, H, c, H, h, H);
    o->lstm_backward(R, H, active, 4 * H, c_before, H, c, H, dh, H, back, H, active, 4 * H);
    for (size_t i = 0; i < R * 4 * H + R * H; i++) {
      float *at = i < R * 4 * H ? gates + i : c_before + i - R * 4 * H, old = *at;
      double loss[2];

      for (int up = 0; up < 2; up++) {
        *at = old + (up ? STEP : -STEP);
        loss[up] = lstm_loss(o, gates, c_before, dh, dc);
      }
      *at = old;
      near(i < R * 4 * H ? active[i] : back[i - R * 4 * H], (loss[1] - loss[0]) / (2 * STEP), 1e-3);
    }
    drop_all();
  }
}

static void
gelu_has_its_gradients(void **state)
{
  enum { N = 83 };
  const struct ops *o;
  struct rng r;

  (void)state;
  EACH_VERSION(o) {
    rng_seed(&r, 6);
    float *x = floats(N, &r, 2), *dy = floats(N, &r, 1), *dx = floats(N, &r, 1), up[N], down[N];

    o->gelu_backward(N, x, dy, dx);
    for (size_t i = 0; i < N; i++)
      up[i] = x[i] + STEP, down[i] = x[i] - STEP;
    o->gelu(N, up, up);
    o->gelu(N, down, down);
    for (size_t i = 0; i < N; i++)
      near(dx[i], dy[i] * ((double)up[i] - down[i]) / (2 * STEP), 1e-3);
    drop_all();
  }
}

/* ---- chance ----------------------------------------------------------------------------------------------------- */

static void
dropout_is_chance_that_can_be_drawn_again(void **state)
{
  enum { N = 100003 };
  const struct ops *o;
  struct rng r;

  (void)state;
  EACH_VERSION(o) {
    rng_seed(&r, 7);
    float *x = floats(N, &r, 1), *y = copy(x, N), *parts = copy(x, N);
    size_t gone = 0, next = 0, first_gone = 0;

    o->dropout(N, y, 0.3f, 42, 5);
    o->dropout(777, parts, 0.3f, 42, 5);
    o->dropout(N - 777, parts + 777, 0.3f, 42, 5 + 777);
    assert_memory_equal(y, parts, N * sizeof *y);
    for (size_t i = 0; i < N; i++) {
      assert_true(y[i] == 0 || fabsf(y[i] - x[i] / 0.7f) < 1e-5f * (1 + fabsf(x[i])));
      gone += y[i] == 0;
      next += i > 0 && y[i] == 0 && y[i - 1] == 0;
    }
    near((double)gone / N, 0.3, 0.006);
    near((double)next / N, 0.09, 0.004);  /* neighbours know nothing of each other */
    memcpy(parts, x, N * sizeof *x);
    o->dropout(N, parts, 0.3f, 43, 5);
    for (size_t i = 0; i < N; i++)
      first_gone += y[i] == 0 && parts[i] == 0;
    near((double)first_gone / N, 0.09, 0.004);
    drop_all();
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(products_are_sums_of_products),
    cmocka_unit_test(gradients_of_weights_are_sums_over_rows),
    cmocka_unit_test(layernorm_has_its_gradients),
    cmocka_unit_test(softmax_has_its_gradients),
    cmocka_unit_test(lstm_has_its_gradients),
    cmocka_unit_test(gelu_has_its_gradients),
    cmocka_unit_test(dropout_is_chance_that_can_be_drawn_again),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
