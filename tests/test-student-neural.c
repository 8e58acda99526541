/* Students that are networks: they learn, give the same bytes whatever the threads, go on from a state to the same bytes,
 * take changes on the way, and are loaded from nothing but sound bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/rng.h"
#include "student/dynamics.h"
#include "student/student.h"

enum { TEXTS = 240 };

static const char *const kinds[] = {"cnn", "bilstm", "transformer"};
static const char *const themes[3][6] = {
  {"invoice", "paid", "price", "refund", "money", "bill"},
  {"login", "password", "account", "locked", "access", "user"},
  {"parcel", "late", "courier", "shipped", "address", "box"},
};
static const char *const fillers[] = {"the", "my", "is", "please", "with", "about", "again", "today"};

struct world {
  struct example x[TEXTS];
  char text[TEXTS][120], text2[TEXTS][120];
  uint16_t labels[TEXTS][2];
};

static void
write_text(char *out, struct rng *r, size_t theme)
{
  size_t words = 3 + rng_below(r, 7);

  out[0] = '\0';
  for (size_t w = 0; w < words; w++) {
    strcat(out, w == 1 || rng_below(r, 4) == 0 ? themes[theme][rng_below(r, 6)] : fillers[rng_below(r, 8)]);
    strcat(out, " ");
  }
}

/* Texts of three themes; several labels: a second theme now and then; pairs: what the second one speaks of. */
static struct world *
make_world(const struct student_task *task)
{
  struct world *w = xcalloc(1, sizeof *w);
  struct rng r;

  rng_seed(&r, 3);
  for (size_t i = 0; i < TEXTS; i++) {
    size_t a = rng_below(&r, 3), b = rng_below(&r, 2) ? a : (a + 1) % 3;

    write_text(w->text[i], &r, a);
    write_text(w->text2[i], &r, b);
    w->x[i] = (struct example){.text = w->text[i], .labels = w->labels[i], .n_labels = 1};
    w->labels[i][0] = (uint16_t)a;
    if (task->pair) {
      w->x[i].text2 = w->text2[i];
      w->labels[i][0] = (uint16_t)b;
    }
    if (task->multilabel && a != b) {
      strcat(w->text[i], themes[b][rng_below(&r, 6)]);
      w->labels[i][0] = (uint16_t)(a < b ? a : b);
      w->labels[i][1] = (uint16_t)(a < b ? b : a);
      w->x[i].n_labels = 2;
    }
  }
  return w;
}

static double *
values_of(const struct student_kind *kind, const char *const *pairs)
{
  double *v = xcalloc(kind->n_params, sizeof *v);

  student_defaults(kind, v);
  for (; pairs[0]; pairs += 2) {
    const struct option *o = option_find(kind->params, pairs[0]);
    struct err e = {0};

    if (o)
      assert_int_equal(option_check(o, pairs[1], &v[o - kind->params], &e), 0);
  }
  return v;
}

/* Small, so that it takes no time. */
#define SMALL "dim", "16", "filters", "8", "hidden", "8", "attention", "8", "feedforward", "16", "layers", "1", \
              "subwords", "200", "epochs", "6", "updates", "1", "lr", "0.01", "batch", "16", "dropout", "0.1"
static const char *const small[] = {SMALL, NULL};

struct setup {
  const struct student_kind *kind;
  struct student_task task;
  const char *const *values;
  size_t n_train, n_valid;
  int threads;
};

static struct training *
begin(const struct setup *s, struct world *w)
{
  double *v = values_of(s->kind, s->values);
  struct training_plan plan = {.task = s->task, .train = w->x, .n_train = s->n_train, .valid = w->x + s->n_train,
                               .n_valid = s->n_valid, .pool = w->x + 200, .n_pool = 40, .values = v, .seed = 5,
                               .threads = s->threads};
  struct err e = {0};
  struct training *t = training_begin(s->kind, &plan, &e);

  if (!t)
    fail_msg("%s", e.message);
  free(v);
  return t;
}

static void
finish(struct training *t)
{
  struct train_point p;
  struct err e = {0};

  while (training_step(t, &p, &e) == 1)
    ;
}

/* The bytes of what comes of a training, which is freed. */
static struct buf
model_of(struct training *t)
{
  struct buf b = {.max = STUDENT_MAX_BYTES};
  struct err e = {0};
  struct student *s = training_take(t, &e);

  assert_non_null(s);
  assert_int_equal(student_save(s, &b, &e), 0);
  student_free(s);
  training_free(t);
  return b;
}

static void
assert_same(struct buf *a, struct buf *b)
{
  assert_int_equal(a->n, b->n);
  assert_memory_equal(a->s, b->s, a->n);
}

