#include "report/recipe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/shape_rows.h"
#include "evaluate/experiment_plan.h"
#include "store/project.h"
#include "store/teacher_store.h"
#include "store/template_store.h"
#include "student/student.h"

static const struct shape_field template_fields[] = {
  OF(recipe_template, TEXT, name), OF(recipe_template, NUMBER, at_ms), OF(recipe_template, COUNT, samples),
  OF(recipe_template, TEXT, source), END,
};
static const struct shape template_shape = SHAPE(recipe_template, template_fields);

static const struct shape_field teacher_fields[] = {
  OF(recipe_teacher, TEXT, name), OF(recipe_teacher, TEXT, kind), OF(recipe_teacher, TEXT, model),
  OF(recipe_teacher, TEXT, url), OF(recipe_teacher, NUMBER, price_in), OF(recipe_teacher, NUMBER, price_out),
  OF(recipe_teacher, COUNT, replay_bytes), OF(recipe_teacher, RAW, settings), END,
};
static const struct shape teacher_shape = SHAPE(recipe_teacher, teacher_fields);

static const struct shape_field recipe_fields[] = {
  OF(recipe, TEXT, version), OF(recipe, TEXT, machine), OF(recipe, RAW, plan),
  VALUES(recipe, TEXTS, commands, n_commands),
  LIST(recipe, templates, n_templates, template_shape), LIST(recipe, teachers, n_teachers, teacher_shape), END,
};
const struct shape recipe_shape = SHAPE(recipe, recipe_fields);

static const struct shape_field model_fields[] = {
  OF(model_card, TEXT, student), OF(model_card, TEXT, row), OF(model_card, TEXT, summary), OF(model_card, RAW, params),
  OF(model_card, COUNT, row_at), END,
};
const struct shape model_card_shape = SHAPE(model_card, model_fields);

void
recipe_release(struct recipe *r)
{
  shape_release(&recipe_shape, r);
}

void
model_card_release(struct model_card *c)
{
  shape_release(&model_card_shape, c);
}

/* ---- prompts and teachers ---- */

/* Samples of each version, by its id. */
static size_t *
count_templates(const struct corpus *corpus, size_t *n_ids)
{
  size_t *counts;
  struct sample s;

  *n_ids = (size_t)corpus_name_count(corpus, NAME_TEMPLATE) + 1;
  counts = xcalloc(*n_ids, sizeof *counts);
  for (uint32_t id = 1, n = corpus_count(corpus); id <= n; id++)
    if (corpus_get(corpus, id, &s) && s.template_id < *n_ids)
      counts[s.template_id]++;
  return counts;
}

/* Each version that samples came of, and the newest of the others. */
static int
gather_templates(struct project *p, struct recipe *r, struct err *e)
{
  struct template_row *rows;
  size_t n, n_ids, *counts;

  if (template_store_list(p, true, &rows, &n, e) < 0)
    return -1;
  counts = count_templates(project_corpus(p), &n_ids);
  r->templates = xcalloc(n + 1, sizeof *r->templates);
  for (size_t i = 0; i < n; i++) {
    size_t samples = rows[i].id < n_ids ? counts[rows[i].id] : 0;
    bool newest = i == 0 || strcmp(rows[i - 1].name, rows[i].name) != 0;

    if (samples > 0 || (newest && !rows[i].removed))
      r->templates[r->n_templates++] = (struct recipe_template){
        xasprintf("%s v%u", rows[i].name, rows[i].version), (double)rows[i].at_ms, samples, xstrdup(rows[i].source)};
  }
  free(counts);
  template_rows_free(rows, n);
  return 0;
}

static int
gather_teachers(struct project *p, struct recipe *r, struct err *e)
{
  struct teacher_row *rows;
  size_t n;

  if (teacher_store_list(p, &rows, &n, e) < 0)
    return -1;
  r->teachers = xcalloc(n + 1, sizeof *r->teachers);
  for (size_t i = 0; i < n; i++)
    r->teachers[r->n_teachers++] = (struct recipe_teacher){
      xstrdup(rows[i].name), xstrdup(rows[i].kind), xstrdup(rows[i].model), xstrdup(rows[i].url), rows[i].price_in,
      rows[i].price_out, rows[i].replay_bytes, xstrdup(rows[i].settings)};
  teacher_rows_free(rows, n);
  return 0;
}

/* ---- command lines ---- */

#define COMMAND_COLUMNS 90u

