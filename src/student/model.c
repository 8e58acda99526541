#include "student/model.h"

#include <math.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pool.h"
#include "student/kernel.h"

/* ---- from a solver ---------------------------------------------------------------------------------------------- */

static void
quantize_feature(struct model *m, const struct svm *s, uint32_t f)
{
  int8_t *out = m->weights + f * m->stride;
  size_t n_classes = m->task.n_classes;
  float most = 0, to_byte;

  for (size_t first = 0; first < n_classes; first += s->lanes) {
    const float *w = svm_weights(s, f, first);

    for (size_t k = 0; k < s->lanes && first + k < n_classes; k++)
      most = fabsf(w[k]) > most ? fabsf(w[k]) : most;
  }
  if (!(most > 0))
    return;
  m->scale[f] = most / 127 * m->value[f];
  to_byte = 127 / most;
  for (size_t first = 0; first < n_classes; first += s->lanes) {
    const float *w = svm_weights(s, f, first);

    for (size_t k = 0; k < s->lanes && first + k < n_classes; k++)
      out[first + k] = (int8_t)(w[k] * to_byte + (w[k] < 0 ? -0.5f : 0.5f));
  }
}

struct model *
model_new(const struct student_kind *kind, const struct student_task *task, const struct ngram_options *ngrams,
          const struct vocabulary *vocabulary, const float *values, double characters, const struct svm *s)
{
  struct model *m = xcalloc(1, sizeof *m);
  uint32_t n = vocabulary->n, *keys = xmalloc((n + 1) * sizeof *keys);

  *m = (struct model){.base = {kind}, .task = *task, .ngrams = *ngrams, .characters = (float)characters,
                      .calibration = CALIBRATION_INIT, .calibration_error = NAN,
                      .stride = ((size_t)task->n_classes + 15) / 16 * 16};
  memcpy(keys, vocabulary->keys, n * sizeof *keys);
  ensure(vocabulary_from_keys(&m->vocabulary, keys, n) == 0);
  m->weights = huge_new(&m->table, n * m->stride);
  m->scale = xcalloc(n + 1, sizeof *m->scale);
  m->value = xcalloc(n + 1, sizeof *m->value);
  m->bias = xcalloc(m->stride, sizeof *m->bias);
  if (!s)
    return m;
  memcpy(m->value, values, n * sizeof *values);
  for (uint32_t f = 0; f < n; f++)
    quantize_feature(m, s, f);
  for (size_t c = 0; c < task->n_classes; c++)
    m->bias[c] = s->bias[c];
  return m;
}

void
model_free(struct student *s)
{
  struct model *m = (struct model *)s;

  if (!m)
    return;
  vocabulary_release(&m->vocabulary);
  huge_free(&m->table);
  free(m->scale);
  free(m->value);
  free(m->bias);
  free(m);
}

void
model_info(const struct student *s, struct student_info *out)
{
  const struct model *m = (const struct model *)s;

  out->task = m->task;
  out->threshold = m->calibration.threshold;
  out->temperature = 1 / m->calibration.slope;
  out->calibration_error = m->calibration_error;
  out->n_parameters = ((uint64_t)m->vocabulary.n + 1) * m->task.n_classes;
  out->multiply_adds = m->mean_features * m->task.n_classes;
  out->n_train = m->n_train;
}

/* ---- predicting ------------------------------------------------------------------------------------------------- */

#define CHUNK 128  /* texts that a thread takes at a time */

/* What a thread needs for one text after another. */
struct scratch {
  struct ngrams ngrams;
  uint32_t *ids;
  float *values;
  size_t ids_cap, values_cap;
  struct {
    uint32_t id, text;
  } *seen;                 /* a hash set: the features of this text; others have an old number */
  size_t n_seen;           /* a power of two */
  uint32_t text;
  float *scores, *probabilities;
};

static void
scratch_init(struct scratch *w, const struct model *m)
{
  *w = (struct scratch){.n_seen = 1024};
  w->seen = xcalloc(w->n_seen, sizeof *w->seen);
  w->scores = xmalloc(m->stride * sizeof *w->scores);
  w->probabilities = xmalloc(m->stride * sizeof *w->probabilities);
}

static void
scratch_release(struct scratch *w)
{
  ngrams_release(&w->ngrams);
  free(w->ids);
  free(w->values);
  free(w->seen);
  free(w->scores);
  free(w->probabilities);
}

