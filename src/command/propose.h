/* propose: `template PROJECT propose`: attributes and their values from the teacher, in one request. */
#ifndef COMMAND_PROPOSE_H
#define COMMAND_PROPOSE_H

#include "command/call.h"

/* The run function of the verb. */
int template_propose(struct call *c, struct err *e);

#endif
