#include "student/student.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/pool.h"
#include "student/explain.h"
#include "student/fasttext.h"
#include "student/kind.h"
#include "student/linear.h"
#include "student/neural-kinds.h"

const struct student_kind *const student_kinds[] = {&student_linear, &student_fasttext, &student_cnn, &student_bilstm,
                                                   &student_transformer};
const size_t student_n_kinds = N_OF(student_kinds);

const struct student_kind *
student_kind_find(const char *name)
{
  for (size_t i = 0; i < student_n_kinds; i++)
    if (strcmp(student_kinds[i]->name, name) == 0)
      return student_kinds[i];
  return NULL;
}

void
student_params_json(const struct student_kind *kind, const double *values, struct buf *out)
{
  struct buf choice = BUF_INIT;

  buf_addc(out, '{');
  for (size_t i = 0; i < kind->n_params; i++) {
    if (kind->params[i].type == OPTION_CHOICE && option_choice(&kind->params[i], (size_t)values[i], &choice))
      json_add_field(out, kind->params[i].name, buf_str(&choice));
    else
      json_add_field_number(out, kind->params[i].name, values[i]);
  }
  buf_addc(out, '}');
  buf_release(&choice);
}

void
student_defaults(const struct student_kind *kind, double *values)
{
  for (size_t i = 0; i < kind->n_params; i++)
    values[i] = option_default(&kind->params[i]);
}

/* ---- checks ----------------------------------------------------------------------------------------------------- */

static int
check_values(const struct student_kind *kind, const double *values, struct err *e)
{
  for (size_t i = 0; i < kind->n_params; i++) {
    const struct option *o = &kind->params[i];
    char text[40];

    if (o->type == OPTION_CHOICE) {
      struct buf name = BUF_INIT;
      int known = values[i] >= 0 && values[i] < 1000 && values[i] == floor(values[i]) &&
                  option_choice(o, (size_t)values[i], &name);

      buf_release(&name);
      if (!known)
        return err_set(e, ERR_INPUT, "option '--%s': choice %g does not exist (allowed: %s)", o->name, values[i], o->choices);
      continue;
    }
    snprintf(text, sizeof text, "%.17g", values[i]);
    if (option_check(o, text, NULL, e) != 0)
      return -1;
  }
  return 0;
}

static int
check_example(const struct student_task *task, const struct example *x, const char *what, size_t i, struct err *e)
{
  if (!x->text || (task->pair && !x->text2))
    return err_set(e, ERR_INPUT, "%s text %zu: there is no %s", what, i + 1, x->text ? "second text" : "text");
  if (!task->multilabel && x->n_labels != 1)
    return err_set(e, ERR_INPUT, "%s text %zu: it has %d labels, this task needs one", what, i + 1, x->n_labels);
  for (size_t l = 0; l < x->n_labels; l++)
    if (x->labels[l] >= task->n_classes)
      return err_set(e, ERR_INPUT, "%s text %zu: label number %d of %d labels", what, i + 1, x->labels[l], task->n_classes);
  if (!(x->weight >= 0 && x->weight <= 1e6f))
    return err_set(e, ERR_INPUT, "%s text %zu: weight %g (allowed: 0 to 1000000)", what, i + 1, (double)x->weight);
  return 0;
}

/* At least two classes must be met, or a label both given and not given, or there is nothing to tell apart. */
static int
check_variety(const struct student_task *task, const struct example *x, size_t n, struct err *e)
{
  size_t *counts = xcalloc(task->n_classes, sizeof *counts), met = 0;
  bool varied = false;

  for (size_t i = 0; i < n; i++)
    for (size_t l = 0; l < x[i].n_labels; l++)
      counts[x[i].labels[l]]++;
  for (size_t c = 0; c < task->n_classes; c++) {
    met += counts[c] > 0;
    varied = varied || (task->multilabel && counts[c] > 0 && counts[c] < n);
  }
  free(counts);
  if (varied || met > 1)
    return 0;
  return err_set(e, ERR_INPUT, met ? "all %zu training texts have the same label: there is nothing to tell apart"
                                   : "none of the %zu training texts has a label", n);
}

