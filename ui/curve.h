/* curve: the points of one training run, live from the board while it runs, else from the project file (read on a
 * thread of its own). Threads: the screen's. */
#ifndef UI_CURVE_H
#define UI_CURVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/train_point.h"
#include "corpus/board.h"

struct workbench;

struct curve {
  struct workbench *w;
  uint32_t run;              /* whose it is, 0: none */
  struct train_point *points;
  size_t n, cap;
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

#endif
