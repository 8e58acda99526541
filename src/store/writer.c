#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/internal.h"

#define APPLY_AT_ONCE 2048u    /* rows; some 0.2 ms */

/* ---- the lock ---- */

void
writer_enter(struct project *p)
{
  atomic_fetch_add(&p->eager, 1);
  pthread_mutex_lock(&p->lock);
  atomic_fetch_sub(&p->eager, 1);
}

/* A lock that is let go is not given to who waits for it, but to who comes first: so this waits till they have it. */
void
writer_make_way(struct project *p)
{
  if (!atomic_load(&p->eager))
    return;
  pthread_mutex_unlock(&p->lock);
  while (atomic_load(&p->eager))
    nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
  pthread_mutex_lock(&p->lock);
}

/* ---- memory ---- */

/* Rows from `from` on, as many as one piece holds; where the next piece begins. */
static size_t
apply_piece(struct project *p, const struct change *ch, size_t from)
{
  size_t n = ch->n_rows - from < APPLY_AT_ONCE ? ch->n_rows - from : APPLY_AT_ONCE;

  corpus_apply_rows(p->corpus, ch->rows + from, n);
  return from + n;
}

/* The first item from this number on whose change the corpus is to have. */
static struct item *
item_from(const struct project *p, uint64_t number)
{
  struct item *const lists[] = {p->writing, p->first};

  for (int k = 0; k < 2; k++)
    for (struct item *it = lists[k]; it; it = it->next)
      if (it->number >= number && it->change && !it->given_up)
        return it;
  return NULL;
}

/* Applies all items from this number on to the end of the queue, which may grow meanwhile. None of them is settled
 * before: the caller is the thread that settles, or the first of them is not applied yet. */
static void
apply_from(struct project *p, uint64_t number)
{
  size_t row = 0, done = 0;

  for (struct item *it; (it = item_from(p, number)); ) {
    row = it->number == number ? row : 0;
    number = it->number;
    done += it->change->n_rows - row;
    row = apply_piece(p, it->change, row);
    if (row == it->change->n_rows) {
      number++;
      row = 0;
    }
    if (done >= APPLY_AT_ONCE) {
      done = 0;
      writer_make_way(p);
    }
  }
}

void
writer_apply_item(struct project *p, struct item *it)
{
  apply_from(p, it->number);
  it->applied = true;
  pthread_cond_broadcast(&p->settled_cond);
}

/* Under what still waits; the lock is held. */
static void
apply_under(struct project *p, const struct change *set)
{
  for (size_t row = 0; row < set->n_rows;) {
    row = apply_piece(p, set, row);
    if (row < set->n_rows)
      writer_make_way(p);
  }
  apply_from(p, 0);
}

void
writer_apply(struct project *p, const struct change *set)
{
  pthread_mutex_lock(&p->lock);
  apply_under(p, set);
  pthread_mutex_unlock(&p->lock);
  corpus_touch(p->corpus);
}

void
writer_show(struct project *p, const struct sample *samples, size_t n)
{
  pthread_mutex_lock(&p->lock);
  for (size_t i = 0; i < n; i += APPLY_AT_ONCE) {
    corpus_apply_insert(p->corpus, samples + i, n - i < APPLY_AT_ONCE ? n - i : APPLY_AT_ONCE);
    writer_make_way(p);
  }
  pthread_mutex_unlock(&p->lock);
  corpus_touch(p->corpus);
}

void
writer_queue(struct project *p, struct item *it)
{
  ensure(!p->closing);
  it->number = ++p->posted;
  *p->last = it;
  p->last = &it->next;
  pthread_cond_signal(&p->work);
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
    while (it->change && !it->applied)
      pthread_cond_wait(&p->settled_cond, &p->lock);
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
  while (!it->applied)
    pthread_cond_wait(&p->settled_cond, &p->lock);
  it->given_up = true;
  if (known == 0)
    apply_under(p, back);
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

  project_waits();
  it->call = call;
  writer_enter(p);
  writer_queue(p, it);
  while (!call->finished && !(begun && *begun))
    pthread_cond_wait(&p->settled_cond, &p->lock);
  pthread_mutex_unlock(&p->lock);
}

int
project_await(struct project *p, struct call *call)
{
  project_waits();
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
