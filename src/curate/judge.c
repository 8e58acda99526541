#include "curate/judge.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/sample.h"
#include "curate/confident.h"

const char *const judged_names[N_JUDGED] = {"suspect", "self_confidence", "normalized_margin",
                                            "confidence_weighted_entropy", "issue", "suggested", "suggested_p"};

struct judging {
  const struct crossval *cv;
  const struct example *x;
  const uint8_t *uses;
  const uint32_t *group;
  size_t n, C;
  float *p;                    /* (n, C) of the first pass; then the sum of both */
  uint8_t *issues;             /* (n) */
  struct judgement *out;
  double passes_done;
};

static const float *
row_of(const struct judging *j, size_t i)
{
  return j->p + i * j->C;
}

static bool
has(const struct example *x, size_t label)
{
  for (size_t l = 0; l < x->n_labels; l++)
    if (x->labels[l] == label)
      return true;
  return false;
}

static struct label_quality
quality_of(const struct judging *j, size_t i)
{
  const struct example *x = &j->x[i];

  return j->cv->task.multilabel ? label_quality_of_many(row_of(j, i), j->C, x->labels, x->n_labels)
                                : label_quality_of(row_of(j, i), j->C, x->labels[0]);
}

/* ---- pairs ------------------------------------------------------------------------------------------------------- */

struct pairs {
  struct judged_pair *v;
  size_t n, cap;
};

static void
add_pair(struct pairs *p, size_t given, size_t suggested, uint32_t n, uint32_t estimated)
{
  if (n + estimated == 0)
    return;
  GROW(p->v, p->cap, p->n + 1);
  p->v[p->n++] = (struct judged_pair){(uint16_t)given, (uint16_t)suggested, n, estimated};
}

static int
most_first(const void *a, const void *b)
{
  const struct judged_pair *x = a, *y = b;

  if (x->estimated != y->estimated)
    return x->estimated > y->estimated ? -1 : 1;
  if (x->n != y->n)
    return x->n > y->n ? -1 : 1;
  return x->given != y->given ? x->given - y->given : x->suggested - y->suggested;
}

static void
keep_pairs(struct judgement *out, struct pairs *p)
{
  if (p->n)
    qsort(p->v, p->n, sizeof *p->v, most_first);
  for (size_t i = 0; i < p->n; i++)
    out->estimated_wrong += p->v[i].estimated;
  out->pairs = p->v;
  out->n_pairs = p->n;
}

/* ---- the first pass ---------------------------------------------------------------------------------------------- */

static void
keep_scores(struct judging *j)
{
  for (size_t i = 0; i < j->n; i++) {
    struct label_quality q = {NAN, NAN, NAN};

    if (j->uses[i] != CROSSVAL_ASK)
      q = quality_of(j, i);
    j->out->values[JUDGED_SELF][i] = q.self_confidence;
    j->out->values[JUDGED_MARGIN][i] = q.normalized_margin;
    j->out->values[JUDGED_ENTROPY][i] = q.weighted_entropy;
  }
}

/* The texts that are judged, as confident.h wants them. */
struct subset {
  struct confident c;
  uint32_t *which;
  uint16_t *given;
  float *p;
};

static struct subset
judged_texts(const struct judging *j, size_t n_classes)
{
  struct subset s = {.which = xmalloc((j->n + 1) * sizeof *s.which), .given = xmalloc((j->n + 1) * sizeof *s.given)};
  size_t n = 0;

  for (size_t i = 0; i < j->n; i++)
    if (j->uses[i] != CROSSVAL_ASK)
      s.which[n++] = (uint32_t)i;
  s.p = xmalloc((n * n_classes + 1) * sizeof *s.p);
  s.c = (struct confident){n, n_classes, s.given, s.p};
  return s;
}

static void
subset_release(struct subset *s)
{
  free(s->which);
  free(s->given);
  free(s->p);
}

