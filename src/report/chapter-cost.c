/* chapter-cost: what it costs to have the students, to use them, and to do the same with a teacher. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/chapter.h"

/* ---- the students ---- */

static void
students_table(const struct report *r, struct doc *d)
{
  struct table_block *t = doc_table(d, "What a trained student is and takes",
    "student and arm|parameters>|size>|multiply-adds a text>|a text alone>|a text, 32 at once>|"
    "CPU of a training>|memory>");

  for (size_t i = 0; i < r->f.n_rows; i++) {
    const struct found_row *x = &r->f.rows[i];

    table_cell(t, "%s, %s", x->student, x->name);
    table_cell(t, "%s", numeral_count(x->n_parameters).s);
    table_cell(t, "%s", numeral_bytes(x->size_bytes).s);
    table_cell(t, "%s", numeral_count(x->multiply_adds).s);
    table_cell(t, "%s", numeral_us(x->measured.us_one).s);
    table_cell(t, "%s", numeral_us(x->measured.us_batch).s);
    table_cell(t, "%s", numeral_seconds(x->measured.cpu_seconds).s);
    table_cell(t, "%s", numeral_bytes(x->measured.peak_bytes).s);
    if (x->is_told)
      table_mark(t);
  }
  doc_say(d, BLOCK_NOTE, "Times and memory were taken by a clock%s%s; one thread where a text is answered. The other "
                         "figures are the same on every "
                         "machine.", r->f.machine ? " on " : "", r->f.machine ? r->f.machine : "");
}

/* ---- money and minutes ---- */

static void
spending_facts(const struct report *r, struct doc *d)
{
  const struct found_spending *s = &r->f.spending;
  struct table_block *t;

  doc_heading(d, 3, "Money and minutes, of the whole project so far");
  t = doc_facts(d);
  table_fact(t, "Generation", "%s", numeral_usd(s->generation_usd).s);
  table_fact(t, "Annotation", "%s", numeral_usd(s->annotation_usd).s);
  table_fact(t, "Requests", "%s, %s tokens in, %s out", numeral_count((double)s->n_requests).s,
             numeral_count(s->tokens_in).s, numeral_count(s->tokens_out).s);
  if (isfinite(s->person_minutes))
    table_fact(t, "A person's time", "%.0f minutes of curation, pauses left out%s", s->person_minutes,
               s->person_usd_per_hour > 0
                 ? doc_print(d, "; at %s an hour %s", numeral_usd(s->person_usd_per_hour).s,
                             numeral_usd(s->person_usd_per_hour * s->person_minutes / 60).s)
                 : "; no price was given, so it counts for nothing below");
}

/* ---- beside a teacher ---- */

/* A price is known of one that labelled the test texts. */
static bool
has_price(const struct findings *f)
{
  for (size_t i = 0; i < f->n_teachers; i++)
    if (isfinite(f->teachers[i].usd_per_text))
      return true;
  return false;
}

static const char *
break_even_text(struct doc *d, const struct found_row *x)
{
  if (isnan(x->break_even))
    return "not known";
  if (isinf(x->break_even))
    return "never: a text costs no more with the teacher";
  if (x->break_even <= 0)
    return "from the first text";
  return count_text(d, ceil(x->break_even), "text", "texts");
}

static void
break_even_table(const struct report *r, struct doc *d)
{
  struct table_block *t;

  doc_heading(d, 3, "When it has paid for itself");
  if (!has_price(&r->f)) {
    doc_text(d, BLOCK_NOTE, r->f.n_teachers ? "No price is known of a teacher that labelled the test texts."
                                            : "No teacher has labelled the test texts, so there is nothing to compare "
                                              "with.");
    return;
  }
  doc_text(d, BLOCK_PARAGRAPH, "After so many texts the arm's data has cost less than the cheapest teacher would have "
                               "for labelling the texts itself.");
  t = doc_table(d, NULL, "student and arm|its data cost>|paid for itself after>");
  for (size_t i = 0; i < r->f.n_rows; i++) {
    const struct found_row *x = &r->f.rows[i];

    table_cell(t, "%s, %s", x->student, x->name);
    table_cell(t, "%s", numeral_usd(x->cost_usd).s);
    table_text(t, break_even_text(d, x));
    if (x->is_told)
      table_mark(t);
  }
}

