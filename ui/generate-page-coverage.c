/* The page of the grid: label × value of one attribute, how many texts were kept of those asked for, as a heat map. */
#include "ui/view-generate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "corpus/label.h"

#define FOOT_ROWS 2            /* the figures of the cell at the cursor */

/* Columns: first all values together, then each value. */
struct grid {
  struct generate *g;
  const struct coverage *c;
  const struct coverage_attribute *attribute;  /* NULL: there is none */
  size_t n_columns;
  int name_cols, cell_cols;
  int digits[2];               /* of a number in the first column, and in the others */
  size_t n_shown;              /* columns that fit */
};

static const struct coverage_attribute *
attribute_of(const struct generate *g)
{
  return g->attribute < g->coverage.n_attributes ? &g->coverage.attributes[g->attribute] : NULL;
}

static size_t
n_columns(const struct generate *g)
{
  const struct coverage_attribute *a = attribute_of(g);

  return a ? a->n_values + 1 : 1;
}

static const struct coverage_cell *
cell_of(const struct generate *g, size_t label, size_t column)
{
  return column == 0 ? &g->coverage.totals[label] : coverage_at(attribute_of(g), label, column - 1);
}

static const char *
column_name(const struct generate *g, size_t column)
{
  return column == 0 ? "all" : attribute_of(g)->values[column - 1];
}

static const char *
label_of(const struct generate *g, size_t row)
{
  uint16_t label = g->coverage.labels[row];

  return label == LABEL_NONE ? "no label" : label_name(corpus_labels(project_corpus(g->p)), label);
}

/* Of the greatest number in these columns. */
static int
digits_of(const struct generate *g, size_t from, size_t to)
{
  uint32_t most = 1;

  for (size_t row = 0; row < g->coverage.n_labels; row++)
    for (size_t column = from; column < to; column++)
      most = cell_of(g, row, column)->asked > most ? cell_of(g, row, column)->asked : most;
  return snprintf(NULL, 0, "%u", most);
}

/* All columns are as wide as the widest needs to be, so that none moves as the figures grow. */
static struct grid
grid_of(struct generate *g, int cols)
{
  struct grid x = {.g = g, .c = &g->coverage, .attribute = attribute_of(g), .n_columns = n_columns(g)};
  int names = 3, widest;

  x.name_cols = generate_label_cols(corpus_labels(project_corpus(g->p)), cols / 5 > 18 ? 18 : cols / 5);
  x.digits[0] = digits_of(g, 0, 1);
  x.digits[1] = digits_of(g, 1, x.n_columns);
  for (size_t i = 1; i < x.n_columns; i++) {
    const char *name = column_name(g, i);
    int width = canvas_width(name, strlen(name));

    names = width > names ? width : names;
  }
  names = names > 14 ? 14 : names;
  widest = 3 + 2 * (x.digits[0] > x.digits[1] ? x.digits[0] : x.digits[1]) + 1;
  x.cell_cols = (names > widest ? names : widest) + 2;
  x.n_shown = (size_t)((cols - x.name_cols - 4) / x.cell_cols > 1 ? (cols - x.name_cols - 4) / x.cell_cols : 1);
  return x;
}

/* How full a cell is, in five steps: the shade says it without colour, the colour with it. */
static uint32_t
shade_of(const struct coverage_cell *cell)
{
  static const uint32_t shades[] = {0xb7, 0x2591, 0x2592, 0x2593, 0x2588};
  double part = cell->asked ? (double)cell->kept / cell->asked : 0;

  return shades[part <= 0 ? 0 : part < .25 ? 1 : part < .6 ? 2 : part < .95 ? 3 : 4];
}

static enum style
style_of(const struct coverage_cell *cell)
{
  double yield = coverage_yield(cell);

  return isnan(yield) ? STYLE_DIM : yield < .25 ? STYLE_BAD : yield < .6 ? STYLE_WARN : STYLE_BAR;
}

