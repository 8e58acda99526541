#include "teacher/wire.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#define EVENTS 256
#define DESCRIPTORS_ASIDE 64   /* for all else that the process has open */
#define CONNECT_MS 10000
#define WHOLE_MS 300000

/* Between two requests curl stops watching a connection and begins again. That is not passed on to epoll, which would
 * be two calls a request: a connection that nobody waits for stays watched until something happens on it. */
struct wire_socket {
  bool own;                    /* opened here: it is told when it closes */
  uint32_t watched, wanted;    /* EPOLLIN, EPOLLOUT */
};

static struct wire_socket *
socket_of(struct wire *w, int fd)
{
  size_t need = (size_t)fd + 1;

  if (need > w->n_sockets) {
    GROW(w->sockets, w->cap_sockets, need);
    for (; w->n_sockets < need; w->n_sockets++)
      w->sockets[w->n_sockets] = (struct wire_socket){0};
  }
  return &w->sockets[fd];
}

static void
watch(struct wire *w, int fd, uint32_t events)
{
  struct wire_socket *s = socket_of(w, fd);
  struct epoll_event e = {.events = events, .data.fd = fd};

  if (events != s->watched)
    epoll_ctl(w->poller, events == 0 ? EPOLL_CTL_DEL : s->watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, &e);
  s->watched = events;
}

static int
on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *unused)
{
  struct wire *w = arg;
  struct wire_socket *s = socket_of(w, fd);

  (void)easy;
  (void)unused;
  s->wanted = what == CURL_POLL_IN ? EPOLLIN : what == CURL_POLL_OUT ? EPOLLOUT :
              what == CURL_POLL_INOUT ? EPOLLIN | EPOLLOUT : 0;
  if (s->wanted != 0 || !s->own || s->watched != EPOLLIN)
    watch(w, fd, s->wanted);
  return 0;
}

static curl_socket_t
on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
  int fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);

  (void)purpose;
  if (fd < 0)
    return CURL_SOCKET_BAD;
  *socket_of(arg, fd) = (struct wire_socket){.own = true};
  return fd;
}

static int
on_close(void *arg, curl_socket_t fd)
{
  *socket_of(arg, fd) = (struct wire_socket){0};
  return close(fd);
}

static int
on_timer(CURLM *multi, long timeout_ms, void *arg)
{
  struct wire *w = arg;

  (void)multi;
  w->due_ms = timeout_ms < 0 ? -1 : clock_ms() + timeout_ms;
  return 0;
}

static void
curl_start(void)
{
  curl_global_init(CURL_GLOBAL_DEFAULT);
}

int
wire_open(struct wire *w, const struct endpoint *endpoint, const struct teacher_spec *spec,
          const struct wire_calls *calls, int wake_fd, struct err *e)
{
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  struct epoll_event wake = {.events = EPOLLIN, .data.fd = wake_fd};

  pthread_once(&once, curl_start);
  *w = (struct wire){.endpoint = endpoint, .spec = spec, .calls = *calls, .wake_fd = wake_fd, .due_ms = -1,
                     .tls = strncasecmp(endpoint->url, "https:", 6) == 0};
  w->poller = epoll_create1(EPOLL_CLOEXEC);
  if (w->poller < 0 || epoll_ctl(w->poller, EPOLL_CTL_ADD, wake_fd, &wake) < 0) {
    err_set(e, ERR_FAIL, "cannot watch connections: %s", err_os(errno));
    if (w->poller >= 0)
      close(w->poller);
    return -1;
  }
  w->multi = curl_multi_init();
  ensure(w->multi);
  curl_multi_setopt(w->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(w->multi, CURLMOPT_SOCKETDATA, w);
  curl_multi_setopt(w->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(w->multi, CURLMOPT_TIMERDATA, w);
  curl_multi_setopt(w->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  curl_multi_setopt(w->multi, CURLMOPT_MAX_CONCURRENT_STREAMS, (long)TEACHER_CONCURRENCY_MAX);
  curl_multi_setopt(w->multi, CURLMOPT_MAXCONNECTS, (long)TEACHER_CONCURRENCY_MAX);
  w->headers = endpoint_headers(endpoint, spec, "application/json");
  return 0;
}

void
wire_close(struct wire *w)
{
  for (size_t i = 0; i < w->n_idle; i++)
    curl_easy_cleanup(w->idle[i]);
  free(w->idle);
  if (w->multi)
    curl_multi_cleanup(w->multi);
  curl_slist_free_all(w->headers);
  free(w->sockets);
  if (w->multi)
    close(w->poller);
  *w = (struct wire){0};
}

static void
set_up(struct wire *w, CURL *easy)
{
  const struct teacher_spec *s = w->spec;
  char version[] = "retort/" PACKAGE_VERSION;

  curl_easy_setopt(easy, CURLOPT_URL, w->endpoint->url);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, w->tls ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, w->tls ? 1L : 0L);  /* rather a stream of a connection than a handshake */
  curl_easy_setopt(easy, CURLOPT_USERAGENT, version);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, w->calls.on_header);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, w->calls.on_bytes);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, w->calls.on_send);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, w);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, w);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)(s->connect_timeout_ms > 0 ? s->connect_timeout_ms :
                                                           CONNECT_MS));
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(s->timeout_ms > 0 ? s->timeout_ms : WHOLE_MS));
  curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  if (w->endpoint->local)  /* a proxy for the world does not know this machine */
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
}

