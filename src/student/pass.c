/* A batch: what it is, and forward and backward through it; see network.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "student/network-inside.h"

#define HEAD_ROWS 16    /* texts of a task of the head */
#define TOKENS 64       /* of a task that makes their vectors */

static size_t
power_of_two(size_t least)
{
  size_t n = 64;

  while (n < least)
    n *= 2;
  return n;
}

static size_t
scratch_floats(const struct network *n, const struct encoder_shape *s)
{
  size_t own = n->shape.encoder->scratch_floats(s);

  return own > OPS_SCRATCH ? own : OPS_SCRATCH;
}

static void
take_plan(struct pass *p, size_t parts)
{
  struct pass_memory *m = p->memory;
  const struct pass_limits *l = &p->limits;

  m->n_slots = power_of_two(2 * l->max_rows);
  m->which = room_take(&m->room, l->max_texts, sizeof *m->which);
  m->part = room_take(&m->room, l->max_texts * parts, sizeof *m->part);
  m->place = room_take(&m->room, l->max_texts * parts, sizeof *m->place);
  m->start = room_take(&m->room, l->max_texts * parts + 1, sizeof *m->start);
  m->local = room_take(&m->room, l->max_rows, sizeof *m->local);
  m->slot = room_take(&m->room, m->n_slots, sizeof *m->slot);
  m->token = room_take(&m->room, l->max_rows, sizeof *m->token);
  m->at_start = room_take(&m->room, l->max_rows + 1, sizeof *m->at_start);
  m->at = room_take(&m->room, l->max_rows, sizeof *m->at);
  m->cut = room_take(&m->room, (size_t)m->members + 1, sizeof *m->cut);
}

static void
take_numbers(struct pass *p, const struct network *n)
{
  struct pass_memory *m = p->memory;
  const struct pass_limits *l = &p->limits;
  size_t E = n->shape.E, parts = n->shape.parts, training = n->shape.training;

  m->vector = room_take(&m->room, l->max_rows * E, sizeof(float));
  p->x = room_take(&m->room, l->max_rows * E, sizeof(float));
  p->out = room_take(&m->room, l->max_texts * parts * n->D, sizeof(float));
  p->h = room_take(&m->room, l->max_texts * n->H, sizeof(float));
  p->scores = room_take(&m->room, l->max_texts * n->shape.C, sizeof(float));
  p->dx = room_take(&m->room, training * l->max_rows * E, sizeof(float));
  m->dout = room_take(&m->room, training * l->max_texts * parts * n->D, sizeof(float));
  m->dh = room_take(&m->room, training * l->max_texts * n->H, sizeof(float));
  m->pair_token = room_take(&m->room, training * l->max_token_rows, sizeof(uint32_t));
  m->pair_slot = room_take(&m->room, training * l->max_token_rows, sizeof(uint32_t));
  m->work = room_take(&m->room, n->shape.encoder->work_floats(&m->shape), sizeof(float));
  for (int i = 0; i < m->members; i++)
    m->scratch[i] = room_take(&m->room, scratch_floats(n, &m->shape), sizeof(float));
}

struct pass *
pass_new(const struct network *n, const struct pass_limits *limits, const struct team *team)
{
  struct pass *p = xcalloc(1, sizeof *p);
  struct pass_memory *m = p->memory = xcalloc(1, sizeof *m);
  size_t parts = n->shape.parts;

  p->limits = *limits;
  m->members = team ? team_size(team) : 1;
  m->scratch = xcalloc((size_t)m->members, sizeof *m->scratch);
  m->shape = network_encoder_shape(n);
  m->min_rows = n->shape.encoder->min_rows(&m->shape);
  m->min_rows = m->min_rows ? m->min_rows : 1;
  /* Texts that are too short are filled up. */
  p->limits.max_length = limits->max_length > m->min_rows ? limits->max_length : m->min_rows;
  p->limits.max_rows = limits->max_rows + limits->max_texts * parts * m->min_rows;
  m->shape.max_texts = limits->max_texts * parts;
  m->shape.max_rows = p->limits.max_rows;
  m->shape.max_length = p->limits.max_length;
  for (int i = 0; i < 2; i++) {
    take_plan(p, parts);
    take_numbers(p, n);
    if (i == 0)
      room_make(&m->room);
  }
  p->which = m->which;
  p->part = m->part;
  p->place = m->place;
  return p;
}

