/* What the view looks like: the job, its labels and its figures; the pages have files of their own. */
#include "ui/view-generate.h"

#include <math.h>
#include <string.h>

#include "corpus/label.h"

const char *const drop_words[N_DROP_REASONS] = {
  [DROP_PARSE] = "unreadable", [DROP_SHAPE] = "shape", [DROP_EMPTY] = "empty", [DROP_TOO_SHORT] = "short",
  [DROP_TOO_LONG] = "long", [DROP_LABEL_NAMED] = "names label", [DROP_TEST] = "in test", [DROP_DUPLICATE] = "double",
  [DROP_NEAR_DUPLICATE] = "near double", [DROP_LABEL] = "no label",
};

/* ---- labels ---- */

static const struct board_cell *
cell_of(const struct generate *g, uint16_t label)
{
  for (size_t i = 0; i < g->n_cells; i++)
    if (g->cells[i].label == label)
      return &g->cells[i];
  return NULL;
}

int
generate_label_cols(const struct labels *l, int most)
{
  int width = 6;

  for (size_t i = 0; i < labels_count(l); i++) {
    const char *name = label_name(l, (uint16_t)i);
    int w = canvas_width(name, strlen(name));

    width = w > width ? w : width;
  }
  return width < most ? width : most;
}

static void
draw_label(struct generate *g, struct funnel_label row, struct canvas *c, struct area a, int name_cols)
{
  const struct labels *labels = corpus_labels(project_corpus(g->p));
  const struct board_cell *live = cell_of(g, row.label);
  const char *name = row.label == LABEL_NONE ? "no label" : label_name(labels, row.label);
  /* the file is read less often */
  uint32_t kept = live && live->kept > row.kept ? live->kept : row.kept, n_dropped = 0;
  bool votes = generate_annotates(g);      /* nobody knows how many of a label there will be */
  uint32_t wanted = votes ? g->funnel.requested : row.wanted;
  char n[PART_TEXT], m[PART_TEXT];
  int bar = a.cols / 3 > 30 ? 30 : a.cols / 3, col;
  struct generate_words w = {c, a, 0, 0};

  for (int i = 0; i < N_DROP_REASONS; i++)
    n_dropped += row.dropped[i];
  n_dropped = live && live->dropped > n_dropped ? live->dropped : n_dropped;
  col = canvas_fit(c, a, 0, 1, name_cols, STYLE_LABEL, name, strlen(name)) + 1;
  canvas_bar(c, a, 0, col, bar, STYLE_BAR, wanted ? (double)kept / wanted : 0);
  col += bar + 1;
  if (votes)
    w.col = canvas_printf(c, a, 0, col, STYLE_NUMBER, "%s", part_count(kept, n));
  else
    w.col = canvas_printf(c, a, 0, col, STYLE_NUMBER, "%s of %s", part_count(kept, n), part_count(wanted, m));
  w.col = w.col + 2 > col + 14 ? w.col + 2 : col + 14;
  if (!votes && kept + n_dropped && w.col + 9 < a.cols)
    canvas_printf(c, a, 0, w.col, STYLE_DIM, "kept %s", part_percent(kept, kept + n_dropped, n));
  w.col += 12;
  for (int i = 0; i < N_DROP_REASONS; i++)
    if (row.dropped[i])
      generate_say(&w, drop_words[i], STYLE_WARN, "%u", row.dropped[i]);
}

/* The texts of an annotation that got no label count where one was put to the teacher in vain. */
static bool
shows_unlabelled(const struct generate *g)
{
  const struct funnel_label *last = g->funnel.n_labels ? &g->funnel.labels[g->funnel.n_labels - 1] : NULL;

  if (!last || last->label != LABEL_NONE)
    return false;
  for (int i = 0; i < N_DROP_REASONS; i++)
    if (last->dropped[i])
      return true;
  return last->kept > 0;
}

/* Of an annotation all labels from the beginning: their rows do not come in between as the first vote for one does. */
static size_t
n_label_rows(const struct generate *g)
{
  if (!generate_annotates(g))
    return g->funnel.n_labels;
  return labels_count(corpus_labels(project_corpus(g->p))) + shows_unlabelled(g);
}

static struct funnel_label
label_row(const struct generate *g, size_t i)
{
  uint16_t label = i < labels_count(corpus_labels(project_corpus(g->p))) ? (uint16_t)i : LABEL_NONE;

  if (!generate_annotates(g))
    return g->funnel.labels[i];
  for (size_t k = 0; k < g->funnel.n_labels; k++)
    if (g->funnel.labels[k].label == label)
      return g->funnel.labels[k];
  return (struct funnel_label){.label = label};
}

