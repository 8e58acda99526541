/* What Curate looks like. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/state.h"
#include "ui/view-curate.h"

#define FACET_COLS 26
#define FACET_COLS_NARROW 19

static const struct {
  uint32_t sign;
  enum style style;
} status_signs[N_STATUSES] = {{0xb7, STYLE_DIM}, {0x2713, STYLE_GOOD}, {0x2717, STYLE_BAD}};

/* Widths of the columns, the same for all rows. */
struct columns {
  struct curate *v;
  int id, label;
};

static int
digits(uint32_t n)
{
  int d = 1;

  while (n >= 10) {
    n /= 10;
    d++;
  }
  return d < 4 ? 4 : d;  /* so that a growing corpus seldom moves the columns */
}

static struct columns
columns_of(struct curate *v, int cols)
{
  struct columns k = {.v = v, .id = digits(corpus_count(v->corpus)), .label = 4};
  int most = cols >= 90 ? 20 : cols >= 60 ? 14 : 10;

  for (size_t i = 0; i < labels_count(v->labels) && k.label < most; i++) {
    const char *name = label_name(v->labels, (uint16_t)i);
    int width = canvas_width(name, strlen(name));

    k.label = width > k.label ? width : k.label;
  }
  k.label = k.label > most ? most : k.label;
  if (corpus_task(v->corpus) == TASK_MULTILABEL && cols >= 50)
    k.label += 8;
  return k;
}

static void
label_text(const struct curate *v, const struct sample *s, struct buf *out)
{
  if (s->n_labels)
    labels_join(out, v->labels, s->labels, s->n_labels, " ");
  else
    buf_adds(out, "-");
}

/* What the newest run says, where that is another label: at the row's right end. The columns it takes, 0 for none. */
static int
draw_hint(const struct columns *k, struct canvas *c, struct area a, const struct sample *s)
{
  struct curate *v = k->v;
  struct hint hint;
  const char *name;
  char p[16];

  if (a.cols < 48 || !hints_get(&v->hints, s->id, &hint) || sample_has_label(s, hint.label))
    return 0;
  name = label_name(v->labels, hint.label);
  snprintf(p, sizeof p, "%.2f", (double)hint.probability);
  a = area_cols(a, a.cols - k->label - 6, k->label + 6);
  canvas_put(c, a, 0, 0, STYLE_HINT, 0x2691);
  canvas_fit(c, a, 0, 2, k->label, STYLE_HINT, name, strlen(name));
  canvas_str(c, a, 0, k->label + 3, STYLE_HINT, p[0] == '0' ? p + 1 : p);
  return a.cols + 1;
}

static void
draw_sample(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct columns *k = arg;
  struct curate *v = k->v;
  struct buf b = BUF_INIT;
  struct sample s;
  bool there = corpus_get(v->corpus, v->rows.ids[i], &s);
  enum style text = !there || s.status == STATUS_REJECTED ? STYLE_DIM : STYLE_NORMAL;
  int col = 2;

  canvas_put(c, a, 0, 0, STYLE_KEY, here ? '>' : ' ');
  if (sieve_marked(&v->rows, v->rows.ids[i]))
    canvas_put(c, a, 0, 1, STYLE_MARKED, '*');
  buf_addf(&b, "%u", v->rows.ids[i]);
  canvas_right(c, a, 0, col, k->id, STYLE_DIM, buf_str(&b));
  col += k->id + 1;
  canvas_put(c, a, 0, col, status_signs[s.status].style, there ? status_signs[s.status].sign : '-');
  col += 2;
  buf_clear(&b);
  label_text(v, &s, &b);
  col = canvas_fit(c, a, 0, col, k->label, s.n_labels ? STYLE_LABEL : STYLE_DIM, buf_str(&b), b.n) + 1;
  buf_clear(&b);
  buf_add(&b, s.text, s.n_text < 2000 ? s.n_text : 2000);
  if (s.text2)
    buf_addf(&b, "  |  %.*s", (int)(s.n_text2 < 2000 ? s.n_text2 : 2000), s.text2);
  canvas_fit(c, a, 0, col, a.cols - col - draw_hint(k, c, a, &s), text, buf_str(&b), b.n);
  buf_release(&b);
}

