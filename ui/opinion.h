/* opinion: what teachers said of one sample: its votes, read on a thread of its own when another sample is asked about.
 *
 * Life: opinion_init, opinion_ask at each frame that shows a sample, opinion_add, opinion_release. Threads: the
 * screen's. */
#ifndef UI_OPINION_H
#define UI_OPINION_H

#include <stdbool.h>
#include <stdint.h>

#include "store/job_store.h"
#include "ui/pane.h"

struct sample;
struct workbench;

struct opinion {
  struct workbench *w;
  uint32_t sample;         /* whose votes these are, 0: none */
  uint32_t wanted;
  struct vote_row *votes;  /* by teacher, then request */
  size_t n;
  uint64_t seen;           /* records revision */
  bool working;
};

void opinion_init(struct opinion *o, struct workbench *w);
void opinion_release(struct opinion *o);
void opinion_ask(struct opinion *o, uint32_t sample);
/* The label that most of its votes are for, and how many of how many; false: there are none, or they are being read. */
bool opinion_majority(const struct opinion *o, uint32_t sample, uint16_t *label, uint32_t *votes, uint32_t *of);
/* Adds a line for each teacher that voted on it: "recorded says billing .97, 3 of 3 votes"; nothing while it is looked
 * up. */
void opinion_add(const struct opinion *o, struct pane *p, const struct sample *s);

#endif
