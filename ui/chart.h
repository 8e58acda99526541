/* chart: lines over numbers, drawn with Braille dots (two by four in a cell) or plain ASCII, with labelled axes.
 *
 * A value of NAN is none (skipped), an infinite one breaks its line. Several points that fall into one column of dots
 * are drawn as a vertical stroke from their least to their greatest, so that a spike is never lost. */
#ifndef UI_CHART_H
#define UI_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/canvas.h"

struct series {
  const char *name;        /* for the legend; NULL: it does not stand there */
  const double *x, *y;     /* n each, x ascending */
  size_t n;
  enum style style;
  char letter;             /* what draws it in ASCII, and its mark in the legend where there is no colour: 't' */
  bool marks;              /* a mark at each point where they are sparse: tells it from other lines without colour */
  bool letters;            /* its marks are its letter, also here and there along a line of many points */
  bool loose;              /* no line from point to point, and x need not be ascending */
  const double *lo, *hi;   /* an interval at each point, drawn upright; NULL: none */
};

/* Something that happened at an x: a line there, and its words where there is room. */
struct chart_note {
  double x;
  const char *text;        /* "lr→1e-3" */
};

struct chart {
  const char *title;
  const char *aside;       /* said behind the title where there is room for it; may be NULL */
  const struct series *series;
  size_t n_series;
  const struct chart_note *notes;
  size_t n_notes;
  double x_min, x_max;     /* both equal: from the data; else what lies outside is cut off */
  double y_min, y_max;     /* both equal: from the data inside, rounded to ticks */
  bool log_y;
  bool log_x;              /* x are logarithms (base 10), and the axis says what they are of */
  bool y_fraction;         /* 0..1 values: .88 */
  const char *x_name;      /* "epoch"; may be NULL */
  double cross_x;          /* a crosshair at this x where finite and has_cross */
  bool has_cross;
  const char *empty;       /* what to say where there is nothing to draw */
};

void chart_draw(const struct chart *ch, struct canvas *c, struct area a);
/* The x under a column of the area that chart_draw was given; false: no plot there. */
bool chart_x_at(const struct chart *ch, struct area a, int col, double *x);
/* Columns of cells that lines are drawn on in an area so wide. */
int chart_columns(struct area a);
/* A number in at most `width` characters for axes and tables: 1.4, .03, 12k. */
const char *chart_number(double x, bool fraction, char out[16]);

#endif
