/* The whole canvas in other shapes: for terminals without UTF-8, and as text. */
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/canvas.h"

static char
ascii_of(uint32_t p)
{
  static const struct { uint32_t p; char a; } table[] = {
    {0x2026, '.'}, {0x2014, '-'}, {0x2013, '-'}, {0x2018, '\''}, {0x2019, '\''}, {0x201c, '"'}, {0x201d, '"'},
    {0x00b1, '~'}, {0x2590, '#'}, {0x2588, '#'}, {0x2212, '-'},
    {0x00d7, 'x'}, {0x00b7, '.'}, {0x2191, '^'}, {0x2193, 'v'}, {0x2190, '<'}, {0x2192, '>'}, {0x2691, '!'},
    {0x2713, '+'}, {0x2260, '!'},
    {0x2717, 'x'}, {0x25cf, '*'}, {0x25cb, 'o'}, {0x25b8, '>'}, {0x0394, 'd'}, {0x00b5, 'u'}, {0x2248, '~'},
    {0x2503, '|'},
    {0x2591, '.'}, {0x2592, ':'}, {0x2593, '+'}, {0x2506, ':'}, {0x2265, '>'}, {0x2264, '<'}, {0x2501, '='},
    {0x2578, '='}, {0x00a0, ' '},
  };

  if (p < 0x7f)
    return (char)p;
  if (p >= 0x2581 && p <= 0x258f)
    return p <= 0x2583 || p >= 0x258c ? '=' : '#';
  for (size_t i = 0; i < N_OF(table); i++)
    if (table[i].p == p)
      return table[i].a;
  if (p >= 0x2500 && p <= 0x257f)  /* lines and where they join */
    return p == 0x2500 ? '-' : p == 0x2502 ? '|' : '+';
  return '?';
}

void
canvas_to_ascii(struct canvas *c)
{
  size_t n = (size_t)c->rows * (size_t)c->cols;

  for (size_t i = 0; i < n; i++) {
    struct cell *cell = &c->cells[i];

    cell->c = cell->width == 0 ? '?' : (uint32_t)ascii_of(cell->c);
    cell->width = 1;
    memset(cell->marks, 0, sizeof cell->marks);
  }
}

static char
style_letter(const struct cell *cell)
{
  return cell->lit == LIT_HERE ? style_rows[STYLE_HERE].letter
       : cell->lit == LIT_HERE_IDLE ? style_rows[STYLE_HERE_IDLE].letter : style_rows[cell->style].letter;
}

static void
add_point(struct buf *out, uint32_t p)
{
  char s[4];

  buf_add(out, s, utf8_encode(p, s));
}

static void
trim(struct buf *out, size_t from, char c)
{
  while (out->n > from && out->s[out->n - 1] == c)
    buf_truncate(out, out->n - 1);
}

void
canvas_dump(const struct canvas *c, bool styles, struct buf *out)
{
  for (int row = 0; row < c->rows; row++) {
    const struct cell *cells = &c->cells[(size_t)row * (size_t)c->cols];
    size_t from = out->n;

    for (int col = 0; col < c->cols; col++) {
      if (cells[col].width == 0)
        continue;
      add_point(out, cells[col].c);
      for (int i = 0; i < CELL_MARKS && cells[col].marks[i]; i++)
        add_point(out, cells[col].marks[i]);
    }
    trim(out, from, ' ');
    buf_addc(out, '\n');
    if (!styles)
      continue;
    from = out->n + 1;
    buf_addc(out, '~');
    for (int col = 0; col < c->cols; col++)
      buf_addc(out, style_letter(&cells[col]));
    trim(out, from, style_rows[STYLE_NORMAL].letter);
    if (out->n == from)
      buf_truncate(out, from - 1);
    else
      buf_addc(out, '\n');
  }
}
