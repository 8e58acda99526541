#include "student/calibrate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "student/reliability.h"

#define STEPS 30
#define CELLS 100000  /* scores looked at to find slope and shift, about: some ms. Two numbers need no more */
#define LEAST_ROWS 500
#define MAX_SLOPE 40  /* where all held-out texts are right there is no most likely slope */

static const float *
row_of(const struct scored *s, size_t i)
{
  return s->scores + i * s->stride;
}

static bool
has_label(const struct example *x, size_t c)
{
  for (size_t l = 0; l < x->n_labels; l++)
    if (x->labels[l] == c)
      return true;
  return false;
}

/* Every how manieth row is looked at to find slope and shift. */
static size_t
row_step(const struct scored *s)
{
  size_t rows = CELLS / s->task->n_classes;

  return s->n / (rows > LEAST_ROWS ? rows : LEAST_ROWS) + 1;
}

void
calibrate_row(const struct calibration *c, const struct student_task *task, const float *scores, float *probabilities)
{
  float most, sum = 0;

  if (task->multilabel) {
    for (size_t k = 0; k < task->n_classes; k++)
      probabilities[k] = 1 / (1 + expf(-(c->slope * scores[k] + c->shift)));
    return;
  }
  most = scores[student_best(scores, task->n_classes)];
  for (size_t k = 0; k < task->n_classes; k++)
    sum += probabilities[k] = expf(c->slope * (scores[k] - most));
  for (size_t k = 0; k < task->n_classes; k++)
    probabilities[k] /= sum;
}

/* ---- one label: Newton's method on the slope, in which the loss is convex ---------------------------------------- */

/* The first two derivatives of the loss of a row by the slope: mean of score under p less the score of the label;
 * variance. */
static void
softmax_row(const float *scores, size_t n, size_t label, double slope, double d[2])
{
  double most = scores[student_best(scores, n)], sum = 0, mean = 0, square = 0;

  for (size_t c = 0; c < n; c++) {
    double x = scores[c] - most, e = exp(slope * x);

    sum += e;
    mean += e * x;
    square += e * x * x;
  }
  mean /= sum;
  d[0] += mean - (scores[label] - most);
  d[1] += square / sum - mean * mean;
}

static void
calibrate_softmax(struct calibration *c, const struct scored *s)
{
  double slope = c->slope;

  for (int step = 0; step < STEPS; step++) {
    double d[2] = {0, 1e-6}, next;

    for (size_t i = 0; i < s->n; i += row_step(s))
      softmax_row(row_of(s, i), s->task->n_classes, s->x[s->which[i]].labels[0], slope, d);
    next = slope - d[0] / d[1];
    next = fmin(fmax(next, slope / 2), slope * 2);  /* no wild leaps */
    next = fmin(fmax(next, 0.1), MAX_SLOPE);
    if (fabs(next - slope) < 1e-4 * slope)
      break;
    slope = next;
  }
  c->slope = (float)slope;
}

/* ---- several labels: Newton's method on slope and shift ---------------------------------------------------------- */

static void
calibrate_sigmoid(struct calibration *c, const struct scored *s)
{
  double a = c->slope, b = c->shift;

  for (int step = 0; step < STEPS; step++) {
    double g[2] = {0}, h[3] = {1e-6, 0, 1e-6}, determinant, da, db;

    for (size_t i = 0; i < s->n; i += row_step(s))
      for (size_t k = 0; k < s->task->n_classes; k++) {
        double x = row_of(s, i)[k], p = 1 / (1 + exp(-(a * x + b))), w = p * (1 - p);
        double error = p - has_label(&s->x[s->which[i]], k);

        g[0] += error * x;
        g[1] += error;
        h[0] += w * x * x;
        h[1] += w * x;
        h[2] += w;
      }
    determinant = h[0] * h[2] - h[1] * h[1];
    if (!(determinant > 0))
      break;
    da = (h[2] * g[0] - h[1] * g[1]) / determinant;
    db = (h[0] * g[1] - h[1] * g[0]) / determinant;
    a = fmin(a - fmin(fmax(da, -2), 2), MAX_SLOPE);
    b -= fmin(fmax(db, -2), 2);
    if (fabs(da) + fabs(db) < 1e-4)
      break;
  }
  if (isfinite(a) && isfinite(b) && a > 0) {
    c->slope = (float)a;
    c->shift = (float)b;
  }
}

