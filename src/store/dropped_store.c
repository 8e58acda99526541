/* dropped_store.c: the list of dropped texts, and the ways out of it: restored, read again; declared in job_store.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/job_store.h"
#include "store/record.h"

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

/* A text leaves the list for this sample, or (0) for good. 1, 0: it is not there, -1. */
static int
take_off(struct project *p, uint32_t id, uint32_t sample, struct err *e)
{
  static const char became_sql[] = "UPDATE dropped AS d SET became=?2 WHERE id=?1 AND " STILL_DROPPED;
  static const char forget_sql[] = "DELETE FROM dropped AS d WHERE id=?1 AND " STILL_DROPPED;

  if (sample ? db_run(&p->db, e, became_sql, "uu", id, sample) : db_run(&p->db, e, forget_sql, "u", id))
    return -1;
  return sqlite3_changes(p->db.h) > 0;
}

struct restoring {
  const uint32_t *dropped;
  size_t n;
  const struct change *ch;
  uint32_t entry, first_id;
};

static int
restore_work(struct project *p, void *arg, struct err *e)
{
  struct restoring *r = arg;
  int64_t last;

  /* before there are samples: a text that is given twice is seen as restored the second time */
  if (db_number(&p->db, e, 0, &last, "SELECT max(id) FROM sample", ""))
    return -1;
  for (size_t i = 0; i < r->n; i++) {
    int found = take_off(p, r->dropped[i], r->ch ? (uint32_t)last + 1 + (uint32_t)i : 0, e);

    if (found <= 0)
      return found < 0 ? -1 : err_set(e, ERR_INPUT, "there is no dropped text %u", r->dropped[i]);
  }
  return outcome_write(p, r->ch, &r->entry, &r->first_id, e);
}

static void
restore_after(struct project *p, void *arg)
{
  const struct restoring *r = arg;

  outcome_show(p, r->ch, r->entry);
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
  int64_t last;
  int found;

  if (db_number(&p->db, e, 0, &last, "SELECT max(id) FROM sample", ""))
    return -1;
  for (size_t i = 0; i < r->change->n_samples; i++)
    if (r->became[i] && (found = take_off(p, r->became[i], (uint32_t)last + 1 + (uint32_t)i, e)) <= 0)
      return found < 0 ? -1 : gone_from_list(r->became[i], e);
  for (size_t i = 0; i < r->n_forgotten; i++)
    if ((found = take_off(p, r->forgotten[i], 0, e)) <= 0)
      return found < 0 ? -1 : gone_from_list(r->forgotten[i], e);
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
  return outcome_write(p, w->r->change, &w->entry, &w->first_id, e);
}

static void
reread_after(struct project *p, void *arg)
{
  const struct rereading *w = arg;

  for (size_t i = 0; i < w->r->n_readable; i++)
    answered_note(p, w->hashes[i], w->r->readable[i], true);
  outcome_show(p, w->r->change, w->entry);
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
