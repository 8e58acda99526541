/* The main way: job_step sends what may be sent (send_planned), takes the replies that have come (job_take_replies),
 * and (job_keep_answered) reads those that are on disk, each in its turn, through the filters; one transaction then
 * writes what they gave into the corpus, and the raw replies that came, which the next step reads. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "generate/work.h"

#define ONCE_SIZE 128
#define TAKE_BATCH 512          /* raw replies written in one transaction, and */
#define KEEP_BATCH 512          /* replies whose texts are kept in it, and */
#define KEEP_BYTES ((size_t)8 << 20)
#define HELD_BYTES ((size_t)64 << 20)  /* replies that wait in memory behind one that does not come */

/* Its reply is here. It is read only when it is on disk. */
static void
came(struct job *j, struct item *it)
{
  GROW(j->fresh, j->cap_fresh, j->n_fresh + 1);
  j->fresh[j->n_fresh++] = (size_t)(it - j->items);
  j->n_held += it->row.n_reply;
  it->state = ITEM_CAME;
}

/* ---- send ---- */

int
job_answer_from_file(struct job *j, struct item *it, struct err *e)
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
    came(j, it);
    j->funnel.cached++;
    j->funnel.answered += r->wanted;
  } else if (found == 1) {
    found = 0;
  }
  request_row_release(&known);
  return found;
}

/* The same for each sending of a request until a reply to it is on disk, whoever kills us meanwhile; another one for a
 * request that is asked again because its reply could not be read. */
static const char *
once_key(const struct job *j, const struct item *it, char out[static ONCE_SIZE])
{
  int n = snprintf(out, ONCE_SIZE, "%.64s-%" PRIx64, it->row.key, (uint64_t)j->row.at_ms);

  if (it->row.answered_ms)
    snprintf(out + n, ONCE_SIZE - (size_t)n, "-%" PRIx64, (uint64_t)it->row.answered_ms);
  return out;
}

/* False if it has to wait, for other replies or for a higher limit. */
static bool
send_one(struct job *j, size_t i)
{
  struct item *it = &j->items[i];
  const struct crew_member *m = &j->crew.members[it->member];
  struct outgoing o;
  char once[ONCE_SIZE];
  bool fits;

  outgoing_init(&o, &j->blueprint, &it->row);
  o.request.idempotency_key = once_key(j, it, once);
  it->bound = purse_bound(&j->purse, &m->who->recruit.spec, &it->row, crew_room(&j->crew, it->member), &o.request);
  fits = purse_open(&j->purse, &it->bound);
  if (fits) {
    it->row.sent_ms = clock_wall_ms();
    it->state = ITEM_SENT;
    show_stream(j, i, &o.request);
    crew_start(&j->crew, it->member, i, &o.request);
  }
  outgoing_release(&o);
  return fits;
}

/* 1: nothing more may be sent now, 0, -1. */
static int
send_to(struct job *j, size_t member, struct err *e)
{
  struct crew_member *m = &j->crew.members[member];

  for (; m->next < j->n && j->n_held < HELD_BYTES && j->n_fresh < TAKE_BATCH; m->next++) {
    struct item *it = &j->items[m->next];
    int found;

    if (it->state != ITEM_PLANNED || it->member != member)
      continue;
    found = job_answer_from_file(j, it, e);
    if (found < 0)
      return -1;
    if (found > 0)
      continue;
    if (m->why.code != 0) {
      if (!unanswered_hand_on(j, m->next))
        count_failure(j, it, &m->why, false);  /* on disk it stays planned */
    } else if (crew_room(&j->crew, member) == 0) {
      return 0;
    } else if (!send_one(j, m->next)) {
      return 1;
    }
  }
  return 0;
}

static int
send_planned(struct job *j, struct err *e)
{
  int result = 0;

  for (size_t i = 0; result == 0 && i < j->crew.n; i++)
    result = send_to(j, i, e);
  return result < 0 ? -1 : 0;
}

/* ---- keep the raw replies ---- */

static void
take_answer(struct job *j, struct item *it, struct teacher_reply *r)
{
  it->row.reply = r->body;
  it->row.n_reply = r->body_size;
  it->content = r->content;
  it->finish_reason = r->finish_reason;
  r->body = r->content = r->finish_reason = NULL;
  count_answer(j, it, r->http_status, r->tokens_in, r->tokens_out, 1);
  came(j, it);
}

