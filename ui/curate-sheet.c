#include "ui/curate-sheet.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"

struct pane *
sheet_open(struct sheet *s, const char *title, const char *does, void (*answer)(void *arg, bool yes), void *arg)
{
  ensure(!s->open);
  if (!s->pane.text.max)
    pane_init(&s->pane);
  pane_clear(&s->pane);
  s->pane.top = 0;
  s->open = true;
  s->enter = false;
  snprintf(s->title, sizeof s->title, "%s", title);
  s->does = does;
  s->answer = answer;
  s->arg = arg;
  return &s->pane;
}

static void
answer(struct sheet *s, bool yes)
{
  s->open = false;
  s->answer(s->arg, yes);
}

void
sheet_key(struct sheet *s, const struct key *k)
{
  static const struct { const char *key; enum move move; } moves[] = {
    {"j", MOVE_DOWN}, {"Down", MOVE_DOWN}, {"k", MOVE_UP}, {"Up", MOVE_UP}, {"C-d", MOVE_HALF_DOWN},
    {"C-u", MOVE_HALF_UP}, {"PgDn", MOVE_PAGE_DOWN}, {"PgUp", MOVE_PAGE_UP}, {"Space", MOVE_PAGE_DOWN},
    {"g", MOVE_TOP}, {"Home", MOVE_TOP}, {"G", MOVE_BOTTOM}, {"End", MOVE_BOTTOM},
  };

  if (key_is(k, "y") || (s->enter && key_is(k, "Enter"))) {
    answer(s, true);
    return;
  }
  if (key_is(k, "n") || key_is(k, "Esc") || key_is(k, "q") || key_is(k, "C-c")) {
    answer(s, false);
    return;
  }
  for (int i = 0; k->code == K_MOUSE && i < 3; i++)
    if (k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN)
      pane_move(&s->pane, k->mouse == MOUSE_WHEEL_UP ? MOVE_UP : MOVE_DOWN);
  for (size_t i = 0; i < N_OF(moves); i++)
    if (key_is(k, moves[i].key))
      pane_move(&s->pane, moves[i].move);
}

void
sheet_draw(struct sheet *s, struct canvas *c, struct area a)
{
  struct area inside = canvas_box(c, a, STYLE_RULE, s->title), foot = area_rows(inside, inside.rows - 1, 1);
  int col = 1;

  c->cursor_row = -1;
  pane_draw(&s->pane, c, area_cols(area_rows(inside, 0, inside.rows - 1), 1, inside.cols - 2));
  col = canvas_str(c, foot, 0, col, STYLE_KEY, s->enter ? "Enter y" : "y");
  col = canvas_printf(c, foot, 0, col + 1, STYLE_NORMAL, "%s", s->does) + 3;
  col = canvas_str(c, foot, 0, col, STYLE_KEY, "Esc n");
  col = canvas_str(c, foot, 0, col + 1, STYLE_NORMAL, "leave it") + 3;
  if (s->pane.n_lines > s->pane.height) {
    col = canvas_str(c, foot, 0, col, STYLE_KEY, "j k");
    canvas_str(c, foot, 0, col + 1, STYLE_NORMAL, "scroll");
  }
}

void
sheet_release(struct sheet *s)
{
  if (s->open)
    answer(s, false);
  if (s->pane.text.max)
    pane_release(&s->pane);
}
