/* history-acts: random actions of all kinds on a project, each held to what the model of its history says.
 *
 * Life: a stage with an open project, an empty model and seeded chance; acts_one any number of times. What fails says
 * so with -1 and e; nothing here fails a test, so that a forked child may use it. The project may be another one
 * afterwards (it was closed and opened again). */
#ifndef TESTS_HISTORY_ACTS_H
#define TESTS_HISTORY_ACTS_H

#include "tests/history-model.h"

struct stage {
  struct project *p;
  struct model model;
  struct rng rng;
  uint64_t digests[64];          /* before and after each posted change that is not followed yet */
  size_t n_posted;
  char rows[160];                /* a file to import */
  int n_refused, n_gone_to, n_again, n_done;
  size_t n_compared;
};

/* Does one action; e says which failed. */
int acts_one(struct stage *s, struct err *e);
/* Waits until what was posted is on disk, and follows it. */
int acts_settle(struct stage *s, struct err *e);
/* Follows a change that is on disk already, made when the corpus was as `before` says. */
int acts_follow_new(struct stage *s, uint64_t before, struct err *e);
/* Goes a way, which must undo or redo so many changes; may_be_refused: for the sake of a job. */
int acts_go(struct stage *s, const struct project_way *way, size_t changes, bool may_be_refused, struct err *e);
/* Another process sees what memory holds, and so does this one after closing and opening. */
int acts_restart(struct stage *s, struct err *e);
uint64_t acts_digest(const struct stage *s);
uint64_t acts_below(struct stage *s, uint64_t n);

#endif
