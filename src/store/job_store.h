/* job_store: jobs, their requests to teachers with the raw replies, and what was dropped on the way.
 *
 * The contract that makes paid replies safe: (1) requests are planned on disk before any is sent; (2) the raw reply is
 * on disk before anyone parses it; (3) the samples that it gives, its dropped texts and votes, and the mark that the
 * request is parsed, are written in ONE transaction. job_store_turn does (2) for some replies and (3) for others that
 * came before. Killed at any point, what is `planned` is sent (again), what is `answered` is parsed (again) without a
 * call, what is `parsed` is done: no double, no loss.
 *
 * Threads: any. Errors: see project.h. */
#ifndef STORE_JOB_STORE_H
#define STORE_JOB_STORE_H

#include "store/project.h"

enum job_state { JOB_PLANNED, JOB_RUNNING, JOB_PAUSED, JOB_DONE, JOB_STOPPED, JOB_FAILED, N_JOB_STATES };
extern const char *const job_state_names[N_JOB_STATES];

struct job_row {
  uint32_t id;
  char *kind;                    /* "generate", "annotate", "rewrite"; of single requests "try",
                                  * "propose"; of samples of another project "import" */
  enum job_state state;
  uint32_t template_id, teacher_id;
  char *params;                  /* JSON object: what it was asked to do; "{}" */
  char *key;                     /* identifies the same work for --resume: its maker's choice, "" */
  char *message;                 /* why it stands where it stands, "" */
  int64_t at_ms, ended_ms;       /* ended 0: not yet; at 0 when it is added: now */
};
void job_row_release(struct job_row *row);
void job_rows_free(struct job_row *rows, size_t n);

int job_store_add(struct project *p, const struct job_row *row, uint32_t *id, struct err *e);
int job_store_set_state(struct project *p, uint32_t id, enum job_state state, const char *message, struct err *e);
int job_store_set_params(struct project *p, uint32_t id, const char *params, struct err *e);
int job_store_get(struct project *p, uint32_t id, struct job_row *row, struct err *e);  /* unknown: ERR_INPUT */
int job_store_list(struct project *p, struct job_row **rows, size_t *n, struct err *e); /* newest first */

enum request_state { REQUEST_PLANNED, REQUEST_ANSWERED, REQUEST_PARSED, REQUEST_FAILED, N_REQUEST_STATES };
extern const char *const request_state_names[N_REQUEST_STATES];

struct request_row {
  uint32_t id;
  uint32_t job_id;
  bool rekeyed;                  /* to be written: the key is not the one that was planned */
  char *key; /* of the whole request (hex of a hash of messages, model, parameters, sample number) */
  uint16_t label;                /* the cell of the plan: LABEL_NONE if none */
  char *attributes;              /* as in struct sample, "" */
  uint32_t teacher_id;           /* whom it is for, and after an answer whose it is; 0: the job's */
  uint32_t *subjects;            /* annotate, rewrite: the samples that it is about; NULL: none */
  size_t n_subjects;
  uint32_t batch_id;             /* it is on its way in this batch; 0: none */
  uint32_t wanted;               /* texts asked for; of an annotation, those to be labelled */
  char *messages;                /* JSON array as sent */
  char *params;                  /* JSON object: model, temperature, schema..., "{}" */
  enum request_state state;
  uint32_t tries;
  uint32_t http_status;          /* of the last answer, 0: none */
  char *error;                   /* the last failure in one line, "" */
  char *reply;                   /* the raw body, NUL-terminated; NULL: none, or not asked for */
  size_t n_reply;
  uint64_t tokens_in, tokens_out;
  double cost_usd;               /* NaN: price unknown */
  bool cached;                   /* answered from an earlier request, nothing paid */
  int64_t sent_ms, answered_ms;  /* wall clock, 0: not yet */
};
void request_row_release(struct request_row *row);
void request_rows_free(struct request_row *rows, size_t n);

/* Adds a job with all its requests in one transaction: whoever is killed meanwhile leaves all of it, or nothing. */
int job_store_begin(struct project *p, const struct job_row *row, struct request_row *rows, size_t n, uint32_t *id,
                    struct err *e);
