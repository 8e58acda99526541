/* chapter-answer: the verdict, what the test set can show, and the rows that the verdict is drawn from. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "evaluate/findings_text.h"
#include "report/chapter.h"

/* ---- the answer ---- */

#define GUARDED_SHOWN 12u

/* Before any number: how small a difference this test set can show at all. */
static void
say_power(const struct report *r, struct doc *d)
{
  struct buf b = BUF_INIT;

  findings_power(&r->f, &b);
  doc_say(d, BLOCK_PARAGRAPH, "What this test can show: %s%s", clause_text(d, buf_str(&b)),
          isfinite(r->f.detectable) ? " A smaller difference may be there and stay unseen." : "");
  buf_release(&b);
}

static void
say_guarded(const struct report *r, struct doc *d, struct table_block *t)
{
  const struct findings *f = &r->f;
  size_t n = f->n_guarded_ids < GUARDED_SHOWN ? f->n_guarded_ids : GUARDED_SHOWN;
  struct buf ids = BUF_INIT;

  for (size_t i = 0; i < n; i++)
    buf_addf(&ids, "%s%u", i ? ", " : f->guarded == 1 ? " (sample " : " (samples ", f->guarded_ids[i]);
  if (n > 0)
    buf_adds(&ids, n < f->guarded ? " and others)" : ")");
  if (f->guarded == 0)
    table_fact(t, "Guarded", "no training text stands in the test set");
  else
    table_fact(t, "Guarded", "%s in the test set, or nearly, and %s left out of every arm%s",
               count_text(d, (double)f->guarded, "training text stands", "training texts stand"),
               f->guarded == 1 ? "was" : "were", buf_str(&ids));
  buf_release(&ids);
}

/* A clause a row that was told: "...; ...", where the semicolon stands in no parentheses. */
static void
say_verdict(const char *verdict, struct doc *d)
{
  int depth = 0;
  size_t from = 0, n = strlen(verdict);

  for (size_t i = 0; i <= n; i++) {
    depth += verdict[i] == '(' ? 1 : verdict[i] == ')' ? -1 : 0;
    if (i < n && !(depth == 0 && verdict[i] == ';' && verdict[i + 1] == ' '))
      continue;
    doc_text(d, BLOCK_LEAD, sentence_text(d, doc_print(d, "%.*s", (int)(i - from), verdict + from)));
    from = i + 2;
  }
}

void
chapter_answer(const struct report *r, struct doc *d)
{
  const struct findings *f = &r->f;
  struct table_block *t;

  doc_chapter(d, "answer", "The answer");
  say_power(r, d);
  say_verdict(f->verdict ? f->verdict : "this experiment has no verdict", d);
  if (f->why && *f->why)
    doc_say(d, BLOCK_PARAGRAPH, "What may explain it: %s", clause_text(d, f->why));
  t = doc_facts(d);
  table_fact(t, "Tested on", "%s, the same for every arm%s",
             count_text(d, (double)f->n_test, "text", "texts"),
             f->n_test_unlabelled
               ? doc_print(d, "; %s left out", count_text(d, (double)f->n_test_unlabelled, "text without a label was",
                                                           "texts without a label were")) : "");
  table_fact(t, "Trained", "%s, %s each", count_text(d, (double)f->n_rows, "combination of arm and student",
                                                      "combinations of arm and student"),
             count_text(d, (double)f->n_seeds, "time (one seed)", "times (seeds)"));
  say_guarded(r, d, t);
  if (r->multilabel)
    table_fact(t, "Accuracy", "the share of texts whose whole set of labels is right");
}

/* ---- the rows ---- */

static void
arms_row(struct table_block *t, const struct findings *f, const struct found_row *r, bool several)
{
  const struct found_difference *x = r->difference;

  table_text(t, r->name);
  table_cell(t, "%s", numeral_count((double)r->n).s);
  table_cell(t, "%s", numeral_percent(r->accuracy.mean).s);
  table_cell(t, "%s", numeral_percent_range(r->accuracy.ci95).s);
  table_cell(t, "%s", numeral_percent(r->macro_f1.mean).s);
  if (several)
    table_text(t, x ? f->rows[r->first].name : NULL);
  table_cell(t, "%s", x ? numeral_points(x->accuracy).s : "");
  table_cell(t, "%s", x ? numeral_points_range(x->ci95).s : "");
  if (x)
    shown_cell(t, x->accuracy, x->ci95, x->p_holm);
  else
    table_text(t, r->is_first ? "the first" : NULL);
  table_cell(t, "%s", x ? numeral_p(x->p).s : "");
  table_cell(t, "%s", x ? numeral_p(x->p_holm).s : "");
  table_cell(t, "%s", numeral_usd(r->cost_usd).s);
  if (r->is_told)
    table_mark(t);
}

/* More rows of a student than its first are such that others are compared with them. */
static bool
has_several_firsts(const struct findings *f)
{
  for (size_t i = 0, from = 0; i < f->n_rows; i++) {
    if (i > 0 && strcmp(f->rows[i].student, f->rows[i - 1].student) != 0)
      from = i;
    if (f->rows[i].first != f->rows[from].first)
      return true;
  }
  return false;
}

static void
arms_table(const struct findings *f, struct doc *d, bool students)
{
  bool several = has_several_firsts(f);
  struct table_block *t = doc_table(d, students ? "Students and arms" : doc_print(d, "Student %s", f->rows[0].student),
    doc_print(d, "%sarm|texts>|accuracy>|95 %% interval>|macro F1>|%sdifference>|95 %% interval>|shown|p>|Holm p>|"
                 "cost>", students ? "student|" : "", several ? "against|" : ""));

  for (size_t i = 0; i < f->n_rows; i++) {
    if (students)
      table_text(t, f->rows[i].student);
    arms_row(t, f, &f->rows[i], several);
  }
}

