/* The pages under the table: labels, confusion, texts that two runs disagree on, experiments. */
#include "ui/view-compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ui/chart.h"

/* ---- labels ---- */

static const char *
label_at(const struct compare_row *r, size_t i)
{
  const char *name = json_string(json_at(json_get(r->metrics, "labels"), i));

  return name ? name : "";
}

static double
f1_of(const struct compare_row *r, const char *label)
{
  for (const struct json *j = json_first(json_get(r->metrics, "per_label")); j; j = json_next(j)) {
    const char *name = json_string(json_get(j, "label"));

    if (name && !strcmp(name, label))
      return json_number(json_get(j, "f1"), NAN);
  }
  return NAN;
}

static int
names_width(const struct compare_row *r, int most)
{
  int width = 5;

  for (const struct json *j = json_first(json_get(r->metrics, "per_label")); j; j = json_next(j)) {
    const char *name = json_string(json_get(j, "label"));
    int w = name ? canvas_width(name, strlen(name)) : 0;

    width = w > width ? w : width;
  }
  return width < most ? width : most;
}

static void
draw_label(const struct json *j, const struct compare_row *base, struct canvas *c, struct area a, int name_cols)
{
  const char *name = json_string(json_get(j, "label"));
  double f1 = json_number(json_get(j, "f1"), NAN), before = base && name ? f1_of(base, name) : NAN;
  char n[PART_TEXT];
  int col = canvas_fit(c, a, 0, 1, name_cols, STYLE_LABEL, name ? name : "", name ? strlen(name) : 0) + 1, bar;

  canvas_right(c, a, 0, col, 6, STYLE_NUMBER, part_count(json_number(json_get(j, "support"), NAN), n));
  canvas_right(c, a, 0, col + 6, 7, STYLE_DIM, part_score(json_number(json_get(j, "precision"), NAN), n));
  canvas_right(c, a, 0, col + 13, 7, STYLE_DIM, part_score(json_number(json_get(j, "recall"), NAN), n));
  canvas_right(c, a, 0, col + 20, 6, STYLE_BOLD, part_score(f1, n));
  col += 28;
  if (isfinite(before)) {
    canvas_right(c, a, 0, col, 6, f1 > before ? STYLE_GOOD : f1 < before ? STYLE_BAD : STYLE_DIM, part_points(f1 - before, n));
    col += 8;
  }
  bar = a.cols - col - 2 > 40 ? 40 : a.cols - col - 2;
  if (bar >= 8)
    canvas_bar(c, a, 0, col, bar, STYLE_BAR, isfinite(f1) ? f1 : 0);
}

static void
draw_labels(const struct compare_row *r, const struct compare_row *base, struct canvas *c, struct area a)
{
  int name_cols = names_width(r, a.cols / 3), col = name_cols + 2, row = 1;

  canvas_str(c, a, 0, 1, STYLE_HEAD, "label");
  canvas_right(c, a, 0, col, 6, STYLE_HEAD, "texts");
  canvas_right(c, a, 0, col + 6, 7, STYLE_HEAD, "prec.");
  canvas_right(c, a, 0, col + 13, 7, STYLE_HEAD, "recall");
  canvas_right(c, a, 0, col + 20, 6, STYLE_HEAD, "F1");
  if (base)
    canvas_right(c, a, 0, col + 28, 6, STYLE_HEAD, "Δ");
  for (const struct json *j = json_first(json_get(r->metrics, "per_label")); j && row < a.rows; j = json_next(j))
    draw_label(j, base, c, area_rows(a, row++, 1), name_cols);
}

/* ---- confusion ---- */

static double
cell_of(const struct compare_row *r, size_t truth, size_t said)
{
  return json_number(json_at(json_at(json_get(r->metrics, "confusion"), truth), said), 0);
}

#define CELL 5

