/* The lines above and below the views. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/state.h"

#define MIN_ROWS 16
#define MIN_COLS 60

bool
frame_too_small(const struct canvas *c)
{
  return c->rows < MIN_ROWS || c->cols < MIN_COLS;
}

const char *
frame_count(uint64_t n, char out[32])
{
  char digits[24];
  int len = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n), to = 0;

  for (int i = 0; i < len; i++) {
    if (i && (len - i) % 3 == 0)
      out[to++] = ' ';
    out[to++] = digits[i];
  }
  out[to] = '\0';
  return out;
}

/* ---- top ---- */

/* The key that leads to a view: its number, unless the view in front has another use for digits. */
static void
tab_key(struct workbench *w, int view, char out[16])
{
  struct key k = {.code = '1' + (uint32_t)view};
  bool of_view;
  const struct binding *b = keymap_find(w, front_view(w)->bindings, front_state(w), &k, &of_view);

  snprintf(out, 16, b && of_view ? "F%d" : " %d", view + 1);
}

/* Draws the tabs from col on with that many blanks between; returns the column after them. */
static int
draw_tabs(struct workbench *w, struct canvas *c, struct area a, int col, int gap)
{
  char key[16];

  for (int i = 0; i < VIEW_COUNT; i++) {
    bool here = i == w->here;
    enum style s = here ? STYLE_TAB_HERE : STYLE_TAB;

    tab_key(w, i, key);
    w->tab_col[i] = col;
    col = canvas_str(c, a, 0, col, here ? s : STYLE_KEY, key);
    col = canvas_str(c, a, 0, col, s, " ");
    col = canvas_str(c, a, 0, col, s, view_rows[i]->name);
    col = canvas_str(c, a, 0, col, s, " ");
    w->tab_end[i] = col;
    col += gap;
  }
  return col;
}

static int
tabs_width(int gap)
{
  int width = 0;

  for (int i = 0; i < VIEW_COUNT; i++)
    width += 4 + (int)strlen(view_rows[i]->name) + gap;
  return width;
}

/* The tabs stand where they stand from the first request of a job to its last: there is room for what it may cost. */
#define RIGHT_COLS 14          /* "12 345  $0.41 " */

static void
draw_top(struct workbench *w, struct canvas *c, struct area a)
{
  struct corpus_counts counts;
  char count[32], cost[32] = "", right[96];
  const char *name = project_name(w->project);
  int left, width, gap = a.cols >= 96 ? 1 : 0, reserved = RIGHT_COLS + (a.cols >= 96 ? (int)strlen(" samples") : 0);
  int name_cols = canvas_width(name, strlen(name));

  corpus_counts(w->corpus, &counts);
  frame_count(counts.n, count);
  if (isnan(w->cost_usd))
    snprintf(cost, sizeof cost, " cost ?");
  else if (w->cost_usd >= .005)
    snprintf(cost, sizeof cost, " $%.2f", w->cost_usd);
  snprintf(right, sizeof right, "%s%s%s%s ", count, a.cols >= 96 ? " samples" : "", *cost ? " " : "", cost);
  width = canvas_width(right, strlen(right));
  left = a.cols - (width > reserved ? width : reserved) - tabs_width(gap) - 1;
  if (left >= 8) {
    int at = left >= 10 + (name_cols < 14 ? name_cols : 14) ? canvas_str(c, a, 0, 1, STYLE_DIM, "retort  ") : 1,
      room = left - at - 1;

    canvas_fit(c, a, 0, at, room > 24 ? 24 : room, STYLE_NAME, name, strlen(name));
    left = left > at + 26 ? at + 26 : left;
  } else {
    left = 0;
  }
  draw_tabs(w, c, a, left, gap);
  if (a.cols - width > left + tabs_width(gap) - gap)
    canvas_right(c, a, 0, a.cols - width, width, STYLE_NORMAL, right);
}

