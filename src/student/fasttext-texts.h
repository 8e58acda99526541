/* fasttext-texts: training texts as numbers. Each distinct word is a unit: a list of rows, its own (if it stands in enough
 * texts) and those of its character n-grams. A text is a list of units and of rows of its word n-grams.
 *
 * How many buckets there are follows the n-grams that there are, unless it is said. Rows are numbered anew: words first, the
 * most frequent first, then the buckets that occur, in the order in which they do.
 *
 * Life: fasttext_texts_read, fasttext_texts_release. Threads: read-only once built. */
#ifndef STUDENT_FASTTEXT_TEXTS_H
#define STUDENT_FASTTEXT_TEXTS_H

#include "student/fasttext-words.h"
#include "student/student.h"

struct fasttext_texts {
  struct fasttext_words words;   /* those that have rows, with their counts */
  uint32_t n_rows;               /* words.n and the buckets that occur */
  uint32_t *buckets;             /* (n_rows - words.n) */
  uint64_t *unit_start;          /* (n_units + 1) in unit_rows */
  uint32_t *unit_rows;
  size_t n;                      /* texts */
  uint64_t *start;               /* (n + 1) in parts */
  uint32_t *parts;               /* 2 * unit, or 2 * row + 1 */
  uint32_t *lengths;             /* (n) rows of a text */
  double mean_rows;
};

/* Of the n training texts and then the n_valid others, whose words and n-grams get no rows of their own. shape->buckets 0
 * is decided here. min_count: texts that a word must stand in. */
void fasttext_texts_read(struct fasttext_texts *t, struct fasttext_shape *shape, uint32_t min_count,
                         const struct example *x, size_t n, const struct example *valid, size_t n_valid, bool pair);
void fasttext_texts_release(struct fasttext_texts *t);

#endif
