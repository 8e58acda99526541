/* setting_store: settings by the beginning of their names, beside project_setting: saved filters are "filter.NAME".
 * Threads: any. Errors: see project.h. Settings are no part of history. */
#ifndef STORE_SETTING_STORE_H
#define STORE_SETTING_STORE_H

#include "store/project.h"

#define SETTING_FILTER "filter."   /* what the names of saved filters begin with */

struct setting_row {
  char *name;                    /* without the beginning */
  char *value;
};
/* Those whose names begin so, by name; to be freed. */
int setting_store_list(struct project *p, const char *beginning, struct setting_row **rows, size_t *n, struct err *e);
void setting_rows_free(struct setting_row *rows, size_t n);
/* 1: it is gone, 0: there was none of that name. */
int setting_store_remove(struct project *p, const char *name, struct err *e);

#endif
