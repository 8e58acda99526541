/* Parameters with a name, and sweeps. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/process.h"
#include "store/record.h"
#include "store/run_live_store.h"
#include "store/run_rows.h"

/* ---- parameters with a name ---- */

static const char set_names_sql[] = "SELECT name FROM run_set ORDER BY name";

void
run_set_release(struct run_set *set)
{
  free(set->name);
  free(set->student);
  free(set->params);
  *set = (struct run_set){0};
}

static void
read_set(struct project *p, sqlite3_stmt *s, void *out)
{
  (void)p;
  *(struct run_set *)out = (struct run_set){
    .name = col_text(s, 0), .student = col_text(s, 1), .params = col_text(s, 2), .at_ms = sqlite3_column_int64(s, 3)};
}

static void
release_set(void *row)
{
  run_set_release(row);
}

static const struct record sets = {sizeof(struct run_set), read_set, release_set};

void
run_sets_free(struct run_set *rows, size_t n)
{
  record_free(&sets, rows, n);
}

static int
put_set_work(struct project *p, void *arg, struct err *e)
{
  static const char sql[] = "INSERT INTO run_set (name, student, params, at_ms) VALUES (?, ?, ?, ?) ON CONFLICT (name)"
                            " DO UPDATE SET student=excluded.student, params=excluded.params, at_ms=excluded.at_ms";
  const struct run_set *set = arg;

  return db_run(&p->db, e, sql, "ttti", set->name, or_empty(set->student), or_object(set->params), clock_wall_ms());
}

int
run_set_put(struct project *p, const struct run_set *set, struct err *e)
{
  return project_record(p, put_set_work, (void *)set, e);
}

int
run_set_get(struct project *p, const char *name, struct run_set *set, struct err *e)
{
  int rc = record_get(p, &sets, set, e, "SELECT name, student, params, at_ms FROM run_set WHERE name=?", "t", name);

  if (rc == 0)
    return record_unknown(p, "preset", name, set_names_sql, e);
  return rc > 0 ? 0 : -1;
}

int
run_set_list(struct project *p, struct run_set **rows, size_t *n, struct err *e)
{
  return record_list(p, &sets, rows, n, e, "SELECT name, student, params, at_ms FROM run_set ORDER BY name", "");
}

static int
remove_set_work(struct project *p, void *arg, struct err *e)
{
  const char *name = arg;

  if (db_run(&p->db, e, "DELETE FROM run_set WHERE name=?", "t", name))
    return -1;
  return sqlite3_changes(p->db.h) ? 0 : reader_no_such(&p->db, "preset", name, set_names_sql, e);
}

int
run_set_remove(struct project *p, const char *name, struct err *e)
{
  return project_record(p, remove_set_work, (void *)name, e);
}

/* ---- sweeps ---- */

void
sweep_row_release(struct sweep_row *row)
{
  free(row->plan);
  free(row->message);
  free(row->result);
  *row = (struct sweep_row){0};
}

static void
read_sweep(struct project *p, sqlite3_stmt *s, void *out)
{
  struct sweep_row *row = out;

  (void)p;
  *row = (struct sweep_row){
    .id = col_u32(s, 0), .plan = col_text(s, 1), .state = col_u32(s, 2) % N_RUN_STATES, .message = col_text(s, 3),
    .result = col_text(s, 4), .at_ms = sqlite3_column_int64(s, 5)};
  run_state_read(&row->state, row->message);
}

static void
release_sweep(void *row)
{
  sweep_row_release(row);
}

static const struct record sweeps = {sizeof(struct sweep_row), read_sweep, release_sweep};

void
sweep_rows_free(struct sweep_row *rows, size_t n)
{
  record_free(&sweeps, rows, n);
}

struct sweep_write {
  const struct sweep_row *row;
  uint32_t id;
};

static int
add_sweep_work(struct project *p, void *arg, struct err *e)
{
  struct sweep_write *w = arg;
  char process[64];

  process_word(process, sizeof process);
  if (db_run(&p->db, e, "INSERT INTO sweep (plan, state, message, result, at_ms) VALUES (?, ?, ?, '{}', ?)", "tuti",
             w->row->plan, (uint32_t)RUN_RUNNING, process, clock_wall_ms()))
    return -1;
  w->id = (uint32_t)sqlite3_last_insert_rowid(p->db.h);
  return 0;
}

int
sweep_store_add(struct project *p, const char *plan, uint32_t *id, struct err *e)
{
  struct sweep_row row = {.plan = (char *)plan};
  struct sweep_write w = {.row = &row};
  int rc = project_record(p, add_sweep_work, &w, e);

  *id = w.id;
  return rc;
}

static int
no_sweep(uint32_t id, struct err *e)
{
  return err_set(e, ERR_INPUT, "there is no sweep number %u", id);
}

static int
update_sweep_work(struct project *p, void *arg, struct err *e)
{
  const struct sweep_row *row = ((struct sweep_write *)arg)->row;
  char process[64];

  process_word(process, sizeof process);
  if (db_run(&p->db, e, "UPDATE sweep SET state=?2, message=?3, result=?4 WHERE id=?1", "uutt", row->id,
             (uint32_t)row->state, row->state == RUN_RUNNING ? process : or_empty(row->message),
             or_object(row->result)))
    return -1;
  return sqlite3_changes(p->db.h) ? 0 : no_sweep(row->id, e);
}

int
sweep_store_update(struct project *p, const struct sweep_row *row, struct err *e)
{
  struct sweep_write w = {.row = row};

  return project_record(p, update_sweep_work, &w, e);
}

#define SWEEP_COLUMNS "id, plan, state, message, result, at_ms"

int
sweep_store_list(struct project *p, struct sweep_row **rows, size_t *n, struct err *e)
{
  return record_list(p, &sweeps, rows, n, e, "SELECT " SWEEP_COLUMNS " FROM sweep ORDER BY id", "");
}

int
sweep_store_by_id(struct project *p, uint32_t id, struct sweep_row *row, struct err *e)
{
  int rc = record_get(p, &sweeps, row, e, "SELECT " SWEEP_COLUMNS " FROM sweep WHERE id=?", "u", id);

  return rc > 0 ? 0 : rc < 0 ? -1 : no_sweep(id, e);
}

int
sweep_store_runs(struct project *p, uint32_t sweep, struct run_row **rows, size_t *n, struct err *e)
{
  return record_list(p, &run_record, rows, n, e,
                     "SELECT " RUN_COLUMNS " FROM run WHERE sweep > 0 AND sweep=? ORDER BY trial, id", "u", sweep);
}
