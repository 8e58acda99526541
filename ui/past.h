/* past: the change log of the project in memory, newest first, read in pieces off the screen's thread; which changes
 * are undone, which of those can be made again, and where one stands.
 *
 * Life: past_init, past_update when the corpus moved, past_release. What is read may come after past_release: it is
 * then thrown away. Threads: the screen's. Errors: what cannot be read is said at the bottom line. */
#ifndef UI_PAST_H
#define UI_PAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/project.h"

struct workbench;

enum past_state {
  PAST_DONE,
  PAST_UNDONE,              /* redo makes it again */
  PAST_LOST,                /* undone, and something else was changed since: it stays undone */
};

struct past_reading;
struct past {
  struct workbench *w;
  struct log_entry *entries; /* newest first, undo and redo among them */
  unsigned char *states;     /* enum past_state, one an entry */
  size_t n, cap, cap_states;
  size_t here;              /* the newest that is done; n: none is */
  size_t n_undone;          /* those that redo can make again */
  bool complete;            /* read to the first change */
  uint64_t seen;            /* corpus revision of the newest entries */
  uint64_t made;            /* grows whenever the entries change */
  struct past_reading *reading;
};

void past_init(struct past *p, struct workbench *w);
void past_release(struct past *p);
void past_update(struct past *p);
/* False for the entries that only say that another was undone or redone. */
bool past_is_change(const struct log_entry *e);
/* Where a change stands in entries; false: it is not known (yet). */
bool past_find(const struct past *p, uint32_t change, size_t *i);

#endif
