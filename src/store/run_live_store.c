#include "store/run_live_store.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/process.h"
#include "store/record.h"
#include "store/run_rows.h"

struct live_write {
  uint32_t run;
  const struct run_change *change;
  const struct run_checkpoint *checkpoint;
  const struct train_point *points;
  size_t n_points;
};

/* ---- changes ---- */

static int
change_work(struct project *p, void *arg, struct err *e)
{
  static const char sql[] = "INSERT INTO run_change (run, seq, step, epoch, param, old, new, planned, at_ms)"
                            " VALUES (?1, (SELECT coalesce(max(seq), 0) + 1 FROM run_change WHERE run=?1), ?, ?, ?, "
                            "?, ?, ?, ?)";
  const struct live_write *w = arg;
  const struct run_change *c = w->change;

  return db_run(&p->db, e, sql, "uiitddii", w->run, (int64_t)c->step, (int64_t)c->epoch, c->param, c->from, c->to,
                (int64_t)c->planned, clock_wall_ms());
}

int
run_live_change(struct project *p, uint32_t run, const struct run_change *change, struct err *e)
{
  struct live_write w = {.run = run, .change = change};

  return project_record(p, change_work, &w, e);
}

static int
unchange_work(struct project *p, void *arg, struct err *e)
{
  static const char sql[] = "DELETE FROM run_change WHERE run=?1 AND"
                            " seq=(SELECT max(seq) FROM run_change WHERE run=?1)";
  const struct live_write *w = arg;

  return db_run(&p->db, e, sql, "u", w->run);
}

int
run_live_unchange(struct project *p, uint32_t run, struct err *e)
{
  struct live_write w = {.run = run};

  return project_record(p, unchange_work, &w, e);
}

static void
read_change(struct project *p, sqlite3_stmt *s, void *out)
{
  (void)p;
  *(struct run_change *)out = (struct run_change){
    .step = sqlite3_column_int(s, 0),
    .epoch = sqlite3_column_int(s, 1),
    .param = col_text(s, 2),
    .from = col_double(s, 3),
    .to = col_double(s, 4),
    .planned = sqlite3_column_int(s, 5) != 0,
    .at_ms = sqlite3_column_int64(s, 6),
  };
}

static void
release_change(void *row)
{
  free(((struct run_change *)row)->param);
}

static const struct record changes = {sizeof(struct run_change), read_change, release_change};

int
run_live_changes(struct project *p, uint32_t run, struct run_change **rows, size_t *n, struct err *e)
{
  static const char sql[] = "SELECT step, epoch, param, old, new, planned, at_ms FROM run_change WHERE run=?"
                            " ORDER BY seq";

  return record_list(p, &changes, rows, n, e, sql, "u", run);
}

void
run_changes_free(struct run_change *rows, size_t n)
{
  record_free(&changes, rows, n);
}

/* ---- the state to go on from ---- */

static int
checkpoint_work(struct project *p, void *arg, struct err *e)
{
  static const char sql[] = "INSERT INTO run_state (run, epoch, step, data_hash, at_ms, data) VALUES (?, ?, ?, ?, ?, ?)"
                            " ON CONFLICT (run) DO UPDATE SET epoch=excluded.epoch, step=excluded.step,"
                            " data_hash=excluded.data_hash, at_ms=excluded.at_ms, data=excluded.data";
  const struct live_write *w = arg;
  const struct run_checkpoint *c = w->checkpoint;

  return run_points_write(p, w->run, w->points, w->n_points, e) ||
         db_run(&p->db, e, sql, "uiiiib", w->run, (int64_t)c->epoch, (int64_t)c->step, (int64_t)c->data_hash,
                clock_wall_ms(), c->n ? c->data : "", c->n) ? -1 : 0;
}

int
run_live_checkpoint(struct project *p, uint32_t run, const struct run_checkpoint *c, const struct train_point *points,
                    size_t n_points, struct err *e)
{
  struct live_write w = {.run = run, .checkpoint = c, .points = points, .n_points = n_points};

  return project_record(p, checkpoint_work, &w, e);
}

int
run_live_begin(struct project *p, uint32_t run, uint64_t data_hash, struct err *e)
{
  return run_live_checkpoint(p, run, &(struct run_checkpoint){.data_hash = data_hash}, NULL, 0, e);
}

static void
read_state(struct project *p, sqlite3_stmt *s, void *out)
{
  struct run_checkpoint *c = out;

  (void)p;
  *c = (struct run_checkpoint){
    .epoch = sqlite3_column_int(s, 0),
    .step = sqlite3_column_int(s, 1),
    .data_hash = (uint64_t)sqlite3_column_int64(s, 2),
    .at_ms = sqlite3_column_int64(s, 3),
  };
  c->data = col_blob(s, 4, &c->n);
}

static void
release_state(void *row)
{
  run_checkpoint_release(row);
}

static const struct record states = {sizeof(struct run_checkpoint), read_state, release_state};

int
run_live_state(struct project *p, uint32_t run, struct run_checkpoint *c, struct err *e)
{
  return record_get(p, &states, c, e, "SELECT epoch, step, data_hash, at_ms, data FROM run_state WHERE run=?", "u",
                    run);
}

void
run_checkpoint_release(struct run_checkpoint *c)
{
  free(c->data);
  *c = (struct run_checkpoint){0};
}

/* Looked at again here: another process may have gone on with it meanwhile. */
static int
again_work(struct project *p, void *arg, struct err *e)
{
  static const char sql[] = "SELECT message FROM run WHERE id=? AND state IN (0, 5)";  /* running, queued */
  const struct live_write *w = arg;
  sqlite3_stmt *s = db_query(&p->db, e, sql, "u", w->run);
  int rc = s ? db_next(&p->db, s, e) : -1;
  bool gone;
  char process[64];

  if (rc < 0)
    return -1;
  gone = rc > 0 && !process_runs((const char *)sqlite3_column_text(s, 0));
  if (rc > 0)
    db_rest(s);
  if (!gone)
    return err_set(e, ERR_INPUT, "run number %u was not interrupted, or it is trained elsewhere by now", w->run);
  process_word(process, sizeof process);
  return db_run(&p->db, e, "UPDATE run SET state=0, message=?2 WHERE id=?1", "ut", w->run, process);
}

int
run_live_again(struct project *p, uint32_t run, struct err *e)
{
  struct live_write w = {.run = run};

  return project_record(p, again_work, &w, e);
}

static int
leave_work(struct project *p, void *arg, struct err *e)
{
  const struct live_write *w = arg;

  return db_run(&p->db, e, "UPDATE run SET state=0, message='' WHERE id=?", "u", w->run);
}

int
run_live_leave(struct project *p, uint32_t run, struct err *e)
{
  struct live_write w = {.run = run};

  return project_record(p, leave_work, &w, e);
}

static int
drop_work(struct project *p, void *arg, struct err *e)
{
  const struct live_write *w = arg;

  return db_run(&p->db, e, "DELETE FROM model WHERE run=?", "u", w->run) ||
         db_run(&p->db, e, "UPDATE run SET model_bytes=0 WHERE id=?", "u", w->run) ? -1 : 0;
}

int
run_live_drop_model(struct project *p, uint32_t run, struct err *e)
{
  struct live_write w = {.run = run};

  return project_record(p, drop_work, &w, e);
}
