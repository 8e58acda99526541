/* builtin: filters, tests, methods and global functions: rows of tables, each with a C function and its parameters.
 *
 * To add one is to add a row. A function gets its arguments bound to the parameters of its row, by position or by
 * name. */
#ifndef PROMPT_BUILTIN_H
#define PROMPT_BUILTIN_H

#include <stdbool.h>
#include <stddef.h>

#include "prompt/value.h"

struct run;
struct builtin;

#define BUILTIN_PARAMS 6

struct call {
  struct run *run;
  const struct builtin *row;
  struct value self;               /* what is filtered, tested, or whose method it is */
  struct value arg[BUILTIN_PARAMS];
  bool given[BUILTIN_PARAMS];
  /* As written, for rows that take any arguments: positional ones first, then those with a name. */
  const struct value *v;
  size_t n;
  const char *const *names;        /* of the last n_names of v */
  size_t n_names;
};

struct builtin {
  const char *name;
  int (*call)(struct call *c, struct value *out);
  const char *params;              /* "old new count?": ? may be left out; "*": any, taken from v and names */
  bool undefined;                  /* self may be undefined; else that is an error before the call */
};

struct builtin_table {
  const char *what;                /* "filter", for messages */
  const struct builtin *rows;
  size_t n;
};
extern const struct builtin_table filters, tests, string_methods, dict_methods, list_methods, loop_methods, globals;

const struct builtin *builtin_find(const struct builtin_table *table, const char *name, size_t n);
/* Calls a row: binds, checks, runs. names: of the last n_names of the n values v. */
int builtin_call(struct run *r, const struct builtin *row, struct value self, const struct value *v, size_t n,
                 const char *const *names, size_t n_names, struct value *out);
/* The methods of values of this kind; NULL: it has none. */
const struct builtin_table *builtin_methods(struct value x);

/* For the functions: argument i, or what it is when not given. -1 with an error where it is of another type. */
int arg_text(struct call *c, int i, const char *otherwise, struct value *text);  /* str() of anything */
int arg_string(struct call *c, int i, const char *otherwise, struct value *text);  /* must be a string */
int arg_int(struct call *c, int i, int64_t otherwise, int64_t *x);
int arg_true(struct call *c, int i, bool otherwise, bool *x);
/* Fails with "NAME: why". */
int call_fail(struct call *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
