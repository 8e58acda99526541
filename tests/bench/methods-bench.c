/* methods-bench: each method for noisy, soft or few labels against the same student without it.
 *
 *   methods-bench DATA SCENE [seeds=3] [kind=cnn] [threads=2] [only=ARM] [PARAMETER=VALUE]...
 *
 * A scene draws texts from a public set (by seed), plants wrong labels where that is the point, and keeps the rest as a
 * pool. Its first arm is the student without a method; PARAMETER=VALUE is for all arms. The table: accuracy on the test set,
 * mean of the seeds, and the difference to the first arm with its standard error (of the pairs with the same seed). */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/rng.h"
#include "samples.h"

#define MOST_ARMS 16
#define MOST_SEEDS 16
#define FOLDS 3

enum { POOL = 1, TEACHER = 2, TEACHER_LABELS = 4, JUDGED = 8 };  /* what an arm is given */
struct arm {
  const char *name, *options;
  int given;
};
struct scene {
  const char *name, *set;
  size_t n_each, n, n_pool;   /* training texts of a label, or in all; texts of the pool */
  double noise;               /* share of the training labels that are wrong */
  const char *options;        /* of all arms */
  struct arm arms[MOST_ARMS];
};

/* So small that a run takes seconds, and fast enough a learner to know wrong labels by heart, as the papers' do. With a
 * pool that a teacher labelled an epoch is some twenty times as long, so there are fewer. The student takes the epoch that
 * its held-out texts like best, wrong labels among them or not: a remedy in itself. Scenes that end in -last hold nothing out
 * and take the last epoch, as the papers do. */
#define SMALL "dim=50 filters=50 subwords=0 lr=0.003"

#define NOISE_ARMS \
  {"cross-entropy", "", 0}, \
  {"loss=rce", "loss=rce", 0}, \
  {"loss=sce", "loss=sce", 0}, \
  {"loss=gce", "loss=gce", 0}, \
  {"coteach=0.4", "coteach=0.4", 0}, \
  {"weights=learned", "weights=learned", 0}, \
  {"weights from linear", "", JUDGED}, \
  {"temporal=0.8", "temporal=0.8", 0}
#define FEW_ARMS \
  {"no pool", "", 0}, \
  {"selftrain=1", "selftrain=1", POOL}, \
  {"vat=1, no pool", "vat=1", 0}, \
  {"vat=1", "vat=1", POOL}, \
  {"linear's labels", "soft=1 epochs=15", POOL | TEACHER | TEACHER_LABELS}, \
  {"linear's opinions", "soft=1 epochs=15", POOL | TEACHER}

static const struct scene scenes[] = {
  {"noise-trec", "trec", 0, 2000, 0, 0.4, SMALL " epochs=20", {
    NOISE_ARMS
  }},
  {"noise-trec-last", "trec", 0, 2000, 0, 0.4, SMALL " epochs=20 holdout=0", {
    NOISE_ARMS
  }},
  {"noise-sst2", "sst2", 0, 2000, 0, 0.3, SMALL " epochs=20", {
    NOISE_ARMS
  }},
  {"few-trec", "trec", 20, 0, 2000, 0, SMALL " epochs=150", {
    FEW_ARMS
  }},
  {"few-snips", "snips7", 10, 0, 2000, 0, SMALL " epochs=150", {
    FEW_ARMS
  }},
  {"few-sst2", "sst2", 100, 0, 2000, 0, SMALL " epochs=60", {
    FEW_ARMS
  }},
};

static struct samples whole, test;
static struct label_names names;

/* What a seed draws. */
struct drawn {
  struct example *train, *pool;
  size_t n_train, n_pool;
  uint16_t *labels;          /* (n_train) as planted */
};

struct request {
  const struct scene *scene;
  const struct student_kind *kind;
  struct student_task task;
  double values[128];
  int seeds, threads;
  const char *only;
};

/* ---- options -------------------------------------------------------------------------------------------------------- */

static void
set_option(const struct student_kind *kind, double *values, const char *name, const char *value)
{
  struct err e = {0};

  for (size_t i = 0; i < kind->n_params; i++)
    if (strcmp(kind->params[i].name, name) == 0) {
      if (option_check(&kind->params[i], value, &values[i], &e) == 0)
        return;
      exit((fprintf(stderr, "%s\n", e.message), 2));
    }
  exit((fprintf(stderr, "the student '%s' has no parameter '%s'\n", kind->name, name), 2));
}

/* "a=1 b=2" */
static void
set_options(const struct student_kind *kind, double *values, const char *options)
{
  char text[200], *save = NULL;

  snprintf(text, sizeof text, "%s", options);
  for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
    char *value = strchr(word, '=');

    *value = '\0';
    set_option(kind, values, word, value + 1);
  }
}

/* ---- what a seed draws ---------------------------------------------------------------------------------------------- */

