/* preset: a student and its parameters, kept in the project under a name. */
#include <stdlib.h>
#include <string.h>

#include "command/names.h"
#include "command/print.h"
#include "command/rows.h"
#include "command/students.h"
#include "store/run_live_store.h"

static void
add_json(struct buf *out, const struct run_set *set)
{
  buf_addc(out, '{');
  json_add_field(out, "name", set->name);
  json_add_field(out, "student", set->student);
  json_add_key(out, "params");
  buf_adds(out, set->params);
  buf_addc(out, '}');
}

/* "lr 0.01  dropout 0.3": what differs from the student's defaults. */
static void
add_words(struct buf *out, const struct run_set *set)
{
  const struct student_kind *kind = student_kind_find(set->student);
  struct json *params = json_parse(set->params, strlen(set->params), NULL, NULL);

  for (const struct json *m = json_first(params); m; m = json_next(m)) {
    const struct option *o = kind ? option_find(kind->params, json_key(m)) : NULL;
    struct buf value = BUF_INIT;

    if (json_string(m))
      buf_adds(&value, json_string(m));
    else
      json_print(&value, m);
    if (!o || !o->fallback || (json_string(m) ? strcmp(o->fallback, buf_str(&value)) != 0
                                              : json_number(m, 0) != option_default(o)))
      buf_addf(out, "%s%s %s", out->n ? "  " : "", json_key(m), buf_str(&value));
    buf_release(&value);
  }
  if (!out->n)
    buf_adds(out, "defaults");
  json_free(params);
}

static int
list(struct call *c, struct err *e)
{
  struct run_set *rows;
  struct buf out = BUF_INIT;
  struct grid g;
  size_t n;

  if (run_set_list(c->project, &rows, &n, e) < 0)
    return -1;
  grid_init(&g, "name|student|parameters");
  buf_adds(&out, "{\"presets\":[");
  for (size_t i = 0; i < n; i++) {
    struct buf words = BUF_INIT;

    add_words(&words, &rows[i]);
    grid_cell(&g, "%s", rows[i].name);
    grid_cell(&g, "%s", rows[i].student);
    grid_cell(&g, "%s", buf_str(&words));
    buf_release(&words);
    json_add_comma(&out);
    add_json(&out, &rows[i]);
  }
  buf_adds(&out, "]}");
  grid_answer(&g, c, &out, n, "no preset is kept");
  grid_release(&g);
  buf_release(&out);
  run_sets_free(rows, n);
  return 0;
}

/* The student and the parameters of --run, with what was typed on top. */
static int
save(struct call *c, struct err *e)
{
  struct run_row run = {0};
  struct buf params = BUF_INIT;
  const struct student_kind *kind;
  double *values = NULL;
  int r = names_check("a preset", c->args[0], e);

  if (r == 0 && call_given(c, "run"))
    r = run_store_get(c->project, call_text(c, "run"), &run, e);
  if (r == 0 && run.student && call_given(c, "student") && strcmp(run.student, call_text(c, "student")) != 0)
    r = err_set(e, ERR_INPUT, "run '%s' is of the student '%s', not '%s'", run.name, run.student,
                call_text(c, "student"));
  kind = r == 0 ? students_find(run.student ? run.student : call_text(c, "student"), e) : NULL;
  r = kind ? students_values_on(c, kind, run.params, &values, e) : -1;
  if (r == 0) {
    student_params_json(kind, values, &params);
    r = run_set_put(c->project, &(struct run_set){(char *)c->args[0], (char *)kind->name, params.s, 0}, e);
  }
  if (r == 0)
    print_line(c, c->json ? "{\"saved\":1}" : "saved; train --preset %s takes it", c->args[0]);
  free(values);
  buf_release(&params);
  run_row_release(&run);
  return r;
}

static int
rm(struct call *c, struct err *e)
{
  if (run_set_remove(c->project, c->args[0], e) < 0)
    return -1;
  print_line(c, c->json ? "{\"removed\":1}" : "removed");
  return 0;
}

static const struct command_verb verbs[] = {
  {.name = "list", .run = list, .arguments = "", .summary = "the presets, and where they differ from the defaults"},
  {.name = "save", .run = save, .arguments = "NAME",
   .summary = "keeps what --student, --run and the parameters say, in the place of one of that name",
   .flags = COMMAND_WRITES},
  {.name = "rm", .run = rm, .arguments = "NAME", .summary = "forgets it", .flags = COMMAND_WRITES},
  {.name = NULL},
};

static const struct option options[] = {
  {.name = "student", .type = OPTION_STUDENT, .fallback = "linear", .argument = "NAME", .summary = "whose parameters"},
  {.name = "run", .type = OPTION_RUN, .argument = "RUN", .summary = "take student and parameters from this run"},
  {.name = NULL},
};

static const struct command_example examples[] = {
  {"retort preset tickets.retort save quick --student linear --epochs 3", "keeps them under a name"},
  {"retort train tickets.retort --preset quick", "a run with them"},
  {"retort preset tickets.retort list", "all that are kept"},
  {NULL, NULL},
};

const struct command command_preset = {
  .name = "preset", .arguments = "PROJECT", .summary = "parameters of students kept under a name",
  .text =
    "A preset is a student with all its parameters. It stays in the project; train --preset NAME begins with it, and "
    "what is typed there counts more. So does the form of a new run in the workbench.\n\n"
    "JSON: {\"presets\": [{\"name\", \"student\", \"params\"}]} of list.",
  .options = options, .more = students_options, .verbs = verbs, .examples = examples,
  .flags = COMMAND_PROJECT | COMMAND_JSON,
};
