#include "prompt/spans.h"

#include <stdbool.h>
#include <string.h>

#include "prompt/literal.h"
#include "prompt/prompty.h"
#include "prompt/value.h"

struct painter {
  struct arena *arena;
  const char *s;
  size_t n;
  struct span *spans;
  size_t n_spans, cap;
};

/* Adds from..to, joined to the span before it where that is of the same class. */
static void
paint(struct painter *p, size_t from, size_t to, enum span_class class)
{
  struct span *last = p->n_spans ? &p->spans[p->n_spans - 1] : NULL;

  if (from >= to)
    return;
  if (last && last->class == class && (class == SPAN_TEXT || class == SPAN_OPERATOR || class == SPAN_YAML)) {
    last->n += to - from;
    return;
  }
  if (p->n_spans == p->cap) {
    size_t cap = p->cap ? 2 * p->cap : 64;
    struct span *v = arena_alloc(p->arena, cap * sizeof *v);

    if (p->n_spans)
      memcpy(v, p->spans, p->n_spans * sizeof *v);
    p->spans = v;
    p->cap = cap;
  }
  p->spans[p->n_spans++] = (struct span){from, to - from, class};
}

static bool
is(const struct painter *p, size_t at, size_t end, const char *what)
{
  size_t n = strlen(what);

  return at + n <= end && memcmp(p->s + at, what, n) == 0;
}

static bool
is_keyword(const char *s, size_t n)
{
  static const char *const words[] = {
    "if", "elif", "else", "endif", "for", "endfor", "in", "recursive", "set", "endset", "with", "endwith", "filter",
    "endfilter", "raw", "endraw", "and", "or", "not", "is", "true", "false", "none", "True", "False", "None",
  };

  for (size_t i = 0; i < N_OF(words); i++)
    if (strlen(words[i]) == n && memcmp(words[i], s, n) == 0)
      return true;
  return false;
}

/* A string that is not closed ends with its line. */
static size_t
string_end(const struct painter *p, size_t at, size_t end)
{
  for (size_t i = at + 1; i < end; i++) {
    if (p->s[i] == '\\' && i + 1 < end)
      i++;
    else if (p->s[i] == p->s[at])
      return i + 1;
    else if (p->s[i] == '\n')
      return i;
  }
  return end;
}

/* One word inside a tag; answers where it ends. *named: the next name is that of a filter or test. */
static size_t
paint_word(struct painter *p, size_t at, size_t end, bool *named)
{
  const char *s = p->s + at, *why = NULL;
  struct value x;
  size_t n;

  if (*s == '"' || *s == '\'') {
    n = string_end(p, at, end) - at;
    paint(p, at, at + n, SPAN_STRING);
  } else if ((n = literal_number(s, end - at, at > 0 && s[-1] == '.', &x, &why))) {
    paint(p, at, at + n, SPAN_NUMBER);
  } else if ((n = literal_name(s, end - at))) {
    bool keyword = is_keyword(s, n);

    paint(p, at, at + n, keyword ? SPAN_KEYWORD : *named ? SPAN_FILTER : SPAN_NAME);
    *named = keyword && (is(p, at, at + n, "is") || (*named && is(p, at, at + n, "not")));
    return at + n;
  } else {
    n = 1;
    paint(p, at, at + 1, SPAN_OPERATOR);
    if (*s == ' ' || *s == '\t' || *s == '\n' || *s == '\r')
      return at + 1;
  }
  *named = n == 1 && *s == '|';
  return at + n;
}

/* From {{ or {% at `at`: to its end, or to what can be no part of it: another opening, an empty line, the end of the
 * part. */
static size_t
paint_tag(struct painter *p, size_t at, size_t end)
{
  const char *mark = p->s[at + 1] == '%' ? "%}" : "}}";
  size_t from = at + 2;
  int open = 0;
  bool named = false;

  from += from < end && (p->s[from] == '-' || p->s[from] == '+');
  paint(p, at, from, SPAN_MARK);
  for (at = from; at < end; ) {
    size_t sign = at + 1 < end && (p->s[at] == '-' || p->s[at] == '+');

    if (open == 0 && is(p, at + sign, end, mark)) {
      paint(p, at, at + sign + 2, SPAN_MARK);
      return at + sign + 2;
    }
    if (is(p, at, end, "{%") || (open == 0 && at > from && is(p, at, end, "{{")) || is(p, at, end, "\n\n"))
      break;
    open += p->s[at] == '{' || p->s[at] == '(' || p->s[at] == '[';
    open -= open && (p->s[at] == '}' || p->s[at] == ')' || p->s[at] == ']');
    at = paint_word(p, at, end, &named);
  }
  return at;
}

