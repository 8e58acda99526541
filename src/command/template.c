/* template: the prompt templates of a project. */
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/nearest.h"
#include "command/diff.h"
#include "command/names.h"
#include "command/print.h"
#include "command/propose.h"
#include "command/rows.h"
#include "command/select.h"
#include "command/try.h"
#include "prompt/prompty.h"
#include "prompt/starter.h"

static int
list(struct call *c, struct err *e)
{
  struct template_row *rows;
  struct buf out = BUF_INIT;
  struct grid g;
  size_t n;

  if (template_store_list(c->project, call_flag(c, "all"), &rows, &n, e) < 0)
    return -1;
  grid_init(&g, "name|version>|kind|count>|description");
  for (size_t i = 0; i < n; i++) {
    struct prompty p;
    bool good = prompty_parse(&p, rows[i].name, rows[i].source, strlen(rows[i].source), NULL) == 0;

    json_add_comma(&out);
    buf_addc(&out, '{');
    json_add_field(&out, "name", rows[i].name);
    json_add_field_int(&out, "version", rows[i].version);
    json_add_field(&out, "kind", good ? prompty_kind_name(p.kind) : NULL);
    json_add_field_int(&out, "count", good ? p.count : 0);
    json_add_field(&out, "description", good ? p.description : "");
    buf_addc(&out, '}');
    grid_cell(&g, "%s", rows[i].name);
    grid_cell(&g, "%u", rows[i].version);
    grid_cell(&g, "%s", good ? prompty_kind_name(p.kind) : "broken");
    grid_cell(&g, "%d", good ? p.count : 0);
    grid_cell(&g, "%s", good ? p.description : "");
    prompty_release(&p);
  }
  if (c->json)
    fprintf(c->out, "{\"templates\":[%s]}\n", buf_str(&out));
  else
    grid_print(&g, c);
  grid_release(&g);
  buf_release(&out);
  template_rows_free(rows, n);
  return 0;
}

static int
show(struct call *c, struct err *e)
{
  struct template_row row;

  if (names_template(c, c->n_args ? c->args[0] : NULL, &row, e) < 0)
    return -1;
  if (c->json) {
    struct buf out = BUF_INIT;

    buf_addc(&out, '{');
    json_add_field(&out, "name", row.name);
    json_add_field_int(&out, "version", row.version);
    json_add_field(&out, "source", row.source);
    buf_addc(&out, '}');
    print_json(c, &out);
    buf_release(&out);
  } else {
    fputs(row.source, c->out);
  }
  template_row_release(&row);
  return 0;
}

/* The file, or with --builtin the template that comes with the program. */
static int
read_source(struct call *c, const char *path, char **source, size_t *n, struct err *e)
{
  const struct starter *starter;

  if (!call_given(c, "builtin") && !path)
    return err_set(e, ERR_INPUT, "which file? (a .prompty file, - for standard input, or --builtin TEMPLATE)");
  if (!call_given(c, "builtin"))
    return io_read_file(strcmp(path, "-") == 0 ? "/dev/stdin" : path, PROMPTY_BYTES, source, n, e);
  if (c->n_args > 1)
    return err_set(e, ERR_INPUT, "either a FILE or --builtin");
  starter = starter_find(call_text(c, "builtin"), e);
  if (!starter)
    return -1;
  *source = xstrdup(starter->source);
  *n = strlen(*source);
  return 0;
}

/* set [NAME] FILE, or set [NAME] --builtin TEMPLATE: without a name, the one that the template gives itself. */
static int
set(struct call *c, struct err *e)
{
  const char *path = c->n_args > 0 ? c->args[c->n_args - 1] : call_text(c, "builtin");
  bool named = c->n_args > (call_given(c, "builtin") ? 0 : 1);
  struct template_row row = {0};
  struct prompty p;
  char *source;
  size_t n;
  int r;

  if (read_source(c, path, &source, &n, e) < 0)
    return -1;
  r = prompty_parse(&p, path, source, n, e);
  if (r == 0)
    r = names_check("a template", named ? c->args[0] : p.name, e);
  if (r == 0)
    r = template_store_put(c->project, named ? c->args[0] : p.name, source, &row, e);
  for (size_t i = 0; r == 0 && i < p.n_warnings; i++)
    progress_note(&c->progress, "%s", p.warnings[i]);
  if (r == 0 && c->json) {
    struct buf out = BUF_INIT;

    buf_addc(&out, '{');
    json_add_field(&out, "name", row.name);
    json_add_field_int(&out, "version", row.version);
    buf_addc(&out, '}');
    print_json(c, &out);
    buf_release(&out);
  } else if (r == 0) {
    print_line(c, "%s is now version %u", row.name, row.version);
  }
  template_row_release(&row);
  prompty_release(&p);
  free(source);
  return r;
}

