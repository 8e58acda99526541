/* What is known of one sample: its text, who says what of it, figures, where it came from. For the pane below the table
 * and for the card. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "curate/reason.h"
#include "ui/view-curate.h"

void
detail_label(const struct curate *v, const struct sample *s, struct buf *out)
{
  if (s->n_labels)
    labels_join(out, v->labels, s->labels, s->n_labels, " ");
  else
    buf_adds(out, "no label");
}

void
detail_texts(const struct curate *v, struct pane *p, const struct sample *s)
{
  grounds_text(&v->grounds, p, s, false);
  pane_str(p, STYLE_NORMAL, "\n");
  if (!s->text2)
    return;
  pane_str(p, STYLE_DIM, "second text  ");
  grounds_text(&v->grounds, p, s, true);
  pane_str(p, STYLE_NORMAL, "\n");
}

void
curate_why(struct workbench *w, void *view, int n)
{
  struct curate *v = view;

  (void)n;
  v->grounds.on = !v->grounds.on;
  grounds_ask(&v->grounds, v->id);
  workbench_say(w, v->grounds.on ? "bold: speaks for what the newest run says, underlined too: strongly; underlined "
                                   "alone: against it" : "words are plain again");
}

/* ---- what the figures mean, for ? ---- */

#define FIGURES_MAX 64

struct figure_row curate_figures[FIGURES_MAX + 1];

/* Made from the rows of the signals, once: names, what they say, where the method is from. */
void
detail_name_figures(void)
{
  static const struct figure_row said[] = {
    {"person teacher student", "whose word each label is: = the same as the sample's label, \xe2\x89\xa0 another"},
    {"loss", "-ln of the probability that the newest run gave the sample's label; high where it does not believe it"},
    {"\xe2\x9a\x91", "the student says another label, and how sure it is; t takes it"},
    {"done, a minute, left", "on the card: decisions of this session, how fast (breaks over two minutes do not "
     "count), and what is still new in this filter"},
  };
  static char meanings[FIGURES_MAX][400];
  size_t n = 0;

  if (curate_figures[0].name)
    return;
  for (size_t i = 0; i < N_OF(said); i++)
    curate_figures[n++] = said[i];
  for (const struct signal_row *r = signal_rows; r->name && n < FIGURES_MAX; r++, n++) {
    snprintf(meanings[n], sizeof meanings[n], "%s (%s%s%s)", r->summary, signal_source_names[r->source],
             *r->reference ? "; " : "", r->reference);
    curate_figures[n] = (struct figure_row){r->name, meanings[n]};
  }
}

/* ---- person, teacher and student ---- */

/* "= billing" or "\xe2\x89\xa0 billing": the same label or another. */
static void
add_word(struct curate *v, struct pane *p, const struct sample *s, const char *who, uint16_t label)
{
  bool same = sample_has_label(s, label);

  pane_printf(p, STYLE_DIM, "   %s ", who);
  pane_str(p, same ? STYLE_GOOD : STYLE_HINT, same ? "= " : "\xe2\x89\xa0 ");
  pane_str(p, same ? STYLE_NORMAL : STYLE_HINT,
           label == LABEL_NONE ? "none of the labels" : label_name(v->labels, label));
}

/* What both of them say against the label, in words. */
static void
add_verdict(struct pane *p, const struct sample *s, bool taught, uint16_t teacher, bool learned, uint16_t student)
{
  int against = (taught && !sample_has_label(s, teacher)) + (learned && !sample_has_label(s, student));

  if (taught && learned && against == 0)
    pane_str(p, STYLE_GOOD, "   all agree");
  else if (against == 2)
    pane_str(p, STYLE_HINT, teacher == student ? "   both say otherwise" : "   three opinions");
  if (learned && !sample_has_label(s, student))
    pane_str(p, STYLE_DIM, "   t takes the student's");
}

/* One line: whose the label is, and what teacher and student say of it. */
static void
add_agreement(struct curate *v, struct pane *p, const struct sample *s)
{
  bool decided = s->status != STATUS_NEW, taught, learned;
  struct buf label = BUF_INIT;
  struct hint hint = {0};
  uint16_t said = LABEL_NONE;
  uint32_t votes, of;

  learned = hints_get(&v->hints, s->id, &hint);
  taught = opinion_majority(&v->opinion, s->id, &said, &votes, &of);
  if (!learned && !taught)
    return;
  detail_label(v, s, &label);
  pane_str(p, STYLE_DIM, decided ? "person " : "label ");
  pane_str(p, STYLE_LABEL, buf_str(&label));
  if (taught) {
    add_word(v, p, s, "teacher", said);
    if (of > 1)
      pane_printf(p, STYLE_DIM, " %u of %u", votes, of);
  }
  if (learned) {
    char share[16];

    add_word(v, p, s, "student", hint.label);
    snprintf(share, sizeof share, "%.2f", (double)hint.probability);
    pane_printf(p, STYLE_NORMAL, " %s", share[0] == '0' ? share + 1 : share);
  }
  add_verdict(p, s, taught, said, learned, hint.label);
  pane_str(p, STYLE_NORMAL, "\n");
  buf_release(&label);
}

