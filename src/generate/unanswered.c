/* unanswered: requests to which no reply comes: sent again, handed on to another teacher, or given up. */
#include <stdlib.h>

#include "base/mem.h"
#include "generate/work.h"

#define LOST_MAX 3              /* sendings of a request whose replies get lost, where money or tokens are counted */

bool
unanswered_hand_on(struct job *j, size_t i)
{
  struct item *it = &j->items[i];
  size_t member = crew_stand_in(&j->crew, it->member);

  if (member == j->crew.n)
    return false;
  it->member = (uint16_t)member;
  it->n_lost = 0;
  it->row.teacher_id = j->crew.members[member].who->recruit.row.id;
  free(it->row.key);
  it->row.key = requests_key(&j->blueprint, &it->row, it->row.teacher_id);
  it->row.rekeyed = true;
  it->state = ITEM_PLANNED;
  if (i < j->crew.members[member].next)
    j->crew.members[member].next = i;
  return true;
}

/* It goes back among the planned. */
static void
put_back(struct job *j, size_t i)
{
  struct crew_member *m = &j->crew.members[j->items[i].member];

  j->items[i].state = ITEM_PLANNED;
  if (i < m->next)
    m->next = i;
}

/* Another try of the same teacher may be due: one that was lost where losses are counted here, one that was not given
 * all its tries because few were left. */
static bool
is_due_again(const struct job *j, const struct item *it, const struct teacher_reply *r)
{
  const struct job_limits *l = &j->purse.limits;
  const struct teacher_spec *s = &j->crew.members[it->member].who->recruit.spec;
  uint32_t tries = s->retry.tries_max > 0 ? (uint32_t)s->retry.tries_max : TEACHER_TRIES;

  if (r->fault == TEACHER_FAULT_LOST)
    return (l->usd > 0 || l->tokens > 0) && it->n_lost < LOST_MAX;
  return r->fault == TEACHER_FAULT_REQUEST && r->transient && l->requests > 0 && it->bound.requests < tries &&
         it->row.tries < tries && r->tries > 0;
}

int
unanswered_take(struct job *j, size_t i, const struct teacher_reply *r, struct err *e)
{
  struct item *it = &j->items[i];
  struct crew_member *m = &j->crew.members[it->member];

  if (r->fault == TEACHER_FAULT_CANCELLED || is_due_again(j, it, r)) {
    if (r->fault != TEACHER_FAULT_CANCELLED)
      err_set(&j->trouble, r->code, "%s", r->error);
    put_back(j, i);
    return 0;
  }
  if (r->fault == TEACHER_FAULT_TEACHER && m->why.code == 0)
    err_set(&m->why, r->code, "%s", r->error);
  if (unanswered_hand_on(j, i))
    return 0;
  if (r->code != ERR_INPUT)
    breaker_note(&j->breaker, true);
  it->row.http_status = (uint32_t)r->http_status;
  free(it->row.error);
  it->row.error = xstrdup(r->error);
  if (job_store_fail(j->project, &it->row, !r->transient, e) < 0)
    return -1;
  err_set(&j->trouble, r->code, "%s", r->error);
  count_failure(j, it, &j->trouble, !r->transient);
  return 0;
}