/* The mean of what others are compared with, for a line through their rows and its own. */
static double
reference_of(const struct findings *f, size_t row)
{
  size_t n = 0;

  for (size_t i = 0; i < f->n_rows; i++)
    n += f->rows[i].first == f->rows[row].first;
  return n > 1 ? f->rows[f->rows[row].first].accuracy.mean : NAN;
}

static void
arms_chart(const struct findings *f, struct doc *d, bool students)
{
  struct diagram_mark *marks = xcalloc(f->n_rows, sizeof *marks);

  for (size_t i = 0; i < f->n_rows; i++)
    marks[i] = (struct diagram_mark){
      .name = f->rows[i].name, .group = students ? f->rows[i].student : NULL, .x = f->rows[i].accuracy.mean,
      .lo = f->rows[i].accuracy.ci95.lo, .hi = f->rows[i].accuracy.ci95.hi, .reference = reference_of(f, i),
      .strong = f->rows[i].is_told};
  doc_diagram(d, &(struct diagram){
    .kind = DIAGRAM_INTERVALS,
    .title = students ? "Accuracy of each student and arm"
                      : doc_print(d, "Accuracy of each arm, %s", f->rows[0].student),
    .description = "Dot: mean over the seeds. Line: 95 % interval over new test texts and new seeds. Dashed: the arm "
                   "that the others are compared with. Filled: the arm that the verdict is about.",
    .x_title = "test accuracy", .x_unit = UNIT_PERCENT, .marks = marks, .n_marks = f->n_rows});
  free(marks);
}

/* Each seed's accuracy; and what the comparison counts text by text, and could have shown. */
static void
seeds_table(const struct report *r, struct doc *d)
{
  struct table_block *t = doc_table(d, "Each seed, and text by text: where one of the two arms is right and the other "
                                       "is not",
    "student and arm|accuracy of each seed|against|right there only>|right here only>|McNemar p>|could show, points>");

  for (size_t i = 0; i < r->f.n_rows; i++) {
    const struct found_row *row = &r->f.rows[i];
    const struct found_difference *x = row->difference;

    table_cell(t, "%s, %s", row->student, row->name);
    table_text(t, seeds_text(d, &row->accuracy));
    table_text(t, x ? r->f.rows[row->first].name : NULL);
    table_cell(t, "%s", x ? numeral_count(x->mcnemar.b).s : "");
    table_cell(t, "%s", x ? numeral_count(x->mcnemar.c).s : "");
    table_cell(t, "%s", x ? numeral_p(x->mcnemar.p).s : "");
    table_cell(t, "%s", x ? numeral_number(100 * x->detectable, 1).s : "");
    if (row->is_told)
      table_mark(t);
  }
}

/* What the arms' texts are, beside the test texts: what may explain the differences. */
static void
likeness_table(const struct report *r, struct doc *d)
{
  const struct findings *f = &r->f;
  struct table_block *t;

  if (!isfinite(f->rows[0].known_words))
    return;
  t = doc_table(d, "How like the test texts an arm's texts are",
                "arm|texts>|words a text>|words of the test texts that occur in it>|different words in a hundred>");
  for (size_t i = 0, end = student_end(f, 0); i < end; i++) {
    table_text(t, f->rows[i].name);
    table_cell(t, "%s", numeral_count((double)f->rows[i].n).s);
    table_cell(t, "%s", numeral_number(f->rows[i].words, 1).s);
    table_cell(t, "%s", numeral_percent(f->rows[i].known_words).s);
    table_cell(t, "%s", numeral_number(f->rows[i].distinct, 1).s);
    if (f->rows[i].is_told)
      table_mark(t);
  }
  if (isfinite(f->test_words))
    doc_say(d, BLOCK_NOTE, "A test text has %s words. Different words are counted in the first 10%s000 words of an "
                           "arm.",
            numeral_number(f->test_words, 1).s, NUMERAL_THIN);
}

/* The words of the test texts that a told arm brings. */
static void
say_new_words(const struct report *r, struct doc *d)
{
  for (size_t i = 0; i < r->f.n_rows; i++) {
    const struct found_row *row = &r->f.rows[i];

    if (row->new_words && *row->new_words && (i == 0 || strcmp(row->student, r->f.rows[0].student) == 0))
      doc_say(d, BLOCK_PARAGRAPH, "Words of the test texts that %s has and %s has not: %s", quoted(d, row->name),
              quoted(d, r->f.rows[row->first].name), clause_text(d, row->new_words));
  }
}

void
chapter_arms(const struct report *r, struct doc *d)
{
  bool students = student_end(&r->f, 0) < r->f.n_rows;

  doc_chapter(d, "arms", "Arms and students");
  doc_text(d, BLOCK_PARAGRAPH,
           "An arm is a choice of training data, a student a small model that learns from it. Each is trained once a "
           "seed, and every one of them answers the same test texts.");
  arms_table(&r->f, d, students);
  arms_chart(&r->f, d, students);
  doc_text(d, BLOCK_NOTE,
           "Differences are in points of per cent, to the first arm of the same student. Intervals and p come from a "
           "bootstrap over test texts and seeds together, paired text by text for differences. Holm p is corrected for "
           "all "
           "the comparisons of this experiment. \xe2\x80\x9c" "Better\xe2\x80\x9d and \xe2\x80\x9cworse\xe2\x80\x9d "
                                                              "are said where the interval does not hold 0 and "
           "Holm p is below .05; \xe2\x80\x9c" "a hint\xe2\x80\x9d where only the interval says so.");
  seeds_table(r, d);
  likeness_table(r, d);
  say_new_words(r, d);
}
