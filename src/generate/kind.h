/* kind: what jobs of one kind do in their own way: generate, annotate, rewrite. The engine (job.c) is the same for all:
 * plan, send, keep the raw reply, read, keep.
 *
 * A row of the table job_kinds. Threads: that of the job. */
#ifndef GENERATE_KIND_H
#define GENERATE_KIND_H

#include "generate/job.h"
#include "generate/requests.h"
#include "teacher/openai.h"

struct job;
struct item;

/* What became of some replies, on its way into one transaction. Life: zeroed, outcome_release. */
struct outcome {
  struct change *change;         /* the kind's own: an insert or a set */
  uint32_t *requests;            /* the replies read */
  size_t n_requests, cap_requests;
  struct dropped_row *dropped;
  size_t n_dropped, cap_dropped;
  struct vote_row *votes;
  size_t n_votes, cap_votes;
};

struct job_kind {
  const char *name;              /* in struct job_row, and the kind of the template */
  enum prompty_kind template_kind;
  const char *schema_name;       /* of the reply */
  enum change_kind change;       /* that its outcomes make */
  /* All requests of the wish, rendered; the rows are to be freed with request_rows_free. */
  int (*plan)(const struct blueprint *b, const struct job_options *o, struct request_row **rows, size_t *n,
              struct err *e);
  /* What else goes with a request: the schema of its reply, logprobs. */
  void (*outgoing)(const struct blueprint *b, const struct request_row *row, struct outgoing *o);
  /* Adds what a reply gave to o. -1 with words for the person: it cannot be read, and goes into quarantine. */
  int (*read)(struct job *j, struct item *it, const struct chat_reply *chat, struct outcome *o, struct err *e);
  /* After everything came in: requests that are asked for besides (none: *n 0), rendered. NULL: there is never more. */
  int (*more)(struct job *j, struct request_row **rows, size_t *n, struct err *e);
  /* At the very end, when the job is done; NULL: nothing. */
  int (*finish)(struct job *j, struct err *e);
};
extern const struct job_kind job_kind_generate, job_kind_annotate, job_kind_rewrite;
const struct job_kind *job_kind_named(const char *name);   /* NULL: unknown */
const struct job_kind *job_kind_of(enum prompty_kind kind);

#endif
