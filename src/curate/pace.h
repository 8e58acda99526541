/* pace: what a person's work on a corpus came to, and how long it took them, as the times in the log tell it.
 *
 * Time is what lies between two things that they did, one after the other; a gap of more than PACE_GAP_MS is a pause
 * and not counted, and the first thing after a pause takes no time. Threads: one user; it reads the file. */
#ifndef CURATE_PACE_H
#define CURATE_PACE_H

#include "store/audit_store.h"

#define PACE_GAP_MS 120000

struct pace {
  size_t decisions;              /* changes of status or labels of one sample alone, in force */
  size_t accepted, rejected;     /* of these, by the status that they gave */
  size_t relabelled;             /* of these, those that gave other labels */
  size_t edited;                 /* changes of one sample's text, in force */
  size_t bulk, bulk_samples;     /* changes of several samples at once, in force, and how many samples */
  size_t undone;                 /* changes that were taken back */
  size_t sittings;               /* stretches of work without a pause */
  double minutes;
  double per_minute;             /* decisions; NaN if no time passed */
};
int pace_of(struct project *p, struct pace *pace, struct err *e);

#endif
