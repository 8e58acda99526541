/* reparse: stored raw replies read and filtered again, by the program's present rules and a template's present filters,
 * without asking anybody.
 *
 * Looked at is what was not let in: texts that were dropped, and replies that could not be read. What passes now
 * becomes a new sample of its request; what does not gets its reason anew. Of replies that were read all right, texts
 * come in that the reader did not see then. Samples that stand, whether or not they would pass now, stay as they are,
 * and so do those that a person undid: nothing comes in twice.
 *
 * All of it is one transaction and one change, which can be undone: then the texts are dropped texts again. Jobs of
 * kind generate and rewrite; those of annotate have no texts of their own.
 * Life: reparse_run; the result is a value. Threads: any, one at a time. Errors: ERR_INPUT for an unknown job or one of
 * another kind, a template that is broken; as job_store. */
#ifndef GENERATE_REPARSE_H
#define GENERATE_REPARSE_H

#include "base/pool.h"
#include "generate/filters.h"
#include "store/project.h"

struct reparse_options {
  uint32_t job_id;               /* 0: all */
  const char *template_name;     /* whose filters; NULL: of each job its own template, in the newest version */
  uint32_t template_version;     /* 0: the newest */
  bool dry_run;                  /* only count */
  struct stop *stop;             /* looked at before anything is written; may be NULL */
};
struct reparse_result {
  size_t n_jobs, n_replies;      /* looked at */
  size_t before[N_DROP_REASONS], after[N_DROP_REASONS];   /* dropped texts, and replies that cannot be read */
  size_t kept;                   /* new samples */
  uint32_t first_id;             /* of them; 0: none, or a dry run */
};
int reparse_run(struct project *p, const struct reparse_options *o, struct reparse_result *result, struct err *e);

#endif
