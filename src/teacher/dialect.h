/* dialect: how an endpoint speaks: where its chat stands below the base URL, how the key is sent, how a request is
 * written. A row of a table; text only, no network. Replies need no dialect: chat_parse (openai.h) reads those of all
 * of them, because they are read again long after they came.
 *
 *   openai      /chat/completions, Authorization: Bearer KEY
 *   anthropic   /v1/messages, x-api-key: KEY and anthropic-version; system messages go into `system`, max_tokens is
 *               required (DIALECT_MAX_TOKENS where nobody says), a schema is the input of a tool that must be used
 *   azure       /openai/deployments/MODEL/chat/completions?api-version=..., api-key: KEY; a base that ends in
 *               /openai/v1 is Azure's newer form, which has the model in the body and needs no version
 *
 * What an endpoint refuses (bits of enum refusal) is learned from its words, once a teacher: some models take no
 * temperature, some servers no response_format or stream_options, newer models of OpenAI max_completion_tokens instead
 * of max_tokens. The caller keeps the bits, and writes the body again without what was refused.
 *
 * Sources: https://platform.openai.com/docs/api-reference/chat, https://docs.anthropic.com/en/api/messages,
 * https://learn.microsoft.com/azure/ai-services/openai/reference.
 * Threads: all of it is pure. Errors: none; an unknown name is NULL. */
#ifndef TEACHER_DIALECT_H
#define TEACHER_DIALECT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/json.h"
#include "teacher/teacher.h"

#define DIALECT_MAX_TOKENS 4096   /* of a reply, where the API wants a number and nobody gave one */

enum refusal {
  REFUSED_SCHEMA = 1,          /* response_format, or the forced tool */
  REFUSED_MAX_TOKENS = 2,      /* max_completion_tokens is sent instead */
  REFUSED_TEMPERATURE = 4,
  REFUSED_TOP_P = 8,
  REFUSED_SEED = 16,
  REFUSED_LOGPROBS = 32,
  REFUSED_N = 64,
  REFUSED_STREAM_OPTIONS = 128,
  REFUSED_STREAM = 256,
};
#define N_REFUSALS 9
/* What bit i is called in a request: "response_format", "max_tokens", ... */
extern const char *const refusal_names[N_REFUSALS];
unsigned refusals_in(const struct json *names);        /* of a JSON list of such names; others do not count */

struct dialect;

const struct dialect *dialect_find(const char *name);  /* NULL and "" are openai; NULL: unknown */
const char *dialect_name(const struct dialect *d);
const char *dialect_names(void);                       /* "openai, anthropic or azure" */
/* Members (enum refusal) that are never sent: the dialect has no word for them, or the spec says no_schema. */
unsigned dialect_lacks(const struct dialect *d, const struct teacher_spec *spec);
/* The most tokens that the API itself adds to a prompt with a schema, beyond the schema's own: they are billed. */
int dialect_schema_tokens(const struct dialect *d);
/* What chat is called in a file for the Batch API (batches.h); NULL: this dialect has no such. */
const char *dialect_batch_path(const struct dialect *d);

/* Where chat stands: from the path of the base URL (with or without an end slash, or already the whole) the whole path,
 * and what the query must say if it does not say so yet ("api-version=...", or nothing). */
void dialect_place(const struct dialect *d, const struct teacher_spec *spec, const char *base_path, struct buf *path,
                   struct buf *query);
/* The header lines that carry the key (NULL: none is sent) and the version, one call each; they are wiped
 * afterwards. */
void dialect_headers(const struct dialect *d, const struct teacher_spec *spec, const char *key,
                     void (*add)(void *to, const char *line), void *to);
/* Appends the request body, without what is refused. */
void dialect_body(const struct dialect *d, const struct teacher_spec *spec, const struct teacher_request *request,
                  unsigned refused, struct buf *out);
/* The parameters that hold for a request: its own over the teacher's over the dialect's. */
struct teacher_parameters dialect_parameters(const struct dialect *d, const struct teacher_spec *spec,
                                             const struct teacher_request *request);
/* Which further member of this request the server's words refuse, having been sent with `refused` left out already; 0:
 * none that we know. Each bit comes at most once, so that trying again ends. Only for a status that says the request
 * was not taken (400, 404, 422, 501), which costs nothing. */
unsigned dialect_refusal(const struct dialect *d, const struct teacher_spec *spec,
                         const struct teacher_request *request, unsigned refused, int status, const char *words);

#endif
