#include <string.h>

#include "token/own.h"

/* Characters of the word in brackets: 0 is '<', n + 1 is '>'. */
struct bracketed {
  char bytes[WORD_MAX * 4 + 2];
  uint16_t first[WORD_MAX + 3];
  uint32_t n;
};

static void
bracket(struct bracketed *b, const struct word *w, uint32_t i, uint32_t j)
{
  uint32_t n_bytes = w->first[j] - w->first[i];

  b->n = j - i + 2;
  b->bytes[0] = '<';
  memcpy(b->bytes + 1, w->bytes + w->first[i], n_bytes);
  b->bytes[n_bytes + 1] = '>';
  b->first[0] = 0;
  for (uint32_t k = i; k <= j; k++)
    b->first[k - i + 1] = (uint16_t)(w->first[k] - w->first[i] + 1);
  b->first[b->n] = (uint16_t)(n_bytes + 2);
}

static uint32_t
bucket_of(const struct tokenizer *t, uint64_t h)
{
  uint32_t mixed = (uint32_t)((h ^ h >> 29) * 0xbf58476d1ce4e5b9u >> 32);

  return TOKEN_N_SPECIAL + t->strings.n + (uint32_t)((uint64_t)mixed * t->o.buckets >> 32);
}

void
subwords_add(const struct tokenizer *t, const struct word *w, uint32_t i, uint32_t j, struct tokens *out)
{
  struct bracketed b;

  bracket(&b, w, i, j);
  for (uint32_t from = 0; from < b.n; from++) {
    uint64_t h = lexicon_seed(0);

    for (uint32_t to = from; to < b.n && to - from < t->o.sub_max; to++) {
      uint32_t length = to - from + 1;

      h = lexicon_hash(h, b.bytes + b.first[to], b.first[to + 1] - b.first[to]);
      if (length < t->o.sub_min || (length == 1 && (to == 0 || to == b.n - 1)))
        continue;  /* a bracket alone says nothing */
      tokens_row(out, bucket_of(t, h));
    }
  }
}
