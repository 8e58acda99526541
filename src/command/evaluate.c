/* evaluate: how good a run or a teacher is on texts with known labels. */
#include <stdlib.h>
#include <string.h>

#include "command/names.h"
#include "command/print.h"
#include "command/rows.h"
#include "command/score.h"
#include "evaluate/timing.h"
#include "store/run_store.h"

#define BATCH 4096  /* texts a call of the student, between two looks at the wish to stop */

struct exam {
  struct call *c;
  struct run_row run;
  struct examples x;
  size_t n_classes;          /* of the model */
  float threshold;           /* of the model: from which probability one of several labels holds */
  float *probability;        /* x.n times n_classes */
  double us_one, us_batch;   /* microseconds a text, one thread: one at a time; 32 at a time */
  char where[300];           /* "test", or the filter: what the evaluation is filed under */
};

static int
predict(struct exam *x, struct err *e)
{
  struct student *s = learn_load(x->c, &x->run, e);
  struct student_info info;

  if (!s)
    return -1;
  student_info(s, &info);
  x->n_classes = info.task.n_classes;
  x->threshold = info.threshold;
  x->probability = xcalloc(x->x.n * x->n_classes + 1, sizeof *x->probability);
  progress_begin(&x->c->progress, "predicting", "texts", (double)x->x.n);
  for (size_t i = 0; i < x->x.n && !stop_wanted(x->c->stop); i += BATCH) {
    size_t n = x->x.n - i < BATCH ? x->x.n - i : BATCH;

    student_predict(s, x->x.v + i, n, (int)call_number(x->c, "threads"), x->probability + i * x->n_classes);
    progress_set(&x->c->progress, (double)(i + n), NULL);
  }
  progress_end(&x->c->progress);
  x->us_one = timing_us(s, x->x.v, x->x.n, 1);
  x->us_batch = timing_us(s, x->x.v, x->x.n, TIMING_BATCH);
  student_free(s);
  return stop_wanted(x->c->stop) ? err_set(e, ERR_INTERRUPTED, "interrupted") : 0;
}

/* How good it is, and how fast: that is not printed, since it differs from time to time. */
static int
keep_evaluation(struct exam *x, const struct buf *metrics, struct err *e)
{
  struct buf all = BUF_INIT;
  struct evaluation_row row = {.kind = PREDICTOR_RUN, .predictor_id = x->run.id, .split = x->where};
  int r;

  buf_add(&all, buf_str(metrics), metrics->n - 1);
  json_add_field_number(&all, "us_one", x->us_one);
  json_add_field_number(&all, "us_batch", x->us_batch);
  buf_addc(&all, '}');
  row.metrics = all.s;
  r = run_store_put_evaluation(x->c->project, &row, e);
  buf_release(&all);
  return r;
}

/* Keeps what the run says of each text, and how good that is. */
static int
keep(struct exam *x, const struct buf *metrics, struct err *e)
{
  struct prediction *predictions;
  int r;

  if (project_read_only(x->c->project))
    return 0;
  predictions = xcalloc(x->x.n + 1, sizeof *predictions);
  for (size_t i = 0; i < x->x.n; i++) {
    const float *p = x->probability + i * x->n_classes;
    size_t best = student_best(p, x->n_classes);

    predictions[i] = (struct prediction){x->x.ids[i], (uint16_t)best, p[best]};
  }
  r = run_store_put_predictions(x->c->project, PREDICTOR_RUN, x->run.id, predictions, x->x.n, x->probability,
                                x->n_classes, e);
  free(predictions);
  return r < 0 ? -1 : keep_evaluation(x, metrics, e);
}

/* The two ways to say which texts. */
static int
take_where(struct exam *x, char *query, size_t size, struct err *e)
{
  const char *filter = call_text(x->c, "filter"), *split = call_text(x->c, "split");

  if (filter && call_given(x->c, "split"))
    return err_set(e, ERR_INPUT, "either --split or --filter");
  snprintf(query, size, "split:%s", split);
  if (filter)
    snprintf(query, size, "%s", filter);
  snprintf(x->where, sizeof x->where, "%s", filter ? filter : split);
  return 0;
}

static int
no_texts(const struct exam *x, struct err *e)
{
  const char *filter = call_text(x->c, "filter");

  return err_set(e, ERR_INPUT, "no labelled texts in %s '%.200s'%s", filter ? "filter" : "split", x->where,
                 filter || strcmp(x->where, "test") != 0 ? "" : " (retort import PROJECT FILE --split test)");
}

static int
select_texts(struct exam *x, struct err *e)
{
  char query[sizeof x->where];

  if (take_where(x, query, sizeof query, e) < 0 || examples_collect(x->c, query, true, &x->x, NULL, e) < 0)
    return -1;
  return x->x.n > 0 ? 0 : no_texts(x, e);
}

