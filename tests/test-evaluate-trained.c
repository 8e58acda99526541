/* experiment with the real student on real texts: examples/support-tickets, and, where RETORT_DATA and
 * RETORT_RECORDINGS name the folders of other people's data and of the recorded teachers, question types on TREC's
 * human-made test set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/io.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/rng.h"
#include "corpus/corpus.h"
#include "evaluate/experiment.h"
#include "evaluate/findings_text.h"

#define LINE_MAX_BYTES ((size_t)1 << 20)

static struct corpus *corpus;

static void
must(int rc, const struct err *e)
{
  if (rc < 0)
    fail_msg("%s", e->message);
}

static void
open_lines(struct lines *l, const char *folder, const char *name)
{
  char *path = xasprintf("%s/%s", folder, name);
  struct err e = {0};

  must(lines_open(l, path, LINE_MAX_BYTES, &e), &e);
  free(path);
}

/* labels.tsv: name, tab, meaning. */
static void
begin(const char *folder)
{
  struct lines l;
  char *s;
  size_t n;

  corpus = corpus_new(TASK_CLASSIFY);
  open_lines(&l, folder, "labels.tsv");
  while (lines_next(&l, &s, &n, NULL) == 1) {
    s[strcspn(s, "\t")] = '\0';
    corpus_apply_label(corpus, s, "");
  }
  lines_close(&l);
}

static void
add(const char *text, const char *label, enum split split, enum origin origin)
{
  uint16_t id = label_find(corpus_labels(corpus), label, strlen(label));
  struct sample s = {.text = text, .n_text = (uint32_t)strlen(text), .labels = &id, .n_labels = 1, .split = split,
                     .origin = origin, .attributes = ""};

  assert_true(id != LABEL_NONE);
  corpus_apply_insert(corpus, &s, 1);
}

/* {"text","label"} a line; of each label `most`, drawn by the seed (0: all). */
static void
add_file(const char *folder, const char *name, enum split split, enum origin origin, size_t most, uint64_t seed)
{
  struct lines l;
  struct json **rows = NULL;
  uint32_t *order;
  size_t n_rows = 0, cap = 0, n, *had = xcalloc(labels_count(corpus_labels(corpus)), sizeof *had);
  char *s;
  struct rng random;

  open_lines(&l, folder, name);
  while (lines_next(&l, &s, &n, NULL) == 1) {
    GROW(rows, cap, n_rows + 1);
    rows[n_rows] = json_parse(s, n, NULL, NULL);
    assert_non_null(rows[n_rows++]);
  }
  lines_close(&l);
  order = xcalloc(n_rows, sizeof *order);
  for (size_t i = 0; i < n_rows; i++)
    order[i] = (uint32_t)i;
  rng_seed(&random, seed);
  if (most)
    rng_shuffle(&random, order, n_rows);
  for (size_t i = 0; i < n_rows; i++) {
    const char *label = json_string(json_get(rows[order[i]], "label"));

    assert_non_null(label);
    if (most == 0 || had[label_find(corpus_labels(corpus), label, strlen(label))]++ < most)
      add(json_string(json_get(rows[order[i]], "text")), label, split, origin);
  }
  for (size_t i = 0; i < n_rows; i++)
    json_free(rows[i]);
  free(had);
  free(order);
  free(rows);
}

/* The label that a prompt asks for: the first that stands in it in quotes. */
static const char *
asked_for(const char *prompt)
{
  const struct labels *labels = corpus_labels(corpus);

  for (size_t i = 0; i < labels_count(labels); i++) {
    char *quoted = xasprintf("\"%s\"", label_name(labels, (uint16_t)i));
    bool found = strstr(prompt, quoted) != NULL;

    free(quoted);
    if (found)
      return label_name(labels, (uint16_t)i);
  }
  fail_msg("no label in '%s'", prompt);
  return NULL;
}

/* {"request":{"messages"},"response":{"choices"}} a line, the reply a JSON array of strings. */
static void
add_replies(const char *folder)
{
  struct lines l;
  char *s;
  size_t n;

  open_lines(&l, folder, "replies.jsonl");
  while (lines_next(&l, &s, &n, NULL) == 1) {
    struct json *j = json_parse(s, n, NULL, NULL), *texts;
    const struct json *messages = json_path(j, "request", "messages", NULL);
    const struct json *choice = json_first(json_path(j, "response", "choices", NULL));
    const char *reply = json_string(json_path(choice, "message", "content", NULL));

    assert_non_null(reply);
    texts = json_parse(reply, strlen(reply), NULL, NULL);
    for (const struct json *t = json_first(texts); t; t = json_next(t))
      add(json_string(t), asked_for(json_string(json_get(json_at(messages, json_size(messages) - 1), "content"))),
          SPLIT_TRAIN, ORIGIN_GENERATED);
    json_free(texts);
    json_free(j);
  }
  lines_close(&l);
}

