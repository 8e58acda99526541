/* linear: see linear.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "student/dynamics.h"
#include "student/fit.h"
#include "student/linear.h"
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
               "each word with shape and ending of its neighbours; start and length of the text", 0},
  [P_CHAR_MIN] = {"char-min", OPTION_INT, 1, 8, "2", NULL, "N", "shortest character n-gram within a word", 0},
  [P_CHAR_MAX] = {"char-max", OPTION_INT, 0, 8, "5", NULL, "N", "longest character n-gram within a word (0: none)", 0},
  [P_CHARACTERS] = {"characters", OPTION_REAL, 0, 10, "0.8", NULL, "X", "weight of characters against words", 0},
  [P_WEIGHTING] = {"weighting", OPTION_REAL, 0, 3, "0.5", NULL, "X",
                   "how much features that tell classes apart are favoured (0: TF-IDF)", 0},
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
#define FOLDS_BYTES 5e8 /* of all fits, at most, for every text to be held out once */
#define TENTH_BYTES 3e9 /* of all fits, at most, for a tenth to be held out */
#define FIT_BYTES 2e9   /* of a table: weights (features, classes) or dual variables (texts, classes) */
#define PATIENCE 2      /* epochs without a better validation loss */
#define CONVERGED 0.02
#define STEP_WORK 2e7   /* multiply-adds of a step, about 10 ms */
#define STEPS_AN_EPOCH 6
#define POOLED 1000     /* texts that are enough to calibrate on while learning */
#define WATCHED 128     /* texts of a step that its loss and accuracy are computed on */

struct linear {
  struct training base;
  struct student_task task;
  const struct example *x, *valid;
  size_t n, n_valid;
  double values[N_PARAMS];
  int threads;

  struct ngram_options ngrams;
  struct vocabulary vocabulary;
  struct rows rows, valid_rows;
  float *valid_values, *valid_squares;

  struct fits fits;
  size_t n_slices, slice;                      /* steps of an epoch; steps of this one done */
  int epoch, step;
  bool over;

  float *scores;                               /* of the texts of a step */
  float *judged;                               /* scores of the texts set aside, of all fits, or of the validation texts */
  uint32_t *judged_rows;                       /* which these are */
  size_t n_judged, judged_cap, judged_rows_cap;
  struct calibration calibration;
  struct quality quality;                      /* of the judged texts after the last epoch */
  struct model *best;                          /* where there are validation texts */
  double best_loss;
  int since_best;

