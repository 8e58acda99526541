#include "curate/useful.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "curate/similar.h"
#include "curate/terms.h"

#define PIECE 64

struct work {
  const struct corpus *c;
  const struct docket *d;
  const float *uncertainty;
  struct stop *stop;
  float *values;
  struct similar *usable;        /* NULL: nothing is */
  float least;                   /* uncertainty from which a text is looked at */
  atomic_size_t next;
};

static float
novelty(const struct work *w, struct seeker *s, struct terms *t, size_t i)
{
  struct neighbour near;

  if (!w->usable)
    return 1;
  terms_of(t, w->d->x[i].text, strlen(w->d->x[i].text), w->d->x[i].text2,
           w->d->x[i].text2 ? strlen(w->d->x[i].text2) : 0);
  return similar_find(w->usable, s, t, w->d->ids[i], 1, &near) ? 1 - near.similarity : 1;
}

static void
weigh_pieces(void *arg, int thread, int n_threads)
{
  struct work *w = arg;
  struct seeker *s = w->usable ? seeker_new(w->usable) : NULL;
  struct terms t = {0};
  struct sample sample;
  size_t from;

  (void)thread, (void)n_threads;
  while (!stop_wanted(w->stop) && (from = atomic_fetch_add(&w->next, PIECE)) < w->d->n)
    for (size_t i = from; i < w->d->n && i < from + PIECE; i++)
      if (w->uncertainty[i] >= w->least && corpus_get(w->c, w->d->ids[i], &sample) && sample.status != STATUS_REJECTED)
        w->values[i] = w->uncertainty[i] * novelty(w, s, &t, i);
  seeker_free(s);
  terms_release(&t);
}

static int
ascending(const void *a, const void *b)
{
  float x = *(const float *)a, y = *(const float *)b;

  return x < y ? -1 : x > y;
}

/* The uncertainty of the last of the USEFUL_MOST most uncertain. */
static float
least_uncertain(const float *uncertainty, size_t n)
{
  float *sorted, least;

  if (n <= USEFUL_MOST)
    return 0;
  sorted = xmalloc(n * sizeof *sorted);
  memcpy(sorted, uncertainty, n * sizeof *sorted);
  qsort(sorted, n, sizeof *sorted, ascending);
  least = sorted[n - USEFUL_MOST];
  free(sorted);
  return least;
}

static struct similar *
index_usable(const struct corpus *c, struct stop *stop)
{
  uint32_t count = corpus_count(c), *ids = xmalloc(((size_t)count + 1) * sizeof *ids);
  struct similar *x = NULL;
  struct sample s;
  size_t n = 0;

  for (uint32_t id = 1; id <= count; id++)
    if (corpus_get(c, id, &s) && sample_usable(&s) && s.split == SPLIT_TRAIN)
      ids[n++] = id;
  if (n)
    x = similar_of(c, ids, n, stop);
  free(ids);
  return x;
}

int
useful_run(const struct corpus *c, const struct docket *d, const float *uncertainty, int threads, struct stop *stop,
           float *values, struct err *e)
{
  struct work w = {c, d, uncertainty, stop, values, index_usable(c, stop), least_uncertain(uncertainty, d->n), 0};

  for (size_t i = 0; i < d->n; i++)
    values[i] = NAN;
  pool_run(pool_threads(threads), weigh_pieces, &w);
  if (w.usable)
    similar_free(w.usable);
  return stop_wanted(stop) ? err_set(e, ERR_INTERRUPTED, "interrupted") : 0;
}
