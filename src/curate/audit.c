#include "curate/audit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"

static struct judgement
copy_judgement(enum status status, const uint16_t *labels, uint32_t n)
{
  struct judgement j = {.status = status, .labels = xmalloc((n + 1) * sizeof *labels), .n_labels = n};

  if (n)
    memcpy(j.labels, labels, n * sizeof *labels);
  return j;
}

/* ---- which ---- */

struct draw {
  uint64_t at;                   /* chance: the smallest are picked */
  const struct decision *decision;
};

static int
compare_draws(const void *a, const void *b)
{
  const struct draw *x = a, *y = b;

  return x->at != y->at ? (x->at < y->at ? -1 : 1)
                        : x->decision->sample < y->decision->sample ? -1 : x->decision->sample > y->decision->sample;
}

/* Was it asked again since the last decision? */
static bool
answered(const struct audit_row *audits, size_t n, const struct decision *d)
{
  for (size_t i = n; i-- > 0;)
    if (audits[i].sample == d->sample && audits[i].at_ms >= d->at_ms)
      return true;
  return false;
}

/* What the person did not change is now what it was. */
static struct judgement
came_of(const struct decision *d, const struct sample *s)
{
  enum status status = d->status_known ? d->came.status : s->status;

  return d->labels_known ? copy_judgement(status, d->came.labels, d->came.n_labels)
                         : copy_judgement(status, s->labels, s->n_labels);
}

static void
pick(struct project *p, double share, uint64_t seed, const struct decision *decisions, size_t n,
     const struct audit_row *audits, size_t n_audits, struct audit_pass *pass)
{
  struct draw *draws = xcalloc(n + 1, sizeof *draws);
  struct sample s;

  for (size_t i = 0; i < n; i++)
    if (corpus_get(project_corpus(p), decisions[i].sample, &s))
      draws[pass->n_decisions++] = (struct draw){hash_mix(hash_mix(seed) ^ decisions[i].sample), &decisions[i]};
  qsort(draws, pass->n_decisions, sizeof *draws, compare_draws);
  pass->n_picked = (size_t)ceil(share * (double)pass->n_decisions - 1e-9);
  pass->items = xcalloc(pass->n_picked + 1, sizeof *pass->items);
  for (size_t i = 0; i < pass->n_picked; i++)
    if (!answered(audits, n_audits, draws[i].decision) &&
        corpus_get(project_corpus(p), draws[i].decision->sample, &s))
      pass->items[pass->n++] = (struct audit_item){s.id, came_of(draws[i].decision, &s)};
  free(draws);
}

int
audit_pick(struct project *p, double share, uint64_t seed, struct audit_pass *pass, struct err *e)
{
  struct decision *decisions = NULL;
  struct audit_row *audits = NULL;
  size_t n = 0, n_audits = 0;
  int rc = decision_list(p, &decisions, &n, e);

  *pass = (struct audit_pass){.n = 0};
  if (!rc)
    rc = audit_store_list(p, &audits, &n_audits, e);
  if (!rc)
    pick(p, share, seed, decisions, n, audits, n_audits, pass);
  decisions_free(decisions, n);
  audit_rows_free(audits, n_audits);
  return rc;
}

void
audit_pass_release(struct audit_pass *pass)
{
  for (size_t i = 0; i < pass->n; i++)
    free(pass->items[i].came.labels);
  free(pass->items);
  *pass = (struct audit_pass){.n = 0};
}

/* ---- answers ---- */

int
audit_came(struct project *p, uint32_t sample, struct judgement *came, struct err *e)
{
  struct decision *decisions;
  bool found = false;
  struct sample s;
  size_t n;

  if (!corpus_get(project_corpus(p), sample, &s))
    return err_set(e, ERR_INPUT, "there is no sample %u", sample);
  if (decision_list(p, &decisions, &n, e))
    return -1;
  for (size_t i = 0; i < n && !found; i++)
    if (decisions[i].sample == sample) {
      *came = came_of(&decisions[i], &s);
      found = true;
    }
  decisions_free(decisions, n);
  return found ? 0 : err_set(e, ERR_INPUT, "nobody has decided about sample %u by itself yet", sample);
}

