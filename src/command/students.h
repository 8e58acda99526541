/* students: the parameters of the students as options of commands. */
#ifndef COMMAND_STUDENTS_H
#define COMMAND_STUDENTS_H

#include "command/call.h"
#include "student/student.h"

/* The kind of that name; NULL and e (with the nearest one) if there is none. */
const struct student_kind *students_find(const char *name, struct err *e);
/* For struct command's `more`: a table for each kind of student. */
const struct option *students_options(size_t i, const char **whose);
/* The kind's defaults with what was typed; *values is the caller's. A parameter of another kind is ERR_INPUT. */
int students_values(const struct call *c, const struct student_kind *kind, double **values, struct err *e);
/* The same on top of what such an object (student_params_json) says; NULL: of the defaults. */
int students_values_on(const struct call *c, const struct student_kind *kind, const char *json, double **values,
                       struct err *e);
/* The kind's defaults with what such an object says: a run's parameters again. *values is the caller's. */
int students_of_json(const struct student_kind *kind, const char *json, double **values, struct err *e);

#endif
