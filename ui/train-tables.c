/* What stands below the charts of Train: epochs, what is confused, labels. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "corpus/corpus.h"
#include "ui/view-train.h"

static const struct labels *
labels_of(const struct train *v)
{
  return corpus_labels(workbench_corpus(v->w));
}

static const char *
name_of(const struct train *v, uint16_t label)
{
  return label < labels_count(labels_of(v)) ? label_name(labels_of(v), label) : "?";
}

/* Rows of a page below its head. A page that has the keys lights its row; another only shows where it is scrolled. */
static void
draw_rows(struct list *l, size_t n, struct canvas *c, struct area a, bool focus,
          void (*draw)(void *arg, struct canvas *c, struct area row, size_t i, bool here), struct train *v)
{
  l->height = a.rows;
  list_keep(l, n, l->at);
  l->quiet = !focus;
  list_draw(l, c, a, focus, draw, v);
}

/* ---- epochs ---- */

static void
draw_epoch(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct train *v = arg;
  const struct curve *k = &v->here.curve;
  const struct train_point *p = &k->points[k->ends[i]], *best = train_best(v);
  double before = i ? k->points[k->ends[i - 1]].seconds : 0;
  bool is_best = best && best->epoch == p->epoch;
  char b[5][16];

  (void)here;
  canvas_printf(c, a, 0, 0, is_best ? STYLE_BOLD : STYLE_NORMAL, "%s%3d  %6s %5s  %6s %5s %5s %6.1f %7.1f",
                is_best ? ">" : " ", p->epoch, train_part(p->train_loss, b[0]), train_part(p->train_accuracy, b[1]),
                train_part(p->valid_loss, b[2]), train_part(p->valid_accuracy, b[3]), train_part(p->valid_f1, b[4]),
                p->seconds - before, p->seconds);
  if (is_best && a.cols >= 60)
    canvas_str(c, a, 0, 55, STYLE_DIM, "best");
}

void
train_draw_epochs(struct train *v, struct canvas *c, struct area a, bool focus)
{
  size_t n = v->here.curve.n_ends;
  struct list *l = &v->epochs;

  canvas_str(c, a, 0, 0, focus ? STYLE_BOLD : STYLE_HEAD, "  ep   train   acc   valid   acc    F1   s/ep   s all");
  if (n == 0) {
    canvas_str(c, a, 1, 2, STYLE_DIM, "no epoch has ended yet");
    return;
  }
  if (!focus || l->at + 1 >= l->n)  /* the newest stays in sight */
    l->at = n - 1;
  draw_rows(l, n, c, area_rows(a, 1, a.rows - 1), focus, draw_epoch, v);
}

/* ---- what is confused ---- */

#define NAME_COLS 10
#define CELL_COLS 5

static void
draw_matrix(const struct train *v, struct canvas *c, struct area a)
{
  const struct confusion *m = &v->confusion;

  for (uint32_t k = 0; k < m->n; k++)
    canvas_fit(c, a, 0, NAME_COLS + 1 + (int)k * CELL_COLS, CELL_COLS - 1, STYLE_HEAD, name_of(v, (uint16_t)k),
               strnlen(name_of(v, (uint16_t)k), CELL_COLS - 1));
  for (uint32_t i = 0; i < m->n && (int)i + 1 < a.rows; i++) {
    const char *truth = name_of(v, (uint16_t)i);

    canvas_fit(c, a, (int)i + 1, 0, NAME_COLS, STYLE_LABEL, truth, strlen(truth));
    for (uint32_t k = 0; k < m->n; k++) {
      uint32_t x = m->counts[i * m->n + k];
      char number[16] = ".";

      if (x > 0)
        snprintf(number, sizeof number, "%u", x);
      canvas_right(c, a, (int)i + 1, NAME_COLS + (int)k * CELL_COLS, CELL_COLS - 1,
                   x == 0 ? STYLE_DIM : i == k ? STYLE_BOLD : STYLE_BAD, number);
    }
  }
}

static void
draw_pair(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct train *v = arg;
  const struct confusion_pair *p = &v->confusion.pairs[i];
  int col;

  (void)here;
  col = canvas_printf(c, a, 0, 0, STYLE_BAD, "%5u", p->count) + 2;
  col = canvas_str(c, a, 0, col, STYLE_LABEL, name_of(v, p->truth)) + 1;
  col = canvas_str(c, a, 0, col, STYLE_DIM, "taken for") + 1;
  canvas_str(c, a, 0, col, STYLE_LABEL, name_of(v, p->said));
}

static bool
is_known(const struct train *v)
{
  return v->confusion_of == v->run && v->confusion.n > 0;
}

static void
draw_unknown(const struct train *v, struct canvas *c, struct area a, const char *title)
{
  canvas_str(c, a, 0, 0, STYLE_HEAD, title);
  canvas_str(c, a, 1, 0, STYLE_DIM, v->confusion_working ? "" : curve_runs(&v->here.curve)
             ? "is counted on the validation texts at the end of each epoch"
             : "v evaluates a finished run on the test texts");
}

void
train_draw_confusion(struct train *v, struct canvas *c, struct area a, bool focus)
{
  const struct confusion *m = &v->confusion;
  bool fits = NAME_COLS + (int)m->n * CELL_COLS <= a.cols && (int)m->n + 2 <= a.rows;
  char accuracy[16], f1[16];

  if (!is_known(v) || !m->counts) {
    draw_unknown(v, c, a, "confusion");
    return;
  }
  canvas_printf(c, a, 0, 0, focus ? STYLE_BOLD : STYLE_HEAD, "%s: %s  acc %s F1 %s", v->confusion_name,
                fits ? (a.cols >= 60 ? "truth down, answer across" : "truth down") : "what it confuses", train_part(m->accuracy, accuracy),
                train_part(m->macro_f1, f1));
  a = area_rows(a, 1, a.rows - 1);
  if (fits)
    draw_matrix(v, c, a);
  else if (m->n_pairs)
    draw_rows(&v->pairs, m->n_pairs, c, a, focus, draw_pair, v);
  else
    canvas_str(c, a, 0, 0, STYLE_DIM, "nothing: every text has its label");
}

/* ---- labels ---- */

static void
draw_label(void *arg, struct canvas *c, struct area a, size_t i, bool here)
{
  struct train *v = arg;
  const struct confusion_label *l = &v->confusion.labels[i];
  char b[3][16];

  (void)here;
  canvas_fit(c, a, 0, 0, 18, STYLE_LABEL, name_of(v, l->label), strlen(name_of(v, l->label)));
  canvas_printf(c, a, 0, 19, STYLE_NORMAL, "%6u %6s %6s %6s", l->support, train_part(l->precision, b[0]),
                train_part(l->recall, b[1]), train_part(l->f1, b[2]));
  if (a.cols >= 62 && isfinite(l->f1))
    canvas_bar(c, a, 0, 48, a.cols - 50 > 20 ? 20 : a.cols - 50, STYLE_BAR, l->f1);
}

void
train_draw_labels(struct train *v, struct canvas *c, struct area a, bool focus)
{
  if (!is_known(v)) {
    draw_unknown(v, c, a, "labels");
    return;
  }
  canvas_printf(c, a, 0, 0, focus ? STYLE_BOLD : STYLE_HEAD, "%-18.18s  texts  prec. recall     F1", v->confusion_name);
  draw_rows(&v->labels, v->confusion.n, c, area_rows(a, 1, a.rows - 1), focus, draw_label, v);
}
