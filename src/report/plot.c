#include "report/plot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define NAME 26u                 /* columns of a name */
#define VALUE 9u
#define WIDE 40u                 /* of the plot */
#define HIGH 16u

/* s in so many columns, cut where it is too long. */
static void
add_padded(struct buf *out, const char *s, size_t columns, bool right)
{
  size_t n = 0, used = 0, total = strlen(s);

  while (n < total) {
    size_t len, wide = (size_t)utf8_width(utf8_decode(s + n, total - n, &len));

    if (used + wide > columns)
      break;
    used += wide;
    n += len;
  }
  if (right)
    buf_addn(out, ' ', columns - used);
  buf_add(out, s, n);
  if (!right)
    buf_addn(out, ' ', columns - used);
}

static size_t
column_at(const struct diagram_axis *a, double x)
{
  return (size_t)lround(diagram_axis_at(a, x) * (WIDE - 1));
}

/* One line: name, value, and the interval on the axis. */
static void
add_interval(struct buf *out, const struct diagram_axis *a, enum diagram_unit unit, const char *name, double x,
             double lo, double hi, double reference)
{
  char line[WIDE + 1];

  memset(line, ' ', WIDE);
  line[WIDE] = '\0';
  if (isfinite(reference))
    line[column_at(a, reference)] = ':';
  if (isfinite(lo) && isfinite(hi)) {
    for (size_t i = column_at(a, lo); i <= column_at(a, hi); i++)
      line[i] = '-';
    line[column_at(a, lo)] = line[column_at(a, hi)] = '|';
  }
  if (isfinite(x))
    line[column_at(a, x)] = 'o';
  add_padded(out, name, NAME, false);
  add_padded(out, diagram_value(unit, x).s, VALUE, true);
  buf_addf(out, "  %s", line);
  while (out->n > 0 && out->s[out->n - 1] == ' ')
    buf_truncate(out, out->n - 1);
  buf_addc(out, '\n');
}

/* Where the axis begins and ends. */
static void
add_scale(struct buf *out, const struct diagram_axis *a, enum diagram_unit unit)
{
  struct numeral lo = diagram_number(unit, a->log ? pow(10, a->lo) : a->lo, a->step),
                hi = diagram_number(unit, a->log ? pow(10, a->hi) : a->hi, a->step);
  size_t n_lo = utf8_columns(lo.s, strlen(lo.s)), n_hi = utf8_columns(hi.s, strlen(hi.s));

  buf_addn(out, ' ', NAME + VALUE + 2);
  buf_adds(out, lo.s);
  buf_addn(out, ' ', n_lo + n_hi < WIDE ? WIDE - n_lo - n_hi : 1);
  buf_addf(out, "%s\n", hi.s);
}

static void
plot_intervals(struct buf *out, const struct diagram *c)
{
  struct diagram_axis a = diagram_x_axis(c, 5);
  const char *group = NULL;

  for (size_t i = 0; i < c->n_marks; i++) {
    const struct diagram_mark *m = &c->marks[i];

    if (m->group && (!group || strcmp(group, m->group) != 0))
      buf_addf(out, "%s%s\n", i ? "\n" : "", m->group);
    group = m->group;
    add_interval(out, &a, c->x_unit, m->name, m->x, m->lo, m->hi, m->reference);
  }
  add_scale(out, &a, c->x_unit);
}

/* A curve stands on its side: a line a point. */
static void
plot_curve(struct buf *out, const struct diagram *c)
{
  struct diagram_axis a = diagram_y_axis(c, 5);

  for (size_t i = 0; i < c->n_marks; i++) {
    const struct diagram_mark *m = &c->marks[i];

    add_interval(out, &a, c->y_unit, diagram_value(c->x_unit, m->x).s, m->y, m->lo, m->hi, NAN);
  }
  add_scale(out, &a, c->y_unit);
}

static void
plot_scatter(struct buf *out, const struct diagram *c)
{
  struct diagram_axis x = diagram_x_axis(c, 6), y = diagram_y_axis(c, 5);
  char cells[HIGH][WIDE + 8];

  memset(cells, ' ', sizeof cells);
  for (size_t i = 0; i < c->n_marks; i++) {
    const struct diagram_mark *m = &c->marks[i];
    size_t n = strlen(m->name), row;
    size_t column = isnan(m->x) ? WIDE + 3 : column_at(&x, m->x);

    if (!isfinite(m->y))
      continue;
    row = HIGH - 1 - (size_t)lround(diagram_axis_at(&y, m->y) * (HIGH - 1));
    memcpy(cells[row] + column, m->name, n < 4 ? n : 4);
  }
  for (size_t r = 0; r < HIGH; r++) {
    size_t n = WIDE + 7;

    while (n > 0 && cells[r][n - 1] == ' ')
      n--;
    add_padded(out, r == 0 ? diagram_number(c->y_unit, y.hi, y.step).s
               : r == HIGH - 1 ? diagram_number(c->y_unit, y.lo, y.step).s : "", VALUE, true);
    buf_addf(out, " |%.*s\n", (int)n, cells[r]);
  }
  buf_addn(out, ' ', VALUE + 2);
  buf_addf(out, "%s", diagram_number(c->x_unit, diagram_axis_tick(&x, 0), x.step).s);
  buf_addn(out, ' ', WIDE - 12);
  buf_addf(out, "%s\n", diagram_number(c->x_unit, x.log ? pow(10, x.hi) : x.hi, x.step).s);
}

void
plot_diagram(struct buf *out, const struct diagram *c)
{
  static void (*const kinds[])(struct buf *out, const struct diagram *c) = {
    [DIAGRAM_INTERVALS] = plot_intervals, [DIAGRAM_CURVE] = plot_curve, [DIAGRAM_SCATTER] = plot_scatter,
  };

  kinds[c->kind](out, c);
}
