/* A new run: the student or a preset, the form, and what follows when it has ended. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "corpus/corpus.h"
#include "ui/form.h"
#include "ui/view-train.h"

/* ---- what the form begins with ---- */

/* Lines of name=value: the last form of this student. */
static void
fill_from_last(const struct train *v, struct form *f)
{
  const char *kept = v->kind < TRAIN_KINDS_MAX ? v->known.forms[v->kind] : NULL;

  for (const char *line = kept, *end; line && *line; line = *end ? end + 1 : end) {
    const char *is = strchr(line, '=');

    end = line + strcspn(line, "\n");
    if (is && is < end) {
      char *name = xstrndup(line, (size_t)(is - line)), *value = xstrndup(is + 1, (size_t)(end - is - 1));

      if (strcmp(name, FORM_KEEP) != 0 && strcmp(name, "from") != 0)
        form_set(f, name, value);
      free(value);
      free(name);
    }
  }
}

/* Parameters as they are kept with runs and presets; those that are the student's defaults are left to it. */
static void
fill_from_json(const struct train *v, struct form *f, const char *params)
{
  const struct student_kind *kind = student_kinds[v->kind];
  struct json *object = json_parse(params, strlen(params), NULL, NULL);

  for (const struct json *m = json_first(object); m; m = json_next(m)) {
    const struct option *o = option_find(kind->params, json_key(m));
    struct buf value = BUF_INIT;

    if (json_string(m))
      buf_adds(&value, json_string(m));
    else
      json_print(&value, m);
    if (o && o->fallback && (json_string(m) ? !strcmp(o->fallback, buf_str(&value)) : json_number(m, 0) == option_default(o)))
      buf_clear(&value);
    form_set(f, json_key(m), buf_str(&value));
    buf_release(&value);
  }
  json_free(object);
}

/* ---- what is kept of it ---- */

struct keeping {
  struct project *project;
  char *name, *value;
};

static void
keep_work(void *arg)
{
  struct keeping *k = arg;

  project_set_setting(k->project, k->name, k->value, NULL);
}

static void
keep_done(void *arg)
{
  struct keeping *k = arg;

  free(k->name);
  free(k->value);
  free(k);
}

static void
keep_form(struct train *v, const struct form *f)
{
  struct buf b = BUF_INIT;
  struct keeping *k;

  for (size_t i = 0; i < f->n; i++) {
    const char *value = editor_text(&f->fields[i].value), *name = f->fields[i].option->name;

    if (*value && *name && strcmp(name, "name") && strcmp(name, FORM_KEEP) && strcmp(name, "from"))
      buf_addf(&b, "%s=%s\n", name, value);
  }
  if (v->kind < TRAIN_KINDS_MAX) {
    free(v->known.forms[v->kind]);
    v->known.forms[v->kind] = xstrdup(buf_str(&b));
  }
  if (!project_read_only(v->project)) {
    k = xcalloc(1, sizeof *k);
    *k = (struct keeping){v->project, xasprintf("form.train.%s", student_kinds[v->kind]->name), xstrdup(buf_str(&b))};
    workbench_work(v->w, keep_work, keep_done, k);
  }
  buf_release(&b);
}

/* The student's parameters alone, as the form says, under a name. */
static void
keep_preset(struct train *v, const struct form *f)
{
  const struct student_kind *kind = student_kinds[v->kind];
  struct buf line = BUF_INIT;

  if (!*form_get(f, FORM_KEEP))
    return;
  buf_adds(&line, "preset save ");
  workbench_quote(&line, form_get(f, FORM_KEEP));
  buf_addf(&line, " --student %s", kind->name);
  for (size_t i = 0; i < kind->n_params; i++) {
    const char *value = form_get(f, kind->params[i].name);

    if (!*value)
      continue;
    buf_addf(&line, " --%s ", kind->params[i].name);
    workbench_quote(&line, value);
  }
  workbench_run(v->w, buf_str(&line));
  buf_release(&line);
}

/* ---- the run ---- */

/* The run's name stands at the beginning of the last line: "linear#7: 612 texts, ...". */
static bool
run_of_output(const char *output, char *name, size_t size)
{
  const char *end = output + strlen(output), *from, *colon;

  while (end > output && end[-1] == '\n')
    end--;
  for (from = end; from > output && from[-1] != '\n';)
    from--;
  colon = strstr(from, ": ");
  if (!colon || colon >= end || (size_t)(colon - from) >= size)
    return false;
  memcpy(name, from, (size_t)(colon - from));
  name[colon - from] = '\0';
  return true;
}

/* A run that has ended is asked about the test texts at once: what it confuses belongs to the picture. */
static void
training_ended(void *arg, int status, const char *output, const struct err *e)
{
  struct train *v = arg;
  struct corpus_counts counts;
  char name[256];

  (void)e;
  v->follow = false;
  corpus_counts(workbench_corpus(v->w), &counts);
  if ((status == 0 || status == ERR_INTERRUPTED) && (counts.split[SPLIT_TEST] || counts.split[SPLIT_VALID]) &&
      !workbench_wants_quit(v->w) && !workbench_running(v->w, "evaluate") && run_of_output(output, name, sizeof name))
    train_evaluate_run(v->w, name);
}

