/* transformer: inside of the transformer encoder, shared by its files: transformer.c (the row, parameters, packing),
 * transformer-forward.c, transformer-backward.c.
 *
 * Pre-norm (Xiong et al. 2020), from nothing, positions learned:
 *   x0 = x + position
 *   each layer: x' = x + drop(attention(norm1(x)) Wo + bo),  x'' = x' + drop(gelu(norm2(x') Wu + bu) Wd + bd)
 *   out = norm(x'') of the start token (pooling first), or its mean over the text (pooling mean)
 *
 * With pooling `first` nobody reads the other rows of the last layer: there only their keys and values are computed, and
 * query, attention, output and feed-forward of the first row alone. Such a layer is `narrow`: its arrays of queries have
 * a row a text; those of other layers a row a token. */
#ifndef NET_TRANSFORMER_H
#define NET_TRANSFORMER_H

#include "net/encoder-options.h"
#include "net/product.h"

enum { TRANSFORMER_LAYERS, TRANSFORMER_HEADS, TRANSFORMER_FEEDFORWARD, TRANSFORMER_POOLING, TRANSFORMER_POSITIONS,
       TRANSFORMER_PRECISION, TRANSFORMER_N_PARAMS };

struct transformer_size {
  size_t layers, heads, d, h, ff;  /* h: width of a head */
  size_t positions;
  bool mean, half;                 /* pooling; precision */
};
struct transformer_size transformer_size_of(const struct encoder_shape *s);

/* Offsets of a layer's blocks in the parameters; weights are (in, out). q, k, v stand side by side: (d, 3d). */
struct transformer_blocks {
  size_t gain1, bias1, qkv, qkv_bias, out, out_bias, gain2, bias2, up, up_bias, down, down_bias;
};
struct transformer_layout {
  size_t positions, gain, bias;  /* of the last norm */
  struct transformer_blocks layer[TRANSFORMER_MAX_LAYERS];
};
void transformer_layout_of(const struct encoder_shape *s, struct transformer_layout *out);

/* Packed weights of a layer; those with _t are transposed, for the way back. */
struct transformer_packed {
  float *q, *kv, *out, *up, *down, *q_t, *kv_t, *out_t, *up_t, *down_t;
};
struct transformer_packed transformer_packed_of(const struct encoder_run *r, size_t layer);

/* Arrays of a layer, rows as said above. */
struct transformer_arrays {
  float *x;                      /* (T, d) what comes in */
  float *norm1, *stats1;         /* (T, d), (T, 2) */
  float *query_in;               /* rows of norm1 that ask: norm1, or (B, d) in a narrow layer */
  float *q, *kv;                 /* (queries, d), (T, 2d) */
  float *weight;                 /* attention, (queries, length) for each text and head: transformer_weight. NULL in a wide
                                  * layer that only predicts: it lives in scratch for a moment */
  float *context;                /* (queries, d) */
  float *mid;                    /* (queries, d) x' */
  float *norm2, *stats2;
  float *up, *gelu;              /* (queries, ff) */
  float *next;                   /* (queries, d) x'' */
  /* going back: gradients of the same things */
  float *d_down, *d_up, *d_norm2, *d_out, *d_context, *d_q, *d_kv, *d_norm1, *d_mid;
  bool narrow;
};
struct transformer_arrays transformer_arrays_of(const struct encoder_run *r, size_t layer);
static inline float *
transformer_weight(const struct encoder_run *r, const struct batch *b, const struct transformer_arrays *a, size_t heads,
                   size_t t, size_t head)
{
  size_t at = b->start[t], length = b->start[t + 1] - at;

  return a->weight + (at * heads + head * length) * (a->narrow ? 1 : r->shape->max_length);
}
/* What stands outside of the layers. */
struct transformer_ends {
  float *norm, *stats, *d_norm;  /* of the last norm: (queries of the last layer, d) */
  float *seen;                   /* (T) how much the last layer looked at each row, all its queries and heads together */
  float *dx, *dx_narrow;         /* (T, d), (B, d): of what comes into a layer, on the way back; at its end of x0 */
};
struct transformer_ends transformer_ends_of(const struct encoder_run *r);

/* Rows of texts [first, last): of tokens and of queries. */
struct transformer_rows {
  size_t at, n, query_at, n_queries;
};
static inline struct transformer_rows
transformer_rows_of(const struct batch *b, size_t first, size_t last, bool narrow)
{
  size_t at = b->start[first], n = b->start[last] - at;

  return (struct transformer_rows){at, n, narrow ? first : at, narrow ? last - first : n};
}
/* Scratch: what gemm_tn needs (training), then a packed matrix of a head, then weights of a head or their gradients. */
struct transformer_scratch {
  float *products, *packed, *weight;
  size_t n;
};
struct transformer_scratch transformer_scratch_of(const struct encoder_shape *s, float *base);
/* Texts are taken a few at a time, so that what lies between two products is still near. Returns the end of such a
 * part of [first, last). */
#define TRANSFORMER_ROWS 128
size_t transformer_part(const struct batch *b, size_t first, size_t last);
/* The chance of site 0 (after attention) or 1 (after feed-forward). */
static inline uint64_t
transformer_key(const struct encoder_run *r, size_t layer, int site)
{
  return r->key ^ (layer * 2 + (size_t)site + 1) * 0x9e3779b97f4a7c15u;
}

void transformer_forward(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, const float *x,
                         float *out, float *scratch);
void transformer_backward(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, const float *x,
                          const float *dout, float *dx, float *scratch);
size_t transformer_gradient_tasks(const struct encoder_shape *s);
void transformer_gradients(const struct encoder_run *r, const struct batch *b, size_t task, const float *x,
                           const float *dout, float *scratch);

#endif
