/* vectors: word vectors that were trained elsewhere, in the text form of word2vec and fastText (.vec: a first line with
 * count and width) and of GloVe (no first line): a word and its numbers a line. Only words of a vocabulary are kept, so that
 * a file of any length is read in one pass.
 *
 * Errors: ERR_INPUT with file and line. */
#ifndef TOKEN_VECTORS_H
#define TOKEN_VECTORS_H

#include "token/tokenizer.h"

struct vectors {
  size_t width;
  size_t n;                /* words that were found */
  uint32_t *rows;          /* (n) of the tokenizer */
  float *values;           /* (n, width) */
};
/* Of the words of t (where t lower-cases, lower-case forms are looked up too); width 0: whatever the file has. */
int vectors_read(struct vectors *v, const struct tokenizer *t, const char *path, size_t width, struct err *e);
void vectors_release(struct vectors *v);

#endif
