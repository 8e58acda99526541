#include <math.h>

#include "generate/work.h"

/* A reply must have a longest length if a budget is to hold. Generous: the usual text has 30 tokens. */
#define TOKENS_A_TEXT 200
#define TOKENS_A_REPLY 512

double
purse_bound(const struct purse *p, const struct teacher_spec *spec, const struct request_row *row,
            struct teacher_request *request)
{
  if (p->budget_usd <= 0)
    return 0;
  if (spec->parameters.max_tokens <= 0 && request->parameters.max_tokens <= 0)
    request->parameters.max_tokens = TOKENS_A_REPLY + TOKENS_A_TEXT * (int)row->wanted;
  return teacher_cost_bound_usd(spec, request);
}

bool
purse_open(struct purse *p, double bound_usd)
{
  if (p->budget_usd <= 0)
    return true;
  if (!(p->spent_usd + bound_usd <= p->budget_usd)) {
    p->empty = true;
    return false;
  }
  if (p->spent_usd + p->at_risk_usd + bound_usd > p->budget_usd)
    return false;  /* what is under way may turn out cheaper */
  p->at_risk_usd += bound_usd;
  return true;
}

void
purse_settle(struct purse *p, double bound_usd, double cost_usd)
{
  if (p->budget_usd <= 0)
    return;
  p->at_risk_usd -= bound_usd;
  p->spent_usd += isnan(cost_usd) ? bound_usd : cost_usd;
}
