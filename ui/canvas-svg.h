/* canvas-svg: a canvas as a picture: scalable, with its text as text, in the colours of style.h for a dark screen and,
 * where the reader prefers that (prefers-color-scheme), for a light one.
 *
 * Every cell is CELL_COLS x CELL_ROWS units, and what stands in it stands in it whatever font the reader has: runs of
 * text are as long as their cells (textLength), signs that fonts disagree about stand alone in theirs, and lines,
 * blocks and Braille are drawn. Threads: pure. Errors: none. */
#ifndef UI_CANVAS_SVG_H
#define UI_CANVAS_SVG_H

#include "base/buf.h"
#include "ui/canvas.h"

void canvas_svg(const struct canvas *c, struct buf *out);

/* One cell as a path, from (x, y) on; false: this is text. kind: how the path is to be filled. */
enum glyph_kind { GLYPH_SOLID, GLYPH_DOTS, GLYPH_SHADE_1, GLYPH_SHADE_2, GLYPH_SHADE_3, N_GLYPH_KINDS };
bool glyph_path(uint32_t code_point, int x, int y, enum glyph_kind *kind, struct buf *path);
#define CELL_COLS 9            /* units: 0.6 of the font's size, as most monospaced fonts are */
#define CELL_ROWS 18

#endif
