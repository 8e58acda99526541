/* Adam (Kingma and Ba 2015) with decoupled decay (Loshchilov and Hutter 2019); see network.h. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "student/network-inside.h"

#define ROWS 64         /* of the table, of a task */
#define NUMBERS 8192    /* of encoder and head, of a task */

/* A stretch of w that one task steps. */
struct stretch {
  size_t at, n;
  bool decay;
};

struct adam_memory {
  struct room room;
  struct stretch *stretches;
  size_t n, cap;
};

static void
add_stretches(struct adam_memory *m, size_t at, size_t n, bool decay)
{
  for (size_t from = 0; from < n; from += NUMBERS) {
    GROW(m->stretches, m->cap, m->n + 1);
    m->stretches[m->n++] = (struct stretch){at + from, n - from < NUMBERS ? n - from : NUMBERS, decay};
  }
}

struct adam *
adam_new(const struct network *n)
{
  struct adam *a = xcalloc(1, sizeof *a);
  struct adam_memory *m = a->memory = xcalloc(1, sizeof *m);

  for (int i = 0; i < 2; i++) {
    a->m = room_take(&m->room, n->n, sizeof *a->m);
    a->v = room_take(&m->room, n->n, sizeof *a->v);
    if (i == 0)
      room_make(&m->room);
  }
  for (size_t b = 0; b < n->n_blocks; b++)
    add_stretches(m, n->encoder_at + block_offset(n->blocks, b), n->blocks[b].rows * n->blocks[b].columns,
                  !n->blocks[b].no_decay);
  add_stretches(m, n->weight_at, n->H * n->shape.C, true);
  add_stretches(m, n->bias_at, n->shape.C, false);
  return a;
}

void
adam_free(struct adam *a)
{
  if (!a)
    return;
  room_free(&a->memory->room);
  free(a->memory->stretches);
  free(a->memory);
  free(a);
}

struct work {
  struct adam *a;
  struct network *n;
  const struct gradients *g;
  struct ops_adam decayed, plain;
};

static void
adam_task(void *arg, size_t task, int member)
{
  const struct work *k = arg;
  const struct stretch *s = &k->a->memory->stretches[task];
  size_t from, E = k->n->shape.E;

  (void)member;
  if (task < k->a->memory->n) {
    k->n->ops->adam(s->n, k->n->w + s->at, k->g->g + s->at - k->n->encoder_at, k->a->m + s->at, k->a->v + s->at,
                    s->decay ? &k->decayed : &k->plain);
    return;
  }
  from = (task - k->a->memory->n) * ROWS;
  for (size_t i = from; i < k->g->n_rows && i < from + ROWS; i++) {
    size_t at = k->g->row[i] * E;

    k->n->ops->adam(E, k->n->w + at, k->g->rows + i * E, k->a->m + at, k->a->v + at, &k->decayed);
  }
}

double
adam_step(struct adam *a, struct network *n, struct team *team, struct gradients *g, const struct adam_rates *r)
{
  double length = gradients_norm(g, n, team), t = (double)++a->steps;
  double first = 1 - pow(r->beta1, t), second = sqrt(1 - pow(r->beta2, t));
  struct work k = {.a = a, .n = n, .g = g};

  k.plain = (struct ops_adam){.rate = (float)(r->rate * second / first), .beta1 = (float)r->beta1,
                              .beta2 = (float)r->beta2, .epsilon = (float)(r->epsilon * second),
                              .scale = r->clip > 0 && length > r->clip ? (float)(r->clip / length) : 1};
  k.decayed = k.plain;
  k.decayed.decay = (float)(r->rate * r->decay);
  network_share(team, a->memory->n + (g->n_rows + ROWS - 1) / ROWS, adam_task, &k);
  return length;
}
