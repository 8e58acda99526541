/* The scales of a chart: ranges, ticks, axes, and where a value lies. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/chart-inside.h"

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

double
chart_scaled(const struct chart *ch, double y)
{
  return ch->log_y ? log10(y) : y;
}

bool
chart_usable(const struct chart *ch, double x, double y)
{
  return isfinite(x) && isfinite(y) && (!ch->log_y || y > 0);
}

static bool
inside(const struct chart *ch, double x)
{
  return !(ch->x_min < ch->x_max) || (x >= ch->x_min && x <= ch->x_max);
}

static void
take_height(const struct chart *ch, struct plot *p, double y)
{
  if (!chart_usable(ch, 0, y))
    return;
  p->y_min = fmin(p->y_min, chart_scaled(ch, y));
  p->y_max = fmax(p->y_max, chart_scaled(ch, y));
}

bool
chart_ranges(const struct chart *ch, struct plot *p)
{
  p->x_min = p->y_min = INFINITY;
  p->x_max = p->y_max = -INFINITY;
  for (size_t s = 0; s < ch->n_series; s++)
    for (size_t i = 0; i < ch->series[s].n; i++) {
      double x = ch->series[s].x[i], y = ch->series[s].y[i];

      if (!chart_usable(ch, x, y) || !inside(ch, x))
        continue;
      p->x_min = fmin(p->x_min, x);
      p->x_max = fmax(p->x_max, x);
      take_height(ch, p, y);
      if (ch->series[s].lo)
        take_height(ch, p, ch->series[s].lo[i]);
      if (ch->series[s].hi)
        take_height(ch, p, ch->series[s].hi[i]);
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

void
chart_ticks(const struct chart *ch, struct plot *p)
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

int
chart_dot_x(const struct plot *p, double x)
{
  return (int)floor((x - p->x_min) / (p->x_max - p->x_min) * (p->dots_x - 1) + .5);
}

int
chart_dot_y(const struct plot *p, double y)
{
  return p->dots_y - 1 - (int)floor((y - p->y_min) / (p->y_max - p->y_min) * (p->dots_y - 1) + .5);
}

int
chart_row_of(const struct chart *ch, const struct plot *p, double y)
{
  return chart_dot_y(p, fmax(p->y_min, fmin(p->y_max, chart_scaled(ch, y))));
}

/* A number below the axis at x, unless one before reaches so far; returns where the last one ends. */
static int
draw_tick(const struct plot *p, struct canvas *c, struct area a, double x, const char *number, int last_col)
{
  int bottom = p->area.row - a.row + p->area.rows, width = (int)strlen(number);
  int col = LABEL_COLS + 1 + chart_dot_x(p, x) / p->per_x;

  col -= col + width > a.cols ? col + width - a.cols : 0;
  return col > last_col || last_col == 0 ? canvas_str(c, a, bottom, col, STYLE_DIM, number) : last_col;
}

static int
plain_ticks(const struct plot *p, struct canvas *c, struct area a)
{
  double step = nice_step(p->x_max - p->x_min, p->area.cols / 7 < 1 ? 1 : p->area.cols / 7);
  char number[16];
  int last_col = 0;

  step = step < 1 && p->x_max - p->x_min >= 1 ? 1 : step;
  for (double x = ceil(p->x_min / step - 1e-9) * step; x <= p->x_max + step * 1e-6; x += step)
    last_col = draw_tick(p, c, a, x, chart_number(fabs(x) < step * 1e-6 ? 0 : x, false, number), last_col);
  return last_col;
}

/* 10, 100, 1000; between them 2 and 5 where powers of ten alone are too few. */
static int
log_ticks(const struct plot *p, struct canvas *c, struct area a)
{
  static const double between[] = {1, 2, 5};
  size_t n = p->x_max - p->x_min > 2.5 ? 1 : N_OF(between);
  char number[16];
  int last_col = 0;

  for (double power = floor(p->x_min); power <= p->x_max; power++)
    for (size_t i = 0; i < n; i++) {
      double x = power + log10(between[i]);

      if (x >= p->x_min - 1e-9 && x <= p->x_max + 1e-9)
        last_col = draw_tick(p, c, a, x, chart_number(between[i] * pow(10, power), false, number), last_col);
    }
  return last_col;
}

void
chart_axes(const struct chart *ch, const struct plot *p, struct canvas *c, struct area a)
{
  char number[16];
  int bottom = p->area.row - a.row + p->area.rows, last_col;

  canvas_vline(c, area_rows(a, p->area.row - a.row, p->area.rows), LABEL_COLS, STYLE_RULE);
  for (size_t i = 0; i < p->n_ticks; i++) {
    int row = chart_dot_y(p, p->ticks[i]) / p->per_y + p->area.row - a.row;

    canvas_right(c, a, row, 0, LABEL_COLS - 1, STYLE_DIM,
                 chart_number(ch->log_y ? pow(10, p->ticks[i]) : p->ticks[i], ch->y_fraction, number));
    canvas_put(c, a, row, LABEL_COLS, STYLE_RULE, 0x2524);
  }
  last_col = ch->log_x ? log_ticks(p, c, a) : plain_ticks(p, c, a);
  if (ch->x_name && last_col + 1 + (int)strlen(ch->x_name) <= a.cols)
    canvas_str(c, a, bottom, a.cols - (int)strlen(ch->x_name), STYLE_DIM, ch->x_name);
}
