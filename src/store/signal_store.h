/* signal_store: signals, kept: a number a sample, by name. What the names mean is the room curate's (curate/signal.h).
 * Threads: any. Errors: see project.h. Signals are derived: they can be computed again, and are no part of history. */
#ifndef STORE_SIGNAL_STORE_H
#define STORE_SIGNAL_STORE_H

#include "store/project.h"

struct signal_values {
  const char *name;
  const float *values;           /* values[id - 1] for ids 1..n; NaN: none */
  uint32_t n;
};
/* Keeps them, in one transaction, each in the place of an older one of its name and run. run 0: of the whole corpus.
 * about: a JSON object, how they were made; "{}". */
int signal_store_put(struct project *p, uint32_t run, const struct signal_values *signals, size_t n_signals,
                     const char *about, struct err *e);
/* *values (n of them) is to be freed by the caller; NULL and n 0: there is no such signal. */
int signal_store_get(struct project *p, const char *name, uint32_t run, float **values, uint32_t *n, struct err *e);

struct signal_record {
  char *name;
  uint32_t run;
  uint32_t n;                    /* values */
  int64_t at_ms;
  char *about;
};
/* All there are, by name, then by run. */
int signal_store_list(struct project *p, struct signal_record **rows, size_t *n, struct err *e);
void signal_records_free(struct signal_record *rows, size_t n);

#endif
