/* course_change: parameters that change while a course trains. For course.c. */
#ifndef COMMAND_COURSE_CHANGE_H
#define COMMAND_COURSE_CHANGE_H

#include "command/course.h"

/* Before the step that follows p: first what an earlier part of the run changed there, then what is planned, then what
 * the person wishes. -1: a change could not be written down, or one that is planned or was made before is refused; a
 * wish that is refused is only told. */
int course_change(struct course *s, struct training *t, const struct train_point *p, struct err *e);
/* The parameters, and (of a run that goes on) the changes before its checkpoint, to the board. */
void course_show_values(struct course *s);
void course_show_past(struct course *s);

#endif
