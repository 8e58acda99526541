#include "base/json.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* struct json is never defined: a pointer to it is a pointer to a cJSON. */
static const cJSON *
in(const struct json *j)
{
  return (const cJSON *)(const void *)j;
}

static const struct json *
out_of(const cJSON *c)
{
  return (const struct json *)(const void *)c;
}

struct json *
json_parse(const char *s, size_t n, const char **rest, struct err *e)
{
  const char *end = NULL;
  size_t bad;
  cJSON *c;

  if (!utf8_valid(s, n, &bad)) {
    err_set(e, ERR_INPUT, "invalid UTF-8 in JSON at byte %zu", bad);
    return NULL;
  }
  if (memmem(s, n, "\\u0000", 6)) {
    err_set(e, ERR_INPUT, "a NUL character in JSON");
    return NULL;
  }
  c = cJSON_ParseWithLengthOpts(s, n, &end, 0);
  if (!c) {
    err_set(e, ERR_INPUT, "invalid JSON at byte %td", end ? end - s : 0);
    return NULL;
  }
  if (rest) {
    *rest = end;
  } else {
    while (end < s + n && strchr(" \t\r\n", *end) && *end)
      end++;
    if (end < s + n) {
      err_set(e, ERR_INPUT, "text after the JSON value at byte %td", end - s);
      cJSON_Delete(c);
      return NULL;
    }
  }
  return (struct json *)(void *)c;
}

void
json_free(struct json *j)
{
  cJSON_Delete((cJSON *)(void *)j);
}

enum json_type
json_type(const struct json *j)
{
  switch (j ? in(j)->type & 0xff : cJSON_NULL) {
  case cJSON_String:
    return JSON_STRING;
  case cJSON_Number:
    return JSON_NUMBER;
  case cJSON_Array:
    return JSON_ARRAY;
  case cJSON_Object:
    return JSON_OBJECT;
  case cJSON_True:
  case cJSON_False:
    return JSON_BOOL;
  }
  return JSON_NULL;
}

/* A row of a data file is asked for two dozen names, most of which it does not have. */
const struct json *
json_get(const struct json *object, const char *key)
{
  if (json_type(object) != JSON_OBJECT)
    return NULL;
  for (const cJSON *c = in(object)->child; c; c = c->next)
    if (c->string[0] == key[0] && strcmp(c->string, key) == 0)
      return out_of(c);
  return NULL;
}

const struct json *
json_path(const struct json *object, ...)
{
  va_list keys;
  const char *key;

  va_start(keys, object);
  while (object && (key = va_arg(keys, const char *)))
    object = json_get(object, key);
  va_end(keys);
  return object;
}

const struct json *
json_first(const struct json *container)
{
  enum json_type t = json_type(container);

  return t == JSON_ARRAY || t == JSON_OBJECT ? out_of(in(container)->child) : NULL;
}

const struct json *
json_next(const struct json *element)
{
  return element ? out_of(in(element)->next) : NULL;
}

const struct json *
json_at(const struct json *array, size_t i)
{
  const struct json *j = json_first(array);

  while (j && i-- > 0)
    j = json_next(j);
  return j;
}

const char *
json_key(const struct json *member)
{
  return member ? in(member)->string : NULL;
}

size_t
json_size(const struct json *container)
{
  size_t n = 0;

  for (const struct json *j = json_first(container); j; j = json_next(j))
    n++;
  return n;
}

const char *
json_string(const struct json *j)
{
  return json_type(j) == JSON_STRING ? in(j)->valuestring : NULL;
}

double
json_number(const struct json *j, double otherwise)
{
  return json_type(j) == JSON_NUMBER ? in(j)->valuedouble : otherwise;
}

bool
json_is_true(const struct json *j)
{
  return j && cJSON_IsTrue(in(j));
}

