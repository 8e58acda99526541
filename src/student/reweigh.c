#include "student/reweigh.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "net/loss.h"
#include "student/parcel.h"

struct reweigh {
  struct student_task task;
  size_t n, D, room;   /* room: of `outer`, in doubles */
  float *weights;      /* (n) */
  float *agrees;       /* (n) <g, G> of this epoch */
  float *target, *d;   /* (C) */
  uint16_t *label;     /* (n) the first one; C: none */
  double *sum, *count; /* (C + 1) <g, G> of the texts of a label */
  double *outer;       /* (C, D + 1) G */
};

struct reweigh *
reweigh_new(size_t n_train, const struct student_task *task)
{
  struct reweigh *w = xcalloc(1, sizeof *w);

  *w = (struct reweigh){.task = *task, .n = n_train};
  w->weights = xcalloc(n_train, sizeof *w->weights);
  w->agrees = xcalloc(n_train, sizeof *w->agrees);
  w->target = xcalloc(task->n_classes, sizeof *w->target);
  w->d = xcalloc(task->n_classes, sizeof *w->d);
  w->label = xcalloc(n_train, sizeof *w->label);
  w->sum = xcalloc(task->n_classes + 1u, sizeof *w->sum);
  w->count = xcalloc(task->n_classes + 1u, sizeof *w->count);
  for (size_t i = 0; i < n_train; i++)
    w->weights[i] = 1;
  return w;
}

void
reweigh_free(struct reweigh *w)
{
  if (!w)
    return;
  free(w->weights);
  free(w->agrees);
  free(w->target);
  free(w->d);
  free(w->label);
  free(w->sum);
  free(w->count);
  free(w->outer);
  free(w);
}

void
reweigh_begin(struct reweigh *w, size_t D)
{
  size_t room = w->task.n_classes * (D + 1);

  if (room > w->room) {
    free(w->outer);
    w->outer = xcalloc(room, sizeof *w->outer);
    w->room = room;
  }
  w->D = D;
  for (size_t i = 0; i < room; i++)
    w->outer[i] = 0;
}

/* d: the loss' gradient by the scores. */
static void
score_gradient(struct reweigh *w, enum loss_kind kind, const struct example *x, const float *scores)
{
  struct loss l = {.kind = kind, .multilabel = w->task.multilabel};

  for (size_t c = 0; c < w->task.n_classes; c++)
    w->target[c] = 0;
  for (size_t i = 0; i < x->n_labels; i++)
    w->target[x->labels[i]] = 1;
  loss_row(&l, w->task.n_classes, scores, w->target, NULL, 1, w->d);
}

void
reweigh_outer(struct reweigh *w, const struct example *x, const float *vector, const float *scores)
{
  score_gradient(w, LOSS_RCE, x, scores);
  for (size_t c = 0; c < w->task.n_classes; c++) {
    double *row = w->outer + c * (w->D + 1), d = w->d[c];

    for (size_t i = 0; i < w->D; i++)
      row[i] += d * vector[i];
    row[w->D] += d;
  }
}

void
reweigh_inner(struct reweigh *w, size_t text, const struct example *x, const float *vector, const float *scores)
{
  double agrees = 0;

  score_gradient(w, LOSS_CE, x, scores);
  for (size_t c = 0; c < w->task.n_classes; c++) {
    const double *row = w->outer + c * (w->D + 1);
    double along = row[w->D];

    for (size_t i = 0; i < w->D; i++)
      along += row[i] * vector[i];
    agrees += w->d[c] * along;
  }
  w->agrees[text] = (float)agrees;
  w->label[text] = x->n_labels ? x->labels[0] : w->task.n_classes;
}

/* The mean of each label that is below 0 becomes 0. */
static void
spare_labels(struct reweigh *w)
{
  for (size_t c = 0; c <= w->task.n_classes; c++)
    w->sum[c] = w->count[c] = 0;
  for (size_t i = 0; i < w->n; i++) {
    w->sum[w->label[i]] += w->agrees[i];
    w->count[w->label[i]]++;
  }
  for (size_t i = 0; i < w->n; i++)
    if (w->sum[w->label[i]] < 0)
      w->agrees[i] -= (float)(w->sum[w->label[i]] / w->count[w->label[i]]);
}

void
reweigh_end(struct reweigh *w)
{
  double squares = 0, rms;

  spare_labels(w);
  for (size_t i = 0; i < w->n; i++)
    squares += (double)w->agrees[i] * w->agrees[i];
  rms = sqrt(squares / (double)w->n);
  if (!(rms > 0))
    return;
  for (size_t i = 0; i < w->n; i++) {
    double to = w->weights[i] + REWEIGH_RATE * w->agrees[i] / rms;

    w->weights[i] = (float)(to < 0 ? 0 : to > 1 ? 1 : to);
  }
}

float
reweigh_of(const struct reweigh *w, size_t text)
{
  return w->weights[text];
}

void
reweigh_save(const struct reweigh *w, struct buf *out)
{
  parcel_add(out, w->weights, w->n * sizeof *w->weights);
}

int
reweigh_restore(struct reweigh *w, const char *bytes, size_t n, size_t *used)
{
  struct parcel p = {bytes, n, 0, false};

  parcel_get(&p, w->weights, w->n * sizeof *w->weights);
  return parcel_end(&p, used);
}
