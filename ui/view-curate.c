/* Curate: look through samples, decide, correct. */
#include "ui/view-curate.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/filter.h"
#include "ui/state.h"

static void *
curate_open(struct workbench *w)
{
  struct curate *v = xcalloc(1, sizeof *v);

  v->w = w;
  v->corpus = workbench_corpus(w);
  v->labels = corpus_labels(v->corpus);
  v->pane = PANE_LIST;
  sieve_init(&v->rows, w);
  hints_init(&v->hints, w);
  opinion_init(&v->opinion, w);
  neighbours_init(&v->near, w);
  grounds_init(&v->grounds, w);
  original_init(&v->original, w);
  pane_init(&v->difference);
  values_init(&v->values, w);
  pane_init(&v->detail);
  pane_init(&v->text);
  editor_init(&v->editor);
  v->editor.wrap = true;
  detail_name_figures();
  columns_load(v);
  columns_want(v);
  return v;
}

static void
curate_close(void *view)
{
  struct curate *v = view;

  sieve_release(&v->rows);
  facets_release(&v->facets);
  hints_release(&v->hints);
  opinion_release(&v->opinion);
  neighbours_release(&v->near);
  grounds_release(&v->grounds);
  original_release(&v->original);
  pane_release(&v->difference);
  free(v->draft.text);
  sheet_release(&v->sheet);
  values_release(&v->values);
  choice_release(&v->choice);
  columns_release(v);
  free(v->table.places);
  free(v->wished);
  free(v->find);
  free(v->replace);
  free(v->replace_rows);
  saved_release(v);
  pane_release(&v->detail);
  pane_release(&v->text);
  editor_release(&v->editor);
  free(v->before);
  free(v->last);
  free(v);
}

/* What is known elsewhere of the selected sample. */
static void
look_up(struct curate *v)
{
  struct sample s = {0};

  opinion_ask(&v->opinion, v->id);
  neighbours_ask(&v->near, v->id);
  grounds_ask(&v->grounds, v->id);
  if (v->id)
    corpus_get(v->corpus, v->id, &s);
  original_ask(&v->original, &s);
}

void
curate_follow(struct curate *v)
{
  size_t row = v->list.at;

  if (v->made == v->rows.made)
    return;
  v->made = v->rows.made;
  if (v->to_top)
    row = 0;
  else if (v->id)
    sieve_find(&v->rows, v->id, &row);
  list_keep(&v->list, v->rows.n, row);
  v->to_top = false;
  v->id = v->rows.n ? v->rows.ids[v->list.at] : 0;
  look_up(v);
}

/* "1 217 of 1 482" */
static void
found_note(const struct curate *v, struct buf *note)
{
  char n[32], all[32];

  frame_count(corpus_count(v->corpus), all);
  if (v->rows.working)
    buf_addf(note, "… of %s", all);
  else
    buf_addf(note, "%s of %s", v->rows.found ? frame_count(v->rows.found, n) : "none", all);
}

/* A search on a thread of its own has come to its end while the filter is still typed. */
static void
tell_found(struct curate *v)
{
  struct buf note = BUF_INIT;

  if (v->typing && v->told != v->rows.found && !v->rows.working) {
    found_note(v, &note);
    workbench_note(v->w, "%s", buf_str(&note));
    v->told = v->rows.found;
  }
  buf_release(&note);
}

static void
curate_update(void *view, bool visible)
{
  struct curate *v = view;

  if (!visible && v->made)
    return;
  sieve_update(&v->rows);
  curate_follow(v);
  tell_found(v);
  facets_update(&v->facets, v->w, v->rows.filter);
  hints_update(&v->hints);
  values_update(&v->values);
  look_up(v);
}

void
curate_select(struct curate *v, size_t row)
{
  list_go(&v->list, row);
  v->id = v->rows.n ? v->rows.ids[v->list.at] : 0;
  look_up(v);
}

void
curate_filter(struct curate *v, const char *filter)
{
  struct err e = {0};

  if (sieve_filter(&v->rows, filter, &e) < 0)
    workbench_complain(v->w, &e);
  curate_follow(v);
  facets_update(&v->facets, v->w, v->rows.filter);
}

