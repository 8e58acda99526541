#include "student/fasttext.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "student/dynamics.h"
#include "student/fasttext-fit.h"
#include "student/fasttext-model.h"
#include "student/reliability.h"

enum param { P_EPOCHS, P_RATE, P_DIM, P_WORDS, P_CHAR_MIN, P_CHAR_MAX, P_BUCKETS, P_MIN_COUNT, P_HOLDOUT, N_PARAMS };

static const struct option params[] = {
  [P_EPOCHS] = {"epochs", OPTION_INT, 1, 1000, "15", NULL, "N", "passes over the training texts", 0},
  [P_RATE] = {"rate", OPTION_REAL, 0.0001, 10, "0.1", NULL, "X", "learning rate at the start; it falls to 0", 0},
  [P_DIM] = {"dim", OPTION_INT, 1, 1024, "64", NULL, "N", "numbers in the vector of a word", 0},
  [P_WORDS] = {"words", OPTION_INT, 1, 5, "2", NULL, "N", "longest word n-gram", 0},
  [P_CHAR_MIN] = {"char-min", OPTION_INT, 1, 8, "3", NULL, "N", "shortest character n-gram within a word", 0},
  [P_CHAR_MAX] = {"char-max", OPTION_INT, 0, 8, "0", NULL, "N",
                  "longest character n-gram within a word (0: none; 5 for scripts without spaces, or many spellings)", 0},
  [P_BUCKETS] = {"buckets", OPTION_INT, 0, 1 << 24, "0", NULL, "N",
                 "rows that n-grams share (0: as many as four times the n-grams that there are, or as fit into 200 MB)", 0},
  [P_MIN_COUNT] = {"min-count", OPTION_INT, 0, 1000, "1", NULL, "N", "how often a word must stand in the training texts", 0},
  [P_HOLDOUT] = {"holdout", OPTION_CHOICE, 0, 0, "auto", "auto|no", "WHETHER",
                 "set texts aside to calibrate where no validation texts are given (no: not calibrated)", 0},
  [N_PARAMS] = {.name = NULL},
};

#define FEW 20               /* below: nothing is held out */
#define ONE_IN 10            /* texts are held out */
#define TABLE_BYTES 4e9      /* of all fits, at most */
#define STEP_WORK 1e7        /* multiply-adds of a step, some 10 ms */
#define WATCHED 128          /* texts of a step that its loss and accuracy are computed on */

struct learner {
  struct training base;
  struct student_task task;
  const struct example *x, *valid;
  size_t n, n_valid;
  double values[N_PARAMS];
  int threads;
  struct fasttext_shape shape;
  struct fasttext_texts texts;
  struct team *team;

  struct fasttext_fit fit[2];      /* the student; one that did not see the texts set aside */
  int n_fits;
  size_t n_step;                   /* texts of a step */
  int epoch, step;
  size_t n_done;                   /* texts, of all epochs */
  bool over;

  float *scores;                   /* of the texts of a step */
  uint32_t *judges, *judge_rows;   /* texts that judge: their place in x or valid, and in texts */
  size_t n_judges;
  float *judged;                   /* (n_judges, out_stride) */
  uint32_t *confusion;
  struct calibration calibration;
  struct quality quality;
  struct fasttext_model *best;
  double best_loss;

  double late_loss, late_right, late_texts;
  double seconds;
};

/* ---- preparing -------------------------------------------------------------------------------------------------- */

static struct fasttext_shape
shape_of_values(const double *v)
{
  struct fasttext_shape o = {(uint32_t)v[P_DIM], (uint32_t)v[P_WORDS], (uint32_t)v[P_CHAR_MIN], (uint32_t)v[P_CHAR_MAX],
                             (uint32_t)v[P_BUCKETS]};

  if (o.char_max && o.char_max < o.char_min)
    o.char_min = o.char_max;
  return o;
}

