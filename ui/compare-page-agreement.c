/* How often two rows say the same of a test text. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/view-compare.h"

#define CELL 5

struct matrix {
  const struct compare *v;
  const struct found_agreement *of;
  int name_cols;
  int first, shown;              /* columns on the screen */
  char *here;                    /* the selected row's name; may be none of these */
};

/* a, b, ... z, A, ...: the columns' heads. */
static char
letter(size_t i)
{
  return i < 26 ? (char)('a' + i) : i < 52 ? (char)('A' + i - 26) : '?';
}

static enum style
style_of(double same)
{
  return !isfinite(same) ? STYLE_DIM : same >= .9 ? STYLE_GOOD : same >= .7 ? STYLE_NORMAL : same >= .5 ? STYLE_WARN
         : STYLE_BAD;
}

static void
draw_line(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  const struct matrix *m = arg;
  const char *name = m->of->names[i];
  enum style s = m->here && strcmp(m->here, name) == 0 ? STYLE_BOLD : STYLE_NORMAL;
  char n[PART_TEXT];

  (void)here;
  canvas_put(c, a, 0, 1, STYLE_KEY, (unsigned char)letter(i));
  canvas_fit(c, a, 0, 3, m->name_cols, s, name, strlen(name));
  for (int k = 0; k < m->shown; k++) {
    size_t column = (size_t)(m->first + k);
    double same = m->of->same[i * m->of->n_names + column];

    if (column == i)
      canvas_right(c, a, 0, 4 + m->name_cols + k * CELL, CELL - 1, STYLE_DIM, "·");
    else
      canvas_right(c, a, 0, 4 + m->name_cols + k * CELL, CELL - 1, style_of(same), part_score(same, n));
  }
}

static void
lay_out(struct matrix *m, struct compare *v, int cols)
{
  int n = (int)m->of->n_names, longest = 6;

  for (size_t i = 0; i < m->of->n_names; i++) {
    int w = canvas_width(m->of->names[i], strlen(m->of->names[i]));

    longest = w > longest ? w : longest;
  }
  m->name_cols = longest < cols / 3 ? longest : cols / 3;
  m->shown = (cols - 5 - m->name_cols) / CELL;
  m->shown = m->shown > n ? n : m->shown;
  v->across = v->across > n - m->shown ? n - m->shown : v->across < 0 ? 0 : v->across;
  m->first = v->across;
}

static void
draw(struct compare *v, struct canvas *c, struct area a, bool focus)
{
  const struct compare_row *row = compare_selected(v);
  struct matrix m = {.v = v, .of = v->findings ? v->findings->agreement : NULL};
  struct list *list = &v->lists[PAGE_AGREEMENT];

  if (!m.of || !m.of->n_names || m.of->n_same < m.of->n_names * m.of->n_names) {
    part_empty(c, a, v->findings ? "No agreement was counted" : "No experiment to show\n`n` starts one.");
    return;
  }
  m.here = row ? compare_row_title(row) : NULL;
  lay_out(&m, v, a.cols - 1);
  canvas_str(c, a, 0, 3, STYLE_HEAD, "say the same");
  for (int k = 0; k < m.shown; k++)
    canvas_put(c, a, 0, 4 + m.name_cols + k * CELL + CELL - 2, STYLE_KEY, (unsigned char)letter((size_t)(m.first + k)));
  list_keep(list, m.of->n_names, list->at);
  list->quiet = true;
  v->page_area = area_rows(a, 1, a.rows - 1);
  list_draw(list, c, v->page_area, focus, draw_line, &m);
  if (a.rows > (int)m.of->n_names + 3)
    compare_draw_wrapped(c, a, (int)m.of->n_names + 2, STYLE_DIM,
                         "Share of the test texts of which both say the same, mean over the seeds. Rows that are as "
                         "accurate may well be so on other texts.");
  free(m.here);
}

static void
move(struct compare *v, enum move m)
{
  if (m == MOVE_LEFT || m == MOVE_RIGHT)
    v->across += m == MOVE_LEFT ? -1 : 1;
  else
    list_move(&v->lists[PAGE_AGREEMENT], m);
}

const struct compare_page compare_page_agreement = {.name = "alike", .brief = "alike", .key = "i", .draw = draw,
                                                    .move = move};
