#include "student/kernel.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#define X86 1
#endif

/* ---- plain ------------------------------------------------------------------------------------------------------ */

static void
plain_dot(const float *weights, const float *bias, const struct kernel_row *row, size_t lanes, float *scores)
{
  for (size_t k = 0; k < lanes; k++)
    scores[k] = bias[k];
  for (uint32_t j = 0; j < row->n; j++)
    for (size_t k = 0; k < lanes; k++)
      scores[k] += row->values[j] * weights[row->features[j] * lanes + k];
}

static float
plain_solve(const struct kernel_solve *s, const struct kernel_row *row, size_t lanes)
{
  float change[KERNEL_MAX_LANES], sum = 0;

  plain_dot(s->weights, s->bias, row, lanes, s->scores);
  for (size_t k = 0; k < lanes; k++) {
    float gradient = s->signs[k] * s->scores[k] - 1 + s->alpha[k] * s->ridge;
    float alpha = s->alpha[k] - gradient * s->inverse;

    alpha = alpha > 0 ? alpha : 0;
    change[k] = (alpha - s->alpha[k]) * s->signs[k];
    s->alpha[k] = alpha;
    s->bias[k] += change[k];
    sum += fabsf(change[k]);
  }
  if (sum > 0)
    for (uint32_t j = 0; j < row->n; j++)
      for (size_t k = 0; k < lanes; k++)
        s->weights[row->features[j] * lanes + k] += row->values[j] * change[k];
  return sum;
}

static void
plain_dot8(const int8_t *weights, const struct kernel_row *row, size_t stride, float *scores)
{
  for (uint32_t j = 0; j < row->n; j++)
    for (size_t k = 0; k < stride; k++)
      scores[k] += row->values[j] * (float)weights[row->features[j] * stride + k];
}

const struct kernels kernels_plain = {"plain", plain_solve, plain_dot, plain_dot8};

#if X86
#include <immintrin.h>

#define NAME(x) x##_avx2
#define TARGET __attribute__((target("avx2")))
#define WIDE 8
typedef float f8 __attribute__((vector_size(32)));
typedef float f8u __attribute__((vector_size(32), aligned(4)));
typedef int32_t i8 __attribute__((vector_size(32)));
#define F f8
#define FU f8u
#define I i8
#define FROM_BYTES(p) _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)(p))))
#include "student/kernel-x86.h"

#define NAME(x) x##_avx512
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq")))
#define WIDE 16
typedef float f16 __attribute__((vector_size(64)));
typedef float f16u __attribute__((vector_size(64), aligned(4)));
typedef int32_t i16 __attribute__((vector_size(64)));
#define F f16
#define FU f16u
#define I i16
#define FROM_BYTES(p) _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(const void *)(p))))
#include "student/kernel-x86.h"

static const struct kernels kernels_avx2 = {"avx2", solve_avx2, dot_avx2, dot8_avx2};
static const struct kernels kernels_avx512 = {"avx512", solve_avx512, dot_avx512, dot8_avx512};
#endif

const struct kernels *
kernels_nth(int i)
{
#if X86
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq") && i-- == 0)
    return &kernels_avx512;
  if (__builtin_cpu_supports("avx2") && i-- == 0)
    return &kernels_avx2;
#endif
  return i == 0 ? &kernels_plain : NULL;
}
