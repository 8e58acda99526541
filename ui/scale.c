#include "ui/scale.h"

#include <math.h>

#include "ui/parts.h"

void
scale_init(struct scale *s)
{
  *s = (struct scale){INFINITY, -INFINITY};
}

void
scale_take(struct scale *s, double x, struct interval ci)
{
  double values[] = {x, ci.lo, ci.hi};

  for (int i = 0; i < 3; i++)
    if (isfinite(values[i])) {
      s->from = fmin(s->from, values[i]);
      s->to = fmax(s->to, values[i]);
    }
}

void
scale_close(struct scale *s, bool zero)
{
  double step;

  if (!(s->from <= s->to)) {
    *s = (struct scale){0, 1};
    return;
  }
  if (zero) {
    s->from = fmin(s->from, 0);
    s->to = fmax(s->to, 0);
  }
  step = s->to - s->from > .2 ? .05 : .01;
  s->from = floor(s->from / step - .1) * step;
  s->to = ceil(s->to / step + .1) * step;
  if (!zero) {                   /* shares */
    s->from = fmax(0, s->from);
    s->to = fmin(1, s->to);
  }
}

static int
column(const struct scale *s, int width, double x)
{
  return (int)((x - s->from) / (s->to - s->from) * (width - 1) + .5);
}

void
scale_head(const struct scale *s, struct canvas *c, struct area a, int row, int col, int width, bool points)
{
  char from[PART_TEXT], to[PART_TEXT];
  int zero = column(s, width, 0);

  if (width < 13)
    return;
  if (points) {
    part_points(s->from, from);
    part_points(s->to, to);
  } else {
    part_score(s->from, from);
    part_score(s->to, to);
  }
  canvas_str(c, a, row, col, STYLE_DIM, from);
  canvas_right(c, a, row, col, width, STYLE_DIM, to);
  if (points && zero > 7 && zero < width - 7)
    canvas_str(c, a, row, col + zero, STYLE_DIM, "0");
}

/* Where a whisker lies across the line at zero, so that one sees that it does. */
static void
draw_crossing(const struct scale *s, struct canvas *c, struct area a, int row, int col, int width, double x,
              struct interval ci, enum style style)
{
  int zero = column(s, width, 0);

  if (ci.lo < 0 && ci.hi > 0 && zero != column(s, width, x) && zero > column(s, width, fmax(ci.lo, s->from))
      && zero < column(s, width, fmin(ci.hi, s->to)))
    canvas_put(c, a, row, col + zero, style, 0x253c);
}

void
scale_draw(const struct scale *s, struct canvas *c, struct area a, int row, int col, int width, double x,
           struct interval ci, enum style style)
{
  if (width < 3)
    return;
  if (s->from <= 0 && s->to > 0)
    canvas_put(c, a, row, col + column(s, width, 0), STYLE_RULE, 0x2506);
  if (!isfinite(x))
    return;
  if (x >= s->from && x <= s->to)
    part_whisker(c, a, row, col, width, s->from, s->to, ci.lo, x, ci.hi, style);
  draw_crossing(s, c, a, row, col, width, x, ci, style);
  if (x > s->to || ci.hi > s->to + 1e-9)
    canvas_put(c, a, row, col + width - 1, style, 0x2192);
  if (x < s->from || ci.lo < s->from - 1e-9)
    canvas_put(c, a, row, col, style, 0x2190);
}
