#include "ui/canvas-svg.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"

#define MARGIN 12
#define FONT_SIZE 15
#define BASELINE 13            /* below the top of a cell */

/* The terminal's own colours are the reader's; these are ours: text of 4.5 to 1 and more on either paper. */
struct palette {
  const char *paper, *ink, *here, *here_idle;
  const char *colours[16];
};
static const struct palette dark = {
  "#17191e", "#d6d8dd", "#3d424c", "#262a31",
  {"#17191e", "#ff7b72", "#7fc97f", "#e0b04c", "#79a8ff", "#d58cf0", "#5fc7d2", "#d6d8dd",
   "#949494", "#ff9a93", "#9fe09f", "#f0c975", "#9dbdff", "#e6b0ff", "#8be0e8", "#ffffff"},
};
static const struct palette light = {
  "#ffffff", "#1c1e22", "#d9dce1", "#eef0f3",
  {"#1c1e22", "#c62828", "#2a7230", "#8a5a00", "#1e58c8", "#8e24aa", "#00696b", "#5f6368",
   "#6c6c6c", "#b71c1c", "#1b5e20", "#6d4c00", "#0d47a1", "#6a1b9a", "#00555c", "#1c1e22"},
};

/* ---- the style sheet ---- */

static const char *
colour_of(const struct palette *p, int colour)
{
  return colour < 0 ? p->ink : p->colours[colour & 15];
}

static void
add_rule(struct buf *out, const char *class, const char *colour)
{
  buf_addf(out, ".%s{fill:%s;stroke:%s}", class, colour, colour);
}

static void
add_colours(const bool *used, const struct palette *p, bool is_light, struct buf *out)
{
  add_rule(out, "paper", p->paper);
  add_rule(out, "here", p->here);
  add_rule(out, "idle", p->here_idle);
  for (int i = 0; i < STYLE_COUNT; i++)
    if (used[i])
      add_rule(out, style_name((enum style)i), colour_of(p, is_light ? style_rows[i].light_fg : style_rows[i].fg));
}

static void
add_sheet(const struct canvas *c, struct buf *out)
{
  bool used[STYLE_COUNT] = {[STYLE_NORMAL] = true};
  size_t n = (size_t)c->rows * (size_t)c->cols;

  for (size_t i = 0; i < n; i++)
    used[c->cells[i].style] = true;
  buf_addf(out, "<style>svg{stroke-width:0}text{font:%dpx ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',"
           "monospace;white-space:pre;unicode-bidi:bidi-override}.b{font-weight:bold}.u{text-decoration:underline}"
           ".a{text-anchor:middle}.l{shape-rendering:crispEdges}.d{stroke-width:2.5;stroke-linecap:round}", FONT_SIZE);
  add_colours(used, &dark, false, out);
  buf_adds(out, "@media (prefers-color-scheme:light){");
  add_colours(used, &light, true, out);
  buf_adds(out, "}</style>\n");
}

/* ---- a row ---- */

struct drawing {
  const struct canvas *c;
  int row, y;
  const struct cell *cells;    /* of the row */
  struct buf *out;
};

static bool
is_reverse(const struct cell *cell)
{
  return style_rows[cell->style].attributes & STYLE_IS_REVERSE;
}

/* What lies under a cell: the class of a rectangle, NULL: the paper. */
static const char *
ground_of(const struct cell *cell)
{
  return is_reverse(cell) ? style_name(cell->style)
         : cell->lit == LIT_HERE ? "here" : cell->lit == LIT_HERE_IDLE ? "idle" : NULL;
}

static const char *
ink_of(const struct cell *cell)
{
  return is_reverse(cell) ? "paper" : style_name(cell->style);
}

static int
x_of(int col)
{
  return MARGIN + col * CELL_COLS;
}

static void
draw_grounds(const struct drawing *d)
{
  for (int from = 0, to; from < d->c->cols; from = to) {
    const char *ground = ground_of(&d->cells[from]);

    for (to = from + 1; to < d->c->cols && ground_of(&d->cells[to]) == ground;)
      to++;
    if (ground)
      buf_addf(d->out, "<rect class=\"%s l\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", ground, x_of(from), d->y,
               (to - from) * CELL_COLS, CELL_ROWS);
  }
}

/* Lines, blocks and Braille of one style as one path a kind. */
static void
draw_glyphs(const struct drawing *d, enum style style)
{
  static const char *const ends[N_GLYPH_KINDS] = {
    " l\" d=\"", " d\" d=\"", " l\" fill-opacity=\".25\" d=\"", " l\" fill-opacity=\".5\" d=\"",
    " l\" fill-opacity=\".75\" d=\""};
  struct buf paths[N_GLYPH_KINDS] = {BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT}, path = BUF_INIT;
  const char *ink = NULL;

  for (int col = 0; col < d->c->cols; col++) {
    const struct cell *cell = &d->cells[col];
    enum glyph_kind kind;

    buf_clear(&path);
    if (cell->style != style || !glyph_path(cell->c, x_of(col), d->y, &kind, &path))
      continue;
    ink = ink_of(cell);
    buf_add(&paths[kind], path.s, path.n);
  }
  for (int kind = 0; kind < N_GLYPH_KINDS; kind++) {
    if (paths[kind].n)
      buf_addf(d->out, "<path class=\"%s%s%s\"/>\n", ink, ends[kind], buf_str(&paths[kind]));
    buf_release(&paths[kind]);
  }
  buf_release(&path);
}

