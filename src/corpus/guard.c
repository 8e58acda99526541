#include "corpus/guard.h"

#include <stdlib.h>

#include "base/mem.h"
#include "corpus/neardup.h"

struct guard {
  struct neardup *equal, *near;   /* both of all test texts */
};

struct guard *
guard_new(void)
{
  struct guard *g = xcalloc(1, sizeof *g);

  g->equal = neardup_new(1);
  g->near = neardup_new(NEARDUP_THRESHOLD);
  return g;
}

struct guard *
guard_new_of(const struct corpus *c)
{
  struct guard *g = guard_new();
  uint32_t *ids = NULL;
  size_t n = 0, cap = 0;
  struct sample s;

  for (uint32_t id = 1, last = corpus_count(c); id <= last; id++)
    if (corpus_get(c, id, &s) && s.split == SPLIT_TEST) {
      GROW(ids, cap, n + 1);
      ids[n++] = id;
    }
  neardup_add_samples(g->equal, c, ids, n);
  neardup_add_samples(g->near, c, ids, n);
  free(ids);
  return g;
}

void
guard_free(struct guard *g)
{
  if (!g)
    return;
  neardup_free(g->equal);
  neardup_free(g->near);
  free(g);
}

void
guard_add(struct guard *g, const struct sample *s)
{
  neardup_add(g->equal, s->id, s->text, s->n_text, s->text2, s->n_text2);
  neardup_add(g->near, s->id, s->text, s->n_text, s->text2, s->n_text2);
}

bool
guard_stops(struct guard *g, const struct sample *s, uint32_t *of)
{
  return neardup_find(s->origin == ORIGIN_GENERATED ? g->near : g->equal, s->text, s->n_text, s->text2, s->n_text2, of,
                      NULL);
}
