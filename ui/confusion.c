#include "ui/confusion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

#define LABELS_MAX 4096

void
confusion_release(struct confusion *c)
{
  free(c->counts);
  free(c->pairs);
  free(c->labels);
  memset(c, 0, sizeof *c);
}

static int
by_count(const void *a, const void *b)
{
  const struct confusion_pair *x = a, *y = b;

  return x->count != y->count ? (x->count > y->count ? -1 : 1) : x->truth != y->truth ? x->truth - y->truth
                                                                                        : x->said - y->said;
}

static void
find_pairs(struct confusion *c)
{
  size_t cap = 0;

  for (uint32_t i = 0; i < c->n * c->n; i++)
    if (c->counts[i] && i / c->n != i % c->n) {
      GROW(c->pairs, cap, c->n_pairs + 1);
      c->pairs[c->n_pairs++] = (struct confusion_pair){(uint16_t)(i / c->n), (uint16_t)(i % c->n), c->counts[i]};
    }
  if (c->n_pairs)
    qsort(c->pairs, c->n_pairs, sizeof *c->pairs, by_count);
}

static double
ratio(double x, double of)
{
  return of > 0 ? x / of : 0;
}

/* As metric.h defines them. */
static void
score(struct confusion *c)
{
  double right = 0, all = 0, sum = 0;
  uint32_t counted = 0;

  c->labels = xcalloc(c->n, sizeof *c->labels);
  for (uint32_t i = 0; i < c->n; i++) {
    double truth = 0, said = 0, hit = c->counts[i * c->n + i];

    for (uint32_t k = 0; k < c->n; k++) {
      truth += c->counts[i * c->n + k];
      said += c->counts[k * c->n + i];
    }
    c->labels[i] = (struct confusion_label){(uint16_t)i, ratio(hit, said), ratio(hit, truth), ratio(2 * hit, truth + said),
                                            (uint32_t)truth};
    right += hit;
    all += truth;
    sum += c->labels[i].f1;
    counted += truth + said > 0;
  }
  c->accuracy = ratio(right, all);
  c->macro_f1 = ratio(sum, counted);
}

void
confusion_count(struct confusion *c, uint32_t n, const uint32_t *counts)
{
  confusion_release(c);
  if (!n)
    return;
  c->n = n;
  c->counts = xcalloc((size_t)n * n, sizeof *c->counts);
  memcpy(c->counts, counts, (size_t)n * n * sizeof *counts);
  find_pairs(c);
  score(c);
}

static void
read_counts(struct confusion *c, const struct json *rows)
{
  uint32_t i = 0;

  c->counts = xcalloc((size_t)c->n * c->n, sizeof *c->counts);
  for (const struct json *row = json_first(rows); row && i < c->n; row = json_next(row), i++) {
    uint32_t k = 0;

    for (const struct json *x = json_first(row); x && k < c->n; x = json_next(x), k++)
      c->counts[i * c->n + k] = (uint32_t)fmax(0, fmin(4e9, json_number(x, 0)));
  }
  find_pairs(c);
}

static void
read_labels(struct confusion *c, const struct json *rows)
{
  uint16_t i = 0;

  c->labels = xcalloc(c->n, sizeof *c->labels);
  for (const struct json *row = json_first(rows); row && i < c->n; row = json_next(row), i++)
    c->labels[i] = (struct confusion_label){
      i, json_number(json_get(row, "precision"), NAN), json_number(json_get(row, "recall"), NAN),
      json_number(json_get(row, "f1"), NAN), (uint32_t)fmax(0, fmin(4e9, json_number(json_get(row, "support"), 0)))};
}

bool
confusion_read(struct confusion *c, const char *metrics)
{
  struct json *j = json_parse(metrics, strlen(metrics), NULL, NULL);
  const struct json *counts = json_get(j, "confusion"), *labels = json_get(j, "per_label");
  size_t n = json_size(counts) ? json_size(counts) : json_size(labels);

  confusion_release(c);
  if (n > 0 && n <= LABELS_MAX) {
    c->n = (uint32_t)n;
    if (json_size(counts))
      read_counts(c, counts);
    if (json_size(labels))
      read_labels(c, labels);
    else
      score(c);
    c->accuracy = json_number(json_get(j, "accuracy"), NAN);
    c->macro_f1 = json_number(json_get(j, "macro_f1"), NAN);
  }
  json_free(j);
  return c->n > 0;
}

static int
by_f1(const void *a, const void *b)
{
  const struct confusion_label *x = a, *y = b;

  return x->f1 < y->f1 ? -1 : x->f1 > y->f1 ? 1 : x->label - y->label;
}

static int
by_label(const void *a, const void *b)
{
  return ((const struct confusion_label *)a)->label - ((const struct confusion_label *)b)->label;
}

void
confusion_sort(struct confusion *c, bool worst_first)
{
  if (c->n)
    qsort(c->labels, c->n, sizeof *c->labels, worst_first ? by_f1 : by_label);
}
