/* findings_table.c: findings as text for a terminal, declared in findings_text.h. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "evaluate/figure.h"
#include "evaluate/findings_text.h"

#define PAGE_COLUMNS 78

#define NAME_MAX_COLUMNS 24

/* The columns, 80 wide in all unless names are long: the name stands on the left, numbers on the right. */
enum { COLUMN_NAME, COLUMN_N, COLUMN_ACCURACY, COLUMN_INTERVAL, COLUMN_F1, COLUMN_DIFFERENCE, COLUMN_P, COLUMN_COST };
static const struct {
  const char *title;
  size_t width;
} columns[] = {
  {"arm", 13}, {"n", 7}, {"acc", 6}, {"95 %", 11}, {"F1", 6}, {"difference (95 %)", 24}, {"p", 6}, {"cost", 7},
};

/* Adds s to a column of that width: on the left, cut where it is too long. */
static void
add_left(struct buf *out, const char *s, size_t width)
{
  struct buf safe = BUF_INIT;
  size_t n = 0, used = 0;

  utf8_printable(&safe, s, strlen(s));
  while (n < safe.n) {
    size_t len;
    size_t wide = (size_t)utf8_width(utf8_decode(safe.s + n, safe.n - n, &len));

    if (used + wide > width)
      break;
    used += wide;
    n += len;
  }
  buf_add(out, buf_str(&safe), n);
  buf_addn(out, ' ', width - used);
  buf_release(&safe);
}

/* Adds what `cell` holds to a column of that width, on the right, and empties it. */
static void
add_right(struct buf *out, struct buf *cell, size_t width)
{
  if (cell->n < width)
    buf_addn(out, ' ', width - cell->n);
  buf_add(out, buf_str(cell), cell->n);
  buf_clear(cell);
}

static void
add_range(struct buf *out, double lo, double hi)
{
  figure_add_share(out, lo);
  buf_addc(out, '-');
  figure_add_share(out, hi);
}

static void
add_cell(struct buf *out, const struct found_row *row, size_t column)
{
  const struct found_difference *d = row->difference;

  switch (column) {
  case COLUMN_N:
    buf_addf(out, "%zu", row->n);
    break;
  case COLUMN_ACCURACY:
    figure_add_share(out, row->accuracy.mean);
    break;
  case COLUMN_INTERVAL:
    add_range(out, row->accuracy.ci95.lo, row->accuracy.ci95.hi);
    break;
  case COLUMN_F1:
    figure_add_share(out, row->macro_f1.mean);
    break;
  case COLUMN_DIFFERENCE:
    if (d)
      buf_addf(out, "%+.1f (%.1f to %.1f)", 100 * d->accuracy, 100 * d->ci95.lo, 100 * d->ci95.hi);
    else
      buf_addc(out, '-');
    break;
  case COLUMN_P:
    if (d)
      figure_add_p(out, d->p_holm, true);
    else
      buf_addc(out, '-');
    break;
  default:
    figure_add_cost(out, row->cost_usd);
  }
}

static size_t
name_columns(const struct findings *f)
{
  size_t most = columns[COLUMN_NAME].width;

  for (size_t i = 0; i < f->n_rows; i++) {
    size_t wide = utf8_columns(f->rows[i].name, strlen(f->rows[i].name)) + 1;

    most = wide > most && (f->rows[i].has_per_label || f->rows[i].has_size) ? wide : most;
  }
  return most < NAME_MAX_COLUMNS ? most : NAME_MAX_COLUMNS;
}

/* row NULL: the titles. */
static void
add_row(struct buf *out, const struct found_row *row, size_t names)
{
  struct buf cell = BUF_INIT;

  add_left(out, row ? row->name : columns[COLUMN_NAME].title, names);
  for (size_t i = COLUMN_N; i < N_OF(columns); i++) {
    if (row)
      add_cell(&cell, row, i);
    else
      buf_adds(&cell, columns[i].title);
    add_right(out, &cell, columns[i].width);
  }
  buf_addc(out, '\n');
  buf_release(&cell);
}

/* Breaks a sentence at spaces. */
static void
add_wrapped(struct buf *out, const char *s)
{
  size_t column = 0;

  while (*s) {
    size_t n = strcspn(s, " "), wide = utf8_columns(s, n);

    if (column > 0 && column + 1 + wide > PAGE_COLUMNS) {
      buf_addc(out, '\n');
      column = 0;
    }
    if (column > 0)
      buf_addc(out, ' ');
    buf_add(out, s, n);
    column += wide + (column > 0);
    s += n + (s[n] == ' ');
  }
  buf_addc(out, '\n');
}

