/* A batch and the end of an epoch; see neural.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "student/dynamics.h"
#include "student/neural-inside.h"
#include "student/schedule.h"

#define LOSS_ROWS 8   /* texts of a task */
#define BETA1 0.9
#define BETA2 0.999
#define EPSILON 1e-8

/* ---- scores ------------------------------------------------------------------------------------------------------ */

static void
swap(float **a, float **b)
{
  float *was = *a;

  *a = *b;
  *b = was;
}

void
neural_answer_begin(struct neural *t, struct learner *l)
{
  if (t->n_averaged)
    swap(&l->net->w, &l->average);
  network_pack(l->net, t->team);
}

void
neural_answer_end(struct neural *t, struct learner *l)
{
  if (t->n_averaged)
    swap(&l->net->w, &l->average);
}

static void
add_scores(struct neural *t, struct learner *l, const uint32_t *rows, size_t n, float *vectors, float *scores)
{
  size_t size = t->pass[0]->limits.max_texts, C = t->task.n_classes;
  struct pass *p = t->pass[0];

  neural_answer_begin(t, l);
  for (size_t from = 0; from < n; from += size) {
    size_t B = n - from < size ? n - from : size;

    pass_set(p, l->net, &t->texts, rows + from, B, 0, 0);
    pass_forward(p, l->net, t->team, &(struct pass_how){0});
    for (size_t i = 0; i < B * C; i++)
      scores[from * C + i] += p->scores[i];
    if (vectors)
      memcpy(vectors + from * l->net->H, p->h, B * l->net->H * sizeof *vectors);
  }
  neural_answer_end(t, l);
}

void
neural_score(struct neural *t, const uint32_t *rows, size_t n, float *vectors, float *scores)
{
  float share = (float)t->stride / (float)t->n_learners;

  memset(scores, 0, n * t->task.n_classes * sizeof *scores);
  for (size_t k = 0; k < t->n_learners; k += t->stride)
    add_scores(t, &t->learners[k], rows, n, k == 0 ? vectors : NULL, scores);
  for (size_t i = 0; i < n * t->task.n_classes; i++)
    scores[i] *= share;
}

/* ---- a batch ----------------------------------------------------------------------------------------------------- */

struct losses {
  struct neural *t;
  const float *scores;
  const struct goal *goals;
  float *dscores;
  double *losses;
  size_t B;
};

static void
loss_task(void *arg, size_t task, int member)
{
  const struct losses *k = arg;
  size_t C = k->t->task.n_classes;

  (void)member;
  for (size_t b = task * LOSS_ROWS; b < k->B && b < (task + 1) * LOSS_ROWS; b++) {
    k->losses[b] = goals_loss(k->t->methods, &k->goals[b], k->scores + b * C, k->dscores + b * C);
    for (size_t c = 0; c < C; c++)
      k->dscores[b * C + c] /= (float)k->B;
  }
}

static void
make_losses(struct neural *t, size_t twin, size_t B)
{
  struct losses k = {t, t->pass[twin]->scores, t->goals[twin], t->dscores[twin], t->losses[twin], B};

  team_run(t->team, (B + LOSS_ROWS - 1) / LOSS_ROWS, loss_task, &k);
}

static const struct example *
example_of(const struct neural *t, uint32_t row)
{
  return row < t->plan.n_train ? &t->plan.train[row] : &t->plan.pool[row - t->plan.n_train];
}

static void
set_goals(struct neural *t, const uint32_t *rows, size_t B)
{
  methods_goals(t->methods, rows, B, t->pass[0]->scores, t->targets, t->fresh);
  for (size_t b = 0; t->class_weight && b < B; b++) {
    const struct example *x = example_of(t, rows[b]);
    float sum = 0;

    for (size_t l = 0; l < x->n_labels; l++)
      sum += t->class_weight[x->labels[l]];
    t->fresh[b].weight *= x->n_labels && rows[b] < t->plan.n_train ? sum / x->n_labels : 1;
  }
}

