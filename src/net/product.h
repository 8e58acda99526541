/* product: products with weights in the precision that an encoder was asked for: fp32, or, where the machine has
 * instructions for it, bfloat16 when it predicts, or when it learns too. Weights themselves, and sums for their gradients,
 * are fp32 always. */
#ifndef NET_PRODUCT_H
#define NET_PRODUCT_H

#include "net/encoder.h"

/* precision: the value of the encoder's option of that name. */
static inline bool
product_is_half(const struct encoder_shape *s, double precision)
{
  return precision > (s->training ? 1 : 0) && ops_bf16_is_fast();
}

/* Floats that a packed (K, N) matrix takes. */
static inline size_t
product_packed_size(bool half, size_t K, size_t N)
{
  return half ? ops_packed_bf16_size(K, N) : ops_packed_size(K, N);
}

static inline void
product_pack(const struct ops *o, bool half, float *packed, const float *b, size_t rs, size_t cs, size_t K, size_t N)
{
  if (half)
    o->pack_bf16((uint32_t *)packed, b, rs, cs, K, N, 0, SIZE_MAX);
  else
    o->pack(packed, b, rs, cs, K, N, 0, SIZE_MAX);
}

static inline void
product(const struct ops *o, bool half, size_t M, size_t N, size_t K, const float *a, size_t lda, const float *packed,
        float *c, size_t ldc, bool add)
{
  if (half)
    o->gemm_bf16(M, N, K, a, lda, (const uint32_t *)packed, c, ldc, add);
  else
    o->gemm(M, N, K, a, lda, packed, c, ldc, add);
}

#endif
