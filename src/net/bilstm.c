/* bilstm: two LSTMs over a text, one from each end (Hochreiter and Schmidhuber 1997; Graves and Schmidhuber 2005), and what
 * they say of its tokens weighed by additive attention (Yang et al. 2016):
 *
 *   u = tanh(h W + b), weight = softmax over the text of u v, out = sum of weight h      h (2H): both directions'
 *
 * The inputs' share of all gates of both directions is one product. The rest goes step by step: as texts stand longest
 * first, step s concerns the first `active` of them, whose states lie together; of a text of n tokens the second direction
 * begins at token n - 1. What the steps leave behind is put in the order of the rows, so that gradients are products over
 * all rows of the batch, in an order that does not depend on how texts were shared out. */
#include <math.h>
#include <string.h>

#include "net/encoder-options.h"
#include "net/encoder.h"

enum param { P_HIDDEN, P_ATTENTION };

static const struct option params[] = {BILSTM_OPTIONS, {.name = NULL}};

#define GATES 4            /* in, forget, new, out */
#define ATTENTION_TASKS 4

/* One of W_STATE a direction, one of W_BIAS a gate. */
enum block_name {
  W_INPUT, W_STATE, W_BIAS = W_STATE + 2, W_ATTENTION = W_BIAS + GATES, W_ATTENTION_BIAS, W_CONTEXT, N_BLOCKS
};

struct sizes {
  size_t E, H, D, A;       /* D = 2H */
  size_t G;                /* numbers of all gates of a row: direction, gate, H */
};

static struct sizes
sizes_of(const struct encoder_shape *s)
{
  size_t H = (size_t)s->values[P_HIDDEN];

  return (struct sizes){s->E, H, 2 * H, (size_t)s->values[P_ATTENTION], 2 * GATES * H};
}

static size_t
bilstm_width(const struct encoder_shape *s)
{
  return sizes_of(s).D;
}

/* Weights are (from, to). The forget gates' bias begins at 1, so that states last (Jozefowicz et al. 2015). */
static size_t
bilstm_blocks(const struct encoder_shape *s, struct block *out)
{
  struct sizes z = sizes_of(s);
  float spread = 1 / sqrtf((float)z.H);

  out[W_INPUT] = (struct block){"lstm.input", z.E, z.G, INIT_UNIFORM, spread, false};
  out[W_STATE] = (struct block){"lstm.state.right", z.H, GATES * z.H, INIT_UNIFORM, spread, false};
  out[W_STATE + 1] = (struct block){"lstm.state.left", z.H, GATES * z.H, INIT_UNIFORM, spread, false};
  out[W_BIAS] = (struct block){"lstm.bias.in", 2, z.H, INIT_ZERO, 0, true};
  out[W_BIAS + 1] = (struct block){"lstm.bias.forget", 2, z.H, INIT_ONE, 0, true};
  out[W_BIAS + 2] = (struct block){"lstm.bias.new", 2, z.H, INIT_ZERO, 0, true};
  out[W_BIAS + 3] = (struct block){"lstm.bias.out", 2, z.H, INIT_ZERO, 0, true};
  out[W_ATTENTION] = (struct block){"attention.weight", z.D, z.A, INIT_UNIFORM, 1 / sqrtf((float)z.D), false};
  out[W_ATTENTION_BIAS] = (struct block){"attention.bias", 1, z.A, INIT_ZERO, 0, true};
  out[W_CONTEXT] = (struct block){"attention.context", 1, z.A, INIT_UNIFORM, 1 / sqrtf((float)z.A), false};
  return N_BLOCKS;
}

