#include "evaluate/fit.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/memory.h"
#include "base/shape_rows.h"
#include "evaluate/timing.h"
#include "student/reliability.h"

#define CHUNK 1024           /* test texts a call of the student */
#define FIT_FORMAT 1         /* to be counted up when the same key should stand for other answers */

/* ---- keys ---- */

static uint64_t
hash_text(uint64_t h, const char *s)
{
  return s ? hash_bytes(s, strlen(s) + 1, h) : hash_mix(h);
}

static uint64_t
hash_examples(uint64_t h, const struct example *x, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    h = hash_text(hash_text(h, x[i].text), x[i].text2);
    h = hash_bytes(x[i].labels, x[i].n_labels * sizeof *x[i].labels, h);
    h = hash_bytes(&x[i].weight, sizeof x[i].weight, h);
  }
  return h;
}

uint64_t
fit_hash_of_test(const struct example *test, size_t n)
{
  return hash_examples(n, test, n);
}

void
fit_key(const struct fit_job *job, char key[FIT_KEY_MAX])
{
  uint64_t half[2];

  for (uint64_t i = 0; i < 2; i++) {
    uint64_t h = hash_text(FIT_FORMAT + (i << 32), PACKAGE_VERSION);

    h = hash_text(h, job->kind->name);
    h = hash_bytes(job->values, job->kind->n_params * sizeof *job->values, h);
    h = hash_bytes(&job->seed, sizeof job->seed, h);
    h = hash_bytes(&job->task.n_classes, sizeof job->task.n_classes, h);
    h = hash_bytes(&job->test_hash, sizeof job->test_hash, h);
    half[i] = hash_examples(h, job->train, job->n_train);
  }
  snprintf(key, FIT_KEY_MAX, "%016llx%016llx", (unsigned long long)half[0], (unsigned long long)half[1]);
}

/* ---- a training ---- */

struct fitting {
  const struct fit_job *job;
  struct training *training;
  struct fit fit;
  double began_s, began_cpu_s, began_bytes;
};

struct fitting *
fitting_new(const struct fit_job *job, struct err *e)
{
  struct fitting *f = xcalloc(1, sizeof *f);

  f->job = job;
  f->began_bytes = job->timed ? memory_mark() : NAN;
  f->began_s = clock_s();
  f->began_cpu_s = clock_cpu_s();
  f->training = training_new(job->kind, &job->task, job->train, job->n_train, NULL, 0, job->values, job->seed,
                             job->n_threads, e);
  if (f->training)
    return f;
  free(f);
  return NULL;
}

void
fitting_free(struct fitting *f)
{
  if (!f)
    return;
  training_free(f->training);
  fit_release(&f->fit);
  free(f);
}

/* ---- its answers ---- */

static bool
is_set(const struct example *x, const uint8_t *set, size_t n_labels)
{
  size_t n = 0;

  for (size_t l = 0; l < n_labels; l++)
    n += set[l];
  for (size_t l = 0; l < x->n_labels; l++)
    if (!set[x->labels[l]])
      return false;
  return n == x->n_labels;
}

static void
take_answer(struct fitting *f, size_t i, const float *p, float threshold, struct reliability *sure)
{
  size_t C = f->job->task.n_classes;
  const struct example *x = &f->job->test[i];

  if (f->fit.sets) {
    for (size_t c = 0; c < C; c++)
      f->fit.sets[i * C + c] = p[c] >= threshold;
    f->fit.right[i] = is_set(x, f->fit.sets + i * C, C);
  } else {
    f->fit.said[i] = (uint16_t)student_best(p, C);
    f->fit.right[i] = f->fit.said[i] == x->labels[0];
    reliability_add(sure, (double)p[f->fit.said[i]], f->fit.right[i]);
  }
}

static void
answer(struct fitting *f, const struct student *student)
{
  size_t C = f->job->task.n_classes, R = f->job->n_test;
  float *p = xcalloc(CHUNK * C, sizeof *p);
  struct reliability sure = {0};
  struct student_info info;

  student_info(student, &info);
  f->fit.said = f->job->task.multilabel ? NULL : xcalloc(R + 1, sizeof *f->fit.said);
  f->fit.sets = f->job->task.multilabel ? xcalloc(R + 1, C) : NULL;
  f->fit.right = xcalloc(R + 1, 1);
  for (size_t at = 0; at < R; at += CHUNK) {
    size_t n = R - at < CHUNK ? R - at : CHUNK;

    student_predict(student, f->job->test + at, n, f->job->n_threads, p);
    for (size_t i = 0; i < n; i++)
      take_answer(f, at + i, p + i * C, info.threshold, &sure);
  }
  f->fit.figures.n_parameters = (double)info.n_parameters;
  f->fit.figures.size_bytes = (double)info.size_bytes;
  f->fit.figures.multiply_adds = info.multiply_adds;
  f->fit.figures.calibration_error = f->fit.sets ? NAN : reliability_error(&sure);
  free(p);
}

