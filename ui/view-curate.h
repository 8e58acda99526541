/* view-curate: inside of the view Curate, shared by its files: view-curate.c (the row, panes, mouse), curate-act.c
 * (keys, decisions), curate-mark.c, curate-bulk.c, curate-replace.c, curate-edit.c, curate-order.c, curate-saved.c;
 * what is shown: curate-draw.c (the whole), curate-table.c, curate-choose.c (its columns), curate-card.c,
 * curate-detail.c. */
#ifndef UI_VIEW_CURATE_H
#define UI_VIEW_CURATE_H

#include "corpus/corpus.h"
#include "ui/curate-column.h"
#include "ui/curate-session.h"
#include "ui/curate-sheet.h"
#include "ui/curate-values.h"
#include "ui/editor.h"
#include "ui/facet.h"
#include "ui/grounds.h"
#include "ui/hints.h"
#include "ui/list.h"
#include "ui/neighbours.h"
#include "ui/opinion.h"
#include "ui/original.h"
#include "ui/pane.h"
#include "ui/sieve.h"
#include "ui/view.h"
#include "ui/workbench.h"

enum curate_pane { PANE_FACETS, PANE_LIST, PANE_DETAIL, N_PANES };

/* Where a column of the table stands, in cells; of one that scrolls: on the plane behind the screen. */
struct place {
  int x, cols;
  bool stays;               /* at the left edge, whatever is scrolled */
  bool lends;               /* it takes the end of the text before it, in rows where it says something */
};
struct table {
  struct place *places;     /* of each chosen column, as last drawn */
  size_t n, cap;
  size_t last;              /* the last column that does not lend */
  int left, room;           /* cells of those that stay, and what is left for the plane */
  int end;                  /* cells of the plane */
  int shift;                /* cells that it is scrolled */
  int overhang, overhang_seen;  /* cells of the longest text on the screen that its column does not show */
  bool flexible_end;
};

/* The page of columns (C). */
struct column_page {
  bool open;
  char **names;             /* all there are: those that are chosen first */
  size_t n, cap;
  struct list list;
  struct area area;         /* as last drawn */
};

struct option;
struct saved;
struct curate {
  struct workbench *w;
  struct corpus *corpus;
  const struct labels *labels;
  struct sieve rows;
  struct facets facets;
  struct hints hints;
  struct opinion opinion;
  struct neighbours near;   /* the samples most like the selected one */
  struct grounds grounds;   /* the words that the newest run goes by */
  struct list list;
  struct values values;
  struct choice choice;     /* of columns */
  struct table table;
  struct column_page columns;
  size_t hand;              /* the column that + and - are about: the one clicked last */
  bool saving, save_again;  /* the choice is on its way to the project */
  bool card;                /* one sample, big, instead of the table */
  struct session session;
  struct sheet sheet;       /* a page that asks */
  struct pane detail, text; /* text: of the card */
  enum curate_pane pane;
  uint32_t id;              /* the selected sample, 0: none */
  bool to_top;              /* another order was asked for: what it puts first is what the person wants to see */
  uint64_t made;            /* rows.made that the list was set to */
  uint32_t detail_of;       /* sample that the detail pane was scrolled for */
  uint32_t anchor;          /* sample marked last: V marks from there */
  bool editing;
  bool editing_second;      /* the second text of a pair */
  struct editor editor;
  bool typing;              /* a filter, which is right so far */
  size_t told;              /* how many it found, as told beside it; SIZE_MAX: not yet */
  struct area edit_area;    /* as last drawn, on the screen */
  struct {
    uint32_t id;
    bool second;
    char *text;             /* given up, NULL: none */
  } draft;
  struct original original; /* the texts that the selected sample came with */
  struct pane difference;   /* between them and what is in the editor */
  char *before;             /* the filter while another is typed, and the sample that was selected */
  uint32_t id_before;
  unsigned digits;           /* how often one was pressed here: the first time it is said that views are elsewhere */
  struct saved *saved;      /* the filters with names that were offered last */
  char *find, *replace;     /* as typed last */
  struct option *replace_rows;
  size_t n_replace_rows;
  char *wished;             /* the order that signals are being computed for, NULL: none */
  char does[120];           /* what a sheet's y does */
  bool bulk;                /* many samples are being counted or changed */
  char *last;               /* the last action, as a line with {ids}: for `.` */
  bool finding;             /* duplicates are looked for */
  struct area facet_area, list_area, head_area, detail_area;  /* as last drawn, relative to the view */
};

/* curate-act.c */
extern const struct binding curate_bindings[];
bool curate_selection(void *view, struct buf *out);
void curate_step_on(struct curate *v);  /* the next row, unless this is the last one */
/* Does a line with {ids}, now or after a question; true: it is done. It is what `.` repeats. */
bool curate_do(struct curate *v, const char *line);
/* Does a line with {ids}, and goes to the next row unless marks were meant. */
void curate_decide(struct curate *v, const char *line);
void curate_search_next(void *view, int step);
void curate_enter(void *view);

