#include "teacher/retry.h"

struct retry_policy
retry_defaults(const struct retry_policy *p)
{
  return (struct retry_policy){
    .tries_max = p->tries_max > 0 ? p->tries_max : TEACHER_TRIES,
    .base_ms = p->base_ms > 0 ? p->base_ms : 500,
    .cap_ms = p->cap_ms > 0 ? p->cap_ms : 30000,
    .total_ms = p->total_ms > 0 ? p->total_ms : 300000,
  };
}

int64_t
retry_wait_ms(const struct retry_policy *p, int tries, int64_t waited_ms, int64_t retry_after_ms, struct rng *rng)
{
  int64_t most = p->base_ms, wait;

  if (tries >= p->tries_max)
    return -1;
  for (int i = 1; i < tries && most < p->cap_ms; i++)
    most *= 2;
  if (most > p->cap_ms)
    most = p->cap_ms;
  wait = (int64_t)rng_below(rng, (uint64_t)most + 1);
  if (wait < retry_after_ms)
    wait = retry_after_ms + (int64_t)rng_below(rng, (uint64_t)p->base_ms / 4 + 1);
  return waited_ms + wait > p->total_ms ? -1 : wait;
}
