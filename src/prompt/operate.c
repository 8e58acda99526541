/* The operators, with Python's meaning. */
#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "prompt/jinja.h"
#include "prompt/run.h"

static const char *const signs[] = {
  [OP_ADD] = "+", [OP_SUB] = "-", [OP_MUL] = "*", [OP_DIV] = "/", [OP_FLOORDIV] = "//", [OP_MOD] = "%", [OP_POW] = "**",
  [OP_EQ] = "==", [OP_NE] = "!=", [OP_LT] = "<", [OP_LE] = "<=", [OP_GT] = ">", [OP_GE] = ">=", [OP_IN] = "in",
  [OP_NOT_IN] = "not in",
};

static int
unfit(struct run *r, enum operator op, struct value x, struct value y)
{
  return run_fail(r, "'%s' does not work on '%s' and '%s'", signs[op], value_type_name(x), value_type_name(y));
}

static int
too_large(struct run *r)
{
  return run_fail(r, "the number is too large (integers have 64 bits here)");
}

static int64_t
whole(struct value x)
{
  return x.kind == VALUE_BOOL ? x.boolean : x.integer;
}

static int64_t
floor_div(int64_t x, int64_t y)
{
  int64_t q = x / y;

  return x % y != 0 && (x < 0) != (y < 0) ? q - 1 : q;
}

static int
int_power(struct run *r, int64_t x, int64_t y, struct value *out)
{
  int64_t power = 1;

  if (y < 0) {
    if (x == 0)
      return run_fail(r, "division by zero");
    *out = value_float(pow((double)x, (double)y));
    return 0;
  }
  for (; y > 0; y >>= 1) {
    if ((y & 1) && __builtin_mul_overflow(power, x, &power))
      return too_large(r);
    if (y > 1 && __builtin_mul_overflow(x, x, &x))
      return too_large(r);
  }
  *out = value_int(power);
  return 0;
}

static int
on_ints(struct run *r, enum operator op, int64_t x, int64_t y, struct value *out)
{
  int64_t z = 0;
  bool over = false;

  if ((op == OP_DIV || op == OP_FLOORDIV || op == OP_MOD) && y == 0)
    return run_fail(r, "division by zero");
  if (op == OP_DIV) {
    *out = value_float((double)x / (double)y);
    return 0;
  }
  if (op == OP_POW)
    return int_power(r, x, y, out);
  if ((op == OP_FLOORDIV || op == OP_MOD) && y == -1) {  /* INT64_MIN / -1 has no place */
    over = op == OP_FLOORDIV && __builtin_sub_overflow((int64_t)0, x, &z);
  } else if (op == OP_FLOORDIV || op == OP_MOD) {
    z = op == OP_FLOORDIV ? floor_div(x, y) : x - floor_div(x, y) * y;
  } else {
    over = op == OP_ADD ? __builtin_add_overflow(x, y, &z) : op == OP_SUB ? __builtin_sub_overflow(x, y, &z) :
           __builtin_mul_overflow(x, y, &z);
  }
  *out = value_int(z);
  return over ? too_large(r) : 0;
}

/* Python's float modulo: the sign of y. */
static double
float_mod(double x, double y)
{
  double m = fmod(x, y);

  if (m != 0 && (m < 0) != (y < 0))
    return m + y;
  return m != 0 ? m : copysign(0, y);
}

static double
float_floor_div(double x, double y)
{
  double m = fmod(x, y), d = (x - m) / y, f;

  if (m != 0 && (m < 0) != (y < 0))
    d -= 1;
  if (d == 0)
    return copysign(0, x / y);
  f = floor(d);
  return d - f > 0.5 ? f + 1 : f;
}

static int
on_floats(struct run *r, enum operator op, double x, double y, struct value *out)
{
  double z = 0;

  if (((op == OP_DIV || op == OP_FLOORDIV || op == OP_MOD) && y == 0) || (op == OP_POW && x == 0 && y < 0))
    return run_fail(r, "division by zero");
  if (op == OP_POW && x < 0 && isfinite(y) && y != floor(y))
    return run_fail(r, "a negative number to the power of a fraction");
  switch (op) {
  case OP_ADD: z = x + y; break;
  case OP_SUB: z = x - y; break;
  case OP_MUL: z = x * y; break;
  case OP_DIV: z = x / y; break;
  case OP_FLOORDIV: z = float_floor_div(x, y); break;
  case OP_MOD: z = float_mod(x, y); break;
  default: z = pow(x, y); break;
  }
  if (op == OP_POW && isinf(z) && isfinite(x) && isfinite(y))
    return run_fail(r, "the number is too large");
  *out = value_float(z);
  return 0;
}

