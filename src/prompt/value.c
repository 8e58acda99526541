#include "prompt/value.h"

#include <math.h>
#include <string.h>

#include "base/err.h"

struct value
value_none(void)
{
  return (struct value){.kind = VALUE_NONE};
}

struct value
value_bool(bool x)
{
  return (struct value){.kind = VALUE_BOOL, .boolean = x};
}

struct value
value_int(int64_t x)
{
  return (struct value){.kind = VALUE_INT, .integer = x};
}

struct value
value_float(double x)
{
  return (struct value){.kind = VALUE_FLOAT, .number = x};
}

struct value
value_ref(const char *s, size_t n)
{
  return (struct value){.kind = VALUE_STRING, .string = {s, n}};
}

struct value
value_string(struct arena *a, const char *s, size_t n)
{
  return value_ref(arena_strndup(a, s, n), n);
}

struct value
value_str(struct arena *a, const char *s)
{
  return s ? value_string(a, s, strlen(s)) : value_none();
}

struct value
value_list(struct arena *a)
{
  return (struct value){.kind = VALUE_LIST, .list = arena_alloc(a, sizeof(struct value_list))};
}

struct value
value_tuple(struct arena *a)
{
  return (struct value){.kind = VALUE_TUPLE, .list = arena_alloc(a, sizeof(struct value_list))};
}

struct value
value_stream(struct arena *a, struct value_list *list)
{
  struct value_stream *s = arena_alloc(a, sizeof *s);

  s->list = list;
  return (struct value){.kind = VALUE_STREAM, .stream = s};
}

struct value
value_dict(struct arena *a)
{
  return (struct value){.kind = VALUE_DICT, .dict = arena_alloc(a, sizeof(struct value_pairs))};
}

struct value
value_undefined(const char *message, uint32_t at)
{
  return (struct value){.kind = VALUE_UNDEFINED, .undefined = {message, at}};
}

int
value_depth(struct value x)
{
  return x.kind == VALUE_LIST || x.kind == VALUE_TUPLE || x.kind == VALUE_VIEW ? x.list->depth :
         x.kind == VALUE_DICT ? x.dict->depth : 0;
}

static void
deepen(int *depth, struct value x)
{
  if (*depth <= value_depth(x))
    *depth = value_depth(x) + 1;
}

void
value_push(struct arena *a, struct value list, struct value x)
{
  struct value_list *l = list.list;

  if (l->n == l->cap) {
    size_t cap = l->cap ? 2 * l->cap : 4;
    struct value *v = arena_alloc(a, cap * sizeof *v);

    if (l->n)
      memcpy(v, l->v, l->n * sizeof *v);
    l->v = v;
    l->cap = cap;
  }
  l->v[l->n++] = x;
  deepen(&l->depth, x);
}

const struct value *
value_get(struct value dict, struct value key)
{
  for (size_t i = 0; i < dict.dict->n; i++)
    if (value_equal(dict.dict->v[i].key, key))
      return &dict.dict->v[i].value;
  return NULL;
}

const struct value *
value_get_str(struct value dict, const char *key, size_t n)
{
  for (size_t i = 0; i < dict.dict->n; i++) {
    const struct value *k = &dict.dict->v[i].key;

    if (k->kind == VALUE_STRING && k->string.n == n && memcmp(k->string.s, key, n) == 0)
      return &dict.dict->v[i].value;
  }
  return NULL;
}

void
value_put(struct arena *a, struct value dict, struct value key, struct value x)
{
  struct value_pairs *d = dict.dict;

  deepen(&d->depth, key);
  deepen(&d->depth, x);
  for (size_t i = 0; i < d->n; i++)
    if (value_equal(d->v[i].key, key)) {
      d->v[i].value = x;
      return;
    }
  if (d->n == d->cap) {
    size_t cap = d->cap ? 2 * d->cap : 4;
    struct value_pair *v = arena_alloc(a, cap * sizeof *v);

    if (d->n)
      memcpy(v, d->v, d->n * sizeof *v);
    d->v = v;
    d->cap = cap;
  }
  d->v[d->n++] = (struct value_pair){key, x};
}

