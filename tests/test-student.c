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

/* The bytes of a student; to be freed. */
static char *
bytes_of(const struct student *s, size_t *n)
{
  struct buf b = {.max = STUDENT_MAX_BYTES};

  assert_int_equal(student_save(s, &b, NULL), 0);
  *n = b.n;
  return buf_take(&b);
}

static void
threads_do_not_change_a_byte(void **state)
{
  struct student_task task = {.n_classes = 3};
  size_t sizes[] = {15, 300, 2000};
  int threads[] = {1, 2, 4};

  (void)state;
  for (size_t i = 0; i < N_OF(sizes); i++) {
    struct set *s = make_set(sizes[i], 3, 5);
    char *first = NULL;
    size_t n = 0;

    for (size_t j = 0; j < N_OF(threads); j++) {
      struct student *student = train(&task, s->x, s->n, NULL, 0, NULL, threads[j], NULL);
      size_t m;
      char *b = bytes_of(student, &m);

      if (first) {
        assert_int_equal(m, n);
        assert_memory_equal(b, first, n);
        free(b);
      } else {
        first = b;
        n = m;
      }
      student_free(student);
    }
    free(first);
    free(s);
  }
}

static void
many_classes_are_cut_into_shards(void **state)
{
  struct student_task task = {.n_classes = 70};
  struct set *s = make_set(1400, 2, 5);
  struct student *one, *two;
  char *a, *b;
  size_t n, m;

  (void)state;
  for (size_t i = 0; i < s->n; i++) {
    s->label[i] = (uint16_t)(i % 70);
    snprintf(s->text[i], sizeof s->text[i], "topic%zu word%zu of item", i % 70, i % 11);
  }
  one = train(&task, s->x, s->n, NULL, 0, NULL, 1, NULL);
  two = train(&task, s->x, s->n, NULL, 0, NULL, 3, NULL);
  a = bytes_of(one, &n);
  b = bytes_of(two, &m);
  assert_int_equal(n, m);
  assert_memory_equal(a, b, n);
  assert_true(accuracy(one, s) > 0.99);
  free(a);
  free(b);
  student_free(one);
  student_free(two);
  free(s);
}

static void
a_saved_student_answers_the_same(void **state)
{
  struct student_task task = {.n_classes = 3};
  struct set *s = make_set(200, 3, 5);
  struct student *student = train(&task, s->x, s->n, NULL, 0, NULL, 2, NULL), *again;
  struct student_info info, info_again;
  float p[200 * 3], q[200 * 3];
  size_t n, m;
  char *b = bytes_of(student, &n), *c;

  (void)state;
  again = student_load(b, n, NULL);
  assert_non_null(again);
  c = bytes_of(again, &m);
  assert_int_equal(n, m);
  assert_memory_equal(b, c, n);
  student_predict(student, s->x, s->n, 1, p);
  student_predict(again, s->x, s->n, 4, q);
  assert_memory_equal(p, q, sizeof p);
  student_info(student, &info);
  student_info(again, &info_again);
  assert_string_equal(info.kind, "linear");
  assert_int_equal(info.size_bytes, n);
  assert_int_equal(info.n_train, 200);
  assert_true(info.n_parameters > 300 && info.multiply_adds > 50);
  assert_memory_equal(&info.n_parameters, &info_again.n_parameters, sizeof info.n_parameters);
  free(b);
  free(c);
  student_free(student);
  student_free(again);
  free(s);
}

/* Sets the check sum right again, so that what lies behind it is tested too. */
static void
mend(char *b, size_t n)
{
  uint64_t hash = hash_bytes(b, n - 8, 1);

  memcpy(b + n - 8, &hash, 8);
}

