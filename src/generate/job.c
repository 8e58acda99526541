/* The main way: job_step sends what may be sent (send_planned), waits for replies and puts them on disk as they came
 * (take_replies), and then brings each in its turn through parser and filters into the corpus (bring_in). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "generate/filters.h"
#include "generate/work.h"
#include "teacher/openai.h"

#define TAKE_BATCH 256          /* replies written in one transaction */
#define LOST_MAX 3              /* sendings of a request whose replies get lost, where money is counted */
#define IN_A_ROW 8              /* failures one after the other, beyond those in flight, that end a job */

/* ---- send ---- */

/* A reply to the same request that stands in the file already, in whatever job. 1: taken from there, 0, -1. */
static int
answer_from_file(struct job *j, struct item *it, struct err *e)
{
  struct request_row known = {0}, *r = &it->row;
  int found = job_store_answered(j->project, r->key, &known, e);

  if (found == 1 && known.reply && known.id != r->id) {
    r->reply = known.reply;
    r->n_reply = known.n_reply;
    known.reply = NULL;
    r->http_status = known.http_status;
    r->cached = true;
    r->tokens_in = r->tokens_out = 0;
    r->cost_usd = 0;
    r->tries = 0;
    r->answered_ms = clock_wall_ms();
    if (job_store_reply(j->project, r, 1, e) < 0)
      found = -1;
    it->state = ITEM_ANSWERED;
    j->funnel.cached++;
    j->funnel.answered += r->wanted;
  } else if (found == 1) {
    found = 0;
  }
  request_row_release(&known);
  return found;
}

/* False if it has to wait, for other replies or for more money. */
static bool
send_one(struct job *j, struct item *it)
{
  struct outgoing o;
  bool fits;

  outgoing_init(&o, &j->blueprint, &it->row);
  it->bound_usd = purse_bound(&j->purse, &j->blueprint.team->recruit.spec, &it->row, &o.request);
  o.request.no_blind_retry = j->purse.budget_usd > 0;
  fits = purse_open(&j->purse, it->bound_usd);
  if (fits) {
    it->row.sent_ms = clock_wall_ms();
    it->state = ITEM_SENT;
    j->n_sent++;
    teacher_start(j->teacher, (uint64_t)(it - j->items), &o.request);
  }
  outgoing_release(&o);
  return fits;
}

static int
send_planned(struct job *j, struct err *e)
{
  size_t most = (size_t)teacher_concurrency(j->teacher) * 2, window = most * 4 + 64;

  /* not too far ahead of the first that is not done: what waits for its turn is held in memory */
  for (; j->next < j->n && j->next < j->head + window && j->n_sent < most; j->next++) {
    struct item *it = &j->items[j->next];
    int found;

    if (it->state != ITEM_PLANNED)
      continue;
    found = answer_from_file(j, it, e);
    if (found < 0)
      return -1;
    if (found == 0 && !send_one(j, it))
      break;
  }
  return 0;
}

/* ---- keep the raw replies ---- */

static void
note_failure(struct job *j, const struct teacher_reply *r)
{
  if (j->failure.code == 0)
    err_set(&j->failure, r->code, "%s", r->error);
  j->funnel.failed++;
  j->unfinished = j->unfinished || r->transient;
  j->failed_in_row++;
  if (j->failed_in_row >= IN_A_ROW + (unsigned)teacher_concurrency(j->teacher) && r->code != ERR_INPUT)
    err_set(&j->fault, r->code, "%u requests in a row failed: %s", j->failed_in_row, r->error);
}

/* No reply that could be paid for came. */
static int
take_failure(struct job *j, struct item *it, const struct teacher_reply *r, struct err *e)
{
  bool again = r->fault == TEACHER_FAULT_LOST && j->purse.budget_usd > 0 && it->n_lost < LOST_MAX;

  if (r->fault == TEACHER_FAULT_CANCELLED || again) {
    it->state = ITEM_PLANNED;
    if (it < &j->items[j->next])
      j->next = (size_t)(it - j->items);
    return 0;
  }
  it->row.http_status = (uint32_t)r->http_status;
  free(it->row.error);
  it->row.error = xstrdup(r->error);
  if (job_store_fail(j->project, &it->row, !r->transient, e) < 0)
    return -1;
  it->state = ITEM_DONE;
  note_failure(j, r);
  if (r->fault == TEACHER_FAULT_TEACHER)
    err_set(&j->fault, r->code, "%s", r->error);
  return 0;
}