void
value_set(struct arena *a, struct value dict, const char *key, struct value x)
{
  value_put(a, dict, value_str(a, key), x);
}

struct value
value_of_json(struct arena *a, const struct json *j)
{
  struct value x;
  double d;

  switch (json_type(j)) {
  case JSON_BOOL:
    return value_bool(json_is_true(j));
  case JSON_NUMBER:
    d = json_number(j, 0);
    return d == floor(d) && fabs(d) < 9007199254740992.0 ? value_int((int64_t)d) : value_float(d);
  case JSON_STRING:
    return value_str(a, json_string(j));
  case JSON_ARRAY:
    x = value_list(a);
    for (const struct json *k = json_first(j); k; k = json_next(k))
      value_push(a, x, value_of_json(a, k));
    return x;
  case JSON_OBJECT:
    x = value_dict(a);
    for (const struct json *k = json_first(j); k; k = json_next(k))
      value_set(a, x, json_key(k), value_of_json(a, k));
    return x;
  case JSON_NULL:
    break;
  }
  return value_none();
}

bool
value_is_number(struct value x)
{
  return x.kind == VALUE_INT || x.kind == VALUE_FLOAT || x.kind == VALUE_BOOL;
}

double
value_number(struct value x)
{
  return x.kind == VALUE_INT ? (double)x.integer : x.kind == VALUE_FLOAT ? x.number : x.kind == VALUE_BOOL ?
         x.boolean : 0;
}

size_t
value_range_size(const struct value_range *r)
{
  if (r->step > 0 && r->to > r->from)
    return ((uint64_t)r->to - (uint64_t)r->from - 1) / (uint64_t)r->step + 1;
  if (r->step < 0 && r->to < r->from)
    return ((uint64_t)r->from - (uint64_t)r->to - 1) / (0 - (uint64_t)r->step) + 1;
  return 0;
}

bool
value_true(struct value x)
{
  switch (x.kind) {
  case VALUE_UNDEFINED:
  case VALUE_NONE:
    return false;
  case VALUE_BOOL:
    return x.boolean;
  case VALUE_INT:
    return x.integer != 0;
  case VALUE_FLOAT:
    return x.number != 0;
  case VALUE_STRING:
    return x.string.n > 0;
  case VALUE_LIST:
  case VALUE_TUPLE:
  case VALUE_VIEW:
    return x.list->n > 0;
  case VALUE_DICT:
    return x.dict->n > 0;
  case VALUE_RANGE:
    return value_range_size(x.range) > 0;
  case VALUE_STREAM:
  case VALUE_LOOP:
  case VALUE_NAMESPACE:
  case VALUE_CALLABLE:
    break;
  }
  return true;
}

/* Exact, also where a double cannot hold the integer. */
static int
compare_int_float(int64_t x, double y)
{
  if (isnan(y))
    return 2;
  if (y >= 9223372036854775808.0)
    return -1;
  if (y < -9223372036854775808.0)
    return 1;
  if (x != (int64_t)y)
    return x < (int64_t)y ? -1 : 1;
  return y - trunc(y) > 0 ? -1 : y - trunc(y) < 0 ? 1 : 0;
}

static int
compare_numbers(struct value x, struct value y)
{
  if (x.kind == VALUE_BOOL)
    x = value_int(x.boolean);
  if (y.kind == VALUE_BOOL)
    y = value_int(y.boolean);
  if (x.kind == VALUE_INT && y.kind == VALUE_INT)
    return x.integer < y.integer ? -1 : x.integer > y.integer;
  if (x.kind == VALUE_INT)
    return compare_int_float(x.integer, y.number);
  if (y.kind == VALUE_INT) {
    int c = compare_int_float(y.integer, x.number);

    return c == 2 ? 2 : -c;
  }
  if (isnan(x.number) || isnan(y.number))
    return 2;
  return x.number < y.number ? -1 : x.number > y.number;
}

