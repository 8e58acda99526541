#include "generate/crew.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "teacher/dialect.h"

#define AHEAD_MS 50
#define AHEAD_MAX 2048
#define RATE_OVER 64    /* replies, and */
#define RATE_MS 50      /* time, that a rate is measured over */
#define LOOK_MS 4   /* with several teachers: how long to wait for one before the others are looked at */

int
crew_open(struct crew *c, const struct blueprint *b, struct err *e)
{
  *c = (struct crew){.members = xcalloc(b->n_members, sizeof *c->members), .n = b->n_members,
                      .project = b->project, .fallback = b->fallback};
  for (size_t i = 0; i < c->n; i++)
    c->members[i].who = &b->members[i];
  for (size_t i = 0; i < c->n; i++) {
    struct crew_member *m = &c->members[i];

    m->teacher = teacher_open(&m->who->recruit.spec, &m->why);
    if (!m->teacher && !c->fallback) {
      *e = m->why;
      return -1;
    }
  }
  if (crew_usable(c))
    return 0;
  *e = c->members[0].why;
  return -1;
}

/* What a teacher was seen to refuse is written into its record; that it cannot be is no reason to fail. But not
 * schemas: it may have been this one that was refused (`teacher test` asks with one that is beyond doubt). */
static void
remember(const struct crew *c, const struct crew_member *m)
{
  unsigned known = m->who->recruit.spec.refused | REFUSED_SCHEMA;
  unsigned refused = m->teacher ? teacher_refused(m->teacher) & ~known : 0;

  if (refused && !project_read_only(c->project))
    recruit_learn(c->project, m->who->recruit.row.id, refused, NULL);
}

void
crew_close(struct crew *c)
{
  for (size_t i = 0; i < c->n; i++) {
    remember(c, &c->members[i]);
    teacher_close(c->members[i].teacher);
  }
  free(c->members);
  *c = (struct crew){0};
}

size_t
crew_find(const struct crew *c, uint32_t teacher_id)
{
  for (size_t i = 0; i < c->n; i++)
    if (c->members[i].who->recruit.row.id == teacher_id)
      return i;
  return 0;
}

size_t
crew_stand_in(const struct crew *c, size_t member)
{
  if (!c->fallback)
    return c->n;
  do
    member++;
  while (member < c->n && c->members[member].why.code != 0);
  return member;
}

bool
crew_usable(const struct crew *c)
{
  for (size_t i = 0; i < c->n; i++)
    if (c->members[i].why.code == 0)
      return true;
  return false;
}

size_t
crew_n_sent(const struct crew *c)
{
  size_t n = 0;

  for (size_t i = 0; i < c->n; i++)
    n += c->members[i].n_sent;
  return n;
}

size_t
crew_room(const struct crew *c, size_t member)
{
  const struct crew_member *m = &c->members[member];
  size_t most = 2 * (size_t)teacher_concurrency(m->teacher) + m->ahead;

  return m->n_sent < most ? most - m->n_sent : 0;
}

int
crew_most(const struct crew *c)
{
  int n = 0;

  for (size_t i = 0; i < c->n; i++)
    if (c->members[i].why.code == 0 && (i == 0 || !c->fallback || c->members[i].n_sent > 0 || n == 0))
      n += teacher_concurrency(c->members[i].teacher);
  return n;
}

void
crew_start(struct crew *c, size_t member, uint64_t tag, const struct teacher_request *request)
{
  struct crew_member *m = &c->members[member];

  m->n_sent++;
  teacher_start(m->teacher, tag, request);
}

/* How fast it is, over the last replies. */
static void
note_taken(struct crew_member *m)
{
  int64_t ms;

  m->n_sent--;
  if (++m->n_taken < RATE_OVER)
    return;
  ms = clock_ms() - m->since_ms;
  if (ms < RATE_MS)
    return;
  m->ahead = m->n_taken * AHEAD_MS / (size_t)ms;
  if (m->ahead > AHEAD_MAX)
    m->ahead = AHEAD_MAX;
  m->n_taken = 0;
  m->since_ms += ms;
}

/* Whoever has a reply, each in turn; waits on the last one only. */
static struct teacher_reply *
look_around(struct crew *c, int wait_ms, size_t n_busy)
{
  struct teacher_reply *r = NULL;

  for (size_t i = 0; !r && i < c->n && n_busy > 0; i++) {
    struct crew_member *m = &c->members[(c->turn + i) % c->n];

    if (m->n_sent == 0)
      continue;
    r = teacher_take(m->teacher, --n_busy == 0 ? wait_ms : 0);
    if (r)
      note_taken(m);
  }
  c->turn = (c->turn + 1) % c->n;
  return r;
}

struct teacher_reply *
crew_take(struct crew *c, int timeout_ms)
{
  struct teacher_reply *r;
  size_t n_busy = 0;

  for (size_t i = 0; i < c->n; i++)
    n_busy += c->members[i].n_sent > 0;
  do {
    int wait = n_busy > 1 && timeout_ms > LOOK_MS ? LOOK_MS : timeout_ms;

    r = look_around(c, wait, n_busy);
    timeout_ms -= wait;
  } while (!r && n_busy > 1 && timeout_ms > 0);
  return r;
}

void
crew_drain(struct crew *c)
{
  for (size_t i = 0; i < c->n; i++)
    if (c->members[i].teacher)
      teacher_drain(c->members[i].teacher);
}

void
crew_cancel(struct crew *c)
{
  for (size_t i = 0; i < c->n; i++)
    if (c->members[i].teacher)
      teacher_cancel_all(c->members[i].teacher);
}

void
crew_set_concurrency(struct crew *c, int n)
{
  for (size_t i = 0; i < c->n; i++)
    if (c->members[i].teacher)
      teacher_set_concurrency(c->members[i].teacher, n < TEACHER_CONCURRENCY_MAX ? n : TEACHER_CONCURRENCY_MAX);
}

void
crew_pace(const struct crew *c, struct teacher_pace *out)
{
  bool first = true;

  *out = (struct teacher_pace){0};
  for (size_t i = 0; i < c->n; i++) {
    struct teacher_pace p;

    if (c->members[i].n_sent == 0)
      continue;
    teacher_pace(c->members[i].teacher, &p);
    out->in_flight += p.in_flight;
    out->waiting += p.waiting;
    out->allowed += p.allowed;
    if (first || p.held_ms < out->held_ms)
      out->held_ms = p.held_ms;
    first = false;
  }
}