static int
conclude(struct fitting *f, struct err *e)
{
  struct found_measure *m = &f->fit.figures.measured;
  struct student *student = training_take(f->training, e);

  if (!student)
    return -1;
  *m = (struct found_measure){.seconds = clock_s() - f->began_s, .cpu_seconds = clock_cpu_s() - f->began_cpu_s,
                              .peak_bytes = NAN, .us_one = NAN, .us_batch = NAN};
  if (f->job->timed)
    m->peak_bytes = fmax(0, memory_peak() - f->began_bytes);
  training_free(f->training);
  f->training = NULL;
  answer(f, student);
  if (f->job->timed) {
    m->us_one = timing_us(student, f->job->test, f->job->n_test, 1);
    m->us_batch = timing_us(student, f->job->test, f->job->n_test, TIMING_BATCH);
  }
  student_free(student);
  return 0;
}

int
fitting_step(struct fitting *f, double *share, struct err *e)
{
  struct train_point point;
  int more = training_step(f->training, &point, e);

  if (more == 1 && point.n_steps > 0)
    *share = fmin(1, (double)point.step / point.n_steps);
  if (more == 0)
    return conclude(f, e);
  return more;
}

void
fitting_take(struct fitting *f, struct fit *out)
{
  *out = f->fit;
  f->fit = (struct fit){0};
}

void
fit_release(struct fit *f)
{
  free(f->said);
  free(f->sets);
  free(f->right);
  *f = (struct fit){0};
}

/* ---- the store ---- */

static const struct shape_field figure_fields[] = {
  NAMED(fit_figures, NUMBER, "parameters", n_parameters), OF(fit_figures, NUMBER, size_bytes),
  OF(fit_figures, NUMBER, multiply_adds), OF(fit_figures, NUMBER, calibration_error),
  NAMED(fit_figures, NUMBER, "seconds", measured.seconds),
  NAMED(fit_figures, NUMBER, "cpu_seconds", measured.cpu_seconds),
  NAMED(fit_figures, NUMBER, "peak_bytes", measured.peak_bytes), NAMED(fit_figures, NUMBER, "us_one", measured.us_one),
  NAMED(fit_figures, NUMBER, "us_batch", measured.us_batch), END,
};
static const struct shape figures = SHAPE(fit_figures, figure_fields);

static void *
copy_of(const void *from, size_t n)
{
  void *to = xmalloc(n + 1);

  memcpy(to, from, n);
  return to;
}

void
fit_to_row(const struct fit *f, const char *key, uint32_t experiment, size_t n_test, size_t n_labels, struct fit_row *row)
{
  struct buf measured = BUF_INIT;

  shape_write(&figures, &f->figures, &measured);
  *row = (struct fit_row){.key = xstrdup(key), .experiment = experiment, .n_right = n_test,
                          .n_said = f->sets ? n_test * n_labels : n_test * sizeof *f->said};
  row->said = copy_of(f->sets ? (const void *)f->sets : (const void *)f->said, row->n_said);
  row->right = copy_of(f->right, n_test);
  row->measured = buf_take(&measured);
}

int
fit_of_row(const struct fit_row *row, size_t n_test, size_t n_labels, bool multilabel, struct fit *f)
{
  size_t n_said = multilabel ? n_test * n_labels : n_test * sizeof *f->said;
  struct json *j;

  *f = (struct fit){0};
  if (!row->said || !row->right || row->n_said != n_said || row->n_right != n_test)
    return -1;
  j = json_parse(row->measured, strlen(row->measured), NULL, NULL);
  if (!j || shape_read(&figures, j, &f->figures, NULL) < 0) {
    json_free(j);
    return -1;
  }
  json_free(j);
  f->right = copy_of(row->right, n_test);
  if (multilabel)
    f->sets = copy_of(row->said, n_said);
  else
    f->said = copy_of(row->said, n_said);
  for (size_t i = 0; f->said && i < n_test; i++)
    if (f->said[i] >= n_labels)
      f->said[i] = 0;
  return 0;
}
