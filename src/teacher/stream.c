#include "teacher/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

static bool
is_type(const struct json *j, const char *type)
{
  const char *s = json_string(json_get(j, "type"));

  return s && strcmp(s, type) == 0;
}

/* The choice of a chunk that is read: the first. */
static const struct json *
first_choice(const struct json *root)
{
  for (const struct json *c = json_first(json_get(root, "choices")); c; c = json_next(c))
    if (json_number(json_get(c, "index"), 0) == 0)
      return c;
  return NULL;
}

/* The text that a chunk or event adds, or NULL. */
static const char *
delta_of(const struct json *root)
{
  const struct json *delta = json_get(root, "delta");
  const char *text = json_string(json_get(json_get(first_choice(root), "delta"), "content"));

  if (!text && is_type(root, "content_block_delta"))
    text = is_type(delta, "text_delta") ? json_string(json_get(delta, "text")) :
           is_type(delta, "input_json_delta") ? json_string(json_get(delta, "partial_json")) : NULL;
  return text;
}

void
stream_delta(const char *data, size_t n, struct buf *out)
{
  struct json *root = n > 0 && *data == '{' ? json_parse(data, n, NULL, NULL) : NULL;
  const char *text = delta_of(root);

  if (text)
    buf_adds(out, text);
  json_free(root);
}

