#include "student/fasttext-texts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

#define SEEN_BITS 24              /* of the map by which n-grams are counted */
#define BUCKETS_A_NGRAM 4         /* so that few n-grams that were never seen fall on one that was */
#define LEAST_BUCKETS 1024u
#define TABLE_BYTES ((size_t)200 << 20)  /* of a shipped model, about: the largest table that is chosen without asking */

/* What is needed on the way. */
struct reading {
  struct fasttext_texts *t;
  const struct fasttext_shape *shape;
  struct fasttext_words units;   /* of all texts */
  uint32_t *row_of_unit;         /* FASTTEXT_NONE: too rare, or of a validation text only */
  uint32_t *row_of_bucket;       /* (buckets) */
  uint32_t *unit_lengths;        /* rows of a unit, those that it lacks too */
  struct fasttext_tokens tokens;
  struct fasttext_hashes hashes;
  size_t parts_cap, rows_cap, buckets_cap;
  bool pair;
};

/* ---- units ------------------------------------------------------------------------------------------------------- */

static void
count_words(struct reading *r, const struct example *x, size_t n, bool train)
{
  for (size_t i = 0; i < n; i++) {
    fasttext_read(&r->tokens, x[i].text, r->pair ? x[i].text2 : NULL);
    for (size_t k = 0; k < r->tokens.n; k++) {
      const struct fasttext_token *t = &r->tokens.v[k];
      uint32_t unit = fasttext_words_add(&r->units, t->s, t->n, t->hash);

      r->units.counts[unit] += train;
    }
  }
}

struct ranked {
  uint64_t count;
  uint32_t unit;
};

static int
by_count(const void *a, const void *b)
{
  const struct ranked *x = a, *y = b;

  if (x->count != y->count)
    return x->count < y->count ? 1 : -1;
  return x->unit < y->unit ? -1 : 1;
}

/* The words that get rows, the most frequent first. The end stands in every text, and always has one. */
static void
choose_words(struct reading *r, uint32_t min_count)
{
  struct fasttext_words *words = &r->t->words;
  struct ranked *ranked = xmalloc((r->units.n + 1) * sizeof *ranked);

  fasttext_words_init(words);
  r->row_of_unit = xmalloc((r->units.n + 1) * sizeof *r->row_of_unit);
  for (uint32_t i = 0; i < r->units.n; i++)
    ranked[i] = (struct ranked){r->units.counts[i], i};
  qsort(ranked, r->units.n, sizeof *ranked, by_count);
  for (uint32_t i = 0; i < r->units.n; i++) {
    const char *s = fasttext_word(&r->units, ranked[i].unit);
    size_t n = strlen(s);
    bool kept = ranked[i].count > 0 && (ranked[i].count >= min_count || strcmp(s, FASTTEXT_END) == 0);
    uint32_t row = kept ? fasttext_words_add(words, s, n, fasttext_hash(s, n)) : FASTTEXT_NONE;

    r->row_of_unit[ranked[i].unit] = row;
    if (kept)
      words->counts[row] = ranked[i].count;
  }
  free(ranked);
}

/* ---- buckets ----------------------------------------------------------------------------------------------------- */

static void
characters_of_unit(struct reading *r, uint32_t unit)
{
  const char *s = fasttext_word(&r->units, unit);

  r->hashes.n = 0;
  if (strcmp(s, FASTTEXT_END) != 0)
    fasttext_characters(&r->hashes, r->shape, s, strlen(s));
}

static void
ngrams_of_text(struct reading *r, const struct example *x)
{
  fasttext_read(&r->tokens, x->text, r->pair ? x->text2 : NULL);
  r->hashes.n = 0;
  for (size_t i = 0; i < r->tokens.n; i++)
    fasttext_ngrams(&r->hashes, r->shape, &r->tokens, i);
}

static void
mark(uint64_t *seen, const struct fasttext_hashes *h, uint64_t key)
{
  for (size_t i = 0; i < h->n; i++) {
    uint64_t bit = hash_mix(h->v[i] + key) >> (64 - SEEN_BITS);

    seen[bit / 64] |= UINT64_C(1) << bit % 64;
  }
}

/* How many different n-grams there are, about (linear counting, Whang et al. 1990). */
static double
count_ngrams(struct reading *r, const struct example *x, size_t n)
{
  size_t n_words = (size_t)1 << (SEEN_BITS - 6), zeros = 0;
  uint64_t *seen = xcalloc(n_words, sizeof *seen);
  double all = (double)((size_t)1 << SEEN_BITS);

  for (uint32_t u = 0; u < r->units.n; u++)
    if (r->units.counts[u]) {
      characters_of_unit(r, u);
      mark(seen, &r->hashes, 0);
    }
  for (size_t i = 0; i < n && r->shape->words > 1; i++) {
    ngrams_of_text(r, &x[i]);
    mark(seen, &r->hashes, 1);
  }
  for (size_t i = 0; i < n_words; i++)
    zeros += (size_t)(64 - __builtin_popcountll(seen[i]));
  free(seen);
  return zeros ? -all * log((double)zeros / all) : 20 * all;
}