/* ---- figures ---- */

/* Those that help to decide, the weightiest first; ? explains them. */
static const char *const figures[] = {
  "suspect", "run.loss", "mean_confidence", "forgetting", "aum", "useful", "novel", "density", "cluster", "opening",
  "leaks", "language",
};

static void
add_figures(struct curate *v, struct pane *p, const struct sample *s)
{
  struct buf value = BUF_INIT;
  bool any = false;
  double x;

  for (size_t i = 0; i < N_OF(figures); i++) {
    const struct value_column *k = values_column(&v->values, figures[i]);
    const struct signal_row *signal = signal_find(figures[i]);
    const char *name = !strncmp(figures[i], "run.", 4) ? figures[i] + 4 : figures[i];

    if (!values_at(k, s->id, &x))
      continue;
    buf_clear(&value);
    column_value(k, signal, x, &value);
    if (!value.n)
      continue;
    pane_printf(p, STYLE_DIM, "%s%s ", any ? "  " : "", name);
    pane_str(p, STYLE_NORMAL, buf_str(&value));
    any = true;
  }
  if (any)
    pane_str(p, STYLE_NORMAL, "\n");
  buf_release(&value);
}

/* ---- where it came from ---- */

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

/* ---- why it stands where it does ---- */

static bool
value_of(void *arg, const char *name, struct column *column)
{
  const struct value_column *k = values_column(arg, name);

  if (k)
    *column = k->column;
  return k != NULL;
}

/* One line, in the orders that have a reason. */
static void
add_reason(struct curate *v, struct pane *p, const struct sample *s)
{
  const struct filter_provider provider = {.get = value_of, .arg = &v->values};
  const struct neighbour *near;
  size_t n = neighbours_get(&v->near, s->id, &near);
  struct buf line = BUF_INIT;

  if (reason_add(&line, v->corpus, s->id, v->rows.sort, &provider, near, n))
    pane_printf(p, STYLE_NORMAL, "%s\n", buf_str(&line));
  buf_release(&line);
}

void
detail_facts(struct curate *v, struct pane *p, const struct sample *s, int cols)
{
  add_agreement(v, p, s);
  grounds_line(&v->grounds, p, s);
  add_reason(v, p, s);
  opinion_add(&v->opinion, p, s);
  add_parent(v, p, s);
  add_figures(v, p, s);
  add_provenance(v, p, s);
  neighbours_add(&v->near, p, s, cols);
}

/* ---- the pane ---- */

/* At the right end, where there is room: what the student says instead, also where the pane is too low for it. */
static void
draw_suggestion(struct curate *v, struct canvas *c, struct area a, int from, const struct sample *s)
{
  struct column_source source = {v->corpus, &v->hints, &v->values};
  struct column_cell cell = {.text = BUF_INIT};
  int width;

  column_field_find("suggestion")->fill(&source, s, &cell);
  width = canvas_width(buf_str(&cell.text), cell.text.n);
  if (width && from + width < a.cols)
    canvas_str(c, a, 0, a.cols - width - 1, cell.style, buf_str(&cell.text));
  buf_release(&cell.text);
}

static void
draw_detail_head(struct curate *v, struct canvas *c, struct area a, const struct sample *s)
{
  struct buf b = BUF_INIT;
  int col;

  detail_label(v, s, &b);
  col = canvas_printf(c, a, 0, 1, STYLE_BOLD, "%u", s->id) + 2;
  col = canvas_str(c, a, 0, col, STYLE_LABEL, buf_str(&b)) + 2;
  col = canvas_str(c, a, 0, col, status_sign_style(s->status), status_sign(s->status)) - 1;
  col = canvas_str(c, a, 0, col + 2, STYLE_NORMAL, s->gone ? "undone" : status_name(s->status)) + 2;
  col = canvas_str(c, a, 0, col, STYLE_DIM, split_name(s->split)) + 2;
  if (v->editing)
    canvas_str(c, a, 0, col, STYLE_KEY, v->editing_second ? "editing second text" : "editing");
  else
    draw_suggestion(v, c, a, col, s);
  buf_release(&b);
}

void
detail_draw(struct curate *v, struct canvas *c, struct area a)
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
    curate_edit_draw(v, c, text, &s);
    return;
  }
  find_words(v->rows.filter, v->detail.find, sizeof v->detail.find);
  pane_clear(&v->detail);
  detail_texts(v, &v->detail, &s);
  original_add(&v->original, &v->detail, &s);
  detail_facts(v, &v->detail, &s, text.cols - 1);
  pane_draw(&v->detail, c, text);
}

