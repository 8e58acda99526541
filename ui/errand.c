#include "ui/errand.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/pool.h"
#include "command/command.h"
#include "corpus/corpus.h"
#include "store/project.h"

enum { MAIL_ENDED };

/* How far each stands back behind the screen: a person waits for a lookup, less for a training. */
#define NICE_LOOKUP 2
#define NICE_COMMAND 10

struct errand {
  struct mail mail;
  struct errand *next;
  struct errands *errands;
  pthread_t thread;
  char name[32];               /* of the command, "" for a lookup */
  bool queued;                 /* by errands_queue */
  void *discarded;             /* to be freed first */
  char *line;
  void (*work)(void *arg);     /* a lookup */
  void (*work_done)(void *arg);
  workbench_done_fn *done;
  void *arg;
  struct stop stop;
  int status;
  char *output;
  struct err e;
  pthread_mutex_t lock;        /* over `how` */
  char how[160];               /* its progress in words */
  int64_t told_ms;
};

void
errands_init(struct errands *t, struct project *p)
{
  memset(t, 0, sizeof *t);
  t->project = p;
  mailbox_init(&t->done);
}

/* On the worker's thread, maybe thousands of times a second: a few words twenty times a second are enough. */
static void
on_progress(void *arg, const struct command_progress *p)
{
  struct errand *k = arg;
  int64_t now = clock_ms();
  char how[160];
  int n;

  if (now - k->told_ms < 50 && !p->finished)
    return;
  k->told_ms = now;
  n = snprintf(how, sizeof how, "%s", p->what ? p->what : k->name);
  if (p->total > 0 && n > 0 && (size_t)n < sizeof how)
    n += snprintf(how + n, sizeof how - (size_t)n, " %.0f%%", 100 * p->done / p->total);
  if (p->rate > 0 && n > 0 && (size_t)n < sizeof how)
    snprintf(how + n, sizeof how - (size_t)n, " %.0f/s", p->rate);
  pthread_mutex_lock(&k->lock);
  memcpy(k->how, how, sizeof how);
  pthread_mutex_unlock(&k->lock);
  corpus_touch(project_corpus(k->errands->project));
}

static void
free_all(void *block)
{
  for (void *next; block; block = next) {
    memcpy(&next, block, sizeof next);
    free(block);
  }
}

static void *
run(void *arg)
{
  struct errand *k = arg;

  pool_yield(k->work || k->queued ? NICE_LOOKUP : NICE_COMMAND);
  free_all(k->discarded);
  if (k->work) {
    k->work(k->arg);
  } else {
    struct command_environment env = {.project = k->errands->project, .stop = &k->stop, .progress = on_progress,
                                      .arg = k};
    size_t n;

    k->status = command_line(&env, k->line, &k->output, &n, &k->e);
  }
  mailbox_post(&k->errands->done, &k->mail);
  return NULL;
}

