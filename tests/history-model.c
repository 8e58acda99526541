#include "tests/history-model.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "ship/dataset.h"

uint64_t
model_digest(const struct corpus *c)
{
  struct buf b = BUF_INIT;
  struct sample s;
  uint64_t sum = 0;

  for (uint32_t id = 1, n = corpus_count(c); id <= n; id++) {
    if (!corpus_get(c, id, &s))
      continue;
    buf_clear(&b);
    dataset_add_json(&b, c, &s);
    sum += hash_bytes(b.s, b.n, 1);
  }
  buf_release(&b);
  return sum;
}

static void
push(struct stack *s, uint32_t change)
{
  GROW(s->v, s->cap, s->n + 1);
  s->v[s->n++] = change;
}

/* Takes a change out; of those that stood above it one does not know any more what they start from. */
static bool
take(struct model *m, struct stack *s, uint32_t change)
{
  size_t i = s->n;

  for (; i > 0 && s->v[i - 1] != change; i--)
    m->known[s->v[i - 1]].fresh = false;
  if (i == 0)
    return false;
  memmove(s->v + i - 1, s->v + i, (s->n - i) * sizeof *s->v);
  s->n--;
  return true;
}

static uint32_t
job_of(const char *actor)
{
  return strncmp(actor, "job ", 4) ? 0 : (uint32_t)atoi(actor + 4);
}

/* Where a way has led so far, as far as that is known. */
struct place {
  bool known;
  uint64_t digest;
};

static int
follow_walk(struct model *m, const struct log_entry *l, struct place *at, struct err *e)
{
  bool redo = l->kind == CHANGE_REDO;
  struct stack *from = redo ? &m->undone : &m->done, *to = redo ? &m->done : &m->undone;
  struct known *k = &m->known[l->target];
  bool newest = from->n && from->v[from->n - 1] == l->target;

  if (!take(m, from, l->target))
    return err_set(e, ERR_FAIL, "entry %u: change %u is not there to be %s", l->id, l->target,
                   redo ? "redone" : "undone");
  push(to, l->target);
  if (redo)
    k->fresh &= at->known && at->digest == k->before;
  else if (newest && k->fresh && at->known && at->digest != k->after)
    return err_set(e, ERR_FAIL, "entry %u: the corpus is not what change %u left", l->id, l->target);
  at->known = at->known && newest && k->fresh;
  at->digest = redo ? k->after : k->before;
  m->n_compared += at->known;
  return 0;
}

static int
follow_entry(struct model *m, const struct log_entry *l, const uint64_t *digests, struct place *at, struct err *e)
{
  struct known *k = &m->known[l->id];

  switch (l->kind) {
  case CHANGE_INSERT:
  case CHANGE_SET:
    *k = (struct known){.job = job_of(l->actor), .fresh = digests != NULL, .whole = digests != NULL};
    if (digests) {
      k->before = digests[0];
      k->after = k->state = digests[1];
    }
    push(&m->done, l->id);
    if (!k->job)
      m->undone.n = 0;
    *at = (struct place){digests != NULL, k->after};
    return 0;
  case CHANGE_UNDO:
  case CHANGE_REDO:
    return follow_walk(m, l, at, e);
  case CHANGE_LABEL:
  case N_CHANGES:
    break;
  }
  return 0;
}

/* All that is newer than what was seen, newest first. */
static int
read_log(const struct model *m, struct project *p, struct log_entry **log, size_t *n, struct err *e)
{
  for (size_t max = 64;; max *= 8) {
    if (project_log(p, 0, max, log, n, e))
      return -1;
    if (*n < max || (*log)[*n - 1].id <= m->seen)
      return 0;
    log_entries_free(*log, *n);
  }
}

static void
make_room(struct model *m, uint32_t newest)
{
  size_t cap = 2 * (size_t)newest + 1000;

  if (newest < m->cap_known)
    return;
  m->known = xrealloc(m->known, cap * sizeof *m->known);
  memset(m->known + m->cap_known, 0, (cap - m->cap_known) * sizeof *m->known);
  m->cap_known = cap;
}

int
model_follow(struct model *m, struct project *p, uint64_t now, const uint64_t *digests, size_t n, struct err *e)
{
  struct place at = {true, m->digest};
  struct log_entry *log;
  size_t n_log, news = 0, used = 0;
  int rc = 0;

  if (read_log(m, p, &log, &n_log, e))
    return -1;
  make_room(m, n_log ? log[0].id : 0);
  while (news < n_log && log[news].id > m->seen)
    news++;
  for (size_t i = news; i-- > 0 && !rc;) {
    bool changed = log[i].kind == CHANGE_INSERT || log[i].kind == CHANGE_SET;

    if (changed && digests && used >= n)
      rc = err_set(e, ERR_FAIL, "entry %u is one more than there were changes", log[i].id);
    else
      rc = follow_entry(m, &log[i], digests ? digests + used : NULL, &at, e);
    used += changed;
  }
  if (!rc && digests && used < n)
    rc = err_set(e, ERR_FAIL, "the log has %zu new changes, not %zu", used, n);
  if (!rc && at.known && at.digest != now)
    rc = err_set(e, ERR_FAIL, "after entry %u the corpus is not what it should be", n_log ? log[0].id : 0);
  if (news) {
    m->seen = log[0].id;
    m->known[m->seen].state = now;
    m->known[m->seen].whole = true;
  }
  m->digest = now;
  log_entries_free(log, n_log);
  return rc ? -1 : (int)news;
}

size_t
model_group(const struct model *m, const struct stack *s)
{
  size_t n = s->n > 0;
  uint32_t job = n ? m->known[s->v[s->n - 1]].job : 0;

  while (job && n < s->n && m->known[s->v[s->n - 1 - n]].job == job)
    n++;
  return n;
}

size_t
model_persons(const struct model *m)
{
  for (size_t i = m->done.n; i-- > 0;)
    if (!m->known[m->done.v[i]].job)
      return i;
  return m->done.n;
}

void
model_release(struct model *m)
{
  free(m->known);
  free(m->done.v);
  free(m->undone.v);
  *m = (struct model){0};
}
