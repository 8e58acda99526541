/* How the charts of Train are looked at: axis, part of it, crosshair, smoothing. */
#include <math.h>
#include <string.h>

#include "ui/view-train.h"

static const char *const axis_names[CURVE_N_AXES] = {"steps", "epochs", "seconds"};

/* All that there is, of every run on the charts. */
static void
whole(const struct train *v, double *from, double *to)
{
  enum curve_axis axis = v->look.axis;

  *from = axis == CURVE_STEPS && v->here.curve.n ? v->here.curve.points[0].step : 0;
  *to = curve_end(&v->here.curve, axis);
  for (size_t i = 0; i < v->n_over; i++) {
    const struct laid *l = v->over[i];

    if (!l->run || !l->curve.n)
      continue;
    *to = fmax(*to, curve_end(&l->curve, axis));
    if (axis == CURVE_STEPS)
      *from = fmin(*from, l->curve.points[0].step);
  }
  if (!(*to > *from))
    *to = *from + 1;
}

void
train_range(const struct train *v, double *from, double *to)
{
  whole(v, from, to);
  if (v->look.zoomed) {
    *from = v->look.from;
    *to = v->look.to;
  }
}

void
train_log(struct workbench *w, void *view, int n)
{
  struct train *v = view;

  (void)n;
  v->look.log_scale = !v->look.log_scale;
  workbench_say(w, v->look.log_scale ? "loss on a log scale" : "loss on a plain scale");
}

void
train_smooth(struct workbench *w, void *view, int n)
{
  struct train *v = view;

  (void)n;
  v->look.smoothing = (v->look.smoothing + 1) % SMOOTH_N;
  workbench_say(w, "training curves %s", trace_smoothing_names[v->look.smoothing]);
}

/* The crosshair stays on its step; what is seen is all again. */
void
train_axis(struct workbench *w, void *view, int n)
{
  struct train *v = view;
  struct look *look = &v->look;
  size_t at = curve_find(&v->here.curve, look->cross, look->axis);

  (void)n;
  look->axis = (look->axis + 1) % CURVE_N_AXES;
  look->zoomed = false;
  if (at < v->here.curve.n)
    look->cross = curve_at(&v->here.curve, at, look->axis);
  else
    look->crossed = false;
  workbench_say(w, "charts over %s", axis_names[look->axis]);
}

/* ---- the part that is seen ---- */

static void
show(struct train *v, double from, double to)
{
  double least, most, width = to - from;

  whole(v, &least, &most);
  if (width >= most - least) {
    v->look.zoomed = false;
    return;
  }
  from = fmax(least, fmin(most - width, from));
  v->look.zoomed = true;
  v->look.from = from;
  v->look.to = from + width;
}

void
train_zoom(struct workbench *w, void *view, int n)
{
  struct train *v = view;
  double from, to, middle, width, least = v->look.axis == CURVE_STEPS ? 8 : v->look.axis == CURVE_EPOCHS ? .1 : .1;

  (void)w;
  if (n == 0) {
    v->look.zoomed = false;
    return;
  }
  train_range(v, &from, &to);
  middle = v->look.crossed ? v->look.cross : (from + to) / 2;
  width = fmax(least, (to - from) * (n > 0 ? .5 : 2));
  /* the crosshair stays under the same column */
  show(v, middle - (middle - from) / (to - from) * width, middle + (to - middle) / (to - from) * width);
}

void
train_pan(struct workbench *w, void *view, int n)
{
  struct train *v = view;
  double from, to, by;

  if (!v->look.zoomed) {
    workbench_say(w, "the charts show all there is: + shows a part");
    return;
  }
  train_range(v, &from, &to);
  by = (to - from) / 2 * n;
  show(v, from + by, to + by);
  train_range(v, &from, &to);
  v->look.cross = fmax(from, fmin(to, v->look.cross));
}

/* ---- the crosshair ---- */

static void
cross_at(struct train *v, double x)
{
  double least, most, from, to;

  whole(v, &least, &most);
  v->look.cross = fmax(least, fmin(most, x));
  v->look.crossed = true;
  train_range(v, &from, &to);
  if (v->look.zoomed && v->look.cross > to)
    show(v, from + (v->look.cross - to), v->look.cross);
  else if (v->look.zoomed && v->look.cross < from)
    show(v, v->look.cross, to - (from - v->look.cross));
}

/* By a column of the chart at least, and from point to point of the selected run. */
void
train_cross(struct train *v, int step)
{
  const struct curve *k = &v->here.curve;
  enum curve_axis axis = v->look.axis;
  double from, to, column, x;
  size_t i;

  if (!k->n)
    return;
  train_range(v, &from, &to);
  if (!v->look.crossed) {
    cross_at(v, fmin(to, curve_at(k, k->n - 1, axis)));
    return;
  }
  column = (to - from) / (v->look.columns > 1 ? v->look.columns - 1 : 60);
  x = v->look.cross + step * column * .999;
  i = curve_find(k, x, axis);
  if (step > 0 && curve_at(k, i, axis) < x && i + 1 < k->n)
    i++;
  if (step > 0 && curve_at(k, i, axis) < x) {  /* behind its end: others may go on */
    cross_at(v, x);
    return;
  }
  cross_at(v, step < 0 && curve_at(k, i, axis) > x ? x : curve_at(k, i, axis));
}

bool
train_click_chart(struct train *v, int row, int col)
{
  for (size_t i = 0; i < 2; i++) {
    struct area a = v->look.charts[i];
    int first = a.col + a.cols - v->look.columns;
    double x;

    if (!a.rows || !area_has(a, row, col) || v->look.columns < 2 || !v->here.curve.n)
      continue;
    x = v->look.shown_from + (v->look.shown_to - v->look.shown_from) * (col - first) / (v->look.columns - 1);
    cross_at(v, fmax(v->look.shown_from, x));
    return true;
  }
  return false;
}
