/* request_store.c: the requests of jobs, their raw replies, and what was dropped; declared in job_store.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/record.h"
#include "store/job_store.h"

const char *const request_state_names[N_REQUEST_STATES] = {"planned", "answered", "parsed", "failed"};

#define REQUEST_COLUMNS "id, job, key, label, attributes, wanted, messages, params, state, tries, http_status, error," \
  " tokens_in, tokens_out, cost_usd, cached, sent_ms, answered_ms"

void
request_row_release(struct request_row *row)
{
  free(row->key);
  free(row->attributes);
  free(row->messages);
  free(row->params);
  free(row->error);
  free(row->reply);
  *row = (struct request_row){0};
}

/* No label is NULL in the file, for people who read it. */
static int64_t
label_number(uint16_t label)
{
  return label;
}

static uint16_t
col_label(sqlite3_stmt *s, int i)
{
  return sqlite3_column_type(s, i) == SQLITE_NULL ? LABEL_NONE : (uint16_t)col_u32(s, i);
}

/* The reply is there if the query asks for it. */
static void
read_request(struct project *p, sqlite3_stmt *s, void *out)
{
  struct request_row *row = out;

  (void)p;
  *row = (struct request_row){
    .id = col_u32(s, 0),
    .job_id = col_u32(s, 1),
    .key = col_text(s, 2),
    .label = col_label(s, 3),
    .attributes = col_text(s, 4),
    .wanted = col_u32(s, 5),
    .messages = col_text(s, 6),
    .params = col_text(s, 7),
    .state = col_u32(s, 8) % N_REQUEST_STATES,
    .tries = col_u32(s, 9),
    .http_status = col_u32(s, 10),
    .error = col_text(s, 11),
    .tokens_in = (uint64_t)sqlite3_column_int64(s, 12),
    .tokens_out = (uint64_t)sqlite3_column_int64(s, 13),
    .cost_usd = col_double(s, 14),
    .cached = col_u32(s, 15) != 0,
    .sent_ms = sqlite3_column_int64(s, 16),
    .answered_ms = sqlite3_column_int64(s, 17),
  };
  if (sqlite3_column_count(s) > 18)
    row->reply = col_blob(s, 18, &row->n_reply);
}

static void
release(void *row)
{
  request_row_release(row);
}

static const struct record requests = {sizeof(struct request_row), read_request, release};

void
request_rows_free(struct request_row *rows, size_t n)
{
  record_free(&requests, rows, n);
}

struct batch {
  uint32_t job_id;
  struct request_row *rows;
  const struct request_row *replies;
  size_t n;
  bool for_good;
};

static int
plan_work(struct project *p, void *arg, struct err *e)
{
  static const char sql[] = "INSERT INTO request (job, key, label, attributes, wanted, messages, params, state)"
                            " VALUES (?, ?, nullif(?, 65535), ?, ?, ?, ?, 0)";
  struct batch *b = arg;

  for (size_t i = 0; i < b->n; i++) {
    struct request_row *r = &b->rows[i];

    if (db_run(&p->db, e, sql, "utitutt", b->job_id, or_empty(r->key), label_number(r->label), or_empty(r->attributes),
               r->wanted, or_empty(r->messages), r->params ? r->params : "{}"))
      return -1;
    r->id = (uint32_t)sqlite3_last_insert_rowid(p->db.h);
    r->job_id = b->job_id;
    r->state = REQUEST_PLANNED;
  }
  return 0;
}

int
job_store_plan(struct project *p, uint32_t job_id, struct request_row *rows, size_t n, struct err *e)
{
  struct batch b = {.job_id = job_id, .rows = rows, .n = n};

  return n ? project_record(p, plan_work, &b, e) : 0;
}

int
job_store_requests(struct project *p, uint32_t job_id, int state, bool with_reply, struct request_row **rows, size_t *n,
                   struct err *e)
{
  static const char plain[] = "SELECT " REQUEST_COLUMNS " FROM request WHERE job=?1 AND (?2<0 OR state=?2) ORDER BY id";
  static const char full[] =
    "SELECT " REQUEST_COLUMNS ", reply FROM request WHERE job=?1 AND (?2<0 OR state=?2) ORDER BY id";