static int
check_examples(const struct student_task *task, const struct example *x, size_t n, const char *what, struct err *e)
{
  for (size_t i = 0; i < n; i++)
    if (check_example(task, &x[i], what, i, e) != 0)
      return -1;
  return 0;
}

static int
check_plan(const struct student_kind *kind, const struct training_plan *p, struct err *e)
{
  const size_t most = UINT32_MAX / 2;

  if (p->n_train == 0)
    return err_set(e, ERR_INPUT, "there are no training texts");
  if (p->n_train > most || p->n_valid > most || p->n_pool > most)
    return err_set(e, ERR_INPUT, "too many texts");
  if (p->task.n_classes < 1 || p->task.n_classes > STUDENT_MAX_CLASSES)
    return err_set(e, ERR_INPUT, "%d labels (allowed: 1 to %d)", p->task.n_classes, STUDENT_MAX_CLASSES);
  if (p->vectors && !kind->vectors)
    return err_set(e, ERR_INPUT, "the student '%s' takes no word vectors", kind->name);
  if (p->from && (!kind->goes_on || p->from->kind != kind))
    return err_set(e, ERR_INPUT, kind->goes_on ? "what a student of '%s' begins with must be one of the same kind"
                                               : "a student of '%s' cannot go on from another one", kind->name);
  if (check_values(kind, p->values, e) != 0 || check_examples(&p->task, p->train, p->n_train, "training", e) != 0 ||
      check_examples(&p->task, p->valid, p->n_valid, "validation", e) != 0)
    return -1;
  return check_variety(&p->task, p->train, p->n_train, e);
}

struct training *
training_begin(const struct student_kind *kind, const struct training_plan *plan, struct err *e)
{
  struct training_plan p = *plan;
  struct training *t;

  if (check_plan(kind, plan, e) != 0)
    return NULL;
  p.threads = pool_threads(plan->threads);
  t = kind->training_new(&p, e);
  if (t)
    t->kind = kind;
  return t;
}

struct training *
training_new(const struct student_kind *kind, const struct student_task *task, const struct example *train, size_t n,
             const struct example *valid, size_t n_valid, const double *values, uint64_t seed, int threads, struct err *e)
{
  return training_begin(kind, &(struct training_plan){.task = *task, .train = train, .n_train = n, .valid = valid,
                                                      .n_valid = n_valid, .values = values, .seed = seed,
                                                      .threads = threads}, e);
}

int
training_set(struct training *t, const char *param, double value, struct err *e)
{
  const struct option *o = option_find(t->kind->params, param);
  char text[40];

  if (!o || !t->kind->training_set)
    return err_set(e, ERR_INPUT, "the student '%s' has no parameter '--%s' that can change while it runs", t->kind->name,
                   param);
  snprintf(text, sizeof text, "%.17g", value);
  if (option_check(o, text, NULL, e) != 0)
    return -1;
  return t->kind->training_set(t, (size_t)(o - t->kind->params), value, e);
}

const uint32_t *
training_confusion(const struct training *t)
{
  return t->kind->training_confusion ? t->kind->training_confusion(t) : NULL;
}

int
training_save(const struct training *t, struct buf *out, struct err *e)
{
  if (!t->kind->training_save)
    return err_set(e, ERR_INPUT, "a training of '%s' is not kept on its way", t->kind->name);
  return t->kind->training_save(t, out) == 0 ? 0 : err_set(e, ERR_FAIL, "the state of the training is too large");
}

int
training_restore(struct training *t, const char *bytes, size_t n, struct err *e)
{
  if (!t->kind->training_restore)
    return err_set(e, ERR_INPUT, "a training of '%s' is not kept on its way", t->kind->name);
  return t->kind->training_restore(t, bytes, n, e);
}

void
training_watch(struct training *t, struct dynamics *d)
{
  t->watch = d;
}

int
training_step(struct training *t, struct train_point *p, struct err *e)
{
  struct train_point unused;

  return t->kind->training_step(t, p ? p : &unused, e);
}

