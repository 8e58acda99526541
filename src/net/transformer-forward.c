#include <math.h>
#include <string.h>

#include "net/transformer.h"

/* What one pass over a part of the texts goes by. */
struct pass {
  const struct encoder_run *r;
  const struct batch *b;
  struct transformer_size z;
  struct transformer_layout at;
  size_t first, last;
  struct transformer_scratch scratch;
};

static void
add_positions(const struct pass *p, const float *x, float *x0)
{
  size_t d = p->z.d;
  const float *positions = p->r->w + p->at.positions;

  for (size_t t = p->first; t < p->last; t++) {
    size_t at = p->b->start[t] * d, n = p->b->start[t + 1] - p->b->start[t];
    size_t apart = n < p->z.positions ? n : p->z.positions;

    memcpy(x0 + at, x + at, n * d * sizeof *x0);
    p->r->ops->add(apart * d, positions, x0 + at);
    p->r->ops->add_rows(n - apart, d, positions + (p->z.positions - 1) * d, x0 + at + apart * d, d);
  }
}

/* y = a W + b */
static void
dense(const struct encoder_run *r, size_t M, size_t N, size_t K, const float *a, const float *packed, const float *bias,
      float *y)
{
  product(r->ops, transformer_size_of(r->shape).half, M, N, K, a, K, packed, y, N, false);
  r->ops->add_rows(M, N, bias, y, N);
}

/* One head of a text with one query: no matrix is worth packing. */
static void
attend_once(const struct pass *p, const float *q, const float *kv, size_t length, float *weight, float *context)
{
  const struct ops *o = p->r->ops;
  size_t d = p->z.d, h = p->z.h;

  for (size_t j = 0; j < length; j++)
    weight[j] = o->dot(h, q, kv + j * 2 * d) / sqrtf((float)h);
  o->softmax(1, length, weight, length);
  memset(context, 0, h * sizeof *context);
  for (size_t j = 0; j < length; j++)
    o->axpy(h, weight[j], kv + j * 2 * d + d, context);
}

static void
attend_all(const struct pass *p, const float *q, const float *kv, size_t length, float *weight, float *context)
{
  const struct ops *o = p->r->ops;
  size_t d = p->z.d, h = p->z.h;

  o->pack(p->scratch.packed, kv, 1, 2 * d, h, length, 0, SIZE_MAX);
  o->gemm(length, length, h, q, d, p->scratch.packed, weight, length, false);
  o->scale(length * length, 1 / sqrtf((float)h), weight);
  o->softmax(length, length, weight, length);
  o->pack(p->scratch.packed, kv + d, 2 * d, 1, length, h, 0, SIZE_MAX);
  o->gemm(length, h, length, weight, length, p->scratch.packed, context, d, false);
}

/* seen: of the text's rows, what one head's queries thought of them is added. NULL: nobody asks. */
static void
attend(const struct pass *p, const struct transformer_arrays *a, size_t t, size_t head, float *seen)
{
  size_t d = p->z.d, h = p->z.h, at = p->b->start[t], length = p->b->start[t + 1] - at, queries = a->narrow ? 1 : length;
  size_t query = (a->narrow ? t : at) * d + head * h, key = at * 2 * d + head * h;
  float *weight = a->weight ? transformer_weight(p->r, p->b, a, p->z.heads, t, head) : p->scratch.weight;

  (a->narrow ? attend_once : attend_all)(p, a->q + query, a->kv + key, length, weight, a->context + query);
  if (seen)
    p->r->ops->sum_rows(queries, length, weight, length, seen, head > 0);
}

static void
attention(const struct pass *p, const struct transformer_arrays *a, bool last_layer)
{
  for (size_t t = p->first; t < p->last; t++) {
    size_t at = p->b->start[t], length = p->b->start[t + 1] - at, queries = a->narrow ? 1 : length;
    float *seen = last_layer ? transformer_ends_of(p->r).seen + at : NULL;

    for (size_t i = 0; i < p->z.heads; i++)
      attend(p, a, t, i, seen);
    if (seen)
      p->r->ops->scale(length, 1 / (float)(p->z.heads * queries), seen);
  }
}

/* y = drop(y) + x, of queries; x has a row a query. */
static void
add_branch(const struct pass *p, size_t layer, int site, struct transformer_rows rows, const float *x, float *y)
{
  const struct encoder_run *r = p->r;
  size_t at = rows.query_at * p->z.d, n = rows.n_queries * p->z.d;

  if (r->dropout > 0)
    r->ops->dropout(n, y + at, r->dropout, transformer_key(r, layer, site), at);
  r->ops->add(n, x + at, y + at);
}

