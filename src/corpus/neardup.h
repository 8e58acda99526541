/* neardup: finds texts that stand twice, exactly or nearly.
 *
 * Texts are normalized: case folded, everything that is no letter or digit is one space. Exact: equal after that. Near:
 * Jaccard similarity of shingle sets at least the threshold (default 0.8). A shingle is three words in a row where the
 * text has at least 8 words; a shorter text has its character 4-grams, because one changed word of five already leaves
 * no 3-word shingle in common. A short text is compared with a long one by character 4-grams, too, if the long one has
 * at most 1/threshold times 8 words. Candidates come from MinHash signatures in bands (minhash.h); each is then
 * verified by its exact Jaccard similarity, so what is reported is never below the threshold. Of the pairs exactly at
 * it at most 2 in 1000 are missed, of those above fewer. A pair is as similar to another as the less similar of its two
 * texts is; a pair and a single text are not similar.
 *
 * Memory: at 0.8 about 250 bytes a text of 12 words in an index; 360 a text while neardup_among runs. Speed: some 3 us
 * to find and add such a text among 200 000; neardup_among takes some 2 us of CPU a text, two thirds of it on all
 * processors (tests/bench/neardup.sh).
 *
 * Life: neardup_new, neardup_add / neardup_find in any order, neardup_free. Threads: one at a time; what goes through
 * many samples takes all processors by itself, with the same result on any number of them. Errors: none. */
#ifndef CORPUS_NEARDUP_H
#define CORPUS_NEARDUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "corpus/corpus.h"

#define NEARDUP_THRESHOLD 0.8

struct neardup;
struct neardup *neardup_new(double threshold);   /* in (0, 1]; 1: only exact ones */
void neardup_free(struct neardup *d);
/* id: whatever the caller wants to be told (a sample id). Text need not stay. */
void neardup_add(struct neardup *d, uint32_t id, const char *text, size_t n, const char *text2, size_t n2);
/* The most similar text of the index (the oldest, if equal) and its similarity (1: exact after normalization). */
bool neardup_find(struct neardup *d, const char *text, size_t n, const char *text2, size_t n2, uint32_t *id,
                  double *similarity);
/* Adds samples by their ids, in order; those that are gone are left out. */
void neardup_add_samples(struct neardup *d, const struct corpus *c, const uint32_t *ids, size_t n);

/* A text that is asked for several times, of indexes with one threshold, is read once. Life: neardup_text_new,
 * neardup_text_set and the calls below any number of times, neardup_text_free. */
struct neardup_text;
struct neardup_text *neardup_text_new(double threshold);
void neardup_text_free(struct neardup_text *t);
void neardup_text_set(struct neardup_text *t, const char *text, size_t n, const char *text2, size_t n2);
void neardup_text_add(struct neardup *d, uint32_t id, const struct neardup_text *t);
bool neardup_text_find(struct neardup *d, const struct neardup_text *t, uint32_t *id, double *similarity);

/* The exact similarity of two texts, as an index of the default threshold measures it. */
double neardup_similarity(const char *a, size_t na, const char *b, size_t nb);

/* Duplicates among samples: `id` is near `of`, which stands earlier in the list and is no duplicate itself (so that all
 * `id` can be rejected), or is one of `against`, if that is given (then the list is not compared with itself). */
struct neardup_pair {
  uint32_t id, of;
  float similarity;
};
/* *pairs, in the order of ids, is to be freed by the caller. */
size_t neardup_among(const struct corpus *c, const uint32_t *ids, size_t n, const uint32_t *against, size_t n_against,
                     double threshold, struct neardup_pair **pairs);

#endif
