#include "ui/view-compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "corpus/filter.h"
#include "evaluate/cost.h"
#include "evaluate/significance.h"
#include "store/job_store.h"

const char *const compare_sort_names[N_SORTS] = {"newest first", "name", "accuracy", "macro F1", "training texts", "size"};

/* ---- rows ---- */

static void
row_release(struct compare_row *r)
{
  free(r->name);
  free(r->student);
  free(r->data);
  free(r->said);
  json_free(r->metrics);
}

static void
rows_free(struct compare_row *rows, size_t n)
{
  for (size_t i = 0; i < n; i++)
    row_release(&rows[i]);
  free(rows);
}

static struct compare_row *
row_find(struct compare_row *rows, size_t n, enum predictor kind, uint32_t id)
{
  for (size_t i = 0; i < n; i++)
    if (rows[i].kind == kind && rows[i].id == id)
      return &rows[i];
  return NULL;
}

struct compare_row *
compare_selected(struct compare *v)
{
  return v->list.at < v->n ? &v->rows[v->list.at] : NULL;
}

struct compare_row *
compare_baseline(struct compare *v)
{
  struct compare_row *chosen = v->baseline ? row_find(v->rows, v->n, v->baseline_kind, v->baseline) : NULL, *oldest = NULL;

  if (chosen)
    return chosen;
  for (size_t i = 0; i < v->n; i++)
    if (v->rows[i].kind == PREDICTOR_RUN && v->rows[i].evaluated_ms && (!oldest || v->rows[i].id < oldest->id))
      oldest = &v->rows[i];
  return oldest;
}

/* ---- reading, on a thread of its own ---- */

struct lookup {
  struct compare *v;
  struct project *p;
  struct compare_row *known;     /* what has been read before: kind, id and evaluated_ms alone */
  size_t n_known;
  struct compare_row *rows;
  size_t n;
  struct experiment_record *experiments;
  size_t n_experiments;
  struct err e;
};

static double
number_of(const struct json *j)
{
  return json_number(j, NAN);
}

static void
take_run(struct compare_row *to, struct run_row *run)
{
  struct json *m = run->metrics ? json_parse(run->metrics, strlen(run->metrics), NULL, NULL) : NULL;

  *to = (struct compare_row){
    .kind = PREDICTOR_RUN, .id = run->id, .name = run->name, .student = run->student, .data = run->data, .state = run->state,
    .n_train = run->n_train, .at_ms = run->at_ms, .seconds = run->seconds, .cost_usd = NAN,
    .valid_accuracy = number_of(json_get(m, "valid_accuracy")), .n_params = number_of(json_get(m, "parameters")),
    .size_bytes = run->model_bytes ? (double)run->model_bytes : number_of(json_get(m, "size_bytes")),
    .accuracy = NAN, .lo = NAN, .hi = NAN, .macro_f1 = NAN, .n_test = NAN, .difference = NAN, .p = NAN,
  };
  run->name = run->student = run->data = NULL;
  json_free(m);
}

/* A teacher that was evaluated stands beside the runs. */
static void
add_teacher(struct lookup *l, size_t *cap, uint32_t id)
{
  const char *name = corpus_name(project_corpus(l->p), NAME_TEACHER, id);

  GROW(l->rows, *cap, l->n + 1);
  l->rows[l->n++] = (struct compare_row){
    .kind = PREDICTOR_TEACHER, .id = id, .name = xstrdup(name), .student = xstrdup("teacher"), .data = xstrdup("zero-shot"),
    .state = RUN_DONE, .valid_accuracy = NAN, .n_params = NAN, .size_bytes = NAN, .seconds = NAN, .cost_usd = NAN,
    .accuracy = NAN, .lo = NAN, .hi = NAN, .macro_f1 = NAN, .n_test = NAN, .difference = NAN, .p = NAN,
  };
}

