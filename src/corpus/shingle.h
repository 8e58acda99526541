/* shingle: texts as sets of shingles, and how similar two of them are; neardup.h says what counts.
 * Life: shingler_init, form_make..., shingler_release, which frees all forms. Threads: one at a time. */
#ifndef CORPUS_SHINGLE_H
#define CORPUS_SHINGLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/mem.h"

#define SHINGLE_LONG_WORDS 8u   /* from so many words on, shingles are of words */

enum shingle_kind { BY_WORDS, BY_CHARS, N_SHINGLE_KINDS };

/* Hashes, ascending, each once. 32 bits: two of the few dozen of a text fall together once in millions of texts, and
 * then shift a similarity by one shingle. */
struct shingles {
  uint32_t *v;
  uint32_t n;
};
struct form_part {
  uint64_t exact;               /* hash of the normal text */
  uint32_t n_words;
  struct shingles by[N_SHINGLE_KINDS];
};
/* A text, or a pair, as it is compared. */
struct form {
  uint64_t exact;               /* of both texts */
  struct form_part first;
  struct form_part *second;     /* NULL: no pair */
};

struct shingler {
  double threshold;             /* similarities below it need not be told apart from 0 */
  struct buf text;
  uint32_t *scratch;
  size_t cap_scratch;
  struct arena arena;           /* what forms point to; may be exchanged between forms */
};
void shingler_init(struct shingler *h, double threshold);
void shingler_release(struct shingler *h);
void form_make(struct shingler *h, const char *text, size_t n, const char *text2, size_t n2, struct form *f);
/* 0..1; 1 if the normal texts are equal, else the Jaccard similarity of their shingles, of a pair that of its less
 * similar texts; a pair and a text are not similar. */
double form_similarity(const struct form *a, const struct form *b);

#endif