  return record_list(p, &requests, rows, n, e, with_reply ? full : plain, "ui", job_id, (int64_t)state);
}

int
job_store_request(struct project *p, uint32_t id, struct request_row *row, struct err *e)
{
  static const char sql[] = "SELECT " REQUEST_COLUMNS ", reply FROM request WHERE id=?";
  int rc = record_get(p, &requests, row, e, sql, "u", id);

  return rc > 0 ? 0 : rc < 0 ? -1 : err_set(e, ERR_INPUT, "there is no request %u", id);
}

int
job_store_answered(struct project *p, const char *key, struct request_row *row, struct err *e)
{
  static const char sql[] = "SELECT " REQUEST_COLUMNS ", reply FROM request WHERE key=? AND state IN (1, 2)"
                            " AND NOT unparsable AND reply IS NOT NULL ORDER BY id LIMIT 1";

  return record_get(p, &requests, row, e, sql, "t", key);
}

static int
reply_work(struct project *p, void *arg, struct err *e)
{
  static const char sql[] = "UPDATE request SET state=1, reply=?2, http_status=?3, tries=?4, tokens_in=?5,"
                            " tokens_out=?6, cost_usd=?7, cached=?8, sent_ms=?9, answered_ms=?10, error='',"
                            " unparsable=0 WHERE id=?1";
  const struct batch *b = arg;

  for (size_t i = 0; i < b->n; i++) {
    const struct request_row *r = &b->replies[i];

    if (db_run(&p->db, e, sql, "ubuuiiduii", r->id, (const void *)or_empty(r->reply), r->n_reply, r->http_status,
               r->tries, (int64_t)r->tokens_in, (int64_t)r->tokens_out, r->cost_usd, (uint32_t)r->cached, r->sent_ms,
               r->answered_ms))
      return -1;
    if (!sqlite3_changes(p->db.h))
      return err_set(e, ERR_INPUT, "there is no request %u", r->id);
  }
  return 0;
}

int
job_store_reply(struct project *p, const struct request_row *rows, size_t n, struct err *e)
{
  struct batch b = {.replies = rows, .n = n};

  return n ? project_record(p, reply_work, &b, e) : 0;
}

static int
fail_work(struct project *p, void *arg, struct err *e)
{
  const struct batch *b = arg;
  const struct request_row *r = b->replies;

  return db_run(&p->db, e,
                "UPDATE request SET state=?2, http_status=?3, tries=?4, error=?5 WHERE id=?1 AND state IN (0, 3)",
                "uuuut", r->id, (uint32_t)(b->for_good ? REQUEST_FAILED : REQUEST_PLANNED), r->http_status, r->tries,
                or_empty(r->error));
}

int
job_store_fail(struct project *p, const struct request_row *row, bool for_good, struct err *e)
{
  struct batch b = {.replies = row, .n = 1, .for_good = for_good};

  return project_record(p, fail_work, &b, e);
}

/* ---- keeping what one reply gave ---- */

struct keep {
  uint32_t request_id;
  const struct change *ch;
  const struct dropped_row *dropped;
  size_t n_dropped;
  uint32_t entry, first_id;    /* in the log, of the new samples */
};

/* Marks the request parsed; its whole reply may be in the quarantine. */
static int
mark_parsed(struct project *p, const struct keep *k, struct err *e)
{
  bool unparsable = false;

  for (size_t i = 0; i < k->n_dropped; i++)
    unparsable |= !k->dropped[i].text;
  if (db_run(&p->db, e, "UPDATE request SET state=2, unparsable=?2 WHERE id=?1 AND state=1", "uu", k->request_id,
             (uint32_t)unparsable))
    return -1;
  return sqlite3_changes(p->db.h)
           ? 0
           : err_set(e, ERR_FAIL, "request %u is not waiting to be parsed (does another program work on this job?)",
                     k->request_id);
}

