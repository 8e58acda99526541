/* asking: what a generate job asks for: from a wish to a plan, and from a cell of the plan to a rendered request.
 *
 * A wish is so many texts for each label, or in all (then dealt to the labels in turn); each request asks for the
 * template's count of texts. Where the job aims at what the student finds hard (options.hard, no pair of confused
 * labels), half of the requests are shared evenly among the labels, and half in proportion to the student's errors
 * there (the sum of 1 - p_true): so that no label is forgotten. Where two labels are confused, only these two are
 * asked for.
 *
 * Life: asking_open or asking_recall, asking_row for each request, asking_close (also after -1).
 * Threads: one at a time. Errors: as plan_make; a template that cannot be rendered. */
#ifndef GENERATE_ASKING_H
#define GENERATE_ASKING_H

#include "generate/requests.h"
#include "prompt/plan.h"

struct asking {
  const struct blueprint *blueprint;
  const struct job_options *options;
  struct plan plan;              /* in the order of asking; all that is wished, and perhaps more of some labels */
  size_t *requests;              /* by label: how many requests the wish is; the first of the label in the plan */
  size_t *texts;                 /* by label: how many texts are wished, never more than requests × count */
  size_t n_requests;             /* of all labels */
  size_t *dealt;                 /* by label: requests so far, which decides on the teacher */
  struct examples *examples;     /* NULL: the template shows no seeds */
  struct avoid *avoid;           /* NULL: nor what to avoid */
};
int asking_open(struct asking *a, const struct blueprint *b, const struct job_options *o, struct err *e);
void asking_close(struct asking *a);
/* The wish as a member of a job's params, "wish":[[label, requests, texts],...], so that a job that is gone on with
 * wants what it wanted, whatever has changed since (new labels, another student); and back. A job without one wishes
 * nothing. */
int asking_write(const struct blueprint *b, const struct job_options *o, struct buf *out, struct err *e);
int asking_recall(struct asking *a, const struct blueprint *b, const struct job_options *o, const struct json *params,
                  struct err *e);
/* Renders a request. values: as of a plan; place: of the request in the whole job, from 0, which decides on the seeds;
 * round: 1 for what was planned at first, 2... for what was asked for besides. -1: the row is to be released. */
int asking_row(struct asking *a, const struct plan_request *r, size_t place, uint32_t round, struct request_row *row,
               struct err *e);
/* Deals n things to n_shares in proportion to their weights (none negative), by the largest remainder; all weights 0:
 * evenly. The earlier one of equals comes first. */
void asking_deal(const double *weights, size_t n_shares, size_t n, size_t *shares);

#endif