void
pass_free(struct pass *p)
{
  if (!p)
    return;
  room_free(&p->memory->room);
  free(p->memory->scratch);
  free(p->memory);
  free(p);
}

size_t
pass_bytes(const struct pass *p)
{
  return p->memory->room.used_bytes;
}

/* ---- what the batch is ------------------------------------------------------------------------------------------- */

static size_t
part_length(const struct pass *p, const struct encoded *c, uint32_t part)
{
  const size_t *start = c->start + p->which[part / c->parts] * c->parts + part % c->parts;

  return start[1] - start[0];
}

/* Longest first, equals as they were given. */
static void
order_parts(struct pass *p, const struct encoded *c)
{
  struct pass_memory *m = p->memory;
  uint32_t n = (uint32_t)(p->B * c->parts);

  for (uint32_t i = 0; i < n; i++) {
    size_t length = part_length(p, c, i);
    uint32_t k = i;

    for (; k > 0 && part_length(p, c, m->part[k - 1]) < length; k--)
      m->part[k] = m->part[k - 1];
    m->part[k] = i;
  }
  for (uint32_t k = 0; k < n; k++)
    m->place[m->part[k]] = k;
}

/* The token's number in this batch. */
static uint32_t
local_of(struct pass_memory *m, uint32_t token)
{
  size_t i = hash_mix(token) & (m->n_slots - 1);

  while (m->slot[i] && m->token[m->slot[i] - 1] != token)
    i = (i + 1) & (m->n_slots - 1);
  if (!m->slot[i]) {
    m->token[m->n_tokens] = token;
    m->at_start[m->n_tokens + 1] = 0;
    m->slot[i] = ++m->n_tokens;
  }
  return m->slot[i] - 1;
}

struct dropping {
  uint64_t key, limit;   /* a draw of 32 bits below the limit drops the word */
};

static void
set_rows(struct pass *p, const struct encoded *c, const struct dropping *d)
{
  struct pass_memory *m = p->memory;
  uint32_t T = 0, n = (uint32_t)(p->B * c->parts);

  for (uint32_t k = 0; k < n; k++) {
    const size_t *start = c->start + p->which[m->part[k] / c->parts] * c->parts + m->part[k] % c->parts;

    m->start[k] = T;
    ensure(T + (start[1] - start[0]) + m->min_rows <= p->limits.max_rows && start[1] - start[0] <= p->limits.max_length);
    for (size_t i = start[0]; i < start[1]; i++, T++) {
      bool drop = d->limit && hash_mix(d->key ^ T) >> 32 < d->limit;

      m->local[T] = local_of(m, drop ? ENCODED_UNKNOWN : c->token[i]);
      m->at_start[m->local[T] + 1]++;
    }
    for (; T - m->start[k] < m->min_rows; T++)
      m->local[T] = PASS_PADDING;
  }
  m->start[n] = T;
}

/* The rows of each token, rising. */
static void
group_rows(struct pass_memory *m, uint32_t T)
{
  m->at_start[0] = 0;
  for (uint32_t u = 0; u < m->n_tokens; u++)
    m->at_start[u + 1] += m->at_start[u];
  for (uint32_t t = T; t-- > 0;)
    if (m->local[t] != PASS_PADDING)
      m->at[--m->at_start[m->local[t] + 1]] = t;
  for (uint32_t u = 0; u < m->n_tokens; u++)   /* each end went down to its start */
    m->at_start[u] = m->at_start[u + 1];
  m->at_start[m->n_tokens] = 0;
  for (uint32_t t = 0; t < T; t++)
    m->at_start[m->n_tokens] += m->local[t] != PASS_PADDING;
}

/* Shares with about as many rows each. */
static void
cut_texts(struct pass *p)
{
  struct pass_memory *m = p->memory;
  size_t k = 0;

  for (size_t i = 0; i < (size_t)m->members; i++) {
    while (k < p->batch.B && m->start[k] < p->batch.T * i / (size_t)m->members)
      k++;
    m->cut[i] = k;
  }
  m->cut[m->members] = p->batch.B;
}

