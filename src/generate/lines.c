#include "generate/lines.h"

#include <string.h>

#include "base/mem.h"

#define INTRO_MAX 4   /* lines of words before the first item: more is no introduction */

/* What stands before an item. Equal marks have equal fields, but for the number. */
struct mark {
  unsigned number;    /* 0: a bullet */
  char open, close;   /* '(' or 0, '.' ')' or ':' */
  bool bold;
  unsigned char bullet[4];
  size_t indent;
};

static const char *const bullets[] = {"-", "*", "+", "\u2022", "\u2013", "\u2014", "\u00b7", "\u25e6", "\u25cf",
                                      "\u25aa"};

/* How models begin when they decline. */
static const char *const refusals[] = {
  "i'm sorry", "i am sorry", "sorry,", "sorry, but", "i can't", "i cannot", "i can not", "i'm unable", "i am unable",
  "i won't", "i will not", "i'm not able", "i am not able", "as an ai", "unfortunately, i", "i apologize",
  "i must decline",
};

static bool
is_blank(const char *s, size_t n)
{
  while (n > 0 && (*s == ' ' || *s == '\t' || *s == '\r'))
    s++, n--;
  return n == 0;
}

/* The bytes of the mark, with the blank after it, or 0: none. */
static size_t
read_number(const char *s, size_t n, struct mark *m)
{
  size_t i = 0, digits;

  if (n > 2 && memcmp(s, "**", 2) == 0) {
    m->bold = true;
    i = 2;
  }
  if (i < n && (s[i] == '(' || s[i] == '#'))
    m->open = s[i++];
  for (digits = 0; i < n && s[i] >= '0' && s[i] <= '9' && digits < 5; i++, digits++)
    m->number = m->number * 10 + (unsigned)(s[i] - '0');
  if (digits == 0 || m->number == 0)
    return 0;
  if (i < n && s[i] == '\\')
    i++;
  if (i >= n || !strchr(".):", s[i]) || s[i] == '\0')
    return 0;
  m->close = s[i++];
  if (m->bold) {
    if (i + 2 > n || memcmp(s + i, "**", 2) != 0)
      return 0;
    i += 2;
  }
  return i < n && (s[i] == ' ' || s[i] == '\t') ? i + 1 : 0;
}

static size_t
read_bullet(const char *s, size_t n, struct mark *m)
{
  for (size_t i = 0; i < N_OF(bullets); i++) {
    size_t len = strlen(bullets[i]);

    if (n > len && memcmp(s, bullets[i], len) == 0 && (s[len] == ' ' || s[len] == '\t')) {
      memcpy(m->bullet, bullets[i], len);
      return len + 1;
    }
  }
  return 0;
}

/* Where the text of an item begins in its line; 0: the line is no item. */
static size_t
read_mark(const char *s, size_t n, struct mark *m)
{
  size_t i = 0, len;

  *m = (struct mark){0};
  while (i < n && (s[i] == ' ' || s[i] == '\t'))
    i++;
  m->indent = i;
  len = read_number(s + i, n - i, m);
  if (len == 0) {
    *m = (struct mark){.indent = i};
    len = read_bullet(s + i, n - i, m);
  } else {
    m->indent = 0;  /* numbers are often set flush right */
  }
  return len > 0 ? i + len : 0;
}

static bool
same_mark(const struct mark *a, const struct mark *b)
{
  return (a->number == 0) == (b->number == 0) && a->open == b->open && a->close == b->close && a->bold == b->bold &&
         memcmp(a->bullet, b->bullet, sizeof a->bullet) == 0 && a->indent == b->indent;
}

