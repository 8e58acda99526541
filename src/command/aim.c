#include "command/aim.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "command/learn.h"
#include "command/names.h"
#include "command/print.h"
#include "command/students.h"

#define BATCH 4096

struct search {
  struct call *c;
  struct run_row run;
  struct lesson lesson;
  struct aim *aim;
  size_t cap;
  float *p;                      /* of a batch of texts: n_classes each */
  double *values;                /* of the student's parameters */
  const struct student_kind *kind;
  /* of each label: texts judged, hard ones */
  size_t *n_label, *n_hard;
};

static void
search_release(struct search *s)
{
  run_row_release(&s->run);
  lesson_release(&s->lesson);
  free(s->p);
  free(s->values);
  free(s->n_label);
  free(s->n_hard);
}

/* ---- judging */

static void
judge(struct search *s, uint32_t id, const struct example *x, const float *p)
{
  struct aim *a = s->aim;
  uint16_t truth = x->labels[0], said = (uint16_t)student_best(p, s->lesson.task.n_classes);
  bool confused = (truth == a->confused[0] && said == a->confused[1]) ||
                  (truth == a->confused[1] && said == a->confused[0]);
  bool hard = a->confused[0] == LABEL_NONE ? said != truth || p[truth] < AIM_SURE : confused;

  s->n_label[truth]++;
  if (!hard)
    return;
  s->n_hard[truth]++;
  GROW(a->hard, s->cap, a->n + 1);
  a->hard[a->n++] = (struct hard_text){id, said, p[truth]};
}

/* Judges texts with a student. which NULL: all n. */
static int
judge_all(struct search *s, const struct student *student, const struct examples *x, const uint32_t *which, size_t n,
          struct err *e)
{
  struct example *batch = xcalloc(BATCH, sizeof *batch);
  size_t n_classes = s->lesson.task.n_classes;

  for (size_t from = 0; from < n && !stop_wanted(s->c->stop); from += BATCH) {
    size_t m = n - from < BATCH ? n - from : BATCH;

    for (size_t i = 0; i < m; i++)
      batch[i] = x->v[which ? which[from + i] : from + i];
    student_predict(student, batch, m, 0, s->p);
    for (size_t i = 0; i < m; i++)
      judge(s, x->ids[which ? which[from + i] : from + i], &batch[i], s->p + i * n_classes);
  }
  free(batch);
  return stop_wanted(s->c->stop) ? err_set(e, ERR_INTERRUPTED, "interrupted") : 0;
}

static struct student *
learn(struct search *s, const struct example *train, size_t n, struct err *e)
{
  struct training *t = training_new(s->kind, &s->lesson.task, train, n, s->lesson.valid.v, s->lesson.valid.n, s->values,
                                    s->run.seed, 0, e);
  struct student *student;
  int r = t ? 1 : -1;

  while (r == 1 && !stop_wanted(s->c->stop))
    r = training_step(t, NULL, e);
  if (r == 1)
    r = err_set(e, ERR_INTERRUPTED, "interrupted");
  student = r == 0 ? training_take(t, e) : NULL;
  training_free(t);
  return student;
}

/* The texts order[i] with i % AIM_FOLDS == fold are judged by a student that learned from the others. */
static int
judge_fold(struct search *s, const uint32_t *order, size_t n, size_t fold, struct err *e)
{
  struct example *train = xcalloc(n + 1, sizeof *train);
  uint32_t *held_out = xcalloc(n + 1, sizeof *held_out);
  size_t n_train = 0, n_out = 0;
  struct student *student;
  int r;

  for (size_t i = 0; i < n; i++)
    if (i % AIM_FOLDS == fold)
      held_out[n_out++] = order[i];
    else
      train[n_train++] = s->lesson.train.v[order[i]];
  student = learn(s, train, n_train, e);
  r = student ? judge_all(s, student, &s->lesson.train, held_out, n_out, e) : -1;
  student_free(student);
  free(train);
  free(held_out);
  return r;
}

/* In each fold a like share of each label: shuffled, then by label, then dealt in turn. */
static uint32_t *
deal(const struct search *s, size_t *n)
{
  const struct examples *x = &s->lesson.train;
  uint32_t *order = xcalloc(x->n + 1, sizeof *order), *dealt = xcalloc(x->n + 1, sizeof *dealt);
  size_t n_dealt = 0;
  struct rng rng;

  for (size_t i = 0; i < x->n; i++)
    order[i] = (uint32_t)i;
  rng_seed(&rng, s->run.seed);
  rng_shuffle(&rng, order, x->n);
  *n = x->n < AIM_TEXTS_MAX ? x->n : AIM_TEXTS_MAX;
  for (size_t label = 0; label < s->lesson.task.n_classes; label++)
    for (size_t i = 0; i < *n; i++)
      if (x->v[order[i]].labels[0] == label)
        dealt[n_dealt++] = order[i];
  free(order);
  return dealt;
}

static int
judge_train(struct search *s, struct err *e)
{
  size_t n;
  uint32_t *order = deal(s, &n);
  int r = 0;

  progress_begin(&s->c->progress, "finding what is hard", "folds", AIM_FOLDS);
  for (size_t fold = 0; fold < AIM_FOLDS && r == 0; fold++) {
    progress_set(&s->c->progress, (double)fold, NULL);
    r = judge_fold(s, order, n, fold, e);
  }
  progress_end(&s->c->progress);
  s->aim->n_train = n;
  free(order);
  return r;
}

