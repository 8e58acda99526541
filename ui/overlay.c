#include "ui/overlay.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

struct menu {
  char **items;
  size_t n;
  size_t *shown;           /* those that hold what was typed */
  struct list list;
  struct editor typed;
  void (*chosen)(void *arg, int i);
};

struct overlay {
  struct overlay *below;
  const struct overlay_kind *kind;
  char *title;
  void *arg;
  struct area area;        /* as last drawn */
  struct menu menu;
  struct form form;
  struct pane pane;
  void (*yes)(void *arg);
  void (*form_done)(void *arg, const struct form *f);
};

struct overlay_kind {
  void (*draw)(struct overlay *l, struct canvas *c, struct area a);
  void (*key)(struct overlays *o, struct overlay *l, const struct key *k, int row, int col, bool *search);
  void (*release)(struct overlay *l);
};

static struct overlay *
push(struct overlays *o, const struct overlay_kind *kind, const char *title, void *arg)
{
  struct overlay *l = xcalloc(1, sizeof *l);

  l->below = o->top;
  l->kind = kind;
  l->title = xstrdup(title);
  l->arg = arg;
  o->top = l;
  return l;
}

static void
overlay_free(struct overlay *l)
{
  if (l->kind->release)
    l->kind->release(l);
  free(l->title);
  free(l);
}

void
overlays_close(struct overlays *o)
{
  struct overlay *l = o->top;

  if (!l)
    return;
  o->top = l->below;
  overlay_free(l);
}

bool
overlays_open(const struct overlays *o)
{
  return o->top != NULL;
}

void
overlays_release(struct overlays *o)
{
  while (o->top)
    overlays_close(o);
}

static void
draw_from(struct overlay *l, struct canvas *c, struct area a)
{
  if (!l)
    return;
  draw_from(l->below, c, a);
  l->kind->draw(l, c, a);
}

void
overlays_draw(struct overlays *o, struct canvas *c, struct area a)
{
  draw_from(o->top, c, a);
}

void
overlays_key(struct overlays *o, const struct key *k, int row, int col, bool *search)
{
  *search = false;
  if (o->top)
    o->top->kind->key(o, o->top, k, row, col, search);
}

/* A box of that size in the middle of the area. */
static struct area
middle(struct area a, int rows, int cols)
{
  rows = rows > a.rows ? a.rows : rows;
  cols = cols > a.cols - 2 ? a.cols - 2 : cols;
  return area_cols(area_rows(a, (a.rows - rows) / 2, rows), (a.cols - cols) / 2, cols);
}

static bool
is_move(const struct key *k, enum move *m)
{
  static const struct { const char *key; enum move move; } table[] = {
    {"Up", MOVE_UP}, {"C-p", MOVE_UP}, {"S-Tab", MOVE_UP}, {"Down", MOVE_DOWN}, {"C-n", MOVE_DOWN}, {"Tab", MOVE_DOWN},
    {"PgUp", MOVE_PAGE_UP}, {"PgDn", MOVE_PAGE_DOWN}, {"Home", MOVE_TOP}, {"End", MOVE_BOTTOM},
  };

  for (size_t i = 0; i < N_OF(table); i++)
    if (key_is(k, table[i].key)) {
      *m = table[i].move;
      return true;
    }
  return false;
}

/* ---- menu ---- */

static bool
holds(const char *s, const char *what)
{
  size_t n = strlen(what);

  for (; n; s++) {
    if (!strncasecmp(s, what, n))
      return true;
    if (!*s)
      return false;
  }
  return true;
}

/* Those that begin with what was typed, then those that hold it. */
static void
narrow(struct menu *m)
{
  const char *typed = editor_text(&m->typed);
  size_t n = 0, length = strlen(typed);

  for (int pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < m->n; i++)
      if (strncasecmp(m->items[i], typed, length) ? pass == 1 && holds(m->items[i], typed) : pass == 0)
        m->shown[n++] = i;
  m->list.n = n;
  list_go(&m->list, 0);
}

static void
choose(struct overlays *o, struct overlay *l, size_t row)
{
  void (*chosen)(void *arg, int i) = l->menu.chosen;
  void *arg = l->arg;
  int i;

  if (row >= l->menu.list.n)
    return;
  i = (int)l->menu.shown[row];
  overlays_close(o);
  chosen(arg, i);
}

