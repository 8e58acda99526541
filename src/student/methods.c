#include "student/methods.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "student/calibrate.h"
#include "student/coteach.h"
#include "student/parcel.h"
#include "student/ramp.h"
#include "student/reweigh.h"
#include "student/selftrain.h"
#include "student/temporal.h"

#define ASKED 256        /* texts at a time */
enum { TURNS = 0x7475726e, DRAW = 0x64726177 };  /* chances of their own out of one seed */

struct methods {
  struct training_plan plan;
  struct student_task task;
  double values[METHOD_N_OPTIONS];
  struct loss loss;
  int done;                  /* epochs */
  struct temporal *temporal; /* these are NULL where they are not asked for */
  struct selftrain *selftrain;
  struct reweigh *reweigh;
  uint32_t *turns;           /* (n_train + n_pool) rows in the order in which adversarial training takes them */
  uint64_t round, turn;      /* how often all were had, and how many of this time */
  float *probabilities;      /* (C) */
};

static void
shuffle_turns(struct methods *m)
{
  size_t n = m->plan.n_train + m->plan.n_pool;
  struct rng r;

  for (size_t i = 0; i < n; i++)
    m->turns[i] = (uint32_t)i;
  rng_seed(&r, hash_mix(m->plan.seed ^ hash_mix(m->round + TURNS)));
  rng_shuffle(&r, m->turns, n);
}

struct methods *
methods_new(const struct training_plan *plan, const double *values, double smoothing)
{
  struct methods *m = xcalloc(1, sizeof *m);
  size_t C = plan->task.n_classes;

  m->plan = *plan;
  m->task = plan->task;
  for (size_t i = 0; i < METHOD_N_OPTIONS; i++)
    m->values[i] = values[i];
  m->loss = (struct loss){
    .kind = (enum loss_kind)values[METHOD_LOSS],
    .multilabel = plan->task.multilabel,
    .smoothing = (float)smoothing,
    .q = (float)values[METHOD_Q],
    .alpha = (float)values[METHOD_ALPHA],
    .beta = (float)values[METHOD_BETA],
    .temperature = (float)values[METHOD_TEMPERATURE],
  };
  m->probabilities = xcalloc(C, sizeof *m->probabilities);
  if (values[METHOD_TEMPORAL] > 0)
    m->temporal = temporal_new(plan->n_train, C);
  if (values[METHOD_SELFTRAIN] > 0 && plan->n_pool > 0)
    m->selftrain = selftrain_new(&plan->task, plan->n_train, plan->pool, plan->n_pool, values[METHOD_CONFIDENCE]);
  if (values[METHOD_WEIGHTS] > 0)
    m->reweigh = reweigh_new(plan->n_train, &plan->task);
  if (values[METHOD_VAT] > 0) {
    m->turns = xcalloc(plan->n_train + plan->n_pool, sizeof *m->turns);
    shuffle_turns(m);
  }
  return m;
}

void
methods_free(struct methods *m)
{
  if (!m)
    return;
  temporal_free(m->temporal);
  selftrain_free(m->selftrain);
  reweigh_free(m->reweigh);
  free(m->turns);
  free(m->probabilities);
  free(m);
}

/* ---- in an epoch ----------------------------------------------------------------------------------------------- */

size_t
methods_pool(const struct methods *m, uint32_t *rows)
{
  size_t n = 0;

  for (size_t i = 0; i < m->plan.n_pool; i++)
    if ((m->plan.pool[i].soft && m->values[METHOD_SOFT] > 0) || (m->selftrain && selftrain_taken(m->selftrain, i)))
      rows[n++] = (uint32_t)(m->plan.n_train + i);
  return n;
}

static float
given_weight(const struct example *x)
{
  return x->weight > 0 ? x->weight : 1;
}