/* One label a text. */
static void
find_issues(struct judging *j)
{
  struct subset s = judged_texts(j, j->C);
  uint32_t *counts = xcalloc(j->C * j->C, sizeof *counts), *found = xcalloc(j->C * j->C, sizeof *found);
  uint8_t *issues = xmalloc(s.c.n + 1);
  struct pairs pairs = {0};
  size_t right = 0;

  for (size_t q = 0; q < s.c.n; q++) {
    s.given[q] = j->x[s.which[q]].labels[0];
    memcpy(s.p + q * j->C, row_of(j, s.which[q]), j->C * sizeof *s.p);
  }
  confident_joint(&s.c, counts);
  confident_calibrate(&s.c, counts);
  confident_issues(&s.c, counts, issues);
  for (size_t q = 0; q < s.c.n; q++) {
    size_t best = student_best(s.p + q * j->C, j->C);

    j->issues[s.which[q]] = issues[q];
    right += best == s.given[q];
    found[s.given[q] * j->C + best] += issues[q] & ISSUE_BY_RATE;
  }
  for (size_t k = 0; k < j->C * j->C; k++)
    if (k / j->C != k % j->C)
      add_pair(&pairs, k / j->C, k % j->C, found[k], counts[k]);
  keep_pairs(j->out, &pairs);
  j->out->accuracy = s.c.n ? (double)right / (double)s.c.n : NAN;
  free(counts);
  free(found);
  free(issues);
  subset_release(&s);
}

/* Several: each label is a problem of two classes. */
static size_t
find_issues_of(struct judging *j, size_t label, struct subset *s, uint8_t *issues, struct pairs *pairs)
{
  uint32_t counts[4], found[2] = {0};
  size_t right = 0;

  for (size_t q = 0; q < s->c.n; q++) {
    float p = row_of(j, s->which[q])[label];

    s->given[q] = has(&j->x[s->which[q]], label);
    s->p[2 * q] = 1 - p;
    s->p[2 * q + 1] = p;
  }
  confident_joint(&s->c, counts);
  confident_calibrate(&s->c, counts);
  confident_issues(&s->c, counts, issues);
  for (size_t q = 0; q < s->c.n; q++) {
    j->issues[s->which[q]] |= issues[q];
    found[s->given[q]] += issues[q] & ISSUE_BY_RATE;
    right += (s->p[2 * q + 1] > .5f) == s->given[q];
  }
  add_pair(pairs, LABEL_NONE, label, found[0], counts[1]);
  add_pair(pairs, label, LABEL_NONE, found[1], counts[2]);
  return right;
}

static void
find_issues_of_many(struct judging *j)
{
  struct subset s = judged_texts(j, 2);
  uint8_t *issues = xmalloc(s.c.n + 1);
  struct pairs pairs = {0};
  size_t right = 0;

  for (size_t k = 0; k < j->C; k++)
    right += find_issues_of(j, k, &s, issues, &pairs);
  keep_pairs(j->out, &pairs);
  j->out->accuracy = s.c.n ? (double)right / (double)(s.c.n * j->C) : NAN;
  free(issues);
  subset_release(&s);
}

/* ---- the end ----------------------------------------------------------------------------------------------------- */

static size_t
suggested_of(const struct judging *j, size_t i)
{
  const float *p = row_of(j, i);
  size_t best = j->C;

  for (size_t k = 0; j->cv->task.multilabel && k < j->C; k++)
    if (p[k] >= .5f && (best == j->C || p[k] > p[best]) && !has(&j->x[i], k))
      best = k;
  return best < j->C ? best : student_best(p, j->C);
}

static double
entropy_of(const float *p, size_t n)
{
  double sum = 0;

  for (size_t k = 0; k < n; k++)
    if (p[k] > 0)
      sum -= (double)p[k] * log((double)p[k]);
  return sum / log((double)n);
}

static float
uncertainty_of(const struct judging *j, size_t i)
{
  const float *p = row_of(j, i);
  double most = 0;

  if (!j->cv->task.multilabel)
    return (float)entropy_of(p, j->C);
  for (size_t k = 0; k < j->C; k++)
    most = fmax(most, entropy_of((float[]){1 - p[k], p[k]}, 2));
  return (float)most;
}

static void
keep_end(struct judging *j)
{
  struct judgement *out = j->out;

  for (size_t i = 0; i < j->n; i++) {
    bool asks = j->uses[i] == CROSSVAL_ASK;
    size_t suggested = suggested_of(j, i);

    out->n_asked += asks;
    out->n_judged += !asks;
    out->n_learned += j->uses[i] == CROSSVAL_LEARN;
    out->n_issues += (j->issues[i] & ISSUE_BY_RATE) != 0;
    out->n_both += j->issues[i] == ISSUE_BY_BOTH;
    out->values[JUDGED_SUSPECT][i] = asks ? NAN : 1 - quality_of(j, i).self_confidence;
    out->values[JUDGED_ISSUE][i] = asks ? NAN : (float)(j->issues[i] & ISSUE_BY_RATE);
    out->values[JUDGED_SUGGESTED][i] = (float)suggested;
    out->values[JUDGED_SUGGESTED_P][i] = row_of(j, i)[suggested];
    out->uncertainty[i] = uncertainty_of(j, i);
  }
}