static void
draw_matrix(const struct compare_row *r, size_t n, struct canvas *c, struct area a, int name_cols)
{
  for (size_t k = 0; k < n; k++) {
    const char *name = label_at(r, k);

    canvas_fit(c, a, 0, name_cols + 3 + (int)k * CELL, CELL - 1, STYLE_HEAD, name, strnlen(name, 4));
  }
  for (size_t i = 0; i < n; i++) {
    const char *name = label_at(r, i);

    canvas_fit(c, a, (int)i + 1, 1, name_cols, STYLE_LABEL, name, strlen(name));
    for (size_t k = 0; k < n; k++) {
      double x = cell_of(r, i, k);
      char number[PART_TEXT];

      canvas_right(c, a, (int)i + 1, name_cols + 2 + (int)k * CELL, CELL - 1,
                   x == 0 ? STYLE_DIM : i == k ? STYLE_GOOD : STYLE_BAD, x > 0 ? part_short(x, number) : "·");
    }
  }
}

struct confusion_pair {
  size_t truth, said;
  double n;
};

static int
by_count(const void *x, const void *y)
{
  const struct confusion_pair *a = x, *b = y;

  return a->n > b->n ? -1 : a->n < b->n ? 1 : a->truth < b->truth ? -1 : a->truth > b->truth;
}

/* Where the matrix does not fit: what is mistaken for what, most often first. */
static void
draw_pairs(const struct compare_row *r, size_t n, struct canvas *c, struct area a)
{
  struct confusion_pair *pairs = xcalloc(n * n + 1, sizeof *pairs);
  size_t n_pairs = 0;

  for (size_t i = 0; i < n * n; i++)
    if (i / n != i % n && cell_of(r, i / n, i % n) > 0)
      pairs[n_pairs++] = (struct confusion_pair){i / n, i % n, cell_of(r, i / n, i % n)};
  qsort(pairs, n_pairs, sizeof *pairs, by_count);
  canvas_str(c, a, 0, 1, STYLE_HEAD, "texts  of the label, taken for");
  for (size_t i = 0; i < n_pairs && (int)i + 1 < a.rows; i++) {
    int col = canvas_printf(c, a, (int)i + 1, 1, STYLE_NUMBER, "%5.0f  ", pairs[i].n);

    col = canvas_str(c, a, (int)i + 1, col, STYLE_LABEL, label_at(r, pairs[i].truth));
    col = canvas_str(c, a, (int)i + 1, col, STYLE_DIM, "  for  ");
    canvas_str(c, a, (int)i + 1, col, STYLE_BAD, label_at(r, pairs[i].said));
  }
  free(pairs);
}

static int
matrix_width(const struct compare_row *r)
{
  size_t n = json_size(json_get(r->metrics, "confusion"));

  return n > 60 ? 1000 : names_width(r, 16) + 3 + (int)n * CELL;
}

static void
draw_confusion(const struct compare_row *r, struct canvas *c, struct area a)
{
  size_t n = json_size(json_get(r->metrics, "confusion"));

  if (!n)
    canvas_str(c, a, 0, 1, STYLE_DIM, "no confusion: it is of one label a text, and needs an evaluation (e)");
  else if (matrix_width(r) <= a.cols && (int)n + 1 <= a.rows)
    draw_matrix(r, n, c, a, names_width(r, 16));
  else
    draw_pairs(r, n < 4096 ? n : 4096, c, a);
}

/* ---- disagreements ---- */

static void
draw_said(struct canvas *c, struct area a, int col, int width, const char *label, bool right)
{
  canvas_put(c, a, 0, col, right ? STYLE_GOOD : STYLE_BAD, right ? 0x2713 : 0x2717);
  canvas_fit(c, a, 0, col + 2, width - 2, right ? STYLE_NORMAL : STYLE_BAD, label, strlen(label));
}

static void
draw_disagreement(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct compare *v = arg;
  const struct labels *labels = corpus_labels(project_corpus(v->p));
  const struct disagreement *d = &v->disagreements[i];
  int width = a.cols < 80 ? 11 : a.cols < 140 ? 14 : 20, col = 1;
  struct sample s;

  (void)here;
  corpus_get(project_corpus(v->p), d->id, &s);
  col = canvas_fit(c, a, 0, col, width, STYLE_LABEL, label_name(labels, d->truth), strlen(label_name(labels, d->truth))) + 1;
  draw_said(c, a, col, width, label_name(labels, d->a), d->a == d->truth);
  draw_said(c, a, col + width + 1, width, label_name(labels, d->b), d->b == d->truth);
  col += 2 * width + 2;
  canvas_fit(c, a, 0, col, a.cols - col, STYLE_NORMAL, s.text ? s.text : "", s.n_text);
}