/* Deals the texts out, label by label in random order: each tenth of a label is held out. in, held: room for n. */
static void
hold_out(const struct learner *t, uint64_t seed, uint32_t *in, size_t *n_in, uint32_t *held, size_t *n_held)
{
  uint32_t *order = xmalloc(t->n * sizeof *order), *met = xcalloc((size_t)t->task.n_classes + 1, sizeof *met);
  struct rng rng;

  rng_seed(&rng, seed);
  for (size_t i = 0; i < t->n; i++)
    order[i] = (uint32_t)i;
  rng_shuffle(&rng, order, t->n);
  *n_in = *n_held = 0;
  for (size_t i = 0; i < t->n; i++) {
    const struct example *x = &t->x[order[i]];
    uint32_t nth = met[x->n_labels ? x->labels[0] : t->task.n_classes]++;

    if (nth % ONE_IN == ONE_IN / 2)
      held[(*n_held)++] = order[i];
    else
      in[(*n_in)++] = order[i];
  }
  free(order);
  free(met);
}

static void
begin_fits(struct learner *t, uint64_t seed)
{
  uint32_t *all = xmalloc((t->n + 1) * sizeof *all), *in = xmalloc((t->n + 1) * sizeof *in);
  size_t n_in = 0;

  t->n_fits = 1;
  t->judges = xmalloc((t->n + t->n_valid + 1) * sizeof *t->judges);
  for (size_t i = 0; i < t->n; i++)
    all[i] = (uint32_t)i;
  fasttext_fit_init(&t->fit[0], &t->texts, t->x, &t->task, t->shape.dim, all, t->n, seed);
  for (size_t i = 0; i < t->n_valid; i++)
    t->judges[t->n_judges++] = (uint32_t)i;
  if (t->n_valid == 0 && t->n >= FEW && t->values[P_HOLDOUT] <= 0) {
    hold_out(t, seed, in, &n_in, t->judges, &t->n_judges);
    if (t->n_judges) {
      fasttext_fit_init(&t->fit[1], &t->texts, t->x, &t->task, t->shape.dim, in, n_in, seed);
      t->n_fits = 2;
    }
  }
  t->judge_rows = xmalloc((t->n_judges + 1) * sizeof *t->judge_rows);
  for (size_t i = 0; i < t->n_judges; i++)
    t->judge_rows[i] = t->judges[i] + (t->n_valid ? (uint32_t)t->n : 0);
  t->judged = xcalloc(t->n_judges * t->fit[0].out_stride + 1, sizeof *t->judged);
  if (!t->task.multilabel)
    t->confusion = xcalloc((size_t)t->task.n_classes * t->task.n_classes, sizeof *t->confusion);
  free(all);
  free(in);
}

static struct training *
fasttext_training_new(const struct training_plan *plan, struct err *e)
{
  struct learner *t = xcalloc(1, sizeof *t);
  double start = clock_s(), work;

  *t = (struct learner){.task = plan->task, .x = plan->train, .n = plan->n_train, .valid = plan->valid,
                        .n_valid = plan->n_valid, .threads = plan->threads, .calibration = {1, 0, 0.5f},
                        .quality = QUALITY_NONE, .best_loss = INFINITY};
  memcpy(t->values, plan->values, sizeof t->values);
  t->shape = shape_of_values(plan->values);
  fasttext_texts_read(&t->texts, &t->shape, (uint32_t)t->values[P_MIN_COUNT], t->x, t->n, t->valid, t->n_valid,
                      t->task.pair);
  if (8.0 * t->texts.n_rows * t->shape.dim > TABLE_BYTES) {
    err_set(e, ERR_INPUT, "%u words and n-grams of %u numbers: too many (a smaller --dim, or a larger --min-count)",
            t->texts.n_rows, t->shape.dim);
    fasttext_texts_release(&t->texts);
    free(t);
    return NULL;
  }
  t->team = team_new(plan->threads);
  begin_fits(t, plan->seed);
  work = (2 * t->texts.mean_rows + 3.0 * t->task.n_classes) * t->shape.dim * t->n_fits;
  t->n_step = (size_t)fmin(fmax(STEP_WORK / work, FASTTEXT_BATCH), 65536) / FASTTEXT_BATCH * FASTTEXT_BATCH;
  t->scores = xcalloc(t->n_step * t->fit[0].out_stride, sizeof *t->scores);
  t->seconds = clock_s() - start;
  return &t->base;
}

/* ---- the student so far ----------------------------------------------------------------------------------------- */

static void
round_row(struct fasttext_model *m, uint32_t row, const float *w)
{
  int8_t *q = m->rows + (size_t)row * m->shape.dim;
  float most = 0;

  for (size_t d = 0; d < m->shape.dim; d++)
    most = fabsf(w[d]) > most ? fabsf(w[d]) : most;
  m->scale[row] = most / 127;
  for (size_t d = 0; d < m->shape.dim && most > 0; d++)
    q[d] = (int8_t)lrintf(w[d] * (127 / most));
}

