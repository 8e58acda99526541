/* intake: a very large insert that is written to the file while it is still being made, so that it is on disk little
 * later than it was read, and takes no memory but the corpus'.
 *
 * From intake_open on the store thread stands in one transaction; what intake_add is given is copied into the corpus,
 * where nobody sees it yet, and written a batch at a time. intake_commit makes it ONE change with one entry in the log,
 * and shows it; intake_drop leaves the file as it was. Meanwhile the same thread may call what adds or changes
 * records (templates, teachers, jobs, requests): that is written in the same transaction, and stands or falls with it;
 * reading records shows them as they were before. What other threads post (project_post) is in memory at once, as
 * always, and is written after the commit; what they wait for (project_insert, undo) waits until then. So an intake is
 * not held open while waiting for a person or a network.
 *
 * Life: intake_open, intake_add..., intake_label..., intake_source..., then intake_commit or intake_drop, either of
 * which frees it. Threads: the one that opened it. Errors: a failed write is told by the next call and at the end;
 * then there is nothing left but intake_drop. */
#ifndef STORE_INTAKE_H
#define STORE_INTAKE_H

#include "store/project.h"

struct intake;
/* NULL: the project is read-only, or the file cannot be written. Memory is up to date with the file then. */
struct intake *intake_open(struct project *p, struct err *e);
/* Adds a sample (labels sorted, each once); *id is what it will have. Labels may be those that intake_label gave. */
int intake_add(struct intake *in, const struct sample *s, uint32_t *id, struct err *e);
size_t intake_count(const struct intake *in);   /* samples so far */
/* A label that the project does not have yet; its number. It is not seen before the commit. */
uint16_t intake_label(struct intake *in, const char *name);
/* Says later what a sample came from: n samples, the request or the parent of each (0: as it was). */
struct intake_source {
  uint32_t id, request, parent;
};
int intake_sources(struct intake *in, const struct intake_source *sources, size_t n, struct err *e);
/* There is at least one sample. */
int intake_commit(struct intake *in, const char *actor, const char *summary, uint32_t *first_id, struct err *e);
void intake_drop(struct intake *in);

#endif
