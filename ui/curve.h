/* curve: the points of one training run and the changes that were made on its way: live from the board while it stands
 * there, else from the project file (read on a thread of its own).
 *
 * Life: curve_init, curve_of, curve_update whenever something moved, curve_release when no read is under way
 * (curve.working) or the workbench closes. Threads: the screen's. What is new is looked at once: no function goes over
 * all points again. */
#ifndef UI_CURVE_H
#define UI_CURVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/train_point.h"
#include "corpus/board.h"

struct workbench;

enum curve_axis { CURVE_STEPS, CURVE_EPOCHS, CURVE_SECONDS, CURVE_N_AXES };

struct curve {
  struct workbench *w;
  uint32_t run;              /* whose it is, 0: none */
  struct train_point *points;
  size_t n, cap;
  struct board_change *changes;  /* in the order in which they were made */
  size_t n_changes, cap_changes;
  size_t *ends;              /* points at which epochs end */
  size_t n_ends, cap_ends;
  size_t seen;               /* points that ends, last_valid and the like were looked for in */
  size_t last_valid;         /* the newest point with validation figures; SIZE_MAX: none */
  int epoch_steps;           /* steps of an epoch, 0: none has ended yet */
  int n_epochs;              /* that it was asked for, by which those are reckoned until then; set by the owner, 0: unknown */
  uint64_t made;             /* another whenever the points are others, not only more */
  bool live;                 /* the run stands on the board */
  struct activity activity;  /* where live */
  bool loaded, working;
};

void curve_init(struct curve *c, struct workbench *w);
void curve_release(struct curve *c);
/* Turns to a run; what is known of it comes with the next updates. */
void curve_of(struct curve *c, uint32_t run);
void curve_update(struct curve *c);
/* The newest point with validation figures, NULL: none. */
const struct train_point *curve_valid(const struct curve *c);
/* Whether it runs, waits or is paused just now. */
bool curve_runs(const struct curve *c);
/* Where a point stands on an axis; of an epoch axis: so many epochs done. */
double curve_at(const struct curve *c, size_t point, enum curve_axis axis);
double curve_at_step(const struct curve *c, int step, enum curve_axis axis);
/* The last point at or before x (the first one where there is none); SIZE_MAX: there are no points. */
size_t curve_find(const struct curve *c, double x, enum curve_axis axis);
/* Where the axis would end: of one that runs, what it expects to come to. */
double curve_end(const struct curve *c, enum curve_axis axis);

#endif
