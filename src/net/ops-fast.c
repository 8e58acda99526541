/* Element by element, and the table. */
#include "net/ops-chance.h"
#include "net/ops-fast.h"
#include "net/vector-function.h"

static void
axpy(size_t n, float alpha, const float *x, float *y)
{
  v16 a = v_set(alpha);

  SWEEP(n, v_put(y + i, v_fma(a, v_get(x + i, k), v_get(y + i, k)), k););
}

static void
scale(size_t n, float alpha, float *x)
{
  v16 a = v_set(alpha);

  SWEEP(n, v_put(x + i, v_mul(a, v_get(x + i, k)), k););
}

static void
add(size_t n, const float *x, float *y)
{
  SWEEP(n, v_put(y + i, v_add(v_get(y + i, k), v_get(x + i, k)), k););
}

static void
mul(size_t n, const float *x, float *y)
{
  SWEEP(n, v_put(y + i, v_mul(v_get(y + i, k), v_get(x + i, k)), k););
}

static float
dot(size_t n, const float *x, const float *y)
{
  v16 sum = v_zero();

  SWEEP(n, sum = v_fma(v_get(x + i, k), v_get(y + i, k), sum););
  return v_sum(sum);
}

/* A product of two floats is exact in double, so fused or not is the same. */
static double
sumsq(size_t n, const float *x)
{
  double sum[16] = {0}, all = 0;
  size_t i = 0;

  for (; i + 16 <= n; i += 16)
    UNROLL for (size_t k = 0; k < 16; k++)
      sum[k] += (double)x[i + k] * x[i + k];
  for (size_t k = 0; i + k < n; k++)
    sum[k] += (double)x[i + k] * x[i + k];
  for (size_t k = 0; k < 8; k++)
    all += sum[k] + sum[k + 8];
  return all;
}

/* ---- functions -------------------------------------------------------------------------------------------------- */

static void
exp_all(size_t n, const float *x, float *y)
{
  SWEEP(n, v_put(y + i, v_exp(v_get(x + i, k)), k););
}

static void
tanh_all(size_t n, const float *x, float *y)
{
  SWEEP(n, v_put(y + i, v_tanh(v_get(x + i, k)), k););
}

static void
sigmoid(size_t n, const float *x, float *y)
{
  SWEEP(n, v_put(y + i, v_sigmoid(v_get(x + i, k)), k););
}

static void
relu(size_t n, const float *x, float *y)
{
  v16 zero = v_zero();

  SWEEP(n, v_put(y + i, v_max(v_get(x + i, k), zero), k););
}

static void
gelu(size_t n, const float *x, float *y)
{
  SWEEP(n, v_put(y + i, v_gelu(v_get(x + i, k)), k););
}

static void
gelu_backward(size_t n, const float *x, const float *dy, float *dx)
{
  SWEEP(n, v_put(dx + i, v_mul(v_get(dy + i, k), v_gelu_slope(v_get(x + i, k))), k););
}

/* ---- chance: see ops-chance.h ----------------------------------------------------------------------------------- */

/* Numbers that have their upper half in common. */
static void
dropout_some(size_t n, float *x, float p, struct chance chance, uint32_t first)
{
  w16 limit = w_set(chance_limit(p)), before = w_set(chance.before), between = w_set(chance.between);
  v16 keep = v_set(p < 1 ? 1 / (1 - p) : 0);

  SWEEP(n,
    w16 w = w_add(w_mul(w_add(w_set(first + (uint32_t)i), w_count()), w_set(CHANCE_STEP)), before);

    w = w_mul(w_xor(w, w_right(w, 16)), w_set(CHANCE_FIRST));
    w = w_mul(w_xor(w_xor(w, w_right(w, 15)), between), w_set(CHANCE_SECOND));
    v_put(x + i, v_unless_below(v_mul(v_get(x + i, k), keep), w_xor(w, w_right(w, 16)), limit), k););
}

static void
dropout(size_t n, float *x, float p, uint64_t key, uint64_t first)
{
  while (n > 0) {
    uint64_t before_next = ((uint64_t)1 << 32) - (uint32_t)first;
    size_t some = n < before_next ? n : (size_t)before_next;

    dropout_some(some, x, p, chance_of(key, first), (uint32_t)first);
    n -= some;
    x += some;
    first += some;
  }
}

/* ---- learning --------------------------------------------------------------------------------------------------- */

static void
adam(size_t n, float *w, const float *g, float *m, float *v, const struct ops_adam *a)
{
  v16 scaled = v_set(a->scale), beta1 = v_set(a->beta1), beta2 = v_set(a->beta2), epsilon = v_set(a->epsilon);
  v16 rest1 = v_set(1 - a->beta1), rest2 = v_set(1 - a->beta2), rate = v_set(a->rate), decay = v_set(a->decay);

  SWEEP(n,
    v16 d = v_mul(scaled, v_get(g + i, k));
    v16 mean = v_fma(beta1, v_get(m + i, k), v_mul(rest1, d));
    v16 square = v_fma(beta2, v_get(v + i, k), v_mul(v_mul(rest2, d), d));
    v16 old = v_get(w + i, k);
    v16 step = v_div(v_mul(rate, mean), v_add(v_sqrt(square), epsilon));

    v_put(m + i, mean, k);
    v_put(v + i, square, k);
    v_put(w + i, v_sub(v_fnma(decay, old, old), step), k););
}

#define NAME_OF_(version) #version
#define NAME_OF(version) NAME_OF_(version)

const struct ops FAST(ops) = {
  .name = NAME_OF(OPS_VERSION),
  .pack = FAST(pack), .gemm = FAST(gemm), .gemm_tn = FAST(gemm_tn),
  .pack_bf16 = FAST(pack_bf16), .gemm_bf16 = FAST(gemm_bf16), .gemm_tn_bf16 = FAST(gemm_tn_bf16),
  .axpy = axpy, .scale = scale, .add = add, .mul = mul, .dot = dot, .sumsq = sumsq,
  .exp = exp_all, .tanh = tanh_all, .sigmoid = sigmoid, .relu = relu, .gelu = gelu, .gelu_backward = gelu_backward,
  .dropout = dropout,
  .add_rows = FAST(add_rows), .sum_rows = FAST(sum_rows),
  .softmax = FAST(softmax), .softmax_backward = FAST(softmax_backward),
  .layernorm = FAST(layernorm), .layernorm_backward = FAST(layernorm_backward),
  .layernorm_gradients = FAST(layernorm_gradients),
  .lstm = FAST(lstm), .lstm_backward = FAST(lstm_backward),
  .adam = adam,
};
