/* The form of a new run: made from the rows of the command `train` and of the student's parameters. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "command/command.h"
#include "corpus/corpus.h"
#include "student/student.h"
#include "ui/state.h"
#include "ui/view-train.h"

/* The setting that keeps the last values: lines of name=value. */
static char *
setting_name(const struct train *v)
{
  return xasprintf("form.train.%s", student_kinds[v->kind]->name);
}

static void
fill_from(struct train *v, struct form *f)
{
  char *name = setting_name(v), *kept = project_setting(v->project, name), *line = kept, *next;

  for (; line && *line; line = next) {
    char *is = strchr(line, '=');

    next = line + strcspn(line, "\n");
    if (*next)
      *next++ = '\0';
    if (is && is < next) {
      *is = '\0';
      form_set(f, line, is + 1);
    }
  }
  free(kept);
  free(name);
}

static void
keep(struct train *v, const struct form *f)
{
  struct buf b = BUF_INIT;
  char *name = setting_name(v);

  for (size_t i = 0; i < f->n; i++) {
    const char *value = editor_text(&f->fields[i].value);

    if (*value && strcmp(f->fields[i].option->name, "name"))
      buf_addf(&b, "%s=%s\n", f->fields[i].option->name, value);
  }
  if (!project_read_only(v->project))
    project_set_setting(v->project, name, buf_str(&b), NULL);
  buf_release(&b);
  free(name);
}

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
      !workbench_wants_quit(v->w) && run_of_output(output, name, sizeof name))
    train_evaluate_run(v->w, name);
}

static void
start(void *arg, const struct form *f)
{
  struct train *v = arg;
  struct buf line = BUF_INIT;

  keep(v, f);
  buf_addf(&line, "train --student %s", student_kinds[v->kind]->name);
  form_line(f, &line);
  v->newest = 0;
  for (size_t i = 0; i < v->n_runs; i++)
    v->newest = v->runs[i].id > v->newest ? v->runs[i].id : v->newest;
  v->follow = true;
  if (workbench_run_then(v->w, buf_str(&line), training_ended, v) < 0)
    v->follow = false;
  buf_release(&line);
}

/* The command's own options first, without what the form asks apart; then the student's. */
static void
make_rows(struct train *v)
{
  const struct student_kind *kind = student_kinds[v->kind];
  const struct command *command = command_find("train");
  size_t n = 0;

  for (const struct option *o = command ? command->options : NULL; o && o->name; o++)
    n++;
  free(v->rows);
  v->rows = xcalloc(n + kind->n_params + 1, sizeof *v->rows);
  v->n_rows = 0;
  for (const struct option *o = command ? command->options : NULL; o && o->name; o++)
    if (strcmp(o->name, "student") && !option_find(kind->params, o->name))
      v->rows[v->n_rows++] = *o;
  for (size_t i = 0; i < kind->n_params; i++)
    v->rows[v->n_rows++] = kind->params[i];
}

static void
ask_parameters(void *arg, int kind)
{
  struct train *v = arg;
  char *title;
  struct form *f;

  v->kind = kind;
  make_rows(v);
  title = xasprintf("new run of student %s", student_kinds[kind]->name);
  f = workbench_form(v->w, title, v->rows, v->n_rows, start, v);
  fill_from(v, f);
  free(title);
}

void
train_new(struct workbench *w, void *view, int n)
{
  struct train *v = view;
  char *items[16];
  size_t count = student_n_kinds < N_OF(items) ? student_n_kinds : N_OF(items);

  (void)n;
  if (workbench_running(w, "train")) {
    workbench_say(w, "a training runs already: x stops it");
    return;
  }
  if (count == 1) {
    ask_parameters(v, 0);
    return;
  }
  for (size_t i = 0; i < count; i++)
    items[i] = xasprintf("%-12s %s", student_kinds[i]->name, student_kinds[i]->summary);
  workbench_menu(w, "student", (const char *const *)items, count, (size_t)v->kind, ask_parameters, v);
  for (size_t i = 0; i < count; i++)
    free(items[i]);
}
