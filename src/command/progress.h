/* progress: how far a command is, told to a terminal (a bar), a log (a line every few seconds) or the workbench.
 *
 * Life: progress_init once a call; progress_begin, any number of progress_set, progress_end for each piece of work.
 * Threads: the one that runs the command. */
#ifndef COMMAND_PROGRESS_H
#define COMMAND_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "command/command.h"

struct progress {
  FILE *notes;            /* where bars and lines go; NULL: nowhere */
  bool terminal;          /* notes is a terminal: a bar that is drawn over */
  void (*tell)(void *arg, const struct command_progress *p);  /* or this; NULL: nobody is told */
  void *arg;
  const char *what, *unit;
  double total, done;
  int64_t began_ms, told_ms;
  bool drawn;             /* a bar stands on the terminal */
};

void progress_init(struct progress *p);
/* Begins a piece of work; total 0: not known. */
void progress_begin(struct progress *p, const char *what, const char *unit, double total);
/* Tells how far it is; cheap, may be called as often as one likes. detail may be NULL. */
void progress_set(struct progress *p, double done, const char *detail);
void progress_total(struct progress *p, double total);
/* Takes the bar away. */
void progress_end(struct progress *p);
/* One line of words to the notes (not on the bar's line); nothing in the workbench or with --quiet. */
void progress_note(struct progress *p, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
