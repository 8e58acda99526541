/* linear: the student `linear`: hashed n-grams (ngram.h), weighed (weigh.h), one L2-loss SVM a class (svm.h), scores made
 * probabilities on texts it did not learn from (calibrate.h), weights kept as bytes (model.h).
 *
 * How it stops and calibrates:
 *   validation texts given     one fit on all training texts; the epoch with the best validation loss is kept, and training
 *                              ends when two epochs bring no better one
 *   none, 2 000 texts or more  one fit with a stratified tenth set aside, which calibrates; then the last fit on all texts
 *   none, 20 to 1 999 texts    five folds, each scored by a fit on the other four; the pooled scores calibrate; then the last
 *                              fit on all texts, which is the result: few texts are too dear to set any aside
 *   none, fewer than 20, or    a fit on all texts, calibrated on the scores that texts of the first epoch had just before they
 *   holdout=no                 were learned
 * A fit ends when an epoch moves less than 2 % of what the first one moved, or after `epochs`. The problem is convex: more
 * epochs do not overfit; the parameter `cost` says how closely the texts are followed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "student/kind.h"
#include "student/model.h"
#include "student/weigh.h"

enum param { P_EPOCHS, P_COST, P_WORDS, P_SKIP, P_SHAPE, P_CHAR_MIN, P_CHAR_MAX, P_CHARACTERS, P_WEIGHTING, P_MIN_COUNT,
             P_FEATURES, P_HOLDOUT, N_PARAMS };

static const struct option params[] = {
  [P_EPOCHS] = {"epochs", OPTION_INT, 1, 1000, "8", NULL, "N", "passes over the training texts, at most", 0},
  [P_COST] = {"cost", OPTION_REAL, 0.0001, 10000, "1", NULL, "X",
              "how closely the training texts are followed, against small weights (C of the SVM)", 0},
  [P_WORDS] = {"words", OPTION_INT, 1, 5, "2", NULL, "N", "longest word n-gram", 0},
  [P_SKIP] = {"skip", OPTION_INT, 0, 8, "4", NULL, "N", "pairs of words up to so many words apart (0 or 1: none)", 0},
  [P_SHAPE] = {"shape", OPTION_CHOICE, 0, 0, "yes", "no|yes", "WHETHER",
               "each word with the shape of its neighbours (capital, digit, mark)", 0},
  [P_CHAR_MIN] = {"char-min", OPTION_INT, 1, 8, "2", NULL, "N", "shortest character n-gram within a word", 0},
  [P_CHAR_MAX] = {"char-max", OPTION_INT, 0, 8, "5", NULL, "N", "longest character n-gram within a word (0: none)", 0},
  [P_CHARACTERS] = {"characters", OPTION_REAL, 0, 10, "0.8", NULL, "X", "weight of characters against words", 0},
  [P_WEIGHTING] = {"weighting", OPTION_REAL, 0, 3, "0.5", NULL, "X",
                   "how much features that tell classes apart are favoured (0: plain TF-IDF)", 0},
  [P_MIN_COUNT] = {"min-count", OPTION_INT, 0, 1000, "0", NULL, "N",
                   "training texts that a feature must stand in (0: 2 from 10000 texts on, else 1)", 0},
  [P_FEATURES] = {"features", OPTION_INT, 16, FEATURES_MAX, "4194304", NULL, "N", "features kept, at most", 0},
  [P_HOLDOUT] = {"holdout", OPTION_CHOICE, 0, 0, "auto", "auto|no", "WHETHER",
                 "set texts aside to calibrate where no validation texts are given (no: only a rough calibration)", 0},
  [N_PARAMS] = {.name = NULL},
};

#define FEW 20          /* below: nothing is held out */
#define MANY 2000       /* below: every text is held out once */
#define PLENTY 10000    /* from here on what stands in one text only is left out: half the model, no loss */
#define PATIENCE 2      /* epochs without a better validation loss */
#define CONVERGED 0.02
#define STEP_WORK 2e7   /* multiply-adds of a step, about 10 ms */
#define STEPS_AN_EPOCH 6
#define POOLED 1000     /* texts that are enough to calibrate on while learning */
#define WATCHED 128     /* texts of a step that its loss and accuracy are computed on */