static void
take_evaluation(struct lookup *l, struct compare_row *row, const struct evaluation_row *from)
{
  const struct compare_row *known = row_find(l->known, l->n_known, row->kind, row->id);

  row->metrics = json_parse(from->metrics, strlen(from->metrics), NULL, NULL);
  row->evaluated_ms = from->at_ms;
  row->n_test = number_of(json_get(row->metrics, "n"));
  row->accuracy = number_of(json_get(row->metrics, "accuracy"));
  row->lo = number_of(json_at(json_get(row->metrics, "accuracy_ci95"), 0));
  row->hi = number_of(json_at(json_get(row->metrics, "accuracy_ci95"), 1));
  row->macro_f1 = number_of(json_get(row->metrics, "macro_f1"));
  if (known && known->evaluated_ms == row->evaluated_ms)
    return;
  if (run_store_predictions(l->p, row->kind, row->id, &row->said, &row->n_said, NULL, NULL, &l->e))
    row->n_said = 0;
}

static void
read_rows(struct lookup *l)
{
  struct run_row *runs = NULL;
  struct evaluation_row *evaluations = NULL;
  size_t n_runs = 0, n_evaluations = 0, cap = 0;

  if (run_store_list(l->p, &runs, &n_runs, &l->e) || run_store_evaluations(l->p, &evaluations, &n_evaluations, &l->e)) {
    run_rows_free(runs, n_runs);
    return;
  }
  GROW(l->rows, cap, n_runs + 1);
  for (size_t i = 0; i < n_runs; i++)
    take_run(&l->rows[l->n++], &runs[i]);
  for (size_t i = 0; i < n_evaluations; i++) {
    const struct evaluation_row *from = &evaluations[i];
    struct compare_row *row;

    if (strcmp(from->split, "test"))
      continue;
    if (from->kind == PREDICTOR_TEACHER && !row_find(l->rows, l->n, PREDICTOR_TEACHER, from->predictor_id))
      add_teacher(l, &cap, from->predictor_id);
    row = row_find(l->rows, l->n, from->kind, from->predictor_id);
    if (row)
      take_evaluation(l, row, from);
  }
  run_rows_free(runs, n_runs);
  evaluation_rows_free(evaluations, n_evaluations);
}

/* What the generated texts of a run cost: as in an experiment, a job's texts share what the job cost. */
static double
cost_of_data(struct lookup *l, struct cost *cost, const char *data)
{
  const struct corpus *c = project_corpus(l->p);
  const char *filter = data && *data ? data : "split:train -status:rejected (status:accepted or origin:seed)";
  uint32_t *ids, *requests;
  struct sample s;
  size_t n, n_requests = 0;
  double usd;

  if (filter_ids(c, filter, NULL, &ids, &n, NULL))
    return NAN;
  requests = xcalloc(n + 1, sizeof *requests);
  for (size_t i = 0; i < n; i++)
    if (corpus_get(c, ids[i], &s))
      requests[n_requests++] = s.request_id;
  usd = cost_of(cost, requests, n_requests);
  free(requests);
  free(ids);
  return usd;
}

/* Of a teacher: what the labels that it gave cost, for a million texts. Replies found again were not paid again, and tell
 * nothing. */
static double
cost_of_labels(struct lookup *l, uint32_t teacher)
{
  struct job_row *jobs;
  size_t n_jobs, n;
  double usd = 0, texts = 0;

  if (job_store_list(l->p, &jobs, &n_jobs, &l->e) < 0)
    return NAN;
  for (size_t j = 0; j < n_jobs; j++) {
    struct request_row *rows;

    if (strcmp(jobs[j].kind, "annotate") || job_store_requests(l->p, jobs[j].id, -1, false, &rows, &n, &l->e) < 0)
      continue;
    for (size_t i = 0; i < n; i++) {
      const struct request_row *r = &rows[i];
      bool paid = !r->cached && (r->state == REQUEST_ANSWERED || r->state == REQUEST_PARSED);

      if (paid && (r->teacher_id ? r->teacher_id : jobs[j].teacher_id) == teacher) {
        usd += r->cost_usd;
        texts += r->wanted;
      }
    }
    request_rows_free(rows, n);
  }
  job_rows_free(jobs, n_jobs);
  return texts > 0 ? 1e6 * usd / texts : NAN;
}

