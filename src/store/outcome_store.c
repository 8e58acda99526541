/* outcome_store.c: what replies gave: samples, dropped texts, votes; declared in job_store.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/job_store.h"
#include "store/record.h"

/* ---- keeping ---- */

struct keeping {
  const struct kept *k;
  struct replies *replies;     /* NULL: none */
  uint64_t *hashes;            /* of the keys of the requests whose replies could not be read */
  uint32_t *unreadable;        /* their ids */
  size_t n_unreadable;
  uint32_t entry, first_id;    /* in the log, of the new samples */
};

static int
mark_parsed(struct project *p, uint32_t id, struct err *e)
{
  if (db_run(&p->db, e, "UPDATE request SET state=2, unparsable=0 WHERE id=? AND state=1", "u", id))
    return -1;
  return sqlite3_changes(p->db.h)
           ? 0
           : err_set(e, ERR_FAIL, "request %u is not waiting to be parsed (does another program work on this job?)",
                     id);
}

/* The whole reply is in quarantine, or a text that it was asked about got no label: it answers no other request. */
static int
mark_unreadable(struct project *p, struct keeping *w, uint32_t id, struct err *e)
{
  w->unreadable[w->n_unreadable] = id;
  if (answered_hash(p, &(struct request_row){.id = id}, &w->hashes[w->n_unreadable], e))
    return -1;
  w->n_unreadable++;
  return db_run(&p->db, e, "UPDATE request SET unparsable=1 WHERE id=?", "u", id);
}

/* One row with its values: INSERT ... SELECT would keep a statement journal, which costs more than all else here. */
static int
write_dropped(struct project *p, struct keeping *w, struct err *e)
{
  static const char sql[] =
    "INSERT INTO dropped (job, request, label, attributes, text, text2, reason, detail, of_sample)"
    " VALUES (?, ?, nullif(?, 65535), ?, ?, ?, ?, ?, ?)";
  int64_t job = 0;

  for (size_t i = 0; i < w->k->n_dropped; i++) {
    const struct dropped_row *d = &w->k->dropped[i];
    uint32_t request = d->request_id ? d->request_id : w->k->requests[0];

    if (i == 0 && db_number(&p->db, e, 0, &job, "SELECT job FROM request WHERE id=?", "u", request))
      return -1;
    if (db_run(&p->db, e, sql, "iuutttttu", job, request, (uint32_t)d->label, or_empty(d->attributes), d->text,
               d->text2, or_empty(d->reason), or_empty(d->detail),
               d->of_new ? w->first_id + d->of_new - 1 : d->of_id) ||
        ((!d->text || strcmp(or_empty(d->reason), "label") == 0) && mark_unreadable(p, w, request, e)))
      return -1;
  }
  return 0;
}

static int
write_votes(struct project *p, const struct kept *k, struct err *e)
{
  static const char sql[] =
    "INSERT OR REPLACE INTO vote (sample, request, teacher, label, probabilities, rationale)"
    " VALUES (?, ?, ?, nullif(?, 65535), ?, ?)";

  for (size_t i = 0; i < k->n_votes; i++) {
    const struct vote_row *v = &k->votes[i];

    if (v->sample_id == 0 || v->sample_id > corpus_count(p->corpus))
      return err_set(e, ERR_INPUT, "there is no sample %u", v->sample_id);
    if (db_run(&p->db, e, sql, "uuuubt", v->sample_id, v->request_id, v->teacher_id, (uint32_t)v->label,
               (const void *)v->probabilities, v->probabilities ? v->n_probabilities * sizeof *v->probabilities : 0,
               or_empty(v->rationale)))
      return -1;
  }
  return 0;
}

static int
write_change(struct project *p, const struct change *ch, uint32_t *entry, uint32_t *first_id, struct err *e)
{
  if (!ch || (!ch->n_samples && !ch->n_rows))
    return 0;
  if (row_check(p, ch, e))
    return -1;
  return ch->kind == CHANGE_INSERT ? row_write_insert(p, ch, entry, first_id, e) : row_write_set(p, ch, entry, e);
}

static void
show_change(struct project *p, const struct change *ch, uint32_t entry)
{
  if (!entry)
    return;
  history_note(&p->history, entry, ch->kind, 0, ch->actor);
  p->seen = entry;
  if (ch->kind == CHANGE_INSERT)
    writer_show(p, ch->samples, ch->n_samples);
  else
    writer_apply(p, ch);
}

