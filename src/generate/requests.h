/* requests: from a plan to the requests of a job as they stand in the project file, and from there to what a teacher
 * is sent.
 *
 * Threads: any. Errors: ERR_INPUT for a wish or template that gives no requests. */
#ifndef GENERATE_REQUESTS_H
#define GENERATE_REQUESTS_H

#include "generate/job.h"
#include "generate/recruit.h"
#include "prompt/prompty.h"
#include "store/job_store.h"
#include "store/template_store.h"

/* What a job is made of. Life: blueprint_load, blueprint_release (also after -1). */
struct blueprint {
  struct project *project;
  struct template_row template;
  struct prompty prompty;
  struct recruit teacher;
  struct prompt_label *labels;   /* all of the project */
  size_t n_labels;
  uint64_t recording;            /* hash of a replay's recordings: others have other replies */
};
int blueprint_load(struct blueprint *b, struct project *p, const struct job_options *options, struct err *e);
void blueprint_release(struct blueprint *b);

/* What was wished, as one line: equal for the same work. "" if nothing was said. */
void requests_wish(const struct job_options *options, struct buf *out);

/* Renders all requests of the plan. rows are to be freed with request_rows_free. */
int requests_plan(const struct blueprint *b, const struct job_options *options, struct request_row **rows, size_t *n,
                  struct err *e);

/* {"sample":0,"parameters":{...of the template...}}, the params of a row; to be freed by the caller. */
char *requests_params(const struct prompty *t, uint32_t sample);

/* A request as a teacher takes it; it borrows from the row. */
struct outgoing {
  struct teacher_request request;
  char *extra;
};
void outgoing_init(struct outgoing *o, const struct request_row *row, enum task task);
void outgoing_release(struct outgoing *o);

#endif
