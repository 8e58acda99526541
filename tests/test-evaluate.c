/* metric: against figures of scikit-learn 1.2.1 and cases counted by hand.
 *
 * The figures come from this script (Debian 12, python3-sklearn), whose lcg is the one below:
 *   t = lcg(200, 4, 1); r = lcg(200, 10, 2); q = lcg(200, 4, 3); p = where(r < 6, t, q)
 *   accuracy_score(t, p), f1_score(t, p, average='macro'), precision_recall_fscore_support(t, p)
 *   confusion_matrix(t, p)
 *   w = lcg(800, 100, 4).reshape(200, 4) + 1; log_loss(t, w / w.sum(1)), accuracy_score(t, w.argmax(1))
 *   f1_score(t, p, average='macro', sample_weight=lcg(200, 4, 5))
 *   T = lcg(800, 3, 6) == 0; Q = where(lcg(800, 10, 8) < 7, T, lcg(800, 3, 7) == 0), both 200 x 4
 *   accuracy_score(T, Q), precision_score, recall_score, f1_score(T, Q, average='micro')
 *   f1_score(T, Q, average='macro') */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "evaluate/metric.h"

#define N 200
#define C 4
/* cmocka compares floats, not doubles, and by their ratio, too */
#define assert_within(a, b, most) assert_true(fabs((a) - (b)) <= (most))
#define assert_near(a, b) assert_within(a, b, 1e-12)

static void
lcg(int32_t *out, size_t n, uint32_t k, uint32_t seed)
{
  for (size_t i = 0; i < n; i++) {
    seed = (uint32_t)((seed * 1103515245ull + 12345) & 0x7fffffff);
    out[i] = (int32_t)((seed >> 16) % k);
  }
}

static int32_t truth[N], predicted[N];

static void
make_case(void)
{
  int32_t r[N], q[N];

  lcg(truth, N, C, 1);
  lcg(r, N, 10, 2);
  lcg(q, N, C, 3);
  for (size_t i = 0; i < N; i++)
    predicted[i] = r[i] < 6 ? truth[i] : q[i];
}

static void
counts_equal_those_of_scikit_learn(void **state)
{
  static const double expected[C][3] = {
    {.6, .7692307692307693, .6741573033707865}, {.7647058823529411, .6964285714285714, .7289719626168223},
    {.7441860465116279, .5925925925925926, .6597938144329897},
    {.7142857142857143, .7843137254901961, .7476635514018691},
  };
  static const size_t support[C] = {39, 56, 54, 51};
  static const size_t confusion[C * C] = {30, 4, 3, 2, 8, 39, 4, 5, 7, 6, 32, 9, 5, 2, 4, 40};
  struct metric m;

  (void)state;
  make_case();
  metric_init(&m);
  metric_count(&m, C, truth, predicted, N);
  assert_int_equal(m.n, N);
  assert_near(m.accuracy, .705);
  assert_near(m.macro_f1, .7026466579556169);
  for (size_t c = 0; c < C; c++) {
    assert_near(m.per_label[c].precision, expected[c][0]);
    assert_near(m.per_label[c].recall, expected[c][1]);
    assert_near(m.per_label[c].f1, expected[c][2]);
    assert_int_equal(m.per_label[c].support, support[c]);
  }
  assert_memory_equal(m.confusion, confusion, sizeof confusion);
  assert_true(isnan(m.log_loss));
  metric_release(&m);
}

static void
probabilities_give_log_loss(void **state)
{
  int32_t w[N * C];
  float p[N * C];
  struct metric m;

  (void)state;
  make_case();
  lcg(w, N * C, 100, 4);
  for (size_t i = 0; i < N; i++) {
    double sum = 0;

    for (size_t c = 0; c < C; c++)
      sum += w[i * C + c] + 1;
    for (size_t c = 0; c < C; c++)
      p[i * C + c] = (float)((w[i * C + c] + 1) / sum);
  }
  metric_init(&m);
  metric_probabilities(&m, C, truth, p, N);
  assert_within(m.log_loss, 1.6413052, 1e-7);
  assert_near(m.accuracy, .27);
  /* a text whose label had no probability at all costs much, not everything */
  memset(p, 0, sizeof p);
  metric_probabilities(&m, C, truth, p, 1);
  assert_near(m.log_loss, -log(1e-15));
  metric_release(&m);
}

