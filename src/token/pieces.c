/* A word as pieces. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "token/merger.h"

#define NO_MERGE UINT32_MAX

/* ---- byte pairs ---- */

static size_t
slot_of(const struct tokenizer *t, uint64_t key)
{
  size_t i = hash_mix(key) & (t->n_slots - 1);

  while (t->slots[i] != NO_MERGE && pair_key(t->merges[t->slots[i]].left, t->merges[t->slots[i]].right) != key)
    i = (i + 1) & (t->n_slots - 1);
  return i;
}

static uint32_t
rank_of(const struct tokenizer *t, uint32_t left, uint32_t right)
{
  return left == LEXICON_NONE || right == LEXICON_NONE ? NO_MERGE : t->slots[slot_of(t, pair_key(left, right))];
}

/* Pieces of a word: string and first code point of each, and the rank of the merge with the next one. */
struct sequence {
  uint32_t n, piece[WORD_MAX], first[WORD_MAX + 1], rank[WORD_MAX];
};

static void
remove_second(struct sequence *q, uint32_t i)
{
  size_t rest = q->n - i - 2;

  memmove(q->piece + i + 1, q->piece + i + 2, rest * sizeof *q->piece);
  memmove(q->first + i + 1, q->first + i + 2, rest * sizeof *q->first);
  memmove(q->rank + i + 1, q->rank + i + 2, rest * sizeof *q->rank);
  q->n--;
}

/* The lowest rank that stands anywhere, all its places from left to right, until there is none: the merges in the order
 * in which they were learned. */
static void
merge_all(const struct tokenizer *t, struct sequence *q)
{
  for (;;) {
    uint32_t best = NO_MERGE, at = 0;

    for (uint32_t i = 0; i + 1 < q->n; i++)
      if (q->rank[i] < best) {
        best = q->rank[i];
        at = i;
      }
    if (best == NO_MERGE)
      return;
    q->piece[at] = t->merges[best].result;
    remove_second(q, at);
    q->rank[at] = at + 1 < q->n ? rank_of(t, q->piece[at], q->piece[at + 1]) : NO_MERGE;
    if (at > 0)
      q->rank[at - 1] = rank_of(t, q->piece[at - 1], q->piece[at]);
  }
}

static void
byte_pairs_of(const struct tokenizer *t, const struct word *w, struct sequence *q)
{
  q->n = w->n;
  for (uint32_t i = 0; i < w->n; i++) {
    q->piece[i] = lexicon_of(&t->strings, w->bytes + w->first[i], w->first[i + 1] - w->first[i],
                             merger_kind(true, i, w->n));
    q->first[i] = i;
    q->rank[i] = NO_MERGE;
  }
  for (uint32_t i = 0; i + 1 < w->n; i++)
    q->rank[i] = rank_of(t, q->piece[i], q->piece[i + 1]);
  merge_all(t, q);
}

/* A word that is a piece itself comes out as this piece: where it was learned, maybe within a longer word, its
 * characters went through the same merges. So the most frequent words need none. */
static void
encode_byte_pairs(const struct tokenizer *t, const struct word *w, size_t max, struct tokens *out)
{
  struct sequence q;
  uint32_t whole = lexicon_of(&t->strings, w->bytes, w->n_bytes, PIECE_MARKED);

  if (whole != LEXICON_NONE) {
    tokenizer_add(t, whole, w, 0, w->n, out);
    return;
  }
  byte_pairs_of(t, w, &q);
  for (uint32_t i = 0; i < q.n && (!max || out->n < max); i++)
    tokenizer_add(t, q.piece[i], w, q.first[i], i + 1 < q.n ? q.first[i + 1] : w->n, out);
}

static void
prepare_byte_pairs(struct tokenizer *t)
{
  t->n_slots = 64;
  while (t->n_slots < (size_t)t->n_merges * 2)
    t->n_slots *= 2;
  t->slots = xmalloc(t->n_slots * sizeof *t->slots);
  memset(t->slots, 0xff, t->n_slots * sizeof *t->slots);
  for (uint32_t i = 0; i < t->n_merges; i++) {
    size_t slot = slot_of(t, pair_key(t->merges[i].left, t->merges[i].right));

    if (t->slots[slot] == NO_MERGE)
      t->slots[slot] = i;
  }
}

/* ---- WordPiece: the longest piece that the rest of the word begins with, again and again ---- */

/* The longest piece from code point i on; *end is the code point after it. */
static uint32_t
longest(const struct tokenizer *t, const struct word *w, uint32_t i, uint32_t *end)
{
  uint8_t kind = i == 0 ? PIECE_PLAIN : PIECE_MARKED;
  uint32_t n = w->n - i < PIECE_MAX ? w->n - i : PIECE_MAX;
  uint64_t hash[PIECE_MAX + 1];

  hash[0] = lexicon_seed(kind);
  for (uint32_t k = 0; k < n; k++)
    hash[k + 1] = lexicon_hash(hash[k], w->bytes + w->first[i + k], w->first[i + k + 1] - w->first[i + k]);
  for (uint32_t k = n; k > 0; k--) {
    uint32_t number = lexicon_find(&t->strings, w->bytes + w->first[i], w->first[i + k] - w->first[i], kind, hash[k]);

    if (number != LEXICON_NONE) {
      *end = i + k;
      return number;
    }
  }
  return LEXICON_NONE;
}

/* A word of which a part is in no piece is unknown as a whole. */
static void
encode_word_pieces(const struct tokenizer *t, const struct word *w, size_t max, struct tokens *out)
{
  uint32_t piece[WORD_MAX], end[WORD_MAX], n = 0;

  for (uint32_t i = 0; i < w->n; i = end[n++]) {
    piece[n] = longest(t, w, i, &end[n]);
    if (piece[n] == LEXICON_NONE) {
      tokenizer_add(t, LEXICON_NONE, w, 0, w->n, out);
      return;
    }
  }
  for (uint32_t k = 0; k < n && (!max || out->n < max); k++)
    tokenizer_add(t, piece[k], w, k == 0 ? 0 : end[k - 1], end[k], out);
}

void
pieces_encode(const struct tokenizer *t, const struct word *w, size_t max, struct tokens *out)
{
  if (t->o.unit == TOKEN_BPE)
    encode_byte_pairs(t, w, max, out);
  else
    encode_word_pieces(t, w, max, out);
}

void
pieces_prepare(struct tokenizer *t)
{
  if (t->o.unit == TOKEN_BPE)
    prepare_byte_pairs(t);
}
