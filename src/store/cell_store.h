/* cell_store: what jobs asked for and what became of it, by the cells of their plans: label and attribute values.
 * Threads: any. Errors: see project.h. */
#ifndef STORE_CELL_STORE_H
#define STORE_CELL_STORE_H

#include "store/project.h"

struct cell_row {
  uint16_t label;                /* that was asked for; LABEL_NONE: none */
  char *attributes;              /* all of them, as in struct sample; "" */
  uint32_t requests, failed;     /* failed: for good */
  uint32_t asked, answered;      /* texts asked for: of all requests, of those with an answer */
  uint32_t kept;                 /* samples that came of it and are not gone */
  uint32_t accepted, rejected;   /* of them */
  uint32_t dropped;              /* texts, and replies that could not be read */
  uint32_t near_duplicates;      /* of the dropped: equal or close to another text */
};
/* Of a job; job 0: of all that generate or rewrite. By label and attributes. */
int cell_store_list(struct project *p, uint32_t job_id, struct cell_row **rows, size_t *n, struct err *e);
void cell_rows_free(struct cell_row *rows, size_t n);

#endif
