#include "curate/order.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/mem.h"
#include "curate/similar.h"

#define PIECE 64u

/* Of text i to text j: how similar. */
struct edge {
  uint32_t to;                   /* place */
  float similarity;
};
/* A text that can be placed. */
struct spot {
  uint32_t id;
  float weight, covered;         /* weight: the root of its uncertainty */
  float worth;
  uint32_t seen;                 /* how many were placed when its worth was computed */
  uint32_t n_near;
};
struct field {
  const struct corpus *c;
  struct stop *stop;
  const float *uncertainty;      /* by id - 1 */
  const struct similar *texts, *accepted;
  struct spot *spots;            /* by place, which is the number in `texts` */
  uint32_t n;
  uint32_t *place_of;            /* by id */
  struct edge *near;             /* (n, ORDER_NEAR) the nearest of each */
  uint32_t *start;               /* (n + 1) */
  struct edge *behind;           /* behind[start[j]..start[j + 1]): those that have j among their nearest */
  uint32_t *heap;                /* places, the largest worth at the root */
  uint32_t n_heap;
  atomic_uint next;              /* piece */
};

/* ---- the field: who is near whom ---- */

static uint32_t *
ids_of(const struct corpus *c, uint32_t n, bool (*wanted)(const struct sample *s, const float *uncertainty),
       const float *uncertainty, size_t *n_ids)
{
  uint32_t *ids = xmalloc(((size_t)n + 1) * sizeof *ids);
  struct sample s;

  *n_ids = 0;
  for (uint32_t id = 1; id <= n; id++)
    if (corpus_get(c, id, &s) && wanted(&s, uncertainty))
      ids[(*n_ids)++] = id;
  return ids;
}

static bool
is_any(const struct sample *s, const float *uncertainty)
{
  (void)s;
  (void)uncertainty;
  return true;
}

static bool
is_accepted(const struct sample *s, const float *uncertainty)
{
  (void)uncertainty;
  return sample_usable(s) && s->split != SPLIT_TEST;
}

static bool
is_candidate(const struct sample *s, const float *uncertainty)
{
  return s->status == STATUS_NEW && !sample_usable(s) && s->split != SPLIT_TEST && !isnan(uncertainty[s->id - 1]);
}

static void
look_around(struct field *f, struct seeker *texts, struct seeker *accepted, struct terms *t, uint32_t place)
{
  struct spot *spot = &f->spots[place];
  struct neighbour near[ORDER_NEAR];
  struct sample s;

  corpus_get(f->c, spot->id, &s);
  terms_of(t, s.text, s.n_text, s.text2, s.n_text2);
  spot->covered = similar_find(f->accepted, accepted, t, 0, 1, near) ? near[0].similarity : 0;
  spot->n_near = (uint32_t)similar_find(f->texts, texts, t, spot->id, ORDER_NEAR, near);
  for (uint32_t k = 0; k < spot->n_near; k++)
    f->near[(size_t)place * ORDER_NEAR + k] = (struct edge){f->place_of[near[k].id], near[k].similarity};
}

static void
look_around_all(void *arg, int i, int n)
{
  struct field *f = arg;
  struct seeker *texts = seeker_new(f->texts), *accepted = seeker_new(f->accepted);
  struct terms t = {0};
  uint32_t from;

  (void)i;
  (void)n;
  while (!stop_wanted(f->stop) && (from = atomic_fetch_add(&f->next, 1) * PIECE) < f->n)
    for (uint32_t at = from; at < from + PIECE && at < f->n; at++)
      look_around(f, texts, accepted, &t, at);
  terms_release(&t);
  seeker_free(texts);
  seeker_free(accepted);
}

/* Turns the edges: from each text to those that have it among their nearest. */
static void
turn(struct field *f)
{
  uint32_t *at;

  f->start = xcalloc((size_t)f->n + 1, sizeof *f->start);
  for (uint32_t i = 0; i < f->n; i++)
    for (uint32_t k = 0; k < f->spots[i].n_near; k++)
      f->start[f->near[(size_t)i * ORDER_NEAR + k].to + 1]++;
  for (uint32_t i = 0; i < f->n; i++)
    f->start[i + 1] += f->start[i];
  f->behind = xmalloc(((size_t)f->start[f->n] + 1) * sizeof *f->behind);
  at = xmalloc(((size_t)f->n + 1) * sizeof *at);
  for (uint32_t i = 0; i < f->n; i++)
    at[i] = f->start[i];
  for (uint32_t i = 0; i < f->n; i++)
    for (uint32_t k = 0; k < f->spots[i].n_near; k++) {
      const struct edge *e = &f->near[(size_t)i * ORDER_NEAR + k];

      f->behind[at[e->to]++] = (struct edge){i, e->similarity};
    }
  free(at);
}

