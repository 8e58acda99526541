/* The labels of the selected row: precision, recall, F1, and its effect on F1 with an interval. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/scale.h"
#include "ui/view-compare.h"

#define IDS_MAX 1000             /* of a filter that Curate is sent to */
#define COLUMNS_MAX 6            /* rows that are set beside it */

struct labels_page {
  const struct compare_row *row;
  const struct compare_label **labels;  /* of the row, in the order in which they are shown */
  const struct compare_row *beside[COLUMNS_MAX];  /* marked rows; or the one that it is set against */
  size_t n_beside;
  bool effects;                  /* the row has differences of its own, with intervals */
  struct scale scale;
  int name_cols, scale_cols;
};

static const struct compare_label *
label_of(const struct compare_row *row, const char *label)
{
  for (size_t i = 0; i < row->n_labels; i++)
    if (strcmp(row->labels[i].label, label) == 0)
      return &row->labels[i];
  return NULL;
}

static void
find_beside(struct compare *v, struct labels_page *t)
{
  const struct compare_row *other = compare_other(v);

  for (size_t i = 0; i < v->n && t->n_beside < COLUMNS_MAX; i++)
    if (v->rows[i].marked && &v->rows[i] != t->row && v->rows[i].n_labels)
      t->beside[t->n_beside++] = &v->rows[i];
  if (!t->n_beside && other && other->n_labels)
    t->beside[t->n_beside++] = other;
}

/* What stands beside is left out from its end, and before it the effects are. */
static void
lay_out(struct labels_page *t, int cols)
{
  int longest = 6, room;

  scale_init(&t->scale);
  for (size_t i = 0; i < t->row->n_labels; i++) {
    const struct compare_label *l = &t->row->labels[i];
    int w = canvas_width(l->label, strlen(l->label));

    longest = w > longest ? w : longest;
    t->effects = t->effects || isfinite(l->difference);
    scale_take(&t->scale, l->difference, l->ci95);
  }
  scale_close(&t->scale, true);
  t->name_cols = longest < cols / 3 ? longest : cols / 3;
  room = cols - t->name_cols - 2 - 24 - (t->effects ? 16 : 0);
  while (t->n_beside && room - 15 * (int)t->n_beside < 0)
    t->n_beside--;
  room -= 15 * (int)t->n_beside;
  t->scale_cols = room - 2 > 60 ? 60 : room - 2 < 10 ? 0 : room - 2;
}

/* The least effect first, what has none by F1; what is not known last. */
static int
by_effect(const void *x, const void *y)
{
  const struct compare_label *a = *(const struct compare_label *const *)x, *b = *(const struct compare_label *const *)y;
  bool effects = isfinite(a->difference) && isfinite(b->difference);
  double m = effects ? a->difference : a->f1, n = effects ? b->difference : b->f1;

  if (isfinite(a->difference) != isfinite(b->difference))
    return isfinite(a->difference) ? -1 : 1;
  return m < n ? -1 : m > n ? 1 : a < b ? -1 : a > b;
}

static void
order_labels(const struct compare *v, struct labels_page *t)
{
  t->labels = xcalloc(t->row->n_labels, sizeof *t->labels);
  for (size_t i = 0; i < t->row->n_labels; i++)
    t->labels[i] = &t->row->labels[i];
  if (v->worst_first)
    qsort(t->labels, t->row->n_labels, sizeof *t->labels, by_effect);
}

static void
draw_heads(const struct labels_page *t, struct canvas *c, struct area a)
{
  int col = t->name_cols + 2;

  canvas_str(c, a, 0, 1, STYLE_HEAD, "label");
  canvas_right(c, a, 0, col, 5, STYLE_HEAD, "texts");
  canvas_right(c, a, 0, col + 5, 6, STYLE_HEAD, "prec.");
  canvas_right(c, a, 0, col + 11, 7, STYLE_HEAD, "recall");
  canvas_right(c, a, 0, col + 18, 5, STYLE_HEAD, "F1");
  col += 24;
  if (t->effects) {
    canvas_right(c, a, 0, col, 6, STYLE_HEAD, "ΔF1");
    col += 16;
  }
  if (t->effects && t->scale_cols)
    scale_head(&t->scale, c, a, 0, col, t->scale_cols, true);
  col += t->scale_cols ? t->scale_cols + 2 : 0;
  for (size_t i = 0; i < t->n_beside; i++, col += 15)
    canvas_fit(c, a, 0, col, 14, STYLE_HEAD, t->beside[i]->name, strlen(t->beside[i]->name));
}

