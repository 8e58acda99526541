/* experiment: the data of arms, the runs, the result, over a corpus made here and a student made here: naive Bayes on
 * words that forgets a fifth of its texts by its seed. (It stands in for the students' table, so that this test knows
 * exactly what a student is given; the real ones are run by test-evaluate-trained.c.) */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/utf8.h"
#include "evaluate/arm.h"
#include "evaluate/experiment.h"
#include "evaluate/experiment_text.h"

/* ---- the student ---- */

#define WORDS 512

struct student {
  size_t C;
  bool multilabel;
  double votes[WORDS][8], prior[8];
};
struct training {
  struct student *made;
  int steps;
};

static size_t n_trainings;   /* how often one was begun */
static size_t n_given;       /* texts of the last one */

static uint32_t
word_of(const char **at, size_t *n)
{
  while (**at == ' ')
    ++*at;
  *n = strcspn(*at, " ");
  *at += *n;
  return *n ? (uint32_t)(hash_bytes(*at - *n, *n, 0) % WORDS) : 0;
}

static const struct student_kind bayes = {.name = "bayes", .summary = "for this test"};
const struct student_kind *const student_kinds[] = {&bayes};
const size_t student_n_kinds = 1;

const struct student_kind *
student_kind_find(const char *name)
{
  return strcmp(name, "bayes") == 0 || strcmp(name, "linear") == 0 ? &bayes : NULL;
}

void
student_defaults(const struct student_kind *kind, double *values)
{
  (void)kind;
  (void)values;
}

struct training *
training_new(const struct student_kind *kind, const struct student_task *task, const struct example *train, size_t n,
             const struct example *valid, size_t n_valid, const double *values, uint64_t seed, int threads,
             struct err *e)
{
  struct training *t = xcalloc(1, sizeof *t);
  struct rng random;

  (void)kind, (void)valid, (void)n_valid, (void)values, (void)threads, (void)e;
  t->made = xcalloc(1, sizeof *t->made);
  t->made->C = task->n_classes;
  t->made->multilabel = task->multilabel;
  rng_seed(&random, seed);
  n_trainings++;
  n_given = n;
  for (size_t i = 0; i < n; i++) {
    const char *at = train[i].text;
    size_t len;
    uint32_t word;

    assert_true(train[i].weight > 0);
    if (rng_below(&random, 5) == 0)
      continue;
    for (size_t l = 0; l < train[i].n_labels; l++)
      t->made->prior[train[i].labels[l]] += (double)train[i].weight;
    while (word = word_of(&at, &len), len > 0)
      for (size_t l = 0; l < train[i].n_labels; l++)
        t->made->votes[word][train[i].labels[l]] += (double)train[i].weight;
  }
  return t;
}

int
training_step(struct training *t, struct train_point *p, struct err *e)
{
  (void)e;
  *p = (struct train_point){.step = ++t->steps, .n_steps = 3};
  return t->steps < 3;
}

struct student *
training_take(struct training *t, struct err *e)
{
  struct student *s = t->made;

  (void)e;
  t->made = NULL;
  return s;
}

void
training_free(struct training *t)
{
  if (t)
    free(t->made);
  free(t);
}

static void
score(const struct student *s, const char *at, double *out)
{
  size_t len;
  uint32_t word;

  for (size_t c = 0; c < s->C; c++)
    out[c] = log(s->prior[c] + 1);
  while (word = word_of(&at, &len), len > 0)
    for (size_t c = 0; c < s->C; c++)
      out[c] += log((s->votes[word][c] + .1) / (s->prior[c] * 8 + .1 * WORDS));
}

void
student_predict(const struct student *s, const struct example *x, size_t n, int threads, float *probabilities)
{
  (void)threads;
  for (size_t i = 0; i < n; i++) {
    double out[8], best = -INFINITY;

    score(s, x[i].text, out);
    for (size_t c = 0; c < s->C; c++)
      best = fmax(best, out[c]);
    for (size_t c = 0; c < s->C; c++)
      probabilities[i * s->C + c] = out[c] == best ? .3f : .1f;
  }
}

