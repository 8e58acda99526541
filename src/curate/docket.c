#include "curate/docket.h"

#include <stdlib.h>

#include "base/mem.h"
#include "corpus/guard.h"
#include "corpus/neardup.h"
#include "curate/crossval.h"

static enum crossval_use
use_of(const struct sample *s, enum task task, struct guard *guard)
{
  if (s->split != SPLIT_TRAIN || (s->n_labels == 0 && task != TASK_MULTILABEL))
    return CROSSVAL_ASK;
  return s->status == STATUS_REJECTED || guard_stops(guard, s, NULL) ? CROSSVAL_JUDGE : CROSSVAL_LEARN;
}

/* place[id]: where a sample stands in the docket. */
static void
group_alike(const struct corpus *c, struct docket *d, const uint32_t *place)
{
  struct neardup_pair *pairs;
  size_t n = neardup_among(c, d->ids, d->n, NULL, 0, NEARDUP_THRESHOLD, &pairs);

  for (size_t i = 0; i < d->n; i++)
    d->group[i] = (uint32_t)i;
  for (size_t i = 0; i < n; i++)
    d->group[place[pairs[i].id]] = place[pairs[i].of];
  free(pairs);
}

void
docket_fill(const struct corpus *c, struct docket *d)
{
  uint32_t count = corpus_count(c), *place = xmalloc(((size_t)count + 1) * sizeof *place);
  struct guard *guard = guard_new_of(c);
  struct sample s;

  *d = (struct docket){.ids = xmalloc(((size_t)count + 1) * sizeof *d->ids), .x = xmalloc(((size_t)count + 1) * sizeof *d->x),
                       .uses = xmalloc((size_t)count + 1), .group = xmalloc(((size_t)count + 1) * sizeof *d->group)};
  for (uint32_t id = 1; id <= count; id++) {
    if (!corpus_get(c, id, &s) || s.split == SPLIT_TEST)
      continue;
    d->ids[d->n] = id;
    d->x[d->n] = (struct example){.text = s.text, .text2 = s.text2, .labels = s.labels, .n_labels = (uint16_t)s.n_labels};
    d->uses[d->n] = (uint8_t)use_of(&s, corpus_task(c), guard);
    d->n_judged += d->uses[d->n] != CROSSVAL_ASK;
    place[id] = (uint32_t)d->n++;
  }
  guard_free(guard);
  group_alike(c, d, place);
  free(place);
}

void
docket_release(struct docket *d)
{
  free(d->ids);
  free(d->x);
  free(d->uses);
  free(d->group);
  *d = (struct docket){0};
}
