/* Accuracy over the number of texts: points with intervals, the fitted law, and what more texts should bring. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/chart.h"
#include "ui/view-compare.h"

#define LAW_POINTS 200

static const struct found_curve *
curve_of(const struct compare *v)
{
  return v->findings && v->curve < v->findings->n_curves ? &v->findings->curves[v->curve] : NULL;
}

/* What is drawn. */
struct drawing {
  double *x, *y, *lo, *hi;       /* the points */
  double law_x[LAW_POINTS], law_y[LAW_POINTS];
  struct series series[2];
  size_t n_series;
};

/* A number of texts on the axis: on a log axis all that it learned from counts, since there is no logarithm of 0. */
static double
on_axis(const struct compare *v, const struct found_curve *k, double n)
{
  return v->log_x ? log10(fmax(1, n + (double)k->n_seed)) : n;
}

/* The law at so many texts. It holds from where the student learns: far below all points it is none. */
static double
law_at(const struct found_curve *k, double n)
{
  double x = n + (double)k->n_seed, y = NAN, least = 1;

  for (size_t i = 0; i < k->n_points; i++)
    least = fmin(least, fmin(k->points[i].mean, k->points[i].ci95.lo));
  if (k->law && x > 0)
    y = k->law->ceiling - k->law->scale * pow(x, -k->law->rate);
  return y < least ? NAN : y;
}

static void
add_law(const struct compare *v, const struct found_curve *k, struct drawing *d)
{
  double most = k->n_points ? 1.25 * (double)k->points[k->n_points - 1].n : 0;

  if (!k->law || !(most > 0))
    return;
  for (size_t i = 0; i < LAW_POINTS; i++) {
    double part = (double)i / (LAW_POINTS - 1), n = v->log_x ? pow((most + (double)k->n_seed + 1), part) - 1
                                                           : most * part;

    n = v->log_x ? fmax(0, n - (double)k->n_seed) : n;
    d->law_x[i] = on_axis(v, k, n);
    d->law_y[i] = law_at(k, n);
  }
  d->series[d->n_series++] = (struct series){.name = "law", .x = d->law_x, .y = d->law_y, .n = LAW_POINTS,
                                             .style = STYLE_VALID, .letter = '.'};
}

static void
set_up(const struct compare *v, const struct found_curve *k, struct drawing *d)
{
  size_t n = k->n_points;

  d->n_series = 0;
  d->x = xcalloc(4 * n + 1, sizeof *d->x);
  d->y = d->x + n;
  d->lo = d->y + n;
  d->hi = d->lo + n;
  for (size_t i = 0; i < n; i++) {
    d->x[i] = on_axis(v, k, (double)k->points[i].n);
    d->y[i] = k->points[i].mean;
    d->lo[i] = k->points[i].ci95.lo;
    d->hi[i] = k->points[i].ci95.hi;
  }
  add_law(v, k, d);
  d->series[d->n_series++] = (struct series){.name = "measured", .x = d->x, .y = d->y, .lo = d->lo, .hi = d->hi, .n = n,
                                             .style = STYLE_TRAIN, .letter = 'o', .marks = true,
                                               .loose = k->law != NULL};
}

/* The values under the crosshair. */
static void
draw_point(const struct compare *v, const struct found_curve *k, struct canvas *c, struct area a)
{
  const struct found_point *p = v->cross < k->n_points ? &k->points[v->cross] : NULL;
  char mean[PART_TEXT], lo[PART_TEXT], hi[PART_TEXT], n[PART_TEXT];
  struct buf b = BUF_INIT;

  if (!p || !v->crossed) {
    canvas_str(c, a, 0, 1, STYLE_DIM, "Left and Right read the points, x gives a log axis");
    return;
  }
  buf_addf(&b, "%s %s texts: %s (%s to %s)", part_count((double)p->n, n), k->of ? k->of : "", part_score(p->mean, mean),
           part_score(p->ci95.lo, lo), part_score(p->ci95.hi, hi));
  if (k->law)
    buf_addf(&b, "   law %s", part_score(law_at(k, (double)p->n), n));
  if (isfinite(p->cost_usd))
    buf_addf(&b, "   %s", part_money(p->cost_usd, n));
  if (p->n_seeds)
    buf_adds(&b, "   seeds");
  for (size_t i = 0; i < p->n_seeds && i < 20; i++)
    buf_addf(&b, " %s", part_score(p->seeds[i], n));
  canvas_fit(c, a, 0, 1, a.cols - 2, STYLE_NORMAL, buf_str(&b), b.n);
  buf_release(&b);
}

static void
add_law_words(const struct found_curve *k, struct buf *out)
{
  const struct found_law *law = k->law;
  char a[PART_TEXT], b[PART_TEXT], n[PART_TEXT];

  if (!law)
    return;
  buf_addf(out, "law: accuracy = %s − %.3g · texts^−%.2g, ceiling %s to %s", part_score(law->ceiling, n), law->scale,
           law->rate, part_score(law->ceiling_ci95.lo, a), part_score(law->ceiling_ci95.hi, b));
  if (isfinite(law->rate_p))
    buf_addf(out, ", growth %s", part_p(law->rate_p, n));
}

