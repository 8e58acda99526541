/* chapter-text: the test texts that the data put right or wrong, with what may explain it; agreement; teachers. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/chapter.h"

#define TEXTS_SHOWN 10u          /* of a kind; JSON has them all */
#define TEXTS_SHOWN_OF_MANY 6u   /* where there are more than two comparisons */
#define NAMES_SHOWN 24u          /* of the matrix */

/* ---- fixed and broken ---- */

static const char *
quote_note(struct doc *d, const struct explained *x, const struct explained_text *t)
{
  const char *before = *t->said_before ? t->said_before : "nothing";
  const char *after = *t->said_after ? t->said_after : "nothing";
  const char *said = *t->said_before || *t->said_after
                       ? doc_print(d, "%s said %s, %s says %s. "
                                      "", quoted(d, x->before), before, quoted(d, x->after), after) : "";

  return doc_print(d, "Truly %s. %sRight in %zu of %zu seeds, before in %zu of %zu. Sample %u%s", t->label, said,
                   t->right_after, x->n_after, t->right_before, x->n_before, t->id,
                   t->n_near ? "; most like it in training:" : "; no training text has a word of it.");
}

static struct quote
quote_of(struct doc *d, const struct explained *x, const struct explained_text *t)
{
  struct quote q = {.text = t->text, .note = quote_note(d, x, t)};

  q.near = arena_alloc(&d->arena, (t->n_near + 1) * sizeof *q.near);
  for (size_t i = 0; i < t->n_near; i++)
    q.near[q.n_near++] = (struct quote_near){
      t->near[i].text, doc_print(d, "%s, %s, cosine %s, sample %u", t->near[i].label, t->near[i].origin,
                                 numeral_share(t->near[i].cosine).s, t->near[i].id)};
  return q;
}

/* Of this kind, each label in turn, so that few of many show all of it. Texts come in the order of how much they
 * moved. */
static size_t
choose(const struct explained *x, const char *kind, size_t max, size_t *chosen)
{
  bool *taken = xcalloc(x->n_texts + 1, sizeof *taken);
  size_t n = 0, before = SIZE_MAX;

  while (n < max && n != before) {
    size_t turn = n;

    before = n;
    for (size_t i = 0; i < x->n_texts && n < max; i++) {
      bool seen = taken[i] || strcmp(x->texts[i].kind, kind) != 0;

      for (size_t k = turn; k < n && !seen; k++)
        seen = strcmp(x->texts[chosen[k]].label, x->texts[i].label) == 0;
      if (seen)
        continue;
      taken[i] = true;
      chosen[n++] = i;
    }
  }
  free(taken);
  return n;
}

static void
tell_kind(struct doc *d, const struct explained *x, const char *kind, const char *heading, size_t n, size_t max)
{
  struct quote quotes[TEXTS_SHOWN];
  size_t chosen[TEXTS_SHOWN], shown = choose(x, kind, max, chosen);

  if (n == 0)
    return;
  for (size_t i = 0; i < shown; i++)
    quotes[i] = quote_of(d, x, &x->texts[chosen[i]]);
  doc_heading(d, 4, "%s: %zu", heading, n);
  if (shown < n)
    doc_say(d, BLOCK_NOTE, "Here %zu of them, each label in turn, those first on which most seeds moved; the JSON has "
                           "all.",
            shown);
  doc_quotes(d, quotes, shown);
}

static void
tell_changes(struct doc *d, const struct explained *x, size_t max)
{
  doc_heading(d, 3, "What the data of %s put right and wrong, student %s", quoted(d, x->after), x->student);
  if (x->why_not) {
    doc_say(d, BLOCK_NOTE, "The texts cannot be told: %s.", x->why_not);
    return;
  }
  doc_say(d, BLOCK_PARAGRAPH,
          "In most seeds wrong before and right after: %s. Right before and wrong after: %s. Answered otherwise in "
          "another way: %s. Below each stand the nearest of the %s that %s has and %s has not; their cosine is 1 where "
          "all words are the same, and below .1 where hardly any are.",
          count_text(d, (double)x->n_fixed, "text", "texts"), count_text(d, (double)x->n_broken, "text", "texts"),
          count_text(d, (double)x->n_other, "text", "texts"),
          count_text(d, (double)x->n_added, "training text", "training "
                                                             "texts"), quoted(d, x->after), quoted(d, x->before));
  tell_kind(d, x, "fixed", "Put right", x->n_fixed, max);
  tell_kind(d, x, "broken", "Put wrong", x->n_broken, max);
}

