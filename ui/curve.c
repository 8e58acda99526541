#include "ui/curve.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/run_store.h"
#include "ui/workbench.h"

struct load {
  struct curve *curve;
  struct project *project;
  uint32_t run;
  struct train_point *points;
  size_t n;
};

void
curve_init(struct curve *c, struct workbench *w)
{
  memset(c, 0, sizeof *c);
  c->w = w;
}

void
curve_release(struct curve *c)
{
  free(c->points);
}

void
curve_of(struct curve *c, uint32_t run)
{
  if (run == c->run)
    return;
  c->run = run;
  c->n = 0;
  c->live = c->loaded = false;
}

static void
load_work(void *arg)
{
  struct load *l = arg;

  if (run_store_points(l->project, l->run, &l->points, &l->n, NULL) < 0)
    l->n = 0;
}

static void
load_done(void *arg)
{
  struct load *l = arg;
  struct curve *c = l->curve;

  c->working = false;
  if (l->run == c->run && !c->live) {
    free(c->points);
    c->points = l->points;
    c->n = c->cap = l->n;
    c->loaded = true;
    l->points = NULL;
  }
  free(l->points);
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

void
curve_update(struct curve *c)
{
  struct board *b = workbench_board(c->w);
  size_t got;

  if (!c->run)
    return;
  if (board_find(b, ACTIVITY_RUN, c->run, &c->activity)) {
    if (!c->live)
      c->n = 0;
    c->live = true;
    do {
      GROW(c->points, c->cap, c->n + 256);
      got = board_points(b, c->activity.id, c->n, c->points + c->n, 256);
      c->n += got;
    } while (got == 256);
    return;
  }
  if (!c->loaded && !c->working)
    load(c);
}

const struct train_point *
curve_valid(const struct curve *c)
{
  for (size_t i = c->n; i-- > 0;)
    if (isfinite(c->points[i].valid_accuracy))
      return &c->points[i];
  return NULL;
}