static void
draw_effect(const struct labels_page *t, const struct compare_label *l, struct canvas *c, struct area a, int col)
{
  bool shown = l->p < .05;
  char n[PART_TEXT];

  canvas_right(c, a, 0, col, 6, !shown ? STYLE_NORMAL : l->difference > 0 ? STYLE_GOOD : STYLE_BAD,
               part_points(l->difference, n));
  if (isfinite(l->p))
    canvas_str(c, a, 0, col + 7, shown ? STYLE_NORMAL : STYLE_DIM, part_p(l->p, n));
  if (t->scale_cols)
    scale_draw(&t->scale, c, a, 0, col + 16, t->scale_cols, l->difference, l->ci95, shown ? STYLE_BAR : STYLE_DIM);
}

static void
draw_label(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  const struct labels_page *t = arg;
  const struct compare_label *l = t->labels[i], *other;
  int col = canvas_fit(c, a, 0, 1, t->name_cols, STYLE_LABEL, l->label, strlen(l->label)) + 1;
  char n[PART_TEXT];

  (void)here;
  canvas_right(c, a, 0, col, 5, STYLE_NUMBER, part_count(l->n, n));
  canvas_right(c, a, 0, col + 5, 6, STYLE_DIM, part_score(l->precision, n));
  canvas_right(c, a, 0, col + 11, 7, STYLE_DIM, part_score(l->recall, n));
  canvas_right(c, a, 0, col + 18, 5, STYLE_BOLD, part_score(l->f1, n));
  col += 24;
  if (t->effects)
    draw_effect(t, l, c, a, col);
  else if (t->scale_cols)
    canvas_bar(c, a, 0, col + 1, t->scale_cols, STYLE_BAR, isfinite(l->f1) ? l->f1 : 0);
  col += (t->effects ? 16 : 0) + (t->scale_cols ? t->scale_cols + 2 : 0);
  for (size_t k = 0; k < t->n_beside; k++, col += 15) {
    other = label_of(t->beside[k], l->label);
    canvas_right(c, a, 0, col, 5, STYLE_NUMBER, part_score(other ? other->f1 : NAN, n));
    if (other && isfinite(l->f1 - other->f1))
      canvas_right(c, a, 0, col + 6, 6, l->f1 > other->f1 ? STYLE_GOOD : l->f1 < other->f1 ? STYLE_BAD : STYLE_DIM,
                   part_points(l->f1 - other->f1, n));
  }
}

static void
draw(struct compare *v, struct canvas *c, struct area a, bool focus)
{
  struct labels_page t = {.row = compare_selected(v)};
  struct list *list = &v->lists[PAGE_LABELS];

  if (!t.row || !t.row->n_labels) {
    part_empty(c, a, !t.row ? "No row is selected" : t.row->kind == COMPARE_RUN
               ? "Not evaluated on the test texts yet\n`e` does it." : "Nothing is known of its labels");
    return;
  }
  compare_ask_pair(v);           /* for Enter */
  find_beside(v, &t);
  lay_out(&t, a.cols - 1);
  order_labels(v, &t);
  draw_heads(&t, c, a);
  list_keep(list, t.row->n_labels, list->at);
  v->page_area = area_rows(a, 1, a.rows - 1);
  list->quiet = true;
  list_draw(list, c, v->page_area, focus, draw_label, &t);
  free(t.labels);
}

/* Whether the text has the label and most seeds are wrong about it. */
static bool
is_missed(const struct compare *v, const struct testimony *said, const struct statement *x, const char *label)
{
  const struct corpus *c = project_corpus(v->p);
  struct sample s;

  return 2 * (size_t)x->n_right <= said->n_seeds && corpus_get(c, x->id, &s)
         && sample_has_label(&s, label_find(corpus_labels(c), label, strlen(label)));
}

/* The texts of the selected label that the row has wrong, in Curate. */
static void
enter(struct compare *v)
{
  struct labels_page t = {.row = compare_selected(v)};
  const struct testimony *said = &v->pair.said[1];
  size_t at = v->lists[PAGE_LABELS].at, n = 0;
  struct buf filter = BUF_INIT;

  if (!t.row || at >= t.row->n_labels || !v->pair.known)
    return;
  order_labels(v, &t);
  for (size_t i = 0; i < said->n && n < IDS_MAX; i++)
    if (is_missed(v, said, &said->rows[i], t.labels[at]->label))
      buf_addf(&filter, "%s%u", n++ ? "," : "id:", said->rows[i].id);
  if (n)
    workbench_show(v->w, buf_str(&filter));
  else
    workbench_say(v->w, "%s has all its texts right", t.labels[at]->label);
  buf_release(&filter);
  free(t.labels);
}

static void
move(struct compare *v, enum move m)
{
  list_move(&v->lists[PAGE_LABELS], m);
}

const struct compare_page compare_page_labels = {.name = "labels", .brief = "label", .key = "l", .draw = draw,
                                                 .move = move, .enter = enter};
