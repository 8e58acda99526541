#include "prompt/builtin.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "prompt/run.h"

const struct builtin *
builtin_find(const struct builtin_table *table, const char *name, size_t n)
{
  for (size_t i = 0; i < table->n; i++)
    if (strlen(table->rows[i].name) == n && memcmp(table->rows[i].name, name, n) == 0)
      return &table->rows[i];
  return NULL;
}

const struct builtin_table *
builtin_methods(struct value x)
{
  return x.kind == VALUE_STRING ? &string_methods : x.kind == VALUE_DICT ? &dict_methods :
         x.kind == VALUE_LIST || x.kind == VALUE_TUPLE ? &list_methods : x.kind == VALUE_LOOP ? &loop_methods : NULL;
}

/* The next parameter in *params: its name and whether it may be left out; false at the end. */
static bool
next_param(const char **params, const char **name, size_t *n, bool *optional)
{
  const char *s = *params + strspn(*params, " ");

  if (!*s)
    return false;
  *n = strcspn(s, " ?");
  *name = s;
  *optional = s[*n] == '?';
  *params = s + *n + *optional;
  return true;
}

static int
bind_named(struct call *c, const char *wanted, struct value x)
{
  const char *params = c->row->params, *name;
  bool optional;
  size_t n;

  for (int i = 0; next_param(&params, &name, &n, &optional); i++)
    if (strlen(wanted) == n && memcmp(name, wanted, n) == 0) {
      if (c->given[i])
        return call_fail(c, "the argument '%s' is given twice", wanted);
      c->given[i] = true;
      c->arg[i] = x;
      return 0;
    }
  return call_fail(c, "there is no argument '%s'", wanted);
}

static int
bind(struct call *c)
{
  const char *params = c->row->params, *name;
  size_t positional = c->n - c->n_names, n_params = 0, n;
  bool optional;

  while (next_param(&params, &name, &n, &optional))
    n_params++;
  ensure(n_params <= BUILTIN_PARAMS);
  if (positional > n_params)
    return call_fail(c, "takes %zu argument%s, not %zu", n_params, n_params == 1 ? "" : "s", positional);
  for (size_t i = 0; i < positional; i++) {
    c->arg[i] = c->v[i];
    c->given[i] = true;
  }
  for (size_t i = 0; i < c->n_names; i++)
    if (bind_named(c, c->names[i], c->v[positional + i]) < 0)
      return -1;
  params = c->row->params;
  for (int i = 0; next_param(&params, &name, &n, &optional); i++)
    if (!c->given[i] && !optional)
      return call_fail(c, "needs the argument '%.*s'", (int)n, name);
  return 0;
}

int
builtin_call(struct run *r, const struct builtin *row, struct value self, const struct value *v, size_t n,
             const char *const *names, size_t n_names, struct value *out)
{
  struct call c = {.run = r, .row = row, .self = self, .v = v, .n = n, .names = names, .n_names = n_names};

  if (!row->undefined && run_need(r, self) < 0)
    return -1;
  if (strcmp(row->params, "*") != 0 && bind(&c) < 0)
    return -1;
  return run_charge(r, 1) < 0 ? -1 : row->call(&c, out);
}

int
call_fail(struct call *c, const char *format, ...)
{
  char message[500];
  va_list args;

  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  return run_fail(c->run, "%s: %s", c->row->name, message);
}

int
arg_text(struct call *c, int i, const char *otherwise, struct value *text)
{
  if (!c->given[i]) {
    *text = value_ref(otherwise, strlen(otherwise));
    return 0;
  }
  return run_text(c->run, c->arg[i], text);
}

int
arg_string(struct call *c, int i, const char *otherwise, struct value *text)
{
  if (!c->given[i])
    return arg_text(c, i, otherwise, text);
  if (run_need(c->run, c->arg[i]) < 0)
    return -1;
  if (c->arg[i].kind != VALUE_STRING)
    return call_fail(c, "needs a string, not '%s'", value_type_name(c->arg[i]));
  *text = c->arg[i];
  return 0;
}

int
arg_int(struct call *c, int i, int64_t otherwise, int64_t *x)
{
  *x = otherwise;
  if (!c->given[i])
    return 0;
  if (run_need(c->run, c->arg[i]) < 0)
    return -1;
  if (c->arg[i].kind != VALUE_INT && c->arg[i].kind != VALUE_BOOL)
    return call_fail(c, "needs a whole number, not '%s'", value_type_name(c->arg[i]));
  *x = c->arg[i].kind == VALUE_BOOL ? c->arg[i].boolean : c->arg[i].integer;
  return 0;
}

int
arg_true(struct call *c, int i, bool otherwise, bool *x)
{
  *x = otherwise;
  return c->given[i] ? run_truth(c->run, c->arg[i], x) : 0;
}
