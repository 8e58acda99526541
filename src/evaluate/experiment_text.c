#include "evaluate/experiment_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"

/* ---- numbers as people read them ---- */

static void
add_cost(struct buf *out, double usd)
{
  if (isnan(usd))
    buf_adds(out, "?");
  else if (usd == 0)
    buf_adds(out, "$0");
  else if (usd < .0005)
    buf_adds(out, "<$.001");
  else
    buf_addf(out, usd < .0095 ? "$%.3f" : usd < 1000 ? "$%.2f" : "$%.0f", usd);
}

/* "< .001", "= .034" (before: ""), "<.001", ".034" (in a column). */
static void
add_p(struct buf *out, double p, bool column)
{
  char digits[16];

  if (p < .001) {
    buf_adds(out, column ? "<.001" : "< .001");
    return;
  }
  snprintf(digits, sizeof digits, p < .1 ? "%.3f" : "%.2f", p);
  buf_addf(out, "%s%s", column ? "" : "= ", p < .995 ? digits + 1 : "1");
}

/* ".846", "1.000": a share of three decimals, without a zero that says nothing. */
static void
add_share(struct buf *out, double x)
{
  char digits[16];

  snprintf(digits, sizeof digits, "%.3f", x);
  buf_adds(out, digits + (digits[0] == '0'));
}

/* ---- the sentence ---- */

static void
add_estimate(struct buf *out, const struct estimate *d, size_t n_seeds)
{
  buf_addf(out, " (95 %% interval %.1f to %.1f, p ", 100 * d->lo, 100 * d->hi);
  add_p(out, d->p, false);
  buf_adds(out, n_seeds > 1 ? ")" : "; one seed, so without the chance in training)");
}

static void
add_subject(struct buf *out, const struct experiment_row *first, const struct experiment_row *row)
{
  if (row->built_in && first->built_in && strcmp(first->name, "seed") == 0)
    buf_addf(out, "generated data %s the seeds", strcmp(row->name, "both") == 0 ? "beside" : "instead of");
  else {
    buf_addc(out, '\'');
    utf8_printable(out, row->name, strlen(row->name));
    buf_adds(out, "' instead of '");
    utf8_printable(out, first->name, strlen(first->name));
    buf_addc(out, '\'');
  }
}

static void
add_clause(struct buf *out, const struct experiment_row *first, const struct experiment_row *row, size_t n_seeds)
{
  const struct estimate *d = &row->difference;
  double extra = row->cost_usd - first->cost_usd;

  if (d->lo <= 0 && d->hi >= 0) {
    buf_adds(out, "no difference could be shown: ");
    add_subject(out, first, row);
    buf_addf(out, " moved test accuracy by %+.1f points", 100 * d->mean);
  } else {
    add_subject(out, first, row);
    buf_addf(out, " %s test accuracy by %.1f points", d->mean > 0 ? "raised" : "lowered", 100 * fabs(d->mean));
  }
  add_estimate(out, d, n_seeds);
  if (isfinite(extra) && extra != 0) {
    buf_adds(out, extra > 0 ? " for " : " and saved ");
    add_cost(out, fabs(extra));
  }
}

/* The row that the sentence is about, of the n from `first` on. */
static const struct experiment_row *
row_to_tell(const struct experiment_row *first, size_t n)
{
  for (size_t i = 1; i < n; i++)
    if (first[i].built_in && strcmp(first[i].name, "both") == 0)
      return &first[i];
  return &first[n - 1];
}

void
experiment_verdict(const struct experiment_result *r, struct buf *out)
{
  size_t n_arms = 1, n_students;

  while (n_arms < r->n_rows && !r->rows[n_arms].is_first)
    n_arms++;
  n_students = r->n_rows / n_arms;
  for (size_t i = 0; i < r->n_rows; i += n_arms) {
    const struct experiment_row *first = &r->rows[i], *row = row_to_tell(first, n_arms);

    buf_adds(out, i ? "; " : "");
    if (n_students > 1)
      buf_addf(out, "%s: ", first->student);
    if (n_arms > 1) {
      add_clause(out, first, row, r->n_seeds);
      continue;
    }
    buf_adds(out, "test accuracy is ");
    add_share(out, first->accuracy.mean);
    buf_adds(out, " (95 % interval ");
    add_share(out, first->accuracy.lo);
    buf_adds(out, " to ");
    add_share(out, first->accuracy.hi);
    buf_adds(out, "); with one arm there is nothing to compare it with");
  }
}

/* ---- JSON ---- */

static void
json_interval(struct buf *out, double lo, double hi)
{
  json_add_key(out, "ci95");
  buf_addc(out, '[');
  json_add_number(out, lo);
  buf_addc(out, ',');
  json_add_number(out, hi);
  buf_addc(out, ']');
}

static void
json_estimate(struct buf *out, const char *key, const struct estimate *e, const double *seeds, size_t n_seeds)
{
  json_add_key(out, key);
  buf_addc(out, '{');
  json_add_field_number(out, "mean", e->mean);
  json_interval(out, e->lo, e->hi);
  json_add_key(out, "seeds");
  buf_addc(out, '[');
  for (size_t s = 0; s < n_seeds; s++) {
    json_add_comma(out);
    json_add_number(out, seeds[s]);
  }
  buf_adds(out, "]}");
}

