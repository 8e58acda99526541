#include <string.h>

#include "net/bilstm.h"

#define ATTENTION_TASKS 4

static void
attend(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, const struct bilstm_work *w,
       const float *dout)
{
  struct bilstm_sizes z = bilstm_sizes_of(r->shape);
  const struct ops *o = r->ops;
  size_t from = b->start[first], R = b->start[last] - from;
  const float *context = r->w + bilstm_at(r->shape, BILSTM_CONTEXT);

  for (size_t t = first; t < last; t++) {
    size_t n = b->start[t + 1] - b->start[t];

    for (size_t row = b->start[t]; row < b->start[t + 1]; row++)
      w->d_score[row] = o->dot(z.D, dout + t * z.D, w->h + row * z.D);
    o->softmax_backward(1, n, w->weight + b->start[t], n, w->d_score + b->start[t], n);
    for (size_t row = b->start[t]; row < b->start[t + 1]; row++) {
      float *d = w->d_u + row * z.A;

      memcpy(d, w->u + row * z.A, z.A * sizeof *d);
      o->mul(z.A, w->u + row * z.A, d);
      o->mul(z.A, context, d);
      o->scale(z.A, -w->d_score[row], d);
      o->axpy(z.A, w->d_score[row], context, d);
    }
  }
  product(o, z.half, R, z.D, z.A, w->d_u + from * z.A, z.A, r->packed + bilstm_packed_of(r->shape).attention_back,
          w->d_h + from * z.D, z.D, false);
  for (size_t t = first; t < last; t++)
    for (size_t row = b->start[t]; row < b->start[t + 1]; row++)
      o->axpy(z.D, w->weight[row], dout + t * z.D, w->d_h + row * z.D);
}

/* Of text t in step s, with what came back from the step after it. */
static void
cell(const struct encoder_run *r, const struct batch *b, size_t t, size_t d, size_t s, const struct bilstm_work *w,
     float *dh, float *dc, const float *zeros, float *d_gates)
{
  struct bilstm_sizes z = bilstm_sizes_of(r->shape);
  size_t row = bilstm_row(b, t, d, s), gate = row * z.G + d * z.one, state = row * z.D + d * z.H;
  const float *c_before = s ? w->c + bilstm_row(b, t, d, s - 1) * z.D + d * z.H : zeros;

  r->ops->add(z.H, w->d_h + state, dh);
  r->ops->lstm_backward(1, z.H, w->gates + gate, z.G, c_before, z.D, w->c + state, z.D, dh, z.H, dc, z.H, d_gates,
                        z.one);
  memcpy(w->d_gates + gate, d_gates, z.one * sizeof *d_gates);
}

static void
run_back(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, size_t d,
         const struct bilstm_work *w, const struct bilstm_states *q)
{
  struct bilstm_sizes z = bilstm_sizes_of(r->shape);
  size_t most = last - first, steps = b->start[first + 1] - b->start[first];
  const float *weights = r->packed + bilstm_packed_of(r->shape).state_back[d];

  memset(q->h, 0, most * z.H * sizeof *q->h);
  memset(q->c, 0, most * z.H * sizeof *q->c);
  memset(q->zeros, 0, z.H * sizeof *q->zeros);
  for (size_t s = steps; s-- > 0;) {
    size_t n = bilstm_active(b, first, most, s);

    for (size_t k = 0; k < n; k++)
      cell(r, b, first + k, d, s, w, q->h + k * z.H, q->c + k * z.H, q->zeros, q->gates + k * z.one);
    if (s)
      product(r->ops, z.half, n, z.H, z.one, q->gates, z.one, weights, q->h, z.H, false);
  }
}

void
bilstm_backward(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, const float *x,
                const float *dout, float *dx, float *scratch)
{
  struct bilstm_sizes z = bilstm_sizes_of(r->shape);
  struct bilstm_work w = bilstm_work_of(r->shape, r->work);
  struct bilstm_states q = bilstm_states_of(r->shape, scratch);
  size_t from = b->start[first];

  (void)x;
  attend(r, b, first, last, &w, dout);
  for (size_t d = 0; d < 2; d++)
    run_back(r, b, first, last, d, &w, &q);
  product(r->ops, z.half, b->start[last] - from, z.E, z.G, w.d_gates + from * z.G, z.G,
          r->packed + bilstm_packed_of(r->shape).input_back, dx + from * z.E, z.E, false);
}

/* ---- gradients: a task a gate and direction, then those of attention --------------------------------------------- */

size_t
bilstm_gradient_tasks(const struct encoder_shape *s)
{
  (void)s;
  return 2 * BILSTM_GATES + ATTENTION_TASKS + 1;
}

static void
gate_gradients(const struct encoder_run *r, const struct batch *b, size_t d, size_t gate, const float *x, float *scratch)
{
  struct bilstm_sizes z = bilstm_sizes_of(r->shape);
  struct bilstm_work w = bilstm_work_of(r->shape, r->work);
  size_t column = d * z.one + gate * z.H;
  const float *from = w.d_gates + column;
  float *input = r->g + bilstm_at(r->shape, BILSTM_INPUT) + column;
  float *state = r->g + bilstm_at(r->shape, BILSTM_STATE + (enum bilstm_block)d) + gate * z.H;
  float *bias = r->g + bilstm_at(r->shape, BILSTM_BIAS + (enum bilstm_block)gate) + d * z.H;

  r->ops->gemm_tn(z.E, z.H, b->T, x, z.E, from, z.G, input, z.G, false, scratch);
  r->ops->gemm_tn(z.H, z.H, b->T, w.before + d * z.H, z.D, from, z.G, state, z.one, false, scratch);
  r->ops->sum_rows(b->T, z.H, from, z.G, bias, false);
}

/* Parts 0..ATTENTION_TASKS: rows of the weight; the last: its bias and the context. */
static void
attention_gradients(const struct encoder_run *r, const struct batch *b, size_t part, float *scratch)
{
  struct bilstm_sizes z = bilstm_sizes_of(r->shape);
  struct bilstm_work w = bilstm_work_of(r->shape, r->work);
  size_t from = part * z.D / ATTENTION_TASKS, to = (part + 1) * z.D / ATTENTION_TASKS;
  float *weight = r->g + bilstm_at(r->shape, BILSTM_ATTENTION) + from * z.A;
  float *context = r->g + bilstm_at(r->shape, BILSTM_CONTEXT);

  if (part < ATTENTION_TASKS) {
    r->ops->gemm_tn(to - from, z.A, b->T, w.h + from, z.D, w.d_u, z.A, weight, z.A, false, scratch);
    return;
  }
  r->ops->sum_rows(b->T, z.A, w.d_u, z.A, r->g + bilstm_at(r->shape, BILSTM_ATTENTION_BIAS), false);
  memset(context, 0, z.A * sizeof *context);
  for (size_t row = 0; row < b->T; row++)
    r->ops->axpy(z.A, w.d_score[row], w.u + row * z.A, context);
}

void
bilstm_gradients(const struct encoder_run *r, const struct batch *b, size_t task, const float *x, const float *dout,
                 float *scratch)
{
  (void)dout;
  if (task < 2 * BILSTM_GATES)
    gate_gradients(r, b, task / BILSTM_GATES, task % BILSTM_GATES, x, scratch);
  else
    attention_gradients(r, b, task - 2 * BILSTM_GATES, scratch);
}
