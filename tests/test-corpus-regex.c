/* Regular expressions: what a match must hold is read from them without losing a match. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/rng.h"
#include "corpus/literal.h"
#include "corpus/regex.h"

static void
literals_are_read(void **state)
{
  static const struct {
    const char *pattern, *literals;
    bool caseless;
  } cases[] = {
    {"(oil|gas) price[s]?", " price", false}, {"\\b[A-Z]{3,}\\b.*\\d{4}", "", false}, {"colou?r", "colo", false},
    {"^refund$", "refund", false}, {"(refund|charges?)s?", "refund charge", false}, {"(?:cat|dog|)", "", false},
    {"ab*xyz", "xyz", false}, {"xy{0}zq", "zq", false}, {"xyz{2,}q", "xyz", false}, {"\\$\\d+", "$", false}, {"z|q", "z q", false}, {"x|y", "", false},
    {"a|e", "", false}, {"e", "", false}, {"(xyz)?", "", false}, {"(xyz)+", "xyz", false}, {"(xyz){0,3}quo", "quo", false},
    {"(?i)xyz", "", false}, {"xyz(?=q)", "", false}, {"\\Qxyz\\E", "", false}, {"xyz\\x41", "", false}, {"(xyz)\\1", "", false},
    {"größe", "größe", false}, {"größ?en", "grö", false}, {"jaxßte", "jax", true}, {"XYZ", "xyz", true}, {"taxk", "tax", true},
    {"xyz{2}{0}", "", false}, {"xyz++", "xyz", false}, {"[]x]yz", "yz", false}, {"[^]x\\]]yz", "yz", false}, {"[[:alpha:]]yz", "", false},
    {"a{,3}xyz", "", false}, {"zq|xj|vk|wx|yz|qq|jj", "", false}, {"((xyz|vwv)w)?(quo|jab)", "quo jab", false},
    {"a.xyz.b", "xyz", false}, {"xyz\\.com", "xyz.com", false},
  };

  (void)state;
  for (size_t i = 0; i < N_OF(cases); i++) {
    struct buf b = BUF_INIT;
    struct literals l;

    literals_init(&l, cases[i].pattern, strlen(cases[i].pattern), cases[i].caseless);
    for (size_t k = 0; k < l.n; k++)
      buf_addf(&b, "%s%s", k ? " " : "", l.of[k].s);
    if (strcmp(buf_str(&b), cases[i].literals))
      fail_msg("%s: '%s', not '%s'", cases[i].pattern, buf_str(&b), cases[i].literals);
    buf_release(&b);
    literals_release(&l);
  }
}

/* ---- random expressions ---- */

static const char *const letters[] = {"x", "Y", "k", "K", "s", "ſ", "\xe2\x84\xaa", "ä", "Ä", " ", "z", "q", ".", "J"};

static void
add_pattern(struct buf *b, struct rng *r, int depth)
{
  static const char *const pieces[] = {"\\d", "\\b", ".", "[xyk]", "[^x]", "\\w", "^", "$", "\\.", "\\s", "[]z]", "[\\]q]", "(?=x)",
    "(?i)", "\\K", "\\x78", "\\Qx", "(?<n>x)", "\\1", "(?#x)", "\\p{L}"};
  static const char *const repetitions[] = {"*", "+", "?", "{0,2}", "{2}", "{1,}", "{0}", "*?", "+?", "??", "++", "?+", "{2}{0}",
    "{,2}", "{x"};
  uint64_t n = rng_below(r, 5) + 1;

  for (uint64_t k = 0; k < n; k++) {
    if (depth < 3 && rng_below(r, 5) == 0) {
      buf_adds(b, rng_below(r, 2) ? "(" : "(?:");
      add_pattern(b, r, depth + 1);
      buf_addc(b, ')');
    } else if (rng_below(r, 6) == 0) {
      buf_adds(b, pieces[rng_below(r, rng_below(r, 4) ? 12 : N_OF(pieces))]);
    } else {
      buf_adds(b, letters[rng_below(r, N_OF(letters))]);
    }
    if (rng_below(r, 4) == 0)
      buf_adds(b, repetitions[rng_below(r, N_OF(repetitions))]);
    if (k + 1 < n && rng_below(r, 6) == 0)
      buf_addc(b, '|');
  }
}

static bool
holds_one(const struct regex *r, const char *text, size_t n)
{
  size_t n_needles;
  const struct needle *needles = regex_needles(r, &n_needles);

  for (size_t i = 0; i < n_needles; i++)
    if (needle_in(&needles[i], text, n))
      return true;
  return n_needles == 0;
}

static void
a_match_holds_its_literals(void **state)
{
  struct regex_room *room = regex_room_new();
  size_t compiled = 0, with_literals = 0, matches = 0, spared = 0, where, n;
  struct rng r;
  char message[200];

  (void)state;
  rng_seed(&r, 1);
  for (int i = 0; i < 20000; i++) {
    struct buf pattern = BUF_INIT, text = BUF_INIT;
    bool caseless = rng_below(&r, 3) == 0;
    struct regex *x;

    add_pattern(&pattern, &r, 0);
    x = regex_new(buf_str(&pattern), pattern.n, caseless, &where, message, sizeof message);
    compiled += x != NULL;
    if (x)
      regex_needles(x, &n);
    with_literals += x && n;
    for (int k = 0; x && n && k < 60; k++) {
      bool is, may;

      buf_clear(&text);
      for (uint64_t m = rng_below(&r, 15); m > 0; m--)
        buf_adds(&text, letters[rng_below(&r, N_OF(letters))]);
      is = regex_in(x, room, buf_str(&text), text.n);
      may = holds_one(x, buf_str(&text), text.n);
      if (is && !may)
        fail_msg("/%s/%s matches '%s'", buf_str(&pattern), caseless ? "i" : "", buf_str(&text));
      matches += is;
      spared += !may;
    }
    regex_free(x);
    buf_release(&pattern);
    buf_release(&text);
  }
  regex_room_free(room);
  assert_true(compiled > 10000 && with_literals > 4000 && matches > 10000 && spared > 50000);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(literals_are_read),
    cmocka_unit_test(a_match_holds_its_literals),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
