#include "evaluate/findings.h"

#include <string.h>

#include "base/mem.h"
#include "base/shape_rows.h"

static const struct shape_field score_fields[] = {
  OF(found_score, NUMBER, mean), OF(found_score, PAIR, ci95), VALUES(found_score, NUMBERS, seeds, n_seeds), END,
};
static const struct shape score = SHAPE(found_score, score_fields);

static const struct shape_field mcnemar_fields[] = {
  OF(found_mcnemar, NUMBER, b), OF(found_mcnemar, NUMBER, c), OF(found_mcnemar, NUMBER, p), END,
};
static const struct shape mcnemar = SHAPE(found_mcnemar, mcnemar_fields);

static const struct shape_field difference_fields[] = {
  OF(found_difference, NUMBER, accuracy), OF(found_difference, PAIR, ci95), OF(found_difference, NUMBER, p),
  OF(found_difference, NUMBER, p_holm), OF(found_difference, NUMBER, detectable),
  PART(found_difference, mcnemar, mcnemar), END,
};
static const struct shape difference = SHAPE(found_difference, difference_fields);

static const struct shape_field label_fields[] = {
  OF(found_label, TEXT, label), OF(found_label, COUNT, n), OF(found_label, NUMBER, precision),
  OF(found_label, NUMBER, recall), OF(found_label, NUMBER, f1), OF(found_label, NUMBER, difference),
  OF(found_label, PAIR, ci95), OF(found_label, NUMBER, p), OF(found_label, NUMBER, p_holm), END,
};
static const struct shape label = SHAPE(found_label, label_fields);

static const struct shape_field measure_fields[] = {
  OF(found_measure, NUMBER, seconds), OF(found_measure, NUMBER, cpu_seconds), OF(found_measure, NUMBER, peak_bytes),
  OF(found_measure, NUMBER, us_one), OF(found_measure, NUMBER, us_batch), END,
};
static const struct shape measure = SHAPE(found_measure, measure_fields);

static const struct shape_field row_fields[] = {
  OF(found_row, TEXT, name), OF(found_row, TEXT, arm), OF(found_row, TEXT, filter), OF(found_row, TEXT, student),
  OF(found_row, TEXT, kind), OF(found_row, RAW, params),
  OF(found_row, FLAG, has_per_label), OF(found_row, COUNT, per_label), OF(found_row, FLAG, has_size),
  OF(found_row, COUNT, size), OF(found_row, COUNT, n), OF(found_row, COUNT, n_seed), OF(found_row, COUNT, n_generated),
  OF(found_row, COUNT, n_annotated), OF(found_row, COUNT, n_imported), OF(found_row, COUNT, n_skipped),
  OF(found_row, NUMBER, words), OF(found_row, NUMBER, known_words), OF(found_row, NUMBER, distinct),
  OF(found_row, TEXT, new_words),
  OF(found_row, FLAG, is_first), OF(found_row, COUNT, first), OF(found_row, FLAG, is_told),
  PART(found_row, accuracy, score), PART(found_row, macro_f1, score), OF(found_row, NUMBER, calibration_error),
  MAYBE(found_row, difference, difference), OF(found_row, NUMBER, cost_usd), OF(found_row, NUMBER, teacher_share),
  OF(found_row, NUMBER, break_even), NAMED(found_row, NUMBER, "parameters", n_parameters),
  OF(found_row, NUMBER, size_bytes), OF(found_row, NUMBER, multiply_adds), OF(found_row, FLAG, on_front),
  NAMED_LIST(found_row, "per_label_effects", labels, n_labels, label), VALUES(found_row, TEXTS, fits, n_fits),
  PART(found_row, measured, measure), END,
};
static const struct shape row = SHAPE(found_row, row_fields);

static const struct shape_field teacher_fields[] = {
  OF(found_teacher, TEXT, name), OF(found_teacher, TEXT, model), OF(found_teacher, COUNT, n),
  NAMED(found_teacher, COUNT, "unanswered", n_unanswered), OF(found_teacher, NUMBER, accuracy),
  OF(found_teacher, PAIR, ci95), OF(found_teacher, NUMBER, macro_f1), OF(found_teacher, NUMBER, usd_per_text),
  OF(found_teacher, NUMBER, ms_per_request), END,
};
static const struct shape teacher = SHAPE(found_teacher, teacher_fields);

static const struct shape_field point_fields[] = {
  OF(found_point, COUNT, n), OF(found_point, NUMBER, mean), OF(found_point, PAIR, ci95),
  OF(found_point, NUMBER, cost_usd), VALUES(found_point, NUMBERS, seeds, n_seeds), END,
};
static const struct shape point = SHAPE(found_point, point_fields);

static const struct shape_field law_fields[] = {
  OF(found_law, NUMBER, ceiling), OF(found_law, NUMBER, scale), OF(found_law, NUMBER, rate),
  OF(found_law, PAIR, ceiling_ci95), OF(found_law, NUMBER, residual), OF(found_law, NUMBER, rate_p), END,
};
static const struct shape law = SHAPE(found_law, law_fields);

static const struct shape_field outlook_fields[] = {
  OF(found_outlook, NUMBER, samples), OF(found_outlook, NUMBER, usd), OF(found_outlook, NUMBER, gain),
  OF(found_outlook, PAIR, ci95), END,
};
static const struct shape outlook = SHAPE(found_outlook, outlook_fields);

