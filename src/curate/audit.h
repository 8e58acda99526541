/* audit: how far a person agrees with themselves. A random part of what they decided about samples one by one is shown
 * a second time, as it came, without what they made of it; what they say then is kept beside what they had decided.
 *
 * A judgement is "rejected", or else the labels: a sample that was accepted or relabelled counts by its labels.
 * Decisions about many samples at once are not asked for again: they were made about a filter.
 *
 * Life: audit_pick; audit_answer for each that is answered; audit_report. Threads: one user; they read the file (not
 * for the screen's thread). Errors: the store's; ERR_INPUT for a sample that nobody decided about. */
#ifndef CURATE_AUDIT_H
#define CURATE_AUDIT_H

#include "evaluate/agreement.h"
#include "store/audit_store.h"

#define AUDIT_SHARE 0.05

/* What is to be judged again, in random order; came: as it was before the person's first decision. */
struct audit_item {
  uint32_t sample;
  struct judgement came;
};
struct audit_pass {
  struct audit_item *items;      /* those that are not answered yet */
  size_t n;
  size_t n_decisions;            /* samples that the person decided about one by one */
  size_t n_picked;               /* share of them, at least one: answered and not */
};
/* The same seed picks the same samples, and as decisions grow few others. An answer that is older than the last
 * decision about its sample does not count. */
int audit_pick(struct project *p, double share, uint64_t seed, struct audit_pass *pass, struct err *e);
void audit_pass_release(struct audit_pass *pass);
/* The sample as it came; the labels are to be freed. */
int audit_came(struct project *p, uint32_t sample, struct judgement *came, struct err *e);
/* Keeps an answer; the sample stays as it is. */
int audit_answer(struct project *p, uint32_t sample, const struct judgement *answer, struct err *e);

struct audit_label {
  uint16_t label;                /* LABEL_NONE: rejected */
  size_t first, second, both;    /* texts that were judged so */
};
struct audit_difference {
  uint32_t sample;
  struct judgement first, second;
};
/* Of the last answer about each sample. */
struct audit_report {
  struct agreement agreement;    /* of whole label sets, where there are several labels a text */
  struct audit_label *labels;    /* those that were given, and rejected as the last */
  size_t n_labels;
  struct audit_difference *differences;
  size_t n_differences;
};
int audit_report(struct project *p, struct audit_report *report, struct err *e);
void audit_report_release(struct audit_report *report);

#endif
