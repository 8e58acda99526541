/* columns: numbers of the samples that filters, sorts, lists and the table ask for by name.
 *
 *   wrong        a run took another label for the likeliest (a flag)
 *   confidence   the probability of the label it took
 *   loss         -ln of the probability of the true label
 *   suspect, forgetting, cluster, ...   the signals (curate/signal.h)
 *   disagrees    the label that the students suggest is none of the sample's (a flag)
 *
 * By itself or as run.wrong: of the newest run that says it; linear#3.wrong, linear#3.aum: of that run. A column of
 * labels or languages has names (struct column): `suggested:billing`. Samples it does not speak of have no value, and
 * so have those whose text or labels have changed since (curate/seen.h). All signals are known by name, those too that
 * nobody has computed yet: they have no values (columns_lacking).
 *
 * Its providers know the filters that were saved under a name, too (`@name`, setting_store.h).
 *
 * A set of columns is a picture of one moment, made by one short look at the file: which runs and signals there are.
 * The values of a column are read when first asked for, and stay.
 *
 * Life: columns_new; each user more is a columns_share; every user ends with columns_free, and what a provider gave
 * lives until then. As the project moves on the picture does not: columns_current tells (no disk, no wait),
 * columns_renew makes the next one.
 * Threads: any number may use one set, also at once. columns_new, columns_renew and the get of columns_provider may
 * read the file: not on the screen's thread. columns_names, columns_peek, columns_current and columns_share never do.
 * Errors: what cannot be read has no values. */
#ifndef COMMAND_COLUMNS_H
#define COMMAND_COLUMNS_H

#include "corpus/filter.h"

struct project;
struct columns;
struct columns *columns_new(struct project *p);
struct columns *columns_share(struct columns *c);
void columns_free(struct columns *c);  /* NULL is fine */

/* False: samples, runs or signals may have changed since the picture was made. */
bool columns_current(const struct columns *c);
/* The picture as it would be now: `old` itself, shared, where it would be the same (new samples, and others with
 * another status or split, change nothing in it). old stays its user's. */
struct columns *columns_renew(struct columns *old);

/* With values, read when first asked for. */
const struct filter_provider *columns_provider(const struct columns *c);
/* The same names, flags and lists, but never a value: to check a filter or a sort key. */
const struct filter_provider *columns_names(const struct columns *c);
/* What a name stands for, without waiting: 1 with its values; 0 if they were not read yet (*column then as of
 * columns_names); -1: there is no such column. */
int columns_peek(const struct columns *c, const char *name, struct column *column);
/* A signal that columns_provider was asked for and that was never computed; NULL: none. */
const char *columns_lacking(const struct columns *c);

#endif
