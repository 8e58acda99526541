/* terms: a text as the terms by which it is compared: the words of its normal form (corpus/normal.h) and the pairs of
 * words that follow each other, each with how often it stands there. Where a script sets no spaces between words (Han,
 * kana, Thai, Lao, Burmese, Khmer), each character is a word, and so pairs are pairs of characters. The two texts of a
 * pair have terms of their own: what stands in the one is not found in the other.
 *
 * A term is a hash of 32 bits; that two of a text's few dozen fall together comes once in millions of texts. Of a long
 * text the first TERMS_MAX_WORDS words are read.
 *
 * Life: zeroed, terms_of any number of times, terms_release. Threads: one user. */
#ifndef CURATE_TERMS_H
#define CURATE_TERMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define TERMS_MAX_WORDS 512u
#define TERM_IS_PAIR 1u          /* bit of a key */
#define TERM_MAX_COUNT 255u      /* more often counts as so often */

struct term {
  uint32_t key;
  uint32_t count;
};
struct terms {
  struct term *v;                /* by key, each once */
  size_t n, cap;
  uint32_t n_words;              /* read, of both texts */
  struct buf normal;             /* scratch */
};
/* The terms of a text, or of a pair (text2 not NULL), in place of those that t held. */
void terms_of(struct terms *t, const char *text, size_t n, const char *text2, size_t n2);
/* The same, in the order in which they stand, as often as they stand, each with count 1. */
void terms_read(struct terms *t, const char *text, size_t n, const char *text2, size_t n2);
void terms_release(struct terms *t);
/* A character of a script that sets no spaces. */
bool terms_unspaced(uint32_t c);

#endif