/* On the card half a page and a page are the text's, which may be longer than its room. */
static bool
card_move(struct curate *v, enum move m)
{
  bool text = m == MOVE_HALF_UP || m == MOVE_HALF_DOWN || m == MOVE_PAGE_UP || m == MOVE_PAGE_DOWN;

  if (v->card && v->pane == PANE_LIST && text)
    pane_move(&v->text, m);
  return v->card && v->pane == PANE_LIST && text;
}

static void
curate_move(void *view, enum move m)
{
  struct curate *v = view;

  if (card_move(v, m))
    return;
  if (v->pane == PANE_LIST && !v->card && (m == MOVE_LEFT || m == MOVE_RIGHT)) {
    table_scroll(v, m == MOVE_LEFT ? -1 : 1);
  } else if (v->pane == PANE_FACETS) {
    facets_move(&v->facets, m);
  } else if (v->pane == PANE_DETAIL) {
    pane_move(&v->detail, m);
  } else {
    list_move(&v->list, m);
    curate_select(v, v->list.at);
  }
}

static void
curate_pane_step(void *view, int step)
{
  struct curate *v = view;

  if (v->card && v->facet_area.cols == 0)
    return;
  v->pane = (enum curate_pane)(((int)v->pane + step + N_PANES) % N_PANES);
  if (v->card && v->pane == PANE_DETAIL)
    v->pane = step > 0 ? PANE_FACETS : PANE_LIST;
  if (v->pane == PANE_FACETS && v->facet_area.cols == 0)
    v->pane = step > 0 ? PANE_LIST : PANE_DETAIL;
}

/* Esc: marks first, then the card, then the filter. */
static bool
curate_back(void *view)
{
  struct curate *v = view;

  if (v->pane != PANE_LIST)
    v->pane = PANE_LIST;
  else if (v->rows.n_marks)
    sieve_unmark(&v->rows);
  else if (v->card)
    v->card = false;
  else if (*v->rows.filter)
    curate_filter(v, "");
  else
    return false;
  return true;
}

static bool
curate_key(void *view, const struct key *k)
{
  struct curate *v = view;

  if (v->editing)
    return curate_edit_key(v, k);
  if (v->sheet.open)
    sheet_key(&v->sheet, k);
  else if (v->columns.open)
    return columns_key(v, k);
  else
    return false;
  return true;
}

static bool
curate_tells_keys(void *view)
{
  const struct curate *v = view;

  return v->sheet.open || v->columns.open;
}

/* ---- `/` ---- */

static const char *
curate_search_begin(void *view)
{
  struct curate *v = view;

  free(v->before);
  v->before = xstrdup(v->rows.filter);
  v->id_before = v->id;
  return v->rows.filter;
}

/* The byte that a message "filter:8: ..." points to. */
static int
place_of(const char *message, const char *text)
{
  int column = 0;
  const char *s = text;

  if (sscanf(message, "filter:%d:", &column) != 1)
    return 0;
  while (*s && --column > 0)
    do
      s++;
    while (((unsigned char)*s & 0xc0) == 0x80);
  return (int)(s - text);
}

static int
curate_search(void *view, const char *text, int done, struct buf *note)
{
  struct curate *v = view;
  struct err e = {0};
  const char *what;

  if (done < 0) {
    v->typing = false;
    v->id = v->id_before;
    curate_filter(v, v->before ? v->before : "");
    return -1;
  }
  v->typing = false;
  if ((done ? sieve_filter : sieve_try)(&v->rows, text, &e) < 0) {  /* half a word need not empty the list */
    if (done > 0) {  /* what is wrong is said, and what was right before comes back */
      workbench_complain(v->w, &e);
      curate_filter(v, v->before ? v->before : "");
    }
    what = strstr(e.message, ": ");
    buf_adds(note, what ? what + 2 : e.message);
    return place_of(e.message, text);
  }
  curate_follow(v);
  facets_update(&v->facets, v->w, v->rows.filter);
  if (done > 0)
    v->pane = PANE_LIST;
  v->typing = done == 0;
  v->told = v->rows.working ? SIZE_MAX : v->rows.found;
  found_note(v, note);
  return -1;
}

