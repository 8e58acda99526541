/* svg-plane: y over x: curves and scatters. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "report/svg-draw.h"

#define STRETCH 1000.0           /* units of the inner svg, both ways */
#define UNKNOWN_FROM 0.92        /* of the width: beyond it stand marks whose x nobody knows */

static bool
has_unknown(const struct diagram *c)
{
  for (size_t i = 0; i < c->n_marks; i++)
    if (c->kind == DIAGRAM_SCATTER && isnan(c->marks[i].x))
      return true;
  return false;
}

void
svg_plane_frame(const struct diagram *c, struct frame *f)
{
  *f = (struct frame){.left = 10, .right = 98, .top = 22, .bottom = c->kind == DIAGRAM_CURVE ? 262 : 312};
  f->height = f->bottom + 42;
}

/* ---- what both have ---- */

static void
draw_y_axis(struct buf *out, const struct frame *f, const struct diagram_axis *a, const struct diagram *c)
{
  size_t n = diagram_axis_ticks(a);

  for (size_t i = 0; i < n; i++) {
    double y = diagram_axis_tick(a, i), at = frame_y(f, a, y);

    svg_line(out, "grid", f->left, at, f->right, at);
    svg_text(out, "tick", f->left - 1.5, at + 4, "end", diagram_number(c->y_unit, y, a->step).s);
  }
  if (c->y_title)
    svg_text(out, "axis", 0, 12, "start", c->y_title);
}

static void
begin_stretched(struct buf *out, const struct frame *f)
{
  buf_addf(out, "<svg x=\"%.2f%%\" y=\"%d\" width=\"%.2f%%\" height=\"%d\" viewBox=\"0 0 1000 1000\" "
           "preserveAspectRatio=\"none\">\n", f->left, f->top, f->right - f->left, f->bottom - f->top);
}

static void
end_stretched(struct buf *out)
{
  buf_adds(out, "</svg>\n");
}

static void
stretched_point(struct buf *out, const struct diagram_axis *x, const struct diagram_axis *y, double at_x, double at_y)
{
  buf_addf(out, "%.1f,%.1f ", STRETCH * diagram_axis_at(x, at_x), STRETCH * (1 - diagram_axis_at(y, at_y)));
}

/* The part of the line from lo to hi; its ends are points of it, so that the parts meet where they share one. */
static void
draw_line(struct buf *out, const struct diagram *c, const char *class, const struct diagram_axis *x,
          const struct diagram_axis *y, double lo, double hi)
{
  size_t n = 0;

  for (size_t i = 0; i < c->n_line; i++)
    n += c->line[i].x >= lo && c->line[i].x <= hi;
  if (n < 2)
    return;
  buf_addf(out, "<polyline class=\"%s\" vector-effect=\"non-scaling-stroke\" points=\"", class);
  for (size_t i = 0; i < c->n_line; i++)
    if (c->line[i].x >= lo && c->line[i].x <= hi)
      stretched_point(out, x, y, c->line[i].x, c->line[i].y);
  buf_truncate(out, out->n - 1);
  buf_adds(out, "\"/>\n");
}

/* ---- the curve ---- */

static void
draw_band(struct buf *out, const struct diagram *c, const struct diagram_axis *x, const struct diagram_axis *y)
{
  for (size_t i = 0; i < c->n_marks; i++)
    if (!isfinite(c->marks[i].x) || !isfinite(c->marks[i].lo) || !isfinite(c->marks[i].hi))
      return;
  if (c->n_marks < 2)
    return;
  buf_adds(out, "<polygon class=\"band\" points=\"");
  for (size_t i = 0; i < c->n_marks; i++)
    stretched_point(out, x, y, c->marks[i].x, c->marks[i].lo);
  for (size_t i = c->n_marks; i-- > 0;)
    stretched_point(out, x, y, c->marks[i].x, c->marks[i].hi);
  buf_truncate(out, out->n - 1);
  buf_adds(out, "\"/>\n");
}

