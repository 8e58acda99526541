/* Accuracy over cost: every row as a letter, the front of those that nothing beats, and a table of the figures. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/pareto.h"
#include "ui/chart.h"
#include "ui/view-compare.h"

#define SHOWN_MAX 52u            /* letters */

/* ---- axes ---- */

#define COST(name, field)                       \
  static double                                 \
  name(const struct compare_row *r)             \
  {                                             \
    return (double)r->field;                    \
  }
COST(us_of, us_text)
COST(bytes_of, size_bytes)
COST(adds_of, multiply_adds)
COST(cpu_of, cpu_seconds)

/* A teacher's money is a price, a student's a sum: they do not stand on one axis. */
static double
money_of(const struct compare_row *r)
{
  return r->kind == COMPARE_TEACHER ? NAN : r->cost_usd;
}

static const struct {
  const char *name;
  double (*of)(const struct compare_row *r);
} axes[] = {
  {"µs a text", us_of}, {"bytes", bytes_of}, {"multiply-adds a text", adds_of}, {"$ of its texts", money_of},
  {"CPU seconds of training", cpu_of},
};

void
compare_next_axis(struct compare *v)
{
  v->axis = (v->axis + 1) % (int)N_OF(axes);
}

const char *
compare_axis_name(const struct compare *v)
{
  return axes[v->axis].name;
}

/* ---- points ---- */

struct costs {
  struct compare *v;
  const struct compare_row *rows[SHOWN_MAX];
  double cost[SHOWN_MAX], gain[SHOWN_MAX];
  bool front[SHOWN_MAX];
  size_t n;
};

static char
letter(size_t i)
{
  return (char)(i < 26 ? 'a' + i : 'A' + i - 26);
}

/* All that was tested, in the order of the table. */
static void
find_points(struct costs *t, struct compare *v)
{
  *t = (struct costs){.v = v};
  for (size_t i = 0; i < v->n && t->n < SHOWN_MAX; i++) {
    if (!isfinite(v->rows[i].accuracy))
      continue;
    t->rows[t->n] = &v->rows[i];
    t->cost[t->n] = axes[v->axis].of(&v->rows[i]);
    t->gain[t->n++] = v->rows[i].accuracy;
  }
  pareto_front(t->cost, t->gain, t->n, t->front);
}

/* ---- the chart ---- */

/* Costs are drawn on a log axis; 0 stands a step left of the least. */
static double
on_axis(const struct costs *t, double cost)
{
  double least = INFINITY;

  if (cost > 0)
    return log10(cost);
  for (size_t i = 0; i < t->n; i++)
    if (t->cost[i] > 0)
      least = fmin(least, t->cost[i]);
  return cost == 0 ? (isfinite(least) ? log10(least) - .5 : 0) : NAN;
}

struct stairs {
  double x[2 * SHOWN_MAX + 2], y[2 * SHOWN_MAX + 2];
  size_t n;
};

/* From point to point of the front, the cheapest first: what is reached for at most so much. */
static void
climb(const struct costs *t, double to, struct stairs *s)
{
  double last = -INFINITY, best = 0;

  s->n = 0;
  for (;;) {
    size_t next = SIZE_MAX;

    for (size_t i = 0; i < t->n; i++)
      if (t->front[i] && on_axis(t, t->cost[i]) > last && (next == SIZE_MAX || t->cost[i] < t->cost[next]))
        next = i;
    if (next == SIZE_MAX)
      break;
    last = on_axis(t, t->cost[next]);
    if (s->n) {
      s->x[s->n] = last;
      s->y[s->n++] = best;
    }
    best = t->gain[next];
    s->x[s->n] = last;
    s->y[s->n++] = best;
  }
  if (s->n) {
    s->x[s->n] = to;
    s->y[s->n++] = best;
  }
}

