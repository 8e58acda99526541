/* command: everything a person can ask for, as rows of one table.
 *
 * `retort COMMAND PROJECT [options]` in the shell, `:COMMAND [options]` in the workbench and the man page
 * retort-COMMAND(1) come from the same row, so that they cannot disagree. A row is defined in the file of its family
 * (commands.c lists them).
 *
 * In the shell the framework parses, opens the project, runs, closes and ends with the exit status. In the workbench
 * the project is open already and stays so; results are captured to memory, progress goes to a function.
 *
 * Errors: a run function returns 0, or -1 with e filled; e's code is the exit status (err.h). A command that did its
 * work in part says so with ERR_PARTIAL, one that was stopped with ERR_INTERRUPTED; what it wrote to call->out counts
 * in both cases.
 * Threads: the table is constant. Several commands may run at once on one project, each on its own
 * thread (the rooms below see to the data); each call has one user. Progress is told on the thread that runs the
 * command. */
#ifndef COMMAND_COMMAND_H
#define COMMAND_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/option.h"
#include "base/pool.h"

struct project;  /* store/project.h */
struct call;     /* command/call.h: one invocation, as the run functions see it */

enum command_flags {
  COMMAND_PROJECT = 1,  /* its first argument is a project (left out in the workbench) */
  COMMAND_WRITES = 2,   /* it changes the project */
  COMMAND_LONG = 4,     /* it may take more than a moment: the workbench runs it on a thread of its own */
  COMMAND_SHELL = 8,    /* makes no sense inside the workbench */
  COMMAND_JSON = 16,    /* takes --json */
  COMMAND_MAY_WRITE = 64, /* it writes if it can: the project is opened for reading where it cannot be written */
  COMMAND_MANY = 128,     /* the workbench may run several at once: they see to it themselves */
  COMMAND_SCREEN = 256,   /* it is about the workbench's screen: elsewhere it says so */
  COMMAND_UNOPENED = 32,  /* in the shell it is given the project's path as an argument, not the open project */
};

/* `template PROJECT show NAME`: show is a verb. */
struct command_verb {
  const char *name, *arguments, *summary;  /* a NULL name ends a list */
  unsigned flags;                          /* added to the command's: COMMAND_WRITES, COMMAND_LONG */
  int (*run)(struct call *c, struct err *e);
};

/* An example of use. Examples are run by `make check`, in the order of the table, in a folder with the example
 * project. */
struct command_example {
  const char *line, *shows;  /* a NULL line ends a list */
};

struct command {
  const char *name;
  const char *arguments;   /* after the name: "PROJECT FILE...", as in the usage */
  const char *summary;     /* one line, no full stop */
  const char *text;        /* the description: paragraphs with an empty line between */
  const struct option *options;
  /* More options, of which the fitting ones apply: the parameters of each student. The i-th table and whose parameters
   * they are ("linear"); NULL at the end. May be NULL. */
  const struct option *(*more)(size_t i, const char **whose);
  const struct command_verb *verbs;        /* NULL: none */
  const struct command_example *examples;
  unsigned flags;
  int (*run)(struct call *c, struct err *e);  /* NULL with verbs: each has its own */
};

extern const struct command *const commands[];  /* in the order of the way through the program; NULL at the end */
const struct command *command_find(const char *name);  /* NULL: there is none */

/* The options that every command takes (--help, --quiet, and --json where flagged); NULL at the end. */
extern const struct option command_common_options[];

/* What may follow `retort PROJECT`. */
extern const struct option command_workbench_options[];
struct workbench_start {
  const char *latency_log;  /* a file, NULL: none */
};
/* The shell's side: all of argv. `workbench` is called for `retort PROJECT`; it returns 0, or -1 with e. */
typedef int command_workbench_fn(struct project *p, const struct workbench_start *start, struct err *e);
int command_main(int argc, char **argv, command_workbench_fn *workbench);

/* How far a command is. Plain values, valid during the call. */
struct command_progress {
  const char *what;      /* "training", "generating" */
  double done, total;    /* total 0: not known */
  const char *unit;      /* "requests", "texts" */
  double rate;           /* units a second; 0: not known yet */
  double eta_s;          /* seconds to go; negative: not known */
  const char *detail;    /* more words, "" if none */
  bool finished;         /* the last call of this piece of work */
};

/* Where the workbench runs commands. */
struct command_environment {
  struct project *project;
  struct stop *stop;     /* the person's wish to stop; may be NULL */
  void (*progress)(void *arg, const struct command_progress *p);  /* may be NULL */
  void *arg;
  /* The screen, as a picture (svg) or as text; NULL: there is none. Called on the thread that runs the command. */
  void (*screen)(void *arg, bool svg, struct buf *out);
  void *screen_arg;
};

/* The command that a line names (its first word), or NULL with e set. Nothing is run. */
const struct command *command_of_line(const char *line, struct err *e);
/* The flags that hold for a line: those of its command and of the verb that it names. 0: no such command. */
unsigned command_line_flags(const char *line);
/* Runs one line, without the leading ':'. *output (NUL-terminated, *n bytes, the caller's to free; may be "") holds
 * what the command printed, also when it failed. Returns the exit status: 0, or e->code. */
int command_line(const struct command_environment *env, const char *line, char **output, size_t *n, struct err *e);

/* What could stand at the cursor. */
struct completion {
  size_t from;               /* byte offset in the line where the word begins that a candidate replaces */
  size_t n, cap;
  struct completion_item {
    char *text;              /* quoted where the line needs it; a blank follows unless it ends in ':', '=', '/' */
    char *summary;           /* what it is, "" if there is nothing to say */
  } *items;                  /* sorted */
};
/* Candidates for the word at the cursor (byte offset): commands, options, verbs, choices, labels, templates, teachers,
 * runs, filter fields, files. p may be NULL. columns: the names of columns in filters; NULL: they are looked up. */
struct filter_provider;
void command_complete(struct project *p, const struct filter_provider *columns, const char *line, size_t cursor,
                      struct completion *out);
void completion_release(struct completion *c);

/* Help as plain text for a screen of `columns`: of one command, or of all (name NULL). -1: no such command. */
int command_help(const char *name, int columns, struct buf *out, struct err *e);

/* The keys of the workbench, for retort(1): given by main, as the rows that the workbench itself is made from. */
struct command_key {
  const char *view;     /* "everywhere", "1 Templates"; rows of one view stand together */
  const char *keys;     /* "j, Down" */
  const char *summary;
};
void command_set_keys(const struct command_key *rows, size_t n);

#endif
