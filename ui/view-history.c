/* History: the changes of the corpus, newest first; go back to any of them, look, and come forward again. */
#include "ui/view-history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ui/state.h"

#define FAR 20               /* changes: before more are undone at once, it is asked */

static void
history_close(void *view)
{
  struct history_view *v = view;

  past_release(&v->past);
  history_rows_release(&v->rows);
  pane_release(&v->pane);
  free(v->shown);
  free(v->words);
  free(v->words_before);
  free(v);
}

const struct log_entry *
history_selected(const struct history_view *v, enum past_state *state)
{
  size_t at = v->list.at < v->n_shown ? v->shown[v->list.at] : v->past.n;

  if (at >= v->past.n)
    return NULL;
  *state = (enum past_state)v->past.states[at];
  return &v->past.entries[at];
}

/* ---- which are shown ---- */

/* A number may be that of the change, or stand in its date; dates are made only where they are asked for: there may be
 * a hundred thousand. */
static bool
holds_word(const struct log_entry *e, const char *word)
{
  char line[64], when[32];

  if (strcasestr(e->summary, word) || strcasestr(e->actor, word))
    return true;
  if (!strpbrk(word, "0123456789"))
    return false;
  clock_format(e->at_ms, when, sizeof when);
  snprintf(line, sizeof line, "%u %s", e->id, when);
  return strstr(line, word) != NULL;
}

static bool
holds(const struct log_entry *e, const char *words)
{
  char word[100];

  for (; sscanf(words, " %99s", word) == 1; words += strcspn(words, " ")) {
    if (!holds_word(e, word))
      return false;
    words += strspn(words, " ");
  }
  return true;
}

static void
select_row(struct history_view *v, size_t row)
{
  enum past_state state;
  const struct log_entry *e;

  list_go(&v->list, row);
  e = history_selected(v, &state);
  v->id = e ? e->id : 0;
  history_rows_ask(&v->rows, v->id);
}

/* The list anew; what was selected stays so, at first the place where one stands is. */
static void
fill(struct history_view *v)
{
  size_t row = 0, here = 0;
  bool found = false;

  v->n_shown = 0;
  for (size_t i = 0; i < v->past.n; i++) {
    if (!past_is_change(&v->past.entries[i]) || !holds(&v->past.entries[i], v->words))
      continue;
    if (v->past.entries[i].id == v->id) {
      row = v->n_shown;
      found = true;
    }
    if (i == v->past.here)
      here = v->n_shown;
    GROW(v->shown, v->cap_shown, v->n_shown + 1);
    v->shown[v->n_shown++] = (uint32_t)i;
  }
  v->made = v->past.made;
  list_keep(&v->list, v->n_shown, found ? row : v->placed ? v->list.at : here);
  v->placed |= v->n_shown > 0;
  select_row(v, v->list.at);
}

static void
history_update(void *view, bool visible)
{
  struct history_view *v = view;

  (void)visible;
  past_update(&v->past);
  if (v->made != v->past.made)
    fill(v);
}

static const char *
history_search_begin(void *view)
{
  struct history_view *v = view;

  free(v->words_before);
  v->words_before = xstrdup(v->words);
  return v->words;
}

static int
history_search(void *view, const char *text, int done, struct buf *note)
{
  struct history_view *v = view;
  char *words = xstrdup(done < 0 ? v->words_before : text);

  free(v->words);
  v->words = words;
  fill(v);
  buf_addf(note, "%zu change%s", v->n_shown, v->n_shown == 1 ? "" : "s");
  return -1;
}

/* ---- going ---- */

/* How many changes are in force that came after this one. */
static size_t
changes_after(const struct history_view *v, uint32_t change)
{
  size_t n = 0;

  for (size_t i = 0; i < v->past.n && v->past.entries[i].id > change; i++)
    n += past_is_change(&v->past.entries[i]) && v->past.states[i] == PAST_DONE;
  return n;
}

static void
go_back(void *view)
{
  struct history_view *v = view;

  workbench_runf(v->w, "undo --to %u", v->target);
}

/* The way there is cut off: as a new change. */
static void
make_again(void *view)
{
  struct history_view *v = view;

  workbench_runf(v->w, "redo --change %u", v->target);
}

