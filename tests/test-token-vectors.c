/* word vectors from files: both forms, words that are not wanted, lines that are bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/mem.h"
#include "token/vectors.h"

#define FLOAT_CLOSE 1e-6

static const char path[] = "test-token-vectors.txt";
#define SAYS "the the cat caf\u00e9 Paris New "
#define TWICE(s) s s
/* Often enough for pieces. */
static const char *const texts[] = {TWICE(TWICE(TWICE(SAYS)))};

static struct tokenizer *
learned(enum token_unit unit, bool lower)
{
  struct token_options o = {unit, lower, 100, 1, 0, 0, 0};

  return tokenizer_learn(&o, texts, 1, 1);
}

static int
read_text(struct vectors *v, const struct tokenizer *t, const char *text, size_t width, struct err *e)
{
  struct err ignored;

  *e = (struct err){0};
  assert_int_equal(io_write_file(path, text, strlen(text), &ignored), 0);
  return vectors_read(v, t, path, width, e);
}

static const float *
vector_of(const struct vectors *v, const struct tokenizer *t, const char *word)
{
  for (size_t i = 0; i < v->n; i++)
    if (strcmp(tokenizer_string(t, v->rows[i]), word) == 0)
      return v->values + i * v->width;
  return NULL;
}

static void
assert_vector(const struct vectors *v, const struct tokenizer *t, const char *word, float a, float b)
{
  const float *x = vector_of(v, t, word);

  assert_non_null(x);
  assert_float_equal(x[0], a, FLOAT_CLOSE);
  assert_float_equal(x[1], b, FLOAT_CLOSE);
}

static void
test_both_forms(void **state)
{
  static const char lines[] = "the 1 -2.5\nzebra 9 9\ncat 1e-3 .25 \n"
                              "cafe\u0301 +3 4.000000000000000000000001\nnew york 7 7\n"
                              "cat 8 8\nParis -0 12345678901234567890123e-20\r\n";
  struct tokenizer *t = learned(TOKEN_WORDS, true);

  (void)state;
  for (int head = 0; head < 2; head++) {
    char *text = xasprintf("%s%s", head ? "7 2\n" : "", lines);
    struct vectors v;
    struct err e;

    assert_int_equal(read_text(&v, t, text, head ? 0 : 2, &e), 0);
    assert_int_equal(v.width, 2);
    assert_int_equal(v.n, 4);
    assert_vector(&v, t, "the", 1, -2.5f);
    assert_vector(&v, t, "cat", .001f, .25f);
    assert_vector(&v, t, "caf\u00e9", 3, 4);
    assert_float_equal(vector_of(&v, t, "paris")[1], 123.45679, 1e-4);
    assert_null(vector_of(&v, t, "new"));
    vectors_release(&v);
    free(text);
  }
  tokenizer_free(t);
}

/* A word as it is comes before one that is made so, wherever it stands. */
static void
test_case(void **state)
{
  struct tokenizer *t = learned(TOKEN_WORDS, true), *u = learned(TOKEN_WORDS, false);
  struct vectors v;
  struct err e;

  (void)state;
  assert_int_equal(read_text(&v, t, "THE 1 1\nThe 2 2\nthe 3 3\nPARIS 4 4\n", 0, &e), 0);
  assert_int_equal(v.n, 2);
  assert_vector(&v, t, "the", 3, 3);
  assert_vector(&v, t, "paris", 4, 4);
  vectors_release(&v);
  assert_int_equal(read_text(&v, u, "paris 1 1\nParis 2 2\n", 0, &e), 0);
  assert_int_equal(v.n, 1);
  assert_vector(&v, u, "Paris", 2, 2);
  vectors_release(&v);
  tokenizer_free(t);
  tokenizer_free(u);
}

static void
test_pieces(void **state)
{
  struct vectors v;
  struct err e;

  (void)state;
  for (enum token_unit unit = TOKEN_BPE; unit <= TOKEN_WORDPIECE; unit++) {
    struct tokenizer *t = learned(unit, true);

    assert_int_equal(read_text(&v, t, "the 1 2\nat 3 4\nth 5 6\n", 0, &e), 0);
    assert_vector(&v, t, unit == TOKEN_BPE ? "the</w>" : "the", 1, 2);
    assert_null(vector_of(&v, t, unit == TOKEN_BPE ? "th" : "##at"));  /* not the piece of that spelling within words */
    vectors_release(&v);
    tokenizer_free(t);
  }
}

static void
test_bad_lines(void **state)
{
  static const struct {
    const char *text;
    size_t width;
    const char *message;
  } cases[] = {
    {"the 1 2\ncat 1\n", 0, "test-token-vectors.txt:2: a word and 2 numbers are wanted"},
    {"1 2\nthe 1 2\ncat 1 x\n", 0, "test-token-vectors.txt:3: 'x' is no number"},
    {"3 2\nthe 1 2\ncat 1 2 3\n", 2, NULL},                 /* "cat 1" may be a word */
    {"the 1 2\ncat 1 1e99\n", 0, "test-token-vectors.txt:2: '1e99' is no number"},
    {"the 1 nan\n", 0, "test-token-vectors.txt:1: 'nan' is no number"},
    {"the 1 2\ncat 1 2e\n", 0, "test-token-vectors.txt:2: '2e' is no number"},
    {"the 1 2\ncat 1 \033[31m\n", 0, "test-token-vectors.txt:2: '"},
    {"the 1 2\n", 3, "test-token-vectors.txt:1: vectors of 2 numbers, 3 are wanted"},
    {"9 5\nthe 1 2\n", 0, "test-token-vectors.txt:2: a word and 5 numbers are wanted"},
    {"9 99999999999999999999\n", 0, "test-token-vectors.txt:1: no word vectors"},
    {"the\n", 0, "test-token-vectors.txt:1: no word vectors"},
    {"\n1 2\n", 0, "test-token-vectors.txt:1: no word vectors"},
    {"", 0, NULL},
    {"the 1 2\n\ncat 3 4", 0, NULL},
  };
  struct tokenizer *t = learned(TOKEN_WORDS, true);

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++) {
    struct vectors v;
    struct err e;
    int r = read_text(&v, t, cases[i].text, cases[i].width, &e);

    assert_int_equal(r, cases[i].message ? -1 : 0);
    if (cases[i].message) {
      assert_int_equal(e.code, ERR_INPUT);
      assert_non_null(strstr(e.message, cases[i].message));
      assert_null(strchr(e.message, '\033'));
    }
    vectors_release(&v);
  }
  tokenizer_free(t);
  unlink(path);
}

static void
test_no_file(void **state)
{
  struct tokenizer *t = learned(TOKEN_WORDS, true);
  struct vectors v;
  struct err e = {0};

  (void)state;
  assert_int_equal(vectors_read(&v, t, "no-such-file.vec", 0, &e), -1);
  assert_non_null(strstr(e.message, "no-such-file.vec"));
  vectors_release(&v);
  tokenizer_free(t);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_both_forms), cmocka_unit_test(test_case),    cmocka_unit_test(test_pieces),
    cmocka_unit_test(test_bad_lines),  cmocka_unit_test(test_no_file),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
