#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "teacher/dialect.h"
#include "teacher/http.h"
#include "teacher/retry.h"
#include "teacher/verdict.h"

#define FIRST_BYTE_MS 120000
#define RECEIVED 4096          /* bytes that a reply has room for before it grows */

/* ---- the end of a ticket ---- */

static void
finish(struct http *h, struct ticket *k)
{
  struct teacher_reply *r = k->reply;

  log_debug("request %llu: %s, status %d, %d tries, %lld ms", (unsigned long long)r->tag, r->ok ? "ok" : "failed",
            r->http_status, r->tries, (long long)r->latency_ms);
  ticket_remove(k);
  k->reply = NULL;
  ticket_free(k);
  r->mail.next = NULL;
  *h->last_done = &r->mail;
  h->last_done = &r->mail.next;
}

/* The try under way, if there is one, is over. */
static void
leave_wire(struct http *h, struct ticket *k, enum rate_outcome outcome, double used)
{
  if (!k->easy)
    return;
  wire_put(&h->wire, k->easy);
  k->easy = NULL;
  rate_end(&h->rate, k->stamp, outcome, k->tokens, used, &k->said, clock_ms());
}

void
try_give_up(struct http *h, struct ticket *k)
{
  if (k->easy)
    k->reply->n_lost++;
  leave_wire(h, k, RATE_OTHER, -1);
  teacher_reply_fail(k->reply, TEACHER_FAULT_CANCELLED, "cancelled");
  finish(h, k);
}

/* ---- a try ---- */

static size_t
on_header(char *line, size_t size, size_t n, void *owner)
{
  struct ticket *k = owner;

  if (k->in == &k->http->silent)
    ticket_move(k, &k->http->talking);
  if (strchr("rRxXaA", *line))  /* most others: spared the look at the clock */
    rate_said_line(&k->said, line, size * n, clock_wall_ms());
  return size * n;
}

static void
tell(void *to, const char *event, const char *data, size_t n)
{
  struct ticket *k = to;
  struct buf text = BUF_INIT;

  (void)event;
  stream_delta(data, n, &text);
  if (text.n > 0) {
    k->told = true;
    k->request.on_text(k->request.to, k->reply->tag, text.s, text.n);
  }
  buf_release(&text);
}

static size_t
on_bytes(char *bytes, size_t size, size_t n, void *owner)
{
  struct ticket *k = owner;

  if (buf_add(&k->received, bytes, size * n) < 0)
    return CURL_WRITEFUNC_ERROR;
  if (k->request.stream && k->request.on_text)
    sse_feed(&k->sse, bytes, size * n, tell, k);
  return size * n;
}

/* curl sends a request again by itself when a connection that was kept turns out dead. What went out on the first may
 * have been billed. */
static int
on_send(void *owner, char *address, char *own_address, int port, int own_port)
{
  struct ticket *k = owner;

  (void)address;
  (void)own_address;
  (void)port;
  (void)own_port;
  k->http->connected = true;
  if (k->n_sent++ == 0)
    return CURL_PREREQFUNC_OK;
  if (k->request.no_blind_retry)
    return CURL_PREREQFUNC_ABORT;
  k->reply->n_lost++;
  return CURL_PREREQFUNC_OK;
}

const struct wire_calls try_calls = {on_header, on_bytes, on_send};

static int
first_byte_ms(const struct http *h)
{
  return h->t->spec.first_byte_timeout_ms > 0 ? h->t->spec.first_byte_timeout_ms : FIRST_BYTE_MS;
}

double
try_tokens(const struct http *h, const struct ticket *k)
{
  struct teacher_parameters p = dialect_parameters(h->endpoint.dialect, &h->t->spec, &k->request);

  return (double)teacher_tokens_estimate(&k->request) + (p.max_tokens > 0 ? p.max_tokens : h->reply_tokens);
}

static void
write_body(struct http *h, struct ticket *k, struct buf *out)
{
  k->refused = atomic_load(&h->t->refused);
  dialect_body(h->endpoint.dialect, &h->t->spec, &k->request, k->refused, out);
}

void
try_begin(struct http *h, struct ticket *k, int64_t now_ms)
{
  struct buf body = BUF_INIT;
  size_t n;

  write_body(h, k, &body);
  n = body.n;
  free(k->body);
  k->body = buf_take(&body);
  buf_clear(&k->received);
  GROW(k->received.s, k->received.cap, RECEIVED);
  k->received.s[0] = '\0';
  sse_clear(&k->sse);
  rate_said_clear(&k->said);
  if (k->told)
    k->request.on_text(k->request.to, k->reply->tag, "", 0);
  k->told = false;
  k->n_sent = 0;
  k->sent_ms = now_ms;
  k->due_ms = now_ms + first_byte_ms(h);
  k->stamp = rate_begin(&h->rate, k->tokens, now_ms);
  k->reply->tries++;
  ticket_move_by_due(k, &h->silent);
  k->easy = wire_take(&h->wire, k->body, n, k->own.data ? &k->own : NULL, k);
  wire_begin(&h->wire, k->easy);
}

