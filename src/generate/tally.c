#include "generate/tally.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

#define HALF 0.5f

/* ---- one text ---- */

struct count {
  size_t n_labels;
  bool multilabel, soft;
  uint32_t *votes;              /* by label, of one text */
  double *all;                  /* by label, of all texts that are compared */
  double n_all, sum;            /* votes compared; agreement over the texts */
};

static void
add_vote(const struct count *c, const struct vote_row *v, float *p)
{
  if (v->label < c->n_labels && !c->multilabel)
    c->votes[v->label]++;
  if (!v->probabilities && v->label < c->n_labels)
    p[v->label] += 1;
  for (size_t k = 0; v->probabilities && k < v->n_probabilities && k < c->n_labels; k++)
    p[k] += v->probabilities[k];
}

static void
choose(const struct count *c, struct tally_text *text, const float *p)
{
  size_t best = 0;

  for (size_t k = 1; k < c->n_labels; k++)
    if (c->votes[k] > c->votes[best] || (c->votes[k] == c->votes[best] && p[k] > p[best]))
      best = k;
  if (c->multilabel && p[best] < HALF)
    return;
  text->label = (uint16_t)best;
  text->probability = p[best];
}

static bool
gave_none(const struct count *c, const struct vote_row *v)
{
  return v->label == LABEL_NONE && !(c->multilabel && v->probabilities);
}

static void
tally_one(const struct count *c, struct tally *t, struct tally_text *text, const struct vote_row *votes, size_t n,
          float *p)
{
  size_t own = 0, valid = 0;

  *text = (struct tally_text){.sample_id = votes->sample_id, .n_votes = (uint32_t)n, .label = LABEL_NONE, .p = p};
  for (size_t k = 0; k < c->n_labels; k++)
    c->votes[k] = 0;
  for (size_t i = 0; i < n; i++) {
    add_vote(c, &votes[i], p);
    text->n_off += gave_none(c, &votes[i]);
    own += votes[i].probabilities && !c->multilabel && votes[i].label != LABEL_NONE;
  }
  valid = n - text->n_off;
  t->n_soft += own;
  t->n_votes += n;
  t->n_off += text->n_off;
  if (valid == 0)
    return;
  for (size_t k = 0; k < c->n_labels; k++)
    p[k] = c->soft && own == 0 && !c->multilabel ? (p[k] + 1 / (float)c->n_labels) / (float)(valid + 1)
                                                 : p[k] / (float)valid;
  choose(c, text, p);
}

/* ---- agreement ---- */

static double
jaccard(const struct vote_row *a, const struct vote_row *b, size_t n_labels)
{
  size_t both = 0, any = 0;

  for (size_t k = 0; k < n_labels; k++) {
    bool x = k < a->n_probabilities && a->probabilities[k] >= HALF;
    bool y = k < b->n_probabilities && b->probabilities[k] >= HALF;

    both += x && y;
    any += x || y;
  }
  return any > 0 ? (double)both / (double)any : 1;
}

static double
agree_sets(const struct count *c, const struct vote_row *votes, size_t n, size_t *valid)
{
  double sum = 0;
  size_t pairs = 0;

  *valid = 0;
  for (size_t i = 0; i < n; i++) {
    *valid += !gave_none(c, &votes[i]);
    for (size_t k = i + 1; k < n; k++)
      if (!gave_none(c, &votes[i]) && !gave_none(c, &votes[k])) {
        sum += jaccard(&votes[i], &votes[k], c->n_labels);
        pairs++;
      }
  }
  return pairs > 0 ? sum / (double)pairs : 0;
}

static double
agree_labels(const struct count *c, size_t *valid)
{
  double equal = 0, n = 0;

  for (size_t k = 0; k < c->n_labels; k++) {
    equal += (double)c->votes[k] * ((double)c->votes[k] - 1);
    n += c->votes[k];
  }
  *valid = (size_t)n;
  return n > 1 ? equal / (n * (n - 1)) : 0;
}

/* c->votes are those of this text. */
static void
compare(struct count *c, struct tally *t, const struct vote_row *votes, size_t n)
{
  size_t valid;
  double agreement = c->multilabel ? agree_sets(c, votes, n, &valid) : agree_labels(c, &valid);

  if (valid < 2)
    return;
  t->n_compared++;
  c->sum += agreement;
  for (size_t k = 0; k < c->n_labels; k++) {
    c->all[k] += c->votes[k];
    c->n_all += c->votes[k];
  }
}

static double
kappa_of(const struct count *c, double agreement)
{
  double chance = 0;

  for (size_t k = 0; k < c->n_labels && c->n_all > 0; k++)
    chance += c->all[k] / c->n_all * (c->all[k] / c->n_all);
  return c->multilabel || chance >= 1 ? NAN : (agreement - chance) / (1 - chance);
}

/* ---- all ---- */

