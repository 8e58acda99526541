/* learned: what a run's training said of its texts (student/dynamics.h), kept as signals of the run (curate/signal.h).
 * Threads: one user. Errors: the store's. */
#ifndef CURATE_LEARNED_H
#define CURATE_LEARNED_H

#include "curate/seen.h"
#include "student/dynamics.h"

/* ids (n): the samples that the training learned from, in its order; seen: from before they were collected. A kind of
 * student that told nothing keeps nothing. */
int learned_keep(struct project *p, uint32_t run, const struct seen *seen, const uint32_t *ids, size_t n,
                 const struct dynamics *d, struct err *e);

#endif