static void
take_answer(struct job *j, struct item *it, struct teacher_reply *r)
{
  struct request_row *row = &it->row;

  row->reply = r->body;
  row->n_reply = r->body_size;
  r->body = NULL;
  row->http_status = (uint32_t)r->http_status;
  row->tokens_in = (uint64_t)(r->tokens_in >= 0 ? r->tokens_in : (int64_t)strlen(row->messages) / 4);
  row->tokens_out = (uint64_t)(r->tokens_out >= 0 ? r->tokens_out : (int64_t)row->n_reply / 4);
  row->cost_usd = teacher_cost_usd(&j->blueprint.team->recruit.spec, (int64_t)row->tokens_in, (int64_t)row->tokens_out);
  row->answered_ms = clock_wall_ms();
  it->state = ITEM_ANSWERED;
  j->failed_in_row = 0;
  j->funnel.ok++;
  j->funnel.answered += row->wanted;
  j->funnel.tokens_in += row->tokens_in;
  j->funnel.tokens_out += row->tokens_out;
  j->funnel.cost_usd += row->cost_usd;
}

static int
take_one(struct job *j, struct teacher_reply *r, struct item **answered, struct err *e)
{
  struct item *it = &j->items[r->tag];

  *answered = NULL;
  j->n_sent--;
  it->row.tries += (uint32_t)r->tries;
  it->n_lost += r->n_lost;
  j->funnel.retried += r->tries > 1 ? (uint32_t)r->tries - 1 : 0;
  /* lost tries, and replies that do not say what they took, count at the most they can cost */
  purse_settle(&j->purse, it->bound_usd, r->answered ? r->cost_usd : r->n_lost > 0 ? NAN : 0);
  if (!r->answered)
    return take_failure(j, it, r, e);
  take_answer(j, it, r);
  *answered = it;
  return 0;
}

/* Takes what has come, waiting up to timeout_ms for the first, and writes all of it in one transaction. */
static int
take_replies(struct job *j, int timeout_ms, struct err *e)
{
  struct request_row *rows = NULL;
  size_t n = 0, cap = 0;
  struct teacher_reply *r;
  struct item *it;
  int result = 0;

  while (result == 0 && n < TAKE_BATCH && (r = teacher_take(j->teacher, n == 0 ? timeout_ms : 0))) {
    timeout_ms = 0;
    result = take_one(j, r, &it, e);
    teacher_reply_free(r);
    if (it) {
      GROW(rows, cap, n + 1);
      rows[n++] = it->row;
    }
  }
  if (n > 0 && job_store_reply(j->project, rows, n, result == 0 ? e : NULL) < 0)
    result = -1;
  free(rows);
  return result;
}

/* ---- read, keep ---- */

/* Adds to o what the reply gives, as the job's kind sees it; what cannot be read goes into quarantine as a whole. */
static void
read_reply(struct job *j, struct item *it, struct outcome *o)
{
  struct chat_reply chat;
  struct err why = {0};
  int result = chat_parse(it->row.reply ? it->row.reply : "", it->row.n_reply, &chat, &why);

  if (result == 0)
    result = j->blueprint.kind->read(j, it, &chat, o, &why);
  else if (chat.finish_reason && strcmp(chat.finish_reason, "length") == 0)
    err_prefix(&why, "truncated: ");
  if (result < 0)
    outcome_drop(o, j, it, DROP_PARSE, NULL, why.message, 0);
  chat_reply_release(&chat);
  GROW(o->requests, o->cap_requests, o->n_requests + 1);
  o->requests[o->n_requests++] = it->row.id;
}

/* After it is on disk: the figures, and a line for each text. */
static void
account(struct job *j, const struct outcome *o)
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

static int
keep(struct job *j, struct outcome *o, struct err *e)
{
  struct kept k = {.requests = o->requests, .n_requests = o->n_requests, .change = o->change, .dropped = o->dropped,
                   .n_dropped = o->n_dropped, .votes = o->votes, .n_votes = o->n_votes};
  bool insert = o->change->kind == CHANGE_INSERT;
  uint32_t first_id = 0;
  int result;

  change_summarize(o->change, "%s %zu samples", j->blueprint.kind->name, insert ? o->change->n_samples : o->n_kept);
  result = job_store_keep_all(j->project, &k, &first_id, e);
  if (result == 0)
    filters_kept(j->filters, first_id);
  return result;
}

static int
bring_in(struct job *j, struct item *it, struct err *e)
{
  struct outcome o;
  int result;

  outcome_init(&o, j);
  read_reply(j, it, &o);
  result = keep(j, &o, e);
  if (result == 0) {
    account(j, &o);
    free(it->row.reply);
    it->row.reply = NULL;
    it->state = ITEM_DONE;
  }
  outcome_release(&o);
  return result;
}

/* Those whose turn it is; or all that are there, when nothing more will come. */
static int
bring_in_answered(struct job *j, bool all, struct err *e)
{
  for (size_t i = j->head; i < j->n; i++) {
    struct item *it = &j->items[i];

    if (it->state == ITEM_ANSWERED && bring_in(j, it, e) < 0)
      return -1;
    if (it->state != ITEM_DONE && !all)
      break;
    if (it->state == ITEM_DONE && j->head == i)
      j->head++;
  }
  return 0;
}

/* ---- the end ---- */

