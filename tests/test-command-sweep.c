/* Which parameters a sweep tries, and which runs it stops. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "command/sweep_plan.h"

enum { LR, DROPOUT, LAYERS, POOL };
static const struct option params[] = {
  {"lr", OPTION_REAL, 0, 1, "0.001", NULL, "X", "", 0},
  {"dropout", OPTION_REAL, 0, 1, "0.5", NULL, "X", "", 0},
  {"layers", OPTION_INT, 1, 12, "2", NULL, "N", "", 0},
  {"pool", OPTION_CHOICE, 0, 0, "max", "max|mean|last", "HOW", "", 0},
  {.name = NULL},
};
static const struct student_kind kind = {.name = "test", .params = params, .n_params = 4};

static void
ranges_are_read(void **state)
{
  static const char *const bad[] = {"", "lr", "lr=", "=1", "depth=1", "lr=2", "lr=1..0.1", "lr=0..1:log",
                                    "lr=0.1..1:exp", "pool=max..last", "pool=most", "layers=1.5", "lr=0.1,",
                                    "lr=0.1,,0.2", "dropout=a..b"};
  struct sweep_space s = {.kind = &kind};
  struct err e;

  (void)state;
  for (size_t i = 0; i < N_OF(bad); i++) {
    assert_int_equal(sweep_space_add(&s, bad[i], &e), -1);
    assert_int_equal(e.code, ERR_INPUT);
    assert_int_equal(s.n, 0);
  }
  assert_int_equal(sweep_space_add(&s, "lr=1e-4..1e-2:log", &e), 0);
  assert_int_equal(sweep_space_add(&s, "pool=mean,last", &e), 0);
  assert_int_equal(sweep_space_add(&s, "lr=1", &e), -1);
  assert_string_equal(e.message, "'lr' is swept twice");
  assert_true(s.n == 2 && s.ranges[0].logarithmic && s.ranges[0].to == 0.01 && s.ranges[1].n_list == 2);
  assert_true(s.ranges[1].param == POOL && s.ranges[1].list[1] == 2);
}

/* Each decade gets its share of a logarithmic range, each choice of a list; the same seed draws the same. */
static void
trials_are_drawn(void **state)
{
  struct sweep_space s = {.kind = &kind};
  double values[4] = {0}, again[4] = {0};
  size_t low = 0, last = 0, whole[13] = {0};

  (void)state;
  assert_int_equal(sweep_space_add(&s, "lr=1e-4..1e-2:log", NULL), 0);
  assert_int_equal(sweep_space_add(&s, "layers=2..5", NULL), 0);
  assert_int_equal(sweep_space_add(&s, "pool=max,last", NULL), 0);
  values[DROPOUT] = 0.25;
  for (size_t k = 0; k < 2000; k++) {
    sweep_random(&s, 7, k, values);
    assert_true(values[LR] >= 1e-4 && values[LR] <= 1e-2 && values[DROPOUT] == 0.25);
    assert_true(values[LAYERS] >= 2 && values[LAYERS] <= 5 && values[LAYERS] == floor(values[LAYERS]));
    assert_true(values[POOL] == 0 || values[POOL] == 2);
    low += values[LR] < 1e-3;
    last += values[POOL] == 2;
    whole[(size_t)values[LAYERS]]++;
  }
  assert_true(low > 900 && low < 1100 && last > 900 && last < 1100);
  assert_true(whole[3] > 500 && whole[4] > 500 && whole[2] > 200 && whole[5] > 200);
  sweep_random(&s, 7, 1999, again);
  assert_true(again[LR] == values[LR]);
  sweep_random(&s, 8, 1999, again);
  assert_true(again[LR] != values[LR]);
}

static void
grids_are_complete(void **state)
{
  struct sweep_space s = {.kind = &kind};
  double values[4];

  (void)state;
  assert_int_equal(sweep_space_add(&s, "lr=1e-4..1e-2:log", NULL), 0);
  assert_int_equal(sweep_space_add(&s, "layers=2..3", NULL), 0);
  assert_int_equal(sweep_space_add(&s, "dropout=.1,.3", NULL), 0);
  assert_int_equal(sweep_grid_size(&s, 3), 12);
  for (size_t k = 0; k < 12; k++) {
    static const double lr[] = {1e-4, 1e-3, 1e-2};

    sweep_grid(&s, 3, k, values);
    assert_float_equal(values[LR], lr[k / 4], 1e-12);
    assert_true(values[LAYERS] == 2 + (double)(k / 2 % 2) && values[DROPOUT] == (k % 2 ? 0.3 : 0.1));
  }
  for (size_t i = 0; i < 1; i++) {
    struct sweep_space wide = {.kind = &kind};

    assert_int_equal(sweep_space_add(&wide, "lr=0..1", NULL), 0);
    assert_int_equal(sweep_space_add(&wide, "dropout=0..1", NULL), 0);
    assert_int_equal(sweep_space_add(&wide, "layers=1..12", NULL), 0);
    assert_true(sweep_grid_size(&wide, 100) > SWEEP_MAX_TRIALS);
  }
}

static struct sweep_curve
curve(double *figure, size_t n, bool ended)
{
  return (struct sweep_curve){.figure = figure, .n = n, .ended = ended, .stopped = !ended};
}

static void
the_median_stops(void **state)
{
  double a[] = {.2, .4, .6}, b[] = {.1, .2, .3}, c[] = {.5, .7, .9}, d[] = {.3, .31, .32}, e[] = {.6, .1, .1},
         f[] = {.05};
  struct sweep_curve curves[] = {curve(a, 3, true), curve(b, 3, true), curve(c, 3, false), curve(d, 3, false),
                                 curve(e, 3, false), curve(f, 1, false), curve(b, 3, false)};

  (void)state;
  assert_false(sweep_median_stops(curves, 2, 1));      /* two others stop nobody */
  assert_false(sweep_median_stops(curves, 3, 1));      /* .3 against .1 .2 .5 */
  assert_false(sweep_median_stops(curves, 3, 2));      /* .31 against .15 .3 .6 */
  assert_true(sweep_median_stops(curves, 3, 3));       /* .32 against .2 .4 .7 */
  /* Its best so far counts, not its last: .6 against .2 .31 .4 .7. */
  assert_false(sweep_median_stops(curves, 4, 3));
  assert_true(sweep_median_stops(curves, 5, 1));
  assert_true(sweep_median_stops(curves, 6, 2));       /* the fifth was stopped before, and does not count */
  /* One that ended by itself counts as if it had stayed; one that was stopped does not. */
  curves[0].n = curves[1].n = 1;
  assert_false(sweep_median_stops(curves, 3, 3));      /* .32 against .1 .2 .7 */
  curves[1].ended = false;
  assert_false(sweep_median_stops(curves, 3, 3));      /* two others */
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(ranges_are_read),
    cmocka_unit_test(trials_are_drawn),
    cmocka_unit_test(grids_are_complete),
    cmocka_unit_test(the_median_stops),
  };

  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
