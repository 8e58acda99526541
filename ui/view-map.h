/* view-map: inside of the view Map, which opens over another (M in Curate, `:map`): view-map.c (the row, keys, the
 * cursor), map-draw.c. */
#ifndef UI_VIEW_MAP_H
#define UI_VIEW_MAP_H

#include "ui/cartography.h"
#include "ui/view.h"
#include "ui/workbench.h"

struct map_view {
  struct workbench *w;
  struct cartography map;
  bool inside;               /* only what passes the filter */
  double x, y;               /* the cursor, on the map: at first at the sample that was least believed */
  bool placed;
  double anchor_x, anchor_y; /* the other corner of the box, where anchored */
  bool anchored;
  int rows, cols;            /* cells of the plot, as last drawn */
  struct area plot;          /* where, relative to the view */
  uint32_t *grid;            /* points in each dot or cell of the plot */
  int grid_rows, grid_cols;
  uint64_t grid_made;        /* map.made that it was counted from */
  bool grid_inside;
  struct map_box counted;    /* what count is of */
  uint64_t counted_made;
  bool counted_inside;
  struct map_count count;
};

/* The box of the cells between the anchor and the cursor. */
struct map_box map_box_of(const struct map_view *v);
/* The cell under a place on the map. */
void map_cell(const struct map_view *v, double x, double y, int *row, int *col);
/* What is in the box, counted when the box or the points are others. */
const struct map_count *map_counted(struct map_view *v);

/* map-draw.c */
void map_draw(void *view, struct canvas *c, struct area a);

#endif
