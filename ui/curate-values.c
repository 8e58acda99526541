#include "ui/curate-values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "command/columns.h"
#include "store/project.h"
#include "ui/workbench.h"

/* One reading. */
struct reading {
  struct values *values;
  struct project *project;
  struct columns *old, *shared;   /* each with a share of its own */
  char *wanted;
  uint64_t records_seen;
  int64_t took_ms;
  struct value_column *columns;
  size_t n;
  char **names;
  size_t n_names;
};

void
values_init(struct values *v, struct workbench *w)
{
  *v = (struct values){.w = w, .wanted = xstrdup(""), .records_seen = UINT64_MAX};
}

static void
forget(struct values *v)
{
  for (size_t i = 0; i < v->n; i++)
    free(v->columns[i].name);
  for (size_t i = 0; i < v->n_names; i++)
    free(v->names[i]);
  free(v->columns);
  free(v->names);
  free(v->held);
  columns_free(v->shared);
}

void
values_release(struct values *v)
{
  forget(v);
  free(v->wanted);
}

void
values_want(struct values *v, const char *names)
{
  if (!strcmp(v->wanted, names))
    return;
  free(v->wanted);
  v->wanted = xstrdup(names);
}

/* ---- reading ---- */

static bool
any_value(const struct column *k)
{
  for (uint32_t i = 0; i < k->n; i++)
    if (!isnan(k->values[i]))
      return true;
  return false;
}

static void
read_names(struct reading *r, const struct filter_provider *provider)
{
  const char *name;
  size_t cap = 0;

  for (size_t i = 0; provider->name && (name = provider->name(provider->arg, i)); i++) {
    GROW(r->names, cap, r->n_names + 1);
    r->names[r->n_names++] = xstrdup(name);
  }
}

static void
read_work(void *arg)
{
  struct reading *r = arg;
  int64_t from = clock_ms();
  const struct filter_provider *provider;
  size_t cap = 0;
  char *at = NULL, *names = xstrdup(r->wanted);

  r->shared = columns_renew(r->old);
  provider = columns_provider(r->shared);
  read_names(r, provider);
  for (char *name = strtok_r(names, " ", &at); name; name = strtok_r(NULL, " ", &at)) {
    struct column column = {0};

    if (!provider->get(provider->arg, name, &column))
      continue;
    if (!any_value(&column))
      column.n = 0;
    GROW(r->columns, cap, r->n + 1);
    r->columns[r->n++] = (struct value_column){xstrdup(name), column};
  }
  free(names);
  columns_free(r->old);
  r->took_ms = clock_ms() - from;
}

static void
read_done(void *arg)
{
  struct reading *r = arg;
  struct values *v = r->values;

  forget(v);
  workbench_give_columns(v->w, r->shared, r->took_ms);
  v->shared = r->shared;
  v->columns = r->columns;
  v->n = r->n;
  v->names = r->names;
  v->n_names = r->n_names;
  v->held = r->wanted;
  v->records_seen = r->records_seen;
  v->due_ms = clock_ms() + 20 * r->took_ms;  /* a twentieth of a processor at most */
  v->made++;
  v->working = false;
  workbench_touch(v->w);
  free(r);
}

/* Changed labels make other values (which run is wrong where): that may wait, other wishes and records may not. */
static bool
is_stale(const struct values *v, uint64_t records)
{
  if (!v->shared || strcmp(v->held, v->wanted) || v->records_seen != records)
    return true;
  return *v->wanted && clock_ms() >= v->due_ms && !columns_current(v->shared);
}

void
values_update(struct values *v)
{
  struct project *p = workbench_project(v->w);
  uint64_t records = project_records_revision(p);
  struct reading *r;
  bool ignored;

  if (v->working || !is_stale(v, records))
    return;
  r = xcalloc(1, sizeof *r);
  *r = (struct reading){.values = v, .project = p, .wanted = xstrdup(v->wanted), .records_seen = records,
                        .old = workbench_columns(v->w, &ignored)};
  v->working = true;
  workbench_work(v->w, read_work, read_done, r);
}

/* ---- asking ---- */

const struct value_column *
values_column(const struct values *v, const char *name)
{
  for (size_t i = 0; i < v->n; i++)
    if (!strcmp(v->columns[i].name, name))
      return &v->columns[i];
  return NULL;
}

bool
values_at(const struct value_column *k, uint32_t id, double *x)
{
  if (!k || id == 0 || id > k->column.n || isnan(k->column.values[id - 1]))
    return false;
  *x = (double)k->column.values[id - 1];
  return true;
}

bool
values_have(const struct values *v, const char *name)
{
  const struct value_column *k = values_column(v, name);

  return k && k->column.n;
}
