#include "corpus/neardup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "corpus/hashset.h"
#include "corpus/shingle.h"

#define N_BANDS 16
#define MAX_ROWS 8

struct item {
  struct form form;
  uint32_t id;
  uint32_t seen;            /* number of the search that looked at it last */
};

/* Items with the same band: a list from the newest to the oldest. */
struct link {
  uint32_t item, next;      /* next: link + 1, 0 at the end */
};

struct neardup {
  double threshold;
  int n_rows;               /* of a band */
  uint64_t multiply[N_BANDS * MAX_ROWS], add[N_BANDS * MAX_ROWS];
  struct item *items;
  size_t n_items, cap_items;
  struct link *links;
  size_t n_links, cap_links;
  struct hashset exact;     /* hash to item + 1 */
  struct hashset bands;     /* hash of kind, band and its rows to link + 1 */
  uint32_t search;
  struct shingler shingler;
};

/* As many rows as still find a pair at the threshold in 99 of 100 cases: 1 - (1 - t^r)^16. */
static int
rows_for(double threshold)
{
  int r = MAX_ROWS;

  while (r > 1 && pow(1 - pow(threshold, r), N_BANDS) > 0.01)
    r--;
  return r;
}

struct neardup *
neardup_new(double threshold)
{
  struct neardup *d = xcalloc(1, sizeof *d);
  struct rng rng;

  ensure(threshold > 0 && threshold <= 1);
  d->threshold = threshold;
  d->n_rows = rows_for(threshold);
  shingler_init(&d->shingler, threshold);
  rng_seed(&rng, 20040301);
  for (size_t i = 0; i < N_OF(d->multiply); i++) {
    d->multiply[i] = rng_next(&rng) | 1;
    d->add[i] = rng_next(&rng);
  }
  return d;
}

void
neardup_free(struct neardup *d)
{
  if (!d)
    return;
  free(d->items);
  free(d->links);
  hashset_release(&d->exact);
  hashset_release(&d->bands);
  shingler_release(&d->shingler);
  free(d);
}

/* ---- the index ---- */

/* A pair is looked up by its second text, which in such data differs more often than the first. */
static const struct form_part *
key_part(const struct form *f)
{
  return f->second ? f->second : &f->first;
}

/* The hashes of all bands of one kind. Each row is the least value of a random function over the shingles. */
static void
band_hashes(const struct neardup *d, const struct shingles *sh, enum shingle_kind kind, uint64_t bands[N_BANDS])
{
  for (int b = 0; b < N_BANDS; b++) {
    uint64_t h = hash_mix((uint64_t)(b * N_SHINGLE_KINDS + (int)kind + 1));

    for (int r = 0; r < d->n_rows; r++) {
      uint64_t multiply = d->multiply[b * MAX_ROWS + r], add = d->add[b * MAX_ROWS + r];
      uint32_t least = UINT32_MAX;

      for (uint32_t i = 0; i < sh->n; i++) {
        uint32_t x = (uint32_t)((sh->v[i] * multiply + add) >> 32);

        least = x < least ? x : least;
      }
      h = hash_mix(h ^ least);
    }
    bands[b] = h;
  }
}

void
neardup_add(struct neardup *d, uint32_t id, const char *text, size_t n, const char *text2, size_t n2)
{
  uint64_t bands[N_BANDS];
  struct item *item;
  uint32_t *exact, index = (uint32_t)d->n_items;

  GROW(d->items, d->cap_items, d->n_items + 1);
  item = &d->items[d->n_items++];
  *item = (struct item){.id = id};
  form_make(&d->shingler, text, n, text2, n2, &item->form);
  exact = hashset_at(&d->exact, item->form.exact);
  /* One of several equal texts is enough to be found: the oldest. */
  if (*exact)
    return;
  *exact = index + 1;
  for (int kind = 0; kind < N_SHINGLE_KINDS; kind++) {
    const struct shingles *sh = &key_part(&item->form)->by[kind];

    if (!sh->n)
      continue;
    band_hashes(d, sh, (enum shingle_kind)kind, bands);
    for (int b = 0; b < N_BANDS; b++) {
      uint32_t *head = hashset_at(&d->bands, bands[b]);

      GROW(d->links, d->cap_links, d->n_links + 1);
      d->links[d->n_links++] = (struct link){.item = index, .next = *head};
      *head = (uint32_t)d->n_links;
    }
  }
}

