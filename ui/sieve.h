/* sieve: the samples that a filter lets through, in an order, calm under change.
 *
 * What stands in the list stays there, with its place, until the filter, the order or a refresh says otherwise: a
 * sample that was accepted does not vanish from under the cursor because the filter said status:new. What newly passes
 * the filter is added at the end: what moved since the last look is told by the corpus (corpus_moved), so that a frame
 * costs what moved, not what there is.
 *
 * A large corpus, and a filter that asks for columns which may have to be read, is searched on a thread of its own;
 * until that is done the old rows stay. A new wish stops the search under way, and its own begins at once.
 *
 * Life: sieve_init, sieve_filter / sieve_try / sieve_sort / sieve_refresh, sieve_update once a frame, sieve_release.
 * Threads: the screen's. Memory: 8 bytes and 1 bit a sample. */
#ifndef UI_SIEVE_H
#define UI_SIEVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct corpus;
struct filter;
struct search;
struct workbench;

#define SIEVE_STRAYS 64     /* rows that no longer pass, of which so many are known */

struct sieve {
  struct workbench *w;
  struct corpus *corpus;
  char *filter;             /* "" for all; of the rows, or of the search that is under way for them */
  char *sort;               /* "" for the order of ids */
  bool reverse;
  uint32_t *ids;
  size_t n, cap;
  uint64_t made;            /* grows whenever ids change */
  bool working;             /* a search is under way */
  size_t found;             /* how many the last search found: n, unless sieve_try found none */

  bool filter_asks, sort_asks;  /* for columns */
  char *of;                 /* the filter that the rows are of */
  uint32_t *rows;           /* rows[id - 1]: where it stands, from 1; 0: not here */
  uint32_t n_rows;          /* ids that `rows` has room for */
  uint64_t seen;            /* corpus revision that the rows follow */
  uint32_t last;            /* the newest sample of that revision */
  bool anew;                /* a search from the start is wanted: rows that no longer pass may go */
  bool trying;              /* ... but if it finds none they stay */
  struct search *search;    /* the one that counts; others under way were given up */
  struct filter *matcher;   /* for what moves, on this thread; NULL: the filter asks for columns */
  uint64_t matcher_names;   /* labels and records that it knows */
  int64_t due_ms;           /* what moved is not to be searched again before, where that is a search */
  uint32_t strays[SIEVE_STRAYS];
  size_t n_strays;
  bool blurred;             /* there are more, or rows whose passing is not known */

  uint64_t *marks;          /* a bit for each sample id */
  size_t n_words, n_marks;
};

void sieve_init(struct sieve *r, struct workbench *w);
void sieve_release(struct sieve *r);
/* Takes the filter over if it is right; else -1, e, and nothing changes. */
int sieve_filter(struct sieve *r, const char *filter, struct err *e);
/* The same while it is typed: if no sample passes, the rows stay, filter is what they are of, and found is 0. */
int sieve_try(struct sieve *r, const char *filter, struct err *e);
int sieve_sort(struct sieve *r, const char *key, bool reverse, struct err *e);
void sieve_refresh(struct sieve *r);                   /* what does not pass any more goes */
void sieve_update(struct sieve *r);                    /* takes over what the corpus has that is new */
/* Where a sample stands, at once; false: not here. */
bool sieve_find(const struct sieve *r, uint32_t id, size_t *row);

bool sieve_marked(const struct sieve *r, uint32_t id);
void sieve_mark(struct sieve *r, uint32_t id, bool on);
void sieve_unmark(struct sieve *r);
/* Marks all rows; if all are marked already, none. */
void sieve_mark_all(struct sieve *r);
/* Appends the options that stand for the marked samples: "--id 3,7-12"; if all rows are marked and only they, and the
 * list is long, "--filter QUERY" with a query that exactly these samples pass. False: none is marked. */
bool sieve_selection(const struct sieve *r, struct buf *out);
/* The same, but false and nothing is appended, too, where only a very long list of numbers would do. */
bool sieve_selection_short(const struct sieve *r, struct buf *out);

#endif
