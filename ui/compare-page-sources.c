/* What the samples of each source are worth: the arm with them minus the arm without them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/facet-term.h"
#include "ui/scale.h"
#include "ui/view-compare.h"

#define FIGURE_COLS 30           /* worth, its interval, p */

struct worths {
  struct compare *v;
  const struct found_source **rows;
  size_t n;
  struct scale scale;
  int name_cols, texts_cols, cost_cols, scale_cols;
};

static bool
is_sure(const struct found_source *s)
{
  return s->p_holm < .05;
}

/* By kind and name as they come, within them what is sure, then the most worth first. */
static int
by_worth(const void *x, const void *y)
{
  const struct found_source *a = *(const struct found_source *const *)x, *b = *(const struct found_source *const *)y;
  int kind = strcmp(a->kind, b->kind), name = strcmp(a->name, b->name);

  if (kind || name)
    return kind ? -kind : name;
  if (is_sure(a) != is_sure(b))
    return is_sure(a) ? -1 : 1;
  return a->worth > b->worth ? -1 : a->worth < b->worth ? 1 : a < b ? -1 : a > b;
}

/* To be freed. */
static const struct found_source **
in_order(const struct findings *f)
{
  const struct found_source **rows = xcalloc(f->n_sources + 1, sizeof *rows);

  for (size_t i = 0; i < f->n_sources; i++)
    rows[i] = &f->sources[i];
  qsort(rows, f->n_sources, sizeof *rows, by_worth);
  return rows;
}

static char *
title_of(const struct found_source *s)
{
  return xasprintf("%s=%s", *s->name ? s->name : s->kind, s->value);
}

static void
lay_out(struct worths *t, int cols)
{
  int longest = 12, room;
  bool attributes = false;

  for (size_t i = 0; i < t->n; i++)
    attributes = attributes || *t->rows[i]->name;
  scale_init(&t->scale);
  for (size_t i = 0; i < t->n; i++) {
    char *title = title_of(t->rows[i]);
    int w = canvas_width(title, strlen(title));

    longest = w > longest ? w : longest;
    if (!attributes || *t->rows[i]->name)   /* a whole template would press what its values are worth together */
      scale_take(&t->scale, t->rows[i]->worth, t->rows[i]->ci95);
    free(title);
  }
  scale_close(&t->scale, true);
  t->name_cols = longest < cols * 2 / 5 ? longest : cols * 2 / 5;
  room = cols - 2 - t->name_cols - FIGURE_COLS;
  t->texts_cols = room > 20 ? 7 : 0;
  t->cost_cols = room > 50 ? 18 : 0;
  t->scale_cols = room - t->texts_cols - t->cost_cols - 2;
  t->scale_cols = t->scale_cols > 70 ? 70 : t->scale_cols < 8 ? 0 : t->scale_cols;
}

static void
draw_heads(const struct worths *t, struct canvas *c, struct area a)
{
  int col = 1 + t->name_cols;

  canvas_str(c, a, 0, 1, STYLE_HEAD, "source");
  if (t->texts_cols)
    canvas_right(c, a, 0, col, t->texts_cols, STYLE_HEAD, "texts");
  col += t->texts_cols + 1;
  if (t->scale_cols)
    scale_head(&t->scale, c, a, 0, col, t->scale_cols, true);
  col += t->scale_cols;
  canvas_str(c, a, 0, col + 1, STYLE_HEAD, "points  95 %");
  if (t->cost_cols) {
    canvas_right(c, a, 0, col + FIGURE_COLS, 8, STYLE_HEAD, "cost");
    canvas_right(c, a, 0, col + FIGURE_COLS + 9, 9, STYLE_HEAD, "points/$");
  }
}

