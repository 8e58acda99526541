#include "curate/terms.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "corpus/normal.h"

#define FEW 40u                  /* so many are sorted by insertion */
#define MULTIPLIER 0x9e3779b97f4a7c15u
#define MAX_BYTES (16u * TERMS_MAX_WORDS)

static const struct { uint32_t from, to; } unspaced[] = {
  {0x0e00, 0x0eff},              /* Thai, Lao */
  {0x1000, 0x109f},              /* Burmese */
  {0x1780, 0x17ff},              /* Khmer */
  {0x3040, 0x30ff},              /* kana */
  {0x3400, 0x9fff},              /* Han */
  {0xf900, 0xfaff},
  {0xff66, 0xff9f},              /* kana of half width */
  {0x20000, 0x3ffff},            /* Han beyond */
};

bool
terms_unspaced(uint32_t c)
{
  for (size_t i = 0; i < N_OF(unspaced); i++)
    if (c <= unspaced[i].to)
      return c >= unspaced[i].from;
  return false;
}

static void
add(struct terms *t, uint64_t hash, uint32_t pair)
{
  GROW(t->v, t->cap, t->n + 1);
  t->v[t->n++] = (struct term){((uint32_t)(hash >> 32) & ~TERM_IS_PAIR) | pair, 1};
}

static uint64_t
load(const char *s, size_t n)
{
  uint64_t x = 0;

  memcpy(&x, s, n);
  return x;
}

/* Faster than hash_bytes for words; it need not be the same on every machine, nor last. */
static uint64_t
word_hash(const char *s, size_t n, uint64_t seed)
{
  uint64_t h = (n + seed) * MULTIPLIER;

  for (; n >= 8; s += 8, n -= 8) {
    h = (h ^ load(s, 8)) * MULTIPLIER;
    h ^= h >> 32;
  }
  if (n >= 4)                    /* the rest, some bytes twice */
    h ^= load(s, 4) | load(s + n - 4, 4) << 32;
  else if (n > 0)
    h ^= load(s, 1) | load(s + n / 2, 1) << 8 | load(s + n - 1, 1) << 16;
  h *= MULTIPLIER;
  return (h ^ h >> 29) * MULTIPLIER;
}

/* Where the words of one text stand. */
struct reader {
  struct terms *t;
  uint64_t seed, before;
  uint32_t n_words;
};

static void
add_word(struct reader *r, const char *s, size_t n)
{
  uint64_t hash = word_hash(s, n, r->seed);

  if (r->n_words == TERMS_MAX_WORDS)
    return;
  add(r->t, hash, 0);
  if (r->n_words++)
    add(r->t, (r->before >> 7 ^ hash) * MULTIPLIER, TERM_IS_PAIR);
  r->before = hash;
}

/* A run without spaces that is not all ASCII: what is of an unspaced script stands alone. */
static void
add_run(struct reader *r, const char *s, size_t n)
{
  size_t begin = 0, len;

  for (size_t i = 0; i < n; i += len)
    if (terms_unspaced(utf8_decode(s + i, n - i, &len))) {
      if (i > begin)
        add_word(r, s + begin, i - begin);
      add_word(r, s + i, len);
      begin = i + len;
    }
  if (n > begin)
    add_word(r, s + begin, n - begin);
}

static bool
has_wide(const char *s, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)s[i] >= 0xe0)
      return true;
  return false;
}

/* Cut between two characters. */
static size_t
head(const char *s, size_t n)
{
  if (n <= MAX_BYTES)
    return n;
  for (n = MAX_BYTES; n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80; n--)
    ;
  return n;
}

static void
read_one(struct terms *t, const char *text, size_t n, uint64_t seed)
{
  struct reader r = {.t = t, .seed = seed};
  const char *s, *end;

  buf_clear(&t->normal);
  normal_add(&t->normal, text, head(text, n));
  s = buf_str(&t->normal);
  for (end = s + t->normal.n; s < end && r.n_words < TERMS_MAX_WORDS; s++) {
    const char *stop = memchr(s, ' ', (size_t)(end - s));

    if (!stop)
      stop = end;
    if (has_wide(s, (size_t)(stop - s)))
      add_run(&r, s, (size_t)(stop - s));
    else
      add_word(&r, s, (size_t)(stop - s));
    s = stop;
  }
  t->n_words += r.n_words;
}

static int
compare(const void *a, const void *b)
{
  const struct term *x = a, *y = b;

  return x->key < y->key ? -1 : x->key > y->key;
}

static void
sort(struct terms *t)
{
  struct term *v = t->v;

  if (t->n > FEW) {
    qsort(v, t->n, sizeof *v, compare);
    return;
  }
  for (size_t i = 1; i < t->n; i++) {
    struct term x = v[i];
    size_t j = i;

    for (; j > 0 && v[j - 1].key > x.key; j--)
      v[j] = v[j - 1];
    v[j] = x;
  }
}

void
terms_read(struct terms *t, const char *text, size_t n, const char *text2, size_t n2)
{
  if (!t->normal.max)
    buf_init(&t->normal, BUF_MAX);
  t->n = t->n_words = 0;
  read_one(t, text, n, 0);
  if (text2)
    read_one(t, text2, n2, 1000);
}

void
terms_of(struct terms *t, const char *text, size_t n, const char *text2, size_t n2)
{
  size_t m = 0;

  terms_read(t, text, n, text2, n2);
  sort(t);
  for (size_t i = 0; i < t->n; i++)
    if (m && t->v[m - 1].key == t->v[i].key)
      t->v[m - 1].count += t->v[m - 1].count < TERM_MAX_COUNT;
    else
      t->v[m++] = t->v[i];
  t->n = m;
}

void
terms_release(struct terms *t)
{
  free(t->v);
  buf_release(&t->normal);
  *t = (struct terms){0};
}