static int
take_one(struct job *j, struct teacher_reply *r, struct err *e)
{
  struct item *it = &j->items[r->tag];

  show_streamed(j, r->tag);
  count_tries(j, it, r);
  count_cost(j, it, r);
  if (!r->answered)
    return unanswered_take(j, (size_t)r->tag, r, e);
  take_answer(j, it, r);
  return 0;
}

/* Takes what has come, waiting up to timeout_ms for the first. */
int
job_take_replies(struct job *j, int timeout_ms, struct err *e)
{
  struct teacher_reply *r;
  int result = 0;

  while (result == 0 && j->n_fresh < TAKE_BATCH && (r = crew_take(&j->crew, timeout_ms))) {
    timeout_ms = 0;
    result = take_one(j, r, e);
    teacher_reply_free(r);
  }
  return result;
}

/* ---- read, keep ---- */

/* What an earlier run or a batch left by the thousand is not held in memory until its turn comes. */
static int
body_from_file(struct job *j, struct item *it, struct err *e)
{
  struct request_row row = {0};
  int result = job_store_request(j->project, it->row.id, &row, e);

  if (result == 0) {
    it->row.reply = row.reply ? row.reply : xstrdup("");
    it->row.n_reply = row.n_reply;
    j->n_held += row.n_reply;
    row.reply = NULL;
  }
  request_row_release(&row);
  return result;
}

/* The teacher has looked into the reply already; what is read again is what it did not tell: the tokens, or why there
 * is no content. */
static int
open_reply(struct job *j, struct item *it, struct chat_reply *chat, struct err *e)
{
  if (it->content && !j->blueprint.kind->wants_tokens) {
    *chat = (struct chat_reply){.content = it->content, .finish_reason = it->finish_reason};
    it->content = it->finish_reason = NULL;
    return 0;
  }
  return chat_parse(it->row.reply, it->row.n_reply, chat, e);
}

/* Adds to o what the reply gives, as the job's kind sees it; what cannot be read goes into quarantine as a whole. */
static void
read_reply(struct job *j, struct item *it, struct outcome *o)
{
  struct chat_reply chat;
  struct err why = {0};
  int result = open_reply(j, it, &chat, &why);

  if (result == 0)
    result = j->blueprint.kind->read(j, it, &chat, o, &why);
  else if (chat.finish_reason && strcmp(chat.finish_reason, "length") == 0)
    err_prefix(&why, "truncated: ");
  if (result < 0)
    outcome_drop(o, j, it, DROP_PARSE, NULL, why.message, 0);
  if (result < 0)
    err_set(&j->trouble, ERR_FAIL, "%s", why.message);
  if (!it->row.cached)
    breaker_note(&j->breaker, result < 0);
  chat_reply_release(&chat);
  GROW(o->requests, o->cap_requests, o->n_requests + 1);
  o->requests[o->n_requests++] = it->row.id;
}

/* How many samples it makes, or gives other labels. */
static size_t
count_samples(const struct change *ch)
{
  size_t n = ch->n_samples;

  for (size_t i = 0; i < ch->n_rows; i++)
    n += ch->rows[i].field == FIELD_LABELS;
  return n;
}

/* One transaction: the raw replies that came, and what became of others, which have been on disk before. */
static int
write_turn(struct job *j, const struct outcome *o, uint32_t *first_id, struct err *e)
{
  struct kept kept = {.requests = o->requests, .n_requests = o->n_requests, .change = o->change,
                      .dropped = o->dropped, .n_dropped = o->n_dropped, .votes = o->votes, .n_votes = o->n_votes};
  struct request_row *rows = xcalloc(j->n_fresh + 1, sizeof *rows);
  int result;

  for (size_t i = 0; i < j->n_fresh; i++)
    rows[i] = j->items[j->fresh[i]].row;
  result = job_store_turn(j->project, rows, j->n_fresh, &kept, first_id, e);
  for (size_t i = 0; result == 0 && i < j->n_fresh; i++)
    j->items[j->fresh[i]].state = ITEM_ANSWERED;
  if (result == 0)
    j->n_fresh = 0;
  free(rows);
  return result;
}