/* Runs an experiment to its end and prints its table. */
static const struct findings *
run(struct experiment **keep, bool generated_too, size_t n_seeds, bool curve)
{
  struct err e = {0};
  struct experiment_plan plan = {.n_seeds = n_seeds};
  struct experiment_setting setting = {0};
  struct experiment *x;
  struct buf table = BUF_INIT;
  int more = 1;

  if (!generated_too) {
    experiment_plan_add_text(&plan.arms, &plan.n_arms, "seed", 4);
    experiment_plan_add_text(&plan.arms, &plan.n_arms, "both", 4);
  }
  if (curve)
    experiment_plan_add_text(&plan.curves, &plan.n_curves, "generated", 9);
  must(experiment_plan_settle(&plan, &e), &e);
  x = experiment_new(corpus, NULL, &plan, &setting, &e);
  experiment_plan_release(&plan);
  if (!x)
    fail_msg("%s", e.message);
  while (more == 1)
    more = experiment_step(x, NULL, &e);
  must(more, &e);
  findings_table(experiment_findings(x), true, &table);
  print_message("%s", buf_str(&table));
  buf_release(&table);
  *keep = x;
  return experiment_findings(x);
}

static void
support_tickets_gain(void **state)
{
  const char *srcdir = getenv("srcdir");
  char *folder = xasprintf("%s/examples/support-tickets", srcdir ? srcdir : ".");
  struct experiment *x;
  const struct findings *r;

  (void)state;
  begin(folder);
  add_file(folder, "seed.jsonl", SPLIT_TRAIN, ORIGIN_SEED, 0, 1);
  add_file(folder, "test.jsonl", SPLIT_TEST, ORIGIN_IMPORTED, 0, 1);
  add_replies(folder);
  r = run(&x, false, 2, false);
  assert_int_equal(r->n_test, 240);
  assert_int_equal(r->rows[0].n, 60);
  assert_true(r->rows[1].n + r->guarded == 1500);
  assert_true(r->rows[1].accuracy.mean >= .80);
  assert_true(r->rows[1].difference->accuracy >= .15 && r->rows[1].difference->ci95.lo >= .08);
  assert_non_null(strstr(r->verdict, "generated data beside the seeds raised test accuracy by "));
  experiment_free(x);
  corpus_free(corpus);
  free(folder);
}

/* 60 seeds are few: which they are moves the result by some points, so several draws are taken. On draws like these
 * (six, 10 a label, the 7 generated texts that stand in the test set left out) scikit-learn's logistic regression on
 * TF-IDF of word 1-2-grams and character 2-5-grams reaches .826 to .860, mean .849; seeds alone .464 to .600, mean
 * .556. */
static void
question_types_gain_25_points(void **state)
{
  enum { DRAWS = 5 };
  const char *data = getenv("RETORT_DATA"), *recordings = getenv("RETORT_RECORDINGS");
  char *trec, *teacher;
  double accuracy = 0, difference = 0;

  (void)state;
  if (!data || !recordings) {
    print_message("set RETORT_DATA and RETORT_RECORDINGS to their folders to run this\n");
    skip();
  }
  trec = xasprintf("%s/trec", data);
  teacher = xasprintf("%s/question-type", recordings);
  for (uint64_t draw = 1; draw <= DRAWS; draw++) {
    struct experiment *x;
    const struct findings *r;

    begin(teacher);
    add_file(trec, "train.jsonl", SPLIT_TRAIN, ORIGIN_SEED, 10, draw);
    add_file(trec, "test.jsonl", SPLIT_TEST, ORIGIN_IMPORTED, 0, 1);
    add_replies(teacher);
    r = run(&x, true, 3, draw == 1);
    assert_int_equal(r->n_test, 500);
    assert_true(r->guarded >= 7);
    assert_true(r->rows[2].difference->ci95.lo > .15);
    accuracy += r->rows[2].accuracy.mean / DRAWS;
    difference += r->rows[2].difference->accuracy / DRAWS;
    experiment_free(x);
    corpus_free(corpus);
  }
  print_message("mean over draws: accuracy %.3f, difference %+.1f points\n", accuracy, 100 * difference);
  assert_true(accuracy >= .82);
  assert_true(difference >= .25);
  free(trec);
  free(teacher);
}

int
main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(support_tickets_gain),
    cmocka_unit_test(question_types_gain_25_points),
  };

  return cmocka_run_group_tests(tests, NULL, NULL);
}