/* ---- the front ---- */

static int
by_cost(const void *a, const void *b)
{
  const struct diagram_point *x = a, *y = b;

  return x->x < y->x ? -1 : x->x > y->x ? 1 : x->y < y->y ? -1 : x->y > y->y;
}

/* From the cheapest up: along to the next one's cost, then up to what it gains. */
static size_t
front_steps(const struct report *r, struct diagram_point *line)
{
  struct diagram_point *on = xcalloc(r->n_front + 1, sizeof *on);
  size_t n = 0, n_line = 0;

  for (size_t i = 0; i < r->n_front; i++)
    if (r->front[i].on_front)
      on[n++] = (struct diagram_point){r->front[i].multiply_adds, r->front[i].accuracy};
  qsort(on, n, sizeof *on, by_cost);
  for (size_t i = 0; i < n; i++) {
    if (i > 0)
      line[n_line++] = (struct diagram_point){on[i].x, on[i - 1].y};
    line[n_line++] = on[i];
  }
  free(on);
  return n_line;
}

static struct diagram_mark
front_mark(struct doc *d, const struct report *r, size_t i)
{
  const struct front_point *p = &r->front[i];

  return (struct diagram_mark){
    .name = doc_print(d, "%zu", i + 1), .x = p->multiply_adds, .y = p->accuracy, .lo = p->ci95.lo, .hi = p->ci95.hi,
    .reference = NAN, .strong = p->on_front,
    .shape = strcmp(p->kind, "run") == 0 ? MARK_BOX : strcmp(p->kind, "teacher") == 0 ? MARK_TRIANGLE : MARK_DOT};
}

static void
front_chart(const struct report *r, struct doc *d)
{
  struct diagram_mark *marks = xcalloc(r->n_front + 1, sizeof *marks);
  struct diagram_point *line = xcalloc(2 * r->n_front + 1, sizeof *line);
  size_t n = 0;

  for (size_t i = 0; i < r->n_front; i++)
    if (isfinite(r->front[i].multiply_adds) || strcmp(r->front[i].kind, "teacher") == 0)
      marks[n++] = front_mark(d, r, i);
  doc_diagram(d, &(struct diagram){
    .kind = DIAGRAM_SCATTER, .title = "Accuracy over arithmetic",
    .description = "Numbers as in the table below. Dots: rows of the experiment; squares: runs that were evaluated on "
                   "the test texts; triangles on the right: teachers, whose arithmetic nobody knows. Filled and joined "
                   "by the dashed line: the front, where nothing is as good for less.",
    .x_title = "multiply-adds a text", .y_title = "test accuracy", .x_unit = UNIT_COUNT, .y_unit = UNIT_PERCENT,
    .x_log = true, .marks = marks, .n_marks = n, .line = line, .n_line = front_steps(r, line),
    .line_title = "the front"});
  free(marks);
  free(line);
}

static void
front_table(const struct report *r, struct doc *d)
{
  struct table_block *t = doc_table(d, NULL, "number|what|kind|accuracy>|multiply-adds a text>|size>|one text alone>|"
                                             "money a text>|front");

  for (size_t i = 0; i < r->n_front; i++) {
    const struct front_point *p = &r->front[i];

    table_cell(t, "%zu", i + 1);
    table_text(t, p->name);
    table_text(t, p->kind);
    table_cell(t, "%s", numeral_percent(p->accuracy).s);
    table_cell(t, "%s", numeral_count(p->multiply_adds).s);
    table_cell(t, "%s", numeral_bytes(p->size_bytes).s);
    table_cell(t, "%s", numeral_us(p->us).s);
    table_cell(t, "%s", numeral_usd(p->usd).s);
    table_text(t, p->on_front ? "yes" : "");
  }
}

void
chapter_costs(const struct report *r, struct doc *d)
{
  doc_chapter(d, "cost", "Cost");
  students_table(r, d);
  spending_facts(r, d);
  break_even_table(r, d);
  doc_heading(d, 3, "What is to be had for its cost");
  front_chart(r, d);
  front_table(r, d);
}
