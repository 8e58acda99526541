/* effect: what an arm does label by label: precision, recall and F1 of each, and how far F1 is from the other arm's.
 *
 * Letters: R test texts, S seeds, C labels. Predictions are S x R labels, [s * R + r], or S x R x C sets, nonzero
 * where the text was given the label. Truth and predictions of METRIC_NONE mean what they do in metric.h; precision,
 * recall and F1 are those of metric.h.
 *
 * The interval of a label's difference is over new texts and new seeds together, by the bootstrap that significance.h
 * describes: each resample draws R texts with replacement, the same for every seed and both arms. For a label only
 * those texts count that have it or were given it (in either arm), so a resample draws how many of these come
 * (binomial) and then which. As there, the texts are drawn from those at hand and two more, one on which nothing
 * differs and two halves on which each arm is better by as much as is usual where they differ: a label with three test
 * texts proves nothing. p is as there.
 *
 * Threads: pure functions. Errors: none. The same seed gives the same bytes each time. */
#ifndef EVALUATE_EFFECT_H
#define EVALUATE_EFFECT_H

#include <stddef.h>
#include <stdint.h>

#include "evaluate/findings.h"

struct answer_key {
  size_t n_seeds, n_texts, n_labels;  /* S, R, C */
  const int32_t *truth;               /* R; NULL: several labels a text */
  const uint8_t *truth_sets;          /* R x C; NULL: one label a text */
};

/* Fills out[c] of each label (C entries; the members `label` are left alone): of `second`, and second - first. Of both
 * arms the labels or the sets are given, as in the key, the other is NULL. Both of `first` NULL: no comparison, and
 * the difference, its interval and p are NaN; so are they of a label that no test text has (its F1 says nothing),
 * which does not count for Holm either. resamples: at most; fewer, but not below 1000, where labels, texts and seeds
 * are many, so that it takes about a second. */
void label_effects(const struct answer_key *k, const int32_t *first, const uint8_t *first_sets, const int32_t *second,
                   const uint8_t *second_sets, size_t resamples, uint64_t seed, struct found_label *out);

#endif
