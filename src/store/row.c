#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "store/internal.h"

/* One row for each field; the names are those of field_defs. */
static const struct {
  const char *read, *write;
  uint32_t n_values;             /* numbers are below this */
} columns[N_FIELDS] = {
#define COLUMN(name) "SELECT " name " FROM sample WHERE id=?1", "UPDATE sample SET " name "=?2 WHERE id=?1"
  [FIELD_TEXT] = {COLUMN("text"), 0},
  [FIELD_TEXT2] = {COLUMN("text2"), 0},
  [FIELD_LABELS] = {COLUMN("labels"), 0},
  [FIELD_SPLIT] = {COLUMN("split"), N_SPLITS},
  [FIELD_STATUS] = {COLUMN("status"), N_STATUSES},
  [FIELD_ORIGIN] = {COLUMN("origin"), N_ORIGINS},
  [FIELD_ATTRIBUTES] = {COLUMN("attributes"), 0},
  [FIELD_REQUEST] = {COLUMN("request"), UINT32_MAX},
  [FIELD_TEACHER] = {COLUMN("teacher"), UINT32_MAX},
  [FIELD_GONE] = {COLUMN("gone"), 2},
#undef COLUMN
};

/* ---- checking ---- */

static int
check_text(const char *s, size_t n, struct err *e)
{
  size_t bad;

  if (n > SAMPLE_TEXT_MAX)
    return err_set(e, ERR_INPUT, "a text is too long: %zu bytes (at most %zu)", n, SAMPLE_TEXT_MAX);
  if (s && !utf8_valid(s, n, &bad))
    return err_set(e, ERR_INPUT, "a text is not UTF-8 at byte %zu", bad + 1);
  if (s && memchr(s, '\0', n))
    return err_set(e, ERR_INPUT, "a text holds a NUL byte");
  return 0;
}

static int
check_labels(const struct project *p, const uint16_t *labels, size_t n, size_t known, struct err *e)
{
  if (n > 1 && corpus_task(p->corpus) != TASK_MULTILABEL)
    return err_set(e, ERR_INPUT, "a sample of this project has one label, not %zu", n);
  for (size_t i = 0; i < n; i++)
    if (labels[i] >= known)
      return err_set(e, ERR_INPUT, "there is no label number %u", labels[i]);
  return 0;
}

static int
check_row(const struct project *p, const struct change_row *row, struct err *e)
{
  const struct field_value *v = &row->value;

  if (row->id == 0 || row->id > corpus_count(p->corpus))
    return err_set(e, ERR_INPUT, "there is no sample %u", row->id);
  switch (field_defs[row->field].kind) {
  case FIELD_KIND_TEXT:
    return check_text(v->s, v->n, e);
  case FIELD_KIND_LABELS:
    return check_labels(p, v->labels, v->n, labels_count(corpus_labels(p->corpus)), e);
  case FIELD_KIND_NUMBER:
    if (v->n >= columns[row->field].n_values)
      return err_set(e, ERR_INPUT, "%u is no %s", v->n, field_defs[row->field].name);
  }
  return 0;
}

int
row_check_sample(const struct project *p, const struct sample *s, size_t n_labels, struct err *e)
{
  if (check_text(s->text, s->n_text, e) || check_text(s->text2, s->n_text2, e) ||
      check_text(s->attributes, s->attributes ? strlen(s->attributes) : 0, e) ||
      check_labels(p, s->labels, s->n_labels, n_labels, e))
    return -1;
  if ((unsigned)s->split >= N_SPLITS || (unsigned)s->status >= N_STATUSES || (unsigned)s->origin >= N_ORIGINS)
    return err_set(e, ERR_INPUT, "a sample's split, status or origin is none");
  return 0;
}

int
row_check(const struct project *p, const struct change *ch, struct err *e)
{
  if (ch->n_samples > CORPUS_MAX - corpus_count(p->corpus))
    return err_set(e, ERR_INPUT, "too many samples: a project holds %u", CORPUS_MAX);
  for (size_t i = 0; i < ch->n_rows; i++)
    if (check_row(p, &ch->rows[i], e))
      return -1;
  for (size_t i = 0; i < ch->n_samples; i++)
    if (row_check_sample(p, &ch->samples[i], labels_count(corpus_labels(p->corpus)), e))
      return -1;
  return 0;
}

