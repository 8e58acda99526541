/* Beginning and stepping; see neural.h. */
#include "student/neural.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "student/dynamics.h"
#include "student/neural-inside.h"
#include "student/neural-model.h"
#include "token/vectors.h"

#define STEP_WORK 4e8     /* multiply-adds of a step, about 10 ms on two processors */
#define SUBWORD_MIN 3
#define SUBWORD_MAX 6

/* ---- texts ------------------------------------------------------------------------------------------------------- */

static void
learn_tokens(struct neural *t)
{
  const double *v = t->values;
  struct token_options o = {.unit = (enum token_unit)v[NEURAL_TOKENS], .lower = v[NEURAL_LOWER] > 0,
                            .vocabulary = (uint32_t)v[NEURAL_VOCABULARY], .min_count = (uint32_t)v[NEURAL_MIN_COUNT],
                            .buckets = v[NEURAL_TOKENS] == TOKEN_WORDS ? (uint32_t)v[NEURAL_SUBWORDS] : 0,
                            .sub_min = SUBWORD_MIN, .sub_max = SUBWORD_MAX};
  size_t parts = t->task.pair ? 2 : 1, n = t->plan.n_train + t->plan.n_pool;
  const char **texts;

  if (t->plan.from) {
    t->tokenizer = neural_copy_tokenizer(t->plan.from);
    return;
  }
  texts = xmalloc((parts * n + 1) * sizeof *texts);

  for (size_t i = 0; i < n; i++) {
    const struct example *x = i < t->plan.n_train ? &t->plan.train[i] : &t->plan.pool[i - t->plan.n_train];

    texts[i * parts] = x->text;
    if (parts == 2)
      texts[i * parts + 1] = x->text2;
  }
  t->tokenizer = tokenizer_learn(&o, texts, parts * n, t->plan.threads);
  free(texts);
}

static int
read_texts(struct neural *t, bool wants_start, struct err *e)
{
  const struct training_plan *p = &t->plan;

  t->encoding = (struct encoding){t->tokenizer, t->task.pair, t->task.pair && t->values[NEURAL_PAIR] > 0, wants_start,
                                  (size_t)t->values[NEURAL_MAX_LENGTH]};
  encoded_init(&t->texts, &t->encoding);
  if (encoded_add(&t->texts, &t->encoding, p->train, p->n_train, p->threads, p->stop) &&
      encoded_add(&t->texts, &t->encoding, p->pool, p->n_pool, p->threads, p->stop)) {
    t->met = xcalloc(tokenizer_rows(t->tokenizer), sizeof *t->met);
    if (p->from)
      neural_copy_met(p->from, t->met);
    for (size_t i = 0; i < t->texts.row_start[t->texts.n_tokens]; i++)
      t->met[t->texts.row[i]] = true;
    if (encoded_add(&t->texts, &t->encoding, p->valid, p->n_valid, p->threads, p->stop))
      return 0;
  }
  return err_set(e, ERR_INTERRUPTED, "stopped while texts were read");
}

/* A share of the texts of each label (the first of several), at random: at least one of a label that has some to spare. */
static void
set_aside(struct neural *t, double share)
{
  size_t C = t->task.n_classes, n = t->plan.n_train, *left = xcalloc(C + 1, sizeof *left);
  uint32_t *order = xmalloc(n * sizeof *order);
  bool *held = xcalloc(n, sizeof *held);
  struct rng r;

  rng_seed(&r, hash_mix(t->plan.seed ^ 0x68656c64));
  for (size_t i = 0; i < n; i++) {
    order[i] = (uint32_t)i;
    left[t->plan.train[i].n_labels ? t->plan.train[i].labels[0] : C]++;
  }
  for (size_t c = 0; c <= C; c++)
    left[c] = (size_t)((double)left[c] * share + 0.5);
  rng_shuffle(&r, order, n);
  for (size_t i = 0; i < n; i++) {
    const struct example *x = &t->plan.train[order[i]];
    size_t *of_label = &left[x->n_labels ? x->labels[0] : C];

    held[order[i]] = *of_label > 0;
    *of_label -= held[order[i]];
  }
  for (size_t i = 0; i < n; i++)
    if (held[i]) {
      t->held[t->n_held] = t->plan.train[i];
      t->held_rows[t->n_held++] = (uint32_t)i;
    } else {
      t->train[t->n_train++] = (uint32_t)i;
    }
  free(left);
  free(order);
  free(held);
}

