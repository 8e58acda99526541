/* dynamics: what a training says of its texts, against cases by hand; it changes no byte of the model. */
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

#include "base/mem.h"
#include "base/rng.h"
#include "student/dynamics.h"

#define N 600
#define CLOSE 1e-5

static const struct student_task two = {.n_classes = 2}, many = {.n_classes = 3, .multilabel = true};

static void
tell(struct dynamics *d, const struct student_task *task, const struct example *x, uint32_t i, const float *scores)
{
  struct calibration c = {1, 0, .5f};

  dynamics_tell(d, &(struct scored){scores, 1, task->n_classes, x, &i, task}, &c, 4);
}

/* Label 0 has .881 in the first epoch and .269 in the second, and margins 2 and -1. */
static void
test_one_label(void **state)
{
  static const uint16_t label = 0;
  struct example x = {.text = "", .labels = &label, .n_labels = 1};
  struct dynamics *d = dynamics_new(1);
  struct text_dynamics t;
  double p = 1 / (1 + exp(-2)), q = 1 / (1 + exp(1));

  (void)state;
  assert_true(isnan(dynamics_of(d, 0).aum));
  tell(d, &two, &x, 0, (float[]){2, 0});
  t = dynamics_of(d, 0);
  assert_int_equal(t.epochs, 1);
  assert_float_equal(t.confidence, p, CLOSE);
  assert_float_equal(t.variability, 0, CLOSE);
  tell(d, &two, &x, 0, (float[]){0, 1});
  t = dynamics_of(d, 0);
  assert_float_equal(t.confidence, (p + q) / 2, CLOSE);
  assert_float_equal(t.variability, (p - q) / 2, CLOSE);
  assert_float_equal(t.correctness, .5, CLOSE);
  assert_float_equal(t.forgetting, 1, CLOSE);
  assert_float_equal(t.aum, .5, CLOSE);
  tell(d, &two, &x, 0, (float[]){0, 1});
  tell(d, &two, &x, 0, (float[]){3, 1});
  tell(d, &two, &x, 0, (float[]){1, 1});  /* of equals nobody is likeliest */
  assert_float_equal(dynamics_of(d, 0).forgetting, 2, CLOSE);
  assert_float_equal(dynamics_of(d, 0).correctness, .4, CLOSE);
  dynamics_free(d);
}

/* Kept in the middle and gone on with, it is what it would have been. */
static void
test_kept(void **state)
{
  static const uint16_t label = 0;
  struct example x[] = {{.text = "", .labels = &label, .n_labels = 1}, {.text = "", .labels = &label, .n_labels = 1}};
  struct dynamics *d = dynamics_new(2), *other = dynamics_new(2), *less = dynamics_new(1);
  struct text_dynamics t, u;
  struct buf b;

  (void)state;
  buf_init(&b, 1 << 20);
  tell(d, &two, x, 1, (float[]){2, 0});
  dynamics_save(d, &b);
  assert_int_equal(dynamics_restore(other, b.s, b.n), 0);
  assert_int_equal(dynamics_restore(other, b.s, b.n - 1), -1);
  assert_int_equal(dynamics_restore(less, b.s, b.n), -1);
  tell(d, &two, x, 1, (float[]){0, 1});
  tell(other, &two, x, 1, (float[]){0, 1});
  t = dynamics_of(d, 1);
  u = dynamics_of(other, 1);
  assert_memory_equal(&t, &u, sizeof t);
  assert_float_equal(u.forgetting, 1, CLOSE);
  buf_release(&b);
  dynamics_free(d);
  dynamics_free(other);
  dynamics_free(less);
}