/* curate-edit.c */
void curate_edit(struct workbench *w, void *view, int n);
void curate_edit_outside(struct workbench *w, void *view, int n);
void curate_edit_draw(struct curate *v, struct canvas *c, struct area a, const struct sample *s);
bool curate_edit_key(struct curate *v, const struct key *k);  /* while v->editing */
bool curate_editing(struct workbench *w, void *view);
bool curate_editing_pair(struct workbench *w, void *view);
void curate_edit_keep(struct workbench *w, void *view, int other);  /* other: go on with the pair's other text */
void curate_edit_break(struct workbench *w, void *view, int n);
void curate_edit_cancel(struct workbench *w, void *view, int n);

/* curate-draw.c */
void curate_draw(void *view, struct canvas *c, struct area a);

/* curate-table.c */
void table_draw(struct curate *v, struct canvas *c, struct area a, bool focus);  /* its first row: the heads */
void table_scroll(struct curate *v, int step);                                  /* sideways */
bool table_head_hit(const struct curate *v, int col, size_t *i);                /* the column under a click */

/* curate-find.c: the first word or phrase that a filter looks for in texts ("" for none), and where it stands in one
 * that is drawn from the strip's first column on */
void find_words(const char *filter, char *out, size_t size);
void find_light(struct canvas *c, struct area strip, const char *text, size_t n, const char *words);

/* curate-choose.c: which columns, how wide, in which order */
void columns_load(struct curate *v);
void columns_want(struct curate *v);   /* the values that are shown, sorted by or told of */
bool columns_key(struct curate *v, const struct key *k);  /* while the page is open */
void columns_draw(struct curate *v, struct canvas *c, struct area a);
void columns_release(struct curate *v);
void curate_columns(struct workbench *w, void *view, int n);
void curate_widen(struct workbench *w, void *view, int step);

/* curate-order.c: sorting */
void curate_sort_menu(struct workbench *w, void *view, int n);
void curate_reverse(struct workbench *w, void *view, int n);
void curate_sort_by(struct curate *v, const char *key);  /* the other way round, if it is that already */
void curate_signals(struct workbench *w, void *view, int n);

/* curate-card.c */
void card_draw(struct curate *v, struct canvas *c, struct area whole, struct area a);  /* in the view's area */
void curate_card(struct workbench *w, void *view, int n);

/* curate-detail.c */
extern struct figure_row curate_figures[];
void detail_name_figures(void);        /* fills them */
void detail_draw(struct curate *v, struct canvas *c, struct area a);
/* All but the texts, for a pane of so many columns. */
void detail_facts(struct curate *v, struct pane *p, const struct sample *s, int cols);
void detail_texts(const struct curate *v, struct pane *p, const struct sample *s);
void curate_why(struct workbench *w, void *view, int n);
void detail_label(const struct curate *v, const struct sample *s, struct buf *out);

/* curate-bulk.c: what touches many samples is shown before it is done */
bool bulk_wants(const struct curate *v);
void bulk_ask(struct curate *v, const char *line);       /* with {ids}, for the marked samples */
void bulk_run(struct curate *v, const char *line);       /* a whole line, on a thread of its own */

/* curate-label.c */
void curate_label_digit(struct workbench *w, void *view, int n);
void curate_label_menu(struct workbench *w, void *view, int n);
void curate_take(struct workbench *w, void *view, int n);
void label_words(const char *line, struct buf *out);     /* of a line of relabel: "billing", "+billing" */

/* curate-mark.c */
void curate_mark(struct workbench *w, void *view, int n);
void curate_mark_range(struct workbench *w, void *view, int n);
void curate_mark_all(struct workbench *w, void *view, int n);
void curate_duplicates(struct workbench *w, void *view, int n);

/* curate-replace.c */
void curate_replace(struct workbench *w, void *view, int n);

/* curate-line.c: told with what the line printed; a failure was said already */
typedef void line_done_fn(struct curate *v, const char *line, int status, const char *output);
void line_run(struct curate *v, const char *line, line_done_fn *done);

/* curate-saved.c: filters with names */
void saved_release(struct curate *v);
void curate_saved_menu(struct workbench *w, void *view, int n);
void curate_save_filter(struct workbench *w, void *view, int n);

/* view-curate.c */
void curate_select(struct curate *v, size_t row);
void curate_filter(struct curate *v, const char *filter);
bool curate_browsing(struct workbench *w, void *view);   /* nothing is being edited */
/* After the rows may have changed: the selected sample stays selected wherever it stands now. */
void curate_follow(struct curate *v);

#endif
