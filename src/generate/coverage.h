/* coverage: how jobs have filled the grid of their plans: for each label and each value of an attribute, how many texts
 * were asked for, how many were kept, and what the person thought of them. It is what the heat map shows and what
 * topping up and steering go by.
 *
 * A cell is a label × one value of one attribute (not a combination of values: of those there are too many to know
 * anything about each). A text counts in one cell of each attribute.
 *
 * Life: coverage_load, coverage_release (also after -1). It is a picture of the file at that moment: load it again
 * after project_records_revision has moved. Threads: any; one owner. Errors: as job_store. */
#ifndef GENERATE_COVERAGE_H
#define GENERATE_COVERAGE_H

#include "base/mem.h"
#include "corpus/corpus.h"
#include "store/project.h"

struct coverage_cell {
  uint32_t requests, failed;     /* failed: for good */
  uint32_t asked;                /* texts, by all requests of the job */
  uint32_t answered;             /* texts, by the requests that have an answer */
  uint32_t kept;                 /* samples that came of it and are not gone */
  uint32_t dropped;              /* texts that fell away, and replies that could not be read */
  uint32_t near_duplicates;      /* of the dropped: equal or close to another text */
  uint32_t accepted, rejected;   /* of the kept, by the person; the others are new */
};
struct coverage_attribute {
  const char *name;
  const char **values;           /* in the order of the template; then those that only older versions had */
  size_t n_values, cap_values;
  struct coverage_cell *cells;   /* n_labels × n_values: cells[label * n_values + value] */
};
struct coverage {
  struct arena arena;
  uint32_t job_id;               /* 0: all jobs */
  uint16_t *labels;              /* those that were asked for, ascending; LABEL_NONE last, if there are texts without */
  size_t n_labels;
  struct coverage_cell *totals;  /* by label */
  struct coverage_attribute *attributes;
  size_t n_attributes;           /* 0: the templates have none */
};

/* Of one job, or of all that generated (job_id 0). Values of the template that were never asked for are there, with
 * zeros. */
int coverage_load(struct coverage *c, struct project *p, uint32_t job_id, struct err *e);
void coverage_release(struct coverage *c);

const struct coverage_cell *coverage_at(const struct coverage_attribute *a, size_t label, size_t value);
/* Kept of the texts asked for in requests that were answered; NaN where none was. Above 1 where a teacher gave more
 * than it was asked for. */
double coverage_yield(const struct coverage_cell *cell);
/* Place of a label in c->labels, or -1. */
int coverage_label(const struct coverage *c, uint16_t label);
int coverage_attribute(const struct coverage *c, const char *name);

/* {"labels":[{"label",F...}],"attributes":[{"name","values":[...],"cells":[{"label","value",F...}]}]} where F are
 * requests, failed, asked, answered, kept, dropped, near_duplicates, accepted, rejected; only cells that were asked
 * for. */
void coverage_json(const struct coverage *c, const struct labels *labels, struct buf *out);

#endif
