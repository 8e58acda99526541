#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/chart-inside.h"

static void
set_dot(struct plot *p, int x, int y, size_t series)
{
  static const unsigned char bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
  size_t cell;

  if (x < 0 || x >= p->dots_x || y < 0 || y >= p->dots_y)
    return;
  cell = (size_t)(y / p->per_y) * (size_t)p->area.cols + (size_t)(x / p->per_x);
  p->bits[cell] |= p->per_x == 2 ? bits[y % 4][x % 2] : 1;
  p->owner[cell] = (unsigned char)(series + 1);
}

/* Bresenham's line. */
static void
set_line(struct plot *p, int x0, int y0, int x1, int y1, size_t series)
{
  int dx = abs(x1 - x0), dy = -abs(y1 - y0), sx = x0 < x1 ? 1 : -1, sy = y0 < y1 ? 1 : -1, off = dx + dy;

  for (;;) {
    int twice = 2 * off;

    set_dot(p, x0, y0, series);
    if (x0 == x1 && y0 == y1)
      return;
    if (twice >= dy) {
      off += dy;
      x0 += sx;
    }
    if (twice <= dx) {
      off += dx;
      y0 += sy;
    }
  }
}

/* Where a line from one point to another crosses x, by its height on the chart. */
static int
row_between(const struct chart *ch, const struct plot *p, const struct series *s, size_t from, size_t to, double x)
{
  double a = chart_scaled(ch, s->y[from]), b = chart_scaled(ch, s->y[to]),
    part = (x - s->x[from]) / (s->x[to] - s->x[from]);

  return chart_dot_y(p, fmax(p->y_min, fmin(p->y_max, a + (b - a) * part)));
}

/* Lines from point to point; of a line that leaves the chart the part inside. */
static void
set_series(const struct chart *ch, struct plot *p, size_t s)
{
  const struct series *series = &ch->series[s];
  int last_x = -1, last_y = 0, low = 0, high = 0;
  size_t last = SIZE_MAX;

  for (size_t i = 0; i < series->n; i++) {
    double at = series->x[i];
    int x, y;

    if (!chart_usable(ch, at, series->y[i])) {
      last = isnan(series->y[i]) ? last : SIZE_MAX;
      continue;
    }
    if (last == SIZE_MAX || series->x[last] < p->x_min) {
      last_x = last == SIZE_MAX || at <= p->x_min ? -1 : 0;
      last_y = last_x < 0 ? 0 : row_between(ch, p, series, last, i, p->x_min);
    }
    if (at > p->x_max) {
      if (last != SIZE_MAX && series->x[last] <= p->x_max)
        set_line(p, last_x < 0 ? chart_dot_x(p, series->x[last]) : last_x,
                 last_x < 0 ? chart_row_of(ch, p, series->y[last]) : last_y,
                 p->dots_x - 1, row_between(ch, p, series, last, i, p->x_max), s);
      return;
    }
    last = i;
    if (at < p->x_min)
      continue;
    x = chart_dot_x(p, at);
    y = chart_row_of(ch, p, series->y[i]);
    if (x != last_x) {
      set_line(p, last_x < 0 ? x : last_x, last_x < 0 ? y : last_y, x, y, s);
      low = high = y;
    } else if (y < low || y > high) {  /* many points in one column: only what makes the stroke longer */
      set_line(p, x, y < low ? low : high, x, y, s);
      low = y < low ? y : low;
      high = y > high ? y : high;
    }
    last_x = x;
    last_y = y;
  }
}

static void
draw_cells(const struct chart *ch, const struct plot *p, struct canvas *c)
{
  for (int row = 0; row < p->area.rows; row++)
    for (int col = 0; col < p->area.cols; col++) {
      size_t cell = (size_t)row * (size_t)p->area.cols + (size_t)col;
      const struct series *s;

      if (!p->bits[cell])
        continue;
      s = &ch->series[p->owner[cell] - 1];
      canvas_put(c, p->area, row, col, s->style, p->per_x == 2 ? 0x2800u + p->bits[cell] : (unsigned char)s->letter);
    }
}

static void
draw_head(const struct chart *ch, const struct plot *p, struct canvas *c, struct area a)
{
  int col = a.cols, left = canvas_str(c, a, 0, 0, STYLE_BOLD, ch->title ? ch->title : "");

  for (size_t s = ch->n_series; s-- > 0 && ch->n_series > 1;) {
    const struct series *series = &ch->series[s];
    int width = series->name ? (int)strlen(series->name) + 2 : 0;

    if (!width)
      continue;
    if (col - width - 1 <= left)
      break;
    col -= width;
    canvas_put(c, a, 0, col, series->style, chart_has_marks(series, p) ? chart_mark_of(series, c)
               : (unsigned char)series->letter);
    canvas_str(c, a, 0, col + 2, STYLE_DIM, series->name);
    col -= 2;
  }
  if (ch->aside && left + 2 + canvas_width(ch->aside, strlen(ch->aside)) < col)
    canvas_str(c, a, 0, left + 2, STYLE_DIM, ch->aside);
}

static struct area
plot_area(struct area a)
{
  return area_cols(area_rows(a, 1, a.rows - 2), LABEL_COLS + 1, a.cols - LABEL_COLS - 1);
}

int
chart_columns(struct area a)
{
  return plot_area(a).cols;
}

void
chart_draw(const struct chart *ch, struct canvas *c, struct area a)
{
  struct plot p = {.area = plot_area(a), .per_x = c->ascii ? 1 : 2, .per_y = c->ascii ? 1 : 4};

  if (p.area.rows < 2 || p.area.cols < 8 || !chart_ranges(ch, &p)) {
    canvas_str(c, a, 0, 0, STYLE_BOLD, ch->title ? ch->title : "");
    canvas_str(c, a, 2, 2, STYLE_DIM, ch->empty ? ch->empty : "no values yet");
    return;
  }
  chart_ticks(ch, &p);
  p.dots_x = p.area.cols * p.per_x;
  p.dots_y = p.area.rows * p.per_y;
  p.bits = xcalloc((size_t)p.area.rows * (size_t)p.area.cols, 1);
  p.owner = xcalloc((size_t)p.area.rows * (size_t)p.area.cols, 1);
  draw_head(ch, &p, c, a);
  chart_axes(ch, &p, c, a);
  if (ch->has_cross && ch->cross_x >= p.x_min && ch->cross_x <= p.x_max)
    for (int row = 0; row < p.area.rows; row++)
      canvas_put(c, p.area, row, chart_dot_x(&p, ch->cross_x) / p.per_x, STYLE_RULE, 0x2506);
  chart_notes(ch, &p, c, false);
  chart_intervals(ch, &p, c);
  for (size_t s = 0; s < ch->n_series; s++)
    if (!ch->series[s].loose)
      set_series(ch, &p, s);
  draw_cells(ch, &p, c);
  chart_marks(ch, &p, c);
  chart_ends(ch, &p, c);
  chart_notes(ch, &p, c, true);
  free(p.bits);
  free(p.owner);
}

bool
chart_x_at(const struct chart *ch, struct area a, int col, double *x)
{
  struct plot p = {.area = plot_area(a)};

  col -= LABEL_COLS + 1;
  if (col < 0 || col >= p.area.cols || p.area.cols < 2 || !chart_ranges(ch, &p))
    return false;
  *x = p.x_min + (p.x_max - p.x_min) * col / (p.area.cols - 1);
  return true;
}
