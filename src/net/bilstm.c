#include "net/bilstm.h"

#include <math.h>
#include <string.h>

#include "net/encoder-options.h"

enum param { P_HIDDEN, P_ATTENTION, P_PRECISION };

static const struct option params[] = {BILSTM_OPTIONS, {.name = NULL}};

struct bilstm_sizes
bilstm_sizes_of(const struct encoder_shape *s)
{
  size_t H = (size_t)s->values[P_HIDDEN];

  return (struct bilstm_sizes){.E = s->E, .H = H, .D = 2 * H, .A = (size_t)s->values[P_ATTENTION],
                               .half = product_is_half(s, s->values[P_PRECISION]), .one = BILSTM_GATES * H,
                               .G = 2 * BILSTM_GATES * H};
}

static size_t
bilstm_width(const struct encoder_shape *s)
{
  return bilstm_sizes_of(s).D;
}

/* Weights are (from, to). The forget gates' bias begins at 1, so that states last (Jozefowicz et al. 2015). */
static size_t
bilstm_blocks(const struct encoder_shape *s, struct block *out)
{
  struct bilstm_sizes z = bilstm_sizes_of(s);
  float spread = 1 / sqrtf((float)z.H);

  out[BILSTM_INPUT] = (struct block){"lstm.input", z.E, z.G, INIT_UNIFORM, spread, false};
  out[BILSTM_STATE] = (struct block){"lstm.state.right", z.H, z.one, INIT_UNIFORM, spread, false};
  out[BILSTM_STATE + 1] = (struct block){"lstm.state.left", z.H, z.one, INIT_UNIFORM, spread, false};
  out[BILSTM_BIAS] = (struct block){"lstm.bias.in", 2, z.H, INIT_ZERO, 0, true};
  out[BILSTM_BIAS + 1] = (struct block){"lstm.bias.forget", 2, z.H, INIT_ONE, 0, true};
  out[BILSTM_BIAS + 2] = (struct block){"lstm.bias.new", 2, z.H, INIT_ZERO, 0, true};
  out[BILSTM_BIAS + 3] = (struct block){"lstm.bias.out", 2, z.H, INIT_ZERO, 0, true};
  out[BILSTM_ATTENTION] = (struct block){"attention.weight", z.D, z.A, INIT_UNIFORM, 1 / sqrtf((float)z.D), false};
  out[BILSTM_ATTENTION_BIAS] = (struct block){"attention.bias", 1, z.A, INIT_ZERO, 0, true};
  out[BILSTM_CONTEXT] = (struct block){"attention.context", 1, z.A, INIT_UNIFORM, 1 / sqrtf((float)z.A), false};
  return BILSTM_N_BLOCKS;
}

size_t
bilstm_at(const struct encoder_shape *s, enum bilstm_block i)
{
  struct block blocks[BILSTM_N_BLOCKS];

  bilstm_blocks(s, blocks);
  return block_offset(blocks, i);
}

/* ---- memory ------------------------------------------------------------------------------------------------------ */

static size_t
aligned(size_t n)
{
  return (n + 15) / 16 * 16;
}

struct bilstm_packed
bilstm_packed_of(const struct encoder_shape *s)
{
  struct bilstm_sizes z = bilstm_sizes_of(s);
  struct bilstm_packed p = {0};
  size_t state = product_packed_size(z.half, z.H, z.one), back = product_packed_size(z.half, z.one, z.H);

  p.state[0] = product_packed_size(z.half, z.E, z.G);
  p.state[1] = p.state[0] + state;
  p.attention = p.state[1] + state;
  p.bias = p.attention + product_packed_size(z.half, z.D, z.A);
  p.input_back = p.bias + aligned(z.G);
  p.state_back[0] = p.input_back + product_packed_size(z.half, z.G, z.E);
  p.state_back[1] = p.state_back[0] + back;
  p.attention_back = p.state_back[1] + back;
  p.n = s->training ? p.attention_back + product_packed_size(z.half, z.A, z.D) : p.input_back;
  return p;
}

static size_t
bilstm_packed_floats(const struct encoder_shape *s)
{
  return bilstm_packed_of(s).n;
}

struct bilstm_work
bilstm_work_of(const struct encoder_shape *s, float *base)
{
  struct bilstm_sizes z = bilstm_sizes_of(s);
  size_t T = s->max_rows;
  struct bilstm_work w = {0};
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
  return bilstm_work_of(s, NULL).n;
}

struct bilstm_states
bilstm_states_of(const struct encoder_shape *s, float *base)
{
  size_t H = bilstm_sizes_of(s).H, B = s->max_texts, one = aligned(B * H);

  return (struct bilstm_states){base, base + BILSTM_GATES * one, base + (BILSTM_GATES + 1) * one,
                                base + (BILSTM_GATES + 2) * one, (BILSTM_GATES + 2) * one + aligned(H)};
}

static size_t
bilstm_scratch_floats(const struct encoder_shape *s)
{
  size_t H = bilstm_sizes_of(s).H, B = s->max_texts, n = (BILSTM_GATES + 2) * aligned(B * H) + aligned(H);

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
  struct bilstm_sizes z = bilstm_sizes_of(s);

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
pack_both(const struct encoder_run *r, enum bilstm_block block, size_t K, size_t N, size_t there, size_t back)
{
  const float *w = r->w + bilstm_at(r->shape, block);
  bool half = bilstm_sizes_of(r->shape).half;

  product_pack(r->ops, half, r->packed + there, w, N, 1, K, N);
  if (r->shape->training)
    product_pack(r->ops, half, r->packed + back, w, 1, N, N, K);
}

static void
bilstm_pack(const struct encoder_run *r, size_t task)
{
  struct bilstm_sizes z = bilstm_sizes_of(r->shape);
  struct bilstm_packed p = bilstm_packed_of(r->shape);
  size_t which = task - PACK_STATE;

  switch (task) {
  case PACK_INPUT:
    pack_both(r, BILSTM_INPUT, z.E, z.G, p.input, p.input_back);
    return;
  case PACK_ATTENTION:
    pack_both(r, BILSTM_ATTENTION, z.D, z.A, p.attention, p.attention_back);
    return;
  case PACK_BIAS:
    for (size_t i = 0; i < 2 * BILSTM_GATES; i++) {
      enum bilstm_block gate = BILSTM_BIAS + (enum bilstm_block)(i % BILSTM_GATES);

      const float *from = r->w + bilstm_at(r->shape, gate) + i / BILSTM_GATES * z.H;

      memcpy(r->packed + p.bias + i * z.H, from, z.H * sizeof *from);
    }
    return;
  default:
    pack_both(r, BILSTM_STATE + (enum bilstm_block)which, z.H, z.one, p.state[which], p.state_back[which]);
  }
}

static void
bilstm_attention(const struct encoder_run *r, const struct batch *b, float *weight)
{
  memcpy(weight, bilstm_work_of(r->shape, r->work).weight, b->T * sizeof *weight);
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
