#include "curate/similar.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "curate/similar_index.h"

#define LOOSE 512u               /* so many texts may stand outside of the lists, */
#define LOOSE_PART 8u            /* and one in so many */
#define MAX_NUMBER 0xffffffu     /* of texts and of terms: 24 bits */

struct similar *
similar_new(const struct weights *w)
{
  struct similar *x = xcalloc(1, sizeof *x);

  ensure(w->idf && w->n <= MAX_NUMBER - SIMILAR_MAX_TERMS);
  x->w = w;
  x->more = weights_new();
  GROW(x->start, x->cap_start, 1);
  x->start[0] = 0;
  return x;
}

void
similar_free(struct similar *x)
{
  if (!x)
    return;
  weights_free(x->own);
  weights_free(x->more);
  free(x->ids);
  free(x->texts);
  free(x->start);
  free(x->forward);
  free(x->list_start);
  free(x->lists);
  free(x);
}

size_t
similar_count(const struct similar *x)
{
  return x->n;
}

uint32_t
similar_id(const struct similar *x, size_t i)
{
  return x->ids[i];
}

const struct weights *
similar_weights(const struct similar *x)
{
  return x->w;
}

uint32_t
similar_term(const struct similar *x, uint32_t key)
{
  uint32_t term = weights_term(x->w, key);

  if (term != TERM_UNKNOWN || !x->more->n)
    return term;
  term = weights_term(x->more, key);
  return term == TERM_UNKNOWN ? term : x->w->n + term;
}

/* ---- the lists ---- */

/* All texts into the inverted lists: counted, then dealt out. */
static void
list_all(struct similar *x)
{
  uint32_t *at;

  x->n_lists = x->w->n + x->more->n;
  free(x->list_start);
  free(x->lists);
  x->list_start = xcalloc((size_t)x->n_lists + 1, sizeof *x->list_start);
  x->lists = xmalloc((x->n_terms + 1) * sizeof *x->lists);
  for (size_t i = 0; i < x->n_terms; i++)
    x->list_start[PACKED_NUMBER(x->forward[i]) + 1]++;
  for (uint32_t i = 0; i < x->n_lists; i++)
    x->list_start[i + 1] += x->list_start[i];
  at = xmalloc(((size_t)x->n_lists + 1) * sizeof *at);
  memcpy(at, x->list_start, ((size_t)x->n_lists + 1) * sizeof *at);
  for (uint32_t i = 0; i < x->n; i++)
    for (uint64_t k = x->start[i]; k < x->start[i + 1]; k++)
      x->lists[at[PACKED_NUMBER(x->forward[k])]++] = PACK(i, PACKED_COUNT(x->forward[k]));
  free(at);
  x->n_listed = x->n;
}

static int
ascending(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return (x > y) - (x < y);
}

static void
describe(struct similar *x, uint32_t text, double norm)
{
  struct similar_text *d = &x->texts[text];
  uint64_t k = x->start[text];
  double square = 0;

  *d = (struct similar_text){.shrink = norm > 0 ? (float)(1 / norm) : 0};
  for (int cut = 0; cut < N_CUTS; cut++) {
    for (; k < x->start[text + 1] && PACKED_NUMBER(x->forward[k]) < CUT(cut); k++) {
      double length = (double)similar_idf(x, PACKED_NUMBER(x->forward[k]), 0) *
                      (double)weights_often(PACKED_COUNT(x->forward[k]));

      square += length * length;
    }
    d->frequent[cut] = (uint8_t)fmin(255, ceil(255 * sqrt(square) * (double)d->shrink + 0.01));
  }
}

static bool
append(struct similar *x, uint32_t id, const struct terms *t)
{
  bool unknown = false;
  double norm = weights_norm(x->w, t);

  if (x->n_terms + t->n > SIMILAR_MAX_TERMS || x->n >= MAX_NUMBER)
    return false;
  for (size_t i = 0; i < t->n && !unknown; i++)
    unknown = similar_term(x, t->v[i].key) == TERM_UNKNOWN;
  if (unknown)
    weights_count(x->more, t);   /* those that w knows are never looked for there */
  GROW(x->ids, x->cap_ids, (size_t)x->n + 1);
  GROW(x->texts, x->cap_texts, (size_t)x->n + 1);
  GROW(x->start, x->cap_start, (size_t)x->n + 2);
  GROW(x->forward, x->cap_terms, x->n_terms + t->n);
  for (size_t i = 0; i < t->n; i++)
    x->forward[x->n_terms++] = PACK(similar_term(x, t->v[i].key), t->v[i].count);
  qsort(x->forward + x->start[x->n], t->n, sizeof *x->forward, ascending);
  x->ids[x->n] = id;
  x->start[++x->n] = x->n_terms;
  describe(x, x->n - 1, norm);
  return true;
}

