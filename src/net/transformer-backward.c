#include <math.h>
#include <string.h>

#include "net/transformer.h"

struct pass {
  const struct encoder_run *r;
  const struct batch *b;
  struct transformer_size z;
  struct transformer_layout at;
  struct transformer_ends ends;
  size_t first, last;
  struct transformer_scratch scratch;
};

/* Of what comes out of the last layer: into dx, or dx_narrow. */
static void
unpool(const struct pass *p, const struct transformer_arrays *a, struct transformer_rows rows, const float *dout)
{
  const struct encoder_run *r = p->r;
  size_t d = p->z.d, query = rows.query_at * d;
  float *dx = (a->narrow ? p->ends.dx_narrow : p->ends.dx) + query;

  for (size_t t = p->first; t < p->last; t++) {
    size_t at = p->b->start[t], n = a->narrow ? 1 : p->b->start[t + 1] - at;
    float *d_norm = p->ends.d_norm + (a->narrow ? t : at) * d;

    for (size_t i = 0; i < n; i++) {
      memcpy(d_norm + i * d, dout + t * d, d * sizeof *d_norm);
      r->ops->scale(d, 1 / (float)n, d_norm + i * d);
    }
  }
  memset(dx, 0, rows.n_queries * d * sizeof *dx);
  r->ops->layernorm_backward(rows.n_queries, d, a->next + query, p->ends.stats + rows.query_at * 2, r->w + p->at.gain,
                             p->ends.d_norm + query, dx);
}

/* d_branch = drop(d), of queries. */
static void
into_branch(const struct pass *p, size_t layer, int site, struct transformer_rows rows, const float *d, float *d_branch)
{
  const struct encoder_run *r = p->r;
  size_t at = rows.query_at * p->z.d, n = rows.n_queries * p->z.d;

  memcpy(d_branch + at, d + at, n * sizeof *d_branch);
  if (r->dropout > 0)
    r->ops->dropout(n, d_branch + at, r->dropout, transformer_key(r, layer, site), at);
}

/* From d, of what comes out of the layer, to d_mid, of x'. */
static void
forward_half(const struct pass *p, size_t layer, const struct transformer_arrays *a, struct transformer_rows rows,
             const float *d_next)
{
  const struct ops *o = p->r->ops;
  struct transformer_packed w = transformer_packed_of(p->r, layer);
  size_t d = p->z.d, ff = p->z.ff, n = rows.n_queries, query = rows.query_at * d, up = rows.query_at * ff;

  into_branch(p, layer, 1, rows, d_next, a->d_down);
  product(o, p->z.half, n, ff, d, a->d_down + query, d, w.down_t, a->d_up + up, ff, false);
  o->gelu_backward(n * ff, a->up + up, a->d_up + up, a->d_up + up);
  product(o, p->z.half, n, d, ff, a->d_up + up, ff, w.up_t, a->d_norm2 + query, d, false);
  memcpy(a->d_mid + query, d_next + query, n * d * sizeof *a->d_mid);
  o->layernorm_backward(n, d, a->mid + query, a->stats2 + rows.query_at * 2, p->r->w + p->at.layer[layer].gain2,
                        a->d_norm2 + query, a->d_mid + query);
}

/* One head of a text: what its attention gives back to q, k and v. */
static void
attend(const struct pass *p, const struct transformer_arrays *a, size_t t, size_t head)
{
  const struct ops *o = p->r->ops;
  size_t d = p->z.d, h = p->z.h, at = p->b->start[t], length = p->b->start[t + 1] - at;
  size_t query = (a->narrow ? t : at) * d + head * h, key = at * 2 * d + head * h, Q = a->narrow ? 1 : length;
  const float *weight = transformer_weight(p->r, p->b, a, p->z.heads, t, head);
  float *packed = p->scratch.packed, *dw = p->scratch.weight;

  o->pack(packed, a->kv + key + d, 1, 2 * d, h, length, 0, SIZE_MAX);
  o->gemm(Q, length, h, a->d_context + query, d, packed, dw, length, false);
  o->gemm_tn(length, h, Q, weight, length, a->d_context + query, d, a->d_kv + key + d, 2 * d, false, p->scratch.products);
  o->softmax_backward(Q, length, weight, length, dw, length);
  o->scale(Q * length, 1 / sqrtf((float)h), dw);
  o->pack(packed, a->kv + key, 2 * d, 1, length, h, 0, SIZE_MAX);
  o->gemm(Q, h, length, dw, length, packed, a->d_q + query, d, false);
  o->gemm_tn(length, h, Q, dw, length, a->q + query, d, a->d_kv + key, 2 * d, false, p->scratch.products);
}

