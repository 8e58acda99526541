/* power_law, curve_fit: against laws that are known, and brute force over all laws. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "evaluate/curve_fit.h"
#include "evaluate/power_law.h"

/* cmocka compares floats, not doubles, and by their ratio, too */
#define assert_within(a, b, most) assert_true(fabs((a) - (b)) <= (most))

enum { N = 7 };
static const double sizes[N] = {60, 110, 160, 260, 460, 860, 1660};

static void
law_points(double ceiling, double scale, double rate, double noise, uint64_t seed, struct power_point *out)
{
  struct rng random;

  rng_seed(&random, seed);
  for (size_t i = 0; i < N; i++)
    out[i] = (struct power_point){sizes[i], ceiling - scale * pow(sizes[i], -rate) + noise * rng_normal(&random),
                                  noise > 0 ? noise * (1 + (double)(i % 3)) : .01};
}

static void
exact_points_give_their_law(void **state)
{
  static const double laws[][3] = {{.9, 1.5, .5}, {.95, 1, .25}, {.85, 30, 1.2}, {.7, .8, .15}, {.999, 2, .7}};

  (void)state;
  for (size_t i = 0; i < N_OF(laws); i++) {
    struct power_point points[N];
    struct power_law law;

    law_points(laws[i][0], laws[i][1], laws[i][2], 0, 1, points);
    assert_int_equal(power_law_fit(points, N, 0, 1, &law), 0);
    assert_within(law.ceiling, laws[i][0], 1e-5);
    assert_within(law.rate / laws[i][2], 1, 1e-4);
    assert_within(law.scale / laws[i][1], 1, 1e-3);
    assert_true(law.residual < 1e-7 && law.grow_p < .01 && law.fall_p > .5);
    assert_within(power_law_at(&law, 4000), laws[i][0] - laws[i][1] * pow(4000, -laws[i][2]), 1e-5);
  }
}

static double
weighted_squares(const struct power_point *points, double ceiling, double scale, double rate)
{
  double sum = 0;

  for (size_t i = 0; i < N; i++)
    sum += pow((points[i].y - ceiling + scale * pow(points[i].x, -rate)) / points[i].se, 2);
  return sum;
}

/* Laws by chance, better ones more often: of those whose sum of squares is small enough the extremes are the
 * interval's. */
static void
intervals_equal_brute_force(void **state)
{
  /* growing, near its ceiling, beyond 1, hardly growing, soon at its ceiling */
  static const double laws[][3] = {{.97, 1, .25}, {.88, 1.5, .5}, {1.08, 1.05, .2}, {.985, .1, .5}, {.8, 5, 1.9}};

  (void)state;
  for (uint64_t k = 0; k < 10; k++) {
    struct power_point points[N];
    struct interval gain = {1, 0}, ceiling = {1, 0}, found_gain, found_ceiling;
    struct power_law law;
    struct rng random;
    double best, most;

    law_points(laws[k % 5][0], laws[k % 5][1], laws[k % 5][2], .006, k, points);
    assert_int_equal(power_law_fit(points, N, 14, 1, &law), 0);
    best = weighted_squares(points, law.ceiling, law.scale, law.rate);
    most = best + 2.10092204024 * 2.10092204024 * law.factor;  /* the quantile of t(18) */
    assert_within(law.df, 18, 1e-12);  /* 14 of the standard errors, 4 of the rests */
    rng_seed(&random, k);
    for (size_t i = 0; i < 1000000; i++) {
      double rate = .02 * pow(100, rng_unit(&random)), z1 = pow(60, -rate), z2 = pow(1660, -rate);
      double y1 = law.ceiling - law.scale * pow(60, -law.rate) + .07 * (rng_unit(&random) - .5);
      double y2 = law.ceiling - law.scale * pow(1660, -law.rate) + .07 * (rng_unit(&random) - .5);
      double scale = (y2 - y1) / (z1 - z2), top = y2 + scale * z2, g;

      g = scale < 0 ? INFINITY : weighted_squares(points, top, scale, rate);
      assert_true(top > 1 || g >= best * (1 - 1e-6));  /* the fit is the best of them */
      if (g > most)
        continue;
      g = scale * (z2 - pow(2160, -rate));
      gain = (struct interval){fmin(gain.lo, g), fmax(gain.hi, g)};
      ceiling = (struct interval){fmin(ceiling.lo, top), fmin(1, fmax(ceiling.hi, top))};
    }
    found_gain = power_law_gain(&law, points, N, 1660, 2160);
    found_ceiling = power_law_ceiling(&law, points, N);
    assert_true(found_gain.lo <= gain.lo + 1e-4 && found_gain.hi >= gain.hi - 1e-4);
    assert_within(found_gain.lo, gain.lo, .00005 + .03 * (gain.hi - gain.lo));
    assert_within(found_gain.hi, gain.hi, .00005 + .03 * (gain.hi - gain.lo));
    assert_within(found_ceiling.lo, ceiling.lo, .001);
    assert_within(found_ceiling.hi, ceiling.hi, .001);
    assert_true(found_ceiling.hi <= 1);
  }
}

