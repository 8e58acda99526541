#include "generate/collect.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "generate/work.h"
#include "teacher/dialect.h"

#define AT_ONCE 256              /* replies written in one transaction */

/* Rows that are not yet on disk. */
struct pile {
  struct request_row *rows;
  size_t n, cap;
};
struct collecting {
  struct job *j;
  const struct batch_row *row;
  struct batches *client;
  struct pile answered, failed, put_off;   /* put off: they may succeed at another time */
  unsigned refused;              /* members that the endpoint does not take (teacher/dialect.h), as lines said */
};

static int
pile_on(struct pile *p, const struct item *it)
{
  GROW(p->rows, p->cap, p->n + 1);
  p->rows[p->n++] = it->row;
  return p->n >= AT_ONCE;
}

/* Writes what has come. The bodies are read from the file again when their turn comes: a batch has fifty thousand. */
static int
flush(struct collecting *c, struct err *e)
{
  struct project *p = c->j->project;
  int result = job_store_reply(p, c->answered.rows, c->answered.n, e);

  for (size_t i = 0; i < c->answered.n; i++)
    free(c->answered.rows[i].reply);  /* the item does not hold it */
  if (result == 0)
    result = job_store_fail_all(p, c->failed.rows, c->failed.n, true, e);
  if (result == 0)
    result = job_store_fail_all(p, c->put_off.rows, c->put_off.n, false, e);
  c->answered.n = c->failed.n = c->put_off.n = 0;
  return result;
}

static struct item *
find_item(struct job *j, const struct batch_row *row, const char *custom_id)
{
  uint32_t id = *custom_id == 'r' ? (uint32_t)strtoul(custom_id + 1, NULL, 10) : 0;
  size_t from = 0, to = j->n;

  while (from < to) {
    size_t middle = from + (to - from) / 2;

    if (j->items[middle].row.id < id)
      from = middle + 1;
    else
      to = middle;
  }
  return from < j->n && j->items[from].row.id == id && j->items[from].row.batch_id == row->id &&
         j->items[from].state == ITEM_SENT ? &j->items[from] : NULL;
}

static void
take_body(struct job *j, struct item *it, const struct batches_result *r)
{
  struct request_row *row = &it->row;
  struct cost cost = {.usd = NAN, .tokens = NAN, .requests = 1};
  struct chat_reply chat;
  struct err ignored = {0};

  chat_parse(r->body, r->n_body, &chat, &ignored);
  if (chat.tokens_in >= 0 && chat.tokens_out >= 0) {
    cost.usd = teacher_batch_cost_usd(&j->crew.members[it->member].who->recruit.spec, chat.tokens_in, chat.tokens_out);
    cost.tokens = (double)(chat.tokens_in + chat.tokens_out);
  }
  row->reply = xstrndup(r->body, r->n_body);
  row->n_reply = r->n_body;
  row->tries++;
  row->batch_id = 0;
  purse_settle(&j->purse, &it->bound, &cost);
  count_answer(j, it, r->http_status, chat.tokens_in, chat.tokens_out, TEACHER_BATCH_PRICE);
  it->state = ITEM_ANSWERED;
  chat_reply_release(&chat);
}

/* It failed, for good or for this time. */
static int
fail_item(struct collecting *c, struct item *it, int http_status, const char *why, bool for_good, struct err *e)
{
  struct job *j = c->j;
  struct err failure;

  it->row.http_status = (uint32_t)http_status;
  it->row.batch_id = 0;
  it->row.tries += http_status != 0;
  free(it->row.error);
  it->row.error = xstrdup(why);
  purse_settle(&j->purse, &it->bound, &(struct cost){.requests = http_status ? 1 : 0});
  err_set(&failure, ERR_FAIL, "%s", why);
  count_failure(j, it, &failure, for_good);
  return pile_on(for_good ? &c->failed : &c->put_off, it) ? flush(c, e) : 0;
}

/* True for a line that failed for a member which the endpoint does not take: without it, it may succeed. A schema is
 * not such: it may have been this one. */
static bool
refuses_member(struct collecting *c, const struct item *it, const struct batches_result *r)
{
  struct job *j = c->j;
  struct outgoing o;
  unsigned refused;

  outgoing_init(&o, &j->blueprint, &it->row);
  purse_bound(&j->purse, &j->crew.members[it->member].who->recruit.spec, &it->row, 1, &o.request);
  refused = batches_refusal(c->client, &o.request, 0, r) & ~(unsigned)REFUSED_SCHEMA;
  outgoing_release(&o);
  c->refused |= refused;
  return refused != 0;
}

static int
take_result(void *to, const struct batches_result *r, struct err *e)
{
  struct collecting *c = to;
  struct item *it = find_item(c->j, c->row, r->custom_id);
  bool busy = r->http_status == 0 || r->http_status == 408 || r->http_status == 429 || r->http_status >= 500;
  bool enough;

  if (!it)
    return 0;
  if (*r->error)
    return fail_item(c, it, r->http_status, r->error, !busy && !refuses_member(c, it, r), e);
  take_body(c->j, it, r);
  enough = pile_on(&c->answered, it);
  it->row.reply = NULL;
  it->row.n_reply = 0;
  return enough ? flush(c, e) : 0;
}

/* Those of which no word came. */
static int
let_go(struct collecting *c, const char *why, struct err *e)
{
  struct job *j = c->j;

  for (size_t i = 0; i < j->n; i++)
    if (j->items[i].state == ITEM_SENT && j->items[i].row.batch_id == c->row->id &&
        fail_item(c, &j->items[i], 0, why, false, e) < 0)
      return -1;
  return flush(c, e);
}

int
collect_batch(struct job *j, struct batch_row *row, struct batches *client, const struct batches_view *v,
              struct err *e)
{
  struct collecting c = {.j = j, .row = row, .client = client};
  bool refused = v->status == BATCHES_FAILED;
  int result = 0;

  if (v->output_file)
    result = batches_download(client, v->output_file, take_result, &c, e);
  if (result >= 0 && v->error_file)
    result = batches_download(client, v->error_file, take_result, &c, e);
  if (result >= 0 && c.refused)
    recruit_learn(j->project, row->teacher_id, c.refused, NULL);
  if (result >= 0)
    result = let_go(&c, *row->message ? row->message : "the batch has no reply to it", e);
  else
    flush(&c, NULL);
  free(c.answered.rows);
  free(c.failed.rows);
  free(c.put_off.rows);
  if (result < 0)
    return -1;
  row->state = refused ? BATCH_FAILED : BATCH_COLLECTED;
  return job_store_batch_set(j->project, row, e);
}
