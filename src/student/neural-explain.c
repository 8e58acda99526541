/* Attention, as spans of the text; see neural-model.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "student/neural-model-inside.h"

struct spans {
  struct span *span;
  size_t n, max;
};

static void
add_spans(struct spans *s, const struct tokens *t, size_t n, bool second, const float *weight)
{
  for (size_t i = 0; i < n && s->n < s->max; i++)
    s->span[s->n++] = (struct span){t->at[i], t->length[i], second, weight[i]};
}

static void
read_spans(const struct neural_model *m, const struct example *x, const struct pass *p, const float *weight,
           struct spans *s)
{
  struct tokens t[2] = {0};
  size_t n[2], start = m->encoding.start;
  const float *first = weight + p->batch.start[p->place[0]] + start, *second;

  tokenizer_encode(m->tokenizer, x->text, m->encoding.max_length, &t[0]);
  if (m->encoding.pair)
    tokenizer_encode(m->tokenizer, x->text2, m->encoding.max_length, &t[1]);
  n[0] = t[0].n, n[1] = t[1].n;
  if (m->encoding.pair && !m->encoding.compared)
    encoding_halves(&m->encoding, &n[0], &n[1]);
  second = m->encoding.compared ? weight + p->batch.start[p->place[1]] + start : first + n[0] + 1;
  add_spans(s, &t[0], n[0], false, first);
  add_spans(s, &t[1], n[1], true, second);
  tokens_release(&t[0]);
  tokens_release(&t[1]);
}

static void
scale_spans(struct spans *s)
{
  float most = 0;

  for (size_t i = 0; i < s->n; i++)
    most = s->span[i].weight > most ? s->span[i].weight : most;
  for (size_t i = 0; i < s->n && most > 0; i++)
    s->span[i].weight /= most;
}

bool
neural_explain(const struct student *student, const struct example *x, uint16_t label, struct span *spans, size_t *n,
               size_t max)
{
  const struct neural_model *m = (const struct neural_model *)student;
  struct spans s = {spans, 0, max};
  struct answerer *a;
  float *sum, *weight;

  (void)label;
  if (!m->encoder->attention)
    return false;
  a = neural_take_answerer(m);
  encoded_clear(&a->texts);
  encoded_add(&a->texts, &m->encoding, x, 1, 1, NULL);
  pass_set(a->pass, m->networks[0], &a->texts, &(uint32_t){0}, 1, 0, 0);
  sum = xcalloc(2 * a->pass->batch.T, sizeof *sum);
  weight = sum + a->pass->batch.T;
  for (size_t k = 0; k < m->n_networks; k++) {
    pass_forward(a->pass, m->networks[k], NULL, &(struct pass_how){0});
    pass_attention(a->pass, m->networks[k], weight);
    for (size_t i = 0; i < a->pass->batch.T; i++)
      sum[i] += weight[i];
  }
  read_spans(m, x, a->pass, sum, &s);
  scale_spans(&s);
  *n = s.n;
  free(sum);
  neural_give_back(m, a);
  return true;
}
