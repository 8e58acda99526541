#include "curate/crossval.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

#define NO_FOLD 255
#define FOLDS_MAX 100
#define BATCH 8192     /* texts asked about at a time */

struct running {
  const struct crossval *cv;
  const struct example *x;
  const uint8_t *uses;
  size_t n;
  float *probabilities;
  uint8_t *fold;
  int folds;
  double done, total;          /* trainings */
  uint32_t *which;             /* (n) scratch: texts to learn from, then to ask about */
  struct example *some;        /* (n) these */
  float *answers;              /* (BATCH, C) */
};

/* ---- folds ------------------------------------------------------------------------------------------------------- */

static uint32_t
leader_of(const uint32_t *group, size_t i)
{
  return group ? group[i] : (uint32_t)i;
}

/* The fold that has least of this label so far; of equals the smallest, then the next in turn. */
static int
neediest(const uint32_t *counts, const uint32_t *totals, int folds, int from)
{
  int best = from;

  for (int i = 1; i < folds; i++) {
    int f = (from + i) % folds;

    if (counts[f] < counts[best] || (counts[f] == counts[best] && totals[f] < totals[best]))
      best = f;
  }
  return best;
}

struct dealing {
  uint32_t *size;              /* (n) of the group that begins here */
  uint32_t *leaders;
  size_t n_leaders;
  uint32_t *counts;            /* (C + 1, folds) */
  uint32_t totals[FOLDS_MAX];
};

static void
find_groups(struct dealing *d, const uint8_t *uses, const uint32_t *group, size_t n)
{
  d->size = xcalloc(n + 1, sizeof *d->size);
  d->leaders = xmalloc((n + 1) * sizeof *d->leaders);
  for (size_t i = 0; i < n; i++)
    if (uses[i] != CROSSVAL_ASK && d->size[leader_of(group, i)]++ == 0)
      d->leaders[d->n_leaders++] = leader_of(group, i);
}

int
crossval_deal(const struct crossval *cv, const struct example *x, const uint8_t *uses, const uint32_t *group, size_t n,
              uint8_t *fold)
{
  size_t C = cv->task.n_classes;
  struct dealing d = {0};
  struct rng r;
  int folds = cv->folds < FOLDS_MAX ? cv->folds : FOLDS_MAX;

  find_groups(&d, uses, group, n);
  if (d.n_leaders < (size_t)folds)
    folds = d.n_leaders < 2 ? 2 : (int)d.n_leaders;
  d.counts = xcalloc((C + 1) * (size_t)folds, sizeof *d.counts);
  rng_seed(&r, cv->seed ^ 0x637276);
  rng_shuffle(&r, d.leaders, d.n_leaders);
  memset(fold, NO_FOLD, n);
  for (size_t q = 0; q < d.n_leaders; q++) {
    uint32_t i = d.leaders[q];
    uint32_t *counts = d.counts + (x[i].n_labels ? x[i].labels[0] : C) * (size_t)folds;
    int f = neediest(counts, d.totals, folds, (int)rng_below(&r, (uint64_t)folds));

    counts[f] += d.size[i];
    d.totals[f] += d.size[i];
    fold[i] = (uint8_t)f;
  }
  for (size_t i = n; i-- > 0;)  /* backwards: a leader stands before its group */
    fold[i] = uses[i] == CROSSVAL_ASK ? NO_FOLD : fold[leader_of(group, i)];
  free(d.size);
  free(d.leaders);
  free(d.counts);
  return folds;
}

/* ---- one student ------------------------------------------------------------------------------------------------- */

static int
compare_places(const void *a, const void *b)
{
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

  return x < y ? -1 : x > y;
}

/* What the student of a fold learns from (NO_FOLD: of all), into some[]. */
static size_t
gather(struct running *r, int fold)
{
  size_t n = 0, most = r->cv->most ? r->cv->most : CROSSVAL_MOST;
  struct rng rng;

  for (size_t i = 0; i < r->n; i++)
    if (r->uses[i] == CROSSVAL_LEARN && r->fold[i] != fold)
      r->which[n++] = (uint32_t)i;
  if (n > most) {
    rng_seed(&rng, r->cv->seed + (uint64_t)fold + 1);
    rng_shuffle(&rng, r->which, n);
    n = most;
    qsort(r->which, n, sizeof *r->which, compare_places);
  }
  for (size_t i = 0; i < n; i++)
    r->some[i] = r->x[r->which[i]];
  return n;
}

