/* Where what Train shows stands. */
#include "corpus/corpus.h"
#include "ui/state.h"
#include "ui/view-train.h"

static void
draw_empty(struct train *v, struct canvas *c, struct area a)
{
  struct corpus_counts counts;

  corpus_counts(workbench_corpus(v->w), &counts);
  canvas_str(c, a, 1, 3, STYLE_NORMAL, v->working ? "" : "no runs yet");
  canvas_printf(c, a, 2, 3, STYLE_DIM,
                counts.usable ? "n trains a student on the %u accepted and seed samples"
                              : "nothing to train on (%u): accept samples in Curate, or import seeds", counts.usable);
}

typedef void draw_page_fn(struct train *v, struct canvas *c, struct area a, bool focus);
static const struct {
  draw_page_fn *draw;
  int cols;                  /* that it wants beside others */
} pages[N_PANES] = {
  [PANE_EPOCHS] = {train_draw_epochs, 60}, [PANE_CONFUSION] = {train_draw_confusion, 46}, [PANE_LABELS] = {train_draw_labels, 50},
};

/* As many as there is room for side by side, that one with the keys among them. */
static void
draw_pages(struct train *v, struct canvas *c, struct area a, bool narrow)
{
  enum train_pane first = PANE_EPOCHS;
  int col = 0;

  if (v->pane == PANE_RUNS && narrow && v->page_chosen) {
    train_draw_runs(v, c, a, true);
    return;
  }
  if (pages[PANE_EPOCHS].cols + pages[PANE_CONFUSION].cols > a.cols)
    first = v->page;
  else if (pages[PANE_EPOCHS].cols + pages[PANE_CONFUSION].cols + pages[PANE_LABELS].cols > a.cols && v->page == PANE_LABELS)
    first = PANE_CONFUSION;
  for (enum train_pane p = first; p < N_PANES; p++) {
    bool last = p + 1 == N_PANES || col + pages[p].cols + pages[p + 1].cols > a.cols;
    int cols = last ? a.cols - col : pages[p].cols - 2;

    pages[p].draw(v, c, area_cols(a, col, cols), v->pane == p);
    if (last)
      break;
    col += pages[p].cols;
  }
}

static int
table_rows(const struct train *v, struct area a)
{
  int labels = (int)labels_count(corpus_labels(workbench_corpus(v->w))) + 2;
  int rows = a.rows >= 40 ? 16 : a.rows >= 22 ? 9 : a.rows >= 18 ? 6 : 4;

  return rows < labels && labels <= a.rows / 2 - 2 ? labels : rows;
}

void
train_draw(void *view, struct canvas *c, struct area a)
{
  struct train *v = view;
  int left = a.cols >= 76 ? TRAIN_LIST_COLS : 0, table = table_rows(v, a), legend, charts;
  struct area right = left ? area_cols(a, left + 1, a.cols - left - 1) : a;

  v->origin = a;
  v->list_area = (struct area){0, 0, a.rows, left};
  v->look.charts[0].rows = v->look.charts[1].rows = 0;
  if (!v->known.n_runs) {
    draw_empty(v, c, a);
    return;
  }
  if (left) {
    canvas_vline(c, a, left, STYLE_RULE);
    train_draw_runs(v, c, area_cols(a, 0, left), v->pane == PANE_RUNS);
  }
  train_draw_head(v, c, area_rows(right, 0, 2));
  legend = train_legend_rows(v, area_cols(right, 1, right.cols - 2));
  if (legend)
    train_draw_legend(v, c, area_cols(area_rows(right, 2, legend), 1, right.cols - 2));
  else
    legend = a.rows >= 14;
  charts = right.rows - table - 3 - legend;
  train_draw_charts(v, c, area_cols(area_rows(right, 2 + legend, charts), 1, right.cols - 2));
  canvas_hline(c, right, right.rows - table - 1, STYLE_RULE);
  draw_pages(v, c, area_cols(area_rows(right, right.rows - table, table), 1, right.cols - 2), !left);
}
