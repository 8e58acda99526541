#include "store/template_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/record.h"

#define COLUMNS "id, name, version, source, at_ms, removed"
static const char names_sql[] = "SELECT DISTINCT name FROM template WHERE NOT removed ORDER BY name";

void
template_row_release(struct template_row *row)
{
  free(row->name);
  free(row->source);
  *row = (struct template_row){0};
}

static void
read_row(struct project *p, sqlite3_stmt *s, void *out)
{
  struct template_row *row = out;

  (void)p;
  *row = (struct template_row){
    .id = col_u32(s, 0),
    .name = col_text(s, 1),
    .version = col_u32(s, 2),
    .source = col_text(s, 3),
    .at_ms = sqlite3_column_int64(s, 4),
    .removed = col_u32(s, 5) != 0,
  };
}

static void
release(void *row)
{
  template_row_release(row);
}

static const struct record templates = {sizeof(struct template_row), read_row, release};

void
template_rows_free(struct template_row *rows, size_t n)
{
  record_free(&templates, rows, n);
}

static const char newest_sql[] = "SELECT " COLUMNS " FROM template WHERE name=? ORDER BY version DESC LIMIT 1";

struct put {
  const char *name, *source;
  struct template_row row;
};

/* Is the newest version this very text? Then only its removal, if any, is taken back. */
static int
put_same(struct project *p, struct put *put, struct err *e)
{
  sqlite3_stmt *s = db_query(&p->db, e, newest_sql, "t", put->name);
  int rc = s ? db_next(&p->db, s, e) : -1;

  if (rc <= 0)
    return rc;
  read_row(p, s, &put->row);
  db_rest(s);
  rc = !strcmp(put->row.source, put->source);
  if (!put->row.removed)
    return rc;
  put->row.removed = false;
  return db_run(&p->db, e, "UPDATE template SET removed=0 WHERE name=?", "t", put->name) ? -1 : rc;
}

static int
put_work(struct project *p, void *arg, struct err *e)
{
  struct put *put = arg;
  int rc = put_same(p, put, e);
  uint32_t version = put->row.version + 1;

  if (rc)
    return rc < 0 ? -1 : 0;
  template_row_release(&put->row);
  put->row = (struct template_row){
    .name = xstrdup(put->name), .version = version, .source = xstrdup(put->source), .at_ms = clock_wall_ms()};
  if (db_run(&p->db, e, "INSERT INTO template (name, version, source, at_ms) VALUES (?, ?, ?, ?)", "tuti", put->name,
             version, put->source, put->row.at_ms))
    return -1;
  put->row.id = (uint32_t)sqlite3_last_insert_rowid(p->db.h);
  return follow_names(p, e);
}

int
template_store_put(struct project *p, const char *name, const char *source, struct template_row *row, struct err *e)
{
  struct put put = {.name = name, .source = source};
  int rc;

  if (!*name)
    return err_set(e, ERR_INPUT, "a template needs a name");
  rc = project_record(p, put_work, &put, e);
  if (rc >= 0 && row)
    *row = put.row;
  else
    template_row_release(&put.row);
  return rc < 0 ? -1 : 0;
}

int
template_store_get(struct project *p, const char *name, uint32_t version, struct template_row *row, struct err *e)
{
  static const char sql[] =
    "SELECT " COLUMNS
    " FROM template WHERE name=?1 AND NOT removed AND (?2=0 OR version=?2) ORDER BY version DESC LIMIT 1";
  char *wanted = version ? xasprintf("%s v%u", name, version) : xstrdup(name);
  int rc = record_get(p, &templates, row, e, sql, "tu", name, version);

  if (rc == 0)
    rc = record_unknown(p, "template", wanted, names_sql, e);
  free(wanted);
  return rc > 0 ? 0 : -1;
}

int
template_store_by_id(struct project *p, uint32_t id, struct template_row *row, struct err *e)
{
  int rc = record_get(p, &templates, row, e, "SELECT " COLUMNS " FROM template WHERE id=?", "u", id);

  if (rc == 0)
    return err_set(e, ERR_INPUT, "there is no template version %u", id);
  return rc > 0 ? 0 : -1;
}

int
template_store_list(struct project *p, bool all_versions, struct template_row **rows, size_t *n, struct err *e)
{
  static const char sql[] = "SELECT " COLUMNS " FROM template t WHERE NOT removed AND (?1 OR version="
                            "(SELECT max(version) FROM template u WHERE u.name=t.name)) ORDER BY name, version DESC";

  return record_list(p, &templates, rows, n, e, sql, "u", (uint32_t)all_versions);
}

static int
remove_work(struct project *p, void *arg, struct err *e)
{
  if (db_run(&p->db, e, "UPDATE template SET removed=1 WHERE name=? AND NOT removed", "t", (const char *)arg))
    return -1;
  return sqlite3_changes(p->db.h) ? 0 : reader_no_such(&p->db, "template", arg, names_sql, e);
}

int
template_store_remove(struct project *p, const char *name, struct err *e)
{
  return project_record(p, remove_work, (void *)name, e);
}