static int
stopped(const struct running *r, struct err *e)
{
  return stop_wanted(r->cv->stop) ? err_set(e, ERR_INTERRUPTED, "interrupted") : 0;
}

static void
tell(const struct running *r, double part)
{
  if (r->cv->told)
    r->cv->told(r->cv->arg, r->done + part, r->total);
}

static struct student *
learn(struct running *r, int fold, struct err *e)
{
  const struct crossval *cv = r->cv;
  size_t n = gather(r, fold);
  struct training *t = training_new(cv->kind, &cv->task, r->some, n, NULL, 0, cv->values, cv->seed, cv->threads, e);
  struct student *s = NULL;
  struct train_point p;
  int more = t ? 1 : -1;

  while (more == 1 && (more = stopped(r, e)) == 0)
    if ((more = training_step(t, &p, e)) == 1)
      tell(r, 0.8 * p.step / (p.n_steps > 0 ? p.n_steps : 1));
  if (more == 0)
    s = training_take(t, e);
  training_free(t);
  return s;
}

static void
take_answer(float *p, const float *answer, size_t n, bool add)
{
  for (size_t k = 0; k < n; k++)
    p[k] = add ? p[k] + answer[k] : answer[k];
}

/* Asks a student about the texts of its fold. */
static int
ask(struct running *r, const struct student *s, int fold, struct err *e)
{
  size_t C = r->cv->task.n_classes, n = 0;

  for (size_t i = 0; i < r->n; i++)
    if (r->fold[i] == fold)
      r->which[n++] = (uint32_t)i;
  for (size_t at = 0; at < n; at += BATCH) {
    size_t m = n - at < BATCH ? n - at : BATCH;

    if (stopped(r, e))
      return -1;
    for (size_t i = 0; i < m; i++)
      r->some[i] = r->x[r->which[at + i]];
    student_predict(s, r->some, m, r->cv->threads, r->answers);
    for (size_t i = 0; i < m; i++)
      take_answer(r->probabilities + r->which[at + i] * C, r->answers + i * C, C, r->cv->add);
    tell(r, 0.8 + 0.2 * (double)(at + m) / (double)n);
  }
  return 0;
}

static int
run_fold(struct running *r, int fold, struct err *e)
{
  struct student *s = learn(r, fold, e);
  int rc = s ? ask(r, s, fold, e) : -1;

  student_free(s);
  r->done++;
  return rc;
}

/* ---- all --------------------------------------------------------------------------------------------------------- */

static bool
somebody_asks(const struct running *r)
{
  for (size_t i = 0; i < r->n; i++)
    if (r->uses[i] == CROSSVAL_ASK)
      return true;
  return false;
}

int
crossval_run(const struct crossval *cv, const struct example *x, const uint8_t *uses, const uint32_t *group, size_t n,
             float *probabilities, int *folds_used, struct err *e)
{
  struct running r = {.cv = cv, .x = x, .uses = uses, .n = n, .probabilities = probabilities};
  bool asks = somebody_asks(&r);
  int rc = 0;

  r.fold = xmalloc(n + 1);
  r.folds = crossval_deal(cv, x, uses, group, n, r.fold);
  r.total = r.folds + asks;
  r.which = xmalloc((n + 1) * sizeof *r.which);
  r.some = xmalloc((n + BATCH) * sizeof *r.some);
  r.answers = xmalloc(BATCH * (size_t)cv->task.n_classes * sizeof *r.answers);
  for (int f = 0; f < r.folds && rc == 0; f++)
    rc = run_fold(&r, f, e);
  if (rc == 0 && asks)
    rc = run_fold(&r, NO_FOLD, e);
  if (folds_used)
    *folds_used = r.folds;
  free(r.fold);
  free(r.which);
  free(r.some);
  free(r.answers);
  return rc;
}
