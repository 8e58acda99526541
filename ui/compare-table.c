/* The table of Compare: arms, teachers and runs, with as many columns as there is room for. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ui/view-compare.h"

/* A column; those with the least rank are shown first where there is little room. */
struct column_def {
  const char *head, *sort;       /* sort: as it is called in the menu, NULL: one cannot sort by it */
  int width;
  int rank;
  bool right;
  bool least;                    /* the least is the best */
  void (*draw)(const struct compare_row *r, struct canvas *c, struct area a);
  double (*key)(const struct compare_row *r);
};

/* ---- columns ---- */

static void
right(struct canvas *c, struct area a, enum style s, const char *text)
{
  canvas_right(c, a, 0, 0, a.cols, s, text);
}

#define KEY(name, field)                        \
  static double                                 \
  name(const struct compare_row *r)             \
  {                                             \
    return (double)r->field;                    \
  }
KEY(key_accuracy, accuracy)
KEY(key_f1, macro_f1)
KEY(key_difference, difference)
KEY(key_texts, n_train)
KEY(key_params, n_params)
KEY(key_size, size_bytes)
KEY(key_adds, multiply_adds)
KEY(key_us, us_text)
KEY(key_cpu, cpu_seconds)
KEY(key_cost, cost_usd)

static void
draw_accuracy(const struct compare_row *r, struct canvas *c, struct area a)
{
  char n[PART_TEXT], m[PART_TEXT];

  if (isfinite(r->accuracy))
    canvas_printf(c, a, 0, 0, STYLE_BOLD, "%5s", part_score(r->accuracy, n));
  else if (r->state == RUN_RUNNING)
    canvas_str(c, a, 0, 0, STYLE_GOOD, "training");
  else
    canvas_str(c, a, 0, 0, STYLE_DIM, r->state == RUN_FAILED ? "failed" : r->state == RUN_INTERRUPTED ? "interrupted"
                                      : r->state == RUN_QUEUED ? "waits" : r->kind == COMPARE_RUN ? "e evaluates"
                                        : "–");
  if (isfinite(r->lo) && isfinite(r->hi))
    canvas_printf(c, a, 0, 6, STYLE_DIM, "±%s", part_score((r->hi - r->lo) / 2, m));
}

static void
draw_difference(const struct compare_row *r, struct canvas *c, struct area a)
{
  char n[PART_TEXT], p[PART_TEXT];

  if (r->is_first) {
    canvas_str(c, a, 0, 0, STYLE_DIM, r->kind == COMPARE_ARM ? "first arm" : "baseline");
    return;
  }
  if (!isfinite(r->difference))
    return;
  canvas_right(c, a, 0, 0, 6, !(r->p < .05) ? STYLE_NORMAL : r->difference > 0 ? STYLE_GOOD : STYLE_BAD,
               part_points(r->difference, n));
  canvas_str(c, a, 0, 7, r->p < .05 ? STYLE_NORMAL : STYLE_DIM, part_p(r->p, p));
}

static void
draw_f1(const struct compare_row *r, struct canvas *c, struct area a)
{
  char n[PART_TEXT];

  right(c, a, STYLE_NUMBER, part_score(r->macro_f1, n));
}

static void
draw_student(const struct compare_row *r, struct canvas *c, struct area a)
{
  canvas_fit(c, a, 0, 0, a.cols, STYLE_NORMAL, r->student, strlen(r->student));
}

static void
draw_texts(const struct compare_row *r, struct canvas *c, struct area a)
{
  char n[PART_TEXT];

  right(c, a, STYLE_NUMBER, part_count(r->n_train, n));
}

static void
draw_us(const struct compare_row *r, struct canvas *c, struct area a)
{
  char n[PART_TEXT];

  right(c, a, STYLE_NUMBER, part_short(r->us_text, n));
}

static void
draw_params(const struct compare_row *r, struct canvas *c, struct area a)
{
  char n[PART_TEXT];

  right(c, a, STYLE_NUMBER, part_short(r->n_params, n));
}

static void
draw_size(const struct compare_row *r, struct canvas *c, struct area a)
{
  char n[PART_TEXT];

  right(c, a, STYLE_NUMBER, part_short(r->size_bytes, n));
}

static void
draw_adds(const struct compare_row *r, struct canvas *c, struct area a)
{
  char n[PART_TEXT];

  right(c, a, STYLE_NUMBER, part_short(r->multiply_adds, n));
}

static void
draw_cost(const struct compare_row *r, struct canvas *c, struct area a)
{
  char n[PART_TEXT];

  if (r->kind == COMPARE_TEACHER && isfinite(r->cost_usd))   /* it labels again and again: a price, not a sum */
    snprintf(n, sizeof n, r->cost_usd < 10 ? "$%.2f/1M" : "$%.0f/1M", r->cost_usd);
  else
    part_money(r->cost_usd, n);
  right(c, a, STYLE_NUMBER, n);
}

static void
draw_cpu(const struct compare_row *r, struct canvas *c, struct area a)
{
  char n[PART_TEXT];

  right(c, a, STYLE_NUMBER, part_seconds(r->cpu_seconds, n));
}

