/* board: what runs right now. Workers (jobs, training runs, experiments) publish, screens copy out, and screens pin
 * their wishes (pause, stop) to it for the worker to see. Nothing here is durable: what must last goes into the project
 * file.
 *
 * Life: board_new, board_free after all workers ended. An activity is begun and ended by its worker; ended ones stay
 * (beyond 64 the oldest of them are forgotten, and beyond 64 runs of sweeps). Threads: any; one private lock held for
 * a copy. Each change wakes the corpus' watchers. Functions accept id 0 and a forgotten id (they do nothing, or say
 * false), and b NULL. */
#ifndef CORPUS_BOARD_H
#define CORPUS_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"
#include "base/train_point.h"
#include "corpus/corpus.h"

enum activity_kind { ACTIVITY_JOB, ACTIVITY_RUN, ACTIVITY_EXPERIMENT, ACTIVITY_OTHER, ACTIVITY_SWEEP };
enum activity_state {
  ACTIVITY_RUNNING,
  ACTIVITY_PAUSED,
  ACTIVITY_DONE,
  ACTIVITY_STOPPED,
  ACTIVITY_FAILED,
  ACTIVITY_QUEUED,                  /* waits for its turn (board_queue) */
  N_ACTIVITY_STATES
};
extern const char *const activity_state_names[N_ACTIVITY_STATES];
bool activity_ended(enum activity_state state);  /* done, stopped or failed */

/* The live figures of a generating job. */
struct job_live {
  uint32_t in_flight, max_in_flight;
  uint32_t requests, ok, retried, failed, cached;
  uint32_t rate_limited, timeouts, server_errors, resets;  /* why it was tried again, as in struct teacher_reply */
  uint32_t wanted, kept, dropped;   /* samples */
  uint64_t tokens_in, tokens_out;
  double cost_usd, budget_usd;      /* budget 0: none; cost NaN: no price known */
  double projected_usd;             /* of the whole job, at the rate so far; NaN: unknown */
  uint64_t token_limit;             /* the other hard stops; 0: none */
  uint32_t request_limit;
  double seconds_limit;
  uint32_t allowed_in_flight;       /* by the endpoint's complaints, at most max_in_flight */
  double held_seconds;              /* nothing is sent for so long; 0: it is sent */
  uint32_t waiting;                 /* requests that failed and wait for their next try */
  uint32_t round;                   /* of topping up, from 1 */
};
/* Its samples by label (or whatever the rows of its plan are). */
struct board_cell {
  uint16_t label;
  uint32_t wanted, kept, dropped;
};
/* How unlike each other its texts are (corpus/diversity.h). */
struct board_diversity {
  uint32_t texts, vocabulary;       /* texts measured, different words in them */
  double distinct_1, distinct_2;    /* different words and pairs of words, by all of them; 0..1 */
  double self_similarity;           /* mean similarity of random pairs; 0..1 */
  double growth;                    /* new words a text, over the last of them */
  char opening[3][48];              /* the beginnings that come most often */
  double opening_share[3];          /* of all texts; 0..1 */
};
/* A parameter of a training, as it is now. */
struct board_value {
  char name[24];                    /* "lr" */
  double value;                     /* a choice: its index */
};
/* A parameter that was changed while a training ran: it holds from the step after `step`. */
struct board_change {
  int step, epoch;
  char param[24];
  double from, to;
};
#define BOARD_MAX_CLASSES 512       /* of a live confusion matrix */
#define BOARD_MAX_VALUES 64

struct activity {
  uint32_t id;                      /* on this board, from 1 */
  enum activity_kind kind;
  uint32_t record_id;               /* job or run id in the project file, 0: none */
  enum activity_state state;
  char title[80];                   /* "bilstm#7", "job 12 tickets v4" */
  char message[200];                /* why it failed or paused, what it does now */
  uint64_t done, total;             /* total 0: unknown */
  double rate;                      /* done per second, 0: unknown */
  double seconds;                   /* since it began, until it ended */
  struct job_live job;
  struct board_diversity diversity;
  size_t n_points, n_lines, n_cells;
  /* Of a training; sweep and trial: of which it is a part, 0: of none. */
  size_t n_changes;
  uint32_t n_classes;               /* of its confusion matrix; 0: there is none yet */
  uint32_t sweep, trial;
};

/* What a job may use up from now on, as in struct job_live: 0: no limit; negative: as it was. */
struct board_limits {
  double usd, tokens, requests, seconds;
};

struct board;
struct board *board_new(struct corpus *c);
void board_free(struct board *b);

