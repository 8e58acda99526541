#include "ui/chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define LABEL_COLS 5   /* of the numbers at the y axis */
#define MAX_TICKS 12

/* Where things lie, worked out anew for each drawing. */
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

/* 3e-5 */
static void
tiny(double x, char *s, size_t size)
{
  int power = (int)floor(log10(fabs(x)) + 1e-9);

  snprintf(s, size, "%.0fe%d", x / pow(10, power), power);
}

const char *
chart_number(double x, bool fraction, char out[16])
{
  double size = fabs(x);
  char s[32];

  if (!isfinite(x))
    snprintf(s, sizeof s, "-");
  else if (size > 0 && size < .0005)
    tiny(x, s, sizeof s);
  else if (size >= 1e6)
    snprintf(s, sizeof s, "%.3gM", x / 1e6);
  else if (size >= 1e4)
    snprintf(s, sizeof s, "%.3gk", x / 1e3);
  else if (fraction)
    snprintf(s, sizeof s, "%.2f", x);
  else
    snprintf(s, sizeof s, "%.*f", size >= 100 || x == floor(x) ? 0 : size >= .1
             ? 1 + (fmod(size * 10 + 1e-9, 1) > 1e-6) : 3, x);
  /* 0.25 is written .25 */
  if (s[0] == '0' && s[1] == '.')
    memmove(s, s + 1, strlen(s));
  else if (s[0] == '-' && s[1] == '0' && s[2] == '.')
    memmove(s + 1, s + 2, strlen(s + 1));
  snprintf(out, 16, "%.15s", s);
  return out;
}

static double
scaled(const struct chart *ch, double y)
{
  return ch->log_y ? log10(y) : y;
}

static bool
usable(const struct chart *ch, double x, double y)
{
  return isfinite(x) && isfinite(y) && (!ch->log_y || y > 0);
}

static bool
inside(const struct chart *ch, double x)
{
  return !(ch->x_min < ch->x_max) || (x >= ch->x_min && x <= ch->x_max);
}

/* Ranges of the data; false if there is nothing to draw. */
static bool
find_ranges(const struct chart *ch, struct plot *p)
{
  p->x_min = p->y_min = INFINITY;
  p->x_max = p->y_max = -INFINITY;
  for (size_t s = 0; s < ch->n_series; s++)
    for (size_t i = 0; i < ch->series[s].n; i++) {
      double x = ch->series[s].x[i], y = ch->series[s].y[i];

      if (!usable(ch, x, y) || !inside(ch, x))
        continue;
      p->x_min = fmin(p->x_min, x);
      p->x_max = fmax(p->x_max, x);
      p->y_min = fmin(p->y_min, scaled(ch, y));
      p->y_max = fmax(p->y_max, scaled(ch, y));
    }
  if (ch->x_min < ch->x_max) {
    p->x_min = ch->x_min;
    p->x_max = ch->x_max;
  }
  if (ch->y_min < ch->y_max && !ch->log_y) {
    p->y_min = ch->y_min;
    p->y_max = ch->y_max;
  }
  if (!(p->x_min <= p->x_max && p->y_min <= p->y_max))
    return false;
  if (p->x_min == p->x_max)
    p->x_max = p->x_min + 1;
  return true;
}

static double
nice_step(double range, int most)
{
  static const double steps[] = {1, 2, 2.5, 5, 10};
  double power = pow(10, floor(log10(range / most)));

  for (size_t i = 0; i < N_OF(steps); i++)
    if (range / (steps[i] * power) <= most)
      return steps[i] * power;
  return 10 * power;
}

/* Rounds the y range outwards to ticks, so that it changes seldom while data arrives. */
static void
make_ticks(const struct chart *ch, struct plot *p)
{
  int most = p->area.rows / 3 < 2 ? 2 : p->area.rows / 3 > 5 ? 5 : p->area.rows / 3;
  double step;

  if (p->y_max - p->y_min < 1e-9) {
    double room = fabs(p->y_min) > 1e-6 ? fabs(p->y_min) * .1 : .5;

    p->y_min -= room;
    p->y_max += room;
  }
  if (ch->log_y) {
    p->y_min = floor(p->y_min * 3) / 3;
    p->y_max = ceil(p->y_max * 3) / 3;
    for (double t = ceil(p->y_min); t <= p->y_max + 1e-9 && p->n_ticks < MAX_TICKS; t += 1)
      p->ticks[p->n_ticks++] = t;
    if (p->n_ticks < 2) {
      p->n_ticks = 0;
      p->ticks[p->n_ticks++] = p->y_min;
      p->ticks[p->n_ticks++] = p->y_max;
    }
    return;
  }
  step = nice_step(p->y_max - p->y_min, most);
  p->y_min = floor(p->y_min / step + 1e-9) * step;
  p->y_max = ceil(p->y_max / step - 1e-9) * step;
  for (double t = p->y_min; t <= p->y_max + step / 2 && p->n_ticks < MAX_TICKS; t += step)
    p->ticks[p->n_ticks++] = fabs(t) < step * 1e-6 ? 0 : t;
}