/* What is learned from, and what judges. */
static void
divide_texts(struct neural *t)
{
  const struct training_plan *p = &t->plan;
  double share = p->n_valid == 0 && p->n_train >= NEURAL_FEW ? t->values[NEURAL_HOLDOUT] : 0;
  size_t most = p->n_valid ? p->n_valid : p->n_train;

  t->train = xmalloc((p->n_train + 1) * sizeof *t->train);
  t->held = xmalloc((most + 1) * sizeof *t->held);
  t->held_rows = xmalloc((most + 1) * sizeof *t->held_rows);
  set_aside(t, share);
  for (size_t i = 0; i < p->n_valid; i++) {
    t->held[i] = p->valid[i];
    t->held_rows[i] = (uint32_t)(p->n_train + p->n_pool + i);
  }
  t->n_held = p->n_valid ? p->n_valid : t->n_held;
  t->judged = xmalloc((t->n_held * t->task.n_classes + 1) * sizeof *t->judged);
  t->judged_which = xmalloc((t->n_held + 1) * sizeof *t->judged_which);
  for (size_t i = 0; i < t->n_held; i++)
    t->judged_which[i] = (uint32_t)i;
}

/* Few texts are learned in smaller batches, and more often. */
static void
plan_epochs(struct neural *t)
{
  double a_tenth = fmax(ceil((double)t->n_train / 10), 4), batches;

  t->batch = (size_t)fmin(t->values[NEURAL_BATCH], a_tenth);
  batches = ceil((double)t->n_train / (double)t->batch);
  t->epochs = (int)fmax(t->values[NEURAL_EPOCHS], ceil(t->values[NEURAL_UPDATES] / batches));
}

/* Labels count the same, however many texts they have; the mean over texts is 1. */
static void
weigh_classes(struct neural *t)
{
  size_t C = t->task.n_classes, met = 0, sum = 0;
  float *w = xcalloc(C, sizeof *w);

  for (size_t i = 0; i < t->n_train; i++)
    for (size_t l = 0; l < t->plan.train[t->train[i]].n_labels; l++) {
      w[t->plan.train[t->train[i]].labels[l]]++;
      sum++;
    }
  for (size_t c = 0; c < C; c++)
    met += w[c] > 0;
  for (size_t c = 0; c < C; c++)
    w[c] = w[c] > 0 ? (float)sum / ((float)met * w[c]) : 1;
  t->class_weight = w;
}

/* ---- networks ---------------------------------------------------------------------------------------------------- */

static void
begin_learner(struct neural *t, struct learner *l, const struct network_shape *shape, size_t number)
{
  l->seed = hash_mix(t->plan.seed + 0x6c65 * number);
  l->net = network_new(shape);
  network_begin(l->net, t->met, (float)t->values[NEURAL_SPREAD], l->seed);
  if (t->plan.from)
    neural_copy_weights(t->plan.from, number, l->net);
  l->adam = adam_new(l->net);
  if (t->values[NEURAL_SWA] > 0)
    l->average = xcalloc(l->net->n, sizeof *l->average);
  if (t->n_held)
    l->best = xcalloc(l->net->n, sizeof *l->best);
}

static int
read_vectors(struct neural *t, struct err *e)
{
  struct vectors v = {0};
  size_t E = (size_t)t->values[NEURAL_DIM];

  if (!t->plan.vectors)
    return 0;
  if (vectors_read(&v, t->tokenizer, t->plan.vectors, E, e) < 0)
    return -1;
  for (size_t k = 0; k < t->n_learners; k++)
    for (size_t i = 0; i < v.n; i++)
      if (t->met[v.rows[i]])
        memcpy(t->learners[k].net->w + v.rows[i] * E, v.values + i * E, E * sizeof(float));
  vectors_release(&v);
  return 0;
}