static int
end(struct job *j, enum job_state state, int result, struct err *e)
{
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

/* Gives up what is under way, after keeping what has come all the same. */
static int
wind_up(struct job *j, struct err *e)
{
  int result = 0;

  teacher_cancel_all(j->teacher);
  for (int patience = 100; result == 0 && j->n_sent > 0 && patience > 0; patience--)
    result = take_replies(j, 50, e);
  return result == 0 ? bring_in_answered(j, true, e) : result;
}

static int
end_early(struct job *j, enum job_state state, struct err *e, enum err_code code, const char *why)
{
  if (wind_up(j, e) < 0)
    return end(j, JOB_FAILED, -1, e);
  err_set(e, code, "%s", why);
  return end(j, state, -1, e);
}

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
    return end(j, JOB_FAILED, -1, e);
  if (f->failed == 0)
    return end(j, JOB_DONE, 0, e);
  err_set(e, some ? ERR_PARTIAL : j->failure.code, "%u of %u requests failed: %s", f->failed, f->n_requests,
          j->failure.message);
  return end(j, j->unfinished ? JOB_FAILED : JOB_DONE, -1, e);
}

static int
end_out_of_money(struct job *j, struct err *e)
{
  char why[100];

  snprintf(why, sizeof why, "the budget of $%.4g is used up ($%.4g spent)", j->purse.budget_usd, j->purse.spent_usd);
  return end_early(j, JOB_STOPPED, e, ERR_PARTIAL, why);
}

/* What the person wants of the running job. A budget needs prices. */
static void
follow_wishes(struct job *j)
{
  const struct teacher_spec *s = &j->blueprint.team->recruit.spec;
  double budget_usd;
  int in_flight;

  board_wanted(j->board, j->activity, &in_flight, &budget_usd);
  if (in_flight > 0)
    teacher_set_concurrency(j->teacher, in_flight < TEACHER_CONCURRENCY_MAX ? in_flight : TEACHER_CONCURRENCY_MAX);
  if (budget_usd >= 0 && !isnan(s->price_in_usd) && !isnan(s->price_out_usd)) {
    j->purse.budget_usd = budget_usd;
    j->purse.empty = false;
  }
}

int
job_step(struct job *j, int timeout_ms, struct err *e)
{
  bool paused = board_paused(j->board, j->activity);

  if (j->over) {
    if (j->result < 0)
      *e = j->why;
    return j->result;
  }
  if (stop_wanted(j->stop) || stop_wanted(board_stop_flag(j->board, j->activity)))
    return end_early(j, JOB_STOPPED, e, ERR_INTERRUPTED, "stopped; what came is kept (--resume goes on)");
  follow_wishes(j);
  if ((!paused && send_planned(j, e) < 0) || take_replies(j, timeout_ms, e) < 0 || bring_in_answered(j, false, e) < 0)
    return end(j, JOB_FAILED, -1, e);
  show_figures(j, false);
  if (j->fault.code != 0)
    return end_early(j, JOB_FAILED, e, j->funnel.ok > 0 ? ERR_PARTIAL : j->fault.code, j->fault.message);
  if (j->head == j->n)
    return end_all_done(j, e);
  if (j->purse.empty && j->n_sent == 0)
    return end_out_of_money(j, e);
  if (paused && j->n_sent == 0)
    clock_sleep_ms(timeout_ms < 50 ? timeout_ms : 50);
  return 1;
}

/* ---- life ---- */

struct job *
job_new(struct project *p, const struct job_options *options, struct err *e)
{
  struct job *j = xcalloc(1, sizeof *j);

  arena_init(&j->arena);
  j->project = p;
  j->board = project_board(p);
  j->stop = options->stop;
  if (job_begin(j, options, e) < 0) {
    if (j->row.id != 0 && !j->over)
      job_store_set_state(p, j->row.id, JOB_FAILED, e->message, NULL);
    j->over = true;
    job_free(j);
    return NULL;
  }
  if (!j->over)
    show_begin(j);
  return j;
}

void
job_free(struct job *j)
{
  struct err e = {0};

  if (!j)
    return;
  if (!j->over)
    end_early(j, JOB_STOPPED, &e, ERR_INTERRUPTED, "stopped");
  teacher_close(j->teacher);
  filters_free(j->filters);
  for (size_t i = 0; i < j->n; i++)
    request_row_release(&j->items[i].row);
  free(j->items);
  job_row_release(&j->row);
  funnel_release(&j->funnel);
  if (j->blueprint.kind && j->blueprint.kind->close)
    j->blueprint.kind->close(j);
  blueprint_release(&j->blueprint);
  arena_release(&j->arena);
  free(j);
}

uint32_t
job_id(const struct job *j)
{
  return j->row.id;
}

uint32_t
job_activity(const struct job *j)
{
  return j->activity;
}

const struct funnel *
job_status(const struct job *j)
{
  return &j->funnel;
}

bool
job_resumed(const struct job *j)
{
  return j->resumed;
}
