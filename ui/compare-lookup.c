/* What the Compare view shows, read on a thread of its own when the project's records change or another experiment is
 * to be shown, and taken over so that nothing jumps: the selected row, marks and the person's place stay. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "evaluate/experiment_plan.h"
#include "store/experiment_store.h"
#include "student/student.h"
#include "ui/view-compare.h"

#define AGAIN_MS 500             /* between two look-ups, while a job makes records move */

struct lookup {
  struct compare *v;
  struct project *p;
  char *wanted;                  /* the experiment to be shown; NULL: the newest */
  uint32_t baseline;
  struct compare_row *known;     /* runs with differences that were found before: their numbers alone */
  size_t n_known;
  struct compare_rows rows;
  struct compare_experiment *experiments;
  size_t n_experiments, experiment;
  struct findings *findings;
  struct err e;
};

/* ---- reading, on that thread ---- */

static void
experiments_free(struct compare_experiment *list, size_t n)
{
  for (size_t i = 0; i < n; i++)
    free(list[i].name);
  free(list);
}

static void
findings_free(struct findings *f)
{
  if (f)
    findings_release(f);
  free(f);
}

static void
fill(char **s, const char *with)
{
  if (!*s)
    *s = xstrdup(with ? with : "");
}

/* Findings of an older version lack members: what is drawn is a string all the same. */
static void
fill_in(struct findings *f)
{
  for (size_t i = 0; i < f->n_rows; i++) {
    fill(&f->rows[i].name, f->rows[i].arm);
    fill(&f->rows[i].arm, f->rows[i].name);
    fill(&f->rows[i].student, NULL);
    fill(&f->rows[i].filter, NULL);
    for (size_t k = 0; k < f->rows[i].n_labels; k++)
      fill(&f->rows[i].labels[k].label, NULL);
  }
  for (size_t i = 0; i < f->n_sources; i++) {
    fill(&f->sources[i].kind, NULL);
    fill(&f->sources[i].name, NULL);
    fill(&f->sources[i].value, NULL);
  }
  for (size_t i = 0; i < f->n_teachers; i++)
    fill(&f->teachers[i].name, NULL);
  for (size_t i = 0; f->agreement && i < f->agreement->n_names; i++)
    fill(&f->agreement->names[i], NULL);
}

static void
read_findings(struct lookup *l, const struct experiment_record *record)
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
  fill_in(l->findings);
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
read_experiments(struct lookup *l)
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
read_testimony(struct lookup *l, const struct compare_row *row, struct testimony *out)
{
  return testimony_of_predictor(l->p, row->kind == COMPARE_RUN ? PREDICTOR_RUN : PREDICTOR_TEACHER, row->id,
                                row->threshold,
                              out, &l->e);
}

static void
set_against(struct lookup *l, struct compare_row *row, const struct compare_row *base, struct testimony *of_base)
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
find_differences(struct lookup *l)
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
threshold_of(struct lookup *l, uint32_t run)
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
read_thresholds(struct lookup *l)
{
  for (size_t i = 0; i < l->rows.n; i++) {
    struct compare_row *row = &l->rows.rows[i], *known;

    if (row->kind != COMPARE_RUN || !row->evaluated_ms)
      continue;
    known = run_of(l->known, l->n_known, row->id);
    row->threshold = known && known->evaluated_ms == row->evaluated_ms ? known->threshold : threshold_of(l, row->id);
  }
}

