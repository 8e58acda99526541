/* able: an endpoint whose abilities a test chooses: server->refuses and server->ignores (bits below). It stands below
 * /able/v1, speaks chat completions with schemas, logprobs, several choices and streams, and gives rate limit headers.
 * */
#ifndef TESTS_SERVER_ABLE_H
#define TESTS_SERVER_ABLE_H

#include "tests/server/exchange.h"

void able_act(struct exchange *x);
/* The body of the refusal, if server->refuses has a member of the request. */
bool able_refuses(const struct json *request, struct buf *out);
/* A JSON value that fits a schema (objects, arrays of strings, strings, enums, numbers). */
void able_value(struct exchange *x, const struct json *schema, struct buf *out);

/* anthropic.c */
void anthropic_complete(struct exchange *x, struct buf *out);
void anthropic_stream(struct exchange *x, struct buf *out);
void anthropic_act(struct exchange *x);

/* batch.c */
void batch_act(struct exchange *x);

#endif