/* ---- render */

/* The values of --set, one for each attribute of the template; the first of an attribute where nothing is said. */
static int
take_values(struct call *c, const struct prompty *p, const char **given, struct err *e)
{
  const char *text;

  for (size_t i = 0; i < p->n_attributes; i++)
    given[i] = p->attributes[i].values[0];
  for (size_t i = 0; (text = call_each(c, "set", i)); i++) {
    const char *equal = strchr(text, '='), *names[PROMPTY_ATTRIBUTES], *near, *name;
    int at;

    if (!equal)
      return err_set(e, ERR_INPUT, "option '--set': '%.100s' is no NAME=VALUE", text);
    name = arena_strndup(&c->arena, text, (size_t)(equal - text));
    at = prompty_attribute(p, name);
    if (at < 0) {
      for (size_t k = 0; k < p->n_attributes; k++)
        names[k] = p->attributes[k].name;
      near = nearest_of(name, names, p->n_attributes);
      return err_set(e, ERR_INPUT, "the template has no attribute '%.100s'%s%s%s", name, near ? " (did you mean '" : "",
                     near ? near : "", near ? "'?)" : "");
    }
    given[at] = equal + 1;
  }
  return 0;
}

/* Some seeds of the label, so that a template that shows examples can be seen. */
static size_t
take_seeds(struct call *c, uint16_t label, struct prompt_text *seeds, size_t max)
{
  const struct corpus *corpus = project_corpus(c->project);
  struct sample s;
  size_t n = 0;

  for (uint32_t id = 1, count = corpus_count(corpus); id <= count && n < max; id++)
    if (corpus_get(corpus, id, &s) && s.origin == ORIGIN_SEED && s.split == SPLIT_TRAIN
        && (label == LABEL_NONE || sample_has_label(&s, label)))
      seeds[n++] = (struct prompt_text){s.text, s.text2,
                                        s.n_labels ? label_name(corpus_labels(corpus), s.labels[0]) : NULL};
  return n;
}

static void
print_messages(struct call *c, const struct messages *m)
{
  struct buf out = BUF_INIT;

  if (c->json) {
    buf_adds(&out, "{\"messages\":");
    messages_add_json(&out, m);
    json_add_field_int(&out, "tokens_estimate", (int64_t)messages_tokens(m));
    buf_addc(&out, '}');
    print_json(c, &out);
  } else {
    for (size_t i = 0; i < m->n; i++)
      fprintf(c->out, "%s%s:\n%s\n", i ? "\n" : "", m->v[i].role, m->v[i].content);
    progress_note(&c->progress, "%zu tokens (est.)", messages_tokens(m));
  }
  buf_release(&out);
}

/* What rewrite sees of the labels: the text's own, and the one that is to be made. */
static void
set_target(struct prompt_scope *scope, const struct prompty *p, const struct sample *s,
           const struct prompt_label *wished)
{
  size_t own = sample_label(s);

  if (p->kind != PROMPTY_REWRITE)
    return;
  scope->was = own < scope->n_labels ? &scope->labels[own] : NULL;
  if (wished)
    scope->label = wished;
  else if (own < scope->n_labels)
    scope->label = &scope->labels[(own + p->other_label) % scope->n_labels];
}

