/* db: one SQLite connection: statements prepared once, bound by a string of types, and SQLite's errors in our words.
 *
 * Life: db_open, db_..., db_close. Threads: one at a time. The SQL given to db_run, db_query and db_number must be a
 * string that lives as long as the connection (a literal): prepared statements are kept by its address. Types of
 * values: i int64_t, u uint32_t, z uint32_t (0 becomes NULL), d double (NaN becomes NULL), t text (const char *, NULL
 * becomes NULL), n text (const char *, size_t), b blob (const void *, size_t). */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define DB_BUSY_MS 10000
/* Pages held in memory: in general; while very many rows go by, where few pages are looked at twice. */
#define DB_CACHE "PRAGMA cache_size=-32768"
#define DB_STREAM_CACHE "PRAGMA cache_size=-2048"

struct db_cached {
  const char *sql;
  sqlite3_stmt *stmt;
};
struct db {
  sqlite3 *h;
  char *path;
  struct db_cached *cache;   /* open addressing by the address of the SQL; cap is a power of two */
  size_t n_cache, cap_cache;
};

enum db_open { DB_CREATE, DB_WRITE, DB_QUERY, DB_READ };  /* DB_QUERY: may write the -shm file, never the data */

int db_open(struct db *db, const char *path, enum db_open how, struct err *e);
void db_close(struct db *db);
/* Fills e from the last failure of this connection; returns -1. */
int db_fail(struct db *db, struct err *e);

/* Any SQL without values, not kept. */
int db_exec(struct db *db, const char *sql, struct err *e);
/* Runs a statement to its end. */
int db_run(struct db *db, struct err *e, const char *sql, const char *types, ...);
/* A statement with its values, to be stepped with db_next; NULL on failure. */
sqlite3_stmt *db_query(struct db *db, struct err *e, const char *sql, const char *types, ...);
sqlite3_stmt *db_query_list(struct db *db, struct err *e, const char *sql, const char *types, va_list values);
/* 1: a row, 0: no more, -1: failure. After 0 and -1 the statement is at rest; after a row that is the last one wanted,
 * call db_rest. */
int db_next(struct db *db, sqlite3_stmt *s, struct err *e);
void db_rest(sqlite3_stmt *s);
/* The one number that a query gives; `otherwise` if it gives no row. */
int db_number(struct db *db, struct err *e, int64_t otherwise, int64_t *out, const char *sql, const char *types, ...);

/* Columns of the row. Strings are copies; col_text is "" for NULL, col_text_or_null NULL. */
char *col_text(sqlite3_stmt *s, int i);
char *col_text_or_null(sqlite3_stmt *s, int i);
uint32_t col_u32(sqlite3_stmt *s, int i);
double col_double(sqlite3_stmt *s, int i);   /* NaN for NULL */
/* A copy with a NUL behind it; NULL for NULL. */
void *col_blob(sqlite3_stmt *s, int i, size_t *n);

#endif
