/* ops: the arithmetic of networks, on raw pointers and dimensions: what layers are made of.
 *
 * One table of functions, in several versions that fit the machine: `plain` (one loop an operation, as one would write it
 * down: the meaning), and the vector version compiled for AVX2 and for AVX-512 (and for the base machine elsewhere than
 * on x86). ops_best is found out at run time. Row-major matrices; `ld` is the distance between rows, in floats.
 *
 * The same bytes. Each element of a product is one chain of fused multiply-adds over k in rising order, which starts from
 * what stands in c (add) or from 0, however the loops are cut; sums over a row are 16 partial sums (element i goes to sum
 * i mod 16), added pairwise; exp and tanh are polynomials of ours. So nothing depends on how rows are shared out among
 * threads, and AVX2 and AVX-512 give the same bits. `plain` rounds otherwise and differs in the last places.
 *
 * Threads: pure functions; scratch is the caller's. */
#ifndef NET_OPS_H
#define NET_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPS_PANEL 32                    /* columns of a packed panel */
#define OPS_SCRATCH ((size_t)64 << 10)  /* floats that gemm_tn needs as scratch, 64-byte aligned */

/* Floats that a packed (K, N) matrix takes. */
static inline size_t
ops_packed_size(size_t K, size_t N)
{
  return (N + OPS_PANEL - 1) / OPS_PANEL * OPS_PANEL * K;
}

/* uint32_t that a (K, N) matrix of bfloat16 takes: pairs along k. */
static inline size_t
ops_packed_bf16_size(size_t K, size_t N)
{
  return ops_packed_size((K + 1) / 2, N);
}

struct ops_adam {
  float rate;               /* learning rate, bias corrections of both moments in it: lr * sqrt(1-b2^t) / (1-b1^t) */
  float beta1, beta2;
  float epsilon;            /* as seen by the corrected rate: eps * sqrt(1-b2^t) */
  float decay;              /* lr * weight decay, decoupled (Loshchilov and Hutter 2019): w -= decay * w */
  float scale;              /* of the gradient: clipping */
};

struct ops {
  const char *name;

  /* ---- products ---- */
  /* B(k, n) = b[k * rs + n * cs] into panels of OPS_PANEL columns: panel p begins at p * K * OPS_PANEL, row k of it at
   * k * OPS_PANEL; columns beyond N are 0. Panels [first, last) only (last beyond the end is fine). */
  void (*pack)(float *packed, const float *b, size_t rs, size_t cs, size_t K, size_t N, size_t first, size_t last);
  /* c(M, N) = a(M, K) B, or with add c += a B; B packed. Rows of a are contiguous, lda apart. */
  void (*gemm)(size_t M, size_t N, size_t K, const float *a, size_t lda, const float *packed, float *c, size_t ldc,
               bool add);
  /* c(M, N) = or += the sum over r < R of a[r * lda + m] * b[r * ldb + n]: gradients of weights. scratch: OPS_SCRATCH. */
  void (*gemm_tn)(size_t M, size_t N, size_t R, const float *a, size_t lda, const float *b, size_t ldb, float *c,
                  size_t ldc, bool add, float *scratch);

  /* The same with a and B rounded to bfloat16 (half the bytes, 8 bits of precision), sums in fp32: twice as fast where
   * ops_bf16_is_fast. B as pairs along k, ops_packed_bf16_size of uint32_t. Sums are made in the machine's way, each
   * element by itself in rising k: the cut into rows changes no bit, another kind of machine does. */
  void (*pack_bf16)(uint32_t *packed, const float *b, size_t rs, size_t cs, size_t K, size_t N, size_t first, size_t last);
  void (*gemm_bf16)(size_t M, size_t N, size_t K, const float *a, size_t lda, const uint32_t *packed, float *c, size_t ldc,
                    bool add);
  void (*gemm_tn_bf16)(size_t M, size_t N, size_t R, const float *a, size_t lda, const float *b, size_t ldb, float *c,
                       size_t ldc, bool add, float *scratch);

