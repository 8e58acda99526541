/* request_store.c: the requests of jobs and their raw replies, declared in job_store.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/job_store.h"
#include "store/record.h"

const char *const request_state_names[N_REQUEST_STATES] = {"planned", "answered", "parsed", "failed"};

#define REQUEST_COLUMNS "id, job, key, label, attributes, wanted, messages, params, state, tries, http_status, error," \
  " tokens_in, tokens_out, cost_usd, cached, sent_ms, answered_ms, teacher, subjects, batch"
#define N_COLUMNS 21
#define FROM " FROM request LEFT JOIN prompt ON prompt.request = request.id "
#define FROM_WITH_REPLY FROM "LEFT JOIN reply ON reply.request = request.id "

void
request_row_release(struct request_row *row)
{
  free(row->key);
  free(row->attributes);
  free(row->subjects);
  free(row->messages);
  free(row->params);
  free(row->error);
  free(row->reply);
  *row = (struct request_row){0};
}

/* ---- reading ---- */

/* "3,17". */
static uint32_t *
read_subjects(const char *s, size_t *n)
{
  uint32_t *ids = NULL;
  size_t cap = 0;
  char *end;

  *n = 0;
  for (; s && *s; s = *end == ',' ? end + 1 : end) {
    unsigned long id = strtoul(s, &end, 10);

    if (end == s)
      break;
    GROW(ids, cap, *n + 1);
    ids[(*n)++] = (uint32_t)id;
  }
  return ids;
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
    .teacher_id = col_u32(s, 18),
    .batch_id = col_u32(s, 20),
  };
  row->subjects = read_subjects((const char *)sqlite3_column_text(s, 19), &row->n_subjects);
  if (sqlite3_column_count(s) > N_COLUMNS)
    row->reply = col_blob(s, N_COLUMNS, &row->n_reply);
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

int
job_store_requests(struct project *p, uint32_t job_id, int state, bool with_reply, struct request_row **rows, size_t *n,
                   struct err *e)
{
#define WHERE_JOB "WHERE job=?1 AND (?2<0 OR state=?2) ORDER BY id"
  static const char plain[] = "SELECT " REQUEST_COLUMNS FROM WHERE_JOB;
  static const char full[] = "SELECT " REQUEST_COLUMNS ", body" FROM_WITH_REPLY WHERE_JOB;
#undef WHERE_JOB

  return record_list(p, &requests, rows, n, e, with_reply ? full : plain, "ui", job_id, (int64_t)state);
}

int
job_store_request(struct project *p, uint32_t id, struct request_row *row, struct err *e)
{
  static const char sql[] = "SELECT " REQUEST_COLUMNS ", body" FROM_WITH_REPLY "WHERE id=?";
  int rc = record_get(p, &requests, row, e, sql, "u", id);

  return rc > 0 ? 0 : rc < 0 ? -1 : err_set(e, ERR_INPUT, "there is no request %u", id);
}

int
request_answering(struct project *p, uint32_t id, const char *key, struct request_row *row, struct err *e)
{
  static const char sql[] = "SELECT " REQUEST_COLUMNS ", body" FROM_WITH_REPLY
    "WHERE id=? AND key=? AND state IN (1, 2) AND NOT unparsable AND body IS NOT NULL";

  return record_get(p, &requests, row, e, sql, "ut", id, key);
}

/* ---- planning ---- */

struct plan {
  const struct job_row *job;   /* to be added first; NULL: it is there */
  uint32_t job_id;
  struct request_row *rows;
  size_t n;
};

static void
subjects_text(struct buf *b, const struct request_row *r)
{
  buf_clear(b);
  for (size_t i = 0; i < r->n_subjects; i++)
    buf_addf(b, "%s%u", i ? "," : "", r->subjects[i]);
}

static int
plan_work(struct project *p, void *arg, struct err *e)
{
  static const char sql[] =
    "INSERT INTO request (job, key, label, attributes, wanted, params, state, teacher, subjects)"
    " VALUES (?, ?, nullif(?, 65535), ?, ?, ?, 0, ?, ?)";
  struct plan *plan = arg;
  struct buf subjects = BUF_INIT;
  int rc = answered_refresh(p, e);

  if (!rc && plan->job)
    rc = job_write(p, plan->job, &plan->job_id, e);
  for (size_t i = 0; i < plan->n && !rc; i++) {
    struct request_row *r = &plan->rows[i];

    subjects_text(&subjects, r);
    rc = db_run(&p->db, e, sql, "utututut", plan->job_id, or_empty(r->key), (uint32_t)r->label,
                or_empty(r->attributes), r->wanted, or_object(r->params), r->teacher_id, buf_str(&subjects));
    r->id = (uint32_t)sqlite3_last_insert_rowid(p->db.h);
    r->job_id = plan->job_id;
    r->state = REQUEST_PLANNED;
    if (!rc)
      rc = db_run(&p->db, e, "INSERT INTO prompt (request, messages) VALUES (?, ?)", "ut", r->id,
                  or_empty(r->messages));
  }
  buf_release(&subjects);
  return rc;
}

