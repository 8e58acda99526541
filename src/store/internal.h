/* internal: what the files of this room share. No other room includes it.
 *
 * The store thread alone uses p->db. It takes items (posted changes, calls) in the order in which they came, and writes
 * consecutive changes in one transaction. p->lock guards the queue, the failure, and the applying to the corpus:
 * whoever applies holds it, so that memory is always what the file says plus, on top and in order, the changes still
 * waiting.
 *
 * A change of very many rows is applied in pieces, so that nobody waits long for the lock. Order is kept all the same:
 * whoever applies a row then applies, to its end, all that stands behind it in the queue, so that the last to write a
 * field is the last change of it. Only for a moment between may an older value show. */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "corpus/hashset.h"
#include "store/db.h"
#include "store/history.h"
#include "store/project.h"

#define POLL_MS 200

struct call {
  int (*work)(struct project *p, void *arg, struct err *e);   /* on the store thread, in a transaction */
  void (*after)(struct project *p, void *arg);                /* once it is committed; may be NULL */
  void (*undone)(struct project *p, void *arg);               /* once it is rolled back; may be NULL */
  void *arg;
  bool plain;                    /* no transaction: only follow what others wrote */
  int result;
  struct err *e;
  bool finished;
};

/* One thing to do, in the order of asking: a posted change or a call. */
struct item {
  struct item *next;
  uint64_t number;               /* of asking, from 1 */
  struct change *change;         /* owned */
  bool applied;                  /* the corpus has it; only then it is settled */
  bool given_up;                 /* the corpus is not to have it */
  struct call *call;             /* the caller's, who waits */
};

struct project {
  char *path, *name;
  bool read_only;                /* writes are refused */
  bool immutable;                /* the file cannot be locked: there is no log to follow */
  struct corpus *corpus;
  struct board *board;
  _Atomic uint64_t records_revision;

  struct db reader;              /* for reading record tables */
  pthread_mutex_t reader_lock;

  struct hashset answered;       /* of the hash of a request's key to its id: those that can answer it again */
  bool answered_loaded;
  pthread_mutex_t answered_lock; /* guards the two; taken alone, or with reader_lock inside */

  pthread_t thread;
  bool has_thread;
  pthread_mutex_t lock;          /* see above */
  pthread_cond_t work;           /* the queue is not empty, or closing */
  pthread_cond_t settled_cond;   /* an item was settled */
  atomic_uint eager;             /* threads that must not wait long for the lock: whoever holds it long makes way */
  struct item *first, **last;    /* the queue */
  struct item *writing;          /* taken from it, not yet settled, oldest first */
  uint64_t posted, settled;      /* items ever */
  bool closing;
  atomic_bool failed;            /* a posted change, and nobody was told */
  struct err failure;            /* of a posted change, not yet told */

  /* the store thread's */
  struct db db;
  int64_t data_version;
  int64_t answered_version;      /* of the file, when `answered` was last known to be all that others wrote */
  uint32_t seen;                 /* the newest entry of the log that memory has */
  struct history history;
};

/* ---- writer.c ---- */

/* Runs work on the store thread inside one transaction and waits; what it returns. */
int project_call(struct project *p, int (*work)(struct project *, void *, struct err *),
                 void (*after)(struct project *, void *), void *arg, struct err *e);
/* Asks for a call, and waits until it is finished, or *begun is set (by the call itself, under the lock, which wakes
 * with settled_cond); waits until it is finished. */
void project_ask(struct project *p, struct call *call, const bool *begun);
int project_await(struct project *p, struct call *call);
/* The same for record tables: their revision grows when it worked. */
int project_record(struct project *p, int (*work)(struct project *, void *, struct err *), void *arg, struct err *e);
/* Says that record tables changed. */
void project_touch(struct project *p);
/* How a file is opened that is only read: where neither it nor its folder can be written and no log waits, as it
 * stands. */
enum db_open project_reading(const char *path);
int project_refuse(const struct project *p, struct err *e);    /* "is open for reading only" */
void *writer_main(void *project);
/* Takes the lock, before whoever applies very many rows. */
void writer_enter(struct project *p);
/* Between pieces of long work: lets the lock go if somebody is eager to have it, and takes it again. */
void writer_make_way(struct project *p);
/* Applies a set to the corpus under what still waits, and wakes the watchers. Takes the lock, for a piece at a time. */
void writer_apply(struct project *p, const struct change *set);
/* Puts an item at the end of the queue; the lock is held. */
void writer_queue(struct project *p, struct item *it);
/* Applies the change of a queued item, and on top of it again what was queued after it. The lock is held, and let go
 * between pieces. */
void writer_apply_item(struct project *p, struct item *it);
/* Shows new samples, in pieces, so that nobody waits long for the lock. */
void writer_show(struct project *p, const struct sample *samples, size_t n);

