/* form: a list of fields made from option rows (base/option.h), each with its range and default, checked while typing.
 * A row without a name ("") is a heading, its summary; all from the first one on can be folded away.
 *
 * Life: form_init, form_key until FORM_DONE or FORM_CANCEL, form_line, form_release. The rows must stay. */
#ifndef UI_FORM_H
#define UI_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/option.h"
#include "ui/canvas.h"
#include "ui/editor.h"
#include "ui/list.h"

enum form_result { FORM_GOES_ON, FORM_DONE, FORM_CANCEL };

struct form_field {
  const struct option *option;
  struct editor value;     /* as typed; empty: the default */
  char wrong[1000];        /* what is wrong with it, "" if nothing */
  const char *brief;       /* what stands beside it, NULL: the option's own line, which is told below in any case */
  /* Values to cycle through with the arrow keys, "a|b|c", where the option's own choices are not all (labels, runs). */
  char *offers;
};

struct form {
  struct form_field *fields;
  size_t n;
  struct list list;
  struct area fields_area; /* as last drawn */
  const char *title;
  size_t fold;             /* the heading whose fields are folded away or can be, 0: none */
};

void form_init(struct form *f, const char *title, const struct option *rows, size_t n);
void form_release(struct form *f);
void form_set(struct form *f, const char *name, const char *value);    /* NULL: the default */
const char *form_get(const struct form *f, const char *name);          /* as typed, "" for the default */
void form_offer(struct form *f, const char *name, const char *offers);
void form_brief(struct form *f, const char *name, const char *brief);  /* in so few words that 80 columns hold them */
/* Folds away what stands behind the first heading, until a key opens it or a field there turns out wrong. */
void form_fold(struct form *f);
enum form_result form_key(struct form *f, const struct key *k);        /* FORM_DONE only when every field is right */
void form_draw(struct form *f, struct canvas *c, struct area a);
int form_rows(const struct form *f);                                   /* that it would like to have */
/* Adds " --name value" of every field that was filled in, quoted where needed. */
void form_line(const struct form *f, struct buf *out);
/* The same without one of them. */
void form_line_without(const struct form *f, const char *name, struct buf *out);

#endif
