/* answers: what is said of samples when they are judged a second time: as options, or as JSON lines from a file. */
#ifndef COMMAND_ANSWERS_H
#define COMMAND_ANSWERS_H

#include "command/call.h"

/* Keeps those of --answer and --answers, in the order given; *n is how many were kept, also where one is wrong. */
int answers_take(struct call *c, size_t *n, struct err *e);

#endif
