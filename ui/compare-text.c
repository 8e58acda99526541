/* A test text on which two rows of Compare differ, big, with the training texts that are most like it: what one row had
 * learned and the other had not. It opens over Compare; from here one goes to Curate. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/filter.h"
#include "curate/finder.h"
#include "ui/view-compare.h"

#define NEAR_MAX 64u             /* asked for */
#define SHOWN_MAX 16u            /* of those the training texts that are shown */

struct near_text {
  uint32_t id;
  float similarity;
  signed char in[2];             /* whether before and after learned from it: 1, 0; -1: not known */
};

struct text_lookup;
struct text_view {
  struct workbench *w;
  struct compare *of;
  uint64_t made;                 /* of->pair.made: whose texts these are */
  size_t at;                     /* which of them */
  struct text_lookup *lookup;    /* what runs; NULL: nothing */
  struct finder *finder;         /* NULL while a look-up has it */
  char *filters[2];              /* of the training texts; NULL: not known */
  uint32_t sample;               /* whose neighbours these are, 0: of none yet */
  struct near_text near[SHOWN_MAX];
  size_t n;
  struct list list;
  struct area list_area;
};

/* ---- finding, on a thread of its own ---- */

struct text_lookup {
  struct text_view *owner;       /* NULL: it was closed */
  const struct corpus *corpus;
  struct finder *finder;
  uint32_t sample;
  char *filters[2];
  struct stop stop;
  struct near_text near[SHOWN_MAX];
  size_t n;
};

static int
by_number(const void *x, const void *y)
{
  uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

  return a < b ? -1 : a > b;
}

/* Which of the neighbours pass the filter of a side. */
static void
mark_side(struct text_lookup *l, int side)
{
  uint32_t *ids = NULL;
  size_t n = 0;

  if (!l->filters[side] || filter_ids(l->corpus, l->filters[side], NULL, &ids, &n, NULL))
    return;
  for (size_t i = 0; i < l->n; i++)
    l->near[i].in[side] = bsearch(&l->near[i].id, ids, n, sizeof *ids, by_number) != NULL;
  free(ids);
}

static void
lookup_work(void *arg)
{
  struct text_lookup *l = arg;
  struct neighbour near[NEAR_MAX];
  size_t n = finder_ask(l->finder, l->sample, NEAR_MAX, 0, &l->stop, near);
  struct sample s;

  for (size_t i = 0; i < n && l->n < SHOWN_MAX; i++)
    if (corpus_get(l->corpus, near[i].id, &s) && s.split == SPLIT_TRAIN)
      l->near[l->n++] = (struct near_text){s.id, near[i].similarity, {-1, -1}};
  for (int side = 0; side < 2; side++)
    mark_side(l, side);
}

static void
lookup_done(void *arg)
{
  struct text_lookup *l = arg;
  struct text_view *t = l->owner;

  if (t) {
    t->finder = l->finder;
    t->lookup = NULL;
    t->sample = l->sample;
    t->n = l->n;
    memcpy(t->near, l->near, sizeof t->near);
    list_keep(&t->list, t->n, 0);
    workbench_touch(t->w);
  } else {
    finder_free(l->finder);
  }
  free(l->filters[0]);
  free(l->filters[1]);
  free(l);
}

static const struct difference_text *
text_of(const struct text_view *t)
{
  const struct compare_pair *p = &t->of->pair;

  return p->known && p->made == t->made && t->at < p->difference.n ? &p->difference.texts[t->at] : NULL;
}

static void
ask(struct text_view *t)
{
  const struct difference_text *d = text_of(t);
  struct text_lookup *l;

  if (!d || t->lookup || t->sample == d->id)
    return;
  l = xcalloc(1, sizeof *l);
  *l = (struct text_lookup){.owner = t, .corpus = workbench_corpus(t->w), .finder = t->finder, .sample = d->id};
  for (int i = 0; i < 2; i++)
    l->filters[i] = t->filters[i] ? xstrdup(t->filters[i]) : NULL;
  t->finder = NULL;
  t->lookup = l;
  workbench_work(t->w, lookup_work, lookup_done, l);
}

/* ---- drawing ---- */

static int
draw_side(const struct text_view *t, struct canvas *c, struct area a, int row, int side)
{
  const struct compare_pair *p = &t->of->pair;
  const struct difference_text *d = text_of(t);
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
  const struct difference_text *d = text_of(t);
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
  canvas_fit(c, a, row, 1, a.cols - 2, STYLE_DIM, buf_str(&b), b.n);
  buf_release(&b);
}

static void
draw_neighbours(struct text_view *t, struct canvas *c, struct area a)
{
  int width = a.cols < 80 ? 12 : 18;

  canvas_str(c, a, 0, 1, STYLE_HEAD, "like");
  canvas_str(c, a, 0, 7, STYLE_HEAD, "before after");
  canvas_str(c, a, 0, 21, STYLE_HEAD, "label");
  canvas_str(c, a, 0, 22 + width + (a.cols > 90 ? 11 : 0), STYLE_HEAD, "training text");
  t->list_area = area_rows(a, 1, a.rows - 3);
  if (t->sample && !t->n)
    canvas_str(c, t->list_area, 0, 1, STYLE_DIM, "no training text shares a word with it");
  list_draw(&t->list, c, t->list_area, true, draw_near, t);
  draw_count(t, c, a, a.rows - 1);
}