static void
draw_cell(struct canvas *c, struct area a, const struct coverage_cell *cell, int digits, bool here)
{
  char n[40];

  if (!cell->asked) {
    canvas_str(c, a, 0, 1, STYLE_DIM, "-");
  } else {
    canvas_put(c, a, 0, 1, style_of(cell), shade_of(cell));
    canvas_put(c, a, 0, 2, style_of(cell), shade_of(cell));
    snprintf(n, sizeof n, "%*u/%u", digits, cell->kept, cell->asked);
    canvas_str(c, a, 0, 4, STYLE_NUMBER, n);
  }
  if (here)
    canvas_light(c, area_cols(a, 0, a.cols - 1), LIT_HERE);
}

static void
draw_row(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  const struct grid *x = arg;
  const char *name = label_of(x->g, i);
  int col = canvas_fit(c, a, 0, 1, x->name_cols, i == x->g->lists[PAGE_COVERAGE].at ? STYLE_BOLD : STYLE_LABEL, name,
                       strlen(name)) + 1;

  (void)here;
  for (size_t k = 0; k < x->n_shown && x->g->first_column + k < x->n_columns; k++, col += x->cell_cols)
    draw_cell(c, area_cols(a, col, x->cell_cols), cell_of(x->g, i, x->g->first_column + k),
              x->digits[x->g->first_column + k > 0],
              i == x->g->lists[PAGE_COVERAGE].at && x->g->first_column + k == x->g->column && x->g->step == STEP_NONE);
}

static void
draw_names(const struct grid *x, struct canvas *c, struct area a)
{
  int col = 1 + x->name_cols + 1;

  for (size_t k = 0; k < x->n_shown && x->g->first_column + k < x->n_columns; k++, col += x->cell_cols) {
    const char *name = column_name(x->g, x->g->first_column + k);

    canvas_fit(c, a, 0, col + 1, x->cell_cols - 2, x->g->first_column + k == x->g->column ? STYLE_BOLD : STYLE_HEAD,
               name, strlen(name));
  }
  if (x->g->first_column)
    canvas_put(c, a, 0, 1 + x->name_cols, STYLE_DIM, 0x2190);
  if (x->g->first_column + x->n_shown < x->n_columns)
    canvas_put(c, a, 0, col < a.cols ? col : a.cols - 1, STYLE_DIM, 0x2192);
}

static void
draw_attributes(const struct grid *x, struct canvas *c, struct area a)
{
  static const char legend[] = "\xe2\x96\x88\xe2\x96\x88 kept/asked for   \xc2\xb7\xc2\xb7 none kept";
  int width = canvas_width(legend, strlen(legend)), col = 1;

  if (!x->c->n_attributes)
    col = canvas_str(c, a, 0, col, STYLE_DIM, "the template has no attributes");
  for (size_t i = 0; i < x->c->n_attributes; i++) {
    col = canvas_str(c, a, 0, col, i == x->g->attribute ? STYLE_NAME : STYLE_NORMAL, x->c->attributes[i].name);
    if (i == x->g->attribute && x->c->n_attributes > 1) {
      col = canvas_str(c, a, 0, col + 1, STYLE_KEY, "c");
      col = canvas_str(c, a, 0, col + 1, STYLE_DIM, "next");
    }
    col += 3;
  }
  if (col + width < a.cols)
    canvas_str(c, a, 0, a.cols - width - 1, STYLE_DIM, legend);
}

static void
draw_foot(const struct grid *x, struct canvas *c, struct area a)
{
  const struct generate *g = x->g;
  const struct coverage_cell *cell = cell_of(g, g->lists[PAGE_COVERAGE].at, g->column);
  struct generate_words w = {c, a, 1, 1};
  char n[PART_TEXT];
  int col = canvas_str(c, a, 0, 1, STYLE_LABEL, label_of(g, g->lists[PAGE_COVERAGE].at));

  if (g->column) {
    col = canvas_printf(c, a, 0, col, STYLE_DIM, "  %s ", x->attribute->name);
    canvas_fit(c, a, 0, col, a.cols - col - 1, STYLE_STRING, column_name(g, g->column),
               strlen(column_name(g, g->column)));
  }
  generate_say(&w, "kept", STYLE_NORMAL, "%u of %u asked for", cell->kept, cell->asked);
  generate_say(&w, "yield", STYLE_NORMAL, "%s", part_percent(cell->kept, cell->answered, n));
  generate_say(&w, "dropped", STYLE_NORMAL, cell->near_duplicates ? "%u (%u doubles)" : "%u", cell->dropped,
               cell->near_duplicates);
  if (cell->accepted || cell->rejected)
    generate_say(&w, "accepted", STYLE_NORMAL, "%u, rejected %u", cell->accepted, cell->rejected);
  generate_say(&w, "requests", STYLE_NORMAL, cell->failed ? "%u (%u failed)" : "%u", cell->requests, cell->failed);
}

