#include "corpus/normal.h"

#if defined __SSE2__
#include <emmintrin.h>
#endif

#include "base/utf8.h"

#define BLOCK 16u   /* bytes that are looked at together */

/* Beyond ASCII. */
static bool
is_word(uint32_t c)
{
  /* A combining mark belongs to its letter; scripts such as Devanagari and Thai write vowels with them. */
  return utf8_is_alnum(c) || utf8_width(c) == 0;
}

/* The bytes are gathered in a small window first, as an addition to a buf costs more than a byte. */
struct window {
  struct buf *out;
  size_t n;
  char bytes[256];
};

static void
flush(struct window *w)
{
  buf_add(w->out, w->bytes, w->n);
  w->n = 0;
}

static void
add_folded(struct window *w, uint32_t c)
{
  if (w->n + 4 > sizeof w->bytes)
    flush(w);
  if (c < 0x80)
    w->bytes[w->n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
  else
    w->n += utf8_encode(utf8_tolower(c), w->bytes + w->n);
}

void
normal_fold(struct buf *out, const char *s, size_t n)
{
  struct window w = {.out = out};

  for (size_t i = 0, len; i < n; i += len)
    add_folded(&w, utf8_decode(s + i, n - i, &len));
  flush(&w);
}

/* Adds ASCII up to the first byte that is none, with room in the window for all; returns how far it came. A byte is
 * written in any case and kept if it is of a word, or the first one after a word: without branches, which could not be foretold
 * at the ends of words. */
static size_t
add_ascii(struct window *w, const char *s, size_t n, bool *inside)
{
  size_t i = 0, m = w->n;
  bool last = *inside;

  for (; i < n && (unsigned char)s[i] < 0x80; i++) {
    unsigned char c = (unsigned char)s[i], low = c | 32;
    bool letter = (unsigned char)(low - 'a') < 26, word = letter | ((unsigned char)(c - '0') < 10);

    w->bytes[m] = (char)(letter ? low : word ? c : ' ');
    m += word | last;
    last = word;
  }
  w->n = m;
  *inside = last;
  return i;
}

#if defined __SSE2__
/* Adds 16 bytes at once, if they are ASCII and no two in a row are of no word, as in most text; else does nothing. */
static bool
add_block(struct window *w, const char *s, bool *inside)
{
  __m128i c = _mm_loadu_si128((const __m128i *)s), low = _mm_or_si128(c, _mm_set1_epi8(32));
  __m128i from_a = _mm_sub_epi8(low, _mm_set1_epi8('a')), from_0 = _mm_sub_epi8(c, _mm_set1_epi8('0'));
  __m128i letter = _mm_cmpeq_epi8(_mm_min_epu8(from_a, _mm_set1_epi8(25)), from_a);
  __m128i digit = _mm_cmpeq_epi8(_mm_min_epu8(from_0, _mm_set1_epi8(9)), from_0);
  unsigned gaps = ~(unsigned)_mm_movemask_epi8(_mm_or_si128(letter, digit)) & 0xffff;

  if (_mm_movemask_epi8(c) || (gaps & (gaps << 1 | !*inside)))
    return false;
  c = _mm_or_si128(_mm_and_si128(letter, low), _mm_and_si128(digit, c));
  c = _mm_or_si128(c, _mm_andnot_si128(_mm_or_si128(letter, digit), _mm_set1_epi8(' ')));
  _mm_storeu_si128((__m128i *)(w->bytes + w->n), c);
  w->n += BLOCK;
  *inside = !(gaps >> (BLOCK - 1));
  return true;
}
#else
static bool
add_block(struct window *w, const char *s, bool *inside)
{
  (void)w;
  (void)s;
  (void)inside;
  return false;
}
#endif

void
normal_add(struct buf *out, const char *s, size_t n)
{
  struct window w = {.out = out};
  size_t before = out->n;
  bool inside = false;    /* the last that was seen is of a word */

  for (size_t i = 0, len; i < n;) {
    uint32_t c;

    if (w.n + BLOCK > sizeof w.bytes)
      flush(&w);
    if (n - i >= BLOCK && add_block(&w, s + i, &inside)) {
      i += BLOCK;
      continue;
    }
    if ((unsigned char)s[i] < 0x80) {
      i += add_ascii(&w, s + i, n - i < BLOCK ? n - i : BLOCK, &inside);
      continue;
    }
    c = utf8_decode(s + i, n - i, &len);
    i += len;
    if (is_word(c))
      add_folded(&w, c);
    else if (inside)
      add_folded(&w, ' ');
    inside = is_word(c);
  }
  flush(&w);
  if (out->n == before)
    normal_fold(out, s, n);
  else if (!inside)
    buf_truncate(out, out->n - 1);
}