/* Looks at every item that shares a band of this kind. */
static void
find_kind(struct neardup *d, const struct form *f, enum shingle_kind kind, size_t *best, double *best_similarity)
{
  uint64_t bands[N_BANDS];

  band_hashes(d, &key_part(f)->by[kind], kind, bands);
  for (int b = 0; b < N_BANDS; b++)
    for (uint32_t l = hashset_get(&d->bands, bands[b]); l; l = d->links[l - 1].next) {
      size_t i = d->links[l - 1].item;
      double x;

      if (d->items[i].seen == d->search)
        continue;
      d->items[i].seen = d->search;
      x = form_similarity(f, &d->items[i].form);
      if (x >= d->threshold && (x > *best_similarity || (x == *best_similarity && i < *best))) {
        *best = i;
        *best_similarity = x;
      }
    }
}

bool
neardup_find(struct neardup *d, const char *text, size_t n, const char *text2, size_t n2, uint32_t *id, double *found)
{
  struct arena kept = d->shingler.arena;
  struct form f;
  size_t best = SIZE_MAX;
  double best_similarity = 0;
  uint32_t exact;

  /* What is searched for is forgotten afterwards. */
  arena_init(&d->shingler.arena);
  form_make(&d->shingler, text, n, text2, n2, &f);
  exact = hashset_get(&d->exact, f.exact);
  if (exact) {
    best = exact - 1;
    best_similarity = 1;
  } else {
    d->search++;
    for (int kind = 0; kind < N_SHINGLE_KINDS; kind++)
      if (key_part(&f)->by[kind].n)
        find_kind(d, &f, (enum shingle_kind)kind, &best, &best_similarity);
  }
  arena_release(&d->shingler.arena);
  d->shingler.arena = kept;
  if (best == SIZE_MAX)
    return false;
  if (id)
    *id = d->items[best].id;
  if (found)
    *found = best_similarity;
  return true;
}

double
neardup_similarity(const char *a, size_t na, const char *b, size_t nb)
{
  struct shingler h;
  struct form fa, fb;
  double x;

  shingler_init(&h, 0);   /* shingles of both kinds for texts of any length */
  form_make(&h, a, na, NULL, 0, &fa);
  form_make(&h, b, nb, NULL, 0, &fb);
  x = form_similarity(&fa, &fb);
  shingler_release(&h);
  return x;
}

size_t
neardup_among(const struct corpus *c, const uint32_t *ids, size_t n, const uint32_t *against, size_t n_against,
              double threshold, struct neardup_pair **pairs)
{
  struct neardup *d = neardup_new(threshold);
  struct sample s;
  size_t found = 0, cap = 0;

  *pairs = NULL;
  for (size_t i = 0; i < n_against; i++)
    if (corpus_get(c, against[i], &s))
      neardup_add(d, against[i], s.text, s.n_text, s.text2, s.n_text2);
  for (size_t i = 0; i < n; i++) {
    uint32_t of;
    double similar;

    if (!corpus_get(c, ids[i], &s))
      continue;
    if (neardup_find(d, s.text, s.n_text, s.text2, s.n_text2, &of, &similar) && of != ids[i]) {
      GROW(*pairs, cap, found + 1);
      (*pairs)[found++] = (struct neardup_pair){.id = ids[i], .of = of, .similarity = (float)similar};
    } else if (!against) {
      neardup_add(d, ids[i], s.text, s.n_text, s.text2, s.n_text2);
    }
  }
  neardup_free(d);
  return found;
}
