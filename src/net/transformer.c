#include "net/transformer.h"

#include <math.h>
#include <string.h>

static const struct option params[] = {TRANSFORMER_OPTIONS, {.name = NULL}};

struct transformer_size
transformer_size_of(const struct encoder_shape *s)
{
  size_t heads = (size_t)s->values[TRANSFORMER_HEADS];

  while (s->E % heads)
    heads--;
  return (struct transformer_size){(size_t)s->values[TRANSFORMER_LAYERS], heads, s->E, s->E / heads,
                                   (size_t)s->values[TRANSFORMER_FEEDFORWARD], (size_t)s->values[TRANSFORMER_POSITIONS],
                                   s->values[TRANSFORMER_POOLING] > 0,
                                   product_is_half(s, s->values[TRANSFORMER_PRECISION])};
}

static size_t
transformer_width(const struct encoder_shape *s)
{
  return s->E;
}

/* ---- parameters -------------------------------------------------------------------------------------------------- */

#define LAYER_BLOCKS 12

static struct block
weight(const char *name, size_t in, size_t out)
{
  float spread = sqrtf(6.0f / (float)(in + out));  /* Glorot and Bengio 2010 */

  return (struct block){name, in, out, INIT_UNIFORM, spread, false};
}

static struct block
vector(const char *name, size_t n, bool ones)
{
  return (struct block){name, 1, n, ones ? INIT_ONE : INIT_ZERO, 0, true};
}

static size_t
transformer_blocks(const struct encoder_shape *s, struct block *out)
{
  struct transformer_size z = transformer_size_of(s);
  size_t n = 0;

  out[n++] = (struct block){"positions", z.positions, z.d, INIT_NORMAL, 0.02f, true};
  for (size_t i = 0; i < z.layers; i++) {
    out[n++] = vector("norm1.gain", z.d, true);
    out[n++] = vector("norm1.bias", z.d, false);
    out[n++] = weight("qkv.weight", z.d, 3 * z.d);
    out[n++] = vector("qkv.bias", 3 * z.d, false);
    out[n++] = weight("out.weight", z.d, z.d);
    out[n++] = vector("out.bias", z.d, false);
    out[n++] = vector("norm2.gain", z.d, true);
    out[n++] = vector("norm2.bias", z.d, false);
    out[n++] = weight("up.weight", z.d, z.ff);
    out[n++] = vector("up.bias", z.ff, false);
    out[n++] = weight("down.weight", z.ff, z.d);
    out[n++] = vector("down.bias", z.d, false);
  }
  out[n++] = vector("norm.gain", z.d, true);
  out[n++] = vector("norm.bias", z.d, false);
  return n;
}

void
transformer_layout_of(const struct encoder_shape *s, struct transformer_layout *out)
{
  struct block blocks[ENCODER_MAX_BLOCKS];
  size_t n = transformer_blocks(s, blocks), layers = transformer_size_of(s).layers;

  out->positions = 0;
  for (size_t i = 0; i < layers; i++) {
    size_t *at = &out->layer[i].gain1;  /* the fields stand in the order of the blocks */

    for (size_t k = 0; k < LAYER_BLOCKS; k++)
      at[k] = block_offset(blocks, 1 + i * LAYER_BLOCKS + k);
  }
  out->gain = block_offset(blocks, n - 2);
  out->bias = block_offset(blocks, n - 1);
}

/* ---- packed weights ------------------------------------------------------------------------------------------------ */

/* One packed product: where its weight begins, how it is read, and its size. */
struct packing {
  size_t from, rs, cs, K, N;
};
#define PACKINGS 10

/* In the order of struct transformer_packed. */
static void
packings_of(const struct encoder_shape *s, size_t layer, struct packing *out)
{
  struct transformer_size z = transformer_size_of(s);
  struct transformer_layout at;
  const struct transformer_blocks *b = &at.layer[layer];

  transformer_layout_of(s, &at);
  const struct packing rows[PACKINGS] = {
    {b->qkv, 3 * z.d, 1, z.d, z.d}, {b->qkv + z.d, 3 * z.d, 1, z.d, 2 * z.d}, {b->out, z.d, 1, z.d, z.d},
    {b->up, z.ff, 1, z.d, z.ff}, {b->down, z.d, 1, z.ff, z.d},
    {b->qkv, 1, 3 * z.d, z.d, z.d}, {b->qkv + z.d, 1, 3 * z.d, 2 * z.d, z.d}, {b->out, 1, z.d, z.d, z.d},
    {b->up, 1, z.ff, z.ff, z.d}, {b->down, 1, z.d, z.d, z.ff},
  };

  for (size_t i = 0; i < PACKINGS; i++)
    out[i] = rows[i];
}

