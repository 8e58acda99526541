/* curate-sheet: a page over the view that shows what is about to happen and asks: y does it, Esc and n do not, the
 * usual keys scroll. Where `enter` is set, Enter does it too.
 *
 * Life: zeroed; sheet_open, fill its pane, sheet_key until it is closed; sheet_release. The answer is told after the
 * sheet is closed, so that it may open another. Threads: the screen's. */
#ifndef UI_CURATE_SHEET_H
#define UI_CURATE_SHEET_H

#include "ui/key.h"
#include "ui/pane.h"

struct sheet {
  bool open;
  bool enter;
  char title[120];
  const char *does;                       /* what y does, in a word or two: "reject them" */
  struct pane pane;
  void (*answer)(void *arg, bool yes);
  void *arg;
};

/* Nothing may be open; returns the pane to fill. */
struct pane *sheet_open(struct sheet *s, const char *title, const char *does, void (*answer)(void *arg, bool yes),
                        void *arg);
void sheet_key(struct sheet *s, const struct key *k);
void sheet_draw(struct sheet *s, struct canvas *c, struct area a);
void sheet_release(struct sheet *s);      /* an open one is answered no */

#endif
