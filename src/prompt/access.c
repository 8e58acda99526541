/* x[key], x.name, x[from:to:step] and the paths of filters, with Python's and Jinja's meaning: first what the value
 * itself holds, then its methods (the other way round after a dot), then undefined. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/utf8.h"
#include "prompt/run.h"

/* `loop` has fields of its own. */
static bool
loop_field(struct run *r, const struct loop *l, const char *name, size_t n, struct value *out)
{
  int64_t i = (int64_t)l->index0, size = (int64_t)l->items->n;
  const struct { const char *name; struct value value; } fields[] = {
    {"index", value_int(i + 1)}, {"index0", value_int(i)}, {"revindex", value_int(size - i)},
    {"revindex0", value_int(size - i - 1)}, {"first", value_bool(i == 0)}, {"last", value_bool(i + 1 == size)},
    {"length", value_int(size)}, {"depth", value_int(l->depth0 + 1)}, {"depth0", value_int(l->depth0)},
  };

  for (size_t k = 0; k < N_OF(fields); k++)
    if (strlen(fields[k].name) == n && memcmp(fields[k].name, name, n) == 0) {
      *out = fields[k].value;
      return true;
    }
  if (n == 8 && memcmp(name, "previtem", 8) == 0)
    *out = i > 0 ? l->items->v[i - 1] : run_undefined(r, "there is no previous item");
  else if (n == 8 && memcmp(name, "nextitem", 8) == 0)
    *out = i + 1 < size ? l->items->v[i + 1] : run_undefined(r, "there is no next item");
  else
    return false;
  return true;
}

/* What stands after a dot and is no member of a dict: a method, a field of loop, of a group, of a range. */
static bool
attribute(struct run *r, struct value x, const char *name, size_t n, struct value *out)
{
  const struct builtin_table *methods = builtin_methods(x);
  const struct builtin *row = methods ? builtin_find(methods, name, n) : NULL;
  const struct value *member;

  if (row) {
    *out = run_callable(r, row, x);
    return true;
  }
  if (x.kind == VALUE_LOOP)
    return loop_field(r, x.loop, name, n, out);
  if (x.kind == VALUE_NAMESPACE) {
    member = value_get_str(x, name, n);
    if (member)
      *out = *member;
    return member;
  }
  if (x.kind == VALUE_TUPLE && x.list->group && ((n == 7 && memcmp(name, "grouper", 7) == 0) ||
                                                 (n == 4 && memcmp(name, "list", 4) == 0))) {
    *out = x.list->v[n == 4];
    return true;
  }
  return false;
}

static struct value
no_member(struct run *r, struct value x, const char *name, size_t n)
{
  struct nearest near = nearest_to_n(name, n);
  const struct builtin_table *methods = builtin_methods(x);
  char hint[80];

  for (size_t i = 0; x.kind == VALUE_DICT && i < x.dict->n && i < 100; i++)
    if (x.dict->v[i].key.kind == VALUE_STRING)
      nearest_try_n(&near, x.dict->v[i].key.string.s, x.dict->v[i].key.string.n);
  for (size_t i = 0; methods && i < methods->n; i++)
    nearest_try(&near, methods->rows[i].name);
  return run_undefined(r, "'%s' has no member '%.*s'%s", value_type_name(x), (int)(n > 80 ? 80 : n), name,
                       nearest_hint(&near, hint));
}

int
access_member(struct run *r, struct value x, const char *name, size_t n, struct value *out)
{
  const struct value *member;

  if (run_need(r, x) < 0 || run_charge(r, 1) < 0)
    return -1;
  if (x.kind == VALUE_UNDEFINED)
    return run_fail(r, "an inline if without else has no members");
  if (attribute(r, x, name, n, out))
    return 0;
  if (x.kind == VALUE_DICT && (member = value_get_str(x, name, n))) {
    *out = *member;
    return run_charge(r, x.dict->n / 16);
  }
  *out = no_member(r, x, name, n);
  return run_charge(r, 20);
}

/* The code point with this index; false if there is none. */
static bool
character(struct value x, int64_t index, struct value *out)
{
  int64_t n = (int64_t)utf8_count(x.string.s, x.string.n);
  size_t at = 0, len;

  if (index < 0)
    index += n;
  if (index < 0 || index >= n)
    return false;
  while (index-- > 0) {
    utf8_decode(x.string.s + at, x.string.n - at, &len);
    at += len;
  }
  utf8_decode(x.string.s + at, x.string.n - at, &len);
  *out = value_ref(x.string.s + at, len);
  return true;
}

static bool
element(struct value x, int64_t index, struct value *out)
{
  int64_t n;

  if (x.kind == VALUE_STRING)
    return character(x, index, out);
  if (x.kind != VALUE_LIST && x.kind != VALUE_TUPLE && x.kind != VALUE_RANGE)
    return false;
  n = (int64_t)(x.kind == VALUE_RANGE ? value_range_size(x.range) : x.list->n);
  if (index < 0)
    index += n;
  if (index < 0 || index >= n)
    return false;
  *out = x.kind == VALUE_RANGE ? value_int(x.range->from + index * x.range->step) : x.list->v[index];
  return true;
}