struct fit {
  uint32_t *in, *held;     /* rows that it learns from; rows set aside */
  size_t n_in, n_held;
  struct svm *svm;         /* NULL: not begun */
  struct quality held_quality;
};

struct linear {
  struct training base;
  struct student_task task;
  const struct example *x, *valid;
  size_t n, n_valid;
  double values[N_PARAMS];
  uint64_t seed;
  int threads;

  struct ngram_options ngrams;
  struct vocabulary vocabulary;
  struct rows rows, valid_rows;
  float *weights, *row_values, *squares;       /* of the fit at hand */
  float *valid_values, *valid_squares;
  uint32_t *valid_order;                       /* 0, 1, 2 ... */

  uint8_t *folds;                              /* (n) which fit holds a row out; 255: none */
  int n_fits, at_fit;
  struct fit fit;
  float *pooled;                               /* scores of held rows of all folds, and those rows */
  uint32_t *pooled_rows;
  size_t n_pooled, pooled_cap, pooled_rows_cap;
  struct calibration calibration;
  struct model *best;
  double best_loss;
  int since_best;

  float *step_scores;
  size_t step_rows;
  int step, epoch;
  uint64_t n_learned;
  double seconds;
};

/* ---- preparing -------------------------------------------------------------------------------------------------- */

static struct ngram_options
ngrams_of_values(const double *v, bool pair)
{
  struct ngram_options o = {(uint8_t)v[P_WORDS], (uint8_t)v[P_SKIP], (uint8_t)v[P_CHAR_MIN], (uint8_t)v[P_CHAR_MAX],
                            (uint8_t)v[P_SHAPE], pair};

  if (o.char_max && o.char_max < o.char_min)
    o.char_min = o.char_max;
  if (v[P_CHARACTERS] <= 0)
    o.char_max = 0;
  return o;
}

/* Which fit holds out which row: label by label in random order, so that each fold has its share of each label. */
static void
assign_folds(struct linear *t, int n_folds, int n_used)
{
  uint32_t *order = xmalloc(t->n * sizeof *order), *turn = xmalloc((t->task.n_classes + 1u) * sizeof *turn);
  struct rng r;

  rng_seed(&r, t->seed ^ 0x666f6c64);
  for (size_t i = 0; i < t->n; i++)
    order[i] = (uint32_t)i;
  rng_shuffle(&r, order, t->n);
  for (size_t c = 0; c <= t->task.n_classes; c++)
    turn[c] = (uint32_t)rng_below(&r, (uint64_t)n_folds);
  for (size_t i = 0; i < t->n; i++) {
    const struct example *x = &t->x[order[i]];
    uint32_t fold = turn[x->n_labels ? x->labels[0] : t->task.n_classes]++ % (uint32_t)n_folds;

    t->folds[order[i]] = fold < (uint32_t)n_used ? (uint8_t)fold : 255;
  }
  free(order);
  free(turn);
}

static void
plan_fits(struct linear *t)
{
  t->folds = xmalloc(t->n);
  memset(t->folds, 255, t->n);
  t->n_fits = t->n_valid || t->n < FEW || t->values[P_HOLDOUT] > 0 ? 1 : t->n < MANY ? 6 : 2;
  if (t->n_fits > 1)
    assign_folds(t, t->n_fits == 6 ? 5 : 10, t->n_fits - 1);
}