static double
accuracy(const struct buf *model, const struct world *w, size_t from, size_t n, size_t C)
{
  struct err e = {0};
  struct student *s = student_load(model->s, model->n, &e);
  float *p = xcalloc(n * C, sizeof *p);
  size_t right = 0;

  assert_non_null(s);
  student_predict(s, w->x + from, n, 2, p);
  for (size_t i = 0; i < n; i++)
    right += student_best(p + i * C, C) == w->labels[from + i][0];
  free(p);
  student_free(s);
  return (double)right / (double)n;
}

static void
learns(void **state)
{
  (void)state;
  for (size_t k = 0; k < N_OF(kinds); k++) {
    struct setup s = {student_kind_find(kinds[k]), {3, false, false}, small, 200, 0, 2};
    struct world *w = make_world(&s.task);
    struct training *t = begin(&s, w);
    const uint32_t *confusion;
    struct buf b;
    size_t sum = 0;

    assert_null(training_confusion(t));
    finish(t);
    confusion = training_confusion(t);
    for (size_t i = 0; i < 9; i++)
      sum += confusion[i];
    assert_true(sum >= 19 && sum <= 21);  /* a tenth of each label was set aside */
    b = model_of(t);
    assert_true(accuracy(&b, w, 200, 40, 3) > 0.75);
    buf_release(&b);
    free(w);
  }
}

static void
threads_change_no_byte(void **state)
{
  static const char *const values[] = {SMALL, "ensemble", "2", "balance", "yes", "word-dropout", "0.2", NULL};

  (void)state;
  for (size_t k = 0; k < N_OF(kinds); k++) {
    struct setup one = {student_kind_find(kinds[k]), {3, false, false}, values, 200, 0, 1}, three = one;
    struct world *w = make_world(&one.task);
    struct training *a = begin(&one, w), *b;
    struct buf x, y;

    three.threads = 3;
    b = begin(&three, w);
    finish(a);
    finish(b);
    x = model_of(a);
    y = model_of(b);
    assert_same(&x, &y);
    buf_release(&x);
    buf_release(&y);
    free(w);
  }
}

/* Stops after `steps`, goes on in another training from the state; the rate changes on the way. */
static void
goes_on(const char *const *values, int steps, int change)
{
  struct setup s = {student_kind_find("cnn"), {3, false, false}, values, 200, 0, 1};
  struct world *w = make_world(&s.task);
  struct training *whole = begin(&s, w), *half = begin(&s, w), *rest = begin(&s, w);
  struct buf kept = {.max = STUDENT_MAX_BYTES}, x, y;
  struct err e = {0};
  struct train_point p;

  for (int i = 0; i < steps; i++) {
    if (i == change) {
      assert_int_equal(training_set(whole, "lr", 0.002, &e), 0);
      assert_int_equal(training_set(half, "lr", 0.002, &e), 0);
    }
    training_step(whole, &p, &e);
    training_step(half, &p, &e);
  }
  assert_int_equal(training_save(half, &kept, &e), 0);
  training_free(half);
  assert_int_equal(training_restore(rest, kept.s, kept.n, &e), 0);
  finish(whole);
  finish(rest);
  x = model_of(whole);
  y = model_of(rest);
  assert_same(&x, &y);
  buf_release(&x);
  buf_release(&y);
  buf_release(&kept);
  free(w);
}

static void
a_state_goes_on(void **state)
{
  static const char *const many[] = {SMALL, "ensemble", "2", "coteach", "0.2", "temporal", "0.3", "selftrain", "1",
                                     "confidence", "0.5", "vat", "0.5", "swa", "0.7", NULL};

  (void)state;
  goes_on(small, 1, -1);
  goes_on(small, 4, 2);
  goes_on(many, 3, 1);
  goes_on(many, 5, 4);
}

static void
a_state_is_of_its_training(void **state)
{
  struct setup s = {student_kind_find("cnn"), {3, false, false}, small, 200, 0, 1};
  static const char *const other[] = {SMALL, "clip", "3", NULL};
  struct world *w = make_world(&s.task);
  struct training *a = begin(&s, w), *b, *c = begin(&s, w);
  struct buf kept = {.max = STUDENT_MAX_BYTES};
  struct err e = {0};

  (void)state;
  training_step(a, NULL, &e);
  assert_int_equal(training_save(a, &kept, &e), 0);
  s.values = other;
  b = begin(&s, w);
  assert_int_equal(training_restore(b, kept.s, kept.n, &e), -1);
  for (size_t n = 0; n < kept.n; n += kept.n / 50 + 1)
    assert_int_equal(training_restore(c, kept.s, n, &e), -1);
  training_free(a);
  training_free(b);
  training_free(c);
  buf_release(&kept);
  free(w);
}

