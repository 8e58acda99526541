/* sieve: the samples that a filter lets through, in an order, calm under change.
 *
 * What stands in the list stays there, with its place, until the filter, the order or a refresh says otherwise: a
 * sample that was accepted does not vanish from under the cursor because the filter said status:new. What newly passes
 * the filter is added at the end. A large corpus is searched on a thread of its own; until that is done the old rows
 * stay.
 *
 * Life: sieve_init, sieve_filter / sieve_sort / sieve_refresh, sieve_update once a frame, sieve_release. Threads: the
 * screen's. */
#ifndef UI_SIEVE_H
#define UI_SIEVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct corpus;
struct workbench;

struct sieve {
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

void sieve_init(struct sieve *r, struct workbench *w);
void sieve_release(struct sieve *r);
/* Takes the filter over if it is right; else -1, e, and nothing changes. */
int sieve_filter(struct sieve *r, const char *filter, struct err *e);
/* True if it is known at once that no sample passes a filter (that is right in itself). */
bool sieve_is_empty(const struct sieve *r, const char *filter);
int sieve_sort(struct sieve *r, const char *key, bool reverse, struct err *e);
void sieve_refresh(struct sieve *r);                   /* what does not pass any more goes */
void sieve_update(struct sieve *r);                    /* takes over what the corpus has that is new */
/* Where a sample stands; false: not here. */
bool sieve_find(const struct sieve *r, uint32_t id, size_t *row);

bool sieve_marked(const struct sieve *r, uint32_t id);
void sieve_mark(struct sieve *r, uint32_t id, bool on);
void sieve_unmark(struct sieve *r);

#endif
