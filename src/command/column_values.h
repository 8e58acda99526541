/* column_values: the values of columns, read from the project; of columns.c only. Each call reads the file and the
 * corpus, and keeps nothing. Threads: any. Values are by sample id - 1, NaN for none, and the caller's to free. */
#ifndef COMMAND_COLUMN_VALUES_H
#define COMMAND_COLUMN_VALUES_H

#include "curate/seen.h"

enum said { SAID_WRONG, SAID_CONFIDENCE, SAID_LOSS, N_SAID };
extern const char *const said_names[N_SAID];

/* What a run said of the samples it was asked about, by their labels of now; false: it was asked about none. */
bool values_said(struct project *p, uint32_t run, float *values[N_SAID], uint32_t *n);
/* A signal, without what no longer fits; now: the samples as they are. NULL: there is none. */
float *values_signal(struct project *p, const struct signal_row *row, uint32_t run, const struct seen *now, uint32_t *n);
/* Whether the label suggested (n of them) is none of the sample's; of unlabelled samples nothing. */
float *values_disagrees(const struct corpus *c, const float *suggested, uint32_t n);

#endif
