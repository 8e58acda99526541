/* textdiff: the words that two texts do not have in common, for panes: a change of a text is read at a glance.
 *
 * Words are runs of letters and digits with their combining marks and apostrophes inside; a character of two cells, a
 * blank and any other sign stand alone. The longest common subsequence of words by the table of Wagner and Fischer
 * (1974); texts that have more than TEXTDIFF_WORDS words beyond their common ends are all removed, then all added.
 *
 * Life: textdiff_make, any of the rest, textdiff_release. The texts are not copied and must stay. Threads: one user. */
#ifndef UI_TEXTDIFF_H
#define UI_TEXTDIFF_H

#include <stddef.h>

#include "ui/pane.h"

#define TEXTDIFF_WORDS 1000

enum textdiff_kind { TEXTDIFF_SAME, TEXTDIFF_REMOVED, TEXTDIFF_ADDED };
struct textdiff_part {
  enum textdiff_kind kind;
  const char *s;               /* of the text before where removed or the same, else of the text after */
  size_t n;
};
struct textdiff {
  struct textdiff_part *parts; /* in order; neighbours are of different kinds */
  size_t n, cap;
};

void textdiff_make(struct textdiff *d, const char *before, size_t n_before, const char *after, size_t n_after);
void textdiff_release(struct textdiff *d);
/* Adds the text before without what was added, or the text after without what was removed: what is not in both is
 * underlined, so that no colour is needed; what is, comes in style s. */
void textdiff_add(const struct textdiff *d, enum textdiff_kind side, enum style s, struct pane *p);
/* Both, a paragraph each, with the signs "- " and "+ " before them. NULL: there was no text. */
void textdiff_show(struct pane *p, const char *before, const char *after);

#endif