static void
lookup_work(void *arg)
{
  struct lookup *l = arg;

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

/* ---- taking over ---- */

static const struct compare_row *
find_same(const struct compare_row *rows, size_t n, const struct compare_row *row)
{
  for (size_t i = 0; row && i < n; i++)
    if (compare_row_same(&rows[i], row))
      return &rows[i];
  return NULL;
}

/* Where the person was: on the same row if it is there, else at the same height. */
static void
take_rows(struct compare *v, struct compare_rows *from)
{
  const struct compare_row *selected = compare_selected(v), *same;
  size_t at = v->list.at;

  for (size_t i = 0; i < from->n; i++) {
    same = find_same(v->rows, v->n, &from->rows[i]);
    from->rows[i].marked = same ? same->marked : 0;
  }
  same = find_same(from->rows, from->n, selected);
  if (same)
    at = (size_t)(same - from->rows);
  compare_rows_free(v->rows, v->n);
  v->rows = from->rows;
  v->n = from->n;
  list_keep(&v->list, v->n, compare_sort_from(v, at));
}

static void
take_experiment(struct compare *v, struct lookup *l)
{
  bool other = !v->loaded || v->experiment >= v->n_experiments || l->experiment >= l->n_experiments
               || strcmp(v->experiments[v->experiment].name, l->experiments[l->experiment].name) != 0;

  experiments_free(v->experiments, v->n_experiments);
  findings_free(v->findings);
  v->experiments = l->experiments;
  v->n_experiments = l->n_experiments;
  v->experiment = l->experiment;
  v->findings = l->findings;
  if (!other)
    return;
  v->curve = 0;
  v->crossed = false;
  for (size_t i = 0; i < N_PAGES; i++)
    v->lists[i].at = v->lists[i].top = 0;
}

static void
lookup_done(void *arg)
{
  struct lookup *l = arg;
  struct compare *v = l->v;

  v->working = false;
  v->loaded_ms = clock_ms();
  take_experiment(v, l);
  take_rows(v, &l->rows);
  if (!v->loaded && !v->n_experiments)   /* the answer stands first, if there is one */
    v->page = PAGE_LABELS;
  v->loaded = true;
  if (l->e.code && strcmp(v->wrong, l->e.message) != 0)   /* said once, not with each look-up */
    workbench_complain(v->w, &l->e);
  snprintf(v->wrong, sizeof v->wrong, "%s", l->e.code ? l->e.message : "");
  free(l->known);
  free(l->wanted);
  free(l);
  workbench_touch(v->w);
}

/* ---- asking ---- */

/* "generated, linear, seed 3 of 5: .846": a training has ended. */
static void
take_line(struct compare *v)
{
  const char *line = v->live.message, *colon = strrchr(line, ':');
  size_t n = v->n_live_lines;

  if (v->live_seen != v->live.id)
    n = v->n_live_lines = 0;
  v->live_seen = v->live.id;
  if (!colon || (colon[1] && !strpbrk(colon, "0123456789")) || (n && strcmp(v->live_lines[n - 1], line) == 0))
    return;
  if (n == COMPARE_LIVE_LINES)
    memmove(v->live_lines, v->live_lines + 1, --n * sizeof v->live_lines[0]);
  snprintf(v->live_lines[n], sizeof v->live_lines[n], "%s", line);
  v->n_live_lines = n + 1;
}

static void
find_live(struct compare *v)
{
  struct activity list[16];
  size_t n = board_live(project_board(v->p), list, N_OF(list));

  v->has_live = false;
  for (size_t i = 0; i < n && !v->has_live; i++)
    if (list[i].kind == ACTIVITY_EXPERIMENT && (list[i].state == ACTIVITY_RUNNING
                                                || list[i].state == ACTIVITY_PAUSED)) {
      v->live = list[i];
      v->has_live = true;
      take_line(v);
    }
}

void
compare_load(struct compare *v)
{
  uint64_t records = project_records_revision(v->p);
  struct lookup *l;

  find_live(v);
  if (v->working || (records == v->records_seen && !v->stale))
    return;
  /* While a job runs, records move with every reply; what it ends with is always read. */
  if (v->loaded && !v->stale && board_running(project_board(v->p)) && clock_ms() - v->loaded_ms < AGAIN_MS) {
    workbench_wake(v->w, v->loaded_ms + AGAIN_MS);
    return;
  }
  l = xcalloc(1, sizeof *l);
  *l = (struct lookup){.v = v, .p = v->p, .baseline = v->baseline, .wanted = v->wanted ? xstrdup(v->wanted) : NULL};
  l->known = xcalloc(v->n + 1, sizeof *l->known);
  for (size_t i = 0; i < v->n; i++)
    if (v->rows[i].kind != COMPARE_ARM && v->rows[i].against) {
      struct compare_row *to = &l->known[l->n_known++];

      *to = v->rows[i];
      to->name = to->student = to->data = NULL;
      to->labels = NULL;
    }
  v->records_seen = records;
  v->stale = false;
  v->working = true;
  workbench_work(v->w, lookup_work, lookup_done, l);
}

void
compare_lookup_release(struct compare *v)
{
  compare_rows_free(v->rows, v->n);
  experiments_free(v->experiments, v->n_experiments);
  findings_free(v->findings);
  free(v->wanted);
}

/* ---- experiments ---- */

void
compare_say_kept(const struct compare_experiment *x, struct buf *out)
{
  buf_addf(out, "%zu", x->n_fits);
  if (x->n_planned)
    buf_addf(out, " of %s%zu", x->plans_more ? "more than " : "", x->n_planned);
  buf_addf(out, " training%s kept", (x->n_planned ? x->n_planned : x->n_fits) == 1 ? " is" : "s are");
}

void
compare_go_to_experiment(struct compare *v, int step)
{
  size_t at = v->experiment;

  if (at >= v->n_experiments || (step < 0 && at == 0) || (step > 0 && at + 1 >= v->n_experiments))
    return;
  at = step < 0 ? at - 1 : at + 1;
  free(v->wanted);
  v->wanted = at + 1 < v->n_experiments ? xstrdup(v->experiments[at].name) : NULL;
  v->stale = true;
  compare_load(v);
}
