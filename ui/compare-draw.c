#include "ui/view-compare.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- the table ---- */

/* A column; those with the least rank are shown first where there is little room. */
struct column_def {
  const char *head;
  int width;
  int rank;
  bool right;
  void (*draw)(const struct compare_row *r, bool is_base, struct canvas *c, struct area a);
};

static void
right(struct canvas *c, struct area a, enum style s, const char *text)
{
  canvas_right(c, a, 0, 0, a.cols, s, text);
}

static void
draw_student(const struct compare_row *r, bool is_base, struct canvas *c, struct area a)
{
  (void)is_base;
  canvas_fit(c, a, 0, 0, a.cols, STYLE_NORMAL, r->student, strlen(r->student));
}

static void
draw_texts(const struct compare_row *r, bool is_base, struct canvas *c, struct area a)
{
  char n[PART_TEXT];

  (void)is_base;
  right(c, a, STYLE_NUMBER, r->kind == PREDICTOR_TEACHER ? "0" : part_count(r->n_train, n));
}

static void
draw_accuracy(const struct compare_row *r, bool is_base, struct canvas *c, struct area a)
{
  char n[PART_TEXT], m[PART_TEXT];

  (void)is_base;
  if (isfinite(r->accuracy))
    canvas_printf(c, a, 0, 0, STYLE_BOLD, "%5s", part_score(r->accuracy, n));
  else if (r->state == RUN_RUNNING)
    canvas_str(c, a, 0, 0, STYLE_GOOD, "training");
  else
    canvas_str(c, a, 0, 0, STYLE_DIM, r->state == RUN_FAILED ? "failed" : r->state == RUN_INTERRUPTED ? "interrupted" : "e evaluates");
  if (isfinite(r->lo) && isfinite(r->hi))
    canvas_printf(c, a, 0, 6, STYLE_DIM, "±%s", part_score((r->hi - r->lo) / 2, m));
}

static void
draw_f1(const struct compare_row *r, bool is_base, struct canvas *c, struct area a)
{
  char n[PART_TEXT];

  (void)is_base;
  right(c, a, STYLE_NUMBER, part_score(r->macro_f1, n));
}

static void
draw_difference(const struct compare_row *r, bool is_base, struct canvas *c, struct area a)
{
  char n[PART_TEXT], p[PART_TEXT];

  if (is_base) {
    canvas_str(c, a, 0, 0, STYLE_DIM, "baseline");
    return;
  }
  if (!isfinite(r->difference))
    return;
  canvas_right(c, a, 0, 0, 6, r->difference > 0 ? STYLE_GOOD : r->difference < 0 ? STYLE_BAD : STYLE_NORMAL,
               part_points(r->difference, n));
  canvas_str(c, a, 0, 7, r->p < .05 ? STYLE_NORMAL : STYLE_DIM, part_p(r->p, p));
}

static void
draw_params(const struct compare_row *r, bool is_base, struct canvas *c, struct area a)
{
  char n[PART_TEXT];

  (void)is_base;
  right(c, a, STYLE_NUMBER, part_short(r->n_params, n));
}

static void
draw_size(const struct compare_row *r, bool is_base, struct canvas *c, struct area a)
{
  char n[PART_TEXT];

  (void)is_base;
  right(c, a, STYLE_NUMBER, part_short(r->size_bytes, n));
}

static void
draw_cost(const struct compare_row *r, bool is_base, struct canvas *c, struct area a)
{
  char n[PART_TEXT];

  (void)is_base;
  if (r->kind == PREDICTOR_TEACHER && isfinite(r->cost_usd))   /* it labels again and again: a price, not a sum */
    snprintf(n, sizeof n, r->cost_usd < 10 ? "$%.2f/1M" : "$%.0f/1M", r->cost_usd);
  else
    part_money(r->cost_usd, n);
  right(c, a, STYLE_NUMBER, n);
}

static void
draw_time(const struct compare_row *r, bool is_base, struct canvas *c, struct area a)
{
  char n[PART_TEXT];

  (void)is_base;
  right(c, a, STYLE_NUMBER, r->kind == PREDICTOR_RUN ? part_seconds(r->seconds, n) : "–");
}

static void
draw_data(const struct compare_row *r, bool is_base, struct canvas *c, struct area a)
{
  const char *data = r->data && *r->data ? r->data : "accepted and seed";

  (void)is_base;
  canvas_fit(c, a, 0, 0, a.cols, STYLE_DIM, data, strlen(data));
}

static const struct column_def columns[] = {
  {"accuracy ±95 %", 14, 0, false, draw_accuracy},
  {"macro F1", 8, 2, true, draw_f1},
  {"Δ points", 14, 1, false, draw_difference},
  {"texts", 7, 3, true, draw_texts},
  {"student", 9, 4, false, draw_student},
  {"params", 7, 7, true, draw_params},
  {"bytes", 7, 6, true, draw_size},
  {"trained", 7, 8, true, draw_time},
  {"cost", 8, 5, true, draw_cost},
  {"data", 18, 9, false, draw_data},
};
#define N_COLUMNS (sizeof columns / sizeof *columns)
#define NAME_COLS 14

