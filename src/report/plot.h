/* plot: charts in letters, for documents that have no pictures. Threads: pure functions. */
#ifndef REPORT_PLOT_H
#define REPORT_PLOT_H

#include "base/buf.h"
#include "report/diagram.h"

/* Lines of at most 78 columns, for a block of code. */
void plot_diagram(struct buf *out, const struct diagram *c);

#endif
