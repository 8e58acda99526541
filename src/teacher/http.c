/* http: the back end that speaks to an endpoint, on a thread of its own.
 *
 * A request is a ticket. It goes from the caller's thread through the inbox into `ready`, from there into `silent` (a try
 * is under way) and with the reply's first byte into `talking`, perhaps through `waiting` (backoff) and all that again,
 * and leaves as a reply. A ticket that waits keeps its place in flight, so that an endpoint that says "too many" gets
 * fewer. When a try may begin is in rate.c, how it travels in wire.c, what its end means in verdict.c. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rng.h"
#include "teacher/backend.h"
#include "teacher/dialect.h"
#include "teacher/endpoint.h"
#include "teacher/retry.h"
#include "teacher/ticket.h"
#include "teacher/verdict.h"
#include "teacher/wire.h"

#define FIRST_BYTE_MS 120000
#define RECEIVED 4096          /* bytes that a reply has room for before it grows */
#define IDLE_MS 1000           /* the loop looks around at least so often */

enum http_mail { MAIL_TICKET, MAIL_CANCEL, MAIL_CANCEL_ALL, MAIL_DRAIN, MAIL_WAKE, MAIL_STOP };

struct order {                  /* mail that is no ticket */
  struct mail mail;
  uint64_t tag;
};

struct http {
  struct teacher *t;
  struct endpoint endpoint;
  struct retry_policy retry;
  pthread_t thread;
  struct mailbox inbox;
  /* what teacher_pace tells, to any thread */
  atomic_int in_flight, n_waiting, allowed;
  atomic_llong held_until_ms;
  /* the thread's own from here on */
  struct wire wire;
  struct rate rate;
  struct ticket_list ready, waiting, silent, talking;
  struct rng rng;
  double reply_tokens;          /* of a reply, about: the mean of late */
  struct mail *done, **last_done;  /* replies of this turn of the loop, posted together */
  bool connected;               /* a connection has been made */
  bool answered;                /* the server has answered something: it is there */
  bool draining, stop;
};

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

static void
give_up(struct http *h, struct ticket *k)
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

static int
first_byte_ms(const struct http *h)
{
  return h->t->spec.first_byte_timeout_ms > 0 ? h->t->spec.first_byte_timeout_ms : FIRST_BYTE_MS;
}

static double
tokens_of(const struct http *h, const struct ticket *k)
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

