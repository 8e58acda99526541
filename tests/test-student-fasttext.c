/* The student `fasttext`: it reads as the program does, learns the same on any number of threads, and the file that it is
 * shipped as says what it says itself. The reader of that file here follows fastText's own, and shares nothing with ours. */
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
#include "student/fasttext-words.h"
#include "student/fasttext.h"

/* ---- a made-up task ---------------------------------------------------------------------------------------------- */

#define N_TEXTS 600

struct set {
  struct example x[N_TEXTS];
  char text[N_TEXTS][120], text2[N_TEXTS][40];
  uint16_t labels[N_TEXTS][2];
};

static const char *const topics[][4] = {
  {"refund", "invoice", "charged", "Überweisung"}, {"crash", "error", "freezes", "bug"}, {"password", "login", "account", "密码"}};
static const char *const fill[] = {"please", "the", "my", "again", "today", "it", "since", "really", "with", "and"};

static struct set *
make_set(uint64_t seed, bool several)
{
  struct set *s = xcalloc(1, sizeof *s);
  struct rng r;

  rng_seed(&r, seed);
  for (size_t i = 0; i < N_TEXTS; i++) {
    size_t c = i % 3, d = several && rng_below(&r, 2) ? (c + 1) % 3 : c;

    snprintf(s->text[i], sizeof s->text[i], "%s %s %s %s %u !", fill[rng_below(&r, 10)], topics[c][rng_below(&r, 4)],
             fill[rng_below(&r, 10)], topics[d][rng_below(&r, 4)], (unsigned)rng_below(&r, 1000));
    snprintf(s->text2[i], sizeof s->text2[i], "%s %s", fill[rng_below(&r, 10)], fill[rng_below(&r, 10)]);
    s->labels[i][0] = (uint16_t)c;
    s->labels[i][1] = (uint16_t)d;
    s->x[i] = (struct example){.text = s->text[i], .labels = s->labels[i], .n_labels = d == c ? 1 : 2};
  }
  return s;
}

static void
set_value(double *values, const char *name, double value)
{
  values[option_find(student_fasttext.params, name) - student_fasttext.params] = value;
}

/* A student of the first n texts; changes: pairs of name and value, NULL at the end. */
struct change {
  const char *name;
  double value;
};

static struct student *
train(const struct student_task *task, const struct example *x, size_t n, const struct example *valid, size_t n_valid,
      const struct change *changes, int threads)
{
  double values[32];
  struct training *t;
  struct student *s;
  struct err e = {0};
  int r = 1;

  student_defaults(&student_fasttext, values);
  set_value(values, "dim", 20);
  for (; changes && changes->name; changes++)
    set_value(values, changes->name, changes->value);
  t = training_new(&student_fasttext, task, x, n, valid, n_valid, values, 7, threads, &e);
  assert_non_null(t);
  for (int i = 0; r == 1 && i < 100000; i++)
    r = training_step(t, NULL, &e);
  assert_int_equal(r, 0);
  s = training_take(t, &e);
  training_free(t);
  return s;
}

static char *
bytes_of(const struct student *s, size_t *n)
{
  struct buf b = {.max = STUDENT_MAX_BYTES};

  assert_int_equal(student_save(s, &b, NULL), 0);
  *n = b.n;
  return buf_take(&b);
}

