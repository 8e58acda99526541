/* The figures of diversity, against those counted by hand, and beyond the sizes up to which they are exact. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "corpus/diversity.h"

static void
add(struct diversity *d, const char *text)
{
  diversity_add(d, text, strlen(text));
}

static void
figures_are_counted(void **state)
{
  struct diversity *d = diversity_new();
  struct board_diversity f;

  (void)state;
  diversity_figures(d, &f);
  assert_int_equal(f.texts, 0);
  assert_float_equal(f.distinct_1 + f.distinct_2 + f.self_similarity + f.growth, 0, 0);
  assert_string_equal(f.opening[0], "");
  add(d, "Where is my parcel?");
  add(d, "where is MY refund, my refund");
  add(d, "hello");
  add(d, "");
  diversity_figures(d, &f);
  assert_int_equal(f.texts, 4);
  assert_int_equal(diversity_words(d), 11);
  assert_int_equal(f.vocabulary, 6);
  assert_float_equal(f.distinct_1, 6.0 / 11, 1e-12);
  /* where is, is my, my parcel, where is, is my, my refund, refund my, my refund */
  assert_float_equal(f.distinct_2, 5.0 / 8, 1e-12);
  /* {where is my parcel} and {where is my refund}: 3 of 5; the other five pairs share nothing. */
  assert_float_equal(f.self_similarity, 3.0 / 5 / 6, 1e-12);
  assert_float_equal(f.growth, 6.0 / 4, 1e-12);
  assert_string_equal(f.opening[0], "where is my");
  assert_float_equal(f.opening_share[0], 0.5, 1e-12);
  assert_string_equal(f.opening[1], "");
  diversity_free(d);
  diversity_free(NULL);
}

static void
growth_looks_at_the_last_hundred(void **state)
{
  struct diversity *d = diversity_new();
  struct board_diversity f;
  char text[40];

  (void)state;
  for (int i = 0; i < 1000; i++) {
    snprintf(text, sizeof text, "new%d always", i);
    add(d, text);
  }
  diversity_figures(d, &f);
  assert_float_equal(f.growth, 1, 1e-12);
  for (int i = 0; i < 50; i++)
    add(d, "always new0");
  diversity_figures(d, &f);
  assert_float_equal(f.growth, 0.5, 1e-12);
  for (int i = 0; i < 50; i++)
    add(d, "always new0");
  diversity_figures(d, &f);
  assert_float_equal(f.growth, 0, 0);
  diversity_free(d);
}

/* 1000 texts of two words of ten: a pair of texts shares its words or not, by chance. */
static void
similarity_of_a_sample_is_that_of_all(void **state)
{
  struct diversity *d = diversity_new(), *e = diversity_new();
  struct board_diversity f, g;
  char text[40];

  (void)state;
  for (int i = 0; i < 5000; i++) {
    int a = i % 10, b = i / 10 % 10;

    snprintf(text, sizeof text, "w%d w%d", a, b == a ? 10 : b);
    add(d, text);
    add(e, text);
  }
  diversity_figures(d, &f);
  diversity_figures(e, &g);
  assert_memory_equal(&f, &g, sizeof f);
  /* By counting all pairs of the 100 different texts. */
  double sum = 0;
  for (int i = 0; i < 100; i++)
    for (int j = 0; j < 100; j++) {
      int a = i % 10, b = i / 10 == a ? 10 : i / 10, x = j % 10, y = j / 10 == x ? 10 : j / 10;
      int both = (a == x || a == y) + (b == x || b == y);

      sum += (double)both / (4 - both);
    }
  assert_true(sum / 10000 > 0.05);
  if (f.self_similarity < sum / 10000 - 0.02 || f.self_similarity > sum / 10000 + 0.02)
    fail_msg("%g of %g", f.self_similarity, sum / 10000);
  diversity_free(d);
  diversity_free(e);
  /* The sample is of all that came, not of the first. */
  d = diversity_new();
  for (int i = 0; i < 2000; i++) {
    snprintf(text, sizeof text, i < 1000 ? "the same" : "number%d", i);
    add(d, text);
  }
  diversity_figures(d, &f);
  if (f.self_similarity < 0.15 || f.self_similarity > 0.35)
    fail_msg("%g of %g", f.self_similarity, 0.25);
  diversity_free(d);
}

static void
openings_are_ordered_and_cut(void **state)
{
  struct diversity *d = diversity_new();
  struct diversity_opening o[3];
  struct buf b = BUF_INIT;
  size_t bad;

  (void)state;
  for (int i = 0; i < 3; i++)
    add(d, "three of these, friend");
  for (int i = 0; i < 5; i++)
    add(d, "Five? Of these");
  for (int i = 0; i < 3; i++)
    add(d, "and of these too");
  for (int i = 0; i < 2; i++)
    add(d, "two of these");
  add(d, "one of these");
  for (int i = 0; i < 9; i++)
    add(d, "short one");
  assert_int_equal(diversity_openings(d, o, 3), 3);
  assert_string_equal(o[0].words, "five of these");
  assert_int_equal(o[0].n, 5);
  assert_string_equal(o[1].words, "and of these");
  assert_string_equal(o[2].words, "three of these");
  diversity_free(d);
  d = diversity_new();
  buf_adds(&b, "x");
  for (int i = 0; i < 100; i++)
    buf_adds(&b, "\u00e4");
  buf_adds(&b, " y z");
  add(d, buf_str(&b));
  add(d, buf_str(&b));
  assert_int_equal(diversity_openings(d, o, 3), 1);
  assert_true(utf8_valid(o[0].words, strlen(o[0].words), &bad));
  assert_int_equal(strlen(o[0].words), 47);
  diversity_free(d);
  buf_release(&b);
}

/* More words, pairs and openings than are kept: the figures become estimates. */
static void
large_sets_are_estimated(void **state)
{
  enum { TEXTS = 60000, WORDS = 25 };
  struct diversity *d = diversity_new();
  struct board_diversity f;
  struct buf b = BUF_INIT;

  (void)state;
  for (int i = 0; i < TEXTS; i++) {
    buf_clear(&b);
    if (i % 10 == 0)
      buf_adds(&b, "once upon a");
    for (int k = 0; k < WORDS; k++)
      buf_addf(&b, " %x", i * WORDS + k);
    add(d, buf_str(&b));
  }
  diversity_figures(d, &f);
  uint32_t words = TEXTS * WORDS + 3;
  if (f.vocabulary < words * 0.99 || f.vocabulary > words * 1.01)
    fail_msg("%u words, not %u", f.vocabulary, words);
  assert_true(f.distinct_1 > 0.97 && f.distinct_1 < 1);
  assert_true(f.distinct_2 > 0.97 && f.distinct_2 <= 1);
  assert_true(f.growth > 24 * 0.6 && f.growth < 26 * 1.4);
  assert_string_equal(f.opening[0], "once upon a");
  assert_float_equal(f.opening_share[0], 0.1, 1e-4);
  diversity_free(d);
  buf_release(&b);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(figures_are_counted),
    cmocka_unit_test(growth_looks_at_the_last_hundred),
    cmocka_unit_test(similarity_of_a_sample_is_that_of_all),
    cmocka_unit_test(openings_are_ordered_and_cut),
    cmocka_unit_test(large_sets_are_estimated),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