/* The filter, the order, and how many pass. */
static void
draw_head(struct curate *v, struct canvas *c, struct area a)
{
  char n[32], of[32], right[128];
  struct corpus_counts counts;
  int width, col = 1, at = 0;

  corpus_counts(v->corpus, &counts);
  if (v->rows.n_marks)
    at = snprintf(right, sizeof right, "%zu marked  ", v->rows.n_marks);
  snprintf(right + at, sizeof right - (size_t)at, "%s of %s", frame_count(v->rows.n, n), frame_count(counts.n, of));
  width = (int)strlen(right);
  if (*v->rows.filter)
    col = canvas_fit(c, a, 0, col, canvas_width(v->rows.filter, strlen(v->rows.filter)) < a.cols - width - 4
                                     ? canvas_width(v->rows.filter, strlen(v->rows.filter)) : a.cols - width - 4,
                     STYLE_BOLD, v->rows.filter, strlen(v->rows.filter)) + 1;
  else
    col = canvas_str(c, a, 0, col, STYLE_DIM, "all samples") + 1;
  if (*v->rows.sort && col + 8 < a.cols - width)
    canvas_printf(c, area_cols(a, 0, a.cols - width - 2), 0, col + 1, STYLE_DIM, "by %s%s", v->rows.reverse ? "-" : "",
                  v->rows.sort);
  canvas_right(c, a, 0, a.cols - width - 1, width, v->rows.n_marks ? STYLE_MARKED : STYLE_DIM, right);
}

/* ---- the selected sample ---- */

static void
add_attributes(struct pane *p, const char *attributes)
{
  const char *name, *value;
  size_t n_name, n_value;

  while (attribute_next(&attributes, &name, &n_name, &value, &n_value)) {
    pane_str(p, STYLE_DIM, "  ");
    pane_add(p, STYLE_DIM, name, n_name);
    pane_str(p, STYLE_DIM, "=");
    pane_add(p, STYLE_NORMAL, value, n_value);
  }
}

static void
add_provenance(struct curate *v, struct pane *p, const struct sample *s)
{
  const char *template = corpus_name(v->corpus, NAME_TEMPLATE, s->template_id);
  const char *teacher = corpus_name(v->corpus, NAME_TEACHER, s->teacher_id);
  uint32_t words;

  pane_printf(p, STYLE_DIM, "%s", origin_name(s->origin));
  if (s->template_id && *template)
    pane_printf(p, STYLE_DIM, " by %s", template);
  if (s->teacher_id && *teacher)
    pane_printf(p, STYLE_DIM, " (%s)", teacher);
  add_attributes(p, s->attributes ? s->attributes : "");
  if (s->request_id)
    pane_printf(p, STYLE_DIM, "  request %u", s->request_id);
  words = sample_words(s->text, s->n_text);
  pane_printf(p, STYLE_DIM, "  %u word%s\n", words, words == 1 ? "" : "s");
}

static void
add_parent(struct curate *v, struct pane *p, const struct sample *s)
{
  struct sample parent;

  if (!s->parent_id)
    return;
  pane_printf(p, STYLE_DIM, "made from %u: ", s->parent_id);
  corpus_get(v->corpus, s->parent_id, &parent);
  pane_add(p, STYLE_NORMAL, parent.text ? parent.text : "", parent.n_text);
  pane_str(p, STYLE_NORMAL, "\n");
}

static void
add_hint(struct curate *v, struct pane *p, const struct sample *s)
{
  struct hint hint;

  if (!hints_get(&v->hints, s->id, &hint))
    return;
  pane_printf(p, STYLE_DIM, "%s says ", v->hints.run);
  pane_printf(p, sample_has_label(s, hint.label) ? STYLE_NORMAL : STYLE_HINT, "%s %.2f\n",
              label_name(v->labels, hint.label),
              (double)hint.probability);
}

