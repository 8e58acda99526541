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

struct job_kind;

/* One of the teachers of a job. */
struct member {
  struct recruit recruit;
  uint32_t share;
  uint64_t recording;            /* hash of a replay's recordings: others have other replies */
};

/* What a job is made of. Life: blueprint_load, blueprint_release (also after -1). */
struct blueprint {
  struct project *project;
  const struct job_kind *kind;   /* by the template */
  struct template_row template;
  struct prompty prompty;
  struct member *members;           /* in the order asked for */
  size_t n_members;                 /* at least 1 */
  bool fallback;                 /* they stand in for each other, in this order; else each has its share */
  uint64_t seed;
  struct prompt_label *labels;   /* all of the project */
  size_t n_labels;
};
int blueprint_load(struct blueprint *b, struct project *p, const struct job_options *options, struct err *e);
void blueprint_release(struct blueprint *b);
/* The member with this teacher; 0 or none of them: the first. */
const struct member *blueprint_member(const struct blueprint *b, uint32_t teacher_id);
bool blueprint_priced(const struct blueprint *b);   /* the prices of all of them are known */
/* Whom the k-th request (from 0, over the whole job) of a label is for: the same each time, by shares, and not in step
 * with the attributes' values. */
uint32_t blueprint_deal(const struct blueprint *b, uint32_t label, size_t k);

/* All requests of the plan, as the kind makes them. rows are to be freed with request_rows_free. */
int requests_plan(const struct blueprint *b, const struct job_options *options, struct request_row **rows, size_t *n,
                  struct err *e);
/* Renders one request. The caller has set what it is about: label, attributes (owned by the row, NULL: ""), wanted,
 * teacher_id, subjects, and in params the kind's own members as JSON ("\"soft\":true", NULL: none). Set here: messages,
 * params, key, and the rest as planned. scope: all but labels and task, which are set here. -1: row is to be released
 * all the same. */
int requests_render(const struct blueprint *b, struct prompt_scope *scope, uint32_t sample, struct request_row *row,
                    struct err *e);
/* The same for a job that wants more than there is: `sample` counts only those numbers of which no reply is on file. */
int requests_render_anew(const struct blueprint *b, struct prompt_scope *scope, uint32_t sample,
                         struct request_row *row, struct err *e);
/* The key that the request has with this teacher; to be freed. */
char *requests_key(const struct blueprint *b, const struct request_row *row, uint32_t teacher_id);

/* {own..., "sample":0,"parameters":{...of the template...}}, the params of a row; to be freed by the caller. own may be
 * NULL. */
char *requests_params(const struct prompty *t, uint32_t sample, const char *own);

/* From the params of a row: which of several samples of the same request it is, from 0; and the round in which it was
 * planned, 1 (the plan) if nothing is said. */
uint32_t requests_sample(const struct request_row *row);
uint32_t requests_round(const struct request_row *row);

/* A request as a teacher takes it; it borrows from the row. */
struct outgoing {
  struct teacher_request request;
  char *extra, *schema;          /* owned; schema: where the kind makes one of its own */
};
void outgoing_init(struct outgoing *o, const struct blueprint *b, const struct request_row *row);
void outgoing_release(struct outgoing *o);
/* A reply has come, row->reply is set: what it took. Tokens that the endpoint does not say (-1) are estimated, at four
 * bytes each. price: 1, or the part of the price that is billed (TEACHER_BATCH_PRICE). */
void requests_answered(struct request_row *row, const struct teacher_spec *spec, int64_t tokens_in, int64_t tokens_out,
                       double price);
/* Puts away, in row and file, what came of a request that stands alone, outside of any plan. -1 also where no reply
 * came, with the reply's code and words. Takes r's body. */
int requests_keep(struct project *p, struct request_row *row, const struct teacher_spec *spec, struct teacher_reply *r,
                  struct err *e);

#endif
