/* Which words speak for a label of a linear student: for each word the sum of what the features are worth that it is part
 * of. A feature that stands in a text several times counts once there, so each of its places has a share. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "student/model.h"

static int
by_number(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return (x > y) - (x < y);
}

/* How many of the sorted numbers (n) are x. */
static size_t
times(const uint32_t *sorted, size_t n, uint32_t x)
{
  size_t low = 0, high = n, first;

  while (low < high) {
    size_t middle = (low + high) / 2;

    if (sorted[middle] < x)
      low = middle + 1;
    else
      high = middle;
  }
  for (first = low; low < n && sorted[low] == x; low++)
    ;
  return low - first;
}

/* weights (n): what these keys, a block of a text, are worth for the label; 0 those that the student does not know. */
static void
weigh_block(const struct model *m, const uint32_t *keys, size_t n, float length, uint16_t label, float *weights)
{
  uint32_t *ids = xmalloc((2 * n + 1) * sizeof *ids), *sorted = ids + n;
  float sum = 0;

  for (size_t k = 0; k < n; k++)
    sorted[k] = ids[k] = vocabulary_find(&m->vocabulary, keys[k]);
  qsort(sorted, n, sizeof *sorted, by_number);
  for (size_t k = 0; k < n && sorted[k] != FEATURE_NONE; k++)
    if (k == 0 || sorted[k] != sorted[k - 1])
      sum += m->value[sorted[k]] * m->value[sorted[k]];
  for (size_t k = 0; k < n; k++) {
    weights[k] = 0;
    if (ids[k] != FEATURE_NONE && sum > 0)
      weights[k] = length / sqrtf(sum) * m->scale[ids[k]] * (float)m->weights[ids[k] * m->stride + label] /
                   (float)times(sorted, n, ids[k]);
  }
  free(ids);
}

/* sums (tokens): of the keys that a token is part of. */
static void
sum_words(const struct ngrams *g, const struct ngram_part *parts, const float *weights, float *sums)
{
  for (size_t k = 0; k < g->n; k++) {
    const struct ngram_part *p = &parts[k];

    for (size_t i = p->first; i <= p->last; i++)
      if (!p->gap || i == p->first || i == p->last)
        sums[i] += weights[k];
  }
}

/* Bytes of a token's code points. */
static uint32_t
bytes_of(const char *text, const struct token *t)
{
  size_t at = t->at, len, left = strlen(text + t->at);

  for (uint32_t i = 0; i < t->n; i++, at += len, left -= len)
    utf8_decode(text + at, left, &len);
  return (uint32_t)at - t->at;
}

bool
model_explain(const struct student *s, const struct example *x, uint16_t label, struct span *spans, size_t *n, size_t max)
{
  const struct model *m = (const struct model *)s;
  struct ngrams g = NGRAMS_INIT;
  struct ngram_part *parts;
  float *weights, *sums;

  if (m->task.pair)  /* what two texts share has no place */
    return false;
  ngrams_of(&g, &m->ngrams, x->text, NULL);
  parts = xmalloc((g.n + 1) * sizeof *parts);
  weights = xmalloc((g.n + 1) * sizeof *weights);
  sums = xcalloc(g.n_tokens, sizeof *sums);
  ngrams_parts(&g, &m->ngrams, parts);
  weigh_block(m, g.keys, g.n_words, 1, label, weights);
  weigh_block(m, g.keys + g.n_words, g.n - g.n_words, m->characters, label, weights + g.n_words);
  sum_words(&g, parts, weights, sums);
  *n = 0;
  for (size_t i = 0; i < g.n_tokens && *n < max; i++)
    if (g.tokens[i].word)
      spans[(*n)++] = (struct span){g.tokens[i].at, bytes_of(x->text, &g.tokens[i]), false, sums[i]};
  free(parts);
  free(weights);
  free(sums);
  ngrams_release(&g);
  return true;
}
