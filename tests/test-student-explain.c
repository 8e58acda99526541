/* Words that speak for a label, and whether probabilities mean what they say. */
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
#include "student/calibrate.h"
#include "student/explain.h"
#include "student/linear.h"
#include "student/ngram.h"
#include "student/reliability.h"

static void
assert_near(double x, double y)
{
  if (!(fabs(x - y) < 1e-6))
    fail_msg("%.9g is not %.9g", x, y);
}

/* ---- reliability ------------------------------------------------------------------------------------------------- */

static void
calibration_error_by_hand(void **state)
{
  struct reliability r = {0};

  (void)state;
  assert_true(isnan(reliability_error(&r)));
  /* One bin, (0.8, 0.8667]: mean confidence .82, 2 of 4 right: .32 off. */
  reliability_add(&r, .81, true);
  reliability_add(&r, .81, false);
  reliability_add(&r, .83, true);
  reliability_add(&r, .83, false);
  assert_near(reliability_error(&r), .32);
  /* Another one of 4, confidence .2 and 1 right: .05 off. Both count as much. */
  for (int i = 0; i < 4; i++)
    reliability_add(&r, .2, i == 0);
  assert_near(reliability_error(&r), (.32 + .05) / 2);
  /* Certain, and right: in the last bin, nothing off. */
  for (int i = 0; i < 8; i++)
    reliability_add(&r, 1, true);
  assert_int_equal(r.bins[RELIABILITY_BINS - 1].n, 8);
  assert_near(reliability_error(&r), (.32 + .05) / 4);
}

static void
bins_are_open_below_and_closed_above(void **state)
{
  struct reliability r = {0};

  (void)state;
  reliability_add(&r, 0, true);
  reliability_add(&r, 1. / 15, true);
  reliability_add(&r, 1. / 15 + 1e-9, true);
  reliability_add(&r, 14. / 15 + 1e-9, true);
  assert_int_equal(r.bins[0].n, 2);
  assert_int_equal(r.bins[1].n, 1);
  assert_int_equal(r.bins[14].n, 1);
}

static void
rows_are_answers(void **state)
{
  struct student_task one = {.n_classes = 3}, several = {.n_classes = 3, .multilabel = true};
  static const uint16_t labels[] = {2, 0};
  struct example x = {.text = "", .labels = labels, .n_labels = 1};
  struct reliability r = {0};

  (void)state;
  reliability_add_row(&r, &one, &x, (const float[]){.125f, .25f, .625f});
  reliability_add_row(&r, &one, &x, (const float[]){.625f, .25f, .125f});
  assert_int_equal(r.n, 2);
  assert_near(reliability_error(&r), .125);  /* .625 twice, one right */
  r = (struct reliability){0};
  x.n_labels = 2;
  reliability_add_row(&r, &several, &x, (const float[]){.75f, .5f, .25f});
  assert_int_equal(r.n, 3);
  assert_near(reliability_error(&r), (.25 + .5 + .75) / 3);
}

/* Scores that are four times too large: a temperature of about four mends them, and the error falls. */
static void
temperature_mends_what_is_too_sure(void **state)
{
  enum { N = 4000 };
  struct student_task task = {.n_classes = 2};
  struct example *x = xcalloc(N, sizeof *x);
  float *scores = xcalloc(2 * N, sizeof *scores);
  uint32_t *which = xcalloc(N, sizeof *which);
  static const uint16_t labels[] = {0, 1};
  struct calibration c = {1, 0, .5f};
  struct scored s = {scores, N, 2, x, which, &task};
  double before;

  (void)state;
  for (uint32_t i = 0; i < N; i++) {  /* truly: log odds z from -2 to 2, label 1 as often as they say */
    double z = 4.0 * (i % 80) / 79 - 2, p = 1 / (1 + exp(-z));

    which[i] = i;
    scores[2 * i + 1] = (float)(4 * z);
    x[i] = (struct example){.text = "", .labels = &labels[(i / 80 + .5) / (N / 80.) < p], .n_labels = 1};
  }
  before = calibrate_quality(&c, &s).calibration_error;
  calibrate(&c, &s);
  assert_true(before > .15);
  assert_true(fabs(1 / (double)c.slope - 4) < .3);
  assert_true(calibrate_quality(&c, &s).calibration_error < .03);
  free(x);
  free(scores);
  free(which);
}

/* ---- words ------------------------------------------------------------------------------------------------------- */

static void
assert_spans(const char *text, const char *text2, size_t max, const char *wanted)
{
  struct example x = {.text = text, .text2 = text2};
  struct span spans[20];
  struct buf b = BUF_INIT;
  size_t n = explain_words(&x, spans, max);

  for (size_t i = 0; i < n; i++)
    buf_addf(&b, "%s%s%.*s", i ? "|" : "", spans[i].second ? "2:" : "", (int)spans[i].n,
             (spans[i].second ? text2 : text) + spans[i].at);
  assert_string_equal(buf_str(&b), wanted);
  buf_release(&b);
}

