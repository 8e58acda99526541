/* kind: what jobs of one kind do in their own way: generate, annotate, rewrite. The engine (job.c) is the same for all:
 * plan, send, keep the raw reply, read, keep. A kind says what is asked, what else goes with a request, what a reply
 * gives, and whether more is to be asked.
 *
 * A kind is a file with a struct job_kind, listed in kind.c; it may look at the whole job (work.h). Life: wish and plan
 * when a job is begun; outgoing for each sending; read for each reply, in the order of the plan; more after each round;
 * finish or pause once; close. Threads: that of the job. Errors: those of the project, and what the functions say. */
#ifndef GENERATE_KIND_H
#define GENERATE_KIND_H

#include "generate/filters.h"
#include "generate/job.h"
#include "generate/requests.h"
#include "teacher/openai.h"

struct job;
struct item;

/* A text that stays, for the figures and the lines of what just happened. */
struct kept_text {
  const char *text;              /* lives as long as the outcome's change, or the corpus */
  uint16_t label;                /* of the funnel's row */
};

/* What became of some replies, on its way into one transaction. Life: outcome_init, outcome_..., outcome_release. */
struct outcome {
  struct change *change;         /* the kind's own: an insert or a set */
  uint32_t *requests;            /* the replies read; the engine adds them */
  size_t n_requests, cap_requests;
  struct kept_text *kept;
  size_t n_kept, cap_kept;
  struct dropped_row *dropped;
  size_t n_dropped, cap_dropped;
  struct vote_row *votes;
  size_t n_votes, cap_votes;
};

struct job_kind {
  const char *name;              /* in struct job_row, and the kind of the template */
  enum prompty_kind template_kind;
  enum change_kind change;       /* that its outcomes make */
  bool wants_tokens;             /* read looks at the probabilities of tokens */
  /* Adds what is wished to a job's params, as a member "wish", which stays as it is when the job is gone on with; NULL:
   * nothing. */
  int (*wish)(const struct blueprint *b, const struct job_options *o, struct buf *params, struct err *e);
  /* All requests of the wish, rendered (requests_render); the rows are to be freed with request_rows_free. */
  int (*plan)(const struct blueprint *b, const struct job_options *o, struct request_row **rows, size_t *n,
              struct err *e);
  /* What else goes with a request: the schema of its reply and the schema's name, logprobs. */
  void (*outgoing)(const struct blueprint *b, const struct request_row *row, struct outgoing *o);
  /* Adds what a reply gave to o. -1 with words for the person: it cannot be read, and goes into quarantine; nothing may
   * have been added then. */
  int (*read)(struct job *j, struct item *it, const struct chat_reply *chat, struct outcome *o, struct err *e);
  /* After everything came in: requests that are asked for besides (none: *n 0), rendered. It is called again when these
   * are done. NULL: there is never more. */
  int (*more)(struct job *j, struct request_row **rows, size_t *n, struct err *e);
  /* At the very end, when the job is done; NULL: nothing. */
  int (*finish)(struct job *j, struct err *e);
  /* Where it ends before that, to be gone on with perhaps; NULL: nothing. */
  int (*pause)(struct job *j, struct err *e);
  /* Frees j->own, what the kind keeps between replies; NULL: it keeps nothing. */
  void (*close)(struct job *j);
};
extern const struct job_kind job_kind_generate, job_kind_annotate, job_kind_rewrite;
const struct job_kind *job_kind_named(const char *name);   /* NULL: unknown */
const struct job_kind *job_kind_of(enum prompty_kind kind);

void outcome_init(struct outcome *o, const struct job *j);
void outcome_release(struct outcome *o);
/* A text that a request brought, as a sample with all that is known of where it comes from, into an insert. Its parent
 * is the request's subject, if it has one. For texts that come in later, too (reparse.h, restore.h). */
void outcome_sample(struct change *insert, const struct corpus *c, const struct job_row *job,
                    const struct request_row *row, const struct candidate *t);
/* The same in o, and a kept text. */
void outcome_keep(struct outcome *o, const struct job *j, const struct item *it, const struct candidate *t);
/* A kept text alone, where the change is the kind's own business. */
void outcome_note(struct outcome *o, uint16_t label, const char *text);
/* A text that falls away; t NULL: the whole reply. of: the sample that it doubles, or 0. Its row, until the next
 * call. */
struct dropped_row *outcome_drop(struct outcome *o, const struct job *j, const struct item *it, enum drop_reason reason,
                                 const struct candidate *t, const char *detail, uint32_t of);

#endif