static int
join_strings(struct run *r, struct value x, struct value y, struct value *out)
{
  struct buf b = run_buf();

  buf_add(&b, x.string.s, x.string.n);
  buf_add(&b, y.string.s, y.string.n);
  return run_string(r, &b, out);
}

static int
add_lists(struct run *r, struct value x, struct value y, struct value *out)
{
  if (run_charge(r, x.list->n + y.list->n) < 0)
    return -1;
  *out = x.kind == VALUE_LIST ? value_list(&r->arena) : value_tuple(&r->arena);
  for (size_t i = 0; i < x.list->n; i++)
    value_push(&r->arena, *out, x.list->v[i]);
  for (size_t i = 0; i < y.list->n; i++)
    value_push(&r->arena, *out, y.list->v[i]);
  return 0;
}

/* A string or list n times. */
static int
repeat(struct run *r, struct value x, int64_t n, struct value *out)
{
  size_t one = x.kind == VALUE_STRING ? x.string.n : x.list->n;
  struct buf b = run_buf();

  if (n < 0 || one == 0)
    n = 0;
  if (one && (size_t)n > JINJA_STRING_BYTES / one)
    return run_fail(r, "a repetition grows too long");
  if (x.kind == VALUE_STRING) {
    for (int64_t i = 0; i < n; i++)
      buf_add(&b, x.string.s, x.string.n);
    return run_charge(r, (size_t)n) < 0 ? (buf_release(&b), -1) : run_string(r, &b, out);
  }
  if (run_charge(r, (size_t)n * one) < 0)
    return -1;
  *out = x.kind == VALUE_LIST ? value_list(&r->arena) : value_tuple(&r->arena);
  for (int64_t i = 0; i < n; i++)
    for (size_t j = 0; j < one; j++)
      value_push(&r->arena, *out, x.list->v[j]);
  return 0;
}

static bool
repeats(struct value x)
{
  return x.kind == VALUE_STRING || x.kind == VALUE_LIST || x.kind == VALUE_TUPLE;
}

static int
percent(struct run *r, struct value format, struct value y, struct value *out)
{
  if (y.kind == VALUE_TUPLE)
    return format_percent(r, format, y.list->v, y.list->n, NULL, out);
  return format_percent(r, format, &y, 1, &y, out);
}

int
operate(struct run *r, enum operator op, struct value x, struct value y, struct value *out)
{
  if (run_need(r, x) < 0)
    return -1;
  if (op == OP_MOD && x.kind == VALUE_STRING)
    return run_need(r, y) < 0 ? -1 : percent(r, x, y, out);
  if (run_need(r, y) < 0)
    return -1;
  if (value_is_number(x) && value_is_number(y)) {
    if (x.kind != VALUE_FLOAT && y.kind != VALUE_FLOAT)
      return on_ints(r, op, whole(x), whole(y), out);
    return on_floats(r, op, value_number(x), value_number(y), out);
  }
  if (op == OP_ADD && x.kind == VALUE_STRING && y.kind == VALUE_STRING)
    return join_strings(r, x, y, out);
  if (op == OP_ADD && x.kind == y.kind && (x.kind == VALUE_LIST || x.kind == VALUE_TUPLE))
    return add_lists(r, x, y, out);
  if (op == OP_MUL && repeats(x) && (y.kind == VALUE_INT || y.kind == VALUE_BOOL))
    return repeat(r, x, whole(y), out);
  if (op == OP_MUL && repeats(y) && (x.kind == VALUE_INT || x.kind == VALUE_BOOL))
    return repeat(r, y, whole(x), out);
  return unfit(r, op, x, y);
}

