/* likeness: what is told of an arm's texts beside the test texts; and how much memory a piece of work took. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/memory.h"
#include "evaluate/likeness.h"

#define assert_within(a, b) assert_true(fabs((a) - (b)) <= 1e-12)

static const struct example test[] = {
  {.text = "The plot is dull, the plot!"},          /* the plot is dull the plot */
  {.text = "Superb acting", .text2 = "a dull plot"},
};
static const struct example little[] = {{.text = "the THE the"}};
static const struct example more[] = {{.text = "the plot"}, {.text = "dull acting; a café"}};

static void
words_are_counted(void **state)
{
  struct likeness l = likeness_of(little, N_OF(little), test, N_OF(test));

  (void)state;
  assert_within(l.words, 3);
  assert_within(l.known_words, 2. / 11);
  assert_within(l.distinct, 100. / 3);
  l = likeness_of(more, N_OF(more), test, N_OF(test));
  assert_within(l.words, 3);
  assert_within(l.known_words, 9. / 11);           /* all but is, superb */
  assert_within(l.distinct, 100);
  l = likeness_of(more, 0, test, N_OF(test));
  assert_true(isnan(l.words) && isnan(l.distinct) && l.known_words <= 0);
}

static void
new_words_are_those_that_the_test_needs(void **state)
{
  struct buf out = BUF_INIT;

  (void)state;
  likeness_new_words(little, N_OF(little), more, N_OF(more), test, N_OF(test), 3, &out);
  assert_string_equal(buf_str(&out), "plot, dull, a");
  buf_clear(&out);
  likeness_new_words(more, N_OF(more), little, N_OF(little), test, N_OF(test), 3, &out);
  assert_string_equal(buf_str(&out), "");
  buf_release(&out);
}

static void
peak_is_of_what_was_taken_since(void **state)
{
  enum { BYTES = 64 << 20 };
  double before = memory_mark(), peak;
  char *taken;

  (void)state;
  if (isnan(before)) {
    print_message("this kernel does not tell\n");
    skip();
  }
  taken = xmalloc(BYTES);
  memset(taken, 1, BYTES);
  assert_int_equal(taken[BYTES / 2], 1);
  free(taken);
  peak = memory_peak();
  assert_true(peak - before >= .9 * BYTES);
  before = memory_mark();
  assert_true(memory_peak() - before < .5 * BYTES);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(words_are_counted),
    cmocka_unit_test(new_words_are_those_that_the_test_needs),
    cmocka_unit_test(peak_is_of_what_was_taken_since),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
