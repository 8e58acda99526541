#include "corpus/normal.h"


#include "base/utf8.h"

static bool
is_word(uint32_t c)
{
  if (c < 0x80)
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  /* A combining mark belongs to its letter; scripts such as Devanagari and Thai write vowels with them. */
  return utf8_is_alnum(c) || utf8_width(c) == 0;
}

static void
add_folded(struct buf *out, uint32_t c)
{
  char bytes[4];

  if (c < 0x80)
    buf_addc(out, (char)(c >= 'A' && c <= 'Z' ? c + 32 : c));
  else
    buf_add(out, bytes, utf8_encode(utf8_tolower(c), bytes));
}

void
normal_fold(struct buf *out, const char *s, size_t n)
{
  for (size_t i = 0, len; i < n; i += len)
    add_folded(out, utf8_decode(s + i, n - i, &len));
}

void
normal_add(struct buf *out, const char *s, size_t n)
{
  size_t start = out->n;
  bool gap = false;

  for (size_t i = 0, len; i < n; i += len) {
    uint32_t c = utf8_decode(s + i, n - i, &len);

    if (!is_word(c)) {
      gap = out->n > start;
      continue;
    }
    if (gap)
      buf_addc(out, ' ');
    gap = false;
    add_folded(out, c);
  }
  if (out->n == start)
    normal_fold(out, s, n);
}
