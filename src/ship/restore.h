/* restore: the second half of an import: the names and numbers by which a file says where a sample came from become
 * records of this project.
 *
 * Templates and teachers are found or noted down when a sample first names them. A parent is known when its row came
 * before; what came after, and requests, are known at the end.
 * Life: restore_new, for each sample restore_sample and, with its id, restore_note; restore_finish; restore_free.
 * Threads: the one that imports. Private to this room. */
#ifndef SHIP_RESTORE_H
#define SHIP_RESTORE_H

#include "ship/dataset.h"

/* What a row says of itself, in the numbers and names of the project that wrote it; 0, NULL: not said. */
struct restore_source {
  uint32_t id, parent, request;
};

struct restore;
/* The intake is open: what is noted down is written with it. */
struct restore *restore_new(struct project *p, struct intake *in);
void restore_free(struct restore *r);
/* True if the project had no samples, so that those of an export can have their ids again. */
bool restore_ids_wanted(const struct restore *r);
/* The template ("tickets v4") or teacher of that name here; one that is not known is noted down. */
int restore_name(struct restore *r, enum corpus_name kind, const char *name, uint32_t *id, struct err *e);
/* Sets what is known of the parent and the request of a sample that is about to be added. */
void restore_sample(const struct restore *r, const struct restore_source *source, struct sample *s);
/* The sample got this id. */
void restore_note(struct restore *r, const struct restore_source *source, const struct sample *s, uint32_t id);
/* Notes down the requests, and sets what was not known before. */
int restore_finish(struct restore *r, struct err *e);

#endif
