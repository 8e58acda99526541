#include "base/json_reader.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

#define NODES 128          /* values in one */
#define DEPTH 8
#define NUMBER_BYTES 30

/* A string where it stands, between its quotes, and the pointer that is to point to it. */
struct span {
  char **at, *from;
  size_t n;
  bool escaped;
};
struct nodes {
  cJSON node[NODES];
  struct span span[2 * NODES];   /* a key and a string each */
};

/* While one value is read: nothing of it is changed until all of it is known to be plain. */
struct scan {
  char *s, *end;
  struct nodes *nodes;
  size_t n_nodes, n_spans;
};

void
json_reader_init(struct json_reader *r)
{
  *r = (struct json_reader){0};
}

void
json_reader_release(struct json_reader *r)
{
  free(r->nodes);
  json_free(r->tree);
  json_reader_init(r);
}

static char
peek(const struct scan *x)
{
  return x->s < x->end ? *x->s : '\0';
}

static void
skip_blanks(struct scan *x)
{
  while (x->s < x->end && (*x->s == ' ' || *x->s == '\t' || *x->s == '\n' || *x->s == '\r'))
    x->s++;
}

static bool
skip_char(struct scan *x, char c)
{
  if (peek(x) != c)
    return false;
  x->s++;
  return true;
}

static bool
skip_word(struct scan *x, const char *word)
{
  size_t n = strlen(word);

  if ((size_t)(x->end - x->s) < n || memcmp(x->s, word, n) != 0)
    return false;
  x->s += n;
  return true;
}

/* ---- strings ---- */

