/* What 200 texts bring that are chosen by an order:
 *   useful-bench POOL TEST SEEDS REPEATS     JSONL files; SEEDS "-": 60 of the pool, drawn so that labels come alike
 * Each repeat draws its seeds (or, where they are given, three quarters of the pool). A linear student learns from the seeds
 * and is asked about the pool; 200 texts are chosen by the order and get their labels, at once or 50 at a time with a new
 * student after each 50; a student that learned from seeds and chosen is asked about the test. The same repeats for each. */
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "corpus/change.h"
#include "curate/order.h"
#include "samples.h"

#define CHOSEN 200
#define SEEDS 60

enum by { BY_CHANCE, BY_UNCERTAINTY, BY_UNLIKE, BY_USEFUL, N_BY };
static const char *const by_names[N_BY] = {"at random", "by uncertainty alone", "unlike accepted alone", "by useful"};

struct trial {
  const struct samples *pool, *test;
  size_t n_labels;
  const uint32_t *offered;       /* places in the pool that may be chosen */
  size_t n_offered;
  uint8_t *taken;                /* (pool) seeds and chosen */
  struct example *train;
  size_t n_train;
  uint64_t seed;
};

static struct student *
learn(const struct trial *t)
{
  const struct student_kind *kind = student_kind_find("linear");
  double *values = xcalloc(kind->n_params, sizeof *values);
  struct student_task task = {.n_classes = (uint16_t)t->n_labels};
  struct err e = {0};
  struct training *training;
  struct student *s;
  int r;

  student_defaults(kind, values);
  training = training_new(kind, &task, t->train, t->n_train, NULL, 0, values, 1, 0, &e);
  while (training && (r = training_step(training, NULL, &e)) == 1)
    ;
  s = training ? training_take(training, &e) : NULL;
  if (!s) {
    fprintf(stderr, "useful-bench: %s\n", e.message);
    exit(1);
  }
  training_free(training);
  free(values);
  return s;
}

static double
accuracy(const struct trial *t)
{
  struct student *s = learn(t);
  uint16_t *said = xcalloc(t->test->n, sizeof *said);
  size_t right = 0;

  student_predict_top(s, t->test->x, t->test->n, 0, said, NULL);
  for (size_t i = 0; i < t->test->n; i++)
    right += said[i] == t->test->x[i].labels[0];
  free(said);
  student_free(s);
  return (double)right / (double)t->test->n;
}

/* Entropy by the largest it could be, as judge.h has it. */
static float *
uncertainties(const struct trial *t)
{
  struct student *s = learn(t);
  float *p = xcalloc(t->pool->n * t->n_labels, sizeof *p), *u = xcalloc(t->pool->n, sizeof *u);

  student_predict(s, t->pool->x, t->pool->n, 0, p);
  for (size_t i = 0; i < t->pool->n; i++)
    for (size_t k = 0; k < t->n_labels; k++) {
      double x = (double)p[i * t->n_labels + k];

      u[i] -= x > 0 ? (float)(x * log(x) / log((double)t->n_labels)) : 0;
    }
  free(p);
  student_free(s);
  return u;
}

/* The pool as a corpus in which what was taken is accepted; what is not offered is rejected, so nobody counts on it. */
static float *
usefulness(const struct trial *t, const float *uncertainty)
{
  struct corpus *c = corpus_new(TASK_CLASSIFY);
  float *useful = xcalloc(t->pool->n + 1, sizeof *useful);
  uint8_t *offered = xcalloc(t->pool->n, 1);
  struct err e = {0};

  for (size_t i = 0; i < t->n_offered; i++)
    offered[t->offered[i]] = 1;
  for (size_t i = 0; i < t->pool->n; i++)
    corpus_apply_insert(c, &(struct sample){
      .text = t->pool->x[i].text, .n_text = (uint32_t)strlen(t->pool->x[i].text), .origin = ORIGIN_GENERATED,
      .status = t->taken[i] ? STATUS_ACCEPTED : offered[i] ? STATUS_NEW : STATUS_REJECTED,
    }, 1);
  order_useful(c, uncertainty, (uint32_t)t->pool->n, 0, NULL, useful, &e);
  free(offered);
  corpus_free(c);
  return useful;
}

