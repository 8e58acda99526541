/* experiment: arms x students x seeds on one test set: did the generated data help, by how much, how sure, at what
 * cost.
 *
 * An arm is a name and its training data. `seed`: origin seed; `generated`: origin generated, not rejected; `both`:
 * either; anything else is NAME=FILTER in the filter language. Never in an arm: rejected samples (unless a filter of
 * one's own asks for them by status), samples of split test or valid, samples without a label, and texts that stand in
 * the test set (equal after normalization, corpus/neardup.h): those are left out of every arm and counted as `guarded`.
 * Each arm uses all the rest, as it is; the imbalance of labels is evened out by the same rule in every arm: a label
 * with more than twice the arm's median count is cut to that by the run's seed. Every arm of a student is trained with
 * the same parameters, tested on the same texts, and seed s sets order, first weights, the validation part and the cut,
 * so that seed s of two arms belongs together.
 *
 * Life: experiment_new, experiment_step until it returns 0 (done) or -1, experiment_result, experiment_free. Any time
 * between steps it may be dropped. Progress: experiment_progress. Threads: all calls on one thread at a time (not the
 * screen's: a step is one unit of training, some 0.1 s). It copies what it needs from the corpus in experiment_new and
 * does not look at it afterwards. Errors: ERR_INPUT, one line: no test texts; an arm without training texts (which,
 * which filter); one label only; an unknown student; a mistake in a filter. */
#ifndef EVALUATE_EXPERIMENT_H
#define EVALUATE_EXPERIMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/pool.h"
#include "evaluate/significance.h"

struct corpus;
struct project;

#define EXPERIMENT_ARMS 16
#define EXPERIMENT_STUDENTS 8
#define EXPERIMENT_SEEDS 100
#define EXPERIMENT_POINTS 8

struct experiment_options {
  const char *arms[EXPERIMENT_ARMS];  /* "seed", "generated", "both", or "NAME=FILTER"; none: seed, generated, both */
  size_t n_arms;
  const char *students[EXPERIMENT_STUDENTS];  /* names of the student table; none: "linear" */
  size_t n_students;
  int n_seeds;               /* trainings an arm; 0: 5 */
  bool curve;                /* also the learning curve over generated samples */
  const char *test;          /* filter of the test texts; NULL: "split:test" */
  uint64_t seed;             /* of everything; 0: 1 */
  int n_threads;             /* of a training; 0: as many as there are processors */
};

/* One arm with one student. */
struct experiment_row {
  const char *name;          /* of the arm */
  const char *student;
  size_t n;                  /* training texts of one run */
  struct estimate accuracy;  /* over texts and seeds */
  struct estimate macro_f1;
  double *accuracy_seeds, *macro_f1_seeds;  /* n_seeds each */
  bool is_first;             /* the arm that the others are compared with: no difference */
  struct estimate difference;        /* of accuracy, to the first arm with the same student */
  struct mcnemar mcnemar;            /* pooled over seeds, texts as clusters */
  double cost_usd;           /* of the requests behind its generated and annotated samples */
  double seconds;            /* of training, all seeds */
};

struct experiment_point {
  size_t n;                  /* generated texts beside the seeds */
  double mean;
  struct interval ci95;
};

struct experiment_result {
  struct experiment_row *rows;       /* by student, then by arm, in the order asked for */
  size_t n_rows;
  size_t n_seeds, n_test;
  size_t n_test_unlabelled;          /* left out of the test set */
  size_t guarded;                    /* training texts left out because they stand in the test set */
  struct experiment_point *curve;    /* with the first student; n_points 0 unless asked for */
  size_t n_points;
  char *verdict;                     /* one sentence */
};

struct experiment_progress {
  size_t done, total;        /* units of work */
  size_t runs_done, n_runs;
  char line[160];            /* what runs or has just ended: "generated, linear, seed 3 of 5: .846" */
};

struct experiment;

/* Checks everything, takes the data, trains nothing yet. The store gives the requests' cost; NULL: no cost is known
 * (0). */
struct experiment *experiment_new(const struct corpus *corpus, struct project *project,
                                  const struct experiment_options *options, struct err *e);
void experiment_free(struct experiment *x);
/* One unit of work: 1 there is more, 0 all is done, -1 it failed or `stop` was wanted (ERR_INTERRUPTED). */
int experiment_step(struct experiment *x, struct stop *stop, struct err *e);
void experiment_progress(const struct experiment *x, struct experiment_progress *p);
/* NULL until experiment_step has returned 0. Belongs to the experiment. */
const struct experiment_result *experiment_result(const struct experiment *x);

/* {"arms":[{"name","student","n","accuracy":{"mean","ci95":[lo,hi],"seeds":[...]},"macro_f1":{as accuracy},
 * "difference":{"accuracy","ci95","p","mcnemar":{"b","c","p"}} (null for the first arm),"cost_usd"}],
 * "seeds","test","guarded","curve":[{"n","mean","ci95"}],"verdict"} */
void experiment_json(const struct experiment_result *r, struct buf *out);
/* The same as text for a terminal of 80 columns: aligned columns, the verdict last. Ends with a newline. */
void experiment_table(const struct experiment_result *r, struct buf *out);

#endif
