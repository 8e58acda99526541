/* A student `fasttext` as bytes (inside the envelope of student.c), little-endian:
 *   header (below); words, a NUL behind each; counts u64; buckets u32; scale float; rows i8 (n_rows, dim);
 *   output float (C, dim) */
#include "student/fasttext.h"
#include "student/fasttext-model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct header {
  uint16_t n_classes;
  uint8_t multilabel, pair;
  struct fasttext_shape shape;
  struct calibration calibration;
  uint32_t n_words, n_buckets, zero;
  uint64_t n_bytes, n_train;    /* n_bytes: of the words, a NUL behind each */
  double calibration_error, mean_rows;
};
_Static_assert(sizeof(struct header) == 80, "the header has no holes");

int
fasttext_model_save(const struct student *s, struct buf *out)
{
  const struct fasttext_model *m = (const struct fasttext_model *)s;
  struct header h = {.n_classes = m->task.n_classes, .multilabel = m->task.multilabel, .pair = m->task.pair,
                     .shape = m->shape, .calibration = m->calibration, .n_words = m->words.n, .n_buckets = m->buckets.n,
                     .n_bytes = m->words.n_bytes, .n_train = m->n_train, .calibration_error = m->calibration_error,
                     .mean_rows = m->mean_rows};

  buf_add(out, (const char *)&h, sizeof h);
  buf_add(out, m->words.bytes, m->words.n_bytes);
  buf_add(out, (const char *)m->words.counts, m->words.n * sizeof *m->words.counts);
  buf_add(out, (const char *)m->buckets.keys, m->buckets.n * sizeof *m->buckets.keys);
  buf_add(out, (const char *)m->scale, m->n_rows * sizeof *m->scale);
  buf_add(out, (const char *)m->rows, (size_t)m->n_rows * m->shape.dim);
  buf_add(out, (const char *)m->output, (size_t)m->task.n_classes * m->shape.dim * sizeof *m->output);
  return out->over ? -1 : 0;
}

static bool
header_is_sound(const struct header *h, size_t n)
{
  const struct fasttext_shape *o = &h->shape;
  size_t rows = (size_t)h->n_words + h->n_buckets;

  return h->n_classes >= 1 && h->n_classes <= STUDENT_MAX_CLASSES && h->multilabel <= 1 && h->pair <= 1 && o->dim >= 1 &&
         o->dim <= 4096 && o->words >= 1 && o->words <= 8 && o->char_max <= 64 && o->char_min >= 1 &&
         h->n_buckets <= o->buckets && o->buckets <= INT32_MAX && h->n_bytes <= n && h->n_words >= 1 &&
         isfinite(h->calibration.slope) && h->calibration.slope > 0 && isfinite(h->calibration.shift) &&
         isfinite(h->calibration.threshold) && isfinite(h->mean_rows) &&
         n == sizeof *h + h->n_bytes + 8 * (size_t)h->n_words + 4 * (size_t)h->n_buckets + rows * (4 + (size_t)o->dim) +
                4 * (size_t)h->n_classes * o->dim;
}

static void *
take(const char **p, size_t n)
{
  void *to = xmalloc(n + 1);

  memcpy(to, *p, n);
  *p += n;
  return to;
}

static bool
take_words(struct fasttext_words *w, const struct header *h, const char **p)
{
  const char *s = *p, *end = s + h->n_bytes;

  fasttext_words_init(w);
  for (uint32_t i = 0; i < h->n_words; i++) {
    size_t n = strnlen(s, (size_t)(end - s));

    if (s + n == end || fasttext_words_add(w, s, n, fasttext_hash(s, n)) != i)
      return false;
    s += n + 1;
  }
  *p = end;
  for (uint32_t i = 0; i < h->n_words; i++, *p += sizeof *w->counts)
    memcpy(&w->counts[i], *p, sizeof *w->counts);
  return s == end;
}

static bool
all_finite(const float *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (!isfinite(x[i]))
      return false;
  return true;
}

static bool
buckets_are_sound(struct fasttext_model *m, uint32_t *keys, uint32_t n)
{
  bool below = true;

  for (uint32_t i = 0; i < n; i++)
    below = below && keys[i] < m->shape.buckets;
  return vocabulary_from_keys(&m->buckets, keys, n) == 0 && below;
}

struct student *
fasttext_model_load(const char *bytes, size_t size, struct err *e)
{
  const char *p = bytes + sizeof(struct header);
  struct fasttext_model *m;
  struct header h;
  bool sound;

  if (size < sizeof h || (memcpy(&h, bytes, sizeof h), !header_is_sound(&h, size))) {
    err_set(e, ERR_INPUT, "the model is damaged: its sizes do not agree");
    return NULL;
  }
  m = xcalloc(1, sizeof *m);
  *m = (struct fasttext_model){.base = {&student_fasttext}, .task = {h.n_classes, h.multilabel, h.pair}, .shape = h.shape,
                               .calibration = h.calibration, .calibration_error = h.calibration_error,
                               .n_rows = h.n_words + h.n_buckets, .n_train = h.n_train, .mean_rows = h.mean_rows};
  sound = take_words(&m->words, &h, &p);
  if (sound) {
    sound = buckets_are_sound(m, take(&p, h.n_buckets * sizeof(uint32_t)), h.n_buckets);
    m->scale = take(&p, m->n_rows * sizeof *m->scale);
    m->rows = take(&p, (size_t)m->n_rows * h.shape.dim);
    m->output = take(&p, (size_t)h.n_classes * h.shape.dim * sizeof *m->output);
    sound = sound && all_finite(m->scale, m->n_rows) && all_finite(m->output, (size_t)h.n_classes * h.shape.dim);
  }
  if (!sound) {
    fasttext_model_free(&m->base);
    err_set(e, ERR_INPUT, "the model is damaged: a number in it cannot be");
    return NULL;
  }
  fasttext_model_prepare(m);
  return &m->base;
}