static void
what_is_no_curve_is_refused(void **state)
{
  struct power_point points[N];
  struct power_law law = {.ceiling = 7};

  (void)state;
  law_points(.9, 1.5, .5, 0, 1, points);
  assert_int_equal(power_law_fit(points, 3, 0, 1, &law), -1);
  points[3].x = points[2].x;
  assert_int_equal(power_law_fit(points, 4, 0, 1, &law), -1);
  points[1].y = NAN;
  assert_int_equal(power_law_fit(points, N, 0, 1, &law), -1);
  points[1] = (struct power_point){0, .5, .01};
  assert_int_equal(power_law_fit(points, N, 0, 1, &law), -1);
  assert_true(law.ceiling == 7);
}

/* A curve whose accuracies are those of the law, and of S seeds that spread about it. */
static struct found_curve
curve_of(double ceiling, double scale, double rate, double spread, size_t n_points)
{
  enum { S = 3 };
  static const size_t n_texts[] = {0, 50, 100, 200, 400, 800, 1600};
  static const double shift[S] = {-1, .2, .8};
  struct found_curve c = {.of = xstrdup("generated"), .n_seed = 60, .n_points = n_points};

  c.points = xcalloc(n_points, sizeof *c.points);
  for (size_t i = 0; i < n_points; i++) {
    struct found_point *p = &c.points[i];

    p->n = n_texts[i];
    p->n_seeds = S;
    p->seeds = xcalloc(S, sizeof *p->seeds);
    p->mean = ceiling - scale * pow((double)(p->n + 60), -rate);
    for (size_t s = 0; s < S; s++)
      p->seeds[s] = p->mean + spread * shift[s];
    p->ci95 = (struct interval){p->mean - .04, p->mean + .04};
  }
  return c;
}

static void
curve_release(struct found_curve *c)
{
  for (size_t i = 0; i < c->n_points; i++)
    free(c->points[i].seeds);
  free(c->points);
  free(c->of);
  free(c->law);
  free(c->next);
  free(c->advice);
}

static void
growth_is_told_with_its_price(void **state)
{
  struct found_curve c = curve_of(.95, 1.2, .3, .005, 6);
  double gain = 1.2 * (pow(860, -.3) - pow(1360, -.3));

  (void)state;
  curve_conclude(&c, .00002, .01, 4000, 1);
  assert_non_null(c.law);
  assert_within(c.law->rate, .3, .001);
  assert_true(c.law->rate_p < .01 && c.law->ceiling_ci95.lo < .95 && c.law->ceiling_ci95.hi > .95);
  assert_int_equal(c.n_next, 2);
  assert_true(c.next[0].samples == 500 && c.next[1].samples == 8000);  /* $1 buys 50000, ten times 800 is the most */
  assert_within(c.next[0].usd, .01, 1e-12);
  assert_within(c.next[1].usd, .16, 1e-12);
  assert_within(c.next[0].gain, gain, 1e-5);
  assert_true(c.next[0].ci95.lo > 0 && c.next[0].ci95.lo < gain && c.next[0].ci95.hi > gain && c.next[0].ci95.hi < .06);
  assert_false(c.stop);
  assert_non_null(strstr(c.advice, "500 more generated texts, about $0.01, should bring +2.0 points ("));
  assert_non_null(strstr(c.advice, "8000 more (10 times what there is, and no outlook goes further), about $0.16, +"));
  curve_conclude(&c, NAN, .01, 4000, 1);  /* again: what was there is freed */
  assert_true(c.n_next == 1 && isnan(c.next[0].usd));
  assert_null(strchr(c.advice, '$'));
  curve_release(&c);
}

static void
a_dollar_that_buys_little_is_told(void **state)
{
  struct found_curve c = curve_of(.95, 1.2, .3, .005, 6);

  (void)state;
  curve_conclude(&c, .004, .01, 4000, 1);
  assert_true(c.n_next == 2 && c.next[1].samples == 250);
  assert_within(c.next[1].usd, 1, 1e-12);
  assert_non_null(strstr(c.advice, "500 more generated texts, about $2.00, should bring +2.0 points ("));
  assert_non_null(strstr(c.advice, "; for $1, 250 more, +"));
  curve_conclude(&c, 2, .01, 4000, 1);
  assert_int_equal(c.n_next, 1);
  curve_release(&c);
}

static void
where_nothing_grows_nothing_is_promised(void **state)
{
  struct found_curve c = curve_of(.85, 0, 1, .003, 7);

  (void)state;
  c.points[2].mean += .001;
  c.points[5].mean -= .001;
  curve_conclude(&c, NAN, .0001, 4000, 1);
  assert_non_null(c.law);
  assert_true(c.law->rate_p > .05 && c.next[0].ci95.lo == 0 && c.next[0].gain < .001);
  assert_true(c.stop);
  assert_non_null(strstr(c.advice, "stop here: 500 more generated texts should bring at most 0."));
  curve_release(&c);

  c = curve_of(.85, 0, 1, .06, 5);  /* so much noise that growth cannot be ruled out either */
  curve_conclude(&c, NAN, .0001, 4000, 1);
  assert_false(c.stop);
  assert_true(c.law->rate_p > .05 && c.next[0].ci95.lo == 0 && c.next[0].ci95.hi > .005);
  assert_non_null(strstr(c.advice, "no growth is shown yet, nor ruled out: 500 more generated texts might bring +0.0"));
  curve_release(&c);
}

