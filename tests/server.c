#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/rng.h"

#define REQUEST_MAX ((size_t)8 << 20)

static struct server *shared;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;  /* of the entries of the log */

/* ---- what it answers ---- */

struct exchange {
  int fd;
  const char *head;              /* the request's lines, NUL-terminated */
  const struct json *request;    /* the body; NULL if it is no JSON */
  struct server_entry *entry;
};

static void
send_all(int fd, const char *s, size_t n)
{
  while (n > 0) {
    ssize_t m = send(fd, s, n, MSG_NOSIGNAL);

    if (m <= 0)
      return;
    s += m;
    n -= (size_t)m;
  }
}

static void
respond(struct exchange *x, int status, const char *type, const char *headers, const char *body, size_t n)
{
  struct buf b = BUF_INIT;

  x->entry->status = status;
  buf_addf(&b, "HTTP/1.1 %d Whatever\r\nContent-Type: %s\r\nContent-Length: %zu\r\n%s\r\n", status, type, n, headers);
  buf_add(&b, body, n);
  send_all(x->fd, b.s, b.n);
  buf_release(&b);
}

static void
respond_error(struct exchange *x, int status, const char *headers, const char *message)
{
  struct buf b = BUF_INIT;

  buf_adds(&b, "{\"error\":{");
  json_add_field(&b, "message", message);
  json_add_field(&b, "type", "test");
  buf_adds(&b, "}}");
  respond(x, status, "application/json", headers, b.s, b.n);
  buf_release(&b);
}

/* Texts of eight words drawn with a seed. */
static void
add_texts(struct buf *out, uint64_t seed, int n)
{
  static const char *const words[] = {
    "order", "parcel", "refund", "blue", "chair", "password", "late", "broken", "invoice", "never", "thanks", "screen",
    "Tuesday", "twice", "colour", "exchange", "account", "login", "driver", "lamp", "seven", "hello", "question",
    "weeks",
    "button", "garden", "receipt", "missing", "wrong", "size", "delivery", "again",
  };
  struct rng rng;

  rng_seed(&rng, seed);
  buf_addc(out, '[');
  for (int i = 0; i < n; i++) {
    json_add_comma(out);
    buf_addc(out, '"');
    for (int k = 0; k < 8; k++)
      buf_addf(out, "%s%s", k ? " " : "", words[rng_below(&rng, N_OF(words))]);
    buf_adds(out, ".\"");
  }
  buf_addc(out, ']');
}

static void
completion(struct exchange *x, struct buf *out)
{
  struct buf content = BUF_INIT, messages = BUF_INIT;

  json_print(&messages, json_get(x->request, "messages"));
  add_texts(&content, x->entry->body, atomic_load(&shared->texts));
  buf_adds(out, "{\"id\":\"x\",\"choices\":[{\"index\":0,\"message\":{");
  json_add_field(out, "role", "assistant");
  json_add_field(out, "content", content.s);
  buf_addf(out, "},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":%zu,\"completion_tokens\":%zu}}",
           messages.n / 4, content.n / 4);
  x->entry->tokens_in = (int32_t)(messages.n / 4);
  x->entry->tokens_out = (int32_t)(content.n / 4);
  buf_release(&content);
  buf_release(&messages);
}

static bool
answer(struct exchange *x)
{
  struct buf b = BUF_INIT;

  completion(x, &b);
  x->entry->answered = 1;  /* before the last byte: who was killed upon it still counts */
  respond(x, 200, "application/json", "", b.s, b.n);
  buf_release(&b);
  return true;
}

/* ---- how it fails: each returns whether the connection is kept ---- */

static bool
fail_429(struct exchange *x)
{
  respond_error(x, 429, "", "Rate limit reached for requests");
  return true;
}

static bool
fail_429_after(struct exchange *x)
{
  respond_error(x, 429, "Retry-After: 1\r\n", "Rate limit reached, come back later");
  return true;
}

static bool
fail_429_long(struct exchange *x)
{
  respond_error(x, 429, "Retry-After: 86400\r\n", "Come back tomorrow");
  return true;
}

