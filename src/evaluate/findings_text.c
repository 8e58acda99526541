#include "evaluate/findings_text.h"

#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "evaluate/arm.h"
#include "evaluate/figure.h"

/* Under this the words that one arm knows more than the other explain nothing. */
#define WORDS_APART .02
#define LEVEL .05            /* of corrected p */

enum shown
shown_of(double difference, struct interval ci95, double p_holm)
{
  if (!(ci95.lo > 0) && !(ci95.hi < 0))
    return SHOWN_NOTHING;
  if (!(p_holm < LEVEL))
    return SHOWN_HINT;
  return difference > 0 ? SHOWN_BETTER : SHOWN_WORSE;
}

/* ---- the verdict ---- */

static bool
is_built_in(const struct found_row *row, const char *name)
{
  for (const struct arm_kind *kind = arm_kinds; kind->name; kind++)
    if (strcmp(kind->name, name) == 0)
      return strcmp(row->arm, name) == 0 && row->filter && strcmp(row->filter, kind->filter) == 0;
  return false;
}

static void
add_name(struct buf *out, const char *name)
{
  buf_addc(out, '\'');
  utf8_printable(out, name, strlen(name));
  buf_addc(out, '\'');
}

static void
add_subject(struct buf *out, const struct found_row *first, const struct found_row *row)
{
  static const struct {
    const char *arm, *words;
  } beside_seeds[] = {
    {"both", "generated data beside the seeds"}, {"generated", "generated data instead of the seeds"},
    {"curated", "curated data beside the seeds"}, {"annotated", "a teacher's labels beside the seeds"},
    {"all", "generated data and a teacher's labels beside the seeds"},
  };

  for (size_t i = 0; i < sizeof beside_seeds / sizeof *beside_seeds; i++)
    if (is_built_in(first, "seed") && is_built_in(row, beside_seeds[i].arm)) {
      buf_adds(out, beside_seeds[i].words);
      return;
    }
  add_name(out, row->arm);
  buf_adds(out, " instead of ");
  add_name(out, first->arm);
}

static void
add_interval(struct buf *out, const struct found_difference *d, size_t n_seeds)
{
  buf_addf(out, " (95 %% interval %.1f to %.1f, p ", 100 * d->ci95.lo, 100 * d->ci95.hi);
  figure_add_p(out, d->p_holm, false);
  buf_adds(out, n_seeds > 1 ? ")" : "; one seed, so without the chance in training)");
}

static void
add_clause(struct buf *out, const struct found_row *first, const struct found_row *row, size_t n_seeds)
{
  const struct found_difference *d = row->difference;
  enum shown shown = shown_of(d->accuracy, d->ci95, d->p_holm);
  double extra = row->cost_usd - first->cost_usd;

  if (shown == SHOWN_NOTHING || shown == SHOWN_HINT) {
    buf_adds(out, shown == SHOWN_HINT ? "no more than a hint, since several arms were compared: "
                                      : "no difference could be shown: ");
    add_subject(out, first, row);
    buf_addf(out, " moved test accuracy by %+.1f points", 100 * d->accuracy);
  } else {
    add_subject(out, first, row);
    buf_addf(out, " %s test accuracy by %.1f points", shown == SHOWN_BETTER ? "raised" : "lowered", 100 * fabs(d->accuracy));
  }
  add_interval(out, d, n_seeds);
  if (isfinite(extra) && extra != 0) {
    buf_adds(out, extra > 0 ? " for " : " and saved ");
    figure_add_cost(out, fabs(extra));
  }
}

/* "cnn, 5 seeds a label: ": what tells a clause from the others. */
static void
add_heading(struct buf *out, const struct findings *f, const struct found_row *row)
{
  const char *limits = strstr(row->name, ", ");
  bool several = false;

  for (size_t i = 0; i < f->n_rows; i++)
    several |= strcmp(f->rows[i].student, row->student) != 0;
  if (strncmp(row->name, row->arm, strlen(row->arm)) == 0)
    limits = row->name[strlen(row->arm)] ? row->name + strlen(row->arm) : NULL;
  if (several)
    buf_adds(out, row->student);
  if (limits)
    buf_adds(out, limits + (several ? 0 : 2));
  if (several || limits)
    buf_adds(out, ": ");
}

void
findings_verdict(const struct findings *f, struct buf *out)
{
  size_t n = 0;

  for (size_t i = 0; i < f->n_rows; i++)
    if (f->rows[i].is_told) {
      buf_adds(out, n++ ? "; " : "");
      add_heading(out, f, &f->rows[i]);
      add_clause(out, &f->rows[f->rows[i].first], &f->rows[i], f->n_seeds);
    }
  for (size_t i = 0; n == 0 && i < f->n_rows; i++) {
    const struct found_score *accuracy = &f->rows[i].accuracy;

    buf_adds(out, i ? "; " : "");
    add_heading(out, f, &f->rows[i]);
    buf_adds(out, "test accuracy is ");
    figure_add_share(out, accuracy->mean);
    buf_adds(out, " (95 % interval ");
    figure_add_share(out, accuracy->ci95.lo);
    buf_adds(out, " to ");
    figure_add_share(out, accuracy->ci95.hi);
    buf_adds(out, ")");
  }
  if (n == 0)
    buf_adds(out, "; with one arm there is nothing to compare it with");
}

/* ---- what may explain it ---- */

void
findings_why(const struct findings *f, struct buf *out)
{
  const struct found_row *row = findings_told(f, NULL), *first = row ? &f->rows[row->first] : NULL;

  const struct found_difference *d = row ? row->difference : NULL;

  if (!d || shown_of(d->accuracy, d->ci95, d->p_holm) == SHOWN_NOTHING)
    return;
  if (!(fabs(row->known_words - first->known_words) >= WORDS_APART))
    return;
  buf_addf(out, "of the words in the test texts %.0f %% occur in ", 100 * row->known_words);
  add_name(out, row->arm);
  buf_addf(out, " and %.0f %% in ", 100 * first->known_words);
  add_name(out, first->arm);
  if (row->new_words && *row->new_words) {
    buf_adds(out, " (new are ");
    utf8_printable(out, row->new_words, strlen(row->new_words));
    buf_addc(out, ')');
  }
  buf_addf(out, "; their texts have %.0f and %.0f words, test texts %.0f", row->words, first->words, f->test_words);
}

void
findings_power(const struct findings *f, struct buf *out)
{
  if (!isfinite(f->detectable)) {
    buf_addf(out, "%zu test texts are too few to show any difference", f->n_test);
    return;
  }
  buf_addf(out, "%zu test texts can show differences above %.1f points (four times of five, where two arms answer one text "
                "in %.0f differently)", f->n_test, 100 * f->detectable, 1 / f->discordant);
}
