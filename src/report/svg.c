#include "report/svg.h"

#include <math.h>

#include "report/markup.h"
#include "report/svg-draw.h"

double
frame_x(const struct frame *f, double at)
{
  return f->left + (f->right - f->left) * at;
}

double
frame_y(const struct frame *f, const struct diagram_axis *a, double y)
{
  return f->bottom - (f->bottom - f->top) * diagram_axis_at(a, y);
}

void
svg_line(struct buf *out, const char *class, double x1, double y1, double x2, double y2)
{
  buf_addf(out, "<line class=\"%s\" x1=\"%.2f%%\" y1=\"%.1f\" x2=\"%.2f%%\" y2=\"%.1f\"/>\n", class, x1, y1, x2, y2);
}

void
svg_text(struct buf *out, const char *class, double x, double y, const char *anchor, const char *s)
{
  buf_addf(out, "<text class=\"%s\" x=\"%.2f%%\" y=\"%.1f\" text-anchor=\"%s\">", class, x, y, anchor);
  markup_html(out, s, MARKUP_JOIN);
  buf_adds(out, "</text>\n");
}

/* A path cannot stand at a place in per cent; the svg around it can. */
void
svg_mark(struct buf *out, const struct diagram_mark *m, double x, double y)
{
  static const char *const paths[] = {
    [MARK_DOT] = "<circle r=\"4.5\"/>",
    [MARK_BOX] = "<rect x=\"-4\" y=\"-4\" width=\"8\" height=\"8\"/>",
    [MARK_TRIANGLE] = "<path d=\"M-5 4.5L0 -5L5 4.5Z\"/>",
  };

  buf_addf(out, "<svg class=\"%s\" x=\"%.2f%%\" y=\"%.1f\" overflow=\"visible\">%s</svg>\n",
           m->strong ? "mark strong" : "mark", x, y, paths[m->shape]);
}

void
svg_x_axis(struct buf *out, const struct frame *f, const struct diagram_axis *a, enum diagram_unit unit,
           const char *title)
{
  size_t n = diagram_axis_ticks(a);

  for (size_t i = 0; i < n; i++) {
    double x = diagram_axis_tick(a, i), at = frame_x(f, diagram_axis_at(a, x));

    svg_line(out, "grid", at, f->top, at, f->bottom);
    svg_text(out, "tick", at, f->bottom + 16, i == 0 && f->left < 4 ? "start" : i + 1 == n && f->right > 97 ? "end"
             : "middle", diagram_number(unit, x, a->step).s);
  }
  if (title)
    svg_text(out, "axis", f->right, f->bottom + 34, "end", title);
}

void
svg_diagram(struct buf *out, const struct diagram *c, size_t number)
{
  static const struct {
    void (*frame)(const struct diagram *c, struct frame *f);
    void (*draw)(struct buf *out, const struct diagram *c, const struct frame *f);
  } kinds[] = {
    [DIAGRAM_INTERVALS] = {svg_intervals_frame, svg_intervals},
    [DIAGRAM_CURVE] = {svg_plane_frame, svg_curve},
    [DIAGRAM_SCATTER] = {svg_plane_frame, svg_scatter},
  };
  struct frame f;

  kinds[c->kind].frame(c, &f);
  buf_addf(out, "<svg class=\"chart\" width=\"100%%\" height=\"%d\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\" "
           "aria-labelledby=\"chart%zu-title chart%zu-words\">\n<title "
           "id=\"chart%zu-title\">", f.height, number, number,
           number);
  markup_html(out, c->title, MARKUP_JOIN);
  buf_addf(out, "</title>\n<desc id=\"chart%zu-words\">", number);
  markup_html(out, c->description, MARKUP_JOIN);
  buf_adds(out, "</desc>\n");
  kinds[c->kind].draw(out, c, &f);
  buf_adds(out, "</svg>\n");
}