static int
judge_valid(struct search *s, struct err *e)
{
  struct student *student;
  struct student_info info;
  int r = 0;

  if (s->lesson.valid.n == 0)
    return 0;
  student = learn_load(s->c, &s->run, e);
  if (!student)
    return -1;
  student_info(student, &info);
  if (info.task.n_classes == s->lesson.task.n_classes) {   /* else labels came since */
    r = judge_all(s, student, &s->lesson.valid, NULL, s->lesson.valid.n, e);
    s->aim->n_valid = s->lesson.valid.n;
  }
  student_free(student);
  return r;
}

/* ---- what is wished */

static int
take_labels(struct call *c, const char *names, uint16_t *labels, struct err *e)
{
  const char *comma = strchr(names, ',');
  char *first;
  int r;

  if (!comma)
    return err_set(e, ERR_INPUT, "option '--aim': two labels are expected (confused:A,B)");
  first = xstrndup(names, (size_t)(comma - names));
  r = names_label(c, first, &labels[0], e);
  free(first);
  if (r == 0)
    r = names_label(c, comma + 1, &labels[1], e);
  if (r == 0 && labels[0] == labels[1])
    r = err_set(e, ERR_INPUT, "option '--aim': a label cannot be confused with itself");
  return r;
}

static int
take_what(struct call *c, const char *what, struct aim *a, struct err *e)
{
  static const char prefix[] = "confused:";

  if (corpus_task(project_corpus(c->project)) == TASK_MULTILABEL)
    return err_set(e, ERR_INPUT, "option '--aim': only where labels exclude each other");
  if (strncmp(what, prefix, sizeof prefix - 1) == 0)
    return take_labels(c, what + sizeof prefix - 1, a->confused, e);
  return strcmp(what, "hard") == 0
           ? 0 : err_set(e, ERR_INPUT, "option '--aim': '%.100s' is neither hard nor confused:A,B", what);
}

static int
compare_hard(const void *a, const void *b)
{
  const struct hard_text *x = a, *y = b;

  return x->p_true != y->p_true ? (x->p_true < y->p_true ? -1 : 1) : x->id < y->id ? -1 : x->id > y->id;
}

static void
tell(const struct search *s)
{
  const struct labels *labels = corpus_labels(project_corpus(s->c->project));
  const struct aim *a = s->aim;
  struct buf b = BUF_INIT;

  buf_addf(&b, "aimed at: %zu of %zu texts ", a->n,
           a->confused[0] == LABEL_NONE ? a->n_train + a->n_valid
                                        : s->n_label[a->confused[0]] + s->n_label[a->confused[1]]);
  if (a->confused[0] == LABEL_NONE)
    buf_addf(&b, "that %s gets wrong or is unsure of", s->run.name);
  else
    buf_addf(&b, "of %s and %s that %s takes for the other", label_name(labels, a->confused[0]),
             label_name(labels, a->confused[1]), s->run.name);
  for (size_t i = 0, n = 0; i < s->lesson.task.n_classes; i++)
    if (s->n_hard[i] > 0)
      buf_addf(&b, "%s%s %zu of %zu", n++ ? ", " : ": ", label_name(labels, (uint16_t)i), s->n_hard[i], s->n_label[i]);
  if (s->c->json)
    progress_note(&s->c->progress, "%s", buf_str(&b));
  else
    print_line(s->c, "%s", buf_str(&b));
  fflush(s->c->out);
  buf_release(&b);
}

static int
open_run(struct search *s, const char *run, struct err *e)
{
  if (names_run(s->c, run, &s->run, e) < 0)
    return -1;
  s->kind = students_find(s->run.student, e);
  if (!s->kind || students_of_json(s->kind, s->run.params, &s->values, e) < 0 ||
      lesson_collect(s->c, s->run.data, &s->lesson, e) < 0)
    return -1;
  s->p = xcalloc((size_t)BATCH * s->lesson.task.n_classes, sizeof *s->p);
  s->n_label = xcalloc(s->lesson.task.n_classes + 1, sizeof *s->n_label);
  s->n_hard = xcalloc(s->lesson.task.n_classes + 1, sizeof *s->n_hard);
  return 0;
}

int
aim_find(struct call *c, const char *what, const char *run, struct aim *a, struct err *e)
{
  struct search s = {.c = c, .aim = a};
  int r = -1;

  *a = (struct aim){.confused = {LABEL_NONE, LABEL_NONE}};
  if (take_what(c, what, a, e) == 0 && open_run(&s, run, e) == 0 && judge_train(&s, e) == 0 &&
      judge_valid(&s, e) == 0) {
    r = a->n > 0 ? 0 : err_set(e, ERR_INPUT, "nothing to aim at: '%s' finds none of the %zu texts hard", s.run.name,
                               a->n_train + a->n_valid);
    a->run = xstrdup(s.run.name);
    if (a->n > 0)
      qsort(a->hard, a->n, sizeof *a->hard, compare_hard);
  }
  if (r == 0)
    tell(&s);
  search_release(&s);
  return r;
}

void
aim_release(struct aim *a)
{
  free(a->hard);
  free(a->run);
  *a = (struct aim){0};
}

void
aim_options(const struct aim *a, struct job_options *o)
{
  o->hard = a->hard;
  o->n_hard = a->n;
  if (o->seeds == SEEDS_RANDOM)
    o->seeds = SEEDS_HARD;
  if (a->confused[0] != LABEL_NONE)
    memcpy(o->confused, a->confused, sizeof o->confused);
}
