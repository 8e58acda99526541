/* outcome_store.c: what replies gave: samples, dropped texts, votes; declared in job_store.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/job_store.h"
#include "store/record.h"

struct keeping {
  const struct kept *k;
  struct replies *replies;     /* NULL: none */
  uint64_t *hashes;            /* of the keys of the requests whose replies could not be read */
  uint32_t *unreadable;        /* their ids */
  size_t n_unreadable;
  uint32_t entry, first_id;    /* in the log, of the new samples */
};

static int
mark_parsed(struct project *p, uint32_t id, struct err *e)
{
  if (db_run(&p->db, e, "UPDATE request SET state=2, unparsable=0 WHERE id=? AND state=1", "u", id))
    return -1;
  return sqlite3_changes(p->db.h)
           ? 0
           : err_set(e, ERR_FAIL, "request %u is not waiting to be parsed (does another program work on this job?)",
                     id);
}

/* The whole reply is in quarantine, or a text that it was asked about got no label: it answers no other request. */
static int
mark_unreadable(struct project *p, struct keeping *w, uint32_t id, struct err *e)
{
  w->unreadable[w->n_unreadable] = id;
  if (answered_hash(p, &(struct request_row){.id = id}, &w->hashes[w->n_unreadable], e))
    return -1;
  w->n_unreadable++;
  return db_run(&p->db, e, "UPDATE request SET unparsable=1 WHERE id=?", "u", id);
}

/* One row with its values: INSERT ... SELECT would keep a statement journal, which costs more than all else here. */
static int
write_dropped(struct project *p, struct keeping *w, struct err *e)
{
  static const char sql[] =
    "INSERT INTO dropped (job, request, label, attributes, text, text2, reason, detail, of_sample)"
    " VALUES (?, ?, nullif(?, 65535), ?, ?, ?, ?, ?, ?)";
  int64_t job = 0;

  for (size_t i = 0; i < w->k->n_dropped; i++) {
    const struct dropped_row *d = &w->k->dropped[i];
    uint32_t request = d->request_id ? d->request_id : w->k->requests[0];

    if (i == 0 && db_number(&p->db, e, 0, &job, "SELECT job FROM request WHERE id=?", "u", request))
      return -1;
    if (db_run(&p->db, e, sql, "iuutttttu", job, request, (uint32_t)d->label, or_empty(d->attributes), d->text,
               d->text2, or_empty(d->reason), or_empty(d->detail),
               d->of_new ? w->first_id + d->of_new - 1 : d->of_id) ||
        ((!d->text || strcmp(or_empty(d->reason), "label") == 0) && mark_unreadable(p, w, request, e)))
      return -1;
  }
  return 0;
}

static int
write_votes(struct project *p, const struct kept *k, struct err *e)
{
  static const char sql[] =
    "INSERT OR REPLACE INTO vote (sample, request, teacher, label, probabilities, rationale)"
    " VALUES (?, ?, ?, nullif(?, 65535), ?, ?)";

  for (size_t i = 0; i < k->n_votes; i++) {
    const struct vote_row *v = &k->votes[i];

    if (v->sample_id == 0 || v->sample_id > corpus_count(p->corpus))
      return err_set(e, ERR_INPUT, "there is no sample %u", v->sample_id);
    if (db_run(&p->db, e, sql, "uuuubt", v->sample_id, v->request_id, v->teacher_id, (uint32_t)v->label,
               (const void *)v->probabilities, v->probabilities ? v->n_probabilities * sizeof *v->probabilities : 0,
               or_empty(v->rationale)))
      return -1;
  }
  return 0;
}

int
outcome_write(struct project *p, const struct change *ch, uint32_t *entry, uint32_t *first_id, struct err *e)
{
  if (!ch || (!ch->n_samples && !ch->n_rows))
    return 0;
  if (row_check(p, ch, e))
    return -1;
  return ch->kind == CHANGE_INSERT ? row_write_insert(p, ch, entry, first_id, e) : row_write_set(p, ch, entry, e);
}

void
outcome_show(struct project *p, const struct change *ch, uint32_t entry)
{
  if (!entry)
    return;
  history_note(&p->history, entry, ch->kind, 0, ch->actor);
  p->seen = entry;
  if (ch->kind == CHANGE_INSERT)
    writer_show(p, ch->samples, ch->n_samples);
  else
    writer_apply(p, ch);
}

static int
keep_work(struct project *p, void *arg, struct err *e)
{
  struct keeping *w = arg;

  if (w->replies && reply_work(p, w->replies, e))
    return -1;
  for (size_t i = 0; i < w->k->n_requests; i++)
    if (mark_parsed(p, w->k->requests[i], e))
      return -1;
  if (outcome_write(p, w->k->change, &w->entry, &w->first_id, e) || write_dropped(p, w, e))
    return -1;
  return write_votes(p, w->k, e);
}

static void
keep_after(struct project *p, void *arg)
{
  const struct keeping *w = arg;

  if (w->replies)
    reply_after(p, w->replies);
  for (size_t i = 0; i < w->n_unreadable; i++)
    answered_note(p, w->hashes[i], w->unreadable[i], false);
  outcome_show(p, w->k->change, w->entry);
}

int
job_store_turn(struct project *p, const struct request_row *rows, size_t n, const struct kept *k, uint32_t *first_id,
               struct err *e)
{
  static const struct kept nothing;
  struct replies in = {rows, n, xcalloc(n + 1, sizeof *in.hashes)};
  struct keeping w = {.k = k ? k : &nothing, .replies = n ? &in : NULL};
  int rc;

  w.hashes = xcalloc(w.k->n_dropped + 1, sizeof *w.hashes);
  w.unreadable = xcalloc(w.k->n_dropped + 1, sizeof *w.unreadable);
  rc = n || w.k->n_requests ? project_call(p, keep_work, keep_after, &w, e) : 0;
  if (rc >= 0)
    project_touch(p);
  if (first_id)
    *first_id = w.first_id;
  free(w.hashes);
  free(w.unreadable);
  free(in.hashes);
  return rc;
}

int
job_store_keep_all(struct project *p, const struct kept *k, uint32_t *first_id, struct err *e)
{
  return job_store_turn(p, NULL, 0, k, first_id, e);
}

int
job_store_keep(struct project *p, uint32_t request_id, const struct change *ch, const struct dropped_row *dropped,
               size_t n_dropped, uint32_t *first_id, struct err *e)
{
  struct kept k = {.requests = &request_id, .n_requests = 1, .change = ch, .dropped = dropped, .n_dropped = n_dropped};

  ensure(!ch || ch->kind == CHANGE_INSERT);
  return job_store_keep_all(p, &k, first_id, e);
}
