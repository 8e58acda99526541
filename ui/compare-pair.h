/* compare-pair: what the selected row of Compare and the one that it is set against say of each test text, read on a
 * thread of its own when another pair is asked about.
 *
 * Life: a zeroed struct with w set, compare_pair_ask at each frame that shows it, compare_pair_release (also while it
 * is read). Threads: the screen's. */
#ifndef UI_COMPARE_PAIR_H
#define UI_COMPARE_PAIR_H

#include "ui/testimony.h"
#include "ui/compare-row.h"
#include "ui/confusion.h"

struct workbench;
struct pair_lookup;

/* Whose answers. */
struct pair_side {
  enum compare_kind kind;
  uint32_t id;                   /* as of a compare_row */
  int64_t at_ms;                 /* when it was evaluated, or the experiment ended */
  double threshold;
  char experiment[128];          /* of an arm */
  char title[64];                /* what it is called */
  bool is_set;
};

struct compare_pair {
  struct workbench *w;
  struct pair_lookup *lookup;    /* what runs; NULL: nothing */
  struct pair_side before, after;  /* whose all this is */
  bool known;
  uint64_t made;                 /* another whenever it is of another pair */
  struct testimony said[2];        /* before, after */
  struct difference difference;  /* empty unless both are set */
  struct confusion confusion;    /* of `after`, over all its seeds */
  char wrong[1000];              /* why there is nothing, "" */
};

void compare_pair_ask(struct compare_pair *p, const struct pair_side *before, const struct pair_side *after);
void compare_pair_release(struct compare_pair *p);
bool pair_side_same(const struct pair_side *a, const struct pair_side *b);

#endif
