/* own: the inside of a tokenizer, for the files of this room. */
#ifndef TOKEN_OWN_H
#define TOKEN_OWN_H

#include "token/lexicon.h"
#include "token/scan.h"
#include "token/tokenizer.h"

/* Kinds of strings in a tokenizer's lexicon. Where a whole word is one string, there is only the first. */
enum { PIECE_FIRST, PIECE_LATER, PIECE_N };  /* begins a word (WordPiece) or ends none (BPE); the others */

struct tokenizer {
  struct token_options o;
  struct lexicon strings;     /* string i has row TOKEN_N_SPECIAL + i */
};

enum scan_way tokenizer_way(enum token_unit unit);
struct tokenizer *tokenizer_new(const struct token_options *o);
/* False: not within the bounds of tokenizer.h. */
bool tokenizer_options_fit(const struct token_options *o);

/* tokens.c: at the end of what is there. */
void tokens_begin(struct tokens *t);
void tokens_row(struct tokens *t, uint32_t row);
/* Ends the token whose rows were added. */
void tokens_end(struct tokens *t, uint32_t at, uint32_t length);

/* subwords.c: the rows of the sub-words of code points i..j - 1 of a word. */
void subwords_add(const struct tokenizer *t, const struct word *w, uint32_t i, uint32_t j, struct tokens *out);

#endif
