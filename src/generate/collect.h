/* collect: the results of a batch that has ended, taken into the job: replies become answered items, lines that failed
 * fail theirs. Errors and threads: those of batch.h; begun again after -1 it passes over what is on disk. */
#ifndef GENERATE_COLLECT_H
#define GENERATE_COLLECT_H

#include "base/err.h"
#include "store/job_store.h"
#include "teacher/batches.h"

struct job;

/* v: how the batch stands, ended. After 0 the row is over: BATCH_COLLECTED, or BATCH_FAILED if the endpoint did not
 * take it; none of its items counts as sent any more. */
int collect_batch(struct job *j, struct batch_row *row, struct batches *client, const struct batches_view *v,
                  struct err *e);

#endif
