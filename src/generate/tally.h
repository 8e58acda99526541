/* tally: the votes of a job on its texts, added up: a label for each text, how likely it is, and how far repeats agree.
 *
 * One label a text: the label of most votes; of equals the one with the greater probability, then the smaller number.
 * Its probabilities are the mean over the votes, of what the teacher's tokens said (soft.h) or else of 1 for the label
 * given; with `soft`, where no vote came with tokens' probabilities, one further vote is spread over all labels, so
 * that k equal votes do not mean certainty ((votes + 1/C) / (k + 1), Perks 1947). A vote that gave none of the labels
 * counts for nothing. Several labels a text: those that at least half of the votes gave.
 *
 * Agreement is over texts with at least two votes: the mean share of pairs of votes that are equal (several labels: the
 * mean Jaccard similarity of the pairs), and Fleiss' kappa (Fleiss 1971; texts may have different numbers of votes,
 * pairs are weighted by text): 1 is full agreement, 0 what chance would give. Kappa is NaN for several labels a text,
 * and where only one label occurs.
 *
 * Life: tally_job or tally_make, tally_release (also after -1). Threads: any. */
#ifndef GENERATE_TALLY_H
#define GENERATE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/job_store.h"

struct tally_text {
  uint32_t sample_id;
  uint32_t n_votes, n_off;      /* all; those that gave none of the labels */
  uint16_t label;               /* the first, of several; LABEL_NONE: none */
  float probability;            /* of that label; 0 for none */
  const float *p;               /* n_labels; several labels: the share of votes for each */
};
struct tally {
  struct tally_text *texts;     /* by sample id */
  size_t n, n_labels;
  float *p;
  size_t n_votes, n_off;
  size_t n_soft;                /* votes with probabilities of their own, where labels exclude each other */
  size_t n_compared;            /* texts with two votes or more */
  double agreement, kappa;      /* NaN: nothing to compare */
};

/* votes are by sample. */
void tally_make(struct tally *t, const struct vote_row *votes, size_t n, size_t n_labels, bool multilabel, bool soft);
/* The votes that came of a job's requests. teacher_id 0: of all its teachers. */
int tally_job(struct tally *t, struct project *p, uint32_t job_id, uint32_t teacher_id, bool soft, struct err *e);
void tally_release(struct tally *t);
/* The labels of a text, up to max; returns how many. */
size_t tally_labels(const struct tally *t, size_t i, bool multilabel, uint16_t *labels, size_t max);
/* The votes of a job, by sample and request; to be freed with vote_rows_free. */
int votes_of_job(struct project *p, uint32_t job_id, uint32_t teacher_id, struct vote_row **votes, size_t *n,
                 struct err *e);

#endif
