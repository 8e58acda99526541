/* similar_best: the most similar of the texts that are shown to it, few of them: a heap with the least at its root.
 * Life: best_of, best_add..., best_take. Threads: one user. */
#ifndef CURATE_SIMILAR_BEST_H
#define CURATE_SIMILAR_BEST_H

#include <stdlib.h>

#include "curate/similar.h"

#define SIMILAR_MOST 64u         /* asked for at once */

struct best {
  struct neighbour v[SIMILAR_MOST];
  size_t n, max;
};

static inline struct best
best_of(size_t max)
{
  struct best b;

  b.n = 0;
  b.max = max < SIMILAR_MOST ? max : SIMILAR_MOST;
  return b;
}

/* Of equal ones the lower number is the better. */
static inline bool
best_worse(struct neighbour a, struct neighbour b)
{
  return a.similarity != b.similarity ? a.similarity < b.similarity : a.id > b.id;
}

static inline void
best_sink(struct best *b, size_t i)
{
  for (size_t k; (k = 2 * i + 1) < b->n; i = k) {
    struct neighbour x = b->v[i];

    k += k + 1 < b->n && best_worse(b->v[k + 1], b->v[k]);
    if (!best_worse(b->v[k], x))
      return;
    b->v[i] = b->v[k];
    b->v[k] = x;
  }
}

static inline void
best_add(struct best *b, uint32_t id, float similarity)
{
  struct neighbour x = {id, similarity};

  if (!(similarity > 0) || !b->max)
    return;
  if (b->n < b->max) {
    size_t i = b->n++;

    for (; i > 0 && best_worse(x, b->v[(i - 1) / 2]); i = (i - 1) / 2)
      b->v[i] = b->v[(i - 1) / 2];
    b->v[i] = x;
  } else if (best_worse(b->v[0], x)) {
    b->v[0] = x;
    best_sink(b, 0);
  }
}

static inline int
best_compare(const void *a, const void *b)
{
  return best_worse(*(const struct neighbour *)a, *(const struct neighbour *)b) ? 1 : -1;
}

/* The best first; returns how many. */
static inline size_t
best_take(struct best *b, struct neighbour *out)
{
  for (size_t i = 0; i < b->n; i++)
    out[i] = b->v[i];
  qsort(out, b->n, sizeof *out, best_compare);
  return b->n;
}

#endif
