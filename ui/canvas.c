#include "ui/canvas.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/bidi.h"

static const struct cell blank = {.c = ' ', .width = 1, .style = STYLE_NORMAL};

void
canvas_init(struct canvas *c, int rows, int cols)
{
  memset(c, 0, sizeof *c);
  canvas_resize(c, rows, cols);
}

void
canvas_release(struct canvas *c)
{
  free(c->cells);
  memset(c, 0, sizeof *c);
}

void
canvas_resize(struct canvas *c, int rows, int cols)
{
  c->rows = rows < 1 ? 1 : rows > 2000 ? 2000 : rows;
  c->cols = cols < 1 ? 1 : cols > 2000 ? 2000 : cols;
  c->cells = xrealloc(c->cells, (size_t)c->rows * (size_t)c->cols * sizeof *c->cells);
  canvas_clear(c);
}

void
canvas_clear(struct canvas *c)
{
  size_t n = (size_t)c->rows * (size_t)c->cols;

  for (size_t i = 0; i < n; i++)
    c->cells[i] = blank;
  c->cursor_row = -1;
  c->cursor_col = 0;
}

struct area
canvas_area(const struct canvas *c)
{
  return (struct area){0, 0, c->rows, c->cols};
}

static int
clamp(int x, int low, int high)
{
  return x < low ? low : x > high ? high : x;
}

struct area
area_rows(struct area a, int row, int rows)
{
  row = clamp(row, 0, a.rows);
  a.row += row;
  a.rows = clamp(rows, 0, a.rows - row);
  return a;
}

struct area
area_cols(struct area a, int col, int cols)
{
  col = clamp(col, 0, a.cols);
  a.col += col;
  a.cols = clamp(cols, 0, a.cols - col);
  return a;
}

bool
area_has(struct area a, int row, int col)
{
  return row >= a.row && row < a.row + a.rows && col >= a.col && col < a.col + a.cols;
}

/* The cell at (row, col) of the area, NULL outside of the area or the canvas. */
static struct cell *
cell_at(struct canvas *c, struct area a, int row, int col)
{
  if (row < 0 || row >= a.rows || col < 0 || col >= a.cols)
    return NULL;
  row += a.row;
  col += a.col;
  if (row < 0 || row >= c->rows || col < 0 || col >= c->cols)
    return NULL;
  return &c->cells[(size_t)row * (size_t)c->cols + (size_t)col];
}

/* Before a cell is overwritten: the other half of a wide character must not stay behind. */
static void
split_wide(struct canvas *c, struct cell *cell)
{
  size_t col = (size_t)(cell - c->cells) % (size_t)c->cols;

  if (cell->width == 0 && col > 0) {
    cell[-1].c = ' ';
    cell[-1].width = 1;
    cell[-1].marks[0] = 0;
  }
  if (cell->width == 2 && col + 1 < (size_t)c->cols) {
    cell[1].c = ' ';
    cell[1].width = 1;
  }
}

static void
set_cell(struct canvas *c, struct cell *cell, enum style s, uint32_t code_point, int width)
{
  split_wide(c, cell);
  *cell = (struct cell){.c = code_point, .style = (uint8_t)s, .width = (uint8_t)width, .lit = cell->lit};
}

/* What takes no room and is no mark: joiners, variation selectors, tags and other format characters. */
static bool
is_format(uint32_t p)
{
  return (p >= 0x200b && p <= 0x200d) || (p >= 0x2060 && p <= 0x206f) || (p >= 0xfe00 && p <= 0xfe0f) ||
         (p >= 0x180b && p <= 0x180f) || (p >= 0xfff9 && p <= 0xfffb) || (p >= 0xe0000 && p <= 0xe0fff);
}

static void
add_mark(struct cell *cell, uint32_t mark)
{
  /* They make some terminals draw another width than they count: they are left out. */
  if (!cell || is_format(mark))
    return;
  for (int i = 0; i < CELL_MARKS; i++)
    if (!cell->marks[i]) {
      cell->marks[i] = mark;
      return;
    }
}

/* Draws one code point at col, returns the column after it. *last is the cell that takes combining marks. */
static int
draw_point(struct canvas *c, struct area a, int row, int col, enum style s, uint32_t code_point, struct cell **last)
{
  int width = utf8_width(code_point);
  struct cell *cell = cell_at(c, a, row, col);

  if (width == 0) {
    add_mark(*last, code_point);
    return col;
  }
  *last = cell;
  if (!cell)
    return col + width;
  if (width == 2) {
    struct cell *right = cell_at(c, a, row, col + 1);

    if (!right) {
      set_cell(c, cell, s, ' ', 1);
      return col + width;
    }
    set_cell(c, right, s, 0, 0);
    set_cell(c, cell, s, code_point, 2);
    right->width = 0;
    right->c = 0;
    return col + width;
  }
  set_cell(c, cell, s, code_point, 1);
  return col + width;
}