static void
draw_chart(struct costs *t, struct canvas *c, struct area a)
{
  struct series series[SHOWN_MAX + 1];
  double x[SHOWN_MAX], from = INFINITY, to = -INFINITY;
  size_t here = 0;
  struct stairs stairs;
  char title[60];
  struct chart ch = {.title = title, .series = series, .y_fraction = true, .log_x = true, .aside = "x: another cost",
                     .empty = "none of these costs is known"};

  snprintf(title, sizeof title, "accuracy over %s", axes[t->v->axis].name);
  for (size_t i = 0; i < t->n; i++)
    here = t->rows[i] == compare_selected(t->v) ? i : here;
  for (size_t i = 0; i < t->n; i++) {
    x[i] = on_axis(t, t->cost[i]);
    from = isfinite(x[i]) ? fmin(from, x[i]) : from;
    to = isfinite(x[i]) ? fmax(to, x[i]) : to;
  }
  ch.x_min = from - .1;
  ch.x_max = to + .15;
  climb(t, to + .15, &stairs);
  series[ch.n_series++] = (struct series){.x = stairs.x, .y = stairs.y, .n = stairs.n, .style = STYLE_RULE,
                                          .letter = '-'};
  for (size_t k = 0; k < t->n; k++) {   /* the selected one has its place first, others beside it */
    size_t i = k == 0 ? here : k <= here ? k - 1 : k;
    const struct compare_row *r = t->rows[i];

    series[ch.n_series++] = (struct series){.x = &x[i], .y = &t->gain[i], .n = 1, .letter = letter(i), .marks = true,
      .letters = true, .loose = true, .style = r == compare_selected(t->v) ? STYLE_TAB_HERE : r->marked ? STYLE_MARKED
                                               : t->front[i] ? STYLE_GOOD : STYLE_NORMAL};
  }
  chart_draw(&ch, c, a);
}

/* ---- the figures ---- */

static void
figure_us_batch(const struct costs *t, const struct compare_row *r, char out[PART_TEXT])
{
  const struct found_row *f = compare_arm(t->v, r);

  part_short(f ? f->measured.us_batch : NAN, out);
}

static void
figure_peak(const struct costs *t, const struct compare_row *r, char out[PART_TEXT])
{
  const struct found_row *f = compare_arm(t->v, r);

  part_short(f ? f->measured.peak_bytes : NAN, out);
}

static void
figure_share(const struct costs *t, const struct compare_row *r, char out[PART_TEXT])
{
  const struct found_row *f = compare_arm(t->v, r);
  double share = f ? f->teacher_share : NAN;

  if (isfinite(share))
    snprintf(out, PART_TEXT, "%.0f %%", 100 * share);
  else
    snprintf(out, PART_TEXT, "–");
}

static void
figure_even(const struct costs *t, const struct compare_row *r, char out[PART_TEXT])
{
  const struct found_row *f = compare_arm(t->v, r);

  if (f && isinf(f->break_even))
    snprintf(out, PART_TEXT, "never");
  else
    part_short(f ? f->break_even : NAN, out);
}

static void
figure_us(const struct costs *t, const struct compare_row *r, char out[PART_TEXT])
{
  (void)t;
  part_short(r->us_text, out);
}

static void
figure_bytes(const struct costs *t, const struct compare_row *r, char out[PART_TEXT])
{
  (void)t;
  part_short(r->size_bytes, out);
}

static void
figure_cost(const struct costs *t, const struct compare_row *r, char out[PART_TEXT])
{
  (void)t;
  if (r->kind == COMPARE_TEACHER && isfinite(r->cost_usd))
    snprintf(out, PART_TEXT, r->cost_usd < 10 ? "$%.2f/1M" : "$%.0f/1M", r->cost_usd);
  else
    part_money(r->cost_usd, out);
}

static const struct {
  const char *head;
  int width, rank;
  void (*say)(const struct costs *t, const struct compare_row *r, char out[PART_TEXT]);
} figures[] = {
  {"pays after", 10, 0, figure_even}, {"of teacher", 11, 1, figure_share}, {"cost", 8, 2, figure_cost},
  {"µs", 5, 3, figure_us}, {"µs at 32", 8, 4, figure_us_batch}, {"bytes", 6, 5, figure_bytes},
  {"peak", 6, 6, figure_peak},
};

static int
names_width(int cols)
{
  return cols > 90 ? 26 : 15;
}