/* Each twin picks the texts that the other one learns. */
static void
exchange(struct neural *t, size_t B)
{
  for (size_t j = 0; j < 2; j++) {
    for (size_t b = 0; b < B; b++)
      t->goals[j][b].weight = 1;
    make_losses(t, j, B);
    memcpy(t->goals[j], t->fresh, B * sizeof *t->fresh);
  }
  methods_exchange(t->methods, B, t->losses[0], t->losses[1], t->goals[0], t->goals[1]);
}

static struct adam_rates
rates_of(const struct neural *t)
{
  const double *v = t->values;
  double done = ((double)(t->epoch - 1) + (double)t->at / (double)t->n_order) / t->epochs;

  return (struct adam_rates){v[NEURAL_LR] * schedule_at((enum schedule)v[NEURAL_SCHEDULE], done, v[NEURAL_WARMUP]), BETA1,
                             BETA2, EPSILON, v[NEURAL_DECAY], v[NEURAL_CLIP]};
}

static void
update(struct neural *t, size_t twin, struct learner *l, size_t B, uint64_t key)
{
  struct adam_rates rates = rates_of(t);
  struct pass *p = t->pass[twin];
  struct vat_how how = {methods_vat(t->methods), methods_vat_size(t->methods), (float)t->values[NEURAL_DROPOUT],
                        hash_mix(key)};

  make_losses(t, twin, B);
  pass_backward(p, l->net, t->team, t->dscores[twin]);
  pass_gradients(p, l->net, t->team, t->gradients, false);
  if (t->vat)
    vat_step(t->vat, l->net, t->team, &t->texts, t->vat_rows, B, &how, t->gradients);
  adam_step(l->adam, l->net, t->team, t->gradients, &rates);
}

/* A network, and its twin where there is one. */
static void
learn(struct neural *t, size_t k, const uint32_t *rows, size_t B)
{
  float share = (float)t->stride / (float)t->n_learners;
  uint64_t key[2];

  for (size_t j = 0; j < t->stride; j++) {
    struct learner *l = &t->learners[k + j];
    struct pass_how how = {.dropout = (float)t->values[NEURAL_DROPOUT]};

    how.key = key[j] = hash_mix(l->seed ^ hash_mix(t->batches));
    network_pack(l->net, t->team);
    pass_set(t->pass[j], l->net, &t->texts, rows, B, (float)t->values[NEURAL_WORD_DROPOUT], how.key);
    pass_forward(t->pass[j], l->net, t->team, &how);
  }
  if (k == 0)
    set_goals(t, rows, B);
  for (size_t j = 0; j < t->stride; j++)
    memcpy(t->goals[j], t->fresh, B * sizeof *t->fresh);
  for (size_t i = 0; i < B * t->task.n_classes; i++)
    t->scores[i] += share * t->pass[0]->scores[i];
  if (t->stride == 2)
    exchange(t, B);
  for (size_t j = 0; j < t->stride; j++)
    update(t, j, &t->learners[k + j], B, key[j]);
}

/* ---- what is said of a batch ------------------------------------------------------------------------------------- */

static bool
has_label(const struct example *x, size_t c)
{
  for (size_t l = 0; l < x->n_labels; l++)
    if (x->labels[l] == c)
      return true;
  return false;
}

/* What the network says by itself: the calibration of the last epoch does not fit one that has learned on. */
static const struct calibration plain = {1, 0, 0.5f};

/* Adds a text's loss, and whether all of it is right. */
static void
watch_text(struct neural *t, const struct example *x, const float *scores)
{
  float most;
  size_t C = t->task.n_classes, best = student_best(scores, C);
  double sum = 0;
  bool right = true;

  if (!t->task.multilabel) {
    most = scores[best];
    for (size_t c = 0; c < C; c++)
      sum += (double)expf(scores[c] - most);
    t->late_loss += log(sum) - (double)(scores[x->labels[0]] - most);
    t->late_right += best == x->labels[0];
    return;
  }
  for (size_t c = 0; c < C; c++) {
    float p = 1 / (1 + expf(-scores[c]));
    bool has = has_label(x, c);

    t->late_loss -= log(fmax((double)(has ? p : 1 - p), 1e-12));
    right = right && has == (p >= plain.threshold);
  }
  t->late_right += right;
}