static void
history_enter(void *view)
{
  struct history_view *v = view;
  enum past_state state;
  const struct log_entry *e = history_selected(v, &state);
  size_t n;
  char *question, count[32];

  if (!e)
    return;
  n = changes_after(v, e->id);
  v->target = e->id;
  if (state == PAST_LOST) {
    workbench_confirm(v->w, "make this change again, as a new one, where it still fits?", make_again, v);
  } else if (state == PAST_UNDONE) {
    workbench_runf(v->w, "redo --to %u", v->target);
  } else if (n == 0) {
    workbench_say(v->w, "the corpus stands here already");
  } else if (n <= FAR) {
    go_back(v);
  } else {
    question = xasprintf("undo the %s changes after this one? (f comes forward again)", frame_count(n, count));
    workbench_confirm(v->w, question, go_back, v);
    free(question);
  }
}

static void
forward(struct workbench *w, void *view, int n)
{
  struct history_view *v = view;

  (void)n;
  if (v->past.n_undone)
    workbench_run(w, "redo --all");
  else
    workbench_say(w, "the corpus stands at its newest change");
}

static void
go(struct workbench *w, void *view, int n)
{
  (void)w, (void)n;
  history_enter(view);
}

static void
stand(struct workbench *w, void *view, int n)
{
  struct history_view *v = view;

  (void)w, (void)n;
  for (size_t i = 0; i < v->n_shown; i++)
    if (v->shown[i] == v->past.here)
      select_row(v, i);
}

static void
close_it(struct workbench *w, void *view, int n)
{
  struct history_view *v = view;

  (void)n;
  if (v->in_pane)
    v->in_pane = false;
  else
    workbench_close_over(w);
}

/* ---- moving ---- */

static void
history_move(void *view, enum move m)
{
  struct history_view *v = view;

  if (v->in_pane) {
    pane_move(&v->pane, m);
    return;
  }
  list_move(&v->list, m);
  select_row(v, v->list.at);
}

static void
history_pane(void *view, int step)
{
  struct history_view *v = view;

  (void)step;
  v->in_pane = !v->in_pane;
}

static void
history_mouse(void *view, const struct key *k, int row, int col)
{
  struct history_view *v = view;
  int wheel = k->mouse == MOUSE_WHEEL_UP ? -1 : k->mouse == MOUSE_WHEEL_DOWN ? 1 : 0;
  size_t i;

  if (area_has(v->pane_area, row, col)) {
    v->in_pane = !wheel || v->in_pane;
    for (int n = 0; wheel && n < 3; n++)
      pane_move(&v->pane, wheel < 0 ? MOVE_UP : MOVE_DOWN);
  } else if (area_has(v->list_area, row, col)) {
    v->in_pane = false;
    if (wheel)
      list_wheel(&v->list, wheel);
    else if (!list_hit(&v->list, row - v->list_area.row, &i))
      return;
    select_row(v, wheel ? v->list.at : i);
    if (k->mouse == MOUSE_DOUBLE)
      history_enter(v);
  }
}

void
history_open(struct workbench *w, void *view, int n)
{
  struct history_view *v = xcalloc(1, sizeof *v);

  (void)view, (void)n;
  v->w = w;
  v->words = xstrdup("");
  past_init(&v->past, w);
  history_rows_init(&v->rows, w);
  pane_init(&v->pane);
  workbench_open_over(w, &view_history, v);
}

static const struct binding bindings[] = {
  {.keys = "Enter", .line = "undo", .action = go,
   .help = "go to the state right after this change: what is newer is undone, and can be made again as long as nothing "
           "else is changed; an undone one is made again", .hint = "go there"},
  {.keys = "f", .line = "redo", .action = forward, .help = "come forward again, to the newest change",
   .hint = "forward"},
  {.keys = ".", .action = stand, .help = "select the change where the corpus stands"},
  {.keys = "Esc", .action = close_it, .help = "close", .hint = "close"},
  {.keys = NULL},
};

static const struct figure_row figures[] = {
  {"●", "the corpus stands right after this change"},
  {"○", "undone; it can be made again until something else is changed"},
  {"×", "undone, and something else was changed since: Enter makes it again as a new change, where it still fits"},
  {"who", "person; job N (generate, annotate); import, dedupe: the command"},
  {NULL, NULL},
};

const struct view view_history = {
  .name = "History",
  .about = "who changed what and when, newest first; nothing is ever lost: go back to any point, look at the corpus "
           "in all views, and come forward again",
  .bindings = bindings,
  .figures = figures,
  .close = history_close,
  .draw = history_draw,
  .update = history_update,
  .move = history_move,
  .enter = history_enter,
  .pane = history_pane,
  .mouse = history_mouse,
  .search_begin = history_search_begin,
  .search = history_search,
};
