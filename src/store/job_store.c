#include "store/job_store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/record.h"

const char *const job_state_names[N_JOB_STATES] = {"planned", "running", "paused", "done", "stopped", "failed"};

#define JOB_COLUMNS "id, kind, state, template, teacher, params, key, message, at_ms, ended_ms"

void
job_row_release(struct job_row *row)
{
  free(row->kind);
  free(row->params);
  free(row->key);
  free(row->message);
  *row = (struct job_row){0};
}

static void
read_job(struct project *p, sqlite3_stmt *s, void *out)
{
  struct job_row *row = out;

  (void)p;
  *row = (struct job_row){
    .id = col_u32(s, 0),
    .kind = col_text(s, 1),
    .state = col_u32(s, 2) % N_JOB_STATES,
    .template_id = col_u32(s, 3),
    .teacher_id = col_u32(s, 4),
    .params = col_text(s, 5),
    .key = col_text(s, 6),
    .message = col_text(s, 7),
    .at_ms = sqlite3_column_int64(s, 8),
    .ended_ms = sqlite3_column_int64(s, 9),
  };
}

static void
release(void *row)
{
  job_row_release(row);
}

static const struct record jobs = {sizeof(struct job_row), read_job, release};

void
job_rows_free(struct job_row *rows, size_t n)
{
  record_free(&jobs, rows, n);
}

struct add_job {
  const struct job_row *row;
  uint32_t id;
};

int
job_write(struct project *p, const struct job_row *r, uint32_t *id, struct err *e)
{
  static const char sql[] = "INSERT INTO job (kind, state, template, teacher, params, key, message, at_ms)"
                            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

  if (db_run(&p->db, e, sql, "tuuuttti", or_empty(r->kind), (uint32_t)r->state, r->template_id, r->teacher_id,
             or_object(r->params), or_empty(r->key), or_empty(r->message),
             r->at_ms ? r->at_ms : clock_wall_ms()))
    return -1;
  *id = (uint32_t)sqlite3_last_insert_rowid(p->db.h);
  return 0;
}

static int
add_work(struct project *p, void *arg, struct err *e)
{
  struct add_job *add = arg;

  return job_write(p, add->row, &add->id, e);
}

int
job_store_add(struct project *p, const struct job_row *row, uint32_t *id, struct err *e)
{
  struct add_job add = {.row = row};
  int rc = project_record(p, add_work, &add, e);

  if (id)
    *id = add.id;
  return rc;
}

struct set_job {
  uint32_t id;
  enum job_state state;
  const char *message, *params;
};

static int
no_job(uint32_t id, struct err *e)
{
  return err_set(e, ERR_INPUT, "there is no job %u", id);
}

static int
state_work(struct project *p, void *arg, struct err *e)
{
  const struct set_job *set = arg;
  int64_t ended = set->state >= JOB_DONE ? clock_wall_ms() : 0;

  if (db_run(&p->db, e, "UPDATE job SET state=?2, message=?3, ended_ms=?4 WHERE id=?1", "uuti", set->id,
             (uint32_t)set->state, or_empty(set->message), ended))
    return -1;
  return sqlite3_changes(p->db.h) ? 0 : no_job(set->id, e);
}

int
job_store_set_state(struct project *p, uint32_t id, enum job_state state, const char *message, struct err *e)
{
  struct set_job set = {.id = id, .state = state, .message = message};

  return project_record(p, state_work, &set, e);
}

static int
params_work(struct project *p, void *arg, struct err *e)
{
  const struct set_job *set = arg;

  if (db_run(&p->db, e, "UPDATE job SET params=?2 WHERE id=?1", "ut", set->id, or_object(set->params)))
    return -1;
  return sqlite3_changes(p->db.h) ? 0 : no_job(set->id, e);
}

int
job_store_set_params(struct project *p, uint32_t id, const char *params, struct err *e)
{
  struct set_job set = {.id = id, .params = params};

  return project_record(p, params_work, &set, e);
}