static void
damaged_bytes_are_refused(void **state)
{
  struct student_task task = {.n_classes = 2};
  struct set *s = make_set(30, 2, 5);
  struct student *student = train(&task, s->x, s->n, NULL, 0, NULL, 1, NULL), *again;
  struct err e;
  size_t n;
  char *b = bytes_of(student, &n);

  (void)state;
  for (size_t cut = 0; cut < n; cut = cut < 200 ? cut + 1 : cut + 97) {
    char *part = xmalloc(cut + 1);

    memcpy(part, b, cut);
    err_clear(&e);
    assert_null(student_load(part, cut, &e));
    assert_int_equal(e.code, ERR_INPUT);
    free(part);
  }
  for (size_t i = 0; i < n; i = i < 200 ? i + 1 : i + 53) {
    b[i] ^= (char)(1 << i % 8);
    err_clear(&e);
    assert_null(student_load(b, n, &e));
    assert_int_equal(e.code, ERR_INPUT);
    b[i] ^= (char)(1 << i % 8);
  }
  /* With a right check sum a changed size must be found, and any other number may do no harm. */
  for (size_t i = 8; i < n - 8; i = i < 200 ? i + 1 : i + 53)
    for (int bit = 0; bit < 8; bit++) {
      char *copy = xmalloc(n);
      float p[2];

      memcpy(copy, b, n);
      copy[i] ^= (char)(1 << bit);
      mend(copy, n);
      err_clear(&e);
      again = student_load(copy, n, &e);
      if (again) {
        struct student_info info;

        student_info(again, &info);
        if (info.task.n_classes == 2)
          student_predict(again, s->x, 1, 1, p);
        student_free(again);
      } else {
        assert_int_equal(e.code, ERR_INPUT);
      }
      free(copy);
    }
  b[8] = 9;
  mend(b, n);
  assert_null(student_load(b, n, &e));
  assert_non_null(strstr(e.message, "newer retort"));
  free(b);
  student_free(student);
  free(s);
}

static void
refuses(const struct student_task *task, const struct example *x, size_t n, const double *values, const char *why)
{
  struct err e = {0};

  assert_null(train(task, x, n, NULL, 0, values, 1, &e));
  assert_int_equal(e.code, ERR_INPUT);
  if (!strstr(e.message, why))
    fail_msg("'%s' does not say '%s'", e.message, why);
}

static void
bad_input_is_refused(void **state)
{
  struct student_task task = {.n_classes = 2}, pair = {.n_classes = 2, .pair = true}, none = {0};
  struct student_task several = {.n_classes = 2, .multilabel = true};
  uint16_t labels[] = {0, 1, 2};
  struct example two[] = {{"a", NULL, labels, 1, 0, NULL}, {"b", NULL, labels + 1, 1, 0, NULL}}, x[2];
  double values[32];

  (void)state;
  refuses(&task, two, 0, NULL, "no training texts");
  refuses(&none, two, 2, NULL, "0 labels");
  refuses(&pair, two, 2, NULL, "no second text");
  memcpy(x, two, sizeof x);
  x[1].labels = labels;
  refuses(&task, x, 2, NULL, "the same label");
  x[1].labels = labels + 2;
  refuses(&task, x, 2, NULL, "label number 2 of 2");
  x[1] = (struct example){"b", NULL, labels, 2, 0, NULL};
  refuses(&task, x, 2, NULL, "has 2 labels");
  x[1] = (struct example){"b", NULL, labels + 1, 1, NAN, NULL};
  refuses(&task, x, 2, NULL, "weight");
  x[1] = (struct example){NULL, NULL, labels + 1, 1, 0, NULL};
  refuses(&task, x, 2, NULL, "no text");
  x[0] = (struct example){"a", NULL, labels, 0, 0, NULL};
  x[1] = x[0];
  refuses(&several, x, 2, NULL, "has a label");
  for (size_t i = 0; i < linear()->n_params; i++) {
    student_defaults(linear(), values);
    values[i] = 1e9;
    refuses(&task, two, 2, values, linear()->params[i].name);
    values[i] = NAN;
    refuses(&task, two, 2, values, linear()->params[i].name);
  }
}

