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
free_after(size_t n)
{
  while (n_kept > n)
    free(kept[--n_kept]);
}

static void
drop_all(void)
{
  free_after(0);
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

/* Rounded to bfloat16, the operands are off by 2^-8 of themselves at most. */
static void
check_gemm_bf16(const struct ops *o, const struct product *p, struct rng *r)
{
  float *a = floats((p->M - 1) * p->lda + p->K, r, 1), *b = floats(p->K * p->N, r, 1);
  size_t n_c = (p->M - 1) * p->ldc + p->N, n_packed = ops_packed_bf16_size(p->K, p->N);
  float *c = floats(n_c, r, 1), *before = copy(c, n_c), *plain = copy(c, n_c), *rows = copy(c, n_c);
  uint32_t *packed = xmalloc(n_packed * sizeof *packed), *plainly = xmalloc(n_packed * sizeof *plainly);
  size_t rs = p->turned ? 1 : p->N, cs = p->turned ? p->K : 1;

  o->pack_bf16(packed, b, rs, cs, p->K, p->N, 0, 1);
  o->pack_bf16(packed, b, rs, cs, p->K, p->N, 1, SIZE_MAX);
  ops_plain.pack_bf16(plainly, b, rs, cs, p->K, p->N, 0, SIZE_MAX);
  assert_memory_equal(packed, plainly, n_packed * sizeof *packed);
  o->gemm_bf16(p->M, p->N, p->K, a, p->lda, packed, c, p->ldc, p->add);
  ops_plain.gemm_bf16(p->M, p->N, p->K, a, p->lda, packed, plain, p->ldc, p->add);
  for (size_t m = 0; m < p->M; m++)
    o->gemm_bf16(1, p->N, p->K, a + m * p->lda, p->lda, packed, rows + m * p->ldc, p->ldc, p->add);
  assert_memory_equal(c, rows, n_c * sizeof *c);
  for (size_t i = 0; i < n_c; i++) {
    size_t m = i / p->ldc, n = i % p->ldc;
    double sum = p->add ? before[i] : 0, size = 1;

    for (size_t k = 0; n < p->N && k < p->K; k++) {
      double term = (double)a[m * p->lda + k] * b[k * rs + n * cs];

      sum += term;
      size += fabs(term);
    }
    near(c[i], n < p->N ? sum : before[i], n < p->N ? 8e-3 * size : 0);
    near(c[i], plain[i], 1e-6 * size);
  }
  free(packed);
  free(plainly);
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
      if (i % 25 == 0)
        p.K += 1000;  /* more than what is rounded at a time */
      p.lda = p.K;
      check_gemm_bf16(o, &p, &r);
    }
  }
}

