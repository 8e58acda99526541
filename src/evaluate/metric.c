#include "evaluate/metric.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"
#include "evaluate/significance.h"

#define P_SMALLEST 1e-15

static double
ratio(size_t a, size_t b)
{
  return b ? (double)a / (double)b : 0;
}

static struct label_score
label_score(size_t tp, size_t support, size_t predicted)
{
  return (struct label_score){
    .precision = ratio(tp, predicted), .recall = ratio(tp, support), .f1 = ratio(2 * tp, support + predicted),
    .support = support, .predicted = predicted,
  };
}

void
metric_init(struct metric *m)
{
  *m = (struct metric){.log_loss = NAN};
}

void
metric_release(struct metric *m)
{
  free(m->per_label);
  free(m->confusion);
  metric_init(m);
}

/* Everything that follows from the confusion, n_correct and the supports. */
static void
finish(struct metric *m)
{
  size_t C = m->n_labels, n_seen = 0;
  double sum = 0;

  for (size_t c = 0; c < C; c++) {
    size_t predicted = 0;

    for (size_t t = 0; t < C; t++)
      predicted += m->confusion[t * C + c];
    m->per_label[c] = label_score(m->confusion[c * C + c], m->per_label[c].support, predicted);
    m->n_correct += m->confusion[c * C + c];
    if (m->per_label[c].support + predicted > 0) {
      n_seen++;
      sum += m->per_label[c].f1;
    }
  }
  m->macro_f1 = n_seen ? sum / (double)n_seen : 0;
  m->accuracy = ratio(m->n_correct, m->n);
  struct interval ci = wilson_interval((double)m->n_correct, (double)m->n, .95);
  m->ci95[0] = ci.lo;
  m->ci95[1] = ci.hi;
}

void
metric_count(struct metric *m, size_t n_labels, const int32_t *truth, const int32_t *predicted, size_t n)
{
  metric_release(m);
  m->n_labels = n_labels;
  m->per_label = xcalloc(n_labels, sizeof *m->per_label);
  m->confusion = xcalloc(n_labels * n_labels, sizeof *m->confusion);
  for (size_t i = 0; i < n; i++) {
    if (truth[i] == METRIC_NONE) {
      m->n_unlabelled++;
      continue;
    }
    ensure(truth[i] >= 0 && (size_t)truth[i] < n_labels);
    m->n++;
    m->per_label[truth[i]].support++;
    if (predicted[i] == METRIC_NONE) {
      m->n_unanswered++;
      continue;
    }
    ensure(predicted[i] >= 0 && (size_t)predicted[i] < n_labels);
    m->confusion[(size_t)truth[i] * n_labels + (size_t)predicted[i]]++;
  }
  finish(m);
}

void
metric_probabilities(struct metric *m, size_t n_labels, const int32_t *truth, const float *probability, size_t n)
{
  int32_t *predicted = xcalloc(n ? n : 1, sizeof *predicted);
  double sum = 0;

  ensure(n_labels > 0);
  for (size_t i = 0; i < n; i++) {
    const float *row = probability + i * n_labels;

    for (size_t c = 1; c < n_labels; c++)
      if (row[c] > row[predicted[i]])
        predicted[i] = (int32_t)c;
    if (truth[i] >= 0 && (size_t)truth[i] < n_labels)
      sum -= log(fmin(fmax((double)row[truth[i]], P_SMALLEST), 1));
  }
  metric_count(m, n_labels, truth, predicted, n);
  m->log_loss = m->n ? sum / (double)m->n : NAN;
  free(predicted);
}

double
metric_macro_f1(size_t n_labels, const int32_t *truth, const int32_t *predicted, const uint32_t *weight,
                size_t n, size_t *tally)
{
  size_t *right = tally, *support = tally + n_labels, *answered = tally + 2 * n_labels, n_seen = 0;
  double sum = 0;

  memset(tally, 0, 3 * n_labels * sizeof *tally);
  for (size_t i = 0; i < n; i++) {
    size_t w = weight ? weight[i] : 1;

    if (truth[i] < 0)
      continue;
    support[truth[i]] += w;
    if (predicted[i] >= 0)
      answered[predicted[i]] += w;
    if (predicted[i] == truth[i])
      right[truth[i]] += w;
  }
  for (size_t c = 0; c < n_labels; c++)
    if (support[c] + answered[c] > 0) {
      n_seen++;
      sum += ratio(2 * right[c], support[c] + answered[c]);
    }
  return n_seen ? sum / (double)n_seen : 0;
}

double
metric_multi_macro_f1(size_t n_labels, const uint8_t *truth, const uint8_t *predicted, const uint32_t *weight, size_t n,
                      size_t *tally)
{
  size_t *right = tally, *sum_of_sizes = tally + n_labels;
  double sum = 0;

  memset(tally, 0, 3 * n_labels * sizeof *tally);
  for (size_t i = 0; i < n; i++) {
    const uint8_t *t = truth + i * n_labels, *p = predicted + i * n_labels;
    size_t w = weight ? weight[i] : 1;

    for (size_t c = 0; c < n_labels; c++) {
      right[c] += t[c] && p[c] ? w : 0;
      sum_of_sizes[c] += w * ((t[c] != 0) + (p[c] != 0));
    }
  }
  for (size_t c = 0; c < n_labels; c++)
    sum += ratio(2 * right[c], sum_of_sizes[c]);
  return n_labels ? sum / (double)n_labels : 0;
}