bool
stream_looks(const char *body, size_t n)
{
  static const char *const beginnings[] = {"data:", "event:", "id:", "retry:", ":"};
  size_t i = n >= 3 && memcmp(body, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;

  while (i < n && (body[i] == '\r' || body[i] == '\n'))
    i++;
  for (size_t k = 0; k < N_OF(beginnings); k++) {
    size_t m = strlen(beginnings[k]);

    if (i < n && memcmp(body + i, beginnings[k], n - i < m ? n - i : m) == 0)
      return true;
  }
  return false;
}

/* ---- put together ---- */

#define CHOICES_MAX 128         /* answers at once that are counted; the first is read */

enum form { FORM_UNKNOWN, FORM_OPENAI, FORM_ANTHROPIC };

static const char *const counts[] = {  /* of Anthropic's usage, which comes in two parts */
  "input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens", "output_tokens",
};

struct fold {
  enum form form;
  struct buf text, refusal, tool, logprobs, usage, error, finish;
  double counts[N_OF(counts)];
  int n_choices;                /* of a chat completion: one, or as many as were told */
  bool ended, odd;              /* the end was said; a piece could not be read */
};

static void
put(struct buf *to, const char *s)
{
  if (s) {
    buf_clear(to);
    buf_adds(to, s);
  }
}

static void
fold_chunk(struct fold *f, const struct json *root)
{
  const struct json *choice = first_choice(root), *delta = json_get(choice, "delta");
  const char *refusal = json_string(json_get(delta, "refusal"));
  const char *finish = json_string(json_get(choice, "finish_reason"));

  f->form = FORM_OPENAI;
  for (const struct json *c = json_first(json_get(root, "choices")); c; c = json_next(c)) {
    double i = json_number(json_get(c, "index"), 0);

    if (i >= f->n_choices && i < CHOICES_MAX)
      f->n_choices = (int)i + 1;
  }
  if (refusal)
    buf_adds(&f->refusal, refusal);
  for (const struct json *t = json_first(json_path(choice, "logprobs", "content", NULL)); t; t = json_next(t)) {
    if (f->logprobs.n > 0)
      buf_addc(&f->logprobs, ',');
    json_print(&f->logprobs, t);
  }
  if (json_type(json_get(root, "usage")) == JSON_OBJECT) {
    buf_clear(&f->usage);
    json_print(&f->usage, json_get(root, "usage"));
  }
  if (finish && *finish) {
    put(&f->finish, finish);
    f->ended = true;
  }
}

static void
fold_anthropic(struct fold *f, const struct json *root)
{
  const struct json *message = json_get(root, "message"), *usage = json_get(message ? message : root, "usage");

  f->form = FORM_ANTHROPIC;
  for (size_t i = 0; i < N_OF(counts); i++)
    f->counts[i] = json_number(json_get(usage, counts[i]), f->counts[i]);
  put(&f->finish, json_string(json_path(root, "delta", "stop_reason", NULL)));
  if (f->finish.n > 0 || is_type(root, "message_stop"))
    f->ended = true;
}

static void
fold_event(void *to, const char *event, const char *data, size_t n)
{
  struct fold *f = to;
  struct json *root;
  const char *text;

  if (n == 6 && memcmp(data, "[DONE]", 6) == 0) {
    f->ended = true;
    return;
  }
  root = json_parse(data, n, NULL, NULL);
  text = delta_of(root);
  if (json_get(root, "error") && json_type(json_get(root, "error")) != JSON_NULL) {
    buf_clear(&f->error);
    json_print(&f->error, root);
  } else if (json_get(root, "choices")) {
    fold_chunk(f, root);
  } else if (json_string(json_get(root, "type"))) {
    fold_anthropic(f, root);
  } else if (!root || strcmp(event, "error") == 0) {
    f->odd = true;
  }
  if (text)
    buf_adds(is_type(json_get(root, "delta"), "input_json_delta") ? &f->tool : &f->text, text);
  json_free(root);
}

static void
write_completion(const struct fold *f, struct buf *out)
{
  buf_adds(out, "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\"");
  json_add_field(out, "content", buf_str(&f->text));
  if (f->refusal.n > 0)
    json_add_field(out, "refusal", f->refusal.s);
  buf_addc(out, '}');
  json_add_field(out, "finish_reason", f->finish.n > 0 ? f->finish.s : NULL);
  if (f->logprobs.n > 0)
    buf_addf(out, ",\"logprobs\":{\"content\":[%s]}", f->logprobs.s);
  buf_addc(out, '}');
  for (int i = 1; i < f->n_choices; i++)
    buf_addf(out, ",{\"index\":%d}", i);
  buf_addc(out, ']');
  if (f->usage.n > 0)
    buf_addf(out, ",\"usage\":%s", f->usage.s);
  buf_addc(out, '}');
}

static void
write_message(const struct fold *f, struct buf *out)
{
  struct json *input = f->tool.n > 0 ? json_parse(f->tool.s, f->tool.n, NULL, NULL) : NULL;

  buf_adds(out, "{\"type\":\"message\",\"role\":\"assistant\",\"content\":[{\"type\":\"text\"");
  json_add_field(out, "text", buf_str(&f->text));
  buf_addc(out, '}');
  if (input) {
    buf_adds(out, ",{\"type\":\"tool_use\",\"input\":");
    json_print(out, input);
    buf_addc(out, '}');
  } else if (f->tool.n > 0) {  /* cut by max_tokens: its text is all there is */
    buf_adds(out, ",{\"type\":\"text\"");
    json_add_field(out, "text", f->tool.s);
    buf_addc(out, '}');
  }
  buf_addc(out, ']');
  json_add_field(out, "stop_reason", f->finish.n > 0 ? f->finish.s : NULL);
  buf_adds(out, ",\"usage\":{");
  for (size_t i = 0; i < N_OF(counts); i++)
    if (f->counts[i] >= 0)
      json_add_field_number(out, counts[i], f->counts[i]);
  buf_adds(out, "}}");
  json_free(input);
}

static int
fold_end(const struct fold *f, struct buf *out, bool *cut, struct err *e)
{
  *cut = false;
  if (f->error.n > 0) {
    buf_add(out, f->error.s, f->error.n);
    *cut = f->form != FORM_UNKNOWN;
    return 0;
  }
  if (!f->ended) {
    *cut = true;
    return err_set(e, ERR_FAIL, "the stream broke off before its end");
  }
  if (f->odd || f->form == FORM_UNKNOWN)
    return err_set(e, ERR_FAIL, "the stream holds what is no chat completion");
  if (f->form == FORM_OPENAI)
    write_completion(f, out);
  else
    write_message(f, out);
  return 0;
}

int
stream_fold(const char *body, size_t n, struct buf *out, bool *cut, struct err *e)
{
  struct fold f = {.counts = {-1, -1, -1, -1}};
  struct buf *const bufs[] = {&f.text, &f.refusal, &f.tool, &f.logprobs, &f.usage, &f.error, &f.finish};
  struct sse sse;
  bool odd;
  int result;

  for (size_t i = 0; i < N_OF(bufs); i++)
    buf_init(bufs[i], BUF_MAX);
  sse_init(&sse, BUF_MAX);
  sse_feed(&sse, body, n, fold_event, &f);
  odd = f.odd;
  sse_end(&sse, fold_event, &f);
  f.odd = odd;  /* an end that is cut is no fault of a stream whose reply is whole */
  result = fold_end(&f, out, cut, e);
  sse_release(&sse);
  for (size_t i = 0; i < N_OF(bufs); i++)
    buf_release(bufs[i]);
  return result;
}
