/* A model as bytes (inside the envelope of student.c), little-endian:
 *   header (below); bias float (C); keys u32 (V); value float (V); scale float (V); weights i8 (V, C) */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "student/linear.h"
#include "student/model.h"

struct header {
  uint16_t n_classes;
  uint8_t multilabel, pair;
  struct ngram_options ngrams;
  uint8_t zero[2];
  float characters;
  struct calibration calibration;
  uint32_t n_features;
  uint64_t n_train;
  double mean_features;
};
_Static_assert(sizeof(struct header) == 48, "the header has no holes");

int
model_save(const struct student *s, struct buf *out)
{
  const struct model *m = (const struct model *)s;
  uint32_t n = m->vocabulary.n;
  struct header h = {.n_classes = m->task.n_classes, .multilabel = m->task.multilabel, .pair = m->task.pair,
                     .ngrams = m->ngrams, .characters = m->characters, .calibration = m->calibration, .n_features = n,
                     .n_train = m->n_train, .mean_features = m->mean_features};

  buf_add(out, (const char *)&h, sizeof h);
  buf_add(out, (const char *)m->bias, m->task.n_classes * sizeof *m->bias);
  buf_add(out, (const char *)m->vocabulary.keys, n * sizeof *m->vocabulary.keys);
  buf_add(out, (const char *)m->value, n * sizeof *m->value);
  buf_add(out, (const char *)m->scale, n * sizeof *m->scale);
  for (uint32_t f = 0; f < n; f++)
    buf_add(out, (const char *)m->weights + f * m->stride, m->task.n_classes);
  return out->over ? -1 : 0;
}

static bool
header_is_sound(const struct header *h, size_t n)
{
  const struct ngram_options *o = &h->ngrams;
  size_t wanted = sizeof *h + 4 * (size_t)h->n_classes + (size_t)h->n_features * (12 + (size_t)h->n_classes);

  return h->n_classes >= 1 && h->n_classes <= STUDENT_MAX_CLASSES && h->multilabel <= 1 && h->pair <= 1 &&
         h->pair == o->pair && o->word_max >= 1 && o->word_max <= 5 && o->skip <= 8 && o->shape <= 1 && o->char_max <= 8 &&
         (o->char_max == 0 || (o->char_min >= 1 && o->char_min <= o->char_max)) && h->n_features <= FEATURES_MAX &&
         isfinite(h->characters) && h->characters >= 0 && isfinite(h->calibration.slope) && isfinite(h->calibration.shift) &&
         isfinite(h->calibration.threshold) && isfinite(h->mean_features) && n == wanted;
}

/* The next n floats of the bytes into to; false if one is not finite. */
static bool
take_floats(float *to, size_t n, const char **p)
{
  if (n)
    memcpy(to, *p, n * sizeof *to);
  *p += n * sizeof *to;
  for (size_t i = 0; i < n; i++)
    if (!isfinite(to[i]))
      return false;
  return true;
}

struct student *
model_load(const char *bytes, size_t size, struct err *e)
{
  const char *p = bytes + sizeof(struct header);
  struct header h;
  struct model *m;
  uint32_t n, *keys;
  bool sound;

  if (size < sizeof h || (memcpy(&h, bytes, sizeof h), !header_is_sound(&h, size))) {
    err_set(e, ERR_INPUT, "the model is damaged: its sizes do not agree");
    return NULL;
  }
  n = h.n_features;
  m = xcalloc(1, sizeof *m);
  *m = (struct model){.base = {&student_linear}, .task = {h.n_classes, h.multilabel, h.pair}, .ngrams = h.ngrams,
                      .characters = h.characters, .calibration = h.calibration, .n_train = h.n_train,
                      .mean_features = h.mean_features, .calibration_error = NAN,
                      .stride = ((size_t)h.n_classes + 15) / 16 * 16};
  m->bias = xcalloc(m->stride, sizeof *m->bias);
  m->value = xmalloc((n + 1) * sizeof *m->value);
  m->scale = xmalloc((n + 1) * sizeof *m->scale);
  m->weights = huge_new(&m->table, n * m->stride);
  keys = xmalloc((n + 1) * sizeof *keys);
  sound = take_floats(m->bias, h.n_classes, &p);
  memcpy(keys, p, n * sizeof *keys);
  p += n * sizeof *keys;
  sound = vocabulary_from_keys(&m->vocabulary, keys, n) == 0 && sound;
  sound = take_floats(m->value, n, &p) && take_floats(m->scale, n, &p) && sound;
  for (uint32_t f = 0; f < n; f++, p += h.n_classes)
    memcpy(m->weights + f * m->stride, p, h.n_classes);
  if (!sound) {
    model_free(&m->base);
    err_set(e, ERR_INPUT, "the model is damaged: a number in it cannot be");
    return NULL;
  }
  return &m->base;
}