CURL *
wire_take(struct wire *w, const char *body, size_t n, struct curl_slist *own, void *owner)
{
  CURL *easy;

  if (w->n_idle > 0) {
    easy = w->idle[--w->n_idle];
  } else {
    easy = curl_easy_init();
    ensure(easy);
    set_up(w, easy);
  }
  if (own)
    own->next = w->headers;
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, own ? own : w->headers);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)n);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, owner);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, owner);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, owner);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, owner);
  return easy;
}

void
wire_begin(struct wire *w, CURL *easy)
{
  curl_multi_add_handle(w->multi, easy);
}

void
wire_put(struct wire *w, CURL *easy)
{
  curl_multi_remove_handle(w->multi, easy);
  GROW(w->idle, w->cap_idle, w->n_idle + 1);
  w->idle[w->n_idle++] = easy;
}

void *
wire_ended(struct wire *w, CURLcode *code)
{
  CURLMsg *m;
  char *owner = NULL;
  int left;

  while ((m = curl_multi_info_read(w->multi, &left)))
    if (m->msg == CURLMSG_DONE) {
      curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &owner);
      *code = m->data.result;
      return owner;
    }
  return NULL;
}

static void
on_event(struct wire *w, const struct epoll_event *e)
{
  int fd = e->data.fd, running;
  int what = (e->events & EPOLLIN ? CURL_CSELECT_IN : 0) | (e->events & EPOLLOUT ? CURL_CSELECT_OUT : 0) |
             (e->events & (EPOLLERR | EPOLLHUP) ? CURL_CSELECT_ERR : 0);

  if (socket_of(w, fd)->wanted == 0)
    watch(w, fd, 0);
  else
    curl_multi_socket_action(w->multi, fd, what, &running);
}

bool
wire_step(struct wire *w, int timeout_ms)
{
  struct epoll_event events[EVENTS];
  int64_t until_due = w->due_ms < 0 ? timeout_ms : w->due_ms - clock_ms();
  int n, running;
  bool woken = false;

  if (until_due < timeout_ms)
    timeout_ms = until_due > 0 ? (int)until_due : 0;
  n = epoll_wait(w->poller, events, EVENTS, timeout_ms);
  for (int i = 0; i < n; i++)
    if (events[i].data.fd == w->wake_fd)
      woken = true;
    else
      on_event(w, &events[i]);
  if (w->due_ms >= 0 && w->due_ms <= clock_ms()) {
    w->due_ms = -1;
    curl_multi_socket_action(w->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  }
  return woken;
}

int
wire_room(int n)
{
  struct rlimit l;
  rlim_t need = (rlim_t)n + DESCRIPTORS_ASIDE;

  if (getrlimit(RLIMIT_NOFILE, &l) < 0)
    return n;
  if (l.rlim_cur < need) {
    l.rlim_cur = l.rlim_max < need ? l.rlim_max : need;
    if (setrlimit(RLIMIT_NOFILE, &l) < 0)
      getrlimit(RLIMIT_NOFILE, &l);
  }
  return l.rlim_cur >= need ? n : l.rlim_cur > DESCRIPTORS_ASIDE + 1 ? (int)(l.rlim_cur - DESCRIPTORS_ASIDE) : 1;
}
