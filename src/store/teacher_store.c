#include "store/teacher_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/record.h"

#define COLUMNS "id, name, kind, url, model, key_env, price_in, price_out, concurrency, settings, length(replay), at_ms"
static const char names_sql[] = "SELECT name FROM teacher WHERE NOT removed ORDER BY name";

void
teacher_row_release(struct teacher_row *row)
{
  free(row->name);
  free(row->kind);
  free(row->url);
  free(row->model);
  free(row->key_env);
  free(row->settings);
  *row = (struct teacher_row){0};
}

static void
read_row(struct project *p, sqlite3_stmt *s, void *out)
{
  struct teacher_row *row = out;

  (void)p;
  *row = (struct teacher_row){
    .id = col_u32(s, 0),
    .name = col_text(s, 1),
    .kind = col_text(s, 2),
    .url = col_text(s, 3),
    .model = col_text(s, 4),
    .key_env = col_text(s, 5),
    .price_in = col_double(s, 6),
    .price_out = col_double(s, 7),
    .concurrency = col_u32(s, 8),
    .settings = col_text(s, 9),
    .replay_bytes = (size_t)sqlite3_column_int64(s, 10),
    .at_ms = sqlite3_column_int64(s, 11),
  };
}

static void
release(void *row)
{
  teacher_row_release(row);
}

static const struct record teachers = {sizeof(struct teacher_row), read_row, release};

void
teacher_rows_free(struct teacher_row *rows, size_t n)
{
  record_free(&teachers, rows, n);
}

struct put {
  const struct teacher_row *row;
  const char *replay;
  size_t n_replay;
  uint32_t id;
};

static int
put_work(struct project *p, void *arg, struct err *e)
{
  static const char sql[] =
    "INSERT INTO teacher (name, kind, url, model, key_env, price_in, price_out, concurrency, settings, replay, at_ms)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET kind=excluded.kind, url=excluded.url,"
    " model=excluded.model, key_env=excluded.key_env, price_in=excluded.price_in, price_out=excluded.price_out,"
    " concurrency=excluded.concurrency, settings=excluded.settings, replay=excluded.replay, at_ms=excluded.at_ms, "
    "removed=0";
  struct put *put = arg;
  const struct teacher_row *row = put->row;
  int64_t id;

  if (db_run(&p->db, e, sql, "tttttddutbi", row->name, or_empty(row->kind), or_empty(row->url), or_empty(row->model),
             or_empty(row->key_env), row->price_in, row->price_out, row->concurrency,
             row->settings ? row->settings : "{}", (const void *)put->replay, put->n_replay, clock_wall_ms()) ||
      db_number(&p->db, e, 0, &id, "SELECT id FROM teacher WHERE name=?", "t", row->name))
    return -1;
  put->id = (uint32_t)id;
  return follow_names(p, e);
}

int
teacher_store_put(struct project *p, const struct teacher_row *row, const char *replay, size_t n_replay, uint32_t *id,
                  struct err *e)
{
  struct put put = {.row = row, .replay = replay, .n_replay = n_replay};
  int rc;

  if (!row->name || !*row->name)
    return err_set(e, ERR_INPUT, "a teacher needs a name");
  if (n_replay > REPLAY_MAX)
    return err_set(e, ERR_INPUT, "recorded replies are too large: %zu bytes (at most %zu)", n_replay, REPLAY_MAX);
  rc = project_record(p, put_work, &put, e);
  if (id)
    *id = put.id;
  return rc;
}

static int
get(struct project *p, const char *name, uint32_t id, struct teacher_row *row, struct err *e)
{
  static const char by_name[] = "SELECT " COLUMNS " FROM teacher WHERE name=? AND NOT removed";
  static const char by_id[] = "SELECT " COLUMNS " FROM teacher WHERE id=?";
  int rc = name ? record_get(p, &teachers, row, e, by_name, "t", name)
                : record_get(p, &teachers, row, e, by_id, "u", id);

  if (rc == 0)
    return name ? record_unknown(p, "teacher", name, names_sql, e)
                : err_set(e, ERR_INPUT, "there is no teacher number %u", id);
  return rc > 0 ? 0 : -1;
}

int
teacher_store_get(struct project *p, const char *name, struct teacher_row *row, struct err *e)
{
  return get(p, name, 0, row, e);
}

int
teacher_store_by_id(struct project *p, uint32_t id, struct teacher_row *row, struct err *e)
{
  return get(p, NULL, id, row, e);
}

int
teacher_store_replay(struct project *p, uint32_t id, char **replay, size_t *n, struct err *e)
{
  struct db *db = reader_enter(p);
  sqlite3_stmt *s = db_query(db, e, "SELECT replay FROM teacher WHERE id=? AND replay IS NOT NULL", "u", id);
  int rc = s ? db_next(db, s, e) : -1;

  *replay = NULL;
  *n = 0;
  if (rc > 0) {
    *replay = col_blob(s, 0, n);
    db_rest(s);
  } else if (rc == 0) {
    err_set(e, ERR_INPUT, "teacher %u has no recorded replies", id);
  }
  reader_leave(p);
  return rc > 0 ? 0 : -1;
}

int
teacher_store_list(struct project *p, struct teacher_row **rows, size_t *n, struct err *e)
{
  return record_list(p, &teachers, rows, n, e, "SELECT " COLUMNS " FROM teacher WHERE NOT removed ORDER BY name", "");
}

static int
remove_work(struct project *p, void *arg, struct err *e)
{
  if (db_run(&p->db, e, "UPDATE teacher SET removed=1, replay=NULL WHERE name=? AND NOT removed", "t",
             (const char *)arg))
    return -1;
  return sqlite3_changes(p->db.h) ? 0 : reader_no_such(&p->db, "teacher", arg, names_sql, e);
}

int
teacher_store_remove(struct project *p, const char *name, struct err *e)
{
  return project_record(p, remove_work, (void *)name, e);
}
