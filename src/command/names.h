/* names: which template, teacher, run a command means when nothing is said, and "did you mean". */
#ifndef COMMAND_NAMES_H
#define COMMAND_NAMES_H

#include "command/call.h"
#include "prompt/prompty.h"
#include "store/run_store.h"
#include "store/teacher_store.h"
#include "store/template_store.h"

/* The one named by the option, or else the only one there is; several are an error that lists them. The row is the
 * caller's to release. "NAME" is the newest version, "NAME@3" that version. */
int names_template(struct call *c, const char *name, struct template_row *row, struct err *e);
/* Where nothing is named, the only one of this kind. none: the error where there is none; NULL: row->name stays NULL.
 * */
int names_template_of(struct call *c, const char *name, enum prompty_kind kind, const char *none,
                      struct template_row *row, struct err *e);
int names_teacher(struct call *c, const char *name, struct teacher_row *row, struct err *e);
/* The run named, or else the newest that has a model. */
int names_run(struct call *c, const char *name, struct run_row *row, struct err *e);
/* Whether a name can be given to a teacher, template or run: 1 to 200 bytes of UTF-8 without control characters.
 * `what` is for the message: "a teacher". */
int names_check(const char *what, const char *name, struct err *e);
/* A label of the project; unknown: ERR_INPUT with the nearest one. */
int names_label(struct call *c, const char *name, uint16_t *label, struct err *e);
/* The numbers behind --filter. */
const struct filter_provider *names_provider(struct call *c);
/* ERR_INPUT if a signal was asked for, in a filter or a sort, that nobody has computed yet. */
int names_computed(struct call *c, struct err *e);

#endif
