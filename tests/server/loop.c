#include "tests/server/loop.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/mem.h"
#include "tests/server/instant.h"

#define REQUEST_MAX ((size_t)64 << 20)
#define EVENTS 256

enum state { READING, DELAYED, REPLYING };

struct pause {
  size_t at;                          /* before this byte of the reply */
  int ms;
};

struct connection {
  int fd;
  bool elsewhere;                     /* came in at the second port */
  enum state state;
  struct buf in, out;
  size_t n_head, n_body, n_sent;
  struct pause *pauses;
  size_t n_pauses, cap_pauses, i_pause;
  enum ending ending;
  bool whole, wants_out;
  struct json *request;
  struct buf messages;
  struct exchange x;
  struct server_entry unlogged;
  int64_t due_us;                     /* in the list of timers, soonest first; 0: not there */
  struct connection *previous, *next;
};

static int poller;
static struct connection *timers, *last_timer;

static int64_t
now_us(void)
{
  struct timespec t;

  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Most waits are equally long, so that the place is found from the end. */
static void
timer_set(struct connection *c, int ms)
{
  struct connection *before = last_timer;

  c->due_us = now_us() + (int64_t)ms * 1000;
  while (before && before->due_us > c->due_us)
    before = before->previous;
  c->previous = before;
  c->next = before ? before->next : timers;
  *(c->next ? &c->next->previous : &last_timer) = c;
  *(before ? &before->next : &timers) = c;
}

static void
timer_clear(struct connection *c)
{
  if (c->due_us == 0)
    return;
  *(c->previous ? &c->previous->next : &timers) = c->next;
  *(c->next ? &c->next->previous : &last_timer) = c->previous;
  c->due_us = 0;
}

static void
drop(struct connection *c)
{
  timer_clear(c);
  if (c->state == DELAYED)
    atomic_fetch_sub(&shared->n_in_flight, 1);
  close(c->fd);
  json_free(c->request);
  buf_release(&c->messages);
  buf_release(&c->in);
  buf_release(&c->out);
  free(c->pauses);
  free(c);
}

void
connection_send(struct connection *c, const char *s, size_t n)
{
  buf_add(&c->out, s, n);
}

void
connection_pause(struct connection *c, int ms)
{
  GROW(c->pauses, c->cap_pauses, c->n_pauses + 1);
  c->pauses[c->n_pauses++] = (struct pause){c->out.n, ms};
}

void
connection_end(struct connection *c, enum ending ending)
{
  c->ending = ending;
}

void
connection_whole(struct connection *c)
{
  c->whole = true;
}

/* ---- a request ---- */

/* True if a whole request stands in c->in; its head ends in NUL then. -1: it is none. */
static int
find_request(struct connection *c)
{
  static const char name[] = "\r\ncontent-length:";
  char *end = c->in.n > 0 ? memmem(c->in.s, c->in.n, "\r\n\r\n", 4) : NULL, *length;

  if (c->in.n > 0 && (unsigned char)c->in.s[0] == 0x16)  /* the hello of TLS */
    return -1;
  if (!end)
    return c->in.n > 65536 ? -1 : 0;
  *end = '\0';
  length = strcasestr(c->in.s, name);
  *end = '\r';
  c->n_head = (size_t)(end - c->in.s) + 4;
  c->n_body = length ? strtoul(length + sizeof name - 1, NULL, 10) : 0;
  if (c->n_body > REQUEST_MAX)
    return -1;
  if (c->in.n < c->n_head + c->n_body)
    return 0;
  *end = '\0';
  return 1;
}

/* What the exchange says of the request: its line, its body, its place in the log. */
static void
read_request(struct connection *c)
{
  char *line = c->in.s, *rest = strpbrk(line, "\r\n"), *path, *version;
  struct exchange *x = &c->x;

  *x = (struct exchange){.connection = c, .method = line, .path = "", .head = "", .number = atomic_load(&shared->n)};
  if (rest) {
    x->head = rest + 1;
    *rest = '\0';
  }
  path = strchr(line, ' ');
  if (path) {
    *path++ = '\0';
    x->path = path;
    version = strchr(path, ' ');
    if (version)
      *version = '\0';
  }
  x->body = c->in.s + c->n_head;
  x->n_body = c->n_body;
  c->unlogged = (struct server_entry){0};
  x->entry = x->number < SERVER_LOG ? &shared->log[x->number] : &c->unlogged;
  x->route = route_find(x->method, x->path);
}

static void
write_entry(struct exchange *x)
{
  struct server_entry *entry = x->entry;
  char key[8];

  entry->had_key = exchange_header(x, "authorization", key, sizeof key) ||
                   exchange_header(x, "x-api-key", key, sizeof key) || exchange_header(x, "api-key", key, sizeof key);
  entry->had_schema = json_get(x->request, "response_format") != NULL;
  entry->streamed = x->stream;
  entry->elsewhere = x->connection->elsewhere || !x->route;
}

static void
count_request(void)
{
  int now = atomic_fetch_add(&shared->n_in_flight, 1) + 1;

  atomic_fetch_add(&shared->n, 1);
  if (now > atomic_load(&shared->most_in_flight))
    atomic_store(&shared->most_in_flight, now);
}

static void
begin(struct connection *c)
{
  struct exchange *x = &c->x;
  const struct json *messages;

  read_request(c);
  if (atomic_load(&shared->instant) > 0) {
    x->entry->body = hash_bytes(x->body, x->n_body, 1);
  } else {
    c->request = json_parse(x->body, x->n_body, NULL, NULL);
    messages = json_get(c->request, "messages");
    if (messages)
      json_print(&c->messages, messages);
    else
      buf_add(&c->messages, x->body, x->n_body);
    x->request = c->request;
    x->messages = buf_str(&c->messages);
    x->stream = json_is_true(json_get(c->request, "stream"));
    x->entry->body = hash_bytes(x->messages, c->messages.n, 1);
    write_entry(x);
  }
  count_request();
  c->state = DELAYED;
  if (atomic_load(&shared->delay_ms) > 0)
    timer_set(c, atomic_load(&shared->delay_ms));
}

/* ---- its reply ---- */

static void
reply(struct connection *c)
{
  struct exchange *x = &c->x;
  int busy = atomic_load(&shared->busy_above);
  int now = atomic_fetch_sub(&shared->n_in_flight, 1);  /* before it: the client may be quick with its next */

  c->state = REPLYING;
  c->n_sent = c->n_pauses = c->i_pause = 0;
  c->ending = ENDING_KEEP;
  c->whole = false;
  if (atomic_load(&shared->instant) > 0)
    instant_answer(x, &c->out);
  else if (busy > 0 && now > busy)
    exchange_error(x, 429, "", "too many at a time");
  else if (!x->route)
    exchange_error(x, 404, "", "there is nothing here");
  else if (fault_act(x))
    return;
  else if (!x->request && !x->route->act)
    exchange_error(x, 400, "", "we could not parse the JSON body of your request");
  else
    exchange_answer(x);
}

static void
want_out(struct connection *c, bool wants)
{
  struct epoll_event e = {.events = EPOLLIN | (wants ? EPOLLOUT : 0), .data.ptr = c};

  if (c->wants_out != wants)
    epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &e);
  c->wants_out = wants;
}