static int
render_parsed(struct call *c, const struct prompty *p, struct err *e)
{
  const struct corpus *corpus = project_corpus(c->project);
  const struct labels *labels = corpus_labels(corpus);
  size_t n = labels_count(labels);
  struct prompt_label *all = arena_alloc(&c->arena, (n + 1) * sizeof *all);
  const char *given[PROMPTY_ATTRIBUTES] = {NULL}, *name = call_text(c, "label");
  struct prompt_text seeds[10], subject;
  struct prompt_scope scope = {.labels = all, .n_labels = n, .task = task_name(corpus_task(corpus)), .given = given,
                               .count = (int)call_number(c, "count"), .seeds = seeds};
  struct messages m;
  struct sample s;
  uint16_t label = 0;
  int r;

  for (size_t i = 0; i < n; i++)
    all[i] = (struct prompt_label){label_name(labels, (uint16_t)i), label_meaning(labels, (uint16_t)i)};
  if ((name && names_label(c, name, &label, e) < 0) || take_values(c, p, given, e) < 0)
    return -1;
  if (p->kind == PROMPTY_GENERATE || name)
    scope.label = n ? &all[label] : NULL;
  scope.n_seeds = take_seeds(c, scope.label ? label : LABEL_NONE, seeds, N_OF(seeds));
  if (p->kind != PROMPTY_GENERATE) {
    if (select_subject(c, p->kind, &s, e) < 0)
      return -1;
    subject = (struct prompt_text){s.text, s.text2, NULL};
    scope.subject = &subject;
    set_target(&scope, p, &s, scope.label);
  }
  r = prompty_render(p, &scope, &m, e);
  if (r == 0)
    print_messages(c, &m);
  messages_release(&m);
  return r;
}

static int
render(struct call *c, struct err *e)
{
  struct template_row row;
  struct prompty p;
  int r;

  if (names_template(c, c->n_args ? c->args[0] : NULL, &row, e) < 0)
    return -1;
  r = prompty_parse(&p, row.name, row.source, strlen(row.source), e);
  if (r == 0)
    r = render_parsed(c, &p, e);
  prompty_release(&p);
  template_row_release(&row);
  return r;
}

/* ---- diff, rm */

/* diff [NAME [OLD [NEW]]]: by default the newest version against the one before it. */
static int
diff(struct call *c, struct err *e)
{
  struct template_row newer, older = {0};
  struct buf out = BUF_INIT;
  int r = names_template(c, c->n_args ? c->args[0] : NULL, &newer, e);
  unsigned long version;

  if (r < 0)
    return -1;
  if (c->n_args > 2) {
    char *name = xstrdup(newer.name);

    template_row_release(&newer);
    r = template_store_get(c->project, name, (uint32_t)strtoul(c->args[2], NULL, 10), &newer, e);
    free(name);
    if (r < 0)
      return -1;
  }
  version = c->n_args > 1 ? strtoul(c->args[1], NULL, 10) : newer.version - 1;
  if (version == 0)
    r = err_set(e, ERR_INPUT, "template '%s' has one version only", newer.name);
  else
    r = template_store_get(c->project, newer.name, (uint32_t)version, &older, e);
  if (r == 0) {
    buf_addf(&out, "--- %s v%u\n+++ %s v%u\n", older.name, older.version, newer.name, newer.version);
    diff_lines(older.source, newer.source, &out);
    fwrite(out.s, 1, out.n, c->out);
  }
  buf_release(&out);
  template_row_release(&older);
  template_row_release(&newer);
  return r;
}

static int
rm(struct call *c, struct err *e)
{
  if (template_store_remove(c->project, c->args[0], e) < 0)
    return -1;
  print_line(c, c->json ? "{\"removed\":1}" : "removed (its samples keep their origin)");
  return 0;
}

static const struct command_verb verbs[] = {
  {.name = "list", .run = list, .arguments = "", .summary = "the templates, each in its newest version"},
  {.name = "show", .run = show, .arguments = "[NAME]", .summary = "the text of a template (NAME@3: of version 3)"},
  {.name = "set", .run = set, .arguments = "[NAME] [FILE]",
   .summary = "makes the file (- is standard input), or the template of --builtin, the newest version",
   .flags = COMMAND_WRITES},
  {.name = "render", .run = render, .arguments = "[NAME]", .summary = "the messages as they would be sent"},
  {.name = "try", .run = template_try, .arguments = "[NAME]",
   .summary = "sends one request and shows what can be read in the reply, which is kept for the jobs that ask the same",
   .flags = COMMAND_WRITES | COMMAND_LONG},
  {.name = "propose", .run = template_propose, .arguments = "[NAME]",
   .summary = "asks the teacher for attributes in which texts should differ, and adds them as a new version",
   .flags = COMMAND_WRITES | COMMAND_LONG},
  {.name = "diff", .run = diff, .arguments = "[NAME] [OLD] [NEW]",
   .summary = "what changed between two versions, by default the newest two"},
  {.name = "rm", .run = rm, .arguments = "NAME",
   .summary = "hides a template; its versions stay in the file for its samples", .flags = COMMAND_WRITES},
  {.name = NULL},
};