/* Plans requests (state planned) in one transaction; fills in the ids. */
int job_store_plan(struct project *p, uint32_t job_id, struct request_row *rows, size_t n, struct err *e);
/* Requests of a job in a state (-1: any), in order of id, without the reply bodies unless with_reply. */
int job_store_requests(struct project *p, uint32_t job_id, int state, bool with_reply, struct request_row **rows,
                       size_t *n, struct err *e);
int job_store_request(struct project *p, uint32_t id, struct request_row *row, struct err *e);  /* with the reply */
/* An answered or parsed request with this key, in any job: 1 (row filled, with the reply), 0 none, -1. Replies that
 * could not be parsed do not count. Quick where there is none: the keys are in memory (all of the file at the first
 * call, later those of this process; what another process answers meanwhile is seen by the next job that is
 * planned). */
int job_store_answered(struct project *p, const char *key, struct request_row *row, struct err *e);
/* Writes raw replies (fields used: id, reply, n_reply, http_status, tries, tokens, cost, cached, sent_ms, answered_ms,
 * key if rekeyed; teacher_id if not 0) and marks the requests answered, durably when this returns. One transaction for
 * all n, so a busy job hands over several at once. A row of state parsed is one that was asked again because its reply
 * could not be read, or gave a text no label: it leaves the quarantine, and its votes are forgotten. They are in no
 * batch any more. */
int job_store_reply(struct project *p, const struct request_row *rows, size_t n, struct err *e);
/* Writes that a request failed (for good, or so far: state stays planned): fields used: id, http_status, tries,
 * error, teacher_id if not 0 (whom it is for now). It is in no batch any more. */
int job_store_fail(struct project *p, const struct request_row *row, bool for_good, struct err *e);
int job_store_fail_all(struct project *p, const struct request_row *rows, size_t n, bool for_good, struct err *e);

struct dropped_row {
  uint32_t id, job_id, request_id;
  uint16_t label;
  char *attributes;
  char *text, *text2;            /* text NULL: the whole reply (reason parse); text2 NULL: none */
  char *reason;                  /* "duplicate", "too_short", "too_long", "label_named", "parse", "test", ... */
  char *detail;                  /* for the person, "" */
  uint32_t of_id;                /* duplicate: of this sample, or */
  uint32_t of_new;               /* to be written: of this sample, from 1, of the change that goes with it; 0: none */
};
void dropped_row_release(struct dropped_row *row);
void dropped_rows_free(struct dropped_row *rows, size_t n);

/* A teacher's word on a sample: one of k repeats. */
struct vote_row {
  uint32_t request_id, sample_id, teacher_id;
  uint16_t label;                /* LABEL_NONE: it gave none of the labels */
  float *probabilities;          /* by label id, from logprobs; NULL: it did not say */
  size_t n_probabilities;
  char *rationale;               /* "" */
};
void vote_rows_free(struct vote_row *rows, size_t n);
/* Votes on these samples (ids ascending; NULL: all) by a teacher (0: all), by sample and request. */
int job_store_votes(struct project *p, uint32_t teacher_id, const uint32_t *samples, size_t n_samples,
                    struct vote_row **rows, size_t *n, struct err *e);

/* See above, (3), for several replies at once: what they gave, in one transaction. Each dropped row and vote names its
 * request_id. change: a CHANGE_INSERT whose samples carry request_id, a CHANGE_SET, or NULL; it becomes one entry of
 * the log (none if it is empty). *first_id as in project_insert; may be NULL. -1 and nothing written if one of the
 * requests is not waiting to be parsed (another process was first). */
struct kept {
  const uint32_t *requests;      /* all of one job */
  size_t n_requests;
  const struct change *change;
  const struct dropped_row *dropped;
  size_t n_dropped;
  const struct vote_row *votes;
  size_t n_votes;
};
int job_store_keep_all(struct project *p, const struct kept *k, uint32_t *first_id, struct err *e);
/* job_store_reply of n rows and job_store_keep_all of other requests (k NULL: nothing) in one transaction: what a busy
 * job does again and again, with one wait for the disk instead of two. */
int job_store_turn(struct project *p, const struct request_row *rows, size_t n, const struct kept *k,
                   uint32_t *first_id, struct err *e);
/* Takes dropped texts out of the list, with the insert that brings them (or their repaired texts) into the corpus: as
 * many samples, in the same order. When the insert is undone, they are in the list again. ch NULL: they are just
 * forgotten, for good. -1 and nothing written if one of them is not in the list. */
