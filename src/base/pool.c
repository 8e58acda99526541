#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"

#define POOL_MAX 64

int
pool_threads(int wanted)
{
  cpu_set_t set;

  if (wanted <= 0)
    wanted = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  return wanted < 1 ? 1 : wanted > POOL_MAX ? POOL_MAX : wanted;
}

struct share {
  void (*work)(void *, int, int);
  void *arg;
  int i, n;
};

static void *
run_share(void *p)
{
  struct share *s = p;

  s->work(s->arg, s->i, s->n);
  return NULL;
}

void
pool_run(int n, void (*work)(void *, int, int), void *arg)
{
  struct share shares[POOL_MAX];
  pthread_t threads[POOL_MAX];
  bool started[POOL_MAX] = {false};

  ensure(n >= 1 && n <= POOL_MAX);
  for (int i = 0; i < n; i++)
    shares[i] = (struct share){work, arg, i, n};
  for (int i = 1; i < n; i++)
    started[i] = pthread_create(&threads[i], NULL, run_share, &shares[i]) == 0;
  run_share(&shares[0]);
  for (int i = 1; i < n; i++) {
    if (started[i])
      pthread_join(threads[i], NULL);
    else
      run_share(&shares[i]);  /* no thread was to be had: do its share here */
  }
}

/* Linux: a priority is a thread's own, and inherited. */
void
pool_yield(int nice)
{
  id_t thread = (id_t)syscall(SYS_gettid);

  setpriority(PRIO_PROCESS, thread, getpriority(PRIO_PROCESS, thread) + nice);
}
