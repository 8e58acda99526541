/* svg: charts as SVG that stands inside an HTML page, well-formed as XML, too.
 *
 * A chart is as wide as the page lets it be, and its letters stay as large as the page's: horizontal positions are
 * per cent, vertical ones pixels; what is a curve lies in an inner svg that is stretched, with lines that are not. So
 * there is nothing to compute when the window changes. Colours are variables of the page (html.c has them), shapes and
 * words tell the same as they do. Each has a title and a description, and role img.
 * Threads: pure functions. */
#ifndef REPORT_SVG_H
#define REPORT_SVG_H

#include "base/buf.h"
#include "report/diagram.h"

/* number: of this chart in the page, for ids. */
void svg_diagram(struct buf *out, const struct diagram *c, size_t number);

#endif
