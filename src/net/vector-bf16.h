/* vector-bf16: floats rounded to bfloat16 (the upper half of a float), in pairs: sixteen uint32_t of an even one in the low
 * half and an odd one in the high half. */
#ifndef NET_VECTOR_BF16_H
#define NET_VECTOR_BF16_H

#include "net/vector.h"

/* To the nearest, halves to even, in the upper half. Infinities and the not-a-numbers of arithmetic stay what they are. */
INLINE w16
v_bf16(v16 x)
{
  w16 w = w_of(x), up = w_add(w_set(0x7fff), w_and(w_right(w, 16), w_set(1)));

  return w_and(w_add(w, up), w_set(0xffff0000));
}

INLINE w16
v_bf16_pair(v16 even, v16 odd)
{
  return w_or(w_right(v_bf16(even), 16), v_bf16(odd));
}

INLINE v16 v_even(w16 pair) { return v_of(w_left(pair, 16)); }
INLINE v16 v_odd(w16 pair) { return v_of(w_and(pair, w_set(0xffff0000))); }

#endif
