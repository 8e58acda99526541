/* judge: the signals that come from students (curate/signal.h) of a set of texts, from cross-validation in two passes.
 *
 * First pass: out-of-fold probabilities P1; of these the three scores, the confident joint and the issues
 * (confident.h). Second pass: the same with other folds, in which nobody learns from a text that the first pass found
 * an issue, so that wrong labels spoil the students less; P2. Then, P being the mean of P1 and P2:
 *
 *   suspect       1 - P[its label] (several labels: 1 - the aggregated self confidence under P)
 *   suggested     the likeliest class of P, and suggested_p; several labels: the likeliest that it has not, where P is at
 *                 least .5, else the likeliest
 *   uncertainty   entropy of P / ln C (several labels: of its most uncertain label, / ln 2), for orders
 *   issue         found by noise rate (ISSUE_BY_RATE, cleanlab's default)
 *
 * A label of which more than half are issues is learned from as it is. Texts that only ask have suggestion and
 * uncertainty, from a student of each pass that learned from all, and nothing else. Why self confidence, and two
 * passes: tests/bench/suspect.sh measures how many planted errors each order finds.
 *
 * Life: judge_run fills (also when it fails: then nothing), judgement_release. Threads: as crossval.h. */
#ifndef CURATE_JUDGE_H
#define CURATE_JUDGE_H

#include "curate/crossval.h"

enum judged { JUDGED_SUSPECT, JUDGED_SELF, JUDGED_MARGIN, JUDGED_ENTROPY, JUDGED_ISSUE, JUDGED_SUGGESTED, JUDGED_SUGGESTED_P,
              N_JUDGED };
extern const char *const judged_names[N_JUDGED];   /* as in signal_rows */

struct judged_pair {
  uint16_t given, suggested;     /* classes; LABEL_NONE (several labels): not given it should be, given it should not */
  uint32_t n, estimated;         /* issues of this pair (by what is suggested); wrong labels, as the joint says */
};
struct judgement {
  size_t n;
  float *values[N_JUDGED];       /* (n) by place; NaN: none */
  float *uncertainty;            /* (n) */
  size_t n_judged, n_learned, n_asked;
  size_t n_issues, n_both;       /* by noise rate; by that and by class */
  size_t estimated_wrong;        /* labels, by the joint */
  double accuracy;               /* out of fold, of the first pass: label likeliest (several: of single decisions) */
  int folds;
  struct judged_pair *pairs;     /* of which anything is estimated or found, the most first */
  size_t n_pairs;
};
int judge_run(const struct crossval *cv, const struct example *x, const uint8_t *uses, const uint32_t *group, size_t n,
              struct judgement *out, struct err *e);
void judgement_release(struct judgement *j);

#endif