/* Ready for the next request of this connection. False: it ends here. */
static bool
finish(struct connection *c)
{
  struct linger now = {.l_onoff = 1, .l_linger = 0};
  size_t n = c->n_head + c->n_body;

  if (c->ending == ENDING_RESET)
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  if (c->ending != ENDING_KEEP)
    return false;
  json_free(c->request);
  c->request = NULL;
  buf_clear(&c->messages);
  buf_clear(&c->out);
  memmove(c->in.s, c->in.s + n, c->in.n - n);
  buf_truncate(&c->in, c->in.n - n);
  c->state = READING;
  return true;
}

/* Sends what may be sent. 1: all of it is out, 0: later, -1: nobody reads it. */
static int
flush(struct connection *c)
{
  for (;;) {
    bool paused = c->i_pause < c->n_pauses;
    size_t until = paused ? c->pauses[c->i_pause].at : c->out.n;
    ssize_t n;

    if (c->n_sent < until) {
      if (c->whole && until == c->out.n)
        c->x.entry->answered = 1;  /* before the last byte: who was killed upon it still counts */
      n = send(c->fd, c->out.s + c->n_sent, until - c->n_sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        want_out(c, true);
        return 0;
      }
      if (n < 0)
        return -1;
      c->n_sent += (size_t)n;
      continue;
    }
    want_out(c, false);
    if (!paused)
      return 1;
    timer_set(c, c->pauses[c->i_pause++].ms);
    return 0;
  }
}