static void
unlabelled_are_left_out_and_unanswered_are_wrong(void **state)
{
  static const int32_t t[] = {0, 0, METRIC_NONE, 1, 1, METRIC_NONE}, p[] = {0, METRIC_NONE, 1, 1, 0, METRIC_NONE};
  struct metric m;

  (void)state;
  metric_init(&m);
  metric_count(&m, 3, t, p, 6);
  assert_int_equal(m.n, 4);
  assert_int_equal(m.n_unlabelled, 2);
  assert_int_equal(m.n_unanswered, 1);
  assert_near(m.accuracy, .5);
  assert_near(m.per_label[0].precision, .5);
  assert_near(m.per_label[0].recall, .5);
  assert_near(m.per_label[1].f1, 2. / 3);
  /* label 2 never occurs and so is not in the mean: (1/2 + 2/3) / 2 */
  assert_near(m.macro_f1, 7. / 12);
  metric_count(&m, 3, t, p, 0);
  assert_near(m.accuracy, 0);
  assert_near(m.ci95[0], 0);
  assert_near(m.ci95[1], 1);
  metric_release(&m);
}

static void
macro_f1_takes_weights(void **state)
{
  int32_t w[N];
  uint32_t weight[N];
  size_t tally[3 * C];

  (void)state;
  make_case();
  lcg(w, N, 4, 5);
  for (size_t i = 0; i < N; i++)
    weight[i] = (uint32_t)w[i];
  assert_near(metric_macro_f1(C, truth, predicted, NULL, N, tally), .7026466579556169);
  assert_near(metric_macro_f1(C, truth, predicted, weight, N, tally), .6546032414541776);
}

static void
several_labels_equal_those_of_scikit_learn(void **state)
{
  int32_t a[N * C], b[N * C], r[N * C];
  uint8_t t[N * C], p[N * C], labelled[N];
  struct metric_multi m;

  (void)state;
  lcg(a, N * C, 3, 6);
  lcg(b, N * C, 3, 7);
  lcg(r, N * C, 10, 8);
  for (size_t i = 0; i < N * C; i++) {
    t[i] = a[i] == 0;
    p[i] = r[i] < 7 ? t[i] : b[i] == 0;
  }
  metric_multi_init(&m);
  metric_multi_count(&m, C, t, p, NULL, N);
  assert_near(m.subset_accuracy, .595);
  assert_near(m.micro_precision, .7900355871886121);
  assert_near(m.micro_recall, .8345864661654135);
  assert_near(m.micro_f1, .8117001828153565);
  assert_near(m.macro_f1, .811464413660266);
  for (size_t i = 0; i < N; i++)
    labelled[i] = i % 2;
  metric_multi_count(&m, C, t, p, labelled, N);
  assert_int_equal(m.n, N / 2);
  assert_int_equal(m.n_unlabelled, N / 2);
  metric_multi_release(&m);
}

static void
json_has_the_promised_shape(void **state)
{
  static const char *const names[] = {"a", "b \"x\""};
  static const int32_t t[] = {0, 0, 1, 1}, p[] = {0, 1, 1, 1};
  struct buf out = BUF_INIT;
  struct err e = {0};
  struct metric m;
  struct json *j;

  (void)state;
  metric_init(&m);
  metric_count(&m, 2, t, p, 4);
  metric_json(&m, names, &out);
  j = json_parse(buf_str(&out), out.n, NULL, &e);
  assert_non_null(j);
  assert_near(json_number(json_get(j, "n"), 0), 4);
  assert_near(json_number(json_get(j, "accuracy"), 0), .75);
  assert_near(json_number(json_get(j, "macro_f1"), 0), (2. / 3 + .8) / 2);
  assert_near(json_number(json_at(json_get(j, "accuracy_ci95"), 1), 0), m.ci95[1]);
  assert_string_equal(json_string(json_get(json_at(json_get(j, "per_label"), 1), "label")), names[1]);
  assert_near(json_number(json_get(json_at(json_get(j, "per_label"), 1), "support"), 0), 2);
  assert_near(json_number(json_at(json_at(json_get(j, "confusion"), 0), 1), 0), 1);
  assert_null(json_get(j, "log_loss"));
  json_free(j);
  buf_release(&out);
  metric_release(&m);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(counts_equal_those_of_scikit_learn),
    cmocka_unit_test(probabilities_give_log_loss),
    cmocka_unit_test(unlabelled_are_left_out_and_unanswered_are_wrong),
    cmocka_unit_test(macro_f1_takes_weights),
    cmocka_unit_test(several_labels_equal_those_of_scikit_learn),
    cmocka_unit_test(json_has_the_promised_shape),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
