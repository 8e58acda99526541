/* docket: the texts of a corpus that students judge or are asked about, and what each is for.
 *
 *   labelled, split train                      judged, and learned from
 *   the same, rejected, or standing in test    judged, not learned from (corpus/guard.h)
 *   all other of split train, valid, pool      only asked about: they get a suggestion
 *   split test, gone                           left out
 *
 * In a task of several labels a text of split train without any counts as labelled, as for `train`: with none. Near-
 * duplicates (corpus/neardup.h) are one group.
 *
 * Life: docket_fill, docket_release. Texts and labels stay the corpus'. Threads: one user; it takes all processors. */
#ifndef CURATE_DOCKET_H
#define CURATE_DOCKET_H

#include "corpus/corpus.h"
#include "student/student.h"

struct docket {
  size_t n, n_judged;
  uint32_t *ids;               /* (n) ascending */
  struct example *x;
  uint8_t *uses;               /* enum crossval_use */
  uint32_t *group;
};
void docket_fill(const struct corpus *c, struct docket *d);
void docket_release(struct docket *d);

#endif
