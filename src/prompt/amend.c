#include "prompt/amend.h"

#include <string.h>

#include "base/utf8.h"

/* A place in the front matter, and how to write there. */
struct place {
  size_t at;                     /* offset in the source */
  const char *end_of_line;       /* "\n" or "\r\n" */
  int indent;                    /* of the names, in a block; -1: within braces */
  bool first;                    /* within braces: there is nothing before it */
  bool comma;                    /* within braces: a comma stands there already */
  bool whole;                    /* the word "attributes:" is to be written, too */
  bool fences;                   /* and the front matter itself */
};

struct line {
  size_t at, n, next;            /* without its end; where the next one begins */
};

static bool
read_line(const char *s, size_t at, struct line *l)
{
  const char *end;

  if (!s[at])
    return false;
  end = strchr(s + at, '\n');
  l->at = at;
  l->n = end ? (size_t)(end - s) - at : strlen(s + at);
  l->next = at + l->n + (end != NULL);
  while (l->n > 0 && strchr(" \t\r", s[at + l->n - 1]))
    l->n--;
  return true;
}

static bool
is_fence(const char *s, const struct line *l)
{
  return l->n == 3 && memcmp(s + l->at, "---", 3) == 0;
}

/* The blanks at the beginning of a line; *what: the first other byte, 0 for an empty line. */
static int
indent_of(const char *s, const struct line *l, char *what)
{
  int indent = 0;

  while ((size_t)indent < l->n && s[l->at + (size_t)indent] == ' ')
    indent++;
  *what = (size_t)indent < l->n ? s[l->at + (size_t)indent] : '\0';
  return indent;
}

/* ---- braces ---- */

/* Past a quoted text that begins at `at`. */
static size_t
skip_quoted(const char *s, size_t at, size_t end)
{
  char quote = s[at++];

  for (; at < end && s[at]; at++)
    if (quote == '"' && s[at] == '\\')
      at++;
    else if (s[at] == quote && !(quote == '\'' && s[at + 1] == '\''))
      return at + 1;
    else if (s[at] == quote)
      at++;
  return end;
}

/* The place before the brace that closes the one at `open`. -1: there is none. */
static int
place_in_braces(const char *s, size_t open, size_t end, struct place *p)
{
  int depth = 0;
  char last = '\0';
  size_t after = open + 1;       /* the last byte that means something */

  for (size_t at = open; at < end; at++) {
    char c = s[at];

    if ((c == '"' || c == '\'') && strchr("{[,:", last)) {
      at = skip_quoted(s, at, end) - 1;
      last = c;
      after = at + 1;
      continue;
    }
    if (c == '#' && at > open && strchr(" \t\n", s[at - 1])) {
      while (at + 1 < end && s[at + 1] != '\n')
        at++;
      continue;
    }
    depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    if (depth == 0) {
      p->at = after;
      p->indent = -1;
      p->first = last == '{' && after == open + 1;
      p->comma = last == ',';
      return 0;
    }
    if (!strchr(" \t\r\n", c)) {
      last = c;
      after = at + 1;
    }
  }
  return -1;
}

/* ---- the place ---- */

/* Behind the last line of the block that begins after `key`. */
static int
place_in_block(const char *s, const struct line *key, size_t end, struct place *p)
{
  size_t at = key->next;
  struct line l;
  char what;

  p->at = at;
  p->indent = 2;
  for (bool first = true; at < end && read_line(s, at, &l); at = l.next) {
    int indent = indent_of(s, &l, &what);

    if (what == '\0' || what == '#')
      continue;
    if (indent == 0)
      break;
    if (first && what == '{')
      return place_in_braces(s, l.at + (size_t)indent, end, p);
    if (first)
      p->indent = indent;
    first = false;
    p->at = l.next;
  }
  return 0;
}

/* In the front matter of s between two offsets. */
static int
find_place(const char *s, size_t from, size_t end, struct place *p)
{
  static const char key[] = "attributes:";
  struct line l;

  for (size_t at = from; at < end && read_line(s, at, &l); at = l.next) {
    const char *rest;

    if (strncmp(s + l.at, key, strlen(key)) != 0)
      continue;
    rest = s + l.at + strlen(key);
    rest += strspn(rest, " \t");
    if (*rest == '{')
      return place_in_braces(s, (size_t)(rest - s), end, p);
    if (*rest && !strchr("#\r\n", *rest))
      return -1;
    return place_in_block(s, &l, end, p);
  }
  p->at = end;
  p->indent = 2;
  p->whole = true;
  return 0;
}