/* ---- values ---- */

static void
labels_text(struct buf *b, const uint16_t *labels, size_t n)
{
  buf_clear(b);
  for (size_t i = 0; i < n; i++)
    buf_addf(b, "%s%u", i ? "," : "", labels[i]);
}

/* Reads "3,17" into labels; how many. */
static uint32_t
labels_parse(const char *s, uint16_t *labels)
{
  uint32_t n = 0;
  char *end;

  /* One label of one or two digits, in most of a million rows. */
  if (s && s[0] >= '0' && s[0] <= '9' && (!s[1] || (s[1] >= '0' && s[1] <= '9' && !s[2]))) {
    labels[0] = (uint16_t)(s[1] ? 10 * (s[0] - '0') + s[1] - '0' : s[0] - '0');
    return 1;
  }
  while (s && *s && n < LABEL_MAX) {
    labels[n] = (uint16_t)strtoul(s, &end, 10);
    if (end == s)
      break;
    n++;
    s = *end == ',' ? end + 1 : end;
  }
  return n;
}

/* Adds the value in a column as a new row of the set. */
static void
add_value(struct change *set, uint32_t id, enum field field, sqlite3_stmt *s, int column)
{
  const char *text;

  if (field_defs[field].kind == FIELD_KIND_NUMBER) {
    change_set_number(set, id, field, col_u32(s, column));
    return;
  }
  text = (const char *)sqlite3_column_text(s, column);
  if (field_defs[field].kind == FIELD_KIND_LABELS) {
    uint16_t *labels = xmalloc(LABEL_MAX * sizeof *labels);

    change_set_labels(set, id, labels, labels_parse(text, labels));
    free(labels);
  } else {
    change_set_all(set, &id, 1, field,
                   (struct field_value){.s = text, .n = text ? (uint32_t)sqlite3_column_bytes(s, column) : 0});
  }
}

static int
write_value(struct db *db, const char *sql, uint32_t id, enum field field, const struct field_value *v, struct buf *b,
            struct err *e)
{
  switch (field_defs[field].kind) {
  case FIELD_KIND_TEXT:
    return db_run(db, e, sql, "un", id, v->s, (size_t)v->n);
  case FIELD_KIND_LABELS:
    labels_text(b, v->labels, v->n);
    return db_run(db, e, sql, "ut", id, buf_str(b));
  case FIELD_KIND_NUMBER:
    return db_run(db, e, sql, "uu", id, v->n);
  }
  return -1;
}

/* Is what the column holds this value? */
static bool
same_value(sqlite3_stmt *s, int column, enum field field, const struct field_value *v, struct buf *b)
{
  const char *text;

  if (field_defs[field].kind == FIELD_KIND_NUMBER)
    return col_u32(s, column) == v->n;
  text = (const char *)sqlite3_column_text(s, column);
  if (field_defs[field].kind == FIELD_KIND_LABELS) {
    labels_text(b, v->labels, v->n);
    return text && !strcmp(text, buf_str(b));
  }
  if (!text || !v->s)
    return !text && !v->s;
  return (uint32_t)sqlite3_column_bytes(s, column) == v->n && !memcmp(text, v->s, v->n);
}

/* ---- writing ---- */

int
row_write_entry(struct project *p, enum change_kind kind, const char *actor, const char *summary, uint32_t target,
                uint32_t n, uint32_t first_id, uint32_t *id, struct err *e)
{
  static const char sql[] = "INSERT INTO change (at_ms, kind, actor, summary, target, n, first_id, last_id)"
                            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

  if (db_run(&p->db, e, sql, "iuttuuuu", clock_wall_ms(), (uint32_t)kind, actor, summary, target, n, first_id,
             first_id ? first_id + n - 1 : 0))
    return -1;
  *id = (uint32_t)sqlite3_last_insert_rowid(p->db.h);
  return 0;
}

