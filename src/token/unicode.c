#include "token/unicode.h"

#include <utf8proc.h>

struct range {
  uint32_t first, last;
};

/* Scripts written without spaces, in rising order. */
static const struct range unspaced[] = {
  {0x0e00, 0x0e7f},    /* Thai */
  {0x0e80, 0x0eff},    /* Lao */
  {0x1000, 0x109f},    /* Burmese */
  {0x1780, 0x17ff},    /* Khmer */
  {0x2e80, 0x2fdf},    /* radicals of Han */
  {0x3005, 0x3007}, {0x3021, 0x3029}, {0x3038, 0x303c},
  {0x3041, 0x312f},    /* Kana, Bopomofo */
  {0x31a0, 0x31bf}, {0x31f0, 0x31ff},
  {0x3400, 0x4dbf}, {0x4e00, 0x9fff},
  {0xa9e0, 0xa9ff}, {0xaa60, 0xaa7f},
  {0xf900, 0xfaff},
  {0xff66, 0xff9f},    /* Kana, narrow */
  {0x1aff0, 0x1b16f},
  {0x20000, 0x3fffd},
};

static bool
is_unspaced(uint32_t c)
{
  size_t i = 0, n = sizeof unspaced / sizeof *unspaced;

  if (c < unspaced[0].first)
    return false;
  while (i < n && unspaced[i].last < c)
    i++;
  return i < n && unspaced[i].first <= c;
}

static enum char_class
class_of_letter(uint32_t c)
{
  return is_unspaced(c) ? CHAR_ALONE : CHAR_WORD;
}

static enum char_class
class_of_ascii(uint32_t c)
{
  if (c <= 0x20 || c == 0x7f)
    return CHAR_SPACE;
  return c - '0' < 10 || (c | 32) - 'a' < 26 ? CHAR_WORD : CHAR_SIGN;
}

enum char_class
char_class(uint32_t c)
{
  if (c < 0x80)
    return class_of_ascii(c);
  switch (utf8proc_category((utf8proc_int32_t)c)) {
  case UTF8PROC_CATEGORY_LU:
  case UTF8PROC_CATEGORY_LL:
  case UTF8PROC_CATEGORY_LT:
  case UTF8PROC_CATEGORY_LM:
  case UTF8PROC_CATEGORY_LO:
  case UTF8PROC_CATEGORY_ND:
  case UTF8PROC_CATEGORY_NL:
    return class_of_letter(c);
  case UTF8PROC_CATEGORY_NO:
    return CHAR_WORD;
  case UTF8PROC_CATEGORY_MN:
  case UTF8PROC_CATEGORY_MC:
  case UTF8PROC_CATEGORY_ME:
    return CHAR_MARK;
  case UTF8PROC_CATEGORY_ZS:
  case UTF8PROC_CATEGORY_ZL:
  case UTF8PROC_CATEGORY_ZP:
  case UTF8PROC_CATEGORY_CC:
    return CHAR_SPACE;
  case UTF8PROC_CATEGORY_CF:
    return c == 0x200c || c == 0x200d ? CHAR_JOINER : c == 0x200b ? CHAR_SPACE : CHAR_NOTHING;
  default:
    return CHAR_SIGN;
  }
}

uint32_t
char_lower(uint32_t c)
{
  if (c < 0x80)
    return c - 'A' < 26 ? c + 32 : c;
  return (uint32_t)utf8proc_tolower((utf8proc_int32_t)c);
}

bool
char_combines(uint32_t c)
{
  if (c < 0x300)
    return false;
  if (c >= 0x1160 && c < 0x1200)  /* the second and third parts of Korean syllables */
    return true;
  switch (utf8proc_category((utf8proc_int32_t)c)) {
  case UTF8PROC_CATEGORY_MN:
  case UTF8PROC_CATEGORY_MC:
  case UTF8PROC_CATEGORY_ME:
    return true;
  default:
    return false;
  }
}

/* utf8proc's comb_index says from its bit 15 on which second character of a composition it is. */
struct char_form
char_form(uint32_t c)
{
  const utf8proc_property_t *p;

  if (c < 0x300 || (c >= 0xac00 && c < 0xd7a4))
    return (struct char_form){0};
  p = utf8proc_get_property((utf8proc_int32_t)c);
  return (struct char_form){p->decomp_seqindex != UINT16_MAX && p->decomp_type == 0,
                            (p->comb_index >= 0x8000 && p->comb_index != UINT16_MAX) || (c >= 0x1160 && c < 0x1200),
                            (uint8_t)p->combining_class};
}

size_t
unicode_nfc(const char *s, size_t n, uint32_t *out, size_t max)
{
  utf8proc_int32_t *codes = (utf8proc_int32_t *)out;
  const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
  utf8proc_ssize_t m = utf8proc_decompose((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, codes,
                                          (utf8proc_ssize_t)max, options);

  if (m <= 0 || (size_t)m > max)
    return 0;
  m = utf8proc_normalize_utf32(codes, m, options);
  return m <= 0 ? 0 : (size_t)m;
}

bool
char_same_cluster(uint32_t a, uint32_t b, int32_t *state)
{
  return !utf8proc_grapheme_break_stateful((utf8proc_int32_t)a, (utf8proc_int32_t)b, state);
}