/* Cells whose signs are as wide as one another in any font may share a run; the others stand alone. */
enum company { COMPANY_NONE, COMPANY_TEXT, COMPANY_WIDE, COMPANY_ALONE };

static enum company
company_of(const struct cell *cell)
{
  struct buf path = BUF_INIT;
  enum glyph_kind kind;
  bool drawn = cell->c >= 0x2500 && cell->c < 0x2900 && glyph_path(cell->c, 0, 0, &kind, &path);
  uint32_t p = cell->c;

  buf_release(&path);
  if (drawn || cell->width == 0)
    return COMPANY_NONE;
  if (cell->width == 2)
    return COMPANY_WIDE;
  return p < 0x590 || (p >= 0x2010 && p <= 0x2027) ? COMPANY_TEXT : COMPANY_ALONE;
}

static void
add_sign(struct buf *out, uint32_t p)
{
  char s[4];

  switch (p) {
  case '&': buf_adds(out, "&amp;"); return;
  case '<': buf_adds(out, "&lt;"); return;
  case '>': buf_adds(out, "&gt;"); return;
  default: break;
  }
  if (p < ' ' || (p & 0xfffe) == 0xfffe)   /* no characters of XML */
    p = 0xfffd;
  buf_add(out, s, utf8_encode(p, s));
}

static bool
is_blank(const struct cell *cell)
{
  return cell->c == ' ' && !(style_rows[cell->style].attributes & STYLE_IS_UNDERLINE);
}

/* A run is as long as its cells: letters by a hair wider or narrower, wide signs by the room between them. What stands
 * alone stands in the middle of its cell. */
static void
draw_run(const struct drawing *d, int from, int to, enum company company)
{
  const struct cell *first = &d->cells[from];
  unsigned attributes = style_rows[first->style].attributes;

  buf_addf(d->out, "<text class=\"%s%s%s", ink_of(first), attributes & STYLE_IS_BOLD ? " b" : "",
           attributes & STYLE_IS_UNDERLINE ? " u" : "");
  if (company == COMPANY_ALONE)
    buf_addf(d->out, " a\" x=\"%g\" y=\"%d\">", x_of(from) + CELL_COLS / 2., d->y + BASELINE);
  else
    buf_addf(d->out, "\" x=\"%d\" y=\"%d\" textLength=\"%d\"%s>", x_of(from), d->y + BASELINE, (to - from) * CELL_COLS,
             company == COMPANY_TEXT ? " lengthAdjust=\"spacingAndGlyphs\"" : "");
  for (int col = from; col < to; col++) {
    const struct cell *cell = &d->cells[col];

    if (cell->width == 0)
      continue;
    add_sign(d->out, cell->c);
    for (int i = 0; i < CELL_MARKS && cell->marks[i]; i++)
      add_sign(d->out, cell->marks[i]);
  }
  buf_adds(d->out, "</text>\n");
}

/* Runs of one style, without the blanks at their ends. */
static void
draw_text(const struct drawing *d)
{
  for (int from = 0, to; from < d->c->cols; from = to) {
    const struct cell *first = &d->cells[from];
    enum company company = company_of(first);
    int end;

    to = from + (first->width == 2 ? 2 : 1);
    if (company == COMPANY_NONE || is_blank(first))
      continue;
    while (company != COMPANY_ALONE && to < d->c->cols && d->cells[to].style == first->style
           && company_of(&d->cells[to]) == company)
      to += d->cells[to].width == 2 ? 2 : 1;
    for (end = to; end > from + 1 && is_blank(&d->cells[end - 1]);)
      end--;
    draw_run(d, from, end, company);
  }
}

static void
draw_row(struct drawing *d)
{
  bool used[STYLE_COUNT] = {false};

  draw_grounds(d);
  for (int col = 0; col < d->c->cols; col++)
    used[d->cells[col].style] = true;
  for (int i = 0; i < STYLE_COUNT; i++)
    if (used[i])
      draw_glyphs(d, (enum style)i);
  draw_text(d);
}

void
canvas_svg(const struct canvas *c, struct buf *out)
{
  int width = 2 * MARGIN + c->cols * CELL_COLS, height = 2 * MARGIN + c->rows * CELL_ROWS;
  struct drawing d = {.c = c, .out = out};

  buf_addf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\">\n", width,
           height, width, height);
  add_sheet(c, out);
  buf_addf(out, "<rect class=\"paper\" width=\"%d\" height=\"%d\" rx=\"8\"/>\n", width, height);
  for (d.row = 0; d.row < c->rows; d.row++) {
    d.cells = &c->cells[(size_t)d.row * (size_t)c->cols];
    d.y = MARGIN + d.row * CELL_ROWS;
    draw_row(&d);
  }
  if (c->cursor_row >= 0)
    buf_addf(out, "<rect class=\"NORMAL l\" fill-opacity=\".5\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n",
             x_of(c->cursor_col), MARGIN + c->cursor_row * CELL_ROWS, CELL_COLS, CELL_ROWS);
  buf_adds(out, "</svg>\n");
}
