#include "curate/confident.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "student/student.h"

#define LEAST 1e-6     /* as in cleanlab: probabilities below are no divisors, thresholds give way by so much */
#define RECENT 0.8     /* weight of the next worse score in the moving average */

/* ---- scores ------------------------------------------------------------------------------------------------------ */

static double
weighted_entropy(const float *p, size_t n_classes, double own)
{
  double entropy = 0, x;

  for (size_t k = 0; k < n_classes; k++)
    if (p[k] > 0)
      entropy -= (double)p[k] * log((double)p[k]);
  x = entropy / log((double)n_classes) / fmax(own, LEAST);
  if (x < LEAST)
    return own > 0.5;
  return log1p(x) / x;
}

struct label_quality
label_quality_of(const float *p, size_t n_classes, size_t given)
{
  float other = 0;

  for (size_t k = 0; k < n_classes; k++)
    if (k != given && p[k] > other)
      other = p[k];
  return (struct label_quality){p[given], (p[given] - other + 1) / 2,
                                (float)weighted_entropy(p, n_classes, (double)p[given])};
}

static int
descending(const void *a, const void *b)
{
  float x = *(const float *)a, y = *(const float *)b;

  return x > y ? -1 : x < y;
}

static float
moving_average(float *scores, size_t n)
{
  double s;

  qsort(scores, n, sizeof *scores, descending);
  s = (double)scores[0];
  for (size_t i = 1; i < n; i++)
    s = RECENT * (double)scores[i] + (1 - RECENT) * s;
  return (float)s;
}

struct label_quality
label_quality_of_many(const float *p, size_t n_classes, const uint16_t *labels, size_t n_labels)
{
  float *scores = xmalloc(3 * n_classes * sizeof *scores), *margins = scores + n_classes, *entropies = margins + n_classes;
  struct label_quality q;

  for (size_t k = 0, l = 0; k < n_classes; k++) {
    bool given = l < n_labels && labels[l] == k;
    struct label_quality one = label_quality_of((float[]){1 - p[k], p[k]}, 2, given);

    l += given;
    scores[k] = one.self_confidence;
    margins[k] = one.normalized_margin;
    entropies[k] = one.weighted_entropy;
  }
  q = (struct label_quality){moving_average(scores, n_classes), moving_average(margins, n_classes),
                             moving_average(entropies, n_classes)};
  free(scores);
  return q;
}

/* ---- the confident joint ----------------------------------------------------------------------------------------- */

static const float *
row_of(const struct confident *c, size_t i)
{
  return c->p + i * c->n_classes;
}

static uint32_t *
count_given(const struct confident *c)
{
  uint32_t *given = xcalloc(c->n_classes, sizeof *given);

  for (size_t i = 0; i < c->n; i++)
    given[c->given[i]]++;
  return given;
}

void
confident_thresholds(const struct confident *c, double *thresholds)
{
  uint32_t *given = count_given(c);

  for (size_t k = 0; k < c->n_classes; k++)
    thresholds[k] = 0;
  for (size_t i = 0; i < c->n; i++)
    thresholds[c->given[i]] += (double)row_of(c, i)[c->given[i]];
  for (size_t k = 0; k < c->n_classes; k++)
    thresholds[k] = given[k] ? fmax(thresholds[k] / given[k], 2 * LEAST) : (double)INFINITY;
  free(given);
}

void
confident_joint(const struct confident *c, uint32_t *counts)
{
  size_t n = c->n_classes;
  double *thresholds = xmalloc(n * sizeof *thresholds);

  confident_thresholds(c, thresholds);
  memset(counts, 0, n * n * sizeof *counts);
  for (size_t i = 0; i < c->n; i++) {
    const float *p = row_of(c, i);
    size_t truly = n;

    for (size_t k = 0; k < n; k++)
      if ((double)p[k] >= thresholds[k] - LEAST && (truly == n || p[k] > p[truly]))
        truly = k;
    if (truly < n)
      counts[c->given[i] * n + truly]++;
  }
  for (size_t k = 0; k < n; k++)
    if (counts[k * n + k] == 0)
      counts[k * n + k] = 1;
  free(thresholds);
}

struct rest {
  double rest;
  size_t k;
};

static int
largest_rest(const void *a, const void *b)
{
  const struct rest *x = a, *y = b;

  return x->rest > y->rest ? -1 : x->rest < y->rest ? 1 : x->k < y->k ? -1 : x->k > y->k;
}

