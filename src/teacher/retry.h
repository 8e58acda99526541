/* retry: how long to wait before a failed try is made again. Pure but for the generator it draws from.
 *
 * Exponential backoff with full jitter (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog 2015):
 * before try k + 1 a wait drawn uniformly from [0, min(cap, base 2^(k-1))]; the server's own word (Retry-After) is a
 * lower bound. */
#ifndef TEACHER_RETRY_H
#define TEACHER_RETRY_H

#include "base/rng.h"
#include "teacher/teacher.h"

struct retry_policy retry_defaults(const struct retry_policy *p);  /* each 0 replaced */
/* Milliseconds to wait after `tries` tries and waited_ms of waiting, or -1: give up. retry_after_ms -1: not said. p
 * holds no zeros. */
int64_t retry_wait_ms(const struct retry_policy *p, int tries, int64_t waited_ms, int64_t retry_after_ms,
                      struct rng *rng);

#endif
