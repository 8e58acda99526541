/* What History looks like. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ui/state.h"
#include "ui/view-history.h"

/* The signs say without any colour what became of a change. */
static const struct {
  uint32_t sign;
  enum style style, words;
  const char *meaning;
} looks[] = {
  [PAST_DONE] = {' ', STYLE_NORMAL, STYLE_NORMAL, ""},
  [PAST_UNDONE] = {0x25cb, STYLE_WARN, STYLE_DIM, "undone; Enter makes it again"},
  [PAST_LOST] = {0xd7, STYLE_DIM, STYLE_DIM, "undone, other changes came after; Enter makes it again where it fits"},
};

static void
draw_row(void *arg, struct canvas *c, struct area a, size_t i, bool selected)
{
  struct history_view *v = arg;
  size_t at = v->shown[i];
  const struct log_entry *e = &v->past.entries[at];
  enum past_state state = (enum past_state)v->past.states[at];
  char text[40], n[32];
  int col = 2;

  canvas_put(c, a, 0, 0, STYLE_KEY, selected ? '>' : ' ');
  if (at == v->past.here)
    canvas_put(c, a, 0, 1, STYLE_KEY, 0x25cf);
  else
    canvas_put(c, a, 0, 1, looks[state].style, looks[state].sign);
  snprintf(text, sizeof text, "%u", e->id);
  canvas_right(c, a, 0, col, 7, STYLE_DIM, text);
  col += 8;
  if (a.cols >= 76) {
    clock_format(e->at_ms, text, sizeof text);
    col = canvas_fit(c, a, 0, col, 16, STYLE_DIM, text, strlen(text)) + 1;
  }
  col = canvas_fit(c, a, 0, col, 10, state == PAST_DONE ? STYLE_LABEL : STYLE_DIM, e->actor, strlen(e->actor)) + 1;
  canvas_right(c, a, 0, col, 9, looks[state].words, frame_count(e->n, n));
  col += 10;
  canvas_fit(c, a, 0, col, a.cols - col, looks[state].words, e->summary, strlen(e->summary));
}

static void
draw_heads(struct canvas *c, struct area a)
{
  int col = 10;

  canvas_right(c, a, 0, 2, 7, STYLE_HEAD, "change");
  if (a.cols >= 76) {
    canvas_str(c, a, 0, col, STYLE_HEAD, "when");
    col += 17;
  }
  canvas_str(c, a, 0, col, STYLE_HEAD, "who");
  canvas_right(c, a, 0, col + 11, 9, STYLE_HEAD, "samples");
  canvas_str(c, a, 0, col + 21, STYLE_HEAD, "what");
}

/* How many changes, and how far back one stands. */
static void
draw_title(struct history_view *v, struct canvas *c, struct area a)
{
  char n[32], all[64] = "";
  int col = canvas_str(c, a, 0, 1, STYLE_NAME, "History") + 2, width;

  if (v->past.n_undone)
    col = canvas_printf(c, a, 0, col, STYLE_WARN, "%s change%s back, f comes forward",
                        frame_count(v->past.n_undone, n), v->past.n_undone == 1 ? "" : "s") + 2;
  if (*v->words)
    col = canvas_printf(c, area_cols(a, 0, a.cols - 16), 0, col, STYLE_BOLD, "/%s", v->words) + 2;
  frame_count(v->n_shown, n);
  width = (int)strlen(n) + (int)strlen(" changes so far");
  if (col + width < a.cols)
    snprintf(all, sizeof all, "%s change%s%s", n, v->n_shown == 1 ? "" : "s", v->past.complete ? "" : " so far");
  canvas_right(c, a, 0, a.cols - width - 1, width, STYLE_DIM, all);
}

static void
draw_detail(struct history_view *v, struct canvas *c, struct area a)
{
  enum past_state state;
  const struct log_entry *e = history_selected(v, &state);
  char when[32], n[32];
  int col;

  if (!e)
    return;
  if (v->pane_of != e->id)
    v->pane.top = 0;
  v->pane_of = e->id;
  clock_format(e->at_ms, when, sizeof when);
  col = canvas_printf(c, a, 0, 1, STYLE_BOLD, "%u", e->id) + 2;
  col = canvas_str(c, a, 0, col, STYLE_DIM, when) + 2;
  col = canvas_printf(c, a, 0, col, STYLE_NORMAL, "%s sample%s by %s", frame_count(e->n, n), e->n == 1 ? "" : "s",
                      e->actor) + 2;
  if (e == &v->past.entries[v->past.here])
    canvas_str(c, a, 0, col, STYLE_KEY, "the corpus stands here");
  else
    canvas_str(c, a, 0, col, looks[state].style, looks[state].meaning);
  pane_clear(&v->pane);
  if (state != PAST_DONE)
    pane_printf(&v->pane, STYLE_DIM, "%s\n", e->summary);
  history_rows_add(&v->rows, &v->pane, e);
  pane_draw(&v->pane, c, area_cols(area_rows(a, 1, a.rows - 1), 1, a.cols - 2));
}

void
history_draw(void *view, struct canvas *c, struct area a)
{
  struct history_view *v = view;
  int below = a.rows >= 20 ? a.rows * 2 / 5 : 4;
  struct area list = area_rows(a, 2, a.rows - below - 3), detail = area_rows(a, a.rows - below, below);

  v->list_area = (struct area){list.row - a.row, 0, list.rows, list.cols};
  v->pane_area = (struct area){detail.row - a.row, 0, detail.rows, detail.cols};
  draw_title(v, c, area_rows(a, 0, 1));
  draw_heads(c, area_rows(a, 1, 1));
  canvas_hline(c, a, a.rows - below - 1, v->in_pane ? STYLE_KEY : STYLE_RULE);
  if (v->n_shown)
    list_draw(&v->list, c, list, !v->in_pane, draw_row, v);
  else
    canvas_str(c, list, 0, 2, STYLE_DIM, !v->past.complete ? "reading" : *v->words ? "no change holds these words"
               : "nothing was changed yet");
  draw_detail(v, c, detail);
}
