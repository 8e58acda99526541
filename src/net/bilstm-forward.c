#include <string.h>

#include "net/bilstm.h"

/* Text t in step s: its gates, of which the row's own share stands where it will be kept, and its state at `h` and, when
 * predicting, at `c`. */
static void
cell(const struct encoder_run *r, const struct batch *b, size_t t, size_t d, size_t s, const struct bilstm_work *w,
     const float *share_of_h, float *h, float *c, const float *zeros)
{
  struct bilstm_sizes z = bilstm_sizes_of(r->shape);
  size_t row = bilstm_row(b, t, d, s), at_c = row * z.D + d * z.H;
  float *gates = w->gates + row * z.G + d * z.one;
  const float *before = c;

  if (r->shape->training) {
    memcpy(w->before + at_c, h, z.H * sizeof *h);
    before = s ? w->c + bilstm_row(b, t, d, s - 1) * z.D + d * z.H : zeros;
    c = w->c + at_c;
  }
  r->ops->add(z.one, share_of_h, gates);
  r->ops->lstm(1, z.H, gates, z.G, before, z.D, c, z.D, h, z.H);
  memcpy(w->h + at_c, h, z.H * sizeof *h);
}

/* Direction d, of the gates' shares of the inputs. */
static void
run_right(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, size_t d,
          const struct bilstm_work *w, const struct bilstm_states *q)
{
  struct bilstm_sizes z = bilstm_sizes_of(r->shape);
  struct bilstm_packed p = bilstm_packed_of(r->shape);
  size_t n = last - first, steps = b->start[first + 1] - b->start[first];

  memset(q->h, 0, n * z.H * sizeof *q->h);
  memset(q->c, 0, n * z.H * sizeof *q->c);
  memset(q->zeros, 0, z.H * sizeof *q->zeros);
  for (size_t s = 0; s < steps; s++) {
    n = bilstm_active(b, first, n, s);
    for (size_t k = 0; k < n; k++)
      memcpy(q->gates + k * z.one, r->packed + p.bias + d * z.one, z.one * sizeof *q->gates);
    if (s)
      product(r->ops, z.half, n, z.one, z.H, q->h, z.H, r->packed + p.state[d], q->gates, z.one, true);
    for (size_t k = 0; k < n; k++)
      cell(r, b, first + k, d, s, w, q->gates + k * z.one, q->h + k * z.H, q->c + k * z.H, q->zeros);
  }
}

static void
attend(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, const struct bilstm_work *w,
       float *out)
{
  struct bilstm_sizes z = bilstm_sizes_of(r->shape);
  const struct ops *o = r->ops;
  size_t from = b->start[first], R = b->start[last] - from;
  const float *context = r->w + bilstm_at(r->shape, BILSTM_CONTEXT);
  float *u = w->u + from * z.A;

  product(o, z.half, R, z.A, z.D, w->h + from * z.D, z.D, r->packed + bilstm_packed_of(r->shape).attention, u, z.A,
          false);
  o->add_rows(R, z.A, r->w + bilstm_at(r->shape, BILSTM_ATTENTION_BIAS), u, z.A);
  o->tanh(R * z.A, u, u);
  for (size_t t = first; t < last; t++) {
    size_t n = b->start[t + 1] - b->start[t];
    float *weight = w->weight + b->start[t];

    for (size_t row = b->start[t]; row < b->start[t + 1]; row++)
      w->weight[row] = o->dot(z.A, w->u + row * z.A, context);
    o->softmax(1, n, weight, n);
    memset(out + t * z.D, 0, z.D * sizeof *out);
    for (size_t row = b->start[t]; row < b->start[t + 1]; row++)
      o->axpy(z.D, w->weight[row], w->h + row * z.D, out + t * z.D);
  }
}

void
bilstm_forward(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, const float *x,
               float *out, float *scratch)
{
  struct bilstm_sizes z = bilstm_sizes_of(r->shape);
  struct bilstm_work w = bilstm_work_of(r->shape, r->work);
  struct bilstm_states q = bilstm_states_of(r->shape, scratch);
  size_t from = b->start[first];

  product(r->ops, z.half, b->start[last] - from, z.G, z.E, x + from * z.E, z.E,
          r->packed + bilstm_packed_of(r->shape).input, w.gates + from * z.G, z.G, false);
  for (size_t d = 0; d < 2; d++)
    run_right(r, b, first, last, d, &w, &q);
  attend(r, b, first, last, &w, out);
}
