#include "base/shape.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Of a list: its first element, the size of one, and how many there are. */
static size_t
element_size(const struct shape_field *f)
{
  switch (f->kind) {
  case SHAPE_LIST: return f->of->size;
  case SHAPE_NUMBERS: return sizeof(double);
  case SHAPE_IDS: return sizeof(uint32_t);
  case SHAPE_TEXTS: return sizeof(char *);
  default: return 0;
  }
}

/* ---- writing ---- */

static void
write_element(const struct shape_field *f, const char *from, struct buf *out)
{
  switch (f->kind) {
  case SHAPE_LIST: shape_write(f->of, from, out); break;
  case SHAPE_NUMBERS: json_add_number(out, *(const double *)(const void *)from); break;
  case SHAPE_IDS: buf_addf(out, "%u", *(const uint32_t *)(const void *)from); break;
  default: json_add_str(out, *(char *const *)(const void *)from); break;
  }
}

static void
write_list(const struct shape_field *f, const char *base, struct buf *out)
{
  const char *first = *(char *const *)(const void *)(base + f->at);
  size_t n = *(const size_t *)(const void *)(base + f->count_at);

  buf_addc(out, '[');
  for (size_t i = 0; i < n; i++) {
    json_add_comma(out);
    write_element(f, first + i * element_size(f), out);
  }
  buf_addc(out, ']');
}

static void
write_value(const struct shape_field *f, const char *base, struct buf *out)
{
  const char *at = base + f->at;
  const double *number = (const double *)(const void *)at;
  char *const *pointer = (char *const *)(const void *)at;

  switch (f->kind) {
  case SHAPE_TEXT: json_add_str(out, *pointer); break;
  case SHAPE_RAW: buf_adds(out, *pointer ? *pointer : "null"); break;
  case SHAPE_NUMBER: json_add_number(out, *number); break;
  case SHAPE_COUNT: buf_addf(out, "%zu", *(const size_t *)(const void *)at); break;
  case SHAPE_ID: buf_addf(out, "%u", *(const uint32_t *)(const void *)at); break;
  case SHAPE_FLAG: buf_adds(out, *(const bool *)(const void *)at ? "true" : "false"); break;
  case SHAPE_PAIR:
    buf_addc(out, '[');
    json_add_number(out, number[0]);
    buf_addc(out, ',');
    json_add_number(out, number[1]);
    buf_addc(out, ']');
    break;
  case SHAPE_PART: shape_write(f->of, at, out); break;
  case SHAPE_MAYBE:
    if (*pointer)
      shape_write(f->of, *pointer, out);
    else
      buf_adds(out, "null");
    break;
  default: write_list(f, base, out);
  }
}

void
shape_write(const struct shape *s, const void *from, struct buf *out)
{
  buf_addc(out, '{');
  for (const struct shape_field *f = s->fields; f->name; f++) {
    json_add_key(out, f->name);
    write_value(f, from, out);
  }
  buf_addc(out, '}');
}

/* ---- reading ---- */

static int
wrong(const struct shape_field *f, const char *wanted, struct err *e)
{
  return err_set(e, ERR_INPUT, "'%s' is not %s", f->name, wanted);
}

static int
read_element(const struct shape_field *f, const struct json *from, char *to, struct err *e)
{
  const char *text = json_string(from);

  switch (f->kind) {
  case SHAPE_LIST: return shape_read(f->of, from, to, e);
  case SHAPE_NUMBERS: *(double *)(void *)to = json_number(from, NAN); return 0;
  case SHAPE_IDS: *(uint32_t *)(void *)to = (uint32_t)fmin(fmax(json_number(from, 0), 0), UINT32_MAX); return 0;
  default: *(char **)(void *)to = text ? xstrdup(text) : NULL; return 0;
  }
}

static int
read_list(const struct shape_field *f, const struct json *from, char *base, struct err *e)
{
  size_t n = json_size(from), *count = (size_t *)(void *)(base + f->count_at), size = element_size(f);
  char *list;

  if (json_type(from) != JSON_ARRAY)
    return wrong(f, "a list", e);
  list = xcalloc(n + 1, size);
  *(char **)(void *)(base + f->at) = list;
  for (const struct json *j = json_first(from); j; j = json_next(j), ++*count)
    if (read_element(f, j, list + *count * size, e) < 0)
      return err_prefix(e, "%s: ", f->name);
  return 0;
}

