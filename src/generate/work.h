/* work: the inside of a job, shared by job.c (the main way), begin.c (how it starts), unanswered.c (no reply came),
 * count.c (its figures), end.c (how it ends), show.c (what a person sees of it) and the kinds; private to this room. */
#ifndef GENERATE_WORK_H
#define GENERATE_WORK_H

#include <pthread.h>

#include "corpus/diversity.h"
#include "generate/batch.h"
#include "generate/breaker.h"
#include "generate/crew.h"
#include "generate/job.h"
#include "generate/kind.h"
#include "generate/purse.h"
#include "generate/requests.h"

/* Where a request stands, in this run. On disk it stands in enum request_state. */
enum item_state {
  ITEM_PLANNED, ITEM_SENT,
  ITEM_CAME,                   /* its reply is here, and not on disk yet */
  ITEM_ANSWERED,               /* it is on disk, and waits to be read */
  ITEM_DONE,
};

struct item {
  struct request_row row;      /* reply is set from the answer until it is read */
  enum item_state state;
  uint16_t member;             /* of the crew: who is asked */
  bool again;                  /* its reply could not be read, or was no label: it stands until a new one is on disk */
  int n_lost;                  /* tries whose reply never came */
  char *content, *finish_reason;  /* of a reply that has just come; NULL: to be read from it */
  struct cost bound;           /* the most that it may cost, while sent */
  bool handed_in;              /* it was in a batch in this run, or is: not again */
};

/* The one reply that is shown as it is written. Filled on a thread of the teacher. */
struct glimpse {
  pthread_mutex_t lock;
  struct buf text;
  bool open, begun, fresh;     /* a request is shown; its text has begun; there is more than was shown */
  uint64_t tag;                /* its item */
};

/* Winding up: nothing more is sent, what is under way may come in. */
struct closing {
  enum job_state state;        /* of the record then; JOB_RUNNING: not winding up */
  enum err_code code;
  int64_t until_ms;            /* then it is given up; 0: when all is in */
  char why[sizeof ((struct err *)0)->message];
};

struct job {
  struct project *project;
  struct board *board;
  struct arena arena;          /* of what options points to */
  struct job_options options;  /* as asked for */
  struct blueprint blueprint;
  void *own;                   /* the kind's */
  struct crew crew;
  struct filters *filters;     /* of a kind that makes samples; else NULL */
  struct job_row row;
  struct item *items;          /* in the order of the plan */
  size_t n, cap;               /* it grows: hold indexes, not pointers */
  size_t head;                 /* the first item that is not done: nothing behind it is kept before it */
  size_t *fresh;               /* items whose replies are not on disk yet */
  size_t n_fresh, cap_fresh;
  size_t n_held;               /* bytes of replies that wait for their turn */
  struct funnel funnel;
  struct purse purse;
  struct batching *batching;   /* batch.c; NULL: requests are sent one by one */
  struct breaker breaker;
  struct closing closing;
  struct stop *stop;
  uint32_t activity;
  int64_t began_ms, shown_ms, diversity_ms;
  size_t n_lines;              /* shown since shown_ms */
  uint64_t n_at_start;         /* texts of requests that were done when this run began */
  struct diversity *diversity; /* attended jobs; else NULL */
  struct glimpse glimpse;
  bool shows;                  /* show_begin was called */
  struct job_live counts;      /* why requests were tried again */
  char says[200];
  struct err failure;          /* the first request that failed */
  struct err trouble;          /* why the last request failed, or its reply could not be read */
  bool resumed, unfinished;    /* unfinished: some request may succeed at another time */
  bool recount;                /* votes are taken back with a reply that is asked for again: the file knows how many */
  bool tripped;                /* the breaker has paused it */
  bool over, left;             /* left: requests are under way in batches */
  int result;                  /* of job_step from now on */
  struct err why;
};

/* begin.c: writes further requests down and adds them behind the others. Takes rows. */
int job_grow(struct job *j, struct request_row *rows, size_t n, struct err *e);

/* params.c: what a job was asked to do, as it stands in its record. NULL: the wish cannot be planned. */
char *params_new(const struct blueprint *b, const struct job_options *o, struct err *e);
/* The params of a job that is gone on with; o becomes what was asked for then (topping up is added if o wants it). */
char *params_again(const char *old, struct job_options *o, struct arena *a);

/* job.c */
/* A reply to the same request that stands in the file already, in whatever job; it is written with the next that are
 * taken. 1: taken from there, 0, -1. */
int job_answer_from_file(struct job *j, struct item *it, struct err *e);
int job_take_replies(struct job *j, int timeout_ms, struct err *e);
/* Reads and keeps those whose turn it is, and writes those that came; or, when nothing more will come, all that are
 * there, until nothing is left to do. */
int job_keep_answered(struct job *j, bool all, struct err *e);
/* Writes the raw replies that came, whatever else has failed. */
void job_save(struct job *j);

/* unanswered.c */
/* Another teacher is asked, under whom the request is another one. False: there is nobody. */
bool unanswered_hand_on(struct job *j, size_t i);
/* No reply that could be paid for came. */
int unanswered_take(struct job *j, size_t i, const struct teacher_reply *r, struct err *e);

/* count.c */
void count_tries(struct job *j, struct item *it, const struct teacher_reply *r);
/* In the purse. Lost tries, and replies that do not say what they took, count at the most they can cost. */
void count_cost(struct job *j, const struct item *it, const struct teacher_reply *r);
/* What a paid reply (row.reply) took, in the row and the figures; price as requests_answered has it. One that was asked
 * again has cost what both replies cost. */
void count_answer(struct job *j, struct item *it, int http_status, int64_t tokens_in, int64_t tokens_out, double price);
/* Nothing comes of the request in this run; not for good: it may at another time. */
void count_failure(struct job *j, struct item *it, const struct err *why, bool for_good);
/* After it is on disk: the figures, and a line for each text. */
void count_outcome(struct job *j, const struct outcome *o);

/* end.c */
/* Begins to wind up; the first reason stands. */
void end_begin(struct job *j, enum job_state state, enum err_code code, int patience_ms, const char *why);
bool end_begun(const struct job *j);
/* What may end a job before it is done: the person, the clock, trouble. */
void end_watch(struct job *j);
/* 1: go on, 0, -1: as job_step. */
int end_check(struct job *j, struct err *e);
/* At once. */
int end_early(struct job *j, enum job_state state, enum err_code code, const char *why, struct err *e);
int end_failed(struct job *j, struct err *e);
/* All is handed in as batches, and nobody waits for it: 0, or -1. */
int end_left(struct job *j, struct err *e);

/* show.c */
void show_begin(struct job *j);
void show_release(struct job *j);
void show_wishes(struct job *j);           /* what the person wants of the running job */
void show_figures(struct job *j, bool now);
void show_kept(struct job *j, uint16_t label, const char *text);
void show_dropped(struct job *j, uint16_t label, enum drop_reason reason, const char *text, const char *detail);
void show_says(struct job *j, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Makes this request the one that is shown as it is written, if none is. */
void show_stream(struct job *j, uint64_t tag, struct teacher_request *request);
void show_streamed(struct job *j, uint64_t tag);
void show_end(struct job *j);

#endif
