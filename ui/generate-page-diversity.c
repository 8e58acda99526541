/* The page of the diversity: how unlike each other the texts of the job are, beside as many texts that were given:
 * seeds and imported ones. */
#include "ui/view-generate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define NAME_COLS 18
#define COLUMN 12
#define SIDE 108               /* columns from which the openings stand beside the figures */

/* Which way a figure is better, so that it can be told beside that of given texts; 0: it is neither. */
static const struct figure {
  const char *name;
  int better;
  double slack;                /* a difference below that, of the given texts' figure, says nothing */
} figures[] = {
  {"texts", 0, 0}, {"different words", 0, 0}, {"distinct-1", 1, .1}, {"distinct-2", 1, .1}, {"self-similarity", -1, .1},
  {"new words a text", 0, 0},
};
#define N_FIGURES (sizeof figures / sizeof *figures)

static double
value_of(const struct board_diversity *d, size_t i)
{
  const double values[N_FIGURES] = {d->texts, d->vocabulary, d->distinct_1, d->distinct_2, d->self_similarity,
                                    d->growth};

  return d->texts ? values[i] : NAN;
}

static const char *
value_text(const struct board_diversity *d, size_t i, char out[PART_TEXT])
{
  double x = value_of(d, i);

  if (i < 2 || isnan(x))
    return part_count(x, out);
  if (i < 5)
    return part_score(x, out);
  snprintf(out, PART_TEXT, "%.1f", x);
  return out;
}

/* Beside as many given texts, and only there: these figures depend on how many texts there are. */
static const char *
verdict(const struct diversity_shown *d, size_t i)
{
  double ours = value_of(&d->same, i), theirs = value_of(&d->given, i), gain;

  if (!figures[i].better || d->given.texts < DIVERSITY_LEAST || isnan(ours))
    return "";
  gain = figures[i].better * (ours - theirs);
  if (i == 4)   /* told to .01 */
    return gain < -.01 - figures[i].slack * theirs ? "high: more alike" : "good";
  return gain < -figures[i].slack * theirs ? "low: less varied" : "good";
}

static void
draw_figure(const struct diversity_shown *d, struct canvas *c, struct area a, size_t i)
{
  char n[PART_TEXT];
  const char *words = verdict(d, i);
  int col = NAME_COLS;

  canvas_str(c, a, 0, 1, STYLE_DIM, figures[i].name);
  canvas_right(c, a, 0, col, COLUMN, STYLE_NUMBER, value_text(&d->all, i, n));
  if (d->given.texts < DIVERSITY_LEAST)
    return;
  canvas_right(c, a, 0, col += COLUMN, COLUMN, STYLE_NUMBER, value_text(&d->same, i, n));
  canvas_right(c, a, 0, col += COLUMN, COLUMN, STYLE_NUMBER, value_text(&d->given, i, n));
  canvas_str(c, a, 0, col + COLUMN + 2, *words == 'g' ? STYLE_GOOD : STYLE_WARN, words);
}

static void
draw_opening(const struct diversity_shown *d, struct canvas *c, struct area a, size_t i)
{
  char n[PART_TEXT];
  const struct diversity_opening *o = &d->openings[i];

  canvas_right(c, a, 0, 1, 6, STYLE_NUMBER, part_count(o->n, n));
  snprintf(n, sizeof n, "%.1f %%", 100. * o->n / d->all.texts);
  canvas_right(c, a, 0, 7, 7, STYLE_DIM, n);
  canvas_fit(c, a, 0, 16, a.cols - 17, STYLE_NORMAL, o->words, strlen(o->words));
}

static void
draw_row(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  const struct generate *g = arg;

  (void)here;
  if (i < N_FIGURES)
    draw_figure(&g->diversity, c, a, i);
  else if (i == N_FIGURES)
    canvas_str(c, a, 0, 1, STYLE_HEAD, "texts begin with");
  else
    draw_opening(&g->diversity, c, a, i - N_FIGURES - 1);
}

static void
draw_heads(const struct generate *g, struct canvas *c, struct area a)
{
  char n[PART_TEXT];

  canvas_right(c, a, 0, NAME_COLS, COLUMN, STYLE_HEAD, "this job");
  if (g->diversity.given.texts < DIVERSITY_LEAST)
    return;
  snprintf(n, sizeof n, "%u of it", g->diversity.same.texts);
  canvas_right(c, a, 0, NAME_COLS + COLUMN, COLUMN, STYLE_HEAD, n);
  snprintf(n, sizeof n, "%u given", g->diversity.given.texts);
  canvas_right(c, a, 0, NAME_COLS + 2 * COLUMN, COLUMN, STYLE_HEAD, n);
}

static void
draw(struct generate *g, struct canvas *c, struct area a, bool focus)
{
  struct list *l = &g->lists[PAGE_DIVERSITY];
  bool beside = a.cols >= SIDE;
  int left = beside ? 76 : a.cols;
  struct area right = area_cols(a, left + 1, a.cols - left - 1);

  (void)focus;
  if (!g->diversity.all.texts) {
    canvas_str(c, a, 0, 1, STYLE_DIM, g->has_diversity ? "No texts came of this job" : "Measuring");
    return;
  }
  list_keep(l, N_FIGURES + (beside || !g->diversity.n_openings ? 0 : 1 + g->diversity.n_openings), l->at);
  l->quiet = true;
  draw_heads(g, c, area_rows(area_cols(a, 0, left), 0, 1));
  g->list_area = area_rows(area_cols(a, 0, left), 1, a.rows - 1);
  list_draw(l, c, g->list_area, false, draw_row, g);
  if (!beside)
    return;
  canvas_str(c, right, 0, 1, STYLE_HEAD, g->diversity.n_openings ? "texts begin with" : "no two texts begin alike");
  for (int i = 0; i < right.rows - 1 && (size_t)i < g->diversity.n_openings; i++)
    draw_opening(&g->diversity, c, area_rows(right, 1 + i, 1), (size_t)i);
}

static void
open(struct generate *g, bool again)
{
  if (!again)
    generate_load(g, true);
}

const struct generate_page generate_page_diversity = {
  .name = "diversity", .brief = "divers", .key = "d", .tall = true, .draw = draw, .open = open,
};
