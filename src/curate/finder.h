/* finder: the samples most like one, asked for now and then: what a person looks at. It reads the corpus at each
 * question (similar_scan), so it needs no index, and what is new, edited, gone or rejected counts at once: 50 000 texts
 * of 16 words take some 15 ms of two processors, a million 0.3 s. What it keeps is how much each term says (some MB, of
 * at most SIMILAR_MAX_TEXTS texts), made at the first question and anew once the corpus has half as many samples more.
 *
 * Life: finder_new, finder_ask any number of times, finder_free. The corpus must stay. Threads: one at a time, any. */
#ifndef CURATE_FINDER_H
#define CURATE_FINDER_H

#include "curate/similar.h"

struct finder;
struct finder *finder_new(const struct corpus *c);
void finder_free(struct finder *f);
/* The `max` (at most 64) samples most like `id`, the most similar first; none that is gone or rejected. Returns how
 * many, 0 if it was stopped. threads 0: all processors. */
size_t finder_ask(struct finder *f, uint32_t id, size_t max, int threads, struct stop *stop, struct neighbour *out);

#endif
