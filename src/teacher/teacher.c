#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "teacher/backend.h"
#include "teacher/dialect.h"
#include "teacher/openai.h"

static const struct teacher_backend *const backends[] = {&teacher_http, &teacher_replay};

static char *
copy(const char *s)
{
  return s ? xstrdup(s) : NULL;
}

void
teacher_spec_release(struct teacher_spec *s)
{
  free((char *)(uintptr_t)s->name);
  free((char *)(uintptr_t)s->kind);
  free((char *)(uintptr_t)s->url);
  free((char *)(uintptr_t)s->dialect);
  free((char *)(uintptr_t)s->api_version);
  free((char *)(uintptr_t)s->model);
  free((char *)(uintptr_t)s->key_env);
  free((char *)(uintptr_t)s->replay_path);
}

void
teacher_spec_copy(struct teacher_spec *to, const struct teacher_spec *from)
{
  *to = *from;
  to->name = xstrdup(from->name ? from->name : "teacher");
  to->kind = xstrdup(from->kind ? from->kind : "http");
  to->url = copy(from->url);
  to->dialect = copy(from->dialect);
  to->api_version = copy(from->api_version);
  to->model = copy(from->model);
  to->key_env = copy(from->key_env);
  to->replay_path = copy(from->replay_path);
}

struct teacher *
teacher_open(const struct teacher_spec *spec, struct err *e)
{
  struct teacher *t = xcalloc(1, sizeof *t);

  teacher_spec_copy(&t->spec, spec);
  for (size_t i = 0; i < N_OF(backends); i++)
    if (strcmp(backends[i]->kind, t->spec.kind) == 0)
      t->backend = backends[i];
  mailbox_init(&t->replies);
  atomic_init(&t->refused, spec->refused);
  teacher_set_concurrency(t, spec->concurrency);
  if (!t->backend)
    err_set(e, ERR_INPUT, "unknown kind '%s' of teacher '%s' (http or replay)", t->spec.kind, t->spec.name);
  else if (t->backend->open(t, e) == 0)
    return t;
  t->backend = NULL;
  teacher_close(t);
  return NULL;
}

static struct mail *
next_reply(struct teacher *t)
{
  struct mail *m = t->taken ? t->taken : mailbox_take_all(&t->replies);

  if (m)
    t->taken = m->next;
  return m;
}

void
teacher_close(struct teacher *t)
{
  struct mail *m;

  if (!t)
    return;
  if (t->backend)
    t->backend->close(t);
  while ((m = next_reply(t)))
    teacher_reply_free((struct teacher_reply *)m);
  mailbox_release(&t->replies);
  teacher_spec_release(&t->spec);
  free(t);
}

void
teacher_start(struct teacher *t, uint64_t tag, const struct teacher_request *request)
{
  t->n_waiting++;
  t->backend->start(t, tag, request);
}

struct teacher_reply *
teacher_take(struct teacher *t, int timeout_ms)
{
  struct mail *m = next_reply(t);

  if (!m && t->n_waiting > 0) {
    t->backend->poll(t, timeout_ms);
    m = next_reply(t);
  }
  if (m)
    t->n_waiting--;
  return (struct teacher_reply *)m;
}

void
teacher_cancel(struct teacher *t, uint64_t tag)
{
  t->backend->cancel(t, false, tag);
}

void
teacher_cancel_all(struct teacher *t)
{
  t->backend->cancel(t, true, 0);
}

void
teacher_drain(struct teacher *t)
{
  t->backend->drain(t);
}

void
teacher_pace(const struct teacher *t, struct teacher_pace *out)
{
  t->backend->pace(t, out);
}

unsigned
teacher_refused(const struct teacher *t)
{
  return atomic_load(&t->refused);
}

size_t
teacher_n_waiting(const struct teacher *t)
{
  return t->n_waiting;
}

int
teacher_concurrency(const struct teacher *t)
{
  return atomic_load(&t->concurrency);
}

void
teacher_set_concurrency(struct teacher *t, int n)
{
  n = n < 1 ? TEACHER_CONCURRENCY : n > TEACHER_CONCURRENCY_MAX ? TEACHER_CONCURRENCY_MAX : n;
  atomic_store(&t->concurrency, n);
  if (t->self)
    t->backend->wake(t);
}

/* A dialect that nobody knows fails teacher_open; who only asks for texts and prices gets the usual one. */
static const struct dialect *
dialect_of(const struct teacher_spec *spec)
{
  const struct dialect *d = dialect_find(spec->dialect);

  return d ? d : dialect_find(NULL);
}

void
teacher_request_json(const struct teacher_spec *spec, const struct teacher_request *request, struct buf *out)
{
  struct teacher_request whole = *request;

  whole.stream = false;
  dialect_body(dialect_of(spec), spec, &whole, 0, out);
}

/* No tokens cost nothing even where the price is unknown, so that a sum stays known as long as it can. */
static double
price_of(int64_t tokens, double per_million)
{
  return tokens == 0 ? 0 : (double)tokens * per_million / 1e6;
}

