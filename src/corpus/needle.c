#include "corpus/needle.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined __x86_64__
#include <immintrin.h>
#endif

#include "base/utf8.h"
#include "corpus/casing.h"
#include "corpus/normal.h"

/* ---- which bytes to look for ---- */

#define MOST 4096u              /* of frequency() */
#define ALL 40000u              /* about what the bytes of a text add up to */
#define OF_A_MILLION 1600u      /* ALL times ALL, by a million */

/* How frequent a byte is in texts, roughly: each of the order seven eighths as often as the one before. */
static unsigned
frequency(unsigned char c)
{
  static const char order[] = " etaoinsrhldcumfpgwybv,.k'-TISAMCxjBPHWDNRLEGFqzOJUYVKQXZ";
  const char *at = c ? strchr(order, (char)c) : NULL;
  unsigned often = MOST;

  for (const char *s = order; at && s < at; s++)
    often -= often / 8;
  return at ? often : c >= '0' && c <= '9' ? 80 : c >= 0x80 ? 60 : c >= ' ' || c == '\n' ? 16 : 1;
}

static unsigned
byte_frequency(const struct needle_byte *b)
{
  return frequency(b->is) + (b->bit ? frequency((unsigned char)(b->is & ~b->bit)) : 0);
}

/* The two rarest so far, of bytes that stand at a known distance of each other. */
struct choice {
  struct needle_byte rare[2];
  unsigned cost[2];              /* the rarer first */
  size_t n;
};

static void
choose(struct choice *k, struct needle_byte b)
{
  unsigned cost = byte_frequency(&b);

  if (k->n == 0 || cost < k->cost[0]) {
    k->rare[1] = k->rare[0];
    k->cost[1] = k->cost[0];
    k->rare[0] = b;
    k->cost[0] = cost;
    k->n += k->n < 2;
  } else if (k->n == 1 || cost < k->cost[1]) {
    k->rare[1] = b;
    k->cost[1] = cost;
    k->n = 2;
  }
}

/* Takes the part from byte `from` to `to` over if its bytes are rarer than what there is; in a text it has `size`. */
static void
settle(struct needle *d, unsigned *best, struct choice *k, size_t from, size_t to, size_t size)
{
  unsigned cost;

  if (k->n == 0)
    return;
  if (k->n == 1) {
    k->rare[1] = k->rare[0];
    k->cost[1] = ALL;
  }
  cost = k->cost[0] * k->cost[1];
  k->n = 0;
  if (d->finds && cost >= *best)
    return;
  *best = cost;
  d->finds = true;
  d->part = d->s + from;
  d->n_part = to - from;
  d->size = size;
  d->rare[0] = k->rare[k->rare[0].at > k->rare[1].at];
  d->rare[1] = k->rare[k->rare[0].at <= k->rare[1].at];
}

/* Adds the bytes of a code point that are the same, or the same but for one bit, in all its cases; false if these do
 * not have the same length. */
static bool
add_cases(struct choice *k, size_t at, const uint32_t *cases, size_t n, size_t *len)
{
  char bytes[CASING_MAX][4];

  if (n == 0)
    return false;
  *len = utf8_encode(cases[0], bytes[0]);
  for (size_t i = 1; i < n; i++)
    if (utf8_encode(cases[i], bytes[i]) != *len)
      return false;
  for (size_t j = 0; j < *len; j++) {
    unsigned char all = (unsigned char)bytes[0][j], differ = 0;

    for (size_t i = 1; i < n; i++) {
      differ |= (unsigned char)(bytes[i][j] ^ bytes[0][j]);
      all |= (unsigned char)bytes[i][j];
    }
    if (!(differ & (differ - 1)))
      choose(k, (struct needle_byte){at + j, all, differ});
  }
  return true;
}

/* Code points: those that are longer in one case than in the other part the piece into parts. */
static void
choose_cases(struct needle *d)
{
  struct choice k = {.n = 0};
  unsigned best = 0;
  size_t from = 0, at = 0, len;

  for (size_t i = 0; i < d->n; i += len) {
    uint32_t c = utf8_decode(d->s + i, d->n - i, &len), cases[CASING_MAX];
    size_t size = 0;

    if (add_cases(&k, at, cases, c == UTF8_BAD ? 0 : casing_variants(c, cases), &size)) {
      at += size;
    } else {
      settle(d, &best, &k, from, i, at);
      from = i + len;
      at = 0;
    }
  }
  settle(d, &best, &k, from, d->n, at);
}

static bool
is_small(char c)
{
  return c >= 'a' && c <= 'z';
}

static void
choose_bytes(struct needle *d)
{
  struct choice k = {.n = 0};
  unsigned best = 0;

  for (size_t i = 0; i < d->n; i++) {
    unsigned char bit = !d->exact && is_small(d->s[i]) ? 32 : 0;

    choose(&k, (struct needle_byte){i, (unsigned char)d->s[i], bit});
  }
  settle(d, &best, &k, 0, d->n, d->n);
}

unsigned
needle_frequency(const char *s, size_t n)
{
  struct choice k = {.n = 0};
  unsigned longer = n > 10 ? 8 : n > 2 ? (unsigned)(n - 2) : 0;

  for (size_t i = 0; i < n; i++)
    choose(&k, (struct needle_byte){i, (unsigned char)s[i], 0});
  return (k.n == 0 ? ALL * ALL : k.cost[0] * (k.n == 1 ? ALL : k.cost[1])) / OF_A_MILLION >> longer;
}

