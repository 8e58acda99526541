/* history_log.c: the log, of project.h. */
#include <stdlib.h>

#include "store/record.h"

static void
read_entry(struct project *p, sqlite3_stmt *s, void *out)
{
  (void)p;
  *(struct log_entry *)out = (struct log_entry){
    .id = col_u32(s, 0),
    .kind = col_u32(s, 1) % N_CHANGES,
    .at_ms = sqlite3_column_int64(s, 2),
    .actor = col_text(s, 3),
    .summary = col_text(s, 4),
    .target = col_u32(s, 5),
    .n = col_u32(s, 6),
    .first_id = col_u32(s, 7),
    .undone = col_u32(s, 8) == CHANGE_UNDO,
  };
}

static void
release_entry(void *arg)
{
  struct log_entry *entry = arg;

  free(entry->actor);
  free(entry->summary);
}

static const struct record log_entries = {sizeof(struct log_entry), read_entry, release_entry};

int
project_log(struct project *p, uint32_t before, size_t max, struct log_entry **entries, size_t *n, struct err *e)
{
  static const char sql[] =
    "SELECT id, kind, at_ms, actor, summary, target, n, first_id, coalesce((SELECT u.kind FROM change u"
    " WHERE u.target > 0 AND u.target = c.id ORDER BY u.id DESC LIMIT 1), 0) FROM change c WHERE id < ? ORDER BY id "
    "DESC LIMIT ?";

  return record_list(p, &log_entries, entries, n, e, sql, "ui", before ? before : UINT32_MAX, max ? (int64_t)max : -1);
}

void
log_entries_free(struct log_entry *entries, size_t n)
{
  record_free(&log_entries, entries, n);
}

static void
read_log_row(struct project *p, sqlite3_stmt *s, void *out)
{
  enum field field = col_u32(s, 1) % N_FIELDS;

  *(struct log_row *)out = (struct log_row){
    .id = col_u32(s, 0),
    .field = field,
    .before = row_value_text(p, field, s, 2),
    .after = row_value_text(p, field, s, 3),
  };
}

static void
release_log_row(void *arg)
{
  struct log_row *row = arg;

  free(row->before);
  free(row->after);
}

static const struct record log_rows = {sizeof(struct log_row), read_log_row, release_log_row};

/* Whose values an entry is about: its own, or those of the change that it undoes or redoes. */
struct about {
  enum change_kind kind;         /* insert, set; else there are none */
  uint32_t change, first, last;
  bool back;
};

static int
find_about(struct project *p, uint32_t entry, struct about *a, struct err *e)
{
  static const char sql[] = "SELECT e.kind, t.kind, t.id, t.first_id, t.last_id FROM change e"
                            " JOIN change t ON t.id = ifnull(nullif(e.target, 0), e.id) WHERE e.id=?";
  struct db *db = reader_enter(p);
  sqlite3_stmt *s = db_query(db, e, sql, "u", entry);
  int rc = s ? db_next(db, s, e) : -1;

  *a = (struct about){.kind = CHANGE_LABEL};
  if (rc > 0) {
    *a = (struct about){col_u32(s, 1) % N_CHANGES, col_u32(s, 2), col_u32(s, 3), col_u32(s, 4),
                        col_u32(s, 0) == CHANGE_UNDO};
    db_rest(s);
  }
  reader_leave(p);
  return rc < 0 ? -1 : 0;
}

int
project_log_rows(struct project *p, uint32_t change, size_t max, struct log_row **rows, size_t *n, struct err *e)
{
  static const char sql[] = "SELECT sample, field, before, after FROM change_row WHERE change=? LIMIT ?",
                    back_sql[] = "SELECT sample, field, after, before FROM change_row WHERE change=? LIMIT ?",
                    new_sql[] = "SELECT id, 0, NULL, text FROM sample WHERE id BETWEEN ? AND ? LIMIT ?",
                    gone_sql[] = "SELECT id, 0, text, NULL FROM sample WHERE id BETWEEN ? AND ? LIMIT ?";
  int64_t limit = max ? (int64_t)max : -1;
  struct about a;

  *rows = NULL;
  *n = 0;
  if (find_about(p, change, &a, e))
    return -1;
  if (a.kind == CHANGE_INSERT)
    return record_list(p, &log_rows, rows, n, e, a.back ? gone_sql : new_sql, "uui", a.first, a.last, limit);
  if (a.kind == CHANGE_SET)
    return record_list(p, &log_rows, rows, n, e, a.back ? back_sql : sql, "ui", a.change, limit);
  return 0;
}

void
log_rows_free(struct log_row *rows, size_t n)
{
  record_free(&log_rows, rows, n);
}
