/* Row by row. */
#include "net/ops-fast.h"
#include "net/vector-function.h"

#define VARIANCE_FLOOR 1e-5f

void
FAST(add_rows)(size_t R, size_t N, const float *bias, float *y, size_t ld)
{
  for (size_t r = 0; r < R; r++, y += ld)
    SWEEP(N, v_put(y + i, v_add(v_get(y + i, k), v_get(bias + i, k)), k););
}

void
FAST(sum_rows)(size_t R, size_t N, const float *x, size_t ld, float *sum, bool add)
{
  SWEEP(N,
    v16 s = add ? v_get(sum + i, k) : v_zero();

    for (size_t r = 0; r < R; r++)
      s = v_add(s, v_get(x + r * ld + i, k));
    v_put(sum + i, s, k););
}

/* The lanes that count; 0 in the others. */
INLINE v16
first_lanes(v16 x, size_t k)
{
  float lanes[16];

  if (k == 16)
    return x;
  v_store(lanes, x);
  return v_load_n(lanes, k);
}

static void
softmax_row(size_t N, float *x)
{
  v16 most = v_set(-INFINITY), sum = v_zero(), by;

  SWEEP(N, most = v_max(most, k == 16 ? v_load(x + i) : v_load_or(x + i, k, most)););
  most = v_set(v_most(most));
  SWEEP(N,
    v16 e = first_lanes(v_exp(v_sub(v_get(x + i, k), most)), k);

    sum = v_add(sum, e);
    v_put(x + i, e, k););
  by = v_set(1 / v_sum(sum));
  SWEEP(N, v_put(x + i, v_mul(v_get(x + i, k), by), k););
}

void
FAST(softmax)(size_t R, size_t N, float *x, size_t ld)
{
  for (size_t r = 0; r < R; r++)
    softmax_row(N, x + r * ld);
}

static void
softmax_backward_row(size_t N, const float *y, float *dy)
{
  v16 sum = v_zero();

  SWEEP(N, sum = v_fma(v_get(y + i, k), v_get(dy + i, k), sum););
  sum = v_set(v_sum(sum));
  SWEEP(N, v_put(dy + i, v_mul(v_get(y + i, k), v_sub(v_get(dy + i, k), sum)), k););
}

void
FAST(softmax_backward)(size_t R, size_t N, const float *y, size_t ldy, float *dy, size_t ld)
{
  for (size_t r = 0; r < R; r++)
    softmax_backward_row(N, y + r * ldy, dy + r * ld);
}

/* ---- layernorm -------------------------------------------------------------------------------------------------- */

static void
layernorm_row(size_t N, const float *x, const float *gain, const float *bias, float *y, float *stats)
{
  v16 sum = v_zero(), squares = v_zero(), mean, inverse;

  SWEEP(N, sum = v_add(sum, v_get(x + i, k)););
  stats[0] = v_sum(sum) / (float)N;
  mean = v_set(stats[0]);
  SWEEP(N,
    v16 z = first_lanes(v_sub(v_get(x + i, k), mean), k);

    squares = v_fma(z, z, squares););
  stats[1] = 1 / sqrtf(v_sum(squares) / (float)N + VARIANCE_FLOOR);
  inverse = v_set(stats[1]);
  SWEEP(N,
    v16 z = v_mul(v_sub(v_get(x + i, k), mean), inverse);

    v_put(y + i, v_fma(z, v_get(gain + i, k), v_get(bias + i, k)), k););
}

void
FAST(layernorm)(size_t R, size_t N, const float *x, const float *gain, const float *bias, float *y, float *stats)
{
  for (size_t r = 0; r < R; r++)
    layernorm_row(N, x + r * N, gain, bias, y + r * N, stats + 2 * r);
}

static void
layernorm_backward_row(size_t N, const float *x, const float *stats, const float *gain, const float *dy, float *dx)
{
  v16 mean = v_set(stats[0]), inverse = v_set(stats[1]), sum = v_zero(), sum_z = v_zero();

  SWEEP(N,
    v16 e = v_mul(v_get(dy + i, k), v_get(gain + i, k));

    sum = v_add(sum, e);
    sum_z = v_fma(e, v_mul(v_sub(v_get(x + i, k), mean), inverse), sum_z););
  sum = v_set(v_sum(sum) / (float)N);
  sum_z = v_set(v_sum(sum_z) / (float)N);
  SWEEP(N,
    v16 z = v_mul(v_sub(v_get(x + i, k), mean), inverse);
    v16 e = v_mul(v_get(dy + i, k), v_get(gain + i, k));

    v_put(dx + i, v_fma(v_fnma(z, sum_z, v_sub(e, sum)), inverse, v_get(dx + i, k)), k););
}

void
FAST(layernorm_backward)(size_t R, size_t N, const float *x, const float *stats, const float *gain, const float *dy,
                         float *dx)
{
  for (size_t r = 0; r < R; r++)
    layernorm_backward_row(N, x + r * N, stats + 2 * r, gain, dy + r * N, dx + r * N);
}

void
FAST(layernorm_gradients)(size_t R, size_t N, size_t first, size_t last, const float *x, const float *stats,
                          const float *dy, float *dgain, float *dbias)
{
  x += first;
  dy += first;
  dgain += first;
  dbias += first;
  SWEEP(last - first,
    v16 g = v_get(dgain + i, k), b = v_get(dbias + i, k);

    for (size_t r = 0; r < R; r++) {
      v16 d = v_get(dy + r * N + i, k);

      g = v_fma(d, v_mul(v_sub(v_get(x + r * N + i, k), v_set(stats[2 * r])), v_set(stats[2 * r + 1])), g);
      b = v_add(b, d);
    }
    v_put(dgain + i, g, k);
    v_put(dbias + i, b, k););
}
