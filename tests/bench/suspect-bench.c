/* suspect-bench: plants wrong labels in a labelled set and says how many of them stand at the top of each order: a line of
 * the table of suspect.sh.
 *
 *   suspect-bench NAME FILE [SEEDS [SHARE [FOLDS]]]
 *
 * SHARE (0.08) of the labels of FILE (JSONL) become another label of the set, at random, with seeds 1..SEEDS (5). For each
 * order: the share of the planted ones among as many samples at its top, the mean over the seeds and the least of them.
 * Then how many wrong labels the confident joint estimates (mean), and seconds of cross-validation. */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/rng.h"
#include "corpus/neardup.h"
#include "curate/judge.h"
#include "student/dynamics.h"
#include "samples.h"

enum { SELF, MARGIN, ENTROPY, AUM, CONFIDENCE, SUSPECT, N_ORDERS };

struct bench {
  struct samples samples;
  struct label_names names;
  uint16_t *labels;            /* (n) with errors */
  uint8_t *wrong;
  uint32_t *group;
  size_t n_wrong;
  float *scores[N_ORDERS];     /* the least first */
  double found[N_ORDERS], least[N_ORDERS];
  double seconds, estimated;
  int folds;
};

static void
group_texts(struct bench *b)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  uint32_t *ids = xmalloc((b->samples.n + 1) * sizeof *ids);
  struct neardup_pair *pairs;
  size_t n;

  for (size_t i = 0; i < b->samples.n; i++) {
    struct sample s = {.text = b->samples.x[i].text, .n_text = (uint32_t)strlen(b->samples.x[i].text), .attributes = ""};

    ids[i] = corpus_apply_insert(c, &s, 1);
    b->group[i] = (uint32_t)i;
  }
  n = neardup_among(c, ids, b->samples.n, NULL, 0, NEARDUP_THRESHOLD, &pairs);
  for (size_t i = 0; i < n; i++)
    b->group[pairs[i].id - 1] = pairs[i].of - 1;
  free(pairs);
  free(ids);
  corpus_free(c);
}

static void
plant(struct bench *b, double share, uint64_t seed)
{
  size_t n = b->samples.n, C = b->names.n;
  uint32_t *order = xmalloc((n + 1) * sizeof *order);
  struct rng r;

  rng_seed(&r, seed * 7919);
  memset(b->wrong, 0, n);
  for (size_t i = 0; i < n; i++) {
    order[i] = (uint32_t)i;
    b->labels[i] = b->samples.x[i].labels[0];
  }
  rng_shuffle(&r, order, n);
  b->n_wrong = (size_t)((double)n * share);
  for (size_t q = 0; q < b->n_wrong; q++) {
    size_t i = order[q];

    b->labels[i] = (uint16_t)((b->labels[i] + 1 + rng_below(&r, C - 1)) % C);
    b->wrong[i] = 1;
  }
  free(order);
}

static const float *sorted_by;

static int
by_score(const void *a, const void *b)
{
  uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
  float x = sorted_by[i], y = sorted_by[j];

  return x < y ? -1 : x > y ? 1 : i < j ? -1 : i > j;
}

/* The share of the planted ones among the first n_wrong of an order. */
static double
found(struct bench *b, int order)
{
  size_t n = b->samples.n, right = 0;
  uint32_t *ids = xmalloc((n + 1) * sizeof *ids);

  for (size_t i = 0; i < n; i++)
    ids[i] = (uint32_t)i;
  sorted_by = b->scores[order];
  qsort(ids, n, sizeof *ids, by_score);
  for (size_t q = 0; q < b->n_wrong; q++)
    right += b->wrong[ids[q]];
  free(ids);
  return (double)right / (double)b->n_wrong;
}

static void
die(const struct err *e)
{
  fprintf(stderr, "suspect-bench: %s\n", e->message);
  exit((int)e->code);
}

/* Of one training on all of it. */
static void
score_dynamics(struct bench *b, const struct crossval *cv, const struct example *x)
{
  size_t n = b->samples.n;
  struct dynamics *d = dynamics_new(n);
  struct err e = {0};
  struct training *t = training_new(cv->kind, &cv->task, x, n, NULL, 0, cv->values, cv->seed, 0, &e);

  if (!t)
    die(&e);
  training_watch(t, d);
  while (training_step(t, NULL, &e) == 1)
    ;
  for (size_t i = 0; i < n; i++) {
    struct text_dynamics q = dynamics_of(d, i);

    b->scores[AUM][i] = q.aum;
    b->scores[CONFIDENCE][i] = q.confidence;
  }
  training_free(t);
  dynamics_free(d);
}

static void
score(struct bench *b, uint64_t seed)
{
  size_t n = b->samples.n;
  struct example *x = xmalloc((n + 1) * sizeof *x);
  uint8_t *uses = xmalloc(n + 1);
  double values[64], start = clock_s();
  struct crossval cv = {.kind = student_kind_find("linear"), .values = values,
                        .task = {.n_classes = (uint16_t)b->names.n}, .folds = b->folds, .seed = seed};
  struct judgement j;
  struct err e = {0};

  student_defaults(cv.kind, values);
  memset(uses, CROSSVAL_LEARN, n);
  for (size_t i = 0; i < n; i++) {
    x[i] = b->samples.x[i];
    x[i].labels = &b->labels[i];
  }
  if (judge_run(&cv, x, uses, b->group, n, &j, &e) < 0)
    die(&e);
  b->seconds += clock_s() - start;
  for (size_t i = 0; i < n; i++) {
    b->scores[SELF][i] = j.values[JUDGED_SELF][i];
    b->scores[MARGIN][i] = j.values[JUDGED_MARGIN][i];
    b->scores[ENTROPY][i] = j.values[JUDGED_ENTROPY][i];
    b->scores[SUSPECT][i] = -j.values[JUDGED_SUSPECT][i];
  }
  b->estimated += (double)j.estimated_wrong;
  judgement_release(&j);
  score_dynamics(b, &cv, x);
  free(x);
  free(uses);
}

int
main(int argc, char **argv)
{
  static struct bench b;
  int seeds = argc > 3 ? atoi(argv[3]) : 5;
  double share = argc > 4 ? atof(argv[4]) : 0.08;
  size_t n;

  setlocale(LC_CTYPE, "C.UTF-8");
  if (argc < 3)
    return 2;
  b.folds = argc > 5 ? atoi(argv[5]) : 5;
  samples_read(&b.samples, &b.names, argv[2], NULL);
  n = b.samples.n;
  b.labels = xcalloc(n + 1, sizeof *b.labels);
  b.wrong = xcalloc(n + 1, 1);
  b.group = xcalloc(n + 1, sizeof *b.group);
  for (int k = 0; k < N_ORDERS; k++) {
    b.scores[k] = xcalloc(n + 1, sizeof *b.scores[k]);
    b.least[k] = 1;
  }
  group_texts(&b);
  for (int seed = 1; seed <= seeds; seed++) {
    plant(&b, share, (uint64_t)seed);
    score(&b, (uint64_t)seed);
    for (int k = 0; k < N_ORDERS; k++) {
      double f = found(&b, k);

      b.found[k] += f / seeds;
      b.least[k] = fmin(b.least[k], f);
    }
  }
  printf("%-16s %7zu %6zu %7zu", argv[1], n, b.names.n, b.n_wrong);
  for (int k = 0; k < N_ORDERS; k++)
    printf("  %.2f %.2f", b.found[k], b.least[k]);
  printf(" %8.0f %7.1f\n", b.estimated / seeds, b.seconds / seeds);
  return 0;
}
