#include "corpus/neardup.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "corpus/hashset.h"
#include "corpus/normal.h"

#define WORDS_SHINGLE 3
#define CHARS_SHINGLE 4
#define LONG_WORDS 8        /* from so many words on, shingles are of words */
#define N_BANDS 16
#define MAX_ROWS 8

/* The shingles of one kind: hashes, ascending, each once. 32 bits: two of the few dozen of a text fall together once in
 * millions of texts, and then shift a similarity by one shingle. */
struct shingles {
  uint32_t *v;
  uint32_t n;
};
enum kind { BY_WORDS, BY_CHARS, N_KINDS };

/* A text as it is compared. */
struct form {
  uint64_t exact;           /* hash of the normal text */
  uint32_t n_words;
  struct shingles by[N_KINDS];
};

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
  struct buf text;          /* scratch */
  uint32_t *scratch;
  size_t cap_scratch;
  struct arena arena;       /* shingles of items */
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
  buf_init(&d->text, BUF_MAX);
  arena_init(&d->arena);
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
  free(d->scratch);
  hashset_release(&d->exact);
  hashset_release(&d->bands);
  buf_release(&d->text);
  arena_release(&d->arena);
  free(d);
}

/* ---- shingles ---- */

static int
compare(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return x < y ? -1 : x > y;
}

static uint32_t
sort_unique(uint32_t *v, uint32_t n)
{
  uint32_t m = 0;

  qsort(v, n, sizeof *v, compare);
  for (uint32_t i = 0; i < n; i++)
    if (!m || v[m - 1] != v[i])
      v[m++] = v[i];
  return m;
}

/* Hashes every run of `size` units; starts[0..n] are where the units begin, and the end (behind a separator of `gap` bytes).
 * Fewer units than that are one shingle. */
static uint32_t
hash_runs(const char *s, const uint32_t *starts, uint32_t n, uint32_t size, uint32_t gap, uint32_t *out)
{
  uint32_t m = n > size ? n - size + 1 : 1;

  if (size > n)
    size = n;
  for (uint32_t i = 0; i < m; i++)
    out[i] = (uint32_t)hash_bytes(s + starts[i], starts[i + size] - gap - starts[i], 1);
  return sort_unique(out, m);
}

static uint32_t
word_starts(const char *s, uint32_t n, uint32_t *starts)
{
  uint32_t m = 0;

  starts[m++] = 0;
  for (uint32_t i = 0; i < n; i++)
    if (s[i] == ' ')
      starts[m++] = i + 1;
  starts[m] = n + 1;
  return m;
}

static uint32_t
char_starts(const char *s, uint32_t n, uint32_t *starts)
{
  uint32_t m = 0;

  for (uint32_t i = 0; i < n; i++)
    if (((unsigned char)s[i] & 0xc0) != 0x80)
      starts[m++] = i;
  starts[m] = n;
  return m;
}

static void
scratch_for(struct neardup *d, size_t n)
{
  GROW(d->scratch, d->cap_scratch, 2 * n + 8);
}

static struct shingles
shingle(struct neardup *d, enum kind kind)
{
  uint32_t n = (uint32_t)d->text.n, m;
  uint32_t *starts = d->scratch, *out = d->scratch + n + 4;
  struct shingles sh;

  m = kind == BY_WORDS ? word_starts(buf_str(&d->text), n, starts) : char_starts(buf_str(&d->text), n, starts);
  sh.n = hash_runs(buf_str(&d->text), starts, m, kind == BY_WORDS ? WORDS_SHINGLE : CHARS_SHINGLE, kind == BY_WORDS, out);
  sh.v = arena_alloc(&d->arena, sh.n * sizeof *sh.v);
  memcpy(sh.v, out, sh.n * sizeof *sh.v);
  return sh;
}

/* Which shingles a text has: by words from LONG_WORDS on; by characters below that, and above it as far as a short text may
 * still be similar to it. */
static bool
has_kind(const struct neardup *d, uint32_t n_words, enum kind kind)
{
  return kind == BY_WORDS ? n_words >= LONG_WORDS : n_words * d->threshold < 2 * LONG_WORDS;
}