static int
keep_work(struct project *p, void *arg, struct err *e)
{
  struct keeping *w = arg;

  if (w->replies && reply_work(p, w->replies, e))
    return -1;
  for (size_t i = 0; i < w->k->n_requests; i++)
    if (mark_parsed(p, w->k->requests[i], e))
      return -1;
  if (write_change(p, w->k->change, &w->entry, &w->first_id, e) || write_dropped(p, w, e))
    return -1;
  return write_votes(p, w->k, e);
}

static void
keep_after(struct project *p, void *arg)
{
  const struct keeping *w = arg;

  if (w->replies)
    reply_after(p, w->replies);
  for (size_t i = 0; i < w->n_unreadable; i++)
    answered_note(p, w->hashes[i], w->unreadable[i], false);
  show_change(p, w->k->change, w->entry);
}

int
job_store_turn(struct project *p, const struct request_row *rows, size_t n, const struct kept *k, uint32_t *first_id,
               struct err *e)
{
  static const struct kept nothing;
  struct replies in = {rows, n, xcalloc(n + 1, sizeof *in.hashes)};
  struct keeping w = {.k = k ? k : &nothing, .replies = n ? &in : NULL};
  int rc;

  w.hashes = xcalloc(w.k->n_dropped + 1, sizeof *w.hashes);
  w.unreadable = xcalloc(w.k->n_dropped + 1, sizeof *w.unreadable);
  rc = n || w.k->n_requests ? project_call(p, keep_work, keep_after, &w, e) : 0;
  if (rc >= 0)
    project_touch(p);
  if (first_id)
    *first_id = w.first_id;
  free(w.hashes);
  free(w.unreadable);
  free(in.hashes);
  return rc;
}

int
job_store_keep_all(struct project *p, const struct kept *k, uint32_t *first_id, struct err *e)
{
  return job_store_turn(p, NULL, 0, k, first_id, e);
}

int
job_store_keep(struct project *p, uint32_t request_id, const struct change *ch, const struct dropped_row *dropped,
               size_t n_dropped, uint32_t *first_id, struct err *e)
{
  struct kept k = {.requests = &request_id, .n_requests = 1, .change = ch, .dropped = dropped, .n_dropped = n_dropped};

  ensure(!ch || ch->kind == CHANGE_INSERT);
  return job_store_keep_all(p, &k, first_id, e);
}

int
job_store_keep_set(struct project *p, uint32_t request_id, const struct change *ch, const struct dropped_row *dropped,
                   size_t n_dropped, struct err *e)
{
  struct kept k = {.requests = &request_id, .n_requests = 1, .change = ch, .dropped = dropped, .n_dropped = n_dropped};

  ensure(!ch || ch->kind == CHANGE_SET);
  return job_store_keep_all(p, &k, NULL, e);
}

static int
unparse_work(struct project *p, void *arg, struct err *e)
{
  const uint32_t *job = arg;

  return db_run(&p->db, e, "DELETE FROM vote WHERE request IN (SELECT id FROM request WHERE job=?1 AND state=2)", "u",
                *job) ||
         db_run(&p->db, e, "DELETE FROM dropped WHERE job=?1 AND request IN (SELECT id FROM request WHERE job=?1 AND"
                " state=2)", "u", *job) ||
         db_run(&p->db, e, "UPDATE request SET state=1 WHERE job=?1 AND state=2", "u", *job) ? -1 : 0;
}

int
job_store_unparse(struct project *p, uint32_t job_id, struct err *e)
{
  return project_record(p, unparse_work, &job_id, e);
}

/* ---- votes ---- */

static void
read_vote(struct project *p, sqlite3_stmt *s, void *out)
{
  struct vote_row *row = out;
  size_t bytes;

  (void)p;
  *row = (struct vote_row){
    .sample_id = col_u32(s, 0),
    .request_id = col_u32(s, 1),
    .teacher_id = col_u32(s, 2),
    .label = col_label(s, 3),
    .probabilities = col_blob(s, 4, &bytes),
    .rationale = col_text(s, 5),
  };
  row->n_probabilities = bytes / sizeof *row->probabilities;
}

