/* pool: the same function on several threads, and the person's wish to stop.
 *
 * pool_run is a coarse fork and join: no thread outlives the call. Work that must give the same bytes whatever the
 * number of threads splits by item, never by thread. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stdatomic.h>
#include <stdbool.h>

/* How many threads a pool_run of `wanted` threads gets (0: as many as there are processors; at least 1, at most 64). */
int pool_threads(int wanted);
/* Runs work(arg, i, n) for i = 0..n-1, each on its own thread (i = 0 on the caller's); returns when all have returned.
 * */
void pool_run(int n, void (*work)(void *arg, int i, int n), void *arg);

/* The calling thread, and those it starts from now on, leave the processor to others that want it: the screen, first of
 * all. nice: how much, 0..19, as setpriority counts. */
void pool_yield(int nice);

/* A flag that long work looks at between steps. Set by a signal, a key or another thread. Work that has paid for what
 * is still to come may take its time after the first wish; it says so (lingers), and gives up at the second. */
struct stop {
  atomic_bool wanted;
  atomic_bool lingers;   /* by the work: it winds up, and looks for a second wish */
  atomic_bool at_once;   /* wished a second time */
};
static inline bool
stop_wanted(struct stop *s)
{
  return s && atomic_load_explicit(&s->wanted, memory_order_relaxed);
}
static inline bool
stop_at_once(struct stop *s)
{
  return s && atomic_load_explicit(&s->at_once, memory_order_relaxed);
}

#endif
