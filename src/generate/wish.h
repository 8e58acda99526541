/* wish: what a job was asked for: the line by which it is found again, and a copy that lasts as long as the job.
 * Threads: any. Errors: as job_store. */
#ifndef GENERATE_WISH_H
#define GENERATE_WISH_H

#include "base/mem.h"
#include "generate/requests.h"

/* True if o says which texts are wanted. */
bool wish_said(const struct job_options *o);
/* The wish and who is asked, as one line: equal for the same work. The first part is "" if nothing was said; of an
 * annotation it ends in " about=", how the samples were chosen. Several teachers follow behind WISH_CREW. */
#define WISH_CREW " crew="
void wish_line(const struct blueprint *b, const struct job_options *o, struct buf *out);
/* Whether a job with this line is one to go on with: the same work, or any work of the same teachers if nothing was
 * said. */
bool wish_matches(const struct blueprint *b, const struct job_options *o, const char *line);

/* The newest job of the same kind, template, teacher and wish: 1 (row filled), 0 none, -1. */
int wish_find(const struct blueprint *b, const struct job_options *o, struct job_row *row, struct err *e);

/* Everything that options point to is copied into the arena; retry is left out. */
void wish_copy(struct job_options *to, const struct job_options *from, struct arena *a);
#endif
