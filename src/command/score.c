#include "command/score.h"

#include <stdlib.h>

#include "base/json.h"
#include "command/print.h"
#include "store/project.h"
#include "student/reliability.h"

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

/* ---- whether probabilities mean what they say */

static void
reliability_json(const struct reliability *r, struct buf *json)
{
  buf_truncate(json, json->n - 1);  /* the object goes on */
  json_add_field_number(json, "calibration_error", reliability_error(r));
  json_add_key(json, "reliability");
  buf_addc(json, '[');
  for (size_t i = 0; i < RELIABILITY_BINS; i++) {
    const struct reliability_bin *b = &r->bins[i];

    json_add_comma(json);
    buf_addc(json, '{');
    json_add_field_int(json, "n", (int64_t)b->n);
    json_add_field_number(json, "confidence", b->confidence / (double)b->n);
    json_add_field_number(json, "right", (double)b->n_right / (double)b->n);
    buf_addc(json, '}');
  }
  buf_adds(json, "]}");
}

/* "calibration error 0.023; said, and right: 0.63 0.60 (38), 0.97 0.98 (412)": the bins that hold most answers. */
static void
print_reliability(struct call *c, const struct reliability *r)
{
  struct buf out = BUF_INIT;
  size_t shown = 0;

  buf_addf(&out, "calibration error %.3f (said and right:", reliability_error(r));
  for (size_t i = 0; i < RELIABILITY_BINS; i++) {
    const struct reliability_bin *b = &r->bins[i];

    if (20 * b->n < r->n)
      continue;
    buf_addf(&out, "%s %.2f %.2f", shown++ ? "," : "", b->confidence / (double)b->n,
             (double)b->n_right / (double)b->n);
  }
  print_line(c, "%s)", buf_str(&out));
  buf_release(&out);
}

static void
score_reliability(const struct scored *x, bool multilabel, struct buf *json)
{
  struct student_task task = {.n_classes = (uint16_t)x->n_classes, .multilabel = multilabel};
  struct reliability r = {0};

  if (x->said || !x->probability)
    return;
  for (size_t i = 0; i < x->n; i++)
    if (multilabel || x->v[i].n_labels)
      reliability_add_row(&r, &task, &x->v[i], x->probability + i * x->n_classes);
  if (r.n == 0)
    return;
  reliability_json(&r, json);
  if (!x->c->json)
    print_reliability(x->c, &r);
}

/* ---- */

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
  }
  score_reliability(x, false, json);
  if (!x->c->json) {
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
  }
  score_reliability(x, true, json);
  if (!x->c->json) {
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