static void
words_of_any_script(void **state)
{
  (void)state;
  assert_spans("", NULL, 20, "");
  assert_spans(" Where's  my No.5 ? ", NULL, 20, "Where|s|my|No|5");
  assert_spans("na\xc3\xafve cafe\xcc\x81!", NULL, 20, "na\xc3\xafve|cafe\xcc\x81");
  assert_spans("ab\xe5\x8c\x97\xe4\xba\xac" "cd", NULL, 20, "ab|\xe5\x8c\x97|\xe4\xba\xac|cd");
  assert_spans("a b", "c d", 20, "a|b|2:c|2:d");
  assert_spans("a b c", "d", 2, "a|b");
}

/* ---- explaining -------------------------------------------------------------------------------------------------- */

#define N_TEXTS 90

static struct student *
train(bool pair)
{
  static const char *const texts[3][3] = {{"a refund please", "the refund is late", "refund it now"},
                                          {"it did crash", "the crash again", "crash and crash"},
                                          {"my login failed", "login please", "no login today"}};
  static struct example x[N_TEXTS];
  static const uint16_t labels[] = {0, 1, 2};
  struct student_task task = {.n_classes = 3, .pair = pair};
  double values[32];
  struct training *t;
  struct student *s;

  for (size_t i = 0; i < N_TEXTS; i++)
    x[i] = (struct example){.text = texts[i % 3][i / 3 % 3], .text2 = pair ? "and so on" : NULL, .labels = &labels[i % 3],
                            .n_labels = 1};
  student_defaults(&student_linear, values);
  t = training_new(&student_linear, &task, x, N_TEXTS, NULL, 0, values, 1, 1, NULL);
  while (training_step(t, NULL, NULL) == 1)
    ;
  s = training_take(t, NULL);
  training_free(t);
  return s;
}

/* The strongest word for the label. */
static void
assert_strongest(const struct student *s, const struct example *x, uint16_t label, const char *word, bool occlusion)
{
  struct span spans[20];
  size_t n = occlusion ? explain_occlusion(s, x, label, spans, 20) : student_explain(s, x, label, spans, 20), best = 0;

  assert_true(n > 0);
  for (size_t i = 1; i < n; i++)
    if (spans[i].weight > spans[best].weight)
      best = i;
  assert_int_equal(spans[best].n, strlen(word));
  assert_memory_equal((spans[best].second ? x->text2 : x->text) + spans[best].at, word, strlen(word));
  if (!occlusion)
    assert_near((double)spans[best].weight, 1);
}

static void
the_word_that_tells_is_found(void **state)
{
  struct student *one = train(false), *pair = train(true);
  struct example x = {.text = "Please, the \xe2\x80\x98refund\xe2\x80\x99 is not here"}, y = {.text = "is it my login", .text2 = "and so on"};

  (void)state;
  for (int occlusion = 0; occlusion < 2; occlusion++) {
    assert_strongest(one, &x, 0, "refund", occlusion);
    assert_strongest(pair, &y, 2, "login", occlusion);
  }
  student_free(one);
  student_free(pair);
}

/* What words weigh is what the score is made of: all parts of all keys, each once. */
static void
keys_are_made_of_tokens_in_their_text(void **state)
{
  static const char *const texts[] = {"", "a", "Hello, World", "one two three four five", "x \xe5\x8c\x97\xe4\xba\xac ``q'' z's", "!!! ?"};
  static const struct ngram_options all[] = {{2, 4, 2, 5, 1, 0}, {1, 0, 1, 8, 0, 0}, {5, 8, 2, 5, 1, 0}, {3, 2, 2, 0, 0, 0}};

  (void)state;
  for (size_t t = 0; t < N_OF(texts); t++)
    for (size_t o = 0; o < N_OF(all); o++) {
      struct ngrams g = NGRAMS_INIT;
      struct ngram_part *parts;

      ngrams_of(&g, &all[o], texts[t], NULL);
      parts = xcalloc(g.n + 1, sizeof *parts);
      ngrams_parts(&g, &all[o], parts);
      for (size_t k = 0; k < g.n; k++)
        assert_true(parts[k].first <= parts[k].last && parts[k].last < g.n_tokens);
      for (size_t i = 0; i < g.n_tokens; i++)
        assert_true(!g.tokens[i].word || g.tokens[i].at < strlen(texts[t]));
      free(parts);
      ngrams_release(&g);
    }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(calibration_error_by_hand),
    cmocka_unit_test(bins_are_open_below_and_closed_above),
    cmocka_unit_test(rows_are_answers),
    cmocka_unit_test(temperature_mends_what_is_too_sure),
    cmocka_unit_test(words_of_any_script),
    cmocka_unit_test(the_word_that_tells_is_found),
    cmocka_unit_test(keys_are_made_of_tokens_in_their_text),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
