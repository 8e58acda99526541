#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "tests/server/exchange.h"

/* Texts of eight words drawn with a seed. */
static void
add_texts(struct buf *out, uint64_t seed, int n)
{
  static const char *const words[] = {
    "order", "parcel", "refund", "blue", "chair", "password", "late", "broken", "invoice", "never", "thanks", "screen",
    "Tuesday", "twice", "colour", "exchange", "account", "login", "driver", "lamp", "seven", "hello", "question",
    "weeks",
    "button", "garden", "receipt", "missing", "wrong", "size", "delivery", "again",
  };
  struct rng rng;

  rng_seed(&rng, seed);
  buf_addc(out, '[');
  for (int i = 0; i < n; i++) {
    json_add_comma(out);
    buf_addc(out, '"');
    for (int k = 0; k < 8; k++)
      buf_addf(out, "%s%s", k ? " " : "", words[rng_below(&rng, N_OF(words))]);
    buf_adds(out, ".\"");
  }
  buf_addc(out, ']');
}

/* As many as the server gives, or as a command [[texts:N]] says. */
static int
texts_wanted(const struct exchange *x)
{
  const char *command = strstr(x->messages, "[[texts:");
  int n = command ? atoi(command + strlen("[[texts:")) : 0;

  return n > 0 ? n : atomic_load(&shared->texts);
}

void
chat_content(struct exchange *x, struct buf *out)
{
  bool same = strstr(x->messages, "[[duplicates") != NULL;

  if (strstr(x->messages, "attributes in which"))
    buf_adds(out, "Gladly:\n```json\n{\"attributes\":[{\"name\":\"Tone of voice\",\"values\":[\"polite\",\"rude: very\",\"yes\","
                  "\"Polite\"]},{\"name\":\"length\",\"values\":[\"one sentence\",\"long\"]},{\"name\":\"topic\",\"values\":"
                  "[\"a\",\"b\"]}]}\n```\nGood luck!");
  else if (strstr(x->messages, "[[wrong-label"))
    buf_adds(out, "[{\"text\":\"This has a label that nobody asked for.\",\"label\":\"no-such-label\"}]");
  else if (!label_content(x, out))
    add_texts(out, same ? 1 : x->entry->body, texts_wanted(x));
}

static void
count_tokens(struct exchange *x, const struct buf *content)
{
  x->entry->tokens_in = (int32_t)(strlen(x->messages) / 4);
  x->entry->tokens_out = (int32_t)(content->n / 4);
}

void
chat_complete(struct exchange *x, struct buf *out)
{
  struct buf content = BUF_INIT;

  chat_content(x, &content);
  count_tokens(x, &content);
  buf_adds(out, "{\"id\":\"x\",\"choices\":[{\"index\":0,\"message\":{");
  json_add_field(out, "role", "assistant");
  json_add_field(out, "content", content.s);
  buf_addc(out, '}');
  label_logprobs(x, &content, out);
  buf_addf(out, ",\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d}}",
           x->entry->tokens_in, x->entry->tokens_out);
  buf_release(&content);
}

static void
add_event(struct buf *out, const char *content, size_t n, const char *finish)
{
  buf_adds(out, "data: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":{");
  if (content) {
    json_add_key(out, "content");
    json_add_string(out, content, n);
  }
  buf_adds(out, "}");
  json_add_field(out, "finish_reason", finish);
  buf_adds(out, "}]}\n\n");
}

/* Pieces of some words, the finish, the usage, the end. A command [[comments]] puts keep-alive comments between. */
void
chat_stream(struct exchange *x, struct buf *out)
{
  struct buf content = BUF_INIT;
  bool comments = strstr(x->messages, "[[comments") != NULL;

  chat_content(x, &content);
  count_tokens(x, &content);
  add_event(out, "", 0, NULL);
  for (size_t i = 0; i < content.n; i += 24) {
    if (comments)
      buf_adds(out, ": keep-alive\n\n");
    add_event(out, content.s + i, content.n - i < 24 ? content.n - i : 24, NULL);
  }
  add_event(out, NULL, 0, "stop");
  buf_addf(out, "data: {\"id\":\"x\",\"choices\":[],\"usage\":{\"prompt_tokens\":%d,\"completion_tokens\":%d}}\n\n",
           x->entry->tokens_in, x->entry->tokens_out);
  buf_adds(out, "data: [DONE]\n\n");
  buf_release(&content);
}
