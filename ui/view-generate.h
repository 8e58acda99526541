/* view-generate: what the files of the Generate view share.
 *
 * The view shows one job: the one that runs, else the newest, else the one that the person chose. What it shows of a
 * job is
 * the same whether the job runs here, ran yesterday or was killed in between: labels and funnel come from the project
 * file,
 * the texts from corpus and dropped texts, and only what is in flight comes from the board. The project is read on a
 * thread of
 * its own (generate-data.c), a few times a second while a job runs.
 *
 * Above stand the job, its labels and its figures; below one of several pages, each a row of generate_pages.
 *
 * Threads: the screen's. */
#ifndef UI_VIEW_GENERATE_H
#define UI_VIEW_GENERATE_H

#include "corpus/diversity.h"
#include "generate/coverage.h"
#include "generate/funnel.h"
#include "store/job_store.h"
#include "store/teacher_store.h"
#include "ui/editor.h"
#include "ui/form.h"
#include "ui/list.h"
#include "ui/parts.h"
#include "ui/view.h"
#include "ui/workbench.h"

enum generate_page_id { PAGE_TEXTS, PAGE_FUNNEL, PAGE_COVERAGE, PAGE_DIVERSITY, PAGE_FAILED, PAGE_JOBS, N_PAGES };
/* What lies over the view. */
enum generate_step { STEP_NONE, STEP_FORM, STEP_ASKED, STEP_ESTIMATE, STEP_REPAIR };

/* A text that came: a sample, or one that was dropped. */
struct stream_row {
  uint32_t request;            /* texts are in the order of the requests */
  uint32_t sample;             /* 0: dropped */
  size_t dropped;              /* index of struct dropped_row */
  uint16_t said;               /* annotate: the label that the teacher gave it */
};
/* What tells the samples of a job from the rest. Whoever reads the project owns it meanwhile. */
struct job_texts {
  uint32_t job;
  uint32_t *requests;          /* ids of its requests, ascending */
  size_t n_requests;
  uint32_t *samples;           /* that came of it, ascending */
  size_t n_samples, cap_samples;
  uint32_t scanned;            /* samples of the corpus looked at for that */
  struct diversity *diversity; /* of the first n_measured samples; NULL: none was measured */
  size_t n_measured;
};
struct job_item {
  struct job_row row;
  char *template_name, *teacher_name;  /* "tickets v4"; several teachers: "a, b" */
  char *teachers;              /* " --teacher ..." for a command line */
  struct job_figures figures;  /* loaded where has_figures */
  bool has_figures;
  bool elsewhere;              /* another process works on it */
  bool batch;                  /* its requests are handed in as batches */
};
/* What a job would take, as `generate --dry-run` or --probe says; NaN: not known. */
struct estimate_shown {
  double requests, cached, texts, tokens_in, tokens_out, cost_usd, bound_usd, requests_bound;
  double tokens_in_range[2], tokens_out_range[2], cost_range_usd[2];
  double replies;              /* whose lengths it goes by */
  double yield;                /* texts kept of those asked for, so far */
  double probed, job;          /* requests sent to find out; and the job that they are of, 0: none */
};

#define N_LIMITS 4             /* money, tokens, requests, time */
#define DIVERSITY_LEAST 10     /* given texts that are enough to compare with */
#define DIVERSITY_MOST 500
struct diversity_shown {
  struct board_diversity all;  /* texts of the job */
  struct board_diversity same; /* as many of them as there are given ones */
  struct board_diversity given;  /* seeds and imported texts */
  struct diversity_opening openings[40];
  size_t n_openings;
};

/* A dropped text in the editor. */
struct repair {
  struct editor editor;
  uint32_t id, of;             /* of the dropped text, and of the sample that it is like */
  enum drop_reason reason;
  bool pair, second;           /* the second text of a pair is in the editor */
  char *texts[2];
};

struct generate {
  struct workbench *w;
  struct project *p;