static void
fill_detail(struct curate *v, const struct sample *s)
{
  struct pane *p = &v->detail;

  pane_add(p, STYLE_NORMAL, s->text, s->n_text);
  pane_str(p, STYLE_NORMAL, "\n");
  if (s->text2) {
    pane_str(p, STYLE_DIM, "second text  ");
    pane_add(p, STYLE_NORMAL, s->text2, s->n_text2);
    pane_str(p, STYLE_NORMAL, "\n");
  }
  add_provenance(v, p, s);
  add_hint(v, p, s);
  opinion_add(&v->opinion, p, s);
  add_parent(v, p, s);
}

static void
draw_detail_head(struct curate *v, struct canvas *c, struct area a, const struct sample *s)
{
  struct buf b = BUF_INIT;
  int col;

  label_text(v, s, &b);
  col = canvas_printf(c, a, 0, 1, STYLE_BOLD, "%u", s->id) + 2;
  col = canvas_str(c, a, 0, col, STYLE_LABEL, buf_str(&b)) + 2;
  canvas_put(c, a, 0, col, status_signs[s->status].style, status_signs[s->status].sign);
  col = canvas_str(c, a, 0, col + 2, STYLE_NORMAL, s->gone ? "undone" : status_name(s->status)) + 2;
  col = canvas_str(c, a, 0, col, STYLE_DIM, split_name(s->split)) + 2;
  if (v->editing)
    canvas_str(c, a, 0, col, STYLE_KEY, v->editing_second ? "editing second text" : "editing");
  buf_release(&b);
}

static void
draw_detail(struct curate *v, struct canvas *c, struct area a)
{
  struct area text = area_cols(area_rows(a, 1, a.rows - 1), 1, a.cols - 2);
  struct sample s;

  if (!v->id || (!corpus_get(v->corpus, v->id, &s) && !s.gone))
    return;
  if (v->detail_of != v->id)
    v->detail.top = 0;
  v->detail_of = v->id;
  draw_detail_head(v, c, area_rows(a, 0, 1), &s);
  if (v->editing) {
    editor_draw(&v->editor, c, text, NULL, true);
    return;
  }
  pane_clear(&v->detail);
  fill_detail(v, &s);
  pane_draw(&v->detail, c, text);
}

/* ---- the whole ---- */

static void
draw_empty(struct curate *v, struct canvas *c, struct area a)
{
  bool none = corpus_count(v->corpus) == 0;

  canvas_str(c, a, 1, 2, STYLE_NORMAL, v->rows.working ? "searching" : none ? "no samples yet"
             : "no sample passes this filter");
  if (!v->rows.working)
    canvas_str(c, a, 2, 2, STYLE_DIM, none ? ":import FILE reads some, :generate has a teacher write them"
               : "/ another filter   Esc all samples");
}

void
curate_draw(void *view, struct canvas *c, struct area a)
{
  struct curate *v = view;
  int left = a.cols >= 76 ? FACET_COLS : a.cols >= 60 ? FACET_COLS_NARROW : 0;
  int below = a.rows >= 40 ? 14 : a.rows >= 22 ? 8 : a.rows >= 18 ? 7 : a.rows >= 16 ? 6 : 4;
  struct area facets = area_cols(a, 0, left), right = area_cols(a, left + 1, a.cols - left - 1);
  struct area list = area_rows(right, 1, right.rows - below - 2), detail = area_rows(right, right.rows - below, below);
  struct columns k = columns_of(v, right.cols);

  v->facet_area = (struct area){0, 0, facets.rows, facets.cols};
  v->list_area = (struct area){list.row - a.row, list.col - a.col, list.rows, list.cols};
  v->detail_area = (struct area){detail.row - a.row, detail.col - a.col, detail.rows, detail.cols};
  canvas_vline(c, a, left, STYLE_RULE);
  facets_draw(&v->facets, c, facets, v->pane == PANE_FACETS, v->rows.filter);
  draw_head(v, c, area_rows(right, 0, 1));
  canvas_hline(c, right, right.rows - below - 1, v->pane == PANE_DETAIL ? STYLE_KEY : STYLE_RULE);
  if (v->rows.n)
    list_draw(&v->list, c, list, v->pane == PANE_LIST && !v->editing, draw_sample, &k);
  else
    draw_empty(v, c, list);
  draw_detail(v, c, detail);
}
