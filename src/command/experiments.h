/* experiments: what `experiment` prints: of one, of one that would be made, of all that there are. Threads: one user. */
#ifndef COMMAND_EXPERIMENTS_H
#define COMMAND_EXPERIMENTS_H

#include "command/call.h"
#include "evaluate/findings.h"

/* power_too: what the test can show was not said on this terminal before. */
void experiment_print(struct call *c, const struct findings *f, bool power_too);
void experiment_print_survey(struct call *c, const struct findings *f, size_t n_runs, size_t n_known);
int experiment_show(struct call *c, const char *name, struct err *e);
int experiment_list(struct call *c, struct err *e);

#endif
