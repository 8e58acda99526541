/* breaker: whether the last requests went so badly that going on would only waste money and patience.
 * Life: zeroed. Threads: one. */
#ifndef GENERATE_BREAKER_H
#define GENERATE_BREAKER_H

#include <stdbool.h>

#define BREAKER_LAST 20

struct breaker {
  bool failed[BREAKER_LAST];   /* a ring */
  unsigned n;                  /* ever noted */
};

static inline void
breaker_note(struct breaker *b, bool failed)
{
  b->failed[b->n++ % BREAKER_LAST] = failed;
}

static inline unsigned
breaker_failures(const struct breaker *b)
{
  unsigned n = 0;

  for (unsigned i = 0; i < BREAKER_LAST; i++)
    n += b->failed[i];
  return n;
}

/* More than half of the last requests failed. */
static inline bool
breaker_tripped(const struct breaker *b)
{
  return b->n >= BREAKER_LAST && breaker_failures(b) > BREAKER_LAST / 2;
}

#endif
