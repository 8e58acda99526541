/* A test text on which two rows of Compare differ, big, with the training texts that are most like it: what one row had
 * learned and the other had not. It opens over Compare; from here one goes to Curate. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/filter.h"
#include "ui/compare-text.h"

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

/* Which of them pass the filter of a side. */
static void
mark_side(const struct text_lookup *l, int side, struct near_text *near, size_t n)
{
  uint32_t *ids = NULL;
  size_t n_ids = 0;

  if (!l->filters[side] || filter_ids(l->corpus, l->filters[side], NULL, &ids, &n_ids, NULL))
    return;
  for (size_t i = 0; i < n; i++)
    near[i].in[side] = bsearch(&near[i].id, ids, n_ids, sizeof *ids, by_number) != NULL;
  free(ids);
}

/* Of what can be learned from, the most similar that one of both did learn from, or may have. */
static void
lookup_work(void *arg)
{
  struct text_lookup *l = arg;
  struct neighbour found[NEAR_MAX];
  struct near_text near[NEAR_MAX];
  size_t n_found = finder_ask(l->finder, l->sample, NEAR_MAX, 0, &l->stop, found), n = 0;
  struct sample s;

  for (size_t i = 0; i < n_found; i++)
    if (corpus_get(l->corpus, found[i].id, &s) && s.split != SPLIT_TEST && s.split != SPLIT_VALID && s.n_labels)
      near[n++] = (struct near_text){s.id, found[i].similarity, {-1, -1}};
  for (int side = 0; side < 2; side++)
    mark_side(l, side, near, n);
  for (size_t i = 0; i < n && l->n < SHOWN_MAX; i++)
    if (near[i].in[0] || near[i].in[1])
      l->near[l->n++] = near[i];
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

const struct difference_text *
compare_text_of(const struct text_view *t)
{
  const struct compare_pair *p = &t->of->pair;

  return p->known && p->made == t->made && t->at < p->difference.n ? &p->difference.texts[t->at] : NULL;
}

void
compare_text_ask(struct text_view *t)
{
  const struct difference_text *d = compare_text_of(t);
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
  if (!compare_text_of(t))
    return;
  buf_addf(&filter, "id:%u", compare_text_of(t)->id);
  for (size_t i = 0; i < t->n && t->sample == compare_text_of(t)->id; i++)
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
  {.keys = "c", .action = show_all, .help = "this text and the training texts like it, in Curate",
   .hint = "all in Curate"},
  {.keys = "[", .action = step, .n = -1, .help = "the text before, of those on which both differ"},
  {.keys = "]", .action = step, .n = 1, .help = "the text after, of those on which both differ", .hint = "next"},
  {.keys = NULL},
};

static const struct figure_row figures[] = {
  {"like", "how like the test text a training text is: cosine of the words that stand in both, rare ones counting "
           "more; 0..1"},
  {"before, after", "whether the row that was set against, and the selected one, learned from that text; blank: not "
                    "known"},
  {"label", "of the training text: green where it is that of the test text, red where one of both says it wrongly"},
  {.name = NULL},
};

const struct view view_compare_text = {
  .name = "Text", .about = "a test text on which two rows differ, and the training texts that are most like it",
  .bindings = bindings, .figures = figures, .close = close_view, .draw = compare_text_draw, .move = move_view,
    .mouse = mouse,
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
    return *row->data ? xasprintf("-split:test -split:valid -status:rejected (%s)", row->data) : NULL;
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
