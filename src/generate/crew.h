/* crew: the teachers of a job, opened: who is asked what, and whose reply came.
 *
 * Life: crew_open, any number of crew_start, each answered by one reply of crew_take; crew_close, which gives up what
 * is under way. Threads: that of the job. Errors: a member that cannot be opened fails crew_open, unless others can
 * stand in for it (fallback). */
#ifndef GENERATE_CREW_H
#define GENERATE_CREW_H

#include "generate/requests.h"
#include "teacher/teacher.h"

struct crew_member {
  const struct member *who;      /* its record, spec and prices */
  struct teacher *teacher;       /* NULL: it could not be opened */
  struct err why;                /* no request can succeed with it; code 0: it can be used */
  size_t n_sent;                 /* under way */
  size_t n_taken, ahead;         /* replies since since_ms; what it does in AHEAD_MS, at the rate of late */
  int64_t since_ms;
  size_t next;                   /* the job's: no planned request of this member stands before it */
};
struct crew {
  struct crew_member *members;
  size_t n;
  bool fallback;
  struct project *project;
  size_t turn;                   /* who is looked at first by the next crew_take */
};
int crew_open(struct crew *c, const struct blueprint *b, struct err *e);
void crew_close(struct crew *c);

/* The member with this teacher; 0 or none of them: the first. */
size_t crew_find(const struct crew *c, uint32_t teacher_id);
/* Who stands in for a member: the next that can be used, or crew->n: nobody. */
size_t crew_stand_in(const struct crew *c, size_t member);
bool crew_usable(const struct crew *c);                    /* any member */
size_t crew_n_sent(const struct crew *c);
/* How many more requests a member takes: as many as may be in flight, as many that wait in its queue, and what it does
 * in AHEAD_MS, so that it never waits for us. */
size_t crew_room(const struct crew *c, size_t member);
int crew_most(const struct crew *c);                       /* in flight at a time, over all that can be used */

void crew_start(struct crew *c, size_t member, uint64_t tag, const struct teacher_request *request);
/* The next reply, waiting up to timeout_ms for it; NULL: none came. */
struct teacher_reply *crew_take(struct crew *c, int timeout_ms);
void crew_drain(struct crew *c);
void crew_cancel(struct crew *c);
void crew_set_concurrency(struct crew *c, int n);          /* of each member */
/* Of all members together; held_ms: until one of them may send. */
void crew_pace(const struct crew *c, struct teacher_pace *out);

#endif
