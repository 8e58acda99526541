/* team: threads that stay, for work that comes in many short pieces: a step of a training is some of these, a hundred
 * times a second. (pool.h starts its threads anew for each call, which costs as much as a small piece of work.)
 *
 * team_run hands out tasks 0..n-1, each to whichever member is free, and returns when all are done. Which member does a
 * task is left to chance, so work that must give the same bytes on any number of threads makes tasks that do not depend
 * on each other, and uses `member` (below team_size) for its scratch only. A member that waits spins for some
 * microseconds and then sleeps, so that an idle team takes no processor, and one whose processor is taken delays nobody
 * for long.
 *
 * Life: team_new, any number of team_run, team_free. Threads: one user at a time; a task may not use its own team. */
#ifndef BASE_TEAM_H
#define BASE_TEAM_H

#include <stddef.h>

struct team;
/* threads as in pool_threads; the caller of team_run is a member, so of 1 no thread is started. */
struct team *team_new(int threads);
void team_free(struct team *t);  /* NULL is fine */
int team_size(const struct team *t);
void team_run(struct team *t, size_t n_tasks, void (*work)(void *arg, size_t task, int member), void *arg);

#endif
