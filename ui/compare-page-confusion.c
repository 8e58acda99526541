/* Which label is taken for which: as a matrix where it fits, and as a list of mistakes, the most frequent first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/corpus.h"
#include "ui/view-compare.h"

#define CELL 5
#define IDS_MAX 1000             /* of a filter that Curate is sent to */

static const char *
name_of(const struct compare *v, size_t label)
{
  return label_name(corpus_labels(project_corpus(v->p)), (uint16_t)label);
}

static int
names_width(const struct compare *v, int most)
{
  int width = 5;

  for (size_t i = 0; i < v->pair.confusion.n; i++) {
    int w = canvas_width(name_of(v, i), strlen(name_of(v, i)));

    width = w > width ? w : width;
  }
  return width < most ? width : most;
}

static void
draw_matrix(const struct compare *v, struct canvas *c, struct area a, int name_cols)
{
  const struct confusion *k = &v->pair.confusion;

  for (uint32_t i = 0; i < k->n; i++)
    canvas_fit(c, a, 0, name_cols + 3 + (int)i * CELL, CELL - 1, STYLE_HEAD, name_of(v, i), strnlen(name_of(v, i), 4));
  for (uint32_t i = 0; i < k->n; i++) {
    canvas_fit(c, a, (int)i + 1, 1, name_cols, STYLE_LABEL, name_of(v, i), strlen(name_of(v, i)));
    for (uint32_t j = 0; j < k->n; j++) {
      uint32_t x = k->counts[i * k->n + j];
      char number[PART_TEXT];

      canvas_right(c, a, (int)i + 1, name_cols + 2 + (int)j * CELL, CELL - 1,
                   x == 0 ? STYLE_DIM : i == j ? STYLE_GOOD : STYLE_BAD, x ? part_short(x, number) : "·");
    }
  }
}

static void
draw_pair(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  const struct compare *v = arg;
  const struct confusion_pair *p = &v->pair.confusion.pairs[i];
  int half = (a.cols - 14) / 2 > 24 ? 24 : (a.cols - 14) / 2, col;

  (void)here;
  col = canvas_printf(c, a, 0, 1, STYLE_NUMBER, "%5u  ", p->count);
  col = canvas_fit(c, a, 0, col, half, STYLE_LABEL, name_of(v, p->truth), strlen(name_of(v, p->truth)));
  col = canvas_str(c, a, 0, col, STYLE_DIM, " for ");
  canvas_fit(c, a, 0, col, half, STYLE_BAD, name_of(v, p->said), strlen(name_of(v, p->said)));
}

static void
draw_pairs(struct compare *v, struct canvas *c, struct area a, bool focus)
{
  struct list *list = &v->lists[PAGE_CONFUSION];

  canvas_str(c, a, 0, 1, STYLE_HEAD, v->pair.said[1].n_seeds > 1 ? "texts, over all seeds, taken for"
             : "texts  taken for");
  list_keep(list, v->pair.confusion.n_pairs, list->at);
  list->quiet = true;
  v->page_area = area_rows(a, 1, a.rows - 1);
  list_draw(list, c, v->page_area, focus, draw_pair, v);
}

static void
draw(struct compare *v, struct canvas *c, struct area a, bool focus)
{
  const struct confusion *k = &v->pair.confusion;
  int names = names_width(v, 16), width = names + 3 + (int)k->n * CELL;

  compare_ask_pair(v);
  if (!v->pair.known)
    return;
  if (!k->n || !k->counts) {
    if (*v->pair.wrong)
      compare_draw_wrapped(c, a, 1, STYLE_WARN, v->pair.wrong);
    else
      part_empty(c, a, v->pair.said[1].n ? "No confusion\nIt is of one label a text."
                 : "Nothing is known\nIt needs an evaluation (`e`).");
    return;
  }
  if (k->n > 60 || width + 36 > a.cols || (int)k->n + 1 > a.rows) {
    draw_pairs(v, c, a, focus);
    return;
  }
  draw_matrix(v, c, area_cols(a, 0, width), names);
  canvas_vline(c, area_rows(a, 0, (int)k->n + 1), width + 1, STYLE_RULE);
  draw_pairs(v, c, area_cols(a, width + 2, a.cols - width - 2), focus);
}

static void
move(struct compare *v, enum move m)
{
  list_move(&v->lists[PAGE_CONFUSION], m);
}

/* The texts of the selected mistake, in Curate. */
static void
enter(struct compare *v)
{
  const struct corpus *c = project_corpus(v->p);
  const struct testimony *said = &v->pair.said[1];
  size_t at = v->lists[PAGE_CONFUSION].at, n = 0;
  const struct confusion_pair *pair = at < v->pair.confusion.n_pairs ? &v->pair.confusion.pairs[at] : NULL;
  struct buf filter = BUF_INIT;
  struct sample s;

  for (size_t i = 0; pair && i < said->n && n < IDS_MAX; i++) {
    const struct statement *x = &said->rows[i];

    if (x->n_labels == 1 && said->labels[x->from] == pair->said && corpus_get(c, x->id, &s)
        && sample_label(&s) == pair->truth)
      buf_addf(&filter, "%s%u", n++ ? "," : "id:", x->id);
  }
  if (n)
    workbench_show(v->w, buf_str(&filter));
  else if (pair)
    workbench_say(v->w, "in most of the seeds no text is taken so");
  buf_release(&filter);
}

const struct compare_page compare_page_confusion = {.name = "confusion", .brief = "conf", .key = "c", .draw = draw,
                                                    .move = move, .enter = enter};
