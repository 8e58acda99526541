/* kernel-x86: the loops of kernel.c with vectors of WIDE lanes; kernel.c includes it once for each instruction set, with
 * NAME, TARGET, WIDE, F (vector of floats), FU (the same, unaligned), I (of int32) and FROM_BYTES defined. */

#define INLINE static inline __attribute__((always_inline)) TARGET
#define EACH(k, n) _Pragma("GCC unroll 8") for (size_t k = 0; k < (n); k++)
#define AHEAD 8  /* rows of weights fetched ahead */

/* sum[n] vectors of row * weights; n is a constant wherever this is inlined. */
INLINE void
NAME(sums)(const float *weights, const float *bias, const struct kernel_row *row, size_t n, F *sum)
{
  EACH(k, n)
    sum[k] = *(const FU *)(bias + WIDE * k);
  for (uint32_t j = 0; j < row->n; j++) {
    const float *w = weights + row->features[j] * (n * WIDE);
    float x = row->values[j];

    if (j + AHEAD < row->n)
      for (size_t b = 0; b < n * WIDE; b += 16)
        __builtin_prefetch(weights + row->features[j + AHEAD] * (n * WIDE) + b);
    EACH(k, n)
      sum[k] += x * *(const FU *)(w + WIDE * k);
  }
}

INLINE float
NAME(solve_n)(const struct kernel_solve *s, const struct kernel_row *row, size_t n)
{
  F sum[KERNEL_MAX_LANES / WIDE];
  float moved = 0;

  NAME(sums)(s->weights, s->bias, row, n, sum);
  EACH(k, n) {
    F sign = *(const FU *)(s->signs + WIDE * k), old = *(const FU *)(s->alpha + WIDE * k);
    F alpha = old - (sign * sum[k] - 1 + old * s->ridge) * s->inverse;

    *(FU *)(s->scores + WIDE * k) = sum[k];
    alpha = (F)((I)alpha & (alpha > (F){0}));
    *(FU *)(s->alpha + WIDE * k) = alpha;
    sum[k] = (alpha - old) * sign;
    *(FU *)(s->bias + WIDE * k) += sum[k];
  }
  for (size_t k = 0; k < n; k++)
    for (size_t l = 0; l < WIDE; l++)
      moved += fabsf(((const float *)sum)[k * WIDE + l]);
  if (moved > 0)
    for (uint32_t j = 0; j < row->n; j++) {
      float *w = s->weights + row->features[j] * (n * WIDE);
      float x = row->values[j];

      EACH(k, n)
        *(FU *)(w + WIDE * k) += x * sum[k];
    }
  return moved;
}

INLINE void
NAME(dot_n)(const float *weights, const float *bias, const struct kernel_row *row, size_t n, float *scores)
{
  F sum[KERNEL_MAX_LANES / WIDE];

  NAME(sums)(weights, bias, row, n, sum);
  EACH(k, n)
    *(FU *)(scores + WIDE * k) = sum[k];
}

INLINE void
NAME(dot8_n)(const int8_t *weights, const struct kernel_row *row, size_t stride, size_t n, float *scores)
{
  F sum[64 / WIDE];

  EACH(k, n)
    sum[k] = *(const FU *)(scores + WIDE * k);
  for (uint32_t j = 0; j < row->n; j++) {
    const int8_t *w = weights + row->features[j] * stride;
    float x = row->values[j];

    if (j + AHEAD < row->n)
      for (size_t b = 0; b < n * WIDE; b += 64)
        __builtin_prefetch(weights + row->features[j + AHEAD] * stride + b);
    EACH(k, n)
      sum[k] += x * (F)FROM_BYTES(w + WIDE * k);
  }
  EACH(k, n)
    *(FU *)(scores + WIDE * k) = sum[k];
}

static TARGET float
NAME(solve)(const struct kernel_solve *s, const struct kernel_row *row, size_t lanes)
{
  if (lanes == 8 && WIDE > 8)
    return solve_avx2(s, row, lanes);
  return lanes == WIDE ? NAME(solve_n)(s, row, 1) : lanes == 2 * WIDE ? NAME(solve_n)(s, row, 2)
       : lanes == 4 * WIDE ? NAME(solve_n)(s, row, 4) : NAME(solve_n)(s, row, KERNEL_MAX_LANES / WIDE);
}

static TARGET void
NAME(dot)(const float *weights, const float *bias, const struct kernel_row *row, size_t lanes, float *scores)
{
  if (lanes == 8 && WIDE > 8)
    dot_avx2(weights, bias, row, lanes, scores);
  else if (lanes == WIDE)
    NAME(dot_n)(weights, bias, row, 1, scores);
  else if (lanes == 2 * WIDE)
    NAME(dot_n)(weights, bias, row, 2, scores);
  else if (lanes == 4 * WIDE)
    NAME(dot_n)(weights, bias, row, 4, scores);
  else
    NAME(dot_n)(weights, bias, row, KERNEL_MAX_LANES / WIDE, scores);
}

static TARGET void
NAME(dot8)(const int8_t *weights, const struct kernel_row *row, size_t stride, float *scores)
{
  size_t k = 0;

  for (; k + 64 <= stride; k += 64)
    NAME(dot8_n)(weights + k, row, stride, 64 / WIDE, scores + k);
  for (; k + 32 <= stride; k += 32)
    NAME(dot8_n)(weights + k, row, stride, 32 / WIDE, scores + k);
  for (; k < stride; k += 16)
    NAME(dot8_n)(weights + k, row, stride, 16 / WIDE, scores + k);
}

#undef INLINE
#undef EACH
#undef AHEAD
#undef NAME
#undef TARGET
#undef WIDE
#undef F
#undef FU
#undef I
#undef FROM_BYTES
