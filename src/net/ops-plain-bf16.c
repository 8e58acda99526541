#include <string.h>

#include "net/ops-plain.h"

/* To the nearest, halves to even. */
static uint32_t
rounded(float x)
{
  uint32_t w;

  memcpy(&w, &x, sizeof w);
  return (w + 0x7fff + (w >> 16 & 1)) >> 16;
}

static float
number(uint32_t bf16)
{
  float x;

  bf16 <<= 16;
  memcpy(&x, &bf16, sizeof x);
  return x;
}

void
plain_pack_bf16(uint32_t *packed, const float *b, size_t rs, size_t cs, size_t K, size_t N, size_t first, size_t last)
{
  for (size_t p = first; p < last && p * OPS_PANEL < N; p++)
    for (size_t k = 0; k < K; k += 2)
      for (size_t j = 0; j < OPS_PANEL; j++) {
        size_t n = p * OPS_PANEL + j;
        uint32_t even = n < N ? rounded(b[k * rs + n * cs]) : 0;
        uint32_t odd = n < N && k + 1 < K ? rounded(b[(k + 1) * rs + n * cs]) : 0;

        packed[(p * ((K + 1) / 2) + k / 2) * OPS_PANEL + j] = even | odd << 16;
      }
}

void
plain_gemm_bf16(size_t M, size_t N, size_t K, const float *a, size_t lda, const uint32_t *packed, float *c, size_t ldc,
                bool add)
{
  for (size_t m = 0; m < M; m++)
    for (size_t n = 0; n < N; n++) {
      const uint32_t *b = packed + n / OPS_PANEL * ((K + 1) / 2) * OPS_PANEL + n % OPS_PANEL;
      float sum = add ? c[m * ldc + n] : 0;

      for (size_t k = 0; k < K; k++)
        sum += number(rounded(a[m * lda + k])) * number(b[k / 2 * OPS_PANEL] >> (k % 2 ? 16 : 0));
      c[m * ldc + n] = sum;
    }
}

void
plain_gemm_tn_bf16(size_t M, size_t N, size_t R, const float *a, size_t lda, const float *b, size_t ldb, float *c,
                   size_t ldc, bool add, float *scratch)
{
  (void)scratch;
  for (size_t m = 0; m < M; m++)
    for (size_t n = 0; n < N; n++) {
      float sum = add ? c[m * ldc + n] : 0;

      for (size_t r = 0; r < R; r++)
        sum += number(rounded(a[r * lda + m])) * number(rounded(b[r * ldb + n]));
      c[m * ldc + n] = sum;
    }
}
