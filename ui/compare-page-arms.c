/* The arms of the experiment with their intervals, one over another (a forest plot), and what it all came to. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "ui/scale.h"
#include "ui/view-compare.h"

#define FIGURE_COLS 22           /* ".832  .785 to .879", "+27.2  20.0 to 34.0" */

struct forest {
  struct compare *v;
  struct scale scale;
  int name_cols, scale_cols;
  bool differences;
};

static double
value_of(const struct forest *t, const struct found_row *r, struct interval *ci)
{
  *ci = (struct interval){NAN, NAN};
  if (!t->differences) {
    *ci = r->accuracy.ci95;
    return r->accuracy.mean;
  }
  if (!r->difference)
    return NAN;
  *ci = r->difference->ci95;
  return r->difference->accuracy;
}

static void
lay_out(struct forest *t, int cols)
{
  const struct findings *f = t->v->findings;
  struct interval ci;

  t->name_cols = 6;
  scale_init(&t->scale);
  for (size_t i = 0; i < f->n_rows; i++) {
    int w = canvas_width(f->rows[i].name, strlen(f->rows[i].name));
    double x = value_of(t, &f->rows[i], &ci);

    t->name_cols = w > t->name_cols ? w : t->name_cols;
    scale_take(&t->scale, x, ci);
  }
  scale_close(&t->scale, t->differences);
  t->name_cols = t->name_cols > cols / 3 ? cols / 3 : t->name_cols;
  t->scale_cols = cols - t->name_cols - FIGURE_COLS - 7;
  t->scale_cols = t->scale_cols > 80 ? 80 : t->scale_cols;
}

static const struct compare_row *
table_row(const struct compare *v, size_t arm)
{
  for (size_t i = 0; i < v->n; i++)
    if (v->rows[i].kind == COMPARE_ARM && v->rows[i].id == arm)
      return &v->rows[i];
  return NULL;
}

static void
draw_figures(const struct forest *t, const struct found_row *r, struct canvas *c, struct area a, int col)
{
  struct interval ci;
  double x = value_of(t, r, &ci);
  char n[PART_TEXT], lo[PART_TEXT], hi[PART_TEXT];

  if (t->differences && !r->difference) {
    canvas_str(c, a, 0, col, STYLE_DIM, "others against it");
  } else if (t->differences) {
    col = canvas_right(c, a, 0, col, 6, ci.lo > 0 ? STYLE_GOOD : ci.hi < 0 ? STYLE_BAD : STYLE_NORMAL, part_points(x,
        n));
    canvas_printf(c, a, 0, col + 2, STYLE_DIM, "%s to %s", part_points(ci.lo, lo), part_points(ci.hi, hi));
  } else {
    col = canvas_right(c, a, 0, col, 5, STYLE_BOLD, part_score(x, n));
    canvas_printf(c, a, 0, col + 2, STYLE_DIM, "%s to %s", part_score(ci.lo, lo), part_score(ci.hi, hi));
  }
}

static void
draw_arm(const struct forest *t, size_t i, struct canvas *c, struct area a)
{
  const struct found_row *r = &t->v->findings->rows[i];
  const struct compare_row *row = table_row(t->v, i);
  bool here = row && row == compare_selected(t->v), marked = row && row->marked;
  enum style s = marked ? STYLE_MARKED : r->is_told ? STYLE_BOLD : STYLE_NORMAL;
  struct interval ci;
  double x = value_of(t, r, &ci);

  if (here)
    canvas_put(c, a, 0, 1, STYLE_BOLD, 0x25b8);
  if (marked)
    canvas_put(c, a, 0, 2, STYLE_MARKED, '*');
  canvas_fit(c, a, 0, 3, t->name_cols, s, r->name, strlen(r->name));
  scale_draw(&t->scale, c, a, 0, t->name_cols + 4, t->scale_cols, x, ci,
             marked ? STYLE_MARKED : r->is_first ? STYLE_NORMAL : STYLE_BAR);
  draw_figures(t, r, c, a, t->name_cols + 5 + (t->scale_cols > 2 ? t->scale_cols : 0));
}

static bool
begins_student(const struct findings *f, size_t i)
{
  return i == 0 || strcmp(f->rows[i].student, f->rows[i - 1].student) != 0;
}

/* Lines of the forest: heads, arms, and a line for each student where there are several. */
static int
forest_rows(const struct compare *v)
{
  const struct findings *f = v->findings;
  int n = 1 + (int)f->n_rows;

  for (size_t i = 1; i < f->n_rows; i++)
    n += begins_student(f, i);
  return n;
}

/* Where an arm stands in it, from the line below the heads on. */
static int
forest_line(const struct findings *f, size_t arm)
{
  int line = (int)arm;

  for (size_t i = 1; i <= arm; i++)
    line += begins_student(f, i);
  return line;
}

/* Where it does not fit, so many of its first lines are left out that the selected arm is seen. */
static void
draw_forest(struct compare *v, struct canvas *c, struct area a)
{
  const struct findings *f = v->findings;
  const struct compare_row *here = compare_selected(v);
  struct forest t = {.v = v, .differences = v->differences};
  bool several = f->n_rows && strcmp(f->rows[0].student, f->rows[f->n_rows - 1].student) != 0;
  int left_out = 0, line;

  lay_out(&t, a.cols);
  scale_head(&t.scale, c, a, 0, t.name_cols + 4, t.scale_cols, t.differences);
  canvas_str(c, a, 0, t.name_cols + 5 + (t.scale_cols > 2 ? t.scale_cols : 0), STYLE_HEAD,
             t.differences ? "points, 95 %" : "accuracy, 95 %");
  if (here && here->kind == COMPARE_ARM && here->id < f->n_rows)
    left_out = forest_line(f, here->id) + 2 - a.rows;
  left_out = left_out < 0 ? 0 : left_out;
  for (size_t i = 0; i < f->n_rows; i++) {
    line = forest_line(f, i) - left_out;
    if (line >= 0 && line + 1 < a.rows)
      draw_arm(&t, i, c, area_rows(a, line + 1, 1));
    if (begins_student(f, i) && line >= 0 && line < a.rows)
      canvas_str(c, area_cols(a, 1, t.name_cols + 2), line, 0, several ? STYLE_NAME : STYLE_HEAD,
                 several ? f->rows[i].student : "  arm");
  }
}