/* Puts the ticket off, or returns false when it has been tried enough. */
static bool
try_later(struct http *h, struct ticket *k)
{
  struct teacher_reply *r = k->reply;
  struct retry_policy policy = h->retry;
  int64_t wait;

  if (k->request.tries_max > 0 && k->request.tries_max < policy.tries_max)
    policy.tries_max = k->request.tries_max;
  wait = retry_wait_ms(&policy, r->tries, r->waited_ms, k->said.retry_after_ms, &h->rng);
  if (wait < 0 || h->draining)
    return false;
  r->waited_ms += wait;
  k->due_ms = clock_ms() + wait;
  ticket_move_by_due(k, &h->waiting);
  return true;
}

static void
account(struct http *h, struct ticket *k, const struct verdict *v)
{
  const struct teacher_reply *r = k->reply;
  double used = r->tokens_in >= 0 && r->tokens_out >= 0 ? (double)(r->tokens_in + r->tokens_out) : -1;
  enum rate_outcome outcome = v->status == 429 || v->status == 503 || v->status == 529 ? RATE_COMPLAINT :
                              r->answered ? RATE_GOOD : RATE_OTHER;

  if (r->tokens_out >= 0)
    h->reply_tokens += ((double)r->tokens_out - h->reply_tokens) / 16;
  leave_wire(h, k, outcome, used);
}

/* An endpoint that does not stream has told nothing yet. */
static void
tell_whole(struct ticket *k)
{
  const struct teacher_reply *r = k->reply;

  if (r->ok && k->request.stream && k->request.on_text && !k->told)
    k->request.on_text(k->request.to, r->tag, r->content, strlen(r->content));
}

void
try_ended(struct http *h, struct ticket *k, CURLcode code)
{
  struct teacher_reply *r = k->reply;
  struct verdict v;
  unsigned refusal;
  int most = k->request.tries_max;

  r->latency_ms = clock_ms() - k->sent_ms;
  r->limit_requests = k->said.counts[RATE_REQUESTS].limit;
  r->limit_tokens = k->said.counts[RATE_TOKENS].limit;
  verdict_of(&v, &h->endpoint, &h->t->spec, k->easy, code, h->answered, k->in == &h->silent, &k->received, r);
  if (code == CURLE_OK)
    h->answered = true;
  h->connected = true;  /* or it cannot be done: the others need not queue up to learn that */
  account(h, k, &v);
  refusal = dialect_refusal(h->endpoint.dialect, &h->t->spec, &k->request, k->refused, v.status, v.words);
  if (refusal) {
    log_debug("the endpoint does not take '%s'", refusal_names[__builtin_ctz(refusal)]);
    atomic_fetch_or(&h->t->refused, refusal);
  }
  if (refusal && !h->draining && (most == 0 || r->tries < most)) {
    r->tries -= most == 0;  /* it costs nothing; but who counts requests counts this one */
    try_begin(h, k, clock_ms());
    return;
  }
  if (v.again && !(r->fault == TEACHER_FAULT_LOST && k->request.no_blind_retry) && try_later(h, k))
    return;
  r->transient = v.again || refusal || r->fault == TEACHER_FAULT_TEACHER;
  if (v.again && r->tries > 1)
    snprintf(r->error + strlen(r->error), sizeof r->error - strlen(r->error), " (%d tries)", r->tries);
  tell_whole(k);
  finish(h, k);
}

/* The time runs from the request's last byte: one that is still connecting (which has its own limit) or sending gets
 * more. */
void
try_end_silence(struct http *h, int64_t now_ms)
{
  int limit = first_byte_ms(h);

  while (h->silent.first && h->silent.first->due_ms <= now_ms) {
    struct ticket *k = h->silent.first;
    curl_off_t connected_us = 0, sent = 0;

    curl_easy_getinfo(k->easy, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
    curl_easy_getinfo(k->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    if (connected_us == 0 || (size_t)sent < strlen(k->body)) {
      k->due_ms = now_ms + limit / 4 + 1;
    } else if (k->sent_ms + connected_us / 1000 + limit > now_ms) {
      k->due_ms = k->sent_ms + connected_us / 1000 + limit;
    } else {
      try_ended(h, k, CURLE_OPERATION_TIMEDOUT);
      continue;
    }
    ticket_move_by_due(k, &h->silent);
  }
}
