/* errand: work on threads of its own, for the workbench: command lines that take long, and views' lookups. What they
 * have to say comes back through a mailbox and is handed on by errands_collect, on the screen's thread.
 *
 * Life: errands_init, any of the rest, errands_release (asks all to stop and waits). Threads: all functions are the
 * screen's. */
#ifndef UI_ERRAND_H
#define UI_ERRAND_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mailbox.h"
#include "ui/workbench.h"

struct project;
struct errand;

struct errands {
  struct project *project;
  struct mailbox done;         /* its wake_fd belongs into the poll */
  struct errand *first;        /* what runs */
  struct errand *waiting;      /* of errands_queue, oldest first */
  pthread_t *leaving;          /* threads that have said their word and may not have ended yet */
  size_t n_leaving, cap_leaving;
  void *discarded;             /* large blocks to be freed, each begins with the address of the next */
  void *owner;                 /* given to on_done */
  /* Told of each command that ended before its own done function. */
  void (*on_done)(void *owner, const char *line, int status, const char *output, const struct err *e);
};

void errands_init(struct errands *t, struct project *p);
void errands_release(struct errands *t);
/* Starts a command line; one of a name at a time (but COMMAND_MANY): else -1 and e. */
int errands_start(struct errands *t, const char *name, const char *line, workbench_done_fn *done, void *arg,
                  struct err *e);
/* The same in order: a line waits until those queued before it have ended. For undo and redo. */
void errands_queue(struct errands *t, const char *name, const char *line);
void errands_work(struct errands *t, void (*work)(void *arg), void (*done)(void *arg), void *arg);
/* Frees a large block (NULL is fine) on the thread of the next errand: giving memory back to the system can wait for
 * others that do the same. */
void errands_discard(struct errands *t, void *block);
/* Hands on what has ended; true if there was something. */
bool errands_collect(struct errands *t);
bool errands_running(const struct errands *t, const char *name);
void errands_stop(struct errands *t, const char *name);  /* NULL: all */
size_t errands_count(const struct errands *t);           /* commands and lookups that run */
size_t errands_commands(const struct errands *t);        /* commands that run */

/* How far the i-th running command is: "evaluating 37%". False: there are fewer. Queued ones are not told: they are
 * quick. */
bool errands_progress(const struct errands *t, size_t i, const char **name, char *out, size_t size);

#endif