static int
look_for_place(const char *s, struct place *p)
{
  size_t from = strncmp(s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0, end;
  struct line l;

  *p = (struct place){.at = from, .indent = 2, .whole = true, .fences = true, .end_of_line = "\n"};
  if (!read_line(s, from, &l) || !is_fence(s, &l)) {
    p->end_of_line = strstr(s, "\r\n") ? "\r\n" : "\n";
    return 0;
  }
  p->end_of_line = l.next > 1 && s[l.next - 1] == '\n' && s[l.next - 2] == '\r' ? "\r\n" : "\n";
  p->whole = p->fences = false;
  from = end = l.next;
  while (read_line(s, end, &l) && !is_fence(s, &l))
    end = l.next;
  return find_place(s, from, end, p);
}

/* ---- writing ---- */

/* True if it means itself without quotes, in a block and within braces. */
static bool
is_plain(const char *s)
{
  static const char *const words[] = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
  size_t n = strlen(s), len;

  for (size_t i = 0; i < N_OF(words); i++)
    if (strcasecmp(s, words[i]) == 0)
      return false;
  for (size_t i = 0; i < n; i += len) {
    uint32_t c = utf8_decode(s + i, n - i, &len);
    bool inner = i > 0 && i + len < n;

    if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c > 0xa0 && utf8_is_alnum(c)) &&
        !(i > 0 && c >= '0' && c <= '9') && !(inner && c < 0x80 && strchr(" '-_/()", (int)c)))
      return false;
  }
  return n > 0;
}

static void
add_value(struct buf *out, const char *value)
{
  if (is_plain(value))
    buf_adds(out, value);
  else
    json_add_str(out, value);   /* YAML's double quotes take what JSON's do */
}

static void
add_in_braces(struct buf *out, const struct place *p, const struct prompty_attribute *a, size_t i)
{
  buf_adds(out, i == 0 && (p->first || p->comma) ? "" : ",");
  buf_addf(out, "%s%s: [", i == 0 && p->first ? "" : " ", a->name);
  for (size_t v = 0; v < a->n; v++) {
    buf_adds(out, v ? ", " : "");
    add_value(out, a->values[v]);
  }
  buf_addc(out, ']');
}

static void
add_block(struct buf *out, const struct place *p, const struct prompty_attribute *a)
{
  buf_addn(out, ' ', (size_t)p->indent);
  buf_addf(out, "%s:%s", a->name, p->end_of_line);
  for (size_t v = 0; v < a->n; v++) {
    buf_addn(out, ' ', (size_t)p->indent);
    buf_adds(out, "- ");
    add_value(out, a->values[v]);
    buf_adds(out, p->end_of_line);
  }
}

/* What was there must be there still, and what is new, too. */
static int
check(const char *source, const char *amended, const struct prompty_attribute *added, size_t n, struct err *e)
{
  struct prompty before = {0}, after = {0};
  int result = prompty_parse(&before, "template", source, strlen(source), e);
  bool good = result == 0 && prompty_parse(&after, "template", amended, strlen(amended), NULL) == 0 &&
              after.n_attributes == before.n_attributes + n;

  for (size_t i = 0; good && i < after.n_attributes; i++) {
    const struct prompty_attribute *is = &after.attributes[i], *was = &before.attributes[i];

    if (i >= before.n_attributes)
      was = &added[i - before.n_attributes];
    good = strcmp(is->name, was->name) == 0 && is->n == was->n;
    for (size_t v = 0; good && v < is->n; v++)
      good = strcmp(is->values[v], was->values[v]) == 0;
  }
  prompty_release(&before);
  prompty_release(&after);
  if (result == 0 && !good)
    result = err_set(e, ERR_INPUT, "nothing can be added to the front matter as it is written (write 'attributes:' on "
                     "a line of its own, and each attribute below it)");
  return result;
}

int
amend_attributes(const char *source, const struct prompty_attribute *added, size_t n, struct buf *out,
                 struct err *e)
{
  struct place p;
  bool found = look_for_place(source, &p) == 0;

  buf_clear(out);
  if (found) {
    buf_add(out, source, p.at);
    if (p.at > 0 && p.indent >= 0 && source[p.at - 1] != '\n' && !p.fences)
      buf_adds(out, p.end_of_line);
    if (p.fences)
      buf_addf(out, "---%s", p.end_of_line);
    if (p.whole)
      buf_addf(out, "attributes:%s", p.end_of_line);
    for (size_t i = 0; i < n; i++)
      if (p.indent < 0)
        add_in_braces(out, &p, &added[i], i);
      else
        add_block(out, &p, &added[i]);
    if (p.fences)
      buf_addf(out, "---%s", p.end_of_line);
    buf_adds(out, source + p.at);
  }
  return check(source, buf_str(out), added, n, e);
}