static int
write_dropped(struct project *p, const struct keep *k, struct err *e)
{
  static const char sql[] =
    "INSERT INTO dropped (job, request, label, attributes, text, text2, reason, detail, of_sample)"
    " SELECT job, id, nullif(?2, 65535), ?3, ?4, ?5, ?6, ?7, ?8 FROM request WHERE id=?1";

  for (size_t i = 0; i < k->n_dropped; i++) {
    const struct dropped_row *d = &k->dropped[i];

    if (db_run(&p->db, e, sql, "uitttttu", k->request_id, label_number(d->label), or_empty(d->attributes), d->text,
               d->text2, or_empty(d->reason), or_empty(d->detail), d->of_id))
      return -1;
  }
  return 0;
}

static int
keep_work(struct project *p, void *arg, struct err *e)
{
  struct keep *k = arg;

  if (mark_parsed(p, k, e) || write_dropped(p, k, e))
    return -1;
  if (!k->ch || (!k->ch->n_samples && !k->ch->n_rows))
    return 0;
  if (row_check(p, k->ch, e))
    return -1;
  return k->ch->kind == CHANGE_INSERT ? row_write_insert(p, k->ch, &k->entry, &k->first_id, e)
                                      : row_write_set(p, k->ch, &k->entry, e);
}

static void
keep_after(struct project *p, void *arg)
{
  struct keep *k = arg;

  if (!k->entry)
    return;
  history_note(&p->history, k->entry, k->ch->kind, 0, k->ch->actor);
  p->seen = k->entry;
  if (k->ch->kind == CHANGE_INSERT)
    writer_show(p, k->ch->samples, k->ch->n_samples);
  else
    writer_apply(p, k->ch);
}

static int
keep(struct project *p, struct keep *k, struct err *e)
{
  int rc = project_call(p, keep_work, keep_after, k, e);

  if (rc >= 0) {
    atomic_fetch_add(&p->records_revision, 1);
    corpus_touch(p->corpus);
  }
  return rc;
}

int
job_store_keep(struct project *p, uint32_t request_id, const struct change *ch, const struct dropped_row *dropped,
               size_t n_dropped, uint32_t *first_id, struct err *e)
{
  struct keep k = {.request_id = request_id, .ch = ch, .dropped = dropped, .n_dropped = n_dropped};
  int rc;

  ensure(!ch || ch->kind == CHANGE_INSERT);
  rc = keep(p, &k, e);
  if (first_id)
    *first_id = k.first_id;
  return rc;
}

int
job_store_keep_set(struct project *p, uint32_t request_id, const struct change *ch, const struct dropped_row *dropped,
                   size_t n_dropped, struct err *e)
{
  struct keep k = {.request_id = request_id, .ch = ch, .dropped = dropped, .n_dropped = n_dropped};

  ensure(!ch || ch->kind == CHANGE_SET);
  return keep(p, &k, e);
}

/* ---- what was dropped ---- */

void
dropped_row_release(struct dropped_row *row)
{
  free(row->attributes);
  free(row->text);
  free(row->text2);
  free(row->reason);
  free(row->detail);
  *row = (struct dropped_row){0};
}

static void
read_dropped(struct project *p, sqlite3_stmt *s, void *out)
{
  (void)p;
  *(struct dropped_row *)out = (struct dropped_row){
    .id = col_u32(s, 0),
    .job_id = col_u32(s, 1),
    .request_id = col_u32(s, 2),
    .label = col_label(s, 3),
    .attributes = col_text(s, 4),
    .text = col_text_or_null(s, 5),
    .text2 = col_text_or_null(s, 6),
    .reason = col_text(s, 7),
    .detail = col_text(s, 8),
    .of_id = col_u32(s, 9),
  };
}

static void
release_dropped(void *row)
{
  dropped_row_release(row);
}

static const struct record dropped_kind = {sizeof(struct dropped_row), read_dropped, release_dropped};

void
dropped_rows_free(struct dropped_row *rows, size_t n)
{
  record_free(&dropped_kind, rows, n);
}

int
job_store_dropped(struct project *p, uint32_t job_id, const char *reason, struct dropped_row **rows, size_t *n,
                  struct err *e)
{
  static const char sql[] =
    "SELECT id, job, request, label, attributes, text, text2, reason, detail, of_sample FROM dropped"
    " WHERE (?1=0 OR job=?1) AND (?2 IS NULL OR reason=?2) ORDER BY id";

  return record_list(p, &dropped_kind, rows, n, e, sql, "ut", job_id, reason);
}
