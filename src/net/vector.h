/* vector: sixteen floats at a time, for the fast versions of ops.h. The same few words for AVX-512 (one register),
 * AVX2 (two) and any machine (four of 16 bytes): a source that uses them is compiled once for each and says which by the
 * compiler's flags.
 *
 *   v_zero v_set v_load v_store          v_load_n, v_store_n: the first n < 16 lanes only, no byte beyond is touched
 *   v_load_or(p, n, other)               lanes from n on are `other`; v_load_n: 0
 *   v_add v_sub v_mul v_div v_sqrt       v_min v_max: the second one if either is not a number
 *   v_fma(a, b, c) = a b + c             v_fnma(a, b, c) = c - a b; one rounding on AVX2 and AVX-512
 *   v_round                              to the nearest integer, halves to even
 *   v_pow2(n)                            2^n for integers -126..127
 *   v_sum v_most                         over the lanes, folded in halves: 8 and 8, 4 and 4, 2 and 2, 1 and 1
 *   w_set w_count w_add w_mul w_xor      sixteen uint32_t; w_count: 0..15
 *   w_load w_store w_and w_or            w_right, w_left: shifts; w_of, v_of: the same bits as the other kind
 *   v_unless_below(x, w, limit)          x where w >= limit, else 0
 *   v_transpose(x)                       16 rows of 16, in place
 *
 * AVX2 and AVX-512 give the same bits; the last one has no fused multiply-add and rounds otherwise. */
#ifndef NET_VECTOR_H
#define NET_VECTOR_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline, unused))
#define UNROLL _Pragma("GCC unroll 16")

#if defined __AVX512F__
#include "net/vector-avx512.h"
#elif defined __AVX2__
#include "net/vector-avx2.h"
#else
#include "net/vector-base.h"
#endif

/* The first k lanes, where k is mostly the constant 16. */
INLINE v16
v_get(const float *p, size_t k)
{
  return k == 16 ? v_load(p) : v_load_n(p, k);
}

INLINE void
v_put(float *p, v16 x, size_t k)
{
  if (k == 16)
    v_store(p, x);
  else
    v_store_n(p, x, k);
}

/* For i = 0, 16, ... below n: a statement that sees i, and k, the lanes that count. */
#define SWEEP(n, ...) do { \
    size_t i = 0; \
    for (; i + 16 <= (n); i += 16) { \
      enum { k = 16 }; \
      __VA_ARGS__ \
    } \
    if (i < (n)) { \
      size_t k = (n) - i; \
      __VA_ARGS__ \
    } \
  } while (0)

#endif
