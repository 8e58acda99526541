/* canvas: a grid of cells that views draw on; terminal.c copies it to the screen, tests dump it as text.
 *
 * A cell holds one code point with its combining marks and a style. Text comes in only through the functions below,
 * which make control characters visible (^[ or <U+202E>), keep wide characters whole and clip to the area they are
 * given. Rows and columns count from 0 inside that area. Views draw Unicode; where the terminal cannot show it,
 * canvas_to_ascii replaces every cell at the very end, one for one, so that nothing moves.
 *
 * Text of which a part is written from the right (Arabic, Hebrew) is put into the order in which it is seen, line by
 * line, inside the cells that it fills: nothing beside it moves.
 *
 * Life: canvas_init, then per frame canvas_clear and drawing, canvas_release. Threads: one user. Errors: none; what
 * does not fit is cut. */
#ifndef UI_CANVAS_H
#define UI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "ui/style.h"

#define CELL_MARKS 3

struct cell {
  uint32_t c;                   /* ' ' where empty; 0: the right half of the wide character to the left */
  uint32_t marks[CELL_MARKS];   /* combining marks, 0 where none */
  uint8_t style;                /* enum style */
  uint8_t width;                /* 1 or 2; 0 for a right half */
  uint8_t lit;                  /* enum lit: on top of the style */
};
enum lit { LIT_NONE, LIT_HERE, LIT_HERE_IDLE };  /* the selected row, in the pane that has the keys or in another */

/* A rectangle of the canvas, in absolute cells. */
struct area {
  int row, col, rows, cols;
};

struct canvas {
  int rows, cols;
  struct cell *cells;           /* rows x cols */
  int cursor_row, cursor_col;   /* where the terminal's cursor stands; row -1: hidden */
  bool ascii;                   /* the terminal has no UTF-8: charts draw with ASCII */
  bool logical;                 /* the terminal itself orders what is written from the right */
};

void canvas_init(struct canvas *c, int rows, int cols);
void canvas_release(struct canvas *c);
void canvas_resize(struct canvas *c, int rows, int cols);  /* empties it */
void canvas_clear(struct canvas *c);                       /* blanks in STYLE_NORMAL, cursor hidden */
struct area canvas_area(const struct canvas *c);           /* all of it */

/* Parts of an area; a part that does not fit is empty (rows or cols 0). */
struct area area_rows(struct area a, int row, int rows);   /* a band */
struct area area_cols(struct area a, int col, int cols);   /* a strip */
bool area_has(struct area a, int row, int col);            /* absolute coordinates */

/* Draws text from (row, col) on; returns the column after it (also where it was cut). Tabs and newlines become a
 * blank. */
int canvas_text(struct canvas *c, struct area a, int row, int col, enum style s, const char *text, size_t n);
/* A part of a line that is drawn in several styles, in reading order; canvas_order comes when the line is whole. */
int canvas_part(struct canvas *c, struct area a, int row, int col, enum style s, const char *text, size_t n);
/* Puts the cells from..to (not with it) of a line into the order in which they are seen; needed only where bidi_needed
 * (bidi.h) says so of its text. from_right: the direction of the line's paragraph. */
void canvas_order(struct canvas *c, struct area a, int row, int from, int to, bool from_right);
/* Where a column of a line's text is seen once it is ordered, -1: left of the line (behind its end, where the paragraph
 * is written from the right); back: where a column that is seen stands in the text. */
int canvas_seen(const char *text, size_t n, bool from_right, int col, bool back);
int canvas_str(struct canvas *c, struct area a, int row, int col, enum style s, const char *text);
int canvas_printf(struct canvas *c, struct area a, int row, int col, enum style s, const char *format, ...)
  __attribute__((format(printf, 6, 7)));
/* The same in a column of `width` cells: cut with "…", filled with blanks. Returns col + width. */
int canvas_fit(struct canvas *c, struct area a, int row, int col, int width, enum style s, const char *text, size_t n);
/* Ends at column col + width; cut at its left with "…". */
int canvas_right(struct canvas *c, struct area a, int row, int col, int width, enum style s, const char *text);

/* One code point of our own: lines, bars, marks. Lines join the lines they cross, and those that they end at: ┼ ┬ ├. */
void canvas_put(struct canvas *c, struct area a, int row, int col, enum style s, uint32_t code_point);
void canvas_fill(struct canvas *c, struct area a, enum style s);                           /* blanks over the area */
void canvas_hline(struct canvas *c, struct area a, int row, enum style s);                 /* ─ over the area's width */
void canvas_vline(struct canvas *c, struct area a, int col, enum style s);                 /* │ over its height */
/* A bar of `part` in [0, 1] of width cells, in halves, and a thin line for the rest: ━━━━╸───── */
void canvas_bar(struct canvas *c, struct area a, int row, int col, int width, enum style s, double part);
/* Gives cells another style and leaves what stands in them: a match. */
void canvas_restyle(struct canvas *c, struct area a, int row, int col, int cols, enum style s);
/* Lights up the first row of the area: the selected one. */
void canvas_light(struct canvas *c, struct area a, enum lit lit);
/* A frame with a title around the area, cleared inside; returns the inside. */
struct area canvas_box(struct canvas *c, struct area a, enum style s, const char *title);
void canvas_cursor(struct canvas *c, struct area a, int row, int col);

/* Cells of text as canvas_text shows it. */
int canvas_width(const char *text, size_t n);
/* How many bytes of text fill at most `width` cells, breaking after a blank where possible: for wrapping. *next is
 * where the following line begins (a newline ends a line). */
size_t canvas_wrap(const char *text, size_t n, int width, size_t *next);

void canvas_to_ascii(struct canvas *c);
/* Every row as text without trailing blanks, each with a newline; with `styles`, each row is followed by a row that
 * has one letter a cell (style.h) after a '~', unless all of it is STYLE_NORMAL. */
void canvas_dump(const struct canvas *c, bool styles, struct buf *out);

#endif
