/* openai: the text of OpenAI's chat completions API, both ways; no network.
 *
 * Source: https://platform.openai.com/docs/api-reference/chat, and what other servers that speak it do: error as an
 * object or a string, content as a list of parts, usage missing, null content with a refusal. */
#ifndef TEACHER_OPENAI_H
#define TEACHER_OPENAI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "teacher/teacher.h"

/* How sure the model was of a token, and of what else it might have written there (logprobs). */
struct chat_alternative {
  const char *text;
  double logprob;        /* natural logarithm */
};
struct chat_token {
  const char *text;
  double logprob;
  struct chat_alternative *others;   /* likeliest first; the token itself may be among them */
  size_t n_others;
};
/* What a chat completion says. Strings are owned; NULL where absent. */
struct chat_reply {
  char *content;         /* choices[0].message.content */
  char *finish_reason;
  int64_t tokens_in;     /* -1: not said */
  int64_t tokens_out;
  struct chat_token *tokens;   /* of the content, if logprobs were asked for and given; texts live as long as this */
  size_t n_tokens;
  struct arena arena;    /* what tokens point to */
  bool answered;         /* it is a chat completion, or the beginning of one, and no error object or web page */
  char *error_words;     /* what an error object or a refusal says */
  int error_status;      /* the HTTP status that an error object names (429, 503; 402 for a used up quota); 0: none */
};
void chat_reply_release(struct chat_reply *r);

/* Reads a reply's body. 0: r->content is set. -1: it holds no text, e says why in one line ("the reply is not JSON:
 * ...", "the teacher answered: <its own words>"); whatever else could be read (usage) is set. r need not be
 * initialized, and must be released in either case. */
int chat_parse(const char *body, size_t n, struct chat_reply *r, struct err *e);

/* The request body. with_schema false leaves response_format out. */
void chat_request_json(const char *model, const struct teacher_parameters *parameters,
                       const struct teacher_request *request, bool with_schema, struct buf *out);
/* A text that is equal for equal messages (role and content), however the JSON is written. -1: not a list of
 * messages. */
int chat_messages_key(const char *messages, size_t n, struct buf *out);
/* The parameters of a request over those of the teacher. */
struct teacher_parameters chat_parameters(const struct teacher_parameters *own,
                                          const struct teacher_parameters *request);

#endif
