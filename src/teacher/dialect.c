#include "teacher/dialect.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "teacher/anthropic.h"
#include "teacher/openai.h"

const char *const refusal_names[N_REFUSALS] = {
  "response_format", "max_tokens", "temperature", "top_p", "seed", "logprobs", "n", "stream_options", "stream",
};

unsigned
refusals_in(const struct json *names)
{
  unsigned refused = 0;

  for (const struct json *name = json_first(names); name; name = json_next(name))
    for (unsigned i = 0; i < N_REFUSALS; i++)
      if (json_string(name) && strcmp(refusal_names[i], json_string(name)) == 0)
        refused |= 1u << i;
  return refused;
}

struct dialect {
  const char *name;
  const char *key_header;      /* what stands before the key */
  const char *version_header;  /* what stands before the version; NULL: it has none, or not here */
  const char *version;         /* where nobody gave one */
  int max_tokens;              /* where nobody gave one; 0: none is needed */
  unsigned lacks;
  int schema_tokens;           /* that the API adds to a prompt with a schema */
  const char *batch_path;      /* of chat, in a file for OpenAI's Batch API; NULL: it has no such */
  void (*place)(const struct dialect *d, const struct teacher_spec *spec, const char *base, size_t n, struct buf *path,
                struct buf *query);
  void (*body)(const char *model, const struct teacher_parameters *p, const struct teacher_request *request,
               unsigned refused, struct buf *out);
};

/* ---- where ---- */

static bool
ends_in(const char *s, size_t n, const char *end)
{
  size_t m = strlen(end);

  return n >= m && memcmp(s + n - m, end, m) == 0;
}

static void
place_openai(const struct dialect *d, const struct teacher_spec *spec, const char *base, size_t n, struct buf *path,
             struct buf *query)
{
  (void)d;
  (void)spec;
  (void)query;
  buf_add(path, base, n);
  if (!ends_in(base, n, "/chat/completions"))
    buf_adds(path, "/chat/completions");
}

static void
place_anthropic(const struct dialect *d, const struct teacher_spec *spec, const char *base, size_t n, struct buf *path,
                struct buf *query)
{
  (void)d;
  (void)spec;
  (void)query;
  buf_add(path, base, n);
  if (!ends_in(base, n, "/messages"))
    buf_adds(path, ends_in(base, n, "/v1") ? "/messages" : "/v1/messages");
}

/* A name as one segment of a path (RFC 3986: unreserved characters stand for themselves). */
static void
add_segment(struct buf *out, const char *s)
{
  for (; *s; s++)
    if (isalnum((unsigned char)*s) || strchr("-._~", *s))
      buf_addc(out, *s);
    else
      buf_addf(out, "%%%02X", (unsigned char)*s);
}

static void
place_azure(const struct dialect *d, const struct teacher_spec *spec, const char *base, size_t n, struct buf *path,
            struct buf *query)
{
  bool newer = ends_in(base, n, "/openai/v1") || ends_in(base, n, "/openai/v1/chat/completions");
  bool whole = ends_in(base, n, "/chat/completions");

  buf_add(path, base, n);
  if (!newer && !whole && !strstr(buf_str(path), "/deployments/")) {
    if (!ends_in(base, n, "/openai"))
      buf_adds(path, "/openai");
    buf_adds(path, "/deployments/");
    add_segment(path, spec->model ? spec->model : "");
  }
  if (!whole)
    buf_adds(path, "/chat/completions");
  if (spec->api_version || !newer) {
    buf_adds(query, "api-version=");
    add_segment(query, spec->api_version ? spec->api_version : d->version);
  }
}

/* ---- the table ---- */

static const struct dialect dialects[] = {
  {.name = "openai", .key_header = "Authorization: Bearer ", .batch_path = "/v1/chat/completions",
   .place = place_openai, .body = chat_request_json},
  /* schema_tokens: the system prompt of tool use is documented with at most 700 tokens a model */
  {.name = "anthropic", .key_header = "x-api-key: ", .version_header = "anthropic-version: ", .version = "2023-06-01",
   .max_tokens = DIALECT_MAX_TOKENS, .schema_tokens = 1000,
   .lacks = REFUSED_SEED | REFUSED_LOGPROBS | REFUSED_N | REFUSED_STREAM_OPTIONS,
   .place = place_anthropic, .body = anthropic_request_json},
  {.name = "azure", .key_header = "api-key: ", .version = "2024-10-21", .batch_path = "/chat/completions",
   .place = place_azure, .body = chat_request_json},
};

const struct dialect *
dialect_find(const char *name)
{
  if (!name || !*name)
    return &dialects[0];
  for (size_t i = 0; i < N_OF(dialects); i++)
    if (strcmp(dialects[i].name, name) == 0)
      return &dialects[i];
  return NULL;
}

const char *
dialect_name(const struct dialect *d)
{
  return d->name;
}

const char *
dialect_names(void)
{
  return "openai, anthropic or azure";
}

unsigned
dialect_lacks(const struct dialect *d, const struct teacher_spec *spec)
{
  return d->lacks | (spec->no_schema ? REFUSED_SCHEMA : 0u);
}

int
dialect_schema_tokens(const struct dialect *d)
{
  return d->schema_tokens;
}

const char *
dialect_batch_path(const struct dialect *d)
{
  return d->batch_path;
}

void
dialect_place(const struct dialect *d, const struct teacher_spec *spec, const char *base_path, struct buf *path,
              struct buf *query)
{
  size_t n = strlen(base_path);

  while (n > 0 && base_path[n - 1] == '/')
    n--;
  d->place(d, spec, base_path, n, path, query);
}

