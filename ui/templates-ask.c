/* What the teacher is asked from here: one request tried, attributes proposed. */
#include "ui/view-templates.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "command/diff.h"

/* ---- trying once ---- */

static void
on_reply(void *arg, int status, const char *output, const struct err *e)
{
  struct templates *t = arg;

  t->asking = false;
  if (status == ERR_INTERRUPTED)
    templates_render(t);
  else if (t->name && !strcmp(t->name, t->tried))
    templates_show_reply(t, output, status, e);
  if (status == 0)
    workbench_say(t->w, "the reply is kept: a job that asks the same does not pay for it again");
  workbench_touch(t->w);
}

/* There is somebody to ask, and what is asked stands in the project. */
static bool
ready_to_ask(struct templates *t)
{
  if (!t->teacher) {
    workbench_say(t->w, "there is no teacher yet: `:` teacher add NAME --url ... --model ...");
    return false;
  }
  return !t->is_draft || templates_save(t);
}

void
templates_try(struct workbench *w, void *v, int n)
{
  struct templates *t = v;
  struct buf line = BUF_INIT;

  (void)n;
  if (!t->name || t->asking)
    return;
  if (t->mistake.code) {
    workbench_say(w, "there is a mistake in it: nothing was sent");
    return;
  }
  if (!ready_to_ask(t))
    return;
  buf_adds(&line, "template try ");
  workbench_quote(&line, t->name);
  buf_adds(&line, t->cell_words ? t->cell_words : "");
  buf_adds(&line, " --teacher ");
  workbench_quote(&line, t->teacher);
  buf_adds(&line, " --json");
  free(t->tried);
  t->tried = xstrdup(t->name);
  t->asking = workbench_run_then(w, buf_str(&line), on_reply, t) == 0;
  buf_release(&line);
}

/* ---- attributes from the teacher ---- */

/* The text with the attributes in it is a draft: the person goes over it, and saves it or throws it away. */
static void
on_proposal(void *arg, int status, const char *output, const struct err *e)
{
  struct templates *t = arg;
  struct json *j = status == 0 ? json_parse(output, strlen(output), NULL, NULL) : NULL;
  const char *source = json_string(json_get(j, "source")), *unused = json_string(json_get(j, "unused"));
  struct buf diff = BUF_INIT;

  (void)e;
  t->asking = false;
  if (source && t->name && !strcmp(t->name, t->tried)) {
    buf_addf(&diff, "--- %s v%u\n+++ what is proposed\n", t->name, t->base_version);
    diff_lines(t->base, source, &diff);
    editor_set(&t->editor, source, strlen(source));
    t->is_draft = editor_changed(&t->editor, t->base);
    templates_keep_draft(t);
    templates_render(t);
    templates_show_diff(t, buf_str(&diff));
    if (unused && *unused)
      workbench_say(t->w, "e edits it, C-s saves it; the prompt does not mention %s yet: put {{ name }} where each "
                    "belongs", unused);
    else
      workbench_say(t->w, "e edits it, C-s saves it as a new version, U throws it away");
  }
  json_free(j);
  buf_release(&diff);
  workbench_touch(t->w);
}

static void
on_propose_form(void *arg, const struct form *f)
{
  struct templates *t = arg;
  struct buf line = BUF_INIT;

  if (!t->name || t->asking)
    return;
  buf_adds(&line, "template propose ");
  workbench_quote(&line, t->name);
  form_line(f, &line);
  buf_adds(&line, " --dry-run --json");
  free(t->tried);
  t->tried = xstrdup(t->name);
  t->asking = workbench_run_then(t->w, buf_str(&line), on_proposal, t) == 0;
  buf_release(&line);
}

void
templates_propose(struct workbench *w, void *v, int n)
{
  struct templates *t = v;
  struct form *f;
  char *teachers;

  (void)n;
  if (!t->name || t->asking)
    return;
  if (t->mistake.code || t->kind != PROMPTY_GENERATE) {
    workbench_say(w, t->mistake.code ? "there is a mistake in it: nothing was sent"
                  : "attributes are proposed for templates that generate");
    return;
  }
  if (!ready_to_ask(t))
    return;
  if (!t->propose_rows)
    t->n_propose_rows = part_rows(&t->propose_rows, "template", "teacher attributes values");
  f = workbench_form(w, "Ask for attributes: one request", t->propose_rows, t->n_propose_rows, on_propose_form, t);
  teachers = part_teachers(t->p);
  form_offer(f, "teacher", teachers);
  free(teachers);
  form_set(f, "teacher", t->teacher);
  form_brief(f, "teacher", "whom to ask");
  form_brief(f, "attributes", "how many attributes");
  form_brief(f, "values", "how many values of each");
}
