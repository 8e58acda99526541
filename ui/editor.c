#include "ui/editor.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "ui/bidi.h"
#include "ui/cluster.h"

/* One replacement, kept so that it can be taken back: at byte `at`, `before` became `after`. */
struct editor_undo {
  struct editor_undo *next;
  size_t at, cursor;       /* cursor: where it stood before */
  struct buf before, after;
  bool typed;              /* single characters; the next one may join */
};

/* A row on the screen: bytes from..to are shown, the next row begins at next. */
struct row {
  size_t from, to, next;
};

static void
undo_free(struct editor_undo *u)
{
  while (u) {
    struct editor_undo *next = u->next;

    buf_release(&u->before);
    buf_release(&u->after);
    free(u);
    u = next;
  }
}

void
editor_init(struct editor *d)
{
  memset(d, 0, sizeof *d);
  buf_init(&d->text, EDITOR_MAX);
  buf_init(&d->cut, EDITOR_MAX);
  d->want_col = -1;
}

void
editor_release(struct editor *d)
{
  buf_release(&d->text);
  buf_release(&d->cut);
  undo_free(d->undo);
  undo_free(d->redo);
  d->undo = d->redo = NULL;
}

void
editor_set(struct editor *d, const char *text, size_t n)
{
  undo_free(d->undo);
  undo_free(d->redo);
  d->undo = d->redo = NULL;
  buf_clear(&d->text);
  buf_add(&d->text, text, n);
  d->at = 0;
  d->want_col = -1;
  d->top = d->left = 0;
}

const char *
editor_text(const struct editor *d)
{
  return buf_str(&d->text);
}

bool
editor_changed(const struct editor *d, const char *than)
{
  return strcmp(buf_str(&d->text), than) != 0;
}

/* ---- changing ---- */

static bool
put(struct editor *d, size_t at, size_t n_old, const char *s, size_t n)
{
  size_t rest = d->text.n - at - n_old;

  if (d->text.n - n_old + n > EDITOR_MAX)
    return false;
  buf_addn(&d->text, ' ', n > n_old ? n - n_old : 0);
  if (rest)
    memmove(d->text.s + at + n, d->text.s + at + n_old, rest);
  if (n)
    memcpy(d->text.s + at, s, n);
  buf_truncate(&d->text, at + n + rest);
  return true;
}

/* Replaces n_old bytes at `at`, remembers it, and puts the cursor behind what is new. */
static bool
change(struct editor *d, size_t at, size_t n_old, const char *s, size_t n, bool typed)
{
  struct editor_undo *u = d->undo;
  bool join = typed && n_old == 0 && u && u->typed && u->before.n == 0 && u->at + u->after.n == at && s[0] != ' ' &&
      s[0] != '\n';

  if (n_old == 0 && n == 0)
    return false;
  if (!join) {
    u = xcalloc(1, sizeof *u);
    *u = (struct editor_undo){.next = d->undo, .at = at, .cursor = d->at, .typed = typed,
                              .before = BUF_INIT, .after = BUF_INIT};
    buf_add(&u->before, d->text.n ? d->text.s + at : "", n_old);
    d->undo = u;
  }
  buf_add(&u->after, s, n);
  undo_free(d->redo);
  d->redo = NULL;
  if (!put(d, at, n_old, s, n))
    return false;
  d->at = at + n;
  return true;
}

/* Takes the newest entry of *from back (or does it again) and moves it to *to. */
static bool
step_back(struct editor *d, struct editor_undo **from, struct editor_undo **to, bool undo)
{
  struct editor_undo *u = *from;
  const struct buf *old, *new;

  if (!u)
    return false;
  *from = u->next;
  u->next = *to;
  *to = u;
  u->typed = false;
  old = undo ? &u->after : &u->before;
  new = undo ? &u->before : &u->after;
  put(d, u->at, old->n, buf_str(new), new->n);
  d->at = undo ? u->cursor : u->at + new->n;
  return true;
}

static bool
undo(struct editor *d)
{
  return step_back(d, &d->undo, &d->redo, true);
}

static bool
redo(struct editor *d)
{
  return step_back(d, &d->redo, &d->undo, false);
}

/* Pasted text: line ends become \n (blanks in a field), other control characters but tabs are dropped; broken UTF-8 is
 * replaced. */