/* Of several labels those hold that reach the student's own threshold, which is not one half. */
void
student_info(const struct student *s, struct student_info *out)
{
  (void)s;
  *out = (struct student_info){.threshold = .2f};
}

void
student_predict_top(const struct student *s, const struct example *x, size_t n, int threads, uint16_t *labels,
                    float *probabilities)
{
  (void)threads, (void)probabilities;
  for (size_t i = 0; i < n; i++) {
    double out[8];

    score(s, x[i].text, out);
    labels[i] = 0;
    for (size_t c = 1; c < s->C; c++)
      if (out[c] > out[labels[i]])
        labels[i] = (uint16_t)c;
  }
}

void
student_free(struct student *s)
{
  free(s);
}

/* ---- the corpus ---- */

#define C 3
/* cmocka compares floats, not doubles, and by their ratio, too */
#define assert_within(a, b, most) assert_true(fabs((a) - (b)) <= (most))

static struct corpus *corpus;
static struct rng random_texts;

static void
begin(enum task task)
{
  corpus = corpus_new(task);
  corpus_apply_label(corpus, "alpha", "");
  corpus_apply_label(corpus, "beta", "");
  corpus_apply_label(corpus, "gamma", "");
  rng_seed(&random_texts, 5);
  n_trainings = 0;
}

static void
add(const char *text, int label, enum split split, enum origin origin, enum status status)
{
  uint16_t labels[] = {(uint16_t)label};
  struct sample s = {.text = text, .n_text = (uint32_t)strlen(text), .labels = labels, .n_labels = label >= 0,
                     .split = split, .origin = origin, .status = status, .attributes = ""};

  corpus_apply_insert(corpus, &s, 1);
}

/* n texts of ten words each; two in ten words belong to the label, which is told wrongly in `wrong` of ten texts. */
static void
add_many(size_t n, int wrong, enum split split, enum origin origin)
{
  for (size_t i = 0; i < n; i++) {
    char text[200] = "";
    size_t at = 0, label = i % C;

    for (int w = 0; w < 10; w++) {
      bool telling = rng_below(&random_texts, 10) < 2;
      int word = (int)rng_below(&random_texts, telling ? 30 : 90);

      at += (size_t)snprintf(text + at, sizeof text - at, "%c%d ", telling ? (int)('a' + label) : 'w', word);
    }
    if ((int)rng_below(&random_texts, 10) < wrong)
      label = (label + 1) % C;
    add(text, (int)label, split, origin, STATUS_NEW);
  }
}

static const struct experiment_result *
run(struct experiment **keep, const struct experiment_options *o)
{
  struct err e = {0};
  struct experiment *x = experiment_new(corpus, NULL, o, &e);
  struct experiment_progress p, before = {0};
  int more;

  if (!x)
    fail_msg("%s", e.message);
  assert_null(experiment_result(x));
  while ((more = experiment_step(x, NULL, &e)) == 1) {
    experiment_progress(x, &p);
    assert_true(p.done >= before.done && p.done <= p.total && p.runs_done <= p.n_runs);
    before = p;
  }
  assert_int_equal(more, 0);
  experiment_progress(x, &p);
  assert_int_equal(p.done, p.total);
  *keep = x;
  return experiment_result(x);
}

static void
assert_error(const struct experiment_options *o, const char *message)
{
  struct err e = {0};

  assert_null(experiment_new(corpus, NULL, o, &e));
  assert_int_equal(e.code, ERR_INPUT);
  assert_string_equal(e.message, message);
}

/* ---- tests ---- */