static int
read_value(const struct shape_field *f, const struct json *from, char *base, struct err *e)
{
  char *at = base + f->at, **pointer = (char **)(void *)at;
  double *number = (double *)(void *)at, x = json_number(from, NAN);
  struct buf raw = BUF_INIT;

  switch (f->kind) {
  case SHAPE_TEXT:
    *pointer = json_string(from) ? xstrdup(json_string(from)) : NULL;
    return json_string(from) || json_type(from) == JSON_NULL ? 0 : wrong(f, "a string", e);
  case SHAPE_RAW:
    json_print(&raw, from);
    *pointer = buf_take(&raw);
    return 0;
  case SHAPE_NUMBER:
    *number = x;
    return json_type(from) == JSON_NUMBER || json_type(from) == JSON_NULL ? 0 : wrong(f, "a number", e);
  case SHAPE_COUNT: *(size_t *)(void *)at = x >= 0 && x < 9007199254740992.0 ? (size_t)x : 0; return 0;
  case SHAPE_ID: *(uint32_t *)(void *)at = x >= 0 && x <= UINT32_MAX ? (uint32_t)x : 0; return 0;
  case SHAPE_FLAG: *(bool *)(void *)at = json_is_true(from); return 0;
  case SHAPE_PAIR:
    number[0] = json_number(json_at(from, 0), NAN);
    number[1] = json_number(json_at(from, 1), NAN);
    return 0;
  case SHAPE_PART: return shape_read(f->of, from, at, e);
  case SHAPE_MAYBE:
    if (json_type(from) == JSON_NULL)
      return 0;
    *pointer = xcalloc(1, f->of->size);
    return shape_read(f->of, from, *pointer, e);
  default: return read_list(f, from, base, e);
  }
}

/* What a member is that is not there. */
static void
set_nothing(const struct shape *s, char *to)
{
  memset(to, 0, s->size);
  for (const struct shape_field *f = s->fields; f->name; f++) {
    double *number = (double *)(void *)(to + f->at);

    if (f->kind == SHAPE_PART)
      set_nothing(f->of, to + f->at);
    if (f->kind == SHAPE_NUMBER || f->kind == SHAPE_PAIR)
      number[0] = NAN;
    if (f->kind == SHAPE_PAIR)
      number[1] = NAN;
  }
}

int
shape_read(const struct shape *s, const struct json *from, void *to, struct err *e)
{
  set_nothing(s, to);
  if (json_type(from) != JSON_OBJECT)
    return err_set(e, ERR_INPUT, "not an object");
  for (const struct shape_field *f = s->fields; f->name; f++) {
    const struct json *member = json_get(from, f->name);

    if (member && read_value(f, member, to, e) < 0) {
      shape_release(s, to);
      return -1;
    }
  }
  return 0;
}

static void
release_list(const struct shape_field *f, char *base)
{
  char **list = (char **)(void *)(base + f->at);
  size_t n = *(size_t *)(void *)(base + f->count_at);

  for (size_t i = 0; i < n && *list; i++) {
    if (f->kind == SHAPE_LIST)
      shape_release(f->of, *list + i * f->of->size);
    if (f->kind == SHAPE_TEXTS)
      free(((char **)(void *)*list)[i]);
  }
  free(*list);
}

void
shape_release(const struct shape *s, void *what)
{
  char *base = what;

  for (const struct shape_field *f = s->fields; f->name; f++) {
    char **pointer = (char **)(void *)(base + f->at);

    switch (f->kind) {
    case SHAPE_TEXT: case SHAPE_RAW:
      free(*pointer);
      break;
    case SHAPE_PART:
      shape_release(f->of, base + f->at);
      break;
    case SHAPE_MAYBE:
      if (*pointer)
        shape_release(f->of, *pointer);
      free(*pointer);
      break;
    case SHAPE_LIST: case SHAPE_NUMBERS: case SHAPE_IDS: case SHAPE_TEXTS:
      release_list(f, base);
      break;
    default:
      break;
    }
  }
  memset(what, 0, s->size);
}
