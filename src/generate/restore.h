/* restore: dropped texts that come into the corpus after all, as they were or repaired by the person, as new samples
 * with the provenance that they would have had: template, teacher, request, attributes, and the sample that they
 * rewrite.
 *
 * No text may come in that stands, or nearly stands, in the test split: it is refused, whyever it was dropped. What
 * else it was dropped for is the person's to overrule.
 * Threads: any. Errors: ERR_INPUT. */
#ifndef GENERATE_RESTORE_H
#define GENERATE_RESTORE_H

#include "base/err.h"
#include "store/project.h"

/* One dropped text; NULL: as it was. A whole reply (reason parse) needs a text. */
struct restore_wish {
  uint32_t dropped_id;
  const char *text, *text2;
};
struct restore_result {
  size_t n_restored, n_refused;
  uint32_t first_id;             /* of the new samples, in the order of the wishes */
  struct err why;                /* of the first that was refused */
};
/* Restores all that can be, in one change that can be undone (which makes them dropped texts again). -1 if there was
 * none. */
int restore_dropped(struct project *p, const struct restore_wish *wishes, size_t n, struct restore_result *result,
                    struct err *e);

#endif
