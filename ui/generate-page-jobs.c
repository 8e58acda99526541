/* The page of all jobs. */
#include "ui/view-generate.h"

#include <string.h>

#include "base/clock.h"

static void
draw_row(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct generate *g = ((struct page_context *)arg)->g;
  const struct job_item *item = &g->jobs[i];
  struct state_words state = generate_state(g, item);
  char n[PART_TEXT], when[20];
  int col = canvas_printf(c, a, 0, 1, item->row.id == g->job ? STYLE_NAME : STYLE_NUMBER, "%c%4u",
                          item->row.id == g->job ? '>' : ' ', item->row.id) + 2;

  (void)here;
  col = canvas_fit(c, a, 0, col, a.cols / 4, STYLE_BOLD, item->template_name, strlen(item->template_name)) + 1;
  col = canvas_fit(c, a, 0, col, a.cols / 6, STYLE_NORMAL, item->teacher_name, strlen(item->teacher_name)) + 1;
  col = canvas_fit(c, a, 0, col, 11, state.style, state.words, strlen(state.words)) + 1;
  if (item->has_figures) {
    canvas_right(c, a, 0, col, 7, STYLE_NUMBER, part_count(item->figures.kept, n));
    canvas_right(c, a, 0, col + 7, 9, STYLE_NUMBER, part_money(item->figures.cost_usd, n));
  }
  clock_format(item->row.at_ms, when, sizeof when);
  if (col + 17 + 18 < a.cols)
    canvas_str(c, a, 0, col + 18, STYLE_DIM, when);
}


static void
draw_head(struct canvas *c, struct area a)
{
  int col = 8 + a.cols / 4 + 1;

  canvas_str(c, a, 0, 4, STYLE_HEAD, "job");
  canvas_str(c, a, 0, 8, STYLE_HEAD, "template");
  canvas_str(c, a, 0, col, STYLE_HEAD, "teacher");
  col += a.cols / 6 + 1;
  canvas_str(c, a, 0, col, STYLE_HEAD, "state");
  canvas_right(c, a, 0, col + 12, 7, STYLE_HEAD, "kept");
  canvas_right(c, a, 0, col + 19, 9, STYLE_HEAD, "cost");
  if (col + 47 < a.cols)
    canvas_str(c, a, 0, col + 30, STYLE_HEAD, "begun");
}

static void
draw(struct generate *g, struct canvas *c, struct area a, bool focus)
{
  draw_head(c, area_rows(a, 0, 1));
  generate_rows_draw(g, c, area_rows(a, 1, a.rows - 1), focus, draw_row, "");
}

static void
open(struct generate *g, bool again)
{
  (void)again;
  generate_load(g, true);
}

static void
enter(struct generate *g, size_t row)
{
  uint32_t job = g->jobs[row].row.id;

  generate_show_job(g, job);
  g->chosen = true;
  generate_go(g, PAGE_TEXTS);
  generate_load(g, true);
}

static double
count(const struct generate *g)
{
  return (double)g->n_jobs;
}

const struct generate_page generate_page_jobs = {
  .name = "jobs", .brief = "jobs", .key = "o", .count = count, .draw = draw, .open = open, .enter = enter,
};