static void
done_with(struct job *j, struct item *it)
{
  j->n_held -= it->row.n_reply < j->n_held ? it->row.n_reply : j->n_held;
  free(it->row.reply);
  free(it->content);
  free(it->finish_reason);
  it->row.reply = it->content = it->finish_reason = NULL;
  it->row.n_reply = 0;
  it->state = ITEM_DONE;
}

/* Reads what is on disk, in its turn, from *at on, as much as makes a transaction; writes what it gave, and what came
 * meanwhile. */
static int
keep_some(struct job *j, size_t *at, bool all, struct err *e)
{
  size_t from = *at, i = from, bytes = 0;
  uint32_t first_id = 0;
  struct outcome o;
  int result = 0;

  outcome_init(&o, j);
  for (; i < j->n && o.n_requests < KEEP_BATCH && bytes < KEEP_BYTES; i++) {
    struct item *it = &j->items[i];

    if (it->state == ITEM_ANSWERED) {
      if (!it->row.reply && body_from_file(j, it, e) < 0) {
        outcome_release(&o);
        return -1;
      }
      bytes += it->row.n_reply;
      read_reply(j, it, &o);
    } else if (it->state != ITEM_DONE && !all) {
      break;
    }
  }
  change_summarize(o.change, "%s %zu samples", j->blueprint.kind->name, count_samples(o.change));
  for (size_t k = from; k < i; k++)  /* before others become so */
    if (j->items[k].state == ITEM_ANSWERED)
      done_with(j, &j->items[k]);
  if (o.n_requests > 0 || j->n_fresh > 0)
    result = write_turn(j, &o, &first_id, e);
  if (result == 0) {
    if (j->filters)
      filters_kept(j->filters, first_id);
    count_outcome(j, &o);
  }
  outcome_release(&o);
  *at = i;
  return result;
}

/* The first that is on disk and not read, or n. */
static size_t
next_answered(const struct job *j)
{
  size_t i = j->head;

  while (i < j->n && j->items[i].state != ITEM_ANSWERED)
    i++;
  return i;
}

int
job_keep_answered(struct job *j, bool all, struct err *e)
{
  size_t at = j->head;

  do {
    if (keep_some(j, &at, all, e) < 0)
      return -1;
    if (all && at == j->n && next_answered(j) < j->n)
      at = next_answered(j);
  } while (all && at < j->n);
  while (j->head < j->n && j->items[j->head].state == ITEM_DONE)
    j->head++;
  return 0;
}

void
job_save(struct job *j)
{
  static const struct outcome nothing;

  if (j->n_fresh > 0)
    write_turn(j, &nothing, NULL, NULL);
}

/* ---- a step ---- */

/* Hands in, polls, collects. 1: go on; 0, -1: it is over, as j says. */
static int
step_batches(struct job *j, int timeout_ms, struct err *e)
{
  int stand = batch_step(j, timeout_ms, e);

  if (stand >= 0 && job_keep_answered(j, false, e) < 0)
    stand = -1;
  if (stand < 0 && e->code == ERR_INTERRUPTED)  /* the wish is seen again before the next step */
    return 1;
  if (stand < 0)
    return end_failed(j, e);
  return stand == BATCH_LEFT ? end_left(j, e) : 1;
}

int
job_step(struct job *j, int timeout_ms, struct err *e)
{
  bool paused = board_paused(j->board, j->activity);
  int going;

  if (j->over) {
    if (j->result < 0)
      *e = j->why;
    return j->result;
  }
  show_wishes(j);
  end_watch(j);
  if (j->batching && !paused && !end_begun(j)) {
    going = step_batches(j, timeout_ms, e);
    if (going <= 0)
      return going;
    timeout_ms = 0;
  }
  if (j->head < j->n && j->items[j->head].state == ITEM_ANSWERED)
    timeout_ms = 0;  /* there is something to read */
  if ((!paused && !j->batching && !end_begun(j) && send_planned(j, e) < 0) || job_take_replies(j, timeout_ms, e) < 0 ||
      job_keep_answered(j, false, e) < 0)
    return end_failed(j, e);
  show_figures(j, false);
  if (paused && crew_n_sent(&j->crew) == 0)
    clock_sleep_ms(timeout_ms < 50 ? timeout_ms : 50);
  return end_check(j, e);
}
