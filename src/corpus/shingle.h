/* shingle: texts as sets of shingles, and how similar two of them are; neardup.h says what counts.
 * Life: shingler_init, form_make..., shingler_release, which frees all forms. Threads: one at a time. */
#ifndef CORPUS_SHINGLE_H
#define CORPUS_SHINGLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/mem.h"

#define SHINGLE_LONG_WORDS 8u   /* from so many words on, shingles are of words */

enum shingle_kind { BY_WORDS, BY_CHARS, N_SHINGLE_KINDS };

/* Hashes of 32 bits: two of the few dozen of a text fall together once in millions of texts, and then shift a
 * similarity by one shingle. They are sorted, and each stands once, only when a comparison comes as far as that. */
struct shingles {
  uint32_t *v;
  uint64_t bits;                /* one set by each shingle: how far two sets are apart at least */
  uint32_t n;                   /* 0: the text has none of this kind */
  bool sorted;
};
/* Jaccard similarity of two sets whose v are ascending, each once; 0..1, 1 if both are empty. */
double shingles_jaccard(const struct shingles *a, const struct shingles *b);
struct form_part {
  struct shingles by[N_SHINGLE_KINDS];
  uint32_t n_words;
};
/* A text, or a pair, as it is compared. */
struct form {
  uint64_t exact;               /* hash of the normal text, or of both */
  struct form_part first;
  struct form_part *second;     /* NULL: no pair */
};

struct shingler {
  double threshold;             /* similarities below it need not be told apart from 0 */
  struct buf text;
  uint32_t *scratch;
  size_t cap_scratch;
  struct arena arena;           /* what forms point to */
};
void shingler_init(struct shingler *h, double threshold);
void shingler_release(struct shingler *h);
void shingler_clear(struct shingler *h);   /* frees its forms alone */
void form_make(struct shingler *h, const char *text, size_t n, const char *text2, size_t n2, struct form *f);
/* Points a copy of a form at shingles of its own. */
void form_copy(struct arena *a, const struct form *from, struct form *to);
/* 0..1; 1 if the normal texts are equal, else the Jaccard similarity of their shingles, of a pair that of its less
 * similar texts; a pair and a text are not similar. May be 0 (and is then found sooner) where it is below `least`. */
double form_similarity(struct form *a, struct form *b, double least);

#endif