static void
copy_words(struct fasttext_words *to, const struct fasttext_words *from)
{
  fasttext_words_init(to);
  for (uint32_t i = 0; i < from->n; i++) {
    const char *s = fasttext_word(from, i);
    size_t n = strlen(s);

    fasttext_words_add(to, s, n, fasttext_hash(s, n));
    to->counts[i] = from->counts[i];
  }
}

static struct fasttext_model *
model_of(const struct learner *t)
{
  const struct fasttext_fit *f = &t->fit[0];
  uint32_t n_buckets = t->texts.n_rows - t->texts.words.n, *keys = xmalloc((n_buckets + 1) * sizeof *keys);
  struct fasttext_model *m = xcalloc(1, sizeof *m);

  *m = (struct fasttext_model){.base = {&student_fasttext}, .task = t->task, .shape = t->shape,
                               .calibration = t->calibration, .calibration_error = t->quality.calibration_error,
                               .n_rows = t->texts.n_rows, .n_train = t->n, .mean_rows = t->texts.mean_rows};
  copy_words(&m->words, &t->texts.words);
  if (n_buckets)
    memcpy(keys, t->texts.buckets, n_buckets * sizeof *keys);
  ensure(vocabulary_from_keys(&m->buckets, keys, n_buckets) == 0);
  m->rows = xcalloc((size_t)m->n_rows * t->shape.dim, 1);
  m->scale = xcalloc(m->n_rows, sizeof *m->scale);
  m->output = xcalloc((size_t)t->task.n_classes * t->shape.dim, sizeof *m->output);
  for (uint32_t row = 0; row < m->n_rows; row++)
    round_row(m, row, f->table + (size_t)row * f->stride);
  for (size_t c = 0; c < t->task.n_classes; c++)
    for (size_t d = 0; d < t->shape.dim; d++)
      m->output[c * t->shape.dim + d] = f->output[d * f->out_stride + c];
  fasttext_model_prepare(m);
  return m;
}

/* ---- the end of an epoch ---------------------------------------------------------------------------------------- */

static void
count_confusion(struct learner *t, const struct scored *s)
{
  size_t n = t->task.n_classes;

  memset(t->confusion, 0, n * n * sizeof *t->confusion);
  for (size_t i = 0; i < s->n; i++)
    t->confusion[s->x[s->which[i]].labels[0] * n + student_best(s->scores + i * s->stride, n)]++;
}

static void
judge(struct learner *t)
{
  const struct fasttext_fit *f = &t->fit[t->n_fits - 1];
  struct scored s = {t->judged, t->n_judges, f->out_stride, t->n_valid ? t->valid : t->x, t->judges, &t->task};

  fasttext_fit_scores(f, t->team, t->judge_rows, t->n_judges, t->judged);
  calibrate(&t->calibration, &s);
  t->quality = calibrate_quality(&t->calibration, &s);
  if (t->confusion)
    count_confusion(t, &s);
}

static void
end_epoch(struct learner *t, struct train_point *p)
{
  t->over = t->epoch >= t->values[P_EPOCHS];
  if (t->n_judges)
    judge(t);
  if (t->n_valid && t->quality.loss < t->best_loss) {
    t->best_loss = t->quality.loss;
    if (t->best)
      fasttext_model_free(&t->best->base);
    t->best = model_of(t);
  }
  p->epoch_end = true;
  p->valid_loss = t->quality.loss;
  p->valid_accuracy = t->quality.accuracy;
  p->valid_f1 = t->quality.f1;
}

/* ---- steps ------------------------------------------------------------------------------------------------------ */

/* Loss and accuracy of the texts learned of late (about a quarter of an epoch), as they scored before. */
static void
watch_step(struct learner *t, struct train_point *p, const uint32_t *rows, size_t n)
{
  static const struct calibration as_is = {1, 0, 0.5f};
  size_t seen = n < WATCHED ? n : WATCHED;
  struct quality q = calibrate_quality(&as_is, &(struct scored){t->scores, seen, t->fit[0].out_stride, t->x, rows, &t->task});
  double keep = exp(-4 * (double)n / (double)t->n);

  t->late_texts = keep * t->late_texts + (double)seen;
  t->late_loss = keep * t->late_loss + (double)seen * q.loss;
  t->late_right = keep * t->late_right + (double)seen * q.accuracy;
  *p = (struct train_point){.epoch = t->epoch, .step = t->step, .train_loss = t->late_loss / t->late_texts,
                            .train_accuracy = t->late_right / t->late_texts, .valid_loss = NAN, .valid_accuracy = NAN,
                            .valid_f1 = NAN};
}

