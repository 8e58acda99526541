/* chart-inside: what the files of the chart share: where things lie, worked out anew for each drawing. For chart*.c
 * only. */
#ifndef UI_CHART_INSIDE_H
#define UI_CHART_INSIDE_H

#include "ui/chart.h"

#define LABEL_COLS 5   /* of the numbers at the y axis */
#define MAX_TICKS 12

struct plot {
  struct area area;          /* of the lines */
  double x_min, x_max, y_min, y_max;  /* y in log10 where the chart is */
  double ticks[MAX_TICKS];   /* y values, as shown */
  size_t n_ticks;
  int dots_x, dots_y;        /* of the whole plot */
  int per_x, per_y;          /* dots in a cell: 2 x 4 with Braille, 1 x 1 with ASCII */
  unsigned char *bits;       /* a cell each: Braille bits; in ASCII: 1 */
  unsigned char *owner;      /* series that drew last, from 1 */
};

/* chart-scale.c */
double chart_scaled(const struct chart *ch, double y);
bool chart_usable(const struct chart *ch, double x, double y);
/* Ranges of the data; false if there is nothing to draw. */
bool chart_ranges(const struct chart *ch, struct plot *p);
/* Rounds the y range outwards to ticks, so that it changes seldom while data arrives. */
void chart_ticks(const struct chart *ch, struct plot *p);
int chart_dot_x(const struct plot *p, double x);
int chart_dot_y(const struct plot *p, double y);
/* The dot of a value, at the edge where it lies outside. */
int chart_row_of(const struct chart *ch, const struct plot *p, double y);
void chart_axes(const struct chart *ch, const struct plot *p, struct canvas *c, struct area a);

/* chart-marks.c: what stands on the lines */
bool chart_has_marks(const struct series *s, const struct plot *p);
uint32_t chart_mark_of(const struct series *s, const struct canvas *c);
void chart_intervals(const struct chart *ch, const struct plot *p, struct canvas *c);
void chart_marks(const struct chart *ch, const struct plot *p, struct canvas *c);
void chart_ends(const struct chart *ch, const struct plot *p, struct canvas *c);
void chart_notes(const struct chart *ch, const struct plot *p, struct canvas *c, bool words);

#endif
