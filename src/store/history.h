/* history: which changes can be undone and redone, as it follows from the log read from its start: a change is put on
 * `done`, an undo moves its target to `undone`, a redo moves it back, and a person's new change forgets what is undone.
 * What one job did in a row counts as one. Threads: written by the store thread; counts may be read by any. */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "corpus/change.h"

struct mark {
  uint32_t change;     /* id in the log */
  uint32_t job;        /* the job that made it, 0: someone else */
};
struct marks {
  struct mark *v;      /* oldest first */
  size_t n, cap;
  atomic_size_t groups;
};
struct history {
  struct marks done, undone;
};
void history_release(struct history *h);
/* Follows one entry of the log. */
void history_note(struct history *h, uint32_t id, enum change_kind kind, uint32_t target, const char *actor);
/* Where the last group of marks begins: v[returned .. n-1] are undone or redone together; n if there is none. */
size_t marks_last_group(const struct marks *m);
/* The job number in "job 12", else 0. */
uint32_t history_job(const char *actor);

#endif
