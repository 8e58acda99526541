#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/internal.h"

#define SHOW_AT_ONCE 2048

/* ---- memory ---- */

/* Puts what is still waiting on top again; the lock is held. */
static void
apply_waiting(struct project *p)
{
  const struct item *lists[] = {p->writing, p->first};

  for (int k = 0; k < 2; k++)
    for (const struct item *it = lists[k]; it; it = it->next)
      if (it->change)
        corpus_apply_set(p->corpus, it->change);
}

void
writer_apply(struct project *p, const struct change *set)
{
  pthread_mutex_lock(&p->lock);
  corpus_apply_set(p->corpus, set);
  apply_waiting(p);
  pthread_mutex_unlock(&p->lock);
  corpus_touch(p->corpus);
}

void
writer_show(struct project *p, const struct sample *samples, size_t n)
{
  for (size_t i = 0; i < n; i += SHOW_AT_ONCE) {
    pthread_mutex_lock(&p->lock);
    corpus_apply_insert(p->corpus, samples + i, n - i < SHOW_AT_ONCE ? n - i : SHOW_AT_ONCE);
    pthread_mutex_unlock(&p->lock);
  }
  corpus_touch(p->corpus);
}

/* ---- transactions ---- */

static int
begin(struct project *p, struct err *e)
{
  if (db_exec(&p->db, "BEGIN IMMEDIATE", e))
    return -1;
  if (follow_log(p, e) == 0)
    return 0;
  db_exec(&p->db, "ROLLBACK", NULL);
  return -1;
}

/* Some failures (a full disk) have rolled back already. */
static void
roll_back(struct project *p)
{
  if (!sqlite3_get_autocommit(p->db.h))
    db_exec(&p->db, "ROLLBACK", NULL);
}

static int
commit(struct project *p, struct err *e)
{
  return db_exec(&p->db, "COMMIT", e);
}

/* ---- settling: the first n items of p->writing are done with ---- */

static void
settle(struct project *p, size_t n)
{
  struct item *done = NULL, **end = &done, *it;

  pthread_mutex_lock(&p->lock);
  for (; n > 0; n--) {
    it = p->writing;
    p->writing = it->next;
    it->next = NULL;
    *end = it;
    end = &it->next;
    p->settled++;
    if (it->call)
      it->call->finished = true;
  }
  pthread_cond_broadcast(&p->settled_cond);
  pthread_mutex_unlock(&p->lock);
  while ((it = done)) {
    done = it->next;
    change_free(it->change);
    free(it);
  }
}

/* The change at the head could not be written: memory becomes what the file says, and the failure is kept. */
static void
give_up(struct project *p, const struct err *why)
{
  struct change *back = change_new(CHANGE_SET, "", "");
  struct item *it = p->writing;
  struct err ignored = {0};
  int known = row_read_back(p, it->change, back, &ignored);

  log_debug("a posted change failed: %s", why->message);
  pthread_mutex_lock(&p->lock);
  if (!p->failed)
    p->failure = *why;
  p->failed = true;
  p->writing = it->next;
  if (known == 0) {
    corpus_apply_set(p->corpus, back);
    apply_waiting(p);
  }
  it->next = p->writing;
  p->writing = it;
  pthread_mutex_unlock(&p->lock);
  change_free(back);
  settle(p, 1);
  corpus_touch(p->corpus);
}

/* ---- posted changes ---- */

/* Writes the first n items, all of them changes, in one transaction. */
static int
write_changes(struct project *p, size_t n, struct err *e)
{
  const struct item *it = p->writing;
  uint32_t *ids = xcalloc(n, sizeof *ids);
  int rc = begin(p, e);

  for (size_t i = 0; i < n && !rc; i++, it = it->next)
    rc = row_write_set(p, it->change, &ids[i], e);
  if (!rc)
    rc = commit(p, e);
  if (rc) {
    roll_back(p);
    free(ids);
    return -1;
  }
  it = p->writing;
  for (size_t i = 0; i < n; i++, it = it->next)
    if (ids[i]) {
      history_note(&p->history, ids[i], CHANGE_SET, 0, it->change->actor);
      p->seen = ids[i];
    }
  free(ids);
  settle(p, n);
  return 0;
}

/* If several fail together, each is tried alone: the fault may be with one of them. */
static void
write_batch(struct project *p, size_t n)
{
  struct err e = {0};

  if (write_changes(p, n, &e) == 0) {
    corpus_touch(p->corpus);
    return;
  }
  for (; n > 0; n--)
    if (write_changes(p, 1, &e))
      give_up(p, &e);
}

/* ---- calls ---- */

