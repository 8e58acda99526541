/* features: texts as rows of feature numbers, and the vocabulary that gives the numbers.
 *
 * Every distinct key (ngram.h) that stands in enough training texts gets a number, the most frequent key 0: so the rows of
 * weights that most texts need lie together. The order depends on the texts only, not on the threads.
 *
 * Life: vocabulary_build fills both; vocabulary_release, feature_rows_release. Threads: read-only once built. */
#ifndef STUDENT_FEATURES_H
#define STUDENT_FEATURES_H

#include <stddef.h>
#include <stdint.h>

#include "student/ngram.h"
#include "student/student.h"

#define FEATURES_MAX ((uint32_t)1 << 24)
#define FEATURE_NONE UINT32_MAX

struct vocabulary_slot {
  uint32_t key, id;            /* id FEATURE_NONE: empty */
};
struct vocabulary {
  struct vocabulary_slot *slots;
  uint32_t mask;               /* slots - 1 */
  uint32_t n;                  /* features */
  uint32_t *keys;              /* (n) of each feature */
  uint32_t *counts;            /* (n) training texts that hold it; NULL in a loaded model */
};

/* Row i is ids[start[i]..start[i + 1]): distinct features, words up to split[i], then characters. */
struct rows {
  size_t n;
  uint64_t *start, *split;
  uint32_t *ids;
};

struct feature_limits {
  uint32_t min_words, min_characters;  /* training texts that a key must stand in */
  uint32_t max;                        /* features kept, the most frequent */
};

void vocabulary_build(struct vocabulary *v, struct rows *rows, const struct ngram_options *o,
                      const struct feature_limits *limits, const struct example *x, size_t n, int threads);
/* A vocabulary of these keys (taken over), in this order. 0, or -1 if a key repeats. */
int vocabulary_from_keys(struct vocabulary *v, uint32_t *keys, uint32_t n);
void vocabulary_release(struct vocabulary *v);
/* The rows of other texts; keys that the vocabulary lacks are left out. */
void rows_build(struct rows *rows, const struct vocabulary *v, const struct ngram_options *o, const struct example *x,
                size_t n, int threads);
void feature_rows_release(struct rows *rows);

static inline uint32_t
vocabulary_slot_of(uint32_t key, uint32_t mask)
{
  return (key * 0x9e3779b1u >> 7) & mask;
}

/* Call some keys ahead of vocabulary_find: the table is larger than the caches near the core. */
static inline void
vocabulary_fetch(const struct vocabulary *v, uint32_t key)
{
  __builtin_prefetch(&v->slots[vocabulary_slot_of(key, v->mask)]);
}
#define VOCABULARY_AHEAD 12

static inline uint32_t
vocabulary_find(const struct vocabulary *v, uint32_t key)
{
  for (uint32_t i = vocabulary_slot_of(key, v->mask);; i = (i + 1) & v->mask) {
    const struct vocabulary_slot *s = &v->slots[i];

    if (s->id == FEATURE_NONE || s->key == key)
      return s->id;
  }
}

#endif
