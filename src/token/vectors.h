/* vectors: word vectors that were trained elsewhere, in the text form of word2vec and fastText (.vec: a first line with
 * count and width) and of GloVe (no first line): a word and its numbers a line. Only words of a vocabulary are kept, so
 * that a file of any length is read in one pass. A word may hold spaces (some of GloVe's do): the numbers are the last
 * of the line.
 *
 * Errors: ERR_INPUT with file and line. The numbers of words that are not kept are counted, not read. */
#ifndef TOKEN_VECTORS_H
#define TOKEN_VECTORS_H

#include "token/tokenizer.h"

#define VECTORS_MAX_WIDTH ((size_t)1 << 12)
#define VECTORS_MAX_LINE ((size_t)1 << 18)  /* bytes */

struct vectors {
  size_t width;
  size_t n;                /* words that were found */
  uint32_t *rows;          /* (n) of the tokenizer, each once */
  float *values;           /* (n, width) */
};
/* Of the words of t: those that the file has as they are, else those that t makes of the file's words (NFC, and
 * lower-case where t does that); of several the first. Of pieces: those that are whole words. width 0: whatever the
 * file has. */
int vectors_read(struct vectors *v, const struct tokenizer *t, const char *path, size_t width, struct err *e);
void vectors_release(struct vectors *v);

#endif
