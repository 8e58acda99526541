/* sweep_run: the trials of a sweep, each trained with every seed, several at once on one thread each.
 *
 * Runs are begun seed by seed: all trials with the first seed, then all that were not stopped with the next. With the
 * median rule a run waits after each epoch until the runs of the same seed with lower numbers have come as far, so that
 * which ones are stopped depends on the plan alone, and not on who was faster or how many there are at once.
 *
 * Of all models the best trial's is kept, that of its last seed.
 *
 * Life: zeroed and filled by its owner up to `parallel`, sweep_run_init, sweep_run_take (runs of an earlier part),
 * sweep_run, then what each trial came to, sweep_run_release. Threads: one user; it runs its own. */
#ifndef COMMAND_SWEEP_RUN_H
#define COMMAND_SWEEP_RUN_H

#include <pthread.h>

#include "command/course.h"
#include "command/sweep_plan.h"

enum sweep_state { SWEEP_WAITS, SWEEP_RUNS, SWEEP_ENDED, SWEEP_STOPPED, SWEEP_SKIPPED, SWEEP_LOST };

struct sweep_trial {
  double *values;
  char *params;                 /* as JSON */
};
/* One training: trial k with seed s stands at s * n_trials + k, and so does its curve. */
struct sweep_job {
  enum sweep_state state;
  uint32_t run;                 /* its id; 0: it was not begun */
  char *name;
  double valid_accuracy;        /* of the epoch that is kept */
  bool model;                   /* is in the project */
};

struct sweep {
  struct call *c;
  uint32_t id, activity;
  struct sweep_space space;
  const struct lesson *lesson;
  const char *data, *options, *vectors;
  struct sweep_trial *trials;   /* owned from here on */
  size_t n_trials, n_seeds;
  uint64_t seed;                /* of the first run of a trial; the next has the next */
  bool median;
  int parallel;

  struct sweep_job *jobs;
  struct sweep_curve *curves;
  pthread_mutex_t lock;         /* over all below, the jobs and the curves */
  pthread_cond_t moved;
  size_t next, n_over;
  struct stop stop;             /* of all: set when the person wants it, or one failed */
  bool failed;
  struct err e;
};

void sweep_run_init(struct sweep *s);
void sweep_run_release(struct sweep *s);
/* What an earlier part of the sweep left: ended and stopped runs count, others are taken away. */
int sweep_run_take(struct sweep *s, struct err *e);
/* 0: all are over; 1: the person stopped it; -1. */
int sweep_run(struct sweep *s, struct err *e);

/* Of a trial: mean and standard deviation (NAN: of one) over the seeds that it was trained with. */
struct sweep_result {
  size_t trial, n;              /* from 0; runs that ended or were stopped */
  bool whole;                   /* all seeds, and none was stopped */
  int stopped_at;               /* the epoch; 0: it was not */
  double mean, sd;
};
struct sweep_result sweep_result(const struct sweep *s, size_t trial);
/* Whether a is better than b: whole ones first, then by the mean; the first of equals. */
bool sweep_better(const struct sweep_result *a, const struct sweep_result *b);
/* The best whole trial; false: there is none. */
bool sweep_best(const struct sweep *s, struct sweep_result *best);

/* ---- what is told (sweep_table.c) ---- */

/* {"sweep","student","trials":[...],"best"} */
void sweep_json(const struct sweep *s, struct buf *out);
void sweep_print(const struct sweep *s);

#endif
