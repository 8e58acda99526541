/* ops-fast: ops.h sixteen floats at a time (vector.h). The files ops-fast*.c are compiled once for each kind of machine,
 * with OPS_VERSION its name: avx512, avx2 or base; each makes one table, ops_OPS_VERSION. */
#ifndef NET_OPS_FAST_H
#define NET_OPS_FAST_H

#include "net/ops.h"

extern const struct ops ops_avx512, ops_avx2, ops_base;

#ifdef OPS_VERSION
#define FAST_JOIN(name, version) name##_##version
#define FAST_WITH(name, version) FAST_JOIN(name, version)
#define FAST(name) FAST_WITH(name, OPS_VERSION)

/* ops-fast-pack.c */
void FAST(pack)(float *packed, const float *b, size_t rs, size_t cs, size_t K, size_t N, size_t first, size_t last);
void FAST(pack_bf16)(uint32_t *packed, const float *b, size_t rs, size_t cs, size_t K, size_t N, size_t first,
                     size_t last);

/* ops-fast-bf16.c */
void FAST(gemm_bf16)(size_t M, size_t N, size_t K, const float *a, size_t lda, const uint32_t *packed, float *c,
                     size_t ldc, bool add);
void FAST(gemm_tn_bf16)(size_t M, size_t N, size_t R, const float *a, size_t lda, const float *b, size_t ldb, float *c,
                        size_t ldc, bool add, float *scratch);

/* ops-fast-product.c */
void FAST(gemm)(size_t M, size_t N, size_t K, const float *a, size_t lda, const float *packed, float *c, size_t ldc,
                bool add);
void FAST(gemm_tn)(size_t M, size_t N, size_t R, const float *a, size_t lda, const float *b, size_t ldb, float *c,
                   size_t ldc, bool add, float *scratch);

/* ops-fast-rows.c */
void FAST(add_rows)(size_t R, size_t N, const float *bias, float *y, size_t ld);
void FAST(sum_rows)(size_t R, size_t N, const float *x, size_t ld, float *sum, bool add);
void FAST(softmax)(size_t R, size_t N, float *x, size_t ld);
void FAST(softmax_backward)(size_t R, size_t N, const float *y, size_t ldy, float *dy, size_t ld);
void FAST(layernorm)(size_t R, size_t N, const float *x, const float *gain, const float *bias, float *y, float *stats);
void FAST(layernorm_backward)(size_t R, size_t N, const float *x, const float *stats, const float *gain,
                              const float *dy, float *dx);
void FAST(layernorm_gradients)(size_t R, size_t N, size_t first, size_t last, const float *x, const float *stats,
                               const float *dy, float *dgain, float *dbias);

/* ops-fast-lstm.c */
void FAST(lstm)(size_t R, size_t H, float *gates, size_t ldg, const float *c_before, size_t ldcb, float *c, size_t ldc,
                float *h, size_t ldh);
void FAST(lstm_backward)(size_t R, size_t H, const float *gates, size_t ldg, const float *c_before, size_t ldcb,
                         const float *c, size_t ldc, const float *dh, size_t lddh, float *dc, size_t lddc,
                         float *dgates, size_t lddg);
#endif

#endif
