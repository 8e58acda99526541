/* answered.c: which requests have an answer that another request with the same key may take. A job asks for each of its
 * requests, and nearly always there is none, so that the keys are kept in memory: 16 bytes a request, from the first
 * question on. The hash of a key only leads to a row; the file has the word. */
#include <string.h>

#include "base/hash.h"
#include "store/job_store.h"
#include "store/record.h"

static uint64_t
hash_of(const char *key)
{
  return hash_bytes(key, strlen(key), 0);
}

static void
forget(struct project *p)
{
  hashset_release(&p->answered);
  p->answered_loaded = false;
}

void
answered_release(struct project *p)
{
  forget(p);
}

int
answered_hash(struct project *p, const struct request_row *row, uint64_t *hash, struct err *e)
{
  sqlite3_stmt *s;
  int rc;

  if (row->key) {
    *hash = hash_of(row->key);
    return 0;
  }
  s = db_query(&p->db, e, "SELECT key FROM request WHERE id=?", "u", row->id);
  rc = s ? db_next(&p->db, s, e) : -1;
  if (rc <= 0)
    return rc;
  *hash = hash_of((const char *)sqlite3_column_text(s, 0));
  db_rest(s);
  return 0;
}

void
answered_note(struct project *p, uint64_t hash, uint32_t id, bool usable)
{
  uint32_t *at;

  pthread_mutex_lock(&p->answered_lock);
  if (p->answered_loaded) {
    at = hashset_at(&p->answered, hash);
    if (usable)
      *at = id;
    else if (*at == id)
      *at = 0;
  }
  pthread_mutex_unlock(&p->answered_lock);
}

int
answered_refresh(struct project *p, struct err *e)
{
  int64_t version;

  if (db_number(&p->db, e, 0, &version, "PRAGMA data_version", ""))
    return -1;
  if (version != p->answered_version) {
    pthread_mutex_lock(&p->answered_lock);
    forget(p);
    pthread_mutex_unlock(&p->answered_lock);
    p->answered_version = version;
  }
  return 0;
}

/* The newest first, so that the oldest of several has the last word. */
static int
load(struct project *p, struct err *e)
{
  static const char sql[] = "SELECT id, key FROM request WHERE state IN (1, 2) AND NOT unparsable ORDER BY id DESC";
  struct db *db = reader_enter(p);
  sqlite3_stmt *s = db_query(db, e, sql, "");
  int rc = s ? 0 : -1;

  while (s && (rc = db_next(db, s, e)) > 0)
    *hashset_at(&p->answered, hash_of((const char *)sqlite3_column_text(s, 1))) = col_u32(s, 0);
  reader_leave(p);
  if (rc < 0)
    forget(p);
  p->answered_loaded = rc == 0;
  return rc;
}

int
job_store_answered(struct project *p, const char *key, struct request_row *row, struct err *e)
{
  uint32_t id = 0;
  int rc = 0;

  *row = (struct request_row){0};
  pthread_mutex_lock(&p->answered_lock);
  if (!p->answered_loaded)
    rc = load(p, e);
  if (!rc)
    id = hashset_get(&p->answered, hash_of(key));
  pthread_mutex_unlock(&p->answered_lock);
  return rc ? -1 : id ? request_answering(p, id, key, row, e) : 0;
}
