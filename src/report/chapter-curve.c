/* chapter-curve: how accuracy grows with the number of texts, and what more of them would bring. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/chapter.h"

#define LAW_POINTS 60u           /* to the last point */
#define LAW_BEYOND 8u

static double
law_at(const struct found_law *law, size_t n_seed, double n)
{
  return law->ceiling - law->scale * pow(n + (double)n_seed, -law->rate);
}

/* How far the law is drawn: beyond the last point by the next samples, but by no more than half. */
static double
law_end(const struct found_curve *c, double last)
{
  double end = last;

  for (size_t i = 0; i < c->n_next; i++)
    if (isfinite(c->next[i].samples) && last + c->next[i].samples <= 1.5 * last)
      end = fmax(end, last + c->next[i].samples);
  return end;
}

static void
add_law_point(const struct found_curve *c, double x, struct diagram_point *line, size_t *n)
{
  double y = law_at(c->law, c->n_seed, x);

  if (x + (double)c->n_seed > 0 && isfinite(y))
    line[(*n)++] = (struct diagram_point){x, y};
}

/* Places from the first point to the end, the last point among them. */
static size_t
law_line(const struct found_curve *c, struct diagram_point *line)
{
  double last = (double)c->points[c->n_points - 1].n, first = (double)c->points[0].n, end = law_end(c, last);
  size_t n = 0;

  if (!c->law || last <= first)
    return 0;
  for (size_t i = 0; i <= LAW_POINTS; i++) {
    double share = (double)i / LAW_POINTS, x = first + (last - first) * share * share;  /* denser where it is steep */

    add_law_point(c, x, line, &n);
  }
  for (size_t i = 1; i <= LAW_BEYOND && end > last; i++)
    add_law_point(c, last + (end - last) * (double)i / LAW_BEYOND, line, &n);
  return n;
}

static void
curve_chart(struct doc *d, const struct found_curve *c)
{
  struct diagram_mark *marks = xcalloc(c->n_points, sizeof *marks);
  struct diagram_point line[LAW_POINTS + LAW_BEYOND + 1];
  size_t n_line = law_line(c, line);

  for (size_t i = 0; i < c->n_points; i++)
    marks[i] = (struct diagram_mark){.name = "", .x = (double)c->points[i].n, .y = c->points[i].mean,
                                   .lo = c->points[i].ci95.lo, .hi = c->points[i].ci95.hi, .reference = NAN,
                                   .strong = true};
  doc_diagram(d, &(struct diagram){
    .kind = DIAGRAM_CURVE, .title = doc_print(d, "Accuracy over the number of %s texts, %s", c->of, c->student),
    .description = n_line ? "Dots: mean over the seeds, with 95 % intervals. Line: the fitted law, dashed where it "
                            "goes beyond what was trained."
                          : "Dots: mean over the seeds, with 95 % intervals. No law was fitted.",
    .x_title = doc_print(d, "%s texts", c->of), .y_title = "test accuracy", .x_unit = UNIT_COUNT,
    .y_unit = UNIT_PERCENT, .marks = marks, .n_marks = c->n_points, .line = line, .n_line = n_line,
    .line_title = n_line ? "the law" : NULL, .line_known = (double)c->points[c->n_points - 1].n});
  free(marks);
}

static void
curve_points(struct doc *d, const struct found_curve *c)
{
  struct table_block *t = doc_table(d, "The points", "texts>|accuracy>|95 % interval>|cost>|accuracy of each seed>");

  for (size_t i = 0; i < c->n_points; i++) {
    const struct found_point *p = &c->points[i];
    struct found_score seeds = {.seeds = p->seeds, .n_seeds = p->n_seeds};

    table_cell(t, "%s", numeral_count((double)p->n).s);
    table_cell(t, "%s", numeral_percent(p->mean).s);
    table_cell(t, "%s", numeral_percent_range(p->ci95).s);
    table_cell(t, "%s", numeral_usd(p->cost_usd).s);
    table_text(t, seeds_text(d, &seeds));
  }
}

static void
curve_law(struct doc *d, const struct found_curve *c)
{
  const struct found_law *law = c->law;
  struct table_block *t = doc_facts(d);

  table_fact(t, "The law", "accuracy(n) = %s %s %s \xc3\x97 (n + "
                           "%zu)^%s%.2f", numeral_share(law->ceiling).s, NUMERAL_MINUS,
             numeral_number(law->scale, 2).s, c->n_seed, NUMERAL_MINUS, law->rate);
  table_fact(t, "Its ceiling", "%s (95 %% interval %s)", numeral_percent(law->ceiling).s,
             numeral_percent_range(law->ceiling_ci95).s);
  table_fact(t, "How well it fits", "the points lie %s points off, root mean square",
             numeral_number(100 * law->residual, 1).s);
  table_fact(t, "Does it grow?", "p %s%s for no growth at "
                                 "all", law->rate_p < .001 ? "" : "= ", numeral_p(law->rate_p).s);
}

static void
curve_next(struct doc *d, const struct found_curve *c)
{
  struct table_block *t;

  if (c->n_next == 0)
    return;
  t = doc_table(d, "What more should bring, by the law", "more texts>|for>|gain in points>|95 % interval>");
  for (size_t i = 0; i < c->n_next; i++) {
    table_cell(t, "%s", numeral_count(c->next[i].samples).s);
    table_cell(t, "%s", numeral_usd(c->next[i].usd).s);
    table_cell(t, "%s", numeral_points(c->next[i].gain).s);
    table_cell(t, "%s", numeral_points_range(c->next[i].ci95).s);
  }
}

static void
tell_curve(struct doc *d, const struct found_curve *c)
{
  doc_heading(d, 3, "%c%s texts beside %zu seeds, %s", c->of[0] >= 'a' && c->of[0] <= 'z' ? c->of[0] - 32 : c->of[0],
              *c->of ? c->of + 1 : "", c->n_seed, c->student);
  if (c->advice)
    doc_text(d, BLOCK_PARAGRAPH, sentence_text(d, c->advice));
  if (c->n_points == 0)
    return;
  curve_chart(d, c);
  if (c->law)
    curve_law(d, c);
  curve_next(d, c);
  if (c->law)
    doc_say(d, BLOCK_NOTE, c->stop ? "The stop rule says: stop. More texts of this kind are not worth it."
                                   : "The stop rule does not say stop.");
  curve_points(d, c);
}

void
chapter_curves(const struct report *r, struct doc *d)
{
  const struct findings *f = &r->f;

  doc_chapter(d, "curve", "The learning curve");
  for (size_t i = 0; i < f->n_curves; i++)
    tell_curve(d, &f->curves[i]);
  if (f->n_curves == 0 && f->n_points > 0) {
    struct found_curve alone = {.of = (char[]){"generated"}, .student = f->rows[0].student, .points = f->curve,
                                .n_points = f->n_points};

    curve_chart(d, &alone);
    curve_points(d, &alone);
  }
  if (f->n_curves == 0 && f->n_points == 0)
    doc_text(d, BLOCK_NOTE, "No learning curve was asked for (option --curve of retort experiment).");
}
