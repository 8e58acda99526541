#include "generate/parse.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"
#include "generate/lines.h"

struct span {
  const char *s;
  size_t n;
};

static bool
is_space(char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct span
trim(struct span t)
{
  while (t.n > 0 && is_space(*t.s)) {
    t.s++;
    t.n--;
  }
  while (t.n > 0 && is_space(t.s[t.n - 1]))
    t.n--;
  return t;
}

static bool
starts_with(struct span t, const char *prefix)
{
  return t.n >= strlen(prefix) && memcmp(t.s, prefix, strlen(prefix)) == 0;
}

int
parsed_add(struct parsed *out, const char *text, size_t n, const char *text2, size_t n2, struct err *e)
{
  struct span a = trim((struct span){text, n}), b = trim((struct span){text2 ? text2 : "", n2});

  if (out->n >= PARSE_TEXTS_MAX)
    return err_set(e, ERR_FAIL, "too many: more than %d texts in one reply", PARSE_TEXTS_MAX);
  GROW(out->texts, out->cap, out->n + 1);
  out->texts[out->n++] = (struct candidate){
    .text = arena_strndup(&out->arena, a.s, a.n), .n_text = a.n,
    .text2 = text2 ? arena_strndup(&out->arena, b.s, b.n) : NULL, .n_text2 = b.n,
  };
  return 0;
}

void
parsed_release(struct parsed *p)
{
  arena_release(&p->arena);
  free(p->texts);
  *p = (struct parsed){0};
}

/* ---- JSON ---- */

/* Copies the value that begins at t.s[0] (a bracket) to `clean`, without commas before closing brackets and with \'
 * as ', and returns its length; 0: the text ends before the value does. */
static size_t
scan_value(struct span t, struct buf *clean)
{
  bool string = false, comma = false;
  size_t depth = 0;

  for (size_t i = 0; i < t.n; i++) {
    char c = t.s[i];

    if (string) {
      size_t plain = i;

      while (plain < t.n && t.s[plain] != '"' && t.s[plain] != '\\')
        plain++;
      buf_add(clean, t.s + i, plain - i);
      i = plain;
      if (i + 1 < t.n && t.s[i] == '\\') {
        i++;
        if (t.s[i] != '\'')
          buf_addc(clean, '\\');
        buf_addc(clean, t.s[i]);
      } else if (i < t.n) {
        string = t.s[i] != '"';
        buf_addc(clean, t.s[i]);
      }
      continue;
    }
    if (comma && !is_space(c)) {
      if (c != ']' && c != '}')
        buf_addc(clean, ',');
      comma = false;
    }
    if (c == ',') {
      comma = true;
      continue;
    }
    buf_addc(clean, c);
    string = c == '"';
    depth += c == '[' || c == '{';
    if ((c == ']' || c == '}') && --depth == 0)
      return i + 1;
  }
  return 0;
}

/* Where a JSON array or object may begin: a bracket and after it what can follow it in a list of texts. t.n:
 * nowhere. */
static size_t
find_value(struct span t)
{
  for (size_t i = 0; i < t.n; i++) {
    size_t k = i + 1;

    if (t.s[i] != '[' && t.s[i] != '{')
      continue;
    while (k < t.n && is_space(t.s[k]))
      k++;
    if (k == t.n || t.s[k] == '"' || (t.s[i] == '[' && (t.s[k] == '{' || t.s[k] == ']' || t.s[k] == '[')) ||
        (t.s[i] == '{' && t.s[k] == '}'))
      return i;
  }
  return t.n;
}

static int
read_element(const struct json *x, size_t number, struct parsed *out, struct err *e)
{
  const struct json *object = json_type(x) == JSON_OBJECT ? x : NULL, *second = json_get(object, "text2");
  const char *text = object ? json_string(json_get(object, "text")) : json_string(x), *text2 = json_string(second);

  if (!text)
    return err_set(e, ERR_FAIL, object ? "no text: element %zu has no \"text\"" : "no text: element %zu is no text",
                   number);
  if (second && !text2)
    return err_set(e, ERR_FAIL, "no text: \"text2\" of element %zu is no text", number);
  return parsed_add(out, text, strlen(text), text2, text2 ? strlen(text2) : 0, e);
}

static int
read_array(const struct json *array, struct parsed *out, struct err *e)
{
  size_t number = 1;

  for (const struct json *x = json_first(array); x; x = json_next(x))
    if (read_element(x, number++, out, e) < 0)
      return -1;
  if (number == 1)
    return err_set(e, ERR_FAIL, "no text: the list is empty");
  return 0;
}

/* An array, an object that is a text itself, or one that has exactly one array. */
static int
read_value(const struct json *value, struct parsed *out, struct err *e)
{
  const struct json *array = NULL;
  size_t n = 0;

  if (json_type(value) == JSON_ARRAY)
    return read_array(value, out, e);
  if (json_string(json_get(value, "text")))
    return read_element(value, out->n + 1, out, e);
  for (const struct json *m = json_first(value); m; m = json_next(m))
    if (json_type(m) == JSON_ARRAY) {
      array = m;
      n++;
    }
  if (n != 1)
    return err_set(e, ERR_FAIL,
                   n == 0 ? "no list: an object without a list" : "several lists: which is meant is not clear");
  return read_array(array, out, e);
}

/* ---- a list of strings, alone or as the only member of an object: what is asked for and mostly comes ---- */

static size_t
skip_space(struct span t, size_t i)
{
  while (i < t.n && is_space(t.s[i]))
    i++;
  return i;
}

/* The string whose first character stands at i, into text; the place after its closing quote. 0: it holds what has to
 * be looked at more closely. */
static size_t
plain_string(struct span t, size_t i, struct buf *text)
{
  static const char letters[] = "\"\\/nrtbf", meant[] = "\"\\/\n\r\t\b\f";

  buf_clear(text);
  while (i < t.n) {
    const char *escape;
    size_t from = i;

    i += json_plain(t.s + i, t.n - i, false);
    while (i < t.n && t.s[i] != '"' && t.s[i] != '\\' && (unsigned char)t.s[i] >= ' ')
      i++;
    buf_add(text, t.s + from, i - from);
    if (i < t.n && t.s[i] == '"')
      return i + 1;
    if (i + 1 >= t.n || t.s[i] != '\\' || !(escape = memchr(letters, t.s[i + 1], sizeof letters - 1)))
      return 0;
    buf_addc(text, meant[escape - letters]);
    i += 2;
  }
  return 0;
}

/* The texts of the list whose bracket stands at i; the place after it, or 0. */
static size_t
plain_list(struct span t, size_t i, struct parsed *out)
{
  struct buf text = BUF_INIT;

  do {
    i = skip_space(t, i + 1);
    i = i < t.n && t.s[i] == '"' ? plain_string(t, i + 1, &text) : 0;
    if (i > 0 && parsed_add(out, buf_str(&text), text.n, NULL, 0, NULL) < 0)
      i = 0;
    if (i > 0)
      i = skip_space(t, i);
  } while (i > 0 && i < t.n && t.s[i] == ',');
  buf_release(&text);
  return i > 0 && i < t.n && t.s[i] == ']' ? i + 1 : 0;
}

/* Whether it is that; else nothing is taken. */
static bool
read_plain(struct span *t, struct parsed *out)
{
  size_t i = 0, n = out->n;
  struct buf key = BUF_INIT;
  bool object = t->n > 0 && *t->s == '{';

  if (object) {
    i = skip_space(*t, 1);
    i = i < t->n && t->s[i] == '"' ? plain_string(*t, i + 1, &key) : 0;
    i = i > 0 ? skip_space(*t, i) : t->n;
    i = i < t->n && t->s[i] == ':' ? skip_space(*t, i + 1) : t->n;
  }
  i = i < t->n && t->s[i] == '[' ? plain_list(*t, i, out) : 0;
  if (object && i > 0) {
    i = skip_space(*t, i);
    i = i < t->n && t->s[i] == '}' ? i + 1 : 0;
  }
  buf_release(&key);
  if (i == 0 || !utf8_valid(t->s, i, NULL)) {
    out->n = n;
    return false;
  }
  t->s += i;
  t->n -= i;
  return true;
}

/* ---- any value ---- */

/* The value at the start of t, which is not moved past it if this fails. *single: it is an object that is one text. */
static int
read_json(struct span *t, bool *single, struct parsed *out, struct err *e)
{
  struct buf clean = BUF_INIT;
  struct json *value;
  struct err why;
  size_t n;
  int result;

  *single = false;
  if (read_plain(t, out))
    return 0;
  n = scan_value(*t, &clean);
  value = n > 0 ? json_parse(clean.s, clean.n, NULL, &why) : NULL;
  if (n == 0)
    result = err_set(e, ERR_FAIL, "truncated: the reply ends in the middle of a list");
  else if (!value)
    result = err_set(e, ERR_FAIL, "no list: %s", why.message);
  else
    result = read_value(value, out, e);
  *single = json_string(json_get(value, "text")) != NULL;
  json_free(value);
  buf_release(&clean);
  if (result == 0) {
    t->s += n;
    t->n -= n;
  }
  return result;
}

/* One value, or several objects that are one text each. `t` begins with the first. */
static int
read_values(struct span t, struct parsed *out, struct err *e)
{
  bool single;

  do {
    if (read_json(&t, &single, out, e) < 0)
      return -1;
    while (t.n > 0 && (is_space(*t.s) || *t.s == ',')) {
      t.s++;
      t.n--;
    }
  } while (single && t.n > 0 && *t.s == '{');
  if (find_value(t) < t.n)
    return err_set(e, ERR_FAIL, "several lists: which is meant is not clear");
  return 0;
}

/* ---- the reply ---- */

/* Without byte order mark and what a model thought aloud before it answered. */
static int
strip(struct span *t, struct err *e)
{
  static const char close[] = "</think>";
  const char *end;

  *t = trim(*t);
  if (starts_with(*t, "\xef\xbb\xbf"))
    *t = trim((struct span){t->s + 3, t->n - 3});
  if (starts_with(*t, "<think>")) {
    end = memmem(t->s, t->n, close, sizeof close - 1);
    if (!end)
      return err_set(e, ERR_FAIL, "truncated: the reply ends while the teacher still thinks");
    end += sizeof close - 1;
    *t = trim((struct span){end, t->n - (size_t)(end - t->s)});
  }
  if (t->n == 0)
    return err_set(e, ERR_FAIL, "no text: the reply is empty");
  return 0;
}

int
parse_strip(const char **s, size_t *n, struct err *e)
{
  struct span t = {*s, *n};
  int result = strip(&t, e);

  *s = t.s;
  *n = t.n;
  return result;
}

size_t
parse_scan(const char *s, size_t n, struct buf *clean)
{
  return scan_value((struct span){s, n}, clean);
}

int
parse_reply(const char *content, size_t n, const struct parse_want *want, struct parsed *out, struct err *e)
{
  struct span t = {content, n};
  size_t at;

  *out = (struct parsed){0};
  arena_init(&out->arena);
  if (strip(&t, e) < 0)
    return -1;
  at = find_value(t);
  if (at < t.n) {
    if (read_values((struct span){t.s + at, t.n - at}, out, e) == 0)
      return 0;
    if (at == 0 || strncmp(e->message, "no list: invalid JSON", 21) != 0)
      return -1;
    out->n = 0;  /* a bracket in words */
  }
  return read_lines(t.s, t.n, want, out, e);
}
