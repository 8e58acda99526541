/* evaluate: how good a run is on texts with known labels. */
#include <stdlib.h>
#include <string.h>

#include "command/learn.h"
#include "command/names.h"
#include "command/print.h"
#include "command/rows.h"
#include "evaluate/metric.h"
#include "store/run_store.h"

#define BATCH 4096  /* texts a call of the student, between two looks at the wish to stop */

struct exam {
  struct call *c;
  struct run_row run;
  struct examples x;
  size_t n_classes;          /* of the model */
  float threshold;           /* of the model: from which probability one of several labels holds */
  float *probability;        /* x.n times n_classes */
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
  student_free(s);
  return stop_wanted(x->c->stop) ? err_set(e, ERR_INTERRUPTED, "interrupted") : 0;
}

/* Keeps what the run says of each text, and how good that is. */
static int
keep(struct exam *x, const char *metrics, struct err *e)
{
  struct prediction *predictions;
  struct evaluation_row row = {.kind = PREDICTOR_RUN, .predictor_id = x->run.id, .split = x->where,
                               .metrics = (char *)metrics};
  int r;

  if (project_read_only(x->c->project))
    return 0;
  predictions = xcalloc(x->x.n + 1, sizeof *predictions);
  for (size_t i = 0; i < x->x.n; i++) {
    const float *p = x->probability + i * x->n_classes;
    size_t best = learn_best(p, x->n_classes);

    predictions[i] = (struct prediction){x->x.ids[i], (uint16_t)best, p[best]};
  }
  r = run_store_put_predictions(x->c->project, PREDICTOR_RUN, x->run.id, predictions, x->x.n, x->probability,
                                x->n_classes, e);
  free(predictions);
  return r < 0 ? -1 : run_store_put_evaluation(x->c->project, &row, e);
}

/* ---- scores */

static const char **
label_names(const struct exam *x, size_t n)
{
  const struct labels *labels = corpus_labels(project_corpus(x->c->project));
  const char **names = xcalloc(n + 1, sizeof *names);

  for (size_t i = 0; i < n; i++)
    names[i] = label_name(labels, (uint16_t)i);
  return names;
}

static void
print_per_label(struct call *c, const char *const *names, const struct label_score *scores, size_t n)
{
  struct grid g;

  grid_init(&g, "label|texts>|precision>|recall>|F1>");
  for (size_t i = 0; i < n; i++)
    if (scores[i].support || scores[i].predicted) {
      grid_cell(&g, "%s", names[i]);
      grid_cell(&g, "%zu", scores[i].support);
      grid_cell(&g, "%.3f", scores[i].precision);
      grid_cell(&g, "%.3f", scores[i].recall);
      grid_cell(&g, "%.3f", scores[i].f1);
    }
  grid_print(&g, c);
  grid_release(&g);
}

/* Rows: the true label; columns: what the run says. Up to a dozen labels fit a screen. */
static void
print_confusion(struct call *c, const char *const *names, const struct metric *m)
{
  struct grid g;

  if (m->n_labels > 12)
    return;
  fputc('\n', c->out);
  grid_init(&g, "true \\ said");
  g.n_columns = 1 + m->n_labels;
  for (size_t i = 0; i < m->n_labels; i++) {
    grid_cell_cut(&g, 8, names[i]);
    g.right[i + 1] = true;
  }
  for (size_t i = 0; i < m->n_labels; i++) {
    grid_cell_cut(&g, 24, names[i]);
    for (size_t k = 0; k < m->n_labels; k++)
      if (m->confusion[i * m->n_labels + k])
        grid_cell(&g, "%zu", m->confusion[i * m->n_labels + k]);
      else
        grid_cell(&g, ".");
  }
  grid_print(&g, c);
  grid_release(&g);
}

static void
score_single(struct exam *x, struct buf *json)
{
  size_t n_labels = x->n_classes;
  int32_t *truth = xcalloc(x->x.n + 1, sizeof *truth);
  const char **names;
  struct metric m;

  /* A label that was added after the training can be a truth, though never a prediction. */
  for (size_t i = 0; i < x->x.n; i++) {
    truth[i] = x->x.v[i].n_labels ? x->x.v[i].labels[0] : METRIC_NONE;
    if (truth[i] >= 0 && (size_t)truth[i] >= n_labels)
      n_labels = (size_t)truth[i] + 1;
  }
  metric_init(&m);
  if (n_labels == x->n_classes) {
    metric_probabilities(&m, n_labels, truth, x->probability, x->x.n);
  } else {
    int32_t *predicted = xcalloc(x->x.n + 1, sizeof *predicted);

    for (size_t i = 0; i < x->x.n; i++)
      predicted[i] = (int32_t)learn_best(x->probability + i * x->n_classes, x->n_classes);
    metric_count(&m, n_labels, truth, predicted, x->x.n);
    free(predicted);
  }
  names = label_names(x, n_labels);
  metric_json(&m, names, json);
  if (!x->c->json) {
    print_line(x->c, "%s on %s: %zu texts", x->run.name, x->where, m.n);
    print_line(x->c, "accuracy %.3f (95 %% interval %.3f to %.3f), macro F1 %.3f", m.accuracy, m.ci95[0], m.ci95[1],
               m.macro_f1);
    fputc('\n', x->c->out);
    print_per_label(x->c, names, m.per_label, n_labels);
    print_confusion(x->c, names, &m);
  }
  metric_release(&m);
  free(names);
  free(truth);
}

