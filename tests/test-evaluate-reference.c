/* The statistics against R: tests/r/reference.tsv, which tests/r/reference.R wrote. A line there is what is computed,
 * the numbers that go in, those that come out, and how far ours may be from them (times their size, where that is
 * above 1). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "evaluate/metric.h"
#include "evaluate/multiple.h"
#include "evaluate/power.h"
#include "evaluate/power_law.h"
#include "evaluate/significance.h"
#include "student/reliability.h"

#define NUMBERS_MOST 4096
#define RESAMPLES 200000

/* Each fills out from n numbers and returns how many. */
typedef size_t computation(const double *in, size_t n, double *out);

static size_t
put_interval(struct interval ci, double *out)
{
  out[0] = ci.lo;
  out[1] = ci.hi;
  return 2;
}

static size_t
wilson(const double *in, size_t n, double *out)
{
  (void)n;
  return put_interval(wilson_interval(in[0], in[1], .95), out);
}

static size_t
t_of(const double *in, size_t n, double *out)
{
  return put_interval(t_interval(in, n, .95), out);
}

static size_t
put_p(struct mcnemar m, double *out)
{
  out[0] = m.p_exact;
  out[1] = m.p_mid;
  return 2;
}

static size_t
mcnemar(const double *in, size_t n, double *out)
{
  (void)n;
  return put_p(mcnemar_test((size_t)in[0], (size_t)in[1]), out);
}

/* Matrices of 0 and 1, seed by seed. */
static uint8_t *
matrix(const double *in, size_t n)
{
  uint8_t *m = xcalloc(n, 1);

  for (size_t i = 0; i < n; i++)
    m[i] = in[i] > 0;
  return m;
}

struct arms {
  size_t S, R;
  uint8_t *first, *second;
};

static struct arms
arms_of(const double *in, size_t n)
{
  struct arms a = {.S = (size_t)in[0], .R = (size_t)in[1]};

  assert_int_equal(n, 2 + 2 * a.S * a.R);
  a.first = matrix(in + 2, a.S * a.R);
  a.second = matrix(in + 2 + a.S * a.R, a.S * a.R);
  return a;
}

static size_t
pooled(const double *in, size_t n, double *out)
{
  struct arms a = arms_of(in, n);
  size_t n_out = put_p(mcnemar_pooled(a.first, a.second, a.S, a.R), out);

  free(a.first);
  free(a.second);
  return n_out;
}

static size_t
holm(const double *in, size_t n, double *out)
{
  holm_adjust(in, n, out);
  return n;
}

static size_t
connor(const double *in, size_t n, double *out)
{
  (void)n;
  out[0] = detectable_difference(in[0], in[1], in[2], in[3]);
  return 1;
}

static size_t
by(const double *in, size_t n, double *out)
{
  (void)n;
  out[0] = detectable_by(in[0], in[1], in[2], in[3]);
  return 1;
}

static size_t
f1(const double *in, size_t n, double *out)
{
  size_t C = (size_t)in[0], R = (n - 1) / 2;
  int32_t *truth = xcalloc(R, sizeof *truth), *said = xcalloc(R, sizeof *said);
  size_t *tally = xcalloc(3 * C, sizeof *tally);
  struct metric m;

  for (size_t r = 0; r < R; r++) {
    truth[r] = (int32_t)in[1 + r];
    said[r] = (int32_t)in[1 + R + r];
  }
  metric_init(&m);
  metric_count(&m, C, truth, said, R);
  out[0] = m.macro_f1;
  assert_true(fabs(metric_macro_f1(C, truth, said, NULL, R, tally) - m.macro_f1) < 1e-12);
  for (size_t c = 0; c < C; c++) {
    out[1 + c] = m.per_label[c].precision;
    out[1 + C + c] = m.per_label[c].recall;
  }
  metric_release(&m);
  free(tally);
  free(said);
  free(truth);
  return 1 + 2 * C;
}

static size_t
calibration(const double *in, size_t n, double *out)
{
  struct reliability r = {0};

  for (size_t i = 0; i < n / 2; i++)
    reliability_add(&r, in[i], in[n / 2 + i] > 0);
  out[0] = reliability_error(&r);
  return 1;
}

static size_t
put_parts(const struct estimate *e, double *out)
{
  out[0] = e->se_text;
  out[1] = e->se_seed;
  out[2] = e->df;
  return 3;
}

static size_t
accuracy(const double *in, size_t n, double *out)
{
  size_t S = (size_t)in[0], R = (size_t)in[1];
  uint8_t *right = matrix(in + 2, S * R);
  struct estimate e = accuracy_estimate(right, S, R);

  assert_int_equal(n, 2 + S * R);
  free(right);
  out[0] = e.mean;
  put_interval((struct interval){e.lo, e.hi}, out + 1);
  return 3 + put_parts(&e, out + 3);
}

