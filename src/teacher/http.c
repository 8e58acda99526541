/* http: the back end that speaks to an endpoint, over libcurl's multi interface on a thread of its own.
 *
 * A request is a ticket. It goes from the caller's thread through the inbox into `ready`, from there into `active`
 * (a try is under way), perhaps through `waiting` (backoff) and `active` again, and leaves as a reply. A ticket that
 * waits keeps its place in flight, so that an endpoint that says "too many" gets fewer. What a try's end means is in
 * verdict.c. */
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/rng.h"
#include "teacher/backend.h"
#include "teacher/dialect.h"
#include "teacher/endpoint.h"
#include "teacher/retry.h"
#include "teacher/verdict.h"

enum http_mail { MAIL_TICKET, MAIL_CANCEL, MAIL_CANCEL_ALL, MAIL_STOP };

struct ticket {
  struct mail mail;             /* MAIL_TICKET */
  struct ticket *previous, *next;
  struct ticket_list *in;       /* the list it stands in */
  struct teacher_request request;
  char *body;                   /* of the try under way */
  unsigned refused;             /* what it leaves out */
  CURL *easy;                   /* while active */
  struct buf received;
  int64_t due_ms, sent_ms;
  struct teacher_reply *reply;
};

struct order {                  /* the other kinds of mail */
  struct mail mail;
  uint64_t tag;
};

struct ticket_list {
  struct ticket *first, *last;
  size_t n;
};

struct http {
  struct teacher *t;
  struct endpoint endpoint;
  struct curl_slist *headers;
  struct retry_policy retry;
  CURLM *multi;
  pthread_t thread;
  struct mailbox inbox;
  /* the thread's own from here on */
  struct ticket_list ready, waiting, active;
  CURL **idle;                  /* handles that are done, for the next try */
  size_t n_idle, cap_idle;
  struct rng rng;
  bool answered;                /* the server has answered something: it is there */
  bool stop;
};

static void
list_add(struct ticket_list *l, struct ticket *k)
{
  k->in = l;
  k->previous = l->last;
  k->next = NULL;
  if (l->last)
    l->last->next = k;
  else
    l->first = k;
  l->last = k;
  l->n++;
}

static void
list_remove(struct ticket *k)
{
  struct ticket_list *l = k->in;

  if (!l)
    return;
  if (k->previous)
    k->previous->next = k->next;
  else
    l->first = k->next;
  if (k->next)
    k->next->previous = k->previous;
  else
    l->last = k->previous;
  l->n--;
  k->in = NULL;
}

static void
ticket_free(struct ticket *k)
{
  free(k->body);
  teacher_request_release(&k->request);
  buf_release(&k->received);
  teacher_reply_free(k->reply);
  free(k);
}

/* Takes the handle of a try out of the loop and keeps it for the next one: connections belong to the multi handle. */
static void
ticket_detach(struct http *h, struct ticket *k)
{
  if (!k->easy)
    return;
  curl_multi_remove_handle(h->multi, k->easy);
  GROW(h->idle, h->cap_idle, h->n_idle + 1);
  h->idle[h->n_idle++] = k->easy;
  k->easy = NULL;
}

static void
ticket_finish(struct http *h, struct ticket *k)
{
  struct teacher_reply *r = k->reply;

  log_debug("request %llu: %s, status %d, %d tries, %lld ms", (unsigned long long)r->tag, r->ok ? "ok" : "failed",
            r->http_status, r->tries, (long long)r->latency_ms);
  ticket_detach(h, k);
  list_remove(k);
  k->reply = NULL;
  ticket_free(k);
  mailbox_post(&h->t->replies, &r->mail);
}

static size_t
on_bytes(char *bytes, size_t size, size_t n, void *to)
{
  struct ticket *k = to;

  return buf_add(&k->received, bytes, size * n) == 0 ? size * n : CURL_WRITEFUNC_ERROR;
}

static void
set_up(struct http *h, CURL *easy, struct ticket *k, const char *body)
{
  const struct teacher_spec *s = &h->t->spec;
  char version[] = "retort/" PACKAGE_VERSION;

  curl_easy_reset(easy);
  curl_easy_setopt(easy, CURLOPT_URL, h->endpoint.url);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, h->headers);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, version);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_bytes);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, k);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, k);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(s->connect_timeout_ms > 0 ? s->connect_timeout_ms : 10000));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(s->timeout_ms > 0 ? s->timeout_ms : 300000));
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  if (h->endpoint.local)  /* a proxy for the world does not know this machine */
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
}