/* One row of a set: 1 if it changed something, 0 if all was so before, -1. Its place in the log is `change`. */
static int
write_row(struct project *p, const struct change_row *row, uint32_t change, struct buf *b, struct err *e)
{
  static const char log_sql[] = "INSERT INTO change_row (change, sample, field, before, after) VALUES (?, ?, ?, ?, ?)"
                                " ON CONFLICT DO UPDATE SET after = excluded.after";
  enum field field = row->field;
  const struct field_value *v = &row->value;
  sqlite3_stmt *s = db_query(&p->db, e, columns[field].read, "u", row->id), *log;
  int rc;

  if (!s)
    return -1;
  rc = db_next(&p->db, s, e);
  if (rc <= 0)
    return rc ? -1 : err_set(e, ERR_INPUT, "there is no sample %u", row->id);
  rc = 0;
  if (!same_value(s, 0, field, v, b)) {
    log = db_query(&p->db, e, log_sql, "uuu", change, row->id, (uint32_t)field);
    rc = log ? 1 : -1;
    if (log) {
      sqlite3_bind_value(log, 4, sqlite3_column_value(s, 0));
      if (field_defs[field].kind == FIELD_KIND_NUMBER)
        sqlite3_bind_int64(log, 5, v->n);
      else if (field_defs[field].kind == FIELD_KIND_LABELS)  /* same_value left them in b */
        sqlite3_bind_text(log, 5, buf_str(b), -1, SQLITE_STATIC);
      else
        sqlite3_bind_text64(log, 5, v->s, v->n, SQLITE_STATIC, SQLITE_UTF8);
      if (db_next(&p->db, log, e) < 0)
        rc = -1;
    }
  }
  db_rest(s);
  if (rc > 0 && write_value(&p->db, columns[field].write, row->id, field, v, b, e))
    rc = -1;
  return rc;
}

/* Ids that ascend are all different. */
static bool
ascending(const struct change *ch)
{
  for (size_t i = 1; i < ch->n_rows; i++)
    if (ch->rows[i - 1].id >= ch->rows[i].id)
      return false;
  return true;
}

/* Where a field may have been set twice: what came to what it was before is no change; how many samples are left. */
static int
count_samples(struct project *p, uint32_t id, uint32_t *changed, struct err *e)
{
  int64_t n = 0;
  int rc = db_run(&p->db, e, "DELETE FROM change_row WHERE change=? AND before IS after", "u", id);

  if (!rc)
    rc = db_number(&p->db, e, 0, &n, "SELECT count(DISTINCT sample) FROM change_row WHERE change=?", "u", id);
  *changed = (uint32_t)n;
  return rc;
}

int
row_write_set(struct project *p, const struct change *ch, uint32_t *id, struct err *e)
{
  struct buf b = BUF_INIT;
  uint32_t changed = 0;
  int rc = row_write_entry(p, CHANGE_SET, ch->actor, ch->summary, 0, 0, 0, id, e);

  for (size_t i = 0; i < ch->n_rows && !rc; i++) {
    int one = write_row(p, &ch->rows[i], *id, &b, e);

    changed += one > 0;
    rc = one < 0 ? -1 : 0;
  }
  if (!rc && changed && !ascending(ch))
    rc = count_samples(p, *id, &changed, e);
  if (!rc && changed)
    rc = db_run(&p->db, e, "UPDATE change SET n=?2 WHERE id=?1", "uu", *id, changed);
  /* Nothing changed: nobody has seen the entry, its number is given again. */
  if (!rc && !changed) {
    rc = db_run(&p->db, e, "DELETE FROM change WHERE id=?", "u", *id);
    *id = 0;
  }
  buf_release(&b);
  return rc;
}

int
row_write_values(struct project *p, const struct change *set, struct err *e)
{
  struct buf b = BUF_INIT;
  int rc = 0;

  for (size_t i = 0; i < set->n_rows && !rc; i++) {
    const struct change_row *row = &set->rows[i];

    rc = write_value(&p->db, columns[row->field].write, row->id, row->field, &row->value, &b, e);
  }
  buf_release(&b);
  return rc;
}