  double late_loss, late_right, late_texts;    /* sums over texts learned of late, older ones fading */
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

/* Features beyond this number would not fit: into the memory of a fit, or into a saved model. */
static uint32_t
most_features(const struct linear *t)
{
  size_t lanes = svm_lanes(t->task.n_classes), stride = (t->task.n_classes + lanes - 1) / lanes * lanes;
  double most = fmin(FIT_BYTES / (4 * (double)stride), (double)(STUDENT_MAX_BYTES - 65536) / (t->task.n_classes + 12.0));

  return (uint32_t)fmin(t->values[P_FEATURES], most);
}

static void
build_features(struct linear *t)
{
  uint32_t least = t->values[P_MIN_COUNT] > 0 ? (uint32_t)t->values[P_MIN_COUNT] : t->n >= PLENTY ? 2 : 1;
  struct feature_limits limits = {least, least, most_features(t)};

  vocabulary_build(&t->vocabulary, &t->rows, &t->ngrams, &limits, t->x, t->n, t->threads);
  rows_build(&t->valid_rows, &t->vocabulary, &t->ngrams, t->valid, t->n_valid, t->threads);
}

static void
plan_fits(struct linear *t, uint64_t seed)
{
  double bytes = fit_bytes(&t->rows, t->vocabulary.n, t->task.n_classes);
  int n_folds = 1, used = 0;

  if (t->n_valid == 0 && t->n >= FEW && t->values[P_HOLDOUT] <= 0) {
    if (t->n < MANY && 6 * bytes <= FOLDS_BYTES)
      n_folds = used = 5;
    else if (2 * bytes <= TENTH_BYTES)
      n_folds = 10, used = 1;
  }
  fits_plan(&t->fits, &t->rows, t->x, t->vocabulary.n, t->task.n_classes, n_folds, used, seed);
}

/* What stays the same through all epochs: which texts judge, and room for their scores. */
static void
prepare_judging(struct linear *t)
{
  const struct svm *svm = fits_last(&t->fits)->svm;
  size_t n = t->n_valid;

  for (int k = 0; k < t->fits.n - 1; k++)
    n += t->fits.fit[k].n_held;
  GROW(t->judged, t->judged_cap, (n + 1) * svm_stride(svm));
  GROW(t->judged_rows, t->judged_rows_cap, n + 1);
  for (size_t i = 0; i < t->n_valid; i++)
    t->judged_rows[t->n_judged++] = (uint32_t)i;
  for (int k = 0; k < t->fits.n - 1; k++) {
    memcpy(t->judged_rows + t->n_judged, t->fits.fit[k].held, t->fits.fit[k].n_held * sizeof *t->judged_rows);
    t->n_judged += t->fits.fit[k].n_held;
  }
  t->valid_values = xmalloc((t->valid_rows.start[t->n_valid] + 1) * sizeof *t->valid_values);
  t->valid_squares = xmalloc((t->n_valid + 1) * sizeof *t->valid_squares);
  weigh_rows(t->valid_values, t->valid_squares, &t->valid_rows, fits_last(&t->fits)->weights, t->values[P_CHARACTERS],
             t->threads);
}

/* Steps are as long as STEP_WORK says, all fits together; but a few an epoch there are always. */
static void
plan_steps(struct linear *t)
{
  double work = (double)t->rows.start[t->n] / (double)t->n + 1, rows;

  work *= (t->task.n_classes + 8.0) * t->fits.n;
  rows = fmax(fmin(STEP_WORK / work, (double)t->n / STEPS_AN_EPOCH), 16);
  t->n_slices = (size_t)fmin(fmax(ceil((double)t->n / rows), 1), (double)t->n);
  t->scores = xmalloc((t->n / t->n_slices + 1) * svm_stride(fits_last(&t->fits)->svm) * sizeof *t->scores);
}

static struct training *
linear_training_new(const struct training_plan *plan, struct err *e)
{
  struct linear *t;
  double start = clock_s();
  const double *values = plan->values;
  struct fit_options fit = {values[P_WEIGHTING], values[P_CHARACTERS], values[P_COST], (int)values[P_EPOCHS], plan->seed};

  if ((double)plan->n_train * plan->task.n_classes * sizeof(float) > FIT_BYTES) {
    err_set(e, ERR_INPUT, "%zu training texts with %d labels: too many (allowed: %.0f)", plan->n_train,
            plan->task.n_classes, FIT_BYTES / sizeof(float) / plan->task.n_classes);
    return NULL;
  }
  t = xcalloc(1, sizeof *t);
  *t = (struct linear){.task = plan->task, .x = plan->train, .n = plan->n_train, .valid = plan->valid,
                       .n_valid = plan->n_valid, .threads = plan->threads, .calibration = CALIBRATION_INIT,
                       .quality = QUALITY_NONE, .best_loss = INFINITY};
  memcpy(t->values, values, sizeof t->values);
  t->ngrams = ngrams_of_values(values, plan->task.pair);
  build_features(t);
  plan_fits(t, plan->seed);
  fits_begin(&t->fits, &fit, plan->threads);
  prepare_judging(t);
  plan_steps(t);
  t->seconds = clock_s() - start;
  return &t->base;
}

/* ---- the end of an epoch ---------------------------------------------------------------------------------------- */

static struct model *
model_of_fit(struct linear *t)
{
  struct fit *f = fits_last(&t->fits);
  struct model *m = model_new(t->base.kind, &t->task, &t->ngrams, &t->vocabulary, f->weights, t->values[P_CHARACTERS],
                              t->step ? f->svm : NULL);

  m->calibration = t->calibration;
  m->calibration_error = t->quality.calibration_error;
  m->n_train = f->n_in;
  m->mean_features = (double)t->rows.start[t->n] / (double)t->n;
  return m;
}

/* Scores of the texts that judge, each from a fit that did not learn from it. */
static struct scored
score_judged(struct linear *t)
{
  const struct svm *last = fits_last(&t->fits)->svm;
  size_t at = t->n_valid, stride = svm_stride(last);

  svm_scores(last, &t->valid_rows, t->valid_values, t->judged_rows, t->n_valid, t->threads, t->judged);
  for (int k = 0; k < t->fits.n - 1; k++) {
    const struct fit *f = &t->fits.fit[k];

    svm_scores(f->svm, &t->rows, f->values, f->held, f->n_held, t->threads, t->judged + at * stride);
    at += f->n_held;
  }
  return (struct scored){t->judged, t->n_judged, stride, t->n_valid ? t->valid : t->x, t->judged_rows, &t->task};
}

/* Keeps the epoch if it is the best by the validation texts. Returns whether there is no hope of a better one. */
static bool
keep_best(struct linear *t)
{
  if (!(t->quality.loss < t->best_loss))
    return ++t->since_best >= PATIENCE;
  t->best_loss = t->quality.loss;
  t->since_best = 0;
  if (t->best)
    model_free(&t->best->base);
  t->best = model_of_fit(t);
  return false;
}

static void
end_epoch(struct linear *t)
{
  const struct svm *svm = fits_last(&t->fits)->svm;

  t->over = svm->epochs >= t->values[P_EPOCHS] || svm->last_moved <= CONVERGED * svm->first_moved;
  if (t->fits.n > 1 || t->n_valid) {
    struct scored s = score_judged(t);

    calibrate(&t->calibration, &s);
    t->quality = calibrate_quality(&t->calibration, &s);
  }
  if (t->n_valid && keep_best(t))
    t->over = true;
}

/* ---- steps ------------------------------------------------------------------------------------------------------ */

/* Loss and accuracy of the texts learned of late (about a quarter of an epoch), as they scored before they were
 * learned. */
static void
watch_step(struct linear *t, struct train_point *p, const uint32_t *rows, size_t n)
{
  size_t seen = n < WATCHED ? n : WATCHED;
  struct scored s = {t->scores, seen, svm_stride(fits_last(&t->fits)->svm), t->x, rows, &t->task};
  struct quality q = calibrate_quality(&t->calibration, &s);
  double keep = exp(-4 / (double)t->n_slices);

  t->late_texts = keep * t->late_texts + (double)seen;
  t->late_loss = keep * t->late_loss + (double)seen * q.loss;
  t->late_right = keep * t->late_right + (double)seen * q.accuracy;
  *p = (struct train_point){.epoch = t->epoch, .step = t->step, .train_loss = t->late_loss / t->late_texts,
                            .train_accuracy = t->late_right / t->late_texts, .valid_loss = NAN, .valid_accuracy = NAN,
                            .valid_f1 = NAN};
}

/* Without texts set aside, those of the first epoch's second half calibrate: their scores are from before they were
 * learned. */
static void
pool_unlearned(struct linear *t, const uint32_t *rows, size_t n)
{
  const struct svm *svm = fits_last(&t->fits)->svm;
  size_t stride = svm_stride(svm);

  if (t->fits.n > 1 || t->n_valid || t->epoch > 1 || svm->at < svm->n / 2 || t->n_judged >= POOLED)
    return;
  GROW(t->judged, t->judged_cap, (t->n_judged + n) * stride);
  GROW(t->judged_rows, t->judged_rows_cap, t->n_judged + n);
  memcpy(t->judged + t->n_judged * stride, t->scores, n * stride * sizeof *t->judged);
  memcpy(t->judged_rows + t->n_judged, rows, n * sizeof *rows);
  t->n_judged += n;
  if (svm->at == svm->n || t->n_judged >= POOLED)
    calibrate(&t->calibration, &(struct scored){t->judged, t->n_judged, stride, t->x, t->judged_rows, &t->task});
}

static void
finish_epoch(struct linear *t, struct train_point *p)
{
  end_epoch(t);
  t->slice = 0;
  p->epoch_end = true;
  p->valid_loss = t->quality.loss;
  p->valid_accuracy = t->quality.accuracy;
  p->valid_f1 = t->quality.f1;
}

static int
linear_training_step(struct training *base, struct train_point *p, struct err *e)
{
  struct linear *t = (struct linear *)base;
  const struct svm *svm = fits_last(&t->fits)->svm;
  double start = clock_s();
  const uint32_t *rows;
  size_t n;

  (void)e;
  if (t->over)
    return 0;
  t->epoch += t->slice == 0;
  n = fits_step(&t->fits, t->slice++, t->n_slices, t->threads, t->scores);
  rows = svm->order + svm->at - n;
  t->step++;
  t->n_learned += n;
  if (base->watch)
    dynamics_tell(base->watch, &(struct scored){t->scores, n, svm_stride(svm), t->x, rows, &t->task}, &t->calibration,
                  t->threads);
  pool_unlearned(t, rows, n);
  watch_step(t, p, rows, n);
  if (t->slice == t->n_slices)
    finish_epoch(t, p);
  p->n_steps = t->over ? t->step : (int)fmin(t->values[P_EPOCHS] * (double)t->n_slices, 1e9);
  t->seconds += clock_s() - start;
  p->seconds = t->seconds;
  p->samples_per_s = (double)t->n_learned / fmax(t->seconds, 1e-9);
  return !t->over;
}

static struct student *
copy_of(const struct model *m, struct err *e)
{
  struct buf b = {.max = STUDENT_MAX_BYTES};
  struct student *s = NULL;

  if (student_save(&m->base, &b, e) == 0)
    s = student_load(b.s, b.n, e);
  if (s)
    ((struct model *)s)->calibration_error = m->calibration_error;
  buf_release(&b);
  return s;
}

static struct student *
linear_training_take(struct training *base, struct err *e)
{
  struct linear *t = (struct linear *)base;

  return t->best ? copy_of(t->best, e) : &model_of_fit(t)->base;
}

static void
linear_training_free(struct training *base)
{
  struct linear *t = (struct linear *)base;

  fits_release(&t->fits);
  vocabulary_release(&t->vocabulary);
  feature_rows_release(&t->rows);
  feature_rows_release(&t->valid_rows);
  if (t->best)
    model_free(&t->best->base);
  free(t->valid_values);
  free(t->valid_squares);
  free(t->scores);
  free(t->judged);
  free(t->judged_rows);
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
  .explain = model_explain,
};
