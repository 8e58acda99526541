#include "store/intake.h"

#include <stdlib.h>

#include "base/mailbox.h"
#include "base/mem.h"
#include "store/internal.h"

#define BATCH 512              /* samples */
#define BATCHES 16             /* under way at most */
#define SHOW_AT_ONCE 16384

enum mail_kind { MAIL_SAMPLES, MAIL_CALL, MAIL_COMMIT, MAIL_DROP };

/* Samples on their way to the store thread; it comes back empty. */
struct parcel {
  struct mail mail;
  struct sample samples[BATCH];
  size_t n;
};
/* What else the owner may want; it waits for the answer. */
struct wish {
  struct mail mail;
  int (*work)(struct project *p, void *arg, struct err *e);
  void *arg;
  struct err *e;
  int result;
};

struct intake {
  struct project *p;
  struct call call;
  struct mailbox full, empty, answers;
  struct parcel *parcels, *filling;
  atomic_bool failed;          /* then `failure` says why */
  struct err failure;
  const char *actor, *summary;
  char **labels;               /* to be added */
  size_t n_labels, cap_labels, n_known;
  uint32_t first_id, n, entry;
  bool begun;                  /* guarded by the project's lock */
};

static _Thread_local struct intake *mine;

/* ---- the store thread ---- */

static int
write_labels(struct intake *in, struct err *e)
{
  for (size_t i = 0; i < in->n_labels; i++)
    if (row_write_label(in->p, (uint16_t)(in->n_known + i), in->labels[i], "", &in->entry, e) < 0)
      return -1;
  return 0;
}

static int
finish(struct intake *in, struct err *e)
{
  ensure(in->n > 0);
  if (write_labels(in, e) < 0)
    return -1;
  return row_write_entry(in->p, CHANGE_INSERT, in->actor, in->summary, 0, in->n, in->first_id, &in->entry, e);
}

static void
fail(struct intake *in, const struct err *e)
{
  if (atomic_load(&in->failed))
    return;
  in->failure = *e;
  atomic_store(&in->failed, true);
}

/* Inside the transaction, until the owner says that all is said. */
static int
work_off(struct intake *in, struct err *e)
{
  for (;;) {
    struct mail *m = mailbox_take(&in->full);
    struct parcel *parcel = (struct parcel *)m;
    struct wish *wish = (struct wish *)m;
    struct err why = {0};

    switch ((enum mail_kind)m->kind) {
    case MAIL_SAMPLES:
      if (!atomic_load(&in->failed) && row_write_samples(in->p, parcel->samples, parcel->n, &why) < 0)
        fail(in, &why);
      mailbox_post(&in->empty, m);
      break;
    case MAIL_CALL:
      wish->result = wish->work(in->p, wish->arg, wish->e);
      mailbox_post(&in->answers, m);
      break;
    case MAIL_COMMIT:
      return atomic_load(&in->failed) ? -1 : finish(in, e);
    case MAIL_DROP:
      return -1;
    }
  }
}

static int
intake_work(struct project *p, void *arg, struct err *e)
{
  struct intake *in = arg;
  int64_t last;
  int rc;

  if (db_number(&p->db, e, 0, &last, "SELECT max(id) FROM sample", "") || db_exec(&p->db, DB_STREAM_CACHE, e))
    return -1;
  pthread_mutex_lock(&p->lock);
  in->first_id = (uint32_t)last + 1;
  in->begun = true;
  pthread_cond_broadcast(&p->settled_cond);
  pthread_mutex_unlock(&p->lock);
  rc = work_off(in, e);
  db_exec(&p->db, DB_CACHE, NULL);
  return rc;
}

/* Rolled back. */
static void
intake_undone(struct project *p, void *arg)
{
  (void)arg;
  pthread_mutex_lock(&p->lock);
  corpus_stage_drop(p->corpus);
  pthread_mutex_unlock(&p->lock);
}

/* Committed: labels, then samples, a piece at a time, so that nobody waits long for the lock. */
static void
intake_after(struct project *p, void *arg)
{
  struct intake *in = arg;

  history_note(&p->history, in->entry, CHANGE_INSERT, 0, in->actor);
  p->seen = in->entry;
  pthread_mutex_lock(&p->lock);
  for (size_t i = 0; i < in->n_labels; i++)
    corpus_apply_label(p->corpus, in->labels[i], "");
  while (corpus_stage_show(p->corpus, SHOW_AT_ONCE))
    writer_make_way(p);
  pthread_mutex_unlock(&p->lock);
  project_touch(p);
}

/* ---- the owner ---- */

static void
intake_free(struct intake *in)
{
  mine = NULL;
  mailbox_release(&in->full);
  mailbox_release(&in->empty);
  mailbox_release(&in->answers);
  for (size_t i = 0; i < in->n_labels; i++)
    free(in->labels[i]);
  free(in->labels);
  free(in->parcels);
  free(in);
}