/* In one column where they fit, else in several; returns the rows used. */
static int
draw_labels(struct generate *g, struct canvas *c, struct area a)
{
  size_t n = n_label_rows(g), rows = (size_t)(a.rows > 0 ? a.rows : 0), columns = 1, most;
  int name_cols = generate_label_cols(corpus_labels(project_corpus(g->p)), a.cols / 5 > 18 ? 18 : a.cols / 5), cols;

  if (rows == 0 || n == 0)
    return 0;
  most = (size_t)(a.cols / (name_cols + 34));
  if (n > rows && most > 1) {
    columns = (n + rows - 1) / rows;
    columns = columns > most ? most : columns;
  }
  cols = a.cols / (int)columns;
  rows = (n + columns - 1) / columns < rows ? (n + columns - 1) / columns : rows;
  for (size_t i = 0; i < n && i < rows * columns; i++) {
    struct area cell = area_cols(area_rows(a, (int)(i % rows), 1), (int)(i / rows) * cols, cols);

    if (i + 1 == rows * columns && n > rows * columns)
      canvas_printf(c, cell, 0, 1, STYLE_DIM, "… and %zu more labels", n - i);
    else
      draw_label(g, label_row(g, i), c, cell, name_cols);
  }
  return (int)rows;
}

/* ---- the lower half ---- */

void
generate_tabs(const struct generate *g, struct part_tab tabs[N_PAGES])
{
  bool brief = g->view_area.cols < 78;

  for (int i = 0; i < N_PAGES; i++) {
    const struct generate_page *page = generate_pages[i];

    tabs[i] = (struct part_tab){brief ? page->brief : page->name, page->key, page->count ? page->count(g) : NAN};
  }
}

void
generate_rows_draw(struct generate *g, struct canvas *c, struct area a, bool focus, generate_row_fn *draw,
                   const char *nothing)
{
  struct page_context x = {g, generate_label_cols(corpus_labels(project_corpus(g->p)), a.cols / 5 > 16 ? 16
                                                  : a.cols / 5)};
  struct list *l = generate_list(g);

  g->list_area = a;
  if (l->n == 0)
    canvas_str(c, a, 0, 1, STYLE_DIM, nothing);
  list_draw(l, c, a, focus, draw, &x);
}

/* ---- all of it ---- */

static void
draw_note(const struct state_words *note, struct canvas *c, struct area a)
{
  int hint = note->hint ? (int)strlen(note->hint) + 2 : 0, width = canvas_width(note->words, strlen(note->words));

  width = width < a.cols - 2 - hint ? width : a.cols - 2 - hint;
  width = canvas_fit(c, a, 0, 1, width, note->style, note->words, strlen(note->words));
  if (hint)
    canvas_str(c, a, 0, width + 2, STYLE_BOLD, note->hint);
}

static void
draw_job(struct generate *g, const struct job_item *item, struct canvas *c, struct area a)
{
  char words[400];
  struct state_words note = generate_note(g, item, words, sizeof words);
  bool tall = a.rows >= 20, focus = g->step == STEP_NONE;
  /* The same rows whether there is a note or not: where the screen is low, it takes the place of the figures. */
  int head = tall ? 2 : 1, figures = tall ? 2 : 1, budget = a.rows - head - figures - 1;
  int least = budget / 2 > 4 ? budget / 2 : 4, used;
  struct part_tab tabs[N_PAGES];

  generate_head_draw(g, item, c, area_rows(a, 0, 1));
  if (head > 1)
    draw_note(&note, c, area_rows(a, 1, 1));
  used = head + (tall || !generate_pages[g->page]->tall ? draw_labels(g, c, area_rows(a, head, budget - least)) : 0);
  if (!tall && *note.words)
    draw_note(&note, c, area_rows(a, used, 1));
  else
    generate_figures_draw(g, c, area_rows(a, used, figures));
  used += figures;
  generate_tabs(g, tabs);
  g->tabs_area = area_rows(a, used, 1);
  part_tabs_draw(c, g->tabs_area, tabs, N_PAGES, g->page, focus);
  generate_pages[g->page]->draw(g, c, area_rows(a, used + 1, a.rows), focus);
}

static void
draw_empty(struct generate *g, struct canvas *c, struct area a)
{
  struct corpus *corpus = project_corpus(g->p);

  if (corpus_name_count(corpus, NAME_TEACHER) == 0)
    part_empty(c, a, "No teacher yet\n"
                     "A teacher is the large model that writes the texts.\n"
                     "`:` and then the command tells retort of one:\n"
                     "  teacher add NAME --url https://api.openai.com/v1\n"
                     "    --model MODEL --key-env OPENAI_API_KEY");
  else if (corpus_name_count(corpus, NAME_TEMPLATE) == 0)
    part_empty(c, a, "No template yet\n"
                     "A template is what is asked of the teacher.\n"
                     "`1` goes to the templates, `n` there makes one.");
  else
    part_empty(c, a, "Nothing has been generated yet\n"
                     "`n` asks a teacher for texts: how many of each label,\n"
                     "and for how much money at the most.\n"
                     "What it takes and costs is shown before anything is sent.");
}

void
generate_draw(struct generate *g, struct canvas *c, struct area a)
{
  const struct job_item *item = generate_job_item(g, g->job);

  g->view_area = a;
  if (!g->loaded_ms)
    return;
  if (item)
    draw_job(g, item, c, a);
  else
    draw_empty(g, c, a);
  if (g->step == STEP_REPAIR)
    generate_repair_draw(g, c, a);
  else
    generate_new_draw(g, c, a);
}