/* Where block i is in w and in g. */
static size_t
at(const struct encoder_shape *s, enum block_name i)
{
  struct block blocks[N_BLOCKS];

  bilstm_blocks(s, blocks);
  return block_offset(blocks, i);
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

static size_t
aligned(size_t n)
{
  return (n + 15) / 16 * 16;
}

/* Packed weights: forward, and turned for the way back; the gates' biases in the order of the gates. Where each begins; the
 * last is all. */
struct packed {
  size_t input, state[2], attention, bias, input_back, state_back[2], attention_back, n;
};

static struct packed
packed_of(const struct encoder_shape *s)
{
  struct sizes z = sizes_of(s);
  struct packed p = {0};
  size_t state = ops_packed_size(z.H, GATES * z.H), back = ops_packed_size(GATES * z.H, z.H);

  p.state[0] = ops_packed_size(z.E, z.G);
  p.state[1] = p.state[0] + state;
  p.attention = p.state[1] + state;
  p.bias = p.attention + ops_packed_size(z.D, z.A);
  p.input_back = p.bias + aligned(z.G);
  p.state_back[0] = p.input_back + ops_packed_size(z.G, z.E);
  p.state_back[1] = p.state_back[0] + back;
  p.attention_back = p.state_back[1] + back;
  p.n = s->training ? p.attention_back + ops_packed_size(z.A, z.D) : p.input_back;
  return p;
}

static size_t
bilstm_packed_floats(const struct encoder_shape *s)
{
  return packed_of(s).n;
}

/* All (T, ...). gates: before their functions; of a training, after them. */
struct work {
  float *gates;            /* (T, G) */
  float *h;                /* (T, D) */
  float *u;                /* (T, A) */
  float *weight;           /* (T) */
  /* of a training only */
  float *c;                /* (T, D) */
  float *before;           /* (T, D) h of the row before, seen in its direction */
  float *d_gates;          /* (T, G) */
  float *d_h;              /* (T, D) that attention gives */
  float *d_u;              /* (T, A) before tanh */
  float *d_score;          /* (T) */
  size_t n;
};

static struct work
work_of(const struct encoder_shape *s, float *base)
{
  struct sizes z = sizes_of(s);
  size_t T = s->max_rows;
  struct work w = {0};
  struct {
    float **to;
    size_t width;
  } all[] = {{&w.gates, z.G}, {&w.h, z.D}, {&w.u, z.A}, {&w.weight, 1},
             {&w.c, z.D}, {&w.before, z.D}, {&w.d_gates, z.G}, {&w.d_h, z.D}, {&w.d_u, z.A}, {&w.d_score, 1}};

  for (size_t i = 0; i < (s->training ? sizeof all / sizeof *all : 4); i++) {
    *all[i].to = base ? base + w.n : NULL;
    w.n += aligned(T * all[i].width);
  }
  return w;
}

static size_t
bilstm_work_floats(const struct encoder_shape *s)
{
  return work_of(s, NULL).n;
}

/* What goes from step to step: gates of the active texts (texts, 4H), and two states (texts, H); a row of zeros. */
struct states {
  float *gates, *h, *c, *zeros;
  size_t n;
};

static struct states
states_of(const struct encoder_shape *s, float *base)
{
  size_t H = sizes_of(s).H, B = s->max_texts, one = aligned(B * H);

  return (struct states){base, base + GATES * one, base + (GATES + 1) * one, base + (GATES + 2) * one,
                         (GATES + 2) * one + aligned(H)};
}

static size_t
bilstm_scratch_floats(const struct encoder_shape *s)
{
  size_t H = sizes_of(s).H, B = s->max_texts, n = (GATES + 2) * aligned(B * H) + aligned(H);

  return s->training && n < OPS_SCRATCH ? OPS_SCRATCH : n;
}

static size_t
one_row(const struct encoder_shape *s)
{
  (void)s;
  return 1;
}

static double
bilstm_multiply_adds(const struct encoder_shape *s, double length)
{
  struct sizes z = sizes_of(s);

  return length * (double)(z.G * z.E + z.G * z.H + z.D * z.A + z.A + z.D);
}

/* ---- packing ----------------------------------------------------------------------------------------------------- */

enum pack_task { PACK_INPUT, PACK_STATE, PACK_ATTENTION = PACK_STATE + 2, PACK_BIAS, N_PACK_TASKS };

static size_t
bilstm_pack_tasks(const struct encoder_shape *s)
{
  (void)s;
  return N_PACK_TASKS;
}

/* Weights w (K, N) to both ends. */
static void
pack_both(const struct encoder_run *r, enum block_name block, size_t K, size_t N, size_t there, size_t back)
{
  const float *w = r->w + at(r->shape, block);

  r->ops->pack(r->packed + there, w, N, 1, K, N, 0, SIZE_MAX);
  if (r->shape->training)
    r->ops->pack(r->packed + back, w, 1, N, N, K, 0, SIZE_MAX);
}

static void
bilstm_pack(const struct encoder_run *r, size_t task)
{
  struct sizes z = sizes_of(r->shape);
  struct packed p = packed_of(r->shape);
  size_t which = task - PACK_STATE;

  switch (task) {
  case PACK_INPUT:
    pack_both(r, W_INPUT, z.E, z.G, p.input, p.input_back);
    return;
  case PACK_ATTENTION:
    pack_both(r, W_ATTENTION, z.D, z.A, p.attention, p.attention_back);
    return;
  case PACK_BIAS:
    for (size_t i = 0; i < 2 * GATES; i++)
      memcpy(r->packed + p.bias + i * z.H, r->w + at(r->shape, W_BIAS + (enum block_name)(i % GATES)) + i / GATES * z.H,
             z.H * sizeof(float));
    return;
  default:
    pack_both(r, W_STATE + (enum block_name)which, z.H, GATES * z.H, p.state[which], p.state_back[which]);
  }
}

/* ---- forward ----------------------------------------------------------------------------------------------------- */

/* Row of text t that direction d comes to in step s. */
static size_t
row_of(const struct batch *b, size_t t, size_t d, size_t s)
{
  return d ? b->start[t + 1] - 1 - s : b->start[t] + s;
}

/* Texts of [first, last) that have more than s rows: the first so many, at most `most`. */
static size_t
active(const struct batch *b, size_t first, size_t most, size_t s)
{
  while (most && b->start[first + most] - b->start[first + most - 1] <= s)
    most--;
  return most;
}

/* Text t in step s: its gates, of which the row's own share stands where it will be kept, and its state at `h` and, when
 * predicting, at `c`. */
static void
cell(const struct encoder_run *r, const struct batch *b, size_t t, size_t d, size_t s, const struct work *w,
     const float *share_of_h, float *h, float *c, const float *zeros)
{
  struct sizes z = sizes_of(r->shape);
  size_t row = row_of(b, t, d, s), at_c = row * z.D + d * z.H;
  float *gates = w->gates + row * z.G + d * GATES * z.H;
  const float *before = c;

  if (r->shape->training) {
    memcpy(w->before + at_c, h, z.H * sizeof *h);
    before = s ? w->c + row_of(b, t, d, s - 1) * z.D + d * z.H : zeros;
    c = w->c + at_c;
  }
  r->ops->add(GATES * z.H, share_of_h, gates);
  r->ops->lstm(1, z.H, gates, z.G, before, z.D, c, z.D, h, z.H);
  memcpy(w->h + at_c, h, z.H * sizeof *h);
}

/* Direction d, of the gates' shares of the inputs. */
static void
run_right(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, size_t d, const struct work *w,
          const struct states *q)
{
  size_t H = sizes_of(r->shape).H, n = last - first, steps = b->start[first + 1] - b->start[first];
  struct packed p = packed_of(r->shape);

  memset(q->h, 0, n * H * sizeof *q->h);
  memset(q->c, 0, n * H * sizeof *q->c);
  memset(q->zeros, 0, H * sizeof *q->zeros);
  for (size_t s = 0; s < steps; s++) {
    n = active(b, first, n, s);
    for (size_t k = 0; k < n; k++)
      memcpy(q->gates + k * GATES * H, r->packed + p.bias + d * GATES * H, GATES * H * sizeof(float));
    if (s)
      r->ops->gemm(n, GATES * H, H, q->h, H, r->packed + p.state[d], q->gates, GATES * H, true);
    for (size_t k = 0; k < n; k++)
      cell(r, b, first + k, d, s, w, q->gates + k * GATES * H, q->h + k * H, q->c + k * H, q->zeros);
  }
}

static void
attend(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, const struct work *w, float *out)
{
  struct sizes z = sizes_of(r->shape);
  const struct ops *o = r->ops;
  size_t from = b->start[first], R = b->start[last] - from;
  const float *context = r->w + at(r->shape, W_CONTEXT);
  float *u = w->u + from * z.A;

  o->gemm(R, z.A, z.D, w->h + from * z.D, z.D, r->packed + packed_of(r->shape).attention, u, z.A, false);
  o->add_rows(R, z.A, r->w + at(r->shape, W_ATTENTION_BIAS), u, z.A);
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

static void
bilstm_forward(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, const float *x, float *out,
               float *scratch)
{
  struct sizes z = sizes_of(r->shape);
  struct work w = work_of(r->shape, r->work);
  struct states q = states_of(r->shape, scratch);
  size_t from = b->start[first];

  r->ops->gemm(b->start[last] - from, z.G, z.E, x + from * z.E, z.E, r->packed + packed_of(r->shape).input,
               w.gates + from * z.G, z.G, false);
  for (size_t d = 0; d < 2; d++)
    run_right(r, b, first, last, d, &w, &q);
  attend(r, b, first, last, &w, out);
}

/* ---- backward ---------------------------------------------------------------------------------------------------- */

static void
attend_backward(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, const struct work *w,
                const float *dout)
{
  struct sizes z = sizes_of(r->shape);
  const struct ops *o = r->ops;
  size_t from = b->start[first], R = b->start[last] - from;
  const float *context = r->w + at(r->shape, W_CONTEXT);

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
  o->gemm(R, z.D, z.A, w->d_u + from * z.A, z.A, r->packed + packed_of(r->shape).attention_back, w->d_h + from * z.D, z.D,
          false);
  for (size_t t = first; t < last; t++)
    for (size_t row = b->start[t]; row < b->start[t + 1]; row++)
      o->axpy(z.D, w->weight[row], dout + t * z.D, w->d_h + row * z.D);
}

/* Of text t in step s, with what came back from the step after it. */
static void
cell_backward(const struct encoder_run *r, const struct batch *b, size_t t, size_t d, size_t s, const struct work *w,
              float *dh, float *dc, const float *zeros, float *d_gates)
{
  struct sizes z = sizes_of(r->shape);
  size_t row = row_of(b, t, d, s), gate = row * z.G + d * GATES * z.H, cell = row * z.D + d * z.H;
  const float *c_before = s ? w->c + row_of(b, t, d, s - 1) * z.D + d * z.H : zeros;

  r->ops->add(z.H, w->d_h + cell, dh);
  r->ops->lstm_backward(1, z.H, w->gates + gate, z.G, c_before, z.D, w->c + cell, z.D, dh, z.H, dc, z.H, d_gates,
                        GATES * z.H);
  memcpy(w->d_gates + gate, d_gates, GATES * z.H * sizeof *d_gates);
}

static void
run_back(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, size_t d, const struct work *w,
         const struct states *q)
{
  size_t H = sizes_of(r->shape).H, most = last - first, steps = b->start[first + 1] - b->start[first];
  const float *weights = r->packed + packed_of(r->shape).state_back[d];

  memset(q->h, 0, most * H * sizeof *q->h);
  memset(q->c, 0, most * H * sizeof *q->c);
  memset(q->zeros, 0, H * sizeof *q->zeros);
  for (size_t s = steps; s-- > 0;) {
    size_t n = active(b, first, most, s);

    for (size_t k = 0; k < n; k++)
      cell_backward(r, b, first + k, d, s, w, q->h + k * H, q->c + k * H, q->zeros, q->gates + k * GATES * H);
    if (s)
      r->ops->gemm(n, H, GATES * H, q->gates, GATES * H, weights, q->h, H, false);
  }
}

static void
bilstm_backward(const struct encoder_run *r, const struct batch *b, size_t first, size_t last, const float *x,
                const float *dout, float *dx, float *scratch)
{
  struct sizes z = sizes_of(r->shape);
  struct work w = work_of(r->shape, r->work);
  struct states q = states_of(r->shape, scratch);
  size_t from = b->start[first];

  (void)x;
  attend_backward(r, b, first, last, &w, dout);
  for (size_t d = 0; d < 2; d++)
    run_back(r, b, first, last, d, &w, &q);
  r->ops->gemm(b->start[last] - from, z.E, z.G, w.d_gates + from * z.G, z.G, r->packed + packed_of(r->shape).input_back,
               dx + from * z.E, z.E, false);
}

/* ---- gradients: a task a gate and direction, then those of attention --------------------------------------------- */

static size_t
bilstm_gradient_tasks(const struct encoder_shape *s)
{
  (void)s;
  return 2 * GATES + ATTENTION_TASKS + 1;
}

static void
gate_gradients(const struct encoder_run *r, const struct batch *b, size_t d, size_t gate, const float *x, float *scratch)
{
  struct sizes z = sizes_of(r->shape);
  struct work w = work_of(r->shape, r->work);
  const struct ops *o = r->ops;
  const float *from = w.d_gates + (d * GATES + gate) * z.H;

  o->gemm_tn(z.E, z.H, b->T, x, z.E, from, z.G, r->g + at(r->shape, W_INPUT) + (d * GATES + gate) * z.H, z.G, false,
             scratch);
  o->gemm_tn(z.H, z.H, b->T, w.before + d * z.H, z.D, from, z.G,
             r->g + at(r->shape, W_STATE + (enum block_name)d) + gate * z.H, GATES * z.H, false, scratch);
  o->sum_rows(b->T, z.H, from, z.G, r->g + at(r->shape, W_BIAS + (enum block_name)gate) + d * z.H, false);
}

static void
attention_gradients(const struct encoder_run *r, const struct batch *b, size_t part, float *scratch)
{
  struct sizes z = sizes_of(r->shape);
  struct work w = work_of(r->shape, r->work);
  size_t from = part * z.D / ATTENTION_TASKS, to = (part + 1) * z.D / ATTENTION_TASKS;
  float *context = r->g + at(r->shape, W_CONTEXT);

  if (part < ATTENTION_TASKS) {
    r->ops->gemm_tn(to - from, z.A, b->T, w.h + from, z.D, w.d_u, z.A, r->g + at(r->shape, W_ATTENTION) + from * z.A, z.A,
                    false, scratch);
    return;
  }
  r->ops->sum_rows(b->T, z.A, w.d_u, z.A, r->g + at(r->shape, W_ATTENTION_BIAS), false);
  memset(context, 0, z.A * sizeof *context);
  for (size_t row = 0; row < b->T; row++)
    r->ops->axpy(z.A, w.d_score[row], w.u + row * z.A, context);
}

static void
bilstm_gradients(const struct encoder_run *r, const struct batch *b, size_t task, const float *x, const float *dout,
                 float *scratch)
{
  (void)dout;
  if (task < 2 * GATES)
    gate_gradients(r, b, task / GATES, task % GATES, x, scratch);
  else
    attention_gradients(r, b, task - 2 * GATES, scratch);
}

static void
bilstm_attention(const struct encoder_run *r, const struct batch *b, float *weight)
{
  memcpy(weight, work_of(r->shape, r->work).weight, b->T * sizeof *weight);
}

const struct encoder encoder_bilstm = {
  .name = "bilstm",
  .params = params,
  .width = bilstm_width,
  .blocks = bilstm_blocks,
  .packed_floats = bilstm_packed_floats,
  .work_floats = bilstm_work_floats,
  .scratch_floats = bilstm_scratch_floats,
  .min_rows = one_row,
  .multiply_adds = bilstm_multiply_adds,
  .pack_tasks = bilstm_pack_tasks,
  .pack = bilstm_pack,
  .forward = bilstm_forward,
  .backward = bilstm_backward,
  .gradient_tasks = bilstm_gradient_tasks,
  .gradients = bilstm_gradients,
  .attention = bilstm_attention,
};
