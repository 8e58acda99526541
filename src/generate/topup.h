/* topup: what a generate job asks for besides, once everything asked for has come in.
 *
 * Steering (options.steer, steer.h): the first round asks for half of each label's requests, as planned; each further
 * round for half of what is left (at least TOPUP_LEAST), dealt by the scores of the cells. In all as many as planned.
 *
 * Topping up (options.top_up): the wished number of texts is to be kept, not only asked for. After each round:
 *
 *   lacks     of a label: the texts wished less those kept. Of a cell likewise; a cell's wish is its share of the
 *             label's as the plan has it. A cell that lacks less than half of what a request would bring is full
 *   requests  as many as the label's yield asks for to close the larger gap, that of the label or that of its cells;
 *             never more than twice what a teacher who never fails would need, and one if nothing has come yet: then
 *             it is looked at again
 *   cells     dealt by what they lack (with steer, times their score); those that are barren (two requests in a row
 *             gave nothing) get none, and what they lack goes to the others. A label of which nothing comes is given up
 *   waste     the teacher is asked for a label at most `waste` (3) times the texts wished, rounded up to whole
 *             requests, all rounds together. So every job ends
 *
 * A request is made for a combination of values: those dealt to each attribute are put together, and where the
 * combination was used, one of its values is exchanged for one dealt to a later request, or replaced by another needed
 * one (for as many requests as the label as a whole needs, by any), with which it is new: the same prompt brings the
 * same texts more often than not. If nothing helps, it gets the next sample number that no request in the file has
 * been read with. So nothing is asked for twice, and what one asks depends on the file alone: a job that is killed
 * between or within rounds goes on the same way. While requests wait to be tried again nothing is added.
 *
 * Threads: the job's. */
#ifndef GENERATE_TOPUP_H
#define GENERATE_TOPUP_H

#include "generate/work.h"

#define TOPUP_WASTE 3.0
#define TOPUP_LEAST 4

/* How many requests of a label are planned at first, of those that the wish is. */
size_t topup_first(const struct blueprint *b, const struct job_options *o, size_t requests);
/* Labels of which fewer texts are kept than were wished; out: up to max of them, those that lack most first. */
struct shortage {
  uint16_t label;
  uint32_t wished, kept;
};
size_t topup_short(struct project *p, uint32_t job_id, struct shortage *out, size_t max, struct err *e);
/* As `more` of struct job_kind. */
int topup_more(struct job *j, struct request_row **rows, size_t *n, struct err *e);

#endif
