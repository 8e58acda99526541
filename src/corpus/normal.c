#include "corpus/normal.h"

#include "base/utf8.h"

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

/* Adds ASCII up to the first byte that is none, or until the window is full; returns how far it came. A byte is written
 * in any case and kept if it is of a word, or the first one after a word: without branches, which could not be foretold
 * at the ends of words. */
static size_t
add_ascii(struct window *w, const char *s, size_t n, bool *inside)
{
  size_t i = 0, m = w->n;
  bool last = *inside;

  if (n > sizeof w->bytes - m)
    n = sizeof w->bytes - m;
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

void
normal_add(struct buf *out, const char *s, size_t n)
{
  struct window w = {.out = out};
  size_t before = out->n;
  bool inside = false;    /* the last that was seen is of a word */

  for (size_t i = 0, len; i < n;) {
    uint32_t c;

    if (w.n == sizeof w.bytes)
      flush(&w);
    if ((unsigned char)s[i] < 0x80) {
      i += add_ascii(&w, s + i, n - i, &inside);
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
