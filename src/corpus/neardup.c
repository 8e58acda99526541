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
  uint32_t multiply[MAX_ROWS][N_BANDS], salt[MAX_ROWS][N_BANDS];
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
  for (int r = 0; r < MAX_ROWS; r++)
    for (int b = 0; b < N_BANDS; b++) {
      d->multiply[r][b] = (uint32_t)rng_next(&rng) | 1;
      d->salt[r][b] = (uint32_t)rng_next(&rng);
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

/* A pair is looked up by its second text, which in such data differs more often than the first. */
static const struct form_part *
key_part(const struct form *f)
{
  return f->second ? f->second : &f->first;
}

/* The hashes of all bands of one kind. Each row is the least value over the shingles of a random permutation of them.
 * Rows of different bands are done side by side, which the compiler turns into vector instructions. */
static void
band_hashes(const struct neardup *d, const struct shingles *sh, enum shingle_kind kind, uint64_t bands[N_BANDS])
{
  for (int b = 0; b < N_BANDS; b++)
    bands[b] = hash_mix((uint64_t)(b * N_SHINGLE_KINDS + (int)kind + 1));
  for (int r = 0; r < d->n_rows; r++) {
    uint32_t least[N_BANDS];

    memset(least, 0xff, sizeof least);
    for (uint32_t i = 0; i < sh->n; i++)
      for (int b = 0; b < N_BANDS; b++) {
        uint32_t x = (sh->v[i] ^ d->salt[r][b]) * d->multiply[r][b];

        least[b] = x < least[b] ? x : least[b];
      }
    for (int b = 0; b < N_BANDS; b++)
      bands[b] = hash_mix(bands[b] ^ least[b]);
  }
}

/* A text with all that is needed to look for it or to add it. */
struct probe {
  struct form form;
  uint64_t bands[N_SHINGLE_KINDS][N_BANDS];
};

static bool
probe_has(const struct probe *p, int kind)
{
  return key_part(&p->form)->by[kind].n > 0;
}

static void
probe_make(struct neardup *d, const char *text, size_t n, const char *text2, size_t n2, struct probe *p)
{
  form_make(&d->shingler, text, n, text2, n2, &p->form);
  for (int kind = 0; kind < N_SHINGLE_KINDS; kind++)
    if (probe_has(p, kind))
      band_hashes(d, &key_part(&p->form)->by[kind], (enum shingle_kind)kind, p->bands[kind]);
}

static void
probe_add(struct neardup *d, uint32_t id, const struct probe *p)
{
  uint32_t *exact = hashset_at(&d->exact, p->form.exact);

  /* One of several equal texts is enough to be found: the oldest. */
  if (*exact)
    return;
  GROW(d->items, d->cap_items, d->n_items + 1);
  d->items[d->n_items++] = (struct item){.form = p->form, .id = id};
  *exact = (uint32_t)d->n_items;
  for (int kind = 0; kind < N_SHINGLE_KINDS; kind++)
    for (int b = 0; probe_has(p, kind) && b < N_BANDS; b++) {
      uint32_t *head = hashset_at(&d->bands, p->bands[kind][b]);

      GROW(d->links, d->cap_links, d->n_links + 1);
      d->links[d->n_links++] = (struct link){.item = (uint32_t)d->n_items - 1, .next = *head};
      *head = (uint32_t)d->n_links;
    }
}

struct best {
  size_t item;              /* SIZE_MAX: none */
  double similarity;
};

/* Looks at every item of one band. */
static void
look(struct neardup *d, const struct form *f, uint64_t band, struct best *best)
{
  for (uint32_t l = hashset_get(&d->bands, band); l; l = d->links[l - 1].next) {
    size_t i = d->links[l - 1].item;
    double x;

    if (d->items[i].seen == d->search)
      continue;
    d->items[i].seen = d->search;
    x = form_similarity(f, &d->items[i].form);
    if (x >= d->threshold && (x > best->similarity || (x >= best->similarity && i < best->item)))
      *best = (struct best){i, x};
  }
}

static struct best
probe_find(struct neardup *d, const struct probe *p)
{
  struct best best = {SIZE_MAX, 0};
  uint32_t exact = hashset_get(&d->exact, p->form.exact);

  if (exact)
    return (struct best){exact - 1, 1};
  d->search++;
  for (int kind = 0; kind < N_SHINGLE_KINDS; kind++)
    for (int b = 0; probe_has(p, kind) && b < N_BANDS; b++)
      look(d, &p->form, p->bands[kind][b], &best);
  return best;
}

void
neardup_add(struct neardup *d, uint32_t id, const char *text, size_t n, const char *text2, size_t n2)
{
  struct probe p;

  probe_make(d, text, n, text2, n2, &p);
  probe_add(d, id, &p);
}

bool
neardup_find(struct neardup *d, const char *text, size_t n, const char *text2, size_t n2, uint32_t *id,
             double *similarity)
{
  struct arena kept = d->shingler.arena;
  struct probe p;
  struct best best;

  /* What is looked for is forgotten afterwards. */
  arena_init(&d->shingler.arena);
  probe_make(d, text, n, text2, n2, &p);
  best = probe_find(d, &p);
  arena_release(&d->shingler.arena);
  d->shingler.arena = kept;
  if (best.item == SIZE_MAX)
    return false;
  if (id)
    *id = d->items[best.item].id;
  if (similarity)
    *similarity = best.similarity;
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
    struct probe p;
    struct best best;

    if (!corpus_get(c, ids[i], &s))
      continue;
    probe_make(d, s.text, s.n_text, s.text2, s.n_text2, &p);
    best = probe_find(d, &p);
    if (best.item == SIZE_MAX) {
      if (!against)
        probe_add(d, ids[i], &p);
    } else if (d->items[best.item].id != ids[i]) {
      GROW(*pairs, cap, found + 1);
      (*pairs)[found++] =
        (struct neardup_pair){.id = ids[i], .of = d->items[best.item].id, .similarity = (float)best.similarity};
    }
  }
  neardup_free(d);
  return found;
}