static void
read_costs(struct lookup *l)
{
  const struct corpus *c = project_corpus(l->p);
  struct cost cost = {0};
  struct sample s;

  if (cost_read(&cost, l->p, &l->e) == 0) {
    for (uint32_t id = 1, n = corpus_count(c); id <= n && cost.n_jobs; id++)
      if (corpus_get(c, id, &s) && s.request_id && s.status != STATUS_REJECTED && s.split != SPLIT_TEST)
        cost_usable(&cost, s.request_id);
    for (size_t i = 0; i < l->n; i++)
      l->rows[i].cost_usd = l->rows[i].kind == PREDICTOR_TEACHER ? cost_of_labels(l, l->rows[i].id)
                            : l->rows[i].kind == PREDICTOR_RUN ? cost_of_data(l, &cost, l->rows[i].data) : NAN;
  }
  cost_release(&cost);
}

static void
lookup_work(void *arg)
{
  struct lookup *l = arg;

  read_rows(l);
  read_costs(l);
  if (experiment_store_list(l->p, &l->experiments, &l->n_experiments, &l->e))
    l->n_experiments = 0;
}

/* ---- taking over ---- */

/* Marks, and predictions that were not read again, go from the old rows to the new. */
static void
inherit(struct compare *v, struct compare_row *rows, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    struct compare_row *old = row_find(v->rows, v->n, rows[i].kind, rows[i].id);

    if (!old)
      continue;
    rows[i].marked = old->marked;
    if (!rows[i].said && old->evaluated_ms == rows[i].evaluated_ms) {
      rows[i].said = old->said;
      rows[i].n_said = old->n_said;
      old->said = NULL;
    }
  }
}

static void
drop_experiments(struct compare *v)
{
  for (size_t i = 0; i < v->n_experiments; i++)
    json_free(v->results[i]);
  free(v->results);
  experiment_records_free(v->experiments, v->n_experiments);
}

/* Those that have a result; the newest is shown unless the person looks at another. */
static void
take_experiments(struct compare *v, struct experiment_record *records, size_t n)
{
  bool at_newest = v->n_experiments == 0 || v->experiment + 1 >= v->n_experiments;
  size_t kept = 0;

  drop_experiments(v);
  v->results = xcalloc(n + 1, sizeof *v->results);
  for (size_t i = 0; i < n; i++) {
    struct json *result = records[i].result && *records[i].result
                            ? json_parse(records[i].result, strlen(records[i].result), NULL, NULL) : NULL;
    struct experiment_record moved = records[i];

    if (!result)
      continue;
    records[i] = records[kept];
    records[kept] = moved;
    v->results[kept++] = result;
  }
  v->experiments = records;
  v->n_experiments = n;
  for (size_t i = kept; i < n; i++)   /* unfinished ones stand behind, and are not shown */
    v->results[i] = NULL;
  v->n_experiments = n;
  if (at_newest || v->experiment >= kept)
    v->experiment = kept ? kept - 1 : 0;
}

static void
lookup_done(void *arg)
{
  struct lookup *l = arg;
  struct compare *v = l->v;
  struct compare_row *selected = compare_selected(v);
  enum predictor kind = selected ? selected->kind : PREDICTOR_RUN;
  uint32_t id = selected ? selected->id : 0;

  v->working = false;
  v->loaded_ms = clock_ms();
  inherit(v, l->rows, l->n);
  rows_free(v->rows, v->n);
  v->rows = l->rows;
  v->n = l->n;
  take_experiments(v, l->experiments, l->n_experiments);
  if (!v->loaded && v->n_experiments && v->results[0])  /* the answer stands first */
    v->page = PAGE_EXPERIMENTS;
  v->loaded = true;
  v->list.n = v->n;
  compare_find_differences(v);
  compare_sort_rows(v);
  for (size_t i = 0; i < v->n; i++)
    if (v->rows[i].kind == kind && v->rows[i].id == id)
      list_keep(&v->list, v->n, i);
  if (v->list.at >= v->n)
    list_keep(&v->list, v->n, 0);
  v->disagree_a = 0;
  compare_find_disagreements(v);
  free(l->known);
  free(l);
  workbench_touch(v->w);
}