static void
draw_view(void *view, struct canvas *c, struct area a)
{
  struct text_view *t = view;
  const struct difference_text *d = text_of(t);
  const struct corpus *corpus = workbench_corpus(t->w);
  struct buf b = BUF_INIT;
  struct sample s;
  int row = 0;

  if (!d || !corpus_get(corpus, d->id, &s)) {
    part_empty(c, a, "The rows have changed\n`Esc` goes back to them.");
    return;
  }
  ask(t);
  canvas_printf(c, a, row++, 1, STYLE_HEAD, "test text %u   %zu of %zu   %s", d->id, t->at + 1, t->of->pair.difference.n,
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

/* ---- keys ---- */

static void
close_view(void *view)
{
  struct text_view *t = view;

  if (t->lookup) {
    t->lookup->owner = NULL;
    t->lookup->stop.wanted = true;
  }
  finder_free(t->finder);
  free(t->filters[0]);
  free(t->filters[1]);
  free(t);
}

static void
move_view(void *view, enum move m)
{
  list_move(&((struct text_view *)view)->list, m);
}

static void
step(struct workbench *w, void *view, int n)
{
  struct text_view *t = view;

  (void)w;
  if (n < 0 ? t->at > 0 : t->at + 1 < t->of->pair.difference.n)
    t->at += (size_t)n;
  list_go(&t->of->lists[PAGE_DIFFER], t->at);   /* Esc comes back to this one */
}

static void
show_all(struct workbench *w, void *view, int n)
{
  struct text_view *t = view;
  struct buf filter = BUF_INIT;

  (void)n;
  if (!text_of(t))
    return;
  buf_addf(&filter, "id:%u", text_of(t)->id);
  for (size_t i = 0; i < t->n && t->sample == text_of(t)->id; i++)
    buf_addf(&filter, ",%u", t->near[i].id);
  workbench_show(w, buf_str(&filter));
  buf_release(&filter);
}

static void
show_one(struct workbench *w, void *view, int n)
{
  struct text_view *t = view;
  char filter[24];

  (void)n;
  if (t->list.at >= t->n)
    return;
  snprintf(filter, sizeof filter, "id:%u", t->near[t->list.at].id);
  workbench_show(w, filter);
}

static void
mouse(void *view, const struct key *k, int row, int col)
{
  struct text_view *t = view;
  size_t i;

  (void)col;
  if (k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN)
    list_move(&t->list, k->mouse == MOUSE_WHEEL_UP ? MOVE_UP : MOVE_DOWN);
  else if (list_hit(&t->list, row + t->of->view_area.row - t->list_area.row, &i))
    list_go(&t->list, i);
  if (k->mouse == MOUSE_DOUBLE)
    show_one(t->w, t, 0);
}

static const struct binding bindings[] = {
  {.keys = "Enter", .action = show_one, .help = "the selected training text, in Curate", .hint = "in Curate"},
  {.keys = "c", .action = show_all, .help = "this text and the training texts like it, in Curate", .hint = "all in Curate"},
  {.keys = "[", .action = step, .n = -1, .help = "the text before, of those on which both differ"},
  {.keys = "]", .action = step, .n = 1, .help = "the text after, of those on which both differ", .hint = "next"},
  {.keys = NULL},
};

static const struct figure_row figures[] = {
  {"like", "how like the test text a training text is: cosine of the words that stand in both, rare ones counting more; 0..1"},
  {"before, after", "whether the row that was set against, and the selected one, learned from that text; blank: not known"},
  {"label", "of the training text: green where it is that of the test text, red where one of both says it wrongly"},
  {.name = NULL},
};

const struct view view_compare_text = {
  .name = "Text", .about = "a test text on which two rows differ, and the training texts that are most like it",
  .bindings = bindings, .figures = figures, .close = close_view, .draw = draw_view, .move = move_view, .mouse = mouse,
};

/* ---- opening ---- */

/* The filter of a side's training texts, to be freed; NULL: not known. */
static char *
filter_of(const struct compare *v, const struct pair_side *side)
{
  for (size_t i = 0; i < v->n; i++) {
    const struct compare_row *row = &v->rows[i];

    if (row->kind != side->kind || row->id != side->id)
      continue;
    if (row->kind == COMPARE_TEACHER)
      return NULL;
    if (row->kind == COMPARE_RUN && !*row->data)
      return xstrdup("split:train (status:accepted or origin:seed)");
    return *row->data ? xasprintf("split:train -status:rejected (%s)", row->data) : NULL;
  }
  return NULL;
}

void
compare_open_text(struct compare *v, size_t at)
{
  struct text_view *t = xcalloc(1, sizeof *t);

  *t = (struct text_view){.w = v->w, .of = v, .made = v->pair.made, .at = at,
                          .finder = finder_new(project_corpus(v->p))};
  t->filters[0] = filter_of(v, &v->pair.before);
  t->filters[1] = filter_of(v, &v->pair.after);
  workbench_open_over(v->w, &view_compare_text, t);
}