int
value_compare(struct value x, struct value y)
{
  if (value_is_number(x) && value_is_number(y))
    return compare_numbers(x, y);
  if (x.kind != y.kind)
    return 2;
  if (x.kind == VALUE_STRING) {
    size_t n = x.string.n < y.string.n ? x.string.n : y.string.n;
    int c = n ? memcmp(x.string.s, y.string.s, n) : 0;

    return c ? (c < 0 ? -1 : 1) : x.string.n < y.string.n ? -1 : x.string.n > y.string.n;
  }
  if (x.kind == VALUE_LIST || x.kind == VALUE_TUPLE) {
    for (size_t i = 0; i < x.list->n && i < y.list->n; i++)
      if (!value_equal(x.list->v[i], y.list->v[i]))
        return value_compare(x.list->v[i], y.list->v[i]);
    return x.list->n < y.list->n ? -1 : x.list->n > y.list->n;
  }
  return 2;
}

static bool
equal_dicts(const struct value_pairs *x, struct value y)
{
  if (x->n != y.dict->n)
    return false;
  for (size_t i = 0; i < x->n; i++) {
    const struct value *other = value_get(y, x->v[i].key);

    if (!other || !value_equal(x->v[i].value, *other))
      return false;
  }
  return true;
}

static bool
equal_lists(const struct value_list *x, const struct value_list *y)
{
  if (x->n != y->n)
    return false;
  for (size_t i = 0; i < x->n; i++)
    if (!value_equal(x->v[i], y->v[i]))
      return false;
  return true;
}

static bool
equal_ranges(const struct value_range *x, const struct value_range *y)
{
  size_t n = value_range_size(x);

  return n == value_range_size(y) && (n == 0 || (x->from == y->from && (n == 1 || x->step == y->step)));
}

bool
value_equal(struct value x, struct value y)
{
  if (value_is_number(x) && value_is_number(y))
    return compare_numbers(x, y) == 0;
  if (x.kind != y.kind)
    return false;
  switch (x.kind) {
  case VALUE_UNDEFINED:
  case VALUE_NONE:
    return true;
  case VALUE_STRING:
    return x.string.n == y.string.n && (x.string.n == 0 || memcmp(x.string.s, y.string.s, x.string.n) == 0);
  case VALUE_LIST:
  case VALUE_TUPLE:
    return equal_lists(x.list, y.list);
  case VALUE_DICT:
    return equal_dicts(x.dict, y);
  case VALUE_RANGE:
    return equal_ranges(x.range, y.range);
  default:
    return x.loop == y.loop;
  }
}

bool
value_is(struct value x, const char *s)
{
  return x.kind == VALUE_STRING && x.string.n == strlen(s) && memcmp(x.string.s, s, x.string.n) == 0;
}

bool
value_hashable(struct value x)
{
  if (x.kind == VALUE_TUPLE) {
    for (size_t i = 0; i < x.list->n; i++)
      if (!value_hashable(x.list->v[i]))
        return false;
    return true;
  }
  return x.kind != VALUE_LIST && x.kind != VALUE_DICT && !(x.kind == VALUE_UNDEFINED && x.undefined.message);
}

const char *
value_type_name(struct value x)
{
  static const char *const names[] = {
    [VALUE_UNDEFINED] = "Undefined", [VALUE_NONE] = "NoneType", [VALUE_BOOL] = "bool", [VALUE_INT] = "int",
    [VALUE_FLOAT] = "float", [VALUE_STRING] = "str", [VALUE_LIST] = "list", [VALUE_TUPLE] = "tuple",
    [VALUE_DICT] = "dict", [VALUE_VIEW] = "dict view", [VALUE_RANGE] = "range", [VALUE_STREAM] = "generator",
    [VALUE_LOOP] = "LoopContext", [VALUE_NAMESPACE] = "Namespace", [VALUE_CALLABLE] = "function",
  };

  return names[x.kind];
}
