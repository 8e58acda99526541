/* record: the rows of a data file, whatever its format, one after the other.
 *
 *   jsonl     an object a line (https://jsonlines.org); empty lines are passed over
 *   csv       RFC 4180 with a header line; a quote inside a field without quotes is taken as it is
 *   tsv       a header line, fields apart by tabs; \t \n \r \\ stand for what they say, no quotes (IANA's
 *             text/tab-separated-values has no way to hold a tab; these are what "linear TSV" adds)
 *   fasttext  __label__NAME... text; the fields are `labels` and `text`
 *
 * A byte order mark and \r\n are accepted. A row that cannot be read is told with `why`, and the next one follows;
 * what makes the rest of the file unreadable (a quote that is never closed, UTF-16) is an error.
 *
 * Life: records_open, records_next until it returns 0 or -1, records_close (also after a failure). A record is valid
 * until the next call. Threads: one user at a time. Errors: ERR_INPUT, "file:line: why". */
#ifndef SHIP_RECORD_H
#define SHIP_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "base/json.h"
#include "base/json_reader.h"

#define RECORD_FILE_BYTES ((size_t)1 << 30)   /* largest CSV file, which is read whole; others are read line by line */
#define RECORD_BYTES ((size_t)64 << 20)       /* largest row */
#define RECORD_FIELDS 1000                    /* columns of a table */

enum record_format { RECORD_JSONL, RECORD_CSV, RECORD_TSV, RECORD_FASTTEXT, N_RECORD_FORMATS };
extern const char *const record_format_names[N_RECORD_FORMATS];
/* By the ending of a file's name; -1: unknown. */
int record_format_of(const char *path);
int record_format_parse(const char *name);

struct record {
  size_t line;               /* where it begins, from 1 */
  char why[200];             /* not empty: the row is bad, and this is why */
  const struct json *json;   /* jsonl: the object */
  char *const *names;        /* else: the columns */
  char *const *values;       /* and what stands in them; NUL-terminated */
  size_t n;
};

struct records {
  enum record_format format;
  const char *path;
  struct lines lines;        /* but for CSV */
  char *data;                /* CSV: the whole file */
  size_t n, at, line;
  char **names, **values;    /* of the header; of the row at hand (pointing into `row`) */
  size_t *offsets, n_names, n_values, cap_names, cap_values, cap_offsets;
  struct buf row;            /* the fields of the row at hand, each with its NUL */
  struct json_reader reader;
};
int records_open(struct records *r, const char *path, enum record_format format, struct err *e);
/* 1 and a record, 0 at the end, -1 and e. */
int records_next(struct records *r, struct record *record, struct err *e);
void records_close(struct records *r);

/* A field as text; NULL if the record has none of that name, or an empty one, or null. Numbers and truth values of JSON
 * are given as they are written, into scratch. */
const char *record_text(const struct record *record, const char *name, struct buf *scratch);

#endif
