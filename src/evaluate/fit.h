/* fit: one training within an experiment and what came of it: what it says of each test text, and what it cost.
 *
 * A fit is known by a key: the hash of all that its answers follow from (the program's version, the student and its
 * parameters, the seed, the training texts with labels and weights in their order, the test texts with theirs). So the
 * same training is never made twice: not after an interruption, not for two rows that have the same texts, not in
 * another experiment (store/experiment_store.h keeps them).
 *
 * Life: fitting_new, fitting_step until it returns 0, fitting_take, fitting_free; fit_release. The job and all it points
 * to must stay until fitting_free. Threads: one user. Errors: the training's. */
#ifndef EVALUATE_FIT_H
#define EVALUATE_FIT_H

#include <stdbool.h>

#include "evaluate/findings.h"
#include "store/experiment_store.h"
#include "student/student.h"

struct fit_job {
  const struct student_kind *kind;
  const double *values;          /* its parameters */
  struct student_task task;
  const struct example *train, *test;
  size_t n_train, n_test;
  uint64_t test_hash;            /* fit_hash_of_test: the same for a whole experiment */
  uint64_t seed;
  int n_threads;
  bool timed;                    /* memory and microseconds a text are measured, too: some 0.1 s */
};

/* What is kept beside the answers. */
struct fit_figures {
  double n_parameters, size_bytes, multiply_adds;
  double calibration_error;      /* on the test texts; NaN: several labels a text */
  struct found_measure measured; /* NaN where it was not timed */
};

struct fit {
  uint16_t *said;                /* a label a test text; NULL: several labels a text */
  uint8_t *sets;                 /* C bytes a test text in tasks with several labels; else NULL */
  uint8_t *right;                /* a byte a test text: the label, or the whole set */
  struct fit_figures figures;
};

uint64_t fit_hash_of_test(const struct example *test, size_t n);
void fit_key(const struct fit_job *job, char key[FIT_KEY_MAX]);

struct fitting;
struct fitting *fitting_new(const struct fit_job *job, struct err *e);
/* One unit of work, some 10 ms: 1 there is more, 0 done, -1. *share: how much of it is done, in [0, 1]. */
int fitting_step(struct fitting *f, double *share, struct err *e);
void fitting_take(struct fitting *f, struct fit *out);
void fitting_free(struct fitting *f);

/* To and from the store. fit_of_row: -1 (nothing in it) if the row is not one of these test texts. */
void fit_to_row(const struct fit *f, const char *key, uint32_t experiment, size_t n_test, size_t n_labels,
                struct fit_row *row);
int fit_of_row(const struct fit_row *row, size_t n_test, size_t n_labels, bool multilabel, struct fit *f);
void fit_release(struct fit *f);

#endif