static bool
fail_quota(struct exchange *x)
{
  const char *body = "{\"error\":{\"message\":\"You exceeded your current quota\",\"code\":\"insufficient_quota\"}}";

  respond(x, 429, "application/json", "", body, strlen(body));
  return true;
}

static bool
fail_500(struct exchange *x)
{
  respond_error(x, 500, "", "The server had an error");
  return true;
}

static bool
fail_503(struct exchange *x)
{
  respond_error(x, 503, "", "Overloaded");
  return true;
}

static bool
fail_html(struct exchange *x)
{
  const char *body = "<html><body><h1>502 Bad Gateway</h1></body></html>";

  respond(x, 502, "text/html", "", body, strlen(body));
  return true;
}

static bool
fail_html200(struct exchange *x)
{
  const char *body = "<!doctype html><title>Log in to the network</title>";

  respond(x, 200, "text/html", "", body, strlen(body));
  return true;
}

static bool
fail_error200(struct exchange *x)
{
  respond_error(x, 200, "", "The model is not loaded");
  return true;
}

static bool
fail_error200_429(struct exchange *x)
{
  const char *body = "{\"error\":{\"code\":429,\"message\":\"upstream is busy\"}}";

  respond(x, 200, "application/json", "", body, strlen(body));
  return true;
}

static bool
fail_truncated(struct exchange *x)
{
  struct buf b = BUF_INIT;

  completion(x, &b);
  respond(x, 200, "application/json", "", b.s, b.n / 2);
  buf_release(&b);
  return true;
}

static bool
fail_empty(struct exchange *x)
{
  const char *body = "{\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":0}}";

  respond(x, 200, "application/json", "", body, strlen(body));
  return true;
}

static bool
fail_refusal(struct exchange *x)
{
  const char *body = "{\"choices\":[{\"message\":{\"content\":null,\"refusal\":\"I will not do that.\"}}],"
                     "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":9}}";

  respond(x, 200, "application/json", "", body, strlen(body));
  return true;
}