struct table {
  struct compare *v;
  const struct compare_row *base;
  int name_cols;
  int width[N_COLUMNS];          /* 0: left out */
};

static void
lay_out(struct table *t, int cols)
{
  int room = cols - 3 - NAME_COLS, longest = NAME_COLS;

  memset(t->width, 0, sizeof t->width);
  for (int rank = 0; rank < (int)N_COLUMNS; rank++)
    for (size_t i = 0; i < N_COLUMNS; i++)
      if (columns[i].rank == rank && room >= columns[i].width + 2) {
        t->width[i] = columns[i].width;
        room -= columns[i].width + 2;
      }
  for (size_t i = 0; i < t->v->n; i++) {
    int w = canvas_width(t->v->rows[i].name, strlen(t->v->rows[i].name));

    longest = w > longest ? w : longest;
  }
  t->name_cols = longest - NAME_COLS < room ? longest : NAME_COLS + room;
  room -= t->name_cols - NAME_COLS;
  if (t->width[N_COLUMNS - 1])
    t->width[N_COLUMNS - 1] += room > 30 ? 30 : room;
}

static void
draw_heads(const struct table *t, struct canvas *c, struct area a, bool focus)
{
  int col = 3 + t->name_cols;

  canvas_str(c, a, 0, 3, focus ? STYLE_NAME : STYLE_HEAD, "run");
  for (size_t i = 0; i < N_COLUMNS; i++) {
    if (!t->width[i])
      continue;
    if (columns[i].right)
      canvas_right(c, a, 0, col + 2, t->width[i], STYLE_HEAD, columns[i].head);
    else
      canvas_str(c, a, 0, col + 2, STYLE_HEAD, columns[i].head);
    col += t->width[i] + 2;
  }
}

static void
draw_row(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  const struct table *t = arg;
  const struct compare_row *r = &t->v->rows[i];
  int col = 3 + t->name_cols;

  (void)here;
  if (r->marked)
    canvas_put(c, a, 0, 1, STYLE_MARKED, '*');
  canvas_fit(c, a, 0, 3, t->name_cols, r->marked ? STYLE_MARKED : STYLE_NORMAL, r->name, strlen(r->name));
  for (size_t k = 0; k < N_COLUMNS; k++) {
    if (!t->width[k])
      continue;
    columns[k].draw(r, r == t->base, c, area_cols(a, col + 2, t->width[k]));
    col += t->width[k] + 2;
  }
}

static void
draw_table(struct compare *v, struct canvas *c, struct area a)
{
  struct table t = {.v = v, .base = compare_baseline(v)};

  lay_out(&t, a.cols - 1);
  draw_heads(&t, c, area_rows(a, 0, 1), !v->below);
  v->table_area = area_rows(a, 1, a.rows - 1);
  list_draw(&v->list, c, v->table_area, !v->below, draw_row, &t);
}

/* ---- together ---- */

void
compare_tabs(const struct compare *v, struct part_tab tabs[N_PAGES])
{
  size_t n = 0;

  for (size_t i = 0; i < v->n_experiments; i++)
    n += v->results[i] != NULL;
  tabs[PAGE_LABELS] = (struct part_tab){"labels", "l", NAN};
  tabs[PAGE_CONFUSION] = (struct part_tab){"confusion", "c", NAN};
  tabs[PAGE_DISAGREE] = (struct part_tab){"disagree", "d", (double)v->n_disagreements};
  tabs[PAGE_EXPERIMENTS] = (struct part_tab){"experiments", "x", (double)n};
}

void
compare_draw(struct compare *v, struct canvas *c, struct area a)
{
  struct part_tab tabs[N_PAGES];
  int most, rows;

  v->view_area = a;
  if (!v->loaded)
    return;
  if (!v->n && !v->n_experiments && !v->has_live) {
    part_empty(c, a, "Nothing to compare yet\n"
                     "`n` starts an experiment: is the student better with\n"
                     "the generated texts, by how much, and at what cost?\n"
                     "Runs that `4` Train makes stand here, too.");
    return;
  }
  most = v->page == PAGE_EXPERIMENTS && v->below ? a.rows / 4 : a.rows * 2 / 5;
  rows = v->n ? (int)v->n + 1 : 0;
  rows = rows > most ? most < 3 ? 3 : most : rows;
  if (v->n)
    draw_table(v, c, area_rows(a, 0, rows));
  compare_tabs(v, tabs);
  v->tabs_area = area_rows(a, rows, 1);
  part_tabs_draw(c, v->tabs_area, tabs, N_PAGES, v->page, v->below);
  v->page_area = area_rows(a, rows + 1, a.rows - rows - 1);
  compare_draw_page(v, c, v->page_area, v->below);
}
