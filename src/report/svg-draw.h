/* svg-draw: what the drawings of charts have in common (svg.c, svg-intervals.c, svg-plane.c). Positions: x in shares of
 * the plot's width, y in pixels from above. */
#ifndef REPORT_SVG_DRAW_H
#define REPORT_SVG_DRAW_H

#include "base/buf.h"
#include "report/diagram.h"

struct frame {
  double left, right;            /* of the plot, in per cent of the chart's width */
  int top, bottom;               /* in pixels */
  int height;                    /* of the chart */
};

double frame_x(const struct frame *f, double at);                      /* in per cent */
double frame_y(const struct frame *f, const struct diagram_axis *a, double y);
void svg_line(struct buf *out, const char *class, double x1, double y1, double x2, double y2);
/* anchor: "start", "middle", "end". The text is escaped. */
void svg_text(struct buf *out, const char *class, double x, double y, const char *anchor, const char *s);
void svg_mark(struct buf *out, const struct diagram_mark *m, double x, double y);
/* Lines and numbers of the axis below, and its title. */
void svg_x_axis(struct buf *out, const struct frame *f, const struct diagram_axis *a, enum diagram_unit unit,
                const char *title);

void svg_intervals_frame(const struct diagram *c, struct frame *f);
void svg_intervals(struct buf *out, const struct diagram *c, const struct frame *f);
void svg_plane_frame(const struct diagram *c, struct frame *f);
void svg_curve(struct buf *out, const struct diagram *c, const struct frame *f);
void svg_scatter(struct buf *out, const struct diagram *c, const struct frame *f);

#endif