static void
json_difference(struct buf *out, const struct experiment_row *row)
{
  json_add_key(out, "difference");
  if (row->is_first) {
    buf_adds(out, "null");
    return;
  }
  buf_addc(out, '{');
  json_add_field_number(out, "accuracy", row->difference.mean);
  json_interval(out, row->difference.lo, row->difference.hi);
  json_add_field_number(out, "p", row->difference.p);
  json_add_key(out, "mcnemar");
  buf_addc(out, '{');
  json_add_field_number(out, "b", row->mcnemar.b);
  json_add_field_number(out, "c", row->mcnemar.c);
  json_add_field_number(out, "p", row->mcnemar.p_exact);
  buf_adds(out, "}}");
}

void
experiment_json(const struct experiment_result *r, struct buf *out)
{
  buf_adds(out, "{\"arms\":[");
  for (size_t i = 0; i < r->n_rows; i++) {
    const struct experiment_row *row = &r->rows[i];

    json_add_comma(out);
    buf_addc(out, '{');
    json_add_field(out, "name", row->name);
    json_add_field(out, "student", row->student);
    json_add_field_int(out, "n", (int64_t)row->n);
    json_estimate(out, "accuracy", &row->accuracy, row->accuracy_seeds, r->n_seeds);
    json_estimate(out, "macro_f1", &row->macro_f1, row->macro_f1_seeds, r->n_seeds);
    json_difference(out, row);
    json_add_field_number(out, "cost_usd", row->cost_usd);
    buf_addc(out, '}');
  }
  buf_addc(out, ']');
  json_add_field_int(out, "seeds", (int64_t)r->n_seeds);
  json_add_field_int(out, "test", (int64_t)r->n_test);
  json_add_field_int(out, "guarded", (int64_t)r->guarded);
  json_add_key(out, "curve");
  buf_addc(out, '[');
  for (size_t i = 0; i < r->n_points; i++) {
    json_add_comma(out);
    buf_addc(out, '{');
    json_add_field_int(out, "n", (int64_t)r->curve[i].n);
    json_add_field_number(out, "mean", r->curve[i].mean);
    json_interval(out, r->curve[i].ci95.lo, r->curve[i].ci95.hi);
    buf_addc(out, '}');
  }
  buf_addc(out, ']');
  json_add_field(out, "verdict", r->verdict);
  buf_addc(out, '}');
}

/* ---- the table ---- */

#define PAGE_COLUMNS 78

/* The columns, 80 wide in all: the name stands on the left, numbers on the right. */
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
  add_share(out, lo);
  buf_addc(out, '-');
  add_share(out, hi);
}

static void
add_cell(struct buf *out, const struct experiment_row *row, size_t column)
{
  switch (column) {
  case COLUMN_N:
    buf_addf(out, "%zu", row->n);
    break;
  case COLUMN_ACCURACY:
    add_share(out, row->accuracy.mean);
    break;
  case COLUMN_INTERVAL:
    add_range(out, row->accuracy.lo, row->accuracy.hi);
    break;
  case COLUMN_F1:
    add_share(out, row->macro_f1.mean);
    break;
  case COLUMN_DIFFERENCE:
    if (row->is_first)
      buf_addc(out, '-');
    else
      buf_addf(out, "%+.1f (%.1f to %.1f)", 100 * row->difference.mean, 100 * row->difference.lo,
               100 * row->difference.hi);
    break;
  case COLUMN_P:
    if (row->is_first)
      buf_addc(out, '-');
    else
      add_p(out, row->difference.p, true);
    break;
  default:
    add_cost(out, row->cost_usd);
  }
}

/* row NULL: the titles. */
static void
add_row(struct buf *out, const struct experiment_row *row)
{
  struct buf cell = BUF_INIT;

  add_left(out, row ? row->name : columns[COLUMN_NAME].title, columns[COLUMN_NAME].width);
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
add_curve(struct buf *out, const struct experiment_result *r)
{
  buf_adds(out, "\ngenerated texts  accuracy  95 %\n");
  for (size_t i = 0; i < r->n_points; i++) {
    struct buf cell = BUF_INIT;

    buf_addf(&cell, "%zu", r->curve[i].n);
    add_right(out, &cell, 15);
    add_share(&cell, r->curve[i].mean);
    add_right(out, &cell, 10);
    buf_adds(out, "  ");
    add_range(out, r->curve[i].ci95.lo, r->curve[i].ci95.hi);
    buf_addc(out, '\n');
    buf_release(&cell);
  }
}

void
experiment_table(const struct experiment_result *r, struct buf *out)
{
  for (size_t i = 0; i < r->n_rows; i++) {
    if (r->rows[i].is_first) {
      buf_addf(out, "%sstudent %s, %zu seed%s, %zu test texts\n", i ? "\n" : "", r->rows[i].student, r->n_seeds,
               r->n_seeds == 1 ? "" : "s", r->n_test);
      add_row(out, NULL);
    }
    add_row(out, &r->rows[i]);
  }
  if (r->n_points)
    add_curve(out, r);
  if (r->guarded)
    buf_addf(out, "\n%zu training text%s left out: in the test set\n", r->guarded, r->guarded == 1 ? "" : "s");
  if (r->n_test_unlabelled)
    buf_addf(out, "%s%zu test texts left out: without a label\n", r->guarded ? "" : "\n", r->n_test_unlabelled);
  buf_addc(out, '\n');
  add_wrapped(out, r->verdict);
}
