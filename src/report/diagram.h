/* diagram: what a chart shows, as numbers and names; how it is drawn is the back end's (svg.h, plot.h).
 *
 * Positions are in the units of the axes. Names are plain text. Threads: values. */
#ifndef REPORT_DIAGRAM_H
#define REPORT_DIAGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "report/numeral.h"

enum diagram_kind {
  DIAGRAM_INTERVALS,  /* a row a mark: its x as a dot on the line from lo to hi, its name beside it */
  DIAGRAM_CURVE,      /* y over x with the band from lo to hi, and a line of the law */
  DIAGRAM_SCATTER,    /* y over x, marks with numbers, and the front as a step line */
};
/* How an axis writes its numbers. */
enum diagram_unit { UNIT_PERCENT, UNIT_POINTS, UNIT_COUNT };

enum mark_shape { MARK_DOT, MARK_BOX, MARK_TRIANGLE };

struct diagram_mark {
  const char *name;
  const char *group;             /* intervals: a heading where it changes; NULL: none */
  double x, y;                   /* x NaN (scatter): not known, drawn at the right border */
  double lo, hi;                 /* of x (intervals) or of y; NaN: none */
  double reference;              /* intervals: what it is compared with, a vertical line in its row; NaN: nothing */
  enum mark_shape shape;
  bool strong;                   /* what the chart is about; filled, the others are hollow */
};
struct diagram_point {
  double x, y;
};
struct diagram {
  enum diagram_kind kind;
  const char *title;
  const char *description;       /* the same in words, for who cannot see it */
  const char *x_title, *y_title;
  enum diagram_unit x_unit, y_unit;
  bool x_log;
  struct diagram_mark *marks;
  size_t n_marks;
  struct diagram_point *line;      /* the law (curve), or the front from left to right (scatter) */
  size_t n_line;
  const char *line_title;        /* NULL: no line */
  double line_known;             /* curve: up to this x the line lies among points, beyond it is a guess */
};

/* The span of an axis and its steps: round numbers, at most max + 3 ticks; lo and hi are finite. */
struct diagram_axis {
  double lo, hi, step;           /* log: logarithms to base 10, of powers of ten */
  bool log;
  bool fine;                     /* log, over few powers: a tick at 1, 2 and 5 of each; then step is not looked at */
  int first, last;               /* fine: ticks, numbered so that 3 k is 10^k, and 3 k + 1 twice that */
};
struct diagram_axis diagram_axis_of(double lo, double hi, bool log, size_t max);
/* 0..1 along the axis; positions beyond it are cut. */
double diagram_axis_at(const struct diagram_axis *a, double x);
size_t diagram_axis_ticks(const struct diagram_axis *a);
double diagram_axis_tick(const struct diagram_axis *a, size_t i);
/* A number of an axis, short: "84 %", "+2", "1 412", with so many decimals as its steps need. */
struct numeral diagram_number(enum diagram_unit unit, double x, double step);
/* Of a mark: "84.3 %", "+1.9". */
struct numeral diagram_value(enum diagram_unit unit, double x);
/* The axes that all that a chart has fits on. */
struct diagram_axis diagram_x_axis(const struct diagram *c, size_t max);
struct diagram_axis diagram_y_axis(const struct diagram *c, size_t max);

#endif
