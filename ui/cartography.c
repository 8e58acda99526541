#include "ui/cartography.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "command/columns.h"
#include "store/run_store.h"
#include "store/signal_store.h"
#include "ui/workbench.h"

struct map_reading {
  struct cartography *map;     /* NULL: it is gone */
  struct workbench *w;
  struct project *project;
  struct corpus *corpus;
  char *filter, *run;
  struct map_point *points;
  size_t n;
  uint64_t seen;
};

void
cartography_init(struct cartography *m, struct workbench *w, const char *filter)
{
  *m = (struct cartography){.w = w, .filter = xstrdup(filter), .run = xstrdup(""), .x_max = .5};
}

void
cartography_release(struct cartography *m)
{
  if (m->reading)
    m->reading->map = NULL;
  free(m->filter);
  free(m->run);
  free(m->points);
  *m = (struct cartography){0};
}

/* ---- reading ---- */

static float
value_of(const struct column *c, uint32_t id)
{
  return c->values && id <= c->n ? c->values[id - 1] : NAN;
}

static void
take_points(struct map_reading *r, const struct column *x, const struct column *y, const struct column *right)
{
  uint32_t count = corpus_count(r->corpus);
  struct sample s;

  count = y->n < count ? y->n : count;
  r->points = xmalloc((count + 1) * sizeof *r->points);
  for (uint32_t id = 1; id <= count; id++) {
    struct map_point p = {.x = value_of(x, id), .y = value_of(y, id), .correctness = value_of(right, id), .id = id};

    if (isfinite(p.x) && isfinite(p.y) && corpus_get(r->corpus, id, &s))
      r->points[r->n++] = p;
  }
}

static void
mark_inside(struct map_reading *r, const struct filter_provider *provider)
{
  uint32_t *ids = NULL;
  size_t n = 0, at = 0;

  if (filter_ids(r->corpus, r->filter, provider, &ids, &n, NULL) < 0)
    n = 0;
  for (size_t i = 0; i < r->n; i++) {
    while (at < n && ids[at] < r->points[i].id)
      at++;
    r->points[i].inside = at < n && ids[at] == r->points[i].id;
  }
  free(ids);
}

/* The newest run that has left its dynamics. */
static char *
name_of_run(struct project *p)
{
  struct signal_record *rows = NULL;
  struct run_row run = {0};
  size_t n = 0;
  uint32_t newest = 0;
  char *name = NULL;

  if (signal_store_list(p, &rows, &n, NULL) < 0)
    n = 0;
  for (size_t i = 0; i < n; i++)
    if (!strcmp(rows[i].name, "mean_confidence") && rows[i].run > newest)
      newest = rows[i].run;
  signal_records_free(rows, n);
  if (newest && run_store_by_id(p, newest, &run, NULL) == 0) {
    name = xstrdup(run.name);
    run_row_release(&run);
  }
  return name ? name : xstrdup("");
}

static void
read_work(void *arg)
{
  struct map_reading *r = arg;
  struct columns *columns = columns_new(r->project);
  const struct filter_provider *provider = columns_provider(columns);
  struct column x = {0}, y = {0}, right = {0};

  if (provider->get(provider->arg, "variability", &x) && provider->get(provider->arg, "mean_confidence", &y)) {
    provider->get(provider->arg, "correctness", &right);
    take_points(r, &x, &y, &right);
    mark_inside(r, provider);
  }
  r->run = name_of_run(r->project);
  columns_free(columns);
}

static void
take_over(struct cartography *m, struct map_reading *r)
{
  float most = 0, least = 1;

  free(m->points);
  free(m->run);
  m->points = r->points;
  m->run = r->run;
  m->n = r->n;
  m->n_inside = 0;
  m->seen = r->seen;
  m->complete = true;
  r->points = NULL;
  r->run = NULL;
  for (size_t i = 0; i < m->n; i++) {
    m->n_inside += m->points[i].inside;
    most = fmaxf(most, m->points[i].x);
    least = fminf(least, m->points[i].y);
  }
  m->x_max = fmin(fmax(ceil((double)most * 10) / 10, .1), .5);
  m->y_min = least < .5f ? 0 : fmin(floor((double)least * 10) / 10, .9);
  m->made++;
}

