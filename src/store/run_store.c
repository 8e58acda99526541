#include "store/run_store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/process.h"
#include "store/run_rows.h"

const char *const run_state_names[N_RUN_STATES] = {"running", "done", "stopped", "failed", "interrupted", "queued"};

static const char names_sql[] = "SELECT name FROM run ORDER BY id";

void
run_row_release(struct run_row *row)
{
  free(row->name);
  free(row->student);
  free(row->params);
  free(row->data);
  free(row->metrics);
  free(row->message);
  free(row->arm);
  free(row->options);
  *row = (struct run_row){0};
}

static bool
has_process(enum run_state state)
{
  return state == RUN_RUNNING || state == RUN_QUEUED;
}

void
run_state_read(enum run_state *state, char *message)
{
  if (!has_process(*state))
    return;
  if (!process_runs(message))
    *state = RUN_INTERRUPTED;
  *message = '\0';
}

static void
read_run(struct project *p, sqlite3_stmt *s, void *out)
{
  struct run_row *row = out;

  (void)p;
  *row = (struct run_row){
    .id = col_u32(s, 0),
    .name = col_text(s, 1),
    .student = col_text(s, 2),
    .state = col_u32(s, 3) % N_RUN_STATES,
    .params = col_text(s, 4),
    .data = col_text(s, 5),
    .seed = (uint64_t)sqlite3_column_int64(s, 6),
    .n_train = col_u32(s, 7),
    .n_valid = col_u32(s, 8),
    .best_epoch = col_u32(s, 9),
    .seconds = sqlite3_column_double(s, 10),
    .metrics = col_text(s, 11),
    .message = col_text(s, 12),
    .experiment_id = col_u32(s, 13),
    .arm = col_text(s, 14),
    .model_bytes = (size_t)sqlite3_column_int64(s, 15),
    .at_ms = sqlite3_column_int64(s, 16),
    .options = col_text(s, 17),
    .sweep = col_u32(s, 18),
    .trial = col_u32(s, 19),
  };
  run_state_read(&row->state, row->message);
}

static void
release(void *row)
{
  run_row_release(row);
}

const struct record run_record = {sizeof(struct run_row), read_run, release};

void
run_rows_free(struct run_row *rows, size_t n)
{
  record_free(&run_record, rows, n);
}

/* ---- adding and changing ---- */

struct run_write {
  const struct run_row *row;
  uint32_t id;
  char *name;
  const void *model;
  size_t n_model;
  const struct train_point *points;
  size_t n_points;
};

/* "linear#3": one more than the highest number that a run of this student has in its name. */
static int
make_name(struct project *p, const char *student, char **name, struct err *e)
{
  static const char sql[] = "SELECT max(cast(substr(name, length(?1) + 2) AS INTEGER)) FROM run"
                            " WHERE substr(name, 1, length(?1) + 1) = ?1 || '#'";
  int64_t last;

  if (db_number(&p->db, e, 0, &last, sql, "t", student))
    return -1;
  *name = xasprintf("%s#%lld", student, (long long)last + 1);
  return 0;
}

static int
add_work(struct project *p, void *arg, struct err *e)
{
  static const char sql[] = "INSERT INTO run (name, student, state, params, data, seed, n_train, n_valid, best_epoch,"
                            " seconds, metrics, message, experiment, arm, at_ms, options, sweep, trial)"
                            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  struct run_write *w = arg;
  const struct run_row *r = w->row;
  char process[64];
  int64_t taken;

  if (r->name && *r->name)
    w->name = xstrdup(r->name);
  else if (make_name(p, or_empty(r->student), &w->name, e))
    return -1;
  if (db_number(&p->db, e, 0, &taken, "SELECT count(*) FROM run WHERE name=?", "t", w->name))
    return -1;
  if (taken)
    return err_set(e, ERR_INPUT, "there is a run '%s' already (choose another --name)", w->name);
  process_word(process, sizeof process);
  if (db_run(&p->db, e, sql, "ttuttiuuudttutituu", w->name, or_empty(r->student), (uint32_t)r->state, or_object(r->params),
             or_empty(r->data), (int64_t)r->seed, r->n_train, r->n_valid, r->best_epoch, r->seconds,
             or_object(r->metrics), has_process(r->state) ? process : or_empty(r->message), r->experiment_id,
             or_empty(r->arm), clock_wall_ms(), or_object(r->options), r->sweep, r->trial))
    return -1;
  w->id = (uint32_t)sqlite3_last_insert_rowid(p->db.h);
  return 0;
}