/* A line for each of both, at the bottom: what it says of the selected text, and by which words. */
static void
draw_grounds(struct compare *v, const struct compare_row *x, const struct compare_row *y, struct canvas *c, struct area a)
{
  const struct compare_row *rows[2] = {x, y};
  struct sample s;
  struct pane p;

  if (v->disagree_list.at >= v->n_disagreements ||
      !corpus_get(project_corpus(v->p), v->disagreements[v->disagree_list.at].id, &s))
    return;
  for (int i = 0; i < 2; i++) {
    v->grounds[i].of_run = rows[i]->id;
    if (rows[i]->kind != PREDICTOR_RUN)  /* a teacher says what it says */
      continue;
    grounds_ask(&v->grounds[i], s.id);
    pane_init(&p);
    grounds_line(&v->grounds[i], &p, &s);
    pane_draw(&p, c, area_cols(area_rows(a, i, 1), 1, a.cols - 1));
    pane_release(&p);
  }
}

static void
draw_disagree(struct compare *v, struct canvas *c, struct area a, bool focus)
{
  const struct compare_row *x = compare_selected(v), *y = compare_other(v);
  int width = a.cols < 80 ? 11 : a.cols < 140 ? 14 : 20;

  if (!x || !y || !x->said || !y->said) {
    canvas_str(c, a, 0, 1, STYLE_DIM, "two evaluated runs are needed: Space marks one, the selected one is set against it");
    return;
  }
  canvas_printf(c, a, 0, 1, STYLE_NORMAL, "only %s is right: %u   only %s: %u   both wrong: %u", x->name, v->only_a, y->name,
                v->only_b, v->neither);
  canvas_str(c, a, 1, 1, STYLE_HEAD, "label");
  canvas_fit(c, a, 1, width + 2, width, STYLE_HEAD, x->name, strlen(x->name));
  canvas_fit(c, a, 1, 2 * width + 3, width, STYLE_HEAD, y->name, strlen(y->name));
  canvas_str(c, a, 1, 3 * width + 4, STYLE_HEAD, "text");
  a = area_rows(a, 2, a.rows - 2);
  if (v->grounds[0].on && a.rows > 4) {
    draw_grounds(v, x, y, c, area_rows(a, a.rows - 2, 2));
    a.rows -= 2;
  }
  v->page_area = a;
  list_draw(&v->disagree_list, c, a, focus, draw_disagreement, v);
}

/* ---- experiments ---- */

struct scale {
  double from, to;
};

static struct scale
scale_of(const struct json *arms)
{
  struct scale s = {1, 0};

  for (const struct json *j = json_first(arms); j; j = json_next(j)) {
    const struct json *ci = json_path(j, "accuracy", "ci95", NULL);

    s.from = fmin(s.from, json_number(json_at(ci, 0), 1));
    s.to = fmax(s.to, json_number(json_at(ci, 1), 0));
  }
  s.from = fmax(0, floor(s.from * 20 - .2) / 20);
  s.to = fmin(1, ceil(s.to * 20 + .2) / 20);
  return s.to > s.from ? s : (struct scale){0, 1};
}

struct arm_columns {
  int name, whisker, difference, cost;   /* widths; 0: left out */
};

static struct arm_columns
arm_columns_of(const struct json *arms, int cols)
{
  struct arm_columns w = {.name = 9};
  int room;

  for (const struct json *j = json_first(arms); j; j = json_next(j)) {
    const char *name = json_string(json_get(j, "name"));
    int n = name ? canvas_width(name, strlen(name)) : 0;

    w.name = n > w.name ? n : w.name;
  }
  w.name = w.name > 20 ? 20 : w.name;
  room = cols - 1 - w.name - 20;   /* n, accuracy, margin */
  if (room >= 16) {
    w.difference = 15;
    room -= 16;
  }
  if (room >= 34) {
    w.cost = 9;
    room -= 10;
  }
  w.whisker = room > 60 ? 60 : room >= 8 ? room : 0;
  return w;
}

