/* Replies to texts: the blocks of tests/replies (its README says how they read). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/rng.h"
#include "generate/parse.h"

/* What came of a reply, in the words of a block. */
static void
describe(const char *reply, size_t n, const struct parse_want *want, struct buf *out)
{
  struct parsed p;
  struct err e = {0};

  if (parse_reply(reply, n, want, &p, &e) < 0)
    buf_addf(out, "error: %s\n", e.message);
  else
    for (size_t i = 0; i < p.n; i++) {
      const char *texts[] = {p.texts[i].text, p.texts[i].text2};

      assert_int_equal(strlen(p.texts[i].text), p.texts[i].n_text);
      for (int k = 0; k < 2 && texts[k]; k++) {
        buf_adds(out, k == 0 ? "text: " : "text2: ");
        for (const char *s = texts[k]; *s; s++)
          if (*s == '\n')
            buf_adds(out, "\\n");
          else
            buf_addc(out, *s);
        buf_addc(out, '\n');
      }
    }
  parsed_release(&p);
}

static bool
as_expected(const char *got, const char *expected)
{
  size_t n = strlen(expected);

  if (strncmp(expected, "error: ", 7) != 0)
    return strcmp(got, expected) == 0;
  return n > 0 && strncmp(got, expected, n - 1) == 0;  /* the beginning of an error, without the line's end */
}

static struct parse_want
want_of(const char *heading)
{
  return (struct parse_want){.pair = strstr(heading, " pair") != NULL, .count = strstr(heading, "count=1") ? 1 : 10,
                             .finish_reason = strstr(heading, " length") ? "length" : "stop"};
}

/* Also cuts each reply after each byte and changes bytes: nothing may crash, and what ends early is never taken
 * whole. */
static void
mangle(const char *reply, size_t n, const struct parse_want *want)
{
  struct rng rng;
  char *copy = xstrndup(reply, n);
  struct buf ignored = BUF_INIT;

  rng_seed(&rng, n);
  for (size_t i = 0; i < n; i++)
    describe(reply, i, want, &ignored);
  for (int i = 0; i < 100 && n > 0; i++) {
    copy[rng_below(&rng, n)] = "[]{}\",\\'`-1.\n a"[rng_below(&rng, 15)];
    describe(copy, n, want, &ignored);
  }
  free(copy);
  buf_release(&ignored);
}

static void
blocks_of(const char *name)
{
  char *path = xasprintf("%s/tests/replies/%s", getenv("srcdir"), name), *text, *block, *next;
  struct err e = {0};
  size_t n, n_blocks = 0, n_bad = 0;

  if (io_read_file(path, 1 << 20, &text, &n, &e) < 0)
    fail_msg("%s", e.message);
  for (block = text; block && *block; block = next) {
    char *reply = strchr(block, '\n') + 1, *result = strstr(reply, "\n---\n");
    struct buf got = BUF_INIT;
    struct parse_want want;

    assert_memory_equal(block, "=== ", 4);
    assert_non_null(result);
    next = strstr(result, "\n=== ");
    if (next)
      *next++ = '\0';
    reply[-1] = '\0';
    want = want_of(block);
    describe(reply, (size_t)(result - reply), &want, &got);
    char *expected = xasprintf("%s%s", result + 5, next ? "\n" : "");
    if (!as_expected(buf_str(&got), expected)) {
      print_message("%s: %s\nexpected:\n%sgot:\n%s", name, block, expected, buf_str(&got));
      n_bad++;
    }
    mangle(reply, (size_t)(result - reply), &want);
    free(expected);
    buf_release(&got);
    n_blocks++;
  }
  assert_true(n_blocks > 10);
  assert_int_equal(n_bad, 0);
  free(text);
  free(path);
}

static void
json_is_read(void **state)
{
  (void)state;
  blocks_of("json");
}

static void
lines_are_read(void **state)
{
  (void)state;
  blocks_of("lines");
}

/* A list that is cut anywhere before its end gives nothing. */
static void
a_cut_list_is_never_taken(void **state)
{
  const char *reply = "Sure:\n```json\n[{\"text\": \"a \\\"b\"}, {\"text\": \"c\"}, {\"text\": \"d\"}]\n```";
  size_t whole = strlen(reply) - 4;
  struct parse_want want = {.count = 3};

  (void)state;
  for (size_t i = 0; i <= whole; i++) {
    struct parsed p;
    struct err e;

    assert_int_equal(parse_reply(reply, i, &want, &p, &e), i == whole ? 0 : -1);
    if (i == whole)
      assert_int_equal(p.n, 3);
    parsed_release(&p);
  }
}

static void
too_many_texts_are_refused(void **state)
{
  struct buf b = BUF_INIT;
  struct parse_want want = {.count = 3};
  struct parsed p;
  struct err e;

  (void)state;
  buf_addc(&b, '[');
  for (int i = 0; i < PARSE_TEXTS_MAX; i++)
    buf_adds(&b, "\"x\",");
  buf_addc(&b, ']');
  assert_int_equal(parse_reply(b.s, b.n, &want, &p, &e), 0);
  assert_int_equal(p.n, PARSE_TEXTS_MAX);
  parsed_release(&p);
  b.s[b.n - 1] = ' ';
  buf_adds(&b, "\"x\"]");
  assert_int_equal(parse_reply(b.s, b.n, &want, &p, &e), -1);
  parsed_release(&p);
  buf_release(&b);
}

/* The quick way and the tree agree: lists of any characters come back as they were. */
static void
any_characters_come_back(void **state)
{
  static const char *const pieces[] = {"a", " ", "\"", "\\", "/", "\n", "\t", "\x01", "\x7f", "\u00e9", "[", "]", "{", ",", "'",
                                       "\\u00e9", "\U0001f600", "x y"};
  struct parse_want want = {.count = 5};
  struct rng rng;

  (void)state;
  rng_seed(&rng, 7);
  for (int i = 0; i < 3000; i++) {
    struct buf reply = BUF_INIT, texts[5] = {BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT};
    bool object = i % 2;
    struct parsed p;
    struct err e;

    buf_adds(&reply, !object ? "[ " : i % 4 < 2 ? "{\"te\\nxts\": [" : "{\"t\\u00e9xts\" : [");
    for (int t = 0; t < 5; t++) {
      buf_adds(&texts[t], "x");
      for (uint64_t k = rng_below(&rng, 8); k > 0; k--)
        buf_adds(&texts[t], pieces[rng_below(&rng, i % 3 ? 5 : N_OF(pieces))]);
      buf_adds(&texts[t], "x");
      buf_adds(&reply, t ? (i % 5 ? "," : " ,\n ") : "");
      json_add_string(&reply, texts[t].s, texts[t].n);
    }
    buf_adds(&reply, object ? "]\n}" : "]");
    if (parse_reply(reply.s, reply.n, &want, &p, &e) < 0)
      fail_msg("%s: %s", reply.s, e.message);
    assert_int_equal(p.n, 5);
    for (int t = 0; t < 5; t++) {
      assert_string_equal(p.texts[t].text, texts[t].s);
      buf_release(&texts[t]);
    }
    parsed_release(&p);
    buf_release(&reply);
  }
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(json_is_read),
    cmocka_unit_test(lines_are_read),
    cmocka_unit_test(a_cut_list_is_never_taken),
    cmocka_unit_test(too_many_texts_are_refused),
    cmocka_unit_test(any_characters_come_back),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
