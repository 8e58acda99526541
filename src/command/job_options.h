/* job_options: what all jobs are told in the same words (generate, annotate): whom they ask, what they may use up, whether
 * they go on with an earlier one. A command puts JOB_OPTIONS among its rows, and its own beside them.
 *
 * Life: zeroed, job_wishes_take, job_wishes_release (also after -1). Threads: one user. */
#ifndef COMMAND_JOB_OPTIONS_H
#define COMMAND_JOB_OPTIONS_H

#include "command/names.h"
#include "generate/job.h"

#define JOB_OPTIONS \
  {.name = "concurrency", .type = OPTION_INT, .min = 0, .max = TEACHER_CONCURRENCY_MAX, .fallback = "0", \
   .argument = "N", .summary = "requests in flight; 0: the teacher's own number"}, \
  {.name = "budget", .type = OPTION_REAL, .min = 0, .max = 1e6, .fallback = "0", .argument = "USD", \
   .summary = "stop before more than this is spent; 0: no limit"}, \
  {.name = "budget-tokens", .type = OPTION_REAL, .min = 0, .max = 1e15, .fallback = "0", .argument = "N", \
   .summary = "stop before prompts and replies have more tokens; 0: no limit"}, \
  {.name = "budget-requests", .type = OPTION_INT, .min = 0, .max = 4e9, .fallback = "0", .argument = "N", \
   .summary = "stop before more requests are sent; 0: no limit"}, \
  {.name = "budget-time", .type = OPTION_REAL, .min = 0, .max = 1e9, .fallback = "0", .argument = "SECONDS", \
   .summary = "stop after this time; 0: no limit"}, \
  {.name = "dry-run", .type = OPTION_FLAG, .summary = "only say how many requests, tokens and dollars it would be"}, \
  {.name = "resume", .type = OPTION_FLAG, \
   .summary = "go on with the unfinished job of this template and teacher, or begin it"}, \
  {.name = "retry-errors", .type = OPTION_FLAG, \
   .summary = "as --resume, and requests that failed for good are sent again"}, \
  {.name = "seed", .type = OPTION_INT, .min = 0, .max = 9007199254740992.0, .fallback = "1", .argument = "N", \
   .summary = "of what is drawn into prompts"}

/* What job_options borrows. */
struct job_wishes {
  struct job_options o;
  struct teacher_row teacher;
  struct job_teacher asked;
};
/* The teacher (option --teacher) and all of JOB_OPTIONS; the template is the command's own business. */
int job_wishes_take(struct call *c, struct job_wishes *w, struct err *e);
void job_wishes_release(struct job_wishes *w);

/* The answer to --dry-run. */
void job_print_estimate(struct call *c, const struct job_estimate *x);
/* Steps a job to its end, with a bar; what: "generating". */
int job_run(struct call *c, struct job *j, const char *what, struct err *e);

#endif
