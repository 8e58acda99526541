/* Compare as a whole: what the test set can tell, the table, the tabs, the page. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ui/view-compare.h"

const struct compare_page *const compare_pages[N_PAGES] = {
  [PAGE_ARMS] = &compare_page_arms, [PAGE_CURVE] = &compare_page_curve, [PAGE_SOURCES] = &compare_page_sources,
  [PAGE_LABELS] = &compare_page_labels, [PAGE_CONFUSION] = &compare_page_confusion,
    [PAGE_DIFFER] = &compare_page_differ,
  [PAGE_AGREEMENT] = &compare_page_agreement, [PAGE_COST] = &compare_page_cost,
};

int
compare_draw_wrapped(struct canvas *c, struct area a, int row, enum style s, const char *text)
{
  size_t n = strlen(text), next;

  for (size_t at = 0; at < n && row < a.rows; at += next, row++) {
    size_t len = canvas_wrap(text + at, n - at, a.cols - 2, &next);

    if (c)
      canvas_text(c, a, row, 1, s, text + at, len);
  }
  return row;
}

/* ---- the head ---- */

static void
draw_live(const struct compare *v, struct canvas *c, struct area a)
{
  int bar = a.cols > 100 ? 30 : 12, col;
  char n[PART_TEXT];

  col = canvas_printf(c, a, 0, 1, STYLE_GOOD, "experiment %s %s", v->live.state == ACTIVITY_PAUSED ? "paused"
                      : "running",
                      part_percent((double)v->live.done, (double)v->live.total, n)) + 2;
  canvas_bar(c, a, 0, col, bar, STYLE_BAR, v->live.total ? (double)v->live.done / (double)v->live.total : 0);
  col += bar + 2;
  canvas_fit(c, a, 0, col, a.cols - col - 1, STYLE_NORMAL, v->live.message, strlen(v->live.message));
}

/* "linear, cnn": each student of the rows once. */
static void
add_students(struct buf *out, const struct findings *f)
{
  for (size_t i = 0; i < f->n_rows; i++) {
    bool known = false;

    for (size_t k = 0; k < i && !known; k++)
      known = strcmp(f->rows[k].student, f->rows[i].student) == 0;
    if (!known)
      buf_addf(out, "%s%s", i ? ", " : "", f->rows[i].student);
  }
}

static void
draw_experiment(const struct compare *v, struct canvas *c, struct area a)
{
  const struct compare_experiment *x = &v->experiments[v->experiment];
  const struct findings *f = v->findings;
  struct buf b = BUF_INIT;
  char when[20];
  int col = canvas_str(c, a, 0, 1, STYLE_BOLD, x->name) + 2;

  clock_format(x->at_ms, when, sizeof when);
  if (v->n_experiments > 1)
    buf_addf(&b, "%zu of %zu [ ]   ", v->experiment + 1, v->n_experiments);
  if (f) {
    add_students(&b, f);
    buf_addf(&b, "   %zu seed%s", f->n_seeds, f->n_seeds == 1 ? "" : "s");
    if (f->guarded)
      buf_addf(&b, "   %zu text%s left out that stand%s in the test set", f->guarded, f->guarded == 1 ? "" : "s",
               f->guarded == 1 ? "s" : "");
    if (col + canvas_width(buf_str(&b), b.n) + 20 < a.cols)
      buf_addf(&b, "   %s", when);
  } else {
    buf_adds(&b, "has not ended: ");
    compare_say_kept(x, &b);
    buf_adds(&b, ", C goes on");
  }
  canvas_fit(c, a, 0, col, a.cols - col - 1, f ? STYLE_DIM : STYLE_WARN, buf_str(&b), b.n);
  buf_release(&b);
}

/* What can be told at all, before any number is. */
static void
draw_detectable(const struct findings *f, struct canvas *c, struct area a)
{
  int col = canvas_printf(c, a, 0, 1, STYLE_NORMAL, "%zu test texts can show differences above ", f->n_test);

  if (isfinite(f->detectable))
    col = canvas_printf(c, a, 0, col, STYLE_BOLD, "%.1f points", 100 * f->detectable);
  else
    col = canvas_str(c, a, 0, col, STYLE_DIM, "– points");
  if (f->n_test_unlabelled && col + 40 < a.cols)
    canvas_printf(c, a, 0, col, STYLE_DIM, "   %zu more have no label", f->n_test_unlabelled);
}

static int
draw_head(const struct compare *v, struct canvas *c, struct area a)
{
  bool small = a.rows < 18;
  int row = 0;

  if (v->experiment >= v->n_experiments)
    return 0;
  if (v->has_live && !v->findings)   /* over another experiment the bottom line tells of it */
    draw_live(v, c, area_rows(a, row++, 1));
  else if (!small || !v->findings)
    draw_experiment(v, c, area_rows(a, row++, 1));
  if (v->findings && (!small || !row))
    draw_detectable(v->findings, c, area_rows(a, row++, 1));
  return row;
}

/* ---- tabs ---- */

static void
tabs_of(const struct compare *v, struct part_tab tabs[N_PAGES])
{
  bool brief = v->view_area.cols < 80;

  for (size_t i = 0; i < N_PAGES; i++)
    tabs[i] = (struct part_tab){brief ? compare_pages[i]->brief : compare_pages[i]->name, compare_pages[i]->key, NAN};
}

int
compare_tab_at(const struct compare *v, int col)
{
  struct part_tab tabs[N_PAGES];

  tabs_of(v, tabs);
  return part_tabs_hit(tabs, N_PAGES, col);
}

/* ---- together ---- */

/* Rows of the table, with its heads. */
static int
table_rows(const struct compare *v, int rows)
{
  int most = v->wide ? 3 : v->below ? rows * 3 / 10 : rows * 2 / 5;

  most = most < 4 && !v->wide ? 4 : most;
  if (!v->n)
    return 0;
  return (int)v->n + 1 > most ? most : (int)v->n + 1;
}

void
compare_draw(struct compare *v, struct canvas *c, struct area a)
{
  struct part_tab tabs[N_PAGES];
  int row, rows;

  v->view_area = a;
  if (!v->loaded)
    return;
  if (!v->n && !v->n_experiments && !v->has_live) {
    part_empty(c, a, "Nothing to compare yet\n"
                     "`n` starts an experiment: is the student better with\n"
                     "the generated texts, by how much, and at what cost?\n"
                     "Runs that `4` Train makes stand here, too.");
    return;
  }
  row = draw_head(v, c, a);
  rows = table_rows(v, a.rows - row);
  if (rows)
    compare_draw_table(v, c, area_rows(a, row, rows));
  row += rows;
  tabs_of(v, tabs);
  v->tabs_area = area_rows(a, row, 1);
  part_tabs_draw(c, v->tabs_area, tabs, N_PAGES, v->page, v->below);
  v->page_area = area_rows(a, row + 1, a.rows - row - 1);
  compare_pages[v->page]->draw(v, c, v->page_area, v->below);
}