void
tally_make(struct tally *t, const struct vote_row *votes, size_t n, size_t n_labels, bool multilabel, bool soft)
{
  struct count c = {.n_labels = n_labels, .multilabel = multilabel, .soft = soft};
  size_t n_texts = 0;

  for (size_t i = 0; i < n; i++)
    n_texts += i == 0 || votes[i].sample_id != votes[i - 1].sample_id;
  *t = (struct tally){.n_labels = n_labels, .agreement = NAN, .kappa = NAN};
  t->texts = xcalloc(n_texts + 1, sizeof *t->texts);
  t->p = xcalloc(n_texts * n_labels + 1, sizeof *t->p);
  c.votes = xcalloc(n_labels + 1, sizeof *c.votes);
  c.all = xcalloc(n_labels + 1, sizeof *c.all);
  for (size_t i = 0, next; i < n; i = next) {
    for (next = i + 1; next < n && votes[next].sample_id == votes[i].sample_id;)
      next++;
    tally_one(&c, t, &t->texts[t->n], votes + i, next - i, t->p + t->n * n_labels);
    compare(&c, t, votes + i, next - i);
    t->n++;
  }
  if (t->n_compared > 0) {
    t->agreement = c.sum / (double)t->n_compared;
    t->kappa = kappa_of(&c, t->agreement);
  }
  free(c.votes);
  free(c.all);
}

void
tally_release(struct tally *t)
{
  free(t->texts);
  free(t->p);
  *t = (struct tally){0};
}

size_t
tally_labels(const struct tally *t, size_t i, bool multilabel, uint16_t *labels, size_t max)
{
  const struct tally_text *text = &t->texts[i];
  size_t n = 0;

  if (!multilabel && text->label != LABEL_NONE && max > 0)
    labels[n++] = text->label;
  for (size_t k = 0; multilabel && k < t->n_labels && n < max; k++)
    if (text->p[k] >= HALF && text->n_off < text->n_votes)
      labels[n++] = (uint16_t)k;
  return n;
}

static int
compare_id(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return x < y ? -1 : x > y;
}

/* The requests of a job and the samples they are about, each ascending. */
static int
collect(struct project *p, uint32_t job_id, uint32_t **requests, size_t *n_requests, uint32_t **samples,
        size_t *n_samples, struct err *e)
{
  struct request_row *rows;
  size_t n, cap = 0, kept = 0;

  if (job_store_requests(p, job_id, -1, false, &rows, &n, e) < 0)
    return -1;
  *requests = xcalloc(n + 1, sizeof **requests);
  *n_requests = n;
  for (size_t i = 0; i < n; i++) {
    (*requests)[i] = rows[i].id;
    GROW(*samples, cap, *n_samples + rows[i].n_subjects + 1);
    for (size_t k = 0; k < rows[i].n_subjects; k++)
      (*samples)[(*n_samples)++] = rows[i].subjects[k];
  }
  request_rows_free(rows, n);
  if (*n_samples)
    qsort(*samples, *n_samples, sizeof **samples, compare_id);
  for (size_t i = 0; i < *n_samples; i++)
    if (i == 0 || (*samples)[i] != (*samples)[kept - 1])
      (*samples)[kept++] = (*samples)[i];
  *n_samples = kept;
  return 0;
}

int
votes_of_job(struct project *p, uint32_t job_id, uint32_t teacher_id, struct vote_row **votes, size_t *n, struct err *e)
{
  uint32_t *requests = NULL, *samples = NULL;
  size_t n_requests = 0, n_samples = 0, kept = 0;
  int result = collect(p, job_id, &requests, &n_requests, &samples, &n_samples, e);

  *votes = NULL;
  *n = 0;
  if (result == 0 && n_samples > 0)
    result = job_store_votes(p, teacher_id, samples, n_samples, votes, n, e);
  for (size_t i = 0; i < *n; i++) {
    struct vote_row *v = &(*votes)[i], moved = *v;

    if (!bsearch(&v->request_id, requests, n_requests, sizeof *requests, compare_id))
      continue;
    *v = (*votes)[kept];
    (*votes)[kept++] = moved;
  }
  for (size_t i = kept; i < *n; i++) {
    free((*votes)[i].probabilities);
    free((*votes)[i].rationale);
  }
  *n = kept;
  free(requests);
  free(samples);
  return result;
}

int
tally_job(struct tally *t, struct project *p, uint32_t job_id, uint32_t teacher_id, bool soft, struct err *e)
{
  const struct corpus *c = project_corpus(p);
  struct vote_row *votes;
  size_t n;

  *t = (struct tally){.agreement = NAN, .kappa = NAN};
  if (votes_of_job(p, job_id, teacher_id, &votes, &n, e) < 0)
    return -1;
  tally_make(t, votes, n, labels_count(corpus_labels(c)), corpus_task(c) == TASK_MULTILABEL, soft);
  vote_rows_free(votes, n);
  return 0;
}