static void
arms_hold_what_they_say(void **state)
{
  static const char *const specs[] = {"seed,generated,both", "mine=origin:imported",
                                      "raw=origin:generated status:new,rejected"};
  static const size_t n[] = {3, 3, 6, 1, 4};
  struct arms a;
  struct err e = {0};
  double of[C] = {0};

  (void)state;
  begin(TASK_CLASSIFY);
  add("one two three", 0, SPLIT_TEST, ORIGIN_IMPORTED, STATUS_NEW);
  add("nobody labelled this", -1, SPLIT_TEST, ORIGIN_IMPORTED, STATUS_NEW);
  add("rejected test text", 1, SPLIT_TEST, ORIGIN_IMPORTED, STATUS_REJECTED);
  add("seed a", 0, SPLIT_TRAIN, ORIGIN_SEED, STATUS_NEW);
  add("seed b", 0, SPLIT_TRAIN, ORIGIN_SEED, STATUS_ACCEPTED);
  add("seed c", 1, SPLIT_TRAIN, ORIGIN_SEED, STATUS_NEW);
  add("One, two: THREE!", 0, SPLIT_TRAIN, ORIGIN_SEED, STATUS_NEW);           /* guarded, in two arms */
  add("generated a", 0, SPLIT_TRAIN, ORIGIN_GENERATED, STATUS_NEW);
  add("generated b", 1, SPLIT_TRAIN, ORIGIN_GENERATED, STATUS_ACCEPTED);
  add("generated c", 2, SPLIT_TRAIN, ORIGIN_GENERATED, STATUS_NEW);
  add("generated d", 1, SPLIT_TRAIN, ORIGIN_GENERATED, STATUS_REJECTED);
  add("generated e", 1, SPLIT_TRAIN, ORIGIN_GENERATED, STATUS_REJECTED);
  add("generated f", 1, SPLIT_VALID, ORIGIN_GENERATED, STATUS_NEW);
  add("generated g", -1, SPLIT_TRAIN, ORIGIN_GENERATED, STATUS_NEW);
  add("one two three ", 2, SPLIT_TRAIN, ORIGIN_GENERATED, STATUS_NEW);        /* guarded, in three */
  add("imported a", 2, SPLIT_POOL, ORIGIN_IMPORTED, STATUS_NEW);
  add("imported b", 2, SPLIT_TRAIN, ORIGIN_IMPORTED, STATUS_REJECTED);
  assert_int_equal(arms_collect(&a, corpus, NULL, specs, 1, "split:test", NULL, false, &e), 0);
  for (size_t i = 0; i < 3; i++)
    assert_int_equal(a.arms[i].n, n[i]);
  assert_int_equal(a.guarded, 2);
  assert_int_equal(a.n_test, 1);
  assert_int_equal(a.n_test_unlabelled, 1);
  assert_true(a.arms[0].cost_usd == 0);
  /* both: three of alpha, two of beta, one of gamma, and each label counts alike */
  for (size_t i = 0; i < a.arms[2].n; i++)
    of[a.arms[2].examples[i].labels[0]] += (double)a.arms[2].examples[i].weight;
  for (size_t c = 0; c < C; c++)
    assert_within(of[c], 2, 1e-6);
  arms_release(&a);
  assert_int_equal(arms_collect(&a, corpus, NULL, &specs[2], 1, "split:test", NULL, false, &e), 0);
  assert_int_equal(a.arms[0].n, n[4]);
  assert_string_equal(a.arms[0].name, "raw");
  assert_int_equal(a.guarded, 1);
  arms_release(&a);
  assert_int_equal(arms_collect(&a, corpus, NULL, &specs[1], 1, "split:test", NULL, false, &e), -1);  /* one label */
  assert_int_equal(a.arms[0].n, n[3]);
  arms_release(&a);
  corpus_free(corpus);
}

