/* try: `template PROJECT try`: one request of a template, to see what comes of it before money is spent on all of it.
 * */
#ifndef COMMAND_TRY_H
#define COMMAND_TRY_H

#include "command/call.h"

/* Of its activity (of kind other) on the board, where a screen finds the reply as it is written. */
#define TRY_TITLE "asking the teacher"

/* The run function of the verb. */
int template_try(struct call *c, struct err *e);

#endif
