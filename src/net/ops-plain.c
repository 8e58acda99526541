/* Each operation as one would write it down: the meaning that the vector versions are tested against. */
#include <math.h>

#include "net/ops-chance.h"
#include "net/ops-plain.h"

static void
plain_pack(float *packed, const float *b, size_t rs, size_t cs, size_t K, size_t N, size_t first, size_t last)
{
  for (size_t p = first; p < last && p * OPS_PANEL < N; p++)
    for (size_t k = 0; k < K; k++)
      for (size_t j = 0; j < OPS_PANEL; j++) {
        size_t n = p * OPS_PANEL + j;

        packed[(p * K + k) * OPS_PANEL + j] = n < N ? b[k * rs + n * cs] : 0;
      }
}

static void
plain_gemm(size_t M, size_t N, size_t K, const float *a, size_t lda, const float *packed, float *c, size_t ldc, bool add)
{
  for (size_t m = 0; m < M; m++)
    for (size_t n = 0; n < N; n++) {
      const float *b = packed + n / OPS_PANEL * K * OPS_PANEL + n % OPS_PANEL;
      float sum = add ? c[m * ldc + n] : 0;

      for (size_t k = 0; k < K; k++)
        sum += a[m * lda + k] * b[k * OPS_PANEL];
      c[m * ldc + n] = sum;
    }
}

static void
plain_gemm_tn(size_t M, size_t N, size_t R, const float *a, size_t lda, const float *b, size_t ldb, float *c, size_t ldc,
              bool add, float *scratch)
{
  (void)scratch;
  for (size_t m = 0; m < M; m++) {
    if (!add)
      for (size_t n = 0; n < N; n++)
        c[m * ldc + n] = 0;
    for (size_t r = 0; r < R; r++)
      for (size_t n = 0; n < N; n++)
        c[m * ldc + n] += a[r * lda + m] * b[r * ldb + n];
  }
}

/* ---- vectors ---------------------------------------------------------------------------------------------------- */

static void
plain_axpy(size_t n, float alpha, const float *x, float *y)
{
  for (size_t i = 0; i < n; i++)
    y[i] += alpha * x[i];
}

static void
plain_scale(size_t n, float alpha, float *x)
{
  for (size_t i = 0; i < n; i++)
    x[i] *= alpha;
}

static void
plain_add(size_t n, const float *x, float *y)
{
  for (size_t i = 0; i < n; i++)
    y[i] += x[i];
}

static void
plain_mul(size_t n, const float *x, float *y)
{
  for (size_t i = 0; i < n; i++)
    y[i] *= x[i];
}

static float
plain_dot(size_t n, const float *x, const float *y)
{
  float sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += x[i] * y[i];
  return sum;
}

static double
plain_sumsq(size_t n, const float *x)
{
  double sum = 0;

  for (size_t i = 0; i < n; i++)
    sum += (double)x[i] * x[i];
  return sum;
}

static void
plain_exp(size_t n, const float *x, float *y)
{
  for (size_t i = 0; i < n; i++)
    y[i] = expf(x[i]);
}

static void
plain_tanh(size_t n, const float *x, float *y)
{
  for (size_t i = 0; i < n; i++)
    y[i] = tanhf(x[i]);
}

static void
plain_sigmoid(size_t n, const float *x, float *y)
{
  for (size_t i = 0; i < n; i++)
    y[i] = 1 / (1 + expf(-x[i]));
}

static void
plain_relu(size_t n, const float *x, float *y)
{
  for (size_t i = 0; i < n; i++)
    y[i] = x[i] > 0 ? x[i] : 0;
}

#define GELU_SCALE 0.7978845608f  /* sqrt(2 / pi) */
#define GELU_CUBE 0.044715f

static void
plain_gelu(size_t n, const float *x, float *y)
{
  for (size_t i = 0; i < n; i++)
    y[i] = 0.5f * x[i] * (1 + tanhf(GELU_SCALE * (x[i] + GELU_CUBE * x[i] * x[i] * x[i])));
}

static void
plain_gelu_backward(size_t n, const float *x, const float *dy, float *dx)
{
  for (size_t i = 0; i < n; i++) {
    float t = tanhf(GELU_SCALE * (x[i] + GELU_CUBE * x[i] * x[i] * x[i]));
    float inner = GELU_SCALE * (1 + 3 * GELU_CUBE * x[i] * x[i]);

    dx[i] = dy[i] * (0.5f * (1 + t) + 0.5f * x[i] * (1 - t * t) * inner);
  }
}

static void
plain_dropout(size_t n, float *x, float p, uint64_t key, uint64_t first)
{
  uint32_t limit = chance_limit(p);
  float keep = p < 1 ? 1 / (1 - p) : 0;

  for (size_t i = 0; i < n; i++) {
    uint64_t number = first + i;

    x[i] = chance_draw(chance_of(key, number), (uint32_t)number) < limit ? 0 : x[i] * keep;
  }
}

static void
plain_adam(size_t n, float *w, const float *g, float *m, float *v, const struct ops_adam *a)
{
  for (size_t i = 0; i < n; i++) {
    float d = a->scale * g[i];

    m[i] = a->beta1 * m[i] + (1 - a->beta1) * d;
    v[i] = a->beta2 * v[i] + (1 - a->beta2) * d * d;
    w[i] -= a->decay * w[i] + a->rate * m[i] / (sqrtf(v[i]) + a->epsilon);
  }
}

const struct ops ops_plain = {
  .name = "plain",
  .pack = plain_pack, .gemm = plain_gemm, .gemm_tn = plain_gemm_tn,
  .pack_bf16 = plain_pack_bf16, .gemm_bf16 = plain_gemm_bf16, .gemm_tn_bf16 = plain_gemm_tn_bf16,
  .axpy = plain_axpy, .scale = plain_scale, .add = plain_add, .mul = plain_mul, .dot = plain_dot, .sumsq = plain_sumsq,
  .exp = plain_exp, .tanh = plain_tanh, .sigmoid = plain_sigmoid, .relu = plain_relu,
  .gelu = plain_gelu, .gelu_backward = plain_gelu_backward, .dropout = plain_dropout,
  .add_rows = plain_add_rows, .sum_rows = plain_sum_rows,
  .softmax = plain_softmax, .softmax_backward = plain_softmax_backward,
  .layernorm = plain_layernorm, .layernorm_backward = plain_layernorm_backward,
  .layernorm_gradients = plain_layernorm_gradients,
  .lstm = plain_lstm, .lstm_backward = plain_lstm_backward,
  .adam = plain_adam,
};
