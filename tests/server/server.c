#include "tests/server.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "tests/server/loop.h"

struct server *shared;

static int
listen_at_any_port(int *port)
{
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t n = sizeof a;
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  ensure(listener >= 0);
  ensure(bind(listener, (struct sockaddr *)&a, sizeof a) == 0 && listen(listener, 4096) == 0);
  ensure(getsockname(listener, (struct sockaddr *)&a, &n) == 0);
  *port = ntohs(a.sin_port);
  return listener;
}

static _Noreturn void
run(int listener, int elsewhere)
{
  struct rlimit files;

  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_IGN);
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
  loop_run(listener, elsewhere);
}

struct server *
server_start(void)
{
  pid_t pid;
  int listener, elsewhere;

  shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ensure(shared != MAP_FAILED);
  listener = listen_at_any_port(&shared->port);
  elsewhere = listen_at_any_port(&shared->elsewhere_port);
  snprintf(shared->url, sizeof shared->url, "http://127.0.0.1:%d/v1", shared->port);
  atomic_store(&shared->texts, 10);
  atomic_store(&shared->batch_polls, 2);
  pid = fork();
  ensure(pid >= 0);
  if (pid == 0)
    run(listener, elsewhere);
  shared->pid = pid;  /* by the parent only: the child's own word for itself is 0 */
  close(listener);
  close(elsewhere);
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

static int
n_logged(const struct server *s)
{
  int n = atomic_load(&s->n);

  return n < SERVER_LOG ? n : SERVER_LOG;
}

void
server_clear(struct server *s)
{
  atomic_store(&s->fault_every, 0);
  atomic_store(&s->delay_ms, 0);
  atomic_store(&s->texts, 10);
  atomic_store(&s->instant, 0);
  atomic_store(&s->busy_above, 0);
  atomic_store(&s->refuses, 0);
  atomic_store(&s->ignores, 0);
  atomic_store(&s->batch_polls, 2);
  atomic_store(&s->batch_end, SERVER_BATCH_COMPLETED);
  atomic_store(&s->batch_fault, SERVER_BATCH_FAULT_NONE);
  atomic_store(&s->n_batches, 0);
  atomic_store(&s->idempotent, 0);
  atomic_fetch_add(&s->epoch, 1);
  memset(s->log, 0, (size_t)n_logged(s) * sizeof s->log[0]);
  atomic_store(&s->most_in_flight, 0);
  atomic_store(&s->n_connections, 0);
  atomic_store(&s->n, 0);
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

/* The most often that one body stands in the log, of the entries that count. */
static int
most_of_one(const struct server *s, bool (*counts)(const struct server_entry *x))
{
  uint64_t *bodies = xcalloc((size_t)n_logged(s) + 1, sizeof *bodies);
  size_t n = 0;
  int most = 0, same = 0;

  for (int i = 0; i < n_logged(s); i++)
    if (counts(&s->log[i]))
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

static bool
is_answer(const struct server_entry *x)
{
  return x->answered && !x->replayed;
}

int
server_most_answers_of_one(const struct server *s)
{
  return most_of_one(s, is_answer);
}

static bool
is_bill(const struct server_entry *x)
{
  return x->tokens_out > 0;
}

int
server_most_bills_of_one(const struct server *s)
{
  return most_of_one(s, is_bill);
}