static void
mistakes_are_named(void **state)
{
  (void)state;
  begin(TASK_CLASSIFY);
  add_many(30, 0, SPLIT_TRAIN, ORIGIN_SEED);
  assert_error(&(struct experiment_options){0},
               "no test texts with a label match 'split:test' (import some with --split test)");
  add_many(30, 0, SPLIT_TEST, ORIGIN_IMPORTED);
  assert_error(&(struct experiment_options){0}, "arm 'generated' has no training texts (filter 'origin:generated')");
  assert_error(&(struct experiment_options){.arms = {"seed", "x=label:alpha"}, .n_arms = 2},
               "arm 'x' has one label only, 'alpha' (filter 'label:alpha')");
  assert_error(&(struct experiment_options){.arms = {"sed"}, .n_arms = 1},
               "no arm 'sed' (seed, generated, both, or NAME=FILTER)");
  assert_error(&(struct experiment_options){.arms = {"=x"}, .n_arms = 1},
               "an arm is NAME=FILTER, not '=x' (a name has 1 to 60 bytes)");
  assert_error(&(struct experiment_options){.arms = {"seed,seed"}, .n_arms = 1}, "two arms are named 'seed'");
  assert_error(&(struct experiment_options){.arms = {"seed"}, .n_arms = 1, .students = {"giant"}, .n_students = 1},
               "no student 'giant' (there are: bayes)");
  assert_error(&(struct experiment_options){.arms = {"seed"}, .n_arms = 1, .n_seeds = 101},
               "101 seeds are not possible (1 to 100)");
  corpus_free(corpus);
}

static void
good_texts_help(void **state)
{
  struct experiment *x, *again;
  const struct experiment_result *r;
  struct buf a = BUF_INIT, b = BUF_INIT;
  struct err e = {0};
  struct json *j;
  const struct json *arm;

  (void)state;
  begin(TASK_CLASSIFY);
  add_many(200, 0, SPLIT_TEST, ORIGIN_IMPORTED);
  add_many(12, 0, SPLIT_TRAIN, ORIGIN_SEED);
  add_many(300, 0, SPLIT_TRAIN, ORIGIN_GENERATED);
  r = run(&x, &(struct experiment_options){.n_seeds = 4});
  assert_int_equal(n_trainings, 12);
  assert_int_equal(r->n_rows, 3);
  assert_true(r->rows[0].is_first && !r->rows[1].is_first);
  assert_int_equal(r->rows[2].n, 312);
  assert_true(r->rows[2].difference.lo > .05 && r->rows[2].difference.p < .001);
  assert_within(r->rows[2].difference.mean, r->rows[2].accuracy.mean - r->rows[0].accuracy.mean, 1e-12);
  assert_non_null(strstr(r->verdict, "generated data beside the seeds raised test accuracy by "));

  experiment_json(r, &a);
  j = json_parse(buf_str(&a), a.n, NULL, &e);
  assert_non_null(j);
  arm = json_at(json_get(j, "arms"), 2);
  assert_string_equal(json_string(json_get(arm, "name")), "both");
  assert_string_equal(json_string(json_get(arm, "student")), "bayes");
  assert_int_equal(json_size(json_path(arm, "accuracy", "seeds", NULL)), 4);
  assert_true(json_number(json_path(arm, "accuracy", "mean", NULL), 0) == r->rows[2].accuracy.mean);
  assert_int_equal(json_size(json_path(arm, "macro_f1", "ci95", NULL)), 2);
  assert_true(json_number(json_path(arm, "difference", "accuracy", NULL), 0) == r->rows[2].difference.mean);
  assert_true(json_number(json_at(json_path(arm, "difference", "ci95", NULL), 0), 0) == r->rows[2].difference.lo);
  assert_true(json_number(json_path(arm, "difference", "p", NULL), 9) == r->rows[2].difference.p);
  assert_int_equal(json_type(json_get(json_at(json_get(j, "arms"), 0), "difference")), JSON_NULL);
  assert_true(json_number(json_get(arm, "cost_usd"), 9) == 0);
  assert_true(json_number(json_get(j, "guarded"), 9) == 0);
  assert_int_equal(json_size(json_get(j, "curve")), 0);
  assert_string_equal(json_string(json_get(j, "verdict")), r->verdict);
  json_free(j);

  r = run(&again, &(struct experiment_options){.n_seeds = 4});
  experiment_json(r, &b);
  assert_string_equal(buf_str(&a), buf_str(&b));
  buf_release(&a);
  buf_release(&b);
  experiment_free(again);
  experiment_free(x);
  corpus_free(corpus);
}

