/* http: the back end that speaks to an endpoint, on a thread of its own.
 *
 * A request is a ticket. It goes from the caller's thread through the inbox into `ready`, from there into `silent` (a
 * try is under way) and with the reply's first byte into `talking`, perhaps through `waiting` (backoff) and all that
 * again, and leaves as a reply. A ticket that waits keeps its place in flight, so that an endpoint that says "too many"
 * gets fewer. Here are the orders of the caller and the loop; a try, from its sending to its end, is in try.c; when one
 * may begin in rate.c, how it travels in wire.c, what its end means in verdict.c. */
#include "teacher/http.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "teacher/retry.h"

#define IDLE_MS 1000           /* the loop looks around at least so often */

enum http_mail { MAIL_TICKET, MAIL_CANCEL, MAIL_CANCEL_ALL, MAIL_DRAIN, MAIL_WAKE, MAIL_STOP };

struct order {                  /* mail that is no ticket */
  struct mail mail;
  uint64_t tag;
};

/* ---- orders ---- */

static void
cancel(struct http *h, bool all, uint64_t tag)
{
  struct ticket_list *const lists[] = {&h->ready, &h->waiting, &h->silent, &h->talking};

  for (size_t i = 0; i < N_OF(lists); i++)
    for (struct ticket *k = lists[i]->first, *next; k; k = next) {
      next = k->next;
      if (all || k->reply->tag == tag)
        try_give_up(h, k);
    }
}

static void
drain(struct http *h)
{
  h->draining = true;
  while (h->ready.first)
    try_give_up(h, h->ready.first);
  while (h->waiting.first)
    try_give_up(h, h->waiting.first);
}

static void
take_ticket(struct http *h, struct ticket *k)
{
  k->http = h;
  k->tokens = try_tokens(h, k);
  ticket_move(k, &h->ready);
  if (h->draining)
    try_give_up(h, k);
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

/* What may be sent next, but for the rate: a ticket whose wait is over, or the first that is ready and has a place. */
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
    try_begin(h, k, now);
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
    try_end_silence(h, clock_ms());
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
  if (wire_open(&h->wire, &h->endpoint, &t->spec, &try_calls, h->inbox.wake_fd, e) < 0) {
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