static bool
paste(struct editor *d, const char *s, size_t n)
{
  struct buf clean = {.max = EDITOR_MAX};
  size_t len;
  bool changed;

  for (size_t i = 0; i < n; i += len) {
    uint32_t p = utf8_decode(s + i, n - i, &len);
    char out[4];

    if (p == '\r' && i + 1 < n && s[i + 1] == '\n')
      continue;
    if (p == '\r' || p == '\n')
      p = d->one_line ? ' ' : '\n';
    if (p == '\n' || p == '\t' || !(p < 0x20 || (p >= 0x7f && p < 0xa0)))
      buf_add(&clean, out, utf8_encode(p, out));
  }
  changed = change(d, d->at, 0, buf_str(&clean), clean.n, false);
  buf_release(&clean);
  return changed;
}

void
editor_replace(struct editor *d, const char *text)
{
  change(d, 0, d->text.n, text, strlen(text), false);
}

/* ---- places ---- */

static size_t
left_of(const struct editor *d, size_t at)
{
  return cluster_before(buf_str(&d->text), d->text.n, at);
}

static size_t
right_of(const struct editor *d, size_t at)
{
  return cluster_next(buf_str(&d->text), d->text.n, at);
}

static bool
word_at(const struct editor *d, size_t at)
{
  size_t len;

  return at < d->text.n && utf8_is_alnum(utf8_decode(d->text.s + at, d->text.n - at, &len));
}

static size_t
word_left(const struct editor *d, size_t at)
{
  while (at > 0 && !word_at(d, left_of(d, at)))
    at = left_of(d, at);
  while (at > 0 && word_at(d, left_of(d, at)))
    at = left_of(d, at);
  return at;
}

static size_t
word_right(const struct editor *d, size_t at)
{
  while (at < d->text.n && !word_at(d, at))
    at = right_of(d, at);
  while (at < d->text.n && word_at(d, at))
    at = right_of(d, at);
  return at;
}

static size_t
line_begin(const struct editor *d, size_t at)
{
  while (at > 0 && d->text.s[at - 1] != '\n')
    at--;
  return at;
}

static size_t
line_end(const struct editor *d, size_t at)
{
  while (at < d->text.n && d->text.s[at] != '\n')
    at++;
  return at;
}

static struct row
row_from(const struct editor *d, size_t from)
{
  struct row r = {from, d->text.n, d->text.n};

  if (from >= d->text.n)
    return (struct row){d->text.n, d->text.n, d->text.n};
  if (d->wrap && !d->one_line) {
    r.to = from + canvas_wrap(d->text.s + from, d->text.n - from, d->width > 1 ? d->width - 1 : 1, &r.next);
    r.next += from;
    return r;
  }
  r.to = line_end(d, from);
  r.next = r.to < d->text.n ? r.to + 1 : r.to;
  return r;
}

/* True if another row begins after r. */
static bool
row_goes_on(const struct editor *d, const struct row *r)
{
  return r->next < d->text.n ||
      (r->next == d->text.n && r->next > r->to && r->next > 0 && d->text.s[r->next - 1] == '\n');
}

int
editor_rows(const struct editor *d, int width)
{
  struct editor as = *d;
  struct row r;
  int n = 1;

  as.width = width;
  for (r = row_from(&as, 0); n < 1000 && row_goes_on(&as, &r); n++)
    r = row_from(&as, r.next);
  return n;
}

/* The row that the byte stands in, and its number. */
static struct row
row_of(const struct editor *d, size_t at, int *number)
{
  struct row r = row_from(d, 0);

  *number = 0;
  while (at >= r.next && row_goes_on(d, &r)) {
    r = row_from(d, r.next);
    ++*number;
  }
  return r;
}

static struct row
row_number(const struct editor *d, int number)
{
  struct row r = row_from(d, 0);

  while (number-- > 0 && row_goes_on(d, &r))
    r = row_from(d, r.next);
  return r;
}

/* The byte of a row that stands at a column. */
static size_t
byte_at(const struct editor *d, const struct row *r, int col)
{
  size_t at = r->from;

  while (at < r->to) {
    size_t next = right_of(d, at);

    if (next > r->to || canvas_width(d->text.s + r->from, next - r->from) > col)
      break;
    at = next;
  }
  return at;
}

static void
vertical(struct editor *d, int rows)
{
  int number;
  struct row r = row_of(d, d->at, &number);

  if (d->want_col < 0)
    d->want_col = canvas_width(buf_str(&d->text) + r.from, d->at - r.from);
  if (number + rows < 0) {
    d->at = 0;
    return;
  }
  r = row_number(d, number + rows);
  d->at = byte_at(d, &r, d->want_col);
}

