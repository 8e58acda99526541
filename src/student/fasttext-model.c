#include "student/fasttext-model.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pool.h"

#define CHUNK 128  /* texts that a thread takes at a time */

/* ---- what is made once ------------------------------------------------------------------------------------------- */

/* sum (dim) += row */
static void
add_row(const struct fasttext_model *m, uint32_t row, float *sum)
{
  const int8_t *q = m->rows + (size_t)row * m->shape.dim;
  float scale = m->scale[row];

  for (size_t d = 0; d < m->shape.dim; d++)
    sum[d] += scale * (float)q[d];
}

void
fasttext_add_buckets(const struct fasttext_model *m, const struct fasttext_hashes *h, float *sum)
{
  for (size_t i = 0; i < h->n; i++) {
    uint32_t row = fasttext_bucket_row(m, h->v[i]);

    if (row != FASTTEXT_NONE)
      add_row(m, row, sum);
  }
}

void
fasttext_model_prepare(struct fasttext_model *m)
{
  size_t n_classes = m->task.n_classes;
  struct fasttext_hashes h = {0};

  m->stride = (m->shape.dim + 7) / 8 * 8;
  m->out_stride = (n_classes + 7) / 8 * 8;
  m->sums = xcalloc(m->words.n * m->stride + 1, sizeof *m->sums);
  m->n_of = xcalloc(m->words.n + 1, sizeof *m->n_of);
  m->by_dim = xcalloc(m->shape.dim * m->out_stride, sizeof *m->by_dim);
  for (uint32_t i = 0; i < m->words.n; i++) {
    const char *word = fasttext_word(&m->words, i);

    h.n = 0;
    if (strcmp(word, FASTTEXT_END) != 0)
      fasttext_characters(&h, &m->shape, word, strlen(word));
    add_row(m, i, m->sums + i * m->stride);
    fasttext_add_buckets(m, &h, m->sums + i * m->stride);
    m->n_of[i] = (uint32_t)h.n + 1;
  }
  for (size_t c = 0; c < n_classes; c++)
    for (size_t d = 0; d < m->shape.dim; d++)
      m->by_dim[d * m->out_stride + c] = m->output[c * m->shape.dim + d];
  free(h.v);
}

void
fasttext_model_free(struct student *s)
{
  struct fasttext_model *m = (struct fasttext_model *)s;

  if (!m)
    return;
  fasttext_words_release(&m->words);
  vocabulary_release(&m->buckets);
  free(m->rows);
  free(m->scale);
  free(m->output);
  free(m->sums);
  free(m->n_of);
  free(m->by_dim);
  free(m);
}

void
fasttext_model_info(const struct student *s, struct student_info *out)
{
  const struct fasttext_model *m = (const struct fasttext_model *)s;

  out->task = m->task;
  out->threshold = m->calibration.threshold;
  out->temperature = 1 / m->calibration.slope;
  out->calibration_error = m->calibration_error;
  out->n_parameters = ((uint64_t)m->n_rows + m->task.n_classes) * m->shape.dim;
  out->multiply_adds = (m->mean_rows + m->task.n_classes) * m->shape.dim;
  out->n_train = m->n_train;
}

/* ---- predicting -------------------------------------------------------------------------------------------------- */

void
fasttext_scratch_init(struct fasttext_scratch *w, const struct fasttext_model *m)
{
  *w = (struct fasttext_scratch){.h = xmalloc(m->stride * sizeof(float)), .scores = xmalloc(m->out_stride * sizeof(float)),
                        .probabilities = xmalloc(m->out_stride * sizeof(float))};
}

void
fasttext_scratch_release(struct fasttext_scratch *w)
{
  fasttext_tokens_release(&w->tokens);
  free(w->hashes.v);
  free(w->h);
  free(w->scores);
  free(w->probabilities);
}

