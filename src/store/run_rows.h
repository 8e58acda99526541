/* run_rows: what the files of run records share; for this room only. */
#ifndef STORE_RUN_ROWS_H
#define STORE_RUN_ROWS_H

#include "store/record.h"
#include "store/run_store.h"

/* Of a row of the table run, as run_record reads it. */
#define RUN_COLUMNS                                                                                                    \
  "id, name, student, state, params, data, seed, n_train, n_valid, best_epoch, seconds, metrics, message,"             \
  " experiment, arm, model_bytes, at_ms, options, sweep, trial"
extern const struct record run_record;

/* Until a run (or sweep) has ended its message says in which process it is, so that it does not run for ever if that is
 * killed: makes of such a state what it is now, and empties the message. */
void run_state_read(enum run_state *state, char *message);
/* Appends to the curve of a run. On the store's thread, in its transaction. */
int run_points_write(struct project *p, uint32_t run, const struct train_point *points, size_t n, struct err *e);

#endif