  struct job_item *jobs;       /* newest first */
  size_t n_jobs;
  uint32_t job;                /* the one shown; 0: none */
  bool chosen;                 /* by the person: it stays */
  struct activity live;        /* of that job on the board, where has_live */
  bool has_live;
  char *written;               /* the reply that is being written just now, or was last; NULL: none */
  int in_flight;               /* asked for with + and -; 0: nothing was asked */
  struct board_cell *cells;    /* its labels while it runs */
  size_t n_cells, cap_cells;

  struct funnel funnel;        /* of the job shown */
  struct job_texts texts;
  struct dropped_row *dropped;
  size_t n_dropped;
  struct stream_row *stream;
  size_t n_stream;
  struct request_row *failed;
  size_t n_failed;
  size_t *of_reason;           /* dropped texts of the reason that is open */
  size_t n_of_reason;
  enum drop_reason reason;     /* DROP_NONE: the funnel itself is shown */

  struct coverage coverage;    /* of the job shown, where that page was looked at */
  bool has_coverage;
  size_t attribute, column;    /* of the grid: where the cursor stands, and the first column on the screen */
  size_t first_column;
  struct diversity_shown diversity;
  bool has_diversity;

  bool working, again;         /* the project is being read; and must be read once more */
  uint64_t records_seen, corpus_seen;
  int64_t loaded_ms;           /* when it was read last, and how long that took */
  int64_t load_took_ms;

  enum generate_page_id page;
  struct list lists[N_PAGES], reasons;
  struct area tabs_area, list_area;   /* as last drawn, absolute but for the view's own origin */
  struct area view_area;

  enum generate_step step;
  struct repair repair;
  struct form form;
  struct option *form_rows;
  bool has_form;
  const char *work;            /* the command that the form is for */
  struct option *limit_rows;   /* of the form over a job that runs; N_LIMITS, NULL: not made yet */
  char *line;                  /* the command line that the estimate is for */
  struct estimate_shown estimate;
  bool probing;                /* the estimate that is asked for is a probe */
  char problem[400];           /* why there is no estimate */
};

/* generate-data.c */
/* Begins to read what is new; force: in any case. */
void generate_load(struct generate *g, bool force);
void generate_show_job(struct generate *g, uint32_t job);
void generate_data_release(struct generate *g);
const struct job_item *generate_job_item(const struct generate *g, uint32_t id);
bool generate_runs(const struct generate *g);              /* here and now, paused or not */
bool generate_annotates(const struct generate *g);         /* the job shown labels texts that are there */
bool generate_unfinished(const struct generate *g);        /* it does not run, and there is something left to do */
void generate_open_reason(struct generate *g, enum drop_reason reason);
/* Dropped texts by reason in the order of the funnel page: the i-th that occurs; DROP_NONE: there is none. */
enum drop_reason generate_reason_at(const struct generate *g, size_t i);
size_t generate_n_reasons(const struct generate *g);

/* generate-head.c */
struct state_words {
  const char *words;
  enum style style;
  const char *hint;            /* what a key would do about it, NULL: nothing */
};
struct state_words generate_state(const struct generate *g, const struct job_item *item);
void generate_head_draw(struct generate *g, const struct job_item *item, struct canvas *c, struct area a);
/* One line on how it stands: why it paused, waits or ended; "" if there is nothing to say. May use out. */
struct state_words generate_note(const struct generate *g, const struct job_item *item, char *out, size_t size);
/* All figures in as many lines as the area has, the weightiest first. */
void generate_figures_draw(struct generate *g, struct canvas *c, struct area a);
/* Words behind each other: "name value", left out where they do not fit. */
struct generate_words {
  struct canvas *c;
  struct area a;
  int row, col;
};
void generate_say(struct generate_words *w, const char *name, enum style s, const char *format, ...)
  __attribute__((format(printf, 4, 5)));

/* generate-draw.c */
extern const char *const drop_words[N_DROP_REASONS];       /* in one or two words */
void generate_draw(struct generate *g, struct canvas *c, struct area a);
void generate_tabs(const struct generate *g, struct part_tab tabs[N_PAGES]);