/* The threshold of the best micro F1, from a histogram of the probabilities. */
static void
choose_threshold(struct calibration *c, const struct scored *s)
{
  size_t right[101] = {0}, all[101] = {0}, n_right = 0, n_all = 0, labels = 0;
  float *p = xmalloc(s->task->n_classes * sizeof *p);
  double best = 0;

  for (size_t i = 0; i < s->n; i++) {
    calibrate_row(c, s->task, row_of(s, i), p);
    labels += s->x[s->which[i]].n_labels;
    for (size_t k = 0; k < s->task->n_classes; k++) {
      size_t bin = (size_t)(p[k] * 100);

      all[bin]++;
      right[bin] += has_label(&s->x[s->which[i]], k);
    }
  }
  for (int bin = 100; bin > 4; bin--) {  /* of equals the one nearest to .5 */
    double f1;

    n_all += all[bin];
    n_right += right[bin];
    f1 = 2.0 * (double)n_right / (double)(n_all + labels);
    if (n_right && (f1 > best || (f1 >= best && bin >= 50))) {
      best = f1;
      c->threshold = (float)bin / 100;
    }
  }
  free(p);
}

void
calibrate(struct calibration *c, const struct scored *s)
{
  if (s->n == 0)
    return;
  if (!s->task->multilabel) {
    calibrate_softmax(c, s);
    return;
  }
  calibrate_sigmoid(c, s);
  choose_threshold(c, s);
}

/* ---- what the texts say ------------------------------------------------------------------------------------------ */

struct tally {
  size_t *right, *said, *have;  /* (n_classes) */
};

/* Counts a row; returns whether all of it is right. */
static bool
tally_row(struct tally *t, const struct calibration *c, const struct student_task *task, const struct example *x,
          const float *p)
{
  size_t best = student_best(p, task->n_classes);
  bool all = true;

  for (size_t k = 0; k < task->n_classes; k++) {
    bool said = task->multilabel ? p[k] >= c->threshold : k == best, has = has_label(x, k);

    t->said[k] += said;
    t->have[k] += has;
    t->right[k] += said && has;
    all = all && said == has;
  }
  return all;
}

static double
row_loss(const struct student_task *task, const struct example *x, const float *p)
{
  double loss = 0;

  if (!task->multilabel)
    return -log(fmax(p[x->labels[0]], 1e-12));
  for (size_t k = 0; k < task->n_classes; k++)
    loss -= log(fmax(has_label(x, k) ? p[k] : 1 - p[k], 1e-12));
  return loss;
}

struct quality
calibrate_quality(const struct calibration *c, const struct scored *s)
{
  size_t n = s->task->n_classes, *counts = xcalloc(3 * n, sizeof *counts), n_right = 0, n_met = 0;
  struct tally t = {counts, counts + n, counts + 2 * n};
  struct quality q = QUALITY_NONE;
  struct reliability r = {0};
  float *p = xmalloc(n * sizeof *p);
  double loss = 0, f1 = 0;

  for (size_t i = 0; i < s->n; i++) {
    const struct example *x = &s->x[s->which[i]];

    calibrate_row(c, s->task, row_of(s, i), p);
    loss += row_loss(s->task, x, p);
    n_right += tally_row(&t, c, s->task, x, p);
    reliability_add_row(&r, s->task, x, p);
  }
  for (size_t k = 0; k < n; k++)
    if (t.said[k] + t.have[k]) {
      f1 += 2.0 * (double)t.right[k] / (double)(t.said[k] + t.have[k]);
      n_met++;
    }
  if (s->n)
    q = (struct quality){loss / (double)s->n, (double)n_right / (double)s->n, f1 / (double)n_met,
                         reliability_error(&r)};
  free(counts);
  free(p);
  return q;
}
