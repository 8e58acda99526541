/* record: rows of the record tables, read and freed in one way, whatever their kind. For this room only.
 *
 * Life: a list or a row that was read is the caller's; freed with record_free or, one row, with the kind's release.
 * Threads: any; the reading connection is held meanwhile. Errors: the database's. After a failure nothing is held. */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "store/internal.h"

struct record {
  size_t size;                                                      /* of a row */
  void (*read)(struct project *p, sqlite3_stmt *s, void *row);      /* fills all of the row from the statement's */
  void (*release)(void *row);                                       /* NULL: a row owns nothing */
};

/* All rows of a query. rows: a pointer to the pointer that takes the list; NULL there if it is empty. */
int record_list(struct project *p, const struct record *kind, void *rows, size_t *n, struct err *e, const char *sql,
                const char *types, ...);
/* The first row: 1, or 0 (none; the row is zeroed), or -1 (likewise). */
int record_get(struct project *p, const struct record *kind, void *row, struct err *e, const char *sql,
               const char *types, ...);
/* Of n rows, and the list. */
void record_free(const struct record *kind, void *rows, size_t n);
/* ERR_INPUT "no run 'x' (there are: a, b)"; names_sql gives the names there are. The reader is not entered. */
int record_unknown(struct project *p, const char *what, const char *name, const char *names_sql, struct err *e);

/* Of this job, or (0) of any, by the index in both cases. */
#define OF_JOB(number) "job BETWEEN " number " AND ifnull(nullif(" number ", 0), 4294967295)"
/* Of a row of the table dropped, called d: it was not restored, or that was undone. */
#define STILL_DROPPED "(d.became=0 OR (SELECT gone FROM sample WHERE id=d.became))"

/* Texts that may be left out when a row is written. */
static inline const char *
or_empty(const char *s)
{
  return s ? s : "";
}

/* No label is NULL in the file, for people who read it: written with nullif(?, 65535). */
static inline uint16_t
col_label(sqlite3_stmt *s, int i)
{
  return sqlite3_column_type(s, i) == SQLITE_NULL ? LABEL_NONE : (uint16_t)col_u32(s, i);
}

static inline const char *
or_object(const char *s)
{
  return s && *s ? s : "{}";
}

#endif
