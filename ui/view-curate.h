/* view-curate: inside of the view Curate, shared by its files: view-curate.c (the row, keys, panes), curate-act.c
 * (decisions, marks), curate-edit.c, curate-draw.c. */
#ifndef UI_VIEW_CURATE_H
#define UI_VIEW_CURATE_H

#include "corpus/corpus.h"
#include "ui/editor.h"
#include "ui/facet.h"
#include "ui/hints.h"
#include "ui/list.h"
#include "ui/opinion.h"
#include "ui/pane.h"
#include "ui/sieve.h"
#include "ui/view.h"
#include "ui/workbench.h"

enum curate_pane { PANE_FACETS, PANE_LIST, PANE_DETAIL, N_PANES };

struct curate {
  struct workbench *w;
  struct corpus *corpus;
  const struct labels *labels;
  struct sieve rows;
  struct facets facets;
  struct hints hints;
  struct opinion opinion;
  struct list list;
  struct pane detail;
  enum curate_pane pane;
  uint32_t id;              /* the selected sample, 0: none */
  uint64_t made;            /* rows.made that the list was set to */
  uint32_t detail_of;       /* sample that the detail pane was scrolled for */
  uint32_t anchor;          /* sample marked last: V marks from there */
  bool editing;
  bool editing_second;      /* the second text of a pair */
  struct editor editor;
  char *before;             /* the filter while another is typed, and the sample that was selected */
  uint32_t id_before;
  unsigned digits;           /* how often one was pressed here: the first time it is said that views are elsewhere */
  char *last;               /* the last action, as a line with {ids}: for `.` */
  bool finding;             /* duplicates are looked for */
  struct area facet_area, list_area, detail_area;  /* as last drawn, relative to the view */
};

/* curate-act.c */
extern const struct binding curate_bindings[];
bool curate_selection(void *view, struct buf *out);
/* Does a line with {ids}, and goes to the next row unless marks were meant. */
void curate_decide(struct curate *v, const char *line);
void curate_search_next(void *view, int step);
void curate_enter(void *view);

/* curate-edit.c */
void curate_edit(struct workbench *w, void *view, int n);
void curate_edit_outside(struct workbench *w, void *view, int n);
bool curate_edit_key(struct curate *v, const struct key *k);  /* while v->editing */
bool curate_editing(struct workbench *w, void *view);
bool curate_editing_pair(struct workbench *w, void *view);
void curate_edit_keep(struct workbench *w, void *view, int other);  /* other: go on with the pair's other text */
void curate_edit_cancel(struct workbench *w, void *view, int n);

/* curate-draw.c */
void curate_draw(void *view, struct canvas *c, struct area a);

/* view-curate.c */
void curate_select(struct curate *v, size_t row);
void curate_filter(struct curate *v, const char *filter);
/* After the rows may have changed: the selected sample stays selected wherever it stands now. */
void curate_follow(struct curate *v);

#endif
