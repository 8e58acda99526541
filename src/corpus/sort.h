/* sort: orders ids by a key. Stable: equal keys stay in the order they came in (ids ascending from filter_run).
 * Keys are rows of sort_keys, or columns of a provider (see filter.h); what has no value (NaN, unlabelled) comes last
 * in both directions. A million take some tens of milliseconds, by text some hundreds. Threads: any. Errors: an unknown
 * key is ERR_INPUT. The ids must exist. */
#ifndef CORPUS_SORT_H
#define CORPUS_SORT_H

#include "corpus/filter.h"

struct sort_key {
  const char *name;
  const char *help;
  double (*number)(const struct sample *s);  /* a whole number of 32 bits; NaN: it has none; NULL: by text */
};
extern const struct sort_key sort_keys[];  /* ended by a NULL name */

/* key "words", "-words" (descending); NULL or "" leaves ids as they are. A column that `descends` is sorted by with the
 * largest first, and the other way with '-'. */
int sort_ids(const struct corpus *c, const char *key, const struct filter_provider *provider, uint32_t *ids, size_t n,
             struct err *e);

#endif
