/* How a text on which two rows of Compare differ is shown. */
#include <math.h>
#include <string.h>

#include "ui/compare-text.h"

static int
draw_side(const struct text_view *t, struct canvas *c, struct area a, int row, int side)
{
  const struct compare_pair *p = &t->of->pair;
  const struct difference_text *d = compare_text_of(t);
  const struct testimony *said = &p->said[side];
  const struct statement *x = &said->rows[side ? d->after : d->before];
  const char *title = side ? p->after.title : p->before.title;
  bool right = 2 * (size_t)x->n_right > said->n_seeds;
  struct buf b = BUF_INIT;
  char n[PART_TEXT];
  int col = canvas_fit(c, a, row, 1, 20, STYLE_NORMAL, title, strlen(title)) + 1;

  statement_say(said, x, corpus_labels(workbench_corpus(t->w)), &b);
  canvas_put(c, a, row, col, right ? STYLE_GOOD : STYLE_BAD, right ? 0x2713 : 0x2717);
  col = canvas_text(c, a, row, col + 2, right ? STYLE_GOOD : STYLE_BAD, buf_str(&b), b.n) + 2;
  if (said->n_seeds > 1)
    canvas_printf(c, a, row, col, STYLE_DIM, "%u of %zu seeds right", x->n_right, said->n_seeds);
  else if (isfinite(x->share))
    canvas_printf(c, a, row, col, STYLE_DIM, "%s", part_score((double)x->share, n));
  buf_release(&b);
  return row + 1;
}

/* A training text speaks for the right label, for what one of both says wrongly, or for neither. */
static enum style
speaks_for(const struct text_view *t, const struct sample *s)
{
  const struct difference_text *d = compare_text_of(t);
  struct sample test;

  if (!d || !s->n_labels || !corpus_get(workbench_corpus(t->w), t->sample, &test))
    return STYLE_NORMAL;
  if (sample_has_label(&test, sample_label(s)))
    return STYLE_GOOD;
  for (int side = 0; side < 2; side++) {
    const struct testimony *said = &t->of->pair.said[side];
    const struct statement *x = &said->rows[side ? d->after : d->before];

    for (size_t i = 0; i < x->n_labels; i++)
      if (said->labels[x->from + i] == sample_label(s))
        return STYLE_BAD;
  }
  return STYLE_NORMAL;
}

static void
draw_near(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct text_view *t = arg;
  const struct corpus *corpus = workbench_corpus(t->w);
  const struct near_text *x = &t->near[i];
  static const uint32_t signs[] = {0x2713, 0x00b7};
  struct sample s;
  struct buf b = BUF_INIT;
  char n[PART_TEXT];
  int col, width = a.cols < 80 ? 12 : 18;

  (void)here;
  corpus_get(corpus, x->id, &s);
  labels_join(&b, corpus_labels(corpus), s.labels, s.n_labels, ", ");
  col = canvas_right(c, a, 0, 1, 5, STYLE_NUMBER, part_score((double)x->similarity, n)) + 1;
  for (int side = 0; side < 2; side++)
    if (x->in[side] >= 0)
      canvas_put(c, a, 0, col + 3 + 7 * side, x->in[side] ? STYLE_BOLD : STYLE_DIM, signs[!x->in[side]]);
  col += 14;
  col = canvas_fit(c, a, 0, col, width, speaks_for(t, &s), buf_str(&b), b.n) + 1;
  if (a.cols > 90)
    col = canvas_fit(c, a, 0, col, 10, STYLE_DIM, origin_names[s.origin], strlen(origin_names[s.origin])) + 1;
  canvas_fit(c, a, 0, col, a.cols - col, STYLE_NORMAL, s.text ? s.text : "", s.n_text);
  buf_release(&b);
}

/* "of those that linear both learned from 9 of 12 are billing": what it may have gone by. */
static void
draw_count(const struct text_view *t, struct canvas *c, struct area a, int row)
{
  const struct corpus *corpus = workbench_corpus(t->w);
  struct buf b = BUF_INIT;
  struct sample test, s;

  if (!corpus_get(corpus, t->sample, &test) || !test.n_labels)
    return;
  for (int side = 0; side < 2; side++) {
    size_t n = 0, same = 0;

    for (size_t i = 0; i < t->n; i++)
      if (t->near[i].in[side] == 1 && corpus_get(corpus, t->near[i].id, &s)) {
        n++;
        same += s.n_labels && sample_label(&s) == sample_label(&test);
      }
    if (t->filters[side])
      buf_addf(&b, "%s%s learned from %zu of these, %zu of them %s", b.n ? "; " : "",
               side ? t->of->pair.after.title : t->of->pair.before.title, n, same,
               label_name(corpus_labels(corpus), sample_label(&test)));
  }
  compare_draw_wrapped(c, a, row, STYLE_DIM, buf_str(&b));
  buf_release(&b);
}

static void
draw_neighbours(struct text_view *t, struct canvas *c, struct area a)
{
  int width = a.cols < 80 ? 12 : 18, words = a.rows > 8 ? 2 : 1;

  canvas_str(c, a, 0, 1, STYLE_HEAD, "like");
  canvas_str(c, a, 0, 7, STYLE_HEAD, "before after");
  canvas_str(c, a, 0, 21, STYLE_HEAD, "label");
  canvas_str(c, a, 0, 22 + width + (a.cols > 90 ? 11 : 0), STYLE_HEAD, "training text");
  t->list_area = area_rows(a, 1, a.rows - 2 - words);
  if (t->sample && !t->n)
    canvas_str(c, t->list_area, 0, 1, STYLE_DIM, "none of their training texts is much like it");
  list_draw(&t->list, c, t->list_area, true, draw_near, t);
  draw_count(t, c, a, a.rows - words);
}

void
compare_text_draw(void *view, struct canvas *c, struct area a)
{
  struct text_view *t = view;
  const struct difference_text *d = compare_text_of(t);
  const struct corpus *corpus = workbench_corpus(t->w);
  struct buf b = BUF_INIT;
  struct sample s;
  int row = 0;

  if (!d || !corpus_get(corpus, d->id, &s)) {
    part_empty(c, a, "The rows have changed\n`Esc` goes back to them.");
    return;
  }
  compare_text_ask(t);
  canvas_printf(c, a, row++, 1, STYLE_HEAD, "test text %u   %zu of %zu   %s", d->id, t->at + 1,
                t->of->pair.difference.n,
                d->kind == CHANGED_OTHER ? "answered otherwise" : changed_kind_names[d->kind]);
  buf_add(&b, s.text ? s.text : "", s.n_text);
  if (s.text2) {
    buf_adds(&b, "\n");
    buf_add(&b, s.text2, s.n_text2);
  }
  row = compare_draw_wrapped(c, area_rows(a, 0, a.rows / 2), row, STYLE_BOLD, buf_str(&b)) + (a.rows > 18);
  buf_truncate(&b, 0);
  labels_join(&b, corpus_labels(corpus), s.labels, s.n_labels, ", ");
  canvas_str(c, a, row, 1, STYLE_NORMAL, "labelled");
  canvas_text(c, a, row++, 24, STYLE_LABEL, buf_str(&b), b.n);
  row = draw_side(t, c, a, row, 0);
  row = draw_side(t, c, a, row, 1) + (a.rows > 18);
  if (t->sample == d->id && a.rows - row > 4)
    draw_neighbours(t, c, area_rows(a, row, a.rows - row));
  buf_release(&b);
}
