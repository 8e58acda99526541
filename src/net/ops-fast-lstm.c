/* Cells of an LSTM: all of a cell's functions in one pass. */
#include "net/ops-fast.h"
#include "net/vector-function.h"

void
FAST(lstm)(size_t R, size_t H, float *gates, size_t ldg, const float *c_before, size_t ldcb, float *c, size_t ldc,
           float *h, size_t ldh)
{
  for (size_t r = 0; r < R; r++, gates += ldg, c_before += ldcb, c += ldc, h += ldh)
    SWEEP(H,
      v16 in = v_sigmoid(v_get(gates + i, k)), forget = v_sigmoid(v_get(gates + H + i, k));
      v16 new = v_tanh(v_get(gates + 2 * H + i, k)), out = v_sigmoid(v_get(gates + 3 * H + i, k));
      v16 state = v_fma(forget, v_get(c_before + i, k), v_mul(in, new));

      v_put(gates + i, in, k);
      v_put(gates + H + i, forget, k);
      v_put(gates + 2 * H + i, new, k);
      v_put(gates + 3 * H + i, out, k);
      v_put(c + i, state, k);
      v_put(h + i, v_mul(out, v_tanh(state)), k););
}

/* x (1 - y) */
INLINE v16
less(v16 x, v16 y)
{
  return v_fnma(x, y, x);
}

void
FAST(lstm_backward)(size_t R, size_t H, const float *gates, size_t ldg, const float *c_before, size_t ldcb,
                    const float *c, size_t ldc, const float *dh, size_t lddh, float *dc, size_t lddc, float *dgates,
                    size_t lddg)
{
  for (size_t r = 0; r < R; r++, gates += ldg, c_before += ldcb, c += ldc, dh += lddh, dc += lddc, dgates += lddg)
    SWEEP(H,
      v16 in = v_get(gates + i, k), forget = v_get(gates + H + i, k), new = v_get(gates + 2 * H + i, k);
      v16 out = v_get(gates + 3 * H + i, k), t = v_tanh(v_get(c + i, k)), dt = v_get(dh + i, k), d = v_mul(dt, out);
      v16 state = v_add(less(d, v_mul(t, t)), v_get(dc + i, k));

      v_put(dgates + i, v_mul(v_mul(state, new), less(in, in)), k);
      v_put(dgates + H + i, v_mul(v_mul(state, v_get(c_before + i, k)), less(forget, forget)), k);
      v_put(dgates + 2 * H + i, less(v_mul(state, in), v_mul(new, new)), k);
      v_put(dgates + 3 * H + i, v_mul(v_mul(dt, t), less(out, out)), k);
      v_put(dc + i, v_mul(state, forget), k););
}
