/* history-model: what the history of a project should be, told a second time: which changes are in force and which are
 * undone as it follows from the log, and what the whole corpus looked like before and after each.
 *
 * The look of the corpus is a digest: the sum of a hash of each sample as export writes it. Of a change the two digests
 * are known from when it was made; `fresh` is false where something below it in the history moved since, so that they
 * are no more.
 *
 * Life: zeroed, model_follow after whatever was done, model_release. */
#ifndef TESTS_HISTORY_MODEL_H
#define TESTS_HISTORY_MODEL_H

#include "base/rng.h"
#include "store/project.h"

struct known {
  uint64_t before, after;
  uint32_t job;
  bool fresh;
  uint64_t state;                /* what the corpus was when the entry was the last of the log, */
  bool whole;                    /* which it could be: those of one undo or redo go together */
};
struct stack {
  uint32_t *v;                   /* changes, the newest last */
  size_t n, cap;
};
struct model {
  struct known *known;           /* by number of the entry in the log */
  size_t cap_known;
  uint32_t seen;                 /* the newest entry that was followed */
  struct stack done, undone;
  uint64_t digest;               /* of the corpus as it is */
  size_t n_compared;             /* undos and redos that were held to the digests that are known */
};

uint64_t model_digest(const struct corpus *c);
/* Follows the entries that are new in the log; now: the digest of the corpus as it is after them. It must be what an
 * undo or redo leads to by the digests that are known. For the i-th of those that changed samples, before and after are
 * digests[i], digests[i + 1] (n of them + 1); digests NULL: that is not known. The number of new entries, or -1. */
int model_follow(struct model *m, struct project *p, uint64_t now, const uint64_t *digests, size_t n, struct err *e);
/* How many changes an undo of the newest (what a job did in a row counts as one) takes off a stack. */
size_t model_group(const struct model *m, const struct stack *s);
/* The newest that no job made; done.n if there is none. */
size_t model_persons(const struct model *m);
void model_release(struct model *m);

#endif
