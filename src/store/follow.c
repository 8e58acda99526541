#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/internal.h"

#define LOAD_AT_ONCE 256

static int
load_labels(struct project *p, struct err *e)
{
  sqlite3_stmt *s = db_query(&p->db, e, "SELECT id, name, meaning FROM label ORDER BY id", "");
  const struct labels *labels = corpus_labels(p->corpus);
  int rc = s ? 0 : -1;

  while (s && (rc = db_next(&p->db, s, e)) > 0) {
    char *name = col_text(s, 1), *meaning = col_text(s, 2);
    uint16_t id = label_find(labels, name, strlen(name));

    if (id == LABEL_NONE || strcmp(label_meaning(labels, id), meaning)) {
      if (labels_count(labels) >= LABEL_MAX) {
        free(name);
        free(meaning);
        db_rest(s);
        return err_set(e, ERR_INPUT, "'%s' is damaged: too many labels", p->path);
      }
      pthread_mutex_lock(&p->lock);
      id = corpus_apply_label(p->corpus, name, meaning);
      pthread_mutex_unlock(&p->lock);
    }
    free(name);
    free(meaning);
    if (id != col_u32(s, 0)) {
      db_rest(s);
      return err_set(e, ERR_INPUT, "'%s' is damaged: labels are not numbered in order (run retort check)", p->path);
    }
  }
  return rc;
}

int
follow_names(struct project *p, struct err *e)
{
  static const char sql[] = "SELECT 0, id, name || ' v' || version FROM template"
                            " UNION ALL SELECT 1, id, name FROM teacher ORDER BY 1, 2";
  sqlite3_stmt *s = db_query(&p->db, e, sql, "");
  int rc = s ? 0 : -1;

  while (s && (rc = db_next(&p->db, s, e)) > 0) {
    pthread_mutex_lock(&p->lock);
    corpus_name_set(p->corpus, col_u32(s, 0) ? NAME_TEACHER : NAME_TEMPLATE, col_u32(s, 1),
                    (const char *)sqlite3_column_text(s, 2));
    pthread_mutex_unlock(&p->lock);
  }
  return rc;
}

static bool
labels_exist(const struct sample *s, size_t n_labels)
{
  for (uint32_t i = 0; i < s->n_labels; i++)
    if (s->labels[i] >= n_labels)
      return false;
  return true;
}

/* Stages the next rows of the statement and shows them: 1 there may be more, 0 at the end, -1. Under one lock, as
 * taking it for each row would cost much beside reading the row. */
static int
load_some(struct project *p, sqlite3_stmt *s, uint16_t *labels, struct err *e)
{
  size_t n_labels = labels_count(corpus_labels(p->corpus));
  struct sample sample;
  uint32_t next = 0;
  int rc = 1;

  pthread_mutex_lock(&p->lock);
  next = corpus_count(p->corpus) + 1;
  for (int i = 0; i < LOAD_AT_ONCE && rc > 0 && (rc = db_next(&p->db, s, e)) > 0; i++, next++) {
    row_read_sample(s, &sample, labels);
    if (sample.id != next || !sample.text || !labels_exist(&sample, n_labels)) {
      rc = err_set(e, ERR_INPUT, "'%s' is damaged: sample %u is missing or wrong (run retort check)", p->path, next);
      db_rest(s);
      break;
    }
    corpus_stage(p->corpus, &sample);
  }
  corpus_stage_show(p->corpus, LOAD_AT_ONCE);
  pthread_mutex_unlock(&p->lock);
  return rc;
}

/* The samples first..last, as they are in the file now. */
static int
load_samples(struct project *p, uint32_t first, uint32_t last, struct err *e)
{
  static const char sql[] = "SELECT " SAMPLE_COLUMNS " FROM sample WHERE id BETWEEN ? AND ? ORDER BY id";
  sqlite3_stmt *s = db_query(&p->db, e, sql, "uu", first, last);
  uint16_t *labels = xmalloc(LABEL_MAX * sizeof *labels);
  int rc = s ? 1 : -1;

  while (rc > 0)
    rc = load_some(p, s, labels, e);
  free(labels);
  return rc;
}

/* What an entry of the log that someone else wrote does to memory. */
static int
follow_entry(struct project *p, enum change_kind kind, uint32_t id, uint32_t target, uint32_t first, uint32_t last,
             struct err *e)
{
  struct change *set;
  int rc;

  switch (kind) {
  case CHANGE_LABEL:
    return load_labels(p, e);
  case CHANGE_INSERT:
    /* A label may be newer than the entry that adds it is to us: labels first. */
    if (load_labels(p, e) || load_samples(p, first, last, e))
      return -1;
    corpus_touch(p->corpus);
    return 0;
  case CHANGE_SET:
  case CHANGE_UNDO:
  case CHANGE_REDO:
    set = change_new(CHANGE_SET, "", "");
    rc = load_labels(p, e);
    if (!rc)
      rc = row_read_effect(p, kind == CHANGE_SET ? id : target, kind == CHANGE_UNDO, set, e);
    if (!rc)
      writer_apply(p, set);
    change_free(set);
    return rc;
  case N_CHANGES:
    break;
  }
  return err_set(e, ERR_FAIL, "the log has an entry of an unknown kind (run retort check)");
}

/* The entry is read whole before it is followed, as that steps other statements. */
int
follow_log(struct project *p, struct err *e)
{
  static const char sql[] =
    "SELECT id, kind, target, first_id, last_id, actor FROM change WHERE id > ? ORDER BY id LIMIT 1";

  for (;;) {
    sqlite3_stmt *s = db_query(&p->db, e, sql, "u", p->seen);
    int rc = s ? db_next(&p->db, s, e) : -1;
    uint32_t id, kind, target, first, last;
    char *actor;

    if (rc <= 0)
      return rc;
    id = col_u32(s, 0);
    kind = col_u32(s, 1);
    target = col_u32(s, 2);
    first = col_u32(s, 3);
    last = col_u32(s, 4);
    actor = col_text(s, 5);
    db_rest(s);
    rc = follow_entry(p, kind, id, target, first, last, e);
    if (!rc) {
      history_note(&p->history, id, kind, target, actor);
      p->seen = id;
    }
    free(actor);
    if (rc)
      return rc;
  }
}

static int
load_history(struct project *p, struct err *e)
{
  sqlite3_stmt *s = db_query(&p->db, e, "SELECT id, kind, target, actor FROM change ORDER BY id", "");
  int rc = s ? 0 : -1;

  while (s && (rc = db_next(&p->db, s, e)) > 0) {
    p->seen = col_u32(s, 0);
    history_note(&p->history, p->seen, col_u32(s, 1), col_u32(s, 2), (const char *)sqlite3_column_text(s, 3));
  }
  return rc;
}

int
follow_load(struct project *p, struct err *e)
{
  int rc;

  if (db_exec(&p->db, DB_STREAM_CACHE "; BEGIN", e))
    return -1;
  rc = load_labels(p, e);
  if (!rc)
    rc = follow_names(p, e);
  if (!rc)
    rc = load_samples(p, 1, UINT32_MAX, e);
  if (!rc)
    rc = load_history(p, e);
  if (!rc)
    rc = db_number(&p->db, e, 0, &p->data_version, "PRAGMA data_version", "");
  db_exec(&p->db, "COMMIT; " DB_CACHE, NULL);
  return rc;
}
