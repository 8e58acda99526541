/* job_options: what all jobs are told in the same words (generate, annotate): whom they ask, what they may use up,
 * whether they go on with an earlier one. A command puts JOB_OPTIONS among its rows, and its own beside them.
 *
 * Life: zeroed, job_wishes_take, job_wishes_release (also after -1). Threads: one user. */
#ifndef COMMAND_JOB_OPTIONS_H
#define COMMAND_JOB_OPTIONS_H

#include "command/names.h"
#include "generate/job.h"

#define JOB_OPTIONS \
  {.name = "teacher", .type = OPTION_TEACHER, .argument = "NAME[:SHARE]", .many = 1, \
   .summary = "whom to ask; else the only one. Several share the requests (NAME:3 gets three times as many as NAME)"}, \
  {.name = "fallback", .type = OPTION_FLAG, \
   .summary = "of several teachers, ask the second only where the first fails, and so on"}, \
  {.name = "concurrency", .type = OPTION_INT, .min = 0, .max = TEACHER_CONCURRENCY_MAX, .fallback = "0", \
   .argument = "N", .summary = "requests in flight; 0: the teacher's own number"}, \
  {.name = "budget", .type = OPTION_REAL, .min = 0, .max = 1e6, .fallback = "0", .argument = "USD", \
   .summary = "stop before more than this is spent; 0: no limit"}, \
  {.name = "budget-tokens", .type = OPTION_REAL, .min = 0, .max = 1e15, .fallback = "0", .argument = "N", \
   .summary = "stop before prompts and replies have more tokens; 0: no limit"}, \
  {.name = "budget-requests", .type = OPTION_INT, .min = 0, .max = 4e9, .fallback = "0", .argument = "N", \
   .summary = "stop before more requests are sent; 0: no limit"}, \
  {.name = "budget-time", .type = OPTION_TEXT, .fallback = "0", .argument = "TIME", \
   .summary = "stop after this time: seconds, or 90s, 10m, 1h30m; 0: no limit"}, \
  {.name = "batch", .type = OPTION_FLAG, \
   .summary = "hand the requests in as a batch (half the price at OpenAI) and leave; --resume collects the replies"}, \
  {.name = "wait", .type = OPTION_FLAG, .summary = "with --batch: wait, perhaps for hours, until all is collected"}, \
  {.name = "dry-run", .type = OPTION_FLAG, .summary = "only say how many requests, tokens and dollars it would be"}, \
  {.name = "probe", .type = OPTION_FLAG, \
   .summary = "send the first five requests, say what the rest would take, and stop; --resume goes on"}, \
  {.name = "resume", .type = OPTION_FLAG, \
   .summary = "go on with the unfinished job of this template and teacher, or begin it"}, \
  {.name = "retry-errors", .type = OPTION_FLAG, \
   .summary = "as --resume, and what failed for good, could not be read or was none of the labels is asked again"}, \
  {.name = "retry-failed", .type = OPTION_FLAG, .summary = "the same as --retry-errors"}, \
  {.name = "seed", .type = OPTION_INT, .min = 0, .max = 9007199254740992.0, .fallback = "1", .argument = "N", \
   .summary = "of what is drawn into prompts"}

#define PROBE_REQUESTS 5

/* What job_options borrows. */
struct job_wishes {
  struct job_options o;
  struct teacher_row *rows;      /* of the teachers named, in that order */
  struct job_teacher *asked;
  size_t n;
};
/* All of JOB_OPTIONS; the template is the command's own business. */
int job_wishes_take(struct call *c, struct job_wishes *w, struct err *e);
void job_wishes_release(struct job_wishes *w);

/* --dry-run and --probe: says what the job would take, after sending its first requests if --probe is given. */
int job_foresee(struct call *c, const struct job_wishes *w, struct err *e);
/* True if one of them is given. */
bool job_foreseen(struct call *c);
/* Steps a job to its end, with a bar; what: "generating". */
int job_run(struct call *c, struct job *j, const char *what, struct err *e);
/* How one comes back to a job whose requests are under way as batches; nothing if none are, or as JSON. */
void job_say_left(struct call *c, const struct job *j);
/* How one asks again for what came to nothing, if something did; nothing as JSON. */
void job_say_again(struct call *c, const struct job *j);
/* -1 if replies came, and not one of them can be read. */
int job_check_read(const struct job *j, struct err *e);
/* "90", "90s", "10m", "1h30m": seconds. */
int job_time(const char *text, double *seconds, struct err *e);

#endif
