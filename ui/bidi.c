#include "ui/bidi.h"

#include <fribidi.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

#define MAX_LINE 4000   /* characters: more than a canvas is wide */

/* The blocks whose letters are written from the right (Unicode 15, DerivedBidiClass R and AL). */
static bool
is_from_right(uint32_t p)
{
  return (p >= 0x590 && p <= 0x8ff) || (p >= 0xfb1d && p <= 0xfdff) || (p >= 0xfe70 && p <= 0xfeff) ||
         (p >= 0x10800 && p <= 0x10fff) || (p >= 0x1e800 && p <= 0x1efff);
}

bool
bidi_needed(const char *text, size_t n)
{
  size_t len;

  for (size_t i = 0; i < n; i += len) {
    len = 1;
    if ((unsigned char)text[i] < 0xd6)  /* U+0590 begins with this byte: nearly all text ends here */
      continue;
    if (is_from_right(utf8_decode(text + i, n - i, &len)))
      return true;
  }
  return false;
}

bool
bidi_from_right(const char *text, size_t n)
{
  size_t len;

  for (size_t i = 0; i < n && text[i] != '\n'; i += len) {
    FriBidiCharType type = fribidi_get_bidi_type(utf8_decode(text + i, n - i, &len));

    if (FRIBIDI_IS_STRONG(type))
      return FRIBIDI_IS_RTL(type);
  }
  return false;
}

static void
order_some(uint32_t *points, int n, FriBidiParType base, int *order)
{
  FriBidiCharType *types = xcalloc((size_t)n, sizeof *types);
  FriBidiBracketType *brackets = xcalloc((size_t)n, sizeof *brackets);
  FriBidiLevel *levels = xcalloc((size_t)n, sizeof *levels);
  FriBidiArabicProp *joins = xcalloc((size_t)n, sizeof *joins);
  const FriBidiFlags flags = FRIBIDI_FLAG_SHAPE_MIRRORING | FRIBIDI_FLAG_SHAPE_ARAB_PRES;

  fribidi_get_bidi_types(points, n, types);
  fribidi_get_bracket_types(points, n, types, brackets);
  if (fribidi_get_par_embedding_levels_ex(types, brackets, n, &base, levels)) {
    fribidi_get_joining_types(points, n, joins);
    fribidi_join_arabic(types, n, levels, joins);
    fribidi_shape(flags, levels, n, joins, points);
    if (!fribidi_reorder_line(FRIBIDI_FLAGS_DEFAULT, types, n, 0, base, levels, NULL, order))
      for (int i = 0; i < n; i++)  /* no memory: in reading order, then */
        order[i] = i;
  }
  free(types);
  free(brackets);
  free(levels);
  free(joins);
}

void
bidi_order(uint32_t *points, size_t n, bool from_right, int *order)
{
  for (size_t i = 0; i < n; i++)
    order[i] = (int)i;
  if (n && n <= MAX_LINE)
    order_some(points, (int)n, from_right ? FRIBIDI_PAR_RTL : FRIBIDI_PAR_LTR, order);
}