static double
accuracy(const struct student *s, const struct set *t)
{
  uint16_t labels[N_TEXTS];
  size_t right = 0;

  student_predict_top(s, t->x, N_TEXTS, 2, labels, NULL);
  for (size_t i = 0; i < N_TEXTS; i++)
    right += labels[i] == t->labels[i][0];
  return (double)right / N_TEXTS;
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

static void
hashes_as_the_program_does(void **state)
{
  (void)state;
  assert_int_equal(fasttext_hash("", 0), 0x811c9dc5u);
  assert_int_equal(fasttext_hash("a", 1), 0xe40c292cu);
  assert_int_equal(fasttext_hash("foobar", 6), 0xbf9cf968u);
  assert_int_equal(fasttext_hash("\xc3\xa9", 2), 0x3cfa68c1u);     /* bytes with their sign: no FNV-1a of the books */
  assert_int_equal(fasttext_hash("\xe5\x8c\x97\xe4\xba\xac", 6), 0x3cac0d81u);
}

static void
assert_words(const char *text, const char *text2, const char *wanted)
{
  struct fasttext_tokens t = {0};
  struct buf b = BUF_INIT;

  fasttext_read(&t, text, text2);
  for (size_t i = 0; i < t.n; i++)
    buf_addf(&b, "%s%.*s", i ? " " : "", (int)t.v[i].n, t.v[i].s);
  assert_string_equal(buf_str(&b), wanted);
  buf_release(&b);
  fasttext_tokens_release(&t);
}

static void
cuts_as_the_program_does(void **state)
{
  (void)state;
  assert_words("", NULL, "</s>");
  assert_words(" \t a\vb\fC. \r\n", NULL, "a b C. </s>");
  assert_words("a\xc2\xa0" "b", NULL, "a\xc2\xa0" "b </s>");                /* only ASCII's spaces */
  assert_words("x __label__y __label__ z", NULL, "x z </s>");
  assert_words("x </s> y", NULL, "x </s>");
  assert_words("x", "y z", "x ||| y z </s>");
}

static void
assert_characters(const char *word, uint32_t least, uint32_t most, const char *const *wanted)
{
  struct fasttext_shape o = {.char_min = least, .char_max = most};
  struct fasttext_hashes h = {0};
  size_t n = 0;

  fasttext_characters(&h, &o, word, strlen(word));
  for (; wanted[n]; n++)
    assert_true(n < h.n && h.v[n] == fasttext_hash(wanted[n], strlen(wanted[n])));
  assert_int_equal(h.n, n);
  free(h.v);
}

static void
cuts_characters_as_the_program_does(void **state)
{
  (void)state;
  assert_characters("ab", 2, 3, (const char *const[]){"<a", "<ab", "ab", "ab>", "b>", NULL});
  assert_characters("ab", 1, 1, (const char *const[]){"a", "b", NULL});
  assert_characters("\xc3\xa9", 2, 5, (const char *const[]){"<\xc3\xa9", "<\xc3\xa9>", "\xc3\xa9>", NULL});
  assert_characters("ab", 0, 0, (const char *const[]){NULL});
}

/* ---- learning ---------------------------------------------------------------------------------------------------- */

static void
learns_the_same_on_any_number_of_threads(void **state)
{
  struct student_task task = {.n_classes = 3};
  struct set *s = make_set(1, false), *test = make_set(2, false);
  const struct change changes[] = {{"char-max", 4}, {NULL, 0}};
  char *first = NULL;
  size_t n_first = 0;

  (void)state;
  for (int threads = 1; threads <= 3; threads++) {
    struct student *student = train(&task, s->x, N_TEXTS, NULL, 0, changes, threads);
    size_t n;
    char *bytes = bytes_of(student, &n);

    assert_true(accuracy(student, test) > 0.97);
    if (first) {
      assert_int_equal(n, n_first);
      assert_memory_equal(first, bytes, n);
      free(bytes);
    } else {
      first = bytes;
      n_first = n;
    }
    student_free(student);
  }
  free(first);
  free(s);
  free(test);
}

static void
says_what_it_is(void **state)
{
  struct student_task task = {.n_classes = 3};
  struct set *s = make_set(1, false), *valid = make_set(3, false);
  struct student *with = train(&task, s->x, N_TEXTS, valid->x, 200, NULL, 2);
  struct student *without = train(&task, s->x, N_TEXTS, NULL, 0, (const struct change[]){{"holdout", 1}, {NULL, 0}}, 2);
  struct student_info info;

  (void)state;
  student_info(with, &info);
  assert_string_equal(info.kind, "fasttext");
  assert_int_equal(info.n_train, N_TEXTS);
  assert_true(info.temperature > 0 && info.calibration_error >= 0 && info.calibration_error < 0.1);
  student_info(without, &info);
  assert_true(info.temperature >= 1 && info.temperature <= 1 && isnan(info.calibration_error));
  student_free(with);
  student_free(without);
  free(s);
  free(valid);
}

static void
learns_from_soft_labels(void **state)
{
  struct student_task task = {.n_classes = 3};
  struct set *s = make_set(1, false), *test = make_set(2, false);
  static const float soft[3][3] = {{.8f, .1f, .1f}, {.1f, .8f, .1f}, {.1f, .1f, .8f}};
  struct student *student;
  float p[3 * N_TEXTS];
  double mean = 0;

  (void)state;
  for (size_t i = 0; i < N_TEXTS; i++) {
    s->x[i].soft = soft[s->labels[i][0]];
    s->labels[i][1] = 0;
    s->x[i].labels = &s->labels[i][1];  /* hard ones that are wrong are not gone by */
    s->x[i].n_labels = 1;
  }
  s->labels[0][1] = 1;
  student = train(&task, s->x, N_TEXTS, NULL, 0, (const struct change[]){{"holdout", 1}, {NULL, 0}}, 2);
  assert_true(accuracy(student, test) > 0.97);
  student_predict(student, test->x, N_TEXTS, 2, p);
  for (size_t i = 0; i < N_TEXTS; i++)
    mean += (double)p[3 * i + test->labels[i][0]] / N_TEXTS;
  assert_true(mean > 0.72 && mean < 0.88);
  student_free(student);
  free(s);
  free(test);
}

/* ---- the shipped file -------------------------------------------------------------------------------------------- */

struct bin {
  const unsigned char *p, *end;
  int32_t dim, words, loss, bucket, minn, maxn, n_words, n_labels;
  char names[4000][64];
  const unsigned char *input, *output;
  int64_t rows;
};

static int32_t
get32(struct bin *b)
{
  int32_t x;

  assert_true(b->p + 4 <= b->end);
  memcpy(&x, b->p, 4);
  b->p += 4;
  return x;
}

static int64_t
get64(struct bin *b)
{
  int64_t x;

  assert_true(b->p + 8 <= b->end);
  memcpy(&x, b->p, 8);
  b->p += 8;
  return x;
}

static void
read_dictionary(struct bin *b)
{
  int32_t n = get32(b);

  b->n_words = get32(b);
  b->n_labels = get32(b);
  assert_int_equal(n, b->n_words + b->n_labels);
  assert_true(n < 4000);
  get64(b);
  assert_int_equal(get64(b), -1);
  for (int32_t i = 0; i < n; i++) {
    snprintf(b->names[i], sizeof b->names[i], "%s", (const char *)b->p);
    b->p += strlen((const char *)b->p) + 1;
    assert_true(get64(b) > 0);
    assert_int_equal(*b->p++, i >= b->n_words);
  }
}

static void
read_bin(struct bin *b, const char *bytes, size_t n)
{
  double t;

  b->p = (const unsigned char *)bytes;
  b->end = b->p + n;
  assert_int_equal(get32(b), 793712314);
  assert_int_equal(get32(b), 12);
  b->dim = get32(b);
  for (int i = 0; i < 4; i++)
    get32(b);
  b->words = get32(b);
  b->loss = get32(b);
  assert_int_equal(get32(b), 3);
  b->bucket = get32(b);
  b->minn = get32(b);
  b->maxn = get32(b);
  get32(b);
  memcpy(&t, b->p, 8);
  assert_true(t > 0);
  b->p += 8;
  read_dictionary(b);
  assert_int_equal(*b->p++, 0);
  b->rows = get64(b);
  assert_int_equal(b->rows, b->n_words + b->bucket);
  assert_int_equal(get64(b), b->dim);
  b->input = b->p;
  b->p += b->rows * b->dim * 4;
  assert_int_equal(*b->p++, 0);
  assert_int_equal(get64(b), b->n_labels);
  assert_int_equal(get64(b), b->dim);
  b->output = b->p;
  assert_true(b->p + b->n_labels * b->dim * 4 == b->end);
}

static float
at(const unsigned char *matrix, int64_t i)
{
  float x;

  memcpy(&x, matrix + 4 * i, 4);
  return x;
}

static uint32_t
fnv(const char *s, size_t n)
{
  uint32_t h = 2166136261u;

  for (size_t i = 0; i < n; i++) {
    h = h ^ (uint32_t)(int8_t)s[i];
    h = h * 16777619u;
  }
  return h;
}

static void
add_bin_row(const struct bin *b, int64_t row, double *h, int *n)
{
  for (int32_t d = 0; d < b->dim; d++)
    h[d] += (double)at(b->input, row * b->dim + d);
  ++*n;
}

/* A word with its character n-grams, as fastText's computeSubwords. */
static void
add_bin_word(const struct bin *b, const char *word, double *h, int *n)
{
  char edged[300];
  size_t size;

  for (int32_t i = 0; i < b->n_words; i++)
    if (strcmp(b->names[i], word) == 0)
      add_bin_row(b, i, h, n);
  if (strcmp(word, "</s>") == 0)
    return;
  snprintf(edged, sizeof edged, "<%s>", word);
  size = strlen(edged);
  for (size_t i = 0; i < size; i++) {
    if ((edged[i] & 0xC0) == 0x80)
      continue;
    for (size_t j = i, k = 1; j < size && (int32_t)k <= b->maxn; k++) {
      j++;
      while (j < size && (edged[j] & 0xC0) == 0x80)
        j++;
      if ((int32_t)k >= b->minn && !(k == 1 && (i == 0 || j == size)))
        add_bin_row(b, b->n_words + fnv(edged + i, j - i) % (uint32_t)b->bucket, h, n);
    }
  }
}

/* What the file says of a text: p (n_labels). */
static void
ask_bin(const struct bin *b, const char *text, double *p)
{
  char copy[600], *save = NULL;
  int32_t hashes[100];
  double h[64] = {0}, sum = 0, most = -1e9;
  int n = 0, n_words = 0;

  snprintf(copy, sizeof copy, "%s </s>", text);
  for (char *w = strtok_r(copy, " \t\r\n\v\f", &save); w; w = strtok_r(NULL, " \t\r\n\v\f", &save)) {
    add_bin_word(b, w, h, &n);
    hashes[n_words++] = (int32_t)fnv(w, strlen(w));
  }
  for (int i = 0; i < n_words; i++) {
    uint64_t x = (uint64_t)(int64_t)hashes[i];

    for (int j = i + 1; j < n_words && j < i + b->words; j++) {
      x = x * 116049371 + (uint64_t)(int64_t)hashes[j];
      add_bin_row(b, b->n_words + (int64_t)(x % (uint64_t)b->bucket), h, &n);
    }
  }
  for (int32_t c = 0; c < b->n_labels; c++) {
    p[c] = 0;
    for (int32_t d = 0; d < b->dim; d++)
      p[c] += h[d] / n * (double)at(b->output, (int64_t)c * b->dim + d);
    most = fmax(most, p[c]);
  }
  for (int32_t c = 0; c < b->n_labels; c++)
    sum += p[c] = b->loss == 4 ? 1 / (1 + exp(-p[c])) : exp(p[c] - most);
  for (int32_t c = 0; c < b->n_labels && b->loss != 4; c++)
    p[c] /= sum;
}

static struct bin *
ship(const struct student *s, const char *const *labels, char **bytes)
{
  struct bin *b = xcalloc(1, sizeof *b);
  size_t n = 0;
  FILE *out = open_memstream(bytes, &n);

  assert_int_equal(fasttext_write(s, labels, out, NULL), 0);
  fclose(out);
  read_bin(b, *bytes, n);
  return b;
}

static void
assert_says_the_same(const struct student *s, const struct bin *b, const char *text)
{
  double p[3];
  float q[3];

  ask_bin(b, text, p);
  student_predict(s, &(struct example){.text = text}, 1, 1, q);
  for (int c = 0; c < 3; c++)
    if (fabs(p[c] - (double)q[c]) > 2e-6)
      fail_msg("'%s', label %d: the file says %.7f, the student %.7f", text, c, p[c], (double)q[c]);
}

static const char *const odd[] = {
  "", "   ", "nothing of this was ever seen", "crash crash crash", ("\xc3\x9c" "berweisung \xe5\xaf\x86\xe7\xa0\x81 \xf0\x9f\x8e\x89"),
  "\xe0\xb9\x84\xe0\xb8\x97\xe0\xb8\xa2", "refund\xc2\xa0the", "a\tb\vc", "the refund . ? \x7f", "REFUND Refund refund"};

static void
the_file_says_the_same(void **state)
{
  static const char *const labels[] = {"billing", "a bug", "account"};
  const struct change all[][4] = {{{NULL, 0}},
                                  {{"char-max", 5}, {"char-min", 2}, {"words", 3}, {NULL, 0}},
                                  {{"char-max", 3}, {"char-min", 1}, {"words", 1}, {"min-count", 20}},
                                  {{"words", 1}, {NULL, 0}}};

  (void)state;
  for (size_t several = 0; several < 2; several++)
    for (size_t k = 0; k < N_OF(all); k++) {
      struct student_task task = {.n_classes = 3, .multilabel = several};
      struct set *s = make_set(1, several), *test = make_set(2, several);
      struct change changes[5] = {all[k][0], all[k][1], all[k][2], all[k][3], {NULL, 0}};
      struct student *student = train(&task, s->x, N_TEXTS, NULL, 0, changes, 2);
      char *bytes;
      struct bin *b = ship(student, labels, &bytes);

      assert_int_equal(b->loss, several ? 4 : 3);
      assert_string_equal(b->names[b->n_words + 1], "__label__a_bug");
      for (size_t i = 0; i < 100; i++)
        assert_says_the_same(student, b, test->text[i]);
      for (size_t i = 0; i < N_OF(odd); i++)
        assert_says_the_same(student, b, odd[i]);
      student_free(student);
      free(bytes);
      free(b);
      free(s);
      free(test);
    }
}

static void
names_that_become_the_same_are_refused(void **state)
{
  static const char *const labels[] = {"a bug", "a_bug", "account"};
  struct student_task task = {.n_classes = 3};
  struct set *s = make_set(1, false);
  struct student *student = train(&task, s->x, 60, NULL, 0, NULL, 1);
  struct err e = {0};

  (void)state;
  assert_int_equal(fasttext_write(student, labels, stderr, &e), -1);
  assert_non_null(strstr(e.message, "a_bug"));
  student_free(student);
  free(s);
}

/* ---- saving ------------------------------------------------------------------------------------------------------ */

static void
a_saved_one_says_the_same_and_a_damaged_one_nothing(void **state)
{
  struct student_task task = {.n_classes = 3};
  struct set *s = make_set(1, false);
  struct student *student = train(&task, s->x, 100, NULL, 0, (const struct change[]){{"char-max", 3}, {NULL, 0}}, 2), *again;
  float p[100 * 3], q[100 * 3];
  size_t n;
  char *bytes = bytes_of(student, &n);
  struct buf own = {.max = STUDENT_MAX_BYTES};

  (void)state;
  again = student_load(bytes, n, NULL);
  assert_non_null(again);
  student_predict(student, s->x, 100, 2, p);
  student_predict(again, s->x, 100, 1, q);
  assert_memory_equal(p, q, sizeof p);
  student_free(again);
  assert_int_equal(student_fasttext.save(student, &own), 0);
  for (size_t cut = 0; cut < own.n; cut += 1 + cut / 3)
    assert_null(student_fasttext.load(own.s, cut, NULL));
  for (size_t i = 0; i < own.n; i += 1 + i / 40) {  /* whatever stands there: no crash */
    char was = own.s[i];

    own.s[i] = (char)(was ^ 0x80);
    again = student_fasttext.load(own.s, own.n, NULL);
    if (again)
      student_predict(again, s->x, 5, 1, q);
    student_free(again);
    own.s[i] = was;
  }
  buf_release(&own);
  free(bytes);
  student_free(student);
  free(s);
}

static void
explains_by_its_words(void **state)
{
  struct student_task task = {.n_classes = 3};
  struct set *s = make_set(1, false);
  struct student *student = train(&task, s->x, N_TEXTS, NULL, 0, NULL, 2);
  struct example x = {.text = "my login  really crash"};
  struct span spans[10];

  (void)state;
  assert_int_equal(student_explain(student, &x, 2, spans, 10), 4);
  assert_int_equal(spans[1].at, 3);
  assert_int_equal(spans[1].n, 5);
  assert_true(spans[1].weight >= 1 && spans[1].weight <= 1);   /* login: the most for the account */
  assert_true(spans[3].weight < -0.2f);                        /* crash: against it */
  assert_int_equal(student_explain(student, &x, 1, spans, 2), 2);
  student_free(student);
  free(s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(hashes_as_the_program_does),
    cmocka_unit_test(cuts_as_the_program_does),
    cmocka_unit_test(cuts_characters_as_the_program_does),
    cmocka_unit_test(learns_the_same_on_any_number_of_threads),
    cmocka_unit_test(says_what_it_is),
    cmocka_unit_test(learns_from_soft_labels),
    cmocka_unit_test(the_file_says_the_same),
    cmocka_unit_test(names_that_become_the_same_are_refused),
    cmocka_unit_test(a_saved_one_says_the_same_and_a_damaged_one_nothing),
    cmocka_unit_test(explains_by_its_words),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