static void
add_next(const struct found_curve *k, struct buf *out)
{
  char gain[PART_TEXT], lo[PART_TEXT], hi[PART_TEXT], n[PART_TEXT], usd[PART_TEXT];

  for (size_t i = 0; i < k->n_next; i++) {
    const struct found_outlook *o = &k->next[i];

    buf_addf(out, "%snext %s texts (%s): %s (%s to %s)", i ? "   " : "", part_count(o->samples, n), part_money(o->usd,
        usd),
             part_points(o->gain, gain), part_points(o->ci95.lo, lo), part_points(o->ci95.hi, hi));
  }
}

/* The sentences below the chart; where c is NULL only how many rows they take. */
static int
words_below(const struct compare *v, const struct found_curve *k, struct canvas *c, struct area a)
{
  struct buf law = BUF_INIT, next = BUF_INIT;
  int row = 1;

  if (c)
    draw_point(v, k, c, area_rows(a, 0, 1));
  add_law_words(k, &law);
  if (!k->advice || !*k->advice)   /* which has it in words */
    add_next(k, &next);
  row = compare_draw_wrapped(c, a, row, k->stop ? STYLE_WARN : STYLE_BOLD, k->advice ? k->advice : "");
  row = compare_draw_wrapped(c, a, row, STYLE_NORMAL, buf_str(&next));
  row = compare_draw_wrapped(c, a, row, STYLE_DIM, buf_str(&law));
  buf_release(&law);
  buf_release(&next);
  return row;
}

static void
draw_chart(struct compare *v, const struct found_curve *k, struct canvas *c, struct area a)
{
  struct drawing d;
  char title[160], aside[80] = "";
  struct chart ch = {.title = title, .aside = aside, .series = d.series, .y_fraction = true, .log_x = v->log_x};

  set_up(v, k, &d);
  ch.n_series = d.n_series;
  ch.x_name = v->log_x ? "all texts" : k->of;
  ch.has_cross = v->crossed && v->cross < k->n_points;
  ch.cross_x = ch.has_cross ? d.x[v->cross] : 0;
  snprintf(title, sizeof title, "accuracy over %.40s texts, %.40s", k->of ? k->of : "", k->student ? k->student : "");
  if (v->findings->n_curves > 1)
    snprintf(aside, sizeof aside, "%zu of %zu: j k", v->curve + 1, v->findings->n_curves);
  chart_draw(&ch, c, area_cols(a, 1, a.cols - 2 > 120 ? 120 : a.cols - 2));
  free(d.x);
}

static void
draw(struct compare *v, struct canvas *c, struct area a, bool focus)
{
  const struct found_curve *k = curve_of(v);
  int rows;

  (void)focus;
  if (!k) {
    part_empty(c, a, !v->findings ? "No experiment to draw\n`n` starts one."
               : "This experiment has no curve\n`n` starts one with curve: how accuracy grows with the number of "
                 "texts.");
    return;
  }
  rows = words_below(v, k, NULL, area_rows(a, 0, a.rows));
  rows = rows > a.rows / 2 ? a.rows / 2 : rows;
  if (a.rows - rows >= 5) {
    draw_chart(v, k, c, area_rows(a, 0, a.rows - rows));
    words_below(v, k, c, area_rows(a, a.rows - rows, rows));
  } else {
    words_below(v, k, c, a);
  }
}

static void
move(struct compare *v, enum move m)
{
  const struct found_curve *k = curve_of(v);
  size_t last = k && k->n_points ? k->n_points - 1 : 0;

  if (!k)
    return;
  if (m == MOVE_UP || m == MOVE_DOWN) {
    size_t n = v->findings->n_curves;

    v->curve = m == MOVE_DOWN ? (v->curve + 1 < n ? v->curve + 1 : v->curve) : v->curve ? v->curve - 1 : 0;
    v->crossed = false;
  } else if (m == MOVE_LEFT || m == MOVE_RIGHT) {
    if (!v->crossed)
      v->cross = last;
    else if (m == MOVE_LEFT)
      v->cross -= v->cross > 0;
    else
      v->cross += v->cross < last;
    v->crossed = true;
  } else if (m == MOVE_TOP || m == MOVE_BOTTOM) {
    v->cross = m == MOVE_TOP ? 0 : last;
    v->crossed = true;
  }
}

/* A click: the point nearest to it. */
static void
point(struct compare *v, int row, int col)
{
  const struct found_curve *k = curve_of(v);
  struct area a = v->page_area;
  struct drawing d;
  struct chart ch = {.series = d.series};
  double x;

  (void)row;
  if (!k || !k->n_points)
    return;
  set_up(v, k, &d);
  ch.n_series = d.n_series;
  if (chart_x_at(&ch, area_cols(a, 1, a.cols - 2 > 120 ? 120 : a.cols - 2), col - 1, &x)) {
    v->cross = 0;
    for (size_t i = 1; i < k->n_points; i++)
      if (fabs(d.x[i] - x) < fabs(d.x[v->cross] - x))
        v->cross = i;
    v->crossed = true;
  }
  free(d.x);
}

const struct compare_page compare_page_curve = {.name = "curve", .brief = "curve", .key = "v", .draw = draw,
                                                .move = move,
                                                .point = point};
