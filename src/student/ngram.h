/* ngram: a text as a list of hashed features ("keys").
 *
 * A text is folded to lower case and cut into tokens: runs of letters and digits, and each other visible character by
 * itself; quotation marks (curly, doubled, backticks) are all one. Two blocks of features, words first:
 *   words       token n-grams up to word_max, with marks for the start and the end of the text; pairs of tokens up to `skip`
 *               apart; with `shape`: each token with the shape (capital, digit, other) of its neighbours and with their last
 *               three characters; the two tokens that the text starts with; its length in pairs of tokens, alone and with
 *               its first token
 *   characters  n-grams of char_min to char_max characters inside each word and its two edges
 * A pair task (text2) adds: the same words of text2 under their own hash, and which words both have, only one has, and how
 * large a part of text2's words stands in text.
 *
 * A key is 32 bits: bit 31 tells the block (1: characters), the rest is a hash. Keys repeat where features do. The same text
 * gives the same keys on every machine (LC_CTYPE C.UTF-8 assumed for letters beyond ASCII).
 *
 * Threads: a struct ngrams has one user; options are constant. */
#ifndef STUDENT_NGRAM_H
#define STUDENT_NGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NGRAM_CHARACTERS 0x80000000u  /* the block bit of a key */
#define NGRAM_MAX_BYTES ((size_t)1 << 20)  /* of one text; what is beyond is not read */

struct ngram_options {
  uint8_t word_max;            /* 1..5 */
  uint8_t skip;                /* 0 or 1: none; else the largest distance of a pair */
  uint8_t char_min, char_max;  /* 1..8; char_max 0: no character n-grams */
  uint8_t shape;               /* 0 or 1 */
  uint8_t pair;                /* 0 or 1: text2 is read */
};

struct token {
  uint32_t start, n;  /* in code points */
  uint64_t hash;
  uint8_t shape;
  bool word;          /* letters and digits: no mark, no edge */
  uint32_t at;        /* byte of the text where it begins */
};

struct ngrams {
  uint32_t *keys;        /* the result: n_words keys of words, then those of characters, n in all */
  size_t n, n_words, cap;
  uint32_t *codes;       /* scratch: folded code points */
  size_t n_codes, codes_cap;
  struct token *tokens;  /* scratch */
  size_t n_tokens, tokens_cap;
  uint64_t *first;       /* scratch of pairs: words of text, sorted */
  size_t n_first, first_cap;
};
#define NGRAMS_INIT {0}

/* The keys of a text (and of text2 in a pair task; NULL reads as empty), in place of those that g held. */
void ngrams_of(struct ngrams *g, const struct ngram_options *o, const char *text, const char *text2);
void ngrams_release(struct ngrams *g);

/* Which tokens a key is made of: first to last, or, with a gap, these two only; 0 to 0: none of them (length of a text). */
struct ngram_part {
  uint32_t first, last;
  bool gap;
};
/* parts (g->n): of the keys of a text that ngrams_of has read with these options; no pairs. */
void ngrams_parts(const struct ngrams *g, const struct ngram_options *o, struct ngram_part *parts);

#endif
