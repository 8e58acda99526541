#include "report/markup.h"

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

/* What can be shown of s, with or without its ends of lines. */
static void
printable(struct buf *out, const char *s, enum markup_lines lines)
{
  while (*s) {
    size_t n = strcspn(s, "\n\r\t");

    utf8_printable(out, s, n);
    s += n;
    if (*s == '\0')
      break;
    if (s[0] == '\r' && s[1] == '\n')
      s++;
    buf_addc(out, lines == MARKUP_JOIN ? ' ' : *s == '\t' ? '\t' : '\n');
    s++;
  }
}

void
markup_html(struct buf *out, const char *s, enum markup_lines lines)
{
  struct buf safe = BUF_INIT;

  printable(&safe, s, lines);
  for (const char *p = buf_str(&safe); *p; p++)
    switch (*p) {
    case '&': buf_adds(out, "&amp;"); break;
    case '<': buf_adds(out, "&lt;"); break;
    case '>': buf_adds(out, "&gt;"); break;
    case '"': buf_adds(out, "&quot;"); break;
    case '\'': buf_adds(out, "&#39;"); break;
    default: buf_addc(out, *p);
    }
  buf_release(&safe);
}

static bool
is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* Where a line begins, some characters make it a list, a heading, a quotation. */
static size_t
escape_begin(struct buf *out, const char *s)
{
  size_t n = 0;

  if (*s == '=' || (*s && strchr("#+-", *s) && (s[1] == ' ' || s[1] == *s || s[1] == '\0'))) {
    buf_addf(out, "\\%c", *s);
    return 1;
  }
  while (n < 10 && is_digit(s[n]))
    n++;
  if (n > 0 && (s[n] == '.' || s[n] == ')') && (s[n + 1] == ' ' || s[n + 1] == '\0')) {
    buf_add(out, s, n);
    buf_addf(out, "\\%c", s[n]);
    return n + 1;
  }
  return 0;
}

void
markup_md(struct buf *out, const char *s)
{
  struct buf safe = BUF_INIT;
  const char *p;

  printable(&safe, s, MARKUP_JOIN);
  p = buf_str(&safe);
  p += strspn(p, " ");
  for (p += escape_begin(out, p); *p; p++)
    if (*p == '<')
      buf_adds(out, "&lt;");
    else if (*p == '&')
      buf_adds(out, "&amp;");
    else if (strchr("\\`*_[]|~>$", *p))
      buf_addf(out, "\\%c", *p);
    else
      buf_addc(out, *p);
  buf_release(&safe);
}

void
markup_lines(struct buf *out, const char *s, const char *indent)
{
  struct buf safe = BUF_INIT;
  const char *p;

  printable(&safe, s, MARKUP_KEEP);
  p = buf_str(&safe);
  while (*p) {
    size_t n = strcspn(p, "\n");

    buf_adds(out, indent);
    buf_add(out, p, n);
    buf_addc(out, '\n');
    p += n + (p[n] == '\n');
  }
  buf_release(&safe);
}
