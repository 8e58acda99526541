#include "tests/server/able.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

void
able_value(struct exchange *x, const struct json *schema, struct buf *out)
{
  const char *type = json_string(json_get(schema, "type"));
  const struct json *enums = json_get(schema, "enum");

  if (enums) {
    json_print(out, json_at(enums, 0));
  } else if (type && strcmp(type, "object") == 0) {
    buf_addc(out, '{');
    for (const struct json *p = json_first(json_get(schema, "properties")); p; p = json_next(p)) {
      json_add_key(out, json_key(p));
      able_value(x, p, out);
    }
    buf_addc(out, '}');
  } else if (type && strcmp(type, "array") == 0) {
    chat_content(x, out);
  } else if (type && (strcmp(type, "integer") == 0 || strcmp(type, "number") == 0)) {
    buf_addc(out, '7');
  } else {
    json_add_str(out, "hello");
  }
}

/* What a request may hold that this endpoint does not take, with the words of those who refuse it so. */
static const struct refusable {
  unsigned bit;
  const char *member, *words, *param;
} refusables[] = {
  {SERVER_SCHEMA, "response_format", "Invalid parameter: 'response_format' of type 'json_schema' is not supported with "
   "this model.", "response_format"},
  {SERVER_LOGPROBS, "logprobs", "This model does not support the 'logprobs' parameter.", "logprobs"},
  {SERVER_N, "n", "'n' : number must be at most 1 (unsupported)", "n"},
  {SERVER_STREAM_OPTIONS, "stream_options", "stream_options: Extra inputs are not permitted", NULL},
  {SERVER_STREAM, "stream", "Your organization must be verified to stream this model; it is not available.", "stream"},
  {SERVER_MAX_TOKENS, "max_tokens", "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
   "'max_completion_tokens' instead.", "max_tokens"},
  {SERVER_TEMPERATURE, "temperature", "Unsupported value: 'temperature' does not support 0.5 with this model. Only the "
   "default (1) value is supported.", "temperature"},
  {SERVER_SEED, "seed", "seed: Extra inputs are not permitted", NULL},
};

bool
able_refuses(const struct json *request, struct buf *out)
{
  unsigned bits = (unsigned)atomic_load(&shared->refuses);

  for (size_t i = 0; i < N_OF(refusables); i++) {
    if (!(bits & refusables[i].bit) || !json_get(request, refusables[i].member))
      continue;
    buf_adds(out, "{\"error\":{");
    json_add_field(out, "message", refusables[i].words);
    json_add_field(out, "type", "invalid_request_error");
    json_add_field(out, "param", refusables[i].param);
    buf_adds(out, "}}");
    return true;
  }
  return false;
}

static bool
has(const struct exchange *x, unsigned bit, const char *member)
{
  return !((unsigned)atomic_load(&shared->ignores) & bit) && json_get(x->request, member);
}

static void
add_logprobs(struct buf *out, const char *s, size_t n)
{
  json_add_key(out, "logprobs");
  buf_adds(out, "{\"content\":[{");
  json_add_key(out, "token");
  json_add_string(out, s, n);
  buf_adds(out, ",\"logprob\":-0.25,\"top_logprobs\":[{\"token\":\"other\",\"logprob\":-1.5},{");
  json_add_key(out, "token");
  json_add_string(out, s, n);
  buf_adds(out, ",\"logprob\":-0.25}]}],\"refusal\":null}");
}

static void
add_usage(const struct exchange *x, struct buf *out)
{
  if ((unsigned)atomic_load(&shared->ignores) & SERVER_USAGE)
    return;
  json_add_comma(out);
  buf_addf(out, "\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d}", x->entry->tokens_in,
           x->entry->tokens_out);
}

static void
add_whole(struct exchange *x, const struct buf *content, int choices, struct buf *out)
{
  buf_adds(out, "{\"id\":\"x\",\"object\":\"chat.completion\",\"choices\":[");
  for (int i = 0; i < choices; i++) {
    json_add_comma(out);
    buf_addf(out, "{\"index\":%d,\"message\":{\"role\":\"assistant\"", i);
    json_add_field(out, "content", content->s);
    buf_addc(out, '}');
    if (has(x, SERVER_LOGPROBS, "logprobs"))
      add_logprobs(out, content->s, content->n);
    buf_adds(out, ",\"finish_reason\":\"stop\"}");
  }
  buf_addc(out, ']');
  add_usage(x, out);
  buf_addc(out, '}');
}

static void
add_events(struct exchange *x, const struct buf *content, int choices, struct buf *out)
{
  for (int i = 0; i < choices; i++)
    for (size_t at = 0; at < content->n; at += 8) {
      size_t n = content->n - at < 8 ? content->n - at : 8;

      buf_addf(out, "data: {\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":%d,\"delta\":{", i);
      json_add_key(out, "content");
      json_add_string(out, content->s + at, n);
      buf_addc(out, '}');
      if (has(x, SERVER_LOGPROBS, "logprobs"))
        add_logprobs(out, content->s + at, n);
      buf_addf(out, ",\"finish_reason\":%s}]}\n\n", at + 8 >= content->n ? "\"stop\"" : "null");
    }
  if (has(x, SERVER_STREAM_OPTIONS, "stream_options")) {
    buf_adds(out, "data: {\"choices\":[]");
    add_usage(x, out);
    buf_adds(out, "}\n\n");
  }
  buf_adds(out, "data: [DONE]\n\n");
}

void
able_act(struct exchange *x)
{
  const struct json *schema = json_path(x->request, "response_format", "json_schema", "schema", NULL);
  struct buf content = BUF_INIT, out = BUF_INIT;
  bool stream = x->stream && has(x, SERVER_STREAM, "stream");
  int choices = has(x, SERVER_N, "n") ? (int)json_number(json_get(x->request, "n"), 1) : 1;
  const char *limits = (unsigned)atomic_load(&shared->ignores) & SERVER_LIMITS ? "" :
    "x-ratelimit-limit-requests: 500\r\nx-ratelimit-remaining-requests: 499\r\nx-ratelimit-reset-requests: 120ms\r\n"
    "x-ratelimit-limit-tokens: 200000\r\nx-ratelimit-remaining-tokens: 199000\r\nx-ratelimit-reset-tokens: 300ms\r\n";

  if (((unsigned)atomic_load(&shared->refuses) & SERVER_WHOLE) &&
      (schema || x->stream || json_get(x->request, "n") || json_get(x->request, "logprobs"))) {
    exchange_error(x, 400, "", "bad request");
    return;
  }
  if (able_refuses(x->request, &out)) {
    exchange_json(x, 400, out.s);
    buf_release(&out);
    return;
  }
  if (schema && has(x, SERVER_SCHEMA, "response_format"))
    able_value(x, schema, &content);
  else
    buf_adds(&content, "Hello there, friend.");
  x->entry->tokens_in = (int32_t)(strlen(x->messages) / 4);
  x->entry->tokens_out = (int32_t)(content.n / 4) * choices;
  if (stream)
    add_events(x, &content, choices, &out);
  else
    add_whole(x, &content, choices, &out);
  exchange_respond(x, 200, stream ? "text/event-stream" : "application/json", limits, out.s, out.n);
  exchange_whole(x);
  buf_release(&content);
  buf_release(&out);
}
