#include "corpus/needle.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#if defined __SSE2__
#include <emmintrin.h>
#endif

#include "base/utf8.h"
#include "corpus/normal.h"

#define BLOCK 16u   /* places that are looked at together */

void
needle_init(struct needle *d, const char *s, size_t n)
{
  struct buf b = BUF_INIT;

  normal_fold(&b, s, n);
  d->n = b.n;
  d->s = buf_take(&b);
  d->ascii = true;
  for (size_t i = 0; i < d->n; i++)
    d->ascii &= (unsigned char)d->s[i] < 0x80;
}

void
needle_release(struct needle *d)
{
  free(d->s);
  *d = (struct needle){0};
}

static unsigned char
fold(char c)
{
  return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static bool
same_ascii(const char *folded, const char *text, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if ((unsigned char)folded[i] != fold(text[i]))
      return false;
  return true;
}

/* At one of the places text[from..to). */
static bool
in_places(const struct needle *d, const char *text, size_t from, size_t to)
{
  unsigned char first = (unsigned char)d->s[0];

  for (size_t i = from; i < to; i++)
    if (fold(text[i]) == first && same_ascii(d->s + 1, text + i + 1, d->n - 1))
      return true;
  return false;
}

#if defined __SSE2__
/* The bit that tells a capital from its small letter; 0 for what is no letter. */
static char
case_bit(char c)
{
  return c >= 'a' && c <= 'z' ? 32 : 0;
}

/* Compares the first and the last byte of the needle at 16 places at once; of these, all of it. The last 16 places may
 * have been looked at before. */
static bool
in_ascii(const struct needle *d, const char *text, size_t n)
{
  const char last = d->s[d->n - 1];
  const __m128i first_is = _mm_set1_epi8(d->s[0]), last_is = _mm_set1_epi8(last);
  const __m128i first_bit = _mm_set1_epi8(case_bit(d->s[0])), last_bit = _mm_set1_epi8(case_bit(last));
  size_t places = n >= d->n ? n - d->n + 1 : 0;

  if (places < BLOCK)
    return in_places(d, text, 0, places);
  for (size_t i = 0;; i = i + BLOCK < places - BLOCK ? i + BLOCK : places - BLOCK) {
    __m128i a = _mm_or_si128(_mm_loadu_si128((const __m128i *)(text + i)), first_bit);
    __m128i b = _mm_or_si128(_mm_loadu_si128((const __m128i *)(text + i + d->n - 1)), last_bit);
    unsigned hits = (unsigned)_mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(a, first_is), _mm_cmpeq_epi8(b, last_is)));

    for (; hits; hits &= hits - 1)
      if (same_ascii(d->s, text + i + (size_t)__builtin_ctz(hits), d->n))
        return true;
    if (i == places - BLOCK)
      return false;
  }
}
#else
static bool
in_ascii(const struct needle *d, const char *text, size_t n)
{
  return in_places(d, text, 0, n >= d->n ? n - d->n + 1 : 0);
}
#endif

/* Does the text begin with the needle? Folding may change the number of bytes, so both are decoded. */
static bool
begins(const struct needle *d, const char *text, size_t n)
{
  size_t i = 0, j = 0, len;

  while (j < d->n) {
    uint32_t want = utf8_decode(d->s + j, d->n - j, &len);

    j += len;
    if (i >= n || utf8_tolower(utf8_decode(text + i, n - i, &len)) != want)
      return false;
    i += len;
  }
  return true;
}

bool
needle_in(const struct needle *d, const char *text, size_t n)
{
  if (!d->n)
    return true;
  if (d->ascii)
    return in_ascii(d, text, n);
  for (size_t i = 0, len; i < n; i += len) {
    utf8_decode(text + i, n - i, &len);
    if (begins(d, text + i, n - i))
      return true;
  }
  return false;
}
