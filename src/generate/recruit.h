/* recruit: the teacher of a project's record: what store keeps, as the room teacher wants it.
 *
 * The settings of a record are a JSON object; those known here, others are left alone: temperature, top_p, seed,
 * max_tokens, schema (false: never send response_format), profile and dialect (teacher/profile.h, dialect.h),
 * api_version, rpm and tpm (requests and tokens a minute, at most), connect_timeout_s, first_byte_timeout_s, timeout_s,
 * refused (a list of what the endpoint does not take: names of enum refusal), file (what the recordings are called in
 * messages). Threads: any. Errors: as teacher_store_get and teacher_open. */
#ifndef GENERATE_RECRUIT_H
#define GENERATE_RECRUIT_H

#include "base/mem.h"
#include "store/teacher_store.h"
#include "teacher/profile.h"
#include "teacher/teacher.h"

/* A record and the spec made of it; the spec borrows from the rest. */
struct recruit {
  struct teacher_row row;
  char *replay;
  size_t n_replay;
  char *replay_name;
  const struct profile *profile; /* NULL: none, or one that this version does not know */
  struct arena arena;            /* of strings that only the settings hold */
  struct teacher_spec spec;
};
int recruit_load(struct recruit *r, struct project *p, const char *name, struct err *e);
int recruit_load_id(struct recruit *r, struct project *p, uint32_t id, struct err *e);
void recruit_release(struct recruit *r);
/* Writes down what an endpoint was seen to refuse (bits of enum refusal), beside the rest of its record as it is now,
 * so that nobody has to ask again. */
int recruit_learn(struct project *p, uint32_t id, unsigned refused, struct err *e);

#endif