static void
start_text(struct scratch *w, size_t n_keys)
{
  GROW(w->ids, w->ids_cap, n_keys + 1);
  GROW(w->values, w->values_cap, n_keys + 1);
  if (2 * n_keys > w->n_seen || w->text == UINT32_MAX) {
    while (2 * n_keys > w->n_seen)
      w->n_seen *= 2;
    free(w->seen);
    w->seen = xcalloc(w->n_seen, sizeof *w->seen);
    w->text = 0;
  }
  w->text++;
}

/* True if this text has shown the feature before. */
static inline bool
seen_before(struct scratch *w, uint32_t id)
{
  size_t i = id * 0x9e3779b1u >> 8 & (w->n_seen - 1);

  for (; w->seen[i].text == w->text; i = (i + 1) & (w->n_seen - 1))
    if (w->seen[i].id == id)
      return true;
  w->seen[i].id = id;
  w->seen[i].text = w->text;
  return false;
}

/* Adds the known features among keys[0..n) to the row, the block scaled to `length`. Returns the new end of the row. */
static uint32_t
add_block(const struct model *m, struct scratch *w, const uint32_t *keys, size_t n, float length, uint32_t end)
{
  uint32_t from = end;
  float sum = 0;

  for (size_t j = 0; j < n; j++) {
    uint32_t id;

    if (j + VOCABULARY_AHEAD < n)
      vocabulary_fetch(&m->vocabulary, keys[j + VOCABULARY_AHEAD]);
    id = vocabulary_find(&m->vocabulary, keys[j]);
    if (id == FEATURE_NONE || seen_before(w, id))
      continue;
    w->ids[end] = id;
    w->values[end++] = m->scale[id];
    sum += m->value[id] * m->value[id];
  }
  length = sum > 0 ? length / sqrtf(sum) : 0;
  for (uint32_t j = from; j < end; j++)
    w->values[j] *= length;
  return end;
}

/* w->scores (stride) of a text. */
static void
score_text(const struct model *m, const struct kernels *kernels, struct scratch *w, const struct example *x)
{
  const struct ngrams *g = &w->ngrams;
  struct kernel_row row;
  uint32_t n;

  ngrams_of(&w->ngrams, &m->ngrams, x->text, x->text2);
  start_text(w, g->n);
  n = add_block(m, w, g->keys, g->n_words, 1, 0);
  n = add_block(m, w, g->keys + g->n_words, g->n - g->n_words, m->characters, n);
  memcpy(w->scores, m->bias, m->stride * sizeof *w->scores);
  row = (struct kernel_row){w->ids, w->values, n};
  kernels->dot8(m->weights, &row, m->stride, w->scores);
}

struct prediction {
  const struct model *m;
  const struct example *x;
  size_t n;
  float *probabilities;
  uint16_t *labels;      /* NULL: all probabilities are wanted */
  atomic_size_t next;
};

static void
predict_one(const struct prediction *p, struct scratch *w, size_t i)
{
  const struct model *m = p->m;
  size_t best = 0;

  if (!p->labels) {
    calibrate_row(&m->calibration, &m->task, w->scores, p->probabilities + i * m->task.n_classes);
    return;
  }
  for (size_t c = 1; c < m->task.n_classes; c++)
    if (w->scores[c] > w->scores[best])
      best = c;
  p->labels[i] = (uint16_t)best;
  if (p->probabilities) {
    calibrate_row(&m->calibration, &m->task, w->scores, w->probabilities);
    p->probabilities[i] = w->probabilities[best];
  }
}

static void
predict_chunks(void *arg, int thread, int n_threads)
{
  struct prediction *p = arg;
  const struct kernels *kernels = kernels_best();
  struct scratch w;
  size_t from;

  (void)thread, (void)n_threads;
  scratch_init(&w, p->m);
  while ((from = atomic_fetch_add(&p->next, CHUNK)) < p->n)
    for (size_t i = from; i < p->n && i < from + CHUNK; i++) {
      score_text(p->m, kernels, &w, &p->x[i]);
      predict_one(p, &w, i);
    }
  scratch_release(&w);
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
model_predict(const struct student *s, const struct example *x, size_t n, int threads, float *probabilities)
{
  struct prediction p = {.m = (const struct model *)s, .x = x, .n = n, .probabilities = probabilities};

  predict(&p, threads);
}

void
model_predict_top(const struct student *s, const struct example *x, size_t n, int threads, uint16_t *labels,
                  float *probabilities)
{
  struct prediction p = {.m = (const struct model *)s, .x = x, .n = n, .probabilities = probabilities, .labels = labels};

  predict(&p, threads);
}
