/* chapter-recipe: how to do it again. */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "report/chapter.h"

static bool
is_flat(const struct json *j)
{
  for (const struct json *x = json_first(j); x; x = json_next(x))
    if (json_type(x) == JSON_OBJECT || json_type(x) == JSON_ARRAY)
      return false;
  return true;
}

/* JSON as people read it: a member a line, lists of plain values on one. */
static void
add_pretty(struct buf *out, const struct json *j, size_t indent)
{
  bool object = json_type(j) == JSON_OBJECT;

  if ((!object && json_type(j) != JSON_ARRAY) || (!object && is_flat(j)) || json_size(j) == 0) {
    json_print(out, j);
    return;
  }
  buf_addc(out, object ? '{' : '[');
  for (const struct json *x = json_first(j); x; x = json_next(x)) {
    buf_addf(out, "%s\n%*s", x == json_first(j) ? "" : ",", (int)indent + 2, "");
    if (object) {
      json_add_string(out, json_key(x), strlen(json_key(x)));
      buf_adds(out, ": ");
    }
    add_pretty(out, x, indent + 2);
  }
  buf_addf(out, "\n%*s%c", (int)indent, "", object ? '}' : ']');
}

static void
json_code(struct doc *d, const char *json)
{
  struct json *j = json_parse(json, strlen(json), NULL, NULL);
  struct buf out = BUF_INIT;

  if (j)
    add_pretty(&out, j, 0);
  doc_text(d, BLOCK_CODE, j ? buf_str(&out) : json);
  buf_release(&out);
  json_free(j);
}

/* "epochs 8, cost 1, holdout auto" */
static const char *
params_text(struct doc *d, const char *json)
{
  struct json *j = json_parse(json, strlen(json), NULL, NULL);
  struct buf out = BUF_INIT;
  const char *text;

  for (const struct json *x = json_first(j); x; x = json_next(x)) {
    buf_addf(&out, "%s%s ", out.n ? ", " : "", json_key(x));
    if (json_string(x))
      buf_adds(&out, json_string(x));
    else
      json_print(&out, x);
  }
  text = doc_print(d, "%s", buf_str(&out));
  buf_release(&out);
  json_free(j);
  return text;
}

static void
tell_arms(const struct report *r, struct doc *d)
{
  struct table_block *t = doc_table(d, "The arms of the first student: which texts, and what they are",
                                    "arm|filter|texts>|seed>|generated>|annotated>|imported>|labels without a text>");

  for (size_t i = 0, end = student_end(&r->f, 0); i < end; i++) {
    const struct found_row *x = &r->f.rows[i];

    table_text(t, x->name);
    table_text(t, x->filter);
    table_cell(t, "%s", numeral_count((double)x->n).s);
    table_cell(t, "%s", numeral_count((double)x->n_seed).s);
    table_cell(t, "%s", numeral_count((double)x->n_generated).s);
    table_cell(t, "%s", numeral_count((double)x->n_annotated).s);
    table_cell(t, "%s", numeral_count((double)x->n_imported).s);
    table_cell(t, "%s", numeral_count((double)x->n_skipped).s);
  }
  doc_text(d, BLOCK_NOTE, "Never in an arm: texts without a label, of split test or valid, rejected ones (unless the "
                          "filter speaks of status), and those that stand in the test set.");
}

/* What the teachers were asked to do. */
static void
tell_jobs(const struct report *r, struct doc *d)
{
  struct table_block *t;

  if (r->data.n_jobs == 0)
    return;
  doc_heading(d, 3, "The jobs, as they were asked for");
  t = doc_facts(d);
  for (size_t i = 0; i < r->data.n_jobs; i++) {
    const struct card_job *j = &r->data.jobs[i];

    table_fact(t, doc_print(d, "Job %zu, %s", j->id, j->kind), "template %s, teacher %s: "
                                                               "%s", *j->template ? j->template : "none",
               *j->teacher ? j->teacher : "none", params_text(d, j->params));
  }
}

static void
tell_students(const struct report *r, struct doc *d)
{
  struct table_block *t;

  doc_heading(d, 3, "The students' parameters");
  t = doc_facts(d);
  for (size_t i = 0; i < r->n_models; i++)
    if (r->models[i].params && (i == 0 || strcmp(r->models[i].student, r->models[i - 1].student) != 0))
      table_fact(t, r->models[i].student, "%s", params_text(d, r->models[i].params));
}

static void
tell_teachers(const struct report *r, struct doc *d)
{
  struct table_block *t;

  if (r->recipe.n_teachers == 0)
    return;
  doc_heading(d, 3, "Teachers and prices");
  t = doc_table(d, NULL, "teacher|kind|model|address|in, a million tokens>|out>|recorded replies>|settings");
  for (size_t i = 0; i < r->recipe.n_teachers; i++) {
    const struct recipe_teacher *x = &r->recipe.teachers[i];

    table_text(t, x->name);
    table_text(t, x->kind);
    table_text(t, x->model);
    table_text(t, x->url);
    table_cell(t, "%s", numeral_usd(x->price_in).s);
    table_cell(t, "%s", numeral_usd(x->price_out).s);
    table_cell(t, "%s", x->replay_bytes ? numeral_bytes((double)x->replay_bytes).s : "");
    table_text(t, strcmp(x->settings, "{}") == 0 ? "" : x->settings);
  }
}

static void
tell_prompts(const struct report *r, struct doc *d)
{
  if (r->recipe.n_templates)
    doc_heading(d, 3, "Prompts");
  for (size_t i = 0; i < r->recipe.n_templates; i++) {
    const struct recipe_template *x = &r->recipe.templates[i];

    doc_heading(d, 4, "%s", x->name);
    doc_say(d, BLOCK_NOTE, "Written %s; %s of it.", numeral_day((int64_t)x->at_ms).s,
            count_text(d, (double)x->samples, "sample came", "samples came"));
    doc_text(d, BLOCK_CODE, x->source);
  }
}

void
chapter_recipe(const struct report *r, struct doc *d)
{
  const struct recipe *x = &r->recipe;
  struct table_block *t;

  doc_chapter(d, "recipe", "How to repeat it");
  doc_text(d, BLOCK_PARAGRAPH, "With the project file, this program and this line the experiment comes out the same, "
                               "but for what is measured by a clock:");
  for (size_t i = 0; i < x->n_commands; i++)
    doc_text(d, BLOCK_CODE, x->commands[i]);
  t = doc_facts(d);
  table_fact(t, "Program", "retort %s", x->version ? x->version : "of a version that is not known");
  table_fact(t, "Machine", "%s", x->machine ? x->machine : "not known");
  table_fact(t, "Experiment", "%s, ended %s", r->experiment, r->day);
  table_fact(t, "Trainings", "%zu seeds each, on %zu test texts", r->f.n_seeds, r->f.n_test);
  tell_arms(r, d);
  if (x->plan) {
    doc_heading(d, 3, "The plan");
    json_code(d, x->plan);
  }
  tell_students(r, d);
  tell_jobs(r, d);
  tell_teachers(r, d);
  tell_prompts(r, d);
}
