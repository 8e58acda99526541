/* The table of Curate: the chosen columns, their heads, and how far they are scrolled sideways. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/view-curate.h"

#define MARKS 2          /* columns of '>' and '*' */
#define TEXT_MIN 16
#define STRIDE 16        /* cells of a text that a key scrolls */
#define OVERHANG_MAX 4000

/* ---- where columns stand ---- */

static bool
is_flexible(const struct chosen_column *k)
{
  return k->field && k->field->cols == 0 && k->cols == 0;
}

static bool
lends(const struct curate *v, size_t i)
{
  const struct chosen_column *k = &v->choice.columns[i];

  return i > 0 && k->field && k->field->lends && is_flexible(k - 1);
}

/* Cells that each column without a width of its own gets. */
static int
share_of_rest(const struct curate *v, const struct column_source *from, int cols)
{
  int rest = cols - MARKS, n = 0;

  for (size_t i = 0; i < v->choice.n; i++) {
    if (is_flexible(&v->choice.columns[i]))
      n++;
    else if (!lends(v, i))
      rest -= column_cols(&v->choice.columns[i], from) + 1;
  }
  rest = n ? rest / n - 1 : 0;
  return rest < TEXT_MIN ? TEXT_MIN : rest;
}

/* The columns at the left edge that do not scroll: those that came first and know it. */
static void
place_columns(struct curate *v, const struct column_source *from, int cols)
{
  struct table *t = &v->table;
  int rest = share_of_rest(v, from, cols), at = MARKS;
  bool staying = true;

  GROW(t->places, t->cap, v->choice.n + 1);
  t->left = MARKS;
  for (size_t i = 0; i < v->choice.n; i++) {
    const struct chosen_column *k = &v->choice.columns[i];
    struct place *p = &t->places[i];

    *p = (struct place){.cols = is_flexible(k) ? rest : column_cols(k, from)};
    if (staying && !(k->field && k->field->stays)) {
      staying = false;
      at = 0;
    }
    p->stays = staying;
    p->lends = lends(v, i);
    p->x = p->lends ? p[-1].x + p[-1].cols - p->cols : at;
    at = p->lends ? at : at + p->cols + 1;
    if (staying)
      t->left = at;
    t->last = p->lends && i ? t->last : i;
  }
  t->n = v->choice.n;
  t->room = cols - t->left;
  t->end = staying ? 0 : at - 1;
}

static int
scrolled_most(const struct table *t)
{
  int most = t->end + t->overhang - t->room;

  return most > 0 ? most : 0;
}

/* How far it can be scrolled: to the end of the longest text; where the last column is none, to where a column
 * begins. */
static int
last_stop(const struct table *t)
{
  int most = scrolled_most(t), best = t->end;

  if (t->flexible_end || !most)
    return most;
  for (size_t i = 0; i < t->n; i++)
    if (!t->places[i].stays && !t->places[i].lends && t->places[i].x >= most && t->places[i].x < best)
      best = t->places[i].x;
  return best;
}

/* The next place to stop at: where a column begins, and every few cells of a text. */
static int
next_stop(const struct curate *v, int step)
{
  const struct table *t = &v->table;
  int best = step > 0 ? last_stop(t) : 0;

  for (size_t i = 0; i < t->n; i++) {
    const struct place *p = &t->places[i];
    int end = i == t->last ? p->cols + t->overhang : 1;

    if (p->stays || p->lends)
      continue;
    for (int x = p->x; x < p->x + end; x += STRIDE) {
      if (step > 0 && x > t->shift && x < best)
        best = x;
      if (step < 0 && x < t->shift && x > best)
        best = x;
    }
  }
  return best;
}

void
table_scroll(struct curate *v, int step)
{
  struct table *t = &v->table;

  if (step < 0 ? t->shift > 0 : t->shift < last_stop(t))
    t->shift = next_stop(v, step);
}

/* ---- drawing ---- */

/* A text from its `skip`th cell on, with signs that there is more. */
static void
draw_skipped(struct canvas *c, struct area a, int skip, enum style s, const struct buf *text)
{
  int width = canvas_width(text->s, text->n);

  if (width <= skip)
    return;
  canvas_text(c, a, 0, -skip, s, text->s, text->n);
  canvas_put(c, a, 0, 0, STYLE_DIM, 0x2026);
  if (width - skip > a.cols)
    canvas_put(c, a, 0, a.cols - 1, s, 0x2026);
}

