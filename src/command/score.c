#include "command/score.h"

#include <stdlib.h>

#include "command/print.h"
#include "store/project.h"

static const char **
label_names(const struct scored *x, size_t n)
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
score_single(const struct scored *x, struct buf *json)
{
  size_t n_labels = x->n_classes;
  int32_t *truth = xcalloc(x->n + 1, sizeof *truth);
  const char **names;
  struct metric m;

  /* A label that was added after the training can be a truth, though never a prediction. */
  for (size_t i = 0; i < x->n; i++) {
    truth[i] = x->v[i].n_labels ? x->v[i].labels[0] : METRIC_NONE;
    if (truth[i] >= 0 && (size_t)truth[i] >= n_labels)
      n_labels = (size_t)truth[i] + 1;
  }
  metric_init(&m);
  if (n_labels == x->n_classes && !x->said) {
    metric_probabilities(&m, n_labels, truth, x->probability, x->n);
  } else {
    int32_t *predicted = xcalloc(x->n + 1, sizeof *predicted);

    for (size_t i = 0; i < x->n; i++)
      predicted[i] = x->said ? x->said[i] : (int32_t)student_best(x->probability + i * x->n_classes, x->n_classes);
    metric_count(&m, n_labels, truth, predicted, x->n);
    free(predicted);
  }
  names = label_names(x, n_labels);
  metric_json(&m, names, json);
  if (!x->c->json) {
    print_line(x->c, "%s on %s: %zu texts", x->who, x->where, m.n);
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
score_multi(const struct scored *x, struct buf *json)
{
  size_t n_labels = labels_count(corpus_labels(project_corpus(x->c->project)));
  uint8_t *truth = xcalloc(x->n * n_labels + 1, 1), *predicted = xcalloc(x->n * n_labels + 1, 1);
  const char **names = label_names(x, n_labels);
  struct metric_multi m;

  for (size_t i = 0; i < x->n; i++) {
    for (size_t k = 0; k < x->v[i].n_labels; k++)
      truth[i * n_labels + x->v[i].labels[k]] = 1;
    for (size_t k = 0; k < x->n_classes && k < n_labels; k++)
      predicted[i * n_labels + k] = x->probability[i * x->n_classes + k] >= x->threshold;
  }
  metric_multi_init(&m);
  metric_multi_count(&m, n_labels, truth, predicted, NULL, x->n);
  metric_multi_json(&m, names, json);
  if (!x->c->json) {
    print_line(x->c, "%s on %s: %zu texts", x->who, x->where, m.n);
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

void
score_print(const struct scored *x, struct buf *json)
{
  if (corpus_task(project_corpus(x->c->project)) == TASK_MULTILABEL)
    score_multi(x, json);
  else
    score_single(x, json);
}
