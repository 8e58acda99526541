#include "teacher/anthropic.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "teacher/dialect.h"

/* ---- requests ---- */

static bool
is_system(const struct json *message)
{
  const char *role = json_string(json_get(message, "role"));

  return role && (strcmp(role, "system") == 0 || strcmp(role, "developer") == 0);
}

static void
add_system(struct buf *out, const struct json *messages)
{
  struct buf text = BUF_INIT;

  for (const struct json *m = json_first(messages); m; m = json_next(m))
    if (is_system(m)) {
      if (text.n > 0)
        buf_adds(&text, "\n\n");
      chat_content_text(json_get(m, "content"), &text);
    }
  if (text.n > 0)
    json_add_field(out, "system", text.s);
  buf_release(&text);
}

static void
add_message(struct buf *out, const struct json *m)
{
  const char *role = json_string(json_get(m, "role"));

  json_add_comma(out);
  buf_addc(out, '{');
  json_add_field(out, "role", role && strcmp(role, "assistant") == 0 ? "assistant" : "user");
  json_add_key(out, "content");
  json_print(out, json_get(m, "content"));
  buf_addc(out, '}');
}

/* The API wants at least one message that is not the system's: where there is none, those are what is asked. */
static void
add_messages(struct buf *out, const char *text)
{
  struct json *messages = json_parse(text, strlen(text), NULL, NULL);
  bool only_system = true;

  for (const struct json *m = json_first(messages); m; m = json_next(m))
    only_system = only_system && is_system(m);
  if (!only_system)
    add_system(out, messages);
  json_add_key(out, "messages");
  buf_addc(out, '[');
  for (const struct json *m = json_first(messages); m; m = json_next(m))
    if (only_system || !is_system(m))
      add_message(out, m);
  buf_addc(out, ']');
  json_free(messages);
}

/* Further members, of which `stop` has another name here. */
static void
add_extra(struct buf *out, const char *extra)
{
  struct buf text = BUF_INIT;
  struct json *members;

  buf_addf(&text, "{%s}", extra);
  members = json_parse(text.s, text.n, NULL, NULL);
  for (const struct json *m = json_first(members); m; m = json_next(m)) {
    bool stop = strcmp(json_key(m), "stop") == 0;

    json_add_key(out, stop ? "stop_sequences" : json_key(m));
    if (stop && json_type(m) == JSON_STRING) {
      buf_addc(out, '[');
      json_print(out, m);
      buf_addc(out, ']');
    } else {
      json_print(out, m);
    }
  }
  json_free(members);
  buf_release(&text);
}

static void
add_tool(struct buf *out, const struct teacher_request *request)
{
  const char *name = request->schema_name ? request->schema_name : "reply";

  json_add_key(out, "tools");
  buf_adds(out, "[{");
  json_add_field(out, "name", name);
  json_add_field(out, "description", "Gives the answer.");
  json_add_key(out, "input_schema");
  buf_adds(out, request->schema);
  buf_adds(out, "}]");
  json_add_key(out, "tool_choice");
  buf_addc(out, '{');
  json_add_field(out, "type", "tool");
  json_add_field(out, "name", name);
  json_add_field_bool(out, "disable_parallel_tool_use", true);  /* one answer, not several */
  buf_addc(out, '}');
}

void
anthropic_request_json(const char *model, const struct teacher_parameters *p, const struct teacher_request *request,
                       unsigned refused, struct buf *out)
{
  buf_addc(out, '{');
  json_add_field(out, "model", model ? model : "");
  json_add_field_int(out, "max_tokens", p->max_tokens);
  add_messages(out, request->messages);
  if (!isnan(p->temperature) && !(refused & REFUSED_TEMPERATURE))
    json_add_field_number(out, "temperature", p->temperature);
  if (!isnan(p->top_p) && !(refused & REFUSED_TOP_P))
    json_add_field_number(out, "top_p", p->top_p);
  if (request->extra && *request->extra)
    add_extra(out, request->extra);
  if (request->schema && !(refused & REFUSED_SCHEMA))
    add_tool(out, request);
  if (request->stream && !(refused & REFUSED_STREAM))
    json_add_field_bool(out, "stream", true);
  buf_addc(out, '}');
}

/* ---- replies ---- */

bool
anthropic_is_message(const struct json *root)
{
  const char *type = json_string(json_get(root, "type"));

  return type && strcmp(type, "message") == 0 && !json_get(root, "choices");
}

const char *
anthropic_finish(const char *stop_reason)
{
  static const char *const words[][2] = {
    {"end_turn", "stop"}, {"stop_sequence", "stop"}, {"tool_use", "stop"}, {"max_tokens", "length"},
    {"model_context_window_exceeded", "length"}, {"refusal", "content_filter"},
  };

  for (size_t i = 0; i < N_OF(words); i++)
    if (strcmp(stop_reason, words[i][0]) == 0)
      return words[i][1];
  return stop_reason;
}

/* What was written before the cache was read, or into the cache, was part of the prompt too. */
static void
read_usage(const struct json *usage, struct chat_reply *r)
{
  static const char *const keys[] = {"input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"};

  for (size_t i = 0; i < N_OF(keys); i++) {
    int64_t n = chat_token_count(usage, keys[i]);

    if (n >= 0)
      r->tokens_in = (r->tokens_in < 0 ? 0 : r->tokens_in) + n;
  }
  r->tokens_out = chat_token_count(usage, "output_tokens");
}

/* The input of the tool, or else the text of all blocks. */
static void
read_blocks(const struct json *blocks, struct buf *out)
{
  for (const struct json *b = json_first(blocks); b; b = json_next(b)) {
    const char *type = json_string(json_get(b, "type"));

    if (type && strcmp(type, "tool_use") == 0 && json_get(b, "input")) {
      buf_clear(out);
      json_print(out, json_get(b, "input"));
      return;
    }
    if (type && strcmp(type, "text") == 0)
      buf_adds(out, json_string(json_get(b, "text")) ? json_string(json_get(b, "text")) : "");
  }
}

int
anthropic_read(const struct json *root, struct chat_reply *r, struct err *e)
{
  const char *stop = json_string(json_get(root, "stop_reason"));
  struct buf content = BUF_INIT;

  read_usage(json_get(root, "usage"), r);
  r->n_choices = 1;
  if (stop)
    r->finish_reason = xstrdup(anthropic_finish(stop));
  read_blocks(json_get(root, "content"), &content);
  if (content.n > 0) {
    r->content = buf_take(&content);
    return 0;
  }
  buf_release(&content);
  if (stop && strcmp(stop, "refusal") == 0) {
    r->error_words = xstrdup("it gave no reason");
    return err_set(e, ERR_FAIL, "the teacher refused: %s", r->error_words);
  }
  return err_set(e, ERR_FAIL, "the reply holds no text%s",
                 stop && strcmp(stop, "max_tokens") == 0 ? " (it reached max_tokens)" : "");
}
