/* round: what a round of a generate job after the first is planned from, shared by topup.c (the round), gaps.c (how
 * many requests of each label) and mix.c (which values they are made of); private to those. topup.h says by what rules.
 * */
#ifndef GENERATE_ROUND_H
#define GENERATE_ROUND_H

#include "base/buf.h"
#include "base/hash.h"
#include "generate/asking.h"
#include "generate/steer.h"

struct round {
  struct job *job;
  const struct job_options *o;
  const struct prompty *t;
  struct asking asking;
  struct steer steer;
  struct request_row *asked;     /* all of the job so far, by id */
  size_t n_asked;
  uint32_t number;
  struct strmap used;            /* "label values": the next sample number */
  struct buf key;
  struct request_row *rows;      /* what is asked for besides */
  size_t n, cap;
};

/* gaps.c. The person's restrictions let the value be asked for. */
bool round_allows(const struct round *u, size_t attribute, size_t value);
/* What the values of an attribute lack, into lacks; those that nothing comes of lack nothing. Returns how many requests
 * would close the gaps, each to the nearest whole one. */
double round_lacks(const struct round *u, uint32_t label, size_t attribute, double *lacks);
/* Requests until the label as a whole has what was wished. */
double round_needs(const struct round *u, uint32_t label);
/* Requests of the wish that steering has kept back. */
size_t round_steer(const struct round *u, uint32_t label);
/* Requests that make up for what was not kept. */
size_t round_top_up(const struct round *u, uint32_t label);

/* mix.c. The sample number of the next request of a combination of values: 0 if it was not used yet. */
int64_t mix_sample(struct round *u, uint32_t label, const uint32_t *values);
void mix_used(struct round *u, uint32_t label, const uint32_t *values, int64_t sample);
/* How n requests of a label are put together. Life: mix_init, mix_values for k = 0 to n - 1, mix_release. */
struct mix {
  uint32_t label;
  size_t n;
  size_t n_anywhere;             /* for the first ones any value will do where the combination is used up; for the
                                  * others only those that are needed */
  uint32_t *dealt[PROMPTY_ATTRIBUTES];    /* of each attribute the values, in an order of their own */
  double *weights[PROMPTY_ATTRIBUTES];
};
void mix_init(struct mix *m, struct round *u, uint32_t label, size_t n, bool topping_up);
/* The values of request k: of a combination that was not used yet, if one of them can be changed for that. */
void mix_values(struct round *u, struct mix *m, size_t k, uint32_t *values);
void mix_release(struct mix *m);

#endif
