#include "store/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
record_free(const struct record *kind, void *rows, size_t n)
{
  for (size_t i = 0; kind->release && i < n; i++)
    kind->release((char *)rows + i * kind->size);
  free(rows);
}

int
record_list(struct project *p, const struct record *kind, void *rows, size_t *n, struct err *e, const char *sql,
            const char *types, ...)
{
  struct db *db = reader_enter(p);
  size_t count = 0, cap = 0;
  sqlite3_stmt *s;
  char *list = NULL;
  va_list args;
  int rc;

  va_start(args, types);
  s = db_query_list(db, e, sql, types, args);
  va_end(args);
  rc = s ? 0 : -1;
  while (s && (rc = db_next(db, s, e)) > 0) {
    GROW(list, cap, (count + 1) * kind->size);
    kind->read(p, s, list + count++ * kind->size);
  }
  reader_leave(p);
  if (rc < 0) {
    record_free(kind, list, count);
    list = NULL;
    count = 0;
  }
  memcpy(rows, &list, sizeof list);
  *n = count;
  return rc;
}

int
record_get(struct project *p, const struct record *kind, void *row, struct err *e, const char *sql, const char *types,
           ...)
{
  struct db *db = reader_enter(p);
  sqlite3_stmt *s;
  va_list args;
  int rc;

  va_start(args, types);
  s = db_query_list(db, e, sql, types, args);
  va_end(args);
  rc = s ? db_next(db, s, e) : -1;
  memset(row, 0, kind->size);
  if (rc > 0) {
    kind->read(p, s, row);
    db_rest(s);
  }
  reader_leave(p);
  return rc;
}

int
record_unknown(struct project *p, const char *what, const char *name, const char *names_sql, struct err *e)
{
  struct db *db = reader_enter(p);

  reader_no_such(db, what, name, names_sql, e);
  reader_leave(p);
  return -1;
}
