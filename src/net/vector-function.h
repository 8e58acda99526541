/* vector-function: exp and its relations, for sixteen floats at a time (vector.h). Errors of a few units in the last
 * place; not-a-numbers stay what they are, infinities give the limits.
 *
 * All are made of expm1 on [-ln 2 / 2, ln 2 / 2], a polynomial (interpolated at Chebyshev's nodes), and powers of 2. */
#ifndef NET_VECTOR_FUNCTION_H
#define NET_VECTOR_FUNCTION_H

#include "net/vector.h"

/* Where a vector is many registers, inlining these everywhere takes compilers long and gains little. */
#if defined __AVX2__
#define V_FUNCTION INLINE
#else
#define V_FUNCTION static __attribute__((noinline, unused))
#endif

/* x = n ln 2 + r: n, and e^r - 1. ln 2 in two parts, the first so short that n times it is exact. */
V_FUNCTION v16
v_split(v16 x, v16 *n)
{
  v16 r, p = v_set(0x1.6d117cp-10f);

  *n = v_round(v_mul(x, v_set(0x1.715476p+0f)));
  r = v_fnma(*n, v_set(0x1.63p-1f), x);
  r = v_fnma(*n, v_set(-0x1.bd0106p-13f), r);
  p = v_fma(p, r, v_set(0x1.120be2p-7f));
  p = v_fma(p, r, v_set(0x1.555518p-5f));
  p = v_fma(p, r, v_set(0x1.5554dcp-3f));
  p = v_fma(p, r, v_set(0.5f));
  return v_fma(v_mul(r, r), p, r);
}

INLINE v16
v_between(v16 x, float low, float high)
{
  return v_min(v_set(high), v_max(v_set(low), x));
}

/* Down to the least denormal number and up to infinity: 2^n in two halves. */
V_FUNCTION v16
v_exp(v16 x)
{
  v16 n, half, y = v_split(v_between(x, -104, 89), &n);

  half = v_round(v_mul(n, v_set(0.5f)));
  return v_mul(v_mul(v_add(y, v_set(1)), v_pow2(half)), v_pow2(v_sub(n, half)));
}

/* Between e^-87 and e^88. */
INLINE v16
v_exp_bounded(v16 x)
{
  v16 n, y = v_split(v_between(x, -87, 88), &n), scale = v_pow2(n);

  return v_fma(scale, y, scale);
}

V_FUNCTION v16
v_sigmoid(v16 x)
{
  return v_div(v_set(1), v_add(v_set(1), v_exp_bounded(v_sub(v_zero(), x))));
}

/* With e = e^2x - 1: e / (e + 2). */
V_FUNCTION v16
v_tanh(v16 x)
{
  v16 n, y = v_split(v_between(v_add(x, x), -20, 20), &n), scale = v_pow2(n);
  v16 e = v_fma(scale, y, v_sub(scale, v_set(1)));

  return v_div(e, v_add(e, v_set(2)));
}

#define V_GELU_SCALE 1.5957691216f  /* 2 sqrt(2 / pi) */
#define V_GELU_CUBE 0.044715f

/* 0.5 (1 + tanh(u)) is sigmoid(2 u). */
INLINE v16
v_gelu(v16 x)
{
  v16 u = v_mul(v_mul(x, v_set(V_GELU_SCALE)), v_fma(v_mul(x, x), v_set(V_GELU_CUBE), v_set(1)));

  return v_mul(x, v_sigmoid(u));
}

/* Beyond +-10 the slope is 1 or 0. */
INLINE v16
v_gelu_slope(v16 x)
{
  v16 square, s, inner;

  x = v_between(x, -10, 10);
  square = v_mul(x, x);
  s = v_sigmoid(v_mul(v_mul(x, v_set(V_GELU_SCALE)), v_fma(square, v_set(V_GELU_CUBE), v_set(1))));
  inner = v_mul(v_set(V_GELU_SCALE), v_fma(square, v_set(3 * V_GELU_CUBE), v_set(1)));
  return v_fma(v_mul(v_mul(x, inner), s), v_sub(v_set(1), s), s);
}

#endif
