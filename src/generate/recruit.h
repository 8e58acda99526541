/* recruit: the teacher of a project's record: what store keeps, as the room teacher wants it.
 *
 * The settings of a record are a JSON object; those known here: temperature, top_p, seed, max_tokens, schema (false:
 * never send response_format), timeout_s, file (what the recordings are called in messages). Threads: any. Errors:
 * as teacher_store_get and teacher_open. */
#ifndef GENERATE_RECRUIT_H
#define GENERATE_RECRUIT_H

#include "store/teacher_store.h"
#include "teacher/teacher.h"

/* A record and the spec made of it; the spec borrows from the rest. */
struct recruit {
  struct teacher_row row;
  char *replay;
  size_t n_replay;
  char *replay_name;
  struct teacher_spec spec;
};
int recruit_load(struct recruit *r, struct project *p, const char *name, struct err *e);
int recruit_load_id(struct recruit *r, struct project *p, uint32_t id, struct err *e);
void recruit_release(struct recruit *r);

#endif
