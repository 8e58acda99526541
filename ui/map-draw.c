/* What Map looks like: the plot with its axes, the names of its regions, the box, and the samples in it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/corpus.h"
#include "ui/state.h"
#include "ui/view-map.h"

#define AXIS_COLS 5          /* " 1.0 " */

/* How points are drawn: single dots where they are few, shades where dots would run together. */
struct look {
  int per_row, per_col;      /* grid places in a cell */
  bool ascii, dots;
  uint32_t most;             /* in one place */
};

static void
count_grid(struct map_view *v, const struct look *look)
{
  int rows = v->rows * look->per_row, cols = v->cols * look->per_col;

  if (v->grid && v->grid_made == v->map.made && v->grid_rows == rows && v->grid_cols == cols &&
      v->grid_inside == v->inside)
    return;
  v->grid = xrealloc(v->grid, (size_t)rows * (size_t)cols * sizeof *v->grid);
  v->grid_made = v->map.made;
  v->grid_rows = rows;
  v->grid_cols = cols;
  v->grid_inside = v->inside;
  cartography_grid(&v->map, v->inside, rows, cols, v->grid);
}

static uint32_t
braille(const struct map_view *v, int row, int col)
{
  static const unsigned char bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
  uint32_t p = 0x2800;

  for (int y = 0; y < 4; y++)
    for (int x = 0; x < 2; x++)
      if (v->grid[(size_t)(row * 4 + y) * (size_t)v->grid_cols + (size_t)(col * 2 + x)])
        p |= bits[y][x];
  return p == 0x2800 ? ' ' : p;
}

/* Four shades: an eighth of the thickest place is the third of them, a sixty-fourth the second. */
static uint32_t
shade(const struct map_view *v, const struct look *look, int row, int col)
{
  static const uint32_t blocks[] = {0x2591, 0x2592, 0x2593, 0x2588};
  static const char signs[] = ".:+#";
  uint32_t n = v->grid[(size_t)row * (size_t)v->grid_cols + (size_t)col];
  int level;

  if (!n)
    return ' ';
  level = (int)(cbrt((double)n / look->most) * 3.999);
  return look->ascii ? (unsigned char)signs[level] : blocks[level];
}

static void
draw_points(struct map_view *v, struct canvas *c, struct area plot)
{
  size_t shown = v->inside ? v->map.n_inside : v->map.n;
  struct look look = {.per_row = 1, .per_col = 1, .ascii = c->ascii};

  look.dots = !c->ascii && shown < 4 * (size_t)v->rows * (size_t)v->cols;
  if (look.dots) {
    look.per_row = 4;
    look.per_col = 2;
  }
  count_grid(v, &look);
  for (size_t i = 0; i < (size_t)v->grid_rows * (size_t)v->grid_cols; i++)
    look.most = v->grid[i] > look.most ? v->grid[i] : look.most;
  for (int row = 0; row < v->rows; row++)
    for (int col = 0; col < v->cols; col++)
      canvas_put(c, plot, row, col, STYLE_TRAIN, look.dots ? braille(v, row, col) : shade(v, &look, row, col));
}

/* The names stand on the lines above and below the plot, so that they hide no points; in a low one, inside. */
static void
draw_regions(struct canvas *c, struct area plot, bool framed)
{
  if (framed)
    canvas_hline(c, area_cols(canvas_area(c), plot.col, plot.cols), plot.row - 1, STYLE_RULE);
  plot.row -= framed;
  plot.rows += 2 * framed;
  canvas_str(c, plot, 0, 1, STYLE_BOLD, " easy ");
  canvas_str(c, plot, 0, plot.cols - 12, STYLE_BOLD, " ambiguous ");
  canvas_str(c, plot, plot.rows - 1, 1, STYLE_BOLD, " hard ");
}

static const char *
tick(double x, char out[16])
{
  snprintf(out, 16, "%.3g", x);
  return out[0] == '0' && out[1] == '.' ? out + 1 : out;
}

static void
draw_axes(const struct map_view *v, struct canvas *c, struct area a)
{
  char text[16];
  int steps = v->rows >= 20 ? 10 : v->rows >= 8 ? 4 : 2, x_steps = v->cols >= 60 ? 10 : v->cols >= 30 ? 5 : 2;

  canvas_vline(c, area_rows(a, 0, v->rows), AXIS_COLS - 1, STYLE_RULE);
  canvas_hline(c, area_cols(a, AXIS_COLS, v->cols), v->rows, STYLE_RULE);
  canvas_put(c, a, v->rows, AXIS_COLS - 1, STYLE_RULE, 0x2514);
  for (int i = 0; i <= steps; i++) {
    int row = (int)lround((double)(v->rows - 1) * (steps - i) / steps);

    canvas_right(c, a, row, 0, AXIS_COLS - 1, STYLE_DIM, tick(v->map.y_min + (1 - v->map.y_min) * i / steps, text));
  }
  for (int i = 0; i <= x_steps; i++) {
    int col = (int)lround((double)(v->cols - 1) * i / x_steps);
    const char *words = tick(v->map.x_max * i / x_steps, text);
    int n = (int)strlen(words);

    canvas_str(c, a, v->rows + 1, AXIS_COLS + col - (i == x_steps ? n - 1 : n / 2), STYLE_DIM, words);
  }
}