/* In most of a million rows there is one label, or none. */
static void
labels_text_quick(struct buf *b, const uint16_t *labels, size_t n)
{
  char digits[8], *at = digits + sizeof digits;
  uint32_t id = n ? labels[0] : 0;

  if (n != 1) {
    labels_text(b, labels, n);
    return;
  }
  do
    *--at = (char)('0' + id % 10);
  while (id /= 10);
  buf_clear(b);
  buf_add(b, at, (size_t)(digits + sizeof digits - at));
}

/* Bound by hand: of a million rows, each word counts. */
static void
bind_sample(sqlite3_stmt *stmt, const struct sample *s, uint32_t id, const struct buf *labels)
{
  const char *attributes = s->attributes ? s->attributes : "";
  const uint32_t sources[] = {s->template_id, s->teacher_id, s->request_id, s->parent_id};

  sqlite3_bind_int64(stmt, 1, id);
  sqlite3_bind_text(stmt, 2, s->text, (int)s->n_text, SQLITE_STATIC);
  sqlite3_bind_text(stmt, 3, s->text2, (int)s->n_text2, SQLITE_STATIC);
  sqlite3_bind_text(stmt, 4, buf_str(labels), (int)labels->n, SQLITE_STATIC);
  sqlite3_bind_int(stmt, 5, (int)s->split);
  sqlite3_bind_int(stmt, 6, (int)s->status);
  sqlite3_bind_int(stmt, 7, (int)s->origin);
  sqlite3_bind_text(stmt, 8, attributes, -1, SQLITE_STATIC);
  for (int i = 0; i < 4; i++)
    sqlite3_bind_int64(stmt, 9 + i, sources[i]);
}

/* first 0: with the ids that they have. */
static int
write_samples(struct project *p, const struct sample *samples, size_t n, uint32_t first, struct err *e)
{
  static const char sql[] = "INSERT INTO sample (" SAMPLE_COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)";
  sqlite3_stmt *stmt = db_query(&p->db, e, sql, "");
  struct buf labels = BUF_INIT;
  int rc = stmt ? 0 : -1;

  for (size_t i = 0; i < n && !rc; i++) {
    labels_text_quick(&labels, samples[i].labels, samples[i].n_labels);
    bind_sample(stmt, &samples[i], first ? first + (uint32_t)i : samples[i].id, &labels);
    if (sqlite3_step(stmt) != SQLITE_DONE)
      rc = db_fail(&p->db, e);
    sqlite3_reset(stmt);
  }
  if (stmt)
    db_rest(stmt);
  buf_release(&labels);
  return rc;
}

int
row_write_samples(struct project *p, const struct sample *samples, size_t n, struct err *e)
{
  return write_samples(p, samples, n, 0, e);
}

int
row_write_insert(struct project *p, const struct change *ch, uint32_t *id, uint32_t *first_id, struct err *e)
{
  int64_t last;

  if (db_number(&p->db, e, 0, &last, "SELECT max(id) FROM sample", ""))
    return -1;
  *first_id = (uint32_t)last + 1;
  if (ch->n_samples > CORPUS_MAX - (uint64_t)last)
    return err_set(e, ERR_INPUT, "too many samples: a project holds %u", CORPUS_MAX);
  if (write_samples(p, ch->samples, ch->n_samples, *first_id, e))
    return -1;
  return row_write_entry(p, CHANGE_INSERT, ch->actor, ch->summary, 0, (uint32_t)ch->n_samples, *first_id, id, e);
}

int
row_write_label(struct project *p, uint16_t id, const char *name, const char *meaning, uint32_t *entry, struct err *e)
{
  static const char sql[] = "INSERT INTO label (id, name, meaning) VALUES (?, ?, ?)"
                            " ON CONFLICT (name) DO UPDATE SET meaning = excluded.meaning WHERE excluded.meaning <> ''";
  char *summary = xasprintf("label %s", name);
  int rc = db_run(&p->db, e, sql, "utt", (uint32_t)id, name, meaning);

  if (!rc)
    rc = row_write_entry(p, CHANGE_LABEL, "person", summary, 0, 0, 0, entry, e);
  free(summary);
  return rc;
}