/* ---- two passes -------------------------------------------------------------------------------------------------- */

static void
tell(void *arg, double done, double total)
{
  const struct judging *j = arg;

  if (j->cv->told)
    j->cv->told(j->cv->arg, j->passes_done + done / total, 2);
}

static size_t
class_of(const struct judging *j, size_t i)
{
  return j->x[i].n_labels ? j->x[i].labels[0] : j->C;
}

/* What the second pass does with the texts: nobody learns from an issue, so long as half of its label is left. */
static void
leave_issues_out(const struct judging *j, uint8_t *uses)
{
  size_t *learned = xcalloc(2 * (j->C + 1), sizeof *learned), *issues = learned + j->C + 1;

  for (size_t i = 0; i < j->n; i++)
    if (uses[i] == CROSSVAL_LEARN) {
      learned[class_of(j, i)]++;
      issues[class_of(j, i)] += (j->issues[i] & ISSUE_BY_RATE) != 0;
    }
  for (size_t i = 0; i < j->n; i++)
    if (uses[i] == CROSSVAL_LEARN && (j->issues[i] & ISSUE_BY_RATE) && 2 * issues[class_of(j, i)] <= learned[class_of(j, i)])
      uses[i] = CROSSVAL_JUDGE;
  free(learned);
}

static int
run_pass(struct judging *j, bool second, struct err *e)
{
  struct crossval cv = *j->cv;
  uint8_t *uses = xmalloc(j->n + 1);
  int r;

  cv.add = second;
  cv.told = tell;
  cv.arg = j;
  cv.seed += second ? 0x9e3779b9 : 0;
  memcpy(uses, j->uses, j->n);
  if (second)
    leave_issues_out(j, uses);
  r = crossval_run(&cv, j->x, uses, j->group, j->n, j->p, &j->out->folds, e);
  free(uses);
  j->passes_done++;
  return r;
}

static void
halve(struct judging *j)
{
  for (size_t k = 0; k < j->n * j->C; k++)
    j->p[k] /= 2;
}

static int
both_passes(struct judging *j, struct err *e)
{
  if (run_pass(j, false, e) < 0)
    return -1;
  keep_scores(j);
  if (j->cv->task.multilabel)
    find_issues_of_many(j);
  else
    find_issues(j);
  if (run_pass(j, true, e) < 0)
    return -1;
  halve(j);
  keep_end(j);
  return 0;
}

int
judge_run(const struct crossval *cv, const struct example *x, const uint8_t *uses, const uint32_t *group, size_t n,
          struct judgement *out, struct err *e)
{
  struct judging j = {cv, x, uses, group, n, cv->task.n_classes, NULL, NULL, out, 0};
  int r;

  *out = (struct judgement){.n = n};
  if ((double)n * cv->task.n_classes * sizeof *j.p > CROSSVAL_BYTES)
    return err_set(e, ERR_INPUT, "%zu texts with %d labels: too many (allowed: %.0f)", n, cv->task.n_classes,
                   CROSSVAL_BYTES / sizeof *j.p / cv->task.n_classes);
  j.p = xcalloc(n * j.C + 1, sizeof *j.p);
  j.issues = xcalloc(n + 1, 1);
  for (int k = 0; k < N_JUDGED; k++)
    out->values[k] = xmalloc((n + 1) * sizeof *out->values[k]);
  out->uncertainty = xmalloc((n + 1) * sizeof *out->uncertainty);
  r = both_passes(&j, e);
  free(j.p);
  free(j.issues);
  if (r < 0)
    judgement_release(out);
  return r;
}

void
judgement_release(struct judgement *j)
{
  for (int k = 0; k < N_JUDGED; k++)
    free(j->values[k]);
  free(j->uncertainty);
  free(j->pairs);
  *j = (struct judgement){0};
}
