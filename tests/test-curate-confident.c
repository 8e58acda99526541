/* confident: scores, thresholds, joint and issues of the cases that tests/confident-oracle.py wrote by plain formulas. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "curate/confident.h"

#define CLOSE 2e-6

/* One case, as read. */
struct reading {
  char kind[20], name[40];
  size_t n, n_classes;
  uint16_t *given;
  uint16_t (*many)[8];         /* labels of a case of several */
  uint16_t *n_many;
  float *p;
  double (*scores)[3];
  uint8_t *issues;
};

static FILE *
open_cases(void)
{
  char path[500];
  FILE *f;

  snprintf(path, sizeof path, "%s/tests/confident-cases", getenv("srcdir") ? getenv("srcdir") : "..");
  f = fopen(path, "r");
  assert_non_null(f);
  return f;
}

static double
number(FILE *f)
{
  char word[40];

  assert_int_equal(fscanf(f, "%39s", word), 1);
  return strtod(word, NULL);
}

static void
expect(FILE *f, const char *word)
{
  char got[40];

  assert_int_equal(fscanf(f, "%39s", got), 1);
  assert_string_equal(got, word);
}

static void
read_labels(FILE *f, struct reading *r, size_t i)
{
  char word[40];

  assert_int_equal(fscanf(f, "%39s", word), 1);
  if (word[0] == '-')
    return;
  for (char *at = word; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
    r->many[i][r->n_many[i]++] = (uint16_t)strtoul(at, NULL, 10);
  r->given[i] = r->many[i][0];
}

static bool
read_case(FILE *f, struct reading *r)
{
  *r = (struct reading){0};
  if (fscanf(f, "%19s %39s %zu %zu", r->kind, r->name, &r->n, &r->n_classes) != 4)
    return false;
  r->given = xcalloc(r->n, sizeof *r->given);
  r->many = xcalloc(r->n, sizeof *r->many);
  r->n_many = xcalloc(r->n, sizeof *r->n_many);
  r->p = xcalloc(r->n * r->n_classes, sizeof *r->p);
  r->scores = xcalloc(r->n, sizeof *r->scores);
  r->issues = xcalloc(r->n, 1);
  for (size_t i = 0; i < r->n; i++) {
    read_labels(f, r, i);
    for (size_t k = 0; k < r->n_classes; k++)
      r->p[i * r->n_classes + k] = (float)number(f);
    expect(f, "|");
    for (int k = 0; k < 3; k++)
      r->scores[i][k] = number(f);
    expect(f, "|");
    r->issues[i] = (uint8_t)number(f);
  }
  return true;
}

static void
release(struct reading *r)
{
  free(r->given);
  free(r->many);
  free(r->n_many);
  free(r->p);
  free(r->scores);
  free(r->issues);
}

static void
check_scores(const struct reading *r)
{
  for (size_t i = 0; i < r->n; i++) {
    const float *p = r->p + i * r->n_classes;
    struct label_quality q = strcmp(r->kind, "many") == 0 ? label_quality_of_many(p, r->n_classes, r->many[i], r->n_many[i])
                                                         : label_quality_of(p, r->n_classes, r->given[i]);

    assert_float_equal(q.self_confidence, r->scores[i][0], CLOSE);
    assert_float_equal(q.normalized_margin, r->scores[i][1], CLOSE);
    assert_float_equal(q.weighted_entropy, r->scores[i][2], CLOSE);
  }
}

static void
check_counts(FILE *f, const char *name, const uint32_t *counts, size_t n)
{
  for (size_t k = 0; k < n; k++) {
    expect(f, name);
    for (size_t j = 0; j < n; j++)
      assert_int_equal(counts[k * n + j], (uint32_t)number(f));
  }
}

static void
check_joint(FILE *f, const struct reading *r)
{
  struct confident c = {r->n, r->n_classes, r->given, r->p};
  double *thresholds = xcalloc(r->n_classes, sizeof *thresholds);
  uint32_t *counts = xcalloc(r->n_classes * r->n_classes, sizeof *counts);
  uint8_t *issues = xcalloc(r->n, 1);

  confident_thresholds(&c, thresholds);
  expect(f, "thresholds");
  for (size_t k = 0; k < r->n_classes; k++) {
    double want = number(f);

    if (isinf(want))
      assert_true(isinf(thresholds[k]));
    else
      assert_float_equal(thresholds[k], want, CLOSE);
  }
  confident_joint(&c, counts);
  check_counts(f, "joint", counts, r->n_classes);
  confident_calibrate(&c, counts);
  check_counts(f, "calibrated", counts, r->n_classes);
  confident_issues(&c, counts, issues);
  for (size_t i = 0; i < r->n; i++)
    assert_int_equal(issues[i], r->issues[i]);
  free(thresholds);
  free(counts);
  free(issues);
}

static void
test_cases(void **state)
{
  FILE *f = open_cases();
  struct reading r;
  int cases = 0, found = 0;

  (void)state;
  for (; read_case(f, &r); cases++) {
    check_scores(&r);
    if (strcmp(r.kind, "single") == 0)
      check_joint(f, &r);
    for (size_t i = 0; i < r.n; i++)
      found += r.issues[i] != 0;
    release(&r);
  }
  fclose(f);
  assert_int_equal(cases, 6);
  assert_true(found > 20);  /* the cases are no empty ones */
}

int
main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};

  return cmocka_run_group_tests_name("curate-confident", tests, NULL, NULL);
}
