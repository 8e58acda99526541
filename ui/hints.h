/* hints: what the newest trained student says of each sample, for the lists. Looked up on a thread of its own when the
 * project's records change. Threads: the screen's. */
#ifndef UI_HINTS_H
#define UI_HINTS_H

#include <stdbool.h>
#include <stdint.h>

struct workbench;

struct hint {
  uint16_t label;
  float probability;       /* 0: nothing is known of this sample */
};
struct hints {
  struct workbench *w;
  struct hint *of;         /* of[id] */
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

#endif
