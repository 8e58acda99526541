#include "ui/style.h"

const struct style_row style_rows[STYLE_COUNT] = {
#define X(name, letter, fg, bg, light_fg, light_bg, attributes) {letter, fg, bg, light_fg, light_bg, attributes},
  STYLE_TABLE(X)
#undef X
};

static const char *const names[STYLE_COUNT] = {
#define X(name, letter, fg, bg, light_fg, light_bg, attributes) #name,
  STYLE_TABLE(X)
#undef X
};

const char *
style_name(enum style s)
{
  return names[s];
}
