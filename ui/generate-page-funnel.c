/* The page of the funnel: asked, answered, parsed, kept; why the rest fell away, and the texts of one reason. */
#include "ui/view-generate.h"

#include <string.h>

#define STAGES 4               /* stand before the reasons */

static void
draw_stage(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  static const char *const stages[STAGES] = {"asked", "answered", "parsed", "kept"};
  struct generate *g = ((struct page_context *)arg)->g;
  const struct funnel *f = &g->funnel;
  uint32_t values[STAGES] = {f->requested, f->answered, f->parsed, f->kept};
  char n[PART_TEXT];
  int bar = a.cols > 60 ? a.cols - 46 : a.cols - 34;
  enum drop_reason reason;

  (void)here;
  if (i < STAGES) {
    canvas_str(c, a, 0, 1, STYLE_BOLD, stages[i]);
    canvas_right(c, a, 0, 14, 9, STYLE_NUMBER, part_count(values[i], n));
    canvas_right(c, a, 0, 23, 7, STYLE_DIM, part_percent(values[i], f->requested, n));
    canvas_bar(c, a, 0, 32, bar > 60 ? 60 : bar, STYLE_BAR, f->requested ? (double)values[i] / f->requested : 0);
    return;
  }
  reason = generate_reason_at(g, i - STAGES);
  if (reason == DROP_NONE)
    return;
  canvas_str(c, a, 0, 1, STYLE_WARN, drop_words[reason]);
  canvas_right(c, a, 0, 14, 9, STYLE_NUMBER, part_count(f->dropped[reason], n));
  canvas_fit(c, a, 0, 25, a.cols - 26, STYLE_DIM, drop_defs[reason].help, strlen(drop_defs[reason].help));
}

static void
draw_text(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct page_context *x = arg;

  (void)here;
  generate_dropped_row(x->g, &x->g->dropped[x->g->of_reason[i]], c, area_cols(a, 0, READ_COLS), x->name_cols);
}

static void
draw(struct generate *g, struct canvas *c, struct area a, bool focus)
{
  if (g->reason == DROP_NONE) {
    generate_rows_draw(g, c, a, focus, draw_stage, "");
    return;
  }
  canvas_printf(c, a, 0, 1, STYLE_HEAD, "%s: %s (Esc goes back)", drop_words[g->reason], drop_defs[g->reason].help);
  generate_rows_draw(g, c, area_rows(a, 1, a.rows - 1), focus, draw_text, "No text is left here");
}

static struct list *
list(struct generate *g)
{
  return g->reason == DROP_NONE ? &g->lists[PAGE_FUNNEL] : &g->reasons;
}

static void
open(struct generate *g, bool again)
{
  struct list *l = &g->lists[PAGE_FUNNEL];

  generate_open_reason(g, DROP_NONE);
  if (!again && l->at < STAGES && l->n > STAGES)   /* Enter opens what stands there */
    list_go(l, STAGES);
}

static void
enter(struct generate *g, size_t row)
{
  size_t i;

  if (g->reason != DROP_NONE) {
    i = g->of_reason[row];
    generate_read_row(g, &(struct stream_row){.request = g->dropped[i].request_id, .dropped = i});
    return;
  }
  if (row < STAGES) {
    workbench_say(g->w, "Enter on one of the reasons below shows its texts; `t` goes to all");
    return;
  }
  g->reasons = (struct list){0};
  generate_open_reason(g, generate_reason_at(g, row - STAGES));
}

static bool
back(struct generate *g)
{
  if (g->reason == DROP_NONE)
    return false;
  generate_open_reason(g, DROP_NONE);
  return true;
}

static void
keep(struct generate *g)
{
  list_keep(&g->lists[PAGE_FUNNEL], STAGES + generate_n_reasons(g), g->lists[PAGE_FUNNEL].at);
}

static double
count(const struct generate *g)
{
  return (double)g->n_dropped;
}

const struct generate_page generate_page_funnel = {
  .name = "why dropped", .brief = "why", .key = "w", .count = count, .draw = draw, .list = list, .open = open,
  .enter = enter,
  .back = back, .keep = keep,
};