static int
dot_x(const struct plot *p, double x)
{
  return (int)floor((x - p->x_min) / (p->x_max - p->x_min) * (p->dots_x - 1) + .5);
}

static int
dot_y(const struct plot *p, double y)
{
  return p->dots_y - 1 - (int)floor((y - p->y_min) / (p->y_max - p->y_min) * (p->dots_y - 1) + .5);
}

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

static int
row_of(const struct chart *ch, const struct plot *p, double y)
{
  return dot_y(p, fmax(p->y_min, fmin(p->y_max, scaled(ch, y))));
}

/* Where a line from one point to another crosses x, by its height on the chart. */
static int
row_between(const struct chart *ch, const struct plot *p, const struct series *s, size_t from, size_t to, double x)
{
  double a = scaled(ch, s->y[from]), b = scaled(ch, s->y[to]), part = (x - s->x[from]) / (s->x[to] - s->x[from]);

  return dot_y(p, fmax(p->y_min, fmin(p->y_max, a + (b - a) * part)));
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

    if (!usable(ch, at, series->y[i])) {
      last = isnan(series->y[i]) ? last : SIZE_MAX;
      continue;
    }
    if (last == SIZE_MAX || series->x[last] < p->x_min) {
      last_x = last == SIZE_MAX || at <= p->x_min ? -1 : 0;
      last_y = last_x < 0 ? 0 : row_between(ch, p, series, last, i, p->x_min);
    }
    if (at > p->x_max) {
      if (last != SIZE_MAX && series->x[last] <= p->x_max)
        set_line(p, last_x < 0 ? dot_x(p, series->x[last]) : last_x, last_x < 0 ? row_of(ch, p, series->y[last]) : last_y,
                 p->dots_x - 1, row_between(ch, p, series, last, i, p->x_max), s);
      return;
    }
    last = i;
    if (at < p->x_min)
      continue;
    x = dot_x(p, at);
    y = row_of(ch, p, series->y[i]);
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

static bool
has_marks(const struct series *s, const struct plot *p)
{
  size_t n = 0;

  for (size_t i = 0; s->marks && i < s->n; i++)
    n += isfinite(s->y[i]) && s->x[i] >= p->x_min && s->x[i] <= p->x_max;
  return n > 0 && n * 3 <= (size_t)p->area.cols;
}

/* The first letter of its name at the end of each line: tells them apart without colour. */
static void
draw_ends(const struct chart *ch, const struct plot *p, struct canvas *c)
{
  for (size_t s = 0; s < ch->n_series && ch->n_series > 1; s++) {
    const struct series *series = &ch->series[s];
    size_t i = series->n;
    int col;

    while (i > 0 && (!usable(ch, series->x[i - 1], series->y[i - 1]) || series->x[i - 1] > p->x_max))
      i--;
    if (i == 0 || has_marks(series, p) || series->x[i - 1] < p->x_min)
      continue;
    col = dot_x(p, series->x[i - 1]) / p->per_x + 1;
    canvas_put(c, p->area, row_of(ch, p, series->y[i - 1]) / p->per_y,
               col < p->area.cols ? col : p->area.cols - 1, series->style, (unsigned char)series->letter);
  }
}

static uint32_t
mark_of(const struct series *s, const struct canvas *c)
{
  return c->ascii || s->letters ? (unsigned char)s->letter : 0x25cf;
}

#define LETTER_EVERY 14  /* columns */

/* Its letter along a line of many points: not in the same columns as those of others. */
static void
draw_letters(const struct chart *ch, const struct plot *p, struct canvas *c, size_t s)
{
  const struct series *series = &ch->series[s];
  int next = (int)(s * 5 % LETTER_EVERY);

  for (size_t i = 0; i < series->n; i++) {
    int col;

    if (!usable(ch, series->x[i], series->y[i]) || series->x[i] < p->x_min || series->x[i] > p->x_max)
      continue;
    col = dot_x(p, series->x[i]) / p->per_x;
    if (col < next)
      continue;
    canvas_put(c, p->area, row_of(ch, p, series->y[i]) / p->per_y, col, series->style, (unsigned char)series->letter);
    next = col + LETTER_EVERY;
  }
}

static void
draw_marks(const struct chart *ch, const struct plot *p, struct canvas *c)
{
  for (size_t s = 0; s < ch->n_series; s++) {
    const struct series *series = &ch->series[s];

    if (series->letters && !has_marks(series, p)) {
      draw_letters(ch, p, c, s);
      continue;
    }
    for (size_t i = 0; has_marks(series, p) && i < series->n; i++)
      if (usable(ch, series->x[i], series->y[i]) && series->x[i] >= p->x_min && series->x[i] <= p->x_max)
        canvas_put(c, p->area, row_of(ch, p, series->y[i]) / p->per_y, dot_x(p, series->x[i]) / p->per_x, series->style,
                   mark_of(series, c));
  }
}

/* Lines where something happened, and what: words in the rows above, where no others stand in their way. */
static void
draw_notes(const struct chart *ch, const struct plot *p, struct canvas *c, bool words)
{
  int free_from[3] = {0};

  for (size_t i = 0; i < ch->n_notes; i++) {
    const struct chart_note *note = &ch->notes[i];
    int col, width = canvas_width(note->text, strlen(note->text)), row = 0;

    if (!(note->x >= p->x_min && note->x <= p->x_max))
      continue;
    col = dot_x(p, note->x) / p->per_x;
    for (int k = 0; !words && k < p->area.rows; k++)
      canvas_put(c, p->area, k, col, STYLE_HINT, 0x2506);
    while (row < 3 && row < p->area.rows / 2 && free_from[row] > col)
      row++;
    if (row == 3 || row >= p->area.rows / 2 || col + 1 + width > p->area.cols)
      continue;
    if (words)
      canvas_str(c, p->area, row, col + 1, STYLE_HINT, note->text);
    free_from[row] = col + width + 2;
  }
}

static void
draw_axes(const struct chart *ch, const struct plot *p, struct canvas *c, struct area a)
{
  char number[16];
  int bottom = p->area.row - a.row + p->area.rows, last_col = 0;
  double step = nice_step(p->x_max - p->x_min, p->area.cols / 7 < 1 ? 1 : p->area.cols / 7);

  canvas_vline(c, area_rows(a, p->area.row - a.row, p->area.rows), LABEL_COLS, STYLE_RULE);
  for (size_t i = 0; i < p->n_ticks; i++) {
    int row = dot_y(p, p->ticks[i]) / p->per_y + p->area.row - a.row;

    canvas_right(c, a, row, 0, LABEL_COLS - 1, STYLE_DIM,
                 chart_number(ch->log_y ? pow(10, p->ticks[i]) : p->ticks[i], ch->y_fraction, number));
    canvas_put(c, a, row, LABEL_COLS, STYLE_RULE, 0x2524);
  }
  step = step < 1 && p->x_max - p->x_min >= 1 ? 1 : step;
  for (double x = ceil(p->x_min / step - 1e-9) * step; x <= p->x_max + step * 1e-6; x += step) {
    int col = LABEL_COLS + 1 + dot_x(p, x) / p->per_x, width;

    chart_number(fabs(x) < step * 1e-6 ? 0 : x, false, number);
    width = (int)strlen(number);
    col -= col + width > a.cols ? col + width - a.cols : 0;
    if (col > last_col || last_col == 0)
      last_col = canvas_str(c, a, bottom, col, STYLE_DIM, number);
  }
  if (ch->x_name && last_col + 1 + (int)strlen(ch->x_name) <= a.cols)
    canvas_str(c, a, bottom, a.cols - (int)strlen(ch->x_name), STYLE_DIM, ch->x_name);
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
    canvas_put(c, a, 0, col, series->style, has_marks(series, p) ? mark_of(series, c) : (unsigned char)series->letter);
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

  if (p.area.rows < 2 || p.area.cols < 8 || !find_ranges(ch, &p)) {
    canvas_str(c, a, 0, 0, STYLE_BOLD, ch->title ? ch->title : "");
    canvas_str(c, a, 2, 2, STYLE_DIM, ch->empty ? ch->empty : "no values yet");
    return;
  }
  make_ticks(ch, &p);
  p.dots_x = p.area.cols * p.per_x;
  p.dots_y = p.area.rows * p.per_y;
  p.bits = xcalloc((size_t)p.area.rows * (size_t)p.area.cols, 1);
  p.owner = xcalloc((size_t)p.area.rows * (size_t)p.area.cols, 1);
  draw_head(ch, &p, c, a);
  draw_axes(ch, &p, c, a);
  if (ch->has_cross && ch->cross_x >= p.x_min && ch->cross_x <= p.x_max)
    for (int row = 0; row < p.area.rows; row++)
      canvas_put(c, p.area, row, dot_x(&p, ch->cross_x) / p.per_x, STYLE_RULE, 0x2506);
  draw_notes(ch, &p, c, false);
  for (size_t s = 0; s < ch->n_series; s++)
    set_series(ch, &p, s);
  draw_cells(ch, &p, c);
  draw_marks(ch, &p, c);
  draw_ends(ch, &p, c);
  draw_notes(ch, &p, c, true);
  free(p.bits);
  free(p.owner);
}

bool
chart_x_at(const struct chart *ch, struct area a, int col, double *x)
{
  struct plot p = {.area = plot_area(a)};

  col -= LABEL_COLS + 1;
  if (col < 0 || col >= p.area.cols || p.area.cols < 2 || !find_ranges(ch, &p))
    return false;
  *x = p.x_min + (p.x_max - p.x_min) * col / (p.area.cols - 1);
  return true;
}
