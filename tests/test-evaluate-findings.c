/* findings: what is said of them, their table, and their way through JSON and back. */
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
#include "base/utf8.h"
#include "evaluate/findings_text.h"
#include "tests/findings-fixture.h"

#define TEXT(s) ((char *)(uintptr_t)(s))
#define ARM(what, query) .name = TEXT(what), .arm = TEXT(what), .filter = TEXT(query)

static struct found_difference much = {.accuracy = .296, .ci95 = {.251, .341}, .p = .0002, .p_holm = .0004};
static struct found_difference less = {.accuracy = .27, .ci95 = {.221, .318}, .p = .0002, .p_holm = .0004};
static const struct found_row seed = {
  ARM("seed", "origin:seed"), .student = TEXT("linear"), .n = 60, .is_first = true,
  .accuracy = {.mean = .55, .ci95 = {.505, .594}}, .macro_f1 = {.mean = .53}};
static const struct found_row generated = {
  ARM("generated", "origin:generated"), .student = TEXT("linear"), .n = 1440, .cost_usd = .1419,
  .accuracy = {.mean = .846, .ci95 = {.81, .877}}, .macro_f1 = {.mean = .84}, .difference = &much};
static const struct found_row both = {
  ARM("both", "origin:seed,generated"), .student = TEXT("linear"), .n = 1500, .cost_usd = .1419,
  .accuracy = {.mean = .82, .ci95 = {.782, .853}}, .macro_f1 = {.mean = .815}, .difference = &less};

static struct found_row
told(struct found_row row, struct found_difference *d)
{
  row.is_told = true;
  row.difference = d ? d : row.difference;
  return row;
}

static void
assert_verdict(const char *expected, struct found_row *rows, size_t n, size_t n_seeds)
{
  struct findings f = {.rows = rows, .n_rows = n, .n_seeds = n_seeds};
  struct buf out = BUF_INIT;

  findings_verdict(&f, &out);
  assert_string_equal(buf_str(&out), expected);
  buf_release(&out);
}

static void
verdict_says_what_was_found(void **state)
{
  struct found_difference worse = {.accuracy = -.031, .ci95 = {-.052, -.009}, .p = .0042, .p_holm = .0082};
  struct found_difference none = {.accuracy = .004, .ci95 = {-.012, .02}, .p = .62, .p_holm = .62};
  struct found_difference hint = {.accuracy = .021, .ci95 = {.001, .04}, .p = .04, .p_holm = .12};
  struct found_row r[4] = {seed, generated, told(both, NULL)};

  (void)state;
  assert_verdict("generated data beside the seeds raised test accuracy by 27.0 points (95 % interval 22.1 to 31.8, "
                 "p < .001) for $0.14", r, 3, 5);
  r[2] = told(both, &worse);
  assert_verdict("generated data beside the seeds lowered test accuracy by 3.1 points (95 % interval -5.2 to -0.9, "
                 "p = .008) for $0.14", r, 3, 5);
  r[2] = told(both, &hint);
  assert_verdict("no more than a hint, since several arms were compared: generated data beside the seeds moved test accuracy "
                 "by +2.1 points (95 % interval 0.1 to 4.0, p = .12) for $0.14", r, 3, 5);
  r[2] = told(both, &none);
  r[2].cost_usd = NAN;
  assert_verdict("no difference could be shown: generated data beside the seeds moved test accuracy by +0.4 points "
                 "(95 % interval -1.2 to 2.0, p = .62; one seed, so without the chance in training)", r, 3, 1);
  assert_verdict("test accuracy is .550 (95 % interval .505 to .594); with one arm there is nothing to compare it with",
                 r, 1, 5);
  /* arms of one's own, with a name that must not reach a terminal as it is */
  r[0].arm = r[0].name = TEXT("plain\x1b[1m");
  r[1] = told(generated, NULL);
  assert_verdict("'generated' instead of 'plain^[[1m' raised test accuracy by 29.6 points (95 % interval 25.1 to 34.1, "
                 "p < .001) for $0.14", r, 2, 5);
  /* an arm that only has the name of a built-in one */
  r[0] = seed;
  r[1].filter = TEXT("words>3");
  assert_verdict("'generated' instead of 'seed' raised test accuracy by 29.6 points (95 % interval 25.1 to 34.1, "
                 "p < .001) for $0.14", r, 2, 5);
  r[0] = r[2] = seed;
  r[1] = told(generated, NULL);
  r[3] = told(generated, &none);
  r[2].student = r[3].student = TEXT("cnn");
  r[3].first = 2;
  assert_verdict("linear: generated data instead of the seeds raised test accuracy by 29.6 points (95 % interval 25.1 "
                 "to 34.1, p < .001) for $0.14; cnn: no difference could be shown: generated data instead of the seeds "
                 "moved test accuracy by +0.4 points (95 % interval -1.2 to 2.0, p = .62) for $0.14", r, 4, 5);
}

static void
what_may_explain_it_is_said_only_of_a_difference(void **state)
{
  struct found_difference none = {.accuracy = .004, .ci95 = {-.012, .02}, .p = .62, .p_holm = .62};
  struct found_row r[2] = {seed, told(both, NULL)};
  struct findings f = {.rows = r, .n_rows = 2, .n_seeds = 5, .test_words = 22};
  struct buf out = BUF_INIT;

  (void)state;
  r[0].known_words = .67;
  r[0].words = 12;
  r[1].known_words = .95;
  r[1].words = 21;
  r[1].new_words = TEXT("plot, acting\x1b");
  findings_why(&f, &out);
  assert_string_equal(buf_str(&out), "of the words in the test texts 95 % occur in 'both' and 67 % in 'seed' (new are plot, "
                                     "acting^[); their texts have 21 and 12 words, test texts 22");
  buf_clear(&out);
  r[1] = told(both, &none);
  findings_why(&f, &out);
  assert_int_equal(out.n, 0);
  buf_release(&out);
}