struct intake *
intake_open(struct project *p, struct err *e)
{
  struct intake *in;

  ensure(!mine);
  if (p->read_only) {
    project_refuse(p, e);
    return NULL;
  }
  in = xcalloc(1, sizeof *in);
  in->p = p;
  in->parcels = xcalloc(BATCHES, sizeof *in->parcels);
  mailbox_init(&in->full);
  mailbox_init(&in->empty);
  mailbox_init(&in->answers);
  in->call = (struct call){
    .work = intake_work, .after = intake_after, .undone = intake_undone, .arg = in, .e = &in->failure};
  project_ask(p, &in->call, &in->begun);
  if (in->call.finished) {
    if (e)
      *e = in->failure;
    intake_free(in);
    return NULL;
  }
  for (size_t i = 1; i < BATCHES; i++)
    mailbox_post(&in->empty, &in->parcels[i].mail);
  in->filling = &in->parcels[0];
  in->n_known = labels_count(corpus_labels(p->corpus));
  mine = in;
  return in;
}

bool
intake_here(const struct project *p)
{
  return mine && mine->p == p;
}

static int
failed(struct intake *in, struct err *e)
{
  if (!atomic_load(&in->failed))
    return 0;
  if (e)
    *e = in->failure;
  return -1;
}

/* Sends what was filled and takes an empty parcel, waiting for one if need be. */
static void
send_samples(struct intake *in)
{
  if (!in->filling->n)
    return;
  in->filling->mail.kind = MAIL_SAMPLES;
  mailbox_post(&in->full, &in->filling->mail);
  in->filling = (struct parcel *)mailbox_take(&in->empty);
  in->filling->n = 0;
}

int
intake_add(struct intake *in, const struct sample *s, uint32_t *id, struct err *e)
{
  struct sample *staged = &in->filling->samples[in->filling->n];

  if (in->first_id + in->n > CORPUS_MAX)
    return err_set(e, ERR_INPUT, "too many samples: a project holds %u", CORPUS_MAX);
  if (failed(in, e) < 0 || row_check_sample(in->p, s, in->n_known + in->n_labels, e) < 0)
    return -1;
  *staged = *s;
  staged->gone = false;
  pthread_mutex_lock(&in->p->lock);
  corpus_stage(in->p->corpus, staged);
  pthread_mutex_unlock(&in->p->lock);
  ensure(staged->id == in->first_id + in->n);
  *id = staged->id;
  in->n++;
  if (++in->filling->n == BATCH)
    send_samples(in);
  return 0;
}

size_t
intake_count(const struct intake *in)
{
  return in->n;
}

uint16_t
intake_label(struct intake *in, const char *name)
{
  GROW(in->labels, in->cap_labels, in->n_labels + 1);
  in->labels[in->n_labels] = xstrdup(name);
  return (uint16_t)(in->n_known + in->n_labels++);
}

int
intake_call(int (*work)(struct project *, void *, struct err *), void *arg, struct err *e)
{
  struct err ignored = {0};
  struct wish wish = {.mail.kind = MAIL_CALL, .work = work, .arg = arg, .e = e ? e : &ignored};

  send_samples(mine);
  if (failed(mine, e) < 0)
    return -1;
  mailbox_post(&mine->full, &wish.mail);
  mailbox_take(&mine->answers);
  return wish.result;
}

/* ---- sources ---- */

struct sources {
  const struct intake_source *v;
  size_t n;
};

static int
sources_work(struct project *p, void *arg, struct err *e)
{
  static const char sql[] = "UPDATE sample SET request=ifnull(?2, request), parent=ifnull(?3, parent) WHERE id=?1";
  const struct sources *sources = arg;

  for (size_t i = 0; i < sources->n; i++) {
    const struct intake_source *s = &sources->v[i];

    if (db_run(&p->db, e, sql, "uzz", s->id, s->request, s->parent))
      return -1;
    pthread_mutex_lock(&p->lock);
    corpus_stage_source(p->corpus, s->id, s->request, s->parent);
    pthread_mutex_unlock(&p->lock);
  }
  return 0;
}

int
intake_sources(struct intake *in, const struct intake_source *sources, size_t n, struct err *e)
{
  struct sources s = {sources, n};

  ensure(in == mine);
  return n ? intake_call(sources_work, &s, e) : 0;
}

/* ---- the end ---- */

static int
end(struct intake *in, enum mail_kind kind, struct err *e)
{
  struct mail last = {.kind = kind};
  int rc;

  mailbox_post(&in->full, &last);
  rc = project_await(in->p, &in->call);
  if (rc < 0 && e)
    *e = in->failure;
  intake_free(in);
  return rc;
}

int
intake_commit(struct intake *in, const char *actor, const char *summary, uint32_t *first_id, struct err *e)
{
  in->actor = actor;
  in->summary = summary;
  if (first_id)
    *first_id = in->first_id;
  send_samples(in);
  return end(in, MAIL_COMMIT, e);
}

void
intake_drop(struct intake *in)
{
  if (in)
    end(in, MAIL_DROP, NULL);
}
