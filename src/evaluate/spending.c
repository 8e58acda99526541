#include "evaluate/spending.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/metric.h"
#include "evaluate/teacher_said.h"
#include "store/job_store.h"
#include "store/project.h"
#include "store/teacher_store.h"

static bool
was_paid(const struct request_row *r)
{
  return !r->cached && (r->state == REQUEST_ANSWERED || r->state == REQUEST_PARSED);
}

/* Calls each(arg, job, its paid requests one by one). */
typedef void each_paid(void *arg, const struct job_row *job, const struct request_row *r);

static int
for_paid(struct project *p, each_paid *each, void *arg, struct err *e)
{
  struct job_row *jobs;
  size_t n_jobs;
  int status = 0;

  if (job_store_list(p, &jobs, &n_jobs, e) < 0)
    return -1;
  for (size_t j = 0; j < n_jobs && status == 0; j++) {
    struct request_row *rows;
    size_t n;

    status = job_store_requests(p, jobs[j].id, -1, false, &rows, &n, e);
    if (status < 0)
      break;
    for (size_t i = 0; i < n; i++)
      if (was_paid(&rows[i]))
        each(arg, &jobs[j], &rows[i]);
    request_rows_free(rows, n);
  }
  job_rows_free(jobs, n_jobs);
  return status;
}

/* ---- the project's spending ---- */

static void
add_spent(void *arg, const struct job_row *job, const struct request_row *r)
{
  struct found_spending *s = arg;

  *(strcmp(job->kind, "annotate") == 0 ? &s->annotation_usd : &s->generation_usd) += r->cost_usd;
  s->n_requests++;
  s->tokens_in += (double)r->tokens_in;
  s->tokens_out += (double)r->tokens_out;
}

int
spending_read(struct project *p, struct found_spending *out, struct err *e)
{
  struct found_spending s = {.person_minutes = out->person_minutes, .person_usd_per_hour = out->person_usd_per_hour};

  if (for_paid(p, add_spent, &s, e) < 0)
    return -1;
  *out = s;
  return 0;
}

/* ---- what a teacher's labels cost ---- */

struct labelling {
  uint32_t teacher, job;       /* the job at hand */
  double usd, texts;           /* texts: of the jobs before it */
  uint32_t *asked;             /* the texts of the job at hand, as they come */
  size_t n_asked, cap_asked;
  double *ms;                  /* of its requests */
  size_t n_ms, cap_ms;
};

static int
by_id(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return (x > y) - (x < y);
}

static void
end_job(struct labelling *l)
{
  if (l->n_asked)
    qsort(l->asked, l->n_asked, sizeof *l->asked, by_id);
  for (size_t i = 0; i < l->n_asked; i++)
    l->texts += i == 0 || l->asked[i] != l->asked[i - 1];
  l->n_asked = 0;
}

static void
add_labels(void *arg, const struct job_row *job, const struct request_row *r)
{
  struct labelling *l = arg;

  if (strcmp(job->kind, "annotate") != 0 || (r->teacher_id ? r->teacher_id : job->teacher_id) != l->teacher)
    return;
  if (job->id != l->job)
    end_job(l);
  l->job = job->id;
  l->usd += r->cost_usd;
  GROW(l->asked, l->cap_asked, l->n_asked + r->n_subjects);
  for (size_t i = 0; i < r->n_subjects; i++)
    l->asked[l->n_asked++] = r->subjects[i];
  if (r->sent_ms > 0 && r->answered_ms >= r->sent_ms) {
    GROW(l->ms, l->cap_ms, l->n_ms + 1);
    l->ms[l->n_ms++] = (double)(r->answered_ms - r->sent_ms);
  }
}