static void
print_evaluation(struct call *c, const char *kind, const char *name, const char *where, const struct buf *json)
{
  struct buf out = BUF_INIT;

  buf_addc(&out, '{');
  json_add_field(&out, kind, name);
  json_add_field(&out, call_given(c, "filter") ? "filter" : "split", where);
  buf_addc(&out, ',');
  buf_adds(&out, buf_str(json) + 1);
  print_json(c, &out);
  buf_release(&out);
}

/* A teacher is held against people's labels by what it said when it annotated. */
static int
run_teacher(struct call *c, struct err *e)
{
  struct exam x = {.c = c};
  struct teacher_row teacher;
  struct buf json = BUF_INIT;
  char query[sizeof x.where];
  size_t n_unasked = 0;
  int r = names_teacher(c, call_text(c, "teacher"), &teacher, e);

  if (r < 0)
    return -1;
  if (take_where(&x, query, sizeof query, e) < 0 || score_collect(c, query, &x.x, e) < 0)
    r = -1;
  else if (x.x.n == 0)
    r = no_texts(&x, e);
  else
    r = score_teacher(c, &teacher, x.where, &x.x, &n_unasked, &json, e);
  if (r == 0 && x.x.n == 0)
    r = err_set(e, ERR_INPUT,
                "teacher '%s' has labelled none of these texts (retort annotate PROJECT --filter '%.200s')", teacher.name,
                query);
  if (r == 0 && n_unasked > 0)
    progress_note(&c->progress, "%zu texts were never put to the teacher and do not count", n_unasked);
  if (r == 0 && c->json)
    print_evaluation(c, "teacher", teacher.name, x.where, &json);
  buf_release(&json);
  examples_release(&x.x);
  teacher_row_release(&teacher);
  return r;
}

static int
run(struct call *c, struct err *e)
{
  struct exam x = {.c = c};
  struct buf json = BUF_INIT;
  int r;

  if (call_given(c, "run") && call_given(c, "teacher"))
    return err_set(e, ERR_INPUT, "either --run or --teacher");
  if (call_given(c, "teacher"))
    return run_teacher(c, e);
  r = names_run(c, call_text(c, "run"), &x.run, e);
  if (r < 0)
    return -1;
  if (select_texts(&x, e) < 0 || predict(&x, e) < 0) {
    r = -1;
  } else {
    struct scored scored = {.c = c, .who = x.run.name, .where = x.where, .v = x.x.v, .n = x.x.n,
                            .n_classes = x.n_classes, .threshold = x.threshold, .probability = x.probability};

    score_print(&scored, &json);
    r = keep(&x, &json, e);
  }
  if (r == 0 && c->json)
    print_evaluation(c, "run", x.run.name, x.where, &json);
  buf_release(&json);
  free(x.probability);
  examples_release(&x.x);
  run_row_release(&x.run);
  return r;
}

static const struct option options[] = {
  {.name = "run", .type = OPTION_RUN, .argument = "RUN", .summary = "the run; else the newest"},
  {.name = "teacher", .type = OPTION_TEACHER, .argument = "NAME",
   .summary = "or this teacher, by what it said in retort annotate"},
  {.name = "split", .type = OPTION_CHOICE, .choices = "train|valid|test|pool", .fallback = "test", .argument = "SPLIT",
   .summary = "the texts"},
  {.name = "filter", .type = OPTION_FILTER, .argument = "QUERY", .summary = "or these texts (see retort help filter)"},
  {.name = "threads", .type = OPTION_INT, .min = 0, .max = 64, .fallback = "0", .argument = "N",
   .summary = "processors to use; 0: all"},
  {.name = NULL},
};

static const struct command_example examples[] = {
  {"retort evaluate tickets.retort", "the newest run on the test texts"},
  {"retort evaluate tickets.retort --run seeds --json", "another one, as JSON"},
  {NULL, NULL},
};

const struct command command_evaluate = {
  .name = "evaluate",
  .arguments = "PROJECT",
  .summary = "how good a run or a teacher is on texts with known labels",
  .text =
    "Accuracy with its 95 % interval (Wilson), macro F1, and precision, recall and F1 of each label; in a multilabel "
    "project the share of texts whose labels are all right, micro and macro F1. What the run says of each text is "
    "kept in the project, if that can be written.\n\n"
    "With --teacher it is the same of a teacher: what it said when it annotated these texts, held against the labels "
    "that people gave (origin seed or imported). A text that it gave none of the labels counts as wrong; one that it "
    "was never asked about does not count.\n\n"
    "Of a run also the expected calibration error (Guo et al. 2017, 15 bins of equal width): the mean distance between how "
    "sure it is of its answers and how many of them are right; behind it both, of each bin that holds a twentieth of the "
    "answers or more.\n\n"
    "With --json: run (or teacher), split, n, accuracy, macro_f1, accuracy_ci95, per_label, labels, confusion (rows: the "
    "true label), calibration_error, and reliability: the 15 bins with n, confidence and right (null: no answers).",
  .options = options,
  .examples = examples,
  .flags = COMMAND_PROJECT | COMMAND_MAY_WRITE | COMMAND_LONG | COMMAND_JSON,
  .run = run,
};
