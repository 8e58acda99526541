#include "store/audit_store.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/record.h"

/* An entry is undone if the last one about it is an undo. */
#define LAST_ABOUT \
  "coalesce((SELECT u.kind FROM change u WHERE u.target > 0 AND u.target = c.id ORDER BY u.id DESC LIMIT 1), 0)"

static void
read_labels(const char *text, struct judgement *j)
{
  char *end;

  for (size_t cap = 0; text && *text && j->n_labels < LABEL_MAX; text = *end == ',' ? end + 1 : end) {
    unsigned long label = strtoul(text, &end, 10);

    if (end == text)
      return;
    GROW(j->labels, cap, j->n_labels + 1);
    j->labels[j->n_labels++] = (uint16_t)label;
  }
}

/* ---- decisions ---- */

/* One change of one field; joins what belongs to the sample of the row before. */
static void
add_decision(struct decision **rows, size_t *n, size_t *cap, sqlite3_stmt *s)
{
  uint32_t sample = col_u32(s, 0), field = col_u32(s, 2);
  bool more = *n && (*rows)[*n - 1].sample == sample;
  struct decision *d;

  if (!more) {
    GROW(*rows, *cap, *n + 1);
    (*rows)[(*n)++] = (struct decision){.sample = sample};
  }
  d = &(*rows)[*n - 1];
  d->n += !more || sqlite3_column_int64(s, 1) != d->at_ms;
  d->at_ms = sqlite3_column_int64(s, 1);
  if (field == FIELD_STATUS && !d->status_known) {
    d->status_known = true;
    d->came.status = col_u32(s, 3) % N_STATUSES;
  } else if (field == FIELD_LABELS && !d->labels_known) {
    d->labels_known = true;
    read_labels((const char *)sqlite3_column_text(s, 3), &d->came);
  }
}

int
decision_list(struct project *p, struct decision **rows, size_t *n, struct err *e)
{
  static const char sql[] =
    "SELECT r.sample, c.at_ms, r.field, r.before FROM change c JOIN change_row r ON r.change = c.id"
    " WHERE c.kind = 1 AND c.n = 1 AND c.actor = 'person' AND r.field IN (2, 4) AND " LAST_ABOUT " <> 2"
    " ORDER BY r.sample, c.id, r.field";
  struct db *db = reader_enter(p);
  sqlite3_stmt *s = db_query(db, e, sql, "");
  size_t cap = 0;
  int rc = s ? 0 : -1;

  *rows = NULL;
  *n = 0;
  while (s && (rc = db_next(db, s, e)) > 0)
    add_decision(rows, n, &cap, s);
  reader_leave(p);
  if (rc < 0) {
    decisions_free(*rows, *n);
    *rows = NULL;
    *n = 0;
  }
  return rc;
}

void
decisions_free(struct decision *rows, size_t n)
{
  for (size_t i = 0; i < n; i++)
    free(rows[i].came.labels);
  free(rows);
}

/* ---- what a person did, and when ---- */

static void
read_entry(struct project *p, sqlite3_stmt *s, void *out)
{
  (void)p;
  *(struct person_entry *)out = (struct person_entry){
    .id = col_u32(s, 0),
    .at_ms = sqlite3_column_int64(s, 1),
    .kind = col_u32(s, 2) % N_CHANGES,
    .n = col_u32(s, 3),
    .undone = col_u32(s, 4) == CHANGE_UNDO,
    .fields = col_u32(s, 5),
    .status = sqlite3_column_type(s, 6) == SQLITE_NULL ? N_STATUSES : col_u32(s, 6) % N_STATUSES,
  };
}

static const struct record entries = {sizeof(struct person_entry), read_entry, NULL};

int
person_entry_list(struct project *p, struct person_entry **rows, size_t *n, struct err *e)
{
  static const char sql[] =
    "SELECT c.id, c.at_ms, c.kind, c.n, " LAST_ABOUT ", CASE WHEN c.kind = 1 AND c.n = 1 THEN"
    " (SELECT sum(1 << r.field) FROM change_row r WHERE r.change = c.id) ELSE 0 END,"
    " CASE WHEN c.kind = 1 AND c.n = 1 THEN"
    " (SELECT r.after FROM change_row r WHERE r.change = c.id AND r.field = 4) END"
    " FROM change c WHERE c.actor = 'person' ORDER BY c.id";

  return record_list(p, &entries, rows, n, e, sql, "");
}

/* ---- answers ---- */

static void
read_audit(struct project *p, sqlite3_stmt *s, void *out)
{
  struct audit_row *row = out;

  (void)p;
  *row = (struct audit_row){.id = col_u32(s, 0), .sample = col_u32(s, 1), .at_ms = sqlite3_column_int64(s, 2)};
  row->before.status = col_u32(s, 3) % N_STATUSES;
  row->after.status = col_u32(s, 5) % N_STATUSES;
  read_labels((const char *)sqlite3_column_text(s, 4), &row->before);
  read_labels((const char *)sqlite3_column_text(s, 6), &row->after);
}

static void
release_audit(void *arg)
{
  struct audit_row *row = arg;

  free(row->before.labels);
  free(row->after.labels);
}

static const struct record audits = {sizeof(struct audit_row), read_audit, release_audit};

static char *
labels_text(const struct judgement *j)
{
  struct buf b = BUF_INIT;

  for (uint32_t i = 0; i < j->n_labels; i++)
    buf_addf(&b, "%s%u", i ? "," : "", j->labels[i]);
  return buf_take(&b);
}

static int
add_work(struct project *p, void *arg, struct err *e)
{
  const struct audit_row *row = arg;
  char *before = labels_text(&row->before), *after = labels_text(&row->after);
  int rc = db_run(&p->db, e, "INSERT INTO audit (sample, at_ms, before_status, before_labels, after_status,"
                             " after_labels) VALUES (?, ?, ?, ?, ?, ?)", "uiutut", row->sample, clock_wall_ms(),
                  (uint32_t)row->before.status, before, (uint32_t)row->after.status, after);

  free(before);
  free(after);
  return rc;
}

int
audit_store_add(struct project *p, const struct audit_row *row, struct err *e)
{
  return project_record(p, add_work, (void *)(intptr_t)row, e);
}

int
audit_store_list(struct project *p, struct audit_row **rows, size_t *n, struct err *e)
{
  return record_list(p, &audits, rows, n, e, "SELECT id, sample, at_ms, before_status, before_labels, after_status,"
                                             " after_labels FROM audit ORDER BY id", "");
}

void
audit_rows_free(struct audit_row *rows, size_t n)
{
  record_free(&audits, rows, n);
}