static void
falling_is_said(void **state)
{
  struct found_curve c = curve_of(.85, 0, 1, .004, 6);

  (void)state;
  for (size_t i = 0; i < 6; i++)
    c.points[i].mean -= .01 * (double)i;
  curve_conclude(&c, .0001, .01, 4000, 1);
  assert_true(c.stop && c.law->scale == 0 && c.law->rate_p > .5 && c.next[0].gain == 0);
  assert_string_equal(c.advice, "stop here: accuracy fell from 85.0 % with 0 generated texts to 80.0 % with 800");
  curve_release(&c);
}

static void
a_test_set_too_small_to_tell_ends_it(void **state)
{
  struct found_curve c = curve_of(.9, 1.5, .5, .003, 7);

  (void)state;
  curve_conclude(&c, NAN, .058, 240, 1);
  assert_true(c.stop && c.next[0].gain > .003);
  assert_non_null(strstr(c.advice, "stop here, or add test texts: 500 more generated texts should bring at most "));
  assert_non_null(strstr(c.advice, "; 240 test texts cannot show less than 5.8"));
  curve_release(&c);
}

static void
what_is_no_point_is_left_out(void **state)
{
  struct found_curve c = curve_of(.9, 1.5, .5, .003, 5), d = curve_of(.9, 1.5, .5, .003, 4);

  (void)state;
  c.n_seed = 0;  /* the first point trained on nothing */
  c.points[0].mean = .2;
  for (size_t i = 1; i < 5; i++)
    c.points[i].mean = .9 - 1.5 * pow((double)c.points[i].n, -.5);
  curve_conclude(&c, NAN, NAN, 240, 1);
  assert_non_null(c.law);
  assert_within(c.law->rate, .5, .001);
  curve_release(&c);
  d.n_seed = 0;
  curve_conclude(&d, .01, .01, 240, 1);
  assert_true(!d.law && !d.next && d.n_next == 0 && !d.stop);
  assert_string_equal(d.advice, "too few sizes to say what more would bring: 3, and a curve needs 4");
  curve_release(&d);
}

/* With very few texts it guesses: two sizes at .5, and a law from there on, which is found as if they were not. */
static void
sizes_at_which_it_guesses_are_left_out(void **state)
{
  enum { S = 3 };
  struct found_curve c = curve_of(.9, 4, .5, .004, 7), d = curve_of(.9, 4, .5, .004, 7);

  (void)state;
  for (size_t i = 0; i < 2; i++) {
    c.points[i].mean = .5;
    for (size_t s = 0; s < S; s++)
      c.points[i].seeds[s] = .496 + .004 * (double)s;
  }
  curve_conclude(&c, NAN, NAN, 4000, 1);
  assert_within(c.law->rate, .5, .01);
  assert_true(c.law->residual < .001 && c.law->rate_p < .01);
  c.points[4].mean += .06;  /* what lies on no law at all keeps five points, and says how far they are from it */
  curve_conclude(&c, NAN, NAN, 4000, 1);
  assert_true(c.law->residual > .01);
  curve_conclude(&d, NAN, NAN, 4000, 1);
  assert_within(d.law->ceiling, .9, .001);
  curve_release(&c);
  curve_release(&d);
}

/* One seed a point: its noise shows in the points' distances alone. All seeds the same: as one. */
static void
one_seed_is_enough_for_a_law(void **state)
{
  struct found_curve one = curve_of(.9, 1.5, .5, 0, 7), same = curve_of(.9, 1.5, .5, 0, 7);

  (void)state;
  for (size_t i = 0; i < 7; i++) {
    one.points[i].n_seeds = 1;
    one.points[i].mean = same.points[i].mean += i % 2 ? .004 : -.004;
  }
  curve_conclude(&one, NAN, NAN, 500, 1);
  curve_conclude(&same, NAN, NAN, 500, 1);
  assert_non_null(one.law);
  assert_memory_equal(one.law, same.law, sizeof *one.law);
  assert_memory_equal(one.next, same.next, sizeof *one.next);
  assert_true(one.next[0].ci95.hi - one.next[0].ci95.lo > .003);
  curve_release(&one);
  curve_release(&same);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(exact_points_give_their_law),
    cmocka_unit_test(intervals_equal_brute_force),
    cmocka_unit_test(what_is_no_curve_is_refused),
    cmocka_unit_test(growth_is_told_with_its_price),
    cmocka_unit_test(a_dollar_that_buys_little_is_told),
    cmocka_unit_test(where_nothing_grows_nothing_is_promised),
    cmocka_unit_test(falling_is_said),
    cmocka_unit_test(a_test_set_too_small_to_tell_ends_it),
    cmocka_unit_test(what_is_no_point_is_left_out),
    cmocka_unit_test(sizes_at_which_it_guesses_are_left_out),
    cmocka_unit_test(one_seed_is_enough_for_a_law),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