int job_store_restore(struct project *p, const uint32_t *dropped, size_t n, const struct change *ch,
                      uint32_t *first_id, struct err *e);

/* Replies read again, by other rules, in one transaction. change: an insert, one entry of the log (none if it is
 * empty); its i-th sample was the dropped row became[i], which leaves the list, and is there again when the insert is
 * undone (0: it was none). dropped: rows of the list with another reason, detail and of_id (id set), and new ones (id
 * 0). forgotten: rows of replies that could not be read and now can, though nothing of them is kept. readable: the
 * requests of all such replies. -1 and nothing written if a row is not in the list any more. */
struct reread {
  const struct change *change;
  const uint32_t *became;
  const struct dropped_row *dropped;
  size_t n_dropped;
  const uint32_t *forgotten;
  size_t n_forgotten;
  const uint32_t *readable;
  size_t n_readable;
};
int job_store_reread(struct project *p, const struct reread *r, uint32_t *first_id, struct err *e);

/* Requests that are handed in together, to be collected later (OpenAI's Batch API). */
enum batch_state { BATCH_PLANNED, BATCH_SENT, BATCH_COLLECTED, BATCH_FAILED, N_BATCH_STATES };
extern const char *const batch_state_names[N_BATCH_STATES];
struct batch_row {
  uint32_t id, job_id, teacher_id;
  enum batch_state state;
  char *file;                    /* the endpoint's name of what was handed in, "" */
  char *remote;                  /* the endpoint's name of the batch, "" */
  char *message;                 /* how it stands, in the endpoint's words, "" */
  uint32_t n_requests, n_done, n_failed;   /* as the endpoint says */
  int64_t at_ms, polled_ms;
};
void batch_row_release(struct batch_row *row);
void batch_rows_free(struct batch_row *rows, size_t n);
/* Adds a batch (planned) and marks these requests as its own, in one transaction. Each must wait to be sent: planned,
 * failed, or with a reply that could not be read; its state stays until a reply comes. */
int job_store_batch_add(struct project *p, const struct batch_row *row, const uint32_t *requests, size_t n,
                        uint32_t *id, struct err *e);
/* Writes all but id, job_id, teacher_id and at_ms. A batch that is collected or failed lets those of its requests go
 * that were not answered (batch 0). */
int job_store_batch_set(struct project *p, const struct batch_row *row, struct err *e);
int job_store_batches(struct project *p, uint32_t job_id, struct batch_row **rows, size_t *n, struct err *e);

/* See above, (3). ch: a CHANGE_INSERT (may hold no samples; NULL: none) whose samples carry request_id. *first_id as in
 * project_insert; may be NULL. -1 and nothing written if the request is parsed already (another process was first). */
int job_store_keep(struct project *p, uint32_t request_id, const struct change *ch, const struct dropped_row *dropped,
                   size_t n_dropped, uint32_t *first_id, struct err *e);
/* Dropped texts, oldest first; job 0: of all jobs; reason NULL: all. Reason "parse" is the quarantine. */
int job_store_dropped(struct project *p, uint32_t job_id, const char *reason, struct dropped_row **rows, size_t *n,
                      struct err *e);
/* No such text (any more): ERR_INPUT. */
int job_store_dropped_one(struct project *p, uint32_t id, struct dropped_row *row, struct err *e);

/* The funnel: asked, answered, parsed, kept, and why the rest fell away. */
struct funnel_reason {
  char *reason;
  uint32_t n;
};
struct job_figures {
  uint32_t requests[N_REQUEST_STATES];   /* by state */
  uint32_t n_requests, cached, retried;  /* retried: tries beyond the first */
  uint32_t wanted;                       /* texts asked for */
  uint32_t kept;                         /* samples that came of it and are not gone */
  uint32_t n_dropped;
  uint64_t tokens_in, tokens_out;
  double cost_usd;                       /* NaN: a paid request has no known price */
  struct funnel_reason *reasons;         /* most first */
  size_t n_reasons;
};
/* job 0: of the whole project. */
int job_store_figures(struct project *p, uint32_t job_id, struct job_figures *figures, struct err *e);
void job_figures_release(struct job_figures *figures);

#endif