static void
odd_texts_are_harmless(void **state)
{
  struct student_task task = {.n_classes = 2};
  uint16_t labels[] = {0, 1};
  char *huge = xmalloc(3 << 20), *word = xmalloc(1 << 20);
  struct example x[] = {{"", NULL, labels, 1, 0, NULL}, {" \t\n", NULL, labels + 1, 1, 0, NULL}, {"\xff\xfe\xc3", NULL, labels, 1, 0, NULL},
                        {"ÄÖÜ 😀😀 日本語", NULL, labels + 1, 1, 0, NULL}, {huge, NULL, labels, 1, 0, NULL}, {word, NULL, labels + 1, 1, 0, NULL}};
  float p[12];
  struct student *s;

  (void)state;
  for (size_t i = 0; i < (3 << 20) - 1; i++)
    huge[i] = i % 7 ? (char)('a' + i % 23) : ' ';
  huge[(3 << 20) - 1] = '\0';
  memset(word, 'x', 1 << 20);
  word[300000] = '\0';
  s = train(&task, x, 6, NULL, 0, NULL, 2, NULL);
  assert_non_null(s);
  student_predict(s, x, 6, 2, p);
  for (int i = 0; i < 6; i++) {
    assert_true(p[2 * i] >= 0 && p[2 * i + 1] >= 0);
    assert_true(fabsf(p[2 * i] + p[2 * i + 1] - 1) < 1e-5f);
  }
  student_free(s);
  free(huge);
  free(word);
}

/* A feature counts once however often a text repeats it, as in training. */
static void
repetition_is_no_evidence(void **state)
{
  struct student_task task = {.n_classes = 3};
  struct set *s = make_set(300, 3, 5);
  struct example x[] = {{.text = "refund the error"}, {.text = "error the refund refund error refund"}};
  double values[32];
  struct student *student;
  float p[6];

  (void)state;
  student_defaults(linear(), values);
  for (size_t i = 0; i < linear()->n_params; i++)
    if (strcmp(linear()->params[i].name, "words") == 0)
      values[i] = 1;
    else if (strcmp(linear()->params[i].name, "skip") == 0 || strcmp(linear()->params[i].name, "shape") == 0)
      values[i] = 0;
  student = train(&task, s->x, s->n, NULL, 0, values, 2, NULL);
  student_predict(student, x, 2, 1, p);
  for (int c = 0; c < 3; c++)
    assert_true(fabsf(p[c] - p[3 + c]) < 1e-5f);
  student_free(student);
  free(s);
}

static void
weights_count(void **state)
{
  struct student_task task = {.n_classes = 2};
  uint16_t labels[] = {0, 1};
  struct example x[] = {{"blue sky", NULL, labels, 1, 5, NULL}, {"blue sky", NULL, labels + 1, 1, 1, NULL},
                        {"red earth", NULL, labels, 1, 1, NULL}, {"red earth", NULL, labels + 1, 1, 5, NULL}};
  struct student *s = train(&task, x, 4, NULL, 0, NULL, 1, NULL), *t;
  uint16_t out[4];
  char *a, *b;
  size_t n, m;

  (void)state;
  student_predict_top(s, x, 4, 1, out, NULL);
  assert_int_equal(out[0], 0);
  assert_int_equal(out[2], 1);
  student_free(s);
  for (int i = 0; i < 4; i++)
    x[i].weight = 0;
  s = train(&task, x, 4, NULL, 0, NULL, 1, NULL);
  for (int i = 0; i < 4; i++)
    x[i].weight = 1;
  t = train(&task, x, 4, NULL, 0, NULL, 1, NULL);
  a = bytes_of(s, &n);
  b = bytes_of(t, &m);
  assert_int_equal(n, m);
  assert_memory_equal(a, b, n);
  free(a);
  free(b);
  student_free(s);
  student_free(t);
}