static void
draw_arm(const struct json *j, const struct arm_columns *w, const struct scale *s, bool first, struct canvas *c, struct area a)
{
  const struct json *accuracy = json_get(j, "accuracy"), *ci = json_get(accuracy, "ci95"), *d = json_get(j, "difference");
  const char *name = json_string(json_get(j, "name"));
  double mean = json_number(json_get(accuracy, "mean"), NAN), lo = json_number(json_at(ci, 0), NAN);
  double hi = json_number(json_at(ci, 1), NAN), points = json_number(json_get(d, "accuracy"), NAN);
  char n[PART_TEXT], p[PART_TEXT];
  int col = canvas_fit(c, a, 0, 1, w->name, STYLE_BOLD, name ? name : "", name ? strlen(name) : 0);

  canvas_right(c, a, 0, col, 7, STYLE_NUMBER, part_count(json_number(json_get(j, "n"), NAN), n));
  canvas_right(c, a, 0, col + 7, 6, STYLE_BOLD, part_score(mean, n));
  canvas_printf(c, a, 0, col + 14, STYLE_DIM, "±%s", part_score((hi - lo) / 2, n));
  col += 20;
  if (w->whisker)
    part_whisker(c, a, 0, col, w->whisker - 1, s->from, s->to, lo, mean, hi, first ? STYLE_NORMAL : STYLE_BAR);
  col += w->whisker;
  if (w->difference && isfinite(points)) {
    canvas_right(c, a, 0, col, 6, points > 0 ? STYLE_GOOD : points < 0 ? STYLE_BAD : STYLE_NORMAL, part_points(points, n));
    canvas_str(c, a, 0, col + 7, STYLE_NORMAL, part_p(json_number(json_get(d, "p"), NAN), p));
  } else if (w->difference && first) {
    canvas_str(c, a, 0, col + 1, STYLE_DIM, "first arm");
  }
  col += w->difference + 1;
  if (w->cost)
    canvas_right(c, a, 0, col, w->cost, STYLE_NUMBER, part_money(json_number(json_get(j, "cost_usd"), NAN), n));
}

static void
draw_arm_heads(const struct arm_columns *w, const struct scale *s, struct canvas *c, struct area a)
{
  int col = 1 + w->name;
  char n[PART_TEXT], to[PART_TEXT];

  canvas_str(c, a, 0, 1, STYLE_HEAD, "arm");
  canvas_right(c, a, 0, col, 7, STYLE_HEAD, "texts");
  canvas_str(c, a, 0, col + 9, STYLE_HEAD, "accuracy");
  col += 20;
  if (w->whisker > 12) {
    part_score(s->to, to);
    canvas_str(c, a, 0, col, STYLE_DIM, part_score(s->from, n));
    canvas_right(c, a, 0, col, w->whisker - 1, STYLE_DIM, to);
  }
  col += w->whisker;
  if (w->difference)
    canvas_str(c, a, 0, col + 1, STYLE_HEAD, "Δ points");
  col += w->difference + 1;
  if (w->cost)
    canvas_right(c, a, 0, col, w->cost, STYLE_HEAD, "cost");
}

static int
draw_wrapped(struct canvas *c, struct area a, int row, enum style s, const char *text)
{
  size_t n = strlen(text), next;

  for (size_t at = 0; at < n && row < a.rows; at += next, row++) {
    size_t len = canvas_wrap(text + at, n - at, a.cols - 2, &next);

    canvas_text(c, a, row, 1, s, text + at, len);
  }
  return row;
}