static void
build_features(struct linear *t)
{
  uint32_t least = t->values[P_MIN_COUNT] > 0 ? (uint32_t)t->values[P_MIN_COUNT] : t->n >= PLENTY ? 2 : 1;
  struct feature_limits limits = {least, least, (uint32_t)t->values[P_FEATURES]};
  double work;

  vocabulary_build(&t->vocabulary, &t->rows, &t->ngrams, &limits, t->x, t->n, t->threads);
  t->weights = xcalloc(t->vocabulary.n + 1, sizeof *t->weights);
  t->row_values = xmalloc((t->rows.start[t->n] + 1) * sizeof *t->row_values);
  t->squares = xmalloc(t->n * sizeof *t->squares);
  rows_build(&t->valid_rows, &t->vocabulary, &t->ngrams, t->valid, t->n_valid, t->threads);
  t->valid_values = xmalloc((t->valid_rows.start[t->n_valid] + 1) * sizeof *t->valid_values);
  t->valid_squares = xmalloc((t->n_valid + 1) * sizeof *t->valid_squares);
  t->valid_order = xmalloc((t->n_valid + 1) * sizeof *t->valid_order);
  for (size_t i = 0; i < t->n_valid; i++)
    t->valid_order[i] = (uint32_t)i;
  work = ((double)t->rows.start[t->n] / (double)t->n + 1) * (t->task.n_classes + 8);
  t->step_rows = (size_t)fmax(fmin(STEP_WORK / work, (double)(t->n / STEPS_AN_EPOCH)), 16);
}

static struct training *
linear_training_new(const struct student_task *task, const struct example *train, size_t n, const struct example *valid,
                    size_t n_valid, const double *values, uint64_t seed, int threads, struct err *e)
{
  struct linear *t = xcalloc(1, sizeof *t);
  double start = clock_s();

  (void)e;
  *t = (struct linear){.task = *task, .x = train, .n = n, .valid = valid, .n_valid = n_valid, .seed = seed,
                       .threads = threads, .calibration = CALIBRATION_INIT, .best_loss = INFINITY};
  memcpy(t->values, values, sizeof t->values);
  t->ngrams = ngrams_of_values(values, task->pair);
  plan_fits(t);
  build_features(t);
  t->seconds = clock_s() - start;
  return &t->base;
}

/* ---- a fit ------------------------------------------------------------------------------------------------------ */

static void
release_fit(struct fit *f)
{
  free(f->in);
  free(f->held);
  svm_free(f->svm);
  *f = (struct fit){0};
}

static bool
is_last(const struct linear *t)
{
  return t->at_fit == t->n_fits - 1;
}

static void
begin_fit(struct linear *t)
{
  struct fit *f = &t->fit;

  f->in = xmalloc(t->n * sizeof *f->in);
  f->held = xmalloc(t->n * sizeof *f->held);
  for (size_t i = 0; i < t->n; i++)
    if (!is_last(t) && t->folds[i] == t->at_fit)
      f->held[f->n_held++] = (uint32_t)i;
    else
      f->in[f->n_in++] = (uint32_t)i;
  f->held_quality = (struct quality){NAN, NAN, NAN};
  weigh_features(t->weights, t->vocabulary.n, &t->rows, f->in, f->n_in, t->x, t->task.n_classes, t->values[P_WEIGHTING],
                 t->threads);
  weigh_rows(t->row_values, t->squares, &t->rows, t->weights, t->values[P_CHARACTERS], t->threads);
  weigh_rows(t->valid_values, t->valid_squares, &t->valid_rows, t->weights, t->values[P_CHARACTERS], t->threads);
  f->svm = svm_new(&t->rows, t->row_values, t->squares, t->vocabulary.n, t->x, f->in, f->n_in, t->task.n_classes,
                   t->values[P_COST], (int)t->values[P_EPOCHS], t->seed + (uint64_t)t->at_fit);
  if (!t->step_scores)
    t->step_scores = xmalloc(t->step_rows * svm_stride(f->svm) * sizeof *t->step_scores);
}

static struct model *
model_of_fit(struct linear *t)
{
  struct model *m = model_new(t->base.kind, &t->task, &t->ngrams, &t->vocabulary, t->weights, t->values[P_CHARACTERS],
                              t->fit.svm);

  m->calibration = t->calibration;
  m->n_train = t->fit.n_in;
  m->mean_features = (double)t->rows.start[t->n] / (double)t->n;
  return m;
}

static void
keep_best(struct linear *t)
{
  if (t->best)
    model_free(&t->best->base);
  t->best = model_of_fit(t);
}