static void
send_try(struct http *h, struct ticket *k, int64_t now)
{
  struct buf body = BUF_INIT;
  size_t n;

  write_body(h, k, &body);
  n = body.n;
  free(k->body);
  k->body = buf_take(&body);
  buf_clear(&k->received);
  GROW(k->received.s, k->received.cap, RECEIVED);
  sse_clear(&k->sse);
  rate_said_clear(&k->said);
  if (k->told)
    k->request.on_text(k->request.to, k->reply->tag, "", 0);
  k->told = false;
  k->n_sent = 0;
  k->sent_ms = now;
  k->due_ms = now + first_byte_ms(h);
  k->stamp = rate_begin(&h->rate, k->tokens, now);
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

static void
try_ended(struct http *h, struct ticket *k, CURLcode code)
{
  struct teacher_reply *r = k->reply;
  struct verdict v;
  unsigned refusal;

  r->latency_ms = clock_ms() - k->sent_ms;
  r->limit_requests = k->said.counts[RATE_REQUESTS].limit;
  r->limit_tokens = k->said.counts[RATE_TOKENS].limit;
  verdict_of(&v, &h->endpoint, &h->t->spec, k->easy, code, h->answered, k->in == &h->silent, &k->received, r);
  if (code == CURLE_OK)
    h->answered = true;
  account(h, k, &v);
  refusal = dialect_refusal(h->endpoint.dialect, &h->t->spec, &k->request, k->refused, v.status, v.words);
  if (refusal && !h->draining) {
    log_debug("the endpoint does not take '%s'", refusal_names[__builtin_ctz(refusal)]);
    atomic_fetch_or(&h->t->refused, refusal);
    r->tries--;
    send_try(h, k, clock_ms());
    return;
  }
  if (v.again && !(r->fault == TEACHER_FAULT_LOST && k->request.no_blind_retry) && try_later(h, k))
    return;
  r->transient = v.again || r->fault == TEACHER_FAULT_TEACHER;
  if (v.again && r->tries > 1)
    snprintf(r->error + strlen(r->error), sizeof r->error - strlen(r->error), " (%d tries)", r->tries);
  tell_whole(k);
  finish(h, k);
}

/* Ends tries whose first byte is late. The time runs from the request's last byte: one that is still connecting (which
 * has its own limit) or sending gets more. */
static void
end_silence(struct http *h, int64_t now)
{
  int limit = first_byte_ms(h);

  while (h->silent.first && h->silent.first->due_ms <= now) {
    struct ticket *k = h->silent.first;
    curl_off_t connected_us = 0, sent = 0;

    curl_easy_getinfo(k->easy, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
    curl_easy_getinfo(k->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    if (connected_us == 0 || (size_t)sent < strlen(k->body)) {
      k->due_ms = now + limit / 4 + 1;
    } else if (k->sent_ms + connected_us / 1000 + limit > now) {
      k->due_ms = k->sent_ms + connected_us / 1000 + limit;
    } else {
      try_ended(h, k, CURLE_OPERATION_TIMEDOUT);
      continue;
    }
    ticket_move_by_due(k, &h->silent);
  }
}

/* ---- orders ---- */

static void
cancel(struct http *h, bool all, uint64_t tag)
{
  struct ticket_list *const lists[] = {&h->ready, &h->waiting, &h->silent, &h->talking};

  for (size_t i = 0; i < N_OF(lists); i++)
    for (struct ticket *k = lists[i]->first, *next; k; k = next) {
      next = k->next;
      if (all || k->reply->tag == tag)
        give_up(h, k);
    }
}

static void
drain(struct http *h)
{
  h->draining = true;
  while (h->ready.first)
    give_up(h, h->ready.first);
  while (h->waiting.first)
    give_up(h, h->waiting.first);
}

static void
take_ticket(struct http *h, struct ticket *k)
{
  k->http = h;
  k->tokens = tokens_of(h, k);
  ticket_move(k, &h->ready);
  if (h->draining)
    give_up(h, k);
}

static void
read_mail(struct http *h)
{
  struct mail *m, *next;

  for (m = mailbox_take_all(&h->inbox); m; m = next) {
    next = m->next;
    switch ((enum http_mail)m->kind) {
    case MAIL_TICKET:
      take_ticket(h, (struct ticket *)m);
      continue;
    case MAIL_CANCEL:
    case MAIL_CANCEL_ALL:
      cancel(h, m->kind == MAIL_CANCEL_ALL, ((struct order *)m)->tag);
      break;
    case MAIL_DRAIN:
      drain(h);
      break;
    case MAIL_WAKE:
      rate_ask(&h->rate, wire_room(teacher_concurrency(h->t)));
      break;
    case MAIL_STOP:
      h->stop = true;
      break;
    }
    free(m);
  }
}

/* ---- the loop ---- */

/* What may be sent next, but for the rate: the ticket whose wait is over, or the first that is ready and has a place. */
static struct ticket *
next_ticket(const struct http *h, int64_t now)
{
  size_t in_flight = h->silent.n + h->talking.n + h->waiting.n;

  if (h->wire.tls && !h->connected && h->silent.n > 0)  /* the first learns whether one connection serves all */
    return NULL;
  if (h->waiting.first && h->waiting.first->due_ms <= now)
    return h->waiting.first;
  return in_flight < (size_t)h->rate.allowed ? h->ready.first : NULL;
}

/* Sends what may be sent; milliseconds until there may be more, at most IDLE_MS. */
static int
send_due(struct http *h)
{
  int64_t now = clock_ms(), wait = IDLE_MS, held = 0;
  struct ticket *k;

  while ((k = next_ticket(h, now))) {
    held = rate_wait_ms(&h->rate, k->tokens, now);
    if (held != 0)
      break;
    send_try(h, k, now);
  }
  if (!k || held == RATE_FULL)
    held = 0;
  atomic_store(&h->held_until_ms, held > 0 ? now + held : 0);
  if (held > 0 && held < wait)
    wait = held;
  if (h->waiting.first && h->waiting.first->due_ms > now && h->waiting.first->due_ms - now < wait)
    wait = h->waiting.first->due_ms - now;
  if (h->silent.first && h->silent.first->due_ms - now < wait)
    wait = h->silent.first->due_ms > now ? h->silent.first->due_ms - now : 0;
  return (int)wait;
}

static void
show_pace(struct http *h)
{
  atomic_store(&h->in_flight, (int)(h->silent.n + h->talking.n));
  atomic_store(&h->n_waiting, (int)h->waiting.n);
  atomic_store(&h->allowed, h->rate.allowed);
}

/* What whoever takes these replies may ask then is true already. */
static void
post_done(struct http *h)
{
  show_pace(h);
  mailbox_post_all(&h->t->replies, h->done);
  h->done = NULL;
  h->last_done = &h->done;
}

static void *
run(void *arg)
{
  struct http *h = arg;
  struct ticket *k;
  CURLcode code;
  int wait;

  for (;;) {
    read_mail(h);
    post_done(h);
    if (h->stop)
      break;
    wait = send_due(h);
    show_pace(h);
    wire_step(&h->wire, wait);
    while ((k = wire_ended(&h->wire, &code)))
      try_ended(h, k, code);
    end_silence(h, clock_ms());
    post_done(h);
  }
  cancel(h, true, 0);
  post_done(h);
  return NULL;
}

/* ---- what the teacher's owner calls ---- */

static void
http_free(struct http *h)
{
  wire_close(&h->wire);
  mailbox_release(&h->inbox);
  endpoint_release(&h->endpoint);
  free(h);
}

static int
http_open(struct teacher *t, struct err *e)
{
  static const struct wire_calls calls = {on_header, on_bytes, on_send};
  struct http *h;
  struct endpoint endpoint;
  int asked;

  if (endpoint_init(&endpoint, &t->spec, e) < 0)
    return -1;
  h = xcalloc(1, sizeof *h);
  h->t = t;
  h->endpoint = endpoint;
  h->retry = retry_defaults(&t->spec.retry);
  h->reply_tokens = 256;
  h->last_done = &h->done;
  asked = wire_room(teacher_concurrency(t));
  atomic_init(&h->allowed, asked);
  rate_init(&h->rate, asked, t->spec.requests_per_minute, t->spec.tokens_per_minute,
            h->retry.total_ms, clock_ms());
  rng_seed(&h->rng, (uint64_t)clock_wall_ms() ^ (uint64_t)(uintptr_t)h);
  mailbox_init(&h->inbox);
  if (wire_open(&h->wire, &h->endpoint, &t->spec, &calls, h->inbox.wake_fd, e) < 0) {
    http_free(h);
    return -1;
  }
  if (pthread_create(&h->thread, NULL, run, h) != 0) {
    http_free(h);
    return err_set(e, ERR_FAIL, "cannot start a thread for the network");
  }
  t->self = h;
  return 0;
}

static void
order(struct http *h, enum http_mail kind, uint64_t tag)
{
  struct order *o = xcalloc(1, sizeof *o);

  o->mail.kind = kind;
  o->tag = tag;
  mailbox_post(&h->inbox, &o->mail);
}

static void
http_start(struct teacher *t, uint64_t tag, const struct teacher_request *request)
{
  struct http *h = t->self;
  struct ticket *k = ticket_new(tag, request);

  k->mail.kind = MAIL_TICKET;
  mailbox_post(&h->inbox, &k->mail);
}

static void
http_poll(struct teacher *t, int timeout_ms)
{
  mailbox_wait(&t->replies, timeout_ms);
}

static void
http_cancel(struct teacher *t, bool all, uint64_t tag)
{
  order(t->self, all ? MAIL_CANCEL_ALL : MAIL_CANCEL, tag);
}

static void
http_drain(struct teacher *t)
{
  order(t->self, MAIL_DRAIN, 0);
}

static void
http_pace(const struct teacher *t, struct teacher_pace *out)
{
  struct http *h = t->self;
  int64_t held = atomic_load(&h->held_until_ms) - clock_ms();

  *out = (struct teacher_pace){.in_flight = atomic_load(&h->in_flight), .waiting = atomic_load(&h->n_waiting),
                               .allowed = atomic_load(&h->allowed), .held_ms = held > 0 ? held : 0};
}

static void
http_wake(struct teacher *t)
{
  order(t->self, MAIL_WAKE, 0);
}

static void
http_close(struct teacher *t)
{
  struct http *h = t->self;

  order(h, MAIL_STOP, 0);
  pthread_join(h->thread, NULL);
  http_free(h);
}

const struct teacher_backend teacher_http = {
  .kind = "http", .open = http_open, .start = http_start, .poll = http_poll, .cancel = http_cancel,
  .drain = http_drain, .pace = http_pace, .wake = http_wake, .close = http_close,
};
