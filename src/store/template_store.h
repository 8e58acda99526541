/* template_store: the versions of prompt templates. A version never changes; to set a template is to add a version.
 * Samples and jobs point to versions. Threads: any. Errors: see project.h. */
#ifndef STORE_TEMPLATE_STORE_H
#define STORE_TEMPLATE_STORE_H

#include "store/project.h"

struct template_row {
  uint32_t id;                   /* of this version; 0 in a zeroed row */
  char *name;
  uint32_t version;              /* from 1 */
  char *source;                  /* the whole .prompty text */
  int64_t at_ms;
  bool removed;                  /* hidden from lists; its samples still point to it */
};
void template_row_release(struct template_row *row);
void template_rows_free(struct template_row *rows, size_t n);

/* Adds a version (bringing back a removed name), or finds that the newest one has this very source; *row may be
 * NULL. */
int
template_store_put(struct project *p, const char *name, const char *source, struct template_row *row, struct err *e);
/* version 0: the newest. An unknown one is ERR_INPUT ("no template 'x' (there are: a, b)"). */
int template_store_get(struct project *p, const char *name, uint32_t version, struct template_row *row, struct err *e);
int template_store_by_id(struct project *p, uint32_t id, struct template_row *row, struct err *e);
/* The newest version of each name, by name; or all versions (newest first within a name). */
int template_store_list(struct project *p, bool all_versions, struct template_row **rows, size_t *n, struct err *e);
int template_store_remove(struct project *p, const char *name, struct err *e);

#endif