/* Scores of the texts that this fit did not learn from, added to the pool where the pool is what calibrates. */
static struct scored
score_held(struct linear *t, bool valid)
{
  const struct svm *svm = t->fit.svm;
  size_t n = valid ? t->n_valid : t->fit.n_held, stride = svm_stride(svm), from = valid ? 0 : t->n_pooled;

  GROW(t->pooled, t->pooled_cap, (from + n) * stride);
  GROW(t->pooled_rows, t->pooled_rows_cap, from + n);
  memcpy(t->pooled_rows + from, valid ? t->valid_order : t->fit.held, n * sizeof *t->pooled_rows);
  svm_scores(svm, valid ? &t->valid_rows : &t->rows, valid ? t->valid_values : t->row_values, t->pooled_rows + from, n,
             t->threads, t->pooled + from * stride);
  return (struct scored){t->pooled, from + n, stride, valid ? t->valid : t->x, t->pooled_rows, &t->task};
}

/* At the end of an epoch: calibrates, judges, remembers. Returns whether the fit is over. */
static bool
end_epoch(struct linear *t)
{
  struct fit *f = &t->fit;
  bool over = f->svm->epochs >= t->values[P_EPOCHS] || f->svm->last_moved <= CONVERGED * f->svm->first_moved;
  struct scored s;

  if (!t->n_valid && !f->n_held)
    return over;
  s = score_held(t, t->n_valid > 0);
  calibrate(&t->calibration, &s);
  f->held_quality = calibrate_quality(&t->calibration, &s);
  if (t->n_valid) {
    if (f->held_quality.loss < t->best_loss) {
      t->best_loss = f->held_quality.loss;
      t->since_best = 0;
      keep_best(t);
    } else {
      over = over || ++t->since_best >= PATIENCE;
    }
  } else if (over) {
    t->n_pooled = s.n;
  }
  return over;
}

static void
end_fit(struct linear *t)
{
  if (!t->n_valid)
    keep_best(t);
  release_fit(&t->fit);
  t->at_fit++;
}

/* ---- steps ------------------------------------------------------------------------------------------------------ */

static int
steps_expected(const struct linear *t, bool fit_over)
{
  size_t held = t->n_fits > 1 ? t->n / (t->n_fits == 6 ? 5 : 10) : 0, a_fold = t->n - held;
  int epochs = (int)fmin(t->values[P_EPOCHS], 8), fits = t->n_fits - t->at_fit - 1;
  size_t fold_steps = (a_fold + t->step_rows - 1) / t->step_rows, last_steps = (t->n + t->step_rows - 1) / t->step_rows;
  double left = 0;

  if (fits > 0)
    left += (double)epochs * ((double)(fits - 1) * (double)fold_steps + (double)last_steps);
  if (!fit_over && t->fit.svm) {
    double a_pass = (double)(t->fit.n_in + t->step_rows - 1) / (double)t->step_rows;

    left += fmax(0, (epochs - t->fit.svm->epochs) * a_pass - (double)t->fit.svm->at / (double)t->step_rows);
  }
  return t->step + (int)fmin(left, 1e9);
}

static void
fill_point(struct linear *t, struct train_point *p, const uint32_t *rows, size_t n)
{
  struct scored s = {t->step_scores, n < WATCHED ? n : WATCHED, svm_stride(t->fit.svm), t->x, rows, &t->task};
  struct quality train = calibrate_quality(&t->calibration, &s);

  *p = (struct train_point){.epoch = t->epoch, .step = t->step, .train_loss = train.loss, .train_accuracy = train.accuracy,
                            .valid_loss = NAN, .valid_accuracy = NAN, .valid_f1 = NAN};
}