static void
add_curve(struct buf *out, const struct found_curve *c)
{
  buf_addf(out, "\n%s texts  accuracy  95 %%\n", c->of);
  for (size_t i = 0; i < c->n_points; i++) {
    struct buf cell = BUF_INIT;

    buf_addf(&cell, "%zu", c->points[i].n);
    add_right(out, &cell, strlen(c->of) + strlen(" texts"));
    figure_add_share(&cell, c->points[i].mean);
    add_right(out, &cell, 10);
    buf_adds(out, "  ");
    add_range(out, c->points[i].ci95.lo, c->points[i].ci95.hi);
    buf_addc(out, '\n');
    buf_release(&cell);
  }
  if (c->advice)
    add_wrapped(out, c->advice);
}

static void
add_source(struct buf *out, const struct found_source *s)
{
  struct buf name = BUF_INIT, cell = BUF_INIT;

  buf_addf(&name, "%s=%s", *s->name ? s->name : s->kind, s->value);
  add_left(out, buf_str(&name), 32);
  buf_addf(&cell, "%zu", s->n);
  add_right(out, &cell, 7);
  buf_addf(&cell, "%+.1f (%.1f to %.1f)", 100 * s->worth, 100 * s->ci95.lo, 100 * s->ci95.hi);
  add_right(out, &cell, 24);
  figure_add_p(&cell, s->p_holm, true);
  add_right(out, &cell, 7);
  figure_add_cost(&cell, s->cost_usd);
  add_right(out, &cell, 8);
  buf_addc(out, '\n');
  buf_release(&name);
  buf_release(&cell);
}

static void
add_sources(struct buf *out, const struct findings *f)
{
  if (!f->n_sources)
    return;
  buf_addf(out, "\nwhat '");
  utf8_printable(out, f->sources[0].arm, strlen(f->sources[0].arm));
  buf_adds(out, "' would lose without it      texts        worth in points      p    cost\n");
  for (size_t i = 0; i < f->n_sources; i++)
    add_source(out, &f->sources[i]);
}

/* "teacher gpt on the same texts: .978 (.961 to .988), without any example" */
static void
add_teacher(struct buf *out, const struct found_teacher *t)
{
  buf_adds(out, "teacher ");
  utf8_printable(out, t->name, strlen(t->name));
  buf_adds(out, ", without an example: ");
  figure_add_share(out, t->accuracy);
  buf_adds(out, " (");
  figure_add_share(out, t->ci95.lo);
  buf_adds(out, " to ");
  figure_add_share(out, t->ci95.hi);
  buf_addf(out, ") of %zu test text%s\n", t->n, t->n == 1 ? "" : "s");
}

static void
add_left_out(struct buf *out, const struct findings *f)
{
  if (f->guarded)
    buf_addf(out, "\n%zu training text%s left out: in the test set\n", f->guarded, f->guarded == 1 ? "" : "s");
  if (f->n_test_unlabelled)
    buf_addf(out, "%s%zu test texts left out: without a label\n", f->guarded ? "" : "\n", f->n_test_unlabelled);
}

static void
add_rows(struct buf *out, const struct findings *f)
{
  size_t n_compared = 0, names = name_columns(f);

  for (size_t i = 0; i < f->n_rows; i++) {
    if (i == 0 || strcmp(f->rows[i].student, f->rows[i - 1].student) != 0) {
      buf_addf(out, "%sstudent %s, %zu seed%s, %zu test texts\n", i ? "\n" : "", f->rows[i].student, f->n_seeds,
               f->n_seeds == 1 ? "" : "s", f->n_test);
      add_row(out, NULL, names);
    }
    add_row(out, &f->rows[i], names);
    n_compared += f->rows[i].difference != NULL;
  }
  if (n_compared > 1)
    buf_addf(out, "p: corrected for %zu comparisons (Holm)\n", n_compared);
}

void
findings_table(const struct findings *f, bool power_too, struct buf *out)
{
  struct buf power = BUF_INIT;

  if (power_too) {
    findings_power(f, &power);
    add_wrapped(out, buf_str(&power));
    buf_addc(out, '\n');
  }
  buf_release(&power);
  add_rows(out, f);
  for (size_t i = 0; i < f->n_teachers; i++) {
    buf_adds(out, i ? "" : "\n");
    add_teacher(out, &f->teachers[i]);
  }
  for (size_t i = 0; i < f->n_curves; i++)
    add_curve(out, &f->curves[i]);
  add_sources(out, f);
  add_left_out(out, f);
  if (f->verdict) {
    buf_addc(out, '\n');
    add_wrapped(out, f->verdict);
  }
  if (f->why) {
    buf_addc(out, '\n');
    add_wrapped(out, f->why);
  }
}