void
pass_set(struct pass *p, const struct network *n, const struct encoded *c, const uint32_t *which, size_t B,
         float word_dropout, uint64_t key)
{
  struct pass_memory *m = p->memory;
  struct dropping d = {hash_mix(key), (uint64_t)((double)word_dropout * 4294967296.0)};

  (void)n;
  ensure(B > 0 && B <= p->limits.max_texts);
  p->B = B;
  memmove(m->which, which, B * sizeof *which);
  memset(m->slot, 0, m->n_slots * sizeof *m->slot);
  m->n_tokens = 0;
  m->texts = c;
  order_parts(p, c);
  set_rows(p, c, &d);
  p->batch = (struct batch){B * c->parts, m->start[B * c->parts], m->start};
  group_rows(m, (uint32_t)p->batch.T);
  cut_texts(p);
}

/* ---- forward ----------------------------------------------------------------------------------------------------- */

struct task {
  struct pass *p;
  const struct network *n;
};

static uint64_t
key_of(const struct pass *p, uint64_t use)
{
  return hash_mix(p->memory->how.key ^ hash_mix(use));
}
enum { KEY_VECTORS = 1, KEY_ENCODER, KEY_TEXT };

static void
make_vectors(void *arg, size_t task, int member)
{
  const struct task *a = arg;
  const struct pass_memory *m = a->p->memory;
  const struct encoded *c = m->texts;
  const struct ops *ops = a->n->ops;
  size_t E = a->n->shape.E;

  (void)member;
  for (size_t u = task * TOKENS; u < m->n_tokens && u < (task + 1) * TOKENS; u++) {
    size_t from = c->row_start[m->token[u]], to = c->row_start[m->token[u] + 1];
    float *v = m->vector + u * E;

    memcpy(v, a->n->w + c->row[from] * E, E * sizeof *v);
    for (size_t i = from + 1; i < to; i++)
      ops->add(E, a->n->w + c->row[i] * E, v);
    if (to - from > 1)
      ops->scale(E, 1 / (float)(to - from), v);
  }
}

/* The vectors of the tokens at rows from..to, with dropout and change. */
static void
set_x(const struct task *a, size_t from, size_t to)
{
  struct pass *p = a->p;
  const struct pass_memory *m = p->memory;
  size_t E = a->n->shape.E;

  for (size_t t = from; t < to; t++)
    if (m->local[t] == PASS_PADDING)
      memset(p->x + t * E, 0, E * sizeof *p->x);
    else
      memcpy(p->x + t * E, m->vector + m->local[t] * E, E * sizeof *p->x);
  if (m->how.dropout > 0)
    a->n->ops->dropout((to - from) * E, p->x + from * E, m->how.dropout, key_of(p, KEY_VECTORS), from * E);
  for (size_t t = from; m->how.change && t < to; t++)
    if (m->local[t] != PASS_PADDING)
      a->n->ops->add(E, m->how.change + t * E, p->x + t * E);
}

static void
forward_texts(void *arg, size_t share, int member)
{
  const struct task *a = arg;
  struct pass *p = a->p;
  const struct pass_memory *m = p->memory;

  if (m->cut[share] == m->cut[share + 1])
    return;
  set_x(a, m->start[m->cut[share]], m->start[m->cut[share + 1]]);
  a->n->shape.encoder->forward(&m->run, &p->batch, m->cut[share], m->cut[share + 1], p->x, p->out, m->scratch[member]);
}

/* h of a pair: [u, v, |u - v|, u * v]. */
static void
compare(size_t D, const float *u, const float *v, float *h)
{
  memcpy(h, u, D * sizeof *h);
  memcpy(h + D, v, D * sizeof *h);
  for (size_t i = 0; i < D; i++) {
    h[2 * D + i] = fabsf(u[i] - v[i]);
    h[3 * D + i] = u[i] * v[i];
  }
}

