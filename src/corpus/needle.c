#include "corpus/needle.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "corpus/normal.h"

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

static bool
in_ascii(const struct needle *d, const char *text, size_t n)
{
  unsigned char first = (unsigned char)d->s[0];

  for (size_t i = 0; i + d->n <= n; i++)
    if (fold(text[i]) == first && same_ascii(d->s + 1, text + i + 1, d->n - 1))
      return true;
  return false;
}

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