/* ---- the worker's side ---- */
uint32_t board_begin(struct board *b, enum activity_kind kind, uint32_t record_id, const char *title);
void board_progress(struct board *b, uint32_t id, uint64_t done, uint64_t total, double rate);
void board_message(struct board *b, uint32_t id, const char *message);
void board_job(struct board *b, uint32_t id, const struct job_live *live);
void board_cells(struct board *b, uint32_t id, const struct board_cell *cells, size_t n);
void board_point(struct board *b, uint32_t id, const struct train_point *point);
void board_diversity(struct board *b, uint32_t id, const struct board_diversity *d);
/* The reply that is being written just now, as far as it has come (its last 4 KB stay); NULL: none. */
void board_stream(struct board *b, uint32_t id, const char *text);
/* A line of what just happened ("+ returns  hi, the sofa..."); the last 500 are kept. */
void board_line(struct board *b, uint32_t id, const char *line);
/* state: done, stopped or failed. */
void board_end(struct board *b, uint32_t id, enum activity_state state, const char *message);
/* The flag that board_stop sets: for work that takes a struct stop. Valid while the board lives; NULL for a forgotten
 * id. */
struct stop *board_stop_flag(struct board *b, uint32_t id);
/* Returns at once unless paused; then sets the state to paused and waits. False: stop. */
bool board_pause_point(struct board *b, uint32_t id);
bool board_paused(struct board *b, uint32_t id);   /* the wish, for workers with their own waiting */
/* What board_want said last, each once (then negative until it is said again). */
void board_wanted(struct board *b, uint32_t id, int *in_flight, double *budget_usd);
/* What board_limit said last, once: false if nothing was said since. */
bool board_limited(struct board *b, uint32_t id, struct board_limits *out);
/* How often board_stop was asked for: once, what is under way may still come in; twice, it is given up. */
unsigned board_stops(struct board *b, uint32_t id);

/* Waits until all that were queued before it, or have the turn now, have ended; queued meanwhile. Its own turn lasts
 * until board_end. False: stop was asked for, before or meanwhile. */
bool board_queue(struct board *b, uint32_t id);
/* Of a training: its parameters as they are (all of them, at first and after each change), a change that was made, and
 * the (n, n) confusion counts of its last epoch, rows: the true label (n over BOARD_MAX_CLASSES: it is not kept). */
void board_values(struct board *b, uint32_t id, const struct board_value *values, size_t n);
void board_changed(struct board *b, uint32_t id, const struct board_change *change);
void board_confusion(struct board *b, uint32_t id, uint32_t n, const uint32_t *counts);
void board_of_sweep(struct board *b, uint32_t id, uint32_t sweep, uint32_t trial);
/* The oldest wish of board_set that was not taken yet; false: there is none. */
bool board_take_set(struct board *b, uint32_t id, char *param, size_t size, double *value);

/* ---- the screen's side ---- */
/* A wish: that the training changes this parameter. Of wishes for one parameter that wait the last counts; at most 32
 * different ones wait. What came of it is told as a change, a refusal as a message. */
void board_set(struct board *b, uint32_t id, const char *param, double value);
size_t board_get_values(struct board *b, uint32_t id, struct board_value *out, size_t max);
/* One of them: false if there is none of that name. */
bool board_value_of(struct board *b, uint32_t id, const char *param, double *value);
/* Copies changes from index `from` on, in the order in which they were made; returns how many were copied. */
size_t board_changes(struct board *b, uint32_t id, size_t from, struct board_change *out, size_t max);
/* The last confusion matrix into counts (n, n): returns n, 0 if there is none or max_classes is too small. */
uint32_t board_get_confusion(struct board *b, uint32_t id, uint32_t *counts, uint32_t max_classes);
void board_pause(struct board *b, uint32_t id, bool pause);
void board_stop(struct board *b, uint32_t id);     /* also ends a pause; asked again: give up what is under way */
/* How many requests a job is to keep in flight, and how much it may cost; negative: nothing was said. */
void board_want(struct board *b, uint32_t id, int in_flight, double budget_usd);
void board_limit(struct board *b, uint32_t id, const struct board_limits *limits);
void board_stop_all(struct board *b);
bool board_get(struct board *b, uint32_t id, struct activity *out);
/* The newest activity of a record; false: none on the board. */
bool board_find(struct board *b, enum activity_kind kind, uint32_t record_id, struct activity *out);
/* Copies out the newest `max` activities, newest first; returns how many. */
size_t board_list(struct board *b, struct activity *out, size_t max);
/* The same of those that have not ended. */
size_t board_live(struct board *b, struct activity *out, size_t max);
size_t board_running(struct board *b);             /* activities that have not ended: also queued ones */
/* Copies points from index `from` on; returns how many were copied. */
size_t board_points(struct board *b, uint32_t id, size_t from, struct train_point *out, size_t max);
size_t board_get_cells(struct board *b, uint32_t id, struct board_cell *out, size_t max);
/* The reply that is being written; NULL: none. To be freed by the caller. */
char *board_get_stream(struct board *b, uint32_t id);
/* The newest lines, newest first, each to be freed by the caller; returns how many. */
size_t board_lines(struct board *b, uint32_t id, char **out, size_t max);
/* Grows with each change on the board. */
uint64_t board_revision(const struct board *b);

#endif
