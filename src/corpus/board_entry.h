/* board_entry: what stands behind an activity of the board; for board*.c only. */
#ifndef CORPUS_BOARD_ENTRY_H
#define CORPUS_BOARD_ENTRY_H

#include <pthread.h>
#include <stdatomic.h>

#include "corpus/board.h"

#define MAX_LINES 500
#define MAX_WISHES 32

/* What only a training has: parameters, changes, wishes, confusion. */
struct training_entry {
  struct board_value *values;
  size_t n_values;
  struct board_change *changes;
  size_t cap_changes;
  struct board_value wishes[MAX_WISHES];  /* in the order in which they are to be taken */
  size_t n_wishes;
  uint32_t *confusion;                    /* (n_classes, n_classes) */
};

/* Entries are never freed before the board: a worker may hold the stop flag of one. What is forgotten loses its bulk
 * only. */
struct entry {
  struct activity a;
  struct stop stop;
  bool pause, forgotten;
  char *stream;
  unsigned stops;                 /* asked for so often */
  bool want_limits;
  struct board_limits limits;
  int want_in_flight;             /* negative: nothing was said */
  double want_budget_usd;
  double began_s, ended_s;
  struct train_point *points;
  size_t cap_points;
  struct board_cell *cells;
  char **lines;                   /* a ring of MAX_LINES, from the first line on; line i stands at i % MAX_LINES */
  size_t n_lines;                 /* ever added */
  uint64_t turn;                  /* in which it comes, the least one has it; 0: it is in no queue */
  struct training_entry training;
};

struct board {
  struct corpus *corpus;
  pthread_mutex_t lock;
  pthread_cond_t woken;           /* a pause or stop was asked for or taken back, a turn has ended */
  struct entry **entries;         /* by id - 1 */
  size_t n, cap;
  uint64_t turns;                 /* ever given out */
  _Atomic uint64_t revision;
};

/* Takes the lock and finds the entry; NULL (and no lock) if there is none. */
struct entry *board_enter(struct board *b, uint32_t id);
/* Gives the lock back; the watchers are woken without it. */
void board_leave(struct board *b);
void training_forget(struct training_entry *t);

#endif
