/* texts: very many short texts that read like those of a teacher, for the benchmarks of the corpus: pieces of the
 * public texts in RETORT_DATA, spliced where they have a word in common. The same seed gives the same texts. */
#ifndef BENCH_TEXTS_H
#define BENCH_TEXTS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/rng.h"
#include "corpus/corpus.h"

struct texts;
/* NULL: there is no such folder (a word is printed). */
struct texts *texts_open(const char *folder);
void texts_close(struct texts *t);
/* A corpus of n texts. One in a hundred is an earlier one with other case and punctuation, five in a hundred are an
 * earlier one with a word or letter changed, dropped or added; what they were made from is their parent_id. */
struct corpus *texts_corpus(const struct texts *t, uint32_t n, uint64_t seed);
/* One text of at least so many bytes, and a little more, into out; returns the number of the set that it begins in. */
size_t texts_one(const struct texts *t, struct rng *r, size_t bytes, struct buf *out);

#endif
