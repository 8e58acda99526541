/* run_live_store: what is kept of trainings on their way, so that one that was killed goes on to the same bytes: the
 * changes of its parameters and its state after an epoch. Also parameters with a name, and sweeps.
 *
 * Life of a run: run_store_add (running), run_live_begin, any number of run_live_change and run_live_checkpoint,
 * run_store_finish or run_store_update with a state that is an end, which takes the checkpoint away. After a kill:
 * run_live_state, run_live_changes, run_live_again.
 * Threads: any. Errors: see project.h; an unknown name or id is ERR_INPUT. */
#ifndef STORE_RUN_LIVE_STORE_H
#define STORE_RUN_LIVE_STORE_H

#include "store/run_store.h"

/* ---- changes ---- */

struct run_change {
  int step, epoch;               /* it holds from the step after this one */
  char *param;
  double from, to;               /* in numbers: a choice is its index */
  bool planned;                  /* by the options of the run (--set-at), else by a person */
  int64_t at_ms;
};
/* Appends one; on disk when this returns. */
int run_live_change(struct project *p, uint32_t run, const struct run_change *change, struct err *e);
/* Takes the newest one back: it was refused. */
int run_live_unchange(struct project *p, uint32_t run, struct err *e);
/* Oldest first. */
int run_live_changes(struct project *p, uint32_t run, struct run_change **rows, size_t *n, struct err *e);
void run_changes_free(struct run_change *rows, size_t n);

/* ---- the state to go on from ---- */

struct run_checkpoint {
  int epoch, step;               /* 0: nothing was learned yet */
  uint64_t data_hash;            /* of the texts that it learns from, and of all that stands with them */
  void *data;                    /* opaque; owned where it was read */
  size_t n;
  int64_t at_ms;
};
/* The run has begun: nothing learned yet, and from these texts. */
int run_live_begin(struct project *p, uint32_t run, uint64_t data_hash, struct err *e);
/* Replaces the checkpoint and appends the points of the curve since the last one, in one transaction. */
int run_live_checkpoint(struct project *p, uint32_t run, const struct run_checkpoint *c,
                        const struct train_point *points, size_t n_points, struct err *e);
/* 1, or 0: the run has none (it has ended, or it is of an older retort). */
int run_live_state(struct project *p, uint32_t run, struct run_checkpoint *c, struct err *e);
void run_checkpoint_release(struct run_checkpoint *c);
/* An interrupted run becomes this process' and running. ERR_INPUT: it is not interrupted (any more). */
int run_live_again(struct project *p, uint32_t run, struct err *e);
/* The opposite: a run that this process has not gone on with after all is interrupted again. */
int run_live_leave(struct project *p, uint32_t run, struct err *e);

/* The model of a run goes, all else stays. */
int run_live_drop_model(struct project *p, uint32_t run, struct err *e);

/* ---- parameters with a name ---- */

struct run_set {
  char *name, *student, *params; /* params: JSON object as in struct run_row */
  int64_t at_ms;
};
int run_set_put(struct project *p, const struct run_set *set, struct err *e);      /* replaces one of that name */
int run_set_get(struct project *p, const char *name, struct run_set *set, struct err *e);
int run_set_list(struct project *p, struct run_set **rows, size_t *n, struct err *e);  /* by name */
int run_set_remove(struct project *p, const char *name, struct err *e);
void run_set_release(struct run_set *set);
void run_sets_free(struct run_set *rows, size_t n);

/* ---- sweeps: trials are runs with their number in run_row.sweep and .trial ---- */

struct sweep_row {
  uint32_t id;
  char *plan;                    /* JSON object */
  enum run_state state;          /* as of a run: interrupted where its process is gone */
  char *message;                 /* why it failed, "" */
  char *result;                  /* JSON object, "{}" until it is done */
  int64_t at_ms;
};
int sweep_store_add(struct project *p, const char *plan, uint32_t *id, struct err *e);   /* running, this process' */
/* state, message, result; with RUN_RUNNING it becomes this process'. */
int sweep_store_update(struct project *p, const struct sweep_row *row, struct err *e);
int sweep_store_list(struct project *p, struct sweep_row **rows, size_t *n, struct err *e);  /* oldest first */
int sweep_store_by_id(struct project *p, uint32_t id, struct sweep_row *row, struct err *e);
void sweep_row_release(struct sweep_row *row);
void sweep_rows_free(struct sweep_row *rows, size_t n);
/* The runs of a sweep, by trial, then in the order in which they were begun. */
int sweep_store_runs(struct project *p, uint32_t sweep, struct run_row **rows, size_t *n, struct err *e);

#endif