/* Without texts set aside, those of the first epoch's second half calibrate: their scores are from before they were learned. */
static void
pool_unlearned(struct linear *t, const uint32_t *rows, size_t n)
{
  struct svm *svm = t->fit.svm;
  size_t stride = svm_stride(svm);

  if (t->n_fits > 1 || t->n_valid || t->epoch > 1 || svm->at < svm->n / 2 || t->n_pooled >= POOLED)
    return;
  GROW(t->pooled, t->pooled_cap, (t->n_pooled + n) * stride);
  GROW(t->pooled_rows, t->pooled_rows_cap, t->n_pooled + n);
  memcpy(t->pooled + t->n_pooled * stride, t->step_scores, n * stride * sizeof *t->pooled);
  memcpy(t->pooled_rows + t->n_pooled, rows, n * sizeof *rows);
  t->n_pooled += n;
  if (svm->at == svm->n || t->n_pooled >= POOLED)
    calibrate(&t->calibration, &(struct scored){t->pooled, t->n_pooled, stride, t->x, t->pooled_rows, &t->task});
}

static int
linear_training_step(struct training *base, struct train_point *p, struct err *e)
{
  struct linear *t = (struct linear *)base;
  double start = clock_s();
  bool epoch_end, over = false;
  size_t n;

  (void)e;
  if (t->at_fit == t->n_fits)
    return 0;
  if (!t->fit.svm)
    begin_fit(t);
  if (t->fit.svm->at == 0 || t->fit.svm->at == t->fit.svm->n)
    t->epoch++;
  n = svm_step(t->fit.svm, t->step_rows, t->threads, t->step_scores);
  epoch_end = t->fit.svm->at == t->fit.svm->n;
  t->step++;
  t->n_learned += n;
  pool_unlearned(t, t->fit.svm->order + t->fit.svm->at - n, n);
  fill_point(t, p, t->fit.svm->order + t->fit.svm->at - n, n);
  if (epoch_end) {
    over = end_epoch(t);
    p->epoch_end = true;
    p->valid_loss = t->fit.held_quality.loss;
    p->valid_accuracy = t->fit.held_quality.accuracy;
    p->valid_f1 = t->fit.held_quality.f1;
  }
  p->n_steps = steps_expected(t, over);
  if (over)
    end_fit(t);
  t->seconds += clock_s() - start;
  p->seconds = t->seconds;
  p->samples_per_s = (double)t->n_learned / fmax(t->seconds, 1e-9);
  return t->at_fit < t->n_fits;
}

static struct student *
copy_of(const struct model *m, struct err *e)
{
  struct buf b = {.max = STUDENT_MAX_BYTES};
  struct student *s = NULL;

  if (student_save(&m->base, &b, e) == 0)
    s = student_load(b.s, b.n, e);
  buf_release(&b);
  return s;
}

static struct student *
linear_training_take(struct training *base, struct err *e)
{
  struct linear *t = (struct linear *)base;

  if (t->fit.svm && t->fit.svm->at > 0 && (!t->best || (is_last(t) && !t->n_valid && t->fit.svm->epochs > 0)))
    return &model_of_fit(t)->base;
  if (t->best)
    return copy_of(t->best, e);
  return &model_new(t->base.kind, &t->task, &t->ngrams, &t->vocabulary, NULL, t->values[P_CHARACTERS], NULL)->base;
}

static void
linear_training_free(struct training *base)
{
  struct linear *t = (struct linear *)base;

  release_fit(&t->fit);
  vocabulary_release(&t->vocabulary);
  feature_rows_release(&t->rows);
  feature_rows_release(&t->valid_rows);
  if (t->best)
    model_free(&t->best->base);
  free(t->weights);
  free(t->row_values);
  free(t->squares);
  free(t->valid_values);
  free(t->valid_squares);
  free(t->valid_order);
  free(t->folds);
  free(t->pooled);
  free(t->pooled_rows);
  free(t->step_scores);
  free(t);
}

const struct student_kind student_linear = {
  .name = "linear",
  .summary = "words and character n-grams, one linear SVM a label: trains in seconds, needs few texts",
  .params = params,
  .n_params = N_PARAMS,
  .training_new = linear_training_new,
  .training_step = linear_training_step,
  .training_take = linear_training_take,
  .training_free = linear_training_free,
  .predict = model_predict,
  .predict_top = model_predict_top,
  .save = model_save,
  .load = model_load,
  .info = model_info,
  .free = model_free,
};