static void
plant(struct drawn *d, double noise, size_t n_classes, struct rng *r)
{
  for (size_t i = 0; i < d->n_train; i++) {
    d->labels[i] = d->train[i].labels[0];
    if (rng_unit(r) < noise)
      d->labels[i] = (uint16_t)((d->labels[i] + 1 + rng_below(r, n_classes - 1)) % n_classes);
    d->train[i].labels = &d->labels[i];
  }
}

static void
draw(struct drawn *d, const struct scene *s, uint64_t seed)
{
  uint32_t *order = xmalloc(whole.n * sizeof *order);
  size_t taken[STUDENT_MAX_CLASSES] = {0};
  struct rng r;

  *d = (struct drawn){xcalloc(whole.n, sizeof *d->train), xcalloc(whole.n, sizeof *d->pool), 0, 0, NULL};
  d->labels = xcalloc(whole.n, sizeof *d->labels);
  rng_seed(&r, seed);
  for (size_t i = 0; i < whole.n; i++)
    order[i] = (uint32_t)i;
  rng_shuffle(&r, order, whole.n);
  for (size_t i = 0; i < whole.n; i++) {
    const struct example *x = &whole.x[order[i]];

    if (s->n_each ? taken[x->labels[0]]++ < s->n_each : d->n_train < s->n)
      d->train[d->n_train++] = *x;
    else if (d->n_pool < s->n_pool)
      d->pool[d->n_pool++] = (struct example){.text = x->text, .text2 = x->text2};
  }
  plant(d, s->noise, names.n, &r);
  free(order);
}

static void
release(struct drawn *d)
{
  free(d->train);
  free(d->pool);
  free(d->labels);
}

/* ---- training ------------------------------------------------------------------------------------------------------- */

static struct student *
train_student(const struct student_kind *kind, const struct training_plan *plan)
{
  struct err e = {0};
  struct training *t = training_begin(kind, plan, &e);
  struct student *s = NULL;
  int more = 1;

  while (t && more == 1)
    more = training_step(t, NULL, &e);
  if (t && more == 0)
    s = training_take(t, &e);
  training_free(t);
  if (!s)
    exit((fprintf(stderr, "%s\n", e.message), 1));
  return s;
}

static struct student *
train_linear(const struct request *r, const struct example *x, size_t n, uint64_t seed)
{
  const struct student_kind *linear = student_kind_find("linear");
  double values[128];

  student_defaults(linear, values);
  return train_student(linear, &(struct training_plan){.task = r->task, .train = x, .n_train = n, .values = values,
                                                       .seed = seed, .threads = r->threads});
}

/* What `linear`, which learned the training texts, thinks of these and of the pool, beside them as example.soft. */
static float *
ask_teacher(const struct request *r, struct drawn *d, bool labels_only, uint64_t seed)
{
  size_t C = r->task.n_classes, n = d->n_train + d->n_pool;
  float *p = xcalloc(n * C, sizeof *p);
  struct student *s = train_linear(r, d->train, d->n_train, seed);

  student_predict(s, d->pool, d->n_pool, r->threads, p);
  for (size_t i = 0; i < d->n_pool; i++) {
    size_t best = student_best(p + i * C, C);

    for (size_t c = 0; labels_only && c < C; c++)
      p[i * C + c] = c == best;
    d->pool[i].soft = p + i * C;
  }
  student_free(s);
  return p;
}

/* Each training text's weight is how likely its label is to a `linear` that did not learn from it. */
static void
judge(const struct request *r, struct drawn *d, uint64_t seed)
{
  struct example *others = xcalloc(d->n_train, sizeof *others);
  float *p = xcalloc(r->task.n_classes, sizeof *p), *weight = xcalloc(d->n_train, sizeof *weight);

  for (size_t fold = 0; fold < FOLDS; fold++) {
    struct student *s;
    size_t n = 0;

    for (size_t i = 0; i < d->n_train; i++)
      if (i % FOLDS != fold)
        others[n++] = d->train[i];
    s = train_linear(r, others, n, seed);
    for (size_t i = fold; i < d->n_train; i += FOLDS) {
      student_predict(s, &d->train[i], 1, 1, p);
      weight[i] = p[d->labels[i]] > 1e-3f ? p[d->labels[i]] : 1e-3f;
    }
    student_free(s);
  }
  for (size_t i = 0; i < d->n_train; i++)
    d->train[i].weight = weight[i];
  free(others);
  free(weight);
  free(p);
}

static double
accuracy(const struct request *r, const struct student *s)
{
  uint16_t *labels = xmalloc(test.n * sizeof *labels);
  size_t right = 0;

  student_predict_top(s, test.x, test.n, r->threads, labels, NULL);
  for (size_t i = 0; i < test.n; i++)
    right += labels[i] == test.x[i].labels[0];
  free(labels);
  return (double)right / (double)test.n;
}

