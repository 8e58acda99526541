/* view-compare: what the files of the Compare view share.
 *
 * Above stands what the test set can tell, and a table of all that was tested on it: the arms of the experiment that is
 * shown, teachers, runs. Below it is one page on the experiment or on the selected row. Everything is read on threads
 * of its own when the project's records change; rows keep what they need, so that drawing and moving ask nobody.
 *
 * The selected row is set against another one: the one marked last, else the first arm or the baseline.
 *
 * Threads: the screen's, but for compare-read.c and what compare-pair.c says of its own. */
#ifndef UI_VIEW_COMPARE_H
#define UI_VIEW_COMPARE_H

#include "evaluate/findings.h"
#include "store/run_store.h"
#include "ui/compare-row.h"
#include "ui/compare-pair.h"
#include "ui/grounds.h"
#include "ui/list.h"
#include "ui/parts.h"
#include "ui/view.h"
#include "ui/workbench.h"

/* An experiment of the project, whether it has ended or not. */
struct compare_experiment {
  char *name;
  bool ended;
  size_t n_fits;                 /* of one that has not: trainings that it made, kept */
  size_t n_planned;              /* of its arms; 0: not known */
  bool plans_more;               /* curves, sources: more trainings than that */
  int64_t at_ms;
};

enum compare_page_number {
  PAGE_ARMS, PAGE_CURVE, PAGE_SOURCES, PAGE_LABELS, PAGE_CONFUSION, PAGE_DIFFER, PAGE_AGREEMENT, PAGE_COST, N_PAGES
};

#define COMPARE_LIVE_LINES 32

struct compare {
  struct workbench *w;
  struct project *p;

  struct compare_row *rows;
  size_t n;
  struct list list;
  size_t sort;                   /* compare_sort_names */
  bool reverse;
  uint32_t baseline;             /* the run that others are set against; 0: the oldest that was evaluated */
  unsigned marks;                /* ever made */

  struct compare_experiment *experiments;  /* oldest first */
  size_t n_experiments;
  size_t experiment;                       /* the one shown; SIZE_MAX: none */
  struct findings *findings;               /* of that one; NULL: it has not ended, or there is none */
  struct activity live;                    /* an experiment that runs, where has_live */
  bool has_live;
  char live_lines[COMPARE_LIVE_LINES][200];  /* its trainings that ended while it was watched, the oldest first */
  size_t n_live_lines;
  uint32_t live_seen;                      /* whose lines those are */

  struct compare_pair pair;      /* the selected row and the one that it is set against */
  uint64_t differ_seen;          /* pair.made, as its texts were last drawn */
  struct grounds grounds[2];     /* why both say what they say of the selected text */

  enum compare_page_number page;
  bool below;                    /* the keys go to the page, not to the table */
  bool wide;                     /* the page has all the room */
  struct list lists[N_PAGES];    /* of pages that are lists */
  bool differences;              /* arms: differences are drawn, not accuracies */
  bool worst_first;              /* labels: by their effect, or F1; else in their own order */
  size_t curve, cross;           /* the curve that is drawn, and the point under the crosshair */
  bool crossed, log_x;
  int axis;                      /* of cost */
  int across;                    /* agreement: columns scrolled over */

  bool working, loaded;
  char *wanted;                  /* the experiment to be shown; NULL: the newest */
  int64_t loaded_ms;
  bool stale;                    /* what was read is not what is wanted */
  char wrong[1000];              /* what the last look-up could not read */
  uint64_t records_seen;
  struct area view_area, head_area, table_area, tabs_area, page_area;

  struct option *form_rows;
};

/* One page under the table. */
struct compare_page {
  const char *name, *brief;      /* brief: where there is little room */
  const char *key;
  void (*draw)(struct compare *v, struct canvas *c, struct area a, bool focus);
  void (*move)(struct compare *v, enum move m);   /* NULL: the keys move in the table from here, too */
  void (*enter)(struct compare *v);
  void (*point)(struct compare *v, int row, int col);  /* a click, inside the page's area; NULL: on its list */
};
extern const struct compare_page compare_page_arms, compare_page_curve, compare_page_sources, compare_page_labels,
  compare_page_confusion, compare_page_differ, compare_page_agreement, compare_page_cost;
extern const struct compare_page *const compare_pages[N_PAGES];

/* compare-lookup.c */
void compare_load(struct compare *v);
void compare_lookup_release(struct compare *v);
void compare_go_to_experiment(struct compare *v, int step);
/* "7 of 15 trainings are kept" */
void compare_say_kept(const struct compare_experiment *x, struct buf *out);

/* compare-select.c: which rows */
struct compare_row *compare_selected(struct compare *v);         /* NULL: none */
struct compare_row *compare_baseline(struct compare *v);         /* the run; NULL: none */
/* Whom the selected one is set against; NULL: nobody. */
struct compare_row *compare_other(struct compare *v);
/* Reads what both say of the test texts into v->pair, unless it is there. At each frame that shows it. */
void compare_ask_pair(struct compare *v);
void compare_sort_rows(struct compare *v);                       /* the selected one stays selected */
/* Sorts, and says where the row that stood at `at` stands now; the list does not know yet. */
size_t compare_sort_from(struct compare *v, size_t at);
/* The findings' row of an arm; NULL: it is none. */
const struct found_row *compare_arm(const struct compare *v, const struct compare_row *row);

/* compare-table.c */
#define COMPARE_SORTS 16
extern const char *compare_sort_names[COMPARE_SORTS];
size_t compare_sort_count(void);
/* What the rows are sorted by: NaN where it is not known; *least: the least is the best. */
double compare_sort_key(const struct compare_row *row, size_t sort, bool *least);
void compare_draw_table(struct compare *v, struct canvas *c, struct area a);
size_t compare_sort_at(const struct compare *v,
                       int col);        /* the column under a click on the heads; SIZE_MAX: none */

/* compare-draw.c */
void compare_draw(struct compare *v, struct canvas *c, struct area a);
int compare_tab_at(const struct compare *v, int col);            /* -1: none */
/* Wraps a text from `row` on; returns the row behind it. c NULL: draws nothing. */
int compare_draw_wrapped(struct canvas *c, struct area a, int row, enum style s, const char *text);

/* compare-page-cost.c */
void compare_next_axis(struct compare *v);
const char *compare_axis_name(const struct compare *v);

/* compare-text.c: a text on which both differ, big, with the training texts that are most like it */
void compare_open_text(struct compare *v, size_t at);            /* of v->pair.difference.texts */

/* compare-experiments.c: as actions of keys, and when they can be pressed */
bool compare_is_running(struct workbench *w, void *view);
bool compare_is_unfinished(struct workbench *w, void *view);     /* the one shown, and none runs */
bool compare_has_experiment(struct workbench *w, void *view);    /* one that has ended is shown */
void compare_new(struct workbench *w, void *view, int n);
void compare_stop(struct workbench *w, void *view, int n);       /* n 0: pauses it or goes on, 1: stops it */
void compare_go_on(struct workbench *w, void *view, int n);
void compare_report(struct workbench *w, void *view, int n);
void compare_step_experiment(struct workbench *w, void *view, int n);

/* compare-show.c: Enter on a row */
void compare_show_row(struct compare *v, const struct compare_row *row);

/* compare-act.c: keys */
extern const struct binding compare_bindings[];
extern const struct figure_row compare_figures[];

#endif
