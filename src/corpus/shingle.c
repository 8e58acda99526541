#include "corpus/shingle.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "corpus/normal.h"

#define WORDS_SHINGLE 3u
#define CHARS_SHINGLE 4u
#define MULTIPLIER 0x9e3779b97f4a7c15u

void
shingler_init(struct shingler *h, double threshold)
{
  *h = (struct shingler){.threshold = threshold};
  buf_init(&h->text, BUF_MAX);
  arena_init(&h->arena);
}

void
shingler_release(struct shingler *h)
{
  buf_release(&h->text);
  free(h->scratch);
  arena_release(&h->arena);
}

void
shingler_clear(struct shingler *h)
{
  arena_release(&h->arena);
}

/* ---- sets ---- */

static int
compare(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return x < y ? -1 : x > y;
}

static void
sort_unique(struct shingles *sh)
{
  uint32_t *v = sh->v, m = 0;

  if (sh->sorted)
    return;
  if (sh->n > 32)
    qsort(v, sh->n, sizeof *v, compare);
  else
    for (uint32_t i = 1; i < sh->n; i++) {
      uint32_t x = v[i], j = i;

      for (; j > 0 && v[j - 1] > x; j--)
        v[j] = v[j - 1];
      v[j] = x;
    }
  for (uint32_t i = 0; i < sh->n; i++)
    if (!m || v[m - 1] != v[i])
      v[m++] = v[i];
  sh->n = m;
  sh->sorted = true;
}

/* Room for n hashes, which the caller fills. */
static void
set_begin(struct arena *a, struct shingles *sh, uint32_t n)
{
  char *p = arena_bytes(a, (n + 1) * sizeof *sh->v);

  *sh = (struct shingles){.v = (void *)(p + (-(uintptr_t)p & (sizeof *sh->v - 1))), .n = n};
}

static void
set_end(struct shingles *sh)
{
  for (uint32_t i = 0; i < sh->n; i++)
    sh->bits |= (uint64_t)1 << (sh->v[i] >> 26);
}

/* ---- shingles of words ---- */

static uint64_t
load(const char *s, size_t n)
{
  uint64_t x = 0;

  memcpy(&x, s, n);
  return x;
}

static uint64_t
word_hash(const char *s, size_t n)
{
  uint64_t h = n;

  for (; n >= 8; s += 8, n -= 8) {
    h = (h ^ load(s, 8)) * MULTIPLIER;
    h ^= h >> 32;
  }
  /* The rest, some bytes twice. */
  if (n >= 4)
    h ^= load(s, 4) | load(s + n - 4, 4) << 32;
  else if (n > 0)
    h ^= load(s, 1) | load(s + n / 2, 1) << 8 | load(s + n - 1, 1) << 16;
  h *= MULTIPLIER;
  return h ^ h >> 29;
}

/* The words of the text in h->text: where each begins, and where one more would. */
static uint32_t
word_starts(struct shingler *h)
{
  const char *s = buf_str(&h->text);
  uint32_t n = (uint32_t)h->text.n, m = 0, *starts = h->scratch;

  starts[m++] = 0;
  for (uint32_t i = 0; i < n; i++) {
    starts[m] = i + 1;
    m += s[i] == ' ';
  }
  starts[m] = n + 1;
  return m;
}

/* Every three words in a row; fewer are one shingle. */
static void
shingle_words(struct shingler *h, uint32_t n_words, struct shingles *sh)
{
  const char *s = buf_str(&h->text);
  const uint32_t *starts = h->scratch;
  uint64_t before = 0, last = 0;

  set_begin(&h->arena, sh, n_words > WORDS_SHINGLE ? n_words - WORDS_SHINGLE + 1 : 1);
  for (uint32_t i = 0; i < n_words; i++) {
    uint64_t word = word_hash(s + starts[i], starts[i + 1] - 1 - starts[i]);
    uint64_t x = ((before << 20 | before >> 44) ^ last) * MULTIPLIER;

    x = ((x << 24 | x >> 40) ^ word) * MULTIPLIER;
    if (i + 1 >= WORDS_SHINGLE || i + 1 == n_words)
      sh->v[i + 1 >= WORDS_SHINGLE ? i + 1 - WORDS_SHINGLE : 0] = (uint32_t)(x >> 32);
    before = last;
    last = word;
  }
  set_end(sh);
}

/* ---- shingles of characters ---- */

/* n code points; those of one byte each are hashed in one step. */
static uint32_t
char_hash(const char *s, uint32_t n_bytes)
{
  uint64_t x;

  if (n_bytes != CHARS_SHINGLE)
    return (uint32_t)hash_bytes(s, n_bytes, 1);
  x = load(s, 4) * MULTIPLIER;
  return (uint32_t)((x ^ x >> 32) * 0xbf58476d1ce4e5b9u >> 32);
}