void
json_print(struct buf *out, const struct json *j)
{
  bool object = json_type(j) == JSON_OBJECT;

  switch (json_type(j)) {
  case JSON_NULL:
    buf_adds(out, "null");
    break;
  case JSON_BOOL:
    buf_adds(out, json_is_true(j) ? "true" : "false");
    break;
  case JSON_NUMBER:
    json_add_number(out, json_number(j, 0));
    break;
  case JSON_STRING:
    json_add_str(out, json_string(j));
    break;
  case JSON_ARRAY:
  case JSON_OBJECT:
    buf_addc(out, object ? '{' : '[');
    for (const struct json *k = json_first(j); k; k = json_next(k)) {
      if (object)
        json_add_key(out, json_key(k));
      else
        json_add_comma(out);
      json_print(out, k);
    }
    buf_addc(out, object ? '}' : ']');
    break;
  }
}

static void
add_escaped(struct buf *out, uint32_t c)
{
  static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
  const char *at = c && c < 0x80 ? strchr(from, (int)c) : NULL;

  if (at) {
    buf_addc(out, '\\');
    buf_addc(out, to[at - from]);
  } else {
    buf_addf(out, "\\u%04x", (unsigned)c);
  }
}

#define EACH(byte) ((byte) * UINT64_C(0x0101010101010101))
#define BELOW(x, byte) (((x) - EACH(byte)) & ~(x) & EACH(0x80))  /* not 0: some of the 8 bytes are (byte <= 0x80) */
#define EQUAL(x, byte) BELOW((x) ^ EACH(byte), 1)

size_t
json_plain(const char *s, size_t n, bool ascii)
{
  size_t i = 0;

  for (; i + 8 <= n; i += 8) {
    uint64_t x;

    memcpy(&x, s + i, sizeof x);
    if (BELOW(x, ' ') | EQUAL(x, '"') | EQUAL(x, '\\') | (ascii ? (x & EACH(0x80)) | EQUAL(x, 0x7f) : 0))
      break;
  }
  return i;
}

void
json_add_string(struct buf *out, const char *s, size_t n)
{
  size_t from = 0, len;

  buf_addc(out, '"');
  for (size_t i = 0; i < n; i += len) {
    uint32_t c;
    bool bad;

    len = json_plain(s + i, n - i, true);
    if (len > 0)  /* most of what comes */
      continue;
    len = 1;
    if (s[i] >= ' ' && s[i] < 0x7f && s[i] != '"' && s[i] != '\\')
      continue;
    c = utf8_decode(s + i, n - i, &len);
    bad = c == UTF8_BAD && len == 1;
    if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f && !bad)
      continue;
    buf_add(out, s + from, i - from);
    if (bad)
      buf_adds(out, "\xef\xbf\xbd");
    else
      add_escaped(out, c);
    from = i + len;
  }
  buf_add(out, s + from, n - from);
  buf_addc(out, '"');
}

void
json_add_str(struct buf *out, const char *s)
{
  if (s)
    json_add_string(out, s, strlen(s));
  else
    buf_adds(out, "null");
}

void
json_add_number(struct buf *out, double x)
{
  char s[40];

  if (!isfinite(x)) {
    buf_adds(out, "null");
    return;
  }
  for (int digits = 6; digits <= 17; digits++) {
    snprintf(s, sizeof s, "%.*g", digits, x);
    if (strtod(s, NULL) == x)
      break;
  }
  buf_adds(out, s);
}

void
json_add_comma(struct buf *out)
{
  if (out->n > 0 && out->s[out->n - 1] != '{' && out->s[out->n - 1] != '[' && out->s[out->n - 1] != '\n')
    buf_addc(out, ',');
}

void
json_add_key(struct buf *out, const char *key)
{
  json_add_comma(out);
  json_add_str(out, key);
  buf_addc(out, ':');
}

void
json_add_field(struct buf *out, const char *key, const char *s)
{
  json_add_key(out, key);
  json_add_str(out, s);
}

void
json_add_field_number(struct buf *out, const char *key, double x)
{
  json_add_key(out, key);
  json_add_number(out, x);
}

void
json_add_field_int(struct buf *out, const char *key, int64_t x)
{
  json_add_key(out, key);
  buf_addf(out, "%" PRId64, x);
}

void
json_add_field_bool(struct buf *out, const char *key, bool x)
{
  json_add_key(out, key);
  buf_adds(out, x ? "true" : "false");
}
