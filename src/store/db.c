#include "store/db.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"

/* SQLite says SQLITE_FULL only for ENOSPC; a quota or a limit on file size comes as a failed write, often without its
 * errno. */
static bool
no_space(int code, int system_errno)
{
  return system_errno == ENOSPC || system_errno == EDQUOT || system_errno == EFBIG ||
         (!system_errno &&
          (code == SQLITE_IOERR_WRITE || code == SQLITE_IOERR_SHMSIZE || code == SQLITE_IOERR_TRUNCATE));
}

int
db_fail(struct db *db, struct err *e)
{
  int code = db->h ? sqlite3_extended_errcode(db->h) : SQLITE_CANTOPEN;
  int system_errno = db->h ? sqlite3_system_errno(db->h) : 0;

  switch (code & 0xff) {
  case SQLITE_NOTADB:
    return err_set(e, ERR_INPUT, "'%s' is no retort project: it is not an SQLite file", db->path);
  case SQLITE_CORRUPT:
    return err_set(e, ERR_INPUT, "'%s' is damaged: %s (restore a copy)", db->path, sqlite3_errmsg(db->h));
  case SQLITE_FULL:
    return err_set(e, ERR_INPUT, "cannot write '%s': the disk is full (free some space, or raise the quota)", db->path);
  case SQLITE_READONLY:
    return err_set(e, ERR_INPUT, "cannot write '%s': it is read-only (change its permissions, or work on a copy)",
                   db->path);
  case SQLITE_BUSY:
  case SQLITE_LOCKED:
    return err_set(e, ERR_FAIL, "cannot write '%s': another program keeps it locked", db->path);
  case SQLITE_TOOBIG:
    return err_set(e, ERR_INPUT, "cannot write '%s': a value is larger than SQLite holds", db->path);
  case SQLITE_NOMEM:
    return err_set(e, ERR_FAIL, "cannot use '%s': out of memory", db->path);
  }
  if (no_space(code, system_errno))
    return err_set(e, ERR_INPUT, "cannot write '%s': the disk is full (free some space, or raise the quota)", db->path);
  if (code == SQLITE_CANTOPEN && system_errno)
    return err_set(e, ERR_INPUT, "cannot open '%s': %s", db->path, err_os(system_errno));
  return err_set(e, ERR_FAIL, "cannot use '%s': %s%s%s", db->path, db->h ? sqlite3_errmsg(db->h) : "cannot open",
                 system_errno ? ": " : "", system_errno ? err_os(system_errno) : "");
}

/* A path as a URI, for the one parameter that only a URI takes. */
static char *
immutable_uri(const char *path)
{
  struct buf b = BUF_INIT;

  buf_adds(&b, "file:");
  for (; *path; path++)
    if (strchr("%?#", *path))
      buf_addf(&b, "%%%02X", (unsigned char)*path);
    else
      buf_addc(&b, *path);
  buf_adds(&b, "?immutable=1");
  return buf_take(&b);
}

