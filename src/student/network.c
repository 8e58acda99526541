#include "student/network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "student/network-inside.h"

void
network_share(struct team *team, size_t n_tasks, void (*work)(void *, size_t, int), void *arg)
{
  if (team) {
    team_run(team, n_tasks, work, arg);
    return;
  }
  for (size_t i = 0; i < n_tasks; i++)
    work(arg, i, 0);
}

struct encoder_shape
network_encoder_shape(const struct network *n)
{
  return (struct encoder_shape){.E = n->shape.E, .values = n->shape.values, .training = n->shape.training};
}

static size_t
rounded(size_t floats)
{
  return (floats + 15) / 16 * 16;
}

static void
lay_out(struct network *n, const struct encoder_shape *s)
{
  const struct network_shape *shape = &n->shape;

  n->n_blocks = shape->encoder->blocks(s, n->blocks);
  n->D = shape->encoder->width(s);
  n->H = shape->parts == 2 ? 4 * n->D : n->D;
  n->encoder_at = rounded(shape->n_rows * shape->E);
  n->weight_at = n->encoder_at + block_offset(n->blocks, n->n_blocks);
  n->bias_at = n->weight_at + rounded(n->H * shape->C);
  n->n = n->bias_at + rounded(shape->C);
}

size_t
network_size(const struct network_shape *shape, size_t *encoder_at)
{
  struct network n = {.shape = *shape};
  struct encoder_shape s = network_encoder_shape(&n);

  lay_out(&n, &s);
  *encoder_at = n.encoder_at;
  return n.n;
}

static void
take_memory(struct network *n, const struct encoder_shape *s)
{
  struct network_memory *m = n->memory;

  n->w = room_take(&m->room, n->n, sizeof *n->w);
  n->packed = room_take(&m->room, n->shape.encoder->packed_floats(s), sizeof *n->packed);
  m->head = room_take(&m->room, ops_packed_size(n->H, n->shape.C), sizeof *m->head);
  m->head_back = room_take(&m->room, n->shape.training ? ops_packed_size(n->shape.C, n->H) : 0, sizeof *m->head_back);
}

struct network *
network_new(const struct network_shape *shape)
{
  struct network *n = xcalloc(1, sizeof *n);
  struct encoder_shape s;

  n->shape = *shape;
  n->ops = ops_best();
  n->memory = xcalloc(1, sizeof *n->memory);
  s = network_encoder_shape(n);
  lay_out(n, &s);
  take_memory(n, &s);
  room_make(&n->memory->room);
  take_memory(n, &s);
  return n;
}

void
network_free(struct network *n)
{
  if (!n)
    return;
  room_free(&n->memory->room);
  free(n->memory);
  free(n);
}

/* ---- first parameters -------------------------------------------------------------------------------------------- */

static void
begin_block(float *w, const struct block *b, uint64_t seed)
{
  struct rng r;

  rng_seed(&r, seed);
  for (size_t i = 0; i < b->rows * b->columns; i++)
    switch (b->init) {
    case INIT_ZERO: w[i] = 0; break;
    case INIT_ONE: w[i] = 1; break;
    case INIT_NORMAL: w[i] = b->spread * (float)rng_normal(&r); break;
    case INIT_UNIFORM: w[i] = b->spread * (float)(2 * rng_unit(&r) - 1); break;
    }
}

void
network_begin(struct network *n, const bool *met, float spread, uint64_t seed)
{
  size_t E = n->shape.E;
  struct block row = {.rows = 1, .columns = E, .init = INIT_NORMAL, .spread = spread};
  struct block weight = {.rows = n->H, .columns = n->shape.C, .init = INIT_UNIFORM, .spread = 1 / sqrtf((float)n->H)};

  memset(n->w, 0, n->n * sizeof *n->w);
  for (uint32_t k = 0; k < n->shape.n_rows; k++)
    if (met[k] && k != TOKEN_PAD)
      begin_block(n->w + k * E, &row, hash_mix(seed ^ hash_mix(k)));
  for (size_t i = 0; i < n->n_blocks; i++)
    begin_block(n->w + n->encoder_at + block_offset(n->blocks, i), &n->blocks[i], hash_mix(seed + 1 + i));
  begin_block(n->w + n->weight_at, &weight, hash_mix(seed));
}

/* ---- packing ----------------------------------------------------------------------------------------------------- */

struct packing {
  struct network *n;
  struct encoder_shape shape;
  struct encoder_run run;
  size_t n_tasks;          /* of the encoder; after them the head's */
};

static void
pack_task(void *arg, size_t task, int member)
{
  struct packing *p = arg;
  struct network *n = p->n;
  size_t H = n->H, C = n->shape.C;

  (void)member;
  if (task < p->n_tasks)
    n->shape.encoder->pack(&p->run, task);
  else if (task == p->n_tasks)
    n->ops->pack(n->memory->head, n->w + n->weight_at, C, 1, H, C, 0, SIZE_MAX);
  else
    n->ops->pack(n->memory->head_back, n->w + n->weight_at, 1, C, C, H, 0, SIZE_MAX);
}

void
network_pack(struct network *n, struct team *team)
{
  struct packing p = {.n = n, .shape = network_encoder_shape(n)};

  p.run = (struct encoder_run){.ops = n->ops, .shape = &p.shape, .w = n->w + n->encoder_at, .packed = n->packed};
  p.n_tasks = n->shape.encoder->pack_tasks(&p.shape);
  network_share(team, p.n_tasks + (n->shape.training ? 2 : 1), pack_task, &p);
}
