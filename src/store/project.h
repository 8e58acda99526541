/* project: one project, that is one SQLite file, its corpus in memory, and the thread that writes.
 *
 * Disk order is the truth: a change is what the log in the file says it was, and memory follows. Changes of fields
 * answer at once (project_post: applied to memory, written behind, many in one transaction); what makes ids (inserts,
 * labels) and what walks history (undo, redo) is written first and then shown. Every commit is synchronous (WAL,
 * synchronous=FULL). Another process may have the project open at the same time: its changes are seen within a fraction
 * of a second, and before each write.
 *
 * Life: project_create or project_open, ..., project_close, which writes out what was posted and ends the thread.
 * Threads: any, unless said otherwise; none of these may be called from a watcher that holds a lock of its own.
 * Errors: ERR_INPUT for a path that is no project, ERR_FAIL where the disk says no; one line each. A write that fails
 * leaves the file as it was and puts memory back to what the file says. */
#ifndef STORE_PROJECT_H
#define STORE_PROJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/pool.h"
#include "corpus/board.h"
#include "corpus/change.h"
#include "corpus/corpus.h"

struct project;

enum project_mode {
  PROJECT_WRITE, /* an error if the file cannot be written */
  PROJECT_READ,  /* writes are refused; the file is not changed, unless it is of an older schema and must be migrated */
  PROJECT_ANY,   /* write if possible, else read; project_read_only tells */
};
struct project_label {
  const char *name, *meaning;    /* meaning may be NULL */
};

/* Makes a project file; refuses to replace a file. On failure nothing is left behind. */
int
project_create(const char *path, enum task task, const struct project_label *labels, size_t n_labels, struct err *e);
struct project *project_open(const char *path, enum project_mode mode, struct err *e);
/* Waits for what was posted, then closes; -1 if something posted could not be written. p NULL is fine. */
int project_close(struct project *p, struct err *e);

const char *project_path(const struct project *p);
const char *project_name(const struct project *p);      /* file name without folder and ".retort" */
bool project_read_only(const struct project *p);
struct corpus *project_corpus(struct project *p);
struct board *project_board(struct project *p);
/* Grows when a record table (templates, teachers, jobs, requests, runs, experiments, settings) changed, here or
 * elsewhere. */
uint64_t project_records_revision(const struct project *p);

/* ---- changing samples ---- */

/* Takes ch, a CHANGE_SET: memory has it when this returns, the file soon after. -1 (ch freed, nothing applied):
 * read-only, or an id or label that does not exist. A change without rows is freed and forgotten. One of very many rows
 * (a million takes a fifth of a second) is seen piece by piece, and other threads post between the pieces: what they
 * change holds, as it is later. */
int project_post(struct project *p, struct change *ch, struct err *e);
/* Writes a CHANGE_INSERT and waits; samples get ids *first_id, *first_id + 1, ... (no gap). ch stays the caller's. */
int project_insert(struct project *p, const struct change *ch, uint32_t *first_id, struct err *e);
/* Waits until all that this process posted is on disk; -1 with the first failure since the last time anyone was
 * told. */
int project_sync(struct project *p, struct err *e);
/* True if nothing waits to be written. */
bool project_durable(const struct project *p);
/* True, once, with the failure of a posted change, if there was one: for the screen. */
bool project_failure(struct project *p, struct err *e);
/* For tests of who must not: told() is called whenever the calling thread reads record tables or waits for the store's
 * thread; NULL: no more. project_post and project_failure do neither. */
void project_watch_waits(void (*told)(void));
/* Sees now what other processes wrote (the store thread does so by itself every 200 ms). */
int project_poll(struct project *p, struct err *e);

/* Adds a label, or gives a known one a meaning; waits. */
int project_add_label(struct project *p, const char *name, const char *meaning, uint16_t *id, struct err *e);

/* ---- history ---- */

enum undo_scope {
  UNDO_ANY,      /* the newest change, whoever made it */
  UNDO_PERSON,   /* the newest that no job made: for the workbench, where a job may run meanwhile */
};
/* Undoes or redoes one change and waits. What a job did in a row counts as one. *what (to be freed by the caller, may
 * be NULL to ask for nothing) becomes "undid: reject 3 samples". Returns 1; 0 with *what "nothing to undo"; -1 (also
 * where a later change of a job touched the same fields of the same samples). A new change makes what is undone
 * unreachable for redo, but for changes made by jobs, which stand beside it. */
int project_undo(struct project *p, enum undo_scope scope, char **what, struct err *e);
int project_redo(struct project *p, char **what, struct err *e);
/* How often project_undo(UNDO_ANY) and project_redo would find something; O(1). */
size_t project_undoable(const struct project *p);
size_t project_redoable(const struct project *p);

/* Any way through history, in one transaction: all of it, or nothing (ERR_INTERRUPTED where stop was wished, and what
 * project_undo says). */
#define PROJECT_NEWEST UINT32_MAX
struct project_way {
  bool redo;
  enum undo_scope scope;         /* of an undo with count */
  size_t count;                  /* so many times undo, or redo, or fewer where there are no more; 0: as `to` says */
  /* Until this change is the newest that is in force, whoever made those between; undo to 0: all, redo to
   * PROJECT_NEWEST: all. ERR_INPUT if one does not come to it that way. */
  uint32_t to;
  struct stop *stop;             /* may be NULL */
  /* How far it is; on the store's thread, while the caller waits. May be NULL. */
  void (*tell)(void *arg, double done, double total);
  void *arg;
};
struct project_walked {
  char **what;                   /* n lines, in the order of doing: "undid: job 12 (144 changes)" */
  size_t n;
  size_t n_changes;              /* entries of the log that were undone or redone */
};
/* 1: done, 0: one stands there already, or there is nothing more; -1. */
int project_walk(struct project *p, const struct project_way *way, struct project_walked *out, struct err *e);
void project_walked_release(struct project_walked *walked);

/* Makes a change again that was undone and that redo does not reach any more, as a new change of the person's, in those
 * fields that hold now what they held before it; the others are left. dry: only counts. */
struct project_again {
  size_t n, n_left;              /* samples that change; fields that are left */
  char *what;                    /* to be freed: "again: reject 3 samples" */
};
int project_again(struct project *p, uint32_t change, bool dry, struct project_again *out, struct err *e);

struct log_entry {
  uint32_t id;
  enum change_kind kind;
  int64_t at_ms;
  char *actor, *summary;
  uint32_t target;               /* undo, redo: the change it is about; else 0 */
  uint32_t n;                    /* samples it touched */
  uint32_t first_id;             /* insert: the first new sample */
  bool undone;                   /* a change that is undone at present */
};
/* The newest `max` entries (0: all) older than `before` (0: from the newest), newest first. */
int project_log(struct project *p, uint32_t before, size_t max, struct log_entry **entries, size_t *n, struct err *e);
void log_entries_free(struct log_entry *entries, size_t n);
/* What an entry did, at most max rows (0: all): of a set what was and what became, of an undo that the other way round,
 * of an insert the texts as they are now (before NULL). */
struct log_row {
  uint32_t id;
  enum field field;
  char *before, *after;          /* as text: names of labels, split...; NULL: no text */
};
int project_log_rows(struct project *p, uint32_t change, size_t max, struct log_row **rows, size_t *n, struct err *e);
void log_rows_free(struct log_row *rows, size_t n);

/* ---- settings: small values kept in the file (saved filters, the last form) ---- */

/* NULL if there is none; to be freed by the caller. */
char *project_setting(struct project *p, const char *name);
int project_set_setting(struct project *p, const char *name, const char *value, struct err *e);

#endif
