/* The tests: what may follow `is`. */
#include <string.h>

#include "prompt/run.h"
#include "prompt/text.h"

static int
give(struct value *out, bool truth)
{
  *out = value_bool(truth);
  return 0;
}

static int
t_defined(struct call *c, struct value *out)
{
  return give(out, c->self.kind != VALUE_UNDEFINED);
}

static int
t_undefined(struct call *c, struct value *out)
{
  return give(out, c->self.kind == VALUE_UNDEFINED);
}

static int
t_none(struct call *c, struct value *out)
{
  return give(out, c->self.kind == VALUE_NONE);
}

static int
t_boolean(struct call *c, struct value *out)
{
  return give(out, c->self.kind == VALUE_BOOL);
}

static int
t_true(struct call *c, struct value *out)
{
  return give(out, c->self.kind == VALUE_BOOL && c->self.boolean);
}

static int
t_false(struct call *c, struct value *out)
{
  return give(out, c->self.kind == VALUE_BOOL && !c->self.boolean);
}

static int
t_integer(struct call *c, struct value *out)
{
  return give(out, c->self.kind == VALUE_INT);
}

static int
t_float(struct call *c, struct value *out)
{
  return give(out, c->self.kind == VALUE_FLOAT);
}

static int
t_number(struct call *c, struct value *out)
{
  return give(out, value_is_number(c->self));
}

static int
t_string(struct call *c, struct value *out)
{
  return give(out, c->self.kind == VALUE_STRING);
}

static int
t_mapping(struct call *c, struct value *out)
{
  return give(out, c->self.kind == VALUE_DICT);
}

static int
t_sequence(struct call *c, struct value *out)
{
  enum value_kind k = c->self.kind;

  return give(out, k == VALUE_STRING || k == VALUE_LIST || k == VALUE_TUPLE || k == VALUE_DICT || k == VALUE_RANGE);
}

static int
t_iterable(struct call *c, struct value *out)
{
  enum value_kind k = c->self.kind;

  return give(out, k == VALUE_STRING || k == VALUE_LIST || k == VALUE_TUPLE || k == VALUE_DICT || k == VALUE_RANGE ||
                   k == VALUE_VIEW || k == VALUE_STREAM || k == VALUE_UNDEFINED || k == VALUE_LOOP);
}

static int
t_callable(struct call *c, struct value *out)
{
  enum value_kind k = c->self.kind;

  return give(out, k == VALUE_CALLABLE || k == VALUE_LOOP || k == VALUE_UNDEFINED);
}

/* The same object: for what has no identity here, the same kind and value. */
static int
t_sameas(struct call *c, struct value *out)
{
  struct value x = c->self, y = c->arg[0];

  if (x.kind != y.kind)
    return give(out, false);
  if (x.kind == VALUE_LIST || x.kind == VALUE_TUPLE || x.kind == VALUE_DICT)
    return give(out, x.list == y.list);
  return give(out, value_equal(x, y));
}

static int
modulo(struct call *c, struct value by, int64_t rest, struct value *out)
{
  struct value x;

  if (operate(c->run, OP_MOD, c->self, by, &x) < 0)
    return -1;
  return give(out, value_equal(x, value_int(rest)));
}

static int
t_odd(struct call *c, struct value *out)
{
  return modulo(c, value_int(2), 1, out);
}

static int
t_even(struct call *c, struct value *out)
{
  return modulo(c, value_int(2), 0, out);
}

static int
t_divisibleby(struct call *c, struct value *out)
{
  return modulo(c, c->arg[0], 0, out);
}

static int
t_upper(struct call *c, struct value *out)
{
  struct value s;

  return run_text(c->run, c->self, &s) < 0 ? -1 : give(out, text_is(s.string.s, s.string.n, TEXT_IS_UPPER));
}

static int
t_lower(struct call *c, struct value *out)
{
  struct value s;

  return run_text(c->run, c->self, &s) < 0 ? -1 : give(out, text_is(s.string.s, s.string.n, TEXT_IS_LOWER));
}

static int
t_escaped(struct call *c, struct value *out)
{
  (void)c;
  return give(out, false);
}

static int
exists(struct call *c, const struct builtin_table *table, struct value *out)
{
  return give(out, c->self.kind == VALUE_STRING && builtin_find(table, c->self.string.s, c->self.string.n));
}

static int
t_filter(struct call *c, struct value *out)
{
  return exists(c, &filters, out);
}

static int
t_test(struct call *c, struct value *out)
{
  return exists(c, &tests, out);
}

static int
compare(struct call *c, enum operator op, struct value *out)
{
  bool truth;

  return operate_compare(c->run, op, c->self, c->arg[0], &truth) < 0 ? -1 : give(out, truth);
}

static int
t_eq(struct call *c, struct value *out)
{
  return compare(c, OP_EQ, out);
}

static int
t_ne(struct call *c, struct value *out)
{
  return compare(c, OP_NE, out);
}

static int
t_lt(struct call *c, struct value *out)
{
  return compare(c, OP_LT, out);
}

static int
t_le(struct call *c, struct value *out)
{
  return compare(c, OP_LE, out);
}

static int
t_gt(struct call *c, struct value *out)
{
  return compare(c, OP_GT, out);
}

static int
t_ge(struct call *c, struct value *out)
{
  return compare(c, OP_GE, out);
}

static int
t_in(struct call *c, struct value *out)
{
  return compare(c, OP_IN, out);
}

static const struct builtin rows[] = {
  {"!=", t_ne, "other", false}, {"<", t_lt, "other", false}, {"<=", t_le, "other", false}, {"==", t_eq, "other", false},
  {">", t_gt, "other", false}, {">=", t_ge, "other", false}, {"boolean", t_boolean, "", true},
  {"callable", t_callable, "", true}, {"defined", t_defined, "", true}, {"divisibleby", t_divisibleby, "num", false},
  {"eq", t_eq, "other", false}, {"equalto", t_eq, "other", false}, {"escaped", t_escaped, "", true},
  {"even", t_even, "", false}, {"false", t_false, "", true}, {"filter", t_filter, "", false},
  {"float", t_float, "", true},
  {"ge", t_ge, "other", false}, {"greaterthan", t_gt, "other", false}, {"gt", t_gt, "other", false},
  {"in", t_in, "seq", true}, {"integer", t_integer, "", true}, {"iterable", t_iterable, "", false},
  {"le", t_le, "other", false}, {"lessthan", t_lt, "other", false}, {"lower", t_lower, "", false},
  {"lt", t_lt, "other", false}, {"mapping", t_mapping, "", true}, {"ne", t_ne, "other", false},
  {"none", t_none, "", true},
  {"number", t_number, "", true}, {"odd", t_odd, "", false}, {"sameas", t_sameas, "other", true},
  {"sequence", t_sequence, "", true}, {"string", t_string, "", true}, {"test", t_test, "", false},
  {"true", t_true, "", true}, {"undefined", t_undefined, "", true}, {"upper", t_upper, "", false},
};
const struct builtin_table tests = {"test", rows, N_OF(rows)};