static void
release_vote(void *arg)
{
  struct vote_row *row = arg;

  free(row->probabilities);
  free(row->rationale);
}

static const struct record votes = {sizeof(struct vote_row), read_vote, release_vote};

void
vote_rows_free(struct vote_row *rows, size_t n)
{
  record_free(&votes, rows, n);
}

#define VOTES_SQL \
  "SELECT sample, request, teacher, label, probabilities, rationale FROM vote WHERE (?1=0 OR teacher=?1)"

int
job_store_votes(struct project *p, uint32_t teacher_id, const uint32_t *samples, size_t n_samples,
                struct vote_row **rows, size_t *n, struct err *e)
{
  size_t cap = 0;

  if (!samples)
    return record_list(p, &votes, rows, n, e, VOTES_SQL " ORDER BY sample, request", "u", teacher_id);
  *rows = NULL;
  *n = 0;
  for (size_t i = 0; i < n_samples; i++) {
    struct vote_row *some;
    size_t k;

    if (record_list(p, &votes, &some, &k, e, VOTES_SQL " AND sample=?2 ORDER BY request", "uu", teacher_id,
                    samples[i])) {
      vote_rows_free(*rows, *n);
      *rows = NULL;
      *n = 0;
      return -1;
    }
    if (k) {
      GROW(*rows, cap, *n + k);
      memcpy(*rows + *n, some, k * sizeof **rows);
      *n += k;
    }
    free(some);
  }
  return 0;
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

#define DROPPED_SQL "SELECT id, job, request, label, attributes, text, text2, reason, detail, of_sample FROM dropped d"

int
job_store_dropped(struct project *p, uint32_t job_id, const char *reason, struct dropped_row **rows, size_t *n,
                  struct err *e)
{
  static const char sql[] =
    DROPPED_SQL " WHERE " OF_JOB("?1") " AND (?2 IS NULL OR reason=?2) AND " STILL_DROPPED " ORDER BY id";

  return record_list(p, &dropped_kind, rows, n, e, sql, "ut", job_id, reason);
}

int
job_store_dropped_one(struct project *p, uint32_t id, struct dropped_row *row, struct err *e)
{
  static const char sql[] = DROPPED_SQL " WHERE id=? AND " STILL_DROPPED;
  int rc = record_get(p, &dropped_kind, row, e, sql, "u", id);

  return rc > 0 ? 0 : rc < 0 ? -1 : err_set(e, ERR_INPUT, "there is no dropped text %u", id);
}

/* ---- and restored ---- */

struct restoring {
  const uint32_t *dropped;
  size_t n;
  const struct change *ch;
  uint32_t entry, first_id;
};

static int
restore_work(struct project *p, void *arg, struct err *e)
{
  static const char became_sql[] = "UPDATE dropped AS d SET became=?2 WHERE id=?1 AND " STILL_DROPPED;
  static const char forget_sql[] = "DELETE FROM dropped AS d WHERE id=?1 AND " STILL_DROPPED;
  struct restoring *r = arg;

  /* before there are samples: a text that is given twice is seen as restored the second time */
  for (size_t i = 0; i < r->n; i++) {
    int64_t last = 0;

    if (i == 0 && db_number(&p->db, e, 0, &last, "SELECT max(id) FROM sample", ""))
      return -1;
    if (i == 0)
      r->first_id = (uint32_t)last + 1;
    if (r->ch ? db_run(&p->db, e, became_sql, "uu", r->dropped[i], r->first_id + (uint32_t)i)
              : db_run(&p->db, e, forget_sql, "u", r->dropped[i]))
      return -1;
    if (!sqlite3_changes(p->db.h))
      return err_set(e, ERR_INPUT, "there is no dropped text %u", r->dropped[i]);
  }
  return write_change(p, r->ch, &r->entry, &r->first_id, e);
}

static void
restore_after(struct project *p, void *arg)
{
  const struct restoring *r = arg;

  show_change(p, r->ch, r->entry);
}

int
job_store_restore(struct project *p, const uint32_t *dropped, size_t n, const struct change *ch, uint32_t *first_id,
                  struct err *e)
{
  struct restoring r = {.dropped = dropped, .n = n, .ch = ch};
  int rc;

