/* svg-intervals: a row a mark: its name and value on a line of their own, below it the interval as a line and its
 * middle as a dot. So names are never beside a line that they would leave no room on a telephone. */
#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "report/svg-draw.h"

#define ROW 38
#define GROUP 30
#define NAME_AT 14               /* within a row */
#define LINE_AT 26
#define NAME_MAX 42u             /* columns */

static bool
begins_group(const struct diagram *c, size_t i)
{
  const char *group = c->marks[i].group;

  return group && (i == 0 || !c->marks[i - 1].group || strcmp(c->marks[i - 1].group, group) != 0);
}

void
svg_intervals_frame(const struct diagram *c, struct frame *f)
{
  *f = (struct frame){.left = 1, .right = 99, .top = 4};
  f->bottom = f->top;
  for (size_t i = 0; i < c->n_marks; i++)
    f->bottom += ROW + (begins_group(c, i) ? GROUP : 0);
  f->height = f->bottom + (c->x_title ? 42 : 24);
}

/* A name that is too long is cut. */
static void
draw_name(struct buf *out, const struct diagram_mark *m, double y)
{
  struct buf cut = BUF_INIT;
  size_t n = 0, columns = 0, total = strlen(m->name);

  while (n < total && columns < NAME_MAX) {
    size_t len;

    columns += (size_t)utf8_width(utf8_decode(m->name + n, total - n, &len));
    n += len;
  }
  buf_add(&cut, m->name, n);
  if (n < total)
    buf_adds(&cut, "\xe2\x80\xa6");
  svg_text(out, m->strong ? "name strong" : "name", 0, y, "start", buf_str(&cut));
  buf_release(&cut);
}

static void
draw_row(struct buf *out, const struct diagram *c, const struct frame *f, const struct diagram_axis *a,
         const struct diagram_mark *m, double y)
{
  double middle = y + LINE_AT;

  if (isfinite(m->reference)) {
    double at = frame_x(f, diagram_axis_at(a, m->reference));

    svg_line(out, "reference", at, y, at, y + ROW);
  }
  draw_name(out, m, y + NAME_AT);
  svg_text(out, m->strong ? "value strong" : "value", 100, y + NAME_AT, "end", diagram_value(c->x_unit, m->x).s);
  if (isfinite(m->lo) && isfinite(m->hi)) {
    double lo = frame_x(f, diagram_axis_at(a, m->lo)), hi = frame_x(f, diagram_axis_at(a, m->hi));

    svg_line(out, "whisker", lo, middle, hi, middle);
    svg_line(out, "whisker", lo, middle - 4, lo, middle + 4);
    svg_line(out, "whisker", hi, middle - 4, hi, middle + 4);
  }
  if (isfinite(m->x))
    svg_mark(out, m, frame_x(f, diagram_axis_at(a, m->x)), middle);
}

void
svg_intervals(struct buf *out, const struct diagram *c, const struct frame *f)
{
  struct diagram_axis a = diagram_x_axis(c, 5);
  double y = f->top;

  svg_x_axis(out, f, &a, c->x_unit, c->x_title);
  for (size_t i = 0; i < c->n_marks; i++) {
    if (begins_group(c, i)) {
      svg_text(out, "group", 0, y + 20, "start", c->marks[i].group);
      y += GROUP;
    }
    draw_row(out, c, f, &a, &c->marks[i], y);
    y += ROW;
  }
}