static void
bad_texts_harm_and_useless_ones_show_nothing(void **state)
{
  struct experiment *x;
  const struct experiment_result *r;

  (void)state;
  begin(TASK_CLASSIFY);
  add_many(200, 0, SPLIT_TEST, ORIGIN_IMPORTED);
  add_many(120, 0, SPLIT_TRAIN, ORIGIN_SEED);
  add_many(300, 9, SPLIT_TRAIN, ORIGIN_GENERATED);
  r = run(&x, &(struct experiment_options){.n_seeds = 3});
  assert_non_null(strstr(r->verdict, "generated data beside the seeds lowered test accuracy by "));
  experiment_free(x);
  /* an arm against itself under another name */
  r = run(&x, &(struct experiment_options){.arms = {"seed", "same=origin:seed"}, .n_arms = 2, .n_seeds = 3});
  assert_true(r->rows[1].difference.mean == 0 && r->rows[1].difference.p > .9);
  assert_non_null(strstr(r->verdict,
                         "no difference could be shown: 'same' instead of 'seed' moved test accuracy by +0.0 points"));
  experiment_free(x);
  corpus_free(corpus);
}

static void
curve_grows_to_all_texts(void **state)
{
  struct experiment *x;
  const struct experiment_result *r;

  (void)state;
  begin(TASK_CLASSIFY);
  add_many(150, 0, SPLIT_TEST, ORIGIN_IMPORTED);
  add_many(12, 0, SPLIT_TRAIN, ORIGIN_SEED);
  add_many(301, 0, SPLIT_TRAIN, ORIGIN_GENERATED);
  r = run(&x, &(struct experiment_options){.n_seeds = 2, .curve = true});
  /* 0, 9, 18, 36, 72, 144, 301: the ends are arms */
  assert_int_equal(r->n_points, 7);
  assert_int_equal(r->curve[0].n, 0);
  assert_int_equal(r->curve[1].n, 9);
  assert_int_equal(r->curve[5].n, 144);
  assert_int_equal(r->curve[6].n, 301);
  assert_true(r->curve[0].mean == r->rows[0].accuracy.mean && r->curve[6].mean == r->rows[2].accuracy.mean);
  assert_true(r->curve[6].mean > r->curve[1].mean);
  assert_int_equal(n_trainings, 2 * (3 + 5));
  assert_int_equal(n_given, 12 + 144);
  experiment_free(x);
  corpus_free(corpus);
}

static void
points_are_drawn_label_by_label(void **state)
{
  static const char *const specs[] = {"seed"};
  struct arms a;
  struct err e = {0};
  struct example *few, *more, *other;
  size_t of[C] = {0}, n_same = 0;

  (void)state;
  begin(TASK_CLASSIFY);
  add_many(30, 0, SPLIT_TEST, ORIGIN_IMPORTED);
  add_many(6, 0, SPLIT_TRAIN, ORIGIN_SEED);
  add_many(90, 0, SPLIT_TRAIN, ORIGIN_GENERATED);
  assert_int_equal(arms_collect(&a, corpus, NULL, specs, 1, "split:test", NULL, true, &e), 0);
  few = arms_draw(&a, 12, 3);
  more = arms_draw(&a, 60, 3);
  other = arms_draw(&a, 12, 4);
  for (size_t i = 0; i < 18; i++) {
    assert_ptr_equal(few[i].text, more[i].text);
    n_same += i >= 6 && few[i].text == other[i].text;
  }
  for (size_t i = 0; i < 66; i++)
    of[more[i].labels[0]]++;
  for (size_t c = 0; c < C; c++)
    assert_int_equal(of[c], 22);
  assert_true(n_same < 6);
  free(few);
  free(more);
  free(other);
  arms_release(&a);
  corpus_free(corpus);
}

