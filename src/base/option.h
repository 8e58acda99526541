/* option: what a command or a student can be told, as rows of a table.
 *
 * One row feeds the option parser, completion, help, the man page, the workbench's forms and validation. Values that a
 * row describes arrive as text and are checked here; numbers are kept as doubles (whole numbers up to 2^53 are exact).
 *
 * Errors name the option, what was given and what is allowed: option '--lr': 7 is more than 1 (0.0001 to 1).
 * Threads: rows are constant. */
#ifndef BASE_OPTION_H
#define BASE_OPTION_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

enum option_type {
  OPTION_FLAG,    /* present or not: 0 or 1 */
  OPTION_INT,     /* a whole number in [min, max] */
  OPTION_REAL,    /* a number in [min, max] */
  OPTION_CHOICE,  /* one of `choices`; as a number: its index */
  OPTION_TEXT,    /* any text; the types below are text too and tell completion what to offer */
  OPTION_FILE,
  OPTION_FILTER,
  OPTION_LABEL,
  OPTION_TEMPLATE,
  OPTION_TEACHER,
  OPTION_STUDENT,
  OPTION_RUN,
  OPTION_PRESET,
};

struct option {
  const char *name;         /* without the leading "--"; NULL ends a table */
  enum option_type type;
  double min, max;          /* of numbers; both 0: no bounds */
  const char *fallback;     /* the default as it would be typed; NULL: none */
  const char *choices;      /* "linear|cnn" for OPTION_CHOICE */
  const char *argument;     /* what the argument is called in the usage: "FILE", "N"; NULL for flags */
  const char *summary;      /* one line, with its unit where it has one */
  char many;                /* may be given more than once */
};

/* The row of that name, or NULL. */
const struct option *option_find(const struct option *table, const char *name);
/* Checks a text against the row; *number is set for flags, numbers and choices (may be NULL). */
int option_check(const struct option *o, const char *text, double *number, struct err *e);
/* The row's default as a number (0 where it has none). */
double option_default(const struct option *o);
/* The i-th of choices "a|b|c" into out: false if there is none. */
int option_choice(const struct option *o, size_t i, struct buf *out);
/* "0.0001 to 1", "linear|cnn", "" : what is allowed, for help and messages. */
void option_range(const struct option *o, struct buf *out);

#endif