static void
draw_data(const struct compare_row *r, struct canvas *c, struct area a)
{
  const char *data = r->data && *r->data ? r->data : "accepted and seed";

  canvas_fit(c, a, 0, 0, a.cols, STYLE_DIM, data, strlen(data));
}

static const struct column_def columns[] = {
  {"accuracy ±95 %", "accuracy", 14, 0, false, false, draw_accuracy, key_accuracy},
  {"macro F1", "macro F1", 8, 3, true, false, draw_f1, key_f1},
  {"Δ points", "difference", 14, 1, false, false, draw_difference, key_difference},
  {"student", NULL, 9, 2, false, false, draw_student, NULL},
  {"texts", "training texts", 6, 4, true, true, draw_texts, key_texts},
  {"cost", "cost", 8, 5, true, true, draw_cost, key_cost},
  {"µs/text", "µs a text", 7, 6, true, true, draw_us, key_us},
  {"bytes", "bytes", 6, 8, true, true, draw_size, key_size},
  {"params", "parameters", 6, 7, true, true, draw_params, key_params},
  {"mult-adds", "multiply-adds", 9, 9, true, true, draw_adds, key_adds},
  {"CPU s", "CPU seconds", 6, 10, true, true, draw_cpu, key_cpu},
  {"data", NULL, 18, 11, false, false, draw_data, NULL},
};
#define N_COLUMNS N_OF(columns)
#define NAME_COLS 12

/* ---- sorting ---- */

const char *compare_sort_names[COMPARE_SORTS] = {"as they come", "name"};

/* The column of a sort; SIZE_MAX: none. */
static size_t
column_of(size_t sort)
{
  size_t n = 2;

  for (size_t i = 0; i < N_COLUMNS; i++)
    if (columns[i].sort && n++ == sort)
      return i;
  return SIZE_MAX;
}

size_t
compare_sort_count(void)
{
  size_t n = 2;

  for (size_t i = 0; i < N_COLUMNS; i++)
    if (columns[i].sort)
      compare_sort_names[n++] = columns[i].sort;
  return n;
}

double
compare_sort_key(const struct compare_row *row, size_t sort, bool *least)
{
  size_t at = column_of(sort);

  if (at == SIZE_MAX)
    return NAN;
  *least = columns[at].least;
  return columns[at].key(row);
}

/* ---- the table ---- */

struct table {
  struct compare *v;
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
  size_t sorted = column_of(t->v->sort);
  int col = 3 + t->name_cols;

  canvas_str(c, a, 0, 3, focus ? STYLE_NAME : STYLE_HEAD, t->v->findings ? "arm or run" : "run");
  for (size_t i = 0; i < N_COLUMNS; i++) {
    enum style s = i == sorted ? STYLE_BOLD : STYLE_HEAD;

    if (!t->width[i])
      continue;
    if (columns[i].right)
      canvas_right(c, a, 0, col + 2, t->width[i], s, columns[i].head);
    else
      canvas_str(c, a, 0, col + 2, s, columns[i].head);
    col += t->width[i] + 2;
  }
}

static void
draw_row(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  const struct table *t = arg;
  const struct compare_row *r = &t->v->rows[i];
  enum style s = r->marked ? STYLE_MARKED : r->kind == COMPARE_ARM ? STYLE_BOLD : r->kind == COMPARE_TEACHER
    ? STYLE_HINT
                 : STYLE_NORMAL;
  int col = 3 + t->name_cols;

  (void)here;
  if (r->marked)
    canvas_put(c, a, 0, 1, STYLE_MARKED, '*');
  canvas_fit(c, a, 0, 3, t->name_cols, s, r->name, strlen(r->name));
  for (size_t k = 0; k < N_COLUMNS; k++) {
    if (!t->width[k])
      continue;
    columns[k].draw(r, c, area_cols(a, col + 2, t->width[k]));
    col += t->width[k] + 2;
  }
}

void
compare_draw_table(struct compare *v, struct canvas *c, struct area a)
{
  struct table t = {.v = v};

  lay_out(&t, a.cols - 1);
  v->head_area = area_rows(a, 0, 1);
  draw_heads(&t, c, v->head_area, !v->below);
  v->table_area = area_rows(a, 1, a.rows - 1);
  list_draw(&v->list, c, v->table_area, !v->below, draw_row, &t);
}

size_t
compare_sort_at(const struct compare *v, int col)
{
  struct table t = {.v = (struct compare *)(uintptr_t)v};
  size_t sort = 2;

  lay_out(&t, v->head_area.cols - 1);
  if (col < 3 + t.name_cols)
    return 1;
  col -= 3 + t.name_cols;
  for (size_t i = 0; i < N_COLUMNS; i++) {
    if (t.width[i] && col < t.width[i] + 2)
      return columns[i].sort ? sort : SIZE_MAX;
    col -= t.width[i] ? t.width[i] + 2 : 0;
    sort += columns[i].sort != NULL;
  }
  return SIZE_MAX;
}
