/* crossval and judge: folds dealt by label and group, nobody judged by whom it taught, the same on any number of threads. */
#include <locale.h>
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
#include "base/rng.h"
#include "corpus/sample.h"
#include "curate/judge.h"

#define N 240
#define C 3

struct set {
  struct example x[N];
  char text[N][90];
  uint16_t label[N];
  uint8_t uses[N];
  double values[64];
  struct crossval cv;
};

/* Three topics. Texts 0 and 1 are one text, of words that no other has, with a label of their own. Text 2 is of topic 2,
 * and says 0. The last thirty only ask. */
static struct set *
make_set(void)
{
  static const char *const words[C][4] = {
    {"refund", "invoice", "charged", "card"}, {"crash", "error", "freezes", "bug"}, {"password", "login", "account", "locked"}};
  struct set *s = xcalloc(1, sizeof *s);
  struct rng r;

  rng_seed(&r, 3);
  for (size_t i = 0; i < N; i++) {
    s->label[i] = (uint16_t)(i % C);
    snprintf(s->text[i], sizeof s->text[i], "%s my %s %s %u", words[i % C][rng_below(&r, 4)], words[i % C][rng_below(&r, 4)],
             words[i % C][rng_below(&r, 4)], (unsigned)rng_below(&r, 40));
    s->x[i] = (struct example){.text = s->text[i], .labels = &s->label[i], .n_labels = 1};
    s->uses[i] = i < N - 30 ? CROSSVAL_LEARN : CROSSVAL_ASK;
  }
  for (size_t i = 0; i < 2; i++)
    snprintf(s->text[i], sizeof s->text[i], "zeppelin yonder quartz xylophone");
  s->label[0] = s->label[1] = 1;
  s->label[2] = 0;
  s->cv.kind = student_kind_find("linear");
  student_defaults(s->cv.kind, s->values);
  s->cv = (struct crossval){.kind = s->cv.kind, .values = s->values, .task = {.n_classes = C}, .folds = 5, .seed = 7,
                            .threads = 1};
  return s;
}

static void
groups_of(uint32_t *group, bool twins)
{
  for (uint32_t i = 0; i < N; i++)
    group[i] = i;
  if (twins)
    group[1] = 0;
}

static void
test_deal(void **state)
{
  struct set *s = make_set();
  uint32_t group[N], counts[5][C] = {{0}};
  uint8_t fold[N], again[N];

  (void)state;
  groups_of(group, true);
  for (uint32_t i = 40; i < 60; i++)  /* a large group, of all labels */
    group[i] = 40;
  assert_int_equal(crossval_deal(&s->cv, s->x, s->uses, group, N, fold), 5);
  crossval_deal(&s->cv, s->x, s->uses, group, N, again);
  assert_memory_equal(fold, again, N);
  assert_int_equal(fold[0], fold[1]);
  for (uint32_t i = 40; i < 60; i++)
    assert_int_equal(fold[i], fold[40]);
  groups_of(group, false);
  crossval_deal(&s->cv, s->x, s->uses, group, N, fold);
  for (size_t i = 0; i < N; i++) {
    assert_true(s->uses[i] == CROSSVAL_ASK ? fold[i] == 255 : fold[i] < 5);
    if (fold[i] < 5)
      counts[fold[i]][s->label[i]]++;
  }
  for (int f = 1; f < 5; f++)
    for (int c = 0; c < C; c++)
      assert_true(abs((int)counts[f][c] - (int)counts[0][c]) <= 1);
  s->cv.seed++;
  crossval_deal(&s->cv, s->x, s->uses, group, N, again);
  assert_memory_not_equal(fold, again, N);
  s->cv.folds = 50;
  assert_int_equal(crossval_deal(&s->cv, s->x, s->uses, group, 10, fold), 10);
  free(s);
}

static void
run(const struct set *s, const uint32_t *group, float *p)
{
  struct err e = {0};

  assert_int_equal(crossval_run(&s->cv, s->x, s->uses, group, N, p, NULL, &e), 0);
}

/* A text that only its twin could tell of: known where the twin is in another fold, unknown in one group. */
static void
test_out_of_fold(void **state)
{
  struct set *s = make_set();
  uint32_t group[N];
  float apart[N * C], together[N * C];
  size_t right = 0;

  (void)state;
  groups_of(group, true);
  run(s, group, together);
  groups_of(group, false);
  for (int seed = 1; s->cv.seed; seed++) {  /* a dealing in which they are apart */
    uint8_t fold[N];

    s->cv.seed = (uint64_t)seed;
    crossval_deal(&s->cv, s->x, s->uses, group, N, fold);
    if (fold[0] != fold[1])
      break;
  }
  run(s, group, apart);
  assert_true(apart[1] > .6f && apart[C + 1] > .6f);
  assert_true(together[1] < .5f && together[C + 1] < .5f);
  assert_true(together[2 * C + 2] > .8f && together[2 * C] < .1f);  /* nobody who learned its wrong label judges it */
  for (size_t i = N - 30; i < N; i++)
    right += together[i * C + i % C] > .5f;
  assert_true(right >= 29);
  free(s);
}

