/* view-train: inside of the view Train, shared by its files.
 *
 *   view-train.c      the row of the view, its keys, panes
 *   train-runs.c      the list of runs: what the project knows of them, how they are shown
 *   train-over.c      runs that are laid over the selected one
 *   train-live.c      what is done to a run that runs: pause, stop, learning rate
 *   train-look.c      how the charts are looked at: axis, part, crosshair, smoothing
 *   train-chart.c     the charts
 *   train-head.c      the lines over them
 *   train-tables.c    epochs, confusion, labels
 *   train-draw.c      where all that stands
 *   train-new.c       the form of a new run; train-form.c: its rows
 *   view-sweep.c      the trials of a sweep, over this view; sweeps.c: what the project knows of them
 *
 * Threads: the screen's; what is read from the project is read by workbench_work. */
#ifndef UI_VIEW_TRAIN_H
#define UI_VIEW_TRAIN_H

#include "base/json.h"
#include "store/run_live_store.h"
#include "student/student.h"
#include "ui/confusion.h"
#include "ui/list.h"
#include "ui/sweeps.h"
#include "ui/trace.h"
#include "ui/view.h"
#include "ui/workbench.h"

#define TRAIN_KINDS_MAX 16
#define TRAIN_LIST_COLS 24

/* What Tab goes through: the list of runs, and what stands below the charts. */
enum train_pane { PANE_RUNS, PANE_EPOCHS, PANE_CONFUSION, PANE_LABELS, N_PANES };
/* Which curves of a run that is laid over are drawn. */
enum over_shows { OVER_VALID, OVER_TRAIN, N_OVER_SHOWS };

/* A run with its curves as the charts draw them. */
struct laid {
  uint32_t run;              /* 0: none */
  char name[64];
  char letter;
  enum style style;
  struct curve curve;
  struct trace traces[TRACE_N_FIGURES][2];  /* of the training texts, of the validation texts */
};

/* What is seen of the charts. */
struct look {
  bool log_scale;
  enum trace_smoothing smoothing;
  enum curve_axis axis;
  bool zoomed;
  double from, to;           /* of the axis, where zoomed */
  bool crossed;
  double cross;              /* on the axis */
  int columns;               /* of cells of a chart, as last drawn */
  struct area charts[2];     /* as last drawn, in absolute cells; rows 0: not drawn */
  double shown_from, shown_to;
};

/* What the project knows of runs, as it is read. */
struct train_known {
  struct run_row *runs;      /* newest first; of sweeps only those that are laid over, of experiments none */
  double *accuracies;        /* of the validation texts, parallel to runs; NAN: unknown */
  size_t n_runs;
  struct evaluation_row *evaluations;
  size_t n_evaluations;
  struct run_set *presets;
  size_t n_presets;
  char *forms[TRAIN_KINDS_MAX];  /* the last form of each kind of student: lines of name=value; NULL: none */
};

struct train {
  struct workbench *w;
  struct project *project;
  struct train_known known;
  uint64_t seen;             /* records revision */
  bool working;
  struct list list;          /* of known.runs */
  uint32_t run;              /* selected, 0: none */
  bool follow;               /* a run was started here: turn to it when it appears */
  uint32_t newest;           /* highest id when it was started */
  uint32_t turn_to;          /* a run to select when it stands in the list, 0: none */
  struct json *params;       /* of the selected run */
  struct laid here;          /* the selected run */
  struct laid **over;        /* slots of runs that are laid over; of an empty one run is 0 */
  size_t n_over;
  enum over_shows over_shows;
  struct look look;
  enum train_pane pane;      /* has the keys */
  enum train_pane page;      /* shown below the charts where there is room for one only */
  bool page_chosen;
  struct list epochs, pairs, labels;  /* how far each is scrolled */
  struct confusion confusion;
  uint32_t confusion_of;     /* run, 0: none */
  size_t confusion_epoch;    /* live: that it stands for; 0: of an evaluation */
  char confusion_name[80];   /* what it was counted on: "test" */
  bool confusion_working;
  bool worst_first;
  double wished_lr;          /* that was asked for last and may not hold yet; NAN: none */
  uint32_t wished_of;
  char told[200];            /* what the board's message was when it was last told */
  int kind;                  /* of the form: index in student_kinds */
  struct option *rows;       /* of the form */
  size_t n_rows;
  struct sweeps *sweeps;     /* NULL until they are looked at */
  struct area list_area;     /* as last drawn, relative to the view */
  struct area origin;        /* of the view, as last drawn */
};

