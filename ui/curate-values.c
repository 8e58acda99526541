#include "ui/curate-values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "command/columns.h"
#include "corpus/corpus.h"
#include "store/project.h"
#include "ui/workbench.h"

/* One reading. */
struct reading {
  struct values *values;
  struct project *project;
  char *wanted;
  uint64_t records_seen, corpus_seen;
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
free_names(char **names, size_t n)
{
  for (size_t i = 0; names && i < n; i++)
    free(names[i]);
  free(names);
}

static void
free_columns(struct value_column *columns, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    free(columns[i].name);
    free(columns[i].values);
    free_names(columns[i].names, columns[i].n_names);
  }
  free(columns);
}

void
values_release(struct values *v)
{
  free_columns(v->columns, v->n);
  free_names(v->names, v->n_names);
  free(v->wanted);
  free(v->held);
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

static void
copy_column(struct value_column *k, const char *name, const struct column *from)
{
  bool any = false;

  *k = (struct value_column){.name = xstrdup(name), .flag = from->flag};
  for (uint32_t i = 0; i < from->n && !any; i++)
    any = !isnan(from->values[i]);
  if (!any)
    return;
  k->n = from->n;
  k->values = xmalloc(k->n * sizeof *k->values);
  memcpy(k->values, from->values, k->n * sizeof *k->values);
  if (!from->names)
    return;
  k->n_names = from->n_names;
  k->names = xcalloc(k->n_names + 1, sizeof *k->names);
  for (size_t i = 0; i < k->n_names; i++)
    k->names[i] = xstrdup(from->names[i] ? from->names[i] : "");
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
  struct columns *columns = columns_new(r->project);
  const struct filter_provider *provider = columns_provider(columns);
  size_t cap = 0;
  char *at = NULL, *names = xstrdup(r->wanted);

  read_names(r, provider);
  for (char *name = strtok_r(names, " ", &at); name; name = strtok_r(NULL, " ", &at)) {
    struct column column = {0};

    if (!provider->get(provider->arg, name, &column))
      continue;
    GROW(r->columns, cap, r->n + 1);
    copy_column(&r->columns[r->n++], name, &column);
  }
  free(names);
  columns_free(columns);
  r->took_ms = clock_ms() - from;
}

static void
read_done(void *arg)
{
  struct reading *r = arg;
  struct values *v = r->values;

  free_columns(v->columns, v->n);
  free_names(v->names, v->n_names);
  free(v->held);
  v->columns = r->columns;
  v->n = r->n;
  v->names = r->names;
  v->n_names = r->n_names;
  v->held = r->wanted;
  v->records_seen = r->records_seen;
  v->corpus_seen = r->corpus_seen;
  v->due_ms = clock_ms() + 20 * r->took_ms;  /* a twentieth of a processor at most */
  v->made++;
  v->working = false;
  workbench_touch(v->w);
  free(r);
}

/* Changed labels make other values (which run is wrong where): that may wait, other wishes and records may not. */
static bool
is_stale(const struct values *v, uint64_t records, uint64_t corpus)
{
  if (!v->held || strcmp(v->held, v->wanted) || v->records_seen != records)
    return true;
  return *v->wanted && v->corpus_seen != corpus && clock_ms() >= v->due_ms;
}

void
values_update(struct values *v)
{
  struct project *p = workbench_project(v->w);
  uint64_t records = project_records_revision(p), corpus = corpus_revision(workbench_corpus(v->w));
  struct reading *r;

  if (v->working || !is_stale(v, records, corpus))
    return;
  r = xcalloc(1, sizeof *r);
  *r = (struct reading){.values = v, .project = p, .wanted = xstrdup(v->wanted), .records_seen = records,
                        .corpus_seen = corpus};
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
  if (!k || !k->values || id == 0 || id > k->n || isnan(k->values[id - 1]))
    return false;
  *x = (double)k->values[id - 1];
  return true;
}

bool
values_have(const struct values *v, const char *name)
{
  const struct value_column *k = values_column(v, name);

  return k && k->values;
}