static char *
body_of(const struct http *h, const struct ticket *k)
{
  struct buf b = BUF_INIT;

  dialect_body(h->endpoint.dialect, &h->t->spec, &k->request, k->refused, &b);
  return buf_take(&b);
}

static void
send_try(struct http *h, struct ticket *k)
{
  CURL *easy = h->n_idle > 0 ? h->idle[--h->n_idle] : curl_easy_init();

  ensure(easy);
  list_remove(k);
  list_add(&h->active, k);
  free(k->body);
  k->refused = atomic_load(&h->t->refused);
  k->body = body_of(h, k);
  set_up(h, easy, k, k->body);
  buf_release(&k->received);
  buf_init(&k->received, TEACHER_REPLY_MAX);
  k->easy = easy;
  k->sent_ms = clock_ms();
  k->reply->tries++;
  curl_multi_add_handle(h->multi, easy);
}

/* Puts the ticket off, or returns false when it has been tried enough. */
static bool
try_later(struct http *h, struct ticket *k, int64_t retry_after_ms)
{
  struct teacher_reply *r = k->reply;
  int64_t wait = retry_wait_ms(&h->retry, r->tries, r->waited_ms, retry_after_ms, &h->rng);

  if (wait < 0)
    return false;
  r->waited_ms += wait;
  k->due_ms = clock_ms() + wait;
  ticket_detach(h, k);
  list_remove(k);
  list_add(&h->waiting, k);
  return true;
}

static void
try_ended(struct http *h, struct ticket *k, CURLcode code)
{
  struct teacher_reply *r = k->reply;
  struct verdict v;
  curl_off_t retry_after_s = 0;
  unsigned refusal;

  r->latency_ms = clock_ms() - k->sent_ms;
  curl_easy_getinfo(k->easy, CURLINFO_RETRY_AFTER, &retry_after_s);
  verdict_of(&v, &h->endpoint, &h->t->spec, k->easy, code, h->answered, &k->received, r);
  if (code == CURLE_OK)
    h->answered = true;
  refusal = dialect_refusal(h->endpoint.dialect, &h->t->spec, &k->request, k->refused, v.status, v.words);
  if (refusal) {
    log_debug("the endpoint does not take '%s'", refusal_names[__builtin_ctz(refusal)]);
    atomic_fetch_or(&h->t->refused, refusal);
    r->tries--;
    ticket_detach(h, k);
    list_remove(k);
    send_try(h, k);
    return;
  }
  if (v.again && !(r->fault == TEACHER_FAULT_LOST && k->request.no_blind_retry) &&
      try_later(h, k, retry_after_s > 0 ? (int64_t)retry_after_s * 1000 : -1))
    return;
  r->transient = v.again || r->fault == TEACHER_FAULT_TEACHER;
  if (v.again && r->tries > 1)
    snprintf(r->error + strlen(r->error), sizeof r->error - strlen(r->error), " (%d tries)", r->tries);
  ticket_finish(h, k);
}

static void
give_up(struct http *h, struct ticket *k)
{
  if (k->easy)
    k->reply->n_lost++;
  teacher_reply_fail(k->reply, TEACHER_FAULT_CANCELLED, "cancelled");
  ticket_finish(h, k);
}

static void
cancel(struct http *h, bool all, uint64_t tag)
{
  struct ticket_list *const lists[] = {&h->ready, &h->waiting, &h->active};

  for (size_t i = 0; i < N_OF(lists); i++)
    for (struct ticket *k = lists[i]->first, *next; k; k = next) {
      next = k->next;
      if (all || k->reply->tag == tag)
        give_up(h, k);
    }
}

static void
read_mail(struct http *h)
{
  struct mail *m, *next;

  for (m = mailbox_take_all(&h->inbox); m; m = next) {
    next = m->next;
    switch ((enum http_mail)m->kind) {
    case MAIL_TICKET:
      list_add(&h->ready, (struct ticket *)m);
      continue;
    case MAIL_CANCEL:
    case MAIL_CANCEL_ALL:
      cancel(h, m->kind == MAIL_CANCEL_ALL, ((struct order *)m)->tag);
      break;
    case MAIL_STOP:
      h->stop = true;
      break;
    }
    free(m);
  }
}

