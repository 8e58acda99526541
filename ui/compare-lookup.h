/* compare-lookup: one look-up of what Compare shows: what it is asked and what it finds. compare-lookup.c asks and
 * takes over, on the screen's thread; compare-read.c reads, on a thread of its own. */
#ifndef UI_COMPARE_LOOKUP_H
#define UI_COMPARE_LOOKUP_H

#include "ui/view-compare.h"

struct compare_lookup {
  struct compare *v;
  struct project *p;
  char *wanted;                  /* the experiment to be shown; NULL: the newest */
  uint32_t baseline;
  struct compare_row *known;     /* runs with differences that were found before: their numbers alone */
  size_t n_known;
  struct compare_rows rows;
  struct compare_experiment *experiments;
  size_t n_experiments, experiment;
  struct findings *findings;
  struct err e;
};

void compare_read(void *arg);    /* of a struct compare_lookup */

#endif
