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

void
normal_add(struct buf *out, const char *s, size_t n)
{
  struct window w = {.out = out};
  bool any = false, gap = false;

  for (size_t i = 0, len = 1; i < n; i += len) {
    uint32_t c = (unsigned char)s[i];

    if (c < 0x80)
      len = 1;
    else
      c = utf8_decode(s + i, n - i, &len);
    if (!is_word(c)) {
      gap = any;
      continue;
    }
    if (gap)
      add_folded(&w, ' ');
    gap = false;
    any = true;
    add_folded(&w, c);
  }
  flush(&w);
  if (!any)
    normal_fold(out, s, n);
}
