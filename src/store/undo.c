/* undo.c: undo, redo and the log, of project.h. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/record.h"

struct walk {
  bool redo;
  enum undo_scope scope;
  uint32_t *targets;           /* changes to undo or redo, in this order */
  size_t n_targets;
  uint32_t *entries;           /* their new entries in the log */
  struct change *set;          /* what it does to samples */
  char *what;
};

/* The last change that no job made, alone. */
static void
choose_persons(struct walk *w, const struct marks *m)
{
  for (size_t i = m->n; i-- > 0;)
    if (!m->v[i].job) {
      w->targets = xmalloc(sizeof *w->targets);
      w->targets[w->n_targets++] = m->v[i].change;
      return;
    }
}

static void
choose(struct walk *w, const struct marks *m)
{
  size_t from = marks_last_group(m);

  if (w->scope == UNDO_PERSON && !w->redo) {
    choose_persons(w, m);
    return;
  }
  w->targets = xcalloc(m->n - from + 1, sizeof *w->targets);
  for (size_t i = m->n; i-- > from;)
    w->targets[w->n_targets++] = m->v[i].change;
}

static bool
chosen(const struct walk *w, uint32_t change)
{
  for (size_t i = 0; i < w->n_targets; i++)
    if (w->targets[i] == change)
      return true;
  return false;
}

/* A job may have worked on the same samples after a person's change: then the values to go back to are not those
 * before. */
static int
check_later(struct project *p, const struct walk *w, uint32_t target, struct err *e)
{
  static const char sql[] =
    "SELECT a.sample FROM change_row a, change t WHERE a.change = ?1 AND t.id = ?2"
    " AND (a.sample BETWEEN t.first_id AND t.last_id OR EXISTS"
    " (SELECT 1 FROM change_row b WHERE b.change = ?2 AND b.sample = a.sample AND b.field = a.field)) LIMIT 1";
  const struct marks *done = &p->history.done;
  int64_t sample;

  for (size_t i = done->n; i-- > 0;) {
    if (done->v[i].change < target || !done->v[i].job || chosen(w, done->v[i].change))
      continue;
    if (db_number(&p->db, e, 0, &sample, sql, "uu", done->v[i].change, target))
      return -1;
    if (sample)
      return err_set(e, ERR_FAIL, "cannot %s '%s': job %u changed sample %u after it", w->redo ? "redo" : "undo",
                     w->what, done->v[i].job, (uint32_t)sample);
  }
  return 0;
}

/* "reject 3 samples", or for several changes of a job "job 12 (144 changes)". */
static int
describe(struct project *p, struct walk *w, struct err *e)
{
  sqlite3_stmt *s = db_query(&p->db, e, "SELECT actor, summary FROM change WHERE id=?", "u", w->targets[0]);
  struct buf b = BUF_INIT;

  if (!s || db_next(&p->db, s, e) <= 0)
    return -1;
  if (w->n_targets > 1)
    buf_addf(&b, "%s (%zu changes)", sqlite3_column_text(s, 0), w->n_targets);
  else
    buf_addf(&b, "%s", sqlite3_column_text(s, 1));
  db_rest(s);
  w->what = buf_take(&b);
  return 0;
}

static int
walk_one(struct project *p, struct walk *w, size_t i, struct err *e)
{
  size_t before = w->set->n_rows;
  char *summary;
  int rc;

  if (row_read_effect(p, w->targets[i], !w->redo, w->set, e))
    return -1;
  summary = xasprintf("%s: %s", w->redo ? "redo" : "undo", w->what);
  rc = row_write_entry(p, w->redo ? CHANGE_REDO : CHANGE_UNDO, "person", summary, w->targets[i],
                       (uint32_t)(w->set->n_rows - before), 0, &w->entries[i], e);
  free(summary);
  return rc;
}

/* 1: done, 0: there was nothing to do. */
static int
walk_work(struct project *p, void *arg, struct err *e)
{
  struct walk *w = arg;

  choose(w, w->redo ? &p->history.undone : &p->history.done);
  if (!w->n_targets)
    return 0;
  w->entries = xcalloc(w->n_targets, sizeof *w->entries);
  w->set = change_new(CHANGE_SET, "", "");
  if (describe(p, w, e))
    return -1;
  for (size_t i = 0; i < w->n_targets; i++)
    if (check_later(p, w, w->targets[i], e) || walk_one(p, w, i, e))
      return -1;
  return row_write_values(p, w->set, e) ? -1 : 1;
}

static void
walk_after(struct project *p, void *arg)
{
  struct walk *w = arg;

  if (!w->n_targets)
    return;
  for (size_t i = 0; i < w->n_targets; i++)
    history_note(&p->history, w->entries[i], w->redo ? CHANGE_REDO : CHANGE_UNDO, w->targets[i], "person");
  p->seen = w->entries[w->n_targets - 1];
  writer_apply(p, w->set);
}

static int
walk_run(struct project *p, struct walk *w, char **what, struct err *e)
{
  int rc = project_call(p, walk_work, walk_after, w, e);

  if (what)
    *what = rc > 0 ? xasprintf("%s: %s", w->redo ? "redid" : "undid", w->what)
                   : rc == 0 ? xasprintf("nothing to %s", w->redo ? "redo" : "undo") : NULL;
  free(w->what);
  free(w->targets);
  free(w->entries);
  change_free(w->set);
  return rc;
}

int
project_undo(struct project *p, enum undo_scope scope, char **what, struct err *e)
{
  struct walk w = {.scope = scope};

  return walk_run(p, &w, what, e);
}

int
project_redo(struct project *p, char **what, struct err *e)
{
  struct walk w = {.redo = true};

  return walk_run(p, &w, what, e);
}

size_t
project_undoable(const struct project *p)
{
  return atomic_load(&((struct project *)p)->history.done.groups);
}

size_t
project_redoable(const struct project *p)
{
  return atomic_load(&((struct project *)p)->history.undone.groups);
}

/* ---- the log ---- */

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

int
project_log_rows(struct project *p, uint32_t change, size_t max, struct log_row **rows, size_t *n, struct err *e)
{
  static const char sql[] = "SELECT sample, field, before, after FROM change_row WHERE change=? LIMIT ?";

  return record_list(p, &log_rows, rows, n, e, sql, "ui", change, max ? (int64_t)max : -1);
}

void
log_rows_free(struct log_row *rows, size_t n)
{
  record_free(&log_rows, rows, n);
}
