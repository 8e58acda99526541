/* abilities: what `teacher test` found out, for a person or as JSON. The words and members are explained in the page of
 * `teacher`. Threads: the call's. */
#ifndef COMMAND_ABILITIES_H
#define COMMAND_ABILITIES_H

#include "command/call.h"
#include "teacher/ability.h"

void abilities_print(struct call *c, const struct ability *a);

#endif
