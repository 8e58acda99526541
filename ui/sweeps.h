/* sweeps: the trials of a sweep, as the project knows them: what each tried, how good its runs were, which were stopped.
 * Read on a thread of its own when records change.
 *
 * Life: sweeps_new, sweeps_update whenever something moved, sweeps_free when no read is under way or the workbench closes.
 * Threads: the screen's. */
#ifndef UI_SWEEPS_H
#define UI_SWEEPS_H

#include "store/run_live_store.h"

#define SWEEP_COLUMNS_MAX 32
#define SWEEP_VALUE_COLS 9

struct workbench;

struct sweep_trial_row {
  uint32_t trial;
  char values[SWEEP_COLUMNS_MAX][16];  /* of the swept parameters, as shown */
  double numbers[SWEEP_COLUMNS_MAX];   /* to sort by; NAN: a word */
  double mean, sd;             /* validation accuracy over the runs that came to their end; NAN: none, or only one */
  uint32_t n_runs, n_ended;    /* begun; with a figure */
  double epochs;               /* mean of the runs that ended */
  int stopped_at;              /* the epoch, where the median rule stopped it; 0: it did not */
  bool running, failed;
  double seconds;
  char *params;                /* JSON object: all parameters */
  uint32_t *runs;              /* ids, n_runs */
  char **names;                /* n_runs */
};

struct sweep_table {
  uint32_t id;                 /* 0: there is no sweep */
  uint32_t nth, n_sweeps;      /* from 1: which of how many */
  char student[32], method[16];
  uint32_t n_planned, n_seeds; /* trials, 0: unknown */
  enum run_state state;
  char *message;
  char names[SWEEP_COLUMNS_MAX][24];   /* of the swept parameters */
  size_t n_names;
  struct sweep_trial_row *rows;
  size_t n;
};

/* What the rows are sorted by: a swept parameter by its number, or one of these. */
enum sweep_sort { SWEEP_BY_MEAN = SWEEP_COLUMNS_MAX, SWEEP_BY_TRIAL, SWEEP_BY_EPOCHS, SWEEP_BY_SECONDS };

struct sweeps {
  struct workbench *w;
  struct sweep_table table;
  uint32_t wanted;             /* the nth sweep, 0: the newest */
  uint64_t seen;               /* records revision */
  uint32_t seen_wanted;
  bool working, read;
  int sort;
  bool reverse;
  size_t best;                 /* the row with the best mean, SIZE_MAX: there is none */
};

struct sweeps *sweeps_new(struct workbench *w);
void sweeps_free(struct sweeps *s);
void sweeps_update(struct sweeps *s);
void sweeps_sort(struct sweeps *s);    /* by s->sort and s->reverse; the best first where by mean */

#endif
