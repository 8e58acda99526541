#include "prompt/literal.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

bool
text_is_space(uint32_t c)
{
  return utf8_is_space(c) || (c >= 0x1c && c <= 0x1f);
}

size_t
text_leading_space(const char *s, size_t n)
{
  size_t i = 0, len;

  while (i < n && text_is_space(utf8_decode(s + i, n - i, &len)))
    i += len;
  return i;
}

size_t
text_trailing_space(const char *s, size_t n)
{
  size_t end = n, len;

  while (end > 0) {
    size_t from = end - 1;

    while (from > 0 && ((unsigned char)s[from] & 0xc0) == 0x80)
      from--;
    if (!text_is_space(utf8_decode(s + from, end - from, &len)))
      break;
    end = from;
  }
  return n - end;
}

size_t
literal_name(const char *s, size_t n)
{
  size_t i = 0, len;

  while (i < n) {
    uint32_t c = utf8_decode(s + i, n - i, &len);

    if (c != '_' && !(c < 0x80 ? utf8_is_alnum(c) : (utf8_is_alnum(c) || utf8_width(c) == 0)))
      break;
    if (i == 0 && c >= '0' && c <= '9')
      break;
    i += len;
  }
  return i;
}

static bool
is_digit(char c, int base)
{
  int d = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 :
    99;

  return d < base;
}

/* Digits with single underscores between them; the first is a digit. */
static size_t
digits(const char *s, size_t n, int base)
{
  size_t i = 0;

  while (i < n && (is_digit(s[i], base) || (s[i] == '_' && i > 0 && s[i - 1] != '_' && i + 1 < n &&
                                            is_digit(s[i + 1], base))))
    i++;
  return i;
}

/* Length of a float: digits, then a fraction or an exponent or both. */
static size_t
float_length(const char *s, size_t n)
{
  size_t whole = digits(s, n, 10), i = whole, d;

  if (!whole)
    return 0;
  if (i + 1 < n && s[i] == '.' && (d = digits(s + i + 1, n - i - 1, 10)))
    i += 1 + d;
  if (i < n && (s[i] == 'e' || s[i] == 'E')) {
    size_t sign = i + 1 < n && (s[i + 1] == '+' || s[i + 1] == '-');

    if ((d = digits(s + i + 1 + sign, n - i - 1 - sign, 10)))
      i += 1 + sign + d;
  }
  return i > whole ? i : 0;
}

static size_t
integer_length(const char *s, size_t n, int *base, size_t *prefix)
{
  static const char letters[] = "bBoOxX";
  size_t i, d;

  *base = 10;
  *prefix = 0;
  if (!n || !is_digit(s[0], 10))
    return 0;
  if (s[0] != '0')
    return digits(s, n, 10);
  if (n > 2 && s[1] && strchr(letters, s[1])) {
    *base = (s[1] | 32) == 'b' ? 2 : (s[1] | 32) == 'o' ? 8 : 16;
    *prefix = 2;
    i = s[2] == '_' ? 3 : 2;
    if (i < n && (d = digits(s + i, n - i, *base)))
      return i + d;
    *base = 10;
    *prefix = 0;
  }
  for (i = 1; i < n && (s[i] == '0' || (s[i] == '_' && i + 1 < n && s[i + 1] == '0')); i++)
    ;
  return i;
}

size_t
literal_number(const char *s, size_t n, bool after_dot, struct value *x, const char **why)
{
  char copy[64];
  size_t len = after_dot ? 0 : float_length(s, n), prefix = 0, m = 0;
  bool is_float = len > 0;
  int base = 10;

  if (!len)
    len = integer_length(s, n, &base, &prefix);
  if (!len)
    return 0;
  for (size_t i = prefix; i < len; i++)
    if (s[i] != '_') {
      if (m == sizeof copy - 1) {
        *why = "the number has too many digits";
        return len;
      }
      copy[m++] = s[i];
    }
  copy[m] = '\0';
  errno = 0;
  *x = is_float ? value_float(strtod(copy, NULL)) : value_int(strtoll(copy, NULL, base));
  if (!is_float && errno == ERANGE)
    *why = "the number is too large";
  return len;
}

struct unescaping {
  const char *s;
  size_t at, end;
  char *out;
  size_t n;
  const char *why;
};

/* \xhh, \uhhhh, \Uhhhhhhhh. */
static void
unescape_hex(struct unescaping *u, int wanted)
{
  uint32_t c = 0;

  for (int i = 0; i < wanted; i++, u->at++) {
    if (u->at >= u->end || !is_digit(u->s[u->at], 16)) {
      u->why = "a truncated \\x, \\u or \\U in the string";
      return;
    }
    c = c << 4 | (uint32_t)(u->s[u->at] <= '9' ? u->s[u->at] - '0' : (u->s[u->at] | 32) - 'a' + 10);
  }
  if (c == 0)
    u->why = "a NUL character in the string";
  else if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000))
    u->why = "no such character as this \\u or \\U in the string";
  else
    u->n += utf8_encode(c, u->out + u->n);
}

static void
unescape_octal(struct unescaping *u)
{
  uint32_t c = 0;

  for (int i = 0; i < 3 && u->at < u->end && is_digit(u->s[u->at], 8); i++)
    c = c << 3 | (uint32_t)(u->s[u->at++] - '0');
  if (c == 0)
    u->why = "a NUL character in the string";
  else
    u->n += utf8_encode(c, u->out + u->n);
}

/* After a backslash. */
static void
unescape(struct unescaping *u)
{
  static const char from[] = "\\'\"abfnrtv", to[] = "\\'\"\a\b\f\n\r\t\v";
  char c = u->s[u->at];
  const char *known = strchr(from, c);

  if (c == '\n') {
    u->at++;
  } else if (known) {
    u->out[u->n++] = to[known - from];
    u->at++;
  } else if (c >= '0' && c <= '7') {
    unescape_octal(u);
  } else if (c == 'x' || c == 'u' || c == 'U') {
    u->at++;
    unescape_hex(u, c == 'x' ? 2 : c == 'u' ? 4 : 8);
  } else if (c == 'N') {
    u->why = "\\N{...} is not known here (use \\u and the number)";
  } else {
    u->out[u->n++] = '\\';
  }
}

size_t
literal_string(struct arena *a, const char *s, size_t n, struct value *x, const char **why)
{
  struct unescaping u = {.s = s, .at = 1};

  for (u.end = 1; u.end < n && s[u.end] != s[0]; u.end++)
    u.end += s[u.end] == '\\' && u.end + 1 < n;
  if (u.end >= n) {
    *why = "unclosed string";
    return n;
  }
  if (!memchr(s + 1, '\\', u.end - 1)) {
    *x = value_ref(s + 1, u.end - 1);
    return u.end + 1;
  }
  u.out = arena_bytes(a, u.end);  /* no escape is shorter than what it stands for */
  while (u.at < u.end && !u.why) {
    if (s[u.at] == '\\') {
      u.at++;
      unescape(&u);
    } else {
      u.out[u.n++] = s[u.at++];
    }
  }
  *why = u.why;
  *x = value_ref(u.out, u.n);
  return u.end + 1;
}