static size_t
put_difference(const uint8_t *first, const uint8_t *second, size_t S, size_t R, double *out, struct estimate *e)
{
  *e = bootstrap_difference(first, second, S, R, RESAMPLES, 1);
  out[0] = e->mean;
  put_interval((struct interval){e->lo, e->hi}, out + 1);
  out[3] = e->p;
  return 4;
}

static size_t
difference(const double *in, size_t n, double *out)
{
  struct arms a = arms_of(in, n);
  struct estimate e;
  size_t n_out = put_difference(a.first, a.second, a.S, a.R, out, &e);

  free(a.first);
  free(a.second);
  return n_out + put_parts(&e, out + n_out);
}

/* Texts, of them right in the first only, in the second only. */
static size_t
difference_exact(const double *in, size_t n, double *out)
{
  size_t R = (size_t)in[0], b = (size_t)in[1], c = (size_t)in[2];
  uint8_t *first = xcalloc(R, 1), *second = xcalloc(R, 1);
  struct estimate e;

  (void)n;
  memset(first, 1, b);
  memset(second + b, 1, c);
  n = put_difference(first, second, 1, R, out, &e);
  free(first);
  free(second);
  return n;
}

static size_t
law(const double *in, size_t n, double *out)
{
  struct power_point points[32];
  struct power_law l;
  size_t N = n / 3;

  assert_true(N <= N_OF(points));
  for (size_t i = 0; i < N; i++)
    points[i] = (struct power_point){in[i], in[N + i], in[2 * N + i]};
  assert_int_equal(power_law_fit(points, N, 0, 1, &l), 0);
  out[0] = l.ceiling;
  out[1] = l.scale;
  out[2] = l.rate;
  out[3] = l.residual;
  return 4 + put_interval(power_law_ceiling(&l, points, N), out + 4);
}

static const struct {
  const char *what;
  computation *compute;
} computations[] = {
  {"wilson", wilson}, {"t", t_of}, {"mcnemar", mcnemar}, {"mcnemar_pooled", pooled}, {"holm", holm}, {"connor", connor},
  {"detectable_by", by}, {"f1", f1}, {"calibration", calibration}, {"accuracy", accuracy}, {"difference", difference},
  {"difference_exact", difference_exact}, {"law", law},
};

static size_t
numbers_of(char *field, double *out)
{
  size_t n = 0;

  for (char *word = strtok(field, " "); word; word = strtok(NULL, " ")) {
    assert_true(n < NUMBERS_MOST);
    out[n++] = strtod(word, NULL);
  }
  return n;
}

static void
check_line(char *line, size_t *seen)
{
  static double in[NUMBERS_MOST], want[NUMBERS_MOST], got[NUMBERS_MOST];
  char *inputs = strchr(line, '\t'), *results, *tolerance;
  size_t n, n_want, k = 0;

  assert_non_null(inputs);
  *inputs++ = 0;
  results = strchr(inputs, '\t');
  assert_non_null(results);
  *results++ = 0;
  tolerance = strchr(results, '\t');
  assert_non_null(tolerance);
  *tolerance++ = 0;
  while (k < N_OF(computations) && strcmp(computations[k].what, line) != 0)
    k++;
  if (k == N_OF(computations))
    fail_msg("nobody computes '%s'", line);
  n = numbers_of(inputs, in);
  n_want = numbers_of(results, want);
  assert_int_equal(computations[k].compute(in, n, got), n_want);
  for (size_t i = 0; i < n_want; i++)
    if (!(fabs(got[i] - want[i]) <= strtod(tolerance, NULL) * fmax(1, fabs(want[i]))))
      fail_msg("%s, number %zu: ours %.9g, R's %.9g", line, i + 1, got[i], want[i]);
  seen[k]++;
}

static void
ours_equals_r(void **state)
{
  size_t seen[N_OF(computations)] = {0}, cap = 0;
  char *path = xasprintf("%s/tests/r/reference.tsv", getenv("srcdir") ? getenv("srcdir") : "."), *line = NULL;
  FILE *f = fopen(path, "r");

  (void)state;
  assert_non_null(f);
  while (getline(&line, &cap, f) > 0)
    if (*line != '#')
      check_line(line, seen);
  for (size_t k = 0; k < N_OF(computations); k++)
    assert_true(seen[k] > 0);
  free(line);
  fclose(f);
  free(path);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(ours_equals_r),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