static void
make_form(struct neardup *d, const char *text, size_t n, const char *text2, size_t n2, struct form *f)
{
  buf_clear(&d->text);
  normal_add(&d->text, text, n);
  if (text2) {
    buf_adds(&d->text, " \x1f ");
    normal_add(&d->text, text2, n2);
  }
  scratch_for(d, d->text.n);
  *f = (struct form){.exact = hash_bytes(buf_str(&d->text), d->text.n, 0)};
  f->n_words = sample_words(buf_str(&d->text), d->text.n);
  for (int kind = 0; kind < N_KINDS; kind++)
    if (d->threshold < 1 && has_kind(d, f->n_words, (enum kind)kind))
      f->by[kind] = shingle(d, (enum kind)kind);
}

static double
jaccard(const struct shingles *a, const struct shingles *b)
{
  uint32_t i = 0, j = 0, both = 0;

  while (i < a->n && j < b->n) {
    uint32_t x = a->v[i], y = b->v[j];

    both += x == y;
    i += x <= y;
    j += y <= x;
  }
  return a->n + b->n ? (double)both / (a->n + b->n - both) : 0;
}

static double
similarity(const struct form *a, const struct form *b)
{
  bool words = a->n_words >= LONG_WORDS && b->n_words >= LONG_WORDS;

  if (a->exact == b->exact)
    return 1;
  return jaccard(&a->by[words ? BY_WORDS : BY_CHARS], &b->by[words ? BY_WORDS : BY_CHARS]);
}

/* ---- the index ---- */

/* The hashes of all bands of one kind. Each row is the least value of a random function over the shingles. */
static void
band_hashes(const struct neardup *d, const struct shingles *sh, enum kind kind, uint64_t bands[N_BANDS])
{
  for (int b = 0; b < N_BANDS; b++) {
    uint64_t h = hash_mix((uint64_t)(b * N_KINDS + (int)kind + 1));

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
  make_form(d, text, n, text2, n2, &item->form);
  exact = hashset_at(&d->exact, item->form.exact);
  /* One of several equal texts is enough to be found: the oldest. */
  if (*exact)
    return;
  *exact = index + 1;
  for (int kind = 0; kind < N_KINDS; kind++) {
    if (!item->form.by[kind].n)
      continue;
    band_hashes(d, &item->form.by[kind], (enum kind)kind, bands);
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
find_kind(struct neardup *d, const struct form *f, enum kind kind, size_t *best, double *best_similarity)
{
  uint64_t bands[N_BANDS];

  band_hashes(d, &f->by[kind], kind, bands);
  for (int b = 0; b < N_BANDS; b++)
    for (uint32_t l = hashset_get(&d->bands, bands[b]); l; l = d->links[l - 1].next) {
      size_t i = d->links[l - 1].item;
      double x;

      if (d->items[i].seen == d->search)
        continue;
      d->items[i].seen = d->search;
      x = similarity(f, &d->items[i].form);
      if (x >= d->threshold && (x > *best_similarity || (x == *best_similarity && i < *best))) {
        *best = i;
        *best_similarity = x;
      }
    }
}

bool
neardup_find(struct neardup *d, const char *text, size_t n, const char *text2, size_t n2, uint32_t *id, double *found)
{
  struct arena kept = d->arena;
  struct form f;
  size_t best = SIZE_MAX;
  double best_similarity = 0;
  uint32_t exact;

  /* What is searched for is forgotten afterwards. */
  arena_init(&d->arena);
  make_form(d, text, n, text2, n2, &f);
  exact = hashset_get(&d->exact, f.exact);
  if (exact) {
    best = exact - 1;
    best_similarity = 1;
  } else {
    d->search++;
    for (int kind = 0; kind < N_KINDS; kind++)
      if (f.by[kind].n)
        find_kind(d, &f, (enum kind)kind, &best, &best_similarity);
  }
  arena_release(&d->arena);
  d->arena = kept;
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
  struct neardup *d = neardup_new(1e-9);   /* shingles of both kinds for texts of any length */
  struct form fa, fb;
  double x;

  make_form(d, a, na, NULL, 0, &fa);
  make_form(d, b, nb, NULL, 0, &fb);
  x = similarity(&fa, &fb);
  neardup_free(d);
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
