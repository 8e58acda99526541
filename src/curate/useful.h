/* useful: what a student would learn most from: texts that it is uncertain of and that are unlike what it may already
 * learn from. useful = uncertainty * (1 - similarity to the nearest other usable sample): the uncertainty (judge.h) as
 * in uncertainty sampling (Lewis and Gale 1994), weighed by novelty (similar.h), since the most uncertain texts are
 * often much the same. Rejected samples have none. Where nothing is usable yet all is novel.
 *
 * Beyond USEFUL_MOST texts only so many, the most uncertain ones, have a value: the others are not useful, and to find
 * the nearest takes some 0.1 ms.
 *
 * Threads: any; it takes `threads` by itself, with the same result on any number. Errors: ERR_INTERRUPTED if stopped. */
#ifndef CURATE_USEFUL_H
#define CURATE_USEFUL_H

#include "base/pool.h"
#include "curate/docket.h"

#define USEFUL_MOST 200000

/* values (d->n), by place in the docket; NaN: none. uncertainty (d->n). */
int useful_run(const struct corpus *c, const struct docket *d, const float *uncertainty, int threads, struct stop *stop,
               float *values, struct err *e);

#endif