size_t
fasttext_add_word(const struct fasttext_model *m, struct fasttext_scratch *w, size_t i, float *sum)
{
  const struct fasttext_token *t = &w->tokens.v[i];
  uint32_t word = fasttext_words_find(&m->words, t->s, t->n, t->hash);

  if (word != FASTTEXT_NONE) {
    for (size_t d = 0; d < m->stride; d++)
      sum[d] += m->sums[word * m->stride + d];
    return m->n_of[word];
  }
  w->hashes.n = 0;
  if (i + 1 < w->tokens.n)  /* the last one is the end */
    fasttext_characters(&w->hashes, &m->shape, t->s, t->n);
  fasttext_add_buckets(m, &w->hashes, sum);
  return w->hashes.n;
}

static size_t
add_ngrams(const struct fasttext_model *m, struct fasttext_scratch *w, size_t i, float *sum)
{
  w->hashes.n = 0;
  fasttext_ngrams(&w->hashes, &m->shape, &w->tokens, i);
  fasttext_add_buckets(m, &w->hashes, sum);
  return w->hashes.n;
}

/* w->scores of a text. */
static void
score_text(const struct fasttext_model *m, struct fasttext_scratch *w, const struct example *x)
{
  size_t n = 0;

  fasttext_read(&w->tokens, x->text, m->task.pair ? x->text2 : NULL);
  memset(w->h, 0, m->stride * sizeof *w->h);
  memset(w->scores, 0, m->out_stride * sizeof *w->scores);
  for (size_t i = 0; i < w->tokens.n; i++)
    n += fasttext_add_word(m, w, i, w->h);
  for (size_t i = 0; i < w->tokens.n && m->shape.words > 1; i++)
    n += add_ngrams(m, w, i, w->h);
  for (size_t d = 0; d < m->shape.dim && n; d++) {
    const float *out = m->by_dim + d * m->out_stride;
    float h = w->h[d] / (float)n;

    for (size_t c = 0; c < m->out_stride; c++)
      w->scores[c] += h * out[c];
  }
}

struct prediction {
  const struct fasttext_model *m;
  const struct example *x;
  size_t n;
  float *probabilities;
  uint16_t *labels;      /* NULL: all probabilities are wanted */
  atomic_size_t next;
};

static void
predict_one(const struct prediction *p, struct fasttext_scratch *w, size_t i)
{
  const struct fasttext_model *m = p->m;

  if (!p->labels) {
    calibrate_row(&m->calibration, &m->task, w->scores, p->probabilities + i * m->task.n_classes);
    return;
  }
  p->labels[i] = (uint16_t)student_best(w->scores, m->task.n_classes);
  if (p->probabilities) {
    calibrate_row(&m->calibration, &m->task, w->scores, w->probabilities);
    p->probabilities[i] = w->probabilities[p->labels[i]];
  }
}

static void
predict_chunks(void *arg, int thread, int n_threads)
{
  struct prediction *p = arg;
  struct fasttext_scratch w;
  size_t from;

  (void)thread, (void)n_threads;
  fasttext_scratch_init(&w, p->m);
  while ((from = atomic_fetch_add(&p->next, CHUNK)) < p->n)
    for (size_t i = from; i < p->n && i < from + CHUNK; i++) {
      score_text(p->m, &w, &p->x[i]);
      predict_one(p, &w, i);
    }
  fasttext_scratch_release(&w);
}

static void
predict(struct prediction *p, int threads)
{
  size_t chunks = (p->n + CHUNK - 1) / CHUNK;

  threads = pool_threads(threads);
  if (p->n)
    pool_run(chunks < (size_t)threads ? (int)chunks : threads, predict_chunks, p);
}

void
fasttext_model_predict(const struct student *s, const struct example *x, size_t n, int threads, float *probabilities)
{
  struct prediction p = {.m = (const struct fasttext_model *)s, .x = x, .n = n, .probabilities = probabilities};

  predict(&p, threads);
}

void
fasttext_model_predict_top(const struct student *s, const struct example *x, size_t n, int threads, uint16_t *labels,
                           float *probabilities)
{
  struct prediction p = {.m = (const struct fasttext_model *)s, .x = x, .n = n, .probabilities = probabilities,
                         .labels = labels};

  predict(&p, threads);
}