static void
draw_row(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  const struct costs *t = arg;
  const struct compare_row *r = t->rows[i];
  bool selected = r == compare_selected(t->v);
  int names = names_width(a.cols), room = a.cols - 11 - names, col;
  char n[PART_TEXT], *title = compare_row_title(r);

  (void)here;
  canvas_put(c, a, 0, 1, selected ? STYLE_TAB_HERE : r->marked ? STYLE_MARKED : STYLE_KEY, (unsigned char)letter(i));
  if (t->front[i])
    canvas_put(c, a, 0, 2, STYLE_GOOD, 0x25cf);
  col = canvas_fit(c, a, 0, 4, names, selected ? STYLE_BOLD : STYLE_NORMAL, title, strlen(title));
  canvas_right(c, a, 0, col, 5, STYLE_BOLD, part_score(r->accuracy, n));
  col += 6;
  for (size_t k = 0; k < N_OF(figures) && room >= figures[k].width + 1; k++) {
    figures[k].say(t, r, n);
    canvas_right(c, a, 0, col, figures[k].width, STYLE_NUMBER, n);
    col += figures[k].width + 1;
    room -= figures[k].width + 1;
  }
  free(title);
}

static void
draw_figures(struct costs *t, struct canvas *c, struct area a, bool focus)
{
  struct list *list = &t->v->lists[PAGE_COST];
  int names = names_width(a.cols), room = a.cols - 11 - names, col = 10 + names;

  canvas_put(c, a, 0, 2, STYLE_GOOD, 0x25cf);
  canvas_str(c, a, 0, 4, STYLE_HEAD, "front");
  canvas_right(c, a, 0, 4 + names, 5, STYLE_HEAD, "acc.");
  for (size_t k = 0; k < N_OF(figures) && room >= figures[k].width + 1; k++) {
    canvas_right(c, a, 0, col, figures[k].width, STYLE_HEAD, figures[k].head);
    col += figures[k].width + 1;
    room -= figures[k].width + 1;
  }
  list_keep(list, t->n, list->at);
  list->quiet = true;
  t->v->page_area = area_rows(a, 1, a.rows - 1);
  list_draw(list, c, t->v->page_area, focus, draw_row, t);
}

/* What the whole project has used up so far. */
static void
draw_spending(const struct found_spending *s, struct canvas *c, struct area a)
{
  char generation[PART_TEXT], annotation[PART_TEXT], in[PART_TEXT], out[PART_TEXT], n[PART_TEXT];
  struct buf b = BUF_INIT;

  buf_addf(&b, "so far %s for generation, %s for annotation: %s requests, %s tokens in, %s out",
           part_money(s->generation_usd, generation), part_money(s->annotation_usd, annotation),
           part_count((double)s->n_requests, n), part_short(s->tokens_in, in), part_short(s->tokens_out, out));
  if (s->person_minutes > 0)
    buf_addf(&b, "; %.0f minutes of curation", s->person_minutes);
  canvas_fit(c, a, 0, 1, a.cols - 2, STYLE_DIM, buf_str(&b), b.n);
  buf_release(&b);
}

static void
draw(struct compare *v, struct canvas *c, struct area a, bool focus)
{
  struct costs t;
  int rows;

  find_points(&t, v);
  if (!t.n) {
    part_empty(c, a, "Nothing was tested yet");
    return;
  }
  if (v->findings && a.rows > 10 && (v->findings->spending.n_requests || v->findings->spending.person_minutes > 0)) {
    draw_spending(&v->findings->spending, c, area_rows(a, a.rows - 1, 1));
    a.rows--;
  }
  if (a.cols >= 110) {
    int width = a.cols - 78 > 90 ? 90 : a.cols - 78 < 46 ? 46 : a.cols - 78;

    draw_chart(&t, c, area_cols(a, 1, width));
    draw_figures(&t, c, area_cols(a, width + 2, a.cols - width - 2), focus);
    return;
  }
  rows = (int)t.n + 1 < a.rows / 2 ? (int)t.n + 1 : a.rows / 2;
  if (a.rows - rows < 6)
    rows = focus || a.rows < 6 ? a.rows : 0;   /* there is room for one of both */
  if (rows < a.rows)
    draw_chart(&t, c, area_cols(area_rows(a, 0, a.rows - rows), 1, a.cols - 2));
  if (rows)
    draw_figures(&t, c, area_rows(a, a.rows - rows, rows), focus);
}

/* Goes to that row in the table. */
static void
enter(struct compare *v)
{
  struct costs t;
  size_t at = v->lists[PAGE_COST].at;

  find_points(&t, v);
  if (at < t.n)
    list_go(&v->list, (size_t)(t.rows[at] - v->rows));
}

static void
move(struct compare *v, enum move m)
{
  list_move(&v->lists[PAGE_COST], m);
}

const struct compare_page compare_page_cost = {.name = "cost", .brief = "cost", .key = "o", .draw = draw, .move = move,
                                               .enter = enter};