bool
similar_add(struct similar *x, uint32_t id, const struct terms *t)
{
  if (!append(x, id, t))
    return false;
  if (x->n - x->n_listed > LOOSE && x->n - x->n_listed > x->n_listed / LOOSE_PART)
    list_all(x);
  return true;
}

/* ---- an index of samples ---- */

/* Which part of the samples to take, of 2^32: all, or as many as there is room for. */
static uint64_t
share_of(const struct corpus *c, const uint32_t *ids, size_t n)
{
  double terms = 0, share = 1;
  struct sample s;

  for (size_t i = 0; i < n; i++)
    if (corpus_get(c, ids[i], &s)) {
      double words = (s.n_text + s.n_text2) / 5.0;   /* rather too many; of unspaced scripts 3 bytes a word */

      terms += 2 * (words < 2 * TERMS_MAX_WORDS ? words : 2 * TERMS_MAX_WORDS);
    }
  if (n > SIMILAR_MAX_TEXTS)
    share = SIMILAR_MAX_TEXTS / (double)n;
  if (terms * share > SIMILAR_MAX_TERMS / 2.0)
    share = SIMILAR_MAX_TERMS / 2.0 / terms;
  return (uint64_t)(share * 4294967296.0);
}

static bool
drawn(uint32_t id, uint64_t share)
{
  return hash_mix(id * 0x9e3779b97f4a7c15u + 1) >> 32 < share;
}

static struct weights *
weigh_share(const struct corpus *c, const uint32_t *ids, size_t n, uint64_t share, struct stop *stop)
{
  struct weights *w = weights_new();
  struct terms t = {0};
  struct sample s;

  for (size_t i = 0; i < n && !stop_wanted(stop); i++)
    if (drawn(ids[i], share) && corpus_get(c, ids[i], &s)) {
      terms_of(&t, s.text, s.n_text, s.text2, s.n_text2);
      weights_count(w, &t);
    }
  terms_release(&t);
  if (stop_wanted(stop)) {
    weights_free(w);
    return NULL;
  }
  weights_close(w);
  return w;
}

struct weights *
similar_weigh(const struct corpus *c, const uint32_t *ids, size_t n, struct stop *stop)
{
  return weigh_share(c, ids, n, share_of(c, ids, n), stop);
}

static struct similar *
index_share(const struct corpus *c, const struct weights *w, const uint32_t *ids, size_t n, uint64_t share,
            struct stop *stop)
{
  struct similar *x = similar_new(w);
  struct terms t = {0};
  struct sample s;

  for (size_t i = 0; i < n && !stop_wanted(stop); i++)
    if (drawn(ids[i], share) && corpus_get(c, ids[i], &s)) {
      terms_of(&t, s.text, s.n_text, s.text2, s.n_text2);
      append(x, ids[i], &t);
    }
  terms_release(&t);
  if (stop_wanted(stop)) {
    similar_free(x);
    return NULL;
  }
  list_all(x);
  return x;
}

struct similar *
similar_of(const struct corpus *c, const uint32_t *ids, size_t n, struct stop *stop)
{
  uint64_t share = share_of(c, ids, n);
  struct weights *w = weigh_share(c, ids, n, share, stop);
  struct similar *x = w ? index_share(c, w, ids, n, share, stop) : NULL;

  if (x)
    x->own = w;
  else
    weights_free(w);
  return x;
}

struct similar *
similar_of_weighed(const struct corpus *c, const struct weights *w, const uint32_t *ids, size_t n, struct stop *stop)
{
  return index_share(c, w, ids, n, share_of(c, ids, n), stop);
}
