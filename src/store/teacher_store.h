/* teacher_store: the teachers of a project: where they are, what they cost, never their keys (only the name of the
 * environment variable that holds one). Recorded replies are embedded, so that the file alone can be carried elsewhere.
 * Threads: any. Errors: see project.h. */
#ifndef STORE_TEACHER_STORE_H
#define STORE_TEACHER_STORE_H

#include "store/project.h"

#define REPLAY_MAX ((size_t)256 << 20)   /* bytes of embedded recordings */

struct teacher_row {
  uint32_t id;
  char *name;
  char *kind;                    /* "http" or "replay" */
  char *url, *model, *key_env;   /* http; "" if not given */
  double price_in, price_out;    /* US dollars per million tokens; NaN: unknown */
  uint32_t concurrency;          /* 0: the default */
  char *settings;                /* JSON object of whatever else (temperature, seed...), "{}" */
  size_t replay_bytes;           /* size of the embedded recordings */
  int64_t at_ms;
};
void teacher_row_release(struct teacher_row *row);
void teacher_rows_free(struct teacher_row *rows, size_t n);

/* Adds a teacher, or replaces the one of that name (the id stays). replay: JSONL to embed, or NULL. *id may be NULL. */
int teacher_store_put(struct project *p, const struct teacher_row *row, const char *replay, size_t n_replay,
                      uint32_t *id, struct err *e);
/* An unknown name is ERR_INPUT ("no teacher 'x' (there are: a, b)"). */
int teacher_store_get(struct project *p, const char *name, struct teacher_row *row, struct err *e);
int teacher_store_by_id(struct project *p, uint32_t id, struct teacher_row *row, struct err *e);
/* The embedded recordings (NUL-terminated), to be freed by the caller. */
int teacher_store_replay(struct project *p, uint32_t id, char **replay, size_t *n, struct err *e);
int teacher_store_list(struct project *p, struct teacher_row **rows, size_t *n, struct err *e);
int teacher_store_remove(struct project *p, const char *name, struct err *e);

#endif
