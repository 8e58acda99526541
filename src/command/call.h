/* call: one invocation of a command: what was typed, checked against the command's rows, and where its results go.
 *
 * Life: call_init, call_parse, (project set by the framework,) command->run, call_release. Values asked for by a name
 * that is not in the command's table are a fault of ours. Threads: one user. */
#ifndef COMMAND_CALL_H
#define COMMAND_CALL_H

#include "base/mem.h"
#include "command/command.h"
#include "command/progress.h"

struct call_value {
  const struct option *option;
  const char *text;      /* as typed; "1" for a flag */
  double number;         /* of flags, numbers, choices */
};

struct call {
  const struct command *command;
  const struct command_verb *verb;  /* NULL: the command has none */
  const char *path;                 /* the project's file as typed; NULL in the workbench */
  struct project *project;          /* open; NULL if the command takes none */
  const char **args;                /* what follows PROJECT and verb */
  size_t n_args;
  struct call_value *values;        /* in the order typed */
  size_t n_values, cap_values;
  FILE *out;                        /* results */
  bool terminal;                    /* out is a terminal */
  bool workbench, json, quiet, help;
  struct stop *stop;
  void (*screen)(void *arg, bool svg, struct buf *out);  /* the workbench's; NULL: there is none (command.h) */
  void *screen_arg;
  struct progress progress;
  struct columns *columns;          /* numbers for filters, made when first asked for (names_provider) */
  struct arena arena;               /* for what must live as long as the call */
};

void call_init(struct call *c, const struct command *command);
void call_release(struct call *c);
/* The words after the command's name. In the workbench no project is among them. `--help` ends it with c->help set and
 * nothing else checked. Words are borrowed. ERR_INPUT, one line. */
int call_parse(struct call *c, const char *const *words, size_t n, struct err *e);

bool call_given(const struct call *c, const char *option);
/* The last value typed, or the row's default, or NULL. */
const char *call_text(const struct call *c, const char *option);
double call_number(const struct call *c, const char *option);
bool call_flag(const struct call *c, const char *option);
/* The i-th of several values, or NULL. */
const char *call_each(const struct call *c, const char *option, size_t i);
size_t call_count(const struct call *c, const char *option);
/* The row of an option, among the command's own, the common and the `more` ones; NULL: there is none. */
const struct option *call_option(const struct command *command, const char *name);

/* Letters that stand for long options; letter 0 ends it. */
struct call_short {
  char letter;
  const char *name;
};
extern const struct call_short call_shorts[];

/* "retort list PROJECT [options]": as typed in the shell, or in the workbench (":list [options]"). */
void call_usage(const struct command *command, const struct command_verb *verb, bool workbench, struct buf *out);
/* How many words an argument string asks for: "NAME [FILE...]" is 1 to SIZE_MAX. */
void call_arity(const char *arguments, size_t *min, size_t *max);

#endif