static void
score_multi(struct exam *x, struct buf *json)
{
  size_t n_labels = labels_count(corpus_labels(project_corpus(x->c->project)));
  uint8_t *truth = xcalloc(x->x.n * n_labels + 1, 1), *predicted = xcalloc(x->x.n * n_labels + 1, 1);
  const char **names = label_names(x, n_labels);
  struct metric_multi m;

  for (size_t i = 0; i < x->x.n; i++) {
    for (size_t k = 0; k < x->x.v[i].n_labels; k++)
      truth[i * n_labels + x->x.v[i].labels[k]] = 1;
    for (size_t k = 0; k < x->n_classes && k < n_labels; k++)
      predicted[i * n_labels + k] = x->probability[i * x->n_classes + k] >= x->threshold;
  }
  metric_multi_init(&m);
  metric_multi_count(&m, n_labels, truth, predicted, NULL, x->x.n);
  metric_multi_json(&m, names, json);
  if (!x->c->json) {
    print_line(x->c, "%s on %s: %zu texts", x->run.name, x->where, m.n);
    print_line(x->c, "all labels right %.3f (95 %% interval %.3f to %.3f), micro F1 %.3f, macro F1 %.3f",
               m.subset_accuracy, m.subset_ci95[0], m.subset_ci95[1], m.micro_f1, m.macro_f1);
    fputc('\n', x->c->out);
    print_per_label(x->c, names, m.per_label, n_labels);
  }
  metric_multi_release(&m);
  free(names);
  free(truth);
  free(predicted);
}

static int
select_texts(struct exam *x, struct err *e)
{
  const char *filter = call_text(x->c, "filter"), *split = call_text(x->c, "split");
  char query[32];

  if (filter && call_given(x->c, "split"))
    return err_set(e, ERR_INPUT, "either --split or --filter");
  snprintf(query, sizeof query, "split:%s", split);
  snprintf(x->where, sizeof x->where, "%s", filter ? filter : split);
  if (examples_collect(x->c, filter ? filter : query, true, &x->x, NULL, e) < 0)
    return -1;
  if (x->x.n == 0)
    return err_set(e, ERR_INPUT, "no labelled texts in %s '%.200s'%s", filter ? "filter" : "split", x->where,
                   filter || strcmp(split, "test") != 0 ? "" : " (retort import PROJECT FILE --split test)");
  return 0;
}

static int
run(struct call *c, struct err *e)
{
  struct exam x = {.c = c};
  struct buf json = BUF_INIT, out = BUF_INIT;
  int r = names_run(c, call_text(c, "run"), &x.run, e);

  if (r < 0)
    return -1;
  if (select_texts(&x, e) < 0 || predict(&x, e) < 0) {
    r = -1;
  } else {
    if (corpus_task(project_corpus(c->project)) == TASK_MULTILABEL)
      score_multi(&x, &json);
    else
      score_single(&x, &json);
    r = keep(&x, buf_str(&json), e);
  }
  if (r == 0 && c->json) {
    buf_addc(&out, '{');
    json_add_field(&out, "run", x.run.name);
    json_add_field(&out, call_given(c, "filter") ? "filter" : "split", x.where);
    buf_addc(&out, ',');
    buf_adds(&out, buf_str(&json) + 1);
    print_json(c, &out);
  }
  buf_release(&json);
  buf_release(&out);
  free(x.probability);
  examples_release(&x.x);
  run_row_release(&x.run);
  return r;
}

static const struct option options[] = {
  {.name = "run", .type = OPTION_RUN, .argument = "RUN", .summary = "the run; else the newest"},
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
  .summary = "how good a run is on texts with known labels",
  .text =
    "Accuracy with its 95 % interval (Wilson), macro F1, and precision, recall and F1 of each label; in a multilabel "
    "project the share of texts whose labels are all right, micro and macro F1. What the run says of each text is "
    "kept in the project, if that can be written.\n\n"
    "With --json: run, split, n, accuracy, macro_f1, accuracy_ci95, per_label, labels, and confusion (rows: the true "
    "label).",
  .options = options,
  .examples = examples,
  .flags = COMMAND_PROJECT | COMMAND_MAY_WRITE | COMMAND_LONG | COMMAND_JSON,
  .run = run,
};