/* Rows of the start tokens, one a text. */
static void
take_first(const struct pass *p, const float *rows, float *out)
{
  for (size_t t = p->first; t < p->last; t++)
    memcpy(out + t * p->z.d, rows + p->b->start[t] * p->z.d, p->z.d * sizeof *out);
}

static void
attention_half(const struct pass *p, size_t layer, const struct transformer_arrays *a, struct transformer_rows rows)
{
  const struct encoder_run *r = p->r;
  const struct transformer_blocks *at = &p->at.layer[layer];
  struct transformer_packed w = transformer_packed_of(r, layer);
  size_t d = p->z.d, row = rows.at * d, query = rows.query_at * d;

  r->ops->layernorm(rows.n, d, a->x + row, r->w + at->gain1, r->w + at->bias1, a->norm1 + row, a->stats1 + rows.at * 2);
  if (a->narrow)
    take_first(p, a->norm1, a->query_in);
  dense(r, rows.n_queries, d, d, a->query_in + query, w.q, r->w + at->qkv_bias, a->q + query);
  dense(r, rows.n, 2 * d, d, a->norm1 + row, w.kv, r->w + at->qkv_bias + d, a->kv + row * 2);
  attention(p, a, layer + 1 == p->z.layers);
  dense(r, rows.n_queries, d, d, a->context + query, w.out, r->w + at->out_bias, a->mid + query);
  if (a->narrow)
    take_first(p, a->x, a->norm2);  /* for a moment */
  add_branch(p, layer, 0, rows, a->narrow ? a->norm2 : a->x, a->mid);
}

static void
forward_half(const struct pass *p, size_t layer, const struct transformer_arrays *a, struct transformer_rows rows)
{
  const struct encoder_run *r = p->r;
  const struct transformer_blocks *at = &p->at.layer[layer];
  struct transformer_packed w = transformer_packed_of(r, layer);
  size_t d = p->z.d, ff = p->z.ff, query = rows.query_at * d, up = rows.query_at * ff;

  r->ops->layernorm(rows.n_queries, d, a->mid + query, r->w + at->gain2, r->w + at->bias2, a->norm2 + query,
                    a->stats2 + rows.query_at * 2);
  dense(r, rows.n_queries, ff, d, a->norm2 + query, w.up, r->w + at->up_bias, a->up + up);
  r->ops->gelu(rows.n_queries * ff, a->up + up, a->gelu + up);
  dense(r, rows.n_queries, d, ff, a->gelu + up, w.down, r->w + at->down_bias, a->next + query);
  add_branch(p, layer, 1, rows, a->mid, a->next);
}

static void
pool(const struct pass *p, const struct transformer_arrays *last, struct transformer_rows rows, float *out)
{
  const struct encoder_run *r = p->r;
  struct transformer_ends ends = transformer_ends_of(r);
  size_t d = p->z.d, query = rows.query_at * d;

  r->ops->layernorm(rows.n_queries, d, last->next + query, r->w + p->at.gain, r->w + p->at.bias, ends.norm + query,
                    ends.stats + rows.query_at * 2);
  for (size_t t = p->first; t < p->last; t++) {
    size_t at = p->b->start[t], n = p->b->start[t + 1] - at;

    if (last->narrow) {
      memcpy(out + t * d, ends.norm + t * d, d * sizeof *out);
      continue;
    }
    r->ops->sum_rows(n, d, ends.norm + at * d, d, out + t * d, false);
    r->ops->scale(d, 1 / (float)n, out + t * d);
  }
}

void
transformer_forward(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, const float *x,
                    float *out, float *scratch)
{
  struct pass p = {.r = r, .b = b, .z = transformer_size_of(r->shape),
                   .scratch = transformer_scratch_of(r->shape, scratch)};

  transformer_layout_of(r->shape, &p.at);
  for (p.first = first; p.first < last; p.first = p.last) {
    struct transformer_arrays a = transformer_arrays_of(r, 0);

    p.last = transformer_part(b, p.first, last);
    add_positions(&p, x, a.x);
    for (size_t i = 0; i < p.z.layers; i++) {
      struct transformer_rows rows;

      a = transformer_arrays_of(r, i);
      rows = transformer_rows_of(b, p.first, p.last, a.narrow);
      attention_half(&p, i, &a, rows);
      forward_half(&p, i, &a, rows);
    }
    pool(&p, &a, transformer_rows_of(b, p.first, p.last, a.narrow), out);
  }
}