void
compare_load(struct compare *v)
{
  uint64_t records = project_records_revision(v->p);
  struct activity list[16];
  size_t n = board_live(project_board(v->p), list, N_OF(list));
  struct lookup *l;

  v->has_live = false;
  for (size_t i = 0; i < n && !v->has_live; i++)
    if (list[i].kind == ACTIVITY_EXPERIMENT && (list[i].state == ACTIVITY_RUNNING || list[i].state == ACTIVITY_PAUSED)) {
      v->live = list[i];
      v->has_live = true;
    }
  if (v->working || records == v->records_seen)
    return;
  /* While a job runs, records move with every reply; what it ends with is always read. */
  if (v->loaded && board_running(project_board(v->p)) && clock_ms() - v->loaded_ms < 500)
    return;
  l = xcalloc(1, sizeof *l);
  l->v = v;
  l->p = v->p;
  l->known = xcalloc(v->n + 1, sizeof *l->known);
  for (size_t i = 0; i < v->n; i++)
    if (v->rows[i].said)
      l->known[l->n_known++] = (struct compare_row){.kind = v->rows[i].kind, .id = v->rows[i].id,
                                                    .evaluated_ms = v->rows[i].evaluated_ms};
  v->records_seen = records;
  v->working = true;
  workbench_work(v->w, lookup_work, lookup_done, l);
}

void
compare_data_release(struct compare *v)
{
  rows_free(v->rows, v->n);
  drop_experiments(v);
  free(v->disagreements);
  free(v->form_rows);
}

/* ---- differences ---- */

/* The truth of a test text: its one label now; LABEL_NONE: it does not count. */
static uint16_t
truth_of(const struct corpus *c, uint32_t id)
{
  struct sample s;

  return corpus_get(c, id, &s) && s.split == SPLIT_TEST && s.n_labels == 1 ? s.labels[0] : LABEL_NONE;
}

/* Calls each(arg, id, truth, a's word, b's word) for the test texts that both were asked about. */
static void
for_both(const struct compare *v, const struct compare_row *a, const struct compare_row *b,
         void (*each)(void *arg, uint16_t truth, const struct prediction *a, const struct prediction *b), void *arg)
{
  const struct corpus *c = project_corpus(v->p);

  for (size_t i = 0, k = 0; i < a->n_said && k < b->n_said;) {
    const struct prediction *x = &a->said[i], *y = &b->said[k];
    uint16_t truth;

    i += x->sample_id <= y->sample_id;
    k += y->sample_id <= x->sample_id;
    if (x->sample_id == y->sample_id && (truth = truth_of(c, x->sample_id)) != LABEL_NONE)
      each(arg, truth, x, y);
  }
}

struct tally {
  size_t n, only_a, only_b;
};

static void
count_pair(void *arg, uint16_t truth, const struct prediction *a, const struct prediction *b)
{
  struct tally *t = arg;

  t->n++;
  t->only_a += a->label == truth && b->label != truth;
  t->only_b += b->label == truth && a->label != truth;
}

void
compare_find_differences(struct compare *v)
{
  struct compare_row *base = compare_baseline(v);

  for (size_t i = 0; i < v->n; i++) {
    struct compare_row *row = &v->rows[i];
    struct tally t = {0};

    row->difference = row->p = NAN;
    if (!base || row == base)
      continue;
    for_both(v, base, row, count_pair, &t);
    if (!t.n)
      continue;
    row->difference = ((double)t.only_b - (double)t.only_a) / (double)t.n;
    row->p = mcnemar_test(t.only_a, t.only_b).p_mid;
  }
}