static void
table_fits_a_terminal(void **state)
{
  struct found_difference worse = {.accuracy = -.27, .ci95 = {-.318, -.221}, .p = .0002, .p_holm = .0004};
  struct found_row r[3] = {seed, generated, told(both, &worse)};
  struct found_point points[] = {{.n = 0, .mean = .55, .ci95 = {.505, .594}}, {.n = 1440, .mean = .82, .ci95 = {.782, .853}}};
  struct found_curve curve = {.of = TEXT("generated"), .points = points, .n_points = 2};
  struct findings f = {
    .rows = r, .n_rows = 3, .n_seeds = 5, .n_test = 500, .guarded = 14, .curves = &curve, .n_curves = 1,
    .detectable = .0397, .discordant = .1,
    .verdict = TEXT("generated data beside the seeds raised test accuracy by 27.0 points (95 % interval 22.1 to 31.8, "
                    "p < .001) for $0.14")};
  struct buf out = BUF_INIT;

  (void)state;
  r[2].accuracy.mean = r[2].accuracy.ci95.hi = 1;
  r[2].cost_usd = .0071;
  r[1].name = TEXT("größer\x1b als die Spalte breit ist");
  findings_table(&f, true, &out);
  assert_string_equal(buf_str(&out),
    "500 test texts can show differences above 4.0 points (four times of five,\n"
    "where two arms answer one text in 10 differently)\n"
    "\n"
    "student linear, 5 seeds, 500 test texts\n"
    "arm                n   acc       95 %    F1       difference (95 %)     p   cost\n"
    "seed              60  .550  .505-.594  .530                       -     -     $0\n"
    "größer^[ als    1440  .846  .810-.877  .840    +29.6 (25.1 to 34.1) <.001  $0.14\n"
    "both            1500 1.000 .782-1.000  .815  -27.0 (-31.8 to -22.1) <.001 $0.007\n"
    "p: corrected for 2 comparisons (Holm)\n"
    "\n"
    "generated texts  accuracy  95 %\n"
    "              0      .550  .505-.594\n"
    "           1440      .820  .782-.853\n"
    "\n"
    "14 training texts left out: in the test set\n"
    "\n"
    "generated data beside the seeds raised test accuracy by 27.0 points (95 %\n"
    "interval 22.1 to 31.8, p < .001) for $0.14\n");
  for (const char *line = buf_str(&out); *line; line += strcspn(line, "\n") + 1)
    assert_true(utf8_columns(line, strcspn(line, "\n")) <= 80);
  buf_release(&out);
}

static void
findings_go_to_json_and_back(void **state)
{
  struct findings f, again;
  struct buf first = BUF_INIT, second = BUF_INIT;
  struct err e = {0};

  (void)state;
  findings_fixture(&f);
  findings_json(&f, &first);
  if (findings_read(buf_str(&first), first.n, &again, &e) < 0)
    fail_msg("%s", e.message);
  findings_json(&again, &second);
  assert_string_equal(buf_str(&first), buf_str(&second));
  assert_true(again.n_rows == f.n_rows && again.n_curves == f.n_curves && again.n_sources == f.n_sources);
  findings_release(&f);
  findings_release(&again);
  buf_release(&first);
  buf_release(&second);
}

static void
documents_of_before_are_read_as_far_as_they_go(void **state)
{
  static const char old[] =
    "{\"arms\":[{\"name\":\"seed\",\"student\":\"linear\",\"n\":60,\"accuracy\":{\"mean\":0.5,\"ci95\":[0.4,0.6],"
    "\"seeds\":[0.5,0.5]},\"macro_f1\":{\"mean\":0.5,\"ci95\":[0.4,0.6],\"seeds\":[]},\"difference\":null,"
    "\"cost_usd\":null}],\"seeds\":2,\"test\":10,\"guarded\":1,\"curve\":[],\"verdict\":\"so\",\"more\":{\"x\":[1]}}";
  struct findings f;
  struct err e = {0};

  (void)state;
  assert_int_equal(findings_read(old, sizeof old - 1, &f, &e), 0);
  assert_string_equal(f.rows[0].name, "seed");
  assert_true(f.rows[0].accuracy.n_seeds == 2 && isnan(f.rows[0].cost_usd) && isnan(f.detectable) && !f.rows[0].difference);
  findings_release(&f);
  assert_int_equal(findings_read("{\"arms\":[{\"name\":7}]}", 21, &f, &e), -1);
  assert_string_equal(e.message, "arms: 'name' is not a string");
  assert_int_equal(findings_read("{\"arms\":{}}", 11, &f, &e), -1);
  assert_string_equal(e.message, "'arms' is not a list");
  assert_int_equal(findings_read("[", 1, &f, &e), -1);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(verdict_says_what_was_found),
    cmocka_unit_test(what_may_explain_it_is_said_only_of_a_difference),
    cmocka_unit_test(table_fits_a_terminal),
    cmocka_unit_test(findings_go_to_json_and_back),
    cmocka_unit_test(documents_of_before_are_read_as_far_as_they_go),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
