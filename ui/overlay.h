/* overlay: what lies over a view for a moment and has the keys meanwhile: menu, question, form, page to read.
 *
 * Overlays are a stack; the topmost gets the keys. Callbacks are called after the overlay is gone, so they may open
 * another.
 * Life: pushed by the workbench_... functions (workbench.h), closed by their own keys or by overlays_release. */
#ifndef UI_OVERLAY_H
#define UI_OVERLAY_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/canvas.h"
#include "ui/form.h"
#include "ui/key.h"
#include "ui/pane.h"

struct overlay;
struct overlays {
  struct overlay *top;
};

bool overlays_open(const struct overlays *o);
void overlays_release(struct overlays *o);
/* Bottom to top, over the view's area. */
void overlays_draw(struct overlays *o, struct canvas *c, struct area a);
/* For the topmost. *search is set where it asks for the `/` line (a page). */
void overlays_key(struct overlays *o, const struct key *k, int row, int col, bool *search);
void overlays_close(struct overlays *o);
/* The page on top, to search in; NULL: there is none. */
struct pane *overlays_page(struct overlays *o);
/* The question on top, for the bottom line; NULL: there is none. */
const char *overlays_question(const struct overlays *o);

void overlays_menu(struct overlays *o, const char *title, const char *const *items, size_t n, size_t at,
                   void (*chosen)(void *arg, int i), void *arg);
void overlays_confirm(struct overlays *o, const char *question, void (*yes)(void *arg), void *arg);
struct form *overlays_form(struct overlays *o, const char *title, const struct option *rows, size_t n,
                           void (*done)(void *arg, const struct form *f), void *arg);
struct pane *overlays_text(struct overlays *o, const char *title);

#endif