static void
menu_key(struct overlays *o, struct overlay *l, const struct key *k, int row, int col, bool *search)
{
  struct menu *m = &l->menu;
  enum move move;
  size_t i;

  (void)search;
  if (key_is(k, "Esc") || key_is(k, "C-c")) {
    overlays_close(o);
  } else if (key_is(k, "Enter")) {
    choose(o, l, m->list.at);
  } else if (k->code >= '1' && k->code <= '9' && !k->mods) {
    choose(o, l, m->list.top + (k->code - '1'));
  } else if (is_move(k, &move)) {
    list_move(&m->list, move);
  } else if (k->code == K_MOUSE) {
    if (k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN)
      list_move(&m->list, k->mouse == MOUSE_WHEEL_UP ? MOVE_UP : MOVE_DOWN);
    else if (!area_has(l->area, row, col))
      overlays_close(o);
    else if (list_hit(&m->list, row - l->area.row - 1, &i))
      choose(o, l, i);
  } else if (editor_key(&m->typed, k) == EDITOR_CHANGED) {
    narrow(m);
  }
}

static void
draw_item(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct menu *m = arg;
  const char *item = m->items[m->shown[i]];
  size_t number = i - m->list.top;

  canvas_put(c, a, 0, 0, STYLE_KEY, here ? '>' : ' ');
  if (number < 9)
    canvas_put(c, a, 0, 2, STYLE_KEY, '1' + (uint32_t)number);
  canvas_fit(c, a, 0, 4, a.cols - 4, here ? STYLE_BOLD : STYLE_NORMAL, item, strlen(item));
}

static void
menu_draw(struct overlay *l, struct canvas *c, struct area a)
{
  struct menu *m = &l->menu;
  int width = canvas_width(l->title, strlen(l->title)) + 6;
  struct area inside, foot;

  for (size_t i = 0; i < m->n; i++) {
    int w = canvas_width(m->items[i], strlen(m->items[i])) + 8;

    width = w > width ? w : width;
  }
  width = width < 34 ? 34 : width;
  l->area = middle(a, (int)m->n + 3, width);
  inside = canvas_box(c, l->area, STYLE_RULE, l->title);
  foot = area_rows(inside, inside.rows - 1, 1);
  list_draw(&m->list, c, area_rows(inside, 0, inside.rows - 1), true, draw_item, m);
  if (m->typed.text.n)
    canvas_printf(c, foot, 0, 1, STYLE_MATCH, "%s", editor_text(&m->typed));
  else
    canvas_str(c, foot, 0, 1, STYLE_DIM, "a number, or type a part, Enter");
  if (!m->list.n)
    canvas_str(c, inside, 0, 1, STYLE_DIM, "nothing of that name (Backspace)");
  c->cursor_row = -1;
}

static void
menu_release(struct overlay *l)
{
  for (size_t i = 0; i < l->menu.n; i++)
    free(l->menu.items[i]);
  free(l->menu.items);
  free(l->menu.shown);
  editor_release(&l->menu.typed);
}

static const struct overlay_kind menu_kind = {.draw = menu_draw, .key = menu_key, .release = menu_release};

void
overlays_menu(struct overlays *o, const char *title, const char *const *items, size_t n, size_t at,
              void (*chosen)(void *arg, int i), void *arg)
{
  struct overlay *l = push(o, &menu_kind, title, arg);
  struct menu *m = &l->menu;

  m->n = n;
  m->chosen = chosen;
  m->items = xcalloc(n ? n : 1, sizeof *m->items);
  m->shown = xcalloc(n ? n : 1, sizeof *m->shown);
  for (size_t i = 0; i < n; i++)
    m->items[i] = xstrdup(items[i]);
  editor_init(&m->typed);
  m->typed.one_line = true;
  narrow(m);
  m->list.height = (int)n;
  list_go(&m->list, at);
}

/* ---- question: it stands in the bottom line ---- */

static void
confirm_key(struct overlays *o, struct overlay *l, const struct key *k, int row, int col, bool *search)
{
  void (*yes)(void *arg) = l->yes;
  void *arg = l->arg;

  (void)row, (void)col, (void)search;
  if (k->code == K_MOUSE)
    return;
  overlays_close(o);
  if (key_is(k, "y") || key_is(k, "Y"))
    yes(arg);
}

static void
confirm_draw(struct overlay *l, struct canvas *c, struct area a)
{
  (void)l, (void)a;
  c->cursor_row = -1;
}

static const struct overlay_kind confirm_kind = {.draw = confirm_draw, .key = confirm_key};

