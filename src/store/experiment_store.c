#include "store/experiment_store.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/record.h"

#define COLUMNS "id, name, plan, result, at_ms"
static const char names_sql[] = "SELECT name FROM experiment ORDER BY id";

/* ---- experiments ---- */

void
experiment_record_release(struct experiment_record *row)
{
  free(row->name);
  free(row->plan);
  free(row->result);
  *row = (struct experiment_record){0};
}

static void
read_experiment(struct project *p, sqlite3_stmt *s, void *out)
{
  (void)p;
  *(struct experiment_record *)out = (struct experiment_record){
    .id = col_u32(s, 0), .name = col_text(s, 1), .plan = col_text(s, 2), .result = col_text(s, 3),
    .at_ms = sqlite3_column_int64(s, 4)};
}

static void
release_experiment(void *row)
{
  experiment_record_release(row);
}

static const struct record experiments = {sizeof(struct experiment_record), read_experiment, release_experiment};

void
experiment_records_free(struct experiment_record *rows, size_t n)
{
  record_free(&experiments, rows, n);
}

struct experiment_write {
  const char *plan, *result;
  char *name;
  uint32_t id;
};

static int
make_name(struct project *p, char **name, struct err *e)
{
  int64_t last;

  if (db_number(&p->db, e, 0, &last, "SELECT max(id) FROM experiment", ""))
    return -1;
  *name = xasprintf("experiment#%lld", (long long)last + 1);
  return 0;
}

static int
put_work(struct project *p, void *arg, struct err *e)
{
  static const char sql[] = "INSERT INTO experiment (name, plan, result, at_ms) VALUES (?, ?, ?, ?) ON CONFLICT (name)"
                            " DO UPDATE SET plan=excluded.plan, result=excluded.result, at_ms=excluded.at_ms";
  struct experiment_write *w = arg;
  int64_t id;

  if ((!w->name && make_name(p, &w->name, e) < 0)
      || db_run(&p->db, e, sql, "ttti", w->name, or_object(w->plan), or_empty(w->result), clock_wall_ms())
      || db_number(&p->db, e, 0, &id, "SELECT id FROM experiment WHERE name=?", "t", w->name))
    return -1;
  w->id = (uint32_t)id;
  return 0;
}

int
experiment_store_put(struct project *p, const char *name, const char *plan, const char *result, uint32_t *id,
                     char **made_up, struct err *e)
{
  struct experiment_write w = {plan, result, name && *name ? xstrdup(name) : NULL, 0};
  int r = project_record(p, put_work, &w, e);

  if (id)
    *id = w.id;
  if (made_up && r == 0)
    *made_up = w.name;
  else
    free(w.name);
  return r;
}

int
experiment_store_list(struct project *p, struct experiment_record **rows, size_t *n, struct err *e)
{
  return record_list(p, &experiments, rows, n, e, "SELECT " COLUMNS " FROM experiment ORDER BY id", "");
}

int
experiment_store_get(struct project *p, const char *name, struct experiment_record *row, struct err *e)
{
  int r = record_get(p, &experiments, row, e, "SELECT " COLUMNS " FROM experiment WHERE name=?", "t", name);

  if (r == 0)
    return record_unknown(p, "experiment", name, names_sql, e);
  return r > 0 ? 0 : -1;
}

static int
remove_work(struct project *p, void *arg, struct err *e)
{
  static const char fits_sql[] = "DELETE FROM fit WHERE experiment=?1 AND NOT EXISTS"
                                 " (SELECT 1 FROM experiment e WHERE e.id != ?1 AND instr(e.result, fit.key))";
  const struct experiment_record *row = arg;

  return db_run(&p->db, e, fits_sql, "u", row->id)
         || db_run(&p->db, e, "DELETE FROM experiment WHERE id=?", "u", row->id) ? -1 : 0;
}

int
experiment_store_remove(struct project *p, const char *name, struct err *e)
{
  struct experiment_record row;
  int r;

  if (experiment_store_get(p, name, &row, e) < 0)
    return -1;
  r = project_record(p, remove_work, &row, e);
  experiment_record_release(&row);
  return r;
}

/* ---- fits ---- */

void
fit_row_release(struct fit_row *row)
{
  free(row->key);
  free(row->said);
  free(row->right);
  free(row->measured);
  *row = (struct fit_row){0};
}

static void
read_fit(struct project *p, sqlite3_stmt *s, void *out)
{
  struct fit_row *row = out;

  (void)p;
  *row = (struct fit_row){.key = col_text(s, 0), .experiment = col_u32(s, 1), .measured = col_text(s, 4)};
  row->said = col_blob(s, 2, &row->n_said);
  row->right = col_blob(s, 3, &row->n_right);
}

static void
release_fit(void *row)
{
  fit_row_release(row);
}

static const struct record fits = {sizeof(struct fit_row), read_fit, release_fit};

static int
put_fit_work(struct project *p, void *arg, struct err *e)
{
  static const char sql[] = "INSERT OR REPLACE INTO fit (key, experiment, said, correct, measured, at_ms)"
                            " VALUES (?, ?, ?, ?, ?, ?)";
  const struct fit_row *row = arg;

  return db_run(&p->db, e, sql, "tubbti", row->key, row->experiment, row->said, row->n_said, row->right, row->n_right,
                or_object(row->measured), clock_wall_ms());
}

int
experiment_store_put_fit(struct project *p, const struct fit_row *row, struct err *e)
{
  return project_record(p, put_fit_work, (void *)(uintptr_t)row, e);
}

int
experiment_store_fit(struct project *p, const char *key, struct fit_row *row, struct err *e)
{
  return record_get(p, &fits, row, e, "SELECT key, experiment, said, correct, measured FROM fit WHERE key=?", "t", key);
}

int
experiment_store_count_fits(struct project *p, uint32_t experiment, size_t *n, struct err *e)
{
  int64_t count = 0;
  int r = db_number(reader_enter(p), e, 0, &count, "SELECT count(*) FROM fit WHERE experiment=?", "u", experiment);

  reader_leave(p);
  *n = (size_t)count;
  return r;
}