static void
pool_goal(const struct methods *m, size_t text, float *target, struct goal *g)
{
  const struct example *x = &m->plan.pool[text];

  *g = (struct goal){target, x->soft, 1, given_weight(x)};
  for (size_t c = 0; c < m->task.n_classes; c++)
    target[c] = x->soft ? x->soft[c] : 0;
  if (x->soft || !m->selftrain)
    return;
  selftrain_target(m->selftrain, text, target);
  g->weight *= (float)(m->values[METHOD_SELFTRAIN] * ramp_up(m->done, m->values[METHOD_RAMP])) *
               selftrain_part(m->selftrain);
}

static void
train_goal(struct methods *m, size_t text, const float *scores, float *target, struct goal *g)
{
  static const struct calibration plain = {1, 0, 0.5f};
  const struct example *x = &m->plan.train[text];

  *g = (struct goal){target, x->soft, x->soft ? (float)m->values[METHOD_SOFT] : 0, given_weight(x)};
  for (size_t c = 0; c < m->task.n_classes; c++)
    target[c] = 0;
  for (size_t i = 0; i < x->n_labels; i++)
    target[x->labels[i]] = 1;
  if (m->reweigh)
    g->weight *= reweigh_of(m->reweigh, text);
  if (!m->temporal)
    return;
  temporal_mix(m->temporal, text, (float)(m->values[METHOD_TEMPORAL] * ramp_up(m->done, m->values[METHOD_RAMP])),
               target);
  calibrate_row(&plain, &m->task, scores, m->probabilities);
  temporal_tell(m->temporal, text, m->probabilities);
}

void
methods_goals(struct methods *m, const uint32_t *rows, size_t B, const float *scores, float *targets,
              struct goal *goals)
{
  for (size_t b = 0; b < B; b++) {
    float *target = targets + b * m->task.n_classes;

    if (rows[b] < m->plan.n_train)
      train_goal(m, rows[b], scores + b * m->task.n_classes, target, &goals[b]);
    else
      pool_goal(m, rows[b] - m->plan.n_train, target, &goals[b]);
  }
}

double
goals_loss(const struct methods *m, const struct goal *g, const float *scores, float *dscores)
{
  struct loss l = m->loss;

  l.share = g->share;
  return loss_row(&l, m->task.n_classes, scores, g->target, g->soft, g->weight, dscores);
}

bool
methods_twin(const struct methods *m)
{
  return m->values[METHOD_COTEACH] > 0;
}

static void
leave_out(size_t B, const double *losses, double forget, bool *keep, struct goal *goals)
{
  coteach_keep(losses, B, forget, keep);
  for (size_t b = 0; b < B; b++)
    if (!keep[b])
      goals[b].weight = 0;
}

void
methods_exchange(const struct methods *m, size_t B, const double *losses_a, const double *losses_b,
                 struct goal *goals_a, struct goal *goals_b)
{
  bool keep[METHODS_MAX_BATCH];
  double forget = coteach_forget(m->values[METHOD_COTEACH], m->values[METHOD_RAMP], m->done);

  ensure(B <= METHODS_MAX_BATCH);
  leave_out(B, losses_b, forget, keep, goals_a);
  leave_out(B, losses_a, forget, keep, goals_b);
}

double
methods_vat(const struct methods *m)
{
  return m->values[METHOD_VAT];
}

double
methods_vat_size(const struct methods *m)
{
  return m->values[METHOD_VAT_SIZE];
}

void
methods_vat_rows(struct methods *m, size_t B, uint32_t *rows)
{
  for (size_t b = 0; b < B; b++) {
    if (m->turn == m->plan.n_train + m->plan.n_pool) {
      m->turn = 0;
      m->round++;
      shuffle_turns(m);
    }
    rows[b] = m->turns[m->turn++];
  }
}

/* ---- between epochs -------------------------------------------------------------------------------------------- */

/* Room for what is asked at a time. */
struct answers {
  float *vectors, *scores;
  methods_ask *ask;
  void *arg;
  size_t D;
};