/* The view turns to a run that begins now; one that has to wait is only said. */
static void
start(struct train *v, const char *line)
{
  bool waits = workbench_running(v->w, "train");

  v->newest = 0;
  for (size_t i = 0; i < v->known.n_runs; i++)
    v->newest = v->known.runs[i].id > v->newest ? v->known.runs[i].id : v->newest;
  v->follow = !waits;
  if (workbench_run_then(v->w, line, training_ended, v) < 0)
    v->follow = false;
  else if (waits)
    workbench_say(v->w, "it waits for its turn: another training runs");
}

static void
form_done(void *arg, const struct form *f)
{
  struct train *v = arg;
  struct buf line = BUF_INIT;

  keep_form(v, f);
  keep_preset(v, f);
  buf_addf(&line, "train --student %s", student_kinds[v->kind]->name);
  form_line_without(f, FORM_KEEP, &line);
  start(v, buf_str(&line));
  buf_release(&line);
}

static struct form *
ask_parameters(struct train *v, int kind, const char *what)
{
  struct form *f;
  char *title;

  v->kind = kind;
  train_form_rows(v);
  title = xasprintf("%s %s", what, student_kinds[kind]->name);
  f = workbench_form(v->w, title, v->rows, v->n_rows, form_done, v);
  free(title);
  return f;
}

static int
kind_of(const char *student)
{
  for (size_t i = 0; i < student_n_kinds; i++)
    if (!strcmp(student_kinds[i]->name, student))
      return (int)i;
  return -1;
}

void
train_with(struct train *v, const char *student, const char *params)
{
  int kind = kind_of(student);
  struct form *f;

  if (kind < 0) {
    workbench_say(v->w, "there is no student '%s'", student);
    return;
  }
  f = ask_parameters(v, kind, "new run of student");
  fill_from_json(v, f, params);
  form_fold(f);
}

/* An item of the menu: students first, then presets. */
static void
chosen(void *arg, int i)
{
  struct train *v = arg;
  size_t preset = (size_t)i - student_n_kinds;
  struct form *f;

  if ((size_t)i < student_n_kinds) {
    f = ask_parameters(v, i, "new run of student");
    fill_from_last(v, f);
    form_fold(f);
    return;
  }
  if (preset < v->known.n_presets)
    train_with(v, v->known.presets[preset].student, v->known.presets[preset].params);
}

void
train_new(struct workbench *w, void *view, int n)
{
  struct train *v = view;
  size_t count = student_n_kinds + v->known.n_presets;
  char **items;

  (void)n;
  if (count == 1) {
    chosen(v, 0);
    return;
  }
  items = xcalloc(count, sizeof *items);
  for (size_t i = 0; i < count; i++)
    if (i < student_n_kinds)
      items[i] = xasprintf("%-12s %s", student_kinds[i]->name, student_kinds[i]->summary);
    else
      items[i] = xasprintf("%-12s preset of %s", v->known.presets[i - student_n_kinds].name,
                           v->known.presets[i - student_n_kinds].student);
  workbench_menu(w, "student, or a preset", (const char *const *)items, count, (size_t)v->kind, chosen, v);
  for (size_t i = 0; i < count; i++)
    free(items[i]);
  free(items);
}

void
train_go_on(struct workbench *w, void *view, int n)
{
  struct train *v = view;
  const struct run_row *run = train_selected(v);
  int kind = run ? kind_of(run->student) : -1;
  struct buf line = BUF_INIT;
  struct form *f;

  (void)n;
  if (!run)
    return;
  if (run->state == RUN_INTERRUPTED) {
    buf_adds(&line, "train ");
    workbench_quote(&line, run->name);
    buf_adds(&line, " --resume");
    start(v, buf_str(&line));
    v->follow = false;
  } else if (kind < 0 || !student_kinds[kind]->goes_on) {
    workbench_say(w, "a student '%s' learns anew each time: n makes a new run", run->student);
  } else {
    f = ask_parameters(v, kind, "go on with student");
    fill_from_json(v, f, run->params);
    form_set(f, "from", run->name);
    form_set(f, "data", run->data);
    form_fold(f);
  }
  buf_release(&line);
}

void
train_evaluate_run(struct workbench *w, const char *name)
{
  struct corpus_counts counts;
  struct buf line = BUF_INIT;

  corpus_counts(workbench_corpus(w), &counts);
  if (!counts.split[SPLIT_TEST] && !counts.split[SPLIT_VALID]) {
    workbench_say(w, "there are no test texts to evaluate on (:import FILE --split test)");
    return;
  }
  buf_adds(&line, "evaluate --run ");
  workbench_quote(&line, name);
  if (!counts.split[SPLIT_TEST])
    buf_adds(&line, " --split valid");
  workbench_run(w, buf_str(&line));
  buf_release(&line);
}

void
train_evaluate(struct workbench *w, void *view, int n)
{
  (void)n;
  if (train_selected(view))
    train_evaluate_run(w, train_selected(view)->name);
}
