/* Lines that are written from the right: cells drawn in reading order are put where they are seen. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/bidi.h"
#include "ui/canvas.h"

/* Characters of a line: what they are, and how many cells they take. */
struct line {
  uint32_t *points;
  int *widths, *order;
  size_t n;
};

static void
line_make(struct line *l, size_t most)
{
  *l = (struct line){.points = xcalloc(most + 1, sizeof *l->points), .widths = xcalloc(most + 1, sizeof *l->widths),
                     .order = xcalloc(most + 1, sizeof *l->order)};
}

static void
line_release(struct line *l)
{
  free(l->points);
  free(l->widths);
  free(l->order);
}

/* The cells from..to in the order in which they are seen; their lights stay where they are. */
static void
permute(struct cell *cells, const struct line *l, const int *from, size_t n_cells)
{
  struct cell *old = xcalloc(n_cells + 1, sizeof *old);
  size_t at = 0;

  memcpy(old, cells, n_cells * sizeof *old);
  for (size_t i = 0; i < l->n; i++) {
    int k = l->order[i];

    for (int half = 0; half < l->widths[k]; half++, at++) {
      uint8_t lit = cells[at].lit;

      cells[at] = old[from[k] + half];
      cells[at].lit = lit;
      if (half == 0)
        cells[at].c = l->points[k];
    }
  }
  free(old);
}

void
canvas_order(struct canvas *c, struct area a, int row, int from, int to, bool from_right)
{
  struct line l;
  struct cell *cells;
  int *at;
  size_t n;

  from = from < 0 ? 0 : from;
  to = to < a.cols ? to : a.cols;
  if (c->logical || row < 0 || row >= a.rows || a.row + row < 0 || a.row + row >= c->rows || a.col + from < 0)
    return;
  to = a.col + to > c->cols ? c->cols - a.col : to;
  if (from >= to)
    return;
  n = (size_t)(to - from);
  cells = &c->cells[(size_t)(a.row + row) * (size_t)c->cols + (size_t)(a.col + from)];
  if (cells[0].width == 0 || (a.col + to < c->cols && cells[n].width == 0))
    return;  /* half a wide character: cut, so not text of ours */
  line_make(&l, n);
  at = xcalloc(n + 1, sizeof *at);
  for (size_t i = 0; i < n; i++)
    if (cells[i].width) {
      at[l.n] = (int)i;
      l.widths[l.n] = cells[i].width;
      l.points[l.n++] = cells[i].c;
    }
  bidi_order(l.points, l.n, from_right, l.order);
  permute(cells, &l, at, n);
  free(at);
  line_release(&l);
}

/* The characters of a text as they fill cells. */
static void
line_of_text(struct line *l, const char *text, size_t n)
{
  size_t len;

  line_make(l, n);
  for (size_t i = 0; i < n; i += len) {
    uint32_t p = utf8_decode(text + i, n - i, &len);
    int width = p == '\t' || p == '\n' || p == '\r' ? 1 : utf8_width(p);

    if (width == 0)
      continue;
    l->points[l->n] = utf8_is_control(p) ? 'x' : p;
    l->widths[l->n++] = width;
  }
}

int
canvas_seen(const char *text, size_t n, bool from_right, int col, bool back)
{
  struct line l;
  int *reads, seen = 0, result = col;

  if (n > 8000 || !bidi_needed(text, n))
    return col;
  line_of_text(&l, text, n);
  bidi_order(l.points, l.n, from_right, l.order);
  reads = xcalloc(l.n + 1, sizeof *reads);
  for (size_t i = 0; i < l.n; i++)
    reads[i + 1] = reads[i] + l.widths[i];
  if (col >= reads[l.n] || col < 0)  /* behind the last character */
    result = from_right ? -1 : reads[l.n];
  for (size_t i = 0; i < l.n; i++) {
    int read = reads[l.order[i]], width = l.widths[l.order[i]];

    if (back ? col >= seen && col < seen + width : col >= read && col < read + width)
      result = back ? read : seen;
    seen += width;
  }
  if (back && col < 0)
    result = from_right ? seen : 0;
  free(reads);
  line_release(&l);
  return result;
}
