/* schedule: changes of a training's parameters that are planned before it begins (train --set-at).
 *
 *   "300:lr=0.001"   once 300 steps are done
 *   "e5:dropout=0"   when the 5th epoch begins
 *
 * Life: schedule_add for each, schedule_release. Threads: one user. Errors: ERR_INPUT, with what was typed. */
#ifndef COMMAND_SCHEDULE_H
#define COMMAND_SCHEDULE_H

#include <stdbool.h>

#include "student/student.h"

struct schedule_item {
  int step, epoch;       /* one of them is -1 */
  size_t param;          /* of the kind */
  double value;
  bool done;
};
struct schedule {
  struct schedule_item *items;
  size_t n, cap;
};
int schedule_add(struct schedule *s, const struct student_kind *kind, const char *text, struct err *e);
void schedule_release(struct schedule *s);
/* The next item that is due once `step` steps are done and epoch `epoch` (from 1) is about to be learned in; it is done
 * then. NULL: none. */
const struct schedule_item *schedule_due(struct schedule *s, int step, int epoch);
/* One of these was done in an earlier part of the run. */
void schedule_did(struct schedule *s, size_t param, double value);

#endif
