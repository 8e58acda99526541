/* end: how a job ends: done, at a limit, stopped by the person, in trouble. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "generate/work.h"

#define DRAIN_MS 60000          /* after a wish to stop, replies under way are waited for so long */
#define GIVE_UP_STEPS 100       /* of 50 ms: until what was cancelled is back */

static void
recount(struct job *j)
{
  struct funnel f;

  if (funnel_load(&f, j->project, j->row.id, NULL) == 0) {
    funnel_release(&j->funnel);
    j->funnel = f;
  } else {
    funnel_release(&f);
  }
}

static int
end(struct job *j, enum job_state state, int result, struct err *e)
{
  if (j->recount)
    recount(j);
  j->over = true;
  j->result = result;
  j->why = result < 0 ? *e : (struct err){0};
  if (job_store_set_state(j->project, j->row.id, state, j->why.message, result < 0 ? NULL : e) < 0 && result == 0) {
    j->result = -1;
    j->why = *e;
  }
  show_end(j);
  return j->result;
}

int
end_failed(struct job *j, struct err *e)
{
  job_save(j);
  return end(j, JOB_FAILED, -1, e);
}

int
end_left(struct job *j, struct err *e)
{
  j->left = true;
  end(j, JOB_PAUSED, 0, e);
  if (j->result == 0 && job_store_set_state(j->project, j->row.id, JOB_PAUSED, j->says, e) < 0)
    j->result = -1;
  return j->result;
}

/* Gives up what is under way, after keeping what has come all the same. */
static int
wind_up(struct job *j, struct err *e)
{
  int result = 0;

  crew_cancel(&j->crew);
  for (int patience = GIVE_UP_STEPS; result == 0 && crew_n_sent(&j->crew) > 0 && patience > 0; patience--)
    result = job_take_replies(j, 50, e);
  return result == 0 ? job_keep_answered(j, true, e) : result;
}

int
end_early(struct job *j, enum job_state state, enum err_code code, const char *why, struct err *e)
{
  if (wind_up(j, e) < 0 || (j->blueprint.kind->pause && j->blueprint.kind->pause(j, e) < 0))
    return end_failed(j, e);
  err_set(e, code, "%s", why);
  return end(j, state, -1, e);
}

/* ---- winding up ---- */

void
end_begin(struct job *j, enum job_state state, enum err_code code, int patience_ms, const char *why)
{
  struct closing *c = &j->closing;

  if (end_begun(j))
    return;
  *c = (struct closing){.state = state, .code = code, .until_ms = patience_ms > 0 ? clock_ms() + patience_ms : 0};
  snprintf(c->why, sizeof c->why, "%s", why);
  crew_drain(&j->crew);
}

bool
end_begun(const struct job *j)
{
  return j->closing.code != 0;
}

static void
watch_person(struct job *j)
{
  unsigned stops = board_stops(j->board, j->activity);

  if (!stop_wanted(j->stop) && stops == 0)
    return;
  end_begin(j, JOB_STOPPED, ERR_INTERRUPTED, DRAIN_MS, "stopped; what came is kept (--resume goes on)");
  if (j->stop)
    atomic_store(&j->stop->lingers, true);
  if (stop_at_once(j->stop) || stops > 1)
    j->closing.until_ms = clock_ms();
}

/* A tenth of the time, at least a second and at most thirty. */
static int
grace_ms(double seconds)
{
  double grace = seconds / 10;

  return (int)((grace < 1 ? 1 : grace > 30 ? 30 : grace) * 1000);
}

static void
watch_clock(struct job *j)
{
  double seconds = j->purse.limits.seconds;
  struct buf why = BUF_INIT;

  if (seconds <= 0 || (double)(clock_ms() - j->began_ms) < seconds * 1000)
    return;
  j->purse.hit = LIMIT_SECONDS;
  purse_say(&j->purse, &why);
  end_begin(j, JOB_STOPPED, ERR_PARTIAL, grace_ms(seconds), why.s);
  buf_release(&why);
}

static void
watch_failures(struct job *j)
{
  struct err why = {0};

  if (j->tripped && !board_paused(j->board, j->activity)) {  /* the person goes on all the same */
    j->tripped = false;
    j->breaker = (struct breaker){0};
    show_says(j, "%s", "");
  }
  if (j->tripped || !breaker_tripped(&j->breaker))
    return;
  err_set(&why, ERR_PARTIAL, "%u of the last %d requests failed: %s", breaker_failures(&j->breaker), BREAKER_LAST,
          j->trouble.message);
  if (!j->options.attended) {
    end_begin(j, JOB_STOPPED, ERR_PARTIAL, DRAIN_MS, why.message);
    return;
  }
  j->tripped = true;
  board_pause(j->board, j->activity, true);
  show_says(j, "paused: %s", why.message);
}

void
end_watch(struct job *j)
{
  watch_person(j);
  watch_clock(j);
  watch_failures(j);
}

/* ---- the end ---- */

/* Everything came in: the kind may ask for more. 1: it did, 0, -1. */
static int
ask_for_more(struct job *j, struct err *e)
{
  struct request_row *rows = NULL;
  size_t n = 0;

  if (!j->blueprint.kind->more)
    return 0;
  if (j->blueprint.kind->more(j, &rows, &n, e) < 0 || (n > 0 && job_grow(j, rows, n, e) < 0))
    return -1;
  return n > 0;
}

static int
end_all_done(struct job *j, struct err *e)
{
  const struct funnel *f = &j->funnel;
  bool some = f->ok + f->cached > 0;
  int more = ask_for_more(j, e);

  if (more > 0)
    return 1;
  if (more < 0 || (j->blueprint.kind->finish && j->blueprint.kind->finish(j, e) < 0))
    return end_failed(j, e);
  if (f->failed == 0 && j->failure.code == 0)
    return end(j, JOB_DONE, 0, e);
  if (f->failed == 0)
    err_set(e, ERR_PARTIAL, "requests failed once more: %s", j->failure.message);
  else
    err_set(e, some ? ERR_PARTIAL : j->failure.code, "%u of %u requests failed: %s", f->failed, f->n_requests,
            j->failure.code ? j->failure.message : "see their replies (--retry-failed sends them again)");
  return end(j, j->unfinished ? JOB_FAILED : JOB_DONE, -1, e);
}

static int
end_at_limit(struct job *j, struct err *e)
{
  struct buf why = BUF_INIT;
  int result;

  purse_say(&j->purse, &why);
  if (j->funnel.ok == 0 && j->trouble.code)
    buf_addf(&why, "; no reply came: %s", j->trouble.message);
  result = end_early(j, JOB_STOPPED, ERR_PARTIAL, why.s, e);
  buf_release(&why);
  return result;
}

int
end_check(struct job *j, struct err *e)
{
  const struct closing *c = &j->closing;
  size_t n = crew_n_sent(&j->crew);
  const struct err *fault = &j->crew.members[0].why;

  if (!crew_usable(&j->crew))
    return end_early(j, JOB_FAILED, j->funnel.ok > 0 ? ERR_PARTIAL : fault->code, fault->message, e);
  if (j->head == j->n && !(end_begun(j) && j->blueprint.kind->more))
    return end_all_done(j, e);
  if (end_begun(j)) {
    if (n == 0 || (c->until_ms > 0 && clock_ms() >= c->until_ms))
      return end_early(j, c->state, c->code, c->why, e);
    show_says(j, "waiting for %zu repl%s paid for (once more gives them up)", n, n == 1 ? "y that is" : "ies that are");
  } else if (j->purse.hit && n == 0 && batch_under_way(j) == 0) {
    return end_at_limit(j, e);
  }
  return 1;
}