/* Older texts fade; those of the pool have no label and do not count. */
static void
watch(struct neural *t, const uint32_t *rows, size_t B)
{
  size_t C = t->task.n_classes, n = 0;
  double keep = exp(-4 * (double)B / (double)t->n_order);

  t->late_loss *= keep;
  t->late_right *= keep;
  t->late_texts *= keep;
  for (size_t b = 0; b < B; b++) {
    if (rows[b] >= t->plan.n_train)
      continue;
    watch_text(t, &t->plan.train[rows[b]], t->scores + b * C);
    memmove(t->scores + n * C, t->scores + b * C, C * sizeof *t->scores);
    t->told[n++] = rows[b];
  }
  t->late_texts += (double)n;
  if (t->base.watch && n)
    dynamics_tell(t->base.watch, &(struct scored){t->scores, n, C, t->plan.train, t->told, &t->task}, &plain,
                  team_size(t->team));
}

void
neural_learn(struct neural *t, const uint32_t *rows, size_t B)
{
  memset(t->scores, 0, B * t->task.n_classes * sizeof *t->scores);
  if (t->vat)
    methods_vat_rows(t->methods, B, t->vat_rows);
  for (size_t k = 0; k < t->n_learners; k += t->stride)
    learn(t, k, rows, B);
  t->batches++;
  watch(t, rows, B);
}

/* ---- the end of an epoch ----------------------------------------------------------------------------------------- */

static void
average(struct neural *t)
{
  double first = t->epochs * (1 - t->values[NEURAL_SWA]);
  float share = 1 / (float)(t->n_averaged + 1);

  if (t->values[NEURAL_SWA] <= 0 || t->epoch <= first)
    return;
  for (size_t k = 0; k < t->n_learners; k++)
    for (size_t i = 0; i < t->learners[k].net->n; i++)
      t->learners[k].average[i] += share * (t->learners[k].net->w[i] - t->learners[k].average[i]);
  t->n_averaged++;
}

static void
count_confusion(struct neural *t)
{
  size_t C = t->task.n_classes;

  memset(t->confusion, 0, C * C * sizeof *t->confusion);
  for (size_t i = 0; i < t->n_held; i++)
    t->confusion[t->held[i].labels[0] * C + student_best(t->judged + i * C, C)]++;
}

static void
judge(struct neural *t)
{
  struct scored s = {t->judged, t->n_held, t->task.n_classes, t->held, t->judged_which, &t->task};

  neural_score(t, t->held_rows, t->n_held, NULL, t->judged);
  calibrate(&t->calibration, &s);
  t->quality = calibrate_quality(&t->calibration, &s);
  if (t->confusion)
    count_confusion(t);
}

static void
keep_best(struct neural *t)
{
  if (!(t->quality.loss < t->best_loss)) {
    t->since_best++;
    return;
  }
  t->best_loss = t->quality.loss;
  t->best_epoch = t->epoch;
  t->best_calibration = t->calibration;
  t->best_quality = t->quality;
  t->since_best = 0;
  for (size_t k = 0; k < t->n_learners; k += t->stride) {
    struct learner *l = &t->learners[k];

    memcpy(l->best, t->n_averaged ? l->average : l->net->w, l->net->n * sizeof *l->best);
  }
}

static void
ask(void *arg, enum method_set set, size_t first, size_t n, float *vectors, float *scores)
{
  struct neural *t = arg;
  uint32_t *rows = xmalloc((n + 1) * sizeof *rows);

  for (size_t i = 0; i < n; i++)
    rows[i] = set == METHOD_VALID ? t->held_rows[first + i]
                                  : (uint32_t)(first + i + (set == METHOD_POOL ? t->plan.n_train : 0));
  neural_score(t, rows, n, vectors, scores);
  free(rows);
}

void
neural_end_epoch(struct neural *t)
{
  average(t);
  if (t->n_held) {
    judge(t);
    keep_best(t);
  }
  methods_learn(t->methods, t->learners[0].net->H, t->held, t->n_held, ask, t);
  t->over = t->epoch >= t->epochs ||
            (t->values[NEURAL_PATIENCE] > 0 && t->since_best >= t->values[NEURAL_PATIENCE]);
}
