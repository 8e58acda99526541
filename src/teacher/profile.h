/* profile: what is known of the endpoints that people use: where they are, how they speak, where their key is looked
 * for, what they can do. A row of a table; what a person says wins over it, and `teacher test` asks the endpoint
 * itself.
 *
 * Sources: each API's own documents, read in November 2026 (the rows name them). Threads: constant. */
#ifndef TEACHER_PROFILE_H
#define TEACHER_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

enum profile_ability {
  PROFILE_SCHEMA = 1,      /* a reply held to a JSON schema */
  PROFILE_LOGPROBS = 2,    /* how sure it was of each token */
  PROFILE_STREAM = 4,
  PROFILE_N = 8,           /* several answers to one request */
  PROFILE_BATCH = 16,      /* OpenAI's Batch API (batches.h) */
};
#define N_PROFILE_ABILITIES 5
extern const char *const profile_ability_names[N_PROFILE_ABILITIES];   /* of bit i */

struct profile {
  const char *name;
  const char *url;         /* NULL: everybody has his own, it must be given */
  const char *dialect;     /* dialect.h */
  const char *key_env;     /* where the key is looked for; NULL: none is needed */
  const char *model;       /* where the endpoint has but one; NULL: it must be given */
  unsigned can;            /* enum profile_ability, as documented (some of it depends on the model) */
  unsigned refused;        /* enum refusal (dialect.h): members that it is known to refuse, never sent */
  bool free;               /* at its own URL nothing is paid for tokens */
  const char *note;        /* for the person */
};
/* What it can do that is not refused (bits of enum refusal). */
unsigned profile_can(const struct profile *p, unsigned refused);
extern const struct profile profiles[];                     /* a NULL name ends it */
const struct profile *profile_find(const char *name);       /* NULL: unknown, or name NULL or "" */

#endif
