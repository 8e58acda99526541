/* list: which rows of a long list are on the screen, and which one is selected. It holds numbers only: drawing asks the
 * view for each visible row, so a list may have any number of rows.
 *
 * The selected row must never change under the person's hand: when rows come and go, the view finds where its selected
 * sample stands now and calls list_keep, which also keeps it at the same height on the screen. */
#ifndef UI_LIST_H
#define UI_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/canvas.h"
#include "ui/view.h"

struct list {
  size_t n;          /* rows there are */
  size_t at;         /* the selected one; 0 where n is 0 */
  size_t top;        /* the first one on the screen */
  int height;        /* rows on the screen, as last drawn */
  bool quiet;        /* a list at the side: its row is lit only while it has the keys, arrows say that there is more */
};

void list_move(struct list *l, enum move m);
void list_go(struct list *l, size_t row);              /* selects a row and scrolls as little as needed */
/* There are n rows now, and what was selected stands at `row`. */
void list_keep(struct list *l, size_t n, size_t row);
/* Calls draw(arg, c, area of one row, i, selected) for each visible row, then shows the selected one (with the keys, or
 * without), and at the right edge how far it is scrolled. */
void list_draw(struct list *l, struct canvas *c, struct area a, bool focus,
               void (*draw)(void *arg, struct canvas *c, struct area row, size_t i, bool here), void *arg);
/* The row under a click in the area that list_draw was given; false: none. */
bool list_hit(const struct list *l, int row, size_t *i);
void list_wheel(struct list *l, int step);             /* scrolls; the selected row stays on the screen */

#endif
