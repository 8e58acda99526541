/* Fixed and broken: the test texts on which the selected row and the one that it is set against differ. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/view-compare.h"

static int
said_width(int cols)
{
  return cols < 80 ? 11 : cols < 140 ? 16 : 22;
}

static void
draw_said(const struct compare *v, struct canvas *c, struct area a, int col, int width, size_t side, size_t at)
{
  const struct testimony *said = &v->pair.said[side];
  const struct statement *x = &said->rows[at];
  bool right = 2 * (size_t)x->n_right > said->n_seeds;
  struct buf b = BUF_INIT;

  statement_say(said, x, corpus_labels(project_corpus(v->p)), &b);
  canvas_put(c, a, 0, col, right ? STYLE_GOOD : STYLE_BAD, right ? 0x2713 : 0x2717);
  if (said->n_seeds > 1 && width > 13) {
    canvas_printf(c, a, 0, col + 1, STYLE_DIM, "%u/%zu", x->n_right, said->n_seeds);
    canvas_fit(c, a, 0, col + 5, width - 5, right ? STYLE_NORMAL : STYLE_BAD, buf_str(&b), b.n);
  } else {
    canvas_fit(c, a, 0, col + 2, width - 2, right ? STYLE_NORMAL : STYLE_BAD, buf_str(&b), b.n);
  }
  buf_release(&b);
}

static void
draw_text(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  static const struct { const char *word; enum style style; } kinds[N_CHANGED_KINDS] = {
    [CHANGED_BROKEN] = {"broken", STYLE_BAD}, [CHANGED_FIXED] = {"fixed", STYLE_GOOD}, [CHANGED_OTHER] = {"",
      STYLE_DIM}};
  struct compare *v = arg;
  const struct difference_text *d = &v->pair.difference.texts[i];
  int width = said_width(a.cols), col = 1;
  struct buf truth = BUF_INIT;
  struct sample s;

  (void)here;
  corpus_get(project_corpus(v->p), d->id, &s);
  labels_join(&truth, corpus_labels(project_corpus(v->p)), s.labels, s.n_labels, ", ");
  canvas_fit(c, a, 0, col, 6, kinds[d->kind].style, kinds[d->kind].word, strlen(kinds[d->kind].word));
  col += 7;
  canvas_fit(c, a, 0, col, width - 2, STYLE_LABEL, buf_str(&truth), truth.n);
  draw_said(v, c, a, col + width - 1, width, 0, d->before);
  draw_said(v, c, a, col + 2 * width, width, 1, d->after);
  col += 3 * width + 1;
  if (s.text2)                   /* what is the same in many pairs is the first text */
    canvas_fit(c, a, 0, col, a.cols - col, STYLE_NORMAL, s.text2, s.n_text2);
  else
    canvas_fit(c, a, 0, col, a.cols - col, STYLE_NORMAL, s.text ? s.text : "", s.n_text);
  buf_release(&truth);
}

/* A line for each of both, at the bottom: what it says of the selected text, and by which words. */
static void
draw_grounds(struct compare *v, struct canvas *c, struct area a)
{
  const struct pair_side *sides[2] = {&v->pair.before, &v->pair.after};
  size_t at = v->lists[PAGE_DIFFER].at;
  struct sample s;
  struct pane p;

  if (at >= v->pair.difference.n || !corpus_get(project_corpus(v->p), v->pair.difference.texts[at].id, &s))
    return;
  for (int i = 0; i < 2; i++) {
    v->grounds[i].of_run = sides[i]->id;
    if (sides[i]->kind != COMPARE_RUN) {  /* a teacher says what it says, and of arms no model is kept */
      canvas_printf(c, a, i, 1, STYLE_DIM, "%s: no model to say why", sides[i]->title);
      continue;
    }
    grounds_ask(&v->grounds[i], s.id);
    pane_init(&p);
    grounds_line(&v->grounds[i], &p, &s);
    pane_draw(&p, c, area_cols(area_rows(a, i, 1), 1, a.cols - 1));
    pane_release(&p);
  }
}

static void
draw_head(const struct compare *v, struct canvas *c, struct area a)
{
  const struct difference *d = &v->pair.difference;
  char n[PART_TEXT], lo[PART_TEXT], hi[PART_TEXT], p[PART_TEXT];
  struct buf b = BUF_INIT;
  int col;

  col = canvas_printf(c, a, 0, 1, STYLE_GOOD, "fixed %zu", d->count[CHANGED_FIXED]);
  col = canvas_printf(c, a, 0, col + 2, STYLE_BAD, "broken %zu", d->count[CHANGED_BROKEN]);
  col = canvas_printf(c, a, 0, col + 2, STYLE_DIM, "other %zu", d->count[CHANGED_OTHER]);
  buf_addf(&b, "of %zu   %s against %s: %s points (%s to %s), %s", d->n_common, v->pair.after.title,
           v->pair.before.title,
           part_points(d->accuracy.mean, n), part_points(d->accuracy.lo, lo), part_points(d->accuracy.hi, hi),
           part_p(d->accuracy.p, p));
  canvas_fit(c, a, 0, col + 2, a.cols - col - 3, STYLE_NORMAL, buf_str(&b), b.n);
  buf_release(&b);
}

static void
draw_names(const struct compare *v, struct canvas *c, struct area a)
{
  int width = said_width(a.cols), col = 8;

  canvas_fit(c, a, 0, col, width - 2, STYLE_HEAD, "label", 5);
  canvas_fit(c, a, 0, col + width - 1, width, STYLE_HEAD, v->pair.before.title, strlen(v->pair.before.title));
  canvas_fit(c, a, 0, col + 2 * width, width, STYLE_HEAD, v->pair.after.title, strlen(v->pair.after.title));
  canvas_str(c, a, 0, col + 3 * width + 1, STYLE_HEAD, "text");
}

static void
draw(struct compare *v, struct canvas *c, struct area a, bool focus)
{
  struct list *list = &v->lists[PAGE_DIFFER];
  bool why = v->grounds[0].on && a.rows > 6;

  compare_ask_pair(v);
  if (!v->pair.known)
    return;
  if (*v->pair.wrong || !v->pair.before.is_set || !v->pair.after.is_set) {
    if (*v->pair.wrong)
      compare_draw_wrapped(c, a, 1, STYLE_WARN, v->pair.wrong);
    else
      part_empty(c, a, "Two rows with answers are needed\n`m` marks one, the selected one is set against it.\n"
                       "`e` evaluates a run.");
    return;
  }
  draw_head(v, c, area_rows(a, 0, 1));
  draw_names(v, c, area_rows(a, 1, 1));
  if (list->n != v->pair.difference.n || v->differ_seen != v->pair.made)
    list_keep(list, v->pair.difference.n, 0);
  v->differ_seen = v->pair.made;
  v->page_area = area_rows(a, 2, a.rows - 2 - (why ? 2 : 0));
  list_draw(list, c, v->page_area, focus, draw_text, v);
  if (why)
    draw_grounds(v, c, area_rows(a, a.rows - 2, 2));
}

static void
move(struct compare *v, enum move m)
{
  list_move(&v->lists[PAGE_DIFFER], m);
}

static void
enter(struct compare *v)
{
  if (v->pair.known && v->lists[PAGE_DIFFER].at < v->pair.difference.n)
    compare_open_text(v, v->lists[PAGE_DIFFER].at);
}

const struct compare_page compare_page_differ = {.name = "differ", .brief = "fixed", .key = "d", .draw = draw,
                                                 .move = move,
                                                 .enter = enter};
