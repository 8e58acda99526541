/* Anthropic's messages: refuses what that API refuses, and answers in blocks. */
#include <string.h>

#include "base/mem.h"
#include "tests/server/exchange.h"
#include "tests/server/able.h"

static void
refuse(struct exchange *x, int status, const char *type, const char *message)
{
  struct buf b = BUF_INIT;

  buf_adds(&b, "{\"type\":\"error\",\"error\":{");
  json_add_field(&b, "type", type);
  json_add_field(&b, "message", message);
  buf_adds(&b, "}}");
  exchange_json(x, status, b.s);
  buf_release(&b);
}

/* The input of the tool that must be used, or a text. */
static void
add_blocks(struct exchange *x, struct buf *out, struct buf *content)
{
  const struct json *tool = json_at(json_get(x->request, "tools"), 0);

  buf_addc(out, '[');
  if (tool) {
    able_value(x, json_get(tool, "input_schema"), content);
    buf_adds(out, "{\"type\":\"tool_use\",\"id\":\"toolu_1\"");
    json_add_field(out, "name", json_string(json_get(tool, "name")));
    buf_addf(out, ",\"input\":%s}", content->s);
  } else {
    chat_content(x, content);
    buf_adds(out, "{\"type\":\"thinking\",\"thinking\":\"hm\"},{\"type\":\"text\"");
    json_add_field(out, "text", content->s);
    buf_addc(out, '}');
  }
  buf_addc(out, ']');
  x->entry->tokens_in = (int32_t)(strlen(x->messages) / 4);
  x->entry->tokens_out = (int32_t)(content->n / 4);
}

void
anthropic_complete(struct exchange *x, struct buf *out)
{
  struct buf content = BUF_INIT, blocks = BUF_INIT;
  bool tool = json_get(x->request, "tools") != NULL;

  add_blocks(x, &blocks, &content);
  buf_adds(out, "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":");
  buf_adds(out, blocks.s);
  buf_addf(out, ",\"stop_reason\":\"%s\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":%d,"
           "\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,\"output_tokens\":%d}}",
           tool ? "tool_use" : "end_turn", x->entry->tokens_in, x->entry->tokens_out);
  buf_release(&content);
  buf_release(&blocks);
}

static void
add_event(struct buf *out, const char *type, const char *members)
{
  buf_addf(out, "event: %s\ndata: {\"type\":\"%s\"%s}\n\n", type, type, members);
}

static void
add_delta(struct buf *out, bool tool, const char *s, size_t n)
{
  struct buf b = BUF_INIT;

  buf_addf(&b, ",\"index\":0,\"delta\":{\"type\":\"%s\"", tool ? "input_json_delta" : "text_delta");
  json_add_key(&b, tool ? "partial_json" : "text");
  json_add_string(&b, s, n);
  buf_addc(&b, '}');
  add_event(out, "content_block_delta", b.s);
  buf_release(&b);
}

void
anthropic_stream(struct exchange *x, struct buf *out)
{
  struct buf content = BUF_INIT, blocks = BUF_INIT, b = BUF_INIT;
  bool tool = json_get(x->request, "tools") != NULL;

  add_blocks(x, &blocks, &content);
  buf_addf(&b, ",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[],"
           "\"stop_reason\":null,\"usage\":{\"input_tokens\":%d,\"output_tokens\":1}}", x->entry->tokens_in);
  add_event(out, "message_start", b.s);
  add_event(out, "content_block_start",
            tool ? ",\"index\":0,\"content_block\":{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"reply\",\"input\":{}}"
                 : ",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}");
  add_event(out, "ping", "");
  for (size_t i = 0; i < content.n; i += 24)
    add_delta(out, tool, content.s + i, content.n - i < 24 ? content.n - i : 24);
  add_event(out, "content_block_stop", ",\"index\":0");
  buf_clear(&b);
  buf_addf(&b, ",\"delta\":{\"stop_reason\":\"%s\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":%d}",
           tool ? "tool_use" : "end_turn", x->entry->tokens_out);
  add_event(out, "message_delta", b.s);
  add_event(out, "message_stop", "");
  buf_release(&b);
  buf_release(&content);
  buf_release(&blocks);
}

void
anthropic_act(struct exchange *x)
{
  struct buf b = BUF_INIT;
  char line[100];
  const char *type;

  if (!exchange_header(x, "x-api-key", line, sizeof line))
    refuse(x, 401, "authentication_error", "x-api-key header is required");
  else if (!exchange_header(x, "anthropic-version", line, sizeof line))
    refuse(x, 400, "invalid_request_error", "anthropic-version: header is required");
  else if (!json_get(x->request, "max_tokens"))
    refuse(x, 400, "invalid_request_error", "max_tokens: Field required");
  else if (strstr(x->messages, "\"role\":\"system\""))
    refuse(x, 400, "invalid_request_error", "messages: Unexpected role \"system\"");
  else if (json_get(x->request, "seed") || json_get(x->request, "response_format"))
    refuse(x, 400, "invalid_request_error", "seed: Extra inputs are not permitted");
  else if (strstr(x->messages, "[[no-tools") && json_get(x->request, "tool_choice"))
    refuse(x, 400, "invalid_request_error", "Thinking may not be enabled when tool_choice forces tool use.");
  else {
    if (x->stream)
      anthropic_stream(x, &b);
    else
      anthropic_complete(x, &b);
    type = x->stream ? "text/event-stream" : "application/json";
    exchange_respond(x, 200, type, "", b.s, b.n);
    exchange_whole(x);
  }
  buf_release(&b);
}