static uint32_t
choose_buckets(struct reading *r, const struct example *x, size_t n)
{
  double wanted = BUCKETS_A_NGRAM * count_ngrams(r, x, n);
  size_t most = TABLE_BYTES / (sizeof(float) * r->shape->dim);
  uint32_t buckets = LEAST_BUCKETS;

  if (r->shape->char_max == 0 && r->shape->words < 2)
    return 0;
  while (buckets < wanted && 2 * (size_t)buckets <= most)
    buckets *= 2;
  return buckets;
}

/* ---- numbers ----------------------------------------------------------------------------------------------------- */

/* The row of a bucket; where it has none yet it is given one (give), or none. */
static uint32_t
row_of(struct reading *r, uint64_t hash, bool give)
{
  uint32_t bucket = (uint32_t)(hash % r->shape->buckets), *row = &r->row_of_bucket[bucket];
  size_t n = r->t->n_rows - r->t->words.n;

  if (*row == FASTTEXT_NONE && give) {
    GROW(r->t->buckets, r->buckets_cap, n + 1);
    r->t->buckets[n] = bucket;
    *row = r->t->n_rows++;
  }
  return *row;
}

static void
number_units(struct reading *r)
{
  struct fasttext_texts *t = r->t;
  size_t n = 0;

  t->unit_start = xcalloc((size_t)r->units.n + 1, sizeof *t->unit_start);
  r->unit_lengths = xcalloc((size_t)r->units.n + 1, sizeof *r->unit_lengths);
  for (uint32_t u = 0; u < r->units.n; u++) {
    characters_of_unit(r, u);
    GROW(t->unit_rows, r->rows_cap, n + r->hashes.n + 1);
    if (r->row_of_unit[u] != FASTTEXT_NONE)
      t->unit_rows[n++] = r->row_of_unit[u];
    for (size_t i = 0; i < r->hashes.n; i++) {
      uint32_t row = row_of(r, r->hashes.v[i], r->units.counts[u] > 0);

      if (row != FASTTEXT_NONE)
        t->unit_rows[n++] = row;
    }
    t->unit_start[u + 1] = n;
    r->unit_lengths[u] = (uint32_t)r->hashes.n + (r->row_of_unit[u] != FASTTEXT_NONE);
  }
}

/* Appends a text. Its length counts rows that it lacks, too. */
static void
number_text(struct reading *r, const struct example *x, size_t i, bool give)
{
  struct fasttext_texts *t = r->t;
  uint64_t n = t->start[i], length = 0;

  ngrams_of_text(r, x);
  GROW(t->parts, r->parts_cap, n + r->tokens.n + r->hashes.n);
  length = r->hashes.n;
  for (size_t k = 0; k < r->hashes.n; k++) {
    uint32_t row = row_of(r, r->hashes.v[k], give);

    if (row != FASTTEXT_NONE)
      t->parts[n++] = 2 * row + 1;
  }
  for (size_t k = 0; k < r->tokens.n; k++) {
    uint32_t unit = fasttext_words_find(&r->units, r->tokens.v[k].s, r->tokens.v[k].n, r->tokens.v[k].hash);

    t->parts[n++] = 2 * unit;
    length += r->unit_lengths[unit];
  }
  t->start[i + 1] = n;
  t->lengths[i] = (uint32_t)(length ? length : 1);
}

static void
number_texts(struct reading *r, const struct example *x, size_t n, const struct example *valid, size_t n_valid)
{
  struct fasttext_texts *t = r->t;

  t->n = n + n_valid;
  t->start = xcalloc(t->n + 1, sizeof *t->start);
  t->lengths = xcalloc(t->n + 1, sizeof *t->lengths);
  for (size_t i = 0; i < n; i++) {
    number_text(r, &x[i], i, true);
    t->mean_rows += t->lengths[i];
  }
  t->mean_rows /= (double)n;
  for (size_t i = 0; i < n_valid; i++)
    number_text(r, &valid[i], n + i, false);
}

void
fasttext_texts_read(struct fasttext_texts *t, struct fasttext_shape *shape, uint32_t min_count, const struct example *x,
                    size_t n, const struct example *valid, size_t n_valid, bool pair)
{
  struct reading r = {.t = t, .shape = shape, .pair = pair};

  *t = (struct fasttext_texts){0};
  fasttext_words_init(&r.units);
  count_words(&r, x, n, true);
  count_words(&r, valid, n_valid, false);
  choose_words(&r, min_count);
  if (!shape->buckets)
    shape->buckets = choose_buckets(&r, x, n);
  if (!shape->buckets) {
    shape->words = 1;
    shape->char_max = 0;
  }
  t->n_rows = t->words.n;
  r.row_of_bucket = xmalloc(((size_t)shape->buckets + 1) * sizeof *r.row_of_bucket);
  memset(r.row_of_bucket, 0xff, ((size_t)shape->buckets + 1) * sizeof *r.row_of_bucket);
  number_units(&r);
  number_texts(&r, x, n, valid, n_valid);
  fasttext_words_release(&r.units);
  fasttext_tokens_release(&r.tokens);
  free(r.hashes.v);
  free(r.row_of_unit);
  free(r.row_of_bucket);
  free(r.unit_lengths);
}

void
fasttext_texts_release(struct fasttext_texts *t)
{
  fasttext_words_release(&t->words);
  free(t->buckets);
  free(t->unit_start);
  free(t->unit_rows);
  free(t->start);
  free(t->parts);
  free(t->lengths);
  *t = (struct fasttext_texts){0};
}
