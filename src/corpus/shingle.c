#include "corpus/shingle.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "corpus/normal.h"
#include "corpus/sample.h"

#define WORDS_SHINGLE 3
#define CHARS_SHINGLE 4

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

/* Hashes every run of `size` units; starts[0..n] are where the units begin, and the end (behind a separator of `gap`
 * bytes). Fewer units than that are one shingle. */
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

/* The shingles of the text that stands normalized in h->text. */
static struct shingles
shingle(struct shingler *h, enum shingle_kind kind)
{
  const char *s = buf_str(&h->text);
  uint32_t n = (uint32_t)h->text.n, m;
  uint32_t *starts = h->scratch, *out = h->scratch + n + 4;
  struct shingles sh;

  m = kind == BY_WORDS ? word_starts(s, n, starts) : char_starts(s, n, starts);
  sh.n = hash_runs(s, starts, m, kind == BY_WORDS ? WORDS_SHINGLE : CHARS_SHINGLE, kind == BY_WORDS, out);
  sh.v = arena_alloc(&h->arena, sh.n * sizeof *sh.v);
  memcpy(sh.v, out, sh.n * sizeof *sh.v);
  return sh;
}

/* Which shingles a text has: by words from SHINGLE_LONG_WORDS on; by characters below that, and above it as far as a
 * short text may still be similar to it. */
static bool
has_kind(const struct shingler *h, uint32_t n_words, enum shingle_kind kind)
{
  return kind == BY_WORDS ? n_words >= SHINGLE_LONG_WORDS : n_words * h->threshold < 2 * SHINGLE_LONG_WORDS;
}

static void
make_part(struct shingler *h, const char *text, size_t n, struct form_part *f)
{
  buf_clear(&h->text);
  normal_add(&h->text, text, n);
  GROW(h->scratch, h->cap_scratch, 2 * h->text.n + 8);
  *f = (struct form_part){
    .exact = hash_bytes(buf_str(&h->text), h->text.n, 0), .n_words = sample_words(buf_str(&h->text), h->text.n)};
  for (int kind = 0; kind < N_SHINGLE_KINDS; kind++)
    if (h->threshold < 1 && has_kind(h, f->n_words, (enum shingle_kind)kind))
      f->by[kind] = shingle(h, (enum shingle_kind)kind);
}

void
form_make(struct shingler *h, const char *text, size_t n, const char *text2, size_t n2, struct form *f)
{
  *f = (struct form){0};
  make_part(h, text, n, &f->first);
  f->exact = f->first.exact;
  if (!text2)
    return;
  f->second = arena_alloc(&h->arena, sizeof *f->second);
  make_part(h, text2, n2, f->second);
  f->exact = hash_mix(f->exact + 1) ^ f->second->exact;
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
part_similarity(const struct form_part *a, const struct form_part *b)
{
  bool words = a->n_words >= SHINGLE_LONG_WORDS && b->n_words >= SHINGLE_LONG_WORDS;

  if (a->exact == b->exact)
    return 1;
  return jaccard(&a->by[words ? BY_WORDS : BY_CHARS], &b->by[words ? BY_WORDS : BY_CHARS]);
}

double
form_similarity(const struct form *a, const struct form *b)
{
  double first, second;

  if (!a->second != !b->second)
    return 0;
  first = part_similarity(&a->first, &b->first);
  if (!a->second)
    return first;
  second = part_similarity(a->second, b->second);
  return first < second ? first : second;
}