/* The calling thread reads the file or waits: tells who watches (project_watch_waits). */
void project_waits(void);
/* The reading connection, locked until reader_leave. */
struct db *reader_enter(struct project *p);
void reader_leave(struct project *p);
/* ERR_INPUT "no run 'x' (there are: a, b)"; names_sql gives the names there are. The reader is entered. */
int reader_no_such(struct db *db, const char *kind, const char *name, const char *names_sql, struct err *e);

/* ---- intake.c ---- */

/* True if this thread has an intake of the project open: then work belongs into its transaction. */
bool intake_here(const struct project *p);
int intake_call(int (*work)(struct project *, void *, struct err *), void *arg, struct err *e);

/* ---- answered.c: which requests have an answer, in memory ---- */

/* After the commit: a request was answered, or its answer turned out to be of no use to others. Any thread. */
void answered_note(struct project *p, uint64_t hash, uint32_t id, bool usable);
/* The hash of a request's key, which is looked up if the row does not hold it; on the store thread. */
struct request_row;
int answered_hash(struct project *p, const struct request_row *row, uint64_t *hash, struct err *e);
/* Forgets what it knows if another connection wrote meanwhile; on the store thread, when a job begins. */
int answered_refresh(struct project *p, struct err *e);
void answered_release(struct project *p);
/* job_store.c: adds a row, on the store thread. */
struct job_row;
int job_write(struct project *p, const struct job_row *row, uint32_t *id, struct err *e);
/* request_store.c: the request `id` if it is of this key and can answer it: 1, 0, -1. */
int request_answering(struct project *p, uint32_t id, const char *key, struct request_row *row, struct err *e);

/* ---- row.c: between samples and SQL ---- */

/* What is wrong with a change; 0 if nothing. Needs no lock. */
int row_check(const struct project *p, const struct change *ch, struct err *e);
/* What is wrong with a sample in a project of so many labels. */
int row_check_sample(const struct project *p, const struct sample *s, size_t n_labels, struct err *e);
/* Writes the rows that do change something, with what was before, as entry *id of the log; *id is 0 if none did. */
int row_write_set(struct project *p, const struct change *ch, uint32_t *id, struct err *e);
int row_write_insert(struct project *p, const struct change *ch, uint32_t *id, uint32_t *first_id, struct err *e);
/* Writes samples with the ids that they have, without the log. */
int row_write_samples(struct project *p, const struct sample *samples, size_t n, struct err *e);
/* Writes a label and its entry. */
int row_write_label(struct project *p, uint16_t id, const char *name, const char *meaning, uint32_t *entry,
                    struct err *e);
/* Adds an entry to the log. */
int row_write_entry(struct project *p, enum change_kind kind, const char *actor, const char *summary, uint32_t target,
                    uint32_t n, uint32_t first_id, uint32_t *id, struct err *e);
/* Reads the sample of the row: columns SAMPLE_COLUMNS; texts are valid until the next step. labels: room for
 * LABEL_MAX. */
#define SAMPLE_COLUMNS                                                                                                 \
  "id, text, text2, labels, split, status, origin, attributes, template, teacher, request, parent, gone"
void row_read_sample(sqlite3_stmt *s, struct sample *out, uint16_t *labels);
/* Adds to `set` what the file says now of every (sample, field) of ch. */
int row_read_back(struct project *p, const struct change *ch, struct change *set, struct err *e);
/* Adds to `set` what it takes to undo (before) or to make again (after) the entry `id` of the log. */
int row_read_effect(struct project *p, uint32_t id, bool undo, struct change *set, struct err *e);
/* Writes a set to the samples, without the log. */
int row_write_values(struct project *p, const struct change *set, struct err *e);
/* A value of the log as text, to be freed; NULL: no text. */
char *row_value_text(const struct project *p, enum field field, sqlite3_stmt *s, int column);

/* ---- request_store.c: writing raw replies, inside a transaction and after it ---- */

struct request_row;
struct replies {
  const struct request_row *rows;
  size_t n;
  uint64_t *hashes;              /* room for n: of their keys */
};
int reply_work(struct project *p, void *replies, struct err *e);
void reply_after(struct project *p, void *replies);

/* ---- outcome_store.c: an insert or a set that goes with other writes, inside a transaction and after it ---- */

/* NULL or an empty change: nothing, and *entry and *first_id stay as they are. */
int outcome_write(struct project *p, const struct change *ch, uint32_t *entry, uint32_t *first_id, struct err *e);
void outcome_show(struct project *p, const struct change *ch, uint32_t entry);

/* ---- follow.c: from the file to memory ---- */

/* Everything, at open. */
int follow_load(struct project *p, struct err *e);
/* What others added to the log since p->seen, inside a transaction. */
int follow_log(struct project *p, struct err *e);
/* Names of templates and teachers. */
int follow_names(struct project *p, struct err *e);

#endif
