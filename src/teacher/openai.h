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
#include "base/json.h"
#include "base/mem.h"
#include "teacher/teacher.h"

#define CHAT_TOKENS_MAX 65536     /* of logprobs: what comes after is not read */
#define CHAT_ALTERNATIVES_MAX 32  /* of a token; the APIs give 20 at most */

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
  size_t n_choices;      /* answers in it; the first is the one that is read */
  bool answered;         /* it is a chat completion, or the beginning of one, and no error object or web page */
  bool cut;              /* a stream that broke off before its end, or nothing at all: not answered, perhaps billed */
  char *error_words;     /* what an error object or a refusal says */
  int error_status;      /* the HTTP status that an error object names (429, 503; 402 for a used up quota); 0: none */
};
void chat_reply_release(struct chat_reply *r);

/* Reads a reply's body, in whichever dialect it came (dialect.h). 0: r->content is set. -1: it holds no text, e says
 * why in one line ("the reply is not JSON: ...", "the teacher answered: <its own words>"); whatever else could be read
 * (usage) is set. r need not be initialized, and must be released in either case. */
int chat_parse(const char *body, size_t n, struct chat_reply *r, struct err *e);

/* The request body, without what is refused (dialect.h); p is what holds, not overridden again. */
void chat_request_json(const char *model, const struct teacher_parameters *p, const struct teacher_request *request,
                       unsigned refused, struct buf *out);
/* The text of a content: a string, or a list of parts of which those of text count. False: there is none. */
bool chat_content_text(const struct json *content, struct buf *out);
/* A member of `usage`; -1: not said. */
int64_t chat_token_count(const struct json *usage, const char *key);
/* A text that is equal for equal messages (role and content), however the JSON is written. -1: not a list of
 * messages. */
int chat_messages_key(const char *messages, size_t n, struct buf *out);
/* The parameters of a request over those of the teacher. */
struct teacher_parameters chat_parameters(const struct teacher_parameters *own,
                                          const struct teacher_parameters *request);

#endif
