/* cells: what an experiment trains, and what came of it, as its files share it; for this room only.
 *
 * A cell is an arm with a student and limits: a row, a point of a curve, or a row without the texts of a source. Two cells
 * may come to the same texts; then their fits have the same keys, and are made once. */
#ifndef EVALUATE_CELLS_H
#define EVALUATE_CELLS_H

#include "base/hash.h"
#include "evaluate/draw.h"
#include "evaluate/experiment.h"
#include "evaluate/fit.h"
#include "evaluate/likeness.h"

enum cell_role { CELL_ROW, CELL_POINT, CELL_SOURCE };

struct cell {
  enum cell_role role;
  char *name;
  size_t arm;                    /* of x->arms */
  size_t student;                /* of x->students */
  struct draw_limits limits;
  bool has_per_label, has_size;
  double *values;                /* of the student; with equal steps they are the cell's own */
  size_t n, n_of[N_ORIGINS], n_skipped;  /* of the first seed's texts */
  double cost_usd;
  struct likeness like;
  struct fit *fits;              /* S */
  char (*keys)[FIT_KEY_MAX];     /* S */
  double *accuracy, *macro_f1;   /* S */
  /* Of a row. */
  size_t first;                  /* cell that it is compared with */
  bool is_told;
  /* Of a point: the curve, and texts beside the seeds. Of a source: its texts in the arm. */
  size_t curve, n_beside;
  const char *kind;
  char *source, *value;
};

struct experiment_student {
  char *name;
  const struct student_kind *kind;
  double *values;
};

struct experiment_curve {
  const char *of;
  size_t arm, n_seed;
};

struct experiment {
  struct project *project;
  struct experiment_setting setting;
  uint32_t record;               /* of the project; 0: fits are not kept */
  struct arms arms;
  size_t n_plan_arms;            /* of the plan; those behind are for curves and sources */
  size_t S, R, C;
  uint64_t seed, test_hash;
  int32_t *truth;                /* R */
  uint8_t *truth_sets;           /* R x C, in tasks with several labels */
  struct experiment_student *students;
  size_t n_students;
  struct cell *cells;            /* the rows, then the points, then the sources */
  size_t n_cells, n_rows, cap_cells;
  struct experiment_curve curves[2];
  size_t n_curves;
  size_t told_arm;
  size_t source_whole;           /* the cell of the told arm with all its sources; 0: no sources are asked about */

  size_t run, n_runs, n_known;   /* run: of cells x seeds, seed by seed */
  struct fit_job job;            /* of this run */
  struct draw draw;
  struct fitting *fitting;       /* NULL: it has not begun */
  double run_share;              /* of its steps done */
  struct strmap known;           /* keys of fits in memory: cell x S + seed */
  char line[160];

  struct findings findings;
  size_t n_concluded;
  bool done;
};

/* cells.c: from the plan to cells. */
int cells_make(struct experiment *x, const struct experiment_plan *plan, struct err *e);
void cells_release(struct experiment *x);
/* A copy of the cell, at the end; it takes the name and values that are in it. */
struct cell *cell_add(struct experiment *x, const struct cell *cell);
/* Fills in what the first seed is given of it; false: nothing can be learned from that. */
bool cell_look_at(struct experiment *x, struct cell *cell);

/* sources.c: the told arm without each template, teacher or attribute value. */
int sources_make(struct experiment *x, const char *kind, struct err *e);

/* conclude.c: from fits to findings. Before anything is trained: what is known then. */
void conclude_plan(struct experiment *x, const struct experiment_plan *plan);
/* Steps: 1 there is more, 0 done, -1. */
int conclude_step(struct experiment *x, struct err *e);
size_t conclude_steps(const struct experiment *x);
#define LEVEL .95            /* of intervals */
#define POWER .8             /* with which a detectable difference is shown */

/* conclude_row.c: scores, difference and figures of a row; then its labels. */
void conclude_row(struct experiment *x, size_t i);
void conclude_labels(struct experiment *x, size_t i);
uint8_t *cell_rights(const struct experiment *x, const struct cell *cell);  /* what it got right, S x R; to be freed */
double *conclude_copy(const double *from, size_t n);

#endif
