/* generate-lookup: one reading of the project for the Generate view, on a thread of its own: what it is to look for, and
 * what it found.
 *
 * Life: filled in by the screen's thread, lookup_work on the other, then what was found is taken over. Threads: as said;
 * one at a time. Errors: e.code, with what could be read all the same. */
#ifndef UI_GENERATE_LOOKUP_H
#define UI_GENERATE_LOOKUP_H

#include "ui/view-generate.h"

struct lookup {
  struct generate *g;
  struct project *p;
  uint32_t want;               /* the job to show; 0: the newest */
  bool with_figures;           /* of all jobs */
  bool with_failed, with_coverage, with_diversity;
  struct job_texts texts;

  struct job_item *jobs;
  size_t n_jobs;
  uint32_t job;
  struct funnel funnel;
  struct dropped_row *dropped;
  size_t n_dropped;
  struct stream_row *stream;
  size_t n_stream;
  struct request_row *failed;
  size_t n_failed;
  struct coverage coverage;
  bool has_coverage;
  struct diversity_shown diversity;
  int64_t took_ms;
  struct err e;
};

void lookup_work(void *lookup);
void lookup_items_free(struct job_item *items, size_t n);
void lookup_texts_release(struct job_texts *t);

#endif