int
run_store_add(struct project *p, const struct run_row *row, uint32_t *id, char **name, struct err *e)
{
  struct run_write w = {.row = row};
  int rc = project_record(p, add_work, &w, e);

  if (id)
    *id = w.id;
  if (name && rc == 0)
    *name = w.name;
  else
    free(w.name);
  return rc;
}

static int
no_run(uint32_t id, struct err *e)
{
  return err_set(e, ERR_INPUT, "there is no run number %u", id);
}

static int
update_work(struct project *p, void *arg, struct err *e)
{
  static const char sql[] = "UPDATE run SET student=?2, state=?3, params=?4, data=?5, seed=?6, n_train=?7, n_valid=?8,"
                            " best_epoch=?9, seconds=?10, metrics=?11, message=?12, experiment=?13, arm=?14"
                            " WHERE id=?1";
  const struct run_write *w = arg;
  const struct run_row *r = w->row;
  char process[64];

  process_word(process, sizeof process);
  if (db_run(&p->db, e, sql, "ututtiuuudttut", r->id, or_empty(r->student), (uint32_t)r->state, or_object(r->params),
             or_empty(r->data), (int64_t)r->seed, r->n_train, r->n_valid, r->best_epoch, r->seconds,
             or_object(r->metrics), has_process(r->state) ? process : or_empty(r->message), r->experiment_id,
             or_empty(r->arm)))
    return -1;
  if (sqlite3_changes(p->db.h) == 0)
    return no_run(r->id, e);
  return has_process(r->state) ? 0 : db_run(&p->db, e, "DELETE FROM run_state WHERE run=?", "u", r->id);
}

int
run_store_update(struct project *p, const struct run_row *row, struct err *e)
{
  struct run_write w = {.row = row};

  return project_record(p, update_work, &w, e);
}

static int
model_work(struct project *p, void *arg, struct err *e)
{
  const struct run_write *w = arg;

  if (db_run(&p->db, e,
             "INSERT INTO model (run, data) VALUES (?, ?) ON CONFLICT (run) DO UPDATE SET data=excluded.data", "ub",
             w->id, w->model, w->n_model) ||
      db_run(&p->db, e, "UPDATE run SET model_bytes=?2 WHERE id=?1", "ui", w->id, (int64_t)w->n_model))
    return -1;
  return sqlite3_changes(p->db.h) ? 0 : no_run(w->id, e);
}

int
run_store_put_model(struct project *p, uint32_t id, const void *model, size_t n, struct err *e)
{
  struct run_write w = {.id = id, .model = model, .n_model = n};

  return project_record(p, model_work, &w, e);
}

int
run_points_write(struct project *p, uint32_t run, const struct train_point *points, size_t n, struct err *e)
{
  static const char sql[] = "INSERT INTO run_point (run, seq, epoch, step, n_steps, epoch_end, train_loss,"
                            " train_accuracy, valid_loss, valid_accuracy, valid_f1, samples_per_s, seconds)"
                            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  int64_t seq;

  if (db_number(&p->db, e, 0, &seq, "SELECT coalesce(max(seq), 0) FROM run_point WHERE run=?", "u", run))
    return -1;
  for (size_t i = 0; i < n; i++) {
    const struct train_point *t = &points[i];

    if (db_run(&p->db, e, sql, "uiiiiiddddddd", run, ++seq, (int64_t)t->epoch, (int64_t)t->step, (int64_t)t->n_steps,
               (int64_t)t->epoch_end, t->train_loss, t->train_accuracy, t->valid_loss, t->valid_accuracy, t->valid_f1,
               t->samples_per_s, t->seconds))
      return -1;
  }
  return 0;
}

static int
points_work(struct project *p, void *arg, struct err *e)
{
  const struct run_write *w = arg;

  return run_points_write(p, w->id, w->points, w->n_points, e);
}

int
run_store_add_points(struct project *p, uint32_t id, const struct train_point *points, size_t n, struct err *e)
{
  struct run_write w = {.id = id, .points = points, .n_points = n};

  return n ? project_record(p, points_work, &w, e) : 0;
}

static int
finish_work(struct project *p, void *arg, struct err *e)
{
  const struct run_write *w = arg;

  if (update_work(p, arg, e) || points_work(p, arg, e))
    return -1;
  return w->model ? model_work(p, arg, e) : 0;
}

int
run_store_finish(struct project *p, const struct run_row *row, const void *model, size_t n_model,
                 const struct train_point *points, size_t n_points, struct err *e)
{
  struct run_write w = {
    .row = row, .id = row->id, .model = model, .n_model = n_model, .points = points, .n_points = n_points};

  return project_record(p, finish_work, &w, e);
}

