/* Texts as features: n-grams, vocabulary, rows. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "student/features.h"

static const struct ngram_options words = {.word_max = 1};
static const struct ngram_options all = {2, 3, 2, 5, 1, 0};

static size_t
count(const struct ngram_options *o, const char *text, const char *text2)
{
  struct ngrams g = NGRAMS_INIT;
  size_t n;

  ngrams_of(&g, o, text, text2);
  n = g.n;
  ngrams_release(&g);
  return n;
}

static size_t
shared(const struct ngram_options *o, const char *a, const char *b)
{
  struct ngrams g = NGRAMS_INIT, h = NGRAMS_INIT;
  size_t n = 0;

  ngrams_of(&g, o, a, NULL);
  ngrams_of(&h, o, b, NULL);
  for (size_t i = 0; i < g.n; i++)
    for (size_t j = 0; j < h.n; j++)
      if (g.keys[i] == h.keys[j]) {
        n++;
        break;
      }
  ngrams_release(&g);
  ngrams_release(&h);
  return n;
}

static void
texts_are_cut_as_the_header_says(void **state)
{
  struct ngram_options o = words;

  (void)state;
  assert_int_equal(count(&words, "The cat sat.", NULL), 4);
  assert_int_equal(count(&words, "", NULL), 0);
  assert_int_equal(count(&words, " \n\t ", NULL), 0);
  assert_int_equal(count(&words, "größer 日本 😀😀!", NULL), 5);
  assert_int_equal(count(&words, "\xff\xfe x", NULL), 3);
  o.word_max = 2;
  assert_int_equal(count(&o, "a b c", NULL), 3 + 4);      /* with the marks of both ends */
  o.skip = 3;
  assert_int_equal(count(&o, "a b c", NULL), 3 + 4 + 3 + 2);
  o = (struct ngram_options){.word_max = 1, .char_min = 2, .char_max = 3};
  assert_int_equal(count(&o, "ab !", NULL), 2 + 3 + 2);   /* " a" "ab" "b " " ab" "ab " */
  o.char_min = o.char_max = 8;
  assert_int_equal(count(&o, "ab", NULL), 1);
  /* words, with the shape after and before them; length, length and first word, first two words; two with endings */
  assert_int_equal(count(&(struct ngram_options){.word_max = 1, .shape = 1}, "a B", NULL), 2 + 3 + 3 + 3 + 2);
}

static void
length_and_start_tell_texts_apart(void **state)
{
  struct ngram_options o = {.word_max = 1, .shape = 1};
  struct ngrams g = NGRAMS_INIT, h = NGRAMS_INIT;

  (void)state;  /* the first three keys: length; length and first word; first two words */
  ngrams_of(&g, &o, "what is x", NULL);
  ngrams_of(&h, &o, "what is 7", NULL);
  assert_memory_equal(g.keys, h.keys, 3 * sizeof *g.keys);
  ngrams_of(&h, &o, "what was x", NULL);
  assert_memory_equal(g.keys, h.keys, 2 * sizeof *g.keys);
  assert_int_not_equal(g.keys[2], h.keys[2]);
  ngrams_of(&h, &o, "who is x", NULL);
  assert_int_equal(g.keys[0], h.keys[0]);
  assert_int_not_equal(g.keys[1], h.keys[1]);
  ngrams_of(&h, &o, "what is x of y and z", NULL);
  assert_int_not_equal(g.keys[0], h.keys[0]);
  assert_int_not_equal(g.keys[1], h.keys[1]);
  assert_int_equal(g.keys[2], h.keys[2]);
  /* "a" before the ending "cat" */
  assert_int_equal(shared(&o, "a bobcat", "a tomcat") - shared(&o, "a bobcat", "a tomdog"), 1);
  ngrams_release(&g);
  ngrams_release(&h);
}

static void
quotes_are_one_however_typed(void **state)
{
  static const char *const same[] = {"he said ``no''", "he said \"no\"", "he said \u201cno\u201d", "he said ''no''"};

  (void)state;
  for (size_t i = 0; i < 4; i++) {
    assert_int_equal(count(&words, same[i], NULL), 5);
    assert_int_equal(shared(&words, same[i], same[1]), 5);
  }
  assert_int_equal(shared(&words, "it's `so'", "it\u2019s 'so\u2018"), 6);
  assert_int_equal(shared(&words, "'", "\""), 0);
  assert_int_equal(count(&words, "'''", NULL), 2);
}

static void
equal_texts_have_equal_keys(void **state)
{
  (void)state;
  assert_int_equal(shared(&words, "The CAT Größe ÄRA", "the cat gRÖSSe ära"), 3);
  assert_int_equal(shared(&words, "The CAT ÉTÉ ÄRA", "the cat été ära"), 4);
  assert_int_equal(shared(&words, "a b c", "x y z"), 0);
  assert_true(shared(&all, "the cat sat", "the cat sat") == count(&all, "the cat sat", NULL));
  assert_true(shared(&all, "the cats", "a cat") > 3);
}

static void
blocks_are_told_apart(void **state)
{
  struct ngrams g = NGRAMS_INIT;

  (void)state;
  ngrams_of(&g, &all, "one text, and another", NULL);
  assert_true(g.n_words > 10 && g.n_words < g.n);
  for (size_t i = 0; i < g.n; i++)
    assert_int_equal((g.keys[i] & NGRAM_CHARACTERS) != 0, i >= g.n_words);
  ngrams_release(&g);
}

