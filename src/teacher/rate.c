#include "teacher/rate.h"

#include <math.h>

#define MINUTE_MS 60000.0

/* A bucket that holds `size` and lets at most `limit` a minute pass: what stands in it at the beginning counts too. */
static struct rate_bucket
bucket_of(double size, double limit, double unit, int64_t now_ms)
{
  if (limit <= 0)
    return (struct rate_bucket){0};
  return (struct rate_bucket){.level = size, .size = size, .per_ms = (limit - size + unit) / MINUTE_MS,
                              .filled_ms = now_ms};
}

void
rate_init(struct rate *r, int asked, int requests_per_minute, int64_t tokens_per_minute, int64_t hold_max_ms,
          int64_t now_ms)
{
  *r = (struct rate){.asked = asked, .allowed = asked, .hold_max_ms = hold_max_ms};
  /* single requests: n at once and one each 1 / per_ms afterwards are n - 1 + per_ms * minute in a minute */
  r->requests = bucket_of(fmax(1, floor(requests_per_minute / 60.0)), requests_per_minute, 1, now_ms);
  r->tokens = bucket_of((double)tokens_per_minute / 10, (double)tokens_per_minute, 0, now_ms);
}

void
rate_ask(struct rate *r, int asked)
{
  if (r->allowed >= r->asked || r->allowed > asked)
    r->allowed = asked;
  r->asked = asked;
}

static void
fill(struct rate_bucket *b, int64_t now_ms)
{
  if (now_ms > b->filled_ms) {
    b->level = fmin(b->size, b->level + b->per_ms * (double)(now_ms - b->filled_ms));
    b->filled_ms = now_ms;
  }
}

/* Until the bucket holds n, or is full where n never fits. */
static int64_t
bucket_wait_ms(struct rate_bucket *b, double n, int64_t now_ms)
{
  if (b->size <= 0)
    return 0;
  fill(b, now_ms);
  n = fmin(n, b->size) - 1e-9 * b->size;  /* fractions of a refill do not add up exactly */
  return b->level >= n ? 0 : (int64_t)ceil((n - b->level) / b->per_ms);
}

static int64_t
left_wait_ms(const struct rate_left *l, double n, double under_way, int64_t now_ms)
{
  double need = n + under_way - l->remaining;
  int64_t wait = l->reset_ms - now_ms, refill;

  if (wait <= 0 || need <= 0)
    return 0;
  if (l->limit > l->remaining && l->remaining >= 0) {
    refill = (int64_t)ceil(need / (l->limit - l->remaining) * (double)(l->reset_ms - l->at_ms)) - (now_ms - l->at_ms);
    if (refill < wait)
      return refill > 0 ? refill : 0;
  }
  return wait;
}

static int64_t
later(int64_t a, int64_t b)
{
  return a > b ? a : b;
}

int64_t
rate_wait_ms(struct rate *r, double tokens, int64_t now_ms)
{
  int64_t wait = later(0, r->held_ms - now_ms);

  if (r->in_flight >= r->allowed)
    return RATE_FULL;
  wait = later(wait, bucket_wait_ms(&r->requests, 1, now_ms));
  wait = later(wait, bucket_wait_ms(&r->tokens, tokens, now_ms));
  wait = later(wait, left_wait_ms(&r->left[RATE_REQUESTS], 1, r->in_flight, now_ms));
  for (int i = RATE_TOKENS; i < N_RATE_RESOURCES; i++)
    wait = later(wait, left_wait_ms(&r->left[i], tokens, r->tokens_in_flight, now_ms));
  return wait;
}

uint64_t
rate_begin(struct rate *r, double tokens, int64_t now_ms)
{
  fill(&r->requests, now_ms);
  fill(&r->tokens, now_ms);
  r->requests.level -= 1;
  r->tokens.level -= tokens;
  r->in_flight++;
  r->tokens_in_flight += tokens;
  return ++r->n_begun;
}

static void
heed(struct rate_left *l, const struct rate_count *c, int64_t now_ms)
{
  if (c->remaining < 0)
    return;
  l->limit = c->limit;
  l->remaining = c->remaining;
  l->at_ms = now_ms;
  l->reset_ms = now_ms + (c->reset_ms > RATE_RESET_MAX_MS ? RATE_RESET_MAX_MS : c->reset_ms > 0 ? c->reset_ms : 0);
}

static void
complain(struct rate *r, uint64_t stamp, const struct rate_said *said, int64_t now_ms)
{
  if (said && said->retry_after_ms > 0 && said->retry_after_ms <= r->hold_max_ms)
    r->held_ms = later(r->held_ms, now_ms + said->retry_after_ms);
  if (stamp <= r->cut)
    return;
  r->cut = r->n_begun;
  r->n_good = 0;
  r->allowed -= (r->allowed + 3) / 4;
  if (r->allowed < 1)
    r->allowed = 1;
}

void
rate_end(struct rate *r, uint64_t stamp, enum rate_outcome outcome, double tokens, double used,
         const struct rate_said *said, int64_t now_ms)
{
  r->in_flight--;
  r->tokens_in_flight = r->in_flight > 0 ? r->tokens_in_flight - tokens : 0;
  if (used < 0)
    used = outcome == RATE_COMPLAINT ? 0 : tokens;
  fill(&r->tokens, now_ms);
  r->tokens.level = fmin(r->tokens.size, r->tokens.level + tokens - used);
  for (int i = 0; said && i < N_RATE_RESOURCES; i++)
    heed(&r->left[i], &said->counts[i], now_ms);
  if (outcome == RATE_COMPLAINT) {
    complain(r, stamp, said, now_ms);
  } else if (outcome == RATE_GOOD && r->allowed < r->asked && ++r->n_good >= RATE_GROWTH) {
    r->allowed++;
    r->n_good = 0;
  }
}