/* ---- reading ---- */

void
row_read_sample(sqlite3_stmt *s, struct sample *out, uint16_t *labels)
{
  *out = (struct sample){.id = col_u32(s, 0)};
  out->text = (const char *)sqlite3_column_text(s, 1);
  out->n_text = (uint32_t)sqlite3_column_bytes(s, 1);
  out->text2 = (const char *)sqlite3_column_text(s, 2);
  out->n_text2 = out->text2 ? (uint32_t)sqlite3_column_bytes(s, 2) : 0;
  out->n_labels = labels_parse((const char *)sqlite3_column_text(s, 3), labels);
  out->labels = labels;
  out->split = col_u32(s, 4) % N_SPLITS;
  out->status = col_u32(s, 5) % N_STATUSES;
  out->origin = col_u32(s, 6) % N_ORIGINS;
  out->attributes = (const char *)sqlite3_column_text(s, 7);
  out->template_id = col_u32(s, 8);
  out->teacher_id = col_u32(s, 9);
  out->request_id = col_u32(s, 10);
  out->parent_id = col_u32(s, 11);
  out->gone = col_u32(s, 12) != 0;
}

int
row_read_back(struct project *p, const struct change *ch, struct change *set, struct err *e)
{
  for (size_t i = 0; i < ch->n_rows; i++) {
    const struct change_row *row = &ch->rows[i];
    sqlite3_stmt *s = db_query(&p->db, e, columns[row->field].read, "u", row->id);

    if (!s || db_next(&p->db, s, e) <= 0)
      return -1;
    add_value(set, row->id, row->field, s, 0);
    db_rest(s);
  }
  return 0;
}

int
row_read_effect(struct project *p, uint32_t id, bool undo, struct change *set, struct err *e)
{
  sqlite3_stmt *s = db_query(&p->db, e, "SELECT kind, first_id, last_id FROM change WHERE id=?", "u", id);
  uint32_t first, last;
  enum change_kind kind;
  int rc = s ? db_next(&p->db, s, e) : -1;

  if (rc <= 0)
    return rc ? -1 : err_set(e, ERR_FAIL, "the log has no entry %u (run retort check)", id);
  kind = col_u32(s, 0);
  first = col_u32(s, 1);
  last = col_u32(s, 2);
  db_rest(s);
  if (kind == CHANGE_INSERT) {
    for (uint32_t sample = first; sample && sample <= last; sample++)
      change_set_number(set, sample, FIELD_GONE, undo);
    return 0;
  }
  s = db_query(&p->db, e, "SELECT sample, field, before, after FROM change_row WHERE change=?", "u", id);
  if (!s)
    return -1;
  while ((rc = db_next(&p->db, s, e)) > 0)
    if (col_u32(s, 1) < N_FIELDS)
      add_value(set, col_u32(s, 0), col_u32(s, 1), s, undo ? 2 : 3);
  return rc;
}

char *
row_value_text(const struct project *p, enum field field, sqlite3_stmt *s, int column)
{
  static const char *const *const names[N_FIELDS] = {
    [FIELD_SPLIT] = split_names, [FIELD_STATUS] = status_names, [FIELD_ORIGIN] = origin_names};
  struct buf b = BUF_INIT;

  if (field_defs[field].kind == FIELD_KIND_LABELS) {
    uint16_t *labels = xmalloc(LABEL_MAX * sizeof *labels);
    uint32_t n = labels_parse((const char *)sqlite3_column_text(s, column), labels);

    labels_join(&b, corpus_labels(p->corpus), labels, n, ", ");
    free(labels);
    return buf_take(&b);
  }
  if (names[field] && col_u32(s, column) < columns[field].n_values)
    return xstrdup(names[field][col_u32(s, column)]);
  return col_text_or_null(s, column);
}
