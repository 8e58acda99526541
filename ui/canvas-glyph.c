/* Lines, blocks and Braille as paths: fonts leave gaps between them, or lack them. Declared in canvas-svg.h. */
#include "base/mem.h"
#include "ui/canvas-svg.h"

#define MIDDLE_X 4             /* where a light line begins; it is one unit wide, a heavy one three */
#define MIDDLE_Y 9

static void
rectangle(struct buf *path, int x, int y, int width, int height)
{
  if (width > 0 && height > 0)
    buf_addf(path, "M%d %dh%dv%dh-%dz", x, y, width, height, width);
}

/* ---- lines ---- */

/* Which arms a line has: 1 light, 2 heavy; up, right, down, left. */
static const struct {
  uint32_t p;
  unsigned char arms[4];
} lines[] = {
  {0x2500, {0, 1, 0, 1}}, {0x2501, {0, 2, 0, 2}}, {0x2502, {1, 0, 1, 0}}, {0x2503, {2, 0, 2, 0}},
  {0x250c, {0, 1, 1, 0}}, {0x2510, {0, 0, 1, 1}}, {0x2514, {1, 1, 0, 0}}, {0x2518, {1, 0, 0, 1}},
  {0x251c, {1, 1, 1, 0}}, {0x2524, {1, 0, 1, 1}}, {0x252c, {0, 1, 1, 1}}, {0x2534, {1, 1, 0, 1}},
  {0x253c, {1, 1, 1, 1}}, {0x2574, {0, 0, 0, 1}}, {0x2575, {1, 0, 0, 0}}, {0x2576, {0, 1, 0, 0}},
  {0x2577, {0, 0, 1, 0}}, {0x2578, {0, 0, 0, 2}}, {0x2579, {2, 0, 0, 0}}, {0x257a, {0, 2, 0, 0}},
  {0x257b, {0, 0, 2, 0}},
};

static void
add_arm(struct buf *path, int x, int y, int arm, int weight)
{
  int thick = weight == 2 ? 3 : 1, from = weight == 2 ? 1 : 0;

  switch (arm) {
  case 0: rectangle(path, x + MIDDLE_X - from, y, thick, MIDDLE_Y + 1); break;
  case 1: rectangle(path, x + MIDDLE_X, y + MIDDLE_Y - from, CELL_COLS - MIDDLE_X, thick); break;
  case 2: rectangle(path, x + MIDDLE_X - from, y + MIDDLE_Y, thick, CELL_ROWS - MIDDLE_Y); break;
  case 3: rectangle(path, x, y + MIDDLE_Y - from, MIDDLE_X + 1, thick); break;
  }
}

static bool
line_path(uint32_t p, int x, int y, struct buf *path)
{
  if (p == 0x2506) {  /* ┆ */
    for (int i = 0; i < 3; i++)
      rectangle(path, x + MIDDLE_X, y + 1 + 6 * i, 1, 4);
    return true;
  }
  for (size_t i = 0; i < N_OF(lines); i++)
    if (lines[i].p == p) {
      for (int arm = 0; arm < 4; arm++)
        if (lines[i].arms[arm])
          add_arm(path, x, y, arm, lines[i].arms[arm]);
      return true;
    }
  return false;
}

/* ---- blocks ---- */

static bool
block_path(uint32_t p, int x, int y, enum glyph_kind *kind, struct buf *path)
{
  if (p == 0x2580) {                       /* upper half */
    rectangle(path, x, y, CELL_COLS, CELL_ROWS / 2);
  } else if (p >= 0x2581 && p <= 0x2588) { /* eighths from below */
    int height = ((int)(p - 0x2580) * CELL_ROWS + 4) / 8;

    rectangle(path, x, y + CELL_ROWS - height, CELL_COLS, height);
  } else if (p >= 0x2589 && p <= 0x258f) { /* eighths from the left */
    rectangle(path, x, y, ((int)(0x2590 - p) * CELL_COLS + 4) / 8, CELL_ROWS);
  } else if (p == 0x2590) {                /* right half */
    rectangle(path, x + CELL_COLS / 2, y, CELL_COLS - CELL_COLS / 2, CELL_ROWS);
  } else if (p >= 0x2591 && p <= 0x2593) {
    *kind = GLYPH_SHADE_1 + (p - 0x2591);
    rectangle(path, x, y, CELL_COLS, CELL_ROWS);
  } else {
    return false;
  }
  return true;
}

/* ---- Braille ---- */

/* Dots are lines of no length with round ends: short, and round at any size. */
static bool
braille_path(uint32_t p, int x, int y, enum glyph_kind *kind, struct buf *path)
{
  static const struct { unsigned char col, row; } dots[8] = {{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}, {0, 3}, {1, 3}};

  if (p < 0x2800 || p > 0x28ff)
    return false;
  *kind = GLYPH_DOTS;
  for (int i = 0; i < 8; i++)
    if ((p - 0x2800) & 1u << i)
      buf_addf(path, "M%g %gh0", x + CELL_COLS * (.25 + .5 * dots[i].col), y + CELL_ROWS * (.125 + .25 * dots[i].row));
  return true;
}

bool
glyph_path(uint32_t p, int x, int y, enum glyph_kind *kind, struct buf *path)
{
  *kind = GLYPH_SOLID;
  return line_path(p, x, y, path) || block_path(p, x, y, kind, path) || braille_path(p, x, y, kind, path);
}