static void
field_fill(struct field *f, int threads)
{
  f->n = (uint32_t)similar_count(f->texts);
  f->spots = xcalloc((size_t)f->n + 1, sizeof *f->spots);
  f->near = xmalloc(((size_t)f->n + 1) * ORDER_NEAR * sizeof *f->near);
  f->place_of = xcalloc((size_t)corpus_count(f->c) + 1, sizeof *f->place_of);
  for (uint32_t i = 0; i < f->n; i++) {
    uint32_t id = similar_id(f->texts, i);

    f->spots[i] = (struct spot){.id = id, .weight = sqrtf(fmaxf(0, f->uncertainty[id - 1]))};
    f->place_of[id] = i;
  }
  pool_run(pool_threads(threads), look_around_all, f);
}

static void
field_release(struct field *f)
{
  free(f->spots);
  free(f->near);
  free(f->place_of);
  free(f->start);
  free(f->behind);
  free(f->heap);
}

/* ---- placing ---- */

static float
worth_of(const struct field *f, uint32_t place)
{
  const struct spot *spot = &f->spots[place];
  float worth = spot->weight * (1 - spot->covered);

  for (uint32_t e = f->start[place]; e < f->start[place + 1]; e++) {
    const struct spot *other = &f->spots[f->behind[e].to];
    float more = f->behind[e].similarity - other->covered;

    worth += more > 0 ? other->weight * more : 0;
  }
  return worth;
}

static void
put(struct field *f, uint32_t place)
{
  f->spots[place].covered = 1;
  for (uint32_t e = f->start[place]; e < f->start[place + 1]; e++) {
    struct spot *other = &f->spots[f->behind[e].to];

    other->covered = fmaxf(other->covered, f->behind[e].similarity);
  }
}

static bool
worth_less(const struct field *f, uint32_t a, uint32_t b)
{
  const struct spot *x = &f->spots[a], *y = &f->spots[b];

  return x->worth != y->worth ? x->worth < y->worth : x->id > y->id;
}

static void
sink(struct field *f, uint32_t i)
{
  uint32_t x = f->heap[i];

  for (uint32_t k; (k = 2 * i + 1) < f->n_heap; i = k) {
    k += k + 1 < f->n_heap && worth_less(f, f->heap[k], f->heap[k + 1]);
    if (!worth_less(f, x, f->heap[k]))
      break;
    f->heap[i] = f->heap[k];
  }
  f->heap[i] = x;
}

/* What is at the root is placed, if its worth was computed after the last one was. Returns the least worth that was
 * placed. */
static float
place_all(struct field *f, float *useful)
{
  uint32_t n = 0;
  float least = 1;

  f->heap = xmalloc(((size_t)f->n + 1) * sizeof *f->heap);
  for (uint32_t i = 0; i < f->n; i++) {
    f->spots[i].worth = worth_of(f, i);
    f->heap[i] = i;
  }
  f->n_heap = f->n;
  for (uint32_t i = f->n / 2; i-- > 0;)
    sink(f, i);
  while (f->n_heap && n < ORDER_PLACED) {
    struct spot *root = &f->spots[f->heap[0]];

    if (root->seen < n) {
      root->worth = fminf(root->worth, worth_of(f, f->heap[0]));
      root->seen = n;
    } else {
      least = root->worth;
      put(f, f->heap[0]);
      f->heap[0] = f->heap[--f->n_heap];
      n++;
    }
    sink(f, 0);
  }
  for (uint32_t i = 0; i < f->n; i++)
    useful[f->spots[i].id - 1] = f->spots[i].worth;
  return least;
}

static void
order(struct field *f, const uint32_t *ids, size_t n, int threads, float *useful)
{
  float least;

  field_fill(f, threads);
  if (!stop_wanted(f->stop)) {
    turn(f);
    least = place_all(f, useful);
    for (size_t i = 0; i < n; i++)      /* those that were not drawn */
      if (isnan(useful[ids[i] - 1]))
        useful[ids[i] - 1] = least * fminf(1, f->uncertainty[ids[i] - 1]) / 2;
  }
  field_release(f);
}

int
order_useful(const struct corpus *c, const float *uncertainty, uint32_t n, int threads, struct stop *stop,
             float *useful, struct err *e)
{
  struct field f = {.c = c, .stop = stop, .uncertainty = uncertainty};
  size_t n_all, n_accepted, n_ids;
  uint32_t *all = ids_of(c, n, is_any, NULL, &n_all), *accepted = ids_of(c, n, is_accepted, NULL, &n_accepted),
           *ids = ids_of(c, n, is_candidate, uncertainty, &n_ids);
  struct weights *w = similar_weigh(c, all, n_all, stop);
  struct similar *x = w ? similar_of_weighed(c, w, ids, n_ids, stop) : NULL,
                 *y = x ? similar_of_weighed(c, w, accepted, n_accepted, stop) : NULL;

  for (uint32_t i = 0; i < n; i++)
    useful[i] = NAN;
  f.texts = x;
  f.accepted = y;
  if (y)
    order(&f, ids, n_ids, threads, useful);
  similar_free(y);
  similar_free(x);
  weights_free(w);
  free(all);
  free(accepted);
  free(ids);
  return stop_wanted(stop) ? err_set(e, ERR_INTERRUPTED, "stopped") : 0;
}