  ensure(!ch || (ch->kind == CHANGE_INSERT && ch->n_samples == n));
  rc = n ? project_call(p, restore_work, restore_after, &r, e) : 0;
  if (rc >= 0)
    project_touch(p);
  if (first_id)
    *first_id = r.first_id;
  return rc;
}

/* ---- replies read again ---- */

struct rereading {
  const struct reread *r;
  uint64_t *hashes;              /* of the keys of the requests that can be read now */
  uint32_t entry, first_id;
};

static int
gone_from_list(uint32_t id, struct err *e)
{
  return err_set(e, ERR_FAIL, "dropped text %u is not in the list any more (does another program work on it?)", id);
}

static int
leave_list(struct project *p, const struct reread *r, struct err *e)
{
  static const char became_sql[] = "UPDATE dropped AS d SET became=?2 WHERE id=?1 AND " STILL_DROPPED;
  static const char forget_sql[] = "DELETE FROM dropped AS d WHERE id=?1 AND " STILL_DROPPED;
  int64_t last;

  if (db_number(&p->db, e, 0, &last, "SELECT max(id) FROM sample", ""))
    return -1;
  for (size_t i = 0; i < r->change->n_samples; i++) {
    if (r->became[i] == 0)
      continue;
    if (db_run(&p->db, e, became_sql, "uu", r->became[i], (uint32_t)last + 1 + (uint32_t)i))
      return -1;
    if (!sqlite3_changes(p->db.h))
      return gone_from_list(r->became[i], e);
  }
  for (size_t i = 0; i < r->n_forgotten; i++) {
    if (db_run(&p->db, e, forget_sql, "u", r->forgotten[i]))
      return -1;
    if (!sqlite3_changes(p->db.h))
      return gone_from_list(r->forgotten[i], e);
  }
  return 0;
}

static int
renew_list(struct project *p, const struct reread *r, struct err *e)
{
  static const char renew_sql[] =
    "UPDATE dropped AS d SET reason=?2, detail=?3, of_sample=?4, became=0 WHERE id=?1 AND " STILL_DROPPED;
  static const char add_sql[] =
    "INSERT INTO dropped (job, request, label, attributes, text, text2, reason, detail, of_sample)"
    " SELECT job, id, nullif(?2, 65535), ?3, ?4, ?5, ?6, ?7, ?8 FROM request WHERE id=?1";

  for (size_t i = 0; i < r->n_dropped; i++) {
    const struct dropped_row *d = &r->dropped[i];

    if (d->id ? db_run(&p->db, e, renew_sql, "uttu", d->id, or_empty(d->reason), or_empty(d->detail), d->of_id)
              : db_run(&p->db, e, add_sql, "uutttttu", d->request_id, (uint32_t)d->label, or_empty(d->attributes),
                       d->text, d->text2, or_empty(d->reason), or_empty(d->detail), d->of_id))
      return -1;
    if (!sqlite3_changes(p->db.h))
      return gone_from_list(d->id, e);
  }
  return 0;
}

static int
reread_work(struct project *p, void *arg, struct err *e)
{
  struct rereading *w = arg;

  if (leave_list(p, w->r, e) || renew_list(p, w->r, e))
    return -1;
  for (size_t i = 0; i < w->r->n_readable; i++)
    if (answered_hash(p, &(struct request_row){.id = w->r->readable[i]}, &w->hashes[i], e) ||
        db_run(&p->db, e, "UPDATE request SET unparsable=0 WHERE id=?", "u", w->r->readable[i]))
      return -1;
  return write_change(p, w->r->change, &w->entry, &w->first_id, e);
}

static void
reread_after(struct project *p, void *arg)
{
  const struct rereading *w = arg;

  for (size_t i = 0; i < w->r->n_readable; i++)
    answered_note(p, w->hashes[i], w->r->readable[i], true);
  show_change(p, w->r->change, w->entry);
}

int
job_store_reread(struct project *p, const struct reread *r, uint32_t *first_id, struct err *e)
{
  struct rereading w = {.r = r, .hashes = xcalloc(r->n_readable + 1, sizeof *w.hashes)};
  int rc;

  ensure(r->change->kind == CHANGE_INSERT);
  rc = project_call(p, reread_work, reread_after, &w, e);
  if (rc >= 0)
    project_touch(p);
  if (first_id)
    *first_id = w.first_id;
  free(w.hashes);
  return rc;
}
