#include "generate/purse.h"

#include <math.h>
#include <string.h>

/* A reply must have a longest length if a limit is to hold. Generous: the usual text has 30 tokens. */
#define TOKENS_A_TEXT 200
#define TOKENS_A_REPLY 512

static double
tries_left(const struct purse *p, size_t free_slots)
{
  double left = p->limits.requests - p->spent.requests - p->at_risk.requests;

  return floor(left / (double)(free_slots > 0 ? free_slots : 1));
}

struct cost
purse_bound(const struct purse *p, const struct teacher_spec *spec, const struct request_row *row, size_t free_slots,
            struct teacher_request *request)
{
  const struct job_limits *l = &p->limits;
  double tries = spec->retry.tries_max > 0 ? spec->retry.tries_max : TEACHER_TRIES;
  struct cost bound = {0};

  if (l->usd > 0 || l->tokens > 0) {
    if (spec->parameters.max_tokens <= 0 && request->parameters.max_tokens <= 0)
      request->parameters.max_tokens = TOKENS_A_REPLY + TOKENS_A_TEXT * (int)row->wanted;
    request->no_blind_retry = true;
    bound.tokens = (double)teacher_tokens_bound(spec, request);
    bound.usd = l->usd > 0 ? teacher_cost_bound_usd(spec, request) : 0;
  }
  if (l->requests > 0) {
    bound.requests = fmax(1, fmin(tries, tries_left(p, free_slots)));
    request->tries_max = (int)bound.requests;
  }
  return bound;
}

bool
purse_open(struct purse *p, const struct cost *bound)
{
  const struct job_limits *l = &p->limits;
  const double limit[] = {l->usd, (double)l->tokens, l->requests};
  const double spent[] = {p->spent.usd, p->spent.tokens, p->spent.requests};
  const double at_risk[] = {p->at_risk.usd, p->at_risk.tokens, p->at_risk.requests};
  const double most[] = {bound->usd, bound->tokens, bound->requests};
  bool fits = true;

  for (int i = 0; i < 3; i++) {
    double least = i == 2 ? 1 : most[i];  /* a request needs no more than one try */

    if (limit[i] <= 0)
      continue;
    if (!(spent[i] + least <= limit[i])) {
      p->hit = LIMIT_USD + (enum limit)i;
      p->next = least;
    }
    fits = fits && spent[i] + at_risk[i] + most[i] <= limit[i];  /* what is under way may turn out cheaper */
  }
  if (!fits || p->hit)
    return false;
  p->at_risk.usd += bound->usd;
  p->at_risk.tokens += bound->tokens;
  p->at_risk.requests += bound->requests;
  return true;
}

void
purse_settle(struct purse *p, const struct cost *bound, const struct cost *cost)
{
  p->at_risk.usd -= bound->usd;
  p->at_risk.tokens -= bound->tokens;
  p->at_risk.requests -= bound->requests;
  p->spent.usd += isnan(cost->usd) ? bound->usd : cost->usd;
  p->spent.tokens += isnan(cost->tokens) ? bound->tokens : cost->tokens;
  p->spent.requests += cost->requests;
}

void
purse_limit(struct purse *p, const struct job_limits *limits)
{
  p->limits = *limits;
  p->hit = LIMIT_NONE;
}

void
purse_say(const struct purse *p, struct buf *out)
{
  switch (p->hit) {
  case LIMIT_USD:
    buf_addf(out, "the budget of $%.4g is used up ($%.4g spent; the next request could cost $%.2g)", p->limits.usd,
             p->spent.usd, p->next);
    break;
  case LIMIT_TOKENS:
    buf_addf(out, "the limit of %.0f tokens is reached (%.0f used; the next request could take %.0f)",
             (double)p->limits.tokens, p->spent.tokens, p->next);
    break;
  case LIMIT_REQUESTS:
    buf_addf(out, "the limit of %u requests is reached", p->limits.requests);
    break;
  case LIMIT_SECONDS:
    buf_addf(out, "the time of %g s is over", p->limits.seconds);
    break;
  case LIMIT_NONE:
    break;
  }
}