int
db_open(struct db *db, const char *path, enum db_open how, struct err *e)
{
  static const char setup[] = "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; " DB_CACHE;
  char *uri = how == DB_READ ? immutable_uri(path) : NULL;
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE;
  int rc;

  *db = (struct db){.path = xstrdup(path)};
  flags |= how == DB_READ ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE;
  rc = sqlite3_open_v2(uri ? uri : path, &db->h, flags, NULL);
  free(uri);
  if (rc != SQLITE_OK)
    return db_fail(db, e);
  sqlite3_busy_timeout(db->h, DB_BUSY_MS);
  sqlite3_db_config(db->h, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  if (db_exec(db, setup, e))
    return -1;
  if (how == DB_QUERY)
    return db_exec(db, "PRAGMA query_only=ON", e);
  if (how == DB_CREATE || how == DB_WRITE)
    return db_exec(db, "PRAGMA synchronous=FULL", e);
  return 0;
}

void
db_close(struct db *db)
{
  for (size_t i = 0; i < db->cap_cache; i++)
    sqlite3_finalize(db->cache[i].stmt);
  free(db->cache);
  sqlite3_close(db->h);
  free(db->path);
  *db = (struct db){0};
}

int
db_exec(struct db *db, const char *sql, struct err *e)
{
  return sqlite3_exec(db->h, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : db_fail(db, e);
}

static struct db_cached *
cache_slot(struct db *db, const char *sql)
{
  size_t i = hash_mix((uintptr_t)sql) & (db->cap_cache - 1);

  while (db->cache[i].sql && db->cache[i].sql != sql)
    i = (i + 1) & (db->cap_cache - 1);
  return &db->cache[i];
}

static void
cache_grow(struct db *db)
{
  struct db_cached *old = db->cache;
  size_t n = db->cap_cache;

  db->cap_cache = n ? 2 * n : 64;
  db->cache = xcalloc(db->cap_cache, sizeof *db->cache);
  for (size_t i = 0; i < n; i++)
    if (old[i].sql)
      *cache_slot(db, old[i].sql) = old[i];
  free(old);
}

static sqlite3_stmt *
prepare(struct db *db, const char *sql, struct err *e)
{
  struct db_cached *slot;

  if (2 * (db->n_cache + 1) > db->cap_cache)
    cache_grow(db);
  slot = cache_slot(db, sql);
  if (slot->sql)
    return slot->stmt;
  if (sqlite3_prepare_v3(db->h, sql, -1, SQLITE_PREPARE_PERSISTENT, &slot->stmt, NULL) != SQLITE_OK) {
    db_fail(db, e);
    return NULL;
  }
  slot->sql = sql;
  db->n_cache++;
  return slot->stmt;
}

sqlite3_stmt *
db_query_list(struct db *db, struct err *e, const char *sql, const char *types, va_list args)
{
  sqlite3_stmt *s = prepare(db, sql, e);
  const void *p;
  uint32_t number;
  double d;
  int rc = SQLITE_OK;

  if (!s)
    return NULL;
  for (int i = 1; *types && rc == SQLITE_OK; types++, i++)
    switch (*types) {
    case 'i':
      rc = sqlite3_bind_int64(s, i, va_arg(args, int64_t));
      break;
    case 'u':
      rc = sqlite3_bind_int64(s, i, va_arg(args, uint32_t));
      break;
    case 'z':
      number = va_arg(args, uint32_t);
      rc = number ? sqlite3_bind_int64(s, i, number) : sqlite3_bind_null(s, i);
      break;
    case 'd':
      d = va_arg(args, double);
      rc = isnan(d) ? sqlite3_bind_null(s, i) : sqlite3_bind_double(s, i, d);
      break;
    case 't':
      rc = sqlite3_bind_text(s, i, va_arg(args, const char *), -1, SQLITE_STATIC);
      break;
    case 'n':
      p = va_arg(args, const char *);
      rc = sqlite3_bind_text64(s, i, p, va_arg(args, size_t), SQLITE_STATIC, SQLITE_UTF8);
      break;
    case 'b':
      p = va_arg(args, const void *);
      rc = sqlite3_bind_blob64(s, i, p, va_arg(args, size_t), SQLITE_STATIC);
      break;
    default:
      ensure(!"a type of value");
    }
  if (rc != SQLITE_OK) {
    db_fail(db, e);
    db_rest(s);
    return NULL;
  }
  return s;
}

void
db_rest(sqlite3_stmt *s)
{
  sqlite3_reset(s);
  sqlite3_clear_bindings(s);
}

int
db_next(struct db *db, sqlite3_stmt *s, struct err *e)
{
  int rc = sqlite3_step(s);

  if (rc == SQLITE_ROW)
    return 1;
  rc = rc == SQLITE_DONE ? 0 : db_fail(db, e);
  db_rest(s);
  return rc;
}

sqlite3_stmt *
db_query(struct db *db, struct err *e, const char *sql, const char *types, ...)
{
  sqlite3_stmt *s;
  va_list args;

  va_start(args, types);
  s = db_query_list(db, e, sql, types, args);
  va_end(args);
  return s;
}

int
db_run(struct db *db, struct err *e, const char *sql, const char *types, ...)
{
  sqlite3_stmt *s;
  va_list args;
  int rc;

  va_start(args, types);
  s = db_query_list(db, e, sql, types, args);
  va_end(args);
  if (!s)
    return -1;
  while ((rc = db_next(db, s, e)) > 0)
    ;
  return rc;
}

int
db_number(struct db *db, struct err *e, int64_t otherwise, int64_t *out, const char *sql, const char *types, ...)
{
  sqlite3_stmt *s;
  va_list args;
  int rc;

  va_start(args, types);
  s = db_query_list(db, e, sql, types, args);
  va_end(args);
  *out = otherwise;
  if (!s)
    return -1;
  rc = db_next(db, s, e);
  if (rc > 0) {
    *out = sqlite3_column_int64(s, 0);
    db_rest(s);
    rc = 0;
  }
  return rc;
}

char *
col_text_or_null(sqlite3_stmt *s, int i)
{
  const char *text = (const char *)sqlite3_column_text(s, i);

  return text ? xstrndup(text, (size_t)sqlite3_column_bytes(s, i)) : NULL;
}

char *
col_text(sqlite3_stmt *s, int i)
{
  char *text = col_text_or_null(s, i);

  return text ? text : xstrdup("");
}

uint32_t
col_u32(sqlite3_stmt *s, int i)
{
  return (uint32_t)sqlite3_column_int64(s, i);
}

double
col_double(sqlite3_stmt *s, int i)
{
  return sqlite3_column_type(s, i) == SQLITE_NULL ? (double)NAN : sqlite3_column_double(s, i);
}

void *
col_blob(sqlite3_stmt *s, int i, size_t *n)
{
  const void *p = sqlite3_column_blob(s, i);

  *n = (size_t)sqlite3_column_bytes(s, i);
  if (sqlite3_column_type(s, i) == SQLITE_NULL) {
    *n = 0;
    return NULL;
  }
  return xstrndup(p ? p : "", *n);
}