/* Where the text of a raw block ends, if the tag painted last opened one; else `at`. */
static size_t
raw_end(const struct painter *p, size_t open, size_t at, size_t end)
{
  size_t from = open + 2 + (open + 2 < end && (p->s[open + 2] == '-' || p->s[open + 2] == '+'));

  from += text_leading_space(p->s + from, end - from);
  if (p->s[open + 1] != '%' || !is(p, from, end, "raw") || literal_name(p->s + from, end - from) != 3)
    return at;
  for (; at < end; at++)
    if (is(p, at, end, "{%")) {
      from = at + 2 + (at + 2 < end && (p->s[at + 2] == '-' || p->s[at + 2] == '+'));
      from += text_leading_space(p->s + from, end - from);
      if (is(p, from, end, "endraw"))
        return at;
    }
  return end;
}

/* The Jinja body of one part. */
static void
paint_part(struct painter *p, size_t at, size_t end)
{
  while (at < end) {
    const char *brace = memchr(p->s + at, '{', end - at), *close;
    size_t open = brace ? (size_t)(brace - p->s) : end, stop;

    paint(p, at, open, SPAN_TEXT);
    at = open;
    if (is(p, open, end, "{#")) {
      close = memmem(p->s + open, end - open, "#}", 2);
      at = close ? (size_t)(close - p->s) + 2 : end;
      paint(p, open, at, SPAN_COMMENT);
    } else if (is(p, open, end, "{{") || is(p, open, end, "{%")) {
      at = paint_tag(p, open, end);
      stop = raw_end(p, open, at, end);
      paint(p, at, stop, SPAN_TEXT);
      at = stop;
    } else if (open < end) {
      paint(p, open, ++at, SPAN_TEXT);
    }
  }
}

/* A line of the front matter: `- key: value # comment`. */
static void
paint_yaml(struct painter *p, size_t from, size_t to)
{
  size_t key = from, colon;

  while (key < to && (p->s[key] == ' ' || p->s[key] == '-'))
    key++;
  for (colon = key; colon < to && p->s[colon] != ':' && p->s[colon] != '#' && p->s[colon] != '"' &&
       p->s[colon] != '\''; )
    colon++;
  if (colon < to && p->s[colon] == ':' && (colon + 1 == to || strchr(" \r\n", p->s[colon + 1]))) {
    paint(p, from, key, SPAN_YAML);
    paint(p, key, colon, SPAN_KEY);
    from = colon;
  }
  for (size_t i = from; i < to; i++)
    if (p->s[i] == '#' && (i == from || p->s[i - 1] == ' ')) {
      paint(p, from, i, SPAN_YAML);
      paint(p, i, to, SPAN_COMMENT);
      return;
    }
  paint(p, from, to, SPAN_YAML);
}

struct span *
prompty_spans(struct arena *a, const char *source, size_t n, size_t *n_spans)
{
  struct painter p = {.arena = a, .s = source, .n = n};
  size_t part = 0, end, length;
  bool front = false;

  for (size_t at = 0, line = 0; at < n; at = end, line++) {
    const char *stop = memchr(source + at, '\n', n - at);

    end = stop ? (size_t)(stop - source) + 1 : n;
    length = end - at - text_trailing_space(source + at, end - at);
    if (length == 3 && memcmp(source + at, "---", 3) == 0 && (line == 0 || front)) {
      paint(&p, at, end, SPAN_MARK);
      front = line == 0;
      part = end;
    } else if (front) {
      paint_yaml(&p, at, end);
      part = end;
    } else if (prompty_role_line(source + at, length)) {
      paint_part(&p, part, at);
      paint(&p, at, end, SPAN_ROLE);
      part = end;
    }
  }
  paint_part(&p, part, n);
  *n_spans = p.n_spans;
  return p.spans;
}