static size_t
used_packings(const struct encoder_shape *s)
{
  return s->training ? PACKINGS : PACKINGS / 2;
}

static size_t
packed_of_layer(const struct encoder_shape *s, size_t n)
{
  struct packing p[PACKINGS];
  bool half = transformer_size_of(s).half;
  size_t sum = 0;

  packings_of(s, 0, p);
  for (size_t i = 0; i < n; i++)
    sum += product_packed_size(half, p[i].K, p[i].N);
  return sum;
}

static size_t
transformer_packed_floats(const struct encoder_shape *s)
{
  return transformer_size_of(s).layers * packed_of_layer(s, used_packings(s));
}

struct transformer_packed
transformer_packed_of(const struct encoder_run *r, size_t layer)
{
  float *at = r->packed + layer * packed_of_layer(r->shape, used_packings(r->shape)), *p[PACKINGS];

  for (size_t i = 0; i < PACKINGS; i++)
    p[i] = at + packed_of_layer(r->shape, i < used_packings(r->shape) ? i : 0);
  return (struct transformer_packed){p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], p[8], p[9]};
}

static size_t
transformer_pack_tasks(const struct encoder_shape *s)
{
  return transformer_size_of(s).layers * used_packings(s);
}

static void
transformer_pack(const struct encoder_run *r, size_t task)
{
  size_t n = used_packings(r->shape), layer = task / n, i = task % n;
  struct packing p[PACKINGS];

  packings_of(r->shape, layer, p);
  product_pack(r->ops, transformer_size_of(r->shape).half,
               r->packed + layer * packed_of_layer(r->shape, n) + packed_of_layer(r->shape, i), r->w + p[i].from, p[i].rs,
               p[i].cs, p[i].K, p[i].N);
}

/* ---- arrays -------------------------------------------------------------------------------------------------------- */

/* Hands out stretches of the work, each on a multiple of 16 floats. at NULL: only counts. */
struct carve {
  float *at;
  size_t n;
};

static float *
carve(struct carve *c, size_t floats)
{
  float *p = c->at ? c->at + c->n : NULL;

  c->n += (floats + 15) / 16 * 16;
  return p;
}

static struct transformer_arrays
carve_layer(struct carve *c, const struct encoder_shape *s, bool narrow)
{
  struct transformer_size z = transformer_size_of(s);
  size_t T = s->max_rows, Q = narrow ? s->max_texts : T;
  struct transformer_arrays a = {.narrow = narrow};

  a.x = carve(c, T * z.d);
  a.norm1 = carve(c, T * z.d);
  a.stats1 = carve(c, T * 2);
  a.query_in = narrow ? carve(c, Q * z.d) : a.norm1;
  a.q = carve(c, Q * z.d);
  a.kv = carve(c, T * 2 * z.d);
  if (narrow || s->training)
    a.weight = carve(c, T * z.heads * (narrow ? 1 : s->max_length));
  a.context = carve(c, Q * z.d);
  a.mid = carve(c, Q * z.d);
  a.norm2 = carve(c, Q * z.d);
  a.stats2 = carve(c, Q * 2);
  a.up = carve(c, Q * z.ff);
  a.gelu = a.up;
  if (!s->training)
    return a;
  a.gelu = carve(c, Q * z.ff);
  a.d_down = carve(c, Q * z.d);
  a.d_up = carve(c, Q * z.ff);
  a.d_norm2 = carve(c, Q * z.d);
  a.d_out = carve(c, Q * z.d);
  a.d_context = carve(c, Q * z.d);
  a.d_q = carve(c, Q * z.d);
  a.d_kv = carve(c, T * 2 * z.d);
  a.d_norm1 = carve(c, T * z.d);
  a.d_mid = carve(c, Q * z.d);
  return a;
}

static struct transformer_ends
carve_ends(struct carve *c, const struct encoder_shape *s, float **last)
{
  size_t d = s->E, T = s->max_rows;
  struct transformer_ends ends = {0};

  *last = carve(c, T * d);
  ends.norm = carve(c, T * d);
  ends.stats = carve(c, T * 2);
  ends.seen = carve(c, T);
  if (s->training) {
    ends.d_norm = carve(c, T * d);
    ends.dx = carve(c, T * d);
    ends.dx_narrow = carve(c, s->max_texts * d);
  }
  return ends;
}

