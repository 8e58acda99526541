#include "student/dynamics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pool.h"

#define CELLS_A_THREAD 30000   /* scores that are worth a thread */

struct met {
  float mean, squares;           /* of the probability; sum of squared distances from the mean (Welford 1962) */
  float margin;                  /* sum */
  uint16_t epochs, right, forgotten;
};
struct dynamics {
  size_t n;
  struct met *met;
  uint8_t *was_right;
};

struct dynamics *
dynamics_new(size_t n)
{
  struct dynamics *d = xcalloc(1, sizeof *d);

  d->n = n;
  d->met = xcalloc(n + 1, sizeof *d->met);
  d->was_right = xcalloc(n + 1, 1);
  return d;
}

void
dynamics_free(struct dynamics *d)
{
  if (!d)
    return;
  free(d->met);
  free(d->was_right);
  free(d);
}

/* What a student thinks of one text. */
struct thought {
  float p, margin;
  bool right;
};

static struct thought
think_of_one(const float *scores, size_t n, size_t label, double slope)
{
  float other = -INFINITY, most, sum = 0;

  for (size_t c = 0; c < n; c++)
    other = c != label && scores[c] > other ? scores[c] : other;
  most = other > scores[label] ? other : scores[label];
  for (size_t c = 0; c < n; c++)
    sum += expf((float)slope * (scores[c] - most));
  return (struct thought){expf((float)slope * (scores[label] - most)) / sum, scores[label] - other, scores[label] > other};
}

static struct thought
think_of_many(const float *scores, size_t n, const struct example *x, const struct calibration *c)
{
  struct thought t = {.right = true};
  float other = -INFINITY;
  size_t l = 0;

  for (size_t k = 0; k < n; k++) {
    float p = 1 / (1 + expf(-(c->slope * scores[k] + c->shift)));
    bool given = l < x->n_labels && x->labels[l] == k;

    l += given;
    t.right = t.right && given == (p >= c->threshold);
    if (given) {
      t.p += p / (float)x->n_labels;
      t.margin += scores[k] / (float)x->n_labels;
    } else if (scores[k] > other) {
      other = scores[k];
    }
  }
  if (x->n_labels == 0)
    t.p = 1 - 1 / (1 + expf(-(c->slope * other + c->shift)));
  if (x->n_labels < n)
    t.margin -= other;
  return t;
}

static void
meet(struct dynamics *d, uint32_t i, struct thought t)
{
  struct met *m = &d->met[i];
  float before = t.p - m->mean;

  if (m->epochs == UINT16_MAX)
    return;
  m->epochs++;
  m->mean += before / m->epochs;
  m->squares += before * (t.p - m->mean);
  m->margin += t.margin;
  m->right = (uint16_t)(m->right + t.right);
  m->forgotten = (uint16_t)(m->forgotten + (d->was_right[i] && !t.right));
  d->was_right[i] = t.right;
}

struct telling {
  struct dynamics *d;
  const struct scored *s;
  const struct calibration *c;
};

static void
tell_share(void *arg, int thread, int n_threads)
{
  const struct telling *t = arg;
  const struct scored *s = t->s;
  size_t to = s->n * ((size_t)thread + 1) / (size_t)n_threads;

  for (size_t q = s->n * (size_t)thread / (size_t)n_threads; q < to; q++) {
    const float *scores = s->scores + q * s->stride;
    const struct example *x = &s->x[s->which[q]];

    meet(t->d, s->which[q], s->task->multilabel ? think_of_many(scores, s->task->n_classes, x, t->c)
                                                : think_of_one(scores, s->task->n_classes, x->labels[0], (double)t->c->slope));
  }
}

void
dynamics_tell(struct dynamics *d, const struct scored *s, const struct calibration *c, int threads)
{
  struct telling t = {d, s, c};
  size_t worth = s->n * s->task->n_classes / CELLS_A_THREAD + 1;

  pool_run(worth < (size_t)threads ? (int)worth : threads, tell_share, &t);
}

struct text_dynamics
dynamics_of(const struct dynamics *d, size_t i)
{
  const struct met *m = &d->met[i];
  float n = m->epochs;

  if (m->epochs == 0)
    return (struct text_dynamics){0, NAN, NAN, NAN, NAN, NAN};
  return (struct text_dynamics){m->epochs, m->mean, sqrtf(fmaxf(m->squares / n, 0)), m->right / n, m->forgotten,
                                m->margin / n};
}

/* ---- on the way ---- */

void
dynamics_save(const struct dynamics *d, struct buf *out)
{
  uint64_t n = d->n;

  buf_add(out, (const char *)&n, sizeof n);
  buf_add(out, (const char *)d->met, d->n * sizeof *d->met);
  buf_add(out, (const char *)d->was_right, d->n);
}

int
dynamics_restore(struct dynamics *d, const char *bytes, size_t n)
{
  uint64_t texts;

  if (n < sizeof texts)
    return -1;
  memcpy(&texts, bytes, sizeof texts);
  if (texts != d->n || n != sizeof texts + d->n * (sizeof *d->met + 1))
    return -1;
  memcpy(d->met, bytes + sizeof texts, d->n * sizeof *d->met);
  memcpy(d->was_right, bytes + sizeof texts + d->n * sizeof *d->met, d->n);
  return 0;
}
