#include "ui/sweeps.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "ui/view-train.h"

static void
table_release(struct sweep_table *t)
{
  for (size_t i = 0; i < t->n; i++) {
    for (size_t k = 0; k < t->rows[i].n_runs; k++)
      free(t->rows[i].names[k]);
    free(t->rows[i].names);
    free(t->rows[i].runs);
    free(t->rows[i].params);
  }
  free(t->rows);
  free(t->message);
  memset(t, 0, sizeof *t);
}

struct sweeps *
sweeps_new(struct workbench *w)
{
  struct sweeps *s = xcalloc(1, sizeof *s);

  s->w = w;
  s->seen = UINT64_MAX;
  s->sort = SWEEP_BY_MEAN;
  s->best = SIZE_MAX;
  return s;
}

void
sweeps_free(struct sweeps *s)
{
  if (s)
    table_release(&s->table);
  free(s);
}

/* ---- reading, on a thread of its own ---- */

struct lookup {
  struct sweeps *s;
  struct project *project;
  uint32_t wanted;
  struct sweep_table table;
};

static void
read_plan(struct sweep_table *t, const char *plan)
{
  struct json *j = json_parse(plan, strlen(plan), NULL, NULL);
  const char *student = json_string(json_get(j, "student")), *method = json_string(json_get(j, "method"));

  snprintf(t->student, sizeof t->student, "%s", student ? student : "");
  snprintf(t->method, sizeof t->method, "%s", method ? method : "");
  t->n_planned = strcmp(t->method, "grid") == 0 ? 0 : (uint32_t)json_number(json_get(j, "trials"), 0);
  t->n_seeds = (uint32_t)json_number(json_get(j, "seeds"), 1);
  for (const struct json *r = json_first(json_get(j, "ranges")); r && t->n_names < SWEEP_COLUMNS_MAX; r = json_next(r)) {
    const char *text = json_string(r) ? json_string(r) : "";

    snprintf(t->names[t->n_names++], sizeof t->names[0], "%.*s", (int)strcspn(text, "="), text);
  }
  json_free(j);
}

static void
read_values(const struct sweep_table *t, struct sweep_trial_row *row)
{
  struct json *j = json_parse(row->params, strlen(row->params), NULL, NULL);

  for (size_t i = 0; i < t->n_names; i++) {
    const struct json *m = json_get(j, t->names[i]);
    char number[16];

    row->numbers[i] = json_type(m) == JSON_NUMBER ? json_number(m, NAN) : NAN;
    snprintf(row->values[i], sizeof row->values[i], "%s",
             json_string(m) ? json_string(m) : train_short(row->numbers[i], number));
  }
  json_free(j);
}

static struct sweep_trial_row *
row_of(struct sweep_table *t, size_t *cap, const struct run_row *run)
{
  struct sweep_trial_row *row = t->n ? &t->rows[t->n - 1] : NULL;  /* runs come by trial */

  if (row && row->trial == run->trial)
    return row;
  GROW(t->rows, *cap, t->n + 1);
  row = &t->rows[t->n++];
  *row = (struct sweep_trial_row){.trial = run->trial, .params = xstrdup(run->params)};
  read_values(t, row);
  return row;
}

/* mean and sd hold sums until all runs were counted. */
static void
count_run(struct sweep_trial_row *row, const struct run_row *run)
{
  struct json *j = json_parse(run->metrics, strlen(run->metrics), NULL, NULL);
  double accuracy = json_number(json_get(j, "valid_accuracy"), NAN), epochs = json_number(json_get(j, "epochs"), 0);

  row->runs = xrealloc(row->runs, (row->n_runs + 1) * sizeof *row->runs);
  row->names = xrealloc(row->names, (row->n_runs + 1) * sizeof *row->names);
  row->runs[row->n_runs] = run->id;
  row->names[row->n_runs++] = xstrdup(run->name);
  row->running |= run->state == RUN_RUNNING || run->state == RUN_QUEUED;
  row->failed |= run->state == RUN_FAILED;
  row->seconds += run->seconds;
  if (run->state == RUN_STOPPED)
    row->stopped_at = (int)epochs;
  if (isfinite(accuracy) && (run->state == RUN_DONE || run->state == RUN_STOPPED)) {
    row->n_ended++;
    row->mean += accuracy;
    row->sd += accuracy * accuracy;
    row->epochs += epochs;
  }
  json_free(j);
}