int
operate_negate(struct run *r, struct value x, struct value *out)
{
  if (run_need(r, x) < 0)
    return -1;
  if (!value_is_number(x))
    return run_fail(r, "'-' does not work on '%s'", value_type_name(x));
  if (x.kind == VALUE_FLOAT) {
    *out = value_float(-x.number);
    return 0;
  }
  return on_ints(r, OP_SUB, 0, whole(x), out);
}

/* Work that a comparison of x and y may be. */
static size_t
weight(struct value x)
{
  return x.kind == VALUE_STRING ? 1 + x.string.n / 256 : x.kind == VALUE_LIST || x.kind == VALUE_TUPLE ? 1 + x.list->n :
         x.kind == VALUE_DICT ? 1 + x.dict->n * x.dict->n : 1;
}

static int
contains(struct run *r, struct value x, struct value in, bool *truth)
{
  struct value_list *items;

  *truth = false;
  if (run_need(r, in) < 0)
    return -1;
  if (in.kind == VALUE_STRING) {
    if (run_need(r, x) < 0)
      return -1;
    if (x.kind != VALUE_STRING)
      return run_fail(r, "'in <string>' needs a string on its left, not '%s'", value_type_name(x));
    *truth = x.string.n == 0 || memmem(in.string.s, in.string.n, x.string.s, x.string.n);
    return run_charge(r, 1 + in.string.n / 64);
  }
  if (in.kind == VALUE_DICT) {
    if (run_need(r, x) < 0)
      return -1;
    if (!value_hashable(x))
      return run_fail(r, "'%s' cannot be a key of a dict", value_type_name(x));
    *truth = value_get(in, x);
    return run_charge(r, 1 + in.dict->n / 16);
  }
  if (run_items(r, in, &items) < 0)
    return -1;
  for (size_t i = 0; i < items->n && !*truth; i++) {
    if (run_need(r, x) < 0 || run_need(r, items->v[i]) < 0 || run_charge(r, weight(items->v[i])) < 0)
      return -1;
    *truth = value_equal(items->v[i], x);
  }
  return 0;
}

int
operate_order(struct run *r, struct value x, struct value y, int *order)
{
  if (run_need(r, x) < 0 || run_need(r, y) < 0 || run_charge(r, weight(x)) < 0)
    return -1;
  *order = value_compare(x, y);
  if (*order == 2 && !(value_is_number(x) && value_is_number(y)))
    return unfit(r, OP_LT, x, y);
  return 0;
}

int
operate_compare(struct run *r, enum operator op, struct value x, struct value y, bool *truth)
{
  int order;

  if (op == OP_IN || op == OP_NOT_IN) {
    if (contains(r, x, y, truth) < 0)
      return -1;
    *truth ^= op == OP_NOT_IN;
    return 0;
  }
  if (run_need(r, x) < 0 || run_need(r, y) < 0 || run_charge(r, weight(x)) < 0)
    return -1;
  if (op == OP_EQ || op == OP_NE) {
    *truth = value_equal(x, y) == (op == OP_EQ);
    return 0;
  }
  order = value_compare(x, y);
  if (order == 2) {
    if (!(value_is_number(x) && value_is_number(y)))
      return unfit(r, op, x, y);
    *truth = false;
    return 0;
  }
  *truth = op == OP_LT ? order < 0 : op == OP_LE ? order <= 0 : op == OP_GT ? order > 0 : order >= 0;
  return 0;
}

int
operate_size(struct run *r, struct value x, size_t *n)
{
  *n = 0;
  if (run_need(r, x) < 0)
    return -1;
  switch (x.kind) {
  case VALUE_UNDEFINED:
    return 0;
  case VALUE_STRING:
    *n = utf8_count(x.string.s, x.string.n);
    return run_charge(r, x.string.n / 64);
  case VALUE_LIST:
  case VALUE_TUPLE:
  case VALUE_VIEW:
    *n = x.list->n;
    return 0;
  case VALUE_DICT:
    *n = x.dict->n;
    return 0;
  case VALUE_RANGE:
    *n = value_range_size(x.range);
    return 0;
  case VALUE_LOOP:
    *n = x.loop->items->n;
    return 0;
  default:
    return run_fail(r, "'%s' has no length%s", value_type_name(x), x.kind == VALUE_STREAM ? " (add | list)" : "");
  }
}
