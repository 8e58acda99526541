/* view-generate: what the files of the Generate view share.
 *
 * The view shows one job: the one that runs, else the newest, else the one that the person chose. What it shows of a job is
 * the same whether the job runs here, ran yesterday or was killed in between: labels and funnel come from the project file,
 * the texts from corpus and dropped texts, and only what is in flight comes from the board. The project is read on a thread of
 * its own (generate-data.c), a few times a second while a job runs.
 *
 * Threads: the screen's. */
#ifndef UI_VIEW_GENERATE_H
#define UI_VIEW_GENERATE_H

#include "generate/funnel.h"
#include "store/job_store.h"
#include "store/teacher_store.h"
#include "ui/form.h"
#include "ui/list.h"
#include "ui/parts.h"
#include "ui/view.h"
#include "ui/workbench.h"

enum generate_page { PAGE_TEXTS, PAGE_FUNNEL, PAGE_FAILED, PAGE_JOBS, N_PAGES };
/* What lies over the view. */
enum generate_step { STEP_NONE, STEP_FORM, STEP_ASKED, STEP_ESTIMATE };

/* A text that came: a sample, or one that was dropped. */
struct stream_row {
  uint32_t request;            /* texts are in the order of the requests */
  uint32_t sample;             /* 0: dropped */
  size_t dropped;              /* index of struct dropped_row */
};
/* What tells the samples of a job from the rest. Whoever reads the project owns it meanwhile. */
struct job_texts {
  uint32_t job;
  uint32_t *requests;          /* ids of its requests, ascending */
  size_t n_requests;
  uint32_t *samples;           /* that came of it, ascending */
  size_t n_samples, cap_samples;
  uint32_t scanned;            /* samples of the corpus looked at for that */
};
struct job_item {
  struct job_row row;
  char *template_name, *teacher_name;  /* "tickets v4" */
  struct job_figures figures;  /* loaded where has_figures */
  bool has_figures;
  bool elsewhere;              /* another process works on it */
};
/* What a job would cost, as `generate --dry-run` says. */
struct estimate_shown {
  double requests, cached, texts, tokens_in, tokens_out, cost_usd, bound_usd;
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

  bool working, again;         /* the project is being read; and must be read once more */
  uint64_t records_seen, corpus_seen;
  int64_t loaded_ms;           /* when it was read last, and how long that took */
  int64_t load_took_ms;

  enum generate_page page;
  struct list lists[N_PAGES], reasons;
  struct area tabs_area, list_area;   /* as last drawn, absolute but for the view's own origin */
  struct area view_area;

  enum generate_step step;
  struct form form;
  struct option *form_rows;
  bool has_form;
  char *line;                  /* the command line that the estimate is for */
  struct estimate_shown estimate;
  char problem[400];           /* why there is no estimate */
};

/* view-generate-data.c */
/* Begins to read what is new; force: in any case. */
void generate_load(struct generate *g, bool force);
void generate_show_job(struct generate *g, uint32_t job);
void generate_data_release(struct generate *g);
const struct job_item *generate_job_item(const struct generate *g, uint32_t id);
bool generate_runs(const struct generate *g);              /* here and now, paused or not */
bool generate_unfinished(const struct generate *g);        /* it does not run, and there is something left to do */
void generate_open_reason(struct generate *g, enum drop_reason reason);
/* Dropped texts by reason in the order of the funnel page: the i-th that occurs; DROP_NONE: there is none. */
enum drop_reason generate_reason_at(const struct generate *g, size_t i);
size_t generate_n_reasons(const struct generate *g);

/* view-generate-draw.c */
#define FUNNEL_STAGES 4        /* asked, answered, parsed, kept stand before the reasons */
void generate_draw(struct generate *g, struct canvas *c, struct area a);
extern const char *const drop_words[N_DROP_REASONS];       /* in one or two words */
/* The pages of the lower half. */
void generate_tabs(const struct generate *g, struct part_tab tabs[N_PAGES]);
struct list *generate_list(struct generate *g);            /* that has the keys */
/* A text of the stream, a failed request or a dropped text with all that is known of it, as a page. */
void generate_page_of_row(struct generate *g, const struct stream_row *row);
void generate_page_of_request(struct generate *g, const struct request_row *row);

#endif
