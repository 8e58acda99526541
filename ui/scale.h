/* scale: where numbers stand in a strip of columns, with intervals as whiskers and a line at zero where it lies inside.
 * For tables of estimates: accuracies, differences, effects.
 *
 * Life: scale_init, scale_take each number, scale_close; then drawing. Threads: a value. */
#ifndef UI_SCALE_H
#define UI_SCALE_H

#include "evaluate/significance.h"
#include "ui/canvas.h"

struct scale {
  double from, to;
};
void scale_init(struct scale *s);
void scale_take(struct scale *s, double x, struct interval ci);     /* NaN: nothing */
/* Rounds both ends outwards to a step; zero: it reaches to 0, for differences. Without any number: 0 to 1. */
void scale_close(struct scale *s, bool zero);
/* Its ends, over the strip, as scores or as points. */
void scale_head(const struct scale *s, struct canvas *c, struct area a, int row, int col, int width, bool points);
/* The line at zero, and the interval, of one row; what lies beyond the scale is an arrow at its end. */
void scale_draw(const struct scale *s, struct canvas *c, struct area a, int row, int col, int width, double x,
                struct interval ci, enum style style);

#endif
