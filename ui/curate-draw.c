/* What Curate looks like. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/state.h"
#include "ui/view-curate.h"

#define FACET_COLS 26
#define FACET_COLS_WIDE 40   /* values of attributes are whole phrases */
#define FACET_COLS_NARROW 19

/* The filter, the order, and how many pass. */
static void
draw_head(struct curate *v, struct canvas *c, struct area a)
{
  char n[32], of[32], right[128];
  struct corpus_counts counts;
  int width, col = 1, at = 0;

  corpus_counts(v->corpus, &counts);
  if (v->rows.n_marks)
    at = snprintf(right, sizeof right, "%zu marked  ", v->rows.n_marks);
  snprintf(right + at, sizeof right - (size_t)at, "%s of %s", frame_count(v->rows.n, n), frame_count(counts.n, of));
  width = (int)strlen(right);
  if (*v->rows.filter)
    col = canvas_fit(c, a, 0, col, canvas_width(v->rows.filter, strlen(v->rows.filter)) < a.cols - width - 4
                                     ? canvas_width(v->rows.filter, strlen(v->rows.filter)) : a.cols - width - 4,
                     STYLE_BOLD, v->rows.filter, strlen(v->rows.filter)) + 1;
  else
    col = canvas_str(c, a, 0, col, STYLE_DIM, "all samples") + 1;
  if (*v->rows.sort && col + 8 < a.cols - width)
    canvas_printf(c, area_cols(a, 0, a.cols - width - 2), 0, col + 1, STYLE_DIM, "by %s%s", v->rows.reverse ? "-" : "",
                  v->rows.sort);
  canvas_right(c, a, 0, a.cols - width - 1, width, v->rows.n_marks ? STYLE_MARKED : STYLE_DIM, right);
}

/* ---- the whole ---- */

static void
draw_empty(struct curate *v, struct canvas *c, struct area a)
{
  bool none = corpus_count(v->corpus) == 0;

  canvas_str(c, a, 1, 2, STYLE_NORMAL, v->rows.working ? "searching" : none ? "no samples yet"
             : "no sample passes this filter");
  if (!v->rows.working)
    canvas_str(c, a, 2, 2, STYLE_DIM, none ? ":import FILE reads some, :generate has a teacher write them"
               : "/ another filter   Esc all samples");
}

static void
draw_table_side(struct curate *v, struct canvas *c, struct area a, struct area right)
{
  int below = a.rows >= 40 ? 14 : a.rows >= 22 ? 8 : a.rows >= 18 ? 7 : a.rows >= 16 ? 6 : 4;
  struct area table = area_rows(right, 1, right.rows - below - 2), detail = area_rows(right, right.rows - below, below);

  v->head_area = (struct area){table.row - a.row, table.col - a.col, 1, table.cols};
  v->list_area = (struct area){table.row - a.row + 1, table.col - a.col, table.rows - 1, table.cols};
  v->detail_area = (struct area){detail.row - a.row, detail.col - a.col, detail.rows, detail.cols};
  canvas_hline(c, right, right.rows - below - 1, v->pane == PANE_DETAIL ? STYLE_KEY : STYLE_RULE);
  if (v->rows.n)
    table_draw(v, c, table, v->pane == PANE_LIST && !v->editing);
  else
    draw_empty(v, c, area_rows(table, 1, table.rows - 1));
  detail_draw(v, c, detail);
}

/* The card has all the room: what there is to filter by stands beside it only where the screen is wide. */
static int
facet_cols(const struct curate *v, struct area a)
{
  if (v->card)
    return a.cols >= 160 ? FACET_COLS_WIDE : a.cols >= 120 ? FACET_COLS : 0;
  return a.cols >= 160 ? FACET_COLS_WIDE : a.cols >= 76 ? FACET_COLS : a.cols >= 60 ? FACET_COLS_NARROW : 0;
}

void
curate_draw(void *view, struct canvas *c, struct area a)
{
  struct curate *v = view;
  int left = facet_cols(v, a);
  struct area facets = area_cols(a, 0, left), right = left ? area_cols(a, left + 1, a.cols - left - 1) : a;

  v->facet_area = (struct area){0, 0, facets.rows, facets.cols};
  if (left) {
    canvas_vline(c, a, left, STYLE_RULE);
    facets_draw(&v->facets, c, facets, v->pane == PANE_FACETS, v->rows.filter);
  }
  draw_head(v, c, area_rows(right, 0, 1));
  if (v->card)
    card_draw(v, c, a, area_rows(right, 1, right.rows - 1));
  else
    draw_table_side(v, c, a, right);
  if (v->columns.open)
    columns_draw(v, c, a);
  if (v->sheet.open)
    sheet_draw(&v->sheet, c, a);
}
