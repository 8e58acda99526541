/* purse: what a job may still use up: money, tokens, requests (struct job_limits; the clock is the job's own business).
 * It holds because a request is begun only if what was used, the most that all requests under way can use, and the most
 * that this one can use, stay within the limits together.
 *
 * Life: zeroed with limits and spent set. Threads: that of the job. */
#ifndef GENERATE_PURSE_H
#define GENERATE_PURSE_H

#include "generate/job.h"
#include "store/job_store.h"
#include "teacher/teacher.h"

enum limit { LIMIT_NONE, LIMIT_USD, LIMIT_TOKENS, LIMIT_REQUESTS, LIMIT_SECONDS };

struct cost {
  double usd;
  double tokens;
  double requests;             /* tries */
};
struct purse {
  struct job_limits limits;
  struct cost spent;           /* for sure, or at the upper bound where nobody said */
  struct cost at_risk;         /* upper bounds of what is under way */
  enum limit hit;              /* the next request does not fit, whatever becomes of those under way */
  double next;                 /* the most that it could take, of what is hit */
};

/* The most that a request may cost, after giving it what makes that hold: a max_tokens, no tries that nobody knows of,
 * and no more tries than are left; free_slots: how many more requests could go out at once. */
struct cost purse_bound(const struct purse *p, const struct teacher_spec *spec, const struct request_row *row,
                        size_t free_slots, struct teacher_request *request);
/* True if it fits, which is then at risk. False: not now, or never (p->hit). */
bool purse_open(struct purse *p, const struct cost *bound);
/* A request came back: what it cost; NaN: at most its bound. */
void purse_settle(struct purse *p, const struct cost *bound, const struct cost *cost);
/* Other limits from now on. */
void purse_limit(struct purse *p, const struct job_limits *limits);
/* "the budget of $1.5 is used up ($1.49 spent; the next request could cost $0.02)". */
void purse_say(const struct purse *p, struct buf *out);

#endif
