#include "prompt/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "base/utf8.h"
#include "prompt/jinja.h"

int
run_fail(struct run *r, const char *format, ...)
{
  char message[700];
  va_list args;

  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  return source_fail(&r->t->source, r->at, r->e, "%s", message);
}

int
run_charge(struct run *r, size_t n)
{
  if (n > JINJA_WORK - r->work)
    return run_fail(r, "the template does too much (more than %d steps)", JINJA_WORK);
  r->work += n;
  if (r->arena.size_bytes > JINJA_MEMORY_BYTES)
    return run_fail(r, "the template uses too much memory (more than %zu MiB)", JINJA_MEMORY_BYTES >> 20);
  return 0;
}

int
run_need(struct run *r, struct value x)
{
  if (x.kind != VALUE_UNDEFINED || !x.undefined.message)
    return 0;
  r->at = x.undefined.at;
  return run_fail(r, "%s", x.undefined.message);
}

int
run_truth(struct run *r, struct value x, bool *truth)
{
  *truth = value_true(x);
  return run_need(r, x);
}

struct buf
run_buf(void)
{
  return (struct buf){.max = JINJA_STRING_BYTES};
}

int
run_string(struct run *r, struct buf *b, struct value *out)
{
  bool over = b->over;

  if (!over)
    *out = value_string(&r->arena, buf_str(b), b->n);
  buf_release(b);
  if (over)
    return run_fail(r, "a text grows too long (more than %zu MiB)", JINJA_STRING_BYTES >> 20);
  return run_charge(r, out->string.n / 64);
}

int
run_text(struct run *r, struct value x, struct value *text)
{
  struct buf b = run_buf();

  if (run_need(r, x) < 0)
    return -1;
  if (x.kind == VALUE_STRING) {
    *text = x;
    return 0;
  }
  if (x.kind == VALUE_STREAM)
    return run_fail(r, "a stream (what map, select, reverse, … give) has no text of its own (add | list or | join)");
  if (x.kind == VALUE_CALLABLE)
    return run_fail(r, "a function has no text (call it with brackets)");
  if (x.kind == VALUE_NAMESPACE)
    return run_fail(r, "a namespace has no text (name its member)");
  value_print(&b, x);
  return run_string(r, &b, text);
}

struct value
run_callable(struct run *r, const struct builtin *row, struct value self)
{
  struct value_callable *c = arena_alloc(&r->arena, sizeof *c);

  c->row = row;
  c->self = self;
  return (struct value){.kind = VALUE_CALLABLE, .callable = c};
}

struct value
run_undefined(struct run *r, const char *format, ...)
{
  char message[400];
  va_list args;

  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  return value_undefined(arena_strdup(&r->arena, message), r->at);
}

static struct value
string_items(struct run *r, struct value x)
{
  struct value list = value_list(&r->arena);
  size_t len;

  for (size_t i = 0; i < x.string.n; i += len) {
    utf8_decode(x.string.s + i, x.string.n - i, &len);
    value_push(&r->arena, list, value_ref(x.string.s + i, len));
  }
  return list;
}

static struct value
dict_keys(struct run *r, struct value x)
{
  struct value list = value_list(&r->arena);

  for (size_t i = 0; i < x.dict->n; i++)
    value_push(&r->arena, list, x.dict->v[i].key);
  return list;
}

static struct value
range_items(struct run *r, const struct value_range *range)
{
  struct value list = value_list(&r->arena);
  size_t n = value_range_size(range);

  for (size_t i = 0; i < n; i++)
    value_push(&r->arena, list, value_int(range->from + (int64_t)i * range->step));
  return list;
}

static struct value
stream_items(struct run *r, struct value_stream *s)
{
  struct value list = value_list(&r->arena);

  list.list->v = s->list->v ? s->list->v + s->at : NULL;
  list.list->n = list.list->cap = s->list->n - s->at;
  list.list->depth = s->list->depth;
  s->at = s->list->n;
  return list;
}

int
run_items(struct run *r, struct value x, struct value_list **items)
{
  struct value list = x;

  if (run_need(r, x) < 0)
    return -1;
  switch (x.kind) {
  case VALUE_LIST:
  case VALUE_TUPLE:
  case VALUE_VIEW:
    break;
  case VALUE_UNDEFINED:
    list = value_list(&r->arena);
    break;
  case VALUE_STRING:
    if (run_charge(r, x.string.n) < 0)
      return -1;
    list = string_items(r, x);
    break;
  case VALUE_DICT:
    list = dict_keys(r, x);
    break;
  case VALUE_RANGE:
    if (run_charge(r, value_range_size(x.range)) < 0)
      return -1;
    list = range_items(r, x.range);
    break;
  case VALUE_STREAM:
    list = stream_items(r, x.stream);
    break;
  default:
    return run_fail(r, "'%s' cannot be gone through", value_type_name(x));
  }
  *items = list.list;
  return run_charge(r, list.list->n);
}

static void
try_names(struct nearest *near, const struct value_pairs *names)
{
  for (size_t i = 0; i < names->n; i++)
    if (names->v[i].key.kind == VALUE_STRING)
      nearest_try_n(near, names->v[i].key.string.s, names->v[i].key.string.n);
}

struct value
run_name(struct run *r, const char *name, size_t n)
{
  struct nearest near = nearest_to_n(name, n);
  const struct builtin *row;
  const struct value *x;
  char hint[80];

  for (struct frame *f = r->frame; f; f = f->up)
    if ((x = value_get_str(f->names, name, n)))
      return *x;
  if ((x = value_get_str(r->scope, name, n)))
    return *x;
  if ((row = builtin_find(&globals, name, n)))
    return run_callable(r, row, value_none());
  for (struct frame *f = r->frame; f; f = f->up)
    try_names(&near, f->names.dict);
  try_names(&near, r->scope.dict);
  r->work += JINJA_WORK - r->work > 20 ? 20 : 0;
  return run_undefined(r, "unknown variable '%.*s'%s", (int)(n > 80 ? 80 : n), name, nearest_hint(&near, hint));
}
