/* tokenizer: a text as tokens, and each token as rows of a table of vectors.
 *
 * Units: words (scan.h: letters, marks and digits together, each other sign alone; Unicode's, and for scripts without
 * spaces - Chinese, Japanese, Thai, Lao, Khmer, Burmese - single characters), pieces of words learned from the corpus
 * (byte-pair encoding, Sennrich et al. 2016, or WordPiece, Schuster and Nakajima 2012; of scripts without spaces
 * pieces of what stands between spaces and signs), or characters with their marks. Text is NFC first, lower-case if
 * asked.
 *
 * A token's vector is the mean of some rows of the table: of its own row, if it is in the vocabulary, and of those of
 * its sub-words, if there are any: character n-grams of the word in angle brackets, hashed into buckets (Bojanowski et
 * al. 2017). So a word that was never met still has a vector. Rows: 0 padding (always zeros), 1 unknown, 2 start, 3
 * separator, then the vocabulary, the most frequent first (of pieces: characters, then pieces as they were learned),
 * then the buckets.
 *
 * Life: tokenizer_learn or tokenizer_load; tokenizer_free. Threads: immutable; any number. The same texts and options
 * give the same tokenizer, byte for byte, whatever the number of threads.
 * Errors: bytes that are no tokenizer: ERR_INPUT. */
#ifndef TOKEN_TOKENIZER_H
#define TOKEN_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum token_unit { TOKEN_WORDS, TOKEN_BPE, TOKEN_WORDPIECE, TOKEN_CHARACTERS };
enum { TOKEN_PAD, TOKEN_UNKNOWN, TOKEN_START, TOKEN_SEPARATOR, TOKEN_N_SPECIAL };

#define TOKEN_MAX_VOCABULARY ((uint32_t)1 << 22)
#define TOKEN_MAX_BUCKETS ((uint32_t)1 << 24)
#define TOKEN_MAX_SUB 16u
#define TOKEN_MIN_PIECE 8u

struct token_options {
  enum token_unit unit;
  bool lower;
  uint32_t vocabulary;      /* most tokens of the vocabulary, specials included; at most TOKEN_MAX_VOCABULARY */
  uint32_t min_count;       /* times that a token must occur in the texts to be in it; a piece of several characters at least
                             * TOKEN_MIN_PIECE: else what stands between two spaces of Chinese, seen once, were a piece */
  uint32_t buckets;         /* for hashed sub-words; 0: none; at most TOKEN_MAX_BUCKETS */
  uint8_t sub_min, sub_max; /* length of a sub-word in characters, the brackets counted; 1..TOKEN_MAX_SUB */
};

/* Tokens of one text. Grows; reuse it from text to text. Token i has rows[start[i]..start[i + 1]), at least one, and is
 * bytes at[i]..at[i] + length[i] of the text. */
struct tokens {
  size_t n, cap, cap_rows;
  uint32_t *start, *rows, *at, *length;
};
void tokens_release(struct tokens *t);

struct tokenizer;
struct tokenizer *tokenizer_learn(const struct token_options *o, const char *const *texts, size_t n, int threads);
void tokenizer_free(struct tokenizer *t);  /* NULL is fine */
const struct token_options *tokenizer_options(const struct tokenizer *t);
/* Rows of the table: specials, vocabulary, buckets. */
uint32_t tokenizer_rows(const struct tokenizer *t);
/* The string of a row of the vocabulary, "" for other rows; of pieces as it is usual: byte-pair pieces that end a word
 * end in "</w>", WordPieces that do not begin one begin with "##". */
const char *tokenizer_string(const struct tokenizer *t, uint32_t row);
/* The tokens of a text in place of those in *out, at most `max` (0: all). Of a text longer than SCAN_MAX_BYTES its
 * beginning. */
void tokenizer_encode(const struct tokenizer *t, const char *text, size_t max, struct tokens *out);
void tokenizer_save(const struct tokenizer *t, struct buf *out);
/* Sets *used to the bytes read. */
struct tokenizer *tokenizer_load(const char *bytes, size_t n, size_t *used, struct err *e);

#endif