/* Where a column of the plane begins and ends on the screen, from the plane's left edge; the last text reaches to the
 * right edge. */
static void
span_of(const struct table *t, size_t i, int *from, int *to)
{
  const struct place *p = &t->places[i];

  if (p->lends) {
    span_of(t, i - 1, from, to);
    *from = *to - p->cols;
    return;
  }
  *from = p->stays ? p->x : p->x - t->shift;
  *to = i == t->last && !p->stays && t->flexible_end ? t->room : *from + p->cols;
}

/* The part of the row that a column has, and how many of its cells are off its left side; false: it is off. */
static bool
strip_of(const struct table *t, size_t i, struct area row, struct area *strip, int *skip)
{
  struct area plane = t->places[i].stays ? row : area_cols(row, t->left, t->room);
  int from, to;

  span_of(t, i, &from, &to);
  *skip = from < 0 ? -from : 0;
  if (to <= 0 || from >= plane.cols)
    return false;
  *strip = area_cols(plane, from + *skip, to - from - *skip);
  return strip->cols > 0;
}

static void
draw_cell(struct canvas *c, struct area strip, int skip, bool right, const struct column_cell *cell)
{
  if (cell->text.n == 0)
    return;
  if (skip)
    draw_skipped(c, strip, skip, cell->style, &cell->text);
  else if (right)
    canvas_right(c, strip, 0, 0, strip.cols, cell->style, buf_str(&cell->text));
  else
    canvas_fit(c, strip, 0, 0, strip.cols, cell->style, cell->text.s, cell->text.n);
}

struct row_drawing {
  struct curate *v;
  struct column_source from;
  struct column_cell cell, lent;
  char words[128];          /* that the filter looks for */
};

/* What the next column has to say, at the end of this one's strip, which gets shorter by it; where that would take too
 * much, the first sign of it. */
static void
draw_lent(struct row_drawing *d, struct canvas *c, struct area row, size_t i, const struct sample *s,
          struct area *strip)
{
  struct area end;
  int skip;

  column_fill(&d->v->choice.columns[i + 1], &d->from, s, &d->lent);
  if (!d->lent.text.n || !strip_of(&d->v->table, i + 1, row, &end, &skip))
    return;
  if (end.col <= strip->col + TEXT_MIN) {
    end = area_cols(*strip, strip->cols - 1, 1);
    if (strip->col + strip->cols < row.col + row.cols || strip->cols < TEXT_MIN)
      return;
    canvas_text(c, end, 0, 0, d->lent.style, d->lent.text.s, d->lent.text.n);
  } else {
    canvas_fit(c, end, 0, 0, end.cols, d->lent.style, d->lent.text.s, d->lent.text.n);
  }
  strip->cols = end.col - strip->col - 1;
}

static void
note_overhang(struct table *t, size_t i, const struct chosen_column *k, const struct buf *text)
{
  int over;

  if (i != t->last || !is_flexible(k))
    return;
  over = canvas_width(text->s, text->n) - t->places[i].cols;
  over = over > OVERHANG_MAX ? OVERHANG_MAX : over;
  t->overhang_seen = over > t->overhang_seen ? over : t->overhang_seen;
}

static void
draw_cells(struct row_drawing *d, struct canvas *c, struct area a, const struct sample *s)
{
  struct curate *v = d->v;
  struct table *t = &v->table;

  for (size_t i = 0; i < t->n; i++) {
    const struct chosen_column *k = &v->choice.columns[i];
    struct area strip;
    int skip;

    if (t->places[i].lends || !strip_of(t, i, a, &strip, &skip))
      continue;
    column_fill(k, &d->from, s, &d->cell);
    note_overhang(t, i, k, &d->cell.text);
    if (i + 1 < t->n && t->places[i + 1].lends && !skip)
      draw_lent(d, c, a, i, s, &strip);
    draw_cell(c, strip, skip, column_right(k), &d->cell);
    if (!skip && k->field && k->field->cols == 0)
      find_light(c, strip, d->cell.text.s, d->cell.text.n, d->words);
  }
}

