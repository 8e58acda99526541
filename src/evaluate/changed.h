/* changed: the test texts that two rows of an experiment answer differently: what the data of the one put right, and
 * what it broke.
 *
 * Each row was trained with several seeds. Most means more than half of them. A text is fixed if it is wrong in most
 * seeds before and right in most after, broken the other way round. Any other text is in the list, too, if another share
 * of the seeds is right, or if another word is said most often (wrong in both, say, but in another way). The list is
 * empty where before and after are the same row.
 *
 * Life: changed_find fills, changed_release. Threads: any. Errors: the store's; a training that the store does not keep
 * any more is ERR_INPUT and says what to do (said.h); rows that are none are a fault of ours. */
#ifndef EVALUATE_CHANGED_H
#define EVALUATE_CHANGED_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct findings;
struct project;

enum changed_kind { CHANGED_BROKEN, CHANGED_FIXED, CHANGED_OTHER, N_CHANGED_KINDS };
extern const char *const changed_kind_names[N_CHANGED_KINDS];  /* "broken", "fixed", "other" */

/* Of a text that so many of the seeds answer rightly. */
enum changed_kind changed_kind_of(size_t right_before, size_t n_before, size_t right_after, size_t n_after);

struct changed_text {
  uint32_t id;                         /* the sample */
  enum changed_kind kind;
  uint32_t right_before, right_after;  /* seeds that are right */
  uint16_t said_before, said_after;    /* said by most seeds (of equals the first seed's); LABEL_NONE: several labels */
};

struct changed {
  size_t before, after;                /* the rows */
  size_t n_before, n_after;            /* their seeds */
  size_t n_test;                       /* test texts */
  size_t count[N_CHANGED_KINDS];
  struct changed_text *texts;          /* broken, fixed, other; the share of seeds that moved most first, then by id */
  size_t n;
};
int changed_find(struct project *p, const struct findings *f, size_t before, size_t after, struct changed *out,
                 struct err *e);
void changed_release(struct changed *c);

#endif
