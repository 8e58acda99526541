/* view-compare: what the files of the Compare view share.
 *
 * Above the table of runs (and of teachers that were evaluated), below it one page on the selected run or on the experiments.
 * Everything is read on a thread of its own when the project's records change; the rows keep what they need, so that drawing
 * and moving ask nobody. Differences are to the baseline, on the test texts that both were asked about, text by text.
 *
 * Threads: the screen's, but for compare_lookup_work. */
#ifndef UI_VIEW_COMPARE_H
#define UI_VIEW_COMPARE_H

#include "base/json.h"
#include "store/experiment_store.h"
#include "store/run_store.h"
#include "ui/grounds.h"
#include "ui/list.h"
#include "ui/pane.h"
#include "ui/parts.h"
#include "ui/view.h"
#include "ui/workbench.h"

enum compare_page { PAGE_LABELS, PAGE_CONFUSION, PAGE_DISAGREE, PAGE_EXPERIMENTS, N_PAGES };
enum compare_sort { SORT_NEWEST, SORT_NAME, SORT_ACCURACY, SORT_F1, SORT_TEXTS, SORT_SIZE, N_SORTS };

struct compare_row {
  enum predictor kind;
  uint32_t id;
  char *name, *student, *data;
  enum run_state state;
  uint32_t n_train;
  int64_t at_ms;
  double valid_accuracy, n_params, size_bytes, seconds;    /* NaN: not known */
  double cost_usd;               /* of the generated texts learned from; of a teacher: for a million texts labelled */
  /* On the test texts; NaN where it was not evaluated on them. */
  double accuracy, lo, hi, macro_f1, n_test;
  int64_t evaluated_ms;
  struct json *metrics;          /* per_label, labels, confusion; or NULL */
  struct prediction *said;       /* by sample id */
  size_t n_said;
  /* To the baseline. */
  double difference, p;
  bool marked;
};

/* A test text on which two runs say different things. */
struct disagreement {
  uint32_t id;
  uint16_t truth, a, b;
  float p_a, p_b;
};

struct compare {
  struct workbench *w;
  struct project *p;

  struct compare_row *rows;
  size_t n;
  struct list list;
  enum compare_sort sort;
  bool reverse;
  enum predictor baseline_kind;
  uint32_t baseline;             /* 0: the oldest run that was evaluated */

  struct experiment_record *experiments;  /* oldest first */
  struct json **results;                  /* parallel; NULL where there is none */
  size_t n_experiments;
  size_t experiment;                      /* the one shown */
  struct activity live;                   /* an experiment that runs, where has_live */
  bool has_live;

  struct disagreement *disagreements;
  size_t n_disagreements, cap_disagreements;
  uint32_t only_a, only_b, neither;       /* right */
  uint32_t disagree_a, disagree_b;        /* ids of the runs; 0: none */
  struct list disagree_list;
  struct grounds grounds[2];              /* why each of both says what it says of the selected text */

  enum compare_page page;
  bool below;                             /* the keys go to the page, not to the table */
  bool working, loaded;
  int64_t loaded_ms;
  uint64_t records_seen, corpus_seen;
  struct area table_area, tabs_area, page_area, view_area;

  struct option *form_rows;
};

/* compare-data.c */
void compare_load(struct compare *v);
void compare_data_release(struct compare *v);
struct compare_row *compare_selected(struct compare *v);         /* NULL: none */
struct compare_row *compare_baseline(struct compare *v);         /* NULL: none */
void compare_find_differences(struct compare *v);                /* after the baseline changed */
void compare_find_disagreements(struct compare *v);              /* after selection or marks changed */
/* Whom the selected one is set against: what is marked beside it, else the baseline, else another; NULL: nobody. */
struct compare_row *compare_other(struct compare *v);
void compare_sort_rows(struct compare *v);
extern const char *const compare_sort_names[N_SORTS];

/* compare-draw.c */
void compare_draw(struct compare *v, struct canvas *c, struct area a);
void compare_tabs(const struct compare *v, struct part_tab tabs[N_PAGES]);

/* compare-page.c */
void compare_draw_page(struct compare *v, struct canvas *c, struct area a, bool focus);
/* All that is known of a run, and of a text on which two disagree, as a page. */
void compare_run_page(struct compare *v, const struct compare_row *row);
void compare_text_page(struct compare *v, const struct disagreement *d);

#endif