struct compare_row *
compare_other(struct compare *v)
{
  struct compare_row *row = compare_selected(v), *base = compare_baseline(v);

  for (size_t i = 0; i < v->n; i++)
    if (v->rows[i].marked && &v->rows[i] != row)
      return &v->rows[i];
  if (base != row)
    return base;
  for (size_t i = 0; i < v->n; i++)   /* the baseline itself: against the first of the others */
    if (v->rows[i].said && &v->rows[i] != row)
      return &v->rows[i];
  return NULL;
}

static void
add_disagreement(void *arg, uint16_t truth, const struct prediction *a, const struct prediction *b)
{
  struct compare *v = arg;

  if (a->label == b->label)
    return;
  v->only_a += a->label == truth;
  v->only_b += b->label == truth;
  v->neither += a->label != truth && b->label != truth;
  GROW(v->disagreements, v->cap_disagreements, v->n_disagreements + 1);
  v->disagreements[v->n_disagreements++] = (struct disagreement){
    .id = a->sample_id, .truth = truth, .a = a->label, .b = b->label, .p_a = a->probability, .p_b = b->probability};
}

/* What got worse first, then what got better, then what is wrong in both ways. */
static int
by_kind(const void *x, const void *y)
{
  const struct disagreement *a = x, *b = y;
  int kind_a = a->b == a->truth ? 0 : a->a == a->truth ? 1 : 2, kind_b = b->b == b->truth ? 0 : b->a == b->truth ? 1 : 2;

  return kind_a != kind_b ? kind_a - kind_b : a->id < b->id ? -1 : a->id > b->id;
}

void
compare_find_disagreements(struct compare *v)
{
  struct compare_row *a = compare_selected(v), *b = compare_other(v);
  uint32_t id_a = a ? a->id : 0, id_b = b ? b->id : 0;

  if (v->disagree_a && id_a == v->disagree_a && id_b == v->disagree_b)
    return;
  v->disagree_a = id_a;
  v->disagree_b = id_b;
  v->n_disagreements = v->only_a = v->only_b = v->neither = 0;
  if (a && b)
    for_both(v, a, b, add_disagreement, v);
  if (v->n_disagreements)
    qsort(v->disagreements, v->n_disagreements, sizeof *v->disagreements, by_kind);
  list_keep(&v->disagree_list, v->n_disagreements, 0);
}

/* ---- order ---- */

static double
key_of(const struct compare_row *r, enum compare_sort sort)
{
  switch (sort) {
  case SORT_ACCURACY: return r->accuracy;
  case SORT_F1: return r->macro_f1;
  case SORT_TEXTS: return r->n_train;
  case SORT_SIZE: return r->size_bytes;
  case SORT_NEWEST: return r->kind == PREDICTOR_TEACHER ? -1 : (double)r->id;
  case SORT_NAME: case N_SORTS: break;
  }
  return 0;
}

/* Greatest first; what is not known stands last either way. */
static int
compare_rows(const struct compare *v, const struct compare_row *a, const struct compare_row *b)
{
  double x = key_of(a, v->sort), y = key_of(b, v->sort);
  int order;

  if (v->sort == SORT_NAME)
    order = strcmp(a->name, b->name);
  else if (isnan(x) || isnan(y))
    return isnan(x) && isnan(y) ? 0 : isnan(x) ? 1 : -1;
  else
    order = x > y ? -1 : x < y;
  return v->reverse ? -order : order;
}

void
compare_sort_rows(struct compare *v)
{
  struct compare_row *selected = compare_selected(v), kept;
  uint32_t id = selected ? selected->id : 0;

  for (size_t i = 1; i < v->n; i++) {
    size_t at = i;

    kept = v->rows[i];
    for (; at > 0 && compare_rows(v, &kept, &v->rows[at - 1]) < 0; at--)
      v->rows[at] = v->rows[at - 1];
    v->rows[at] = kept;
  }
  for (size_t i = 0; i < v->n; i++)
    if (v->rows[i].id == id) {
      list_keep(&v->list, v->n, i);
      break;
    }
}