void
svg_curve(struct buf *out, const struct diagram *c, const struct frame *f)
{
  struct diagram_axis x = diagram_x_axis(c, 5), y = diagram_y_axis(c, 5);

  svg_x_axis(out, f, &x, c->x_unit, c->x_title);
  draw_y_axis(out, f, &y, c);
  begin_stretched(out, f);
  draw_band(out, c, &x, &y);
  draw_line(out, c, "law", &x, &y, -INFINITY, c->line_known);
  draw_line(out, c, "law beyond", &x, &y, c->line_known, INFINITY);
  end_stretched(out);
  for (size_t i = 0; i < c->n_marks; i++) {
    const struct diagram_mark *m = &c->marks[i];
    double at = frame_x(f, diagram_axis_at(&x, m->x));

    if (!isfinite(m->x) || !isfinite(m->y))
      continue;
    if (isfinite(m->lo) && isfinite(m->hi))
      svg_line(out, "whisker", at, frame_y(f, &y, m->lo), at, frame_y(f, &y, m->hi));
    svg_mark(out, m, at, frame_y(f, &y, m->y));
  }
}

/* ---- the scatter ---- */

/* Names beside marks that are near each other are moved down until they do not touch. */
struct name_place {
  double x, y;
};

static double
free_y(const struct name_place *taken, size_t n, double x, double y)
{
  for (size_t i = 0; i < n; i++)
    if (fabs(taken[i].x - x) < 6 && fabs(taken[i].y - y) < 12) {
      y = taken[i].y + 12;
      i = (size_t)-1;
    }
  return y;
}

static int
by_height(const void *a, const void *b)
{
  const struct diagram_mark *x = *(const struct diagram_mark *const *)a, *y = *(const struct diagram_mark *const *)b;

  return x->y < y->y ? 1 : x->y > y->y ? -1 : x < y ? -1 : x > y;
}

static double
scatter_x(const struct frame *f, const struct diagram_axis *a, bool unknown, double x)
{
  double room = unknown ? UNKNOWN_FROM - 0.03 : 1;

  return frame_x(f, isnan(x) ? (UNKNOWN_FROM + 1) / 2 - 0.01 : room * diagram_axis_at(a, x));
}

static void
draw_marks(struct buf *out, const struct diagram *c, const struct frame *f, const struct diagram_axis *x,
           const struct diagram_axis *y, bool unknown)
{
  const struct diagram_mark **order = xcalloc(c->n_marks + 1, sizeof *order);
  struct name_place *taken = xcalloc(c->n_marks + 1, sizeof *taken);
  size_t n = 0;

  for (size_t i = 0; i < c->n_marks; i++)
    if (isfinite(c->marks[i].y))
      order[n++] = &c->marks[i];
  qsort(order, n, sizeof *order, by_height);
  for (size_t i = 0; i < n; i++) {
    const struct diagram_mark *m = order[i];
    double at = scatter_x(f, x, unknown, m->x), height = frame_y(f, y, m->y);

    if (isfinite(m->lo) && isfinite(m->hi))
      svg_line(out, "whisker thin", at, frame_y(f, y, m->lo), at, frame_y(f, y, m->hi));
    svg_mark(out, m, at, height);
    taken[i] = (struct name_place){at, free_y(taken, i, at, height)};
    svg_text(out, m->strong ? "number strong" : "number", at + 1.6, taken[i].y + 4, "start", m->name);
  }
  free(taken);
  free(order);
}

void
svg_scatter(struct buf *out, const struct diagram *c, const struct frame *f)
{
  bool unknown = has_unknown(c);
  struct frame known = *f;
  struct diagram_axis x = diagram_x_axis(c, 6), y = diagram_y_axis(c, 5);

  if (unknown)
    known.right = frame_x(f, UNKNOWN_FROM - 0.03);
  svg_x_axis(out, &known, &x, c->x_unit, NULL);
  if (c->x_title)
    svg_text(out, "axis", known.right, f->bottom + 34, "end", c->x_title);
  draw_y_axis(out, f, &y, c);
  if (unknown) {
    double at = frame_x(f, UNKNOWN_FROM - 0.015);

    svg_line(out, "divider", at, f->top, at, f->bottom);
    svg_text(out, "axis", f->right, f->top - 10, "end", "teachers");
  }
  begin_stretched(out, &known);
  draw_line(out, c, "front", &x, &y, -INFINITY, INFINITY);
  end_stretched(out);
  draw_marks(out, c, f, &x, &y, unknown);
}