/* A row of whole numbers that sum to `total`, in the proportions of the row: what is left of rounding down goes to the
 * largest remainders. */
static void
scale_row(uint32_t *row, size_t n, uint32_t total, struct rest *rests)
{
  uint64_t sum = 0, given = 0;

  for (size_t k = 0; k < n; k++)
    sum += row[k];
  for (size_t k = 0; k < n; k++) {
    double exact = (double)row[k] * total / (double)sum;

    row[k] = (uint32_t)exact;
    rests[k] = (struct rest){exact - row[k], k};
    given += row[k];
  }
  qsort(rests, n, sizeof *rests, largest_rest);
  for (size_t k = 0; given < total; k++, given++)
    row[rests[k % n].k]++;
}

void
confident_calibrate(const struct confident *c, uint32_t *counts)
{
  struct rest *rests = xmalloc(c->n_classes * sizeof *rests);
  uint32_t *given = count_given(c);

  for (size_t k = 0; k < c->n_classes; k++)
    scale_row(counts + k * c->n_classes, c->n_classes, given[k], rests);
  free(given);
  free(rests);
}

/* ---- issues ------------------------------------------------------------------------------------------------------ */

/* The m samples of the largest score, of equals the first: a heap whose top is the least of them. */
struct top {
  struct entry {
    float score;
    uint32_t i;
  } *v;
  size_t n, m;
};

static bool
less(const struct entry *a, const struct entry *b)
{
  return a->score < b->score || (a->score <= b->score && a->i > b->i);
}

static void
sink(struct top *t, struct entry e)
{
  size_t at = 0, child;

  while ((child = 2 * at + 1) < t->n) {
    if (child + 1 < t->n && less(&t->v[child + 1], &t->v[child]))
      child++;
    if (!less(&t->v[child], &e))
      break;
    t->v[at] = t->v[child];
    at = child;
  }
  t->v[at] = e;
}

static void
offer(struct top *t, struct entry e)
{
  size_t at;

  if (t->n == t->m) {
    if (t->m && less(&t->v[0], &e))
      sink(t, e);
    return;
  }
  for (at = t->n++; at && less(&e, &t->v[(at - 1) / 2]); at = (at - 1) / 2)
    t->v[at] = t->v[(at - 1) / 2];
  t->v[at] = e;
}

/* Samples by the class given: which[start[k]..start[k + 1]). */
struct by_class {
  uint32_t *start, *which;
};

static struct by_class
sort_by_class(const struct confident *c)
{
  struct by_class b = {xcalloc(c->n_classes + 2, sizeof *b.start), xmalloc((c->n + 1) * sizeof *b.which)};

  for (size_t i = 0; i < c->n; i++)
    b.start[c->given[i] + 2]++;
  for (size_t k = 2; k < c->n_classes + 2; k++)
    b.start[k] += b.start[k - 1];
  for (size_t i = 0; i < c->n; i++)
    b.which[b.start[c->given[i] + 1]++] = (uint32_t)i;
  return b;
}

/* Marks the m samples given k with the most for class j (or, j being k, the least for k itself). */
static void
mark_top(const struct confident *c, const struct by_class *b, size_t k, size_t j, size_t m, uint8_t mark, uint8_t *issues)
{
  struct top t = {xmalloc((m + 1) * sizeof *t.v), 0, m};

  for (uint32_t q = b->start[k]; q < b->start[k + 1]; q++) {
    const float *p = row_of(c, b->which[q]);

    offer(&t, (struct entry){j == k ? -p[k] : p[j] - p[k], b->which[q]});
  }
  for (size_t q = 0; q < t.n; q++)
    issues[t.v[q].i] |= mark;
  free(t.v);
}

void
confident_issues(const struct confident *c, const uint32_t *counts, uint8_t *issues)
{
  struct by_class b = sort_by_class(c);
  size_t n = c->n_classes;

  memset(issues, 0, c->n);
  for (size_t k = 0; k < n; k++) {
    const uint32_t *row = counts + k * n;

    for (size_t j = 0; j < n; j++)
      if (j != k && row[j])
        mark_top(c, &b, k, j, row[j], ISSUE_BY_RATE, issues);
    mark_top(c, &b, k, k, b.start[k + 1] - b.start[k] - row[k], ISSUE_BY_CLASS, issues);
  }
  for (size_t i = 0; i < c->n; i++)
    if (student_best(row_of(c, i), n) == c->given[i])
      issues[i] = 0;
  free(b.start);
  free(b.which);
}
