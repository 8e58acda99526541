#include "student/weigh.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/pool.h"

#define RARITY 1.4

/* The rows of each feature, as lists: feature f's are lists[start[f]..start[f + 1]). */
struct transposed {
  uint64_t *start;
  uint32_t *lists;
};

struct work {
  struct transposed t;
  float *weights;
  uint32_t n_features;
  const struct example *x;
  size_t n, n_classes;
  const double *shares;
  double strength;
};

static void
transpose(struct transposed *t, uint32_t n_features, const struct rows *rows, const uint32_t *which, size_t n)
{
  uint64_t *at = xcalloc(n_features + 2, sizeof *at);

  for (size_t i = 0; i < n; i++)
    for (uint64_t j = rows->start[which[i]]; j < rows->start[which[i] + 1]; j++)
      at[rows->ids[j] + 2]++;
  for (uint32_t f = 0; f < n_features; f++)
    at[f + 2] += at[f + 1];
  t->lists = xmalloc((at[n_features + 1] + 1) * sizeof *t->lists);
  for (size_t i = 0; i < n; i++)
    for (uint64_t j = rows->start[which[i]]; j < rows->start[which[i] + 1]; j++)
      t->lists[at[rows->ids[j] + 1]++] = which[i];
  t->start = at;
}

/* d of the header, for a feature of these texts. counts (n_classes) is zero before and after. Classes that the feature never
 * meets all have the same log ratio. */
static double
distinction(const struct work *w, const uint32_t *list, size_t df, uint32_t *counts)
{
  double s = (double)w->n_classes, sum = 0, met = 0, none = log(s / ((double)df + s));

  for (size_t i = 0; i < df; i++)
    for (size_t l = 0; l < w->x[list[i]].n_labels; l++)
      counts[w->x[list[i]].labels[l]]++;
  for (size_t i = 0; i < df; i++)
    for (size_t l = 0; l < w->x[list[i]].n_labels; l++) {
      uint16_t c = w->x[list[i]].labels[l];
      double p = w->shares[c], ratio;

      if (!counts[c])
        continue;
      ratio = log((counts[c] / p + s) / ((double)df + s));
      sum += p * ratio * ratio;
      met += p;
      counts[c] = 0;
    }
  return sqrt(sum + (met < 1 ? (1 - met) * none * none : 0));
}

static float
weight_of(const struct work *w, uint32_t f, uint32_t *counts)
{
  size_t df = w->t.start[f + 1] - w->t.start[f];
  double weight = df ? pow(log((1.0 + (double)w->n) / (1.0 + (double)df)) + 1, RARITY) : 0;

  if (df && w->strength > 0)
    weight *= pow(0.3 + distinction(w, w->t.lists + w->t.start[f], df, counts), w->strength);
  return (float)weight;
}

static void
weigh_share(void *arg, int thread, int n_threads)
{
  struct work *w = arg;
  uint32_t from = (uint32_t)((uint64_t)w->n_features * (unsigned)thread / (unsigned)n_threads);
  uint32_t to = (uint32_t)((uint64_t)w->n_features * ((unsigned)thread + 1) / (unsigned)n_threads);
  uint32_t *counts = xcalloc(w->n_classes, sizeof *counts);
  float *once = xcalloc(w->n_classes, sizeof *once);  /* most features stand in one text: then its label says all */

  for (uint32_t f = from; f < to; f++) {
    const uint32_t *list = w->t.lists + w->t.start[f];

    if (w->t.start[f + 1] - w->t.start[f] == 1 && w->x[list[0]].n_labels == 1) {
      float *weight = &once[w->x[list[0]].labels[0]];

      if (*weight == 0)
        *weight = weight_of(w, f, counts);
      w->weights[f] = *weight;
    } else {
      w->weights[f] = weight_of(w, f, counts);
    }
  }
  free(counts);
  free(once);
}

void
weigh_features(float *weights, uint32_t n_features, const struct rows *rows, const uint32_t *which, size_t n,
               const struct example *x, size_t n_classes, double strength, int threads)
{
  struct work w = {.weights = weights, .n_features = n_features, .x = x, .n = n, .n_classes = n_classes, .strength = strength};
  double *shares = xcalloc(n_classes, sizeof *shares), all = 0;

  for (size_t i = 0; i < n; i++)
    for (size_t l = 0; l < x[which[i]].n_labels; l++, all++)
      shares[x[which[i]].labels[l]]++;
  for (size_t c = 0; c < n_classes; c++)
    shares[c] /= all > 0 ? all : 1;
  w.shares = shares;
  transpose(&w.t, n_features, rows, which, n);
  pool_run(threads, weigh_share, &w);
  free(w.t.start);
  free(w.t.lists);
  free(shares);
}

struct row_work {
  float *values, *squares;
  const struct rows *rows;
  const float *weights;
  double characters;
};

/* Scales values[from..to) to the given length; returns the squared length it then has. */
static double
scale(float *values, const uint32_t *ids, const float *weights, uint64_t from, uint64_t to, double length)
{
  double sum = 0;

  for (uint64_t j = from; j < to; j++) {
    values[j] = weights[ids[j]];
    sum += (double)values[j] * values[j];
  }
  if (sum <= 0)
    return 0;
  length /= sqrt(sum);
  for (uint64_t j = from; j < to; j++)
    values[j] *= (float)length;
  return length * length * sum;
}

static void
weigh_row_share(void *arg, int thread, int n_threads)
{
  struct row_work *w = arg;
  const struct rows *r = w->rows;
  size_t to = r->n * ((size_t)thread + 1) / (size_t)n_threads;

  for (size_t i = r->n * (size_t)thread / (size_t)n_threads; i < to; i++)
    w->squares[i] = (float)(scale(w->values, r->ids, w->weights, r->start[i], r->split[i], 1) +
                            scale(w->values, r->ids, w->weights, r->split[i], r->start[i + 1], w->characters));
}

void
weigh_rows(float *values, float *squares, const struct rows *rows, const float *weights, double characters, int threads)
{
  struct row_work w = {values, squares, rows, weights, characters};

  pool_run(threads, weigh_row_share, &w);
}
