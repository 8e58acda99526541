#include "corpus/diversity.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "corpus/normal.h"
#include "corpus/shingle.h"

#define MAX_WORD_SLOTS ((size_t)1 << 19)
#define MAX_PAIR_SLOTS ((size_t)1 << 21)
#define MAX_OPENING_SLOTS ((size_t)1 << 16)
#define RESERVOIR 128
#define RESERVOIR_WORDS 64      /* of a text that is compared, its first */
#define RECENT 100

/* ---- how many different hashes there were: exactly, until there is no more room; then each level keeps half of what
 * the one before kept ---- */

struct distinct {
  uint64_t *slots;              /* 0: empty */
  size_t n, cap, max_cap;       /* cap is a power of two; at most 2/3 are taken */
  unsigned level;               /* kept are hashes whose lowest `level` bits are 0 */
};

static bool
distinct_keeps(const struct distinct *d, uint64_t hash)
{
  return (hash & (((uint64_t)1 << d->level) - 1)) == 0;
}

static uint64_t *
distinct_slot(const struct distinct *d, uint64_t hash)
{
  size_t i = (size_t)(hash >> 32) & (d->cap - 1);

  while (d->slots[i] && d->slots[i] != hash)
    i = (i + 1) & (d->cap - 1);
  return &d->slots[i];
}

static void
distinct_enlarge(struct distinct *d)
{
  struct distinct old = *d;

  if (d->cap < d->max_cap)
    d->cap = d->cap ? 2 * d->cap : 64;
  else
    d->level++;
  d->slots = xcalloc(d->cap, sizeof *d->slots);
  d->n = 0;
  for (size_t i = 0; i < old.cap; i++)
    if (old.slots[i] && distinct_keeps(d, old.slots[i])) {
      *distinct_slot(d, old.slots[i]) = old.slots[i];
      d->n++;
    }
  free(old.slots);
}

static void
distinct_prefetch(const struct distinct *d, uint64_t hash)
{
  if (d->cap && distinct_keeps(d, hash))
    __builtin_prefetch(&d->slots[(size_t)(hash >> 32) & (d->cap - 1)]);
}

/* How many hashes this new one stands for; 0: it is not new, or not kept. */
static uint32_t
distinct_add(struct distinct *d, uint64_t hash)
{
  uint64_t *slot;

  hash += !hash;
  if (!distinct_keeps(d, hash))
    return 0;
  while (3 * (d->n + 1) > 2 * d->cap)
    distinct_enlarge(d);
  slot = distinct_slot(d, hash);
  if (*slot || !distinct_keeps(d, hash))
    return 0;
  *slot = hash;
  d->n++;
  return (uint32_t)1 << d->level;
}

static uint64_t
distinct_count(const struct distinct *d)
{
  return (uint64_t)d->n << d->level;
}

/* ---- openings: a table that forgets what is seldom, once it is full ---- */

struct opening {
  uint64_t hash;                /* 0: empty */
  struct diversity_opening is;
};
struct openings {
  struct opening *slots;
  size_t n, cap;
};

static struct opening *
opening_slot(const struct openings *o, uint64_t hash)
{
  size_t i = (size_t)(hash >> 32) & (o->cap - 1);

  while (o->slots[i].hash && o->slots[i].hash != hash)
    i = (i + 1) & (o->cap - 1);
  return &o->slots[i];
}

/* Doubles the table, or takes one from each count and so makes room. */
static void
openings_enlarge(struct openings *o)
{
  struct openings old = *o;
  uint32_t less = o->cap == MAX_OPENING_SLOTS;

  if (!less)
    o->cap = old.cap ? 2 * old.cap : 16;
  o->slots = xcalloc(o->cap, sizeof *o->slots);
  o->n = 0;
  for (size_t i = 0; i < old.cap; i++)
    if (old.slots[i].is.n > less) {
      struct opening *slot = opening_slot(o, old.slots[i].hash);

      *slot = old.slots[i];
      slot->is.n -= less;
      o->n++;
    }
  free(old.slots);
}