/* The other fit goes on in step, so that both are at the same place of the epoch. */
static void
learn_twin(struct learner *t, float rate, size_t n)
{
  struct fasttext_fit *f = &t->fit[1], *first = &t->fit[0];
  size_t until = first->at == first->n ? f->n : (size_t)((double)first->at / (double)first->n * (double)f->n);
  float *scores;

  if (t->n_fits < 2 || until <= f->at)
    return;
  scores = xmalloc((until - f->at < n ? n : until - f->at) * f->out_stride * sizeof *scores);
  fasttext_fit_learn(f, t->team, until - f->at, rate, scores);
  free(scores);
}

static int
fasttext_training_step(struct training *base, struct train_point *p, struct err *e)
{
  struct learner *t = (struct learner *)base;
  double start = clock_s(), all = (double)t->n * t->values[P_EPOCHS];
  struct fasttext_fit *f = &t->fit[0];
  const uint32_t *rows;
  float rate;
  size_t n;

  (void)e;
  if (t->over)
    return 0;
  if (f->at == f->n || t->epoch == 0) {
    t->epoch++;
    for (int k = 0; k < t->n_fits; k++)
      fasttext_fit_shuffle(&t->fit[k]);
  }
  rate = (float)(t->values[P_RATE] * (1 - (double)t->n_done / all));
  rows = f->order + f->at;
  n = fasttext_fit_learn(f, t->team, t->n_step, rate, t->scores);
  learn_twin(t, rate, n);
  t->n_done += n;
  t->step++;
  if (base->watch)
    dynamics_tell(base->watch, &(struct scored){t->scores, n, f->out_stride, t->x, rows, &t->task}, &t->calibration,
                  t->threads);
  watch_step(t, p, rows, n);
  if (f->at == f->n)
    end_epoch(t, p);
  p->n_steps = (int)fmin(ceil((double)t->n / (double)t->n_step) * t->values[P_EPOCHS], 1e9);
  t->seconds += clock_s() - start;
  p->seconds = t->seconds;
  p->samples_per_s = (double)t->n_done / fmax(t->seconds, 1e-9);
  return !t->over;
}

static struct student *
fasttext_training_take(struct training *base, struct err *e)
{
  struct learner *t = (struct learner *)base;
  struct buf b = {.max = STUDENT_MAX_BYTES};
  struct student *s = NULL;

  if (!t->best)
    return &model_of(t)->base;
  if (student_save(&t->best->base, &b, e) == 0)
    s = student_load(b.s, b.n, e);
  buf_release(&b);
  return s;
}

static const uint32_t *
fasttext_training_confusion(const struct training *base)
{
  const struct learner *t = (const struct learner *)base;

  return t->n_judges && t->epoch > 0 ? t->confusion : NULL;
}

static void
fasttext_training_free(struct training *base)
{
  struct learner *t = (struct learner *)base;

  for (int k = 0; k < t->n_fits; k++)
    fasttext_fit_release(&t->fit[k]);
  fasttext_texts_release(&t->texts);
  team_free(t->team);
  if (t->best)
    fasttext_model_free(&t->best->base);
  free(t->scores);
  free(t->judges);
  free(t->judge_rows);
  free(t->judged);
  free(t->confusion);
  free(t);
}

const struct student_kind student_fasttext = {
  .name = "fasttext",
  .summary = "mean of learned vectors of words and n-grams; can be shipped to the program fastText",
  .params = params,
  .n_params = N_PARAMS,
  .training_new = fasttext_training_new,
  .training_step = fasttext_training_step,
  .training_take = fasttext_training_take,
  .training_free = fasttext_training_free,
  .predict = fasttext_model_predict,
  .predict_top = fasttext_model_predict_top,
  .save = fasttext_model_save,
  .load = fasttext_model_load,
  .info = fasttext_model_info,
  .free = fasttext_model_free,
  .training_confusion = fasttext_training_confusion,
  .explain = fasttext_model_explain,
  .soft = true,
};
