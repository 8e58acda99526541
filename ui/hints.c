#include "ui/hints.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/corpus.h"
#include "curate/signal.h"
#include "store/run_store.h"
#include "ui/workbench.h"

struct lookup {
  struct hints *hints;
  struct project *project;
  struct columns *columns;
  struct column label, probability;
  bool runs;               /* records changed: what runs said is looked up, too */
  int64_t evaluated_ms;
  struct hints found;      /* of them: of, n, run */
};

void
hints_init(struct hints *h, struct workbench *w)
{
  memset(h, 0, sizeof *h);
  h->w = w;
  h->seen = UINT64_MAX;
}

void
hints_release(struct hints *h)
{
  free(h->of);
  columns_free(h->columns);
}

static void
take(struct hints *h, const struct prediction *predictions, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (predictions[i].sample_id >= h->n)
      h->n = predictions[i].sample_id + 1;
  h->of = xcalloc(h->n ? h->n : 1, sizeof *h->of);
  for (size_t i = 0; i < n; i++)
    h->of[predictions[i].sample_id] = (struct said_by_run){predictions[i].label, predictions[i].probability};
}

/* When something was evaluated last: predictions come with that. */
static int64_t
newest_evaluation(struct project *p)
{
  struct evaluation_row *rows = NULL;
  size_t n = 0;
  int64_t newest = 0;

  if (run_store_evaluations(p, &rows, &n, NULL) < 0)
    return 0;
  for (size_t i = 0; i < n; i++)
    newest = rows[i].kind == PREDICTOR_RUN && rows[i].at_ms > newest ? rows[i].at_ms : newest;
  evaluation_rows_free(rows, n);
  return newest;
}

/* The newest run that predicted something. */
static void
look_at_runs(struct lookup *l)
{
  struct run_row *runs = NULL;
  size_t n = 0;

  l->evaluated_ms = newest_evaluation(l->project);
  if (l->evaluated_ms == l->hints->evaluated_ms || run_store_list(l->project, &runs, &n, NULL) < 0)
    return;
  for (size_t i = n; i-- > 0 && !l->found.run[0];) {
    struct prediction *predictions = NULL;
    size_t n_predictions = 0, n_labels = 0;

    if (run_store_predictions(l->project, PREDICTOR_RUN, runs[i].id, &predictions, &n_predictions, NULL, &n_labels,
                              NULL) == 0 &&
        n_predictions > 0) {
      take(&l->found, predictions, n_predictions);
      snprintf(l->found.run, sizeof l->found.run, "%s", runs[i].name);
    }
    free(predictions);
  }
  run_rows_free(runs, n);
}

static void
lookup_work(void *arg)
{
  struct lookup *l = arg;
  const struct filter_provider *provider = columns_provider(l->columns);

  if (columns_peek(l->columns, "suggested", &l->label) == 0)
    provider->get(provider->arg, "suggested", &l->label);
  if (columns_peek(l->columns, "suggested_p", &l->probability) == 0)
    provider->get(provider->arg, "suggested_p", &l->probability);
  if (l->runs)
    look_at_runs(l);
}

static void
lookup_done(void *arg)
{
  struct lookup *l = arg;
  struct hints *h = l->hints;

  h->working = false;
  columns_free(h->columns);
  h->columns = l->columns;
  h->label = l->label;
  h->probability = l->probability;
  if (l->runs && l->evaluated_ms != h->evaluated_ms) {
    free(h->of);
    h->of = l->found.of;
    h->n = l->found.n;
    memcpy(h->run, l->found.run, sizeof h->run);
    h->evaluated_ms = l->evaluated_ms;
  }
  free(l);
}

void
hints_update(struct hints *h)
{
  struct project *p = workbench_project(h->w);
  uint64_t records = project_records_revision(p);
  bool ignored;
  struct columns *columns = workbench_columns(h->w, &ignored);
  struct lookup *l;

  if (h->working || (columns == h->columns && h->seen == records)) {
    columns_free(columns);
    return;
  }
  l = xcalloc(1, sizeof *l);
  *l = (struct lookup){.hints = h, .project = p, .columns = columns, .runs = h->seen != records};
  h->working = true;
  h->seen = records;
  workbench_work(h->w, lookup_work, lookup_done, l);
}

static double
value(const struct column *k, uint32_t id)
{
  return id - 1 < k->n ? (double)k->values[id - 1] : (double)NAN;
}

bool
hints_get(const struct hints *h, uint32_t id, struct hint *hint)
{
  double label = value(&h->label, id), p = value(&h->probability, id);

  if (label >= 0 && label < LABEL_NONE) {
    *hint = (struct hint){(uint16_t)label, isnan(p) ? 0 : (float)p, signal_source_names[SIGNAL_STUDENT]};
    return true;
  }
  if (id >= h->n || !h->of || h->of[id].probability <= 0)
    return false;
  *hint = (struct hint){h->of[id].label, h->of[id].probability, h->run};
  return true;
}

bool
hints_any(const struct hints *h)
{
  return h->n > 0 || h->label.n > 0;
}