static double
run_arm(const struct request *r, const struct arm *a, uint64_t seed)
{
  double values[128], found;
  struct training_plan plan = {.task = r->task, .values = values, .seed = seed, .threads = r->threads};
  struct drawn d;
  struct student *s;
  float *opinions = NULL;

  memcpy(values, r->values, sizeof values);
  set_options(r->kind, values, a->options);
  draw(&d, r->scene, seed);
  if (a->given & TEACHER)
    opinions = ask_teacher(r, &d, a->given & TEACHER_LABELS, seed);
  if (a->given & JUDGED)
    judge(r, &d, seed);
  plan.train = d.train;
  plan.n_train = d.n_train;
  plan.pool = d.pool;
  plan.n_pool = a->given & POOL ? d.n_pool : 0;
  s = train_student(r->kind, &plan);
  found = accuracy(r, s);
  student_free(s);
  free(opinions);
  release(&d);
  return found;
}

/* ---- the table ------------------------------------------------------------------------------------------------------ */

static double
mean_of(const double *x, int n)
{
  double sum = 0;

  for (int i = 0; i < n; i++)
    sum += x[i];
  return sum / n;
}

static void
show(const struct arm *a, const double *base, const double *found, int n, double seconds)
{
  double differences[MOST_SEEDS], mean, squares = 0;

  for (int i = 0; i < n; i++)
    differences[i] = found[i] - base[i];
  mean = mean_of(differences, n);
  for (int i = 0; i < n; i++)
    squares += (differences[i] - mean) * (differences[i] - mean);
  printf("  %-20s %.3f  %+.3f +- %.3f  %5.1f s a run\n", a->name, mean_of(found, n), mean,
         n > 1 ? sqrt(squares / (n - 1) / n) : NAN, seconds / n);
  fflush(stdout);
}

static void
parse(struct request *r, const char *arg)
{
  const char *value = strchr(arg, '=');
  char name[40];

  if (!value)
    exit((fprintf(stderr, "'%s' is not NAME=VALUE\n", arg), 2));
  snprintf(name, sizeof name, "%.*s", (int)(value - arg), arg);
  if (!strcmp(name, "seeds"))
    r->seeds = atoi(value + 1) < MOST_SEEDS ? atoi(value + 1) : MOST_SEEDS;
  else if (!strcmp(name, "threads"))
    r->threads = atoi(value + 1);
  else if (!strcmp(name, "only"))
    r->only = value + 1;
  else if (strcmp(name, "kind") != 0)
    set_option(r->kind, r->values, name, value + 1);
}

static void
read_set(const char *data, const struct scene *s)
{
  char path[4096];

  snprintf(path, sizeof path, "%s/%s/train.jsonl", data, s->set);
  samples_read(&whole, &names, path, NULL);
  snprintf(path, sizeof path, "%s/%s/test.jsonl", data, s->set);
  samples_read(&test, &names, path, NULL);
}

int
main(int argc, char **argv)
{
  struct request r = {.seeds = 3, .threads = 2};
  const char *kind = "cnn";
  double base[MOST_SEEDS];

  setlocale(LC_CTYPE, "C.UTF-8");
  for (size_t i = 0; argc > 2 && i < N_OF(scenes); i++)
    r.scene = strcmp(scenes[i].name, argv[2]) == 0 ? &scenes[i] : r.scene;
  for (int i = 3; i < argc; i++)
    kind = strncmp(argv[i], "kind=", 5) == 0 ? argv[i] + 5 : kind;
  r.kind = student_kind_find(kind);
  if (!r.scene || !r.kind)
    exit((fprintf(stderr, "usage: methods-bench DATA SCENE [seeds=3] [kind=cnn] [PARAMETER=VALUE]...\n"), 2));
  student_defaults(r.kind, r.values);
  set_options(r.kind, r.values, r.scene->options);
  for (int i = 3; i < argc; i++)
    parse(&r, argv[i]);
  read_set(argv[1], r.scene);
  r.task.n_classes = (uint16_t)names.n;
  printf("%s: %s, %zu training texts%s, %.0f %% of their labels wrong, pool of %zu, %d seeds\n", r.scene->name, kind,
         r.scene->n_each ? r.scene->n_each : r.scene->n, r.scene->n_each ? " a label" : "", 100 * r.scene->noise,
         r.scene->n_pool, r.seeds);
  for (const struct arm *a = r.scene->arms; a < r.scene->arms + MOST_ARMS && a->name; a++) {
    double found[MOST_SEEDS], start = clock_s();

    if (a != r.scene->arms && r.only && strcmp(r.only, a->name) != 0)
      continue;
    for (int i = 0; i < r.seeds; i++)
      found[i] = run_arm(&r, a, (uint64_t)i + 1);
    if (a == r.scene->arms)
      memcpy(base, found, sizeof base);
    show(a, base, found, r.seeds, clock_s() - start);
  }
  return 0;
}
