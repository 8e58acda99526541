#include "ui/list.h"

static void
scroll_to(struct list *l)
{
  size_t height = l->height > 0 ? (size_t)l->height : 1;

  if (l->at >= l->n)
    l->at = l->n ? l->n - 1 : 0;
  if (l->at < l->top)
    l->top = l->at;
  if (l->at >= l->top + height)
    l->top = l->at - height + 1;
  if (l->top + height > l->n)
    l->top = l->n > height ? l->n - height : 0;
}

void
list_go(struct list *l, size_t row)
{
  l->at = row;
  scroll_to(l);
}

static size_t
minus(size_t a, size_t b)
{
  return a > b ? a - b : 0;
}

void
list_move(struct list *l, enum move m)
{
  size_t page = l->height > 1 ? (size_t)l->height - 1 : 1, half = page / 2 ? page / 2 : 1;
  size_t last = l->n ? l->n - 1 : 0, at = l->at;

  switch (m) {
  case MOVE_UP: at = minus(at, 1); break;
  case MOVE_DOWN: at++; break;
  case MOVE_HALF_UP: at = minus(at, half); break;
  case MOVE_HALF_DOWN: at += half; break;
  case MOVE_PAGE_UP: at = minus(at, page); break;
  case MOVE_PAGE_DOWN: at += page; break;
  case MOVE_TOP: at = 0; break;
  case MOVE_BOTTOM: at = last; break;
  case MOVE_LEFT: case MOVE_RIGHT: return;
  }
  list_go(l, at > last ? last : at);
}

void
list_keep(struct list *l, size_t n, size_t row)
{
  size_t above = minus(l->at, l->top);

  l->n = n;
  l->at = n && row >= n ? n - 1 : n ? row : 0;
  l->top = minus(l->at, above);
  scroll_to(l);
}

/* That there is more above or below: enough in a list at the side. */
static void
draw_more(const struct list *l, struct canvas *c, struct area a)
{
  if (l->top > 0)
    canvas_put(c, a, 0, a.cols - 1, STYLE_DIM, 0x2191);
  if (l->top + (size_t)a.rows < l->n)
    canvas_put(c, a, a.rows - 1, a.cols - 1, STYLE_DIM, 0x2193);
}

/* How far the list is scrolled, as a thumb over the area's last column. */
static void
draw_thumb(const struct list *l, struct canvas *c, struct area a)
{
  size_t height = (size_t)a.rows, size, from;

  if (l->n <= height || a.rows < 2)
    return;
  size = height * height / l->n;
  size = size ? size : 1;
  from = (height - size) * l->top / (l->n - height);
  for (size_t i = 0; i < size; i++)
    canvas_put(c, a, (int)(from + i), a.cols - 1, STYLE_RULE, 0x2590);
}

void
list_draw(struct list *l, struct canvas *c, struct area a, bool focus,
          void (*draw)(void *arg, struct canvas *c, struct area row, size_t i, bool here), void *arg)
{
  l->height = a.rows;
  scroll_to(l);
  for (int row = 0; row < a.rows; row++) {
    size_t i = l->top + (size_t)row;
    struct area line = area_cols(area_rows(a, row, 1), 0, l->n > (size_t)a.rows ? a.cols - 1 : a.cols);

    if (i >= l->n)
      break;
    draw(arg, c, line, i, i == l->at && (focus || !l->quiet));
    if (i == l->at && (focus || !l->quiet))
      canvas_light(c, line, focus ? LIT_HERE : LIT_HERE_IDLE);
  }
  if (l->quiet)
    draw_more(l, c, a);
  else
    draw_thumb(l, c, a);
}

bool
list_hit(const struct list *l, int row, size_t *i)
{
  if (row < 0 || row >= l->height || l->top + (size_t)row >= l->n)
    return false;
  *i = l->top + (size_t)row;
  return true;
}

void
list_wheel(struct list *l, int step)
{
  size_t height = l->height > 0 ? (size_t)l->height : 1, last = minus(l->n, height);

  for (int i = 0; i < 3; i++)
    l->top = step < 0 ? minus(l->top, 1) : l->top < last ? l->top + 1 : last;
  if (l->at < l->top)
    l->at = l->top;
  if (l->at >= l->top + height)
    l->at = l->top + height - 1;
}
