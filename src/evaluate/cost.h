/* cost: what the teachers' texts cost, text by text.
 *
 * A job's whole cost (replies that fell away and texts rejected later were paid, too) is shared equally by its texts
 * that could be used. Replies found again from an earlier request were not paid again.
 *
 * Life: cost_read, cost_usable for each text that could be used, cost_of, cost_release.
 * Threads: one user. Errors: the store's. */
#ifndef EVALUATE_COST_H
#define EVALUATE_COST_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct project;

struct cost {
  struct cost_job {
    double usd;              /* NAN: a paid reply without a known price */
    size_t n_usable;         /* texts that share it */
    size_t n_taken;          /* of those that cost_of is asked about: its working room */
  } *jobs;
  size_t n_jobs;
  struct cost_request {
    uint32_t request, job;   /* ids of requests, ascending; indices of jobs */
  } *requests;
  size_t n_requests, cap_requests;
};
/* Reads jobs and requests. project NULL: no price is known. */
int cost_read(struct cost *c, struct project *project, struct err *e);
void cost_release(struct cost *c);
/* One more text of this request (0: of none, written by hand) that could be used. */
void cost_usable(struct cost *c, uint32_t request);
/* The cost of n texts by their requests, in USD: 0 for texts of none, NAN if a price or a request is not known. */
double cost_of(struct cost *c, const uint32_t *requests, size_t n);

#endif
