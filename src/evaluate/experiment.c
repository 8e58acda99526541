#include "evaluate/experiment.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/cells.h"
#include "evaluate/metric.h"

#define RUN_UNITS 100        /* of progress */

/* ---- life ---- */

static void
take_truth(struct experiment *x)
{
  x->truth = xcalloc(x->R, sizeof *x->truth);
  x->truth_sets = x->arms.task.multilabel ? xcalloc(x->R, x->C) : NULL;
  for (size_t r = 0; r < x->R; r++) {
    const struct example *t = &x->arms.test[r];

    x->truth[r] = t->labels[0];
    for (size_t i = 0; x->truth_sets && i < t->n_labels; i++)
      x->truth_sets[r * x->C + t->labels[i]] = 1;
  }
  x->test_hash = fit_hash_of_test(x->arms.test, x->R);
}

static int
set_up(struct experiment *x, const struct corpus *corpus, const struct experiment_plan *plan, struct err *e)
{
  x->S = plan->n_seeds;
  x->seed = (uint64_t)plan->seed;
  strmap_init(&x->known);
  if (arms_open(&x->arms, corpus, x->project, plan->test, x->setting.provider, e) < 0)
    return -1;
  x->R = x->arms.n_test;
  x->C = x->arms.task.n_classes;
  take_truth(x);
  if (cells_make(x, plan, e) < 0)
    return -1;
  x->n_runs = x->n_cells * x->S;
  conclude_plan(x, plan);
  return 0;
}

struct experiment *
experiment_new(const struct corpus *corpus, struct project *project, const struct experiment_plan *plan,
               const struct experiment_setting *setting, struct err *e)
{
  struct experiment *x = xcalloc(1, sizeof *x);

  x->project = project;
  x->setting = *setting;
  if (set_up(x, corpus, plan, e) == 0)
    return x;
  experiment_free(x);
  return NULL;
}

void
experiment_free(struct experiment *x)
{
  if (!x)
    return;
  fitting_free(x->fitting);
  draw_release(&x->draw);
  cells_release(x);
  strmap_release(&x->known);
  free(x->truth);
  free(x->truth_sets);
  findings_release(&x->findings);
  arms_release(&x->arms);
  free(x);
}

void
experiment_keep(struct experiment *x, uint32_t record, const char *name)
{
  ensure(x->project && x->run == 0);
  x->record = record;
  free(x->findings.name);
  x->findings.name = xstrdup(name);
}

/* ---- one run ---- */

static struct cell *
cell_of_run(const struct experiment *x, size_t *s)
{
  *s = x->run / x->n_cells;
  return &x->cells[x->run % x->n_cells];
}

static void
say_run(struct experiment *x, const char *end)
{
  size_t s;
  const struct cell *cell = cell_of_run(x, &s);
  char *line = xasprintf("%s, %s, seed %zu of %zu%s", cell->name, x->students[cell->student].name, s + 1, x->S, end);

  snprintf(x->line, sizeof x->line, "%s", line);
  free(line);
}

static void
prepare(struct experiment *x, char key[FIT_KEY_MAX])
{
  size_t s;
  const struct cell *cell = cell_of_run(x, &s);
  const struct experiment_student *student = &x->students[cell->student];

  draw_release(&x->draw);
  x->draw = draw_make(&x->arms, &x->arms.arms[cell->arm], &cell->limits, x->seed + s);
  x->job = (struct fit_job){
    .kind = student->kind, .values = cell->values ? cell->values : student->values, .task = x->arms.task,
    .train = x->draw.examples, .n_train = x->draw.n, .test = x->arms.test, .n_test = x->R, .test_hash = x->test_hash,
    .seed = x->seed + s, .n_threads = x->setting.n_threads, .timed = s == 0 && cell->role == CELL_ROW,
  };
  fit_key(&x->job, key);
}

static void
copy_fit(const struct experiment *x, const struct fit *from, struct fit *to)
{
  *to = (struct fit){.figures = from->figures};
  to->right = xcalloc(x->R + 1, 1);
  memcpy(to->right, from->right, x->R);
  if (from->said) {
    to->said = xcalloc(x->R + 1, sizeof *to->said);
    memcpy(to->said, from->said, x->R * sizeof *to->said);
  } else {
    to->sets = xcalloc(x->R + 1, x->C);
    memcpy(to->sets, from->sets, x->R * x->C);
  }
}

/* A fit with this key that was made before, here or in the file: 1, 0, -1. One that was not timed is none where it is to
 * be: then it is made once more. */
static int
find_fit(struct experiment *x, const char *key, struct fit *out, struct err *e)
{
  int64_t at = strmap_get(&x->known, key, strlen(key), -1);
  struct fit_row row;
  int found;

  if (at >= 0) {
    copy_fit(x, &x->cells[(size_t)at / x->S].fits[(size_t)at % x->S], out);
    return 1;
  }
  if (!x->project || x->setting.anew)
    return 0;
  found = experiment_store_fit(x->project, key, &row, e);
  if (found == 1 && fit_of_row(&row, x->R, x->C, x->arms.task.multilabel, out) < 0)
    found = 0;
  fit_row_release(&row);
  if (found == 1 && x->job.timed && isnan(out->figures.measured.us_one)) {
    fit_release(out);
    found = 0;
  }
  return found;
}

