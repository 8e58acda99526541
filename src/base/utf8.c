#include "base/utf8.h"

#include <string.h>
#include <wchar.h>
#include <wctype.h>

uint32_t
utf8_decode(const char *text, size_t n, size_t *len)
{
  const unsigned char *s = (const unsigned char *)text;
  static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  unsigned need = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;
  uint32_t c;

  *len = 1;
  if (need == 1)
    return s[0];
  if (need == 0 || need > n)
    return UTF8_BAD;
  c = s[0] & (0x7fu >> need);
  for (unsigned i = 1; i < need; i++) {
    if ((s[i] & 0xc0) != 0x80)
      return UTF8_BAD;
    c = c << 6 | (s[i] & 0x3f);
  }
  if (c < least[need] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
    return UTF8_BAD;
  *len = need;
  return c;
}

size_t
utf8_encode(uint32_t c, char out[4])
{
  if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
    c = UTF8_BAD;
  if (c < 0x80) {
    out[0] = (char)c;
    return 1;
  }
  size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

  for (size_t i = n; i-- > 1; c >>= 6)
    out[i] = (char)(0x80 | (c & 0x3f));
  out[0] = (char)(lead[n] | c);
  return n;
}

/* Most of what is read is ASCII: eight bytes at a time. */
static size_t
skip_ascii(const char *s, size_t i, size_t n)
{
  uint64_t word;

  for (; n - i >= sizeof word; i += sizeof word) {
    memcpy(&word, s + i, sizeof word);
    if (word & 0x8080808080808080u)
      break;
  }
  while (i < n && (unsigned char)s[i] < 0x80)
    i++;
  return i;
}

bool
utf8_valid(const char *s, size_t n, size_t *bad)
{
  size_t len;

  for (size_t i = 0; (i = skip_ascii(s, i, n)) < n; i += len) {
    if (utf8_decode(s + i, n - i, &len) == UTF8_BAD && len == 1) {
      if (bad)
        *bad = i;
      return false;
    }
  }
  return true;
}

bool
utf8_is_control(uint32_t c)
{
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x61c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

static const char *
show_control(uint32_t c, char out[16])
{
  static const char hex[] = "0123456789ABCDEF";
  size_t n = 0;

  if (c < 0x20 || c == 0x7f) {
    out[n++] = '^';
    out[n++] = (char)(c ^ 0x40);
  } else {
    out[n++] = '<';
    out[n++] = 'U';
    out[n++] = '+';
    for (int shift = 12; shift >= 0; shift -= 4)
      out[n++] = hex[c >> shift & 15];
    out[n++] = '>';
  }
  out[n] = '\0';
  return out;
}

int
utf8_width(uint32_t c)
{
  int w;

  if (c >= 0x20 && c < 0x7f)
    return 1;
  if (c < 0x20 || c == 0x7f)
    return 2;
  if (utf8_is_control(c))
    return 8;
  w = wcwidth((wchar_t)c);
  return w < 0 ? 1 : w;
}

size_t
utf8_columns(const char *s, size_t n)
{
  size_t columns = 0, len;

  for (size_t i = 0; i < n; i += len)
    columns += (size_t)utf8_width(utf8_decode(s + i, n - i, &len));
  return columns;
}

void
utf8_printable(struct buf *out, const char *s, size_t n)
{
  size_t len;
  char shown[16];

  for (size_t i = 0; i < n; i += len) {
    uint32_t c = utf8_decode(s + i, n - i, &len);

    if (utf8_is_control(c))
      buf_adds(out, show_control(c, shown));
    else if (c == UTF8_BAD && len == 1)
      buf_adds(out, "\xef\xbf\xbd");
    else
      buf_add(out, s + i, len);
  }
}

size_t
utf8_count(const char *s, size_t n)
{
  size_t count = n, i = 0;

  for (; i + 8 <= n; i += 8) {  /* less the bytes 10xxxxxx */
    uint64_t x;

    memcpy(&x, s + i, sizeof x);
    x = (x & ~(x << 1) & UINT64_C(0x8080808080808080)) >> 7;
    count -= x * UINT64_C(0x0101010101010101) >> 56;
  }
  for (; i < n; i++)
    count -= ((unsigned char)s[i] & 0xc0) == 0x80;
  return count;
}

uint32_t
utf8_tolower(uint32_t c)
{
  if (c < 0x80)
    return c >= 'A' && c <= 'Z' ? c + 32 : c;
  return (uint32_t)towlower((wint_t)c);
}

uint32_t
utf8_toupper(uint32_t c)
{
  if (c < 0x80)
    return c >= 'a' && c <= 'z' ? c - 32 : c;
  return (uint32_t)towupper((wint_t)c);
}

bool
utf8_is_alnum(uint32_t c)
{
  if (c < 0x80)
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  return iswalnum((wint_t)c);
}

bool
utf8_is_space(uint32_t c)
{
  return c == ' ' || (c >= 9 && c <= 13) || c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) ||
         c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}
