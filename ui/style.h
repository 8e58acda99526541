/* style: the looks that cells can have, by what they mean. Colours are the terminal's own (its default foreground and
 * background, and the sixteen); a dark and a light column, and attributes that must carry the meaning without any
 * colour. */
#ifndef UI_STYLE_H
#define UI_STYLE_H

#include <stdbool.h>

/* X(NAME, letter in dumps, dark fg, dark bg, light fg, light bg, attributes); -1 is the terminal's default colour. */
#define STYLE_TABLE(X)                                                                \
  X(NORMAL,    '.', -1, -1, -1, -1, 0)                                                \
  X(BOLD,      'b', -1, -1, -1, -1, STYLE_IS_BOLD)                                    \
  X(DIM,       'd', 8, -1, 8, -1, 0)             /* what matters less: rules, units, provenance */   \
  X(HEAD,      'h', 8, -1, 8, -1, STYLE_IS_BOLD) /* column heads */                   \
  X(RULE,      '-', 8, -1, 8, -1, 0)                                                  \
  X(NAME,      'n', 6, -1, 4, -1, STYLE_IS_BOLD) /* the project, a title */           \
  X(TAB,       't', -1, -1, -1, -1, 0)                                                \
  X(TAB_HERE,  'T', -1, -1, -1, -1, STYLE_IS_BOLD | STYLE_IS_REVERSE)                 \
  X(KEY,       'k', -1, -1, -1, -1, STYLE_IS_BOLD) /* a key that can be pressed */      \
  X(HERE,      'S', -1, -1, -1, -1, STYLE_IS_REVERSE) /* the selected row */          \
  X(HERE_IDLE, 's', -1, -1, -1, -1, STYLE_IS_UNDERLINE) /* the same in a pane without the keys */ \
  X(MARKED,    'm', 5, -1, 5, -1, STYLE_IS_BOLD)                                      \
  X(MATCH,     '/', 3, -1, 1, -1, STYLE_IS_UNDERLINE) /* what was searched for */     \
  X(GOOD,      'g', 2, -1, 2, -1, 0)                                                  \
  X(WARN,      'w', 3, -1, 5, -1, 0)                                                  \
  X(BAD,       'x', 1, -1, 1, -1, 0)                                                  \
  X(ERROR,     'E', 1, -1, 1, -1, STYLE_IS_BOLD)                                      \
  X(LABEL,     'l', 6, -1, 4, -1, 0)                                                  \
  X(NUMBER,    '0', -1, -1, -1, -1, 0)                                                \
  X(BAR,       '#', 6, -1, 4, -1, 0)                                                  \
  X(TRAIN,     '1', 6, -1, 4, -1, 0)             /* first series of a chart */        \
  X(VALID,     '2', 3, -1, 5, -1, STYLE_IS_BOLD) /* second series */                  \
  X(SERIES_A,  '3', 2, -1, 2, -1, 0)             /* further series, each with a letter of its own */ \
  X(SERIES_B,  '4', 5, -1, 1, -1, 0)                                                  \
  X(SERIES_C,  '5', 12, -1, 4, -1, STYLE_IS_BOLD)                                     \
  X(SERIES_D,  '6', 1, -1, 2, -1, STYLE_IS_BOLD)                                      \
  X(SERIES_E,  '7', 10, -1, 1, -1, STYLE_IS_BOLD)                                     \
  X(SERIES_F,  '8', 13, -1, 6, -1, STYLE_IS_BOLD)                                     \
  X(HINT,      'i', 5, -1, 5, -1, 0)             /* what a model suggests */          \
  X(INPUT,     'I', -1, -1, -1, -1, 0)                                                \
  X(ADDED,     '+', 2, -1, 2, -1, 0)                                                  \
  X(REMOVED,   '~', 1, -1, 1, -1, 0)                                                  \
  X(WORD_ADDED,   'A', 2, -1, 2, -1, STYLE_IS_UNDERLINE | STYLE_IS_BOLD)  /* words that two texts do not share */ \
  X(WORD_REMOVED, 'R', 1, -1, 1, -1, STYLE_IS_UNDERLINE)                              \
  X(CODE,      'c', 6, -1, 6, -1, 0)             /* template tags */                  \
  X(STRING,    '"', 2, -1, 2, -1, 0)                                                  \
  X(COMMENT,   '%', 8, -1, 8, -1, 0)

enum style_attribute { STYLE_IS_BOLD = 1, STYLE_IS_REVERSE = 2, STYLE_IS_UNDERLINE = 4 };

enum style {
#define X(name, letter, fg, bg, light_fg, light_bg, attributes) STYLE_##name,
  STYLE_TABLE(X)
#undef X
  STYLE_COUNT
};

struct style_row {
  char letter;
  signed char fg, bg, light_fg, light_bg;
  unsigned char attributes;  /* enum style_attribute */
};
extern const struct style_row style_rows[STYLE_COUNT];

/* The name of a style as written above, in lower case: for tests and the style dump. */
const char *style_name(enum style s);

#endif
