#include "teacher/openai.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "teacher/anthropic.h"
#include "teacher/dialect.h"
#include "teacher/stream.h"

#define WORDS_MAX 300  /* bytes of the teacher's own words in an error */

void
chat_reply_release(struct chat_reply *r)
{
  free(r->content);
  free(r->finish_reason);
  free(r->error_words);
  arena_release(&r->arena);
  *r = (struct chat_reply){.tokens_in = -1, .tokens_out = -1};
}

bool
chat_content_text(const struct json *content, struct buf *out)
{
  const char *s = json_string(content);
  bool some = s != NULL;

  if (s)
    buf_adds(out, s);
  else if (json_type(content) == JSON_ARRAY)
    for (const struct json *part = json_first(content); part; part = json_next(part)) {
      const char *text = json_string(json_get(part, "text"));

      if (text) {
        buf_adds(out, text);
        some = true;
      }
    }
  return some;
}

/* One line of at most WORDS_MAX bytes: white space squeezed, control characters visible. */
static char *
words_of(const char *s)
{
  struct buf b = BUF_INIT, line = BUF_INIT;
  size_t n = 0, len;

  for (; *s; s++)
    if (!strchr(" \t\r\n", *s))
      buf_addc(&line, *s);
    else if (line.n > 0 && line.s[line.n - 1] != ' ')
      buf_addc(&line, ' ');
  utf8_printable(&b, buf_str(&line), line.n);
  buf_release(&line);
  if (b.n > WORDS_MAX) {
    while (n < WORDS_MAX) {
      utf8_decode(b.s + n, b.n - n, &len);
      n += len;
    }
    buf_truncate(&b, n);
    buf_adds(&b, "...");
  }
  return buf_take(&b);
}

/* The status that an error object implies. Its code is a number with some servers and a word with others. */
static int
error_status(const struct json *error)
{
  static const struct {
    const char *word;
    int status;
  } words[] = {
    {"insufficient_quota", 402}, {"invalid_api_key", 401}, {"model_not_found", 404},
    {"rate_limit_exceeded", 429}, {"rate_limit_error", 429}, {"overloaded_error", 529}, {"server_error", 500},
    {"billing_error", 402}, {"authentication_error", 401}, {"permission_error", 403}, {"not_found_error", 404},
    {"api_error", 500}, {"timeout_error", 504},
  };
  static const char *const keys[] = {"code", "type", "status"};

  for (size_t k = 0; k < N_OF(keys); k++) {
    const struct json *code = json_get(error, keys[k]);
    const char *word = json_string(code);
    double number = json_number(code, 0);

    if (number >= 400 && number < 600)
      return (int)number;
    for (size_t i = 0; word && i < N_OF(words); i++)
      if (strcmp(word, words[i].word) == 0)
        return words[i].status;
  }
  return 0;
}

/* What a list of faults says, as servers do that check requests against a schema (FastAPI): {"loc":["body","seed"],
 * "msg":"..."} of each. */
static void
add_faults(struct buf *out, const struct json *faults)
{
  for (const struct json *f = json_first(faults); f && out->n < WORDS_MAX; f = json_next(f)) {
    const struct json *loc = json_get(f, "loc");
    const char *name = json_string(json_at(loc, json_size(loc) - 1)), *words = json_string(json_get(f, "msg"));

    if (words)
      buf_addf(out, "%s%s%s%s", out->n > 0 ? "; " : "", name ? name : "", name ? ": " : "", words);
  }
}

/* The words of an error, wherever they stand, with the member of the request that it is about. */
static char *
words_in(const struct json *error, const struct json *root)
{
  const struct json *const places[] = {error, json_get(error, "message"), json_get(root, "message")};
  const char *param = json_string(json_get(error, "param")), *words = NULL;
  struct buf b = BUF_INIT;
  char *line;

  for (size_t i = 0; i < N_OF(places) && !words && b.n == 0; i++) {
    words = json_string(places[i]);
    add_faults(&b, json_type(places[i]) == JSON_ARRAY ? places[i] : json_get(places[i], "detail"));
  }
  if (words)
    buf_adds(&b, words);
  line = words_of(b.n > 0 ? b.s : "an error without words");
  buf_release(&b);
  if (param && *param && !strstr(line, param)) {
    char *about = words_of(param), *whole = xasprintf("%s (%s)", line, about);

    free(about);
    free(line);
    line = whole;
  }
  return line;
}