/* Of the selected arm, or of the one that the verdict is about: what the whiskers do not show. */
static int
draw_detail(struct compare *v, struct canvas *c, struct area a, int row)
{
  const struct findings *f = v->findings;
  const struct found_row *r = compare_arm(v, compare_selected(v));
  char p[PART_TEXT];
  struct buf b = BUF_INIT;

  if (!r || !r->difference)
    r = findings_told(f, r ? r->student : NULL);
  if (!r || !r->difference || r->first >= f->n_rows)
    return row;
  buf_addf(&b, "%s %s against %s: %.0f times right where that was wrong, %.0f times wrong where that was right, over "
               "all seeds (McNemar %s).", r->student, r->name, f->rows[r->first].name, r->difference->mcnemar.c,
           r->difference->mcnemar.b, part_p(r->difference->mcnemar.p, p));
  if (isfinite(r->difference->detectable))
    buf_addf(&b, " As noisy as it turned out, this comparison shows differences above %.1f points.",
             100 * r->difference->detectable);
  if (isfinite(r->known_words) && !f->why)
    buf_addf(&b, " Of the running words of the test texts %.0f %% stand in its texts; they have %.0f words, test "
                 "texts %.0f.", 100 * r->known_words, r->words, f->test_words);
  if (r->new_words && *r->new_words && !f->why)
    buf_addf(&b, " It brings of them: %s.", r->new_words);
  row = compare_draw_wrapped(c, a, row, STYLE_NORMAL, buf_str(&b));
  buf_release(&b);
  return row;
}

/* The trainings that ended while one looked on, the newest last. */
static void
draw_running(const struct compare *v, struct canvas *c, struct area a)
{
  size_t room = a.rows > 3 ? (size_t)a.rows - 2 : 0, from = v->n_live_lines > room ? v->n_live_lines - room : 0;

  if (!v->n_live_lines || !room) {
    part_empty(c, a, "It is running\nEach training is kept when it ends: `X` stops it,\nand run again it goes on from "
                     "there.");
    return;
  }
  canvas_str(c, a, 0, 1, STYLE_DIM, "Each training is kept when it ends; stopped, it goes on from there.");
  for (size_t i = from; i < v->n_live_lines; i++) {
    const char *line = v->live_lines[i], *colon = strrchr(line, ':');
    int n = (int)(colon - line), col = canvas_fit(c, a, 2 + (int)(i - from), 1, a.cols > 60 ? 50 : a.cols - 10,
                                                  STYLE_NORMAL,
                                                  line, (size_t)n);

    canvas_str(c, a, 2 + (int)(i - from), col + 1, STYLE_BOLD, colon + 1 + (colon[1] == ' '));
  }
}

static void
draw_unfinished(const struct compare *v, struct canvas *c, struct area a)
{
  struct buf words = BUF_INIT;

  if (v->has_live)
    draw_running(v, c, a);
  else if (v->experiment >= v->n_experiments)
    part_empty(c, a, "No experiment yet\n`n` starts one: seeds alone against seeds and generated texts.");
  else {
    const struct compare_experiment *x = &v->experiments[v->experiment];

    buf_addf(&words, "%s has not ended\n", x->name);
    compare_say_kept(x, &words);
    buf_adds(&words, ", and will not be made again.\n`C` goes on with it.");
    part_empty(c, a, buf_str(&words));
  }
  buf_release(&words);
}

static void
draw(struct compare *v, struct canvas *c, struct area a, bool focus)
{
  const char *verdict;
  int row, forest, words;

  (void)focus;
  if (!v->findings) {
    draw_unfinished(v, c, a);
    return;
  }
  verdict = v->findings->verdict ? v->findings->verdict : "";
  forest = forest_rows(v);
  words = compare_draw_wrapped(NULL, area_rows(a, 0, 1000), 0, STYLE_BOLD, verdict);
  words = words > a.rows / 2 ? a.rows / 2 : words;
  if (forest + words > a.rows) { /* the verdict is what one came for */
    compare_draw_wrapped(c, area_rows(a, 0, words), 0, STYLE_BOLD, verdict);
    draw_forest(v, c, area_rows(a, words, a.rows - words));
    return;
  }
  draw_forest(v, c, area_rows(a, 0, forest));
  row = compare_draw_wrapped(c, a, forest + (forest + words < a.rows), STYLE_BOLD, verdict);
  if (v->findings->why && row < a.rows)
    row = compare_draw_wrapped(c, a, row, STYLE_NORMAL, v->findings->why);
  if (row + 2 < a.rows)
    row = draw_detail(v, c, a, row + 1);
  if (row + 3 < a.rows)
    compare_draw_wrapped(c, a, row + 1, STYLE_DIM,
                         "Intervals hold for new test texts and new seeds together; differences are to the first arm "
                         "of "
                         "the same student, p is corrected for their number (Holm).");
}

const struct compare_page compare_page_arms = {.name = "arms", .brief = "arms", .key = "a", .draw = draw};