static void
score(struct experiment *x, struct cell *cell, size_t s)
{
  const struct fit *fit = &cell->fits[s];
  size_t *tally = xcalloc(3 * x->C, sizeof *tally), n_right = 0;
  int32_t *predicted = xcalloc(x->R, sizeof *predicted);

  for (size_t r = 0; r < x->R; r++) {
    n_right += fit->right[r];
    predicted[r] = fit->said ? fit->said[r] : 0;
  }
  cell->accuracy[s] = (double)n_right / (double)x->R;
  cell->macro_f1[s] = fit->sets ? metric_multi_macro_f1(x->C, x->truth_sets, fit->sets, NULL, x->R, tally)
                      : metric_macro_f1(x->C, x->truth, predicted, NULL, x->R, tally);
  free(predicted);
  free(tally);
}

static void
end_run(struct experiment *x)
{
  size_t s;
  struct cell *cell = cell_of_run(x, &s);
  char end[16];

  score(x, cell, s);
  strmap_put(&x->known, cell->keys[s], strlen(cell->keys[s]), (int64_t)((size_t)(cell - x->cells) * x->S + s));
  snprintf(end, sizeof end, ": %.3f", cell->accuracy[s]);
  say_run(x, end);
  x->run++;
  x->run_share = 0;
}

static int
keep_fit(struct experiment *x, const struct fit *fit, const char *key, struct err *e)
{
  struct fit_row row;
  int r;

  if (!x->record)
    return 0;
  fit_to_row(fit, key, x->record, x->R, x->C, &row);
  r = experiment_store_put_fit(x->project, &row, e);
  fit_row_release(&row);
  return r;
}

static int
start_run(struct experiment *x, struct err *e)
{
  size_t s;
  struct cell *cell = cell_of_run(x, &s);
  int found;

  say_run(x, "");
  prepare(x, cell->keys[s]);
  found = find_fit(x, cell->keys[s], &cell->fits[s], e);
  if (found == 1) {
    x->n_known++;
    end_run(x);
    return 0;
  }
  x->fitting = found < 0 ? NULL : fitting_new(&x->job, e);
  return x->fitting ? 0 : err_prefix(e, "arm '%s', student '%s': ", cell->name, x->students[cell->student].name);
}

static int
step_run(struct experiment *x, struct err *e)
{
  size_t s;
  struct cell *cell = cell_of_run(x, &s);
  int more;

  if (!x->fitting)
    return start_run(x, e);
  more = fitting_step(x->fitting, &x->run_share, e);
  if (more < 0)
    return err_prefix(e, "arm '%s', student '%s': ", cell->name, x->students[cell->student].name);
  if (more == 1)
    return 0;
  fitting_take(x->fitting, &cell->fits[s]);
  fitting_free(x->fitting);
  x->fitting = NULL;
  if (keep_fit(x, &cell->fits[s], cell->keys[s], e) < 0)
    return -1;
  end_run(x);
  return 0;
}

int
experiment_survey(struct experiment *x, size_t *n_runs, size_t *n_known, struct err *e)
{
  size_t s;

  *n_runs = x->n_runs;
  *n_known = 0;
  for (x->run = 0; x->run < x->n_runs; x->run++) {
    struct cell *cell = cell_of_run(x, &s);
    struct fit fit = {0};
    int found;

    prepare(x, cell->keys[s]);
    found = strmap_get(&x->known, cell->keys[s], strlen(cell->keys[s]), -1) >= 0 ? 1 : find_fit(x, cell->keys[s], &fit, e);
    fit_release(&fit);
    if (found < 0)
      return -1;
    *n_known += (size_t)found;
    strmap_put(&x->known, cell->keys[s], strlen(cell->keys[s]), 0);
  }
  strmap_release(&x->known);
  strmap_init(&x->known);
  x->run = 0;
  return 0;
}

/* ---- together ---- */

int
experiment_step(struct experiment *x, struct stop *stop, struct err *e)
{
  int more;

  if (x->done)
    return 0;
  if (stop_wanted(stop))
    return err_set(e, ERR_INTERRUPTED, "stopped after %zu of %zu runs", x->run, x->n_runs);
  if (x->run < x->n_runs)
    return step_run(x, e) < 0 ? -1 : 1;
  more = conclude_step(x, e);
  x->done = more == 0;
  return more;
}

void
experiment_progress(const struct experiment *x, struct experiment_progress *p)
{
  *p = (struct experiment_progress){
    .done = x->run * RUN_UNITS + (size_t)(x->run_share * RUN_UNITS) + x->n_concluded,
    .total = x->n_runs * RUN_UNITS + conclude_steps(x), .runs_done = x->run, .n_runs = x->n_runs, .n_known = x->n_known,
  };
  memcpy(p->line, x->line, sizeof p->line);
}

const struct findings *
experiment_findings(const struct experiment *x)
{
  return &x->findings;
}
