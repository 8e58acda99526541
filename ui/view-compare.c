/* view 5: what was tested on the test texts, side by side, and the experiments that say whether generated texts help.
 * */
#include "ui/view-compare.h"

#include <stdlib.h>

#include "base/mem.h"

/* ---- life ---- */

static void *
open_view(struct workbench *w)
{
  struct compare *v = xcalloc(1, sizeof *v);
  char *setting;

  v->w = w;
  v->p = workbench_project(w);
  v->records_seen = UINT64_MAX;
  v->experiment = SIZE_MAX;
  v->pair.w = w;
  for (int i = 0; i < 2; i++)
    grounds_init(&v->grounds[i], w);
  setting = project_setting(v->p, "baseline");
  v->baseline = setting ? (uint32_t)strtoul(setting, NULL, 10) : 0;
  free(setting);
  return v;
}

static void
close_view(void *view)
{
  struct compare *v = view;

  for (int i = 0; i < 2; i++)
    grounds_release(&v->grounds[i]);
  compare_pair_release(&v->pair);
  compare_lookup_release(v);
  free(v->form_rows);
  free(v);
}

static void
draw(void *view, struct canvas *c, struct area a)
{
  compare_draw(view, c, a);
}

static void
update(void *view, bool visible)
{
  if (visible)
    compare_load(view);
}

/* ---- moving ---- */

/* Tab goes from the table to the page that is shown, through those behind it, and back; the next time from the first.
 * */
static void
pane(void *view, int step)
{
  struct compare *v = view;
  int at = v->below ? (int)v->page + step : step > 0 ? (int)v->page : N_PAGES - 1;

  v->below = at >= 0 && at < N_PAGES;
  v->page = v->below ? (enum compare_page_number)at : PAGE_ARMS;
}

static void
move(void *view, enum move m)
{
  struct compare *v = view;
  const struct compare_page *page = compare_pages[v->page];

  if (page->move && (v->below || m == MOVE_LEFT || m == MOVE_RIGHT))
    page->move(v, m);
  else
    list_move(&v->list, m);
}

static void
enter(void *view)
{
  struct compare *v = view;

  if (v->below && compare_pages[v->page]->enter)
    compare_pages[v->page]->enter(v);
  else if (!v->below && compare_selected(v))
    compare_show_row(v, compare_selected(v));
}

static bool
back(void *view)
{
  struct compare *v = view;
  bool was = v->below || v->wide;

  v->below = v->wide = false;
  return was;
}

/* ---- the mouse ---- */

static void
click_head(struct compare *v, int col)
{
  size_t sort = compare_sort_at(v, col);

  if (sort == SIZE_MAX)
    return;
  v->reverse = sort == v->sort && !v->reverse;
  v->sort = sort;
  compare_sort_rows(v);
}

static void
mouse_list(struct list *l, const struct key *k, int row)
{
  size_t i;

  if (k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN)
    list_wheel(l, k->mouse == MOUSE_WHEEL_UP ? -1 : 1);
  else if (list_hit(l, row, &i))
    list_go(l, i);
}

static void
mouse(void *view, const struct key *k, int row, int col)
{
  struct compare *v = view;
  const struct compare_page *page = compare_pages[v->page];
  bool wheel = k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN;
  int tab;

  row += v->view_area.row;
  col += v->view_area.col;
  if (area_has(v->tabs_area, row, col)) {
    tab = compare_tab_at(v, col - v->tabs_area.col);
    if (tab >= 0 && !wheel)
      v->page = (enum compare_page_number)tab;
  } else if (area_has(v->head_area, row, col) && k->mouse == MOUSE_LEFT) {
    click_head(v, col - v->head_area.col);
  } else if (area_has(v->table_area, row, col)) {
    mouse_list(&v->list, k, row - v->table_area.row);
    v->below = false;
  } else if (area_has(v->page_area, row, col)) {
    if (page->point && !wheel)
      page->point(v, row - v->page_area.row, col - v->page_area.col);
    else if (page->move)
      mouse_list(&v->lists[v->page], k, row - v->page_area.row);
    v->below = v->below || page->move != NULL;
  }
  if (k->mouse == MOUSE_DOUBLE)
    enter(v);
}

const struct view view_compare = {
  .name = "Compare",
  .about = "arms, runs and teachers side by side: whether the generated texts helped, how sure that is, and at what "
           "cost; Enter opens what is selected: a row, a text, the texts of a label, a mistake or a source in Curate",
  .bindings = compare_bindings, .figures = compare_figures, .open = open_view, .close = close_view, .draw = draw,
  .update = update, .move = move, .enter = enter, .back = back, .pane = pane, .mouse = mouse,
};
