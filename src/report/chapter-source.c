/* chapter-source: what each source of the data is worth, and what the data did to each label. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/chapter.h"

/* ---- sources ---- */

static bool
same_source(const struct found_source *a, const struct found_source *b)
{
  return strcmp(a->kind, b->kind) == 0 && strcmp(a->name, b->name) == 0 && strcmp(a->arm, b->arm) == 0
         && strcmp(a->student, b->student) == 0;
}

/* What is sure first, then by worth. */
static int
by_worth(const void *a, const void *b)
{
  const struct found_source *x = a, *y = b;
  bool sure_x = shown_of(x->worth, x->ci95, x->p_holm) >= SHOWN_BETTER,
       sure_y = shown_of(y->worth, y->ci95, y->p_holm) >= SHOWN_BETTER;

  if (sure_x != sure_y)
    return sure_x ? -1 : 1;
  return x->worth < y->worth ? 1 : x->worth > y->worth ? -1 : strcmp(x->value, y->value);
}

static void
source_chart(struct doc *d, const struct found_source *s, size_t n, const char *title)
{
  struct diagram_mark *marks = xcalloc(n, sizeof *marks);

  for (size_t i = 0; i < n; i++)
    marks[i] = (struct diagram_mark){.name = s[i].value, .x = s[i].worth, .lo = s[i].ci95.lo, .hi = s[i].ci95.hi,
                                   .reference = 0,
                                   .strong = shown_of(s[i].worth, s[i].ci95, s[i].p_holm) >= SHOWN_BETTER};
  doc_diagram(d, &(struct diagram){
    .kind = DIAGRAM_INTERVALS, .title = title,
    .description = "Dot: accuracy with these texts minus accuracy without them, in points. Line: 95 % interval. "
                   "Dashed: nothing. Filled: shown.",
    .x_title = "worth, points", .x_unit = UNIT_POINTS, .marks = marks, .n_marks = n});
  free(marks);
}

static void
source_row(struct table_block *t, const struct found_source *s)
{
  table_text(t, s->value);
  table_cell(t, "%s", numeral_count((double)s->n).s);
  table_cell(t, "%s", numeral_points(s->worth).s);
  table_cell(t, "%s", numeral_points_range(s->ci95).s);
  table_cell(t, "%s", numeral_p(s->p).s);
  table_cell(t, "%s", numeral_p(s->p_holm).s);
  shown_cell(t, s->worth, s->ci95, s->p_holm);
  table_cell(t, "%s", numeral_usd(s->cost_usd).s);
  if (fabs(s->per_usd) < 1)
    table_cell(t, "%s", numeral_points(s->per_usd).s);
  else
    table_cell(t, "%s%s", s->per_usd > 0 ? "+" : "", isfinite(s->per_usd) ? numeral_count(round(100 * s->per_usd)).s
                                                                          : NUMERAL_NONE);
}

/* Sources of one kind, name, arm and student. */
static void
tell_sources(struct doc *d, const struct found_source *s, size_t n)
{
  const char *kind = *s->name ? s->name : s->kind;
  struct table_block *t;

  doc_heading(d, 3, "%s%s, in arm %s, student %s", *s->name ? "Attribute " : "Each ", kind, s->arm, s->student);
  if (n > 1)
    source_chart(d, s, n, doc_print(d, "What each %s is worth", kind));
  t = doc_table(d, NULL, doc_print(d, "%s|texts>|worth, points>|95 %% interval>|p>|Holm p>|shown|cost>|points a "
                                      "dollar>",
                                   strchr(kind, '|') ? "value" : kind));
  for (size_t i = 0; i < n; i++)
    source_row(t, &s[i]);
}

void
chapter_sources(const struct report *r, struct doc *d)
{
  size_t n = r->f.n_sources;
  struct found_source *s;

  doc_chapter(d, "sources", "What each source is worth");
  if (n == 0) {
    doc_text(d, BLOCK_NOTE, "The value of single sources was not asked for (option --worth of retort experiment).");
    return;
  }
  doc_text(d, BLOCK_PARAGRAPH,
           "Each source was left out once: its worth is the accuracy of the arm with its texts minus that without "
           "them. Holm p is corrected for all the sources of one kind. What is sure stands first.");
  s = xcalloc(n, sizeof *s);
  memcpy(s, r->f.sources, n * sizeof *s);
  for (size_t i = 0, end; i < n; i = end) {
    for (end = i; end < n && same_source(&s[end], &s[i]); end++)
      ;
    qsort(&s[i], end - i, sizeof *s, by_worth);
    tell_sources(d, &s[i], end - i);
  }
  free(s);
}

