/* rows: the samples that a filter lets through, in an order, calm under change.
 *
 * What stands in the list stays there, with its place, until the filter, the order or a refresh says otherwise: a sample
 * that was accepted does not vanish from under the cursor because the filter said status:new. What newly passes the filter is
 * added at the end. A large corpus is searched on a thread of its own; until that is done the old rows stay.
 *
 * Life: rows_init, rows_filter / rows_sort / rows_refresh, rows_update once a frame, rows_release. Threads: the screen's. */
#ifndef UI_ROWS_H
#define UI_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct corpus;
struct workbench;

struct rows {
  struct workbench *w;
  struct corpus *corpus;
  char *filter;             /* "" for all */
  char *sort;               /* "" for the order of ids */
  bool reverse;
  uint32_t *ids;
  size_t n;
  uint64_t seen;            /* corpus revision that the rows were made from */
  uint64_t made;            /* grows whenever ids change */
  bool working;             /* a search is under way */
  bool anew;                /* ... or wanted: rows that no longer pass may go */
  unsigned char *marks;     /* one a sample id */
  size_t cap_marks, n_marks;
};

void rows_init(struct rows *r, struct workbench *w);
void rows_release(struct rows *r);
/* Takes the filter over if it is right; else -1, e, and nothing changes. */
int rows_filter(struct rows *r, const char *filter, struct err *e);
int rows_sort(struct rows *r, const char *key, bool reverse, struct err *e);
void rows_refresh(struct rows *r);                   /* what does not pass any more goes */
void rows_update(struct rows *r);                    /* takes over what the corpus has that is new */
/* Where a sample stands; false: not here. */
bool rows_find(const struct rows *r, uint32_t id, size_t *row);

bool rows_marked(const struct rows *r, uint32_t id);
void rows_mark(struct rows *r, uint32_t id, bool on);
void rows_unmark(struct rows *r);

#endif
