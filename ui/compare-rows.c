/* From what the project has stored to rows of Compare's table. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "ui/testimony.h"
#include "ui/compare-row.h"

/* ---- rows ---- */

void
compare_rows_free(struct compare_row *rows, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    for (size_t k = 0; k < rows[i].n_labels; k++)
      free(rows[i].labels[k].label);
    free(rows[i].labels);
    free(rows[i].name);
    free(rows[i].student);
    free(rows[i].data);
  }
  free(rows);
}

bool
compare_row_same(const struct compare_row *a, const struct compare_row *b)
{
  if (a->kind != b->kind)
    return false;
  return a->kind == COMPARE_ARM ? strcmp(a->name, b->name) == 0 && strcmp(a->student, b->student) == 0 : a->id == b->id;
}

char *
compare_row_title(const struct compare_row *row)
{
  return row->kind == COMPARE_ARM ? xasprintf("%s %s", row->student, row->name) : xstrdup(row->name);
}

static struct compare_row *
add(struct compare_rows *to, enum compare_kind kind, uint32_t id, char *name, char *student, char *data)
{
  GROW(to->rows, to->cap, to->n + 1);
  to->rows[to->n] = (struct compare_row){
    .kind = kind, .id = id, .name = name, .student = student, .data = data, .state = RUN_DONE, .n_train = NAN,
    .accuracy = NAN, .lo = NAN, .hi = NAN, .macro_f1 = NAN, .n_params = NAN, .size_bytes = NAN, .multiply_adds = NAN,
    .us_text = NAN, .cpu_seconds = NAN, .cost_usd = NAN, .difference = NAN, .p = NAN, .threshold = .5};
  return &to->rows[to->n++];
}

static struct compare_row *
find(struct compare_rows *in, enum compare_kind kind, uint32_t id)
{
  for (size_t i = 0; i < in->n; i++)
    if (in->rows[i].kind == kind && in->rows[i].id == id)
      return &in->rows[i];
  return NULL;
}

/* ---- arms ---- */

static void
take_arm_labels(struct compare_row *row, const struct found_row *f)
{
  row->labels = xcalloc(f->n_labels + 1, sizeof *row->labels);
  for (; row->n_labels < f->n_labels; row->n_labels++) {
    const struct found_label *l = &f->labels[row->n_labels];

    row->labels[row->n_labels] = (struct compare_label){
      xstrdup(l->label ? l->label : ""), (double)l->n, l->precision, l->recall, l->f1, l->difference, l->ci95,
        l->p_holm};
  }
}

void
compare_add_arms(struct compare_rows *to, const struct findings *f)
{
  for (size_t i = 0; i < f->n_rows; i++) {
    const struct found_row *r = &f->rows[i];
    struct compare_row *row = add(to, COMPARE_ARM, (uint32_t)i, xstrdup(r->name ? r->name : r->arm ? r->arm : ""),
                                  xstrdup(r->student ? r->student : ""), xstrdup(r->filter ? r->filter : ""));

    row->evaluated_ms = f->at_ms;
    row->n_train = (double)r->n;
    row->accuracy = r->accuracy.mean;
    row->lo = r->accuracy.ci95.lo;
    row->hi = r->accuracy.ci95.hi;
    row->macro_f1 = r->macro_f1.mean;
    row->n_params = r->n_parameters;
    row->size_bytes = r->size_bytes;
    row->multiply_adds = r->multiply_adds;
    row->us_text = r->measured.us_one;
    row->cpu_seconds = r->measured.cpu_seconds;
    row->cost_usd = r->cost_usd;
    row->is_first = r->is_first;
    if (r->difference) {
      row->difference = r->difference->accuracy;
      row->p = isfinite(r->difference->p_holm) ? r->difference->p_holm : r->difference->p;
    }
    take_arm_labels(row, r);
  }
}

/* ---- teachers ---- */

void
compare_add_teachers(struct compare_rows *to, const struct findings *f)
{
  for (size_t i = 0; i < f->n_teachers; i++) {
    const struct found_teacher *t = &f->teachers[i];
    struct compare_row *row = NULL;

    for (size_t k = 0; k < to->n && !row; k++)
      if (to->rows[k].kind == COMPARE_TEACHER && strcmp(to->rows[k].name, t->name ? t->name : "") == 0)
        row = &to->rows[k];
    if (!row) {
      row = add(to, COMPARE_TEACHER, 0, xstrdup(t->name ? t->name : ""),
                xstrdup(t->model && *t->model ? t->model : "teacher"), xstrdup("zero-shot"));
      row->n_train = 0;
      row->accuracy = t->accuracy;
      row->lo = t->ci95.lo;
      row->hi = t->ci95.hi;
      row->macro_f1 = t->macro_f1;
    }
    row->us_text = 1000 * t->ms_per_request;
    if (isnan(row->cost_usd))
      row->cost_usd = 1e6 * t->usd_per_text;
  }
}