/* ---- who says the same ---- */

static void
tell_agreement(const struct report *r, struct doc *d)
{
  const struct found_agreement *a = r->f.agreement;
  struct buf headings = BUF_INIT;
  struct table_block *t;
  size_t n = a ? a->n_names : 0;

  if (n < 2 || a->n_same < n * n)
    return;
  n = n < NAMES_SHOWN ? n : NAMES_SHOWN;
  buf_adds(&headings, "says the same as|");
  for (size_t i = 0; i < n; i++)
    buf_addf(&headings, "|%zu>", i + 1);
  t = doc_table(d, "How often two of them say the same of a test text, in per cent", buf_str(&headings));
  buf_release(&headings);
  for (size_t i = 0; i < n; i++) {
    table_text(t, a->names[i]);
    table_cell(t, "%zu", i + 1);
    for (size_t k = 0; k < n; k++) {
      double same = a->same[i * a->n_names + k];

      if (i == k || isnan(same))
        table_text(t, i == k ? "" : NUMERAL_NONE);
      else
        table_cell(t, "%.0f", 100 * same);
    }
  }
  if (n < a->n_names)
    doc_say(d, BLOCK_NOTE, "The first %zu of %zu; the JSON has all.", n, a->n_names);
}

/* ---- teachers ---- */

static void
tell_shares(const struct report *r, struct doc *d)
{
  for (size_t i = 0; i < r->n_models; i++) {
    const struct found_row *row = &r->f.rows[r->models[i].row_at];

    if (isfinite(row->teacher_share))
      doc_say(d, BLOCK_PARAGRAPH, "Student %s on %s reaches %s of the best teacher's "
                                  "accuracy.", row->student, quoted(d, row->name),
              numeral_percent(row->teacher_share).s);
  }
}

static void
tell_teachers(const struct report *r, struct doc *d)
{
  struct table_block *t;

  doc_heading(d, 3, "The teachers on the same texts");
  if (r->f.n_teachers == 0) {
    doc_text(d, BLOCK_NOTE, "No teacher has labelled the test texts (retort annotate PROJECT --filter split:test), so "
                            "what the students reach of a teacher's accuracy is not known.");
    return;
  }
  t = doc_table(d, "Teachers, without any example", "teacher|model|texts>|no answer>|accuracy>|95 % interval>|macro "
                                                    "F1>|"
                                                    "money a text>|time a request>");
  for (size_t i = 0; i < r->f.n_teachers; i++) {
    const struct found_teacher *x = &r->f.teachers[i];

    table_text(t, x->name);
    table_text(t, x->model);
    table_cell(t, "%s", numeral_count((double)x->n).s);
    table_cell(t, "%s", numeral_count((double)x->n_unanswered).s);
    table_cell(t, "%s", numeral_percent(x->accuracy).s);
    table_cell(t, "%s", numeral_percent_range(x->ci95).s);
    table_cell(t, "%s", numeral_percent(x->macro_f1).s);
    table_cell(t, "%s", numeral_usd(x->usd_per_text).s);
    table_cell(t, "%s", numeral_us(1000 * x->ms_per_request).s);
  }
  tell_shares(r, d);
}

void
chapter_texts(const struct report *r, struct doc *d)
{
  doc_chapter(d, "texts", "Texts: fixed and broken");
  for (size_t i = 0; i < r->n_explained; i++)
    tell_changes(d, &r->explained[i], r->n_explained > 2 ? TEXTS_SHOWN_OF_MANY : TEXTS_SHOWN);
  if (r->n_explained == 0)
    doc_text(d, BLOCK_NOTE, "There is no arm that is compared with another.");
  if (r->f.agreement && r->f.agreement->n_names > 1) {
    doc_heading(d, 3, "Who says the same");
    tell_agreement(r, d);
  }
  tell_teachers(r, d);
}
