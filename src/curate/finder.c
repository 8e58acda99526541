#include "curate/finder.h"

#include <stdlib.h>

#include "base/mem.h"

struct finder {
  const struct corpus *c;
  struct weights *weights;       /* NULL: not yet made */
  uint32_t n;                    /* samples when they were made */
};

struct finder *
finder_new(const struct corpus *c)
{
  struct finder *f = xcalloc(1, sizeof *f);

  f->c = c;
  return f;
}

void
finder_free(struct finder *f)
{
  if (!f)
    return;
  weights_free(f->weights);
  free(f);
}

/* False: it was stopped. */
static bool
weigh(struct finder *f, struct stop *stop)
{
  uint32_t n = corpus_count(f->c), *ids;
  struct weights *w;

  if (f->weights && n <= f->n + f->n / 2)
    return true;
  ids = xmalloc(((size_t)n + 1) * sizeof *ids);
  for (uint32_t i = 0; i < n; i++)
    ids[i] = i + 1;
  w = similar_weigh(f->c, ids, n, stop);
  free(ids);
  if (!w)
    return false;
  weights_free(f->weights);
  f->weights = w;
  f->n = n;
  return true;
}

size_t
finder_ask(struct finder *f, uint32_t id, size_t max, int threads, struct stop *stop, struct neighbour *out)
{
  return weigh(f, stop) ? similar_scan(f->c, f->weights, id, max, threads, stop, out) : 0;
}