/* Goes on with a connection as far as it goes now. */
static void
go_on(struct connection *c)
{
  int is;

  while (c->due_us == 0)
    switch (c->state) {
    case READING:
      is = find_request(c);
      if (is < 0) {
        send(c->fd, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n", 47, MSG_NOSIGNAL | MSG_DONTWAIT);
        drop(c);
      }
      if (is <= 0)
        return;
      begin(c);
      break;
    case DELAYED:
      reply(c);
      break;
    case REPLYING:
      is = flush(c);
      if (is == 0)
        return;
      if (is < 0 || !finish(c)) {
        drop(c);
        return;
      }
      break;
    }
}

/* ---- the loop ---- */

static void
on_event(struct connection *c, uint32_t events)
{
  static char block[1 << 16];
  ssize_t n;

  if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
    n = recv(c->fd, block, sizeof block, MSG_DONTWAIT);
    if ((n < 0 && errno != EAGAIN && errno != EINTR) || n == 0 || (n > 0 && buf_add(&c->in, block, (size_t)n) < 0)) {
      drop(c);
      return;
    }
  }
  go_on(c);
}

static void
welcome(int listener, bool elsewhere)
{
  int fd, yes = 1;
  struct connection *c;
  struct epoll_event e = {.events = EPOLLIN};

  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    atomic_fetch_add(&shared->n_connections, 1);
    c = xcalloc(1, sizeof *c);
    c->fd = fd;
    c->elsewhere = elsewhere;
    buf_init(&c->in, REQUEST_MAX + 65536);
    buf_init(&c->out, BUF_MAX);
    buf_init(&c->messages, REQUEST_MAX);
    e.data.ptr = c;
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &e) < 0)
      drop(c);
  }
}

static void
run_timers(void)
{
  int64_t now = now_us();

  while (timers && timers->due_us <= now) {
    struct connection *c = timers;

    timer_clear(c);
    go_on(c);
  }
}

_Noreturn void
loop_run(int listener, int elsewhere)
{
  int listeners[] = {listener, elsewhere};
  struct epoll_event events[EVENTS];

  poller = epoll_create1(EPOLL_CLOEXEC);
  for (size_t i = 0; i < N_OF(listeners); i++) {
    events[0] = (struct epoll_event){.events = EPOLLIN, .data.ptr = &listeners[i]};
    epoll_ctl(poller, EPOLL_CTL_ADD, listeners[i], &events[0]);
  }
  for (;;) {
    int64_t wait = timers ? timers->due_us - now_us() : -1;
    struct timespec t = {.tv_sec = wait / 1000000, .tv_nsec = wait % 1000000 * 1000};
    int n = wait == 0 || (timers && wait < 0) ? epoll_wait(poller, events, EVENTS, 0) :
            epoll_pwait2(poller, events, EVENTS, timers ? &t : NULL, NULL);

    if (n < 0 && errno != EINTR)
      _exit(1);
    for (int i = 0; i < n; i++)
      if (events[i].data.ptr == &listeners[0] || events[i].data.ptr == &listeners[1])
        welcome(*(int *)events[i].data.ptr, events[i].data.ptr == &listeners[1]);
      else
        on_event(events[i].data.ptr, events[i].events);
    run_timers();
  }
}