/* Adds rows of queries of a narrow layer to the first rows of the texts. */
static void
add_first(const struct pass *p, const float *narrow, float *rows)
{
  for (size_t t = p->first; t < p->last; t++)
    p->r->ops->add(p->z.d, narrow + t * p->z.d, rows + p->b->start[t] * p->z.d);
}

/* From d_mid to dx, of what came into the layer. */
static void
attention_half(const struct pass *p, size_t layer, const struct transformer_arrays *a, struct transformer_rows rows)
{
  const struct ops *o = p->r->ops;
  struct transformer_packed w = transformer_packed_of(p->r, layer);
  size_t d = p->z.d, query = rows.query_at * d, row = rows.at * d;
  float *dx = p->ends.dx;

  into_branch(p, layer, 0, rows, a->d_mid, a->d_out);
  product(o, p->z.half, rows.n_queries, d, d, a->d_out + query, d, w.out_t, a->d_context + query, d, false);
  for (size_t t = p->first; t < p->last; t++)
    for (size_t i = 0; i < p->z.heads; i++)
      attend(p, a, t, i);
  product(o, p->z.half, rows.n, d, 2 * d, a->d_kv + row * 2, 2 * d, w.kv_t, a->d_norm1 + row, d, false);
  if (a->narrow) {
    memset(dx + row, 0, rows.n * d * sizeof *dx);
    add_first(p, a->d_mid, dx);
    /* dx_narrow has been read: it takes the gradient of the rows that asked */
    product(o, p->z.half, rows.n_queries, d, d, a->d_q + query, d, w.q_t, p->ends.dx_narrow + query, d, false);
    add_first(p, p->ends.dx_narrow, a->d_norm1);
  } else {
    product(o, p->z.half, rows.n, d, d, a->d_q + row, d, w.q_t, a->d_norm1 + row, d, true);
    memcpy(dx + row, a->d_mid + row, rows.n * d * sizeof *dx);
  }
  o->layernorm_backward(rows.n, d, a->x + row, a->stats1 + rows.at * 2, p->r->w + p->at.layer[layer].gain1,
                        a->d_norm1 + row, dx + row);
}

void
transformer_backward(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, const float *x,
                     const float *dout, float *dx, float *scratch)
{
  struct pass p = {.r = r, .b = b, .z = transformer_size_of(r->shape), .ends = transformer_ends_of(r),
                   .scratch = transformer_scratch_of(r->shape, scratch)};

  (void)x;
  transformer_layout_of(r->shape, &p.at);
  for (p.first = first; p.first < last; p.first = p.last) {
    p.last = transformer_part(b, p.first, last);
    for (size_t i = p.z.layers; i-- > 0;) {
      struct transformer_arrays a = transformer_arrays_of(r, i);
      struct transformer_rows rows = transformer_rows_of(b, p.first, p.last, a.narrow);

      if (i + 1 == p.z.layers)
        unpool(&p, &a, rows, dout);
      forward_half(&p, i, &a, rows, a.narrow ? p.ends.dx_narrow : p.ends.dx);
      attention_half(&p, i, &a, rows);
    }
  }
  memcpy(dx + b->start[first] * p.z.d, p.ends.dx + b->start[first] * p.z.d,
         (b->start[last] - b->start[first]) * p.z.d * sizeof *dx);
}

/* ---- gradients of the parameters ----------------------------------------------------------------------------------- */

#define TASK_SIDE 128  /* a task makes so many rows and columns of a weight's gradient */
#define PRODUCTS 5

/* The gradient of one weight (M, N) at `at`, its rows ld apart: the sum over R rows of a (M) times b (N); of its bias:
 * of b. */
struct product {
  size_t M, N, ld, at, bias, R;
  const float *a, *b;
};

static void
products_of(const struct encoder_run *r, const struct batch *b, size_t layer, struct product *out)
{
  struct transformer_size z = transformer_size_of(r->shape);
  struct transformer_layout layout;
  const struct transformer_blocks *at = &layout.layer[layer];
  struct transformer_arrays a = transformer_arrays_of(r, layer);
  size_t Q = a.narrow ? b->B : b->T;

  transformer_layout_of(r->shape, &layout);
  out[0] = (struct product){z.d, z.d, 3 * z.d, at->qkv, at->qkv_bias, Q, a.query_in, a.d_q};
  out[1] = (struct product){z.d, 2 * z.d, 3 * z.d, at->qkv + z.d, at->qkv_bias + z.d, b->T, a.norm1, a.d_kv};
  out[2] = (struct product){z.d, z.d, z.d, at->out, at->out_bias, Q, a.context, a.d_out};
  out[3] = (struct product){z.d, z.ff, z.ff, at->up, at->up_bias, Q, a.norm2, a.d_up};
  out[4] = (struct product){z.ff, z.d, z.d, at->down, at->down_bias, Q, a.gelu, a.d_down};
}

