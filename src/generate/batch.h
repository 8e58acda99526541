/* batch: the requests of a job as batches of the endpoint's Batch API (teacher/batches.h): handed in, left alone for
 * minutes or hours, polled, collected. Half of the price is counted.
 *
 * Kill -9 at any moment hands nothing in twice. The order of writes: (1) the batch and which requests are its own are
 * on disk; (2) the file is uploaded (a second time costs nothing), its name written; (3) the batch is made of the file,
 * its name written; whoever finds a file without a batch asks the endpoint first whether it made one; (4) what came is
 * written as it came, and only then is the batch collected: begun again, replies that are on disk are passed over
 * (collect.h). A request is in one batch at a time. Those that a batch did not answer (expired, cancelled, refused, a
 * line that failed) are let go, and go into another one when the job is gone on with, not before.
 *
 * Life: batch_open; batch_begin after the job's items are loaded; batch_step until it says so; batch_close.
 * Threads: the job's.
 * Errors: those of batches.h; what was handed in stays handed in. */
#ifndef GENERATE_BATCH_H
#define GENERATE_BATCH_H

#include <stddef.h>

#include "base/err.h"

struct job;
struct batching;

/* ERR_INPUT if one of the crew takes no batches. Nothing is sent. */
int batch_open(struct job *j, struct err *e);
/* Loads the job's batches that are not over; their items count as sent. */
int batch_begin(struct job *j, struct err *e);
enum batch_stand {
  BATCH_IDLE,      /* nothing is under way, and nothing can be handed in: all is answered, failed, or does not fit */
  BATCH_BUSY,      /* call again */
  BATCH_LEFT,      /* all is handed in, and nobody waits for it: the job can be left, and gone on with later */
};
/* One bounded step (but for the transfer of one file): hands in, polls or collects one batch, or waits at most
 * timeout_ms. An enum batch_stand, or -1. */
int batch_step(struct job *j, int timeout_ms, struct err *e);
size_t batch_under_way(const struct job *j);   /* batches */
void batch_close(struct job *j);

#endif