int
job_store_get(struct project *p, uint32_t id, struct job_row *row, struct err *e)
{
  int rc = record_get(p, &jobs, row, e, "SELECT " JOB_COLUMNS " FROM job WHERE id=?", "u", id);

  if (rc == 0)
    return no_job(id, e);
  return rc > 0 ? 0 : -1;
}

int
job_store_list(struct project *p, struct job_row **rows, size_t *n, struct err *e)
{
  return record_list(p, &jobs, rows, n, e, "SELECT " JOB_COLUMNS " FROM job ORDER BY id DESC", "");
}

/* ---- figures ---- */

static int
read_requests(struct db *db, uint32_t job_id, struct job_figures *f, struct err *e)
{
  static const char sql[] =
    "SELECT state, count(*), sum(cached), sum(max(tries, 1) - 1), sum(wanted), sum(tokens_in), sum(tokens_out),"
    " sum(cost_usd), sum(cost_usd IS NULL AND state IN (1, 2) AND NOT cached) FROM request"
    " WHERE " OF_JOB("?1") " GROUP BY state";
  sqlite3_stmt *s = db_query(db, e, sql, "u", job_id);
  int rc = s ? 0 : -1;

  while (s && (rc = db_next(db, s, e)) > 0) {
    f->requests[col_u32(s, 0) % N_REQUEST_STATES] += col_u32(s, 1);
    f->n_requests += col_u32(s, 1);
    f->cached += col_u32(s, 2);
    f->retried += col_u32(s, 3);
    f->wanted += col_u32(s, 4);
    f->tokens_in += (uint64_t)sqlite3_column_int64(s, 5);
    f->tokens_out += (uint64_t)sqlite3_column_int64(s, 6);
    f->cost_usd += sqlite3_column_double(s, 7);
    if (col_u32(s, 8))  /* paid, at a price that nobody knows */
      f->cost_usd = NAN;
  }
  return rc;
}

static int
read_reasons(struct db *db, uint32_t job_id, struct job_figures *f, struct err *e)
{
  static const char sql[] =
    "SELECT reason, count(*) FROM dropped d WHERE " OF_JOB("?1") " AND " STILL_DROPPED " GROUP BY reason"
    " ORDER BY count(*) DESC, reason";
  sqlite3_stmt *s = db_query(db, e, sql, "u", job_id);
  size_t cap = 0;
  int rc = s ? 0 : -1;

  while (s && (rc = db_next(db, s, e)) > 0) {
    GROW(f->reasons, cap, f->n_reasons + 1);
    f->reasons[f->n_reasons++] = (struct funnel_reason){.reason = col_text(s, 0), .n = col_u32(s, 1)};
    f->n_dropped += col_u32(s, 1);
  }
  return rc;
}

int
job_store_figures(struct project *p, uint32_t job_id, struct job_figures *figures, struct err *e)
{
  static const char of_all[] = "SELECT count(*) FROM sample WHERE request > 0 AND NOT gone AND ?1=0";
  static const char of_one[] = "SELECT count(*) FROM request r JOIN sample s ON s.request=r.id AND s.request > 0"
                               " WHERE r.job=?1 AND NOT s.gone";
  struct db *db = reader_enter(p);
  int64_t kept = 0;
  int rc;

  *figures = (struct job_figures){0};
  rc = read_requests(db, job_id, figures, e);
  if (!rc)
    rc = read_reasons(db, job_id, figures, e);
  if (!rc)
    rc = db_number(db, e, 0, &kept, job_id ? of_one : of_all, "u", job_id);
  reader_leave(p);
  figures->kept = (uint32_t)kept;
  if (rc)
    job_figures_release(figures);
  return rc;
}

void
job_figures_release(struct job_figures *figures)
{
  for (size_t i = 0; i < figures->n_reasons; i++)
    free(figures->reasons[i].reason);
  free(figures->reasons);
  *figures = (struct job_figures){0};
}