static void
one_can_stop_at_any_step(void **state)
{
  struct student_task task = {.n_classes = 3};
  struct set *s = make_set(400, 3, 5), *test = make_set(200, 3, 9);
  double values[32];
  struct train_point point;
  struct training *t;
  int r = 1, steps = 0;

  (void)state;
  student_defaults(linear(), values);
  t = training_new(linear(), &task, s->x, s->n, NULL, 0, values, 1, 2, NULL);
  while (r == 1) {
    struct student *now = training_take(t, NULL);
    float p[3];

    assert_non_null(now);
    student_predict(now, test->x, 1, 1, p);
    assert_true(fabsf(p[0] + p[1] + p[2] - 1) < 1e-5f);
    if (steps == 0)
      assert_true(fabsf(p[0] - 1 / 3.0f) < 1e-5f);
    if (steps > 10)
      assert_true(accuracy(now, test) > 0.8);
    student_free(now);
    r = training_step(t, &point, NULL);
    steps++;
    assert_int_equal(point.step, steps);
    assert_true(point.n_steps >= steps && isfinite(point.train_loss) && point.train_accuracy <= 1);
  }
  assert_int_equal(r, 0);
  assert_true(steps >= 40);
  assert_int_equal(training_step(t, NULL, NULL), 0);
  training_free(t);
  free(s);
  free(test);
}

/* However many fits stand behind it, a person sees one run: few epochs, each judged, on curves that do not jump. */
static void
all_fits_are_one_run(void **state)
{
  struct student_task task = {.n_classes = 3};
  size_t sizes[] = {23, 60, 701, 2000};
  double values[32];

  (void)state;
  student_defaults(linear(), values);
  for (size_t i = 0; i < N_OF(sizes); i++) {
    struct set *s = make_set(sizes[i], 3, 5);
    struct training *t = training_new(linear(), &task, s->x, s->n, NULL, 0, values, 1, 2, NULL);
    struct train_point p, last = {.train_loss = 1e9};
    int ends = 0, r;

    do {
      r = training_step(t, &p, NULL);
      assert_int_equal(p.epoch, ends + 1);
      assert_int_equal(p.step, last.step + 1);
      assert_true(p.epoch < 3 || p.train_loss < last.train_loss + 0.05);
      if (p.epoch_end) {
        double right = p.valid_accuracy * (double)s->n;

        ends++;
        assert_true(isfinite(p.valid_loss) && isfinite(p.valid_f1));
        assert_true(s->n == 2000 || fabs(right - round(right)) < 1e-6);  /* every text counts once */
      }
      last = p;
    } while (r == 1);
    assert_true(ends > 1 && ends <= values[0]);
    assert_int_equal(p.step, p.n_steps);
    training_free(t);
    free(s);
  }
}

/* Labels by lot can be learned by heart; texts set aside must show that nothing was understood. */
static void
texts_set_aside_are_not_learned_from(void **state)
{
  struct student_task task = {.n_classes = 2};
  size_t sizes[] = {400, 2000};
  double values[32];

  (void)state;
  student_defaults(linear(), values);
  for (size_t i = 0; i < N_OF(sizes); i++) {
    struct set *s = make_set(sizes[i], 2, 5);
    struct train_point p;
    struct training *t;
    struct rng r;

    rng_seed(&r, 17);
    for (size_t j = 0; j < s->n; j++)
      s->label[j] = (uint16_t)rng_below(&r, 2);
    t = training_new(linear(), &task, s->x, s->n, NULL, 0, values, 1, 2, NULL);
    while (training_step(t, &p, NULL) == 1)
      ;
    assert_true(p.train_accuracy > 0.9);
    assert_true(p.valid_accuracy > 0.38 && p.valid_accuracy < 0.62);
    assert_true(p.valid_loss > 0.65);
    training_free(t);
    free(s);
  }
}

static void
validation_texts_stop_it(void **state)
{
  struct student_task task = {.n_classes = 3};
  struct set *s = make_set(600, 3, 5), *valid = make_set(200, 3, 9);
  double values[32], best = 1e9, last;
  struct train_point point;
  struct student *student;
  struct training *t;
  float *p = xmalloc(3 * valid->n * sizeof *p);
  int r;

  (void)state;
  student_defaults(linear(), values);
  values[0] = 500;
  t = training_new(linear(), &task, s->x, s->n, valid->x, valid->n, values, 1, 2, NULL);
  do {
    r = training_step(t, &point, NULL);
    if (point.epoch_end) {
      assert_true(point.valid_accuracy > 0.5 && point.valid_f1 > 0.5);
      best = fmin(best, point.valid_loss);
    }
  } while (r == 1);
  assert_true(point.epoch < 100);
  student = training_take(t, NULL);
  student_predict(student, valid->x, valid->n, 2, p);
  last = 0;
  for (size_t i = 0; i < valid->n; i++)
    last -= log(p[3 * i + valid->label[i]]) / (double)valid->n;
  assert_true(fabs(last - best) < 0.02);  /* the epoch that was best is what one gets; bytes for floats cost little */
  student_free(student);
  training_free(t);
  free(p);
  free(s);
  free(valid);
}

