/* Which words speak for a label: of a student `fasttext` that is a sum, since scores are linear in the rows. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "student/fasttext-model.h"

/* How much a vector speaks for a label: its score, less the mean one where labels exclude each other. */
static float
speaks_for(const struct fasttext_model *m, const float *v, uint16_t label)
{
  size_t n = m->task.n_classes;
  float score = 0, all = 0;

  for (size_t d = 0; d < m->shape.dim; d++) {
    const float *out = m->by_dim + d * m->out_stride;

    score += v[d] * out[label];
    for (size_t c = 0; c < n && !m->task.multilabel; c++)
      all += v[d] * out[c];
  }
  return score - all / (float)n;
}

/* weights[i] of each word: of its own rows, and of the word n-grams that it is part of. */
static void
weigh_words(const struct fasttext_model *m, struct fasttext_scratch *w, uint16_t label, float *weights)
{
  for (size_t i = 0; i < w->tokens.n; i++) {
    memset(w->h, 0, m->stride * sizeof *w->h);
    fasttext_add_word(m, w, i, w->h);
    weights[i] += speaks_for(m, w->h, label);
  }
  for (size_t i = 0; i < w->tokens.n && m->shape.words > 1; i++) {
    struct fasttext_hashes all = {0};

    fasttext_ngrams(&all, &m->shape, &w->tokens, i);
    for (size_t k = 0; k < all.n; k++) {  /* the k-th reaches to word i + k + 1 */
      float weight;

      memset(w->h, 0, m->stride * sizeof *w->h);
      fasttext_add_buckets(m, &(struct fasttext_hashes){.v = all.v + k, .n = 1}, w->h);
      weight = speaks_for(m, w->h, label);
      for (size_t j = i; j <= i + k + 1; j++)
        weights[j] += weight;
    }
    free(all.v);
  }
}

bool
fasttext_model_explain(const struct student *s, const struct example *x, uint16_t label, struct span *spans, size_t *n,
                       size_t max)
{
  const struct fasttext_model *m = (const struct fasttext_model *)s;
  struct fasttext_scratch w;
  float *weights;

  fasttext_scratch_init(&w, m);
  fasttext_read(&w.tokens, x->text, m->task.pair ? x->text2 : NULL);
  weights = xcalloc(w.tokens.n, sizeof *weights);
  weigh_words(m, &w, label, weights);
  *n = 0;
  for (size_t i = 0; i < w.tokens.n && *n < max; i++) {
    const struct fasttext_token *t = &w.tokens.v[i];

    if (t->at != FASTTEXT_NONE)
      spans[(*n)++] = (struct span){t->at, t->n, t->second, weights[i]};
  }
  free(weights);
  fasttext_scratch_release(&w);
  return true;
}
