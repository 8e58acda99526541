/* weights: how much a term says: seldom ones much, those of every other text nearly nothing.
 *
 *   idf(term) = 1 + ln((1 + texts) / (1 + texts that hold the term))       weight = idf * (1 + ln count)
 *
 * the smoothed idf and sublinear count that are usual (Salton and Buckley 1988; scikit-learn's TfidfVectorizer with
 * sublinear_tf and ngram_range (1, 2)); pairs of words weigh PAIR_WEIGHT of that.
 *
 * Once closed, terms are numbered by how many texts hold them, the most frequent is 0.
 *
 * Life: weights_new, weights_count for each text, weights_close, then asked, weights_free. Threads: one while it
 * counts; any number once it is closed. */
#ifndef CURATE_WEIGHTS_H
#define CURATE_WEIGHTS_H

#include <stddef.h>
#include <stdint.h>

#include "curate/terms.h"

#define PAIR_WEIGHT 0.7
#define TERM_UNKNOWN UINT32_MAX

struct weight_slot {
  uint32_t key, term;            /* term TERM_UNKNOWN: empty */
};
struct weights {
  struct weight_slot *slots;
  uint32_t mask;                 /* slots - 1 */
  uint32_t n, n_texts;           /* terms, texts counted */
  uint32_t *counts;              /* (n) texts that hold it */
  float *idf;                    /* (n) once closed */
  size_t cap;
  float unknown[2];              /* idf of a word, of a pair, that was in none */
};
struct weights *weights_new(void);
void weights_free(struct weights *w);
void weights_count(struct weights *w, const struct terms *t);
void weights_close(struct weights *w);
/* The number of a term, below n, or TERM_UNKNOWN. */
uint32_t weights_term(const struct weights *w, uint32_t key);
static inline float
weights_idf(const struct weights *w, uint32_t term, uint32_t key)
{
  return term == TERM_UNKNOWN ? w->unknown[key & TERM_IS_PAIR] : w->idf[term];
}
/* 1 + ln count, for counts 1..TERM_MAX_COUNT. */
extern float weights_often_table[TERM_MAX_COUNT + 1];   /* filled by weights_new */
static inline float
weights_often(uint32_t count)
{
  return weights_often_table[count];
}
/* The length of a text's vector. */
double weights_norm(const struct weights *w, const struct terms *t);
/* The cosine of two texts, 0..1; 0 if one has no terms. */
double weights_cosine(const struct weights *w, const struct terms *a, const struct terms *b);

#endif