static void
shingle_chars(struct shingler *h, struct shingles *sh)
{
  const char *s = buf_str(&h->text);
  uint32_t n = (uint32_t)h->text.n, m = 0, *starts = h->scratch;

  for (uint32_t i = 0; i < n; i++) {
    starts[m] = i;
    m += ((unsigned char)s[i] & 0xc0) != 0x80;
  }
  starts[m] = n;
  set_begin(&h->arena, sh, m > CHARS_SHINGLE ? m - CHARS_SHINGLE + 1 : 1);
  if (m < CHARS_SHINGLE)
    sh->v[0] = char_hash(s, n);
  else
    for (uint32_t i = 0; i < sh->n; i++)
      sh->v[i] = char_hash(s + starts[i], starts[i + CHARS_SHINGLE] - starts[i]);
  set_end(sh);
}

/* ---- forms ---- */

static void
make_part(struct shingler *h, const char *text, size_t n, struct form_part *f, uint64_t *exact)
{
  buf_clear(&h->text);
  normal_add(&h->text, text, n);
  *exact = hash_bytes(buf_str(&h->text), h->text.n, 0);
  *f = (struct form_part){0};
  if (h->threshold >= 1)
    return;
  GROW(h->scratch, h->cap_scratch, h->text.n + 2);
  f->n_words = word_starts(h);
  if (f->n_words >= SHINGLE_LONG_WORDS)
    shingle_words(h, f->n_words, &f->by[BY_WORDS]);
  /* Beyond that a short text would have less than `threshold` of its words. */
  if (f->n_words * h->threshold < SHINGLE_LONG_WORDS)
    shingle_chars(h, &f->by[BY_CHARS]);
}

void
form_make(struct shingler *h, const char *text, size_t n, const char *text2, size_t n2, struct form *f)
{
  uint64_t exact;

  f->second = NULL;
  make_part(h, text, n, &f->first, &f->exact);
  if (!text2)
    return;
  f->second = arena_alloc(&h->arena, sizeof *f->second);
  make_part(h, text2, n2, f->second, &exact);
  f->exact = hash_mix(f->exact + 1) ^ exact;
}

static void
copy_part(struct arena *a, const struct form_part *from, struct form_part *to)
{
  *to = *from;
  for (int kind = 0; kind < N_SHINGLE_KINDS; kind++) {
    const struct shingles *sh = &from->by[kind];

    if (!sh->n)
      continue;
    set_begin(a, &to->by[kind], sh->n);
    memcpy(to->by[kind].v, sh->v, sh->n * sizeof *sh->v);
    to->by[kind].bits = sh->bits;
    to->by[kind].sorted = sh->sorted;
  }
}

void
form_copy(struct arena *a, const struct form *from, struct form *to)
{
  *to = *from;
  copy_part(a, &from->first, &to->first);
  if (from->second) {
    to->second = arena_alloc(a, sizeof *to->second);
    copy_part(a, from->second, to->second);
  }
}

double
shingles_jaccard(const struct shingles *a, const struct shingles *b)
{
  uint32_t i = 0, j = 0, both = 0;

  while (i < a->n && j < b->n) {
    uint32_t x = a->v[i], y = b->v[j];

    both += x == y;
    i += x <= y;
    j += y <= x;
  }
  return a->n + b->n ? (double)both / (a->n + b->n - both) : 1;
}

static double
part_similarity(struct form_part *a, struct form_part *b, double least)
{
  bool words = a->n_words >= SHINGLE_LONG_WORDS && b->n_words >= SHINGLE_LONG_WORDS;
  struct shingles *x = &a->by[words ? BY_WORDS : BY_CHARS], *y = &b->by[words ? BY_WORDS : BY_CHARS];

  if (!x->n || !y->n)
    return 0;
  /* At similarity t the sets differ in (1 - t) / (1 + t) of the sum of their sizes, and at least in the bits that
   * differ: the bitmap filter of Sandes, Teodoro and Melo 2020, with bits that are set where theirs are flipped. */
  if (__builtin_popcountll(x->bits ^ y->bits) > ((double)x->n + y->n) * (1 - least) / (1 + least) + 1e-6)
    return 0;
  sort_unique(x);
  sort_unique(y);
  return shingles_jaccard(x, y);
}

double
form_similarity(struct form *a, struct form *b, double least)
{
  double first, second;

  if (!a->second != !b->second)
    return 0;
  if (a->exact == b->exact)
    return 1;
  first = part_similarity(&a->first, &b->first, least);
  if (!a->second || first <= 0)
    return first;
  second = part_similarity(a->second, b->second, least);
  return first < second ? first : second;
}