static size_t
sides(size_t n)
{
  return (n + TASK_SIDE - 1) / TASK_SIDE;
}

static size_t
tasks_of_layer(const struct encoder_shape *s)
{
  struct transformer_size z = transformer_size_of(s);

  return sides(z.d) * (2 * sides(z.d) + sides(2 * z.d) + 2 * sides(z.ff));
}

/* After the products: of each layer one of its two norms; then the last norm and the positions. */
size_t
transformer_gradient_tasks(const struct encoder_shape *s)
{
  return transformer_size_of(s).layers * (tasks_of_layer(s) + 1) + 2;
}

static void
make_product(const struct encoder_run *r, const struct product *p, size_t task, float *scratch)
{
  size_t m = task % sides(p->M) * TASK_SIDE, n = task / sides(p->M) * TASK_SIDE;
  size_t M = p->M - m < TASK_SIDE ? p->M - m : TASK_SIDE, N = p->N - n < TASK_SIDE ? p->N - n : TASK_SIDE;

  r->ops->gemm_tn(M, N, p->R, p->a + m, p->M, p->b + n, p->N, r->g + p->at + m * p->ld + n, p->ld, false, scratch);
  if (m == 0)
    r->ops->sum_rows(p->R, N, p->b + n, p->N, r->g + p->bias + n, false);
}

static void
norm_gradients(const struct encoder_run *r, size_t R, const float *x, const float *stats, const float *dy, size_t gain,
               size_t bias)
{
  size_t d = r->shape->E;

  memset(r->g + gain, 0, d * sizeof *r->g);
  memset(r->g + bias, 0, d * sizeof *r->g);
  r->ops->layernorm_gradients(R, d, 0, d, x, stats, dy, r->g + gain, r->g + bias);
}

static void
position_gradients(const struct encoder_run *r, const struct batch *b)
{
  struct transformer_ends ends = transformer_ends_of(r);
  size_t d = r->shape->E, positions = transformer_size_of(r->shape).positions;
  float *last = r->g + (positions - 1) * d;

  memset(r->g, 0, positions * d * sizeof *r->g);
  for (size_t t = 0; t < b->B; t++) {
    size_t n = b->start[t + 1] - b->start[t], apart = n < positions ? n : positions;
    const float *rows = ends.dx + b->start[t] * d;

    r->ops->add(apart * d, rows, r->g);
    r->ops->sum_rows(n - apart, d, rows + apart * d, d, last, true);
  }
}

void
transformer_gradients(const struct encoder_run *r, const struct batch *b, size_t task, const float *x, const float *dout,
                      float *scratch)
{
  const struct encoder_shape *s = r->shape;
  size_t layers = transformer_size_of(s).layers, in_layers = layers * tasks_of_layer(s);
  struct transformer_layout at;
  struct transformer_arrays a;
  struct transformer_ends ends = transformer_ends_of(r);

  (void)x;
  (void)dout;
  transformer_layout_of(s, &at);
  if (task < in_layers) {
    struct product p[PRODUCTS];
    size_t i = 0, rest = task % tasks_of_layer(s);

    products_of(r, b, task / tasks_of_layer(s), p);
    while (rest >= sides(p[i].M) * sides(p[i].N)) {
      rest -= sides(p[i].M) * sides(p[i].N);
      i++;
    }
    make_product(r, &p[i], rest, scratch);
  } else if (task < in_layers + layers) {
    const struct transformer_blocks *l = &at.layer[task - in_layers];

    a = transformer_arrays_of(r, task - in_layers);
    norm_gradients(r, b->T, a.x, a.stats1, a.d_norm1, l->gain1, l->bias1);
    norm_gradients(r, a.narrow ? b->B : b->T, a.mid, a.stats2, a.d_norm2, l->gain2, l->bias2);
  } else if (task == in_layers + layers) {
    a = transformer_arrays_of(r, layers - 1);
    norm_gradients(r, a.narrow ? b->B : b->T, a.next, ends.stats, ends.d_norm, at.gain, at.bias);
  } else {
    position_gradients(r, b);
  }
}
