#include "report/diagram.h"

#include <math.h>
#include <stdio.h>

/* 1, 2, 5, 10, ...: the least of these that cuts a span into at most so many parts. */
static double
round_step(double span, size_t max)
{
  double power = pow(10, floor(log10(span / (double)max)));

  for (;; power *= 10)
    for (int k = 0; k < 3; k++) {
      double step = power * (k == 0 ? 1 : k == 1 ? 2 : 5);

      if (span / step <= (double)max + 1e-9)
        return step;
    }
}

/* The value of a fine tick, and the last one that is not above a value. */
static double
fine_value(int tick)
{
  static const double steps[] = {1, 2, 5};
  int power = tick >= 0 ? tick / 3 : -((2 - tick) / 3);

  return steps[tick - 3 * power] * pow(10, power);
}

static int
fine_tick(double x)
{
  int tick = 3 * (int)floor(log10(x) + 1e-9);

  while (fine_value(tick + 1) <= x * (1 + 1e-9))
    tick++;
  return tick;
}

static struct diagram_axis
log_axis(double lo, double hi, size_t max)
{
  struct diagram_axis a = {.log = true, .step = 1};

  lo = lo > 1e-30 ? lo : 1;
  hi = hi >= lo ? hi : lo;
  if (hi / lo < 50) {
    a.fine = true;
    a.first = fine_tick(lo);
    a.last = fine_tick(hi);
    a.last += fine_value(a.last) < hi * (1 - 1e-9) || a.last == a.first;
    a.lo = log10(fine_value(a.first));
    a.hi = log10(fine_value(a.last));
    return a;
  }
  a.lo = floor(log10(lo) + 1e-9);
  a.hi = ceil(log10(hi) - 1e-9);
  a.step = ceil((a.hi - a.lo) / (double)max);
  return a;
}

struct diagram_axis
diagram_axis_of(double lo, double hi, bool log, size_t max)
{
  struct diagram_axis a = {.lo = lo, .hi = hi, .step = 1};

  if (log)
    return log_axis(lo, hi, max);
  if (!(hi - lo > 1e-9)) {
    a.lo -= 0.5;
    a.hi += 0.5;
  }
  a.step = round_step(a.hi - a.lo, max);
  a.lo = floor(a.lo / a.step + 1e-9) * a.step;
  a.hi = ceil(a.hi / a.step - 1e-9) * a.step;
  return a;
}

double
diagram_axis_at(const struct diagram_axis *a, double x)
{
  double at;

  if (a->log)
    x = x > 0 ? log10(x) : a->lo;
  at = (x - a->lo) / (a->hi - a->lo);
  return at < 0 ? 0 : at > 1 ? 1 : at;
}

size_t
diagram_axis_ticks(const struct diagram_axis *a)
{
  if (a->fine)
    return (size_t)(a->last - a->first) + 1;
  return (size_t)floor((a->hi - a->lo) / a->step + 1e-6) + 1;
}

double
diagram_axis_tick(const struct diagram_axis *a, size_t i)
{
  double x = a->lo + (double)i * a->step;

  if (a->fine)
    return fine_value(a->first + (int)i);
  return a->log ? pow(10, x) : fabs(x) < a->step * 1e-6 ? 0 : x;
}

struct reach {
  double lo, hi;
};

/* What is beyond all measure (a file may hold any number) does not stretch an axis. */
#define REACH_MAX 1e30

static void
reach(struct reach *r, double x)
{
  if (!(fabs(x) < REACH_MAX))
    return;
  r->lo = fmin(r->lo, x);
  r->hi = fmax(r->hi, x);
}

/* What has no value at all has an axis from 0 to 1. */
static struct diagram_axis
axis_of(struct reach r, bool log, size_t max)
{
  if (r.lo > r.hi)
    r = (struct reach){log ? 1 : 0, log ? 10 : 1};
  return diagram_axis_of(r.lo, r.hi, log, max);
}

struct diagram_axis
diagram_x_axis(const struct diagram *c, size_t max)
{
  struct reach r = {INFINITY, -INFINITY};

  for (size_t i = 0; i < c->n_marks; i++) {
    reach(&r, c->marks[i].x);
    if (c->kind == DIAGRAM_INTERVALS) {
      reach(&r, c->marks[i].lo);
      reach(&r, c->marks[i].hi);
      reach(&r, c->marks[i].reference);
    }
  }
  for (size_t i = 0; i < c->n_line; i++)
    reach(&r, c->line[i].x);
  return axis_of(r, c->x_log, max);
}

struct diagram_axis
diagram_y_axis(const struct diagram *c, size_t max)
{
  struct reach r = {INFINITY, -INFINITY};

  for (size_t i = 0; i < c->n_marks; i++) {
    reach(&r, c->marks[i].y);
    reach(&r, c->marks[i].lo);
    reach(&r, c->marks[i].hi);
  }
  for (size_t i = 0; i < c->n_line; i++)
    reach(&r, c->line[i].y);
  return axis_of(r, false, max);
}

struct numeral
diagram_number(enum diagram_unit unit, double x, double step)
{
  struct numeral f;
  int decimals = step < 0.00995 ? 1 : 0;

  if (unit == UNIT_COUNT)
    return numeral_count(x);
  snprintf(f.s, sizeof f.s, "%s%.*f%s",
           100 * x < -1e-9 ? NUMERAL_MINUS : unit == UNIT_POINTS && 100 * x > 1e-9 ? "+" : "", decimals, fabs(100 * x),
           unit == UNIT_PERCENT ? NUMERAL_THIN "%" : "");
  return f;
}

struct numeral
diagram_value(enum diagram_unit unit, double x)
{
  return unit == UNIT_COUNT ? numeral_count(x) : unit == UNIT_POINTS ? numeral_points(x) : numeral_percent(x);
}