int
canvas_part(struct canvas *c, struct area a, int row, int col, enum style s, const char *text, size_t n)
{
  struct cell *last = NULL;
  struct buf shown = BUF_INIT;
  size_t len;

  for (size_t i = 0; i < n && col < a.cols; i += len) {
    uint32_t p = utf8_decode(text + i, n - i, &len);

    if (p == '\t' || p == '\n' || p == '\r')
      p = ' ';
    if (!utf8_is_control(p)) {
      col = draw_point(c, a, row, col, s, p, &last);
      continue;
    }
    buf_clear(&shown);
    utf8_printable(&shown, text + i, len);
    for (size_t k = 0; k < shown.n; k++)
      col = draw_point(c, a, row, col, s, (unsigned char)shown.s[k], &last);
  }
  buf_release(&shown);
  return col;
}

int
canvas_text(struct canvas *c, struct area a, int row, int col, enum style s, const char *text, size_t n)
{
  int end = canvas_part(c, a, row, col, s, text, n);

  if (bidi_needed(text, n))
    canvas_order(c, a, row, col, end, bidi_from_right(text, n));
  return end;
}

int
canvas_str(struct canvas *c, struct area a, int row, int col, enum style s, const char *text)
{
  return canvas_text(c, a, row, col, s, text, strlen(text));
}

int
canvas_printf(struct canvas *c, struct area a, int row, int col, enum style s, const char *format, ...)
{
  struct buf b = BUF_INIT;
  va_list args;

  va_start(args, format);
  buf_vaddf(&b, format, args);
  va_end(args);
  col = canvas_text(c, a, row, col, s, buf_str(&b), b.n);
  buf_release(&b);
  return col;
}

static int
point_width(uint32_t p)
{
  return p == '\t' || p == '\n' || p == '\r' ? 1 : utf8_width(p);
}

int
canvas_width(const char *text, size_t n)
{
  int width = 0;
  size_t len;

  for (size_t i = 0; i < n; i += len)
    width += point_width(utf8_decode(text + i, n - i, &len));
  return width;
}

/* Bytes of text that fill at most `width` cells. */
static size_t
bytes_within(const char *text, size_t n, int width)
{
  size_t len;

  for (size_t i = 0; i < n; i += len) {
    width -= point_width(utf8_decode(text + i, n - i, &len));
    if (width < 0)
      return i;
  }
  return n;
}

int
canvas_fit(struct canvas *c, struct area a, int row, int col, int width, enum style s, const char *text, size_t n)
{
  int end = col + width, at;
  size_t whole;

  if (width <= 0)
    return col;
  whole = bytes_within(text, n, width);
  if (whole == n) {
    at = canvas_text(c, a, row, col, s, text, n);
  } else {
    at = canvas_part(c, a, row, col, s, text, bytes_within(text, n, width - 1));
    canvas_put(c, a, row, at++, s, 0x2026);
    if (bidi_needed(text, n))
      canvas_order(c, a, row, col, at, bidi_from_right(text, n));
  }
  for (; at < end; at++)
    canvas_put(c, a, row, at, s, ' ');
  return end;
}

int
canvas_right(struct canvas *c, struct area a, int row, int col, int width, enum style s, const char *text)
{
  size_t n = strlen(text), len;
  int have = canvas_width(text, n);

  if (have > width) {
    for (; n && have > width - 1; text += len, n -= len)
      have -= point_width(utf8_decode(text, n, &len));
    canvas_put(c, a, row, col + width - have - 1, s, 0x2026);
  }
  return canvas_text(c, a, row, col + width - have, s, text, n);
}

/* ---- lines ---- */

enum { UP = 1, DOWN = 2, LEFT = 4, RIGHT = 8 };
static const uint32_t line_of_mask[16] = {
  ' ', 0x2575, 0x2577, 0x2502, 0x2574, 0x2518, 0x2510, 0x2524, 0x2576, 0x2514, 0x250c, 0x251c, 0x2500, 0x2534, 0x252c,
  0x253c,
};

static int
mask_of_line(uint32_t p)
{
  for (int i = 1; i < 16; i++)
    if (line_of_mask[i] == p)
      return i;
  return 0;
}

static void
put_line(struct canvas *c, struct cell *cell, enum style s, int mask)
{
  set_cell(c, cell, s, line_of_mask[mask_of_line(cell->c) | mask], 1);
}

/* A line that ends beside this cell: if the cell is part of a line that crosses, it gets a branch. */
static void
branch(struct canvas *c, int row, int col, int crossing, int mask)
{
  struct cell *cell = cell_at(c, canvas_area(c), row, col);

  if (cell && (mask_of_line(cell->c) & crossing) == crossing)
    cell->c = line_of_mask[mask_of_line(cell->c) | mask];
}

