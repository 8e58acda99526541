/* Map: what a run learned easily, what it was torn about, what it never learned; a box on it selects samples. */
#include "ui/view-map.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void
map_close(void *view)
{
  struct map_view *v = view;

  cartography_release(&v->map);
  free(v->grid);
  free(v);
}

static void
map_update(void *view, bool visible)
{
  struct map_view *v = view;
  const struct map_point *hard = v->map.points;

  if (visible)
    cartography_read(&v->map, false);
  if (v->placed || !v->map.n)
    return;
  for (size_t i = 1; i < v->map.n; i++)
    hard = v->map.points[i].y < hard->y ? &v->map.points[i] : hard;
  v->x = (double)hard->x;
  v->y = (double)hard->y;
  v->placed = true;
}

/* ---- the cursor ---- */

static int
clamp(int x, int most)
{
  return x < 0 ? 0 : x > most ? most : x;
}

void
map_cell(const struct map_view *v, double x, double y, int *row, int *col)
{
  *col = clamp((int)(x / v->map.x_max * v->cols + 1e-9), v->cols - 1);
  *row = clamp(v->rows - 1 - (int)((y - v->map.y_min) / (1 - v->map.y_min) * v->rows + 1e-9), v->rows - 1);
}

/* The confidence so many rows above the lower edge. */
static double
height(const struct map_view *v, double rows)
{
  return v->map.y_min + (1 - v->map.y_min) * rows / v->rows;
}

/* The middle of a cell, so that it is the same cell again after a resize to the same size. */
static void
place(struct map_view *v, int row, int col)
{
  row = clamp(row, v->rows - 1);
  col = clamp(col, v->cols - 1);
  v->x = (col + .5) / v->cols * v->map.x_max;
  v->y = height(v, v->rows - 1 - row + .5);
}

static double
four_digits(double x)
{
  return round(x * 10000) / 10000;
}

struct map_box
map_box_of(const struct map_view *v)
{
  int row, col, row2, col2;

  map_cell(v, v->x, v->y, &row, &col);
  row2 = row;
  col2 = col;
  if (v->anchored)
    map_cell(v, v->anchor_x, v->anchor_y, &row2, &col2);
  return (struct map_box){
    .x_from = four_digits((col < col2 ? col : col2) * v->map.x_max / v->cols),
    .x_to = four_digits(((col > col2 ? col : col2) + 1) * v->map.x_max / v->cols),
    .y_from = four_digits(height(v, v->rows - 1 - (row > row2 ? row : row2))),
    .y_to = four_digits(height(v, v->rows - (row < row2 ? row : row2))),
  };
}

const struct map_count *
map_counted(struct map_view *v)
{
  struct map_box box = map_box_of(v);

  if (v->counted_made != v->map.made || v->counted_inside != v->inside || box.x_from != v->counted.x_from ||
      box.x_to != v->counted.x_to || box.y_from != v->counted.y_from || box.y_to != v->counted.y_to) {
    cartography_count(&v->map, &box, v->inside, &v->count);
    v->counted = box;
    v->counted_made = v->map.made;
    v->counted_inside = v->inside;
  }
  return &v->count;
}

static void
map_move(void *view, enum move m)
{
  static const struct { int rows, cols; } steps[] = {
    [MOVE_UP] = {-1, 0}, [MOVE_DOWN] = {1, 0}, [MOVE_HALF_UP] = {-4, 0}, [MOVE_HALF_DOWN] = {4, 0},
    [MOVE_PAGE_UP] = {0, 8}, [MOVE_PAGE_DOWN] = {0, -8}, [MOVE_TOP] = {-2000, 0}, [MOVE_BOTTOM] = {2000, 0},
    [MOVE_LEFT] = {0, -1}, [MOVE_RIGHT] = {0, 1},
  };
  struct map_view *v = view;
  int row, col;

  if (!v->rows)
    return;
  map_cell(v, v->x, v->y, &row, &col);
  place(v, row + steps[m].rows, col + steps[m].cols);
}

