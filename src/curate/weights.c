#include "curate/weights.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"

float weights_often_table[TERM_MAX_COUNT + 1];

static void
fill_often(void)
{
  for (uint32_t i = 1; i <= TERM_MAX_COUNT; i++)
    weights_often_table[i] = 1 + logf((float)i);
}

struct weights *
weights_new(void)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  struct weights *w = xcalloc(1, sizeof *w);

  pthread_once(&once, fill_often);
  w->mask = 1023;
  w->slots = xmalloc((w->mask + 1) * sizeof *w->slots);
  for (uint32_t i = 0; i <= w->mask; i++)
    w->slots[i].term = TERM_UNKNOWN;
  return w;
}

void
weights_free(struct weights *w)
{
  if (!w)
    return;
  free(w->slots);
  free(w->counts);
  free(w->idf);
  free(w);
}

/* The slot of a key, or the empty one where it belongs; at most half of them are taken. */
static struct weight_slot *
slot_of(const struct weights *w, uint32_t key)
{
  uint32_t i = (key * 0x9e3779b1u >> 5) & w->mask;

  while (w->slots[i].term != TERM_UNKNOWN && w->slots[i].key != key)
    i = (i + 1) & w->mask;
  return &w->slots[i];
}

static void
enlarge(struct weights *w)
{
  struct weight_slot *old = w->slots;
  uint32_t n = w->mask + 1;

  w->mask = 2 * n - 1;
  w->slots = xmalloc((size_t)2 * n * sizeof *w->slots);
  for (uint32_t i = 0; i <= w->mask; i++)
    w->slots[i].term = TERM_UNKNOWN;
  for (uint32_t i = 0; i < n; i++)
    if (old[i].term != TERM_UNKNOWN)
      *slot_of(w, old[i].key) = old[i];
  free(old);
}

void
weights_count(struct weights *w, const struct terms *t)
{
  ensure(!w->idf);
  w->n_texts++;
  for (size_t i = 0; i < t->n; i++) {
    struct weight_slot *s;

    if (2 * (w->n + 1) > w->mask)
      enlarge(w);
    s = slot_of(w, t->v[i].key);
    if (s->term == TERM_UNKNOWN) {
      GROW(w->counts, w->cap, (size_t)w->n + 1);
      w->counts[w->n] = 0;
      *s = (struct weight_slot){t->v[i].key, w->n++};
    }
    w->counts[s->term]++;
  }
}

static float
idf_of(const struct weights *w, uint32_t count, uint32_t key)
{
  double idf = log((1.0 + w->n_texts) / (0.5 + count));

  return (float)(key & TERM_IS_PAIR ? PAIR_WEIGHT * idf : idf);
}

/* A term by its frequency, and of equal ones by its key. */
struct ranked {
  uint32_t count, slot, key;
};

static int
by_frequency(const void *a, const void *b)
{
  const struct ranked *x = a, *y = b;

  return x->count != y->count ? (x->count > y->count ? -1 : 1) : (x->key > y->key) - (x->key < y->key);
}

void
weights_close(struct weights *w)
{
  struct ranked *ranks = xmalloc(((size_t)w->n + 1) * sizeof *ranks);
  uint32_t n = 0;

  for (uint32_t i = 0; i <= w->mask; i++)
    if (w->slots[i].term != TERM_UNKNOWN)
      ranks[n++] = (struct ranked){w->counts[w->slots[i].term], i, w->slots[i].key};
  qsort(ranks, n, sizeof *ranks, by_frequency);
  w->idf = xmalloc(((size_t)w->n + 1) * sizeof *w->idf);
  for (uint32_t i = 0; i < n; i++) {
    w->slots[ranks[i].slot].term = i;
    w->counts[i] = ranks[i].count;
    w->idf[i] = idf_of(w, ranks[i].count, ranks[i].key);
  }
  free(ranks);
  w->unknown[0] = idf_of(w, 0, 0);
  w->unknown[1] = idf_of(w, 0, TERM_IS_PAIR);
}

uint32_t
weights_term(const struct weights *w, uint32_t key)
{
  return slot_of(w, key)->term;
}

double
weights_norm(const struct weights *w, const struct terms *t)
{
  double sum = 0;

  for (size_t i = 0; i < t->n; i++) {
    double x = (double)weights_idf(w, weights_term(w, t->v[i].key), t->v[i].key) * (double)weights_often_table[t->v[i].count];

    sum += x * x;
  }
  return sqrt(sum);
}

double
weights_cosine(const struct weights *w, const struct terms *a, const struct terms *b)
{
  double sum = 0, lengths = weights_norm(w, a) * weights_norm(w, b);

  for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
    const struct term *x = &a->v[i], *y = &b->v[k];

    if (x->key == y->key) {
      double idf = (double)weights_idf(w, weights_term(w, x->key), x->key);

      sum += idf * idf * (double)weights_often(x->count) * (double)weights_often(y->count);
    }
    i += x->key <= y->key;
    k += y->key <= x->key;
  }
  return lengths > 0 ? fmin(1, sum / lengths) : 0;
}
