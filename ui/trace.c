#include "ui/trace.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const char *const trace_smoothing_names[SMOOTH_N] = {"not smoothed", "smoothed lightly", "smoothed", "smoothed a lot"};

/* The share of a run that a mean looks back over. */
static const double windows[SMOOTH_N] = {0, .01, .04, .12};

double
trace_value(const struct train_point *p, enum trace_figure figure, bool valid)
{
  return figure == TRACE_LOSS ? (valid ? p->valid_loss : p->train_loss) : valid ? p->valid_accuracy : p->train_accuracy;
}

static bool
same(const struct trace *t, const struct curve *c, const struct trace_want *want)
{
  return t->run == c->run && t->made == c->made && t->made_n == c->n && t->want.figure == want->figure &&
         t->want.valid == want->valid && t->want.smoothing == want->smoothing && t->want.axis == want->axis &&
         t->want.from >= want->from && t->want.from <= want->from && t->want.to >= want->to && t->want.to <= want->to &&
         t->want.columns == want->columns;
}

static void
add(struct trace *t, double x, double y)
{
  if (t->n + 1 > t->cap) {
    t->cap = t->cap ? t->cap * 2 : 256;
    t->x = xrealloc(t->x, t->cap * sizeof *t->x);
    t->y = xrealloc(t->y, t->cap * sizeof *t->y);
  }
  t->x[t->n] = x;
  t->y[t->n++] = y;
}

/* The points of a column of dots that count. */
struct column {
  long at;
  size_t n, low, high;         /* how many came; which of them */
  double x[4], y[4];           /* first, least, greatest, last */
};

static void
flush(struct trace *t, struct column *k)
{
  bool low_first = k->low <= k->high;

  if (!k->n)
    return;
  add(t, k->x[0], k->y[0]);
  for (int i = 0; i < 2; i++) {
    int which = (i == 0) == low_first ? 1 : 2;
    size_t order = which == 1 ? k->low : k->high;

    if (order > 0 && order < k->n - 1 && (i == 0 || k->low != k->high))
      add(t, k->x[which], k->y[which]);
  }
  if (k->n > 1)
    add(t, k->x[3], k->y[3]);
  k->n = 0;
}

static void
put(struct column *k, int which, size_t order, double x, double y)
{
  k->x[which] = x;
  k->y[which] = y;
  if (which == 1)
    k->low = order;
  if (which == 2)
    k->high = order;
}

static void
take(struct trace *t, struct column *k, long at, double x, double y)
{
  if (k->n && at != k->at)
    flush(t, k);
  k->at = at;
  if (!k->n || y < k->y[1])
    put(k, 1, k->n, x, y);
  if (!k->n || y > k->y[2])
    put(k, 2, k->n, x, y);
  if (!k->n)
    put(k, 0, 0, x, y);
  put(k, 3, k->n, x, y);
  k->n++;
}

/* How much of the mean so far stays with each point: by the run's whole length, so that what is drawn stays as it is while
 * more comes. */
static double
keeping(const struct curve *c, const struct trace_want *want)
{
  const struct train_point *last = c->n ? &c->points[c->n - 1] : NULL;
  double points = last && last->step > 0 && last->n_steps > last->step ? (double)c->n * last->n_steps / last->step
                                                                       : (double)c->n;
  double window = want->valid ? 0 : points * windows[want->smoothing];

  return window > 1 ? 1 - 1 / window : 0;
}

static long
column_of(const struct trace_want *want, double x)
{
  if (x < want->from)
    return -1;
  if (x > want->to)
    return want->columns;
  return want->to > want->from ? lround((x - want->from) / (want->to - want->from) * (want->columns - 1)) : 0;
}

static void
make(struct trace *t, const struct curve *c, const struct trace_want *want)
{
  double keep = keeping(c, want), mean = 0, weight = 0;
  struct column k = {0};

  t->n = 0;
  for (size_t i = 0; i < c->n; i++) {
    double y = trace_value(&c->points[i], want->figure, want->valid), x;
    long at;

    if (!isfinite(y))
      continue;
    mean = keep * mean + (1 - keep) * y;
    weight = keep * weight + (1 - keep);  /* a mean of what has come, from the first point on */
    x = curve_at(c, i, want->axis);
    at = column_of(want, x);
    if (at < 0) {  /* only the nearest one outside stays */
      k = (struct column){0};
    } else if (k.n && k.at == want->columns) {
      break;
    }
    take(t, &k, at, x, weight > 0 ? mean / weight : y);
  }
  flush(t, &k);
}

void
trace_update(struct trace *t, const struct curve *c, const struct trace_want *want)
{
  if (same(t, c, want))
    return;
  make(t, c, want);
  t->want = *want;
  t->run = c->run;
  t->made = c->made;
  t->made_n = c->n;
}

void
trace_release(struct trace *t)
{
  free(t->x);
  free(t->y);
  memset(t, 0, sizeof *t);
}
