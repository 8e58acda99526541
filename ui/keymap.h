/* keymap: which key does what, as rows of tables: one table for everywhere, one in each view's file.
 *
 * A row either runs a command line (in which {ids} stands for what the view has selected, "--id 812 --id 813") or
 * calls a function of its view; one that has both calls the function, and the line tells what it comes to. The `?`
 * overlay, the bottom line, the keys in the man page and the tests ("no key twice in a view", "every line parses") are
 * loops over these rows. */
#ifndef UI_KEYMAP_H
#define UI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/key.h"

struct workbench;

struct binding {
  const char *keys;        /* one or several, separated by blanks: "j Down"; NULL ends a table */
  const char *line;        /* a command line, or NULL */
  void (*action)(struct workbench *w, void *view, int n);  /* with view: the state of the view, n: the row's */
  int n;
  const char *help;        /* what it does, for `?`: lower case, no full stop */
  const char *hint;        /* one word for the bottom line, NULL: none; earlier rows win where it is narrow */
  bool (*when)(struct workbench *w, void *view);  /* NULL: always; else only then (another pane, a run going on) */
  bool (*hint_when)(struct workbench *w, void *view);  /* the hint is worth its room; NULL: always when it works */
};

extern const struct binding keymap_everywhere[];

/* The row for a key: that of the view first, then that for everywhere. NULL: nothing is bound. */
const struct binding *keymap_find(struct workbench *w, const struct binding *view_rows, void *view, const struct key *k,
                                  bool *of_view);
bool binding_has(const struct binding *b, const struct key *k);
/* The first key of a row: "j". */
const char *binding_first(const struct binding *b, char out[16]);

#endif