static void
choose(struct trial *t, enum by by, size_t n, struct rng *r)
{
  float *u = by == BY_CHANCE ? NULL : uncertainties(t), *score = u;

  if (by == BY_UNLIKE)
    for (size_t i = 0; i < t->pool->n; i++)
      u[i] = 1;
  if (by == BY_UNLIKE || by == BY_USEFUL)
    score = usefulness(t, u);
  for (size_t k = 0; k < n; k++) {
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < t->n_offered; i++) {
      size_t at = t->offered[i];

      if (!t->taken[at] && (best == SIZE_MAX || (score && score[at] > score[best])))
        best = at;
    }
    if (by == BY_CHANCE)
      do
        best = t->offered[rng_below(r, t->n_offered)];
      while (t->taken[best]);
    t->taken[best] = 1;
    t->train[t->n_train++] = t->pool->x[best];
  }
  if (score != u)
    free(score);
  free(u);
}

/* Seeds: given, or drawn, the same number a label as far as there are so many. */
static void
take_seeds(struct trial *t, const struct samples *seeds, struct rng *r)
{
  for (size_t i = 0; seeds && i < seeds->n; i++)
    t->train[t->n_train++] = seeds->x[i];
  if (seeds)
    return;
  for (size_t label = 0; label < t->n_labels; label++)
    for (size_t k = 0; k < SEEDS / t->n_labels; k++) {
      size_t at;

      do
        at = t->offered[rng_below(r, t->n_offered)];
      while (t->taken[at] || t->pool->x[at].labels[0] != label);
      t->taken[at] = 1;
      t->train[t->n_train++] = t->pool->x[at];
    }
}

static double
trial(const struct samples *pool, const struct samples *test, const struct samples *seeds, size_t n_labels, enum by by,
      size_t each, uint64_t seed)
{
  struct trial t = {.pool = pool, .test = test, .n_labels = n_labels, .seed = seed};
  uint32_t *offered = xcalloc(pool->n, sizeof *offered);
  struct rng r;
  double x;

  rng_seed(&r, seed);
  for (uint32_t i = 0; i < pool->n; i++)
    offered[i] = i;
  rng_shuffle(&r, offered, pool->n);
  t.offered = offered;
  t.n_offered = seeds ? pool->n * 3 / 4 : pool->n;
  t.taken = xcalloc(pool->n, 1);
  t.train = xcalloc((seeds ? seeds->n : SEEDS) + CHOSEN, sizeof *t.train);
  take_seeds(&t, seeds, &r);
  for (size_t n = 0; n < CHOSEN && each; n += each)
    choose(&t, by, each, &r);
  x = accuracy(&t);
  free(offered);
  free(t.taken);
  free(t.train);
  return x;
}

/* Mean, and standard error of the difference to chance. */
static void
row(const char *name, const double *x, const double *chance, int n)
{
  double mean = 0, difference = 0, square = 0;

  for (int i = 0; i < n; i++) {
    mean += x[i] / n;
    difference += chance ? (x[i] - chance[i]) / n : 0;
  }
  for (int i = 0; i < n; i++)
    square += chance ? pow(x[i] - chance[i] - difference, 2) : 0;
  printf("  %-24s %.1f %%", name, 100 * mean);
  if (chance && n > 1)
    printf("   %+.1f ± %.1f", 100 * difference, 100 * sqrt(square / (n - 1) / n));
  printf("\n");
  fflush(stdout);
}

int
main(int argc, char **argv)
{
  struct samples pool = {0}, test = {0}, seeds = {0};
  struct label_names names = {0};
  int repeats = argc > 4 ? atoi(argv[4]) : 0;
  double x[N_BY][100], none[100];

  setlocale(LC_CTYPE, "C.UTF-8");
  if (repeats < 1 || repeats > 100)
    return 2;
  samples_read(&pool, &names, argv[1], NULL);
  samples_read(&test, &names, argv[2], NULL);
  if (strcmp(argv[3], "-"))
    samples_read(&seeds, &names, argv[3], NULL);
  printf("%zu texts to choose from, %zu test texts, %zu labels, %d repeats\n", pool.n, test.n, names.n, repeats);
  for (int i = 0; i < repeats; i++)
    none[i] = trial(&pool, &test, seeds.n ? &seeds : NULL, names.n, BY_CHANCE, 0, (uint64_t)i + 1);
  row("60 seeds alone", none, NULL, repeats);
  for (size_t each = CHOSEN; each; each = each == CHOSEN ? CHOSEN / 4 : 0) {
    printf("%d more, %zu at a time; against chance, with the standard error\n", CHOSEN, each);
    for (int by = 0; by < N_BY; by++) {
      for (int i = 0; i < repeats; i++)
        x[by][i] = trial(&pool, &test, seeds.n ? &seeds : NULL, names.n, (enum by)by, each, (uint64_t)i + 1);
      row(by_names[by], x[by], by ? x[0] : NULL, repeats);
    }
  }
  return 0;
}
