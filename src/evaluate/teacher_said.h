/* teacher_said: what a teacher said of the test texts when it annotated (table of predictions), text by text.
 *
 * Where a text may have several labels no answer cannot be told from "none of them": both read as the empty set.
 *
 * Life: teacher_said_read fills, teacher_said_release. Threads: any. Errors: the store's. */
#ifndef EVALUATE_TEACHER_SAID_H
#define EVALUATE_TEACHER_SAID_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct project;

struct teacher_said {
  size_t n, n_labels;    /* texts, labels */
  uint8_t *asked;        /* n: 1 where the text was put to it */
  size_t n_asked;
  int32_t *label;        /* n: the likeliest; -1: no answer, or not asked */
  uint8_t *sets;         /* n x n_labels: 1 where it gave the label to half of its votes or more */
};
/* Of n texts (samples' ids, in any order). */
int teacher_said_read(struct project *p, uint32_t teacher, const uint32_t *ids, size_t n, size_t n_labels,
                      struct teacher_said *s, struct err *e);
void teacher_said_release(struct teacher_said *s);

#endif