bool
frame_tab_at(const struct workbench *w, int col, int *view)
{
  for (int i = 0; i < VIEW_COUNT; i++)
    if (col >= w->tab_col[i] && col < w->tab_end[i]) {
      *view = i;
      return true;
    }
  return false;
}

/* ---- bottom ---- */

/* The commands whose activities stand on the board. */
static bool
is_on_board(const char *command, enum activity_kind kind)
{
  static const struct { const char *command; enum activity_kind kind; } table[] = {
    {"generate", ACTIVITY_JOB}, {"annotate", ACTIVITY_JOB}, {"train", ACTIVITY_RUN},
    {"experiment", ACTIVITY_EXPERIMENT}, {"template", ACTIVITY_OTHER}, {"sweep", ACTIVITY_SWEEP},
  };

  for (size_t i = 0; i < N_OF(table); i++)
    if (!strcmp(table[i].command, command) && table[i].kind == kind)
      return true;
  return false;
}

static void
add_activity(struct workbench *w, struct buf *out, const struct activity *a)
{
  static const char *const verbs[] = {"generating", "training", "experiment", "", ""};
  bool annotates = a->kind == ACTIVITY_JOB && errands_running(&w->errands, "annotate")
                   && !errands_running(&w->errands, "generate");

  buf_addf(out, "%s%s%s", out->n ? "   " : "", annotates ? "annotating" : verbs[a->kind], *verbs[a->kind] ? " " : "");
  if (a->kind != ACTIVITY_JOB)
    buf_addf(out, "%s ", a->title);
  if (a->state == ACTIVITY_PAUSED)
    buf_adds(out, "paused ");
  if (a->total)
    buf_addf(out, "%.0f%%", fmin(100, 100. * (double)a->done / (double)a->total));
  if (a->kind == ACTIVITY_JOB && a->rate > 0)
    buf_addf(out, " %.0f/s", a->rate);
}

/* What runs, in words. */
static void
running(struct workbench *w, struct buf *out)
{
  struct activity list[32];
  size_t n = board_live(w->board, list, N_OF(list)), queued = 0;
  const char *name;
  char how[160], count[32];

  if (changes_back(w))
    buf_addf(out, "%s changes back, M-r comes forward", frame_count(changes_back(w), count));
  for (size_t i = n; i-- > 0;) {
    queued += list[i].state == ACTIVITY_QUEUED;
    if (list[i].state != ACTIVITY_QUEUED && !(list[i].kind == ACTIVITY_RUN && list[i].sweep))
      add_activity(w, out, &list[i]);
  }
  if (queued)
    buf_addf(out, "%s%zu queued", out->n ? "   " : "", queued);
  for (size_t i = 0; errands_progress(&w->errands, i, &name, how, sizeof how); i++) {
    bool shown = false;

    for (size_t k = 0; k < n; k++)
      shown |= is_on_board(name, list[k].kind);
    if (!shown)
      buf_addf(out, "%s%s", out->n ? "   " : "", how);
  }
}

static int
hint_width(const struct binding *b)
{
  char key[16];

  return (int)strlen(binding_first(b, key)) + 1 + (int)strlen(b->hint) + 2;
}

static int
draw_hint(struct canvas *c, struct area a, int col, const struct binding *b)
{
  char key[16];

  col = canvas_str(c, a, 0, col, STYLE_KEY, binding_first(b, key));
  return canvas_str(c, a, 0, col + 1, STYLE_DIM, b->hint) + 2;
}

/* The keys that matter, at the right end: those of the view as far as they fit, then those for everywhere. */
static void
draw_hints(struct workbench *w, struct canvas *c, struct area a, int left)
{
  const struct binding *shown[32];
  void *view = front_state(w);
  int room = a.cols - left, col;
  size_t n = 0, n_view;

  for (const struct binding *b = keymap_everywhere; b->keys; b++)
    room -= b->hint ? hint_width(b) : 0;
  for (const struct binding *b = front_view(w)->bindings; b && b->keys && n < N_OF(shown); b++) {
    if (!b->hint || (b->when && !b->when(w, view)) || (b->hint_when && !b->hint_when(w, view)))
      continue;
    if (hint_width(b) > room)
      break;
    room -= hint_width(b);
    shown[n++] = b;
  }
  n_view = n;
  col = left + (room > 0 ? room : 0);
  for (size_t i = 0; i < n_view; i++)
    col = draw_hint(c, a, col, shown[i]);
  for (const struct binding *b = keymap_everywhere; b->keys; b++)
    if (b->hint && col + hint_width(b) <= a.cols + 2)
      col = draw_hint(c, a, col, b);
}

