/* print: results as people read them (aligned columns) and as programs do (JSON).
 * Text from outside is made safe to show (utf8_printable). Threads: one user. */
#ifndef COMMAND_PRINT_H
#define COMMAND_PRINT_H

#include "base/json.h"
#include "command/call.h"

#define GRID_COLUMNS 16

/* Life: grid_init with the headings, grid_cell row by row from left to right, grid_print, grid_release. */
struct grid {
  size_t n_columns, n, cap;
  bool right[GRID_COLUMNS];     /* numbers: to the right */
  char **cells;
};
/* "id>|label|text": a heading that ends in '>' is a column of numbers. */
void grid_init(struct grid *g, const char *headings);
void grid_cell(struct grid *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A cell with outside text, cut to so many columns. */
void grid_cell_cut(struct grid *g, size_t columns, const char *s);
/* The last column is cut at the width of a terminal. */
void grid_print(const struct grid *g, struct call *c);
/* What a command that lists something prints: the JSON document if the call wants that, else the grid, or a line where
 * it has no rows. */
void grid_answer(const struct grid *g, struct call *c, struct buf *json, size_t n_rows, const char *none);
void grid_release(struct grid *g);

/* One JSON document or line, its newline added; b is emptied. */
void print_json(struct call *c, struct buf *b);
void print_line(struct call *c, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Columns of the terminal that results go to; 0: none, do not cut. */
int print_columns(const struct call *c);
/* "$0.41", "unknown". */
void print_usd(struct buf *out, double usd);
/* True where results have nowhere to go any more (a closed pipe): time to end. */
bool print_broken(const struct call *c);

#endif
