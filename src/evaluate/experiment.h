/* experiment: arms x students x seeds on one test set: did the generated data help, by how much, how sure, at what
 * cost.
 *
 * An arm is a name and its training texts: arm.h says which are in it, how labels are balanced, which are guarded
 * because they stand in the test set. Every arm of a student is trained with the student's default parameters and
 * tested on the same texts; a run's seed sets order, first weights, whatever the student holds back to stop early, and
 * the sample drawn for a point of the curve, so that seed s of two arms belongs together. The project's validation
 * texts are not used: they would be human-made data that an arm does not account for.
 *
 * The curve is accuracy over the number of generated texts beside the seeds, for the first student: 0, then twice as
 * many at each point until all. A point's texts are drawn by the run's seed, label by label in turn, a smaller point's
 * texts being part of the larger one's.
 *
 * Accuracy is the share of texts whose label, or whole set of labels, is right. Intervals and p-values: significance.h.
 * They cover new test texts and new seeds, not other training texts; macro F1's interval says too little near 1.
 *
 * Life: experiment_new, experiment_step until it returns 0 (done) or -1, experiment_result, experiment_free. It may be
 * dropped between any two steps. Texts stay the corpus', so the project must stay open; what is changed in the corpus
 * after experiment_new does not matter. Threads: all calls on one thread at a time (not the screen's: a step is one
 * unit of training, mostly some 10 ms). Errors: ERR_INPUT, one line: no test texts; an arm without training texts
 * (which, which filter) or with one label only; an unknown student; a mistake in a filter. */
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
struct filter_provider;
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
  bool curve;                /* also the learning curve over generated texts */
  const char *test;          /* filter of the test texts; NULL: "split:test" */
  uint64_t seed;             /* of everything; 0: 1 */
  int n_threads;             /* of a training; 0: as many as there are processors */
  const struct filter_provider *provider;  /* columns for the filters; may be NULL */
};

/* One arm with one student. */
struct experiment_row {
  const char *name;          /* of the arm */
  const char *student;
  size_t n;                  /* training texts of one run */
  struct estimate accuracy;  /* over texts and seeds */
  struct estimate macro_f1;
  double *accuracy_seeds, *macro_f1_seeds;  /* n_seeds each */
  bool built_in;             /* the arm is seed, generated or both, not a filter of that name */
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