static void
draw_source(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  const struct worths *t = arg;
  const struct found_source *s = t->rows[i];
  char *title = title_of(s), n[PART_TEXT], lo[PART_TEXT], hi[PART_TEXT];
  bool shown = is_sure(s);
  int col = canvas_fit(c, a, 0, 1, t->name_cols, shown ? STYLE_BOLD : STYLE_NORMAL, title, strlen(title));

  (void)here;
  if (t->texts_cols)
    canvas_right(c, a, 0, col, t->texts_cols, STYLE_NUMBER, part_count((double)s->n, n));
  col += t->texts_cols + 1;
  if (t->scale_cols)
    scale_draw(&t->scale, c, a, 0, col, t->scale_cols, s->worth, s->ci95, shown ? STYLE_BAR : STYLE_DIM);
  col += t->scale_cols;
  canvas_right(c, a, 0, col + 1, 5, !shown ? STYLE_NORMAL : s->worth > 0 ? STYLE_GOOD : STYLE_BAD,
               part_points(s->worth, n));
  canvas_printf(c, a, 0, col + 7, STYLE_DIM, "%s to %s", part_points(s->ci95.lo, lo), part_points(s->ci95.hi, hi));
  canvas_str(c, area_cols(a, col + 23, 7), 0, 0, shown ? STYLE_NORMAL : STYLE_DIM,
             part_p(isfinite(s->p_holm) ? s->p_holm : s->p, n));
  if (t->cost_cols) {
    canvas_right(c, a, 0, col + FIGURE_COLS, 8, STYLE_NUMBER, part_money(s->cost_usd, n));
    canvas_right(c, a, 0, col + FIGURE_COLS + 9, 9, STYLE_NUMBER,
                 isfinite(s->per_usd) ? part_short(round(100 * s->per_usd), n) : "–");
  }
  free(title);
}

/* The whole of the selected one, since its name may be a sentence. */
static void
draw_selected(const struct worths *t, struct canvas *c, struct area a)
{
  size_t at = t->v->lists[PAGE_SOURCES].at;
  const struct found_source *s = at < t->n ? t->rows[at] : NULL;
  char *title = s ? title_of(s) : xstrdup("");
  struct buf b = BUF_INIT;

  if (s)
    buf_addf(&b, "%s: the accuracy of %s %s with these %zu texts, minus its accuracy without them", title,
             s->student ? s->student : "", s->arm ? s->arm : "", s->n);
  compare_draw_wrapped(c, a, 0, STYLE_DIM, buf_str(&b));
  buf_release(&b);
  free(title);
}

static void
draw(struct compare *v, struct canvas *c, struct area a, bool focus)
{
  struct worths t = {.v = v, .n = v->findings ? v->findings->n_sources : 0};
  struct list *list = &v->lists[PAGE_SOURCES];
  int below = a.rows > 7 ? 3 : 0;

  if (!t.n) {
    part_empty(c, a, !v->findings ? "No experiment to draw\n`n` starts one."
               : "No source was left out\n`n` starts an experiment with worth: what each template,\n"
                 "teacher or attribute value is worth.");
    return;
  }
  t.rows = in_order(v->findings);
  lay_out(&t, a.cols - 1);
  draw_heads(&t, c, a);
  list->n = t.n;
  v->page_area = area_rows(a, 1, a.rows - 1 - below);
  list_draw(list, c, v->page_area, focus, draw_source, &t);
  if (below)
    draw_selected(&t, c, area_rows(a, a.rows - below + 1, below - 1));
  free(t.rows);
}

static void
move(struct compare *v, enum move m)
{
  list_move(&v->lists[PAGE_SOURCES], m);
}

/* Its samples, in Curate. */
static void
enter(struct compare *v)
{
  const struct found_source **rows = v->findings && v->findings->n_sources ? in_order(v->findings) : NULL, *s;
  size_t at = v->lists[PAGE_SOURCES].at;
  struct buf filter = BUF_INIT;
  char *field;

  if (rows && at < v->findings->n_sources) {
    s = rows[at];
    field = *s->name ? xasprintf("attr.%s", s->name) : xstrdup(s->kind);
    facet_choose(&(struct facet_term){.field = field, .value = s->value}, "split:train", &filter);
    workbench_show(v->w, buf_str(&filter));
    free(field);
  }
  buf_release(&filter);
  free(rows);
}

const struct compare_page compare_page_sources = {.name = "sources", .brief = "worth", .key = "r", .draw = draw,
                                                  .move = move, .enter = enter};
