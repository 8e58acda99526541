#include "ui/cluster.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/utf8.h"

#define LOOK_BACK 400   /* bytes: longer runs without a blank or a plain letter are counted from somewhere inside */

static bool
is_flag_letter(uint32_t p)
{
  return p >= 0x1f1e6 && p <= 0x1f1ff;
}

static bool
extends(uint32_t p)
{
  return utf8_width(p) == 0 || (p >= 0x1f3fb && p <= 0x1f3ff);  /* marks, selectors; skin tones */
}

size_t
cluster_next(const char *text, size_t n, size_t at)
{
  size_t len, next;
  uint32_t first, p;
  bool joined = false;

  if (at >= n)
    return n;
  first = utf8_decode(text + at, n - at, &len);
  for (at += len; at < n; at = next) {
    p = utf8_decode(text + at, n - at, &len);
    next = at + len;
    if (is_flag_letter(first) && is_flag_letter(p)) {
      first = 0;
      continue;
    }
    if (!extends(p) && !(joined && utf8_width(p) == 2))
      break;
    joined = p == 0x200d;
  }
  return at;
}

/* A byte at or before `at` where a character surely begins: after ASCII, or far back. */
static size_t
sure_begin(const char *text, size_t at)
{
  size_t from = at;

  while (from > 0 && at - from < LOOK_BACK && !((unsigned char)text[from - 1] < 0x80 && from < at))
    from--;
  while (from > 0 && ((unsigned char)text[from] & 0xc0) == 0x80)
    from--;
  return from > 0 && from < at && (unsigned char)text[from - 1] < 0x80 ? from - 1 : from;
}

size_t
cluster_before(const char *text, size_t n, size_t at)
{
  size_t from, next;

  if (at == 0)
    return 0;
  for (from = sure_begin(text, at); (next = cluster_next(text, n, from)) < at; from = next)
    ;
  return from;
}