/* ---- runs, and whoever was evaluated ---- */

static double
number_of(const struct json *j)
{
  return json_number(j, NAN);
}

static void
take_run(struct compare_rows *to, struct run_row *run)
{
  struct json *m = run->metrics ? json_parse(run->metrics, strlen(run->metrics), NULL, NULL) : NULL;
  struct compare_row *row = add(to, COMPARE_RUN, run->id, run->name, run->student, run->data);

  run->name = run->student = run->data = NULL;
  row->state = run->state;
  row->n_train = run->n_train;
  row->n_params = number_of(json_get(m, "parameters"));
  row->multiply_adds = number_of(json_get(m, "multiply_adds"));
  row->size_bytes = run->model_bytes ? (double)run->model_bytes : number_of(json_get(m, "size_bytes"));
  row->cpu_seconds = number_of(json_get(m, "cpu_seconds"));
  json_free(m);
}

static void
take_labels(struct compare_row *row, const struct json *list)
{
  row->labels = xcalloc(json_size(list) + 1, sizeof *row->labels);
  for (const struct json *j = json_first(list); j; j = json_next(j)) {
    const char *label = json_string(json_get(j, "label"));

    row->labels[row->n_labels++] = (struct compare_label){
      xstrdup(label ? label : ""), number_of(json_get(j, "support")), number_of(json_get(j, "precision")),
      number_of(json_get(j, "recall")), number_of(json_get(j, "f1")), NAN, {NAN, NAN}, NAN};
  }
}

static void
take_evaluation(struct compare_row *row, const struct evaluation_row *from)
{
  struct json *m = json_parse(from->metrics, strlen(from->metrics), NULL, NULL);

  row->evaluated_ms = from->at_ms;
  row->accuracy = number_of(json_get(m, "accuracy"));
  row->lo = number_of(json_at(json_get(m, "accuracy_ci95"), 0));
  row->hi = number_of(json_at(json_get(m, "accuracy_ci95"), 1));
  row->macro_f1 = number_of(json_get(m, "macro_f1"));
  row->us_text = number_of(json_get(m, "us_one"));
  take_labels(row, json_get(m, "per_label"));
  json_free(m);
}

static void
take_evaluations(struct compare_rows *to, struct project *p, const struct evaluation_row *list, size_t n, bool teachers)
{
  for (size_t i = 0; i < n; i++) {
    enum compare_kind kind = list[i].kind == PREDICTOR_TEACHER ? COMPARE_TEACHER : COMPARE_RUN;
    struct compare_row *row;

    if (strcmp(list[i].split, "test") || teachers != (kind == COMPARE_TEACHER))
      continue;
    row = find(to, kind, list[i].predictor_id);
    if (!row && teachers) {
      row = add(to, kind, list[i].predictor_id,
                xstrdup(corpus_name(project_corpus(p), NAME_TEACHER, list[i].predictor_id)), xstrdup("teacher"),
                xstrdup("zero-shot"));
      row->n_train = 0;
    }
    if (row)
      take_evaluation(row, &list[i]);
  }
}

int
compare_add_tested(struct compare_rows *to, struct project *p, struct err *e)
{
  struct run_row *runs = NULL;
  struct evaluation_row *evaluations = NULL;
  size_t n_runs = 0, n_evaluations = 0;

  if (run_store_list(p, &runs, &n_runs, e))
    return -1;
  if (run_store_evaluations(p, &evaluations, &n_evaluations, e)) {
    run_rows_free(runs, n_runs);
    return -1;
  }
  take_evaluations(to, p, evaluations, n_evaluations, true);
  for (size_t i = n_runs; i-- > 0;)
    take_run(to, &runs[i]);
  take_evaluations(to, p, evaluations, n_evaluations, false);
  run_rows_free(runs, n_runs);
  evaluation_rows_free(evaluations, n_evaluations);
  return 0;
}
