#include "teacher/ability.h"

#include <string.h>

#include "base/json.h"
#include "teacher/dialect.h"
#include "teacher/openai.h"
#include "teacher/stream.h"

const char *const ability_words[N_ABILITY_WORDS] = {"unknown", "yes", "no", "refused", "ignored"};

/* Nobody answers so unless he is held to it. */
#define QUESTION "[{\"role\":\"user\",\"content\":\"Say hello in three words.\"}]"
#define SCHEMA                                                                                                   \
  "{\"type\":\"object\",\"properties\":{\"greeting\":{\"type\":\"string\"},\"mood\":{\"type\":\"string\","       \
  "\"enum\":[\"glad\",\"calm\"]}},\"required\":[\"greeting\",\"mood\"],\"additionalProperties\":false}"

static bool
fits_schema(const char *content)
{
  struct json *root = json_parse(content, strlen(content), NULL, NULL);
  const char *mood = json_string(json_get(root, "mood"));
  bool fits = json_size(root) == 2 && json_string(json_get(root, "greeting")) && mood &&
              (strcmp(mood, "glad") == 0 || strcmp(mood, "calm") == 0);

  json_free(root);
  return fits;
}

/* The word for a member: whether it was asked for at all, and if so, whether it came. */
static enum ability_word
word_of(unsigned bit, unsigned beforehand, unsigned learned, bool came)
{
  return beforehand & bit ? ABILITY_NO : learned & bit ? ABILITY_REFUSED : came ? ABILITY_YES : ABILITY_IGNORED;
}

static void
read_answer(struct ability *a, unsigned beforehand)
{
  const struct teacher_reply *r = a->reply;
  struct chat_reply chat;
  bool some = chat_parse(r->body, r->body_size, &chat, NULL) == 0;

  a->stream = word_of(REFUSED_STREAM, beforehand, a->learned, stream_looks(r->body, r->body_size));
  a->n = word_of(REFUSED_N, beforehand, a->learned, chat.n_choices > 1);
  a->logprobs = word_of(REFUSED_LOGPROBS, beforehand, a->learned, chat.n_tokens > 0);
  a->schema = word_of(REFUSED_SCHEMA, beforehand, a->learned, some && fits_schema(chat.content));
  a->usage = r->tokens_in >= 0 && r->tokens_out >= 0 ? ABILITY_YES : ABILITY_IGNORED;
  if (!some || (chat.finish_reason && strcmp(chat.finish_reason, "length") == 0)) {
    /* cut short: what was to come may still have come */
    a->schema = a->schema == ABILITY_IGNORED ? ABILITY_UNKNOWN : a->schema;
    a->logprobs = a->logprobs == ABILITY_IGNORED ? ABILITY_UNKNOWN : a->logprobs;
  }
  chat_reply_release(&chat);
}

static int
ask(struct ability *a, struct teacher *t, const struct teacher_request *request, struct stop *stop, struct err *e)
{
  unsigned before = teacher_refused(t);

  teacher_reply_free(a->reply);
  a->reply = NULL;
  teacher_start(t, 1, request);
  while (!a->reply && !stop_wanted(stop))
    a->reply = teacher_take(t, 200);
  if (!a->reply)
    return err_set(e, ERR_INTERRUPTED, "interrupted");
  a->n_requests += a->reply->tries + __builtin_popcount(teacher_refused(t) & ~before);
  return a->reply->ok || a->reply->answered ? 0 : err_set(e, a->reply->code, "%s", a->reply->error);
}

/* It does not take the request, and does not say which part of it. */
static bool
refused_somehow(const struct ability *a)
{
  int status = a->reply ? a->reply->http_status : 0;

  return status == 400 || status == 422 || status == 501;
}

int
ability_ask(struct ability *a, const struct teacher_spec *spec, struct stop *stop, struct err *e)
{
  struct teacher_request request = TEACHER_REQUEST_INIT;
  const struct dialect *d = dialect_find(spec->dialect);
  struct teacher *t = teacher_open(spec, e);
  unsigned beforehand;
  int r;

  *a = (struct ability){0};
  if (!t)
    return -1;
  beforehand = spec->refused | dialect_lacks(d, spec);
  request.messages = QUESTION;
  request.parameters.max_tokens = spec->parameters.max_tokens > 0 ? spec->parameters.max_tokens : ABILITY_MAX_TOKENS;
  request.schema = SCHEMA;
  request.logprobs = 2;
  request.n = 2;
  request.stream = true;
  r = ask(a, t, &request, stop, e);
  a->learned = teacher_refused(t) & ~beforehand;
  if (r == 0) {
    read_answer(a, beforehand);
  } else if (refused_somehow(a)) {
    request.schema = NULL;
    request.logprobs = request.n = 0;
    request.stream = false;
    r = ask(a, t, &request, stop, e);
    a->usage = r < 0 ? ABILITY_UNKNOWN : a->reply->tokens_out >= 0 ? ABILITY_YES : ABILITY_IGNORED;
  }
  teacher_close(t);
  return r;
}

void
ability_release(struct ability *a)
{
  teacher_reply_free(a->reply);
  a->reply = NULL;
}
