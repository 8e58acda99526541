/* The findings that tests show are such as could be: their numbers hang together, and none is lost as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "findings-fixture.h"

static void
inside(struct interval i, double x)
{
  assert_true(i.lo <= x && x <= i.hi);
}

static void
numbers_hang_together(void **state)
{
  struct findings f;

  (void)state;
  findings_fixture(&f);
  assert_int_equal(f.n_rows, FIXTURE_STUDENTS * FIXTURE_ARMS);
  for (size_t i = 0; i < f.n_rows; i++) {
    const struct found_row *r = &f.rows[i], *first = &f.rows[r->first];

    assert_true(first->is_first && strcmp(first->student, r->student) == 0);
    inside(r->accuracy.ci95, r->accuracy.mean);
    inside(r->macro_f1.ci95, r->macro_f1.mean);
    assert_int_equal(r->n, r->n_seed + r->n_generated + r->n_annotated + r->n_imported);
    assert_int_equal(r->difference == NULL, r->is_first);
    if (r->difference) {
      double d = r->accuracy.mean - first->accuracy.mean - r->difference->accuracy;

      assert_true(d > -1e-9 && d < 1e-9);
      inside(r->difference->ci95, r->difference->accuracy);
    }
  }
  for (size_t i = 0; i < f.n_sources; i++)
    inside(f.sources[i].ci95, f.sources[i].worth);
  assert_non_null(findings_told(&f, "cnn"));
  findings_release(&f);
}

static void
nothing_is_lost_as_json(void **state)
{
  struct findings f, back;
  struct buf one = BUF_INIT, two = BUF_INIT;
  struct err e;

  (void)state;
  findings_fixture(&f);
  findings_json(&f, &one);
  assert_int_equal(findings_read(one.s, one.n, &back, &e), 0);
  findings_json(&back, &two);
  assert_string_equal(one.s, two.s);
  findings_release(&f);
  findings_release(&back);
  buf_release(&one);
  buf_release(&two);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(numbers_hang_together),
    cmocka_unit_test(nothing_is_lost_as_json),
  };

  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