/* Signals are the screen thread's. */
static void
start(struct errands *t, struct errand *k)
{
  sigset_t all, before;

  k->errands = t;
  k->discarded = t->discarded;
  t->discarded = NULL;
  k->mail.kind = MAIL_ENDED;
  pthread_mutex_init(&k->lock, NULL);
  k->next = t->first;
  t->first = k;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  ensure(pthread_create(&k->thread, NULL, run, k) == 0);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static struct errand *
errand_new(const char *name, const char *line)
{
  struct errand *k = xcalloc(1, sizeof *k);

  snprintf(k->name, sizeof k->name, "%s", name);
  snprintf(k->how, sizeof k->how, "%s", name);
  k->line = xstrdup(line);
  return k;
}

int
errands_start(struct errands *t, const char *name, const char *line, workbench_done_fn *done, void *arg, struct err *e)
{
  const struct command *command = command_find(name);
  struct errand *k;

  if (errands_running(t, name) && !(command && command->flags & COMMAND_MANY))
    return err_set(e, ERR_FAIL, "'%s' is running already (wait for it, or stop it)", name);
  k = errand_new(name, line);
  k->done = done;
  k->arg = arg;
  start(t, k);
  return 0;
}

/* Starts the oldest that waits, unless one of them runs. */
static void
start_waiting(struct errands *t)
{
  struct errand *k = t->waiting;

  for (const struct errand *other = t->first; other; other = other->next)
    if (other->queued)
      return;
  if (!k)
    return;
  t->waiting = k->next;
  start(t, k);
}

void
errands_queue(struct errands *t, const char *name, const char *line)
{
  struct errand **last = &t->waiting;

  while (*last)
    last = &(*last)->next;
  *last = errand_new(name, line);
  (*last)->queued = true;
  start_waiting(t);
}

void
errands_work(struct errands *t, void (*work)(void *arg), void (*done)(void *arg), void *arg)
{
  struct errand *k = xcalloc(1, sizeof *k);

  k->work = work;
  k->work_done = done;
  k->arg = arg;
  start(t, k);
}

static void
unlink_task(struct errands *t, struct errand *k)
{
  struct errand **at = &t->first;

  while (*at != k)
    at = &(*at)->next;
  *at = k->next;
}

/* Those that have ended are taken leave of; with `all` the others are waited for: they stand back behind other threads,
 * and the screen does not wait for that. */
static void
join_leaving(struct errands *t, bool all)
{
  size_t kept = 0;

  for (size_t i = 0; i < t->n_leaving; i++)
    if (all)
      pthread_join(t->leaving[i], NULL);
    else if (pthread_tryjoin_np(t->leaving[i], NULL) != 0)
      t->leaving[kept++] = t->leaving[i];
  t->n_leaving = kept;
}

void
errands_discard(struct errands *t, void *block)
{
  if (!block)
    return;
  memcpy(block, &t->discarded, sizeof t->discarded);
  t->discarded = block;
}

static void
end(struct errands *t, struct errand *k)
{
  GROW(t->leaving, t->cap_leaving, t->n_leaving + 1);
  t->leaving[t->n_leaving++] = k->thread;
  unlink_task(t, k);
  if (k->work) {
    if (k->work_done)
      k->work_done(k->arg);
  } else {
    if (t->on_done)
      t->on_done(t->owner, k->line, k->status, k->output ? k->output : "", &k->e);
    if (k->done)
      k->done(k->arg, k->status, k->output ? k->output : "", &k->e);
  }
  pthread_mutex_destroy(&k->lock);
  free(k->output);
  free(k->line);
  free(k);
  start_waiting(t);
}

bool
errands_collect(struct errands *t)
{
  struct mail *m = mailbox_take_all(&t->done), *next;
  bool any = m != NULL;

  for (; m; m = next) {
    next = m->next;
    end(t, (struct errand *)m);
  }
  join_leaving(t, false);
  return any;
}

void
errands_release(struct errands *t)
{
  errands_stop(t, NULL);  /* what was queued is done all the same: the person asked for it */
  while (t->first) {
    struct mail *m = mailbox_take(&t->done);

    if (!m)
      break;
    end(t, (struct errand *)m);
  }
  join_leaving(t, true);
  free(t->leaving);
  free_all(t->discarded);
  mailbox_release(&t->done);
}

bool
errands_running(const struct errands *t, const char *name)
{
  for (const struct errand *k = t->first; k; k = k->next)
    if (!k->work && !strcmp(k->name, name))
      return true;
  return false;
}

void
errands_stop(struct errands *t, const char *name)
{
  for (struct errand *k = t->first; k; k = k->next)
    if (!name || !strcmp(k->name, name))
      atomic_store(stop_wanted(&k->stop) ? &k->stop.at_once : &k->stop.wanted, true);
}

size_t
errands_count(const struct errands *t)
{
  size_t n = 0;

  for (const struct errand *k = t->first; k; k = k->next)
    n++;
  return n;
}

size_t
errands_commands(const struct errands *t)
{
  size_t n = 0;

  for (const struct errand *k = t->first; k; k = k->next)
    n += !k->work;
  return n;
}

bool
errands_progress(const struct errands *t, size_t i, const char **name, char *out, size_t size)
{
  for (struct errand *k = t->first; k; k = k->next) {
    if (k->work || k->queued || i-- > 0)
      continue;
    *name = k->name;
    pthread_mutex_lock(&k->lock);
    snprintf(out, size, "%s", k->how);
    pthread_mutex_unlock(&k->lock);
    return true;
  }
  return false;
}