static void
reset(struct exchange *x)
{
  struct linger now = {.l_onoff = 1, .l_linger = 0};

  setsockopt(x->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

/* Half a reply, then a reset. */
static bool
fail_reset(struct exchange *x)
{
  struct buf b = BUF_INIT, head = BUF_INIT;

  completion(x, &b);
  buf_addf(&head, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", b.n);
  send_all(x->fd, head.s, head.n);
  send_all(x->fd, b.s, b.n / 2);
  clock_sleep_ms(5);
  reset(x);
  buf_release(&b);
  buf_release(&head);
  return false;
}

static bool
fail_silent(struct exchange *x)
{
  reset(x);
  return false;
}

static bool
fail_oversized(struct exchange *x)
{
  static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 41943040\r\n\r\n";
  char *block = xmalloc(1 << 20);

  memset(block, ' ', 1 << 20);
  send_all(x->fd, head, sizeof head - 1);
  for (int i = 0; i < 40; i++)
    send_all(x->fd, block, 1 << 20);
  free(block);
  return false;
}

static bool
fail_redirect(struct exchange *x)
{
  char headers[100];

  snprintf(headers, sizeof headers, "Location: http://127.0.0.1:%d/elsewhere\r\n", shared->port);
  respond_error(x, 307, headers, "over there");
  return true;
}

static bool
fail_401(struct exchange *x)
{
  const char *key = strcasestr(x->head, "authorization: bearer ");
  char message[200];

  /* as careless as a server can be */
  snprintf(message, sizeof message, "Incorrect API key provided: %.60s",
           key ? key + strlen("authorization: bearer ") : "none");
  message[strcspn(message, "\r\n")] = '\0';
  respond_error(x, 401, "", message);
  return true;
}

static bool
fail_404(struct exchange *x)
{
  respond_error(x, 404, "", "The model `gpt-x` does not exist");
  return true;
}

static bool
fail_schema(struct exchange *x)
{
  if (!x->entry->had_schema)
    return answer(x);
  respond_error(x, 400, "", "Unknown parameter: 'response_format'");
  return true;
}

static bool
fail_stall(struct exchange *x)
{
  (void)x;
  clock_sleep_ms(3000);
  return false;
}

static const struct fault {
  const char *name;
  bool survivable;   /* a client that tries again gets its reply */
  bool (*act)(struct exchange *x);
} faults[] = {
  {"429", true, fail_429},
  {"500", true, fail_500},
  {"503", true, fail_503},
  {"reset", true, fail_reset},
  {"silent", true, fail_silent},
  {"html", true, fail_html},
  {"error200-429", true, fail_error200_429},
  {"429-after", false, fail_429_after},
  {"429-long", false, fail_429_long},
  {"quota", false, fail_quota},
  {"html200", false, fail_html200},
  {"error200", false, fail_error200},
  {"truncated", false, fail_truncated},
  {"empty", false, fail_empty},
  {"refusal", false, fail_refusal},
  {"oversized", false, fail_oversized},
  {"redirect", false, fail_redirect},
  {"401", false, fail_401},
  {"404", false, fail_404},
  {"schema", false, fail_schema},
  {"stall", false, fail_stall},
};

/* How often this body came before. */
static int
times_before(uint64_t body, int before)
{
  int n = 0;

  pthread_mutex_lock(&lock);
  for (int i = 0; i < before && i < SERVER_LOG; i++)
    n += shared->log[i].body == body;
  pthread_mutex_unlock(&lock);
  return n;
}

static bool
act(struct exchange *x, const char *messages, int number)
{
  const char *command = messages ? strstr(messages, "[[") : NULL;
  int every = atomic_load(&shared->fault_every), times;

  for (size_t i = 0; command && i < N_OF(faults); i++) {
    size_t n = strlen(faults[i].name);

    if (strncmp(command + 2, faults[i].name, n) != 0 || (command[2 + n] != ']' && command[2 + n] != '*'))
      continue;
    times = command[2 + n] == '*' ? atoi(command + 3 + n) : 1 << 30;
    if (times_before(x->entry->body, number) < times)
      return faults[i].act(x);
  }
  if (every > 0 && number % every == every - 1) {
    size_t n = 0;

    while (n < N_OF(faults) && faults[n].survivable)
      n++;
    return faults[hash_mix((uint64_t)number) % n].act(x);
  }
  return answer(x);
}

/* ---- connections ---- */

static bool
serve_request(int fd, char *head, const char *body, size_t n)
{
  int number = atomic_fetch_add(&shared->n, 1), now, most;
  struct json *request = json_parse(body, n, NULL, NULL);
  struct server_entry unlogged = {0};
  struct exchange x = {fd, head, request, number < SERVER_LOG ? &shared->log[number] : &unlogged};
  struct buf messages = BUF_INIT;
  bool keep;

  json_print(&messages, json_get(request, "messages"));
  pthread_mutex_lock(&lock);
  x.entry->body = hash_bytes(buf_str(&messages), messages.n, 1);
  x.entry->had_key = strcasestr(head, "\nauthorization:") != NULL;
  x.entry->had_schema = json_get(request, "response_format") != NULL;
  x.entry->elsewhere = strncmp(head, "POST /v1/chat/completions ", 26) != 0;
  pthread_mutex_unlock(&lock);
  now = atomic_fetch_add(&shared->n_in_flight, 1) + 1;
  most = atomic_load(&shared->most_in_flight);
  while (now > most && !atomic_compare_exchange_weak(&shared->most_in_flight, &most, now))
    ;
  if (atomic_load(&shared->delay_ms) > 0)
    clock_sleep_ms(atomic_load(&shared->delay_ms));
  atomic_fetch_sub(&shared->n_in_flight, 1);  /* the client may send its next as soon as it has the reply */
  if (!request) {
    respond_error(&x, 400, "", "we could not parse the JSON body of your request");
    keep = true;
  } else {
    keep = act(&x, buf_str(&messages), number);
  }
  buf_release(&messages);
  json_free(request);
  return keep;
}

/* One request from the connection; false at its end. */
static bool
serve_next(int fd, struct buf *in)
{
  char *end, *length;
  size_t n_head, n_body;
  char block[65536];
  ssize_t m;
  bool keep;

  for (;;) {
    end = in->n > 0 ? strstr(in->s, "\r\n\r\n") : NULL;
    if (end) {
      n_head = (size_t)(end - in->s) + 4;
      length = strcasestr(in->s, "content-length:");
      n_body = length && length < end ? strtoul(length + 15, NULL, 10) : 0;
      if (n_body > REQUEST_MAX)
        return false;
      if (in->n >= n_head + n_body)
        break;
    }
    m = recv(fd, block, sizeof block, 0);
    if (m <= 0 || buf_add(in, block, (size_t)m) < 0)
      return false;
  }
  *end = '\0';
  keep = serve_request(fd, in->s, in->s + n_head, n_body);
  memmove(in->s, in->s + n_head + n_body, in->n - n_head - n_body);
  buf_truncate(in, in->n - n_head - n_body);
  return keep;
}

static void *
serve(void *arg)
{
  int fd = (int)(intptr_t)arg, yes = 1;
  struct buf in;

  buf_init(&in, REQUEST_MAX + 65536);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  while (serve_next(fd, &in))
    ;
  buf_release(&in);
  close(fd);
  return NULL;
}

static _Noreturn void
run(int listener)
{
  pthread_attr_t attr;

  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_IGN);
  pthread_attr_init(&attr);
  pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
  for (;;) {
    int fd = accept(listener, NULL, NULL);
    pthread_t thread;

    if (fd < 0 && errno != EINTR && errno != ECONNABORTED)
      _exit(1);
    if (fd < 0)
      continue;
    atomic_fetch_add(&shared->n_connections, 1);
    if (pthread_create(&thread, &attr, serve, (void *)(intptr_t)fd) != 0)
      close(fd);
  }
}

struct server *
server_start(void)
{
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t n = sizeof a;
  pid_t pid;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ensure(shared != MAP_FAILED && listener >= 0);
  ensure(bind(listener, (struct sockaddr *)&a, sizeof a) == 0 && listen(listener, 1024) == 0);
  ensure(getsockname(listener, (struct sockaddr *)&a, &n) == 0);
  shared->port = ntohs(a.sin_port);
  snprintf(shared->url, sizeof shared->url, "http://127.0.0.1:%d/v1", shared->port);
  atomic_store(&shared->texts, 10);
  pid = fork();
  ensure(pid >= 0);
  if (pid == 0)
    run(listener);
  shared->pid = pid;  /* by the parent only: the child's own word for itself is 0 */
  close(listener);
  return shared;
}

void
server_stop(struct server *s)
{
  ensure(s->pid > 0);
  kill(s->pid, SIGKILL);
  waitpid(s->pid, NULL, 0);
  munmap(s, sizeof *s);
}

void
server_clear(struct server *s)
{
  atomic_store(&s->fault_every, 0);
  atomic_store(&s->delay_ms, 0);
  atomic_store(&s->texts, 10);
  memset(s->log, 0, sizeof s->log);
  atomic_store(&s->most_in_flight, 0);
  atomic_store(&s->n_connections, 0);
  atomic_store(&s->n, 0);
}

static int
n_logged(const struct server *s)
{
  int n = atomic_load(&s->n);

  return n < SERVER_LOG ? n : SERVER_LOG;
}

int
server_count(const struct server *s, int status)
{
  int n = 0;

  for (int i = 0; i < n_logged(s); i++)
    n += status < 0 || s->log[i].status == status;
  return n;
}

int
server_answered(const struct server *s)
{
  int n = 0;

  for (int i = 0; i < n_logged(s); i++)
    n += s->log[i].answered;
  return n;
}

static int
by_body(const void *a, const void *b)
{
  uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

  return x < y ? -1 : x > y;
}

int
server_most_answers_of_one(const struct server *s)
{
  uint64_t *bodies = xcalloc((size_t)n_logged(s) + 1, sizeof *bodies);
  size_t n = 0;
  int most = 0, same = 0;

  for (int i = 0; i < n_logged(s); i++)
    if (s->log[i].answered)
      bodies[n++] = s->log[i].body;
  qsort(bodies, n, sizeof *bodies, by_body);
  for (size_t i = 0; i < n; i++) {
    same = i > 0 && bodies[i] == bodies[i - 1] ? same + 1 : 1;
    if (same > most)
      most = same;
  }
  free(bodies);
  return most;
}
