/* count: what replies took and what they gave, in the figures of a job and in its purse. */
#include <math.h>

#include "generate/work.h"

void
count_tries(struct job *j, struct item *it, const struct teacher_reply *r)
{
  j->funnel.retried += r->tries > 1 ? (uint32_t)r->tries - 1 : 0;
  it->row.tries += (uint32_t)r->tries;
  it->n_lost += r->n_lost;
  j->counts.rate_limited += (uint32_t)r->n_rate_limited;
  j->counts.timeouts += (uint32_t)r->n_timeouts;
  j->counts.server_errors += (uint32_t)r->n_server_errors;
  j->counts.resets += (uint32_t)r->n_resets;
}

void
count_cost(struct job *j, const struct item *it, const struct teacher_reply *r)
{
  double lost = r->n_lost > 0 ? NAN : 0;
  bool told = r->tokens_in >= 0 && r->tokens_out >= 0;
  struct cost cost = {.usd = r->answered ? r->cost_usd : lost, .requests = r->tries,
                      .tokens = !r->answered ? lost : told ? (double)(r->tokens_in + r->tokens_out) : NAN};

  purse_settle(&j->purse, &it->bound, &cost);
}

void
count_answer(struct job *j, struct item *it, int http_status, int64_t tokens_in, int64_t tokens_out, double price)
{
  const struct recruit *who = &j->crew.members[it->member].who->recruit;
  struct request_row *row = &it->row, before = it->row;

  row->http_status = (uint32_t)http_status;
  row->teacher_id = who->row.id;
  row->cached = false;
  requests_answered(row, &who->spec, tokens_in, tokens_out, price);
  j->funnel.tokens_in += row->tokens_in;
  j->funnel.tokens_out += row->tokens_out;
  j->funnel.cost_usd += row->cost_usd;
  if (it->again) {
    row->tokens_in += before.tokens_in;
    row->tokens_out += before.tokens_out;
    row->cost_usd += before.cost_usd;
    if (!j->recount)
      funnel_undrop(&j->funnel, row->label, DROP_PARSE);
    it->again = false;
  } else {
    j->funnel.ok++;
    j->funnel.answered += row->wanted;
  }
}

void
count_outcome(struct job *j, const struct outcome *o)
{
  for (size_t i = 0; i < o->n_kept; i++) {
    show_kept(j, o->kept[i].label, o->kept[i].text);
    funnel_kept(&j->funnel, o->kept[i].label, 1);
  }
  for (size_t i = 0; i < o->n_dropped; i++) {
    const struct dropped_row *d = &o->dropped[i];
    enum drop_reason reason = drop_parse(d->reason);

    funnel_dropped(&j->funnel, d->label, reason);
    show_dropped(j, d->label, reason, d->text ? d->text : "(the whole reply)", d->detail);
  }
}

void
count_failure(struct job *j, struct item *it, const struct err *why, bool for_good)
{
  if (j->failure.code == 0)
    j->failure = *why;
  it->state = ITEM_DONE;
  j->funnel.failed += !it->again;
  j->unfinished = j->unfinished || !for_good;
}
