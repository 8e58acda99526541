/* view 2: what is asked of teachers and what comes of it. */
#include "ui/view-generate.h"

#include <stdlib.h>

#include "base/mem.h"

/* ---- life ---- */

static void *
open_view(struct workbench *w)
{
  struct generate *g = xcalloc(1, sizeof *g);

  g->w = w;
  g->p = workbench_project(w);
  g->reason = DROP_NONE;
  editor_init(&g->repair.editor);
  funnel_init(&g->funnel, 0);
  return g;
}

static void
close_view(void *v)
{
  struct generate *g = v;

  generate_new_release(g);
  generate_repair_release(g);
  generate_data_release(g);
  free(g);
}

static void
draw(void *v, struct canvas *c, struct area a)
{
  generate_draw(v, c, a);
}

static void
update(void *v, bool visible)
{
  if (visible)
    generate_load(v, false);
}

static bool
key(void *v, const struct key *k)
{
  struct generate *g = v;

  if (k->code >= K_F1 && k->code < K_F1 + VIEW_COUNT)  /* the form waits */
    return false;
  if (k->code == K_MOUSE && g->step == STEP_REPAIR)
    return true;
  if (g->step != STEP_REPAIR)
    return generate_new_key(g, k);
  generate_repair_key(g, k);
  return true;
}

static bool
tells_keys(void *v)
{
  return ((struct generate *)v)->step != STEP_NONE;
}

/* ---- pages and rows ---- */

const struct generate_page *const generate_pages[N_PAGES] = {
  [PAGE_TEXTS] = &generate_page_texts, [PAGE_FUNNEL] = &generate_page_funnel, [PAGE_COVERAGE] = &generate_page_coverage,
  [PAGE_DIVERSITY] = &generate_page_diversity, [PAGE_FAILED] = &generate_page_failed, [PAGE_JOBS] = &generate_page_jobs,
};

struct list *
generate_list(struct generate *g)
{
  const struct generate_page *page = generate_pages[g->page];

  return page->list ? page->list(g) : &g->lists[g->page];
}

void
generate_go(struct generate *g, enum generate_page_id page)
{
  bool again = g->page == page;

  g->page = page;
  if (generate_pages[page]->open)
    generate_pages[page]->open(g, again);
}

static void
do_page(struct workbench *w, void *v, int n)
{
  (void)w;
  generate_go(v, (enum generate_page_id)n);
}

static void
pane(void *v, int step)
{
  struct generate *g = v;

  generate_go(g, (enum generate_page_id)(((int)g->page + step + N_PAGES) % N_PAGES));
}

static void
move(void *v, enum move m)
{
  struct generate *g = v;

  if (!generate_pages[g->page]->move || !generate_pages[g->page]->move(g, m))
    list_move(generate_list(g), m);
}

static void
enter(void *v)
{
  struct generate *g = v;
  const struct list *l = generate_list(g);

  if (l->at < l->n && generate_pages[g->page]->enter)
    generate_pages[g->page]->enter(g, l->at);
}

static bool
back(void *v)
{
  struct generate *g = v;

  if (generate_pages[g->page]->back && generate_pages[g->page]->back(g))
    return true;
  if (g->page != PAGE_TEXTS && g->job) {
    generate_go(g, PAGE_TEXTS);
    return true;
  }
  if (g->chosen) {
    g->chosen = false;
    generate_load(g, true);
    return true;
  }
  return false;
}

static void
mouse(void *v, const struct key *k, int row, int col)
{
  struct generate *g = v;
  struct part_tab tabs[N_PAGES];
  int r = row + g->view_area.row, x = col + g->view_area.col, tab;
  size_t i;

  if (k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN) {
    list_wheel(generate_list(g), k->mouse == MOUSE_WHEEL_UP ? -1 : 1);
  } else if (area_has(g->tabs_area, r, x)) {
    generate_tabs(g, tabs);
    tab = part_tabs_hit(tabs, N_PAGES, x - g->tabs_area.col);
    if (tab >= 0)
      generate_go(g, (enum generate_page_id)tab);
  } else if (area_has(g->list_area, r, x) && list_hit(generate_list(g), r - g->list_area.row, &i)) {
    list_go(generate_list(g), i);
    if (generate_pages[g->page]->click)
      generate_pages[g->page]->click(g, x - g->list_area.col);
    if (k->mouse == MOUSE_DOUBLE)
      enter(g);
  }
}

/* ---- keys ---- */

static void
do_new(struct workbench *w, void *v, int n)
{
  (void)w;
  generate_new_open(v, n != 0);
}

static bool
has_running(struct workbench *w, void *v)
{
  (void)w;
  return generate_runs(v);
}

static bool
has_unfinished(struct workbench *w, void *v)
{
  (void)w;
  return generate_unfinished(v);
}

static bool
has_dropped_page(struct workbench *w, void *v)
{
  const struct generate *g = v;

  (void)w;
  return g->page == PAGE_FUNNEL && g->n_dropped && !generate_runs(g) && !generate_annotates(g);
}

/* Then the bottom line tells of the key that says why. */
static bool
has_failed(struct workbench *w, void *v)
{
  const struct generate *g = v;

  (void)w;
  return g->page != PAGE_FAILED && g->n_failed;
}

