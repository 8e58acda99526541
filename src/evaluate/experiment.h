/* experiment: arms x students x seeds on one test set: did the generated data help, by how much, how sure, at what
 * cost.
 *
 * A plan (experiment_plan.h) says what is compared; arm.h which texts are in an arm, and which are guarded because they stand in
 * the test set; draw.h which of them a training is given; fit.h what a training is. Every arm of a student is trained
 * with the same parameters and tested on the same texts; a run's seed sets order, first weights, whatever the student
 * holds back to stop early, and what is drawn where the plan limits an arm, so that seed s of two arms belongs
 * together. The project's validation texts are not used: they would be human-made data that an arm does not account for.
 *
 * Rows are compared with the row of the first arm that has the same student and the same limits. A curve is accuracy
 * over the number of generated (or curated) texts beside the seeds, for the first student: 0, then twice as many at each
 * point until all. The value of a source is the told arm with its texts minus that arm without them.
 *
 * Accuracy is the share of texts whose label, or whole set of labels, is right. Intervals and p-values: significance.h.
 * They cover new test texts and new seeds, not other training texts; macro F1's interval says too little near 1.
 *
 * Each fit is kept in the project when it ends (experiment_keep), and known ones are taken from there, so that an experiment that is begun again goes on where it stood.
 *
 * Life: experiment_new, experiment_step until it returns 0 (done) or -1, experiment_findings, experiment_free. It may be
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
#include "evaluate/findings.h"
#include "evaluate/experiment_plan.h"
#include "student/student.h"

struct corpus;
struct filter_provider;
struct project;

#define EXPERIMENT_POINTS 8    /* of a curve */
#define EXPERIMENT_SOURCES 24  /* of a kind; those with the most samples */

/* What an experiment is made with, beyond its plan. */
struct experiment_setting {
  const struct filter_provider *provider;  /* columns for the filters; may be NULL */
  int n_threads;             /* of a training; 0: as many as there are processors */
  bool anew;                 /* fits that are known are made again */
  double person_minutes;     /* of curation (curate/pace.h is a room further down) */
  double person_usd_per_hour;
  double cpu_usd_per_hour;   /* of the student's own work, for the break-even; 0: not counted */
  /* The kind and parameters (the caller's to free) of a student of the plan; NULL: kinds by name, with their defaults. */
  int (*student)(void *arg, const char *name, const struct student_kind **kind, double **values, struct err *e);
  void *arg;
};

struct experiment_progress {
  size_t done, total;        /* units of work */
  size_t runs_done, n_runs;
  size_t n_known;            /* runs that were not trained: the same was known */
  char line[160];            /* what runs or has just ended: "generated, linear, seed 3 of 5: .846" */
};

struct experiment;

/* Checks everything, takes the data, trains nothing yet. The plan must be settled; it is not kept. project NULL: no cost
 * is known, nothing is kept. */
struct experiment *experiment_new(const struct corpus *corpus, struct project *project, const struct experiment_plan *plan,
                                  const struct experiment_setting *setting, struct err *e);
void experiment_free(struct experiment *x);
/* From now on its fits are kept, as those of this record of the project (store/experiment_store.h), and it has its name.
 * Before the first step. */
void experiment_keep(struct experiment *x, uint32_t record, const char *name);
/* One unit of work: 1 there is more, 0 all is done, -1 it failed or `stop` was wanted (ERR_INTERRUPTED). */
int experiment_step(struct experiment *x, struct stop *stop, struct err *e);
void experiment_progress(const struct experiment *x, struct experiment_progress *p);
/* What is known before anything is trained: rows with their texts, guarded, detectable. Later, when experiment_step has
 * returned 0, all of it. Belongs to the experiment. */
const struct findings *experiment_findings(const struct experiment *x);
/* Runs of the plan, and how many of them the project knows already. */
int experiment_survey(struct experiment *x, size_t *n_runs, size_t *n_known, struct err *e);

#endif
