/* confident: what out-of-fold probabilities say of the labels that were given: pure numbers, no corpus.
 *
 * Scores of a label k under probabilities P of C classes, each 0 to 1, low where the label is likely wrong, as in
 * cleanlab (rank.py, version 2):
 *
 *   self confidence               P[k]
 *   normalized margin             (P[k] - max of the others + 1) / 2
 *   confidence-weighted entropy   ln(x + 1) / x,  x = H(P) / ln(C) / max(P[k], 1e-6),  H(P) = -sum P ln P
 *
 * The last is 1 in the limit x = 0, where P is all on k; where P is all on another label we take 0 (cleanlab has 0 in
 * both cases, since it divides by at least 1e-6).
 *
 * Confident learning (Northcutt, Jiang, Chuang 2021, JAIR 70, section 3): a class' threshold is the mean of P[k] over
 * the samples given k; a sample counts as truly j if P[j] reaches the threshold of j, and j is the likeliest that
 * does; the confident joint counts given × true, with at least 1 on the diagonal; calibrated, its rows sum to the
 * numbers given, and what stands beside the diagonal is the estimated number of wrong labels of that pair.
 *
 * Issues (section 3.2; filter.py): by noise rate, for each pair the estimated number of samples given k with the
 * largest P[j] - P[k]; by class, the estimated number of samples given k with the smallest P[k]. Nothing is an issue
 * whose own label is the likeliest. cleanlab's keeping of at least one sample a class is left out: nothing is deleted
 * here.
 *
 * Several labels a sample: each label is a problem of two classes, not given and given; scores of a sample are the
 * exponential moving average of those of its labels in descending order, s = .8 s_i + .2 s, so that the worst count
 * most (multilabel_classification/rank.py; Thyagarajan et al. 2022); it is an issue if it is one for any label.
 *
 * Threads: pure; any. Errors: none. */
#ifndef CURATE_CONFIDENT_H
#define CURATE_CONFIDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct label_quality {
  float self_confidence, normalized_margin, weighted_entropy;
};
struct label_quality label_quality_of(const float *p, size_t n_classes, size_t given);
/* labels (ascending, n_labels) of independent probabilities p (n_classes). */
struct label_quality label_quality_of_many(const float *p, size_t n_classes, const uint16_t *labels, size_t n_labels);

struct confident {
  size_t n, n_classes;
  const uint16_t *given;       /* (n) */
  const float *p;              /* (n, n_classes) */
};
/* thresholds (n_classes); of a class that nobody was given: infinite. */
void confident_thresholds(const struct confident *c, double *thresholds);
/* counts (n_classes, n_classes): given × true. */
void confident_joint(const struct confident *c, uint32_t *counts);
/* Rows made to sum to the numbers given, in whole numbers; in place. */
void confident_calibrate(const struct confident *c, uint32_t *counts);
enum { ISSUE_BY_RATE = 1, ISSUE_BY_CLASS = 2, ISSUE_BY_BOTH = 3 };
/* issues (n): which of the two rules find it; counts are calibrated. */
void confident_issues(const struct confident *c, const uint32_t *counts, uint8_t *issues);

#endif
