/* experiment_store: experiments as they were declared and what they came to, and their fits.
 *
 * A fit is one training within an experiment and what came of it. It is known by a key, the hash of all that went into
 * it (texts, labels, weights, student, parameters, seed, test texts), so that the same training is never made twice: an
 * experiment that was interrupted goes on, and one that is extended trains only what is new.
 * Threads: any. Errors: see project.h; an unknown name is ERR_INPUT ("no experiment 'x' (there are: a, b)"). */
#ifndef STORE_EXPERIMENT_STORE_H
#define STORE_EXPERIMENT_STORE_H

#include "store/project.h"

#define FIT_KEY_MAX 40           /* bytes of a key: hexadecimal digits */

struct experiment_record {
  uint32_t id;
  char *name;                    /* unique; NULL or "" when put: "experiment#3" is made up */
  char *plan;                    /* JSON object (evaluate/experiment_plan.h) */
  char *result;                  /* JSON object (evaluate/findings.h); "": it has not ended */
  int64_t at_ms;                 /* when it was declared, or ended */
};
void experiment_record_release(struct experiment_record *row);
void experiment_records_free(struct experiment_record *rows, size_t n);

/* Adds it, or replaces plan and result of the one with this name. *id and *name (to be freed) may be NULL. */
int experiment_store_put(struct project *p, const char *name, const char *plan, const char *result, uint32_t *id,
                         char **made_up, struct err *e);
/* Oldest first; those that have not ended too. */
int experiment_store_list(struct project *p, struct experiment_record **rows, size_t *n, struct err *e);
int experiment_store_get(struct project *p, const char *name, struct experiment_record *row, struct err *e);
/* With the fits that it made, but for those that another one tells of. */
int experiment_store_remove(struct project *p, const char *name, struct err *e);

struct fit_row {
  char *key;
  uint32_t experiment;           /* that made it */
  void *said;                    /* what it says of each test text: uint16 label numbers; several labels: C bytes a text */
  size_t n_said;                 /* bytes */
  void *right;                   /* a byte a test text: 1 where that is right */
  size_t n_right;
  char *measured;                /* JSON object (evaluate/fit.h) */
};
void fit_row_release(struct fit_row *row);
int experiment_store_put_fit(struct project *p, const struct fit_row *row, struct err *e);
/* 1: there is one (row filled), 0: none, -1. */
int experiment_store_fit(struct project *p, const char *key, struct fit_row *row, struct err *e);
/* How many an experiment has made. */
int experiment_store_count_fits(struct project *p, uint32_t experiment, size_t *n, struct err *e);

#endif