static void
pairs_see_what_is_shared(void **state)
{
  struct ngram_options o = {.word_max = 1, .pair = 1};
  struct ngrams g = NGRAMS_INIT, h = NGRAMS_INIT;

  (void)state;
  /* 2 + 2 words, of which one is in both, one only here, one only there; and how much is shared */
  assert_int_equal(count(&o, "red car", "red bus"), 4 + 3 + 1);
  assert_int_equal(count(&o, "red car", NULL), 2 + 2 + 1);
  /* the same word in either text is another feature */
  ngrams_of(&g, &o, "red", "blue");
  ngrams_of(&h, &o, "blue", "red");
  assert_int_equal(g.n, h.n);
  for (size_t i = 0; i + 1 < g.n; i++)  /* the last says how much is shared: nothing, both times */
    for (size_t j = 0; j + 1 < h.n; j++)
      assert_int_not_equal(g.keys[i], h.keys[j]);
  ngrams_release(&g);
  ngrams_release(&h);
}

static void
make_texts(struct example *x, char (*text)[80], size_t n)
{
  for (size_t i = 0; i < n; i++) {
    snprintf(text[i], sizeof text[i], "every text has word%zu and rare%zu word%zu %s", i % 7, i, i % 7, i % 3 ? "often" : "");
    x[i] = (struct example){.text = text[i]};
  }
}

static void
frequent_features_come_first(void **state)
{
  static char text[900][80];
  static struct example x[900];
  struct feature_limits limits = {2, 2, 1000}, few = {1, 1, 5};
  struct vocabulary v;
  struct rows rows;

  (void)state;
  make_texts(x, text, 900);
  vocabulary_build(&v, &rows, &words, &limits, x, 900, 2);
  assert_int_equal(v.n, 4 + 1 + 7);  /* every text has and; often; word0.. : what is rare stands in one text only */
  for (uint32_t f = 0; f < v.n; f++) {
    assert_int_equal(v.counts[f], f < 4 ? 900 : f == 4 ? 600 : f < 9 ? 129 : 128);
    assert_int_equal(vocabulary_find(&v, v.keys[f]), f);
  }
  for (size_t i = 0; i < 900; i++)
    assert_int_equal(rows.start[i + 1] - rows.start[i], 5 + (i % 3 > 0));  /* word%zu counts once */
  vocabulary_release(&v);
  feature_rows_release(&rows);
  vocabulary_build(&v, &rows, &words, &few, x, 900, 2);
  assert_int_equal(v.n, 5);
  vocabulary_release(&v);
  feature_rows_release(&rows);
}

static void
threads_do_not_change_the_numbers(void **state)
{
  static char text[900][80];
  static struct example x[900];
  struct feature_limits limits = {1, 1, 100000};
  struct vocabulary v, w;
  struct rows a, b, c;

  (void)state;
  make_texts(x, text, 900);
  vocabulary_build(&v, &a, &all, &limits, x, 900, 1);
  vocabulary_build(&w, &b, &all, &limits, x, 900, 3);
  rows_build(&c, &v, &all, x, 900, 2);
  assert_int_equal(v.n, w.n);
  assert_memory_equal(v.keys, w.keys, v.n * sizeof *v.keys);
  assert_memory_equal(a.start, b.start, 901 * sizeof *a.start);
  assert_memory_equal(a.split, b.split, 900 * sizeof *a.split);
  assert_memory_equal(a.ids, b.ids, a.start[900] * sizeof *a.ids);
  assert_memory_equal(a.start, c.start, 901 * sizeof *a.start);
  assert_memory_equal(a.split, c.split, 900 * sizeof *a.split);
  assert_memory_equal(a.ids, c.ids, a.start[900] * sizeof *a.ids);
  for (size_t i = 0; i < 900; i++)
    for (uint64_t j = a.start[i]; j < a.start[i + 1]; j++)
      assert_int_equal((v.keys[a.ids[j]] & NGRAM_CHARACTERS) != 0, j >= a.split[i]);
  vocabulary_release(&v);
  vocabulary_release(&w);
  feature_rows_release(&a);
  feature_rows_release(&b);
  feature_rows_release(&c);
}

static void
a_vocabulary_holds_a_key_once(void **state)
{
  uint32_t *keys = xmalloc(3 * sizeof *keys);
  struct vocabulary v;

  (void)state;
  keys[0] = 5;
  keys[1] = 6;
  keys[2] = 5;
  assert_int_equal(vocabulary_from_keys(&v, keys, 3), -1);
  vocabulary_release(&v);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(texts_are_cut_as_the_header_says),
    cmocka_unit_test(length_and_start_tell_texts_apart),
    cmocka_unit_test(quotes_are_one_however_typed),
    cmocka_unit_test(equal_texts_have_equal_keys),
    cmocka_unit_test(blocks_are_told_apart),
    cmocka_unit_test(pairs_see_what_is_shared),
    cmocka_unit_test(frequent_features_come_first),
    cmocka_unit_test(threads_do_not_change_the_numbers),
    cmocka_unit_test(a_vocabulary_holds_a_key_once),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests(tests, NULL, NULL);
}