int
audit_answer(struct project *p, uint32_t sample, const struct judgement *answer, struct err *e)
{
  struct audit_row row = {.sample = sample, .after = *answer};
  struct judgement came;
  struct sample s;
  int rc;

  if (audit_came(p, sample, &came, e))
    return -1;
  free(came.labels);
  corpus_get(project_corpus(p), sample, &s);
  row.before = copy_judgement(s.status, s.labels, s.n_labels);
  rc = audit_store_add(p, &row, e);
  free(row.before.labels);
  return rc;
}

/* ---- what comes of it ---- */

static bool
given(const struct judgement *j, uint16_t label)
{
  if (j->status == STATUS_REJECTED)
    return label == LABEL_NONE;
  for (uint32_t i = 0; i < j->n_labels; i++)
    if (j->labels[i] == label)
      return true;
  return false;
}

/* A number for each set of labels, and for rejected. */
static uint32_t
category(struct strmap *categories, const struct judgement *j)
{
  bool rejected = j->status == STATUS_REJECTED;
  const char *key = rejected ? "rejected" : j->n_labels ? (const char *)j->labels : "";
  size_t n = rejected ? 8 : j->n_labels * sizeof *j->labels;
  struct buf b = BUF_INIT;
  int64_t number;

  buf_addc(&b, rejected ? 'r' : 'l');
  buf_add(&b, key, n);
  number = strmap_get(categories, b.s, b.n, -1);
  if (number < 0) {
    number = (int64_t)categories->n;
    strmap_put(categories, b.s, b.n, number);
  }
  buf_release(&b);
  return (uint32_t)number;
}

/* The last answer about each sample; how many. */
static size_t
keep_last(struct audit_row *rows, size_t n)
{
  size_t kept = 0;

  for (size_t i = 0; i < n; i++) {
    bool last = true;

    for (size_t k = i + 1; k < n && last; k++)
      last = rows[k].sample != rows[i].sample;
    if (last) {
      struct audit_row swap = rows[kept];

      rows[kept++] = rows[i];
      rows[i] = swap;
    }
  }
  return kept;
}

static void
count_label(struct audit_report *r, const struct audit_row *rows, size_t n, uint16_t label)
{
  struct audit_label l = {.label = label};

  for (size_t i = 0; i < n; i++) {
    bool first = given(&rows[i].before, label), second = given(&rows[i].after, label);

    l.first += first;
    l.second += second;
    l.both += first && second;
  }
  if (l.first || l.second)
    r->labels[r->n_labels++] = l;
}

static void
fill(struct project *p, const struct audit_row *rows, size_t n, struct audit_report *r)
{
  size_t n_labels = labels_count(corpus_labels(project_corpus(p)));
  uint32_t *first = xcalloc(n + 1, sizeof *first), *second = xcalloc(n + 1, sizeof *second);
  struct strmap categories;

  strmap_init(&categories);
  r->differences = xcalloc(n + 1, sizeof *r->differences);
  r->labels = xcalloc(n_labels + 2, sizeof *r->labels);
  for (size_t i = 0; i < n; i++) {
    const struct judgement *a = &rows[i].before, *b = &rows[i].after;

    first[i] = category(&categories, a);
    second[i] = category(&categories, b);
    if (first[i] != second[i])
      r->differences[r->n_differences++] = (struct audit_difference){
        rows[i].sample, copy_judgement(a->status, a->labels, a->n_labels),
        copy_judgement(b->status, b->labels, b->n_labels)};
  }
  r->agreement = agreement_of(first, second, n, categories.n);
  for (size_t i = 0; i < n_labels; i++)
    count_label(r, rows, n, (uint16_t)i);
  count_label(r, rows, n, LABEL_NONE);
  strmap_release(&categories);
  free(first);
  free(second);
}

int
audit_report(struct project *p, struct audit_report *report, struct err *e)
{
  struct audit_row *rows;
  size_t n;

  *report = (struct audit_report){.n_labels = 0};
  if (audit_store_list(p, &rows, &n, e))
    return -1;
  fill(p, rows, keep_last(rows, n), report);
  audit_rows_free(rows, n);
  return 0;
}

void
audit_report_release(struct audit_report *report)
{
  for (size_t i = 0; i < report->n_differences; i++) {
    free(report->differences[i].first.labels);
    free(report->differences[i].second.labels);
  }
  free(report->differences);
  free(report->labels);
  *report = (struct audit_report){.n_labels = 0};
}