void
overlays_confirm(struct overlays *o, const char *question, void (*yes)(void *arg), void *arg)
{
  push(o, &confirm_kind, question, arg)->yes = yes;
}

const char *
overlays_question(const struct overlays *o)
{
  return o->top && o->top->kind == &confirm_kind ? o->top->title : NULL;
}

/* ---- form ---- */

static void
form_overlay_key(struct overlays *o, struct overlay *l, const struct key *k, int row, int col, bool *search)
{
  enum form_result result = form_key(&l->form, k);

  (void)row, (void)col, (void)search;
  if (result == FORM_GOES_ON)
    return;
  o->top = l->below;
  if (result == FORM_DONE)
    l->form_done(l->arg, &l->form);
  overlay_free(l);
}

static void
form_overlay_draw(struct overlay *l, struct canvas *c, struct area a)
{
  c->cursor_row = -1;
  form_draw(&l->form, c, middle(a, form_rows(&l->form), a.cols - 2 > 110 ? 110 : a.cols - 2));
}

static void
form_overlay_release(struct overlay *l)
{
  form_release(&l->form);
}

static const struct overlay_kind form_kind = {.draw = form_overlay_draw, .key = form_overlay_key,
                                              .release = form_overlay_release};

struct form *
overlays_form(struct overlays *o, const char *title, const struct option *rows, size_t n,
              void (*done)(void *arg, const struct form *f), void *arg)
{
  struct overlay *l = push(o, &form_kind, title, arg);

  form_init(&l->form, l->title, rows, n);
  l->form_done = done;
  return &l->form;
}

/* ---- page ---- */

static void
page_key(struct overlays *o, struct overlay *l, const struct key *k, int row, int col, bool *search)
{
  static const struct { const char *key; enum move move; } table[] = {
    {"j", MOVE_DOWN}, {"Enter", MOVE_DOWN}, {"k", MOVE_UP}, {"C-d", MOVE_HALF_DOWN}, {"C-u", MOVE_HALF_UP},
    {"Space", MOVE_PAGE_DOWN}, {"b", MOVE_PAGE_UP}, {"g", MOVE_TOP}, {"G", MOVE_BOTTOM},
  };
  enum move move;

  (void)row, (void)col;
  if (key_is(k, "Esc") || key_is(k, "q") || key_is(k, "?") || key_is(k, "C-c")) {
    overlays_close(o);
    return;
  }
  if (k->code == K_MOUSE && (k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN)) {
    for (int i = 0; i < 3; i++)
      pane_move(&l->pane, k->mouse == MOUSE_WHEEL_UP ? MOVE_UP : MOVE_DOWN);
    return;
  }
  if (key_is(k, "n") || key_is(k, "N"))
    pane_find(&l->pane, key_is(k, "n") ? 1 : -1);
  *search = key_is(k, "/");
  for (size_t i = 0; i < N_OF(table); i++)
    if (key_is(k, table[i].key))
      pane_move(&l->pane, table[i].move);
  if (is_move(k, &move))
    pane_move(&l->pane, move);
}

static void
page_draw(struct overlay *l, struct canvas *c, struct area a)
{
  struct area inside = canvas_box(c, a, STYLE_RULE, l->title), text = area_cols(inside, 1, inside.cols - 2);

  c->cursor_row = -1;
  pane_draw(&l->pane, c, text);
  if (l->pane.n_lines > l->pane.height)
    canvas_printf(c, area_rows(a, a.rows - 1, 1), 0, a.cols - 16, STYLE_DIM, " %d of %d ",
                  l->pane.top + l->pane.height < l->pane.n_lines ? l->pane.top + l->pane.height : l->pane.n_lines,
                      l->pane.n_lines);
  canvas_str(c, area_rows(a, a.rows - 1, 1), 0, 2, STYLE_DIM, " j k move  / find  n next  q close ");
}

static void
page_release(struct overlay *l)
{
  pane_release(&l->pane);
}

static const struct overlay_kind page_kind = {.draw = page_draw, .key = page_key, .release = page_release};

struct pane *
overlays_text(struct overlays *o, const char *title)
{
  struct overlay *l = push(o, &page_kind, title, NULL);

  pane_init(&l->pane);
  return &l->pane;
}

struct pane *
overlays_page(struct overlays *o)
{
  return o->top && o->top->kind == &page_kind ? &o->top->pane : NULL;
}
