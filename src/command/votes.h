/* votes: what teachers said of samples, for `list --votes`. Threads: one user. */
#ifndef COMMAND_VOTES_H
#define COMMAND_VOTES_H

#include "command/call.h"

/* A line for each vote on these samples, in their order; as JSON the samples as list prints them, each with its
 * "votes". */
int votes_list(struct call *c, const uint32_t *ids, size_t n, struct err *e);

#endif