void
editor_place(const struct editor *d, size_t at, int *line, int *column)
{
  size_t begin = line_begin(d, at > d->text.n ? d->text.n : at);

  *line = 1;
  for (size_t i = 0; i < begin; i++)
    *line += d->text.s[i] == '\n';
  *column = 1 + (int)utf8_count(buf_str(&d->text) + begin, at - begin);
}

void
editor_goto(struct editor *d, int line, int column)
{
  size_t at = 0;

  while (--line > 0 && line_end(d, at) < d->text.n)
    at = line_end(d, at) + 1;
  while (--column > 0 && at < line_end(d, at))
    at = right_of(d, at);
  d->at = at;
  d->want_col = -1;
}

/* ---- keys ---- */

static bool
cut(struct editor *d, size_t from, size_t to)
{
  if (from == to)
    return false;
  buf_clear(&d->cut);
  buf_add(&d->cut, d->text.s + from, to - from);
  return change(d, from, to - from, "", 0, false);
}

static enum editor_result
moved(struct editor *d, size_t at)
{
  d->at = at;
  return EDITOR_MOVED;
}

enum act { LEFT, RIGHT, UP, DOWN, WORD_LEFT, WORD_RIGHT, BEGIN, END, PAGE_UP, PAGE_DOWN, TOP, BOTTOM, ERASE, DELETE,
          CUT_WORD,
           CUT_TO_END, CUT_TO_BEGIN, YANK, UNDO, REDO, BREAK, KEEP, CANCEL };
static const struct {
  const char *key;
  enum act act;
} acts[] = {
  {"Left", LEFT}, {"C-b", LEFT}, {"Right", RIGHT}, {"C-f", RIGHT}, {"Up", UP}, {"C-p", UP}, {"Down", DOWN},
  {"C-n", DOWN},
  {"C-Left", WORD_LEFT}, {"M-b", WORD_LEFT}, {"C-Right", WORD_RIGHT}, {"M-f", WORD_RIGHT}, {"Home", BEGIN},
  {"C-a", BEGIN},
  {"End", END}, {"C-e", END}, {"PgUp", PAGE_UP}, {"PgDn", PAGE_DOWN}, {"C-Home", TOP}, {"C-End", BOTTOM}, {"BS", ERASE},
  {"Del", DELETE}, {"C-d", DELETE}, {"C-w", CUT_WORD}, {"M-BS", CUT_WORD}, {"C-k", CUT_TO_END}, {"C-u", CUT_TO_BEGIN},
  {"C-y", YANK}, {"C-_", UNDO}, {"M-u", UNDO}, {"C-r", REDO}, {"Enter", BREAK}, {"M-Enter", BREAK},
  {"C-o", BREAK}, {"C-s", KEEP}, {"Esc", CANCEL},
};

static enum editor_result
do_move(struct editor *d, enum act act)
{
  int page = d->height > 1 ? d->height - 1 : 1;

  switch (act) {
  case LEFT: return moved(d, left_of(d, d->at));
  case RIGHT: return moved(d, right_of(d, d->at));
  case WORD_LEFT: return moved(d, word_left(d, d->at));
  case WORD_RIGHT: return moved(d, word_right(d, d->at));
  case BEGIN: return moved(d, line_begin(d, d->at));
  case END: return moved(d, line_end(d, d->at));
  case TOP: return moved(d, 0);
  case BOTTOM: return moved(d, d->text.n);
  case UP: vertical(d, -1); return EDITOR_MOVED;
  case DOWN: vertical(d, 1); return EDITOR_MOVED;
  case PAGE_UP: vertical(d, -page); return EDITOR_MOVED;
  case PAGE_DOWN: vertical(d, page); return EDITOR_MOVED;
  default: return EDITOR_IGNORED;
  }
}

static bool
do_change(struct editor *d, enum act act)
{
  size_t end = line_end(d, d->at), from;

  switch (act) {
  case ERASE: from = left_of(d, d->at); return change(d, from, d->at - from, "", 0, false);
  case DELETE: return change(d, d->at, right_of(d, d->at) - d->at, "", 0, false);
  case CUT_WORD: return cut(d, word_left(d, d->at), d->at);
  case CUT_TO_END: return cut(d, d->at, end > d->at || end == d->text.n ? end : end + 1);
  case CUT_TO_BEGIN: return cut(d, line_begin(d, d->at), d->at);
  case YANK: return change(d, d->at, 0, buf_str(&d->cut), d->cut.n, false);
  case UNDO: return undo(d);
  case REDO: return redo(d);
  case BREAK: return change(d, d->at, 0, "\n", 1, true);
  default: return false;
  }
}

