/* base/json_reader: whatever it reads, it answers as json_parse does; and plain rows it reads itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_reader.h"
#include "base/mem.h"
#include "base/rng.h"

/* Reads the bytes both ways; true if the reader needed no help. */
static bool
same_both_ways(struct json_reader *r, const char *s, size_t n)
{
  char *copy = xstrndup(s, n);
  struct buf a = BUF_INIT, b = BUF_INIT;
  struct err e1 = {0}, e2 = {0};
  struct json *tree = json_parse(s, n, NULL, &e1);
  const struct json *read = json_read(r, copy, n, &e2);

  if (!tree != !read)
    fail_msg("%.*s: %s; but %s", (int)n, s, tree ? "read" : e1.message, read ? "read" : e2.message);
  if (tree) {
    json_print(&a, tree);
    json_print(&b, read);
    assert_string_equal(buf_str(&b), buf_str(&a));
  } else {
    assert_int_equal(e1.code, e2.code);
    assert_string_equal(e1.message, e2.message);
  }
  json_free(tree);
  buf_release(&a);
  buf_release(&b);
  free(copy);
  return read && !r->tree;
}

static const char *const plain[] = {
  "{}", "[]", " { \"a\" : [ 1 , 2 ] } ", "{\"text\":\"x\",\"n\":12,\"t\":true,\"f\":false,\"z\":null}\r",
  "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", "{\"a\":\"\\u00e9\\u4e2d\\ud83d\\ude00 \xf0\x9f\x98\x80 \xc3\xa9\"}",
  "{\"a\":1,\"a\":2,\"\":3}", "{\"k\\u0065y\":\"v\"}", "[0,-0,-1,1000000,1234567890,999999999999999,-123456789012345]",
  "[1.5,-2.25,1e5,1E+5,1e-5,0.1,123456789012345678,1.7976931348623157e308]", "\"a string of its own\"", "7", "true",
  "{\"attributes\":{\"topic\":\"shoes\",\"style\":\"hurried\"},\"labels\":[\"a\",\"b\"]}", "[[[[[[1]]]]]]",
  "{\"text\":\"a text that is longer than eight bytes, with a quote \\\" in it and more behind\"}", "{\"a\":\"\x7f\"}",
};

static void
plain_values_are_read_without_help(void **state)
{
  struct json_reader r;

  (void)state;
  json_reader_init(&r);
  for (size_t i = 0; i < N_OF(plain); i++)
    if (!same_both_ways(&r, plain[i], strlen(plain[i])))
      fail_msg("not plain: %s", plain[i]);
  json_reader_release(&r);
}

static const char *const odd[] = {
  "", " ", "{", "}", "[1,]", "[,1]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "[1] x", "{\"a\":1}{", "nul", "truex", "tru",
  "\"\\ud83d\"", "\"\\ude00\"", "\"\\ud83d\\u0041\"", "\"\\u0000\"", "\"\\\\u0000\"", "\"\\u00g1\"", "\"\\x\"",
  "\"open",
  "\"\\", "\"\\u12", "01", "-", "+1", ".5", "1.", "1e", "1e+", "0x10", "1e999", "-1e999", "1-2", "NaN", "Infinity",
  "\"\xff\"", "\"\xc3\"", "\"\xed\xa0\x80\"", "\xef\xbb\xbf{}", "{\"a\":\"tab\there\"}", "{\"a\":\"\x01\"}", "[1\x0b]",
  "[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]", "{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":{\"i\":1}}}}}}}}}",
  "123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890", "// no", "[1 2]",
  "{\"a\":\"\\u00e9\\", "{\"a\":\"\\ud83d\\ude00\\", "[\"\\\"]", "{\"a\"}", "{\"a\":}", "{1:2}", "[1}", "{\"a\":1]",
};

static void
odd_values_are_answered_as_ever(void **state)
{
  struct json_reader r;
  struct buf many = BUF_INIT;

  (void)state;
  json_reader_init(&r);
  for (size_t i = 0; i < N_OF(odd); i++)
    same_both_ways(&r, odd[i], strlen(odd[i]));
  assert_true(same_both_ways(&r, plain[3], strlen(plain[3])));  /* nothing stays of what went before */
  buf_addc(&many, '[');
  for (int i = 0; i < 1000; i++)
    buf_addf(&many, "%s{\"k%d\":\"v\"}", i ? "," : "", i);
  buf_addc(&many, ']');
  same_both_ways(&r, many.s, many.n);
  same_both_ways(&r, "{\"a\":\"x\0y\"}", 11);
  same_both_ways(&r, "{}\0", 3);
  buf_release(&many);
  json_reader_release(&r);
}

/* Rows with some bytes put in, taken out or changed. */
static void
damaged_values_are_answered_as_ever(void **state)
{
  static const char bytes[] = "{}[]\",:\\u0dDeE+-.1 \t\n\x01\x7f\x80\xc3\xed\xf0tfn";
  struct json_reader r;
  struct rng rng;
  size_t by_itself = 0;

  (void)state;
  json_reader_init(&r);
  rng_seed(&rng, 4);
  for (int round = 0; round < 60000; round++) {
    char s[400];
    size_t n = (size_t)snprintf(s, 200, "%s", plain[rng_below(&rng, N_OF(plain))]);

    for (uint64_t edits = rng_below(&rng, 4); edits > 0; edits--) {
      size_t at = rng_below(&rng, n + 1);
      char c = bytes[rng_below(&rng, sizeof bytes)];

      switch (rng_below(&rng, 3)) {
      case 0:
        memmove(s + at + 1, s + at, n - at);
        s[at] = c;
        n++;
        break;
      case 1:
        if (at < n) {
          memmove(s + at, s + at + 1, n - at - 1);
          n--;
        }
        break;
      default:
        if (at < n)
          s[at] = c;
      }
    }
    by_itself += same_both_ways(&r, s, n);
  }
  assert_true(by_itself > 10000);
  json_reader_release(&r);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(plain_values_are_read_without_help),
    cmocka_unit_test(odd_values_are_answered_as_ever),
    cmocka_unit_test(damaged_values_are_answered_as_ever),
  };

  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
