/* guard: test texts are never learned from. It knows them, and tells which samples a student must not be shown: those
 * that equal one but for case and punctuation, and of what a teacher wrote also those that are nearly one
 * (neardup.h, at the default threshold). A person's own near-duplicates stay: two customers do ask nearly the same.
 *
 * Generated texts like a test text are dropped on their way in (generate/filters.h); this is for those that came before
 * the test did, by import, by annotation, or by an edit.
 * Life: guard_new, guard_add..., guard_stops, guard_free. Threads: one at a time. */
#ifndef CORPUS_GUARD_H
#define CORPUS_GUARD_H

#include <stdbool.h>

#include "corpus/corpus.h"

struct guard;
struct guard *guard_new(void);
/* All samples of split test. */
struct guard *guard_new_of(const struct corpus *c);
void guard_free(struct guard *g);
void guard_add(struct guard *g, const struct sample *s);
/* *of, if not NULL: the test text that it stands for. */
bool guard_stops(struct guard *g, const struct sample *s, uint32_t *of);

#endif