static void
learn_pool(struct methods *m, const struct answers *a)
{
  static const struct calibration plain = {1, 0, 0.5f};
  size_t C = m->task.n_classes;

  for (size_t first = 0; first < m->plan.n_pool; first += ASKED) {
    size_t n = m->plan.n_pool - first < ASKED ? m->plan.n_pool - first : ASKED;

    a->ask(a->arg, METHOD_POOL, first, n, NULL, a->scores);
    for (size_t i = 0; i < n; i++) {
      calibrate_row(&plain, &m->task, a->scores + i * C, m->probabilities);
      selftrain_tell(m->selftrain, first + i, 1, m->probabilities);
    }
  }
  selftrain_draw(m->selftrain, hash_mix(m->plan.seed ^ hash_mix((uint64_t)m->done + DRAW)));
}

static void
learn_set(struct methods *m, const struct answers *a, enum method_set set, const struct example *x, size_t n_set,
          void (*tell)(struct reweigh *w, size_t text, const struct example *x, const float *vector, const float *scores))
{
  for (size_t first = 0; first < n_set; first += ASKED) {
    size_t n = n_set - first < ASKED ? n_set - first : ASKED;

    a->ask(a->arg, set, first, n, a->vectors, a->scores);
    for (size_t i = 0; i < n; i++)
      tell(m->reweigh, first + i, &x[first + i], a->vectors + i * a->D, a->scores + i * m->task.n_classes);
  }
}

static void
reweigh_held(struct reweigh *w, size_t text, const struct example *x, const float *vector, const float *scores)
{
  (void)text;
  reweigh_outer(w, x, vector, scores);
}

void
methods_learn(struct methods *m, size_t D, const struct example *valid, size_t n_valid, methods_ask *ask, void *arg)
{
  struct answers a = {.ask = ask, .arg = arg, .D = D};

  m->done++;
  if (!m->selftrain && !m->reweigh)
    return;
  a.vectors = xcalloc(ASKED * D, sizeof *a.vectors);
  a.scores = xcalloc(ASKED * (size_t)m->task.n_classes, sizeof *a.scores);
  if (m->selftrain)
    learn_pool(m, &a);
  if (m->reweigh && m->done >= m->values[METHOD_RAMP]) {
    reweigh_begin(m->reweigh, D);
    if (n_valid > 0)
      learn_set(m, &a, METHOD_VALID, valid, n_valid, reweigh_held);
    else
      learn_set(m, &a, METHOD_TRAIN, m->plan.train, m->plan.n_train, reweigh_held);
    learn_set(m, &a, METHOD_TRAIN, m->plan.train, m->plan.n_train, reweigh_inner);
    reweigh_end(m->reweigh);
  }
  free(a.vectors);
  free(a.scores);
}

/* ---- kept on the way ------------------------------------------------------------------------------------------- */

void
methods_save(const struct methods *m, struct buf *out)
{
  parcel_add(out, &m->done, sizeof m->done);
  parcel_add(out, &m->round, sizeof m->round);
  parcel_add(out, &m->turn, sizeof m->turn);
  if (m->temporal)
    temporal_save(m->temporal, out);
  if (m->selftrain)
    selftrain_save(m->selftrain, out);
  if (m->reweigh)
    reweigh_save(m->reweigh, out);
}

int
methods_restore(struct methods *m, const char *bytes, size_t n, size_t *used)
{
  struct parcel p = {bytes, n, 0, false};
  size_t part = 0;

  parcel_get(&p, &m->done, sizeof m->done);
  parcel_get(&p, &m->round, sizeof m->round);
  parcel_get(&p, &m->turn, sizeof m->turn);
  if (p.short_ || m->done < 0 || m->turn > m->plan.n_train + m->plan.n_pool)
    return -1;
  if (m->temporal && temporal_restore(m->temporal, bytes + p.at, n - p.at, &part) != 0)
    return -1;
  p.at += m->temporal ? part : 0;
  if (m->selftrain && selftrain_restore(m->selftrain, bytes + p.at, n - p.at, &part) != 0)
    return -1;
  p.at += m->selftrain ? part : 0;
  if (m->reweigh && reweigh_restore(m->reweigh, bytes + p.at, n - p.at, &part) != 0)
    return -1;
  p.at += m->reweigh ? part : 0;
  if (m->turns)
    shuffle_turns(m);
  return parcel_end(&p, used);
}
