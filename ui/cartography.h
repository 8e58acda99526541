/* cartography: the samples of a run as points: how sure a run was of a sample's label while it learned (mean
 * confidence) against how much that moved (variability), after Swayamdipta et al. 2020, "Dataset Cartography: Mapping
 * and diagnosing datasets with training dynamics". The values are signals (curate/signal.h), read on a thread.
 *
 * Life: cartography_init, cartography_read, then the rest, cartography_release; what is read may come after that and is
 * thrown away. Threads: the screen's. */
#ifndef UI_CARTOGRAPHY_H
#define UI_CARTOGRAPHY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct workbench;

struct map_point {
  float x, y;                /* variability, mean confidence: 0..1 */
  float correctness;         /* the share of epochs after which it was right; NaN: not known */
  uint32_t id;
  bool inside;               /* it passes the filter */
};
/* A part of the map: from <= value < to, where to is the map's edge: <=. Four digits, so that a filter says the
 * same. */
struct map_box {
  double x_from, x_to, y_from, y_to;
};
#define MAP_FIRST 64         /* ids kept of a box */
struct map_count {
  size_t n, of;              /* points in the box, and on the map */
  double correctness;        /* mean over those that have one, NaN: none has */
  uint32_t first[MAP_FIRST];
  size_t n_first;
};

struct map_reading;
struct cartography {
  struct workbench *w;
  char *filter;              /* Curate's, "" for all */
  char *run;                 /* whose dynamics, "" if none */
  struct map_point *points;
  size_t n, n_inside;
  double x_max;              /* the map's right edge: a tenth at least, a half at most */
  double y_min;              /* its lower edge: 0, or higher where all points lie in the upper half */
  uint64_t made;             /* grows whenever the points change */
  uint64_t seen;             /* revision of the records that they were read from */
  bool complete;             /* read at least once */
  struct map_reading *reading;
};

void cartography_init(struct cartography *m, struct workbench *w, const char *filter);
void cartography_release(struct cartography *m);
/* Reads, unless nothing has changed since; `again`: even so. */
void cartography_read(struct cartography *m, bool again);
void cartography_count(const struct cartography *m, const struct map_box *box, bool inside, struct map_count *out);
/* The box as a filter: "mean_confidence>=.1 mean_confidence<.2 ...". */
void cartography_filter(const struct cartography *m, const struct map_box *box, bool inside, struct buf *out);
/* Points in each cell of a grid over the map, row 0 on top; counts: rows * cols. */
void cartography_grid(const struct cartography *m, bool inside, int rows, int cols, uint32_t *counts);

#endif
