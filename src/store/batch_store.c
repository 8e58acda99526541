/* batch_store.c: requests that were handed in together; declared in job_store.h. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/job_store.h"
#include "store/record.h"

const char *const batch_state_names[N_BATCH_STATES] = {"planned", "sent", "collected", "failed"};

#define BATCH_COLUMNS \
  "id, job, teacher, state, file, remote, message, n_requests, n_done, n_failed, at_ms, polled_ms"

void
batch_row_release(struct batch_row *row)
{
  free(row->file);
  free(row->remote);
  free(row->message);
  *row = (struct batch_row){0};
}

static void
release(void *row)
{
  batch_row_release(row);
}

static void
read_batch(struct project *p, sqlite3_stmt *s, void *out)
{
  (void)p;
  *(struct batch_row *)out = (struct batch_row){
    .id = col_u32(s, 0),
    .job_id = col_u32(s, 1),
    .teacher_id = col_u32(s, 2),
    .state = col_u32(s, 3) % N_BATCH_STATES,
    .file = col_text(s, 4),
    .remote = col_text(s, 5),
    .message = col_text(s, 6),
    .n_requests = col_u32(s, 7),
    .n_done = col_u32(s, 8),
    .n_failed = col_u32(s, 9),
    .at_ms = sqlite3_column_int64(s, 10),
    .polled_ms = sqlite3_column_int64(s, 11),
  };
}

static const struct record batches = {sizeof(struct batch_row), read_batch, release};

void
batch_rows_free(struct batch_row *rows, size_t n)
{
  record_free(&batches, rows, n);
}

int
job_store_batches(struct project *p, uint32_t job_id, struct batch_row **rows, size_t *n, struct err *e)
{
  return record_list(p, &batches, rows, n, e, "SELECT " BATCH_COLUMNS " FROM batch WHERE " OF_JOB("?1") " ORDER BY id",
                     "u", job_id);
}

struct adding {
  const struct batch_row *row;
  const uint32_t *requests;
  size_t n;
  uint32_t id;
};

static int
add_work(struct project *p, void *arg, struct err *e)
{
  static const char sql[] =
    "INSERT INTO batch (job, teacher, state, file, remote, message, n_requests, n_done, n_failed, at_ms, polled_ms)"
    " VALUES (?, ?, 0, ?, ?, ?, ?, 0, 0, ?, 0)";
  struct adding *a = arg;
  const struct batch_row *r = a->row;

  if (db_run(&p->db, e, sql, "uutttui", r->job_id, r->teacher_id, or_empty(r->file), or_empty(r->remote),
             or_empty(r->message), (uint32_t)a->n, clock_wall_ms()))
    return -1;
  a->id = (uint32_t)sqlite3_last_insert_rowid(p->db.h);
  for (size_t i = 0; i < a->n; i++) {
    if (db_run(&p->db, e, "UPDATE request SET batch=?2 WHERE id=?1 AND job=?3 AND batch=0"
               " AND (state IN (0, 3) OR (state=2 AND unparsable))", "uuu",
               a->requests[i], a->id, r->job_id))
      return -1;
    if (!sqlite3_changes(p->db.h))
      return err_set(e, ERR_FAIL, "request %u does not wait to be sent (does another program work on this job?)",
                     a->requests[i]);
  }
  return 0;
}

int
job_store_batch_add(struct project *p, const struct batch_row *row, const uint32_t *requests, size_t n, uint32_t *id,
                    struct err *e)
{
  struct adding a = {.row = row, .requests = requests, .n = n};
  int rc = project_record(p, add_work, &a, e);

  *id = a.id;
  return rc;
}

static int
set_work(struct project *p, void *arg, struct err *e)
{
  static const char sql[] = "UPDATE batch SET state=?2, file=?3, remote=?4, message=?5, n_requests=?6, n_done=?7,"
                            " n_failed=?8, polled_ms=?9 WHERE id=?1";
  const struct batch_row *r = arg;

  if (db_run(&p->db, e, sql, "uutttuuui", r->id, (uint32_t)r->state, or_empty(r->file), or_empty(r->remote),
             or_empty(r->message), r->n_requests, r->n_done, r->n_failed, r->polled_ms))
    return -1;
  if (!sqlite3_changes(p->db.h))
    return err_set(e, ERR_INPUT, "there is no batch %u", r->id);
  return r->state < BATCH_COLLECTED
           ? 0
           : db_run(&p->db, e, "UPDATE request SET batch=0 WHERE batch=?1 AND batch>0", "u", r->id);
}

int
job_store_batch_set(struct project *p, const struct batch_row *row, struct err *e)
{
  return project_record(p, set_work, (void *)row, e);
}