/* Reads an error out of a body, wherever servers put it. False: it holds none. */
static bool
read_error(const struct json *root, struct chat_reply *r)
{
  const struct json *error = json_get(root, "error");
  const char *object = json_string(json_get(root, "object"));

  if (!error && json_get(root, "choices")) {
    const struct json *choice = json_at(json_get(root, "choices"), 0);  /* OpenRouter, where the model broke off */

    error = json_get(choice, "error");
  } else if (!error) {
    error = json_get(root, "detail");
    if (!error && object && strcmp(object, "error") == 0)
      error = root;
  }
  if (json_type(error) == JSON_NULL)
    return false;
  r->error_words = words_in(error, root);
  r->error_status = error_status(error);
  if (r->error_status == 0)
    r->error_status = error_status(root);
  if (strcasestr(r->error_words, "credit balance is too low"))  /* Anthropic says so as a fault of the request */
    r->error_status = 402;
  return true;
}

int64_t
chat_token_count(const struct json *usage, const char *key)
{
  double x = json_number(json_get(usage, key), -1);

  return x >= 0 && x < 1e12 ? (int64_t)x : -1;
}

static bool
read_alternative(const struct json *j, struct arena *arena, const char **text, double *logprob)
{
  const char *s = json_string(json_get(j, "token"));

  *logprob = json_number(json_get(j, "logprob"), NAN);
  if (!s || isnan(*logprob))
    return false;
  *text = arena_strdup(arena, s);
  return true;
}

static int
by_logprob(const void *a, const void *b)
{
  const struct chat_alternative *x = a, *y = b;

  return x->logprob < y->logprob ? 1 : x->logprob > y->logprob ? -1 : strcmp(x->text, y->text);
}

/* How sure it was: logprobs.content, a token each with what else might have stood there. */
static void
read_logprobs(const struct json *choice, struct chat_reply *r)
{
  const struct json *content = json_path(choice, "logprobs", "content", NULL);
  size_t n = json_type(content) == JSON_ARRAY ? json_size(content) : 0;

  if (n > CHAT_TOKENS_MAX)
    n = CHAT_TOKENS_MAX;
  if (n == 0)
    return;
  r->tokens = arena_alloc(&r->arena, n * sizeof *r->tokens);
  for (const struct json *t = json_first(content); t && r->n_tokens < n; t = json_next(t)) {
    const struct json *others = json_get(t, "top_logprobs");
    size_t n_others = json_type(others) == JSON_ARRAY ? json_size(others) : 0;
    struct chat_token *token = &r->tokens[r->n_tokens];

    if (!read_alternative(t, &r->arena, &token->text, &token->logprob))
      continue;
    r->n_tokens++;
    token->others = arena_alloc(&r->arena, (n_others < CHAT_ALTERNATIVES_MAX ? n_others : CHAT_ALTERNATIVES_MAX) *
                                             sizeof *token->others);
    for (const struct json *o = json_first(others); o && token->n_others < CHAT_ALTERNATIVES_MAX; o = json_next(o)) {
      struct chat_alternative *other = &token->others[token->n_others];

      token->n_others += read_alternative(o, &r->arena, &other->text, &other->logprob);
    }
    qsort(token->others, token->n_others, sizeof *token->others, by_logprob);
  }
}

static int
read_choice(const struct json *root, struct chat_reply *r, struct err *e)
{
  const struct json *choice = json_at(json_get(root, "choices"), 0), *message = json_get(choice, "message");
  const char *finish = json_string(json_get(choice, "finish_reason"));
  const char *refusal = json_string(json_get(message, "refusal"));
  struct buf content = BUF_INIT;

  if (!choice)
    return err_set(e, ERR_FAIL, "the reply has no choices");
  r->n_choices = json_size(json_get(root, "choices"));
  if (finish)
    r->finish_reason = xstrdup(finish);
  if (!chat_content_text(json_get(message, "content"), &content) || content.n == 0) {
    buf_release(&content);
    if (refusal && *refusal) {
      r->error_words = words_of(refusal);
      return err_set(e, ERR_FAIL, "the teacher refused: %s", r->error_words);
    }
    return err_set(e, ERR_FAIL, "the reply holds no text%s",
                   finish && strcmp(finish, "length") == 0 ? " (it reached max_tokens)" : "");
  }
  r->content = buf_take(&content);
  read_logprobs(choice, r);
  return 0;
}

/* Gemini's errors come as a list of one. */
static const struct json *
single(const struct json *root)
{
  return json_type(root) == JSON_ARRAY && json_get(json_at(root, 0), "error") ? json_at(root, 0) : root;
}

/* A stream is read as the reply that it amounts to. */
static int
parse_stream(const char *body, size_t n, struct chat_reply *r, struct err *e)
{
  struct buf whole = BUF_INIT;
  bool cut;
  int result = stream_fold(body, n, &whole, &cut, e);

  if (result == 0)
    result = chat_parse(whole.s, whole.n, r, e);
  else
    r->answered = !cut;
  r->cut = cut;
  buf_release(&whole);
  return result;
}

