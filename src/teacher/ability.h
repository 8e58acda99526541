/* ability: what an endpoint can do, found out by one request that asks for everything at once: a JSON schema, logprobs,
 * two answers, a stream.
 *
 * What it refuses is left out, one member a refusal (dialect.h), and the request sent again: refusals cost nothing, so
 * that one answer is paid for. Where its words do not say what it refuses, a second request asks for nothing but an
 * answer. Threads: the caller's; it waits for the reply. */
#ifndef TEACHER_ABILITY_H
#define TEACHER_ABILITY_H

#include "base/pool.h"
#include "teacher/teacher.h"

#define ABILITY_MAX_TOKENS 1000   /* of the reply, unless the teacher has its own: models that think first need some */

enum ability_word {
  ABILITY_UNKNOWN,     /* it could not be seen */
  ABILITY_YES,
  ABILITY_NO,          /* not asked for: its API has no word for it, or it is known not to take it */
  ABILITY_REFUSED,     /* it said that it does not take it */
  ABILITY_IGNORED,     /* asked for, and the answer came without */
  N_ABILITY_WORDS
};
extern const char *const ability_words[N_ABILITY_WORDS];

struct ability {
  enum ability_word schema, logprobs, stream, n, usage;
  unsigned learned;              /* enum refusal: refused just now */
  int n_requests;                /* sent, those that were refused included */
  struct teacher_reply *reply;   /* the answer; not ok if it holds no text, but it answers */
};
/* Asks. -1 and e: it does not answer, in the words of the reply; ERR_INTERRUPTED. */
int ability_ask(struct ability *a, const struct teacher_spec *spec, struct stop *stop, struct err *e);
void ability_release(struct ability *a);   /* zeroed is fine */

#endif
