#include "ui/curate-session.h"

void
session_begin(struct session *s, int64_t now_ms)
{
  if (!s->last_ms || now_ms - s->last_ms > SESSION_BREAK_MS)
    s->last_ms = now_ms;
}

void
session_decided(struct session *s, int64_t now_ms)
{
  int64_t gap = now_ms - s->last_ms;

  if (s->last_ms && gap > 0 && gap <= SESSION_BREAK_MS)
    s->active_ms += gap;
  s->last_ms = now_ms;
  s->done++;
}

double
session_per_minute(const struct session *s)
{
  return s->active_ms < SESSION_RATE_MS ? 0 : s->done * 60000. / (double)s->active_ms;
}

double
session_left_s(const struct session *s, uint64_t left)
{
  double rate = session_per_minute(s);

  return rate > 0 ? (double)left * 60 / rate : -1;
}