static void
several_labels_a_text_work(void **state)
{
  struct experiment *x;
  const struct experiment_result *r;

  (void)state;
  begin(TASK_MULTILABEL);
  add_many(100, 0, SPLIT_TEST, ORIGIN_IMPORTED);
  add_many(12, 0, SPLIT_TRAIN, ORIGIN_SEED);
  add_many(200, 0, SPLIT_TRAIN, ORIGIN_GENERATED);
  r = run(&x, &(struct experiment_options){.n_seeds = 2, .arms = {"seed,both"}, .n_arms = 1});
  assert_true(r->rows[1].difference.lo > 0);
  assert_true(r->rows[1].macro_f1.lo > 0 && r->rows[1].macro_f1.lo < r->rows[1].macro_f1.mean);
  assert_within(r->rows[1].macro_f1.mean, r->rows[1].accuracy.mean, .1);
  experiment_free(x);
  corpus_free(corpus);
}

static void
stop_is_heard(void **state)
{
  struct stop stop = {.wanted = false};
  struct err e = {0};
  struct experiment *x;

  (void)state;
  begin(TASK_CLASSIFY);
  add_many(30, 0, SPLIT_TEST, ORIGIN_IMPORTED);
  add_many(30, 0, SPLIT_TRAIN, ORIGIN_SEED);
  x = experiment_new(corpus, NULL, &(struct experiment_options){.arms = {"seed"}, .n_arms = 1}, &e);
  for (int i = 0; i < 6; i++)
    assert_int_equal(experiment_step(x, &stop, &e), 1);
  atomic_store(&stop.wanted, true);
  assert_int_equal(experiment_step(x, &stop, &e), -1);
  assert_int_equal(e.code, ERR_INTERRUPTED);
  assert_string_equal(e.message, "stopped after 1 of 5 runs");
  experiment_free(x);
  corpus_free(corpus);
}

/* A result made by hand, for what is written of it. */
static struct experiment_row rows[] = {
  {.name = "seed", .student = "linear", .n = 60, .built_in = true, .is_first = true,
   .accuracy = {.mean = .55, .lo = .505, .hi = .594}, .macro_f1 = {.mean = .53}},
  {.name = "generated", .student = "linear", .n = 1440, .built_in = true, .cost_usd = .1419,
   .accuracy = {.mean = .846, .lo = .81, .hi = .877}, .macro_f1 = {.mean = .84},
   .difference = {.mean = .296, .lo = .251, .hi = .341, .p = .0002}},
  {.name = "both", .student = "linear", .n = 1500, .built_in = true, .cost_usd = .1419,
   .accuracy = {.mean = .82, .lo = .782, .hi = .853}, .macro_f1 = {.mean = .815},
   .difference = {.mean = .27, .lo = .221, .hi = .318, .p = .0002}},
};

static void
assert_verdict(const char *expected, struct experiment_row *r, size_t n, size_t n_seeds)
{
  struct experiment_result result = {.rows = r, .n_rows = n, .n_seeds = n_seeds};
  struct buf out = BUF_INIT;

  experiment_verdict(&result, &out);
  assert_string_equal(buf_str(&out), expected);
  buf_release(&out);
}

