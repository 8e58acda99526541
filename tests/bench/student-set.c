/* student-set: trains a student on one JSONL file, asks it for another: accuracy and seconds.
 *
 *   student-set TRAIN TEST [valid=FILE] [without=LABEL] [add=FILE] [kind=linear] [threads=N] [seed=N] [multilabel=1] [pairs=1]
 *               [draw=N] [show=1] [watch=1] [PARAMETER=VALUE]...
 *
 * draw=N takes N texts a label from TRAIN (by seed), and all of `add`; watch=1 records training dynamics. The seconds of training count everything from the
 * texts in memory to the student. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/rng.h"
#include "student/dynamics.h"
#include "student/reliability.h"
#include "samples.h"

static struct samples train, test, valid;
static struct label_names names;

struct request {
  const struct student_kind *kind;
  struct student_task task;
  double values[64];
  int threads, draw, steps, watch;
  uint64_t seed;
  const char *valid, *without, *add;
};

static void
parse(struct request *r, const char *arg)
{
  const char *value = strchr(arg, '=');
  struct err e = {0};
  char name[40];

  snprintf(name, sizeof name, "%.*s", value ? (int)(value - arg) : 0, arg);
  for (size_t i = 0; value && i < r->kind->n_params; i++)
    if (strcmp(r->kind->params[i].name, name) == 0) {
      if (option_check(&r->kind->params[i], value + 1, &r->values[i], &e) == 0)
        return;
      fprintf(stderr, "%s\n", e.message);
      exit(2);
    }
  if (strncmp(arg, "kind=", 5) == 0)
    return;
  if (!value) exit((fprintf(stderr, "'%s' is not NAME=VALUE\n", arg), 2));
  else if (!strcmp(name, "valid")) r->valid = value + 1;
  else if (!strcmp(name, "without")) r->without = value + 1;
  else if (!strcmp(name, "add")) r->add = value + 1;
  else if (!strcmp(name, "threads")) r->threads = atoi(value + 1);
  else if (!strcmp(name, "seed")) r->seed = strtoull(value + 1, NULL, 10);
  else if (!strcmp(name, "multilabel")) r->task.multilabel = atoi(value + 1);
  else if (!strcmp(name, "pairs")) r->task.pair = atoi(value + 1);
  else if (!strcmp(name, "draw")) r->draw = atoi(value + 1);
  else if (!strcmp(name, "show")) r->steps = atoi(value + 1);
  else if (!strcmp(name, "watch")) r->watch = atoi(value + 1);
  else exit((fprintf(stderr, "there is no parameter '%s'\n", name), 2));
}

/* Keeps draw texts a label, at random. */
static void
draw(struct samples *s, int n_each, uint64_t seed)
{
  size_t taken[STUDENT_MAX_CLASSES] = {0}, n = 0;
  struct rng r;

  rng_seed(&r, seed);
  for (size_t i = s->n; i > 1; i--) {
    size_t j = rng_below(&r, i);
    struct example x = s->x[i - 1];

    s->x[i - 1] = s->x[j];
    s->x[j] = x;
  }
  for (size_t i = 0; i < s->n; i++)
    if (taken[s->x[i].labels[0]]++ < (size_t)n_each)
      s->x[n++] = s->x[i];
  s->n = n;
}

static void
show(const struct train_point *p)
{
  printf("  step %d/%d epoch %d loss %.4f acc %.4f", p->step, p->n_steps, p->epoch, p->train_loss, p->train_accuracy);
  if (p->epoch_end)
    printf(" | valid loss %.4f acc %.4f f1 %.4f", p->valid_loss, p->valid_accuracy, p->valid_f1);
  printf(" %.3f s %.0f/s\n", p->seconds, p->samples_per_s);
}

static void
report(const struct request *r, const struct student *s, const char *path, double seconds, double longest, int steps)
{
  float *p = xmalloc(test.n * r->task.n_classes * sizeof *p);
  double loss = 0, start;
  size_t right = 0, hits = 0, said = 0, have = 0;
  struct reliability calibrated = {0};
  struct student_info info;

  student_info(s, &info);
  start = clock_s();
  student_predict(s, test.x, test.n, r->threads, p);
  start = clock_s() - start;
  for (size_t i = 0; i < test.n; i++) {
    const float *q = p + i * r->task.n_classes;
    size_t best = 0;

    have += test.x[i].n_labels;
    for (size_t c = 1; c < r->task.n_classes; c++)
      best = q[c] > q[best] ? c : best;
    for (size_t c = 0; c < r->task.n_classes; c++)
      said += q[c] >= info.threshold;
    for (size_t l = 0; l < test.x[i].n_labels; l++)
      hits += q[test.x[i].labels[l]] >= info.threshold;
    if (test.x[i].n_labels)
      right += best == test.x[i].labels[0];
    if (test.x[i].n_labels)
      loss -= __builtin_log((double)q[test.x[i].labels[0]] + 1e-12);
    reliability_add_row(&calibrated, &r->task, &test.x[i], q);
  }
  printf("%s: n %zu acc %.4f loss %.4f micro-f1 %.4f ece %.4f (held out %.4f, temperature %.3f) | train %.3f s (%d steps, longest %.0f ms) | predict %.0f/s | model %.1f MB\n",
         path, train.n, (double)right / (double)test.n, loss / (double)test.n, 2.0 * (double)hits / (double)(said + have),
         reliability_error(&calibrated), info.calibration_error, (double)info.temperature, seconds, steps, 1000 * longest, (double)test.n / start, (double)info.size_bytes / 1e6);
  free(p);
}

int
main(int argc, char **argv)
{
  struct request r = {.kind = student_kind_find("linear"), .seed = 1, .threads = 2};
  struct train_point point;
  struct err e = {0};
  struct training *t;
  struct student *s = NULL;
  struct dynamics *dynamics = NULL;
  double start, longest = 0;
  int more = 1, steps = 0;

  setlocale(LC_CTYPE, "C.UTF-8");
  if (argc < 3)
    return 2;
  for (int i = 3; i < argc; i++)
    if (strncmp(argv[i], "kind=", 5) == 0 && !(r.kind = student_kind_find(argv[i] + 5)))
      exit((fprintf(stderr, "there is no student '%s'\n", argv[i] + 5), 2));
  student_defaults(r.kind, r.values);
  for (int i = 3; i < argc; i++)
    if (strncmp(argv[i], "kind=", 5) != 0)
      parse(&r, argv[i]);
  samples_read(&train, &names, argv[1], r.without);
  if (r.draw)
    draw(&train, r.draw, r.seed);
  if (r.add)
    samples_read(&train, &names, r.add, NULL);
  samples_read(&test, &names, argv[2], r.without);
  if (r.valid)
    samples_read(&valid, &names, r.valid, r.without);
  r.task.n_classes = (uint16_t)names.n;
  start = clock_s();
  t = training_new(r.kind, &r.task, train.x, train.n, valid.x, valid.n, r.values, r.seed, r.threads, &e);
  if (t && r.watch)
    training_watch(t, dynamics = dynamics_new(train.n));
  while (t && more == 1) {
    double a = clock_s();

    more = training_step(t, &point, &e);
    a = clock_s() - a;
    longest = a > longest ? a : longest;
    steps++;
    if (r.steps)
      show(&point);
  }
  if (t)
    s = training_take(t, &e);
  if (!s) {
    fprintf(stderr, "%s\n", e.message);
    return (int)e.code;
  }
  training_free(t);
  dynamics_free(dynamics);
  report(&r, s, argv[1], clock_s() - start, longest, steps);
  student_free(s);
  return 0;
}
