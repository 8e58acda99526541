/* metric: how good predictions are: accuracy, F1, confusion, log loss.
 *
 * Letters: n texts, C labels. Labels are numbers 0..C-1. A truth of METRIC_NONE is a text that nobody labelled: it is
 * left out and counted. A prediction of METRIC_NONE is no answer (a teacher whose reply named no label): it counts as
 * wrong.
 *
 * Definitions are those of scikit-learn 1.2 with zero_division=0 (Pedregosa et al. 2011), against which the tests
 * compare: precision = tp / (tp + fp), recall = tp / (tp + fn), f1 = 2 tp / (2 tp + fp + fn), each 0 where its divisor
 * is 0; macro F1 is the plain mean of f1 over the labels that occur in the truth or in the predictions. Log loss is the
 * mean of -ln p(truth), natural logarithm, p clipped to [1e-15, 1].
 *
 * Life: metric_init (or a zeroed struct), one metric_count or metric_probabilities, read the fields, metric_release.
 * The same for metric_multi. Threads: a metric has one user. Errors: none; a label outside 0..C-1 is a fault of ours
 * (ensure). */
#ifndef EVALUATE_METRIC_H
#define EVALUATE_METRIC_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define METRIC_NONE (-1)

struct label_score {
  double precision, recall, f1;  /* in [0, 1] */
  size_t support;                /* texts with this truth */
  size_t predicted;              /* texts with this prediction */
};

struct metric {
  size_t n_labels;       /* C */
  size_t n;              /* texts scored */
  size_t n_unlabelled;   /* texts left out: no truth */
  size_t n_unanswered;   /* of n: no prediction */
  size_t n_correct;
  double accuracy;       /* n_correct / n; 0 if n is 0 */
  double ci95[2];        /* Wilson interval of the accuracy over test texts, significance.h */
  double macro_f1;
  double log_loss;       /* NAN where no probabilities were given */
  struct label_score *per_label;  /* C */
  size_t *confusion;     /* C x C, [truth * C + predicted]; unanswered texts are in no column */
};
void metric_init(struct metric *m);
void metric_release(struct metric *m);
/* Scores n predictions. What m held before is released. */
void metric_count(struct metric *m, size_t n_labels, const int32_t *truth, const int32_t *predicted, size_t n);
/* Scores n rows of C probabilities: the prediction is the most probable label (the first of equals), and log_loss is
 * set. */
void metric_probabilities(struct metric *m, size_t n_labels, const int32_t *truth, const float *probability, size_t n);
/* One JSON object: {"n","unlabelled","unanswered","accuracy","macro_f1","accuracy_ci95":[lo,hi],"log_loss" (where there
 * is one),"per_label":[{"label","precision","recall","f1","support"}],"labels":[names],"confusion":[[...]]}; rows of
 * the confusion are truths. */
void metric_json(const struct metric *m, const char *const *label_names, struct buf *out);

/* Several labels a text. `truth` and `predicted` are n x C, nonzero where the text has the label. An empty truth is a
 * truth (no label applies) unless labelled[i] is 0; labelled may be NULL: all are. */
struct metric_multi {
  size_t n_labels, n, n_unlabelled;
  double subset_accuracy;        /* texts whose whole set is right */
  double subset_ci95[2];         /* Wilson */
  double micro_precision, micro_recall, micro_f1;
  double macro_f1;               /* over all C labels */
  struct label_score *per_label; /* C */
};
void metric_multi_init(struct metric_multi *m);
void metric_multi_release(struct metric_multi *m);
void metric_multi_count(struct metric_multi *m, size_t n_labels, const uint8_t *truth, const uint8_t *predicted,
                        const uint8_t *labelled, size_t n);
/* As metric_json: {"n","unlabelled","accuracy" (subset),"accuracy_ci95","micro_f1","macro_f1","per_label"}. */
void metric_multi_json(const struct metric_multi *m, const char *const *label_names, struct buf *out);

/* Macro F1 alone, for resampling: texts weighted by weight[i] (how often text i was drawn; NULL: once each). tally is
 * working room of 3 x C counts. */
double metric_macro_f1(size_t n_labels, const int32_t *truth, const int32_t *predicted, const uint32_t *weight,
                       size_t n, size_t *tally);

/* The same for several labels a text, over all C labels. */
double metric_multi_macro_f1(size_t n_labels, const uint8_t *truth, const uint8_t *predicted, const uint32_t *weight,
                             size_t n, size_t *tally);

#endif