void
needle_init(struct needle *d, const char *s, size_t n)
{
  struct buf b = BUF_INIT;

  normal_fold(&b, s, n);
  *d = (struct needle){.n = b.n, .bytes = true};
  d->s = buf_take(&b);
  for (size_t i = 0; i < d->n; i++)
    d->bytes &= (unsigned char)d->s[i] < 0x80;
  if (d->bytes)
    choose_bytes(d);
  else
    choose_cases(d);
}

void
needle_init_exact(struct needle *d, const char *s, size_t n)
{
  struct buf b = BUF_INIT;

  buf_add(&b, s, n);
  *d = (struct needle){.n = b.n, .bytes = true, .exact = true};
  d->s = buf_take(&b);
  choose_bytes(d);
}

void
needle_release(struct needle *d)
{
  free(d->s);
  *d = (struct needle){0};
}

/* ---- looking ---- */

static unsigned char
fold(char c)
{
  return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* Does the text begin with the n_piece bytes of a folded piece? Folding may change the number of bytes, so both are
 * decoded. */
static bool
begins(const char *piece, size_t n_piece, const char *text, size_t n)
{
  size_t i = 0, j = 0, len;

  while (j < n_piece) {
    uint32_t want = utf8_decode(piece + j, n_piece - j, &len);

    j += len;
    if (i >= n || utf8_tolower(utf8_decode(text + i, n - i, &len)) != want)
      return false;
    i += len;
  }
  return true;
}

/* Does the part stand here? */
static bool
stands(const struct needle *d, const char *text)
{
  if (!d->bytes)
    return begins(d->part, d->n_part, text, d->size);
  if (d->exact)
    return !memcmp(d->s, text, d->n);
  for (size_t i = 0; i < d->n; i++)
    if ((unsigned char)d->s[i] != fold(text[i]))
      return false;
  return true;
}

static const char *
find_plain(const struct needle *d, const char *p, const char *last)
{
  const struct needle_byte *a = &d->rare[0], *b = &d->rare[1];

  for (; p <= last; p++)
    if (((unsigned char)p[a->at] | a->bit) == a->is && ((unsigned char)p[b->at] | b->bit) == b->is && stands(d, p))
      return p;
  return NULL;
}

#if defined __x86_64__
/* The last places are looked at again, together with some before them. */
#define FIND(name, isa, vector, load, set, or, equal, and, mask, places)                                              \
  __attribute__((target(isa))) static const char *                                                                     \
  name(const struct needle *d, const char *p, const char *last)                                                        \
  {                                                                                                                    \
    const struct needle_byte *a = &d->rare[0], *b = &d->rare[1];                                                       \
    const vector a_is = set((char)a->is), b_is = set((char)b->is);                                                     \
    const vector a_bit = set((char)a->bit), b_bit = set((char)b->bit);                                                 \
                                                                                                                       \
    if (last - p < places - 1)                                                                                         \
      return find_plain(d, p, last);                                                                                   \
    for (;; p = last - p < 2 * places - 1 ? last - (places - 1) : p + places) {                                        \
      vector x = equal(or(load((const vector *)(p + a->at)), a_bit), a_is);                                            \
      vector y = equal(or(load((const vector *)(p + b->at)), b_bit), b_is);                                            \
                                                                                                                       \
      for (unsigned hits = (unsigned)mask(and(x, y)); hits; hits &= hits - 1)                                          \
        if (stands(d, p + __builtin_ctz(hits)))                                                                        \
          return p + __builtin_ctz(hits);                                                                              \
      if (p == last - (places - 1))                                                                                    \
        return NULL;                                                                                                   \
    }                                                                                                                  \
  }
FIND(find_avx2, "avx2", __m256i, _mm256_loadu_si256, _mm256_set1_epi8, _mm256_or_si256, _mm256_cmpeq_epi8,
     _mm256_and_si256, _mm256_movemask_epi8, 32)
FIND(find_sse2, "sse2", __m128i, _mm_loadu_si128, _mm_set1_epi8, _mm_or_si128, _mm_cmpeq_epi8, _mm_and_si128,
     _mm_movemask_epi8, 16)

static const char *
find(const struct needle *d, const char *p, const char *last)
{
  return __builtin_cpu_supports("avx2") ? find_avx2(d, p, last) : find_sse2(d, p, last);
}
#else
static const char *
find(const struct needle *d, const char *p, const char *last)
{
  return find_plain(d, p, last);
}
#endif

const char *
needle_find(const struct needle *d, const char *from, const char *end)
{
  return (size_t)(end - from) >= d->size ? find(d, from, end - d->size) : NULL;
}

bool
needle_in(const struct needle *d, const char *text, size_t n)
{
  if (!d->n)
    return true;
  if (d->finds && !needle_find(d, text, text + n))
    return false;
  if (needle_is_whole(d))
    return true;
  for (size_t i = 0, len; i < n; i += len) {
    utf8_decode(text + i, n - i, &len);
    if (begins(d->s, d->n, text + i, n - i))
      return true;
  }
  return false;
}
