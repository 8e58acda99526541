#include "ui/pane.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/bidi.h"

void
pane_init(struct pane *p)
{
  memset(p, 0, sizeof *p);
  buf_init(&p->text, BUF_MAX);
}

void
pane_release(struct pane *p)
{
  buf_release(&p->text);
  free(p->spans);
  p->spans = NULL;
}

void
pane_clear(struct pane *p)
{
  buf_clear(&p->text);
  p->n_spans = 0;
}

void
pane_add(struct pane *p, enum style s, const char *text, size_t n)
{
  if (p->n_spans == 0 || p->spans[p->n_spans - 1].style != s) {
    GROW(p->spans, p->cap_spans, p->n_spans + 1);
    p->spans[p->n_spans++] = (struct pane_span){p->text.n, s};
  }
  buf_add(&p->text, text, n);
}

void
pane_str(struct pane *p, enum style s, const char *text)
{
  pane_add(p, s, text, strlen(text));
}

void
pane_printf(struct pane *p, enum style s, const char *format, ...)
{
  struct buf b = BUF_INIT;
  va_list args;

  va_start(args, format);
  buf_vaddf(&b, format, args);
  va_end(args);
  pane_add(p, s, buf_str(&b), b.n);
  buf_release(&b);
}

/* Draws the bytes from..to in their styles; *span is moved along. */
static int
draw_line(struct pane *p, struct canvas *c, struct area a, int row, size_t from, size_t to, size_t *span)
{
  int col = 0;

  while (from < to) {
    size_t end;

    while (*span + 1 < p->n_spans && p->spans[*span + 1].from <= from)
      ++*span;
    end = *span + 1 < p->n_spans && p->spans[*span + 1].from < to ? p->spans[*span + 1].from : to;
    col = canvas_part(c, a, row, col, p->spans[*span].style, p->text.s + from, end - from);
    from = end;
  }
  return col;
}

/* The paragraph that the byte stands in is written from the right. */
static bool
from_right(const struct pane *p, size_t at)
{
  while (at > 0 && p->text.s[at - 1] != '\n')
    at--;
  return bidi_from_right(p->text.s + at, p->text.n - at);
}

static const char *
find_in(const char *s, size_t n, const char *what)
{
  size_t len = strlen(what);

  for (size_t i = 0; len && i + len <= n; i++)
    if (!strncasecmp(s + i, what, len))
      return s + i;
  return NULL;
}

static void
draw_matches(struct pane *p, struct canvas *c, struct area a, int row, size_t from, size_t to)
{
  const char *s = p->text.s + from, *hit;
  size_t len = strlen(p->find);

  while (p->find[0] && (hit = find_in(s, (size_t)(p->text.s + to - s), p->find))) {
    int col = canvas_width(p->text.s + from, (size_t)(hit - p->text.s) - from);

    canvas_restyle(c, a, row, col, canvas_width(hit, len), STYLE_MATCH);
    s = hit + len;
  }
}

static int
count_lines(const struct pane *p, int width)
{
  size_t next;
  int lines = 0;

  for (size_t at = 0; at < p->text.n; at += next, lines++)
    canvas_wrap(p->text.s + at, p->text.n - at, width, &next);
  return lines;
}

static void
keep_top(struct pane *p)
{
  int last = p->n_lines - p->height;

  if (p->top > last)
    p->top = last;
  if (p->top < 0)
    p->top = 0;
}

void
pane_draw(struct pane *p, struct canvas *c, struct area a)
{
  size_t span = 0, next;
  int line = 0, end;

  p->height = a.rows;
  p->width = a.cols - 1;  /* the last column says that there is more */
  p->n_lines = count_lines(p, p->width);
  keep_top(p);
  for (size_t at = 0; at < p->text.n && line < p->top + a.rows; at += next, line++) {
    size_t n = canvas_wrap(p->text.s + at, p->text.n - at, p->width, &next);

    if (line < p->top)
      continue;
    end = draw_line(p, c, a, line - p->top, at, at + n, &span);
    draw_matches(p, c, a, line - p->top, at, at + n);
    if (bidi_needed(p->text.s + at, n))
      canvas_order(c, a, line - p->top, 0, end, from_right(p, at));
  }
  if (p->top + a.rows < p->n_lines && a.rows > 0 && a.cols > 0)
    canvas_put(c, a, a.rows - 1, a.cols - 1, STYLE_DIM, 0x2193);
}

void
pane_move(struct pane *p, enum move m)
{
  int page = p->height > 2 ? p->height - 1 : 1;

  switch (m) {
  case MOVE_UP: p->top--; break;
  case MOVE_DOWN: p->top++; break;
  case MOVE_HALF_UP: p->top -= page / 2 + 1; break;
  case MOVE_HALF_DOWN: p->top += page / 2 + 1; break;
  case MOVE_PAGE_UP: p->top -= page; break;
  case MOVE_PAGE_DOWN: p->top += page; break;
  case MOVE_TOP: p->top = 0; break;
  case MOVE_BOTTOM: p->top = p->n_lines; break;
  case MOVE_LEFT: case MOVE_RIGHT: break;
  }
  keep_top(p);
}

bool
pane_find(struct pane *p, int step)
{
  int line = 0, before = -1, first = -1, last = -1, after = -1;
  size_t next;

  for (size_t at = 0; at < p->text.n; at += next, line++) {
    size_t n = canvas_wrap(p->text.s + at, p->text.n - at, p->width, &next);

    if (!find_in(p->text.s + at, n, p->find))
      continue;
    first = first < 0 ? line : first;
    last = line;
    if (line < p->top)
      before = line;
    if (line > p->top && after < 0)
      after = line;
  }
  if (first < 0)
    return false;
  p->top = step < 0 ? (before >= 0 ? before : last) : step > 0 ? (after >= 0 ? after : first) : first;
  keep_top(p);
  return true;
}
