/* anthropic: the text of Anthropic's Messages API, both ways; no network.
 *
 * Source: https://docs.anthropic.com/en/api/messages and .../errors. Threads: pure. */
#ifndef TEACHER_ANTHROPIC_H
#define TEACHER_ANTHROPIC_H

#include "base/json.h"
#include "teacher/openai.h"

/* The request body. `refused` as in dialect.h; seed, logprobs, n have no word here. p->max_tokens must be set. A schema
 * becomes the input of a tool that must be used: every model takes that, and its input comes back as the content. */
void anthropic_request_json(const char *model, const struct teacher_parameters *p,
                            const struct teacher_request *request, unsigned refused, struct buf *out);
/* Whether a reply's JSON is a message of this API. */
bool anthropic_is_message(const struct json *root);
/* Reads it into r (content, finish_reason in OpenAI's words, tokens). As chat_parse. */
int anthropic_read(const struct json *root, struct chat_reply *r, struct err *e);
/* OpenAI's word for a stop_reason: "stop", "length", "content_filter", or as it stands. */
const char *anthropic_finish(const char *stop_reason);

#endif
