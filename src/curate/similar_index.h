/* similar_index: the inside of struct similar, for similar.c and similar_find.c. */
#ifndef CURATE_SIMILAR_INDEX_H
#define CURATE_SIMILAR_INDEX_H

#include "curate/similar.h"

/* A term of a text, or a text of a term, with how often: number << 8 | count. */
#define PACK(number, count) ((uint32_t)(number) << 8 | (count))
#define PACKED_NUMBER(p) ((p) >> 8)
#define PACKED_COUNT(p) ((p) & 0xff)

/* How long the vector of a text, made 1 long, is by the terms below 32, 128, 512 and 2048 alone: in 255ths, rounded up.
 * A bound for what it can gain by these. */
#define N_CUTS 4
#define CUT(i) ((uint32_t)32 << 2 * (i))

struct similar_text {
  float shrink;                  /* 1 / length of the vector; 0: it has no terms */
  uint8_t frequent[N_CUTS];
};
struct similar {
  const struct weights *w;
  struct weights *own;           /* the same, where they are its own */
  struct weights *more;          /* terms that w does not know; their numbers follow those of w */
  uint32_t n;                    /* texts, numbered as they came */
  uint32_t *ids;
  struct similar_text *texts;
  uint64_t *start;               /* (n + 1) */
  size_t cap_ids, cap_texts, cap_start;
  uint32_t *forward;             /* text i: forward[start[i]..start[i + 1]), the most frequent terms first */
  size_t n_terms, cap_terms;
  uint32_t n_listed;             /* texts that stand in the inverted lists; later ones are looked at one by one */
  uint32_t n_lists;
  uint32_t *list_start;          /* (n_lists + 1) */
  uint32_t *lists;
};
/* The number of a term, or TERM_UNKNOWN. */
uint32_t similar_term(const struct similar *x, uint32_t key);
static inline float
similar_idf(const struct similar *x, uint32_t term, uint32_t key)
{
  return weights_idf(x->w, term < x->w->n ? term : TERM_UNKNOWN, key);
}

#endif
