/* kernel: the inner loops of the linear student, over rows of a table of weights.
 *
 * A shard is a table of `lanes` columns (classes; 8, 16, 32 or 64) for every feature: weights[feature * lanes + lane]. One
 * row of the data is n feature numbers and their values. Each loop exists for AVX-512, AVX2 and plain C; which one runs is
 * found out at run time. All three do the same additions in the same order without fused multiply-adds (the room is
 * compiled with -ffp-contract=off), so they give the same bits, and a model does not depend on the machine it was trained on. */
#ifndef STUDENT_KERNEL_H
#define STUDENT_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#define KERNEL_MAX_LANES 64

/* One row of the data as the solver sees it. */
struct kernel_row {
  const uint32_t *features;
  const float *values;
  uint32_t n;
};

struct kernel_solve {
  float *weights;            /* (features, lanes) */
  float *bias;               /* (lanes) the weights of a feature that every row has with value 1 */
  float *alpha;              /* (lanes) dual variables of this row, >= 0 */
  const float *signs;        /* (lanes) +1 or -1 */
  float ridge;               /* 1 / (2 C) */
  float inverse;             /* 1 / (|x|^2 + ridge) */
  float *scores;             /* (lanes) out: bias + w.x before the update */
};

struct kernels {
  const char *name;
  /* One step of dual coordinate descent of the L2-loss SVM on one row, all lanes at once (Hsieh et al. 2008, algorithm 3).
   * Returns the sum over lanes of |change of alpha|. */
  float (*solve)(const struct kernel_solve *s, const struct kernel_row *row, size_t lanes);
  /* scores[lanes] = bias[lanes] + sum of values * weights. */
  void (*dot)(const float *weights, const float *bias, const struct kernel_row *row, size_t lanes, float *scores);
  /* The same with weights as signed bytes, `stride` (a multiple of 16) apart; scores (stride) are added to. */
  void (*dot8)(const int8_t *weights, const struct kernel_row *row, size_t stride, float *scores);
};

extern const struct kernels kernels_plain;
/* The i-th that this machine can run, fastest first; NULL after the last. */
const struct kernels *kernels_nth(int i);
static inline const struct kernels *
kernels_best(void)
{
  return kernels_nth(0);
}

#endif
