/* trace: one figure of a curve as a chart draws it: smoothed, on an axis, and thinned to a few points for each column of
 * dots, so that a frame costs the same whether a run has a hundred points or a hundred thousand. Of a column the first, the
 * least, the greatest and the last stay: the drawing is the same as that of all points.
 *
 * It is made anew when what it was made from has changed (more points, another axis, part or width); of a run that has
 * ended, never again. Threads: the screen's. */
#ifndef UI_TRACE_H
#define UI_TRACE_H

#include "ui/curve.h"

enum trace_figure { TRACE_LOSS, TRACE_ACCURACY, TRACE_N_FIGURES };
enum trace_smoothing { SMOOTH_NOT, SMOOTH_LIGHTLY, SMOOTH_WELL, SMOOTH_MUCH, SMOOTH_N };
extern const char *const trace_smoothing_names[SMOOTH_N];

struct trace_want {
  enum trace_figure figure;
  bool valid;                  /* of the validation texts: never smoothed */
  enum trace_smoothing smoothing;
  enum curve_axis axis;
  double from, to;             /* the part of the axis that is seen; of what lies outside the nearest points stay */
  int columns;                 /* of dots */
};

struct trace {
  double *x, *y;
  size_t n, cap;
  struct trace_want want;      /* that it was made for */
  uint64_t made;               /* and of which curve */
  size_t made_n;
  uint32_t run;
};

/* Of a zeroed struct; trace_release when it is not needed any more. */
void trace_update(struct trace *t, const struct curve *c, const struct trace_want *want);
void trace_release(struct trace *t);
/* The figure of a point as it is. */
double trace_value(const struct train_point *p, enum trace_figure figure, bool valid);

#endif