/* Takes off a pair of quotes or stars around the whole item, where nothing within could be meant. */
static void
unwrap(const char **s, size_t *n)
{
  static const struct {
    const char *open, *close;
  } pairs[] = {{"**", "**"}, {"\"", "\""}, {"\u201c", "\u201d"}, {"`", "`"}};
  size_t m = *n;

  if (m > 1 && (*s)[m - 1] == ',')
    m--;
  for (size_t i = 0; i < N_OF(pairs); i++) {
    size_t a = strlen(pairs[i].open), b = strlen(pairs[i].close);

    if (m <= a + b || memcmp(*s, pairs[i].open, a) != 0 || memcmp(*s + m - b, pairs[i].close, b) != 0)
      continue;
    if (memmem(*s + a, m - a - b, pairs[i].close, b))
      continue;
    *s += a;
    *n = m - a - b;
    return;
  }
}

static int
add_item(struct parsed *out, const char *s, size_t n, struct err *e)
{
  while (n > 0 && (*s == ' ' || *s == '\t'))
    s++, n--;
  while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t' || s[n - 1] == '\r'))
    n--;
  unwrap(&s, &n);
  return parsed_add(out, s, n, NULL, 0, e);
}

static bool
refuses(const char *s, size_t n)
{
  char begin[40];
  size_t k = 0;

  for (size_t i = 0; i < n && k + 1 < sizeof begin; i++)
    if (i + 3 <= n && memcmp(s + i, "\u2019", 3) == 0) {
      begin[k++] = '\'';
      i += 2;
    } else {
      begin[k++] = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] - 'A' + 'a') : s[i];
    }
  begin[k] = '\0';
  for (size_t i = 0; i < N_OF(refusals); i++)
    if (strncmp(begin, refusals[i], strlen(refusals[i])) == 0)
      return true;
  return false;
}

/* The lines, one after the other. */
struct reader {
  struct mark first;
  size_t intro;        /* lines before the first item */
  bool blank, ended;   /* the line before was blank; words after the list have begun */
};

static int
read_line(struct reader *r, const char *s, size_t n, struct parsed *out, struct err *e)
{
  struct mark m;
  size_t at;

  if (is_blank(s, n)) {
    r->blank = true;
    return 0;
  }
  if (n >= 3 && memcmp(s, "```", 3) == 0)
    return 0;
  at = read_mark(s, n, &m);
  if (at > 0 && out->n == 0)
    r->first = m;
  if (at == 0) {
    if (out->n == 0)
      r->intro++;
    else if (r->blank)
      r->ended = true;
    else
      return err_set(e, ERR_FAIL, "no list: a line among the items is none");
  } else if (r->ended || !same_mark(&m, &r->first)) {
    return err_set(e, ERR_FAIL, "no list: the items are marked in different ways");
  } else if (m.number > 0 && m.number != out->n + 1) {
    return err_set(e, ERR_FAIL, "no list: number %u follows %zu", m.number, out->n);
  } else if (add_item(out, s + at, n - at, e) < 0) {
    return -1;
  }
  r->blank = false;
  return 0;
}

int
read_lines(const char *s, size_t n, const struct parse_want *want, struct parsed *out, struct err *e)
{
  struct reader r = {0};
  const char *end = s + n;

  if (refuses(s, n))
    return err_set(e, ERR_FAIL, "refused: %.*s", n > 200 ? 200 : (int)n, s);
  for (const char *line = s; line < end;) {
    const char *newline = memchr(line, '\n', (size_t)(end - line)), *stop = newline ? newline : end;

    if (read_line(&r, line, (size_t)(stop - line), out, e) < 0)
      return -1;
    line = newline ? newline + 1 : end;
  }
  if (want->finish_reason && strcmp(want->finish_reason, "length") == 0)
    return err_set(e, ERR_FAIL, "truncated: the reply reached its longest length");
  if (out->n == 0 || r.intro > INTRO_MAX || (out->n == 1 && want->count != 1))
    return err_set(e, ERR_FAIL, "no list: the reply is neither JSON nor a list of marked lines");
  if (want->pair)
    return err_set(e, ERR_FAIL, "no pairs: a list of lines cannot hold pairs");
  return 0;
}
