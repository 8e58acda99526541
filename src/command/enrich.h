/* enrich: what a training is given beyond texts and their labels: texts of the pool, soft labels, weights; and the hash
 * by which its texts are known again.
 *
 * Life: lesson_collect (learn.h), lesson_enrich, lesson_release. Threads: one user. */
#ifndef COMMAND_ENRICH_H
#define COMMAND_ENRICH_H

#include "command/learn.h"

/* Each NULL: none. */
struct enrichment {
  const char *pool;      /* filter of the texts without labels that methods may learn from */
  const char *teacher;   /* whose probabilities (annotate --soft) are soft labels */
  const char *distill;   /* run whose student's probabilities are */
  const char *weigh;     /* column (signal) that says how much a text counts; scaled to a mean of 1 */
};
/* ERR_INPUT: an unknown name, a signal that nobody computed, a teacher that said nothing of these texts, a kind that
 * cannot learn from soft labels. Samples of split test and valid, and those of the lesson, are never in the pool. */
int lesson_enrich(struct call *c, const struct student_kind *kind, const struct enrichment *how, struct lesson *l,
                  struct err *e);
/* Of ids, texts, labels, weights and soft labels, of all texts in their order. */
uint64_t lesson_hash(const struct lesson *l);

#endif