static void
draw_curve(const struct json *curve, struct canvas *c, struct area a)
{
  double x[64], y[64];
  struct series line = {.name = "accuracy", .x = x, .y = y, .style = STYLE_TRAIN, .letter = 'a'};
  struct chart ch = {.title = "accuracy over generated texts", .series = &line, .n_series = 1, .y_fraction = true, .x_name = "generated texts"};
  size_t n = 0;

  for (const struct json *j = json_first(curve); j && n < 64; j = json_next(j), n++) {
    x[n] = json_number(json_get(j, "n"), NAN);
    y[n] = json_number(json_get(j, "mean"), NAN);
  }
  if (n < 2 || a.rows < 6)
    return;
  line.n = n;
  chart_draw(&ch, c, area_cols(a, 1, a.cols - 2 > 90 ? 90 : a.cols - 2));
}

static int
draw_running(const struct compare *v, struct canvas *c, struct area a)
{
  char n[PART_TEXT];
  double part = v->live.total ? (double)v->live.done / (double)v->live.total : 0;
  int col;

  if (!v->has_live)
    return 0;
  col = canvas_printf(c, a, 0, 1, STYLE_GOOD, "experiment %s %s", v->live.state == ACTIVITY_PAUSED ? "paused" : "running",
                      part_percent((double)v->live.done, (double)v->live.total, n)) + 2;
  canvas_bar(c, a, 0, col, a.cols > 100 ? 30 : 12, STYLE_BAR, part);
  col += (a.cols > 100 ? 30 : 12) + 2;
  canvas_fit(c, a, 0, col, a.cols - col - 1, STYLE_NORMAL, v->live.message, strlen(v->live.message));
  return 2;
}

/* How the figures came about, for whoever sees them first. */
static int
draw_method(const struct json *r, const char *student, struct canvas *c, struct area a, int row)
{
  double guarded = json_number(json_get(r, "guarded"), 0);
  struct buf b = BUF_INIT;

  buf_addf(&b, "Each arm trained %s %.0f times on its texts; all were tested on the same %.0f test texts",
           student ? student : "the student", json_number(json_get(r, "seeds"), 0), json_number(json_get(r, "test"), 0));
  if (guarded > 0)
    buf_addf(&b, " (%.0f texts that stand in the test set were left out)", guarded);
  buf_adds(&b, ". ± and the whiskers: 95 % interval; Δ: difference to the first arm.");
  row = draw_wrapped(c, a, row, STYLE_DIM, buf_str(&b));
  buf_release(&b);
  return row;
}

static void
draw_experiment(struct compare *v, struct canvas *c, struct area a)
{
  int row = draw_running(v, c, a);
  const struct json *r = v->experiment < v->n_experiments ? v->results[v->experiment] : NULL, *arms = json_get(r, "arms");
  const char *verdict = json_string(json_get(r, "verdict")), *student = json_string(json_get(r, "student"));
  struct arm_columns w;
  struct scale s;
  char when[20];
  size_t n = 0;
  bool first = true;

  if (!r) {
    if (!v->has_live)
      part_empty(c, a, "No experiment yet\n`n` starts one: seeds alone against seeds and generated texts.");
    return;
  }
  for (size_t i = 0; i < v->n_experiments; i++)
    n += v->results[i] != NULL;
  clock_format(v->experiments[v->experiment].at_ms, when, sizeof when);
  canvas_printf(c, a, row++, 1, STYLE_DIM, "experiment %zu of %zu   %s%s   %s", v->experiment + 1, n, when,
                n > 1 ? "   [ ] older, newer" : "", student ? student : "");
  w = arm_columns_of(arms, a.cols);
  s = scale_of(arms);
  draw_arm_heads(&w, &s, c, area_rows(a, row++, 1));
  for (const struct json *j = json_first(arms); j && row < a.rows; j = json_next(j)) {
    first = json_type(json_get(j, "difference")) != JSON_OBJECT;
    draw_arm(j, &w, &s, first, c, area_rows(a, row++, 1));
  }
  if (verdict && row + 1 < a.rows)
    row = draw_wrapped(c, a, a.rows > 10 ? row + 1 : row, STYLE_BOLD, verdict);
  if (row + 2 < a.rows)
    row = draw_method(r, student, c, a, a.rows > 14 ? row + 1 : row);
  if (json_size(json_get(r, "curve")) > 1)
    draw_curve(json_get(r, "curve"), c, area_rows(a, row + 1, a.rows - row - 1));
}

