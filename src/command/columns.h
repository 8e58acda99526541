/* columns: what a run said of the samples (evaluate keeps it), as numbers that filters and sorts can ask for:
 *
 *   wrong        it took another label for the likeliest (a flag)
 *   confidence   the probability of the label it took
 *   loss         -ln of the probability of the true label
 *
 * By itself or as run.wrong: of the newest run that has said anything; NAME.wrong: of that run. Samples it was not
 * asked about have no value. They are read from the project when first asked for.
 *
 * Life: columns_new, columns_provider (valid as long as the columns), columns_free. Threads: one user at a time. */
#ifndef COMMAND_COLUMNS_H
#define COMMAND_COLUMNS_H

#include "corpus/filter.h"

struct project;
struct columns;
struct columns *columns_new(struct project *p);
void columns_free(struct columns *c);  /* NULL is fine */
const struct filter_provider *columns_provider(const struct columns *c);

#endif