static const struct binding bindings[] = {
  {.keys = "Space", .action = generate_pause, .when = has_running, .help = "pause the job that runs, or go on with it",
   .hint = "pause"},
  {.keys = "x", .action = generate_stop, .when = has_running, .hint = "stop",
   .help = "stop the job that runs: replies in flight are waited for, x again gives them up; what came is kept"},
  {.keys = "e", .action = generate_repair, .when = generate_has_dropped, .hint = "repair",
   .help = "a dropped text: repair it in place; then it is checked again and comes in"},
  {.keys = "r", .action = generate_restore, .when = generate_can_restore, .hint = "restore",
   .help = "a dropped text: let it in as it is (u takes it back)"},
  {.keys = "p", .action = generate_reparse, .when = has_dropped_page, .hint = "read again",
   .help = "read the replies again, after the rules changed: says what would come in, then asks; nothing is sent"},
  {.keys = "R", .action = generate_restore_all, .when = generate_in_reason,
   .help = "let in all texts that were dropped for this reason"},
  {.keys = "$", .action = generate_limits, .when = has_running, .hint = "limits",
   .help = "limits of the job that runs: money, tokens, requests, time"},
  {.keys = "+ =", .action = generate_in_flight, .n = 1, .when = has_running, .help = "more requests in flight",
   .hint = "more"},
  {.keys = "-", .action = generate_in_flight, .n = -1, .when = has_running, .help = "fewer requests in flight"},
  {.keys = "r", .action = generate_resume, .when = has_unfinished,
   .help = "go on with the job where it stood, failed requests again; nothing is paid twice", .hint = "resume"},
  {.keys = "f", .action = do_page, .n = PAGE_FAILED, .help = "failed requests with the server's own words",
   .hint = "failed", .hint_when = has_failed},
  {.keys = "n", .action = do_new, .help = "a new job: the form, then what it costs, then it starts", .hint = "new"},
  {.keys = "a", .action = do_new, .n = 1, .help = "have a teacher label texts that are there: a form as for a new job"},
  {.keys = "t", .action = do_page, .n = PAGE_TEXTS, .help = "the texts as they come: + kept, ~ dropped and why"},
  {.keys = "w", .action = do_page, .n = PAGE_FUNNEL, .help = "why texts were dropped: asked, answered, parsed, kept",
   .hint = "why"},
  {.keys = "c", .action = do_page, .n = PAGE_COVERAGE,
   .help = "coverage: kept of asked for, by label and attribute value; c again: the next attribute, Enter: the texts",
   .hint = "coverage"},
  {.keys = "d", .action = do_page, .n = PAGE_DIVERSITY, .help = "diversity: how unlike each other the texts are",
   .hint = "diversity"},
  {.keys = "o", .action = do_page, .n = PAGE_JOBS, .help = "all jobs; Enter shows one", .hint = "jobs"},
  {.keys = NULL},
};

static const struct figure_row figures[] = {
  {"37 %", "requests of the job that are answered"},
  {"532 of 1 440 texts", "texts that were kept, of those asked for"},
  {"212/s, ETA", "texts answered for a second, and the time until all are, at that rate"},
  {"kept 96 %", "texts of a label that were kept, of those that came"},
  {"in flight", "requests under way, of how many may be (+ and - change it)"},
  {"slowed", "the endpoint said that it is too much; it grows again by one after 25 successes"},
  {"next try", "requests that failed, and are sent again after a while that grows with each try"},
  {"held", "nothing is sent for so long, because the endpoint asks to wait"},
  {"tried again", "tries beyond the first of a request, and why: 429 too many, timeout, 5xx the server failed, reset "
   "the connection broke"},
  {"answered before", "requests that had an answer in this project already: not sent, not paid"},
  {"cost", "what the replies cost so far, of what they may cost if there is a budget ($ changes it)"},
  {"per 1 000 kept", "what they cost so far for each thousand of the texts that were kept"},
  {"in all about", "what the whole job will have cost, at the price of a text so far"},
  {"top-up round", "texts that fell away are asked for again: how many times by now"},
  {"why dropped", "texts that were asked for, answered, parsed, kept; and why the rest fell away"},
  {"coverage", "a cell is a label and one value of an attribute: texts kept of those asked for; the shade is their "
   "part"},
  {"yield", "texts kept, of those asked for in requests that are answered"},
  {"distinct-1, -2", "different words (pairs of words in a row), divided by all of them; high is varied. They fall as "
   "texts "
   "are added, so they are set beside as many given texts (seeds, imported ones)"},
  {"self-similarity", "words that two texts drawn at random have in common, of all words of both; low is varied"},
  {"good, low, high", "low or high: by a tenth worse than as many given texts; good: not"},
  {"new words a text", "words never seen before, in each of the last 100 texts; it falls early where a teacher "
   "repeats itself"},
  {"texts begin with", "the three words that most texts begin with, and how many do"},
  {.name = NULL},
};

const struct view view_generate = {
  .name = "Generate", .about = "what is asked of teachers, and the texts that come of it",
  .bindings = bindings, .figures = figures, .open = open_view, .close = close_view, .draw = draw, .update = update,
  .key = key,
  .tells_keys = tells_keys, .move = move,
  .enter = enter, .back = back, .pane = pane, .mouse = mouse,
};