void
canvas_hline(struct canvas *c, struct area a, int row, enum style s)
{
  for (int col = 0; col < a.cols; col++) {
    struct cell *cell = cell_at(c, a, row, col);

    if (cell)
      put_line(c, cell, s, LEFT | RIGHT);
  }
  branch(c, a.row + row, a.col - 1, UP | DOWN, RIGHT);
  branch(c, a.row + row, a.col + a.cols, UP | DOWN, LEFT);
}

void
canvas_vline(struct canvas *c, struct area a, int col, enum style s)
{
  for (int row = 0; row < a.rows; row++) {
    struct cell *cell = cell_at(c, a, row, col);

    if (cell)
      put_line(c, cell, s, UP | DOWN);
  }
  branch(c, a.row - 1, a.col + col, LEFT | RIGHT, DOWN);
  branch(c, a.row + a.rows, a.col + col, LEFT | RIGHT, UP);
}

void
canvas_put(struct canvas *c, struct area a, int row, int col, enum style s, uint32_t code_point)
{
  struct cell *last = NULL;

  draw_point(c, a, row, col, s, code_point, &last);
}

void
canvas_fill(struct canvas *c, struct area a, enum style s)
{
  for (int row = 0; row < a.rows; row++)
    for (int col = 0; col < a.cols; col++) {
      struct cell *cell = cell_at(c, a, row, col);

      if (!cell)
        continue;
      set_cell(c, cell, s, ' ', 1);
      cell->lit = LIT_NONE;
    }
}

void
canvas_bar(struct canvas *c, struct area a, int row, int col, int width, enum style s, double part)
{
  int halves = (int)(clamp((int)(part * 10000 + .5), 0, 10000) * (long)width * 2 / 10000);

  if (part > 0 && halves == 0)
    halves = 1;
  for (int i = 0; i < width; i++, halves -= 2)
    canvas_put(c, a, row, col + i, halves > 0 ? s : STYLE_RULE, halves >= 2 ? 0x2501 : halves == 1 ? 0x2578 : 0x2500);
}

void
canvas_restyle(struct canvas *c, struct area a, int row, int col, int cols, enum style s)
{
  for (int i = 0; i < cols; i++) {
    struct cell *cell = cell_at(c, a, row, col + i);

    if (cell)
      cell->style = (uint8_t)s;
  }
}

void
canvas_light(struct canvas *c, struct area a, enum lit lit)
{
  for (int col = 0; col < a.cols; col++) {
    struct cell *cell = cell_at(c, a, 0, col);

    if (cell)
      cell->lit = (uint8_t)lit;
  }
}

struct area
canvas_box(struct canvas *c, struct area a, enum style s, const char *title)
{
  struct area inside = area_cols(area_rows(a, 1, a.rows - 2), 1, a.cols - 2);

  canvas_fill(c, a, STYLE_NORMAL);
  for (int col = 0; col < a.cols; col++)
    for (int side = 0; side < 2; side++)
      canvas_put(c, a, side ? a.rows - 1 : 0, col, s, 0x2500);
  for (int row = 0; row < a.rows; row++)
    for (int side = 0; side < 2; side++)
      canvas_put(c, a, row, side ? a.cols - 1 : 0, s, 0x2502);
  canvas_put(c, a, 0, 0, s, 0x250c);
  canvas_put(c, a, 0, a.cols - 1, s, 0x2510);
  canvas_put(c, a, a.rows - 1, 0, s, 0x2514);
  canvas_put(c, a, a.rows - 1, a.cols - 1, s, 0x2518);
  if (title && *title && a.cols > 6) {
    struct area top = area_cols(area_rows(a, 0, 1), 2, a.cols - 4);
    int width = clamp(canvas_width(title, strlen(title)), 0, top.cols - 2);

    canvas_put(c, top, 0, 0, s, ' ');
    canvas_fit(c, top, 0, 1, width, STYLE_NAME, title, strlen(title));
    canvas_put(c, top, 0, 1 + width, s, ' ');
  }
  return inside;
}

void
canvas_cursor(struct canvas *c, struct area a, int row, int col)
{
  if (!cell_at(c, a, row, col))
    return;
  c->cursor_row = a.row + row;
  c->cursor_col = a.col + col;
}

size_t
canvas_wrap(const char *text, size_t n, int width, size_t *next)
{
  size_t len, after_blank = 0, blank_at = 0, i;
  int used = 0;

  width = width < 1 ? 1 : width;
  for (i = 0; i < n; i += len) {
    uint32_t p = utf8_decode(text + i, n - i, &len);

    if (p == '\n') {
      *next = i + 1;
      return i;
    }
    if (p == ' ' && used <= width) {
      blank_at = i;
      after_blank = i + 1;
    }
    used += point_width(p);
    if (used > width && p != ' ')
      break;
  }
  if (i >= n) {
    *next = n;
    return n;
  }
  if (after_blank) {
    *next = after_blank;
    return blank_at;
  }
  i = bytes_within(text, n, width);
  if (i == 0)
    utf8_decode(text, n, &i);
  *next = i;
  return i;
}
