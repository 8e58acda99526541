/* The room corpus: find and replace. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "corpus/replace.h"

static struct sample
sample_of(const char *text, const char *text2)
{
  return (struct sample){.id = 1, .text = text, .n_text = (uint32_t)strlen(text), .text2 = text2,
                         .n_text2 = text2 ? (uint32_t)strlen(text2) : 0};
}

static void
replaces_what_stands_in_the_table(void **state)
{
  static const struct {
    const char *find, *replace, *text, *becomes;   /* NULL: stays as it is */
    unsigned flags;
    enum replaced what;
  } rows[] = {
    {"cat", "dog", "cat, cat and Cat", "dog, dog and Cat", 0, REPLACED_TEXT},
    {"cat", "dog", "cat, cat and Cat", "dog, dog and dog", REPLACE_IGNORE_CASE, REPLACED_TEXT},
    {"(\\w+) (\\w+)", "$2 $1", "one two three", "two one three", 0, REPLACED_TEXT},
    {"(?<a>x)|y", "[${a}]", "x y", "[x] []", 0, REPLACED_TEXT},
    {"\\d+", "<$0>", "a 12 b 3", "a <12> b <3>", 0, REPLACED_TEXT},
    {"5", "$$5", "for 5", "for $5", 0, REPLACED_TEXT},
    {"a.c", "$1", "abc a.c", "abc $1", REPLACE_LITERAL, REPLACED_TEXT},
    {"A.C", "\\n", "abc a.c", "abc \\n", REPLACE_LITERAL | REPLACE_IGNORE_CASE, REPLACED_TEXT},
    {"; ", "\\n", "a; b", "a\nb", 0, REPLACED_TEXT},
    {"^", "> ", "a\nb", "> a\n> b", 0, REPLACED_TEXT},
    {"\xc3\xa4", "\xc3\xb6\xc3\xb6", "\xc3\xa4h", "\xc3\xb6\xc3\xb6h", 0, REPLACED_TEXT},
    {"\xc3\x84", "x", "\xc3\xa4", "x", REPLACE_IGNORE_CASE, REPLACED_TEXT},
    {".*", "\\L$0", "ABC", "abc", 0, REPLACED_TEXT},
    {"x", "y", "abc", NULL, 0, REPLACED_NOTHING},
    {"b", "b", "abc", NULL, 0, REPLACED_NOTHING},
    {".+", "", "abc", NULL, 0, REPLACED_EMPTY},
    {"\\w", " ", "abc", NULL, 0, REPLACED_EMPTY},
    {"a", "\\x{0}", "bab", NULL, 0, REPLACED_EMPTY},
    {"^(a+)+$", "x", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", NULL, 0, REPLACED_HARD},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(rows); i++) {
    struct err e = {0};
    struct replacer *r = replacer_new(rows[i].find, rows[i].replace, rows[i].flags, &e);
    struct sample s = sample_of(rows[i].text, NULL);
    struct replacement out;
    enum replaced what;

    assert_non_null(r);
    for (int twice = 0; twice < 2; twice++) {
      assert_int_equal(replacer_sample(r, &s, &what, &out, &e), 0);
      if (what != rows[i].what)
        fail_msg("%s in '%s': %s", rows[i].find, rows[i].text, replaced_names[what]);
      assert_int_equal(out.text != NULL, rows[i].becomes != NULL);
      if (out.text)
        assert_string_equal(out.text, rows[i].becomes);
      if (out.text)
        assert_int_equal(out.n_text, strlen(rows[i].becomes));
    }
    replacer_free(r);
  }
}

