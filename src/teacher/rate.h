/* rate: when the next request may begin, so that an endpoint is not asked more than it wants. Pure: the caller tells
 * the time; private to the http back end.
 *
 * Four things hold a request back, and all must let it pass:
 *   the number in flight  at most `allowed`. It falls by a quarter when the endpoint complains (429, 503, 529), once a
 *                         burst: complaints about tries that began before the last fall do not count again. It grows by
 *                         one after 25 good replies, up to what was asked for. (Additive increase, multiplicative
 *                         decrease: Chiu and Jain 1989.)
 *   a hold                the endpoint said Retry-After: nothing begins before.
 *   the endpoint's count  remaining and reset of its headers: what is left, less what is under way, must suffice. It is
 *                         taken to refill evenly up to its limit until the reset, as the token buckets of OpenAI,
 *                         Anthropic and Groq do; where no limit is told, all at once at the reset.
 *   our own limits        requests and tokens a minute, as token buckets that hold a second's worth (requests) or a
 *                         tenth of a minute's (tokens). No minute sees more than the limit; in tokens, more only by the
 *                         part of a single request that is larger than the bucket, and by what replies hold beyond
 *                         their estimate, which is paid back before the next begins.
 *
 * Life: rate_init; for each try rate_wait_ms until 0, then rate_begin, at its end rate_end. Threads: one. */
#ifndef TEACHER_RATE_H
#define TEACHER_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RATE_FULL INT64_MAX         /* as many are under way as may be: wait for one to end */
#define RATE_GROWTH 25              /* good replies for one more in flight */
#define RATE_RESET_MAX_MS 600000    /* no header holds longer */

/* What the headers of one reply say; -1: nothing. */
struct rate_count {
  double limit, remaining;
  int64_t reset_ms;                 /* from now */
};
enum rate_resource { RATE_REQUESTS, RATE_TOKENS, RATE_INPUT_TOKENS, RATE_OUTPUT_TOKENS, N_RATE_RESOURCES };
struct rate_said {
  int64_t retry_after_ms;
  bool retry_after_exact;           /* retry-after-ms came, which wins over Retry-After */
  struct rate_count counts[N_RATE_RESOURCES];
};
void rate_said_clear(struct rate_said *s);
/* Reads one header line (with or without its line end); others than these are ignored: Retry-After (seconds or HTTP
 * date), retry-after-ms, x-ratelimit-{limit,remaining,reset}[-{requests,tokens}], anthropic-ratelimit-{requests,tokens,
 * input-tokens,output-tokens}-{limit,remaining,reset}. wall_ms: now, for dates. */
void rate_said_line(struct rate_said *s, const char *line, size_t n, int64_t wall_ms);
/* "1s", "6m0s", "20ms", "1h2m3.5s", "2.5" (seconds), a date of RFC 3339 or HTTP, seconds or milliseconds since 1970; in
 * milliseconds from wall_ms, rounded up, never below 0. -1: none of these. */
int64_t rate_duration_ms(const char *s, size_t n, int64_t wall_ms);

enum rate_outcome { RATE_GOOD, RATE_COMPLAINT, RATE_OTHER };

struct rate_bucket {
  double level, size;               /* what may go at once; what it holds at most (0: no limit) */
  double per_ms;
  int64_t filled_ms;
};
struct rate_left {                  /* the endpoint's count */
  double limit, remaining;
  int64_t at_ms, reset_ms;          /* when it was said; when it is full again (0: nothing is known) */
};
struct rate {
  int asked, allowed, in_flight, n_good;
  double tokens_in_flight;
  uint64_t n_begun, cut;            /* tries begun; how many had, when the number last fell */
  int64_t held_ms, hold_max_ms;
  struct rate_bucket requests, tokens;
  struct rate_left left[N_RATE_RESOURCES];
};
/* Limits of 0 are none. A Retry-After longer than hold_max_ms holds nobody: who got it fails by it. */
void rate_init(struct rate *r, int asked, int requests_per_minute, int64_t tokens_per_minute, int64_t hold_max_ms,
               int64_t now_ms);
void rate_ask(struct rate *r, int asked);
/* Milliseconds until a try of so many tokens may begin, as things stand; 0: now; RATE_FULL. */
int64_t rate_wait_ms(struct rate *r, double tokens, int64_t now_ms);
/* Counts a try as begun; its stamp, for its end. */
uint64_t rate_begin(struct rate *r, double tokens, int64_t now_ms);
/* tokens as begun with; used: as the reply says, -1: unknown (then all are taken as used, or none of a try that the
 * endpoint refused). said may be NULL. */
void rate_end(struct rate *r, uint64_t stamp, enum rate_outcome outcome, double tokens, double used,
              const struct rate_said *said, int64_t now_ms);

#endif