static int
by_number(const void *a, const void *b)
{
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

static double
median(double *x, size_t n)
{
  if (n == 0)
    return NAN;
  qsort(x, n, sizeof *x, by_number);
  return (x[(n - 1) / 2] + x[n / 2]) / 2;
}

static int
read_labelling(struct project *p, uint32_t teacher, double *usd_per_text, double *ms, struct err *e)
{
  struct labelling l = {.teacher = teacher};
  int r = for_paid(p, add_labels, &l, e);

  end_job(&l);
  *usd_per_text = l.texts > 0 ? l.usd / l.texts : NAN;
  *ms = median(l.ms, l.n_ms);
  free(l.asked);
  free(l.ms);
  return r;
}

int
teacher_usd_per_text(struct project *p, uint32_t teacher, double *usd, struct err *e)
{
  double ms;

  return read_labelling(p, teacher, usd, &ms, e);
}

/* ---- how good teachers are ---- */

struct truth {
  const int32_t *labels;
  const uint8_t *sets;
};

/* Only what it was asked about counts; the rest has no truth here. */
static void
score_labels(const struct teacher_said *s, const struct truth *t, struct found_teacher *out)
{
  int32_t *truth = xcalloc(s->n + 1, sizeof *truth);
  struct metric m;

  for (size_t i = 0; i < s->n; i++)
    truth[i] = s->asked[i] ? t->labels[i] : METRIC_NONE;
  metric_init(&m);
  metric_count(&m, s->n_labels, truth, s->label, s->n);
  out->n = m.n;
  out->n_unanswered = m.n_unanswered;
  out->accuracy = m.accuracy;
  out->macro_f1 = m.macro_f1;
  out->ci95 = (struct interval){m.ci95[0], m.ci95[1]};
  metric_release(&m);
  free(truth);
}

static void
score_sets(const struct teacher_said *s, const struct truth *t, struct found_teacher *out)
{
  uint8_t *labelled = xcalloc(s->n + 1, 1);
  struct metric_multi m;

  for (size_t i = 0; i < s->n; i++)
    labelled[i] = s->asked[i] && (!t->labels || t->labels[i] != METRIC_NONE);
  metric_multi_init(&m);
  metric_multi_count(&m, s->n_labels, t->sets, s->sets, labelled, s->n);
  out->n = m.n;
  out->accuracy = m.subset_accuracy;
  out->macro_f1 = m.macro_f1;
  out->ci95 = (struct interval){m.subset_ci95[0], m.subset_ci95[1]};
  metric_multi_release(&m);
  free(labelled);
}

static int
measure(struct project *p, const struct teacher_row *row, struct found_teacher *out, struct err *e)
{
  if (read_labelling(p, row->id, &out->usd_per_text, &out->ms_per_request, e) < 0)
    return -1;
  if (strcmp(row->kind, "replay") == 0)  /* its replies are read from the project: that is not the teacher's time */
    out->ms_per_request = NAN;
  out->name = xstrdup(row->name);
  out->model = xstrdup(row->model);
  return 0;
}

void
teachers_free(struct found_teacher *teachers, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    free(teachers[i].name);
    free(teachers[i].model);
  }
  free(teachers);
}

int
teachers_find(struct project *p, const uint32_t *test_ids, size_t n, const int32_t *truth, const uint8_t *truth_sets,
              size_t n_labels, struct found_teacher **out, size_t *n_out, struct err *e)
{
  struct truth t = {truth, truth_sets};
  struct teacher_row *rows;
  size_t n_rows;
  int r = 0;

  *out = NULL;
  *n_out = 0;
  if (teacher_store_list(p, &rows, &n_rows, e) < 0)
    return -1;
  *out = xcalloc(n_rows + 1, sizeof **out);
  for (size_t i = 0; i < n_rows && r == 0; i++) {
    struct found_teacher *found = &(*out)[*n_out];
    struct teacher_said s;

    r = teacher_said_read(p, rows[i].id, test_ids, n, n_labels, &s, e);
    if (r == 0 && s.n_asked > 0) {
      (truth_sets ? score_sets : score_labels)(&s, &t, found);
      if (found->n > 0) {
        r = measure(p, &rows[i], found, e);
        (*n_out)++;
      }
    }
    teacher_said_release(&s);
  }
  teacher_rows_free(rows, n_rows);
  if (r == 0)
    return 0;
  teachers_free(*out, *n_out);
  *out = NULL;
  *n_out = 0;
  return -1;
}

/* ---- paying off ---- */

double
break_even(double spent_usd, double teacher_usd_per_text, double student_usd_per_text)
{
  double saved = teacher_usd_per_text - student_usd_per_text;

  if (isnan(spent_usd) || isnan(saved))
    return NAN;
  return saved > 0 ? spent_usd / saved : INFINITY;
}
