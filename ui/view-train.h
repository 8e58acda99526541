/* view-train: inside of the view Train, shared by its files: view-train.c (the row, the runs, keys), train-new.c (the
 * form of a new run), train-draw.c. */
#ifndef UI_VIEW_TRAIN_H
#define UI_VIEW_TRAIN_H

#include "base/json.h"
#include "store/run_store.h"
#include "ui/curve.h"
#include "ui/list.h"
#include "ui/view.h"
#include "ui/workbench.h"

struct train {
  struct workbench *w;
  struct project *project;
  struct run_row *runs;      /* newest first */
  size_t n_runs;
  struct evaluation_row *evaluations;
  size_t n_evaluations;
  uint64_t seen;             /* records revision */
  bool working;
  struct list list;
  uint32_t run;              /* selected, 0: none */
  bool follow;               /* a run was started here: turn to it when it appears */
  uint32_t newest;           /* highest id when it was started */
  struct curve curve;
  struct curve other;        /* laid over the selected run's charts; run 0: none */
  uint32_t *offered;         /* runs of the menu that asks for it */
  struct json *confusion;    /* metrics of the selected run's evaluation, NULL: none */
  uint32_t confusion_of;
  char *confusion_split;
  bool log_scale, smooth;
  bool epochs_first;         /* where there is no room for both: the epochs, not what it confuses */
  bool crossed;              /* a crosshair stands at the point `cross` */
  size_t cross;
  int kind;                  /* of the form: index in student_kinds */
  struct option *rows;       /* of the form */
  size_t n_rows;
  struct area list_area;     /* as last drawn, relative to the view */
};

extern const struct binding train_bindings[];
void train_draw(void *view, struct canvas *c, struct area a);
/* Asks for a student where there are several, then for its parameters, and starts the training. */
void train_new(struct workbench *w, void *view, int n);
/* Evaluates a run on the test texts. */
void train_evaluate_run(struct workbench *w, const char *name);
const struct run_row *train_selected(const struct train *v);

#endif