/* A word as the shell takes it. */
static void
add_word(struct buf *out, const char *s)
{
  static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.,:/=@%+";

  if (*s && strspn(s, plain) == strlen(s)) {
    buf_adds(out, s);
    return;
  }
  buf_addc(out, '\'');
  for (; *s; s++)
    if (*s == '\'')
      buf_adds(out, "'\\''");
    else
      buf_addc(out, *s);
  buf_addc(out, '\'');
}

/* One more option, on the next line where this one is full. value NULL: a flag. */
static void
add_option(struct buf *out, const char *option, const char *value)
{
  struct buf words = BUF_INIT;
  size_t line = out->n;

  buf_addf(&words, "--%s", option);
  if (value) {
    buf_addc(&words, ' ');
    add_word(&words, value);
  }
  while (line > 0 && out->s[line - 1] != '\n')
    line--;
  buf_adds(out, out->n - line + words.n > COMMAND_COLUMNS ? " \\\n  " : " ");
  buf_add(out, words.s, words.n);
  buf_release(&words);
}

/* "0,1,5" of a list of numbers; no option where it is empty. */
static void
add_numbers(struct buf *out, const char *option, const double *x, size_t n)
{
  struct buf list = BUF_INIT;

  for (size_t i = 0; i < n; i++) {
    if (i)
      buf_addc(&list, ',');
    json_add_number(&list, x[i]);
  }
  if (n)
    add_option(out, option, buf_str(&list));
  buf_release(&list);
}

static void
add_texts(struct buf *out, const char *option, char *const *texts, size_t n)
{
  for (size_t i = 0; i < n; i++)
    if (texts[i])
      add_option(out, option, texts[i]);
}

/* The line that declares this plan (command/experiment.c). */
static char *
experiment_line(const struct project *p, const struct experiment_plan *plan)
{
  const char *file = strrchr(project_path(p), '/');
  struct buf out = BUF_INIT;
  double seeds = (double)plan->n_seeds;

  buf_adds(&out, "retort experiment ");
  add_word(&out, file ? file + 1 : project_path(p));
  add_texts(&out, "arm", plan->arms, plan->n_arms);
  add_texts(&out, "student", plan->students, plan->n_students);
  add_numbers(&out, "seeds", &seeds, 1);
  add_numbers(&out, "per-label", plan->per_label, plan->n_per_label);
  add_numbers(&out, "sizes", plan->sizes, plan->n_sizes);
  if (plan->equal && *plan->equal)
    add_option(&out, "equal", plan->equal);
  for (size_t i = 0; i < plan->n_curves; i++)
    if (plan->curves[i])
      add_option(&out, strcmp(plan->curves[i], "curated") == 0 ? "curve-curated" : "curve", NULL);
  add_texts(&out, "worth", plan->sources, plan->n_sources);
  if (plan->test && *plan->test && strcmp(plan->test, "split:test") != 0)
    add_option(&out, "test", plan->test);
  add_numbers(&out, "seed", &plan->seed, 1);
  return buf_take(&out);
}

static void
add_command(struct recipe *r, char *line)
{
  r->commands = xrealloc(r->commands, (r->n_commands + 1) * sizeof *r->commands);
  r->commands[r->n_commands++] = line;
}

int
recipe_gather(struct project *p, const struct findings *f, struct recipe *r, struct err *e)
{
  struct experiment_plan plan;

  memset(r, 0, sizeof *r);
  r->version = f->version ? xstrdup(f->version) : NULL;
  r->machine = f->machine ? xstrdup(f->machine) : NULL;
  r->plan = f->plan ? xstrdup(f->plan) : NULL;
  if (f->plan && experiment_plan_read(f->plan, &plan, NULL) == 0) {
    add_command(r, experiment_line(p, &plan));
    experiment_plan_release(&plan);
  }
  if (gather_templates(p, r, e) < 0 || gather_teachers(p, r, e) < 0) {
    recipe_release(r);
    return -1;
  }
  return 0;
}

/* ---- the model ---- */

void
model_card_of(const struct findings *f, size_t row, struct model_card *c)
{
  const struct found_row *r = &f->rows[row];
  const struct student_kind *kind = student_kind_find(r->kind ? r->kind : r->student);

  memset(c, 0, sizeof *c);
  c->student = xstrdup(r->student);
  c->row = xstrdup(r->name);
  c->row_at = row;
  c->params = r->params ? xstrdup(r->params) : NULL;
  if (kind)
    c->summary = xstrdup(kind->summary);
}
