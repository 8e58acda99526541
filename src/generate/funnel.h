/* funnel: what became of the texts a job asked for: asked, answered, parsed, kept, and why the rest fell away.
 *
 * Life: funnel_init or funnel_load, funnel_release. A job keeps its own as it goes; funnel_load reads the same
 * figures of any job from the project file. Threads: its owner. */
#ifndef GENERATE_FUNNEL_H
#define GENERATE_FUNNEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "corpus/board.h"
#include "generate/filters.h"
#include "store/project.h"

struct funnel_label {
  uint16_t label;
  uint32_t wanted, kept;                /* texts */
  uint32_t dropped[N_DROP_REASONS];
};
/* The requests that were planned together: round 1 is the plan, the others top up or were steered. */
struct funnel_round {
  uint32_t requests;
  uint32_t wanted, kept;                /* texts */
};
struct funnel {
  uint32_t job_id;
  /* texts */
  uint32_t requested;                   /* asked for by the whole plan */
  uint32_t answered;                    /* asked for by the requests that were answered */
  uint32_t parsed;                      /* came out of the replies */
  uint32_t kept;
  uint32_t dropped[N_DROP_REASONS];     /* by reason; DROP_PARSE counts replies */
  struct funnel_label *labels;          /* those of the plan, by label id */
  size_t n_labels;
  struct funnel_round *rounds;          /* from round 1 */
  size_t n_rounds;
  /* requests */
  uint32_t n_requests, ok, retried, failed, cached;  /* ok: answered by the teacher; retried: tries beyond the first */
  uint64_t tokens_in, tokens_out;
  double cost_usd;                      /* NaN: a paid reply has no known price */
};

void funnel_init(struct funnel *f, uint32_t job_id);
void funnel_release(struct funnel *f);
int funnel_load(struct funnel *f, struct project *p, uint32_t job_id, struct err *e);

/* Counting. A label that is new gets its row. A request is of a round, from 1; what is kept counts for the newest: no
 * round begins before the one before it came in. */
void funnel_request(struct funnel *f, uint16_t label, uint32_t texts, uint32_t round);
void funnel_kept(struct funnel *f, uint16_t label, uint32_t texts);
void funnel_dropped(struct funnel *f, uint16_t label, enum drop_reason reason);
void funnel_undrop(struct funnel *f, uint16_t label, enum drop_reason reason);   /* takes one back */
uint32_t funnel_n_dropped(const struct funnel *f);

/* {"job","requested","answered","parsed","kept","dropped":{reason: n, only those that occur},"requests":{"total","ok",
 * "retried","failed","cached"},"tokens":{"in","out"},"cost_usd","labels":[{"label","requested","kept","dropped"}],
 * "rounds":[{"requests","requested","kept"}]}. cost_usd is null where no price is known. */
void funnel_json(const struct funnel *f, const struct labels *labels, struct buf *out);

#endif