static int
hex_of(char c)
{
  int letter = c | 0x20;

  return c >= '0' && c <= '9' ? c - '0' : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* The number of uXXXX at s; -1: it is none. */
static int32_t
unit_at(const char *s, const char *end)
{
  int32_t unit = 0;

  if (end - s < 5 || *s != 'u')
    return -1;
  for (int i = 1; i <= 4; i++) {
    int digit = hex_of(s[i]);

    if (digit < 0)
      return -1;
    unit = unit << 4 | digit;
  }
  return unit;
}

/* The character of the escape behind a backslash, and its bytes; 0: not plain. */
static uint32_t
escape_at(const char *s, const char *end, size_t *len)
{
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  const char *at = s < end && *s ? strchr(from, *s) : NULL;
  int32_t high, low;

  *len = 1;
  /* json_parse refuses these six bytes wherever they stand. */
  if (at)
    return *s == '\\' && unit_at(s + 1, end) == 0 ? 0 : (uint32_t)(unsigned char)to[at - from];
  high = unit_at(s, end);
  *len = 5;
  if (high < 0xd800 || high > 0xdfff)
    return high > 0 ? (uint32_t)high : 0;
  if (high > 0xdbff || end - s < 11 || s[5] != '\\')
    return 0;
  low = unit_at(s + 6, end);
  *len = 11;
  return low < 0xdc00 || low > 0xdfff ? 0 : 0x10000u + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
}

static bool
scan_string(struct scan *x, char **at)
{
  struct span *span = &x->nodes->span[x->n_spans++];
  size_t len;

  if (!skip_char(x, '"'))
    return false;
  *span = (struct span){.at = at, .from = x->s};
  for (;;) {
    x->s += json_plain(x->s, (size_t)(x->end - x->s), false);
    while (x->s < x->end && (unsigned char)*x->s >= ' ' && *x->s != '"' && *x->s != '\\')
      x->s++;
    if (x->s >= x->end || (unsigned char)*x->s < ' ')
      return false;
    if (*x->s == '"')
      break;
    x->s++;
    if (!escape_at(x->s, x->end, &len))
      return false;
    x->s += len;
    span->escaped = true;
  }
  span->n = (size_t)(x->s++ - span->from);
  return true;
}

/* No escape is shorter than what it stands for. */
static size_t
unescape(char *s, size_t n)
{
  char *out = s, *end = s + n;
  size_t len;

  while (s < end)
    if (*s == '\\') {
      out += utf8_encode(escape_at(s + 1, end, &len), out);
      s += 1 + len;
    } else {
      *out++ = *s++;
    }
  return n - (size_t)(end - out);
}

static void
finish_strings(struct scan *x)
{
  for (size_t i = 0; i < x->n_spans; i++) {
    struct span *span = &x->nodes->span[i];
    size_t n = span->escaped ? unescape(span->from, span->n) : span->n;

    span->from[n] = '\0';
    *span->at = span->from;
  }
}

/* ---- numbers ---- */

static size_t
skip_digits(struct scan *x)
{
  const char *from = x->s;

  while (x->s < x->end && *x->s >= '0' && *x->s <= '9')
    x->s++;
  return (size_t)(x->s - from);
}

static bool
scan_number(struct scan *x, double *out)
{
  char *from = x->s, copy[NUMBER_BYTES + 1];
  bool minus = skip_char(x, '-'), whole = true;
  int64_t v = 0;
  size_t n = skip_digits(x);

  if (n == 0 || (n > 1 && x->s[-(ptrdiff_t)n] == '0'))
    return false;
  if (skip_char(x, '.')) {
    whole = false;
    if (!skip_digits(x))
      return false;
  }
  if (peek(x) == 'e' || peek(x) == 'E') {
    whole = false;
    x->s++;
    if (peek(x) == '+' || peek(x) == '-')
      x->s++;
    if (!skip_digits(x))
      return false;
  }
  if (x->s - from > NUMBER_BYTES || !memchr(" \t\r\n,]}", peek(x), 8))
    return false;
  if (whole && n <= 15) {
    for (const char *s = from + minus; s < x->s; s++)
      v = 10 * v + (*s - '0');
    *out = minus ? -(double)v : (double)v;
    return true;
  }
  memcpy(copy, from, (size_t)(x->s - from));
  copy[x->s - from] = '\0';
  *out = strtod(copy, NULL);
  return true;
}

/* ---- values ---- */

static cJSON *scan_value(struct scan *x, int depth);

/* What stands between the brackets, behind the opening one. */
static bool
scan_children(struct scan *x, cJSON *parent, char close, int depth)
{
  cJSON **last = &parent->child;

  skip_blanks(x);
  if (skip_char(x, close))
    return true;
  do {
    char *key = NULL;
    size_t span = x->n_spans;

    skip_blanks(x);
    if (close == '}') {
      if (x->n_nodes == NODES || !scan_string(x, &key))
        return false;
      skip_blanks(x);
      if (!skip_char(x, ':'))
        return false;
      skip_blanks(x);
    }
    if (!(*last = scan_value(x, depth + 1)))
      return false;
    if (close == '}')
      x->nodes->span[span].at = &(*last)->string;
    last = &(*last)->next;
    skip_blanks(x);
  } while (skip_char(x, ','));
  return skip_char(x, close);
}

/* NULL: not plain. */
static cJSON *
scan_value(struct scan *x, int depth)
{
  cJSON *c;
  bool plain;

  if (x->n_nodes == NODES || depth > DEPTH)
    return NULL;
  c = &x->nodes->node[x->n_nodes++];
  *c = (cJSON){0};
  switch (peek(x)) {
  case '"':
    c->type = cJSON_String;
    plain = scan_string(x, &c->valuestring);
    break;
  case '{':
  case '[':
    c->type = *x->s == '{' ? cJSON_Object : cJSON_Array;
    x->s++;
    plain = scan_children(x, c, c->type == cJSON_Object ? '}' : ']', depth);
    break;
  case 't':
    c->type = cJSON_True;
    plain = skip_word(x, "true");
    break;
  case 'f':
    c->type = cJSON_False;
    plain = skip_word(x, "false");
    break;
  case 'n':
    c->type = cJSON_NULL;
    plain = skip_word(x, "null");
    break;
  default:
    c->type = cJSON_Number;
    plain = scan_number(x, &c->valuedouble);
  }
  return plain ? c : NULL;
}

const struct json *
json_read(struct json_reader *r, char *s, size_t n, struct err *e)
{
  struct scan x = {.s = s, .end = s + n};
  cJSON *c = NULL;

  json_free(r->tree);
  r->tree = NULL;
  if (!r->nodes)
    r->nodes = xmalloc(sizeof(struct nodes));
  x.nodes = r->nodes;
  if (utf8_valid(s, n, NULL)) {
    skip_blanks(&x);
    c = scan_value(&x, 0);
    skip_blanks(&x);
  }
  if (!c || x.s != x.end)
    return r->tree = json_parse(s, n, NULL, e);
  finish_strings(&x);
  return (const struct json *)(const void *)c;
}
