/* view: one of the windows onto the corpus. A view is one file that defines one row (struct view) and its state; the
 * row stands in view_rows[] (view.c). Only the slots that are needed are set.
 *
 * Life: open once, when the workbench starts; then any order of the rest; close. All on the screen's thread. What a
 * view shows it reads from the corpus and the board; what it changes it changes by running command lines
 * (workbench.h). A view draws what it holds and does not look anything up that takes longer than a frame while
 * drawing.
 *
 * A row that does not stand in view_rows[] may be opened over a view (workbench_open_over) and then has the keys, the
 * area, `?` and the bottom line like any other; work that it has asked for may end after it was closed, so what carries
 * the work must not hold on to its state.
 *
 * Order in which a key is tried: an open overlay (menu, form, help, the `:` line); the view's `key` slot; the rows of
 * the view; the rows for everywhere (which call `move`, `enter`, `back`, `pane` below). */
#ifndef UI_VIEW_H
#define UI_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "ui/canvas.h"
#include "ui/key.h"
#include "ui/keymap.h"

struct workbench;

enum move { MOVE_UP, MOVE_DOWN, MOVE_HALF_UP, MOVE_HALF_DOWN, MOVE_PAGE_UP, MOVE_PAGE_DOWN, MOVE_TOP, MOVE_BOTTOM,
            MOVE_LEFT, MOVE_RIGHT };

/* What a figure on the screen means, for `?`. */
struct figure_row {
  const char *name, *meaning;           /* ended by a row with name NULL */
};

struct view {
  const char *name;                     /* "Curate" */
  const char *about;                    /* one line for `?` */
  const struct binding *bindings;       /* ended by a row with keys NULL */
  const struct figure_row *figures;     /* NULL: the names say it all */
  void *(*open)(struct workbench *w);
  void (*close)(void *v);
  void (*draw)(void *v, struct canvas *c, struct area a);
  /* The corpus or the board moved, or the view was gone to: take over what is new. Called before draw, at most once a
   * frame, for all views (an invisible one may just remember that it is stale: `visible` tells). */
  void (*update)(void *v, bool visible);
  /* A key before the tables see it: true if it was used (an editor or a field has the keys). */
  bool (*key)(void *v, const struct key *k);
  /* True while what is open in the view tells its own keys: the bottom line then tells none. May be NULL. */
  bool (*tells_keys)(void *v);
  void (*move)(void *v, enum move m);   /* j k C-d C-u PgUp PgDn g G arrows */
  void (*enter)(void *v);               /* Enter */
  bool (*back)(void *v);                /* Esc, q: false if there was nothing to back out of */
  void (*pane)(void *v, int step);      /* Tab +1, S-Tab -1 */
  void (*mouse)(void *v, const struct key *k, int row, int col);  /* inside the view's area, from 0 */
  /* What {ids} stands for: "--id 812 --id 813"; false if nothing is selected. */
  bool (*selection)(void *v, struct buf *out);
  /* `/`: the text to begin with; then what was typed, at each change (done 0), at Enter (1), at Esc (-1: take it
   * back). Adds to *note what to say beside it: "1 217 of 1 482", or what is wrong; returns the byte where it is
   * wrong, -1: fine. */
  const char *(*search_begin)(void *v);
  int (*search)(void *v, const char *text, int done, struct buf *note);
  void (*search_next)(void *v, int step);  /* n +1, N -1 */
  void (*show)(void *v, const char *filter);  /* another view sends the person here, to these samples */
};

#define VIEW_COUNT 5
extern const struct view *const view_rows[VIEW_COUNT];  /* in the order of the keys 1 to 5 */

/* Those that are opened over another (workbench_open_over); NULL at the end. */
extern const struct view *const over_rows[];
extern const struct view view_history, view_map, view_audit, view_sweep, view_compare_text;
void history_open(struct workbench *w, void *view, int n);  /* as the action of a key */
void audit_open(struct workbench *w, void *view, int n);
void map_open(struct workbench *w, const char *filter);     /* filter: Curate's, "" for all */

extern const struct view view_templates, view_generate, view_curate, view_train, view_compare;

#endif
