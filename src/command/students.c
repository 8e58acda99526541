#include "command/students.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/nearest.h"

#define KINDS_MAX 16

const struct student_kind *
students_find(const char *name, struct err *e)
{
  const struct student_kind *kind = student_kind_find(name);
  const char *names[KINDS_MAX], *near;
  struct buf list = BUF_INIT;
  size_t n = 0;

  if (kind)
    return kind;
  for (; n < student_n_kinds && n < KINDS_MAX; n++) {
    names[n] = student_kinds[n]->name;
    buf_addf(&list, "%s%s", n ? ", " : "", names[n]);
  }
  near = nearest_of(name, names, n);
  err_set(e, ERR_INPUT, "there is no student '%.100s' (%s%s%s)", name, near ? "did you mean '" : "there are: ",
          near ? near : buf_str(&list), near ? "'?" : "");
  buf_release(&list);
  return NULL;
}

const struct option *
students_options(size_t i, const char **whose)
{
  if (i >= student_n_kinds)
    return NULL;
  *whose = student_kinds[i]->name;
  return student_kinds[i]->params;
}

static bool
is_parameter(const struct option *o)
{
  for (size_t i = 0; i < student_n_kinds; i++)
    for (size_t k = 0; k < student_kinds[i]->n_params; k++)
      if (&student_kinds[i]->params[k] == o)
        return true;
  return false;
}

int
students_of_json(const struct student_kind *kind, const char *json, double **values, struct err *e)
{
  struct json *object = json_parse(json, strlen(json), NULL, e);
  int r = object ? 0 : -1;

  *values = xcalloc(kind->n_params + 1, sizeof **values);
  student_defaults(kind, *values);
  for (const struct json *m = json_first(object); m && r == 0; m = json_next(m)) {
    const struct option *o = option_find(kind->params, json_key(m));

    if (o && json_string(m))
      r = option_check(o, json_string(m), &(*values)[o - kind->params], e);
    else if (o && json_type(m) == JSON_NUMBER)
      (*values)[o - kind->params] = json_number(m, 0);
  }
  json_free(object);
  return r;
}

/* Who says how many epochs means just so many: `updates`, which adds some for few texts, is for who does not. */
static void
take_epochs_at_word(const struct call *c, const struct student_kind *kind, double *values)
{
  const struct option *updates = option_find(kind->params, "updates");

  if (updates && call_given(c, "epochs") && !call_given(c, "updates"))
    values[updates - kind->params] = 0;
}

int
students_values_on(const struct call *c, const struct student_kind *kind, const char *json, double **values,
                   struct err *e)
{
  if (students_of_json(kind, json ? json : "{}", values, e) < 0)
    return -1;
  for (size_t i = 0; i < c->n_values; i++) {
    const struct call_value *v = &c->values[i];
    const struct option *o;

    if (!is_parameter(v->option))
      continue;
    o = option_find(kind->params, v->option->name);
    if (!o)
      return err_set(e, ERR_INPUT, "the student '%s' has no parameter '--%s'", kind->name, v->option->name);
    if (option_check(o, v->text, &(*values)[o - kind->params], e) < 0)
      return -1;
  }
  take_epochs_at_word(c, kind, *values);
  return 0;
}

int
students_values(const struct call *c, const struct student_kind *kind, double **values, struct err *e)
{
  return students_values_on(c, kind, NULL, values, e);
}