static void
run_call(struct project *p, struct call *call)
{
  if (call->plain) {
    call->result = call->work(p, call->arg, call->e);
  } else {
    call->result = begin(p, call->e);
    if (!call->result) {
      call->result = call->work(p, call->arg, call->e);
      if (call->result >= 0 && commit(p, call->e))
        call->result = -1;
      if (call->result < 0)
        roll_back(p);
      else if (call->after)
        call->after(p, call->arg);
    }
    if (call->result < 0 && call->undone)
      call->undone(p, call->arg);
  }
  settle(p, 1);
}

void
project_ask(struct project *p, struct call *call, const bool *begun)
{
  struct item *it = xcalloc(1, sizeof *it);

  it->call = call;
  pthread_mutex_lock(&p->lock);
  ensure(!p->closing);
  *p->last = it;
  p->last = &it->next;
  p->posted++;
  pthread_cond_signal(&p->work);
  while (!call->finished && !(begun && *begun))
    pthread_cond_wait(&p->settled_cond, &p->lock);
  pthread_mutex_unlock(&p->lock);
}

int
project_await(struct project *p, struct call *call)
{
  pthread_mutex_lock(&p->lock);
  while (!call->finished)
    pthread_cond_wait(&p->settled_cond, &p->lock);
  pthread_mutex_unlock(&p->lock);
  return call->result;
}

static int
ask(struct project *p, struct call *call)
{
  project_ask(p, call, NULL);
  return call->result;
}

int
project_refuse(const struct project *p, struct err *e)
{
  return err_set(e, ERR_INPUT, "cannot write '%s': it is read-only (change its permissions, or work on a copy)",
                 p->path);
}

int
project_call(struct project *p, int (*work)(struct project *, void *, struct err *),
             void (*after)(struct project *, void *), void *arg, struct err *e)
{
  struct err mine = {0};
  struct call call = {.work = work, .after = after, .arg = arg, .e = e ? e : &mine};

  if (p->read_only)
    return project_refuse(p, e);
  ensure(!after || !intake_here(p));  /* its transaction may yet be dropped */
  return intake_here(p) ? intake_call(work, arg, e) : ask(p, &call);
}

void
project_touch(struct project *p)
{
  atomic_fetch_add(&p->records_revision, 1);
  corpus_touch(p->corpus);
}

int
project_record(struct project *p, int (*work)(struct project *, void *, struct err *), void *arg, struct err *e)
{
  int rc = project_call(p, work, NULL, arg, e);

  if (rc >= 0)
    project_touch(p);
  return rc;
}

/* ---- what others write ---- */

/* Follows the log if any other connection has written since the last look. */
static int
look(struct project *p, void *arg, struct err *e)
{
  int64_t version;
  int rc;

  (void)arg;
  if (p->immutable)
    return 0;
  if (db_number(&p->db, e, 0, &version, "PRAGMA data_version", ""))
    return -1;
  if (version == p->data_version)
    return 0;
  if (db_exec(&p->db, "BEGIN", e))
    return -1;
  rc = follow_log(p, e);
  if (!rc)
    rc = follow_names(p, e);
  db_exec(&p->db, "COMMIT", NULL);
  if (rc)
    return -1;
  p->data_version = version;
  project_touch(p);
  return 0;
}

int
project_poll(struct project *p, struct err *e)
{
  struct err mine = {0};
  struct call call = {.work = look, .plain = true, .e = e ? e : &mine};

  return ask(p, &call);
}

/* ---- the thread ---- */

static bool
wait_for_work(struct project *p)
{
  struct timespec until;
  int rc = 0;

  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_nsec += POLL_MS * 1000000L;
  until.tv_sec += until.tv_nsec / 1000000000L;
  until.tv_nsec %= 1000000000L;
  while (!p->first && !p->closing && rc != ETIMEDOUT)
    rc = pthread_cond_timedwait(&p->work, &p->lock, &until);
  return p->first;
}

static void
work_off(struct project *p)
{
  while (p->writing) {
    size_t n = 0;

    for (const struct item *it = p->writing; it && it->change; it = it->next)
      n++;
    if (n)
      write_batch(p, n);
    else
      run_call(p, p->writing->call);
  }
}

void *
writer_main(void *project)
{
  struct project *p = project;
  struct err e = {0};
  bool closing = false;

  while (!closing) {
    pthread_mutex_lock(&p->lock);
    if (wait_for_work(p)) {
      p->writing = p->first;
      p->first = NULL;
      p->last = &p->first;
    }
    closing = p->closing && !p->writing;
    pthread_mutex_unlock(&p->lock);
    if (p->writing)
      work_off(p);
    else if (!closing && look(p, NULL, &e))
      log_debug("cannot follow the file: %s", e.message);
  }
  return NULL;
}
