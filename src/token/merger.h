/* merger: words as sequences of pieces, of which two that stand side by side are made one, everywhere, again and again;
 * how often each two stand side by side is kept up to date, so that a merge costs what it changes.
 *
 * A piece is a string of a lexicon, its kind included. Two pieces may be the same string however they came about.
 *
 * Life: merger_init, merger_apply..., merger_release. Threads: one user. */
#ifndef TOKEN_MERGER_H
#define TOKEN_MERGER_H

#include <stdbool.h>

#include "token/own.h"

#define MERGER_MAX_SYMBOLS ((uint32_t)1 << 21)
#define PIECE_MAX 24u                           /* code points */

struct pair {
  uint64_t key;             /* number of the left piece << 32 | of the right one: see pair_key */
  int64_t count;            /* times that they stand side by side */
  uint32_t first, last;     /* of its nodes */
  uint32_t risen;           /* the merge in which its count last rose */
};

struct merger {
  struct lexicon *strings;
  bool marks_ends;          /* a piece is MARKED if its right part is (byte pairs), else if its left part is */
  uint32_t n, n_words;
  uint32_t *symbol, *next, *before, *word;  /* (n) of each place; LEXICON_NONE: nothing */
  uint64_t *times;          /* (n_words) */
  uint64_t *symbol_count;   /* of each piece, and of all pieces */
  uint64_t total;
  size_t cap_count;
  uint8_t *length;          /* of each piece in code points */
  size_t cap_length;
  struct pair *pairs;
  size_t n_pairs, cap_pairs;
  uint32_t *slots;          /* of pairs, by key */
  size_t n_slots;
  struct node {
    uint32_t place, next;
  } *nodes;
  size_t n_nodes, cap_nodes;
  uint32_t *risen;          /* pairs whose count rose in the last merge */
  size_t n_risen, cap_risen;
  uint32_t *places;         /* scratch */
  size_t cap_places;
  uint32_t n_merges;
};

static inline uint64_t
pair_key(uint32_t left, uint32_t right)
{
  return (uint64_t)left << 32 | right;
}

/* strings must hold the characters; others are in no pair. Of all words at most max_symbols characters: the rarest
 * words are left out, and of those that are equally frequent where the limit is met every second one is taken, or
 * every third... */
void merger_init(struct merger *m, struct lexicon *strings, const struct word_counts *c, bool marks_ends,
                 uint32_t max_symbols);
void merger_release(struct merger *m);
/* Merges pair number i wherever it stands; the piece that it has become. */
uint32_t merger_apply(struct merger *m, size_t i);
/* The kind of character k of n. */
static inline uint8_t
merger_kind(bool marks_ends, uint32_t k, uint32_t n)
{
  return marks_ends ? (k + 1 == n ? PIECE_MARKED : PIECE_PLAIN) : k == 0 ? PIECE_PLAIN : PIECE_MARKED;
}

#endif