/* Two epochs without a better validation loss end it, neither one nor three, long before the solver itself has converged. */
static void
patience_ends_after_two_epochs(void **state)
{
  struct student_task task = {.n_classes = 3};
  struct set *s = make_set(600, 3, 5), *valid = make_set(200, 3, 9);
  int epochs[2], since_best = 0;
  struct train_point point;
  double values[32];
  struct rng r;

  (void)state;
  student_defaults(linear(), values);
  values[option_find(linear()->params, "epochs") - linear()->params] = 200;
  values[option_find(linear()->params, "cost") - linear()->params] = 100;  /* follows the noise, takes many epochs */
  values[option_find(linear()->params, "holdout") - linear()->params] = 1;
  rng_seed(&r, 17);
  for (size_t i = 0; i < s->n; i++)
    if (rng_below(&r, 3) == 0)
      s->label[i] = (uint16_t)rng_below(&r, 3);
  for (int k = 0; k < 2; k++) {
    struct training *t = training_new(linear(), &task, s->x, s->n, valid->x, k ? valid->n : 0, values, 1, 2, NULL);
    double best = INFINITY;
    int more;

    do {
      assert_true(since_best < 2);
      more = training_step(t, &point, NULL);
      if (point.epoch_end && k) {
        since_best = point.valid_loss < best ? 0 : since_best + 1;
        best = fmin(best, point.valid_loss);
      }
    } while (more == 1);
    epochs[k] = point.epoch;
    training_free(t);
  }
  assert_int_equal(since_best, 2);
  assert_true(epochs[1] + 5 < epochs[0] && epochs[0] < 200);
  free(s);
  free(valid);
}

/* Where a third of the labels is drawn by lot, the student must not claim certainty. */
static void
probabilities_mean_something(void **state)
{
  struct student_task task = {.n_classes = 2};
  struct set *s = make_set(1500, 2, 5), *test = make_set(1500, 2, 9);
  struct student *student;
  float p[1500];
  uint16_t out[1500];
  double mean = 0, right = 0;
  struct rng r;

  (void)state;
  rng_seed(&r, 3);
  for (size_t i = 0; i < 1500; i++) {
    if (rng_below(&r, 3) == 0)
      s->label[i] = (uint16_t)rng_below(&r, 2);
    if (rng_below(&r, 3) == 0)
      test->label[i] = (uint16_t)rng_below(&r, 2);
  }
  student = train(&task, s->x, s->n, NULL, 0, NULL, 2, NULL);
  student_predict_top(student, test->x, test->n, 2, out, p);
  for (size_t i = 0; i < 1500; i++) {
    mean += p[i] / 1500.0;
    right += (out[i] == test->label[i]) / 1500.0;
  }
  assert_true(right > 0.6 && fabs(mean - right) < 0.05);
  student_free(student);
  free(s);
  free(test);
}

static void
top_agrees_with_all(void **state)
{
  struct student_task task = {.n_classes = 3};
  struct set *s = make_set(700, 3, 5);
  struct student *student = train(&task, s->x, s->n, NULL, 0, NULL, 2, NULL);
  float *p = xmalloc(3 * s->n * sizeof *p), q[700];
  uint16_t out[700];

  (void)state;
  student_predict(student, s->x, s->n, 3, p);
  student_predict_top(student, s->x, s->n, 2, out, q);
  for (size_t i = 0; i < s->n; i++) {
    for (int c = 0; c < 3; c++)
      assert_true(p[3 * i + c] <= q[i]);
    assert_true(p[3 * i + out[i]] == q[i]);
  }
  student_free(student);
  free(p);
  free(s);
}