extern const struct binding train_bindings[];
void train_draw(void *view, struct canvas *c, struct area a);

/* ---- train-runs.c ---- */
void train_known_release(struct train_known *k);
void train_look_up(struct train *v);               /* where records changed */
void train_look_again(struct train *v);            /* in any case: runs of sweeps come or go */
const struct run_row *train_selected(const struct train *v);
void train_select(struct train *v, size_t row);
/* What the run was counted to confuse: live from the board, else of its evaluation. */
void train_find_confusion(struct train *v);
void train_draw_runs(struct train *v, struct canvas *c, struct area a, bool focus);
/* Its state now: that of the board where it stands there. */
enum run_state train_state(const struct train *v, const struct run_row *run, struct activity *live);

/* ---- train-over.c ---- */
struct laid *train_over_of(const struct train *v, uint32_t run);  /* NULL: it is not laid over */
void train_lay_over(struct train *v, uint32_t run, const char *name);
void train_over_off(struct train *v, uint32_t run);               /* 0: all */
size_t train_n_over(const struct train *v);                       /* without the selected run */
void train_over_toggle(struct workbench *w, void *view, int n);
void train_over_clear(struct workbench *w, void *view, int n);
void train_over_next(struct workbench *w, void *view, int n);     /* which of their curves */
void laid_release(struct laid *l);

/* ---- train-live.c ---- */
bool train_runs(struct workbench *w, void *view);                 /* the selected run has not ended */
bool train_can_change(struct workbench *w, void *view);
void train_space(struct workbench *w, void *view, int n);
void train_pause(struct workbench *w, void *view, int n);
void train_stop(struct workbench *w, void *view, int n);
void train_rate(struct workbench *w, void *view, int n);          /* n -1: half, +1: twice the learning rate */
void train_change(struct workbench *w, void *view, int n);        /* asks what to change */
void train_tell(struct train *v);                                 /* changes and refusals that came, at the bottom */
/* A parameter as it is now; NAN: there is none of that name. */
double train_value(const struct train *v, const char *name);

/* ---- train-look.c ---- */
void train_range(const struct train *v, double *from, double *to);  /* of the axis, as it is seen */
void train_log(struct workbench *w, void *view, int n);
void train_smooth(struct workbench *w, void *view, int n);
void train_axis(struct workbench *w, void *view, int n);
void train_zoom(struct workbench *w, void *view, int n);          /* n 1: in, -1: out, 0: all */
void train_pan(struct workbench *w, void *view, int n);
void train_cross(struct train *v, int step);
bool train_click_chart(struct train *v, int row, int col);        /* absolute cells */

/* ---- train-chart.c, train-head.c, train-tables.c ---- */
void train_draw_charts(struct train *v, struct canvas *c, struct area a);
void train_draw_head(struct train *v, struct canvas *c, struct area a);   /* two rows */
/* The end of the epoch that is kept, or would be if it were stopped now; NULL: none has ended. */
const struct train_point *train_best(const struct train *v);
int train_legend_rows(const struct train *v, struct area a);              /* of runs laid over, with so much room */
void train_draw_legend(struct train *v, struct canvas *c, struct area a);
void train_draw_epochs(struct train *v, struct canvas *c, struct area a, bool focus);
void train_draw_confusion(struct train *v, struct canvas *c, struct area a, bool focus);
void train_draw_labels(struct train *v, struct canvas *c, struct area a, bool focus);
/* .884, or - where there is none */
const char *train_part(double x, char out[16]);
/* 3e-3, .3, 32 */
const char *train_short(double x, char out[16]);

/* ---- train-new.c, train-form.c ---- */
#define FORM_KEEP "keep-as"  /* a field of the form that is no option of the command: a preset's name */
/* Asks for a student (or a preset), then for its parameters, and starts the training. */
void train_new(struct workbench *w, void *view, int n);
/* Goes on from the selected run: one that was interrupted at once, a finished one by a form. */
void train_go_on(struct workbench *w, void *view, int n);
void train_evaluate(struct workbench *w, void *view, int n);
/* Evaluates a run on the test texts. */
void train_evaluate_run(struct workbench *w, const char *name);
/* The form of a run with these parameters (JSON as they are kept with runs). */
void train_with(struct train *v, const char *student, const char *params);
void train_form_rows(struct train *v);                            /* makes v->rows for v->kind */

/* ---- view-sweep.c ---- */
void train_sweep(struct workbench *w, void *view, int n);

#endif
