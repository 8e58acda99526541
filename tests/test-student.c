/* The room student: training, predicting, saving. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "student/student.h"

/* ---- small made-up tasks ---------------------------------------------------------------------------------------- */

struct set {
  struct example x[2000];
  char text[2000][120];
  uint16_t label[2000];
  size_t n;
};

static const char *const topics[][4] = {
  {"refund", "invoice", "charged", "payment"}, {"crash", "error", "freezes", "bug"}, {"password", "login", "account", "locked"}};
static const char *const fill[] = {"please", "the", "my", "again", "today", "it", "since", "really", "with", "and"};

/* n texts of n_classes (2 or 3) topics; some are noise. */
static struct set *
make_set(size_t n, size_t n_classes, uint64_t seed)
{
  struct set *s = xcalloc(1, sizeof *s);
  struct rng r;

  rng_seed(&r, seed);
  for (s->n = 0; s->n < n; s->n++) {
    size_t i = s->n, c = i % n_classes, from = rng_below(&r, 20) ? c : rng_below(&r, n_classes);

    snprintf(s->text[i], sizeof s->text[i], "%s %s %s %s %s %u!", fill[rng_below(&r, 10)], fill[rng_below(&r, 10)],
             topics[from][rng_below(&r, 4)], fill[rng_below(&r, 10)], topics[from][rng_below(&r, 4)],
             (unsigned)rng_below(&r, 1000));
    s->label[i] = (uint16_t)c;
    s->x[i] = (struct example){.text = s->text[i], .labels = &s->label[i], .n_labels = 1};
  }
  return s;
}

static const struct student_kind *
linear(void)
{
  return student_kind_find("linear");
}

/* Trains to the end. values: NULL for the defaults. */
static struct student *
train(const struct student_task *task, const struct example *x, size_t n, const struct example *valid, size_t n_valid,
      const double *values, int threads, struct err *e)
{
  double defaults[32];
  struct training *t;
  struct student *s;
  int r = 1;

  student_defaults(linear(), defaults);
  t = training_new(linear(), task, x, n, valid, n_valid, values ? values : defaults, 7, threads, e);
  if (!t)
    return NULL;
  for (int i = 0; r == 1 && i < 100000; i++)
    r = training_step(t, NULL, e);
  assert_int_equal(r, 0);
  s = training_take(t, e);
  training_free(t);
  return s;
}

static double
accuracy(const struct student *s, const struct set *t)
{
  uint16_t *labels = xmalloc(t->n * sizeof *labels);
  size_t right = 0;

  student_predict_top(s, t->x, t->n, 2, labels, NULL);
  for (size_t i = 0; i < t->n; i++)
    right += labels[i] == t->label[i];
  free(labels);
  return (double)right / (double)t->n;
}

/* ---- tests ------------------------------------------------------------------------------------------------------ */

static void
learns_from_few_and_from_many(void **state)
{
  struct student_task task = {.n_classes = 3};
  size_t sizes[] = {6, 60, 600, 2000};
  struct set *test = make_set(600, 3, 99);

  (void)state;
  for (size_t i = 0; i < N_OF(sizes); i++) {
    struct set *s = make_set(sizes[i], 3, 5);
    struct student *student = train(&task, s->x, s->n, NULL, 0, NULL, 2, NULL);

    assert_true(accuracy(student, test) > (sizes[i] < 60 ? 0.6 : 0.85));
    student_free(student);
    free(s);
  }
  free(test);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(learns_from_few_and_from_many),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
