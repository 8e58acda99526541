/* Reads what Compare shows: experiments, runs, teachers, and how far they are from the baseline. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/experiment_plan.h"
#include "store/experiment_store.h"
#include "student/student.h"
#include "ui/compare-lookup.h"

static void
read_findings(struct compare_lookup *l, const struct experiment_record *record)
{
  if (!record->result || !*record->result)
    return;
  l->findings = xcalloc(1, sizeof *l->findings);
  if (findings_read(record->result, strlen(record->result), l->findings, &l->e)) {
    free(l->findings);
    l->findings = NULL;
    return;
  }
  l->findings->at_ms = record->at_ms;
}

static void
count_planned(struct compare_experiment *x, const char *json)
{
  struct experiment_plan plan = {0};

  if (experiment_plan_read(json, &plan, NULL) || experiment_plan_settle(&plan, NULL))
    return;
  x->n_planned = plan.n_arms * plan.n_students * (plan.n_per_label ? plan.n_per_label : 1)
                 * (plan.n_sizes ? plan.n_sizes : 1) * plan.n_seeds;
  x->plans_more = plan.n_curves || plan.n_sources;
  experiment_plan_release(&plan);
}

/* By when they were declared or ended: one that was gone on with is newer than others. */
static int
by_time(const void *x, const void *y)
{
  const struct experiment_record *a = x, *b = y;

  return a->at_ms != b->at_ms ? (a->at_ms < b->at_ms ? -1 : 1) : a->id < b->id ? -1 : a->id > b->id;
}

static void
read_experiments(struct compare_lookup *l)
{
  struct experiment_record *records = NULL;
  size_t n = 0;

  if (experiment_store_list(l->p, &records, &n, &l->e))
    return;
  if (n)
    qsort(records, n, sizeof *records, by_time);
  l->experiments = xcalloc(n + 1, sizeof *l->experiments);
  l->experiment = n ? n - 1 : SIZE_MAX;
  for (size_t i = 0; i < n; i++) {
    struct compare_experiment *x = &l->experiments[l->n_experiments++];

    *x = (struct compare_experiment){.name = records[i].name, .at_ms = records[i].at_ms, .ended = records[i].result
                                     && *records[i].result};
    records[i].name = NULL;
    if (!x->ended) {
      experiment_store_count_fits(l->p, records[i].id, &x->n_fits, &l->e);
      count_planned(x, records[i].plan);
    }
    if (l->wanted && strcmp(x->name, l->wanted) == 0)
      l->experiment = i;
  }
  if (n)
    read_findings(l, &records[l->experiment]);
  experiment_records_free(records, n);
}

static struct compare_row *
run_of(struct compare_row *rows, size_t n, uint32_t id)
{
  for (size_t i = 0; i < n; i++)
    if (rows[i].kind == COMPARE_RUN && rows[i].id == id)
      return &rows[i];
  return NULL;
}

static struct compare_row *
baseline_of(struct compare_row *rows, size_t n, uint32_t chosen)
{
  struct compare_row *row = chosen ? run_of(rows, n, chosen) : NULL;

  if (row && row->evaluated_ms)
    return row;
  row = NULL;
  for (size_t i = 0; i < n; i++)
    if (rows[i].kind == COMPARE_RUN && rows[i].evaluated_ms && (!row || rows[i].id < row->id))
      row = &rows[i];
  return row;
}

static int
read_testimony(struct compare_lookup *l, const struct compare_row *row, struct testimony *out)
{
  return testimony_of_predictor(l->p, row->kind == COMPARE_RUN ? PREDICTOR_RUN : PREDICTOR_TEACHER, row->id,
                                row->threshold,
                              out, &l->e);
}

static void
set_against(struct compare_lookup *l, struct compare_row *row, const struct compare_row *base,
            struct testimony *of_base)
{
  struct testimony said;
  size_t n = 0, b = 0, c = 0;

  if (!of_base->rows && read_testimony(l, base, of_base))
    return;
  if (read_testimony(l, row, &said))
    return;
  for (size_t i = 0, k = 0; i < of_base->n && k < said.n;) {
    const struct statement *x = &of_base->rows[i], *y = &said.rows[k];

    n += x->id == y->id;
    b += x->id == y->id && x->n_right && !y->n_right;
    c += x->id == y->id && y->n_right && !x->n_right;
    i += x->id <= y->id;
    k += y->id <= x->id;
  }
  if (n) {
    row->difference = ((double)c - (double)b) / (double)n;
    row->p = mcnemar_test(b, c).p_mid;
  }
  testimony_release(&said);
}

/* Of runs and teachers, to the baseline, on the test texts that both were asked about. */
static void
find_differences(struct compare_lookup *l)
{
  struct compare_row *base = baseline_of(l->rows.rows, l->rows.n, l->baseline);
  struct testimony of_base = {0};

  for (size_t i = 0; i < l->rows.n && base; i++) {
    struct compare_row *row = &l->rows.rows[i], *known = NULL;

    if (row->kind == COMPARE_ARM || !row->evaluated_ms || !row->id)
      continue;
    row->is_first = row == base;
    row->against = base->id;
    row->against_ms = base->evaluated_ms;
    for (size_t k = 0; k < l->n_known && !known; k++)
      if (compare_row_same(&l->known[k], row))
        known = &l->known[k];
    if (known && known->evaluated_ms == row->evaluated_ms && known->against == row->against
        && known->against_ms == row->against_ms) {
      row->difference = known->difference;
      row->p = known->p;
    } else if (row != base) {
      set_against(l, row, base, &of_base);
    }
  }
  testimony_release(&of_base);
}

static double
threshold_of(struct compare_lookup *l, uint32_t run)
{
  struct student_info info = {.threshold = .5f};
  struct student *student;
  void *model = NULL;
  size_t n;

  if (run_store_model(l->p, run, &model, &n, NULL))
    return .5;
  student = student_load(model, n, NULL);
  if (student)
    student_info(student, &info);
  student_free(student);
  free(model);
  return (double)info.threshold;
}

/* From which probability one of several labels holds: the model says it. */
static void
read_thresholds(struct compare_lookup *l)
{
  for (size_t i = 0; i < l->rows.n; i++) {
    struct compare_row *row = &l->rows.rows[i], *known;

    if (row->kind != COMPARE_RUN || !row->evaluated_ms)
      continue;
    known = run_of(l->known, l->n_known, row->id);
    row->threshold = known && known->evaluated_ms == row->evaluated_ms ? known->threshold : threshold_of(l, row->id);
  }
}

void
compare_read(void *arg)
{
  struct compare_lookup *l = arg;

  read_experiments(l);
  if (l->findings)
    compare_add_arms(&l->rows, l->findings);
  compare_add_tested(&l->rows, l->p, &l->e);
  compare_add_costs(&l->rows, l->p, &l->e);
  if (l->findings)
    compare_add_teachers(&l->rows, l->findings);
  if (corpus_task(project_corpus(l->p)) == TASK_MULTILABEL)
    read_thresholds(l);
  find_differences(l);
  for (size_t i = 0; i < l->rows.n; i++)
    l->rows.rows[i].order = i;
}
