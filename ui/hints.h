/* hints: what students say of each sample, for the lists: the label that cross-validation suggests (the signals
 * suggested and suggested_p: students that did not learn from the sample); where there is none, what the newest run
 * that was asked predicted. Looked up on a thread of its own when records, or the workbench's columns, change.
 * Threads: the screen's. */
#ifndef UI_HINTS_H
#define UI_HINTS_H

#include <stdbool.h>
#include <stdint.h>

#include "command/columns.h"

struct workbench;

struct hint {
  uint16_t label;
  float probability;       /* 0: nothing is known of this sample */
  const char *who;         /* "linear#3"; "cross-validation" */
};
struct hints {
  struct workbench *w;
  struct columns *columns; /* a share, of which: */
  struct column label, probability;
  struct said_by_run {
    uint16_t label;
    float probability;
  } *of;                   /* of[id] */
  uint32_t n;              /* ids below this */
  char run[64];            /* whose they are, "" for none */
  uint64_t seen;           /* records revision */
  int64_t evaluated_ms;    /* the newest evaluation that was taken over */
  bool working;
};

void hints_init(struct hints *h, struct workbench *w);
void hints_release(struct hints *h);
void hints_update(struct hints *h);
/* False: nothing is known. */
bool hints_get(const struct hints *h, uint32_t id, struct hint *hint);
bool hints_any(const struct hints *h);     /* of some sample something is known */

#endif
