/* Marks in Curate: what the next decision is about when it is more than one sample. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/neardup.h"
#include "ui/state.h"
#include "ui/view-curate.h"

void
curate_mark(struct workbench *w, void *view, int n)
{
  struct curate *v = view;

  (void)w, (void)n;
  if (!v->id)
    return;
  sieve_mark(&v->rows, v->id, !sieve_marked(&v->rows, v->id));
  v->anchor = v->id;
  curate_step_on(v);
}

void
curate_mark_range(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  size_t from = v->list.at, to = v->list.at;

  (void)n;
  if (!v->id)
    return;
  if (v->anchor && sieve_find(&v->rows, v->anchor, &from) && from > to) {
    size_t low = to;

    to = from;
    from = low;
  }
  for (size_t i = from; i <= to && i < v->rows.n; i++)
    sieve_mark(&v->rows, v->rows.ids[i], true);
  if (!v->anchor)
    workbench_say(w, "marked from here: V again on the last row of the range");
  v->anchor = v->id;
}

void
curate_mark_all(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  char count[32];

  (void)n;
  sieve_mark_all(&v->rows);
  workbench_say(w, "%s marked", frame_count(v->rows.n_marks, count));
}

/* ---- duplicates ---- */

struct hunt {
  struct curate *v;
  uint32_t *ids;
  size_t n;
  struct neardup_pair *pairs;
  size_t n_pairs;
};

static void
hunt_work(void *arg)
{
  struct hunt *h = arg;

  h->n_pairs = neardup_among(h->v->corpus, h->ids, h->n, NULL, 0, NEARDUP_THRESHOLD, &h->pairs);
}

static void
hunt_done(void *arg)
{
  struct hunt *h = arg;
  struct curate *v = h->v;

  for (size_t i = 0; i < h->n_pairs; i++)
    sieve_mark(&v->rows, h->pairs[i].id, true);
  if (h->n_pairs)
    workbench_say(v->w, "marked %zu that are near duplicates of an earlier one (x rejects them)", h->n_pairs);
  else
    workbench_say(v->w, "no near duplicates in this list");
  v->finding = false;
  free(h->pairs);
  free(h->ids);
  free(h);
}

void
curate_duplicates(struct workbench *w, void *view, int n)
{
  struct curate *v = view;
  struct hunt *h;

  (void)n;
  if (v->finding)
    return;
  v->finding = true;
  h = xcalloc(1, sizeof *h);
  h->v = v;
  h->n = v->rows.n;
  h->ids = xmalloc((h->n + 1) * sizeof *h->ids);
  if (h->n)
    memcpy(h->ids, v->rows.ids, h->n * sizeof *h->ids);
  workbench_say(w, "looking for duplicates");
  workbench_work(w, hunt_work, hunt_done, h);
}