/* Where the line is taken, what runs moves into the rule above. */
static void
draw_running_above(struct canvas *c, struct area rule, const struct buf *what)
{
  if (what->n == 0)
    return;
  canvas_fit(c, rule, 0, 2, 1 + canvas_width(what->s, what->n), STYLE_GOOD, what->s, what->n);
  canvas_put(c, rule, 0, 1, STYLE_RULE, ' ');
}

static void
draw_bottom(struct workbench *w, struct canvas *c, struct area rule, struct area a)
{
  struct buf what = BUF_INIT;
  const char *words;
  const char *question = overlays_question(&w->overlays);
  const struct view *view = front_view(w);
  int col = 1;

  running(w, &what);
  if (w->asking != ASKING_NOTHING) {
    draw_running_above(c, rule, &what);
    prompt_draw(c, canvas_area(c), a.row, w->asking == ASKING_COMMAND ? ":" : "/", buf_str(&w->note), w->wrong);
    buf_release(&what);
    return;
  }
  if (w->quitting)
    question = "quits when what is in flight has come in; q again: at once";
  words = question ? question : w->message_shown && w->n_messages ? w->messages[w->n_messages - 1].text : "";
  if (what.n && col + canvas_width(what.s, what.n) + 2 + canvas_width(words, strlen(words)) >= a.cols && *words) {
    draw_running_above(c, rule, &what);
  } else if (what.n) {
    int width = canvas_width(what.s, what.n), room = a.cols * 3 / 5;

    col = canvas_fit(c, a, 0, col, width > room ? room : width, STYLE_GOOD, what.s, what.n) + 2;
  }
  if (question) {
    canvas_fit(c, a, 0, col, a.cols - col, STYLE_WARN, question, strlen(question));
  } else if (w->message_shown && w->n_messages) {
    const struct message *m = &w->messages[w->n_messages - 1];

    canvas_fit(c, a, 0, col, a.cols - col - 1, m->style, m->text, strlen(m->text));
  } else {
    size_t undoable = project_undoable(w->project);
    char count[32];

    if (overlays_open(&w->overlays) || (view->tells_keys && view->tells_keys(front_state(w)))) {
      buf_release(&what);
      return;
    }
    if (!what.n && undoable && a.cols >= 80)
      col = canvas_printf(c, a, 0, col, STYLE_DIM, "%s undoable", frame_count(undoable, count)) + 2;
    draw_hints(w, c, a, col);
  }
  buf_release(&what);
}

void
frame_draw(struct workbench *w, struct canvas *c)
{
  struct area all = canvas_area(c), rule = area_rows(all, c->rows - 2, 1);
  const struct view *view = front_view(w);

  canvas_clear(c);
  if (frame_too_small(c)) {
    canvas_printf(c, all, 0, 0, STYLE_NORMAL, "retort needs %dx%d, this is %dx%d", MIN_COLS, MIN_ROWS, c->cols,
                  c->rows);
    return;
  }
  draw_top(w, c, area_rows(all, 0, 1));
  canvas_hline(c, all, 1, STYLE_RULE);
  canvas_hline(c, all, c->rows - 2, STYLE_RULE);
  w->view_area = area_rows(all, 2, c->rows - 4);
  if (view->draw)
    view->draw(front_state(w), c, w->view_area);
  overlays_draw(&w->overlays, c, w->view_area);
  draw_bottom(w, c, rule, area_rows(all, c->rows - 1, 1));
}