/* The box: its cells light up, its corners are drawn, so that it is seen without colour. */
static void
draw_box(const struct map_view *v, struct canvas *c, struct area plot)
{
  int row, col, row2, col2, top, bottom, left, right;

  map_cell(v, v->x, v->y, &row, &col);
  row2 = row;
  col2 = col;
  if (v->anchored)
    map_cell(v, v->anchor_x, v->anchor_y, &row2, &col2);
  top = row < row2 ? row : row2;
  bottom = row > row2 ? row : row2;
  left = col < col2 ? col : col2;
  right = col > col2 ? col : col2;
  for (int r = top; r <= bottom; r++)
    canvas_light(c, area_cols(area_rows(plot, r, 1), left, right - left + 1), LIT_HERE);
  canvas_cursor(c, plot, row, col);
}

/* ---- the samples in the box ---- */

static void
draw_sample(struct map_view *v, struct canvas *c, struct area a, uint32_t id)
{
  struct corpus *corpus = workbench_corpus(v->w);
  struct sample s;
  uint16_t label;
  const char *name;
  int col = snprintf(NULL, 0, "%u", corpus_count(corpus));

  if (!corpus_get(corpus, id, &s))
    return;
  label = sample_label(&s);
  name = label == LABEL_NONE ? "-" : label_name(corpus_labels(corpus), label);
  col = canvas_printf(c, a, 0, 0, STYLE_DIM, "%*u", col, id) + 1;
  col = canvas_fit(c, a, 0, col, canvas_width(name, strlen(name)) < 14 ? canvas_width(name, strlen(name)) : 14,
                   STYLE_LABEL, name, strlen(name)) + 1;
  canvas_fit(c, a, 0, col, a.cols - col, STYLE_NORMAL, s.text, s.n_text < 2000 ? s.n_text : 2000);
}

static void
draw_selection(struct map_view *v, struct canvas *c, struct area a)
{
  const struct map_count *count = map_counted(v);
  char n[32], from[16], to[16];
  struct area rows;
  int line = 1, col;

  col = canvas_printf(c, a, 0, 0, STYLE_BOLD, "%s sample%s", frame_count(count->n, n), count->n == 1 ? "" : "s") + 2;
  if (isfinite(count->correctness))
    col = canvas_printf(c, a, 0, col, STYLE_NORMAL, "correct %.0f %%", count->correctness * 100) + 2;
  if (a.cols - col < 42) {
    line = 2;
    col = 0;
  }
  col = canvas_printf(c, a, line - 1, col, STYLE_DIM, "confidence %s to %s", tick(v->counted.y_from, from),
                      tick(v->counted.y_to, to)) + 2;
  canvas_printf(c, a, line - 1, col, STYLE_DIM, "variability %s to %s", tick(v->counted.x_from, from),
                tick(v->counted.x_to, to));
  rows = area_rows(a, line, a.rows - line);
  for (int i = 0; i < rows.rows && i < (int)count->n_first; i++)
    draw_sample(v, c, area_rows(rows, i, 1), count->first[i]);
}

/* ---- the whole ---- */

static void
draw_title(struct map_view *v, struct canvas *c, struct area a)
{
  static const char axes[] = "up: confidence, right: variability";
  char n[32];
  int col = canvas_str(c, a, 0, 1, STYLE_NAME, "Map") + 2;

  if (*v->map.run)
    col = canvas_str(c, a, 0, col, STYLE_BOLD, v->map.run) + 2;
  frame_count(v->inside ? v->map.n_inside : v->map.n, n);
  col = canvas_printf(c, a, 0, col, STYLE_DIM, "%s samples", n) + 2;
  if (v->inside)
    canvas_fit(c, a, 0, col, a.cols - col - 1, STYLE_BOLD, v->map.filter, strlen(v->map.filter));
  else if (col + canvas_width(axes, strlen(axes)) < a.cols)
    canvas_str(c, a, 0, col, STYLE_DIM, axes);
}

static void
draw_none(struct map_view *v, struct canvas *c, struct area a)
{
  if (!v->map.complete) {
    canvas_str(c, a, 2, 2, STYLE_DIM, "reading");
    return;
  }
  canvas_str(c, a, 2, 2, STYLE_NORMAL, "no run has left how it learned yet");
  canvas_str(c, a, 3, 2, STYLE_DIM, "train a student (4 Train, or :train): each run leaves it, and this map shows it");
}

void
map_draw(void *view, struct canvas *c, struct area a)
{
  struct map_view *v = view;
  bool beside = a.cols >= 110, framed;
  int below = beside ? 0 : a.rows >= 24 ? 8 : a.rows >= 18 ? 5 : 3;
  struct area body = area_rows(a, 1, a.rows - 1), map = beside ? area_cols(body, 0, body.cols * 3 / 5) : body, plot;

  draw_title(v, c, area_rows(a, 0, 1));
  if (!v->map.n) {
    v->rows = 0;
    draw_none(v, c, body);
    return;
  }
  map = area_rows(map, 0, map.rows - (below ? below + 1 : 0));
  framed = map.rows >= 9;
  map = area_rows(map, framed, map.rows - framed);
  v->rows = map.rows - 2;
  v->cols = map.cols - AXIS_COLS - 1;
  plot = area_cols(area_rows(map, 0, v->rows), AXIS_COLS, v->cols);
  v->plot = (struct area){plot.row - a.row, plot.col - a.col, plot.rows, plot.cols};
  draw_points(v, c, plot);
  draw_axes(v, c, map);
  draw_regions(c, plot, framed);
  draw_box(v, c, plot);
  if (below) {
    canvas_hline(c, body, body.rows - below - 1, STYLE_RULE);
    draw_selection(v, c, area_cols(area_rows(body, body.rows - below, below), 1, body.cols - 2));
  } else {
    canvas_vline(c, body, map.cols, STYLE_RULE);
    draw_selection(v, c, area_cols(body, map.cols + 2, body.cols - map.cols - 3));
  }
}