static const struct shape_field curve_fields[] = {
  OF(found_curve, TEXT, of), OF(found_curve, TEXT, student), OF(found_curve, COUNT, n_seed),
  NAMED_LIST(found_curve, "points", points, n_points, point), MAYBE(found_curve, law, law),
  NAMED_LIST(found_curve, "next", next, n_next, outlook), OF(found_curve, FLAG, stop), OF(found_curve, TEXT, advice), END,
};
static const struct shape curve = SHAPE(found_curve, curve_fields);

static const struct shape_field source_fields[] = {
  OF(found_source, TEXT, kind), OF(found_source, TEXT, name), OF(found_source, TEXT, value), OF(found_source, TEXT, arm),
  OF(found_source, TEXT, student), OF(found_source, COUNT, n), OF(found_source, NUMBER, cost_usd),
  OF(found_source, NUMBER, worth), OF(found_source, PAIR, ci95), OF(found_source, NUMBER, p),
  OF(found_source, NUMBER, p_holm), OF(found_source, NUMBER, per_usd), END,
};
static const struct shape source = SHAPE(found_source, source_fields);

static const struct shape_field agreement_fields[] = {
  VALUES(found_agreement, TEXTS, names, n_names), VALUES(found_agreement, NUMBERS, same, n_same), END,
};
static const struct shape agreement = SHAPE(found_agreement, agreement_fields);

static const struct shape_field spending_fields[] = {
  OF(found_spending, NUMBER, generation_usd), OF(found_spending, NUMBER, annotation_usd),
  OF(found_spending, NUMBER, person_minutes), OF(found_spending, NUMBER, person_usd_per_hour),
  NAMED(found_spending, COUNT, "requests", n_requests), OF(found_spending, NUMBER, tokens_in),
  OF(found_spending, NUMBER, tokens_out), END,
};
static const struct shape spending = SHAPE(found_spending, spending_fields);

static const struct shape_field findings_fields[] = {
  NAMED_LIST(findings, "arms", rows, n_rows, row), NAMED(findings, COUNT, "seeds", n_seeds),
  NAMED(findings, COUNT, "test", n_test), NAMED(findings, COUNT, "test_unlabelled", n_test_unlabelled),
  OF(findings, COUNT, guarded), VALUES(findings, IDS, guarded_ids, n_guarded_ids), OF(findings, NUMBER, test_words),
  OF(findings, NUMBER, detectable), OF(findings, NUMBER, discordant), NAMED_LIST(findings, "curve", curve, n_points, point),
  OF(findings, TEXT, verdict), OF(findings, TEXT, why),
  OF(findings, TEXT, name), OF(findings, RAW, plan), OF(findings, TEXT, version), OF(findings, TEXT, machine),
  NAMED_LIST(findings, "curves", curves, n_curves, curve), NAMED_LIST(findings, "sources", sources, n_sources, source),
  NAMED_LIST(findings, "teachers", teachers, n_teachers, teacher), MAYBE(findings, agreement, agreement),
  PART(findings, spending, spending), VALUES(findings, IDS, test_ids, n_test_ids), END,
};
static const struct shape findings = SHAPE(findings, findings_fields);

void
findings_json(const struct findings *f, struct buf *out)
{
  shape_write(&findings, f, out);
}

/* ---- what readers count on ---- */

static void
fill(char **s, const char *with)
{
  if (!*s)
    *s = xstrdup(with ? with : "");
}

static void
fill_row(struct found_row *r)
{
  fill(&r->name, r->arm);
  fill(&r->arm, r->name);
  fill(&r->filter, NULL);
  fill(&r->student, NULL);
  for (size_t i = 0; i < r->n_labels; i++)
    fill(&r->labels[i].label, NULL);
}

static void
fill_source(struct found_source *s)
{
  char **const strings[] = {&s->kind, &s->name, &s->value, &s->arm, &s->student};

  for (size_t i = 0; i < N_OF(strings); i++)
    fill(strings[i], NULL);
}

/* What an older program stored, or another one, may lack any name: it is "" then. */
static void
fill_names(struct findings *f)
{
  for (size_t i = 0; i < f->n_rows; i++)
    fill_row(&f->rows[i]);
  for (size_t i = 0; i < f->n_curves; i++) {
    fill(&f->curves[i].of, NULL);
    fill(&f->curves[i].student, NULL);
  }
  for (size_t i = 0; i < f->n_sources; i++)
    fill_source(&f->sources[i]);
  for (size_t i = 0; i < f->n_teachers; i++) {
    fill(&f->teachers[i].name, NULL);
    fill(&f->teachers[i].model, NULL);
  }
  for (size_t i = 0; f->agreement && i < f->agreement->n_names; i++)
    fill(&f->agreement->names[i], NULL);
}

int
findings_read(const char *json, size_t n, struct findings *f, struct err *e)
{
  struct json *j = json_parse(json, n, NULL, e);
  int r;

  memset(f, 0, sizeof *f);
  if (!j)
    return -1;
  r = shape_read(&findings, j, f, e);
  json_free(j);
  if (r == 0)
    fill_names(f);
  return r;
}

void
findings_release(struct findings *f)
{
  shape_release(&findings, f);
}

const struct found_row *
findings_told(const struct findings *f, const char *student)
{
  for (size_t i = 0; i < f->n_rows; i++)
    if (f->rows[i].is_told && (!student || strcmp(f->rows[i].student, student) == 0))
      return &f->rows[i];
  return NULL;
}