struct transformer_ends
transformer_ends_of(const struct encoder_run *r)
{
  float *last;

  return carve_ends(&(struct carve){r->work, 0}, r->shape, &last);
}

static bool
is_narrow(const struct transformer_size *z, size_t layer)
{
  return layer + 1 == z->layers && !z->mean;
}

static size_t
layer_floats(const struct encoder_shape *s, bool narrow)
{
  struct carve c = {NULL, 0};

  carve_layer(&c, s, narrow);
  return c.n;
}

/* Where the arrays of a layer begin. Predicting, all wide layers share theirs; a narrow one has its own, since its rows are
 * counted otherwise, and another member may still be in a wide one. */
static size_t
layer_at(const struct encoder_shape *s, size_t layer)
{
  struct transformer_size z = transformer_size_of(s);
  struct carve c = {NULL, 0};
  size_t before = s->training ? layer : layer > 0 && is_narrow(&z, layer);
  float *last;

  carve_ends(&c, s, &last);
  return c.n + before * layer_floats(s, false);
}

struct transformer_arrays
transformer_arrays_of(const struct encoder_run *r, size_t layer)
{
  const struct encoder_shape *s = r->shape;
  struct transformer_size z = transformer_size_of(s);
  struct transformer_arrays a = carve_layer(&(struct carve){r->work, layer_at(s, layer)}, s, is_narrow(&z, layer));
  float *last;

  carve_ends(&(struct carve){r->work, 0}, s, &last);
  a.next = layer + 1 == z.layers ? last : r->work + layer_at(s, layer + 1);  /* x is the first array of a layer */
  return a;
}

static size_t
transformer_work_floats(const struct encoder_shape *s)
{
  struct transformer_size z = transformer_size_of(s);

  return layer_at(s, z.layers - 1) + layer_floats(s, is_narrow(&z, z.layers - 1));
}

static size_t
max(size_t a, size_t b)
{
  return a > b ? a : b;
}

struct transformer_scratch
transformer_scratch_of(const struct encoder_shape *s, float *base)
{
  struct transformer_size z = transformer_size_of(s);
  struct carve c = {base, 0};
  struct transformer_scratch a;

  a.products = carve(&c, s->training ? OPS_SCRATCH : 0);
  a.packed = carve(&c, max(ops_packed_size(z.h, s->max_length), ops_packed_size(s->max_length, z.h)));
  a.weight = carve(&c, s->max_length * s->max_length);
  a.n = c.n;
  return a;
}

static size_t
transformer_scratch_floats(const struct encoder_shape *s)
{
  return transformer_scratch_of(s, NULL).n;
}

static size_t
transformer_min_rows(const struct encoder_shape *s)
{
  (void)s;
  return 1;
}

static double
transformer_multiply_adds(const struct encoder_shape *s, double length)
{
  struct transformer_size z = transformer_size_of(s);
  double d = (double)z.d, ff = (double)z.ff, sum = 0;

  for (size_t i = 0; i < z.layers; i++) {
    double queries = i + 1 == z.layers && !z.mean ? 1 : length;

    sum += length * 2 * d * d + queries * (2 * d * d + 2 * d * ff + 2 * length * d);
  }
  return sum;
}

size_t
transformer_part(const struct batch *b, size_t first, size_t last)
{
  size_t t = first + 1;

  while (t < last && b->start[t + 1] - b->start[first] <= TRANSFORMER_ROWS)
    t++;
  return t;
}

static void
transformer_attention(const struct encoder_run *r, const struct batch *b, float *weight)
{
  memcpy(weight, transformer_ends_of(r).seen, b->T * sizeof *weight);
}

const struct encoder encoder_transformer = {
  .name = "transformer",
  .params = params,
  .wants_start = true,
  .width = transformer_width,
  .blocks = transformer_blocks,
  .packed_floats = transformer_packed_floats,
  .work_floats = transformer_work_floats,
  .scratch_floats = transformer_scratch_floats,
  .min_rows = transformer_min_rows,
  .multiply_adds = transformer_multiply_adds,
  .pack_tasks = transformer_pack_tasks,
  .pack = transformer_pack,
  .forward = transformer_forward,
  .backward = transformer_backward,
  .gradient_tasks = transformer_gradient_tasks,
  .gradients = transformer_gradients,
  .attention = transformer_attention,
};