/* ---- pages ---- */

void
compare_draw_page(struct compare *v, struct canvas *c, struct area a, bool focus)
{
  const struct compare_row *r = compare_selected(v), *base = compare_baseline(v);
  int width, left;

  if (v->page == PAGE_EXPERIMENTS) {
    draw_experiment(v, c, a);
    return;
  }
  if (v->page == PAGE_DISAGREE) {
    draw_disagree(v, c, a, focus);
    return;
  }
  if (!r || !r->metrics) {
    canvas_str(c, a, 0, 1, STYLE_DIM, !r ? "no run is selected" : "not evaluated on the test texts yet: e does it");
    return;
  }
  if (v->page == PAGE_CONFUSION) {
    draw_confusion(r, c, a);
    return;
  }
  width = matrix_width(r);
  left = names_width(r, a.cols / 3) + 82 < a.cols - width - 3 ? names_width(r, a.cols / 3) + 82 : a.cols - width - 3;
  base = base != r && base && base->metrics ? base : NULL;
  if (width + 56 + names_width(r, 20) <= a.cols) {
    draw_labels(r, base, c, area_cols(a, 0, left));
    canvas_vline(c, area_rows(a, 0, (int)json_size(json_get(r->metrics, "per_label")) + 1), left + 1, STYLE_RULE);
    draw_confusion(r, c, area_cols(a, left + 2, width + 1));
  } else {
    size_t n = json_size(json_get(r->metrics, "confusion"));
    int rows = (int)json_size(json_get(r->metrics, "per_label")) + 1;

    draw_labels(r, base, c, a);
    if (width <= a.cols && rows + (int)n + 2 <= a.rows)
      draw_confusion(r, c, area_rows(a, rows + 1, a.rows - rows - 1));
  }
}

void
compare_run_page(struct compare *v, const struct compare_row *row)
{
  struct run_row run = {0};
  struct buf out = BUF_INIT;
  struct err e = {0};
  char n[PART_TEXT], when[20];

  if (row->kind != PREDICTOR_RUN || run_store_by_id(v->p, row->id, &run, &e))
    return;
  clock_format(run.at_ms, when, sizeof when);
  buf_addf(&out, "student    %s\nstate      %s%s%s\nbegun      %s\ntrained    %s on %u texts, %u to validate\n", run.student,
           run_state_names[run.state], run.message && *run.message ? ": " : "", run.message ? run.message : "", when,
           part_seconds(run.seconds, n), run.n_train, run.n_valid);
  buf_addf(&out, "data       %s\nseed       %llu\nbest epoch %u\n", run.data && *run.data ? run.data : "accepted and seed",
           (unsigned long long)run.seed, run.best_epoch);
  buf_addf(&out, "texts cost %s\n", part_money(row->cost_usd, n));
  buf_addf(&out, "\nparameters\n%s\n\nat its end\n%s\n", run.params, run.metrics);
  workbench_page(v->w, run.name, buf_str(&out));
  buf_release(&out);
  run_row_release(&run);
}

void
compare_text_page(struct compare *v, const struct disagreement *d)
{
  const struct corpus *corpus = project_corpus(v->p);
  const struct labels *labels = corpus_labels(corpus);
  const struct compare_row *x = compare_selected(v), *y = compare_other(v);
  struct buf out = BUF_INIT;
  struct sample s;
  char n[PART_TEXT], title[40];

  corpus_get(corpus, d->id, &s);
  snprintf(title, sizeof title, "sample %u", d->id);
  buf_addf(&out, "%s\n%s%s\nlabelled   %s\n", s.text ? s.text : "", s.text2 ? s.text2 : "", s.text2 ? "\n" : "",
           label_name(labels, d->truth));
  buf_addf(&out, "%-10s %s %s\n", x ? x->name : "", label_name(labels, d->a), part_score(d->p_a, n));
  buf_addf(&out, "%-10s %s %s\n", y ? y->name : "", label_name(labels, d->b), part_score(d->p_b, n));
  workbench_page(v->w, title, buf_str(&out));
  buf_release(&out);
}