int
chat_parse(const char *body, size_t n, struct chat_reply *r, struct err *e)
{
  struct err why;
  struct json *root;
  size_t i = 0;
  int result;

  *r = (struct chat_reply){.tokens_in = -1, .tokens_out = -1};
  while (i < n && strchr(" \t\r\n", body[i]) && body[i])
    i++;
  r->cut = i == n;
  if (r->cut)
    return err_set(e, ERR_FAIL, "the reply is empty");
  if (stream_looks(body, n))
    return parse_stream(body, n, r, e);
  if (body[i] == '<')
    return err_set(e, ERR_FAIL, "the reply is a web page, not JSON (is this the URL of an API?)");
  root = json_parse(body, n, NULL, &why);
  r->answered = body[i] == '{';
  if (!root)
    return err_set(e, ERR_FAIL, "the reply is not a chat completion: %s", why.message);
  r->tokens_in = chat_token_count(json_get(root, "usage"), "prompt_tokens");
  r->tokens_out = chat_token_count(json_get(root, "usage"), "completion_tokens");
  if (read_error(single(root), r)) {
    r->answered = false;
    result = err_set(e, ERR_FAIL, "the teacher answered: %s", r->error_words);
  } else if (anthropic_is_message(root)) {
    result = anthropic_read(root, r, e);
  } else {
    result = read_choice(root, r, e);
  }
  json_free(root);
  return result;
}

struct teacher_parameters
chat_parameters(const struct teacher_parameters *own, const struct teacher_parameters *request)
{
  struct teacher_parameters p = *own;

  if (!isnan(request->temperature))
    p.temperature = request->temperature;
  if (!isnan(request->top_p))
    p.top_p = request->top_p;
  if (request->seed >= 0)
    p.seed = request->seed;
  if (request->max_tokens > 0)
    p.max_tokens = request->max_tokens;
  return p;
}

static void
add_response_format(struct buf *out, const struct teacher_request *request)
{
  json_add_key(out, "response_format");
  buf_adds(out, "{\"type\":\"json_schema\",\"json_schema\":{");
  json_add_field(out, "name", request->schema_name ? request->schema_name : "reply");
  json_add_field_bool(out, "strict", true);
  json_add_key(out, "schema");
  buf_adds(out, request->schema);
  buf_adds(out, "}}");
}

void
chat_request_json(const char *model, const struct teacher_parameters *p, const struct teacher_request *request,
                  unsigned refused, struct buf *out)
{
  buf_addc(out, '{');
  if (model && *model)
    json_add_field(out, "model", model);
  json_add_key(out, "messages");
  buf_adds(out, request->messages);
  if (!isnan(p->temperature) && !(refused & REFUSED_TEMPERATURE))
    json_add_field_number(out, "temperature", p->temperature);
  if (!isnan(p->top_p) && !(refused & REFUSED_TOP_P))
    json_add_field_number(out, "top_p", p->top_p);
  if (p->seed >= 0 && !(refused & REFUSED_SEED))
    json_add_field_int(out, "seed", p->seed + request->sample);
  if (p->max_tokens > 0)
    json_add_field_int(out, refused & REFUSED_MAX_TOKENS ? "max_completion_tokens" : "max_tokens", p->max_tokens);
  if (request->logprobs > 0 && !(refused & REFUSED_LOGPROBS)) {
    json_add_field_bool(out, "logprobs", true);
    json_add_field_int(out, "top_logprobs", request->logprobs);
  }
  if (request->n > 1 && !(refused & REFUSED_N))
    json_add_field_int(out, "n", request->n);
  if (request->extra && *request->extra) {
    json_add_comma(out);
    buf_adds(out, request->extra);
  }
  if (request->schema && !(refused & REFUSED_SCHEMA))
    add_response_format(out, request);
  if (request->stream && !(refused & REFUSED_STREAM)) {
    json_add_field_bool(out, "stream", true);
    if (!(refused & REFUSED_STREAM_OPTIONS))
      buf_adds(out, ",\"stream_options\":{\"include_usage\":true}");
  }
  buf_addc(out, '}');
}

int
chat_messages_key(const char *messages, size_t n, struct buf *out)
{
  struct json *list = json_parse(messages, n, NULL, NULL);
  int result = json_type(list) == JSON_ARRAY && json_size(list) > 0 ? 0 : -1;

  for (const struct json *m = json_first(list); m && result == 0; m = json_next(m)) {
    const char *role = json_string(json_get(m, "role"));
    struct buf text = BUF_INIT;

    if (!role || !chat_content_text(json_get(m, "content"), &text))
      result = -1;
    else
      buf_addf(out, "%s %zu:%s\n", role, text.n, buf_str(&text));
    buf_release(&text);
  }
  json_free(list);
  return result;
}
