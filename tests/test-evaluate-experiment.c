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
#include "evaluate/draw.h"
#include "evaluate/experiment.h"
#include "evaluate/findings_text.h"

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
  *out = (struct student_info){.threshold = .2f, .task.n_classes = s->C};
}

void
student_params_json(const struct student_kind *kind, const double *values, struct buf *out)
{
  (void)kind, (void)values;
  buf_adds(out, "{}");
}

size_t
student_best(const float *probabilities, size_t n)
{
  size_t best = 0;

  for (size_t i = 1; i < n; i++)
    best = probabilities[i] > probabilities[best] ? i : best;
  return best;
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

/* What a person would type. */
struct asked {
  const char *arms[4], *student, *equal, *worth;
  size_t n_seeds;
  bool curve;
  double per_label[3], sizes[3];   /* ended by 0 */
};

static struct experiment *
make(const struct asked *a, struct err *e)
{
  struct experiment_plan plan = {.n_seeds = a->n_seeds};
  struct experiment_setting setting = {0};
  struct experiment *x = NULL;

  for (size_t i = 0; i < 4 && a->arms[i]; i++) {
    plan.arms = xrealloc(plan.arms, (plan.n_arms + 1) * sizeof *plan.arms);
    plan.arms[plan.n_arms++] = xstrdup(a->arms[i]);
  }
  if (a->student)
    experiment_plan_add_text(&plan.students, &plan.n_students, a->student, strlen(a->student));
  if (a->worth)
    experiment_plan_add_text(&plan.sources, &plan.n_sources, a->worth, strlen(a->worth));
  if (a->curve)
    experiment_plan_add_text(&plan.curves, &plan.n_curves, "generated", 9);
  if (a->equal)
    plan.equal = xstrdup(a->equal);
  for (size_t i = 0; i < 3 && a->per_label[i] > 0; i++)
    experiment_plan_add_number(&plan.per_label, &plan.n_per_label, a->per_label[i]);
  for (size_t i = 0; i < 3 && a->sizes[i] > 0; i++)
    experiment_plan_add_number(&plan.sizes, &plan.n_sizes, a->sizes[i]);
  if (experiment_plan_settle(&plan, e) == 0)
    x = experiment_new(corpus, NULL, &plan, &setting, e);
  experiment_plan_release(&plan);
  return x;
}

static const struct findings *
run(struct experiment **keep, const struct asked *a)
{
  struct err e = {0};
  struct experiment *x = make(a, &e);
  struct experiment_progress p, before = {0};
  int more;

  if (!x)
    fail_msg("%s", e.message);
  assert_null(experiment_findings(x)->verdict);
  assert_true(experiment_findings(x)->detectable > 0);   /* said before anything is trained */
  while ((more = experiment_step(x, NULL, &e)) == 1) {
    experiment_progress(x, &p);
    assert_true(p.done >= before.done && p.done <= p.total && p.runs_done <= p.n_runs);
    before = p;
  }
  assert_int_equal(more, 0);
  experiment_progress(x, &p);
  assert_int_equal(p.done, p.total);
  *keep = x;
  return experiment_findings(x);
}

static void
assert_error(const struct asked *a, const char *message)
{
  struct err e = {0};

  assert_null(make(a, &e));
  assert_int_equal(e.code, ERR_INPUT);
  assert_string_equal(e.message, message);
}

/* ---- tests ---- */

static void
collect(struct arms *a, const char *const *specs, size_t n)
{
  struct err e = {0};

  if (arms_open(a, corpus, NULL, "split:test", NULL, &e) < 0)
    fail_msg("%s", e.message);
  for (size_t i = 0; i < n; i++)
    if (arms_add(a, specs[i], &e) < 0)
      fail_msg("%s", e.message);
}

static void
arms_hold_what_they_say(void **state)
{
  static const char *const specs[] = {"seed", "generated", "both", "mine=origin:imported",
                                      "raw=origin:generated status:new,rejected", "curated"};
  static const size_t n[] = {3, 3, 6, 1, 4, 4};
  struct arms a;
  struct draw d;
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
  collect(&a, specs, 3);
  for (size_t i = 0; i < 3; i++)
    assert_int_equal(a.arms[i].n, n[i]);
  assert_int_equal(a.n_guarded, 2);
  assert_int_equal(a.n_test, 1);
  assert_int_equal(a.n_test_unlabelled, 1);
  /* both: three of alpha, two of beta, one of gamma, and each label counts alike */
  d = draw_make(&a, &a.arms[2], &draw_all, 1);
  assert_int_equal(d.n, 6);
  assert_true(d.n_of[ORIGIN_SEED] == 3 && d.n_of[ORIGIN_GENERATED] == 3 && d.n_skipped == 0);
  for (size_t i = 0; i < d.n; i++)
    of[d.examples[i].labels[0]] += (double)d.examples[i].weight;
  for (size_t c = 0; c < C; c++)
    assert_within(of[c], 2, 1e-6);
  draw_release(&d);
  d = draw_make(&a, &a.arms[0], &draw_all, 1);
  assert_true(d.cost_usd == 0 && d.n_skipped == 1);
  draw_release(&d);
  arms_release(&a);
  collect(&a, &specs[4], 2);
  assert_int_equal(a.arms[0].n, n[4]);
  assert_int_equal(a.arms[1].n, n[5]);
  assert_string_equal(a.arms[0].name, "raw");
  assert_int_equal(a.n_guarded, 2);
  arms_release(&a);
  assert_int_equal(arms_open(&a, corpus, NULL, "split:test", NULL, &e), 0);
  assert_int_equal(arms_add(&a, specs[3], &e), -1);  /* one label */
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
  assert_error(&(struct asked){0},
               "no test texts with a label match 'split:test' (import some with --split test)");
  add_many(30, 0, SPLIT_TEST, ORIGIN_IMPORTED);
  assert_error(&(struct asked){0}, "arm 'generated' has no training texts (filter 'origin:generated')");
  assert_error(&(struct asked){.arms = {"seed", "x=label:alpha"}},
               "arm 'x' has one label only, 'alpha' (filter 'label:alpha')");
  assert_error(&(struct asked){.arms = {"sed"}},
               "no arm 'sed' (seed, generated, both, curated, annotated, all, or NAME=FILTER)");
  assert_error(&(struct asked){.arms = {"=x"}},
               "an arm is NAME=FILTER, not '=x' (a name has 1 to 60 bytes)");
  assert_error(&(struct asked){.arms = {"seed", "seed"}}, "two arms are named 'seed'");
  assert_error(&(struct asked){.arms = {"seed"}, .student = "giant"},
               "no student 'giant' (there are: bayes)");
  assert_error(&(struct asked){.arms = {"seed"}, .n_seeds = 101},
               "101 seeds are not possible (1 to 100)");
  corpus_free(corpus);
}

/* Without what a clock measured. */
static void
cut_measured(struct buf *json)
{
  static const char name[] = "\"measured\":{";
  char *at = json->s;

  while ((at = strstr(at, name))) {
    char *end = strchr(at, '}');

    memmove(at, end, strlen(end) + 1);
  }
}

static void
good_texts_help(void **state)
{
  struct experiment *x, *again;
  const struct findings *r;
  struct buf a = BUF_INIT, b = BUF_INIT;
  struct err e = {0};
  struct json *j;
  const struct json *arm;

  (void)state;
  begin(TASK_CLASSIFY);
  add_many(200, 0, SPLIT_TEST, ORIGIN_IMPORTED);
  add_many(12, 0, SPLIT_TRAIN, ORIGIN_SEED);
  add_many(300, 0, SPLIT_TRAIN, ORIGIN_GENERATED);
  r = run(&x, &(struct asked){.n_seeds = 4});
  assert_int_equal(n_trainings, 12);
  assert_int_equal(r->n_rows, 3);
  assert_true(r->rows[0].is_first && !r->rows[1].is_first);
  assert_int_equal(r->rows[2].n, 312);
  assert_true(r->rows[2].difference->ci95.lo > .05 && r->rows[2].difference->p < .001);
  assert_within(r->rows[2].difference->accuracy, r->rows[2].accuracy.mean - r->rows[0].accuracy.mean, 1e-12);
  assert_non_null(strstr(r->verdict, "generated data beside the seeds raised test accuracy by "));

  findings_json(r, &a);
  j = json_parse(buf_str(&a), a.n, NULL, &e);
  assert_non_null(j);
  arm = json_at(json_get(j, "arms"), 2);
  assert_string_equal(json_string(json_get(arm, "name")), "both");
  assert_string_equal(json_string(json_get(arm, "student")), "linear");
  assert_int_equal(json_size(json_path(arm, "accuracy", "seeds", NULL)), 4);
  assert_true(json_number(json_path(arm, "accuracy", "mean", NULL), 0) == r->rows[2].accuracy.mean);
  assert_int_equal(json_size(json_path(arm, "macro_f1", "ci95", NULL)), 2);
  assert_true(json_number(json_path(arm, "difference", "accuracy", NULL), 0) == r->rows[2].difference->accuracy);
  assert_true(json_number(json_at(json_path(arm, "difference", "ci95", NULL), 0), 0) == r->rows[2].difference->ci95.lo);
  assert_true(json_number(json_path(arm, "difference", "p", NULL), 9) == r->rows[2].difference->p);
  assert_int_equal(json_type(json_get(json_at(json_get(j, "arms"), 0), "difference")), JSON_NULL);
  assert_true(json_number(json_get(arm, "cost_usd"), 9) == 0);
  assert_true(json_number(json_get(j, "guarded"), 9) == 0);
  assert_int_equal(json_size(json_get(j, "curve")), 0);
  assert_string_equal(json_string(json_get(j, "verdict")), r->verdict);
  json_free(j);

  r = run(&again, &(struct asked){.n_seeds = 4});
  findings_json(r, &b);
  cut_measured(&a);
  cut_measured(&b);
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
  const struct findings *r;

  (void)state;
  begin(TASK_CLASSIFY);
  add_many(200, 0, SPLIT_TEST, ORIGIN_IMPORTED);
  add_many(120, 0, SPLIT_TRAIN, ORIGIN_SEED);
  add_many(300, 9, SPLIT_TRAIN, ORIGIN_GENERATED);
  r = run(&x, &(struct asked){.n_seeds = 3});
  assert_non_null(strstr(r->verdict, "generated data beside the seeds lowered test accuracy by "));
  experiment_free(x);
  /* an arm against itself under another name */
  r = run(&x, &(struct asked){.arms = {"seed", "same=origin:seed"}, .n_seeds = 3});
  assert_true(r->rows[1].difference->accuracy == 0 && r->rows[1].difference->p > .9);
  assert_non_null(strstr(r->verdict,
                         "no difference could be shown: 'same' instead of 'seed' moved test accuracy by +0.0 points"));
  experiment_free(x);
  corpus_free(corpus);
}

static void
curve_grows_to_all_texts(void **state)
{
  struct experiment *x;
  const struct findings *r;

  (void)state;
  begin(TASK_CLASSIFY);
  add_many(150, 0, SPLIT_TEST, ORIGIN_IMPORTED);
  add_many(12, 0, SPLIT_TRAIN, ORIGIN_SEED);
  add_many(301, 0, SPLIT_TRAIN, ORIGIN_GENERATED);
  r = run(&x, &(struct asked){.n_seeds = 2, .curve = true});
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

static size_t
count_common(const struct draw *a, const struct draw *b)
{
  size_t n = 0;

  for (size_t i = 0; i < a->n; i++)
    for (size_t k = 0; k < b->n; k++)
      n += a->ids[i] == b->ids[k];
  return n;
}

static struct draw
draw(struct arms *a, size_t per_label, size_t size, size_t rows, uint64_t seed)
{
  struct draw_limits l = draw_all;

  l.per_label = per_label;
  l.size = size;
  l.rows = rows;
  return draw_make(a, &a->arms[0], &l, seed);
}

static void
fewer_texts_are_part_of_more(void **state)
{
  static const char *const specs[] = {"both"};
  struct arms a;
  struct draw few, more, other, seeds, rows;
  size_t of[C] = {0};

  (void)state;
  begin(TASK_CLASSIFY);
  add_many(30, 0, SPLIT_TEST, ORIGIN_IMPORTED);
  add_many(12, 0, SPLIT_TRAIN, ORIGIN_SEED);
  add_many(90, 0, SPLIT_TRAIN, ORIGIN_GENERATED);
  collect(&a, specs, 1);
  few = draw(&a, SIZE_MAX, 12, SIZE_MAX, 3);
  more = draw(&a, SIZE_MAX, 60, SIZE_MAX, 3);
  other = draw(&a, SIZE_MAX, 12, SIZE_MAX, 4);
  seeds = draw(&a, 2, 12, SIZE_MAX, 3);
  rows = draw(&a, SIZE_MAX, SIZE_MAX, 30, 3);
  assert_int_equal(few.n, 24);
  assert_int_equal(more.n, 72);
  assert_int_equal(count_common(&few, &more), 24);
  assert_true(count_common(&few, &other) < 12 + 6);
  for (size_t i = 0; i < more.n; i++) {
    of[more.examples[i].labels[0]]++;
    assert_true(i == 0 || more.ids[i] > more.ids[i - 1]);
  }
  for (size_t c = 0; c < C; c++)
    assert_int_equal(of[c], 24);
  /* fewer seeds change nothing of the others */
  assert_true(seeds.n == 6 + 12 && seeds.n_of[ORIGIN_SEED] == 6 && count_common(&seeds, &few) == 18);
  assert_true(rows.n == 30 && rows.n_of[ORIGIN_GENERATED] > 15);
  draw_release(&few);
  draw_release(&more);
  draw_release(&other);
  draw_release(&seeds);
  draw_release(&rows);
  arms_release(&a);
  corpus_free(corpus);
}

static const struct found_row *
row_named(const struct findings *f, const char *name)
{
  for (size_t i = 0; i < f->n_rows; i++)
    if (strcmp(f->rows[i].name, name) == 0)
      return &f->rows[i];
  fail_msg("no row '%s'", name);
  return NULL;
}

static void
limits_make_rows_of_their_own(void **state)
{
  struct experiment *x;
  const struct findings *r;

  (void)state;
  begin(TASK_CLASSIFY);
  add_many(60, 0, SPLIT_TEST, ORIGIN_IMPORTED);
  add_many(30, 0, SPLIT_TRAIN, ORIGIN_SEED);
  add_many(90, 0, SPLIT_TRAIN, ORIGIN_GENERATED);
  r = run(&x, &(struct asked){.arms = {"seed", "both"}, .n_seeds = 2, .per_label = {2, 10}});
  assert_int_equal(r->n_rows, 4);
  assert_int_equal(row_named(r, "both, 2 a label")->n, 96);
  assert_int_equal(row_named(r, "seed, 10 a label")->n, 30);
  assert_true(&r->rows[row_named(r, "both, 10 a label")->first] == row_named(r, "seed, 10 a label"));
  assert_true(row_named(r, "both, 2 a label")->is_told && row_named(r, "both, 10 a label")->is_told);
  assert_non_null(strstr(r->verdict, "2 a label: "));
  experiment_free(x);
  r = run(&x, &(struct asked){.arms = {"seed", "both"}, .n_seeds = 2, .sizes = {12, 24}});
  assert_int_equal(row_named(r, "both, 24 more")->n, 54);
  /* the seeds are the same texts both times: trained once */
  assert_int_equal(n_trainings, 8 + 6);
  experiment_free(x);
  r = run(&x, &(struct asked){.arms = {"seed", "both"}, .n_seeds = 2, .equal = "rows"});
  assert_true(r->rows[0].n == 30 && r->rows[1].n == 30);
  experiment_free(x);
  assert_error(&(struct asked){.arms = {"seed", "both"}, .equal = "money"},
               "equal money: no arm cost anything");
  assert_error(&(struct asked){.equal = "weight"}, "equal 'weight' (rows, steps or money)");
  corpus_free(corpus);
}

static void
add_of(const char *text, int label, const char *attributes)
{
  uint16_t labels[] = {(uint16_t)label};
  struct sample s = {.text = text, .n_text = (uint32_t)strlen(text), .labels = labels, .n_labels = 1,
                     .origin = ORIGIN_GENERATED, .attributes = attributes};

  corpus_apply_insert(corpus, &s, 1);
}

/* One style holds the words that the test texts have, the other's labels are of no use. */
static void
sources_are_worth_what_they_teach(void **state)
{
  struct experiment *x;
  const struct findings *r;

  (void)state;
  begin(TASK_CLASSIFY);
  add_many(150, 0, SPLIT_TEST, ORIGIN_IMPORTED);
  add_many(6, 0, SPLIT_TRAIN, ORIGIN_SEED);
  for (int i = 0; i < 300; i++) {
    char text[100];

    snprintf(text, sizeof text, "%c%d %c%d w%d w%d", 'a' + i % C, i / C % 30, 'a' + i % C, (i / C + 7) % 30, i % 90, i % 41);
    add_of(text, i % C, "style=good\x1ftopic=one");
    snprintf(text, sizeof text, "v%d u%d w%d w%d", i, i * 7 % 13, i % 50, i % 31);
    add_of(text, i % C, "style=idle");
  }
  r = run(&x, &(struct asked){.n_seeds = 3, .worth = "attribute"});
  assert_int_equal(r->n_sources, 3);
  assert_string_equal(r->sources[0].name, "style");
  assert_int_equal(r->sources[0].n, 300);
  for (size_t i = 0; i < 2; i++) {
    bool good = strcmp(r->sources[i].value, "good") == 0;

    assert_true(good ? r->sources[i].ci95.lo > .1 : r->sources[i].worth < .1);
    assert_true(r->sources[i].p_holm >= r->sources[i].p);
  }
  experiment_free(x);
  assert_error(&(struct asked){.worth = "weather"}, "no source 'weather' (template, teacher, attribute)");
  corpus_free(corpus);
}

static void
several_labels_a_text_work(void **state)
{
  struct experiment *x;
  const struct findings *r;

  (void)state;
  begin(TASK_MULTILABEL);
  add_many(100, 0, SPLIT_TEST, ORIGIN_IMPORTED);
  add_many(12, 0, SPLIT_TRAIN, ORIGIN_SEED);
  add_many(200, 0, SPLIT_TRAIN, ORIGIN_GENERATED);
  r = run(&x, &(struct asked){.n_seeds = 2, .arms = {"seed", "both"}});
  assert_true(r->rows[1].difference->ci95.lo > 0);
  assert_true(r->rows[1].macro_f1.ci95.lo > 0 && r->rows[1].macro_f1.ci95.lo < r->rows[1].macro_f1.mean);
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
  x = make(&(struct asked){.arms = {"seed"}}, &e);
  assert_non_null(x);
  for (int i = 0; i < 5; i++)
    assert_int_equal(experiment_step(x, &stop, &e), 1);
  atomic_store(&stop.wanted, true);
  assert_int_equal(experiment_step(x, &stop, &e), -1);
  assert_int_equal(e.code, ERR_INTERRUPTED);
  assert_string_equal(e.message, "stopped after 1 of 5 runs");
  experiment_free(x);
  corpus_free(corpus);
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
    cmocka_unit_test(fewer_texts_are_part_of_more),
    cmocka_unit_test(limits_make_rows_of_their_own),
    cmocka_unit_test(sources_are_worth_what_they_teach),
    cmocka_unit_test(several_labels_a_text_work),
    cmocka_unit_test(stop_is_heard),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
