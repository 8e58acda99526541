#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "curate/similar_best.h"

#define SLACK 1e-5f              /* for what sums of floats are off by */
#define PIECE 4096u              /* texts between two looks at the wish to stop */

/* The terms of the question, in a small table. */
struct asked {
  uint32_t key;
  float square;                  /* of its length in the question's vector; 0: empty */
  float weight;                  /* that length times idf */
};
struct question {
  const struct corpus *c;
  const struct weights *w;
  uint32_t id, mask;
  float norm;
  struct asked *table;
  uint64_t bits[16];             /* one set by each key: most other keys are told apart by it */
  struct stop *stop;
  struct best *best;             /* one a thread */
};

static uint32_t
bit_of(uint32_t key)
{
  return key >> 22;
}

/* The place of a key in the table, or the empty one where it belongs; at most a quarter is taken. */
static struct asked *
place_of(const struct question *q, uint32_t key)
{
  uint32_t i = (key >> 3) & q->mask;

  while (q->table[i].square > 0 && q->table[i].key != key)
    i = (i + 1) & q->mask;
  return &q->table[i];
}

static void
question_init(struct question *q, const struct terms *t)
{
  for (q->mask = 63; q->mask < 4 * t->n; q->mask = 2 * q->mask + 1)
    ;
  q->table = xcalloc((size_t)q->mask + 1, sizeof *q->table);
  q->norm = (float)weights_norm(q->w, t);
  for (size_t i = 0; i < t->n; i++) {
    uint32_t key = t->v[i].key;
    float idf = weights_idf(q->w, weights_term(q->w, key), key), length;

    length = idf * weights_often(t->v[i].count);
    *place_of(q, key) = (struct asked){key, length * length, length * idf};
    q->bits[bit_of(key) / 64] |= (uint64_t)1 << bit_of(key) % 64;
  }
}

/* The square of the length that the question's vector has by the terms of a text alone; more, if a term repeats. */
static float
in_common(const struct question *q, const struct terms *t)
{
  float sum = 0;

  for (size_t i = 0; i < t->n; i++) {
    uint32_t bit = bit_of(t->v[i].key);

    if (q->bits[bit / 64] >> bit % 64 & 1)
      sum += place_of(q, t->v[i].key)->square;
  }
  return sum;
}

static float
in_full(const struct question *q, const struct terms *t)
{
  float sum = 0;

  for (size_t i = 0; i < t->n; i++)
    sum += place_of(q, t->v[i].key)->weight * weights_often(t->v[i].count);
  sum /= (float)weights_norm(q->w, t) * q->norm;
  return sum < 1 ? sum : 1;
}

/* By Cauchy and Schwarz no text is more similar than the part of the question that it has in common is long: most texts
 * need not be weighed. */
static void
look_at(const struct question *q, const struct sample *s, struct terms *t, struct best *b)
{
  float common;

  terms_read(t, s->text, s->n_text, s->text2, s->n_text2);
  common = in_common(q, t);
  if (!(common > 0) || (b->n == b->max && sqrtf(common) / q->norm + SLACK < b->v[0].similarity))
    return;
  terms_of(t, s->text, s->n_text, s->text2, s->n_text2);
  best_add(b, s->id, in_full(q, t));
}

static void
scan(void *arg, int i, int n)
{
  struct question *q = arg;
  uint64_t count = corpus_count(q->c), from = count * (uint64_t)i / (uint64_t)n,
           to = count * ((uint64_t)i + 1) / (uint64_t)n;
  struct terms t = {0};
  struct sample s;

  for (uint64_t at = from; at < to && !(at % PIECE == 0 && stop_wanted(q->stop)); at++)
    if (at + 1 != q->id && corpus_get(q->c, (uint32_t)at + 1, &s) && s.status != STATUS_REJECTED)
      look_at(q, &s, &t, &q->best[i]);
  terms_release(&t);
}

size_t
similar_scan(const struct corpus *c, const struct weights *w, uint32_t id, size_t max, int threads, struct stop *stop,
             struct neighbour *out)
{
  struct question q = {.c = c, .w = w, .id = id, .stop = stop};
  struct terms t = {0};
  struct best best = best_of(max);
  struct sample s;

  corpus_get(c, id, &s);
  terms_of(&t, s.text, s.n_text, s.text2, s.n_text2);
  question_init(&q, &t);
  terms_release(&t);
  threads = corpus_count(c) < 4 * PIECE ? 1 : pool_threads(threads);
  q.best = xmalloc((size_t)threads * sizeof *q.best);
  for (int i = 0; i < threads; i++)
    q.best[i] = best;
  pool_run(threads, scan, &q);
  for (int i = 0; i < threads; i++)
    for (size_t k = 0; k < q.best[i].n; k++)
      best_add(&best, q.best[i].v[k].id, q.best[i].v[k].similarity);
  free(q.best);
  free(q.table);
  return stop_wanted(stop) ? 0 : best_take(&best, out);
}