static void
draw_row(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct row_drawing *d = arg;
  struct curate *v = d->v;
  struct sample s;

  a.cols = v->table.left + v->table.room < a.cols ? v->table.left + v->table.room : a.cols;
  canvas_put(c, a, 0, 0, STYLE_KEY, here ? '>' : ' ');
  if (sieve_marked(&v->rows, v->rows.ids[i]))
    canvas_put(c, a, 0, 1, STYLE_MARKED, '*');
  corpus_get(v->corpus, v->rows.ids[i], &s);
  draw_cells(d, c, a, &s);
}

/* ---- heads ---- */

/* 1: the smallest first; -1: the largest; 0: not sorted by it. */
static int
sorted_by(const struct curate *v, const char *name)
{
  const char *key = v->rows.sort + (*v->rows.sort == '-');
  const struct signal_row *signal = signal_find(key);
  bool down = (*v->rows.sort == '-') != v->rows.reverse;

  if (strcmp(key, name))
    return 0;
  return down != (signal && signal->descends) ? -1 : 1;
}

/* A head of a column that lends is there only where it leaves that of the text before it alone. */
static bool
has_head(const struct curate *v, struct area row, size_t i)
{
  const struct table *t = &v->table;
  struct area before, strip;
  int skip;

  if (!t->places[i].lends)
    return true;
  return hints_any(&v->hints) && !t->shift && strip_of(t, i - 1, row, &before, &skip) &&
         strip_of(t, i, row, &strip, &skip) &&
         strip.col > before.col + TEXT_MIN;
}

static void
draw_heads(struct curate *v, struct canvas *c, struct area a)
{
  struct table *t = &v->table;

  for (size_t i = 0; i < t->n; i++) {
    const struct chosen_column *k = &v->choice.columns[i];
    const char *title = column_title(k);
    int way = sorted_by(v, k->name), skip, width;
    struct area strip;
    char words[COLUMN_NAME_MAX + 8];

    if (!strip_of(t, i, a, &strip, &skip) || !has_head(v, a, i))
      continue;
    snprintf(words, sizeof words, "%s%s", title, way > 0 ? "\xe2\x96\xb2" : way < 0 ? "\xe2\x96\xbc" : "");
    width = canvas_width(words, strlen(words));
    canvas_fit(c, strip, 0, column_right(k) && width < strip.cols ? strip.cols - width : 0, strip.cols,
               way ? STYLE_BOLD : STYLE_HEAD, words, strlen(words));
  }
  if (t->shift)
    canvas_put(c, a, 0, t->left > 0 ? t->left - 1 : 0, STYLE_KEY, '<');
  if (t->shift < last_stop(t))
    canvas_put(c, a, 0, a.cols - 1, STYLE_KEY, '>');
}

bool
table_head_hit(const struct curate *v, int col, size_t *i)
{
  const struct table *t = &v->table;
  struct area row = {0, 0, 1, t->left + t->room}, strip;
  int skip;

  for (size_t at = t->n; at-- > 0;)
    if (strip_of(t, at, row, &strip, &skip) && col >= strip.col && col < strip.col + strip.cols + 1) {
      *i = at;
      return true;
    }
  return false;
}

void
table_draw(struct curate *v, struct canvas *c, struct area a, bool focus)
{
  struct row_drawing d = {.v = v, .from = {v->corpus, &v->hints, &v->values}, .cell = {.text = BUF_INIT},
                          .lent = {.text = BUF_INIT}};
  struct table *t = &v->table;

  find_words(v->rows.filter, d.words, sizeof d.words);
  place_columns(v, &d.from, a.cols - 1);  /* the last cell is the thumb's */
  t->flexible_end = t->n && is_flexible(&v->choice.columns[t->last]);
  t->overhang_seen = 0;
  t->shift = t->shift > last_stop(t) && !t->overhang ? last_stop(t) : t->shift;
  list_draw(&v->list, c, area_rows(a, 1, a.rows - 1), focus, draw_row, &d);
  t->overhang = t->overhang_seen;
  draw_heads(v, c, area_cols(area_rows(a, 0, 1), 0, a.cols - 1));
  buf_release(&d.cell.text);
  buf_release(&d.lent.text);
}
