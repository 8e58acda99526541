#include "base/option.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const struct option *
option_find(const struct option *table, const char *name)
{
  for (; table && table->name; table++)
    if (strcmp(table->name, name) == 0)
      return table;
  return NULL;
}

int
option_choice(const struct option *o, size_t i, struct buf *out)
{
  const char *s = o->choices, *end;

  while (s && i-- > 0)
    s = (end = strchr(s, '|')) ? end + 1 : NULL;
  if (!s)
    return 0;
  end = strchrnul(s, '|');
  buf_clear(out);
  buf_add(out, s, (size_t)(end - s));
  return 1;
}

void
option_range(const struct option *o, struct buf *out)
{
  if (o->type == OPTION_CHOICE)
    buf_adds(out, o->choices);
  else if ((o->type == OPTION_INT || o->type == OPTION_REAL) && (o->min != 0 || o->max != 0))
    buf_addf(out, "%.15g to %.15g", o->min, o->max);
}

static int
refuse(const struct option *o, const char *text, const char *what, struct err *e)
{
  struct buf range = BUF_INIT;

  option_range(o, &range);
  err_set(e, ERR_INPUT, "option '--%s': '%.80s' %s%s%s%s", o->name, text, what, range.n ? " (allowed: " : "",
          buf_str(&range), range.n ? ")" : "");
  buf_release(&range);
  return -1;
}

static int
check_number(const struct option *o, const char *text, double *x, struct err *e)
{
  char *end;

  *x = strtod(text, &end);
  if (end == text || *end || !isfinite(*x))
    return refuse(o, text, "is not a number", e);
  if (o->type == OPTION_INT && *x != floor(*x))
    return refuse(o, text, "is not a whole number", e);
  if ((o->min != 0 || o->max != 0) && (*x < o->min || *x > o->max))
    return refuse(o, text, "is out of range", e);
  return 0;
}

static int
check_choice(const struct option *o, const char *text, double *x, struct err *e)
{
  struct buf choice = BUF_INIT;
  size_t i = 0;
  int found = 0;

  while (!found && option_choice(o, i, &choice))
    if (strcmp(buf_str(&choice), text) == 0)
      found = 1;
    else
      i++;
  buf_release(&choice);
  *x = (double)i;
  return found ? 0 : refuse(o, text, "is not one of them", e);
}

int
option_check(const struct option *o, const char *text, double *number, struct err *e)
{
  double x = 0;
  int r = 0;

  if (o->type == OPTION_FLAG)
    x = strcmp(text, "0") != 0 && strcmp(text, "no") != 0;
  else if (o->type == OPTION_INT || o->type == OPTION_REAL)
    r = check_number(o, text, &x, e);
  else if (o->type == OPTION_CHOICE)
    r = check_choice(o, text, &x, e);
  if (r == 0 && number)
    *number = x;
  return r;
}

double
option_default(const struct option *o)
{
  double x = 0;

  if (o->fallback)
    ensure(option_check(o, o->fallback, &x, NULL) == 0);
  return x;
}