static void
read_done(void *arg)
{
  struct map_reading *r = arg;

  if (r->map) {
    r->map->reading = NULL;
    take_over(r->map, r);
    workbench_touch(r->w);
    cartography_read(r->map, false);
  }
  free(r->filter);
  free(r->run);
  free(r->points);
  free(r);
}

void
cartography_read(struct cartography *m, bool again)
{
  struct project *p = workbench_project(m->w);
  uint64_t seen = project_records_revision(p);
  struct map_reading *r;

  if (m->reading || (m->complete && m->seen == seen && !again))
    return;
  r = m->reading = xcalloc(1, sizeof *r);
  *r = (struct map_reading){.map = m, .w = m->w, .project = p, .corpus = workbench_corpus(m->w),
                            .filter = xstrdup(m->filter), .seen = seen};
  workbench_work(m->w, read_work, read_done, r);
}

/* ---- boxes ---- */

static bool
in_box(const struct cartography *m, const struct map_box *b, const struct map_point *p)
{
  double x = (double)p->x, y = (double)p->y;

  return x >= b->x_from && (x < b->x_to || b->x_to >= m->x_max) && y >= b->y_from && (y < b->y_to || b->y_to >= 1);
}

void
cartography_count(const struct cartography *m, const struct map_box *box, bool inside, struct map_count *out)
{
  double sum = 0;
  size_t n = 0;

  *out = (struct map_count){.of = inside ? m->n_inside : m->n};
  for (size_t i = 0; i < m->n; i++) {
    const struct map_point *p = &m->points[i];

    if ((inside && !p->inside) || !in_box(m, box, p))
      continue;
    if (out->n_first < MAP_FIRST)
      out->first[out->n_first++] = p->id;
    out->n++;
    if (isfinite(p->correctness)) {
      sum += (double)p->correctness;
      n++;
    }
  }
  out->correctness = n ? sum / (double)n : NAN;
}

/* "name>=.1 name<.25"; what has no value passes neither. */
static void
add_bounds(struct buf *out, const char *name, double from, double to, double edge)
{
  char number[16];
  const char *end = "";

  if (from > 0 || to >= edge) {
    snprintf(number, sizeof number, "%.4g", from);
    buf_addf(out, "%s>=%s", name, number[0] == '0' && number[1] ? number + 1 : number);
    end = " ";
  }
  if (to < edge) {
    snprintf(number, sizeof number, "%.4g", to);
    buf_addf(out, "%s%s<%s", end, name, number[0] == '0' && number[1] ? number + 1 : number);
  }
}

void
cartography_filter(const struct cartography *m, const struct map_box *box, bool inside, struct buf *out)
{
  if (inside && *m->filter)
    buf_addf(out, "(%s) ", m->filter);
  add_bounds(out, "mean_confidence", box->y_from, box->y_to, 1);
  buf_addc(out, ' ');
  add_bounds(out, "variability", box->x_from, box->x_to, m->x_max);
}

static int
place(double value, int n)
{
  int at = (int)(value * n + 1e-9);

  return at < 0 ? 0 : at >= n ? n - 1 : at;
}

void
cartography_grid(const struct cartography *m, bool inside, int rows, int cols, uint32_t *counts)
{
  memset(counts, 0, (size_t)rows * (size_t)cols * sizeof *counts);
  for (size_t i = 0; i < m->n; i++) {
    const struct map_point *p = &m->points[i];
    int row = rows - 1 - place(((double)p->y - m->y_min) / (1 - m->y_min), rows), col = place((double)p->x / m->x_max, cols);

    if (!inside || p->inside)
      counts[(size_t)row * (size_t)cols + (size_t)col]++;
  }
}
