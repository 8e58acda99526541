/* Methods for noisy, soft and few labels in a training: each does something, all together give the same bytes on any
 * number of threads, and a pool that a teacher labelled teaches. */
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
#include "student/methods.h"

#define N 120      /* training texts */
#define POOL 160
#define TEST 200
#define TEXTS (N + POOL + TEST)
#define C 2

/* Five words each: two of the label's own ten, three of twenty that say nothing. */
struct texts {
  char text[TEXTS][32];
  uint16_t label[TEXTS];
  float soft[TEXTS][C];
  struct example x[TEXTS];   /* training, pool, test */
};

static struct texts *
texts_new(void)
{
  struct texts *t = xcalloc(1, sizeof *t);
  struct rng r;

  rng_seed(&r, 21);
  for (size_t i = 0; i < TEXTS; i++) {
    size_t place = rng_below(&r, 4), n = 0;

    t->label[i] = i % C;
    for (size_t word = 0; word < 5; word++) {
      bool own = word == place || word == place + 1;

      n += (size_t)snprintf(t->text[i] + n, sizeof t->text[i] - n, "%c%u ", own ? 'a' + t->label[i] : 'z',
                            (unsigned)rng_below(&r, own ? 10 : 20));
    }
    t->soft[i][t->label[i]] = 0.9f;
    t->soft[i][1 - t->label[i]] = 0.1f;
    t->x[i] = (struct example){.text = t->text[i], .labels = &t->label[i], .n_labels = 1};
  }
  return t;
}

static const struct student_kind *
cnn(void)
{
  return student_kind_find("cnn");
}

static void
set_value(double *values, const char *name, double value)
{
  const struct option *o = option_find(cnn()->params, name);

  assert_non_null(o);
  values[o - cnn()->params] = value;
}

static void
small(double *values)
{
  student_defaults(cnn(), values);
  set_value(values, "epochs", 8);
  set_value(values, "dim", 12);
  set_value(values, "filters", 6);
  set_value(values, "subwords", 0);
  set_value(values, "lr", 0.01);
  set_value(values, "ramp", 2);
}

static struct student *
train(const struct texts *t, const double *values, size_t n_train, size_t n_pool, int threads)
{
  struct training_plan plan = {.task = {.n_classes = C}, .train = t->x, .n_train = n_train, .pool = t->x + N,
                               .n_pool = n_pool, .values = values, .seed = 4, .threads = threads};
  struct err e = {0};
  struct training *training = training_begin(cnn(), &plan, &e);
  struct student *s;

  assert_non_null(training);
  while (training_step(training, NULL, &e) == 1)
    ;
  s = training_take(training, &e);
  assert_non_null(s);
  training_free(training);
  return s;
}

static void
trained(struct buf *out, const struct texts *t, const double *values, size_t n_train, size_t n_pool, int threads)
{
  struct student *s = train(t, values, n_train, n_pool, threads);

  out->max = BUF_MAX;
  assert_int_equal(student_save(s, out, NULL), 0);
  student_free(s);
}

static double
accuracy(const struct texts *t, const struct student *s)
{
  uint16_t labels[TEST];
  size_t right = 0;

  student_predict_top(s, t->x + N + POOL, TEST, 1, labels, NULL);
  for (size_t i = 0; i < TEST; i++)
    right += labels[i] == t->label[N + POOL + i];
  return (double)right / TEST;
}

static const struct {
  const char *name;
  double value;
} switches[] = {
  {"loss", 1}, {"loss", 2}, {"loss", 3}, {"weights", 1}, {"coteach", 0.3}, {"selftrain", 1}, {"vat", 1},
  {"temporal", 0.5},
};

/* Of each other and of the student without any. */
static void
each_makes_another_student(void **state)
{
  struct texts *t = texts_new();
  struct buf models[N_OF(switches) + 1] = {BUF_INIT};
  double *values = xcalloc(cnn()->n_params, sizeof *values);

  (void)state;
  for (size_t i = 0; i <= N_OF(switches); i++) {
    small(values);
    set_value(values, "confidence", 0.5);
    if (i > 0)
      set_value(values, switches[i - 1].name, switches[i - 1].value);
    trained(&models[i], t, values, N, POOL, 1);
    for (size_t j = 0; j < i; j++)
      assert_false(models[i].n == models[j].n && memcmp(models[i].s, models[j].s, models[i].n) == 0);
  }
  for (size_t i = 0; i <= N_OF(switches); i++)
    buf_release(&models[i]);
  free(values);
  free(t);
}

static void
same_bytes_on_any_threads(void **state)
{
  struct texts *t = texts_new();
  struct buf one = {0}, three = {0};
  double *values = xcalloc(cnn()->n_params, sizeof *values);

  (void)state;
  for (size_t i = 0; i < POOL; i += 3)
    t->x[N + i].soft = t->soft[N + i];
  small(values);
  set_value(values, "confidence", 0.5);
  for (size_t i = 2; i < N_OF(switches); i++)
    set_value(values, switches[i].name, switches[i].value);
  trained(&one, t, values, N, POOL, 1);
  trained(&three, t, values, N, POOL, 3);
  assert_int_equal(one.n, three.n);
  assert_memory_equal(one.s, three.s, one.n);
  buf_release(&one);
  buf_release(&three);
  free(values);
  free(t);
}

/* Few texts do not have all words that matter; the pool has them. */
static void
a_teacher_of_the_pool_teaches(void **state)
{
  struct texts *t = texts_new();
  double *values = xcalloc(cnn()->n_params, sizeof *values), alone;
  struct student *s;

  (void)state;
  small(values);
  set_value(values, "epochs", 15);
  s = train(t, values, 6, POOL, 1);
  alone = accuracy(t, s);
  student_free(s);
  for (size_t i = 0; i < POOL; i++)
    t->x[N + i].soft = t->soft[N + i];
  s = train(t, values, 6, POOL, 1);
  assert_true(accuracy(t, s) > 0.97);
  assert_true(alone < 0.9);
  student_free(s);
  free(values);
  free(t);
}

/* Each text stands there twice, with either label; one of them weighs much. */
static double
follows_even(const double *values, struct texts *t, size_t heavy)
{
  struct student *s;
  uint16_t labels[N];
  size_t even = 0;

  for (size_t i = 0; i < N; i++)
    t->x[i].weight = i % 2 == heavy ? 50 : 1;
  s = train(t, values, N, 0, 1);
  student_predict_top(s, t->x, N, 1, labels, NULL);
  for (size_t i = 0; i < N; i += 2)
    even += labels[i] == t->label[i];
  student_free(s);
  return even / (N / 2.0);
}

static void
heavy_texts_win(void **state)
{
  struct texts *t = texts_new();
  double *values = xcalloc(cnn()->n_params, sizeof *values);

  (void)state;
  small(values);
  set_value(values, "epochs", 25);
  set_value(values, "dropout", 0);
  set_value(values, "holdout", 0);  /* it would be judged by the others too */
  for (size_t i = 0; i < N; i += 2) {
    t->label[i] = i / 2 % 2;
    t->label[i + 1] = !t->label[i];
    t->x[i + 1].text = t->x[i].text;
  }
  assert_true(follows_even(values, t, 0) > 0.9);
  assert_true(follows_even(values, t, 1) < 0.1);
  free(values);
  free(t);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_makes_another_student),
    cmocka_unit_test(same_bytes_on_any_threads),
    cmocka_unit_test(a_teacher_of_the_pool_teaches),
    cmocka_unit_test(heavy_texts_win),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
