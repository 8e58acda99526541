/* curate-values: the numbers that stand beside samples (signals, what runs said), held for the table, the detail pane
 * and the menus. They are read on a thread of its own, when records change and when others are wanted; until then the
 * old ones stay, so that drawing never waits.
 *
 * Life: values_init, values_want whenever the wishes may have changed, values_update once a frame, values_release.
 * Threads: the screen's. */
#ifndef UI_CURATE_VALUES_H
#define UI_CURATE_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "corpus/filter.h"

struct columns;
struct workbench;

struct value_column {
  char *name;              /* "suspect", "linear#3.loss" */
  struct column column;    /* no values: nothing has been computed */
};
struct values {
  struct workbench *w;
  struct columns *shared;  /* what the columns are of; NULL: nothing was read yet */
  struct value_column *columns;
  size_t n;
  char **names;            /* all columns there are, as the filter language knows them */
  size_t n_names;
  char *wanted, *held;     /* names with blanks between: the wish, and what was read last */
  uint64_t records_seen;
  int64_t due_ms;          /* not to be read again before */
  uint64_t made;           /* grows whenever something was read */
  bool working;
};

void values_init(struct values *v, struct workbench *w);
void values_release(struct values *v);
void values_want(struct values *v, const char *names);
void values_update(struct values *v);
/* NULL: there is no such column, or it was not read yet. */
const struct value_column *values_column(const struct values *v, const char *name);
/* False: it has none. */
bool values_at(const struct value_column *k, uint32_t id, double *x);
/* Anything was computed of it. */
bool values_have(const struct values *v, const char *name);

#endif