static const struct option options[] = {
  {.name = "label", .type = OPTION_LABEL, .argument = "LABEL",
   .summary = "render, try: for this label; else the first"},
  {.name = "set", .type = OPTION_TEXT, .argument = "NAME=VALUE", .many = 1,
   .summary = "render, try: the value of an attribute; else its first"},
  {.name = "count", .type = OPTION_INT, .min = 0, .max = PROMPTY_COUNT, .fallback = "0", .argument = "N",
   .summary = "render: how many texts are asked for; 0: as the template says"},
  {.name = "id", .type = OPTION_INT, .min = 0, .max = 4294967295.0, .fallback = "0", .argument = "N",
   .summary = "render, try: the text to be labelled or rewritten; 0: the first"},
  {.name = "teacher", .type = OPTION_TEACHER, .argument = "NAME",
   .summary = "try, propose: the teacher; else the only one"},
  {.name = "attributes", .type = OPTION_INT, .min = 1, .max = PROMPTY_ATTRIBUTES, .fallback = "4", .argument = "N",
   .summary = "propose: how many attributes"},
  {.name = "values", .type = OPTION_INT, .min = 2, .max = PROMPTY_VALUES, .fallback = "10", .argument = "N",
   .summary = "propose: how many values of each"},
  {.name = "dry-run", .type = OPTION_FLAG, .summary = "propose: only show the version that it would be"},
  {.name = "builtin", .type = OPTION_CHOICE, .choices = "annotate|paraphrase|counterfactual|restyle",
   .argument = "TEMPLATE", .summary = "set: one of the templates that come with retort"},
  {.name = "all", .type = OPTION_FLAG, .summary = "list: all versions"},
  {.name = NULL},
};

static const struct command_example examples[] = {
  {"retort template tickets.retort list", "the templates"},
  {"retort template tickets.retort show support-tickets", "the text of one"},
  {"retort template tickets.retort render support-tickets --label returns --set topic=furniture --json",
   "what the teacher would be asked"},
  {"retort template tickets.retort try support-tickets --label returns", "what the teacher answers to that"},
  {"retort template tickets.retort set reworded --builtin paraphrase", "a template that says texts in other words"},
  {NULL, NULL},
};

const struct command command_template = {
  .name = "template",
  .arguments = "PROJECT",
  .summary = "prompt templates",
  .text =
    "A template is a .prompty file: YAML front matter with attributes, then the parts of a chat (system:, user:, "
    "assistant:) in the Jinja2 language. In scope are label, meaning, labels, task, count, each attribute, seeds, "
    "avoid, and rival (name and meaning of the label that this one is confused with, where one is aimed at). It is "
    "kept in the project; to set it again makes a new version, and samples remember the version they were made "
    "with.\n\n"
    "Its kind is generate, annotate or rewrite (front matter `kind:`). A template of kind annotate has in scope text, "
    "text2, texts (a list of index, text, text2: all texts of the request) and rationale (true if a reason is asked "
    "for); one of kind rewrite text, text2, was (name and meaning of the label that the text has) and label (that it "
    "is to get: with `target: other` in the front matter another one). Four come with retort, for --builtin: annotate "
    "labels texts; paraphrase says a text in other words; restyle writes it as other people would; counterfactual "
    "changes it a little, so that another label is right.\n\n"
    "Texts that should differ are asked for by attributes: label × values is the grid of a job. propose has the "
    "teacher name attributes and values that fit the task and its labels, in one request (which is kept and never "
    "paid twice), adds them to the front matter, and shows the changed lines; all else in the template stays as it "
    "is, byte for byte. Edit them: the teacher does not know your data. The version before is still there (show "
    "NAME@1).\n\n"
    "Where the project has one template only, NAME can be left out. A mistake in a template is answered with its line "
    "and column.",
  .options = options,
  .verbs = verbs,
  .examples = examples,
  .flags = COMMAND_PROJECT | COMMAND_JSON,
};
