/* work: the inside of a job, shared by begin.c (how it starts), job.c (the main way), show.c (what a person sees of
 * it) and purse.c (its money); private to this room. */
#ifndef GENERATE_WORK_H
#define GENERATE_WORK_H

#include "generate/job.h"
#include "generate/kind.h"
#include "generate/requests.h"

/* Where a request stands, in this run. On disk it stands in enum request_state. */
enum item_state { ITEM_PLANNED, ITEM_SENT, ITEM_ANSWERED, ITEM_DONE };

struct item {
  struct request_row row;      /* reply is set from the answer until it is parsed */
  enum item_state state;
  int n_lost;                  /* tries whose reply never came */
  double bound_usd;            /* the most that it may cost, while sent */
};

struct purse {
  double budget_usd;           /* 0: none */
  double spent_usd;            /* for sure, or at the upper bound where nobody said */
  double at_risk_usd;          /* upper bounds of what is under way */
  bool empty;                  /* the next request does not fit */
};
/* What a request may cost, giving it a max_tokens if it has none and there is a budget. */
double purse_bound(const struct purse *p, const struct teacher_spec *spec, const struct request_row *row,
                   struct teacher_request *request);
/* True if it fits, which is then at risk. False: not now, or never (p->empty). */
bool purse_open(struct purse *p, double bound_usd);
/* A request came back: what it cost, NaN: at most its bound. */
void purse_settle(struct purse *p, double bound_usd, double cost_usd);

struct job {
  struct project *project;
  struct board *board;
  struct arena arena;          /* of what options points to */
  struct job_options options;  /* as asked for */
  struct blueprint blueprint;
  void *own;                   /* the kind's */
  struct teacher *teacher;
  struct filters *filters;
  struct job_row row;
  struct item *items;          /* in the order of the plan */
  size_t n, cap;               /* it grows: hold indexes, not pointers */
  size_t head;                 /* the first item that is not done: nothing behind it is inserted before it */
  size_t next;                 /* no planned item stands before it */
  size_t n_sent;
  struct funnel funnel;
  struct purse purse;
  struct stop *stop;
  uint32_t activity;
  int64_t began_ms, shown_ms;
  uint64_t n_at_start;         /* texts of requests that were done when this run began */
  unsigned failed_in_row;
  struct err failure;          /* the first request that failed */
  struct err fault;            /* why no request can succeed; code 0: none */
  bool resumed, unfinished;    /* unfinished: some request may succeed at another time */
  bool over;
  int result;                  /* of job_step from now on */
  struct err why;
};

/* begin.c: fills a job of which project, board and stop are set. On -1 it may have a record (row.id), which then is
 * unfit. */
int job_begin(struct job *j, const struct job_options *o, struct err *e);
/* Writes further requests down and adds them behind the others. Takes rows. */
int job_grow(struct job *j, struct request_row *rows, size_t n, struct err *e);

/* params.c: what a job was asked to do, as it stands in its record. NULL: the wish cannot be planned. */
char *params_new(const struct blueprint *b, const struct job_options *o, struct err *e);
/* The params of a job that is gone on with; o becomes what was asked for then (topping up is added if o wants it). */
char *params_again(const char *old, struct job_options *o, struct arena *a);

/* show.c */
void show_begin(struct job *j);
void show_figures(struct job *j, bool now);
void show_kept(struct job *j, uint16_t label, const char *text);
void show_dropped(struct job *j, uint16_t label, enum drop_reason reason, const char *text, const char *detail);
void show_end(struct job *j);

#endif
