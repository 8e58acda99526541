#include "ui/curve.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/run_live_store.h"
#include "ui/workbench.h"

struct load {
  struct curve *curve;
  struct project *project;
  uint32_t run;
  struct train_point *points;
  size_t n;
  struct run_change *changes;
  size_t n_changes;
};

void
curve_init(struct curve *c, struct workbench *w)
{
  memset(c, 0, sizeof *c);
  c->w = w;
  c->last_valid = SIZE_MAX;
}

void
curve_release(struct curve *c)
{
  free(c->points);
  free(c->changes);
  free(c->ends);
  memset(c, 0, sizeof *c);
}

static void
empty(struct curve *c)
{
  c->n = c->n_changes = c->n_ends = c->seen = 0;
  c->last_valid = SIZE_MAX;
  c->epoch_steps = 0;
  c->made++;
}

void
curve_of(struct curve *c, uint32_t run)
{
  if (run == c->run)
    return;
  c->run = run;
  c->live = c->loaded = false;
  empty(c);
}

/* What is new. */
static void
look(struct curve *c)
{
  for (; c->seen < c->n; c->seen++) {
    const struct train_point *p = &c->points[c->seen];

    if (isfinite(p->valid_accuracy) || isfinite(p->valid_loss))
      c->last_valid = c->seen;
    if (!p->epoch_end)
      continue;
    if (!c->epoch_steps && p->epoch > 0)
      c->epoch_steps = p->step / p->epoch > 0 ? p->step / p->epoch : 1;
    GROW(c->ends, c->cap_ends, c->n_ends + 1);
    c->ends[c->n_ends++] = c->seen;
  }
}

/* ---- from the file ---- */

static void
load_work(void *arg)
{
  struct load *l = arg;

  if (run_store_points(l->project, l->run, &l->points, &l->n, NULL) < 0)
    l->n = 0;
  if (run_live_changes(l->project, l->run, &l->changes, &l->n_changes, NULL) < 0)
    l->n_changes = 0;
}

static void
take_changes(struct curve *c, const struct load *l)
{
  for (size_t i = 0; i < l->n_changes; i++) {
    const struct run_change *from = &l->changes[i];
    struct board_change to = {.step = from->step, .epoch = from->epoch, .from = from->from, .to = from->to};

    snprintf(to.param, sizeof to.param, "%s", from->param);
    GROW(c->changes, c->cap_changes, c->n_changes + 1);
    c->changes[c->n_changes++] = to;
  }
}

static void
load_done(void *arg)
{
  struct load *l = arg;
  struct curve *c = l->curve;

  c->working = false;
  if (l->run == c->run && !c->live) {
    empty(c);
    free(c->points);
    c->points = l->points;
    c->n = c->cap = l->n;
    c->loaded = true;
    l->points = NULL;
    take_changes(c, l);
    look(c);
  }
  free(l->points);
  run_changes_free(l->changes, l->n_changes);
  free(l);
}

static void
load(struct curve *c)
{
  struct load *l = xcalloc(1, sizeof *l);

  *l = (struct load){.curve = c, .project = workbench_project(c->w), .run = c->run};
  c->working = true;
  workbench_work(c->w, load_work, load_done, l);
}

/* ---- from the board ---- */

static void
take_live(struct curve *c)
{
  struct board *b = workbench_board(c->w);
  size_t got;

  do {
    GROW(c->points, c->cap, c->n + 4096);
    got = board_points(b, c->activity.id, c->n, c->points + c->n, 4096);
    c->n += got;
  } while (got == 4096);
  GROW(c->changes, c->cap_changes, c->activity.n_changes + 1);
  if (c->n_changes < c->activity.n_changes)
    c->n_changes += board_changes(b, c->activity.id, c->n_changes, c->changes + c->n_changes,
                                  c->activity.n_changes - c->n_changes);
}

void
curve_update(struct curve *c)
{
  uint32_t before = c->activity.id;

  if (!c->run)
    return;
  if (board_find(workbench_board(c->w), ACTIVITY_RUN, c->run, &c->activity)) {
    if (!c->live || c->activity.id != before)
      empty(c);
    c->live = true;
    take_live(c);
    look(c);
    return;
  }
  if (c->live)
    empty(c);
  c->live = false;
  if (!c->loaded && !c->working)
    load(c);
}

/* ---- reading it ---- */

static double
epoch_steps(const struct curve *c)
{
  const struct train_point *last = c->n ? &c->points[c->n - 1] : NULL;

  if (c->epoch_steps)
    return c->epoch_steps;
  return last && last->n_steps > 0 ? (double)last->n_steps / (c->n_epochs > 0 ? c->n_epochs : 1) : 1;
}

const struct train_point *
curve_valid(const struct curve *c)
{
  return c->last_valid < c->n ? &c->points[c->last_valid] : NULL;
}

bool
curve_runs(const struct curve *c)
{
  return c->live && !activity_ended(c->activity.state);
}

double
curve_at_step(const struct curve *c, int step, enum curve_axis axis)
{
  size_t low = 0, high = c->n;

  if (axis == CURVE_STEPS)
    return step;
  if (axis == CURVE_EPOCHS)
    return step / epoch_steps(c);
  while (low < high) {
    size_t middle = (low + high) / 2;

    if (c->points[middle].step < step)
      low = middle + 1;
    else
      high = middle;
  }
  return c->n ? curve_at(c, low < c->n ? low : c->n - 1, axis) : 0;
}

double
curve_at(const struct curve *c, size_t point, enum curve_axis axis)
{
  const struct train_point *p = &c->points[point];

  if (axis == CURVE_SECONDS)
    return p->seconds;
  return axis == CURVE_STEPS ? p->step : p->step / epoch_steps(c);
}

size_t
curve_find(const struct curve *c, double x, enum curve_axis axis)
{
  size_t low = 0, high = c->n;

  if (!c->n)
    return SIZE_MAX;
  while (low < high) {
    size_t middle = (low + high) / 2;

    if (curve_at(c, middle, axis) <= x)
      low = middle + 1;
    else
      high = middle;
  }
  return low ? low - 1 : 0;
}

/* 1, 2, 5, 10, 20, ...: an end that moves seldom. */
static double
round_up(double x)
{
  double power = x > 0 ? pow(10, floor(log10(x))) : 1;

  return x <= power ? power : x <= 2 * power ? 2 * power : x <= 5 * power ? 5 * power : 10 * power;
}

double
curve_end(const struct curve *c, enum curve_axis axis)
{
  const struct train_point *last = c->n ? &c->points[c->n - 1] : NULL;

  if (!last)
    return 0;
  if (!curve_runs(c) || last->n_steps <= last->step)
    return curve_at(c, c->n - 1, axis);
  if (axis == CURVE_STEPS)
    return last->n_steps;
  if (axis == CURVE_EPOCHS)
    return ceil(last->n_steps / epoch_steps(c) - 1e-6);
  return round_up(last->seconds);
}
