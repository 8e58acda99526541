#include <math.h>

#include "net/ops-plain.h"

#define VARIANCE_FLOOR 1e-5f

void
plain_add_rows(size_t R, size_t N, const float *bias, float *y, size_t ld)
{
  for (size_t r = 0; r < R; r++)
    for (size_t n = 0; n < N; n++)
      y[r * ld + n] += bias[n];
}

void
plain_sum_rows(size_t R, size_t N, const float *x, size_t ld, float *sum, bool add)
{
  for (size_t n = 0; n < N; n++) {
    float s = add ? sum[n] : 0;

    for (size_t r = 0; r < R; r++)
      s += x[r * ld + n];
    sum[n] = s;
  }
}

void
plain_softmax(size_t R, size_t N, float *x, size_t ld)
{
  for (size_t r = 0; r < R; r++) {
    float *row = x + r * ld, most = -INFINITY, sum = 0;

    for (size_t n = 0; n < N; n++)
      most = fmaxf(most, row[n]);
    for (size_t n = 0; n < N; n++)
      sum += row[n] = expf(row[n] - most);
    for (size_t n = 0; n < N; n++)
      row[n] *= 1 / sum;
  }
}

void
plain_softmax_backward(size_t R, size_t N, const float *y, size_t ldy, float *dy, size_t ld)
{
  for (size_t r = 0; r < R; r++) {
    float dot = 0;

    for (size_t n = 0; n < N; n++)
      dot += y[r * ldy + n] * dy[r * ld + n];
    for (size_t n = 0; n < N; n++)
      dy[r * ld + n] = y[r * ldy + n] * (dy[r * ld + n] - dot);
  }
}

void
plain_layernorm(size_t R, size_t N, const float *x, const float *gain, const float *bias, float *y, float *stats)
{
  for (size_t r = 0; r < R; r++) {
    const float *row = x + r * N;
    float mean = 0, var = 0;

    for (size_t n = 0; n < N; n++)
      mean += row[n];
    mean /= (float)N;
    for (size_t n = 0; n < N; n++)
      var += (row[n] - mean) * (row[n] - mean);
    stats[2 * r] = mean;
    stats[2 * r + 1] = 1 / sqrtf(var / (float)N + VARIANCE_FLOOR);
    for (size_t n = 0; n < N; n++)
      y[r * N + n] = (row[n] - mean) * stats[2 * r + 1] * gain[n] + bias[n];
  }
}

/* With z = (x - mean) / sd and e = dy * gain: dx = (e - mean(e) - z * mean(e z)) / sd. */
void
plain_layernorm_backward(size_t R, size_t N, const float *x, const float *stats, const float *gain, const float *dy,
                         float *dx)
{
  for (size_t r = 0; r < R; r++) {
    float mean = stats[2 * r], inverse = stats[2 * r + 1], e_mean = 0, ez_mean = 0;

    for (size_t n = 0; n < N; n++) {
      float e = dy[r * N + n] * gain[n];

      e_mean += e / (float)N;
      ez_mean += e * (x[r * N + n] - mean) * inverse / (float)N;
    }
    for (size_t n = 0; n < N; n++) {
      float z = (x[r * N + n] - mean) * inverse;

      dx[r * N + n] += (dy[r * N + n] * gain[n] - e_mean - z * ez_mean) * inverse;
    }
  }
}

void
plain_layernorm_gradients(size_t R, size_t N, size_t first, size_t last, const float *x, const float *stats,
                          const float *dy, float *dgain, float *dbias)
{
  for (size_t r = 0; r < R; r++)
    for (size_t n = first; n < last; n++) {
      dgain[n] += dy[r * N + n] * (x[r * N + n] - stats[2 * r]) * stats[2 * r + 1];
      dbias[n] += dy[r * N + n];
    }
}

static float
sigmoid(float x)
{
  return 1 / (1 + expf(-x));
}

void
plain_lstm(size_t R, size_t H, float *gates, size_t ldg, const float *c_before, size_t ldcb, float *c, size_t ldc,
           float *h, size_t ldh)
{
  for (size_t r = 0; r < R; r++)
    for (size_t k = 0; k < H; k++) {
      float *g = gates + r * ldg + k;

      g[0] = sigmoid(g[0]);
      g[H] = sigmoid(g[H]);
      g[2 * H] = tanhf(g[2 * H]);
      g[3 * H] = sigmoid(g[3 * H]);
      c[r * ldc + k] = g[H] * c_before[r * ldcb + k] + g[0] * g[2 * H];
      h[r * ldh + k] = g[3 * H] * tanhf(c[r * ldc + k]);
    }
}

void
plain_lstm_backward(size_t R, size_t H, const float *gates, size_t ldg, const float *c_before, size_t ldcb,
                    const float *c, size_t ldc, const float *dh, size_t lddh, float *dc, size_t lddc, float *dgates,
                    size_t lddg)
{
  for (size_t r = 0; r < R; r++)
    for (size_t k = 0; k < H; k++) {
      const float *g = gates + r * ldg + k;
      float i = g[0], f = g[H], u = g[2 * H], o = g[3 * H], t = tanhf(c[r * ldc + k]);
      float dt = dh[r * lddh + k], s = dc[r * lddc + k] + dt * o * (1 - t * t);
      float *d = dgates + r * lddg + k;

      d[0] = s * u * i * (1 - i);
      d[H] = s * c_before[r * ldcb + k] * f * (1 - f);
      d[2 * H] = s * i * (1 - u * u);
      d[3 * H] = dt * t * o * (1 - o);
      dc[r * lddc + k] = s * f;
    }
}
