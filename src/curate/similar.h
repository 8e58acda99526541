/* similar: the texts that are most like a text: cosine of their tf-idf vectors (terms.h, weights.h), 0 where they share
 * nothing, 1 where both have the same terms.
 *
 * Two ways to the same answer:
 *   similar_find   through inverted lists: some 0.1 ms in 50 000 short texts. For many questions: all against all
 *   similar_scan   reads every text of the corpus: 0.3 us a text, no memory beside the weights, and always of the texts
 *                  as they are now. For one question, however large the corpus
 *
 * Both are exact. The inverted lists are read from the seldom terms to the frequent ones, until the terms not yet read,
 * even all together, could lift no text that was not met among the first `max`; then what was met is computed in full
 * from its own terms (as in Bayardo, Ma, Srikant 2007, "Scaling up all pairs similarity search", by the bound of Cauchy
 * and Schwarz).
 *
 * Memory of an index: 8 bytes a term of a text and 24 to 40 for each different one; about 500 bytes a text of 12 words.
 * So that it stays bounded, similar_of takes up to SIMILAR_MAX_TEXTS texts and SIMILAR_MAX_TERMS terms (about 70 MB);
 * of more it takes a random sample, drawn by a hash of their numbers and so the same each time. A sample, and not the
 * texts without their most frequent terms, since what grows with the corpus is the seldom terms: at 50 000 texts of 12
 * words the 1 000 most frequent terms are half of all postings, but the pairs that stand once or twice are most of the
 * memory.
 *
 * Life: similar_of, or similar_new with closed weights (which must stay) and similar_add...; similar_find with a seeker
 * for each thread, at any time between additions; similar_free. Threads: one while it is added to, else any number.
 * Errors: none; NULL where it was stopped. */
#ifndef CURATE_SIMILAR_H
#define CURATE_SIMILAR_H

#include "base/pool.h"
#include "corpus/corpus.h"
#include "curate/weights.h"

#define SIMILAR_MAX_TEXTS 65536u
#define SIMILAR_MAX_TERMS ((uint32_t)1 << 23)

struct neighbour {
  uint32_t id;
  float similarity;              /* 0..1 */
};

struct similar;
struct similar *similar_new(const struct weights *w);
void similar_free(struct similar *x);
/* Adds a text. Beyond SIMILAR_MAX_TERMS terms in all it adds nothing and says false. */
bool similar_add(struct similar *x, uint32_t id, const struct terms *t);
/* An index of these samples (those that are gone are left out), or of a sample of them, with weights of its own. */
struct similar *similar_of(const struct corpus *c, const uint32_t *ids, size_t n, struct stop *stop);
/* The same with weights that are closed already, and must stay. */
struct similar *similar_of_weighed(const struct corpus *c, const struct weights *w, const uint32_t *ids, size_t n,
                                   struct stop *stop);
size_t similar_count(const struct similar *x);   /* texts in it */
uint32_t similar_id(const struct similar *x, size_t i);   /* of the i-th, in the order in which they came */
const struct weights *similar_weights(const struct similar *x);

/* What a thread needs to ask. */
struct seeker;
struct seeker *seeker_new(const struct similar *x);
void seeker_free(struct seeker *s);
/* The `max` texts most like this one but `but` (0: none), the most similar first, of equal ones the lower number; those
 * that share no term are not among them. Returns how many. */
size_t similar_find(const struct similar *x, struct seeker *s, const struct terms *t, uint32_t but, size_t max,
                    struct neighbour *out);

/* Weights of the samples of a corpus, or of SIMILAR_MAX_TEXTS of them; NULL: stopped. */
struct weights *similar_weigh(const struct corpus *c, const uint32_t *ids, size_t n, struct stop *stop);
/* The `max` samples of the corpus most like this one, as similar_find; samples that are gone or rejected are left out.
 * threads 0: all processors; the same result on any number. Returns how many, 0 if it was stopped. */
size_t similar_scan(const struct corpus *c, const struct weights *w, uint32_t id, size_t max, int threads,
                    struct stop *stop, struct neighbour *out);

#endif
