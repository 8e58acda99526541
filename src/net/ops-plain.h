/* ops-plain: the functions of the table `ops_plain` that stand in a file of their own; see ops.h for what they do. */
#ifndef NET_OPS_PLAIN_H
#define NET_OPS_PLAIN_H

#include "net/ops.h"

/* ops-plain-bf16.c */
void plain_pack_bf16(uint32_t *packed, const float *b, size_t rs, size_t cs, size_t K, size_t N, size_t first,
                     size_t last);
void plain_gemm_bf16(size_t M, size_t N, size_t K, const float *a, size_t lda, const uint32_t *packed, float *c,
                     size_t ldc, bool add);
void plain_gemm_tn_bf16(size_t M, size_t N, size_t R, const float *a, size_t lda, const float *b, size_t ldb, float *c,
                        size_t ldc, bool add, float *scratch);

/* ops-plain-rows.c */
void plain_add_rows(size_t R, size_t N, const float *bias, float *y, size_t ld);
void plain_sum_rows(size_t R, size_t N, const float *x, size_t ld, float *sum, bool add);
void plain_softmax(size_t R, size_t N, float *x, size_t ld);
void plain_softmax_backward(size_t R, size_t N, const float *y, size_t ldy, float *dy, size_t ld);
void plain_layernorm(size_t R, size_t N, const float *x, const float *gain, const float *bias, float *y, float *stats);
void plain_layernorm_backward(size_t R, size_t N, const float *x, const float *stats, const float *gain,
                              const float *dy, float *dx);
void plain_layernorm_gradients(size_t R, size_t N, size_t first, size_t last, const float *x, const float *stats,
                               const float *dy, float *dgain, float *dbias);
void plain_lstm(size_t R, size_t H, float *gates, size_t ldg, const float *c_before, size_t ldcb, float *c, size_t ldc,
                float *h, size_t ldh);
void plain_lstm_backward(size_t R, size_t H, const float *gates, size_t ldg, const float *c_before, size_t ldcb,
                         const float *c, size_t ldc, const float *dh, size_t lddh, float *dc, size_t lddc,
                         float *dgates, size_t lddg);

#endif
