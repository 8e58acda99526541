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
  pane_init(&v->detail);
  editor_init(&v->editor);
  v->editor.wrap = true;
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
  pane_release(&v->detail);
  editor_release(&v->editor);
  free(v->before);
  free(v->last);
  free(v);
}

void
curate_follow(struct curate *v)
{
  size_t row = v->list.at;

  if (v->made == v->rows.made)
    return;
  v->made = v->rows.made;
  if (v->id)
    sieve_find(&v->rows, v->id, &row);
  list_keep(&v->list, v->rows.n, row);
  v->id = v->rows.n ? v->rows.ids[v->list.at] : 0;
  opinion_ask(&v->opinion, v->id);
}

static void
curate_update(void *view, bool visible)
{
  struct curate *v = view;

  if (!visible && v->made)
    return;
  sieve_update(&v->rows);
  curate_follow(v);
  facets_update(&v->facets, v->w, v->rows.filter);
  hints_update(&v->hints);
  opinion_ask(&v->opinion, v->id);
}

void
curate_select(struct curate *v, size_t row)
{
  list_go(&v->list, row);
  v->id = v->rows.n ? v->rows.ids[v->list.at] : 0;
  opinion_ask(&v->opinion, v->id);
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

static void
curate_move(void *view, enum move m)
{
  struct curate *v = view;

  if (v->pane == PANE_FACETS) {
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

  v->pane = (enum curate_pane)(((int)v->pane + step + N_PANES) % N_PANES);
  if (v->pane == PANE_FACETS && v->facet_area.cols == 0)
    v->pane = step > 0 ? PANE_LIST : PANE_DETAIL;
}

/* Esc: marks first, then the filter. */
static bool
curate_back(void *view)
{
  struct curate *v = view;

  if (v->pane != PANE_LIST)
    v->pane = PANE_LIST;
  else if (v->rows.n_marks)
    sieve_unmark(&v->rows);
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

  return v->editing && curate_edit_key(v, k);
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
  char a[32], b[32];
  const char *what;

  if (done < 0) {
    v->id = v->id_before;
    curate_filter(v, v->before ? v->before : "");
    return -1;
  }
  if (done == 0 && sieve_is_empty(&v->rows, text)) {  /* half a word: the list need not be emptied for it */
    buf_addf(note, "none of %s", frame_count(corpus_count(v->corpus), b));
    return -1;
  }
  if (sieve_filter(&v->rows, text, &e) < 0) {
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
  if (v->rows.working)
    buf_adds(note, "searching");
  else
    buf_addf(note, "%s of %s", frame_count(v->rows.n, a), frame_count(corpus_count(v->corpus), b));
  return -1;
}

/* n, N: the next row on which nothing is decided yet. */
void
curate_search_next(void *view, int step)
{
  struct curate *v = view;
  struct sample s;

  for (size_t i = 1; i <= v->rows.n; i++) {
    size_t row = (v->list.at + (step > 0 ? i : v->rows.n - i)) % v->rows.n;

    if (corpus_get(v->corpus, v->rows.ids[row], &s) && s.status == STATUS_NEW) {
      curate_select(v, row);
      return;
    }
  }
  workbench_say(v->w, "everything in this list is decided");
}

/* ---- mouse ---- */

static void
curate_mouse(void *view, const struct key *k, int row, int col)
{
  struct curate *v = view;
  int wheel = k->mouse == MOUSE_WHEEL_UP ? -1 : k->mouse == MOUSE_WHEEL_DOWN ? 1 : 0;
  size_t i;

  if (area_has(v->facet_area, row, col)) {
    if (wheel)
      list_wheel(&v->facets.list, wheel);
    else if (list_hit(&v->facets.list, row - v->facet_area.row, &i) && v->facets.rows[i].field) {
      list_go(&v->facets.list, i);
      v->pane = PANE_FACETS;
      curate_enter(v);
    }
  } else if (area_has(v->list_area, row, col)) {
    v->pane = PANE_LIST;
    if (wheel) {
      list_wheel(&v->list, wheel);
      curate_select(v, v->list.at);
    } else if (list_hit(&v->list, row - v->list_area.row, &i)) {
      curate_select(v, i);
    }
  } else if (area_has(v->detail_area, row, col)) {
    v->pane = wheel ? v->pane : PANE_DETAIL;
    for (int n = 0; wheel && n < 3; n++)
      pane_move(&v->detail, wheel < 0 ? MOVE_UP : MOVE_DOWN);
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
  .open = curate_open,
  .close = curate_close,
  .draw = curate_draw,
  .update = curate_update,
  .key = curate_key,
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
