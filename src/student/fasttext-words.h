/* fasttext-words: texts as fastText reads them (facebookresearch/fastText, dictionary.cc; written anew from what it does):
 * words are runs of bytes between white space (ASCII's), as they stand: neither lower case nor marks taken off. What
 * begins with __label__ is no word; a word </s> ends the text, and each text ends with one. Of two texts (a pair) the
 * second follows the first behind a word |||.
 *
 * A text is the mean of rows of a table: those of its words, of the character n-grams in them and of its word n-grams. Words
 * have rows of their own, 0..n-1; n-grams share `buckets` rows behind them, by their hash.
 *
 * Threads: a struct fasttext_tokens has one user; words are read-only once built. */
#ifndef STUDENT_FASTTEXT_WORDS_H
#define STUDENT_FASTTEXT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FASTTEXT_NONE UINT32_MAX
#define FASTTEXT_END "</s>"
#define FASTTEXT_MAX_BYTES ((size_t)1 << 20)  /* of a text; what is beyond is not read */

struct fasttext_shape {
  uint32_t dim;                /* of a row */
  uint32_t words;              /* longest word n-gram, 1.. */
  uint32_t char_min, char_max; /* of character n-grams; char_max 0: none */
  uint32_t buckets;            /* 0: no n-grams at all */
};

/* FNV-1a as fastText has it: bytes beyond ASCII with their sign. */
uint32_t fasttext_hash(const char *s, size_t n);

struct fasttext_token {
  const char *s;
  uint32_t n, hash;
  uint32_t at;                 /* in its text; FASTTEXT_NONE: it stands in none (the end, the mark between two texts) */
  bool second;                 /* in the second text */
};
struct fasttext_tokens {
  struct fasttext_token *v;
  size_t n, cap;
};
/* The words of a text, the end with them, in place of what t held; they point into the texts. text2 NULL: no pair. */
void fasttext_read(struct fasttext_tokens *t, const char *text, const char *text2);
void fasttext_tokens_release(struct fasttext_tokens *t);

/* Distinct words, by number. */
struct fasttext_words {
  uint32_t n;
  char *bytes;                 /* word i is bytes[at[i]..at[i + 1] - 1), a NUL behind it */
  size_t n_bytes, bytes_cap;
  uint64_t *at;                /* (n + 1) */
  uint64_t *counts;            /* (n) in the training texts */
  size_t at_cap, counts_cap;
  uint32_t *slots, mask;       /* hash table of numbers */
};
void fasttext_words_init(struct fasttext_words *w);
void fasttext_words_release(struct fasttext_words *w);
/* The number of a word, FASTTEXT_NONE: it is none of them. */
uint32_t fasttext_words_find(const struct fasttext_words *w, const char *s, size_t n, uint32_t hash);
/* The same; a new one is added, its count 0. */
uint32_t fasttext_words_add(struct fasttext_words *w, const char *s, size_t n, uint32_t hash);
static inline const char *
fasttext_word(const struct fasttext_words *w, uint32_t i)
{
  return w->bytes + w->at[i];
}

/* Hashes of the character n-grams of a word; appended. */
struct fasttext_hashes {
  uint64_t *v;
  size_t n, cap;
};
void fasttext_characters(struct fasttext_hashes *h, const struct fasttext_shape *o, const char *word, size_t n);
/* Hashes of the word n-grams of a text that begin with its i-th word, shortest first; appended. Bucket: hash % buckets. */
void fasttext_ngrams(struct fasttext_hashes *h, const struct fasttext_shape *o, const struct fasttext_tokens *t, size_t i);

#endif