struct student *
training_take(struct training *t, struct err *e)
{
  return t->kind->training_take(t, e);
}

void
training_free(struct training *t)
{
  if (t)
    t->kind->training_free(t);
}

void
student_predict(const struct student *s, const struct example *x, size_t n, int threads, float *probabilities)
{
  s->kind->predict(s, x, n, threads, probabilities);
}

void
student_predict_top(const struct student *s, const struct example *x, size_t n, int threads, uint16_t *labels,
                    float *probabilities)
{
  s->kind->predict_top(s, x, n, threads, labels, probabilities);
}

size_t
student_explain(const struct student *s, const struct example *x, uint16_t label, struct span *spans, size_t max)
{
  size_t n = 0;

  if (!s->kind->explain || !s->kind->explain(s, x, label, spans, &n, max))
    n = explain_occlusion(s, x, label, spans, max);
  explain_scale(spans, n);
  return n;
}

size_t
student_best(const float *probabilities, size_t n)
{
  size_t best = 0;

  for (size_t c = 1; c < n; c++)
    if (probabilities[c] > probabilities[best])
      best = c;
  return best;
}

void
student_free(struct student *s)
{
  if (s)
    s->kind->free(s);
}

/* ---- the envelope of a saved model ------------------------------------------------------------------------------- */

/* envelope, the kind's own bytes, then the hash of all before it. */
struct envelope {
  char magic[8];
  uint32_t version, zero;
  char kind[16];
  uint64_t size_bytes;   /* of the kind's own bytes */
};
#define MAGIC "RTSTUDNT"
#define FORMAT 1

int
student_save(const struct student *s, struct buf *out, struct err *e)
{
  struct envelope v = {.version = FORMAT};
  size_t start = out->n;
  uint64_t hash;

  memcpy(v.magic, MAGIC, sizeof v.magic);
  memcpy(v.kind, s->kind->name, strlen(s->kind->name));
  buf_add(out, (const char *)&v, sizeof v);
  if (s->kind->save(s, out) == 0) {
    v.size_bytes = out->n - start - sizeof v;
    memcpy(out->s + start, &v, sizeof v);
    hash = hash_bytes(out->s + start, out->n - start, FORMAT);
    buf_add(out, (const char *)&hash, sizeof hash);
  }
  return out->over ? err_set(e, ERR_FAIL, "the model is too large (over %zu MB)", out->max >> 20) : 0;
}

struct student *
student_load(const char *bytes, size_t n, struct err *e)
{
  const struct student_kind *kind;
  struct envelope v;
  uint64_t hash;

  if (n < sizeof v + sizeof hash || memcmp(bytes, MAGIC, sizeof v.magic) != 0) {
    err_set(e, ERR_INPUT, "this is no saved student");
    return NULL;
  }
  memcpy(&v, bytes, sizeof v);
  memcpy(&hash, bytes + n - sizeof hash, sizeof hash);
  if (v.version > FORMAT) {
    err_set(e, ERR_INPUT, "the student was saved by a newer retort (format %u, this one reads %d)", v.version, FORMAT);
    return NULL;
  }
  if (v.size_bytes != n - sizeof v - sizeof hash || hash_bytes(bytes, n - sizeof hash, FORMAT) != hash) {
    err_set(e, ERR_INPUT, "the saved student is damaged (its check sum is wrong)");
    return NULL;
  }
  v.kind[sizeof v.kind - 1] = '\0';
  kind = student_kind_find(v.kind);
  if (!kind) {
    err_set(e, ERR_INPUT, "the saved student is of an unknown kind");
    return NULL;
  }
  return kind->load(bytes + sizeof v, n - sizeof v - sizeof hash, e);
}

void
student_info(const struct student *s, struct student_info *out)
{
  struct buf b = {.max = STUDENT_MAX_BYTES};

  memset(out, 0, sizeof *out);
  snprintf(out->kind, sizeof out->kind, "%s", s->kind->name);
  s->kind->info(s, out);
  student_save(s, &b, NULL);
  out->size_bytes = b.n;
  buf_release(&b);
}