static void
openings_add(struct openings *o, const char *s, size_t n)
{
  uint64_t hash = hash_bytes(s, n, 0);
  struct opening *slot;

  hash += !hash;
  while (2 * (o->n + 1) > o->cap)
    openings_enlarge(o);
  slot = opening_slot(o, hash);
  if (!slot->hash) {
    if (n >= sizeof slot->is.words)
      for (n = sizeof slot->is.words - 1; n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80; n--)
        ;
    memcpy(slot->is.words, s, n);
    slot->hash = hash;
    o->n++;
  }
  slot->is.n++;
}

/* ---- the reservoir ---- */

struct bag {
  uint32_t n;
  uint32_t words[RESERVOIR_WORDS];  /* ascending, each once */
};

static double
bag_similarity(struct bag *a, struct bag *b)
{
  return shingles_jaccard(&(struct shingles){.v = a->words, .n = a->n}, &(struct shingles){.v = b->words, .n = b->n});
}

static int
compare(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return x < y ? -1 : x > y;
}

static void
bag_sort(struct bag *b)
{
  uint32_t m = 0;

  qsort(b->words, b->n, sizeof *b->words, compare);
  for (uint32_t i = 0; i < b->n; i++)
    if (!m || b->words[m - 1] != b->words[i])
      b->words[m++] = b->words[i];
  b->n = m;
}

struct diversity {
  uint32_t n_texts;
  uint64_t n_words, n_pairs;
  struct distinct words, pairs;
  struct openings openings;
  uint32_t fresh[RECENT];       /* new words of the last texts, a ring */
  struct rng rng;
  struct bag *bags;             /* RESERVOIR of them */
  struct buf normal;
};

struct diversity *
diversity_new(void)
{
  struct diversity *d = xcalloc(1, sizeof *d);

  d->words.max_cap = MAX_WORD_SLOTS;
  d->pairs.max_cap = MAX_PAIR_SLOTS;
  buf_init(&d->normal, BUF_MAX);
  rng_seed(&d->rng, 1985);
  return d;
}

void
diversity_free(struct diversity *d)
{
  if (!d)
    return;
  free(d->words.slots);
  free(d->pairs.slots);
  free(d->openings.slots);
  free(d->bags);
  buf_release(&d->normal);
  free(d);
}

/* The place in the reservoir for the next text; NULL: it is not drawn. */
static struct bag *
draw(struct diversity *d)
{
  uint64_t at = d->n_texts < RESERVOIR ? d->n_texts : rng_below(&d->rng, (uint64_t)d->n_texts + 1);

  if (at >= RESERVOIR)
    return NULL;
  if (!d->bags)
    d->bags = xcalloc(RESERVOIR, sizeof *d->bags);
  d->bags[at].n = 0;
  return &d->bags[at];
}

/* Words and pairs that are yet to be counted: the memory of all is fetched at once, then they are counted. */
#define WAITING 64
struct waiting {
  uint64_t words[WAITING], pairs[WAITING];
  uint32_t n_words, n_pairs;
};

/* Returns how many of the words are new. */
static uint32_t
count_waiting(struct diversity *d, struct waiting *w)
{
  uint32_t fresh = 0;

  for (uint32_t i = 0; i < w->n_words; i++)
    distinct_prefetch(&d->words, w->words[i]);
  for (uint32_t i = 0; i < w->n_pairs; i++)
    distinct_prefetch(&d->pairs, w->pairs[i]);
  for (uint32_t i = 0; i < w->n_words; i++)
    fresh += distinct_add(&d->words, w->words[i]);
  for (uint32_t i = 0; i < w->n_pairs; i++)
    distinct_add(&d->pairs, w->pairs[i]);
  w->n_words = w->n_pairs = 0;
  return fresh;
}