static void
draw(struct generate *g, struct canvas *c, struct area a, bool focus)
{
  struct list *l = &g->lists[PAGE_COVERAGE];
  struct grid x;

  (void)focus;
  if (!g->has_coverage || !g->coverage.n_labels) {
    canvas_str(c, a, 0, 1, STYLE_DIM, g->has_coverage ? "Nothing was asked for" : "Counting");
    return;
  }
  x = grid_of(g, a.cols);
  if (g->column < g->first_column)
    g->first_column = g->column;
  if (g->column >= g->first_column + x.n_shown)
    g->first_column = g->column + 1 - x.n_shown;
  draw_attributes(&x, c, area_rows(a, 0, 1));
  draw_names(&x, c, area_rows(a, 1, 1));
  draw_foot(&x, c, area_rows(a, a.rows - FOOT_ROWS, FOOT_ROWS));
  a = area_rows(a, 2, a.rows - 2 - FOOT_ROWS);
  g->list_area = a;
  l->quiet = true;   /* the cell is lit, not the row */
  list_draw(l, c, a, false, draw_row, &x);
}

/* ---- keys ---- */

static void
open(struct generate *g, bool again)
{
  if (again && g->coverage.n_attributes)
    g->attribute = (g->attribute + 1) % g->coverage.n_attributes;
  else
    generate_load(g, true);
  g->column = g->column < n_columns(g) ? g->column : 0;
}

static bool
move(struct generate *g, enum move m)
{
  if (m != MOVE_LEFT && m != MOVE_RIGHT)
    return false;
  if (m == MOVE_LEFT && g->column)
    g->column--;
  else if (m == MOVE_RIGHT && g->column + 1 < n_columns(g))
    g->column++;
  return true;
}

static void
click(struct generate *g, int col)
{
  struct grid x = grid_of(g, g->list_area.cols);
  int at = (col - 2 - x.name_cols) / x.cell_cols;

  if (col >= 2 + x.name_cols && (size_t)at < x.n_shown && g->first_column + (size_t)at < x.n_columns)
    g->column = g->first_column + (size_t)at;
}

/* Its texts, in Curate. */
static void
enter(struct generate *g, size_t row)
{
  const struct job_item *item = generate_job_item(g, g->job);
  struct buf filter = BUF_INIT;

  if (g->coverage.labels[row] == LABEL_NONE) {
    buf_adds(&filter, "unlabelled");
  } else {
    buf_adds(&filter, "label:");
    workbench_quote(&filter, label_of(g, row));
  }
  if (g->column) {
    buf_addf(&filter, " attr.%s:", attribute_of(g)->name);
    workbench_quote(&filter, column_name(g, g->column));
  }
  if (item) {
    buf_adds(&filter, " template:");
    workbench_quote(&filter, item->template_name);
  }
  workbench_show(g->w, buf_str(&filter));
  buf_release(&filter);
}

static void
keep(struct generate *g)
{
  list_keep(&g->lists[PAGE_COVERAGE], g->has_coverage ? g->coverage.n_labels : 0, g->lists[PAGE_COVERAGE].at);
  g->attribute = g->attribute < g->coverage.n_attributes ? g->attribute : 0;
  g->column = g->column < n_columns(g) ? g->column : 0;
}

const struct generate_page generate_page_coverage = {
  .name = "coverage", .brief = "cover", .key = "c", .tall = true, .draw = draw, .open = open, .move = move,
  .enter = enter, .keep = keep, .click = click,
};