double
teacher_cost_usd(const struct teacher_spec *spec, int64_t tokens_in, int64_t tokens_out)
{
  if (tokens_in < 0 || tokens_out < 0)
    return NAN;
  return price_of(tokens_in, spec->price_in_usd) + price_of(tokens_out, spec->price_out_usd);
}

double
teacher_batch_cost_usd(const struct teacher_spec *spec, int64_t tokens_in, int64_t tokens_out)
{
  return teacher_cost_usd(spec, tokens_in, tokens_out) * TEACHER_BATCH_PRICE;
}

static int64_t
prompt_bound(const struct teacher_spec *spec, const struct teacher_request *request)
{
  int64_t schema = request->schema ? (int64_t)strlen(request->schema) + dialect_schema_tokens(dialect_of(spec)) : 0;

  return (int64_t)strlen(request->messages) + schema + 64;
}

/* 0: there is none. */
static int64_t
reply_bound(const struct teacher_spec *spec, const struct teacher_request *request)
{
  struct teacher_parameters p = dialect_parameters(dialect_of(spec), spec, request);

  return p.max_tokens > 0 ? (int64_t)p.max_tokens * (request->n > 1 ? request->n : 1) : 0;
}

double
teacher_cost_bound_usd(const struct teacher_spec *spec, const struct teacher_request *request)
{
  int64_t out = reply_bound(spec, request);

  if (out == 0 && (isnan(spec->price_out_usd) || spec->price_out_usd > 0))
    return isnan(spec->price_out_usd) ? NAN : INFINITY;
  return teacher_cost_usd(spec, prompt_bound(spec, request), out);
}

int64_t
teacher_tokens_bound(const struct teacher_spec *spec, const struct teacher_request *request)
{
  int64_t out = reply_bound(spec, request);

  return out > 0 ? prompt_bound(spec, request) + out : INT64_MAX;
}

int64_t
teacher_tokens_estimate(const struct teacher_request *request)
{
  return (int64_t)(strlen(request->messages) / 4);
}

void
teacher_request_copy(struct teacher_request *to, const struct teacher_request *from)
{
  *to = *from;
  to->messages = copy(from->messages);
  to->schema_name = copy(from->schema_name);
  to->schema = copy(from->schema);
  to->extra = copy(from->extra);
  to->idempotency_key = copy(from->idempotency_key);
}

void
teacher_request_release(struct teacher_request *r)
{
  free((char *)(uintptr_t)r->messages);
  free((char *)(uintptr_t)r->schema_name);
  free((char *)(uintptr_t)r->schema);
  free((char *)(uintptr_t)r->extra);
  free((char *)(uintptr_t)r->idempotency_key);
  *r = (struct teacher_request)TEACHER_REQUEST_INIT;
}

struct teacher_reply *
teacher_reply_new(uint64_t tag)
{
  struct teacher_reply *r = xcalloc(1, sizeof *r);

  r->tag = tag;
  r->body = xstrdup("");
  r->tokens_in = r->tokens_out = -1;
  r->limit_requests = r->limit_tokens = -1;
  r->cost_usd = NAN;
  return r;
}

void
teacher_reply_free(struct teacher_reply *r)
{
  if (!r)
    return;
  free(r->body);
  free(r->content);
  free(r->finish_reason);
  free(r);
}

void
teacher_reply_read(struct teacher_reply *r, const struct teacher_spec *spec, char *body, size_t n)
{
  struct chat_reply chat;
  struct err e = {0};

  free(r->body);
  r->body = body;
  r->body_size = n;
  if (chat_parse(body, n, &chat, &e) == 0) {
    r->ok = true;
    r->fault = TEACHER_FAULT_NONE;
    r->code = ERR_NONE;
    r->error[0] = '\0';
    r->content = chat.content;
    chat.content = NULL;
  } else {
    teacher_reply_fail(r, TEACHER_FAULT_REQUEST, "%s", e.message);
  }
  free(r->finish_reason);
  r->finish_reason = chat.finish_reason;
  chat.finish_reason = NULL;
  r->answered = chat.answered;
  r->tokens_in = chat.tokens_in;
  r->tokens_out = chat.tokens_out;
  r->cost_usd = teacher_cost_usd(spec, chat.tokens_in, chat.tokens_out);
  chat_reply_release(&chat);
}

void
teacher_reply_fail(struct teacher_reply *r, enum teacher_fault fault, const char *format, ...)
{
  struct err e;
  va_list args;
  char line[sizeof e.message];

  va_start(args, format);
  vsnprintf(line, sizeof line, format, args);
  va_end(args);
  err_set(&e, ERR_FAIL, "%s", line);
  r->ok = false;
  r->fault = fault;
  r->code = fault == TEACHER_FAULT_TEACHER ? ERR_INPUT : ERR_FAIL;
  snprintf(r->error, sizeof r->error, "%.*s", (int)sizeof r->error - 1, e.message);
}