void
metric_multi_init(struct metric_multi *m)
{
  *m = (struct metric_multi){0};
}

void
metric_multi_release(struct metric_multi *m)
{
  free(m->per_label);
  metric_multi_init(m);
}

void
metric_multi_count(struct metric_multi *m, size_t n_labels, const uint8_t *truth, const uint8_t *predicted,
                   const uint8_t *labelled, size_t n)
{
  size_t *tally = xcalloc(3 * n_labels + 1, sizeof *tally), n_right = 0;
  size_t all_tp = 0, all_support = 0, all_predicted = 0;

  metric_multi_release(m);
  m->n_labels = n_labels;
  m->per_label = xcalloc(n_labels, sizeof *m->per_label);
  for (size_t i = 0; i < n; i++) {
    bool right = true;

    if (labelled && !labelled[i]) {
      m->n_unlabelled++;
      continue;
    }
    m->n++;
    for (size_t c = 0; c < n_labels; c++) {
      bool t = truth[i * n_labels + c], p = predicted[i * n_labels + c];

      tally[3 * c] += t && p;
      tally[3 * c + 1] += t;
      tally[3 * c + 2] += p;
      right = right && t == p;
    }
    n_right += right;
  }
  for (size_t c = 0; c < n_labels; c++) {
    m->per_label[c] = label_score(tally[3 * c], tally[3 * c + 1], tally[3 * c + 2]);
    m->macro_f1 += m->per_label[c].f1 / (double)n_labels;
    all_tp += tally[3 * c];
    all_support += tally[3 * c + 1];
    all_predicted += tally[3 * c + 2];
  }
  struct label_score all = label_score(all_tp, all_support, all_predicted);
  struct interval ci = wilson_interval((double)n_right, (double)m->n, .95);
  m->micro_precision = all.precision;
  m->micro_recall = all.recall;
  m->micro_f1 = all.f1;
  m->subset_accuracy = ratio(n_right, m->n);
  m->subset_ci95[0] = ci.lo;
  m->subset_ci95[1] = ci.hi;
  free(tally);
}

static void
add_pair(struct buf *out, const char *key, const double pair[2])
{
  json_add_key(out, key);
  buf_addc(out, '[');
  json_add_number(out, pair[0]);
  buf_addc(out, ',');
  json_add_number(out, pair[1]);
  buf_addc(out, ']');
}

static void
add_labels(struct buf *out, const struct label_score *score, const char *const *names, size_t n_labels)
{
  json_add_key(out, "per_label");
  buf_addc(out, '[');
  for (size_t c = 0; c < n_labels; c++) {
    json_add_comma(out);
    buf_addc(out, '{');
    json_add_field(out, "label", names[c]);
    json_add_field_number(out, "precision", score[c].precision);
    json_add_field_number(out, "recall", score[c].recall);
    json_add_field_number(out, "f1", score[c].f1);
    json_add_field_int(out, "support", (int64_t)score[c].support);
    buf_addc(out, '}');
  }
  buf_addc(out, ']');
}

void
metric_json(const struct metric *m, const char *const *label_names, struct buf *out)
{
  size_t C = m->n_labels;

  buf_addc(out, '{');
  json_add_field_int(out, "n", (int64_t)m->n);
  json_add_field_int(out, "unlabelled", (int64_t)m->n_unlabelled);
  json_add_field_int(out, "unanswered", (int64_t)m->n_unanswered);
  json_add_field_number(out, "accuracy", m->accuracy);
  json_add_field_number(out, "macro_f1", m->macro_f1);
  add_pair(out, "accuracy_ci95", m->ci95);
  if (isfinite(m->log_loss))
    json_add_field_number(out, "log_loss", m->log_loss);
  add_labels(out, m->per_label, label_names, C);
  json_add_key(out, "labels");
  buf_addc(out, '[');
  for (size_t c = 0; c < C; c++) {
    json_add_comma(out);
    json_add_str(out, label_names[c]);
  }
  buf_addc(out, ']');
  json_add_key(out, "confusion");
  buf_addc(out, '[');
  for (size_t t = 0; t < C; t++) {
    json_add_comma(out);
    for (size_t c = 0; c < C; c++)
      buf_addf(out, "%c%zu", c ? ',' : '[', m->confusion[t * C + c]);
    buf_addc(out, ']');
  }
  buf_adds(out, "]}");
}

void
metric_multi_json(const struct metric_multi *m, const char *const *label_names, struct buf *out)
{
  buf_addc(out, '{');
  json_add_field_int(out, "n", (int64_t)m->n);
  json_add_field_int(out, "unlabelled", (int64_t)m->n_unlabelled);
  json_add_field_number(out, "accuracy", m->subset_accuracy);
  add_pair(out, "accuracy_ci95", m->subset_ci95);
  json_add_field_number(out, "micro_precision", m->micro_precision);
  json_add_field_number(out, "micro_recall", m->micro_recall);
  json_add_field_number(out, "micro_f1", m->micro_f1);
  json_add_field_number(out, "macro_f1", m->macro_f1);
  add_labels(out, m->per_label, label_names, m->n_labels);
  buf_addc(out, '}');
}