static void
test_threads(void **state)
{
  struct set *s = make_set();
  uint32_t group[N];
  float one[N * C], three[N * C];

  (void)state;
  groups_of(group, true);
  run(s, group, one);
  s->cv.threads = 3;
  run(s, group, three);
  assert_memory_equal(one, three, sizeof one);
  s->cv.most = 40;
  run(s, group, three);
  assert_memory_not_equal(one, three, sizeof one);
  s->cv.threads = 1;
  run(s, group, one);
  assert_memory_equal(one, three, sizeof one);
  free(s);
}

/* Who is only judged teaches nobody: a label that all of its texts have wrongly. */
static void
test_judged_only(void **state)
{
  struct set *s = make_set();
  uint32_t group[N];
  float p[N * C];

  (void)state;
  groups_of(group, false);
  for (size_t i = 0; i < N; i++)
    if (i % C == 2) {
      s->label[i] = 0;
      s->uses[i] = CROSSVAL_JUDGE;
    }
  run(s, group, p);
  for (size_t i = 0; i < N; i++)
    assert_true(p[i * C + 2] < .2f);
  free(s);
}

struct watch {
  struct stop stop;
  double last;
  int calls;
};

static void
told(void *arg, double done, double total)
{
  struct watch *w = arg;

  assert_true(done >= w->last - 1e-9 && done <= total + 1e-9);
  w->last = done;
  w->calls++;
  if (done > .7 * total)
    atomic_store(&w->stop.wanted, true);
}

static void
test_stop(void **state)
{
  struct set *s = make_set();
  struct watch w = {0};
  struct judgement j;
  struct err e = {0};

  (void)state;
  s->cv.stop = &w.stop;
  s->cv.told = told;
  s->cv.arg = &w;
  assert_int_equal(judge_run(&s->cv, s->x, s->uses, NULL, N, &j, &e), -1);
  assert_int_equal(e.code, ERR_INTERRUPTED);
  assert_null(j.values[0]);
  assert_true(w.calls > 10);
  free(s);
}

static void
test_judge(void **state)
{
  struct set *s = make_set();
  struct judgement j;
  struct err e = {0};

  (void)state;
  assert_int_equal(judge_run(&s->cv, s->x, s->uses, NULL, N, &j, &e), 0);
  assert_int_equal(j.n_judged, N - 30);
  assert_int_equal(j.n_asked, 30);
  assert_true(j.values[JUDGED_SUSPECT][2] > .9f);
  assert_true(j.values[JUDGED_ISSUE][2] == 1 && j.values[JUDGED_SUGGESTED][2] == 2);
  assert_true(j.values[JUDGED_SUSPECT][5] < .1f && j.values[JUDGED_ISSUE][5] == 0);
  assert_true(isnan(j.values[JUDGED_SUSPECT][N - 1]) && j.values[JUDGED_SUGGESTED][N - 1] == (N - 1) % C);
  assert_true(j.uncertainty[5] >= 0 && j.uncertainty[5] < j.uncertainty[0] && j.uncertainty[0] <= 1);
  assert_true(j.accuracy > .95);
  assert_true(j.n_pairs >= 1 && j.pairs[0].estimated >= 1);
  judgement_release(&j);
  free(s);
}

/* Several labels: text 2 lacks one that all of its like have. */
static void
test_judge_many(void **state)
{
  struct set *s = make_set();
  struct judgement j;
  struct err e = {0};
  size_t i;

  (void)state;
  s->cv.task.multilabel = true;
  s->x[2].n_labels = 0;
  assert_int_equal(judge_run(&s->cv, s->x, s->uses, NULL, N, &j, &e), 0);
  assert_true(j.values[JUDGED_SUSPECT][2] > .5f && j.values[JUDGED_SUGGESTED][2] == 2);
  assert_true(j.values[JUDGED_SUSPECT][5] < .3f);
  for (i = 0; i < j.n_pairs; i++)
    if (j.pairs[i].given == LABEL_NONE && j.pairs[i].suggested == 2)
      break;
  assert_true(i < j.n_pairs && j.pairs[i].n >= 1);
  judgement_release(&j);
  free(s);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_deal), cmocka_unit_test(test_out_of_fold), cmocka_unit_test(test_threads),
    cmocka_unit_test(test_judged_only), cmocka_unit_test(test_stop), cmocka_unit_test(test_judge),
    cmocka_unit_test(test_judge_many),
  };

  setlocale(LC_CTYPE, "C.UTF-8");
  return cmocka_run_group_tests_name("curate-crossval", tests, NULL, NULL);
}
