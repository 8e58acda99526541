/* view-history: inside of the view History, which opens over another (H in Curate, `:history`): view-history.c (the
 * row, keys, going back and forward), history-draw.c, history-rows.c (what the selected change did). */
#ifndef UI_VIEW_HISTORY_H
#define UI_VIEW_HISTORY_H

#include "ui/list.h"
#include "ui/pane.h"
#include "ui/past.h"
#include "ui/view.h"
#include "ui/workbench.h"

struct history_lookup;
struct history_rows {
  struct workbench *w;
  uint32_t wanted, change;  /* the change that is asked for, and the one that the rows are of */
  struct log_row *rows;
  size_t n;
  struct history_lookup *looking;
};

struct history_view {
  struct workbench *w;
  struct past past;
  uint64_t made;            /* past.made that the list was made from */
  uint32_t *shown;          /* rows of the list: indexes of past.entries */
  size_t n_shown, cap_shown;
  struct list list;
  uint32_t id;              /* the selected change */
  char *words;              /* only changes that hold all of these are shown; "": all */
  char *words_before;
  struct history_rows rows;
  struct pane pane;
  uint32_t pane_of;
  bool in_pane;
  bool placed;              /* the selection was put where one stands */
  struct area list_area, pane_area;
  uint32_t target;          /* of the question */
};

/* The entry that is selected; NULL: none. */
const struct log_entry *history_selected(const struct history_view *v, enum past_state *state);

/* history-draw.c */
void history_draw(void *view, struct canvas *c, struct area a);

/* history-rows.c */
#define HISTORY_ROWS 300     /* samples shown of a change */
void history_rows_init(struct history_rows *r, struct workbench *w);
void history_rows_release(struct history_rows *r);
void history_rows_ask(struct history_rows *r, uint32_t change);
void history_rows_add(const struct history_rows *r, struct pane *p, const struct log_entry *e);

#endif
