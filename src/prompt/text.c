#include "prompt/text.h"

#include <string.h>
#include <wctype.h>

#include "base/utf8.h"
#include "prompt/literal.h"

/* Letters whose upper case is more than one letter (Unicode SpecialCasing.txt, the common ones). */
static const struct {
  uint32_t c;
  const char *upper, *title;
} special[] = {
  {0xdf, "SS", "Ss"}, {0x149, "\u02bcN", "\u02bcN"}, {0x1f0, "J\u030c", "J\u030c"},
  {0xfb00, "FF", "Ff"}, {0xfb01, "FI", "Fi"}, {0xfb02, "FL", "Fl"}, {0xfb03, "FFI", "Ffi"}, {0xfb04, "FFL", "Ffl"},
  {0xfb05, "ST", "St"}, {0xfb06, "ST", "St"},
};

static bool
is_alpha(uint32_t c)
{
  return c < 0x80 ? (c | 32) >= 'a' && (c | 32) <= 'z' : c != 0x2160 && iswalpha((wint_t)c) && !iswdigit((wint_t)c);
}

static bool
is_cased(uint32_t c)
{
  return utf8_tolower(c) != c || utf8_toupper(c) != c || c == 0xdf;
}

static void
add_upper(struct buf *out, uint32_t c, bool title)
{
  char s[4];

  for (size_t i = 0; i < sizeof special / sizeof *special; i++)
    if (special[i].c == c) {
      buf_adds(out, title ? special[i].title : special[i].upper);
      return;
    }
  buf_add(out, s, utf8_encode(utf8_toupper(c), s));
}

/* A capital sigma at the end of a word becomes the final one; İ keeps its dot. */
static void
add_lower(struct buf *out, const char *s, size_t n, size_t at, uint32_t c, bool after_letter)
{
  char small[4];
  size_t len, next;

  if (c == 0x130) {
    buf_adds(out, "i\u0307");
    return;
  }
  utf8_decode(s + at, n - at, &len);
  next = at + len;
  if (c == 0x3a3 && after_letter && !(next < n && is_cased(utf8_decode(s + next, n - next, &len))))
    c = 0x3c2;
  else
    c = utf8_tolower(c);
  buf_add(out, small, utf8_encode(c, small));
}

/* Whether the character begins a word, for each way of seeing words. */
static bool
begins(enum text_case how, size_t at, uint32_t before)
{
  if (how == TEXT_CAPITALIZE)
    return at == 0;
  if (how == TEXT_TITLE)
    return at == 0 || !is_cased(before);
  return at == 0 || text_is_space(before) || (before < 0x80 && before && strchr("-({[<", (int)before));
}

void
text_case(struct buf *out, const char *s, size_t n, enum text_case how)
{
  size_t len, second = 0;  /* the byte after a word's first letter: Jinja's title filter lowers the rest by itself */
  uint32_t before = 0;

  for (size_t i = 0; i < n; i += len) {
    uint32_t c = utf8_decode(s + i, n - i, &len);
    bool by_word = how == TEXT_CAPITALIZE || how == TEXT_TITLE || how == TEXT_WORDS;

    if (by_word && begins(how, i, before)) {
      add_upper(out, c, how != TEXT_WORDS);
      second = i + len;
    } else if (how == TEXT_UPPER || (how == TEXT_SWAP && utf8_tolower(c) == c)) {
      add_upper(out, c, false);
    } else {
      add_lower(out, s, n, i, c, i > 0 && is_cased(before) && !(how == TEXT_WORDS && i == second));
    }
    before = c;
  }
}

static bool
fits(uint32_t c, enum text_class class)
{
  switch (class) {
  case TEXT_ALPHA:
    return is_alpha(c);
  case TEXT_DIGIT:
    return c < 0x80 ? c >= '0' && c <= '9' : utf8_is_alnum(c) && !is_alpha(c);
  case TEXT_ALNUM:
    return utf8_is_alnum(c);
  case TEXT_SPACE:
    return text_is_space(c);
  default:
    return c < 0x80;
  }
}

static bool
is_title(const char *s, size_t n)
{
  bool any = false, inside = false;
  size_t len;

  for (size_t i = 0; i < n; i += len) {
    uint32_t c = utf8_decode(s + i, n - i, &len);
    bool upper = utf8_tolower(c) != c;

    if (is_cased(c) && upper == inside)
      return false;
    inside = is_cased(c);
    any |= inside;
  }
  return any;
}

bool
text_is(const char *s, size_t n, enum text_class class)
{
  bool any = false;
  size_t len;

  if (class == TEXT_IS_TITLE)
    return is_title(s, n);
  for (size_t i = 0; i < n; i += len) {
    uint32_t c = utf8_decode(s + i, n - i, &len);

    if (class == TEXT_IS_UPPER || class == TEXT_IS_LOWER) {
      if ((class == TEXT_IS_UPPER ? utf8_toupper(c) : utf8_tolower(c)) != c || (class == TEXT_IS_UPPER && c == 0xdf))
        return false;
      any |= is_cased(c);
    } else {
      if (!fits(c, class))
        return false;
      any = true;
    }
  }
  return any || class == TEXT_ASCII;
}

static bool
in_set(const char *c, size_t len, const char *set, size_t n_set)
{
  size_t step;

  for (size_t i = 0; i < n_set; i += step) {
    utf8_decode(set + i, n_set - i, &step);
    if (step == len && memcmp(set + i, c, len) == 0)
      return true;
  }
  return false;
}

void
text_strip(const char **s, size_t *n, const char *set, size_t n_set, bool left, bool right)
{
  size_t len;

  if (!set) {
    size_t lead = left ? text_leading_space(*s, *n) : 0;

    *s += lead;
    *n -= lead;
    *n -= right ? text_trailing_space(*s, *n) : 0;
    return;
  }
  while (left && *n) {
    utf8_decode(*s, *n, &len);
    if (!in_set(*s, len, set, n_set))
      break;
    *s += len;
    *n -= len;
  }
  while (right && *n) {
    len = 1;
    while (len < *n && ((unsigned char)(*s)[*n - len] & 0xc0) == 0x80)
      len++;
    if (!in_set(*s + *n - len, len, set, n_set))
      break;
    *n -= len;
  }
}

bool
text_line_end(const char *s, size_t n, size_t *at, size_t *end)
{
  size_t len;

  for (size_t i = *at; i < n; i += len) {
    uint32_t c = utf8_decode(s + i, n - i, &len);

    if ((c >= 10 && c <= 13) || (c >= 0x1c && c <= 0x1e) || c == 0x85 || c == 0x2028 || c == 0x2029) {
      *at = i;
      *end = i + len + (c == '\r' && i + 1 < n && s[i + 1] == '\n');
      return true;
    }
  }
  *at = *end = n;
  return false;
}

size_t
text_to_byte(const char *s, size_t n, size_t index)
{
  size_t at = 0, len;

  while (index-- > 0 && at < n) {
    utf8_decode(s + at, n - at, &len);
    at += len;
  }
  return at;
}