int
access_item(struct run *r, struct value x, struct value key, struct value *out)
{
  const struct value *member;
  struct buf b = run_buf();
  struct value shown;

  if (run_need(r, x) < 0 || run_charge(r, 1 + (x.kind == VALUE_STRING ? x.string.n / 16 : 0)) < 0)
    return -1;
  if (x.kind == VALUE_UNDEFINED)
    return run_fail(r, "an inline if without else has no members");
  if (x.kind == VALUE_DICT) {
    if (run_need(r, key) < 0)
      return -1;
    if (value_hashable(key) && (member = value_get(x, key))) {
      *out = *member;
      return run_charge(r, x.dict->n / 16);
    }
  }
  if ((key.kind == VALUE_INT || key.kind == VALUE_BOOL) &&
      element(x, key.kind == VALUE_BOOL ? key.boolean : key.integer, out))
    return 0;
  if (key.kind == VALUE_STRING) {
    if (attribute(r, x, key.string.s, key.string.n, out))
      return 0;
    *out = no_member(r, x, key.string.s, key.string.n);
    return run_charge(r, 20);
  }
  value_repr(&b, key);
  if (run_string(r, &b, &shown) < 0)
    return -1;
  *out = run_undefined(r, "'%s' has no element %.*s", value_type_name(x),
                       (int)(shown.string.n > 80 ? 80 : shown.string.n),
                       shown.string.s);
  return 0;
}

static int
slice_part(struct run *r, struct value x, bool *given, int64_t *out)
{
  *given = x.kind != VALUE_NONE;
  if (run_need(r, x) < 0)
    return -1;
  if (*given && x.kind != VALUE_INT && x.kind != VALUE_BOOL)
    return run_fail(r, "a slice needs whole numbers, not '%s'", value_type_name(x));
  *out = x.kind == VALUE_INT ? x.integer : x.kind == VALUE_BOOL ? x.boolean : 0;
  return 0;
}

static int64_t
clamp(int64_t x, int64_t low, int64_t high)
{
  return x < low ? low : x > high ? high : x;
}

/* from, to, step in bounds as Python's slice.indices() gives them. */
static int
slice_bounds(struct run *r, const struct value part[3], int64_t n, int64_t bound[3])
{
  bool given[3];

  for (int i = 0; i < 3; i++)
    if (slice_part(r, part[i], &given[i], &bound[i]) < 0)
      return -1;
  if (!given[2])
    bound[2] = 1;
  if (bound[2] == 0)
    return run_fail(r, "the step of a slice is zero");
  bound[2] = clamp(bound[2], -((int64_t)1 << 40), (int64_t)1 << 40);
  for (int i = 0; i < 2; i++) {
    int64_t low = bound[2] > 0 ? 0 : -1, high = bound[2] > 0 ? n : n - 1;

    if (!given[i])
      bound[i] = (i == 0) == (bound[2] > 0) ? low : high;
    else
      bound[i] = clamp(bound[i] < 0 ? bound[i] + n : bound[i], low, high);
  }
  return 0;
}

static int
slice_string(struct run *r, struct value x, const int64_t bound[3], struct value *out)
{
  struct buf b = run_buf();
  struct value_list *chars;

  if (run_items(r, x, &chars) < 0)
    return -1;
  for (int64_t i = bound[0]; bound[2] > 0 ? i < bound[1] : i > bound[1]; i += bound[2])
    buf_add(&b, chars->v[i].string.s, chars->v[i].string.n);
  return run_string(r, &b, out);
}

int
access_slice(struct run *r, struct value x, const struct value part[3], struct value *out)
{
  int64_t bound[3];
  size_t n;

  if (run_need(r, x) < 0)
    return -1;
  if (x.kind != VALUE_STRING && x.kind != VALUE_LIST && x.kind != VALUE_TUPLE && x.kind != VALUE_RANGE)
    return run_fail(r, "'%s' cannot be sliced", value_type_name(x));
  if (operate_size(r, x, &n) < 0 || run_charge(r, n) < 0 || slice_bounds(r, part, (int64_t)n, bound) < 0)
    return -1;
  if (x.kind == VALUE_STRING)
    return slice_string(r, x, bound, out);
  if (x.kind == VALUE_RANGE) {
    struct value_range *range = arena_alloc(&r->arena, sizeof *range);

    if (__builtin_mul_overflow(x.range->step, bound[0], &range->from) ||
        __builtin_add_overflow(x.range->from, range->from, &range->from) ||
        __builtin_mul_overflow(x.range->step, bound[1], &range->to) ||
        __builtin_add_overflow(x.range->from, range->to, &range->to) ||
        __builtin_mul_overflow(x.range->step, bound[2], &range->step))
      return run_fail(r, "the numbers of a slice of a range are too large");
    *out = (struct value){.kind = VALUE_RANGE, .range = range};
    return 0;
  }
  *out = x.kind == VALUE_LIST ? value_list(&r->arena) : value_tuple(&r->arena);
  for (int64_t i = bound[0]; bound[2] > 0 ? i < bound[1] : i > bound[1]; i += bound[2])
    value_push(&r->arena, *out, x.list->v[i]);
  return 0;
}

int
access_path(struct run *r, struct value x, struct value path, struct value *out)
{
  const char *s, *end;

  *out = x;
  if (path.kind == VALUE_NONE)
    return 0;
  if (path.kind != VALUE_STRING)
    return access_item(r, x, path, out);
  s = path.string.s;
  end = s + path.string.n;
  for (;;) {
    const char *dot = memchr(s, '.', (size_t)(end - s)), *stop = dot ? dot : end;
    size_t n = (size_t)(stop - s), digits = 0;
    struct value key = value_ref(s, n);

    while (digits < n && s[digits] >= '0' && s[digits] <= '9')
      digits++;
    if (n && n < 10 && digits == n)
      key = value_int(strtoll(value_string(&r->arena, s, n).string.s, NULL, 10));
    if (access_item(r, *out, key, out) < 0)
      return -1;
    if (!dot)
      return 0;
    s = dot + 1;
  }
}
