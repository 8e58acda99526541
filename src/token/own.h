/* own: the inside of a tokenizer, for the files of this room. */
#ifndef TOKEN_OWN_H
#define TOKEN_OWN_H

#include "token/lexicon.h"
#include "token/scan.h"
#include "token/tokenizer.h"
#include "token/word_counts.h"

/* Kinds of strings in a tokenizer's lexicon. Of byte pairs, marked ones end a word; of WordPieces, marked ones do not
 * begin one. Words and characters are plain. */
enum { PIECE_PLAIN, PIECE_MARKED, PIECE_N };

/* A merge of byte pairs; its place in the list is its rank, the first ones come first. */
struct merge {
  uint32_t left, right, result;  /* strings */
};

struct tokenizer {
  struct token_options o;
  struct lexicon strings;     /* string i has row TOKEN_N_SPECIAL + i */
  struct merge *merges;       /* byte pairs only */
  uint32_t n_merges;
  /* Made from these by tokenizer_prepare. */
  uint32_t *slots;            /* of merges, by their parts */
  size_t n_slots;             /* a power of two */
  char *shown;                /* strings with their marks, each with a NUL */
  uint32_t *shown_at;
};

enum scan_way tokenizer_way(enum token_unit unit);
struct tokenizer *tokenizer_new(const struct token_options *o);
/* False: not within the bounds of tokenizer.h. */
bool tokenizer_options_fit(const struct token_options *o);

/* Makes what is not saved. */
void tokenizer_prepare(struct tokenizer *t);

/* pieces-learn.c: fills strings (and merges) from words. */
void pieces_learn(struct tokenizer *t, const struct word_counts *c);
/* pieces.c: encodes a word, at most until out has `max` tokens. */
void pieces_encode(const struct tokenizer *t, const struct word *w, size_t max, struct tokens *out);
void pieces_prepare(struct tokenizer *t);
/* Adds a token: string `number` (LEXICON_NONE: none), which is code points i..j - 1 of the word. */
void tokenizer_add(const struct tokenizer *t, uint32_t number, const struct word *w, uint32_t i, uint32_t j,
                   struct tokens *out);

/* tokens.c: at the end of what is there. */
void tokens_begin(struct tokens *t);
void tokens_row(struct tokens *t, uint32_t row);
/* Ends the token whose rows were added. */
void tokens_end(struct tokens *t, uint32_t at, uint32_t length);

/* subwords.c: the rows of the sub-words of code points i..j - 1 of a word. */
void subwords_add(const struct tokenizer *t, const struct word *w, uint32_t i, uint32_t j, struct tokens *out);

#endif