/* The word n-grams of the text in d->normal; returns how many words, and how many of them are new. */
static uint32_t
count_words(struct diversity *d, struct bag *bag, uint32_t *fresh)
{
  const char *begin = buf_str(&d->normal), *end = begin + d->normal.n;
  struct waiting w = {.n_words = 0};
  uint64_t before = 0;
  uint32_t i = 0;

  *fresh = 0;
  for (const char *s = begin; s < end; i++) {
    const char *stop = memchr(s, ' ', (size_t)(end - s));
    uint64_t hash;

    if (!stop)
      stop = end;
    hash = hash_bytes(s, (size_t)(stop - s), 0);
    w.words[w.n_words++] = hash;
    if (i)
      w.pairs[w.n_pairs++] = hash_mix(before) ^ hash;
    if (w.n_words == WAITING)
      *fresh += count_waiting(d, &w);
    if (i + 1 == OPENING_WORDS)
      openings_add(&d->openings, begin, (size_t)(stop - begin));
    if (bag && bag->n < RESERVOIR_WORDS)
      bag->words[bag->n++] = (uint32_t)hash;
    before = hash;
    s = stop + 1;
  }
  *fresh += count_waiting(d, &w);
  return i;
}

void
diversity_add(struct diversity *d, const char *text, size_t n)
{
  struct bag *bag = draw(d);
  uint32_t words;

  buf_clear(&d->normal);
  normal_add(&d->normal, text, n);
  words = count_words(d, bag, &d->fresh[d->n_texts % RECENT]);
  d->n_texts++;
  d->n_words += words;
  d->n_pairs += words ? words - 1 : 0;
  if (bag)
    bag_sort(bag);
}

uint64_t
diversity_words(const struct diversity *d)
{
  return d->n_words;
}

static bool
comes_before(const struct diversity_opening *a, const struct diversity_opening *b)
{
  return a->n != b->n ? a->n > b->n : strcmp(a->words, b->words) < 0;
}

size_t
diversity_openings(const struct diversity *d, struct diversity_opening *out, size_t max)
{
  size_t n = 0;

  for (size_t i = 0; max && i < d->openings.cap; i++) {
    const struct diversity_opening *o = &d->openings.slots[i].is;
    size_t at;

    if (o->n < 2 || (n == max && !comes_before(o, &out[n - 1])))
      continue;
    n += n < max;
    for (at = n - 1; at > 0 && comes_before(o, &out[at - 1]); at--)
      out[at] = out[at - 1];
    out[at] = *o;
  }
  return n;
}

static double
self_similarity(const struct diversity *d)
{
  uint32_t n = d->n_texts < RESERVOIR ? d->n_texts : RESERVOIR;
  double sum = 0;

  for (uint32_t i = 0; i < n; i++)
    for (uint32_t j = 0; j < i; j++)
      sum += bag_similarity(&d->bags[i], &d->bags[j]);
  return n > 1 ? sum / (n * (n - 1) / 2.0) : 0;
}

static double
share(uint64_t part, uint64_t all)
{
  return part < all ? (double)part / (double)all : all > 0;
}

void
diversity_figures(const struct diversity *d, struct board_diversity *out)
{
  enum { MAX = N_OF(out->opening) };
  struct diversity_opening openings[MAX];
  size_t n = diversity_openings(d, openings, MAX);
  uint32_t recent = d->n_texts < RECENT ? d->n_texts : RECENT, fresh = 0;

  *out = (struct board_diversity){0};
  out->texts = d->n_texts;
  out->vocabulary = (uint32_t)distinct_count(&d->words);
  out->distinct_1 = share(distinct_count(&d->words), d->n_words);
  out->distinct_2 = share(distinct_count(&d->pairs), d->n_pairs);
  out->self_similarity = self_similarity(d);
  for (uint32_t i = 0; i < recent; i++)
    fresh += d->fresh[i];
  out->growth = recent ? (double)fresh / recent : 0;
  for (size_t i = 0; i < n; i++) {
    memcpy(out->opening[i], openings[i].words, sizeof out->opening[i]);
    out->opening_share[i] = (double)openings[i].n / d->n_texts;
  }
}
