/* kind: what every kind of student begins with; for files of this room only. */
#ifndef STUDENT_KIND_H
#define STUDENT_KIND_H

#include "student/student.h"

struct training {
  const struct student_kind *kind;
  struct dynamics *watch;  /* told of each text before it is learned in an epoch (dynamics.h); NULL: nobody asks */
};
struct student {
  const struct student_kind *kind;
};

#endif