  /* ---- vectors of n ---- */
  void (*axpy)(size_t n, float alpha, const float *x, float *y);          /* y += alpha x */
  void (*scale)(size_t n, float alpha, float *x);                          /* x *= alpha */
  void (*add)(size_t n, const float *x, float *y);                         /* y += x */
  void (*mul)(size_t n, const float *x, float *y);                         /* y *= x */
  float (*dot)(size_t n, const float *x, const float *y);
  double (*sumsq)(size_t n, const float *x);
  void (*exp)(size_t n, const float *x, float *y);                         /* x = y is fine, here and below */
  void (*tanh)(size_t n, const float *x, float *y);
  void (*sigmoid)(size_t n, const float *x, float *y);
  void (*relu)(size_t n, const float *x, float *y);
  void (*gelu)(size_t n, const float *x, float *y);                        /* 0.5 x (1 + tanh(sqrt(2/pi)(x + .044715 x^3))) */
  void (*gelu_backward)(size_t n, const float *x, const float *dy, float *dx);  /* dx = dy * gelu'(x); dx = dy is fine */
  /* x[i] becomes 0 with probability p, else x[i] / (1 - p), by chance that depends on key and first + i only: so
   * the backward pass calls it again on the gradient. */
  void (*dropout)(size_t n, float *x, float p, uint64_t key, uint64_t first);

  /* ---- rows: (R, N) ---- */
  void (*add_rows)(size_t R, size_t N, const float *bias, float *y, size_t ld);       /* each row += bias(N) */
  void (*sum_rows)(size_t R, size_t N, const float *x, size_t ld, float *sum, bool add);  /* columns' sums, r rising */
  void (*softmax)(size_t R, size_t N, float *x, size_t ld);                            /* in place */
  void (*softmax_backward)(size_t R, size_t N, const float *y, size_t ldy, float *dy, size_t ld);  /* in place */
  /* y = (x - mean) / sqrt(var + 1e-5) * gain + bias; stats (R, 2): mean and 1/sd, for the backward pass. */
  void (*layernorm)(size_t R, size_t N, const float *x, const float *gain, const float *bias, float *y, float *stats);
  /* dx += ; the gradients of gain and bias are sums over rows of dy * (x - mean) / sd and of dy: see layernorm_gradients. */
  void (*layernorm_backward)(size_t R, size_t N, const float *x, const float *stats, const float *gain, const float *dy,
                             float *dx);
  /* dgain, dbias (columns first..last of N) +=, r rising. */
  void (*layernorm_gradients)(size_t R, size_t N, size_t first, size_t last, const float *x, const float *stats,
                              const float *dy, float *dgain, float *dbias);

  /* ---- LSTM cells: R rows; gates (R, 4H) hold i, f, g, o before their functions, and after them on return ---- */
  /* c = f * c_before + i * g, h = o * tanh(c). Each its own ld. */
  void (*lstm)(size_t R, size_t H, float *gates, size_t ldg, const float *c_before, size_t ldcb, float *c, size_t ldc,
               float *h, size_t ldh);
  /* Of dh and dc (in: of c from later steps; out: of c_before) and the activated gates: dgates (R, 4H), before their
   * functions, which may be gates itself. */
  void (*lstm_backward)(size_t R, size_t H, const float *gates, size_t ldg, const float *c_before, size_t ldcb,
                        const float *c, size_t ldc, const float *dh, size_t lddh, float *dc, size_t lddc, float *dgates,
                        size_t lddg);

  /* ---- learning ---- */
  void (*adam)(size_t n, float *w, const float *g, float *m, float *v, const struct ops_adam *a);
};

/* Whether this machine has instructions for gemm_bf16 (AVX-512 BF16). */
bool ops_bf16_is_fast(void);

extern const struct ops ops_plain;
/* The i-th that this machine can run, fastest first, `plain` last; NULL after it. */
const struct ops *ops_nth(int i);
static inline const struct ops *
ops_best(void)
{
  return ops_nth(0);
}

#endif
