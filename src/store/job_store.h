/* job_store: jobs, their requests to teachers with the raw replies, and what was dropped on the way.
 *
 * The contract that makes paid replies safe: (1) requests are planned on disk before any is sent; (2) job_store_reply
 * puts the raw reply on disk, in a transaction of its own, before anyone parses it; (3) job_store_keep inserts the
 * samples of one reply, its dropped texts, and marks the request parsed in ONE transaction. Killed at any point, what
 * is `planned` is sent (again), what is `answered` is parsed (again) without a call, what is `parsed` is done: no
 * double, no loss.
 *
 * Threads: any. Errors: see project.h. */
#ifndef STORE_JOB_STORE_H
#define STORE_JOB_STORE_H

#include "store/project.h"

enum job_state { JOB_PLANNED, JOB_RUNNING, JOB_PAUSED, JOB_DONE, JOB_STOPPED, JOB_FAILED, N_JOB_STATES };
extern const char *const job_state_names[N_JOB_STATES];

struct job_row {
  uint32_t id;
  char *kind;                    /* "generate", "annotate" */
  enum job_state state;
  uint32_t template_id, teacher_id;
  char *params;                  /* JSON object: what it was asked to do; "{}" */
  char *key;                     /* identifies the same work for --resume: its maker's choice, "" */
  char *message;                 /* why it stands where it stands, "" */
  int64_t at_ms, ended_ms;       /* ended 0: not yet */
};
void job_row_release(struct job_row *row);
void job_rows_free(struct job_row *rows, size_t n);

int job_store_add(struct project *p, const struct job_row *row, uint32_t *id, struct err *e);
int job_store_set_state(struct project *p, uint32_t id, enum job_state state, const char *message, struct err *e);
int job_store_set_params(struct project *p, uint32_t id, const char *params, struct err *e);
int job_store_get(struct project *p, uint32_t id, struct job_row *row, struct err *e);  /* unknown: ERR_INPUT */
int job_store_list(struct project *p, struct job_row **rows, size_t *n, struct err *e); /* newest first */
/* The newest job of this kind, template, teacher and key (NULL: any): 1 found, 0 none, -1. */
int job_store_find(struct project *p, const char *kind, uint32_t template_id, uint32_t teacher_id, const char *key,
                   struct job_row *row, struct err *e);

enum request_state { REQUEST_PLANNED, REQUEST_ANSWERED, REQUEST_PARSED, REQUEST_FAILED, N_REQUEST_STATES };
extern const char *const request_state_names[N_REQUEST_STATES];

struct request_row {
  uint32_t id;
  uint32_t job_id;
  char *key; /* of the whole request (hex of a hash of messages, model, parameters, sample number) */
  uint16_t label;                /* the cell of the plan: LABEL_NONE if none */
  char *attributes;              /* as in struct sample, "" */
  uint32_t wanted;               /* texts asked for */
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

/* Plans requests (state planned) in one transaction; fills in the ids. */
int job_store_plan(struct project *p, uint32_t job_id, struct request_row *rows, size_t n, struct err *e);
/* Requests of a job in a state (-1: any), in order of id, without the reply bodies unless with_reply. */
int job_store_requests(struct project *p, uint32_t job_id, int state, bool with_reply, struct request_row **rows,
                       size_t *n, struct err *e);
int job_store_request(struct project *p, uint32_t id, struct request_row *row, struct err *e);  /* with the reply */
/* An answered or parsed request with this key, in any job: 1 (row filled, with the reply), 0 none, -1. Replies that
 * could not be parsed do not count. */
int job_store_answered(struct project *p, const char *key, struct request_row *row, struct err *e);
/* Writes raw replies (fields used: id, reply, n_reply, http_status, tries, tokens, cost, cached, sent_ms, answered_ms)
 * and marks the requests answered, durably when this returns. One transaction for all n, so a busy job hands over
 * several at once. */
int job_store_reply(struct project *p, const struct request_row *rows, size_t n, struct err *e);
/* Writes that a request failed (for good, or so far: state stays planned): fields used: id, http_status, tries,
 * error. */
int job_store_fail(struct project *p, const struct request_row *row, bool for_good, struct err *e);

struct dropped_row {
  uint32_t id, job_id, request_id;
  uint16_t label;
  char *attributes;
  char *text, *text2;            /* text NULL: the whole reply (reason parse); text2 NULL: none */
  char *reason;                  /* "duplicate", "too_short", "too_long", "label_named", "parse", "test", ... */
  char *detail;                  /* for the person, "" */
  uint32_t of_id;                /* duplicate: of this sample */
};
void dropped_row_release(struct dropped_row *row);
void dropped_rows_free(struct dropped_row *rows, size_t n);

/* See above, (3). ch: a CHANGE_INSERT (may hold no samples; NULL: none) whose samples carry request_id. *first_id as in
 * project_insert; may be NULL. -1 and nothing written if the request is parsed already (another process was first). */
int job_store_keep(struct project *p, uint32_t request_id, const struct change *ch, const struct dropped_row *dropped,
                   size_t n_dropped, uint32_t *first_id, struct err *e);
/* The same for a job that changes existing samples (annotate): ch is a CHANGE_SET, written before memory shows it. */
int job_store_keep_set(struct project *p, uint32_t request_id, const struct change *ch,
                       const struct dropped_row *dropped, size_t n_dropped, struct err *e);
/* Dropped texts, oldest first; job 0: of all jobs; reason NULL: all. Reason "parse" is the quarantine. */
int job_store_dropped(struct project *p, uint32_t job_id, const char *reason, struct dropped_row **rows, size_t *n,
                      struct err *e);

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