/* ---- the pages of the lower half ---- */

/* What is not set is as a page has it that is one list. */
struct generate_page {
  const char *name, *brief;    /* brief: where the screen is narrow */
  const char *key;             /* in both names */
  bool tall;                   /* it needs the room of the labels where the screen is low */
  double (*count)(const struct generate *g);               /* told behind the name */
  void (*draw)(struct generate *g, struct canvas *c, struct area a, bool focus);
  void (*open)(struct generate *g, bool again);            /* the person goes there; again: and was there already */
  struct list *(*list)(struct generate *g);                /* that has the keys; else lists[page] */
  void (*keep)(struct generate *g);                        /* the rows may be others: set its list */
  void (*enter)(struct generate *g, size_t row);
  bool (*back)(struct generate *g);                        /* false: there was nothing to back out of */
  bool (*move)(struct generate *g, enum move m);           /* false: it moves in the list */
  void (*click)(struct generate *g, int col);              /* on the row that was just selected */
};
extern const struct generate_page generate_page_texts, generate_page_funnel, generate_page_coverage,
  generate_page_diversity,
    generate_page_failed, generate_page_jobs;
extern const struct generate_page *const generate_pages[N_PAGES];

/* generate-draw.c */
#define READ_COLS 150          /* an eye does not follow a row further than that */
struct page_context {
  struct generate *g;
  int name_cols;               /* of labels */
};
typedef void generate_row_fn(void *page_context, struct canvas *c, struct area a, size_t i, bool here);
/* The list of the page, or these words where it is empty. */
void generate_rows_draw(struct generate *g, struct canvas *c, struct area a, bool focus, generate_row_fn *draw,
                        const char *nothing);
int generate_label_cols(const struct labels *l, int most);
/* generate-page-texts.c */
void generate_dropped_row(struct generate *g, const struct dropped_row *d, struct canvas *c, struct area a,
                          int name_cols);

/* generate-read.c */
/* A text of the stream or a request, with all that is known of it, as a page to read. */
void generate_read_row(struct generate *g, const struct stream_row *row);
void generate_read_request(struct generate *g, const struct request_row *row);

/* generate-repair.c: of the dropped text that is selected */
bool generate_has_dropped(struct workbench *w, void *view);
bool generate_can_restore(struct workbench *w, void *view);
bool generate_in_reason(struct workbench *w, void *view);
void generate_restore(struct workbench *w, void *view, int n);
void generate_restore_all(struct workbench *w, void *view, int n);
void generate_repair(struct workbench *w, void *view, int n);   /* opens the editor */
void generate_repair_key(struct generate *g, const struct key *k);
void generate_repair_draw(struct generate *g, struct canvas *c, struct area a);
void generate_repair_release(struct generate *g);

/* view-generate.c */
void generate_go(struct generate *g, enum generate_page_id page);
struct list *generate_list(struct generate *g);            /* that has the keys */

/* generate-new.c */
void generate_new_open(struct generate *g, bool annotates); /* the form */
void generate_form_words(struct form *f);
bool generate_new_key(struct generate *g, const struct key *k);
void generate_new_draw(struct generate *g, struct canvas *c, struct area a);
void generate_new_release(struct generate *g);
/* Runs a command line of `generate`, and says at its end what came of it. */
void generate_run(struct generate *g, const char *line);

/* generate-estimate.c */
struct json;
void generate_estimate_take(struct estimate_shown *x, const struct json *j);
void generate_estimate_draw(struct generate *g, struct canvas *c, struct area a);

/* generate-act.c */
void generate_pause(struct workbench *w, void *view, int n);
void generate_stop(struct workbench *w, void *view, int n);
void generate_in_flight(struct workbench *w, void *view, int step);
void generate_limits(struct workbench *w, void *view, int n);
void generate_resume(struct workbench *w, void *view, int n);
/* Reads the stored replies of the job again by the present rules, after saying what would come in. */
void generate_reparse(struct workbench *w, void *view, int n);

#endif