static void
forward_head(void *arg, size_t task, int member)
{
  const struct task *a = arg;
  const struct network *n = a->n;
  struct pass *p = a->p;
  const struct pass_memory *m = p->memory;
  size_t from = task * HEAD_ROWS, to = from + HEAD_ROWS < p->B ? from + HEAD_ROWS : p->B, C = n->shape.C, D = n->D;
  float *h = p->h + from * n->H;

  (void)member;
  for (size_t b = from; b < to; b++)
    if (n->shape.parts == 2)
      compare(D, p->out + m->place[2 * b] * D, p->out + m->place[2 * b + 1] * D, p->h + b * n->H);
    else
      memcpy(p->h + b * D, p->out + m->place[b] * D, D * sizeof *h);
  if (m->how.dropout > 0)
    n->ops->dropout((to - from) * n->H, h, m->how.dropout, key_of(p, KEY_TEXT), from * n->H);
  n->ops->gemm(to - from, C, n->H, h, n->H, n->memory->head, p->scores + from * C, C, false);
  n->ops->add_rows(to - from, C, n->w + n->bias_at, p->scores + from * C, C);
}

void
pass_forward(struct pass *p, const struct network *n, struct team *team, const struct pass_how *how)
{
  struct pass_memory *m = p->memory;
  struct task a = {p, n};

  m->how = *how;
  m->run = (struct encoder_run){.ops = n->ops, .shape = &m->shape, .w = n->w + n->encoder_at, .packed = n->packed,
                                .work = m->work, .dropout = how->dropout, .key = key_of(p, KEY_ENCODER)};
  network_share(team, (m->n_tokens + TOKENS - 1) / TOKENS, make_vectors, &a);
  network_share(team, (size_t)m->members, forward_texts, &a);
  network_share(team, (p->B + HEAD_ROWS - 1) / HEAD_ROWS, forward_head, &a);
}

bool
pass_attention(struct pass *p, const struct network *n, float *weight)
{
  if (!n->shape.encoder->attention)
    return false;
  n->shape.encoder->attention(&p->memory->run, &p->batch, weight);
  return true;
}

/* ---- backward ---------------------------------------------------------------------------------------------------- */

/* From dh of [u, v, |u - v|, u * v]. */
static void
compare_backward(size_t D, const float *u, const float *v, const float *dh, float *du, float *dv)
{
  for (size_t i = 0; i < D; i++) {
    float d = u[i] > v[i] ? dh[2 * D + i] : u[i] < v[i] ? -dh[2 * D + i] : 0;

    du[i] = dh[i] + d + v[i] * dh[3 * D + i];
    dv[i] = dh[D + i] - d + u[i] * dh[3 * D + i];
  }
}

static void
backward_head(void *arg, size_t task, int member)
{
  const struct task *a = arg;
  const struct network *n = a->n;
  struct pass *p = a->p;
  const struct pass_memory *m = p->memory;
  size_t from = task * HEAD_ROWS, to = from + HEAD_ROWS < p->B ? from + HEAD_ROWS : p->B, C = n->shape.C, D = n->D;
  float *dh = m->dh + from * n->H;

  (void)member;
  n->ops->gemm(to - from, n->H, C, m->dscores + from * C, C, n->memory->head_back, dh, n->H, false);
  if (m->how.dropout > 0)
    n->ops->dropout((to - from) * n->H, dh, m->how.dropout, key_of(p, KEY_TEXT), from * n->H);
  for (size_t b = from; b < to; b++)
    if (n->shape.parts == 2) {
      size_t u = m->place[2 * b] * D, v = m->place[2 * b + 1] * D;

      compare_backward(D, p->out + u, p->out + v, m->dh + b * n->H, m->dout + u, m->dout + v);
    } else {
      memcpy(m->dout + m->place[b] * D, m->dh + b * D, D * sizeof *dh);
    }
}

static void
backward_texts(void *arg, size_t share, int member)
{
  const struct task *a = arg;
  struct pass *p = a->p;
  const struct pass_memory *m = p->memory;

  if (m->cut[share] < m->cut[share + 1])
    a->n->shape.encoder->backward(&m->run, &p->batch, m->cut[share], m->cut[share + 1], p->x, m->dout, p->dx,
                                  m->scratch[member]);
}

void
pass_backward(struct pass *p, const struct network *n, struct team *team, const float *dscores)
{
  struct task a = {p, n};

  p->memory->dscores = dscores;
  network_share(team, (p->B + HEAD_ROWS - 1) / HEAD_ROWS, backward_head, &a);
  network_share(team, (size_t)p->memory->members, backward_texts, &a);
}
