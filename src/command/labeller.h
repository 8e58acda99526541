/* labeller: a student with the names of its labels: of a run of a project, or of a file that `ship` wrote.
 *
 * Life: labeller_open, labeller_release; strings stand in the call's arena. Threads: one user. */
#ifndef COMMAND_LABELLER_H
#define COMMAND_LABELLER_H

#include "command/call.h"
#include "student/student.h"

struct labeller {
  struct student *student;
  struct student_info info;
  const char **labels, **quoted;  /* (info.task.n_classes) names; as strings of JSON */
  const char *run;                /* its name; "" where it has none */
};
/* Of the call's open project; where there is none, of the project or the shipped file at c->path. run NULL: the newest. */
int labeller_open(struct labeller *p, struct call *c, const char *run, struct err *e);
void labeller_release(struct labeller *p);

#endif