static void
several_labels(void **state)
{
  struct student_task task = {.n_classes = 3, .multilabel = true};
  struct set *s = make_set(900, 3, 5);
  uint16_t labels[900][3];
  struct student_info info;
  struct student *student;
  float *p = xmalloc(3 * s->n * sizeof *p);
  size_t right = 0;

  (void)state;
  for (size_t i = 0; i < s->n; i++) {  /* bits of i are the labels, each with its word */
    s->x[i].n_labels = 0;
    snprintf(s->text[i], sizeof s->text[i], "it is %s %s %s", i & 1 ? "warm" : "so", i & 2 ? "loud" : "so", i & 4 ? "late" : "so");
    for (uint16_t c = 0; c < 3; c++)
      if (i >> c & 1)
        labels[i][s->x[i].n_labels++] = c;
    s->x[i].labels = labels[i];
  }
  student = train(&task, s->x, s->n, NULL, 0, NULL, 2, NULL);
  student_info(student, &info);
  assert_true(info.task.multilabel && info.threshold > 0.04f && info.threshold < 0.99f);
  student_predict(student, s->x, s->n, 2, p);
  for (size_t i = 0; i < s->n; i++)
    for (int c = 0; c < 3; c++)
      right += (p[3 * i + c] >= info.threshold) == (i >> c & 1);
  assert_true(right > 2650);
  student_free(student);
  free(p);
  free(s);
}

static void
pairs(void **state)
{
  struct student_task task = {.n_classes = 2, .pair = true};
  struct set *s = make_set(1200, 2, 5), *other = make_set(1200, 2, 6);
  struct student *student;
  uint16_t out[1200];
  size_t right = 0;

  (void)state;
  for (size_t i = 0; i < s->n; i++) {  /* 1: the second text is the first, with more; only the two together tell */
    snprintf(other->text[i], sizeof other->text[i], "%s", s->text[s->label[i] ? i : (i + 7) % s->n]);
    s->x[i].text2 = other->text[i];
  }
  student = train(&task, s->x, 800, NULL, 0, NULL, 2, NULL);
  student_predict_top(student, s->x + 800, 400, 2, out, NULL);
  for (size_t i = 0; i < 400; i++)
    right += out[i] == s->label[800 + i];
  assert_true(right > 380);
  student_free(student);
  free(s);
  free(other);
}

static void
every_parameter_has_a_row(void **state)
{
  (void)state;
  assert_null(student_kind_find("quadratic"));
  for (size_t k = 0; k < student_n_kinds; k++) {
    const struct student_kind *kind = student_kinds[k];

    assert_ptr_equal(student_kind_find(kind->name), kind);
    for (size_t i = 0; i < kind->n_params; i++) {
      assert_non_null(kind->params[i].fallback);
      assert_true(strlen(kind->params[i].summary) > 10);
      assert_ptr_equal(option_find(kind->params, kind->params[i].name), &kind->params[i]);
    }
    assert_null(kind->params[kind->n_params].name);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(learns_from_few_and_from_many),
    cmocka_unit_test(threads_do_not_change_a_byte),
    cmocka_unit_test(many_classes_are_cut_into_shards),
    cmocka_unit_test(a_saved_student_answers_the_same),
    cmocka_unit_test(damaged_bytes_are_refused),
    cmocka_unit_test(bad_input_is_refused),
    cmocka_unit_test(odd_texts_are_harmless),
    cmocka_unit_test(repetition_is_no_evidence),
    cmocka_unit_test(weights_count),
    cmocka_unit_test(one_can_stop_at_any_step),
    cmocka_unit_test(all_fits_are_one_run),
    cmocka_unit_test(texts_set_aside_are_not_learned_from),
    cmocka_unit_test(validation_texts_stop_it),
    cmocka_unit_test(patience_ends_after_two_epochs),
    cmocka_unit_test(probabilities_mean_something),
    cmocka_unit_test(top_agrees_with_all),
    cmocka_unit_test(several_labels),
    cmocka_unit_test(pairs),
    cmocka_unit_test(every_parameter_has_a_row),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