/* n, N: the next row on which nothing is decided yet. */
void
curate_search_next(void *view, int step)
{
  struct curate *v = view;
  size_t row = v->list.at;
  uint32_t bits;

  for (size_t i = 0; i < v->rows.n; i++) {  /* maybe over a million rows: no more than one word of each is read */
    row = step > 0 ? (row + 1 == v->rows.n ? 0 : row + 1) : (row ? row : v->rows.n) - 1;
    corpus_read_numbers(v->corpus, CORPUS_BITS, v->rows.ids[row], 1, &bits);
    if (!CORPUS_BITS_GONE(bits) && CORPUS_BITS_STATUS(bits) == STATUS_NEW) {
      curate_select(v, row);
      return;
    }
  }
  workbench_say(v->w, "everything in this list is decided");
}

/* ---- mouse ---- */

static void
mouse_facets(struct curate *v, int wheel, int row)
{
  size_t i;

  if (wheel) {
    list_wheel(&v->facets.list, wheel);
  } else if (list_hit(&v->facets.list, row, &i) && v->facets.rows[i].field) {
    list_go(&v->facets.list, i);
    v->pane = PANE_FACETS;
    curate_enter(v);
  }
}

/* A click on a head sorts by it, and takes it into the hand for + and -. */
static void
mouse_head(struct curate *v, int col)
{
  const char *key;
  size_t i;

  if (!table_head_hit(v, col, &i))
    return;
  v->hand = i;
  key = column_sort_key(v->choice.columns[i].name);
  if (key)
    curate_sort_by(v, key);
  else
    workbench_say(v->w, "there is no order by %s", v->choice.columns[i].name);
}

static void
mouse_list(struct curate *v, int wheel, int row)
{
  size_t i;

  v->pane = PANE_LIST;
  if (wheel) {
    list_wheel(&v->list, wheel);
    curate_select(v, v->list.at);
  } else if (list_hit(&v->list, row, &i)) {
    curate_select(v, i);
  }
}

static void
curate_mouse(void *view, const struct key *k, int row, int col)
{
  struct curate *v = view;
  int wheel = k->mouse == MOUSE_WHEEL_UP ? -1 : k->mouse == MOUSE_WHEEL_DOWN ? 1 : 0;

  if (area_has(v->facet_area, row, col))
    mouse_facets(v, wheel, row - v->facet_area.row);
  else if (area_has(v->head_area, row, col) && k->mouse == MOUSE_LEFT)
    mouse_head(v, col - v->head_area.col);
  else if (area_has(v->list_area, row, col))
    mouse_list(v, wheel, row - v->list_area.row);
  else if (area_has(v->detail_area, row, col)) {
    v->pane = wheel || v->card ? v->pane : PANE_DETAIL;
    for (int n = 0; wheel && n < 3; n++)
      pane_move(v->card ? &v->text : &v->detail, wheel < 0 ? MOVE_UP : MOVE_DOWN);
  }
}

static void
curate_show(void *view, const char *filter)
{
  struct curate *v = view;

  v->pane = PANE_LIST;
  curate_filter(v, filter);
}

const struct view view_curate = {
  .name = "Curate",
  .about = "look through samples, accept, reject, relabel, edit; "
           "decided rows stay in the list until R or another filter",
  .bindings = curate_bindings,
  .figures = curate_figures,
  .open = curate_open,
  .close = curate_close,
  .draw = curate_draw,
  .update = curate_update,
  .key = curate_key,
  .tells_keys = curate_tells_keys,
  .move = curate_move,
  .enter = curate_enter,
  .back = curate_back,
  .pane = curate_pane_step,
  .mouse = curate_mouse,
  .selection = curate_selection,
  .search_begin = curate_search_begin,
  .search = curate_search,
  .show = curate_show,
};
