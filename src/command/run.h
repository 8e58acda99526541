/* run: a parsed call is run: help shown or the project opened, the command called, the project closed. */
#ifndef COMMAND_RUN_H
#define COMMAND_RUN_H

#include "command/call.h"

/* 0, or -1 and e. */
int run_call(struct call *c, struct err *e);

#endif