static void
map_mouse(void *view, const struct key *k, int row, int col)
{
  struct map_view *v = view;

  if (!area_has(v->plot, row, col) || k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN)
    return;
  if (k->mouse == MOUSE_RIGHT) {  /* the other corner */
    if (!v->anchored) {
      v->anchor_x = v->x;
      v->anchor_y = v->y;
    }
    v->anchored = true;
  }
  place(v, row - v->plot.row, col - v->plot.col);
}

/* ---- keys ---- */

static void
anchor(struct workbench *w, void *view, int n)
{
  struct map_view *v = view;

  (void)w, (void)n;
  v->anchored = v->rows && !v->anchored;
  v->anchor_x = v->x;
  v->anchor_y = v->y;
}

static void
only_filter(struct workbench *w, void *view, int n)
{
  struct map_view *v = view;

  (void)n;
  if (*v->map.filter)
    v->inside = !v->inside;
  else
    workbench_say(w, "Curate shows all samples: there is no filter to follow");
}

static void
again(struct workbench *w, void *view, int n)
{
  struct map_view *v = view;

  (void)w, (void)n;
  cartography_read(&v->map, true);
}

static void
map_enter(void *view)
{
  struct map_view *v = view;
  struct map_box box = map_box_of(v);
  struct buf filter = BUF_INIT;

  if (!v->rows || !map_counted(v)->n) {
    workbench_say(v->w, "there is no sample in the box");
    return;
  }
  cartography_filter(&v->map, &box, v->inside, &filter);
  workbench_show(v->w, buf_str(&filter));
  buf_release(&filter);
}

static void
show(struct workbench *w, void *view, int n)
{
  (void)w, (void)n;
  map_enter(view);
}

static bool
map_back(void *view)
{
  struct map_view *v = view;
  bool was = v->anchored;

  v->anchored = false;
  return was;
}

static void
back(struct workbench *w, void *view, int n)
{
  (void)n;
  if (!map_back(view))
    workbench_close_over(w);
}

void
map_open(struct workbench *w, const char *filter)
{
  struct map_view *v = xcalloc(1, sizeof *v);

  v->w = w;
  cartography_init(&v->map, w, filter);
  workbench_open_over(w, &view_map, v);
}

static const struct binding bindings[] = {
  {.keys = "Enter", .action = show, .help = "show the samples of the box in Curate, by a filter", .hint = "show these"},
  {.keys = "Space", .action = anchor, .hint = "hold corner",
   .help = "hold this corner of the box: arrows, or a right click, move the other one; again: let it go"},
  {.keys = "f", .action = only_filter, .help = "only the samples that pass Curate's filter, or all", .hint = "filter"},
  {.keys = "R", .action = again, .help = "read the values again"},
  {.keys = "Esc", .action = back, .help = "let the corner go; close", .hint = "close"},
  {.keys = NULL},
};

static const struct figure_row figures[] = {
  {"confidence", "up: how likely the sample's label was while the run learned, mean over its epochs"},
  {"variability", "to the right: how much that moved from epoch to epoch, its standard deviation"},
  {"easy", "top left: learned soon and kept; many of them can be left out without loss"},
  {"ambiguous", "right: the run wavers; what most helps it to generalize"},
  {"hard", "bottom left: never learned; where the wrong labels gather"},
  {"correct", "of the samples in the box: the share of epochs after which the run had them right"},
  {"source", "Swayamdipta et al. 2020, Dataset Cartography: Mapping and Diagnosing Datasets with Training "
   "Dynamics, EMNLP"},
  {NULL, NULL},
};

const struct view view_map = {
  .name = "Map",
  .about = "every sample that the newest run learned from, by how sure it was of the label and how much that moved; "
           "points are drawn thicker where there are more",
  .bindings = bindings,
  .figures = figures,
  .close = map_close,
  .draw = map_draw,
  .update = map_update,
  .move = map_move,
  .enter = map_enter,
  .back = map_back,
  .mouse = map_mouse,
};