/* Memory of a batch. */
static void
begin_batch(struct neural *t)
{
  size_t B = t->batch, C = t->task.n_classes;
  struct batch_limits b = batches_limits(&t->texts, B);
  struct pass_limits limits = {B, b.rows, t->texts.longest, b.token_rows};
  const struct network *net = t->learners[0].net;
  size_t most = b.token_rows;

  for (size_t k = 0; k < t->stride; k++) {
    t->pass[k] = pass_new(net, &limits, t->team);
    t->goals[k] = xcalloc(B, sizeof *t->goals[k]);
    t->dscores[k] = xcalloc(B * C, sizeof *t->dscores[k]);
    t->losses[k] = xcalloc(B, sizeof *t->losses[k]);
  }
  if (methods_vat(t->methods) > 0) {
    t->vat = vat_new(net, &t->texts, t->task.multilabel, B, t->team);
    most += vat_max_rows(t->vat);
  }
  t->gradients = gradients_new(net, most);
  t->targets = xcalloc(B * C, sizeof *t->targets);
  t->scores = xcalloc(B * C, sizeof *t->scores);
  t->vat_rows = xcalloc(B, sizeof *t->vat_rows);
  t->told = xcalloc(B, sizeof *t->told);
  t->fresh = xcalloc(B, sizeof *t->fresh);
}

static void
plan_steps(struct neural *t)
{
  const struct network *net = t->learners[0].net;
  double length = (double)t->texts.start[t->texts.n * t->texts.parts] / (double)(t->texts.n * t->texts.parts);
  double work = net->shape.encoder->multiply_adds(&(struct encoder_shape){.E = net->shape.E, .values = net->shape.values},
                                                  fmax(length, 1)) * (double)t->texts.parts;

  work = 3 * (double)t->batch * (work + (double)(net->H * net->shape.C)) * (double)t->n_learners;
  work *= t->vat ? 4 : 1;
  t->batches_a_step = (size_t)fmax(fmin(STEP_WORK / work, 1000), 1);
}

static int
begin_networks(struct neural *t, const struct encoder *encoder, struct err *e)
{
  struct network_shape shape = {.encoder = encoder, .values = t->encoder_values, .E = (size_t)t->values[NEURAL_DIM],
                                .C = t->task.n_classes, .parts = t->texts.parts, .n_rows = tokenizer_rows(t->tokenizer),
                                .training = true};

  t->methods = methods_new(&t->plan, t->method_values, t->values[NEURAL_SMOOTHING]);
  t->stride = methods_twin(t->methods) ? 2 : 1;
  t->n_learners = (size_t)t->values[NEURAL_ENSEMBLE] * t->stride;
  t->learners = xcalloc(t->n_learners, sizeof *t->learners);
  for (size_t k = 0; k < t->n_learners; k++)
    begin_learner(t, &t->learners[k], &shape, k);
  if (read_vectors(t, e) < 0)
    return -1;
  begin_batch(t);
  plan_steps(t);
  return 0;
}

struct training *
neural_training_new(const struct student_kind *kind, const struct encoder *encoder, const struct training_plan *plan,
                    struct err *e)
{
  struct neural *t = xcalloc(1, sizeof *t);
  double start = clock_s();
  size_t C = plan->task.n_classes;

  *t = (struct neural){.base = {.kind = kind}, .kind = kind, .plan = *plan, .task = plan->task,
                       .calibration = {1, 0, 0.5f}, .quality = QUALITY_NONE, .best_loss = INFINITY};
  t->values = xmalloc(kind->n_params * sizeof *t->values);
  memcpy(t->values, plan->values, kind->n_params * sizeof *t->values);
  t->method_values = t->values + NEURAL_N_OPTIONS;
  t->encoder_values = t->method_values + METHOD_N_OPTIONS;
  t->team = team_new(plan->threads);
  if (plan->from && neural_check_from(plan->from, t, e) < 0)
    goto fail;
  learn_tokens(t);
  if (read_texts(t, encoder->wants_start, e) < 0)
    goto fail;
  divide_texts(t);
  plan_epochs(t);
  if (t->values[NEURAL_BALANCE] > 0)
    weigh_classes(t);
  if (begin_networks(t, encoder, e) < 0)
    goto fail;
  t->order = xmalloc((t->plan.n_train + t->plan.n_pool) * sizeof *t->order);
  if (!t->task.multilabel && t->n_held)
    t->confusion = xcalloc(C * C, sizeof *t->confusion);
  t->print = neural_print(t);
  t->seconds = clock_s() - start;
  return &t->base;

fail:
  neural_training_free(&t->base);
  return NULL;
}