static void
finish_row(struct sweep_trial_row *row)
{
  double n = row->n_ended, sum = row->mean, squares = row->sd;

  row->mean = n > 0 ? sum / n : NAN;
  row->sd = n > 1 ? sqrt(fmax(0, (squares - sum * sum / n) / (n - 1))) : NAN;
  row->epochs = n > 0 ? row->epochs / n : NAN;
}

static void
read_sweep(struct lookup *l, const struct sweep_row *sweep)
{
  struct sweep_table *t = &l->table;
  struct run_row *runs;
  size_t n, cap = 0;

  t->id = sweep->id;
  t->state = sweep->state;
  t->message = xstrdup(sweep->message);
  read_plan(t, sweep->plan);
  if (sweep_store_runs(l->project, sweep->id, &runs, &n, NULL) < 0)
    return;
  for (size_t i = 0; i < n; i++)
    count_run(row_of(t, &cap, &runs[i]), &runs[i]);
  for (size_t i = 0; i < t->n; i++)
    finish_row(&t->rows[i]);
  run_rows_free(runs, n);
}

static void
lookup_work(void *arg)
{
  struct lookup *l = arg;
  struct sweep_row *rows;
  size_t n;

  if (sweep_store_list(l->project, &rows, &n, NULL) < 0)
    return;
  l->table.n_sweeps = (uint32_t)n;
  if (n) {
    l->table.nth = l->wanted && l->wanted <= n ? l->wanted : (uint32_t)n;
    read_sweep(l, &rows[l->table.nth - 1]);
  }
  sweep_rows_free(rows, n);
}

static void
lookup_done(void *arg)
{
  struct lookup *l = arg;
  struct sweeps *s = l->s;

  s->working = false;
  s->read = true;
  table_release(&s->table);
  s->table = l->table;
  sweeps_sort(s);
  free(l);
}

void
sweeps_update(struct sweeps *s)
{
  uint64_t now = project_records_revision(workbench_project(s->w));
  struct lookup *l;

  if (s->working || (s->seen == now && s->seen_wanted == s->wanted))
    return;
  s->seen = now;
  s->seen_wanted = s->wanted;
  s->working = true;
  l = xcalloc(1, sizeof *l);
  *l = (struct lookup){.s = s, .project = workbench_project(s->w), .wanted = s->wanted};
  workbench_work(s->w, lookup_work, lookup_done, l);
}

/* ---- order ---- */

static double
sort_value(const struct sweep_trial_row *row, int sort)
{
  return sort == SWEEP_BY_TRIAL ? row->trial : sort == SWEEP_BY_EPOCHS ? row->epochs
       : sort == SWEEP_BY_SECONDS ? row->seconds : sort == SWEEP_BY_MEAN ? -row->mean : row->numbers[sort];
}

static int
compare(const void *a, const void *b, void *arg)
{
  const struct sweeps *s = arg;
  const struct sweep_trial_row *x = a, *y = b;
  double p = sort_value(x, s->sort), q = sort_value(y, s->sort);
  int r;

  if (isnan(p) != isnan(q))
    return isnan(p) ? 1 : -1;  /* what is not known yet stands last, either way */
  r = p < q ? -1 : p > q ? 1 : 0;
  if (!r && s->sort < SWEEP_COLUMNS_MAX)
    r = strcmp(x->values[s->sort], y->values[s->sort]);
  if (s->reverse)
    r = -r;
  return r ? r : x->trial < y->trial ? -1 : x->trial > y->trial;
}

static void
find_best(struct sweeps *s)
{
  const struct sweep_trial_row *rows = s->table.rows;

  s->best = SIZE_MAX;
  for (size_t i = 0; i < s->table.n; i++)
    if (isfinite(rows[i].mean) && (s->best == SIZE_MAX || rows[i].mean > rows[s->best].mean))
      s->best = i;
}

void
sweeps_sort(struct sweeps *s)
{
  if (s->table.n)
    qsort_r(s->table.rows, s->table.n, sizeof *s->table.rows, compare, s);
  find_best(s);
}