static void
a_change_counts(void **state)
{
  struct setup s = {student_kind_find("cnn"), {3, false, false}, small, 200, 0, 1};
  struct world *w = make_world(&s.task);
  struct training *a = begin(&s, w), *b = begin(&s, w);
  struct err e = {0};
  struct buf x, y;

  (void)state;
  training_step(a, NULL, &e);
  training_step(b, NULL, &e);
  assert_int_equal(training_set(b, "dropout", 0.5, &e), 0);
  assert_int_equal(training_set(b, "decay", 0.1, &e), 0);
  assert_int_equal(training_set(b, "epochs", 3, &e), -1);
  assert_int_equal(training_set(b, "lr", 3, &e), -1);
  finish(a);
  finish(b);
  x = model_of(a);
  y = model_of(b);
  assert_true(x.n != y.n || memcmp(x.s, y.s, x.n) != 0);
  buf_release(&x);
  buf_release(&y);
  free(w);
}

/* A watcher changes nothing. */
static void
is_watched(void **state)
{
  struct setup s = {student_kind_find("cnn"), {3, false, false}, small, 200, 0, 2};
  struct world *w = make_world(&s.task);
  struct training *a = begin(&s, w), *b = begin(&s, w);
  struct dynamics *d = dynamics_new(200);
  size_t met = 0;
  struct buf x, y;

  (void)state;
  training_watch(b, d);
  finish(a);
  finish(b);
  for (size_t i = 0; i < 200; i++) {
    struct text_dynamics k = dynamics_of(d, i);

    met += k.epochs == 6;
    assert_true(k.epochs == 0 || k.epochs == 6);
  }
  assert_true(met >= 179 && met <= 181);
  x = model_of(a);
  y = model_of(b);
  assert_same(&x, &y);
  buf_release(&x);
  buf_release(&y);
  dynamics_free(d);
  free(w);
}

static void
several_labels_and_pairs(void **state)
{
  static const char *const pair[2][40] = {{SMALL, "epochs", "12", "pair", "joined", NULL},
                                          {SMALL, "epochs", "12", "pair", "compared", NULL}};

  (void)state;
  for (size_t k = 0; k < N_OF(kinds); k++)
    for (int way = 0; way < 3; way++) {
      struct setup s = {student_kind_find(kinds[k]), {3, true, false}, small, 160, 40, 2};
      struct training *t;
      struct world *w;
      struct buf b;

      if (way > 0) {
        s.task = (struct student_task){3, false, true};
        s.values = pair[way - 1];
      }
      w = make_world(&s.task);
      t = begin(&s, w);
      finish(t);
      b = model_of(t);
      assert_true(accuracy(&b, w, 160, 80, 3) > 0.65);
      buf_release(&b);
      free(w);
    }
}

static void
only_sound_bytes_are_loaded(void **state)
{
  struct rng r;

  (void)state;
  rng_seed(&r, 11);
  for (size_t k = 0; k < N_OF(kinds); k++) {
    struct setup s = {student_kind_find(kinds[k]), {3, false, false}, small, 200, 0, 1};
    struct world *w = make_world(&s.task);
    struct training *t = begin(&s, w);
    struct err e = {0};
    struct buf b;

    training_step(t, NULL, &e);
    b = model_of(t);
    for (int i = 0; i < 300; i++) {
      char *bad = xmalloc(b.n);
      size_t at = i % 3 ? 40 + rng_below(&r, 300) : rng_below(&r, b.n - 8), n = i % 5 ? b.n : 40 + rng_below(&r, b.n - 40);
      uint64_t hash, size = n - 48;
      struct student *student;

      memcpy(bad, b.s, b.n);
      bad[at] = (char)(bad[at] ^ (1 << rng_below(&r, 8)));
      if (n >= 48) {
        memcpy(bad + 32, &size, sizeof size);  /* the envelope is sound */
        hash = hash_bytes(bad, n - 8, 1);
        memcpy(bad + n - 8, &hash, sizeof hash);
      }
      student = student_load(bad, n, &e);
      if (student) {
        float p[3];

        student_predict(student, w->x, 1, 1, p);
      }
      student_free(student);
      free(bad);
    }
    buf_release(&b);
    free(w);
  }
}

static void
few_texts_are_enough(void **state)
{
  struct setup s = {student_kind_find("cnn"), {3, false, false}, small, 30, 0, 1};
  struct world *w = make_world(&s.task);
  struct training *t = begin(&s, w);
  struct train_point p = {0};
  struct err e = {0};
  struct buf b;
  int more;

  (void)state;
  do {
    more = training_step(t, &p, &e);
    assert_true(isnan(p.valid_loss));
  } while (more == 1);
  assert_int_equal(p.epoch, 6);
  assert_null(training_confusion(t));
  b = model_of(t);
  buf_release(&b);
  free(w);
}