int
job_store_plan(struct project *p, uint32_t job_id, struct request_row *rows, size_t n, struct err *e)
{
  struct plan plan = {.job_id = job_id, .rows = rows, .n = n};

  return n ? project_record(p, plan_work, &plan, e) : 0;
}

int
job_store_begin(struct project *p, const struct job_row *row, struct request_row *rows, size_t n, uint32_t *id,
                struct err *e)
{
  struct plan plan = {.job = row, .rows = rows, .n = n};
  int rc = project_record(p, plan_work, &plan, e);

  *id = rc < 0 ? 0 : plan.job_id;
  return rc;
}

/* ---- answers ---- */

static int
write_reply(struct project *p, const struct request_row *r, struct err *e)
{
  static const char state_sql[] = "UPDATE request SET state=1, http_status=?2, tries=?3, tokens_in=?4, tokens_out=?5,"
                                  " cost_usd=?6, cached=?7, sent_ms=?8, answered_ms=?9, teacher=ifnull(?10, teacher),"
                                  " error='', unparsable=0, batch=0 WHERE id=?1";
  static const char key_sql[] = "UPDATE request SET key=?2 WHERE id=?1";  /* the index is dear: only where it must be */
  static const char unread_sql[] = "DELETE FROM dropped WHERE job=(SELECT job FROM request WHERE id=?1)"
                                   " AND (reason='parse' AND text IS NULL OR reason='label') AND request=?1";
  static const char unsay_sql[] = "DELETE FROM vote WHERE request=?1";
  static const char body_sql[] = "INSERT INTO reply (request, body) VALUES (?, ?)"
                                 " ON CONFLICT DO UPDATE SET body = excluded.body";

  if (db_run(&p->db, e, state_sql, "uuuiiduiiz", r->id, r->http_status, r->tries, (int64_t)r->tokens_in,
             (int64_t)r->tokens_out, r->cost_usd, (uint32_t)r->cached, r->sent_ms, r->answered_ms, r->teacher_id))
    return -1;
  if (!sqlite3_changes(p->db.h))
    return err_set(e, ERR_INPUT, "there is no request %u", r->id);
  if (r->rekeyed && db_run(&p->db, e, key_sql, "ut", r->id, r->key))
    return -1;
  if (r->state == REQUEST_PARSED &&
      (db_run(&p->db, e, unread_sql, "u", r->id) || db_run(&p->db, e, unsay_sql, "u", r->id)))
    return -1;
  return db_run(&p->db, e, body_sql, "ub", r->id, (const void *)or_empty(r->reply), r->n_reply);
}

int
reply_work(struct project *p, void *arg, struct err *e)
{
  const struct replies *in = arg;

  for (size_t i = 0; i < in->n; i++)
    if (write_reply(p, &in->rows[i], e) || answered_hash(p, &in->rows[i], &in->hashes[i], e))
      return -1;
  return 0;
}

void
reply_after(struct project *p, void *arg)
{
  const struct replies *in = arg;

  for (size_t i = 0; i < in->n; i++)
    answered_note(p, in->hashes[i], in->rows[i].id, true);
}

int
job_store_reply(struct project *p, const struct request_row *rows, size_t n, struct err *e)
{
  struct replies in = {rows, n, xcalloc(n + 1, sizeof *in.hashes)};
  int rc = n ? project_call(p, reply_work, reply_after, &in, e) : 0;

  if (n && rc >= 0)
    project_touch(p);
  free(in.hashes);
  return rc;
}

struct failures {
  const struct request_row *rows;
  size_t n;
  bool for_good;
};

static int
fail_work(struct project *p, void *arg, struct err *e)
{
  static const char sql[] = "UPDATE request SET state=?2, http_status=?3, tries=?4, error=?5,"
                            " teacher=ifnull(?6, teacher), batch=0 WHERE id=?1 AND state IN (0, 3)";
  const struct failures *f = arg;

  for (size_t i = 0; i < f->n; i++) {
    const struct request_row *r = &f->rows[i];

    if (db_run(&p->db, e, sql, "uuuutz", r->id, (uint32_t)(f->for_good ? REQUEST_FAILED : REQUEST_PLANNED),
               r->http_status, r->tries, or_empty(r->error), r->teacher_id))
      return -1;
  }
  return 0;
}

int
job_store_fail_all(struct project *p, const struct request_row *rows, size_t n, bool for_good, struct err *e)
{
  struct failures f = {rows, n, for_good};

  return n ? project_record(p, fail_work, &f, e) : 0;
}

int
job_store_fail(struct project *p, const struct request_row *row, bool for_good, struct err *e)
{
  return job_store_fail_all(p, row, 1, for_good, e);
}