static void
a_pair_changes_whole_or_not_at_all(void **state)
{
  struct err e = {0};
  struct replacer *r = replacer_new("old", "", 0, &e);
  struct replacement out;
  enum replaced what;
  struct sample s = sample_of("an old one", "old and new");

  (void)state;
  assert_int_equal(replacer_sample(r, &s, &what, &out, &e), 0);
  assert_int_equal(what, REPLACED_TEXT);
  assert_string_equal(out.text, "an  one");
  assert_string_equal(out.text2, " and new");
  s = sample_of("nothing", "an old one");
  assert_int_equal(replacer_sample(r, &s, &what, &out, &e), 0);
  assert_int_equal(what, REPLACED_TEXT);
  assert_null(out.text);
  assert_string_equal(out.text2, "an  one");
  s = sample_of("an old one", "old");
  assert_int_equal(replacer_sample(r, &s, &what, &out, &e), 0);
  assert_int_equal(what, REPLACED_EMPTY);
  assert_null(out.text);
  assert_null(out.text2);
  s = sample_of("old", "an old one");
  assert_int_equal(replacer_sample(r, &s, &what, &out, &e), 0);
  assert_int_equal(what, REPLACED_EMPTY);
  assert_null(out.text2);
  replacer_free(r);
}

static void
a_text_does_not_grow_beyond_its_limit(void **state)
{
  size_t n = SAMPLE_TEXT_MAX / 2 + 10;
  char *text = xmalloc(n + 1);
  struct err e = {0};
  struct replacer *r = replacer_new("a", "bb", 0, &e);
  struct sample s = {.id = 1, .text = text, .n_text = (uint32_t)n};
  struct replacement out;
  enum replaced what;

  (void)state;
  memset(text, 'a', n);
  text[n] = '\0';
  assert_int_equal(replacer_sample(r, &s, &what, &out, &e), 0);
  assert_int_equal(what, REPLACED_LONG);
  assert_null(out.text);
  s.n_text = (uint32_t)SAMPLE_TEXT_MAX / 2;
  text[s.n_text] = '\0';
  assert_int_equal(replacer_sample(r, &s, &what, &out, &e), 0);
  assert_int_equal(what, REPLACED_TEXT);
  assert_int_equal(out.n_text, SAMPLE_TEXT_MAX);
  replacer_free(r);
  free(text);
}

static void
a_mistake_is_told_before_anything_matches(void **state)
{
  static const struct {
    const char *find, *replace, *says;
    unsigned flags;
  } rows[] = {
    {"", "x", "nothing to look for: the pattern is empty", 0},
    {"a(", "x", "in the regular expression, at byte 3: missing closing parenthesis", 0},
    {"a", "$1", "in the replacement, at byte 3: unknown substring", 0},
    {"(a)", "$2", "in the replacement, at byte 3: unknown substring", 0},
    {"(?x) a # so (", "$1", "in the replacement, at byte 3: unknown substring", 0},
    {"a", "${x", "in the replacement, at byte 4: expected closing curly bracket in replacement string", 0},
    {"\\C", "x", "in the regular expression, at byte 3: using \\C is disabled by the application", 0},
    {"\xff", "x", "the pattern or the replacement is not UTF-8", 0},
    {"a", "\xff", "the pattern or the replacement is not UTF-8", REPLACE_LITERAL},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(rows); i++) {
    struct err e = {0};

    assert_null(replacer_new(rows[i].find, rows[i].replace, rows[i].flags, &e));
    assert_int_equal(e.code, ERR_INPUT);
    assert_string_equal(e.message, rows[i].says);
  }
}

/* Patterns that cannot be tried beforehand say so at the first match. */
static void
a_mistake_is_told_at_the_first_match(void **state)
{
  struct err e = {0};
  struct replacer *r = replacer_new("(*UCP)a", "$1", 0, &e);
  struct sample s = sample_of("b a", NULL);
  struct replacement out;
  enum replaced what;

  (void)state;
  assert_non_null(r);
  assert_int_equal(replacer_sample(r, &s, &what, &out, &e), -1);
  assert_string_equal(e.message, "in the replacement: unknown substring");
  replacer_free(r);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(replaces_what_stands_in_the_table),
    cmocka_unit_test(a_pair_changes_whole_or_not_at_all),
    cmocka_unit_test(a_text_does_not_grow_beyond_its_limit),
    cmocka_unit_test(a_mistake_is_told_before_anything_matches),
    cmocka_unit_test(a_mistake_is_told_at_the_first_match),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