/* ---- reading ---- */

static int
get(struct project *p, const char *name, uint32_t id, struct run_row *row, struct err *e)
{
  static const char by_name[] = "SELECT " RUN_COLUMNS " FROM run WHERE name=?";
  static const char by_id[] = "SELECT " RUN_COLUMNS " FROM run WHERE id=?";
  int rc = name ? record_get(p, &run_record, row, e, by_name, "t", name) : record_get(p, &run_record, row, e, by_id, "u", id);

  if (rc == 0)
    return name ? record_unknown(p, "run", name, names_sql, e) : no_run(id, e);
  return rc > 0 ? 0 : -1;
}

int
run_store_get(struct project *p, const char *name, struct run_row *row, struct err *e)
{
  return get(p, name, 0, row, e);
}

int
run_store_by_id(struct project *p, uint32_t id, struct run_row *row, struct err *e)
{
  return get(p, NULL, id, row, e);
}

int
run_store_list(struct project *p, struct run_row **rows, size_t *n, struct err *e)
{
  return record_list(p, &run_record, rows, n, e, "SELECT " RUN_COLUMNS " FROM run ORDER BY id", "");
}

int
run_store_model(struct project *p, uint32_t id, void **model, size_t *n, struct err *e)
{
  struct db *db = reader_enter(p);
  sqlite3_stmt *s = db_query(db, e, "SELECT data FROM model WHERE run=?", "u", id);
  int rc = s ? db_next(db, s, e) : -1;

  *model = NULL;
  *n = 0;
  if (rc > 0) {
    *model = col_blob(s, 0, n);
    db_rest(s);
  } else if (rc == 0) {
    err_set(e, ERR_INPUT, "run %u has no model (it was not trained to its end)", id);
  }
  reader_leave(p);
  return rc > 0 ? 0 : -1;
}

static void
read_point(struct project *p, sqlite3_stmt *s, void *out)
{
  (void)p;
  *(struct train_point *)out = (struct train_point){
    .epoch = sqlite3_column_int(s, 0),
    .step = sqlite3_column_int(s, 1),
    .n_steps = sqlite3_column_int(s, 2),
    .epoch_end = sqlite3_column_int(s, 3) != 0,
    .train_loss = col_double(s, 4),
    .train_accuracy = col_double(s, 5),
    .valid_loss = col_double(s, 6),
    .valid_accuracy = col_double(s, 7),
    .valid_f1 = col_double(s, 8),
    .samples_per_s = col_double(s, 9),
    .seconds = col_double(s, 10),
  };
}

int
run_store_points(struct project *p, uint32_t id, struct train_point **points, size_t *n, struct err *e)
{
  static const char sql[] =
    "SELECT epoch, step, n_steps, epoch_end, train_loss, train_accuracy, valid_loss, valid_accuracy,"
    " valid_f1, samples_per_s, seconds FROM run_point WHERE run=? ORDER BY seq";
  static const struct record kind = {sizeof(struct train_point), read_point, NULL};

  return record_list(p, &kind, points, n, e, sql, "u", id);
}

static int
remove_work(struct project *p, void *arg, struct err *e)
{
  const char *name = arg;
  int64_t id;

  if (db_number(&p->db, e, 0, &id, "SELECT id FROM run WHERE name=?", "t", name))
    return -1;
  if (!id)
    return reader_no_such(&p->db, "run", name, names_sql, e);
  return db_run(&p->db, e, "DELETE FROM model WHERE run=?", "i", id) ||
         db_run(&p->db, e, "DELETE FROM run_point WHERE run=?", "i", id) ||
         db_run(&p->db, e, "DELETE FROM run_change WHERE run=?", "i", id) ||
         db_run(&p->db, e, "DELETE FROM run_state WHERE run=?", "i", id) ||
         db_run(&p->db, e, "DELETE FROM prediction WHERE kind=0 AND predictor=?", "i", id) ||
         db_run(&p->db, e, "DELETE FROM evaluation WHERE kind=0 AND predictor=?", "i", id) ||
         db_run(&p->db, e, "DELETE FROM signal WHERE run=?", "i", id) ||
         db_run(&p->db, e, "DELETE FROM run WHERE id=?", "i", id) ? -1 : 0;
}

int
run_store_remove(struct project *p, const char *name, struct err *e)
{
  return project_record(p, remove_work, (void *)name, e);
}