static void
check_gemm_tn(const struct ops *o, const struct product *p, struct rng *r, bool bf16)
{
  size_t R = p->K, lda = p->lda, ldb = p->N + 3, n_c = (p->M - 1) * p->ldc + p->N;
  float *a = floats((R - 1) * lda + p->M, r, 1), *b = floats((R - 1) * ldb + p->N, r, 1);
  float *c = floats(n_c, r, 1), *before = copy(c, n_c), *plain = copy(c, n_c), *scratch;

  scratch = aligned_alloc(64, OPS_SCRATCH * sizeof *scratch);
  assert_non_null(scratch);
  kept[n_kept++] = scratch;
  (bf16 ? o->gemm_tn_bf16 : o->gemm_tn)(p->M, p->N, R, a, lda, b, ldb, c, p->ldc, p->add, scratch);
  ops_plain.gemm_tn_bf16(p->M, p->N, R, a, lda, b, ldb, plain, p->ldc, p->add, NULL);
  for (size_t i = 0; i < n_c; i++) {
    size_t m = i / p->ldc, n = i % p->ldc;
    double sum = p->add ? before[i] : 0, size = 1;

    for (size_t k = 0; n < p->N && k < R; k++) {
      double term = (double)a[k * lda + m] * b[k * ldb + n];

      sum += term;
      size += fabs(term);
    }
    near(c[i], n < p->N ? sum : before[i], n >= p->N ? 0 : (bf16 ? 8e-3 : 1e-6) * size);
    near(c[i], plain[i], (bf16 ? 1e-6 : 8e-3) * size);
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
      check_gemm_tn(o, &p, &r, false);
      check_gemm_tn(o, &p, &r, true);
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

/* ---- one version beside another --------------------------------------------------------------------------------- */

enum { MOST = 1 << 17 };

/* What all operations make of the same numbers, one after the other. */
struct transcript {
  float *x;
  size_t n;
};

static float *
keep(struct transcript *t, const float *x, size_t n)
{
  assert_true(t->n + n <= MOST);
  t->n += n;
  return memcpy(t->x + t->n - n, x, n * sizeof *x);
}

static void
keep_vectors(const struct ops *o, struct transcript *t, struct rng *r, size_t n)
{
  float *x = floats(n, r, 3), *y = floats(n, r, 1), *m = floats(n, r, 0.1), *v = floats(n, r, 0.1), *z;
  void (*functions[])(size_t, const float *, float *) = {o->exp, o->tanh, o->sigmoid, o->relu, o->gelu};
  struct ops_adam a = {.rate = 1e-2f, .beta1 = 0.9f, .beta2 = 0.99f, .epsilon = 1e-4f, .decay = 1e-3f, .scale = 0.7f};
  float sums[2];

  for (size_t i = 0; i < N_OF(functions); i++)
    functions[i](n, x, keep(t, x, n));
  o->gelu_backward(n, x, y, keep(t, x, n));
  o->axpy(n, 0.3f, x, keep(t, y, n));
  z = keep(t, y, n);
  o->add(n, x, z);
  o->mul(n, y, z);
  o->scale(n, 0.9f, z);
  o->dropout(n, keep(t, x, n), 0.4f, 9, ((uint64_t)1 << 32) - n / 2);
  sums[0] = o->dot(n, x, y);
  sums[1] = (float)o->sumsq(n, x);
  keep(t, sums, 2);
  for (size_t i = 0; i < n; i++)
    v[i] *= v[i];
  o->adam(n, x, y, m, v, &a);
  o->adam(n, x, y, m, v, &a);
  keep(t, x, n);
  keep(t, m, n);
  keep(t, v, n);
}

static void
keep_rows(const struct ops *o, struct transcript *t, struct rng *r, size_t R, size_t N)
{
  float *x = floats(R * N, r, 1), *y = floats(R * N, r, 1), *bias = floats(N, r, 1), *gain = floats(N, r, 1);
  float *stats = floats(2 * R, r, 1), *z;

  o->add_rows(R, N, bias, keep(t, x, R * N), N);
  o->sum_rows(R, N, x, N, keep(t, bias, N), true);
  o->sum_rows(R, N - 1, x, N, keep(t, bias, N), false);
  z = keep(t, x, R * N);
  o->softmax(R, N, z, N);
  o->softmax_backward(R, N, z, N, keep(t, y, R * N), N);
  o->layernorm(R, N, x, gain, bias, keep(t, x, R * N), stats);
  keep(t, stats, 2 * R);
  o->layernorm_backward(R, N, x, stats, gain, y, keep(t, x, R * N));
  o->layernorm_gradients(R, N, N / 3, N, x, stats, y, keep(t, gain, N), keep(t, bias, N));
}

static void
keep_lstm(const struct ops *o, struct transcript *t, struct rng *r, size_t R, size_t H)
{
  float *g = floats(R * 4 * H, r, 2), *before = floats(R * H, r, 1), *c = floats(R * H, r, 1), *dh = floats(R * H, r, 1);

  g = keep(t, g, R * 4 * H);
  c = keep(t, c, R * H);
  o->lstm(R, H, g, 4 * H, before, H, c, H, keep(t, c, R * H), H);
  o->lstm_backward(R, H, g, 4 * H, before, H, c, H, dh, H, keep(t, dh, R * H), H, keep(t, g, R * 4 * H), 4 * H);
}

static void
keep_products(const struct ops *o, struct transcript *t, struct rng *r, size_t M, size_t N, size_t K)
{
  float *a = floats(M * K, r, 1), *b = floats(K * N, r, 1), *c = floats(M * N, r, 1), *d = floats(M * N, r, 1);
  float *packed = floats(ops_packed_size(K, N), r, 1), *scratch = floats(OPS_SCRATCH, r, 0);

  o->pack(packed, b, N, 1, K, N, 0, SIZE_MAX);
  o->gemm(M, N, K, a, K, packed, keep(t, c, M * N), N, true);
  o->gemm_tn(K, N, M, a, K, d, N, keep(t, b, K * N), N, true, scratch);
}

static void
keep_all(const struct ops *o, struct transcript *t)
{
  struct rng r;
  size_t at;

  rng_seed(&r, 8);
  t->x = floats(MOST, &r, 0);
  t->n = 0;
  at = n_kept;
  for (size_t n = 1; n < 70; n += 3)
    keep_vectors(o, t, &r, n), free_after(at);
  for (size_t n = 1; n < 70; n += 5)
    keep_rows(o, t, &r, 3, n), free_after(at);
  for (size_t n = 3; n < 50; n += 9)
    keep_lstm(o, t, &r, 2, n), free_after(at);
  for (size_t n = 1; n < 140; n += 11)
    keep_products(o, t, &r, n % 19 + 1, n, 60), free_after(at);
}

static void
versions_say_what_the_plain_one_says(void **state)
{
  const struct ops *o;

  (void)state;
  EACH_VERSION(o) {
    struct transcript got, want;

    keep_all(o, &got);
    keep_all(&ops_plain, &want);
    assert_true(got.n == want.n && got.n > 20000);
    for (size_t i = 0; i < got.n; i++)
      near(got.x[i], want.x[i], 2e-5 * (1 + fabs(want.x[i])));
    drop_all();
  }
}

static const struct ops *
version(const char *name)
{
  const struct ops *o;

  EACH_VERSION(o)
    if (strcmp(o->name, name) == 0)
      return o;
  skip();
  return NULL;
}

static void
the_width_of_vectors_changes_no_bit(void **state)
{
  const struct ops *wide = version("avx512"), *narrow = version("avx2");
  struct transcript one, other;

  (void)state;
  keep_all(wide, &one);
  keep_all(narrow, &other);
  assert_true(one.n == other.n);
  for (size_t i = 0; i < one.n; i++)
    if (memcmp(one.x + i, other.x + i, sizeof *one.x) != 0)
      fail_msg("number %zu: %.9g or %.9g", i, one.x[i], other.x[i]);
  drop_all();
}

/* Rows one by one, and k in two parts, give the bits of the whole. */
static void
the_cut_of_a_product_changes_no_bit(void **state)
{
  enum { M = 45, N = 77, K = 83, PART = 31 };
  const struct ops *o;
  struct rng r;

  (void)state;
  EACH_VERSION(o) {
    rng_seed(&r, 9);
    float *a = floats(M * K, &r, 1), *b = floats(K * N, &r, 1), *d = floats(M * N, &r, 1);
    float *packed = floats(ops_packed_size(K, N), &r, 1), *part = floats(ops_packed_size(K, N), &r, 1);
    float *whole = floats(M * N, &r, 1), *cut = floats(M * N, &r, 1), *scratch = floats(OPS_SCRATCH, &r, 0);

    o->pack(packed, b, N, 1, K, N, 0, SIZE_MAX);
    o->gemm(M, N, K, a, K, packed, whole, N, false);
    for (size_t m = 0; m < M; m += 1 + m % 5)
      o->gemm(m + 1 + m % 5 < M ? 1 + m % 5 : M - m, N, K, a + m * K, K, packed, cut + m * N, N, false);
    assert_memory_equal(whole, cut, M * N * sizeof *cut);
    o->pack(part, b, N, 1, PART, N, 0, SIZE_MAX);
    o->gemm(M, N, PART, a, K, part, cut, N, false);
    o->pack(part, b + PART * N, N, 1, K - PART, N, 0, SIZE_MAX);
    o->gemm(M, N, K - PART, a + PART, K, part, cut, N, true);
    assert_memory_equal(whole, cut, M * N * sizeof *cut);
    whole = copy(b, K * N);
    cut = copy(b, K * N);
    o->gemm_tn(K, N, M, a, K, d, N, whole, N, true, scratch);
    for (size_t k = 0; k < K; k += 7)
      o->gemm_tn(k + 7 < K ? 7 : K - k, N, M, a + k, K, d, N, cut + k * N, N, true, scratch);
    assert_memory_equal(whole, cut, K * N * sizeof *cut);
    drop_all();
  }
}

/* ---- functions, beside libm in double --------------------------------------------------------------------------- */

static double
true_sigmoid(double x)
{
  return 1 / (1 + exp(-x));
}

static double
true_gelu(double x)
{
  return x * true_sigmoid(2 * 0.79788456080286541 * (x + 0.044715 * x * x * x));
}

static void
functions_are_good_to_a_few_last_places(void **state)
{
  enum { N = 4096 };
  static const double spreads[] = {1e-30, 1e-3, 1, 10, 50, 1e4, 1e30};
  const struct ops *o;
  struct rng r;

  (void)state;
  EACH_VERSION(o) {
    const struct {
      void (*ours)(size_t, const float *, float *);
      double (*truth)(double);
      double slack, of_x;     /* in units of the last place, of the value or of this part of x */
    } functions[] = {
      {o->exp, exp, 2, 0}, {o->tanh, tanh, 4, 0}, {o->sigmoid, true_sigmoid, 4, 0}, {o->gelu, true_gelu, 4, 0.25}};

    rng_seed(&r, 10);
    for (size_t f = 0; f < N_OF(functions) * N_OF(spreads); f++) {
      size_t which = f / N_OF(spreads);
      float *x = floats(N, &r, spreads[f % N_OF(spreads)]), *y = floats(N, &r, 0);

      functions[which].ours(N, x, y);
      for (size_t i = 0; i < N; i++) {
        double want = functions[which].truth(x[i]), size = fmax(fabs(want), functions[which].of_x * fabs(x[i]));
        double unit = fmax(size * 0x1p-23, 1e-37);

        if (fabs(want) > 3.4e38)
          assert_true(isinf(y[i]) || fabsf(y[i]) > 3.4e38f);
        else if (!(fabs(y[i] - want) <= functions[which].slack * unit))
          fail_msg("%s function %zu of %.9g: %.9g, not %.9g", o->name, which, x[i], y[i], want);
      }
      drop_all();
    }
  }
}

static void
functions_know_the_ends(void **state)
{
  const struct ops *o;

  (void)state;
  EACH_VERSION(o) {
    float x[] = {INFINITY, -INFINITY, NAN, 0, -3e38f, 3e38f}, y[6];

    o->exp(6, x, y);
    assert_true(isinf(y[0]) && y[1] == 0 && isnan(y[2]) && y[3] == 1 && y[4] == 0 && isinf(y[5]));
    o->tanh(6, x, y);
    assert_true(y[0] == 1 && y[1] == -1 && isnan(y[2]) && y[3] == 0 && y[4] == -1 && y[5] == 1);
    o->sigmoid(6, x, y);
    assert_true(y[0] == 1 && y[1] < 1e-37f && isnan(y[2]) && y[3] == 0.5f && y[4] < 1e-37f && y[5] == 1);
    x[1] = 0;
    o->gelu(6, x, y);
    assert_true(isinf(y[0]) && y[1] == 0 && isnan(y[2]) && fabsf(y[4]) < 1e2f && y[5] == 3e38f);
    x[0] = x[2] = x[5] = 1;
    x[1] = -INFINITY;  /* what attention must not see */
    o->softmax(1, 6, x, 6);
    assert_true(x[1] == 0 && x[4] == 0 && fabsf(x[0] + x[2] + x[3] + x[5] - 1) < 1e-6f);
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
    cmocka_unit_test(versions_say_what_the_plain_one_says),
    cmocka_unit_test(the_width_of_vectors_changes_no_bit),
    cmocka_unit_test(the_cut_of_a_product_changes_no_bit),
    cmocka_unit_test(functions_are_good_to_a_few_last_places),
    cmocka_unit_test(functions_know_the_ends),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
