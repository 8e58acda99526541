/* count_by: how many of the samples that pass a filter have each label, status, split, origin, template, teacher, value
 * of an attribute, or value of a column: the facets beside a list, all in one walk over the corpus.
 *
 * A count by a field leaves out what the filter itself asks of that field, if it is a term that all samples must pass
 * (`label:a status:new`, not `label:a or status:new`): the counts say what the list would hold if another value were
 * chosen. So "label:a status:new" counted by label counts all that is new.
 *
 * Life: fill in `by`, `name` and `column`; filter_count_by; read; count_by_release. Threads: as filter_run.
 * Errors: -1 if stopped; then the counts hold nothing, and need no release. */
#ifndef CORPUS_COUNT_BY_H
#define CORPUS_COUNT_BY_H

#include "base/mem.h"
#include "corpus/filter.h"

enum count_field {
  COUNT_BY_LABEL,      /* values in the order of labels; a sample counts for each of its labels */
  COUNT_BY_STATUS, COUNT_BY_SPLIT, COUNT_BY_ORIGIN,   /* in the order of their enums */
  COUNT_BY_TEMPLATE, COUNT_BY_TEACHER,                /* by id; value 0 has no name and no count */
  COUNT_BY_ATTRIBUTE,  /* of that name; the most frequent value first */
  COUNT_BY_COLUMN      /* a flag: "no", "yes"; one with names: these; plain numbers: one value, "any" */
};
struct count_value {
  const char *name;    /* as a filter may ask for it, unquoted; as long as the corpus, the column, or the count_by */
  uint32_t n;
};
struct count_by {
  enum count_field by;
  const char *name;              /* of the attribute or of the column */
  struct column column;          /* COUNT_BY_COLUMN */
  /* what was counted: */
  struct count_value *values;
  size_t n_values;
  uint32_t none;                 /* samples without: unlabelled, no such attribute, no template, NaN */
  struct arena names;
};

/* Counts by each of n_by different fields (at most COUNT_BY_MAX). *total (may be NULL): samples that pass the whole
 * filter. */
#define COUNT_BY_MAX 32u
int filter_count_by(struct filter *f, struct stop *stop, struct count_by *by, size_t n_by, size_t *total);
void count_by_release(struct count_by *by, size_t n_by);

#endif