static void
verdict_says_what_was_found(void **state)
{
  struct experiment_row r[3], two[4];

  (void)state;
  assert_verdict("generated data beside the seeds raised test accuracy by 27.0 points (95 % interval 22.1 to 31.8, "
                 "p < .001) for $0.14", rows, 3, 5);
  memcpy(r, rows, sizeof r);
  r[2].difference = (struct estimate){.mean = -.031, .lo = -.052, .hi = -.009, .p = .0082};
  assert_verdict("generated data beside the seeds lowered test accuracy by 3.1 points (95 % interval -5.2 to -0.9, "
                 "p = .008) for $0.14", r, 3, 5);
  r[2].difference = (struct estimate){.mean = .004, .lo = -.012, .hi = .02, .p = .62};
  r[2].cost_usd = NAN;
  assert_verdict("no difference could be shown: generated data beside the seeds moved test accuracy by +0.4 points "
                 "(95 % interval -1.2 to 2.0, p = .62; one seed, so without the chance in training)", r, 3, 1);
  assert_verdict("generated data instead of the seeds raised test accuracy by 29.6 points (95 % interval 25.1 to 34.1, "
                 "p < .001) for $0.14", rows, 2, 5);
  assert_verdict("test accuracy is .550 (95 % interval .505 to .594); with one arm there is nothing to compare it with",
                 rows, 1, 5);
  r[0].name = "plain\x1b[1m";
  r[0].built_in = r[1].built_in = false;
  assert_verdict("'generated' instead of 'plain^[[1m' raised test accuracy by 29.6 points (95 % interval 25.1 to 34.1, "
                 "p < .001) for $0.14", r, 2, 5);
  memcpy(r, rows, sizeof r);
  r[1] = rows[2];
  r[2] = rows[1];  /* `both` is told wherever it stands, not the last, not the best */
  assert_verdict("generated data beside the seeds raised test accuracy by 27.0 points (95 % interval 22.1 to 31.8, "
                 "p < .001) for $0.14", r, 3, 5);
  memcpy(two, rows, 2 * sizeof *two);
  memcpy(two + 2, rows, 2 * sizeof *two);
  two[2].student = two[3].student = "cnn";
  two[3].difference = (struct estimate){.mean = .01, .lo = -.01, .hi = .03, .p = .9991};
  assert_verdict("linear: generated data instead of the seeds raised test accuracy by 29.6 points (95 % interval 25.1 "
                 "to 34.1, p < .001) for $0.14; cnn: no difference could be shown: generated data instead of the seeds "
                 "moved test accuracy by +1.0 points (95 % interval -1.0 to 3.0, p = 1) for $0.14", two, 4, 5);
}

static void
table_fits_a_terminal(void **state)
{
  struct experiment_row r[3];
  struct experiment_point points[] = {{0, .55, {.505, .594}}, {1440, .82, {.782, .853}}};
  struct experiment_result result = {.rows = r, .n_rows = 3, .n_seeds = 5, .n_test = 500, .guarded = 14,
                                     .curve = points, .n_points = 2};
  struct buf out = BUF_INIT;

  (void)state;
  memcpy(r, rows, sizeof r);
  result.verdict = xstrdup("generated data beside the seeds raised test accuracy by 27.0 points (95 % interval 22.1 to "
                           "31.8, p < .001) for $0.14");
  r[2].accuracy.mean = r[2].accuracy.hi = 1;
  r[2].difference = (struct estimate){.mean = -.27, .lo = -.318, .hi = -.221, .p = .0002};
  r[2].cost_usd = .0071;
  r[1].name = "größer\x1b als die Spalte breit ist";
  experiment_table(&result, &out);
  assert_string_equal(buf_str(&out),
    "student linear, 5 seeds, 500 test texts\n"
    "arm                n   acc       95 %    F1       difference (95 %)     p   cost\n"
    "seed              60  .550  .505-.594  .530                       -     -     $0\n"
    "größer^[ als    1440  .846  .810-.877  .840    +29.6 (25.1 to 34.1) <.001  $0.14\n"
    "both            1500 1.000 .782-1.000  .815  -27.0 (-31.8 to -22.1) <.001 $0.007\n"
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
  free(result.verdict);
  buf_release(&out);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(arms_hold_what_they_say),
    cmocka_unit_test(mistakes_are_named),
    cmocka_unit_test(good_texts_help),
    cmocka_unit_test(bad_texts_harm_and_useless_ones_show_nothing),
    cmocka_unit_test(curve_grows_to_all_texts),
    cmocka_unit_test(points_are_drawn_label_by_label),
    cmocka_unit_test(several_labels_a_text_work),
    cmocka_unit_test(stop_is_heard),
    cmocka_unit_test(verdict_says_what_was_found),
    cmocka_unit_test(table_fits_a_terminal),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