void
neural_training_free(struct training *base)
{
  struct neural *t = (struct neural *)base;

  for (size_t k = 0; k < t->n_learners; k++) {
    network_free(t->learners[k].net);
    adam_free(t->learners[k].adam);
    free(t->learners[k].average);
    free(t->learners[k].best);
  }
  for (size_t k = 0; k < 2; k++) {
    pass_free(t->pass[k]);
    free(t->goals[k]);
    free(t->dscores[k]);
    free(t->losses[k]);
  }
  gradients_free(t->gradients);
  vat_free(t->vat);
  methods_free(t->methods);
  encoded_release(&t->texts);
  tokenizer_free(t->tokenizer);
  team_free(t->team);
  free(t->learners);
  free(t->values);
  free(t->met);
  free(t->train);
  free(t->held);
  free(t->held_rows);
  free(t->class_weight);
  free(t->order);
  free(t->targets);
  free(t->scores);
  free(t->vat_rows);
  free(t->told);
  free(t->fresh);
  free(t->judged);
  free(t->judged_which);
  free(t->confusion);
  free(t);
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

static void
begin_epoch(struct neural *t)
{
  t->epoch++;
  memcpy(t->order, t->train, t->n_train * sizeof *t->order);
  t->n_order = t->n_train + methods_pool(t->methods, t->order + t->n_train);
  batches_order(t->order, t->n_order, t->batch, &t->texts, hash_mix(t->plan.seed ^ hash_mix((uint64_t)t->epoch)));
  t->at = 0;
}

static size_t
steps_an_epoch(const struct neural *t)
{
  size_t batches = (t->n_order + t->batch - 1) / t->batch;

  return (batches + t->batches_a_step - 1) / t->batches_a_step;
}

static void
set_point(const struct neural *t, struct train_point *p)
{
  *p = (struct train_point){.epoch = t->epoch, .step = t->step, .train_loss = t->late_loss / t->late_texts,
                            .train_accuracy = t->late_right / t->late_texts, .valid_loss = NAN, .valid_accuracy = NAN,
                            .valid_f1 = NAN};
  p->n_steps = t->over ? t->step
                       : (int)fmin((double)t->step + (double)(t->epochs - t->epoch) *
                                   (double)steps_an_epoch(t) +
                                   ceil((double)(t->n_order - t->at) / (double)t->batch /
                                        (double)t->batches_a_step), 1e9);
  if (t->at < t->n_order)
    return;
  p->epoch_end = true;
  p->valid_loss = t->quality.loss;
  p->valid_accuracy = t->quality.accuracy;
  p->valid_f1 = t->quality.f1;
}

int
neural_training_step(struct training *base, struct train_point *p, struct err *e)
{
  struct neural *t = (struct neural *)base;
  double start = clock_s();

  (void)e;
  if (t->over)
    return 0;
  if (t->at == t->n_order)
    begin_epoch(t);
  for (size_t k = 0; k < t->batches_a_step && t->at < t->n_order; k++) {
    size_t B = t->n_order - t->at < t->batch ? t->n_order - t->at : t->batch;

    neural_learn(t, t->order + t->at, B);
    t->at += B;
    t->n_learned += B;
  }
  t->step++;
  if (t->at == t->n_order)
    neural_end_epoch(t);
  set_point(t, p);
  t->seconds += clock_s() - start;
  p->seconds = t->seconds;
  p->samples_per_s = (double)t->n_learned / fmax(t->seconds, 1e-9);
  return !t->over;
}

int
neural_training_set(struct training *base, size_t param, double value, struct err *e)
{
  struct neural *t = (struct neural *)base;

  if (param != NEURAL_LR && param != NEURAL_DROPOUT && param != NEURAL_DECAY)
    return err_set(e, ERR_INPUT, "'--%s' cannot change while it runs (lr, dropout and decay can)",
                   t->kind->params[param].name);
  t->values[param] = value;
  return 0;
}

const uint32_t *
neural_training_confusion(const struct training *base)
{
  const struct neural *t = (const struct neural *)base;

  return t->epoch > 1 || (t->epoch == 1 && t->at == t->n_order) ? t->confusion : NULL;
}

struct student *
neural_training_take(struct training *base, struct err *e)
{
  return neural_model_take((struct neural *)base, e);
}