static void
add_line(const char *before, const char *value, void (*add)(void *to, const char *line), void *to)
{
  char *line = xasprintf("%s%s", before, value);

  add(to, line);
  explicit_bzero(line, strlen(line));
  free(line);
}

void
dialect_headers(const struct dialect *d, const struct teacher_spec *spec, const char *key,
                void (*add)(void *to, const char *line), void *to)
{
  if (key)
    add_line(d->key_header, key, add, to);
  if (d->version_header)
    add_line(d->version_header, spec->api_version ? spec->api_version : d->version, add, to);
}

/* ---- what ---- */

struct teacher_parameters
dialect_parameters(const struct dialect *d, const struct teacher_spec *spec, const struct teacher_request *request)
{
  struct teacher_parameters p = chat_parameters(&spec->parameters, &request->parameters);

  if (p.max_tokens <= 0)
    p.max_tokens = d->max_tokens;
  return p;
}

void
dialect_body(const struct dialect *d, const struct teacher_spec *spec, const struct teacher_request *request,
             unsigned refused, struct buf *out)
{
  struct teacher_parameters p = dialect_parameters(d, spec, request);

  d->body(spec->model, &p, request, refused | dialect_lacks(d, spec), out);
}

/* ---- what is refused ---- */

static unsigned
sent_members(const struct teacher_parameters *p, const struct teacher_request *request)
{
  return (request->schema ? REFUSED_SCHEMA : 0u) | (p->max_tokens > 0 ? REFUSED_MAX_TOKENS : 0u) |
         (isnan(p->temperature) ? 0u : REFUSED_TEMPERATURE) | (isnan(p->top_p) ? 0u : REFUSED_TOP_P) |
         (p->seed >= 0 ? REFUSED_SEED : 0u) | (request->logprobs > 0 ? REFUSED_LOGPROBS : 0u) |
         (request->n > 1 ? REFUSED_N : 0u) | (request->stream ? REFUSED_STREAM_OPTIONS | REFUSED_STREAM : 0u);
}

/* True if the word stands there, not as a part of a longer name. */
static bool
has_word(const char *s, const char *word)
{
  size_t n = strlen(word);

  for (const char *at = s; (at = strcasestr(at, word)); at++) {
    bool begins = at == s || !(isalnum((unsigned char)at[-1]) || at[-1] == '_');
    bool ends = !(isalnum((unsigned char)at[n]) || at[n] == '_');

    if (begins && ends)
      return true;
  }
  return false;
}

/* A name of one letter counts only where it is marked as a name. */
static bool
names_n(const char *s)
{
  return strstr(s, "'n'") || strstr(s, "`n`") || strstr(s, "\"n\"") || strncmp(s, "n:", 2) == 0 ||
         strstr(s, "Only one completion choice");
}

static bool
denies(const char *s)
{
  static const char *const denials[] = {
    "unsupported", "not support", "unknown", "unrecognized", "unrecognised", "not permitted", "not allowed",
    "deprecated", "unexpected", "not available", "not enabled", "not implemented", "cannot both", "must be at most 1",
    "only the default", "only supported value", "only one completion choice", "unknown_parameter", "unsupported_",
  };

  for (size_t i = 0; i < N_OF(denials); i++)
    if (strcasestr(s, denials[i]))
      return true;
  return false;
}

/* Whether the words refuse this member. The order of the table is that of the search: where several are named, as in
 * "`temperature` and `top_p` cannot both be specified", the first goes. */
static const struct member {
  unsigned bit;
  const char *words[6];
} members[] = {
  {REFUSED_STREAM_OPTIONS, {"stream_options", "include_usage"}},
  {REFUSED_LOGPROBS, {"logprobs", "top_logprobs"}},
  {REFUSED_TOP_P, {"top_p"}},
  {REFUSED_TEMPERATURE, {"temperature"}},
  {REFUSED_SEED, {"seed"}},
  {REFUSED_STREAM, {"stream", "streaming"}},
};

static bool
refuses_schema(const char *words)
{
  static const char *const names[] = {"response_format", "json_schema", "structured output", "tool_choice",
                                      "input_schema", "tools", "tool use"};

  for (size_t i = 0; i < N_OF(names); i++)
    if (strcasestr(words, names[i]))
      return true;
  return false;
}

unsigned
dialect_refusal(const struct dialect *d, const struct teacher_spec *spec, const struct teacher_request *request,
                unsigned refused, int status, const char *words)
{
  struct teacher_parameters p = dialect_parameters(d, spec, request);
  unsigned sent = sent_members(&p, request) & ~(refused | dialect_lacks(d, spec));

  if (!words || (status != 400 && status != 404 && status != 422 && status != 501))
    return 0;
  if (d->max_tokens > 0)  /* it has no other word for it */
    sent &= ~(unsigned)REFUSED_MAX_TOKENS;
  if ((sent & REFUSED_MAX_TOKENS) && has_word(words, "max_completion_tokens") &&
      (denies(words) || strstr(words, "instead")) && !strstr(words, "too large"))
    return REFUSED_MAX_TOKENS;
  if ((sent & REFUSED_N) && names_n(words) && denies(words))
    return REFUSED_N;
  for (size_t i = 0; i < N_OF(members); i++)
    for (size_t k = 0; members[i].words[k]; k++)
      if ((sent & members[i].bit) && has_word(words, members[i].words[k]) && denies(words))
        return members[i].bit;
  return (sent & REFUSED_SCHEMA) && refuses_schema(words) ? REFUSED_SCHEMA : 0;
}