static bool
may_send(const struct http *h)
{
  return h->ready.first && h->active.n + h->waiting.n < (size_t)teacher_concurrency(h->t);
}

static void
send_due(struct http *h)
{
  int64_t now = clock_ms();

  for (struct ticket *k = h->waiting.first, *next; k; k = next) {
    next = k->next;
    if (k->due_ms <= now)
      send_try(h, k);
  }
  while (may_send(h))
    send_try(h, h->ready.first);
}

/* Milliseconds until there is something to send; at most a second. */
static int
idle_ms(const struct http *h)
{
  int64_t now = clock_ms(), soonest = now + 1000;

  if (may_send(h))
    return 0;
  for (const struct ticket *k = h->waiting.first; k; k = k->next)
    if (k->due_ms < soonest)
      soonest = k->due_ms;
  return soonest > now ? (int)(soonest - now) : 0;
}

static void
take_ended(struct http *h)
{
  CURLMsg *m;
  int left;

  while ((m = curl_multi_info_read(h->multi, &left)))
    if (m->msg == CURLMSG_DONE) {
      char *k = NULL;

      curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &k);
      try_ended(h, (struct ticket *)(void *)k, m->data.result);
    }
}

static void *
run(void *arg)
{
  struct http *h = arg;
  int running;

  for (;;) {
    read_mail(h);
    if (h->stop)
      break;
    send_due(h);
    curl_multi_perform(h->multi, &running);
    take_ended(h);
    curl_multi_poll(h->multi, NULL, 0, idle_ms(h), NULL);
  }
  cancel(h, true, 0);
  return NULL;
}

static void
curl_start(void)
{
  curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void
http_free(struct http *h)
{
  for (size_t i = 0; i < h->n_idle; i++)
    curl_easy_cleanup(h->idle[i]);
  free(h->idle);
  curl_multi_cleanup(h->multi);
  curl_slist_free_all(h->headers);
  mailbox_release(&h->inbox);
  endpoint_release(&h->endpoint);
  free(h);
}

static int
http_open(struct teacher *t, struct err *e)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  struct http *h;
  struct endpoint endpoint;

  pthread_once(&once, curl_start);
  if (endpoint_init(&endpoint, &t->spec, e) < 0)
    return -1;
  h = xcalloc(1, sizeof *h);
  h->t = t;
  h->endpoint = endpoint;
  h->headers = endpoint_headers(&h->endpoint, &t->spec, "application/json");
  h->retry = retry_defaults(&t->spec.retry);
  h->multi = curl_multi_init();
  ensure(h->multi);
  curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)TEACHER_CONCURRENCY_MAX);
  mailbox_init(&h->inbox);
  rng_seed(&h->rng, (uint64_t)clock_wall_ms() ^ (uint64_t)(uintptr_t)h);
  if (pthread_create(&h->thread, NULL, run, h) != 0) {
    http_free(h);
    return err_set(e, ERR_FAIL, "cannot start a thread for the network");
  }
  t->self = h;
  return 0;
}

static void
post(struct http *h, struct mail *m)
{
  mailbox_post(&h->inbox, m);
  curl_multi_wakeup(h->multi);
}

static void
order(struct http *h, enum http_mail kind, uint64_t tag)
{
  struct order *o = xcalloc(1, sizeof *o);

  o->mail.kind = kind;
  o->tag = tag;
  post(h, &o->mail);
}

static void
http_start(struct teacher *t, uint64_t tag, const struct teacher_request *request)
{
  struct ticket *k = xcalloc(1, sizeof *k);

  k->mail.kind = MAIL_TICKET;
  teacher_request_copy(&k->request, request);
  buf_init(&k->received, TEACHER_REPLY_MAX);
  k->reply = teacher_reply_new(tag);
  post(t->self, &k->mail);
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
http_wake(struct teacher *t)
{
  struct http *h = t->self;

  curl_multi_wakeup(h->multi);
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
  "http", http_open, http_start, http_poll, http_cancel, http_wake, http_close,
};