static void
test_many_labels(void **state)
{
  static const uint16_t labels[] = {0, 2};
  struct example x[] = {{.text = "", .labels = labels, .n_labels = 2}, {.text = "", .labels = labels, .n_labels = 0}};
  struct dynamics *d = dynamics_new(2);
  struct text_dynamics t;

  (void)state;
  tell(d, &many, x, 0, (float[]){2, -1, 1});
  t = dynamics_of(d, 0);
  assert_float_equal(t.confidence, (1 / (1 + exp(-2)) + 1 / (1 + exp(-1))) / 2, CLOSE);
  assert_float_equal(t.aum, 1.5 + 1, CLOSE);
  assert_float_equal(t.correctness, 1, CLOSE);
  tell(d, &many, x, 1, (float[]){-2, -1, -3});
  t = dynamics_of(d, 1);
  assert_float_equal(t.confidence, 1 - 1 / (1 + exp(1)), CLOSE);
  assert_float_equal(t.aum, 1, CLOSE);
  assert_float_equal(t.correctness, 1, CLOSE);
  dynamics_free(d);
}

/* ---- of a training -------------------------------------------------------------------------------------------------- */

struct set {
  struct example x[N];
  char text[N][80];
  uint16_t label[N];
};

/* Texts of three topics; each twelfth has the label of another. */
static struct set *
make_set(void)
{
  static const char *const words[3][4] = {
    {"refund", "invoice", "charged", "card"}, {"crash", "error", "freezes", "bug"}, {"password", "login", "account", "locked"}};
  struct set *s = xcalloc(1, sizeof *s);
  struct rng r;

  rng_seed(&r, 5);
  for (size_t i = 0; i < N; i++) {
    size_t c = i % 3;

    snprintf(s->text[i], sizeof s->text[i], "%s my %s %s %u", words[c][rng_below(&r, 4)], words[c][rng_below(&r, 4)],
             words[c][rng_below(&r, 4)], (unsigned)rng_below(&r, 40));
    s->label[i] = (uint16_t)(i % 12 == 0 ? (c + 1) % 3 : c);
    s->x[i] = (struct example){.text = s->text[i], .labels = &s->label[i], .n_labels = 1};
  }
  return s;
}

/* The bytes of the model. */
static struct buf
learn(const struct set *s, struct dynamics *d, int threads)
{
  const struct student_kind *kind = student_kind_find("linear");
  struct student_task task = {.n_classes = 3};
  double values[64];
  struct buf b = {.max = STUDENT_MAX_BYTES};
  struct training *t;
  struct student *student;
  struct err e = {0};

  student_defaults(kind, values);
  t = training_new(kind, &task, s->x, N, NULL, 0, values, 1, threads, &e);
  assert_non_null(t);
  training_watch(t, d);
  while (training_step(t, NULL, &e) == 1)
    ;
  student = training_take(t, &e);
  assert_int_equal(student_save(student, &b, &e), 0);
  student_free(student);
  training_free(t);
  return b;
}

static void
test_training(void **state)
{
  struct set *s = make_set();
  struct dynamics *d = dynamics_new(N), *again = dynamics_new(N);
  struct buf bare = learn(s, NULL, 1), watched = learn(s, d, 1), threads = learn(s, again, 3);
  double right = 0, wrong = 0;

  (void)state;
  assert_int_equal(bare.n, watched.n);
  assert_memory_equal(bare.s, watched.s, bare.n);
  assert_memory_equal(bare.s, threads.s, bare.n);
  for (size_t i = 0; i < N; i++) {
    struct text_dynamics t = dynamics_of(d, i), u = dynamics_of(again, i);

    assert_memory_equal(&t, &u, sizeof t);
    assert_true(t.epochs > 1 && t.confidence > 0 && t.confidence <= 1 && t.correctness >= 0 && t.correctness <= 1);
    *(i % 12 ? &right : &wrong) += (double)t.aum / (i % 12 ? N * 11 / 12 : N / 12);
  }
  assert_true(wrong < right - .5);  /* the margins of wrong labels are the small ones */
  buf_release(&bare);
  buf_release(&watched);
  buf_release(&threads);
  dynamics_free(d);
  dynamics_free(again);
  free(s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_label), cmocka_unit_test(test_many_labels),
                                     cmocka_unit_test(test_kept),
                                     cmocka_unit_test(test_training)};

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests_name("student-dynamics", tests, NULL, NULL);
}