/* Attention is of the words, in their order; a student that has none says so by saying nothing of its own. */
static void
attention_is_of_words(void **state)
{
  static const char *const compared[] = {SMALL, "pair", "compared", NULL};

  (void)state;
  for (int way = 0; way < 3; way++) {
    struct setup s = {student_kind_find("bilstm"), {3, false, way > 0}, way == 2 ? compared : small, 200, 0, 1};
    struct world *w = make_world(&s.task);
    struct training *t = begin(&s, w);
    struct example x = {.text = "the Password, please", .text2 = way ? "my parcel is late" : NULL};
    struct span spans[20];
    struct student *student;
    struct err e = {0};
    size_t n, words = way ? 4 + 4 : 4;
    float most = 0;

    finish(t);
    student = training_take(t, &e);
    n = student_explain(student, &x, 1, spans, 20);
    assert_int_equal(n, words);
    assert_int_equal(spans[1].at, 4);
    assert_int_equal(spans[1].n, 8);
    assert_false(spans[3].second);
    if (way) {
      assert_true(spans[5].second);
      assert_int_equal(spans[5].at, 3);
      assert_int_equal(spans[5].n, 6);
    }
    for (size_t i = 0; i < n; i++) {
      assert_true(spans[i].weight >= 0);
      most = fmaxf(most, spans[i].weight);
    }
    assert_true(most > 0.999f && most < 1.001f);
    assert_int_equal(student_explain(student, &x, 1, spans, 2), 2);
    student_free(student);
    training_free(t);
    free(w);
  }
}

/* Begun from a student it knows what that knew, before it learns anything. */
static void
begins_from_another(void **state)
{
  static const char *const other[] = {SMALL, "dim", "20", NULL};
  struct setup s = {student_kind_find("cnn"), {3, false, false}, small, 200, 0, 1};
  struct world *w = make_world(&s.task);
  struct training *t = begin(&s, w), *next;
  struct training_plan plan = {.task = s.task, .train = w->x, .n_train = 60, .seed = 8, .threads = 2};
  double *v = values_of(s.kind, small), *o = values_of(s.kind, other);
  struct err e = {0};
  struct student *a, *b;
  float p[3], q[3];

  (void)state;
  finish(t);
  a = training_take(t, &e);
  plan.values = v;
  plan.from = a;
  next = training_begin(s.kind, &plan, &e);
  assert_non_null(next);
  b = training_take(next, &e);
  student_predict(a, &w->x[210], 1, 1, p);
  student_predict(b, &w->x[210], 1, 1, q);
  assert_int_equal(student_best(p, 3), student_best(q, 3));
  plan.values = o;
  assert_null(training_begin(s.kind, &plan, &e));
  assert_non_null(strstr(e.message, "--dim"));
  student_free(a);
  student_free(b);
  training_free(t);
  training_free(next);
  free(v);
  free(o);
  free(w);
}

static void
takes_word_vectors(void **state)
{
  struct setup s = {student_kind_find("cnn"), {3, false, false}, small, 60, 0, 1};
  struct world *w = make_world(&s.task);
  double *v = values_of(s.kind, small);
  struct training_plan plan = {.task = s.task, .train = w->x, .n_train = 60, .values = v, .seed = 8, .threads = 1};
  char path[] = "/tmp/test-student-neural-XXXXXX";
  int fd = mkstemp(path);
  FILE *f = fdopen(fd, "w");
  struct err e = {0};
  struct training *with, *without;
  struct buf x, y;

  (void)state;
  for (int t = 0; t < 3; t++)
    for (int k = 0; k < 6; k++) {
      fprintf(f, "%s", themes[t][k]);
      for (int i = 0; i < 16; i++)
        fprintf(f, " %d", i == t);
      fprintf(f, "\n");
    }
  fclose(f);
  without = training_begin(s.kind, &plan, &e);
  plan.vectors = path;
  with = training_begin(s.kind, &plan, &e);
  assert_non_null(with);
  x = model_of(with);
  y = model_of(without);
  assert_int_equal(x.n, y.n);
  assert_memory_not_equal(x.s, y.s, x.n);
  plan.vectors = "/nowhere/at.all";
  assert_null(training_begin(s.kind, &plan, &e));
  remove(path);
  buf_release(&x);
  buf_release(&y);
  free(v);
  free(w);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(learns), cmocka_unit_test(threads_change_no_byte), cmocka_unit_test(a_state_goes_on),
    cmocka_unit_test(a_state_is_of_its_training), cmocka_unit_test(a_change_counts), cmocka_unit_test(is_watched),
    cmocka_unit_test(several_labels_and_pairs), cmocka_unit_test(only_sound_bytes_are_loaded),
    cmocka_unit_test(few_texts_are_enough), cmocka_unit_test(attention_is_of_words),
    cmocka_unit_test(begins_from_another), cmocka_unit_test(takes_word_vectors),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