enum editor_result
editor_key(struct editor *d, const struct key *k)
{
  char bytes[4];
  enum act act = CANCEL;
  size_t i;
  bool changed;

  if (k->code == K_PASTE || key_is_text(k)) {
    d->want_col = -1;
    changed = k->code == K_PASTE ? paste(d, k->text, k->n_text)
                                 : change(d, d->at, 0, bytes, utf8_encode(k->code, bytes), true);
    return changed ? EDITOR_CHANGED : EDITOR_MOVED;
  }
  for (i = 0; i < N_OF(acts) && !key_is(k, acts[i].key); i++)
    ;
  if (i == N_OF(acts))
    return EDITOR_IGNORED;
  act = acts[i].act;
  if (act == KEEP || act == CANCEL || (act == BREAK && d->one_line))
    return act == CANCEL ? EDITOR_CANCEL : EDITOR_KEEP;
  if (d->one_line && (act == UP || act == DOWN || act == PAGE_UP || act == PAGE_DOWN))
    return EDITOR_IGNORED;
  if (act != UP && act != DOWN && act != PAGE_UP && act != PAGE_DOWN)
    d->want_col = -1;
  if (do_move(d, act) == EDITOR_MOVED)
    return EDITOR_MOVED;
  return do_change(d, act) ? EDITOR_CHANGED : EDITOR_MOVED;
}

/* ---- drawing ---- */

/* A row of a paragraph that is written from the right begins one cell further right: the cursor behind its end
 * stands to the left of it. */
static bool
from_right(const struct editor *d, const struct row *r)
{
  size_t begin = line_begin(d, r->from);

  return bidi_needed(buf_str(&d->text) + r->from, r->to - r->from) &&
         bidi_from_right(buf_str(&d->text) + begin, d->text.n - begin);
}

static void
draw_row(const struct editor *d, struct canvas *c, struct area a, int row, const struct row *r,
         const unsigned char *styles)
{
  int col = from_right(d, r) - d->left, begin = col;
  size_t at = r->from;

  while (at < r->to) {
    size_t end = at + 1;
    enum style s = styles ? (enum style)styles[at] : STYLE_INPUT;

    while (end < r->to && (!styles || styles[end] == styles[at]))
      end++;
    if (!styles)
      end = r->to;
    col = canvas_part(c, a, row, col, s, d->text.s + at, end - at);
    at = end;
  }
  if (r->to > r->from && bidi_needed(d->text.s + r->from, r->to - r->from))
    canvas_order(c, a, row, begin, col, from_right(d, r));
}

static void
scroll(struct editor *d, int number, int col, struct area a)
{
  if (number < d->top)
    d->top = number;
  if (number >= d->top + a.rows)
    d->top = number - a.rows + 1;
  if (d->wrap && !d->one_line) {
    d->left = 0;
    return;
  }
  if (col < d->left)
    d->left = col > 8 ? col - 8 : 0;
  if (col >= d->left + a.cols)
    d->left = col - a.cols + 1 + (a.cols > 20 ? 8 : 0);
}

/* Where a column of a row is seen. */
static int
seen_col(const struct editor *d, const struct canvas *c, const struct row *r, int col)
{
  if (c->logical)
    return col;
  return canvas_seen(buf_str(&d->text) + r->from, r->to - r->from, from_right(d, r), col, false) + from_right(d, r);
}

void
editor_draw(struct editor *d, struct canvas *c, struct area a, const unsigned char *styles, bool focus)
{
  int number, col, row;
  struct row r;

  d->height = a.rows;
  d->width = a.cols;
  r = row_of(d, d->at, &number);
  col = canvas_width(buf_str(&d->text) + r.from, d->at - r.from);
  scroll(d, number, col, a);
  if (focus)
    canvas_cursor(c, a, number - d->top, seen_col(d, c, &r, col) - d->left);
  r = row_number(d, d->top);
  for (row = 0; row < a.rows; row++) {
    draw_row(d, c, a, row, &r, styles);
    if (!row_goes_on(d, &r))
      break;
    r = row_from(d, r.next);
  }
}

void
editor_click(struct editor *d, int row, int col)
{
  struct row r = row_number(d, d->top + row);
  bool right = from_right(d, &r);

  col += d->left - right;
  d->at = byte_at(d, &r, canvas_seen(buf_str(&d->text) + r.from, r.to - r.from, right, col, true));
  d->want_col = -1;
}
