#include "base/team.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/pool.h"

#define SPINS 2000  /* some 20 microseconds */

/* A round is one team_run. Members wait for its number to grow; the caller waits until all of them have left it. */
struct team {
  int n;
  pthread_t *threads;
  pthread_mutex_t lock;
  pthread_cond_t begin, end;
  atomic_uint round;
  atomic_size_t next;          /* task to hand out */
  atomic_int busy;             /* members that have not left the round */
  atomic_bool over;
  size_t n_tasks;
  void (*work)(void *, size_t, int);
  void *arg;
};

struct member {
  struct team *team;
  int number;
};

static void
relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static void
do_tasks(struct team *t, int member)
{
  size_t task;

  while ((task = atomic_fetch_add_explicit(&t->next, 1, memory_order_relaxed)) < t->n_tasks)
    t->work(t->arg, task, member);
}

/* Waits for a round after `seen`. False: the team is at its end. */
static bool
wait_round(struct team *t, unsigned seen)
{
  for (int i = 0; i < SPINS; i++, relax())
    if (atomic_load_explicit(&t->round, memory_order_acquire) != seen)
      return !atomic_load(&t->over);
  pthread_mutex_lock(&t->lock);
  while (atomic_load_explicit(&t->round, memory_order_acquire) == seen)
    pthread_cond_wait(&t->begin, &t->lock);
  pthread_mutex_unlock(&t->lock);
  return !atomic_load(&t->over);
}

static void
leave_round(struct team *t)
{
  if (atomic_fetch_sub_explicit(&t->busy, 1, memory_order_acq_rel) != 1)
    return;
  pthread_mutex_lock(&t->lock);
  pthread_cond_signal(&t->end);
  pthread_mutex_unlock(&t->lock);
}

static void *
serve(void *arg)
{
  struct member m = *(struct member *)arg;
  unsigned seen = 0;

  free(arg);
  while (wait_round(m.team, seen)) {
    seen++;
    do_tasks(m.team, m.number);
    leave_round(m.team);
  }
  return NULL;
}

static void
next_round(struct team *t)
{
  pthread_mutex_lock(&t->lock);
  atomic_fetch_add_explicit(&t->round, 1, memory_order_release);
  pthread_cond_broadcast(&t->begin);
  pthread_mutex_unlock(&t->lock);
}

struct team *
team_new(int threads)
{
  struct team *t = xcalloc(1, sizeof *t);
  int wanted = pool_threads(threads);

  pthread_mutex_init(&t->lock, NULL);
  pthread_cond_init(&t->begin, NULL);
  pthread_cond_init(&t->end, NULL);
  t->threads = xcalloc((size_t)wanted, sizeof *t->threads);
  for (t->n = 1; t->n < wanted; t->n++) {
    struct member *m = xmalloc(sizeof *m);

    *m = (struct member){t, t->n};
    if (pthread_create(&t->threads[t->n], NULL, serve, m) != 0) {
      free(m);  /* no thread is to be had: fewer do it */
      break;
    }
  }
  return t;
}

void
team_free(struct team *t)
{
  if (!t)
    return;
  atomic_store(&t->over, true);
  next_round(t);
  for (int i = 1; i < t->n; i++)
    pthread_join(t->threads[i], NULL);
  pthread_cond_destroy(&t->begin);
  pthread_cond_destroy(&t->end);
  pthread_mutex_destroy(&t->lock);
  free(t->threads);
  free(t);
}

int
team_size(const struct team *t)
{
  return t->n;
}

static void
wait_members(struct team *t)
{
  for (int i = 0; i < SPINS; i++, relax())
    if (atomic_load_explicit(&t->busy, memory_order_acquire) == 0)
      return;
  pthread_mutex_lock(&t->lock);
  while (atomic_load_explicit(&t->busy, memory_order_acquire) != 0)
    pthread_cond_wait(&t->end, &t->lock);
  pthread_mutex_unlock(&t->lock);
}

void
team_run(struct team *t, size_t n_tasks, void (*work)(void *, size_t, int), void *arg)
{
  if (t->n == 1 || n_tasks <= 1) {
    for (size_t i = 0; i < n_tasks; i++)
      work(arg, i, 0);
    return;
  }
  t->work = work;
  t->arg = arg;
  t->n_tasks = n_tasks;
  atomic_store_explicit(&t->next, 0, memory_order_relaxed);
  atomic_store_explicit(&t->busy, t->n - 1, memory_order_relaxed);
  next_round(t);
  do_tasks(t, 0);
  wait_members(t);
}
