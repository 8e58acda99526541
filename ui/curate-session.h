/* curate-session: how fast a person decides. Time counts only while deciding: a gap of more than two minutes is a
 * break. Threads: one user. Times are of a clock that only goes on (clock_ms). */
#ifndef UI_CURATE_SESSION_H
#define UI_CURATE_SESSION_H

#include <stdint.h>

#define SESSION_BREAK_MS (2 * 60 * 1000)
#define SESSION_RATE_MS 20000   /* before that much was counted, a rate would be a guess */

struct session {
  uint32_t done;           /* decisions */
  int64_t active_ms;       /* between them, without the breaks */
  int64_t last_ms;         /* of the last one, 0: none yet */
};

/* The person looks at the first sample: from here on time counts. */
void session_begin(struct session *s, int64_t now_ms);
void session_decided(struct session *s, int64_t now_ms);
double session_per_minute(const struct session *s);              /* 0: not known yet */
double session_left_s(const struct session *s, uint64_t left);   /* seconds for so many more; negative: not known */

#endif
