/* figure: numbers as people read them, in the findings' sentences and tables. Threads: pure functions. */
#ifndef EVALUATE_FIGURE_H
#define EVALUATE_FIGURE_H

#include <stdbool.h>

#include "base/buf.h"

void figure_add_cost(struct buf *out, double usd);               /* "$0.41", "$0", "<$.001", "?" */
void figure_add_p(struct buf *out, double p, bool column);       /* "< .001", "= .034"; in a column "<.001", ".034" */
void figure_add_share(struct buf *out, double x);                /* ".846", "1.000" */
void figure_add_points(struct buf *out, double x);               /* of a difference: "+2.7" */

#endif