/* ---- labels ---- */

#define LABELS_DRAWN 24u

static bool
has_effects(const struct found_row *r)
{
  for (size_t i = 0; i < r->n_labels; i++)
    if (isfinite(r->labels[i].difference))
      return true;
  return false;
}

static int
by_difference(const void *a, const void *b)
{
  const struct found_label *x = *(const struct found_label *const *)a, *y = *(const struct found_label *const *)b;

  return x->difference < y->difference ? 1 : x->difference > y->difference ? -1 : x < y ? -1 : x > y;
}

/* The labels that gained most and those that lost most, where there are too many for one chart. */
static size_t
extreme_labels(const struct found_row *r, const struct found_label **out)
{
  size_t n = 0;

  for (size_t i = 0; i < r->n_labels; i++)
    if (isfinite(r->labels[i].difference))
      out[n++] = &r->labels[i];
  qsort(out, n, sizeof *out, by_difference);
  if (n <= LABELS_DRAWN)
    return n;
  memmove(out + LABELS_DRAWN / 2, out + n - LABELS_DRAWN / 2, LABELS_DRAWN / 2 * sizeof *out);
  return LABELS_DRAWN;
}

static void
label_chart(struct doc *d, const struct findings *f, const struct found_row *r)
{
  const struct found_label **labels = xcalloc(r->n_labels + 1, sizeof *labels);
  struct diagram_mark *marks = xcalloc(r->n_labels + 1, sizeof *marks);
  size_t n = extreme_labels(r, labels);

  for (size_t i = 0; i < n; i++)
    marks[i] = (struct diagram_mark){.name = labels[i]->label, .x = labels[i]->difference, .lo = labels[i]->ci95.lo,
                                     .hi = labels[i]->ci95.hi, .reference = 0,
                                     .strong = shown_of(labels[i]->difference, labels[i]->ci95, labels[i]->p_holm)
                                               >= SHOWN_BETTER};
  doc_diagram(d, &(struct diagram){
    .kind = DIAGRAM_INTERVALS,
    .title = doc_print(d, "F1 of each label, %s: %s minus %s", r->student, quoted(d, r->name),
                       quoted(d, f->rows[r->first].name)),
    .description = doc_print(d, "Dot: difference in F1, in points. Line: 95 %% interval. Dashed: nothing. Filled: "
                                "shown.%s",
                             n < r->n_labels ? " Only the labels that gained and lost most." : ""),
    .x_title = "difference in F1, points", .x_unit = UNIT_POINTS, .marks = marks, .n_marks = n});
  free(marks);
  free(labels);
}

static void
label_row(struct table_block *t, const struct found_label *l, bool compared)
{
  table_text(t, l->label);
  table_cell(t, "%s", numeral_count((double)l->n).s);
  table_cell(t, "%s", numeral_percent(l->precision).s);
  table_cell(t, "%s", numeral_percent(l->recall).s);
  table_cell(t, "%s", numeral_percent(l->f1).s);
  if (!compared)
    return;
  table_cell(t, "%s", numeral_points(l->difference).s);
  table_cell(t, "%s", numeral_points_range(l->ci95).s);
  table_cell(t, "%s", numeral_p(l->p).s);
  table_cell(t, "%s", numeral_p(l->p_holm).s);
  shown_cell(t, l->difference, l->ci95, l->p_holm);
}

static void
tell_labels(const struct report *r, struct doc *d, const struct found_row *row)
{
  bool compared = has_effects(row);
  struct table_block *t;

  if (compared)
    label_chart(d, &r->f, row);
  t = doc_table(d, doc_print(d, "Labels, student %s, arm %s", row->student, row->name),
                compared ? "label|test texts>|precision>|recall>|F1>|difference in F1>|95 % interval>|p>|Holm p>|shown"
                         : "label|test texts>|precision>|recall>|F1>");
  for (size_t i = 0; i < row->n_labels; i++)
    label_row(t, &row->labels[i], compared);
}

void
chapter_labels(const struct report *r, struct doc *d)
{
  size_t told = 0;

  doc_chapter(d, "labels", "Labels");
  for (size_t i = 0; i < r->n_models; i++) {
    const struct found_row *row = &r->f.rows[r->models[i].row_at];

    if (row->n_labels == 0)
      continue;
    tell_labels(r, d, row);
    told++;
  }
  if (told == 0)
    doc_text(d, BLOCK_NOTE, "This experiment holds no figures of single labels.");
  else
    doc_text(d, BLOCK_NOTE, "Precision, recall and F1 are means over the seeds. Holm p is corrected for all the labels "
                            "of the arm.");
}
