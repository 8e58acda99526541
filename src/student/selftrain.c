#include "student/selftrain.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/rng.h"
#include "student/parcel.h"

#define NO_LABEL UINT16_MAX   /* above STUDENT_MAX_CLASSES */

struct selftrain {
  struct student_task task;
  size_t n_train, n_pool;
  const struct example *pool;
  float confidence;
  uint16_t *label;     /* (n_pool) single label, or 0: sure of all labels; NO_LABEL: not sure */
  bool *taken;         /* (n_pool) */
  uint8_t *holds;      /* (n_pool, C) of several labels; NULL otherwise */
  size_t n_taken;
};

struct selftrain *
selftrain_new(const struct student_task *task, size_t n_train, const struct example *pool, size_t n_pool,
              double confidence)
{
  struct selftrain *s = xcalloc(1, sizeof *s);

  *s = (struct selftrain){.task = *task, .n_train = n_train, .n_pool = n_pool, .pool = pool};
  s->confidence = (float)confidence;
  s->label = xcalloc(n_pool, sizeof *s->label);
  s->taken = xcalloc(n_pool, sizeof *s->taken);
  if (task->multilabel)
    s->holds = xcalloc(n_pool, task->n_classes);
  for (size_t i = 0; i < n_pool; i++)
    s->label[i] = NO_LABEL;
  return s;
}

void
selftrain_free(struct selftrain *s)
{
  if (!s)
    return;
  free(s->label);
  free(s->taken);
  free(s->holds);
  free(s);
}

static uint16_t
sure_label(const struct selftrain *s, const float *p)
{
  size_t best = student_best(p, s->task.n_classes);

  return p[best] >= s->confidence ? (uint16_t)best : NO_LABEL;
}

static uint16_t
sure_labels(struct selftrain *s, size_t text, const float *p)
{
  uint16_t sure = 0;

  for (size_t c = 0; c < s->task.n_classes; c++) {
    s->holds[text * s->task.n_classes + c] = p[c] >= 0.5f;
    if (p[c] < s->confidence && 1 - p[c] < s->confidence)
      sure = NO_LABEL;
  }
  return sure;
}

void
selftrain_tell(struct selftrain *s, size_t first, size_t n, const float *probabilities)
{
  for (size_t i = 0; i < n; i++) {
    const float *p = probabilities + i * s->task.n_classes;

    if (s->pool[first + i].soft)
      continue;
    s->label[first + i] = s->task.multilabel ? sure_labels(s, first + i, p) : sure_label(s, p);
  }
}

/* Those that there is room for, each with the same chance (selection sampling, Knuth's algorithm S). */
void
selftrain_draw(struct selftrain *s, uint64_t seed)
{
  struct rng r;
  size_t sure = 0, room = SELFTRAIN_MOST * s->n_train;

  rng_seed(&r, seed);
  for (size_t i = 0; i < s->n_pool; i++)
    sure += s->label[i] != NO_LABEL;
  room = room < sure ? room : sure;
  s->n_taken = room;
  for (size_t i = 0; i < s->n_pool; i++) {
    s->taken[i] = s->label[i] != NO_LABEL && rng_below(&r, sure) < room;
    room -= s->taken[i];
    sure -= s->label[i] != NO_LABEL;
  }
}

bool
selftrain_taken(const struct selftrain *s, size_t text)
{
  return s->taken[text];
}

size_t
selftrain_n_taken(const struct selftrain *s)
{
  return s->n_taken;
}

float
selftrain_part(const struct selftrain *s)
{
  return s->n_taken > s->n_train ? (float)s->n_train / (float)s->n_taken : 1;
}

void
selftrain_target(const struct selftrain *s, size_t text, float *target)
{
  for (size_t c = 0; c < s->task.n_classes; c++)
    target[c] = s->holds ? s->holds[text * s->task.n_classes + c] : c == s->label[text];
}

void
selftrain_save(const struct selftrain *s, struct buf *out)
{
  parcel_add(out, s->label, s->n_pool * sizeof *s->label);
  parcel_add(out, s->taken, s->n_pool * sizeof *s->taken);
  if (s->holds)
    parcel_add(out, s->holds, s->n_pool * s->task.n_classes);
}

int
selftrain_restore(struct selftrain *s, const char *bytes, size_t n, size_t *used)
{
  struct parcel p = {bytes, n, 0, false};

  parcel_get(&p, s->label, s->n_pool * sizeof *s->label);
  for (size_t i = 0; i < s->n_pool; i++) {
    uint8_t taken = 0;

    parcel_get(&p, &taken, 1);
    s->taken[i] = taken != 0;
    s->n_taken += s->taken[i];
    if (s->label[i] != NO_LABEL && s->label[i] >= s->task.n_classes)
      return -1;
  }
  if (s->holds)
    parcel_get(&p, s->holds, s->n_pool * s->task.n_classes);
  return parcel_end(&p, used);
}
