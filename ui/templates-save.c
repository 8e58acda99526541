/* Versions of templates: saved, made, copied, hidden, looked back at. */
#include "ui/view-templates.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"

/* ---- saving ---- */

/* The text goes to the command in a file: a version is made by `template set`, here as in the shell. */
static int
set_template(struct templates *t, const char *name, const char *text)
{
  const char *folder = getenv("TMPDIR");
  char *path = xasprintf("%s/retort-XXXXXX", folder && *folder ? folder : "/tmp"), *output = NULL;
  struct buf line = BUF_INIT;
  struct err e = {0};
  int fd = mkstemp(path), r = -1;

  if (fd < 0 || io_write_file(path, text, strlen(text), &e) < 0) {
    if (fd < 0)
      err_set(&e, ERR_FAIL, "cannot make a file in '%.200s'", folder && *folder ? folder : "/tmp");
  } else {
    buf_adds(&line, "template set ");
    workbench_quote(&line, name);
    buf_addc(&line, ' ');
    workbench_quote(&line, path);
    r = workbench_ask(t->w, buf_str(&line), &output, &e);
  }
  if (r)
    workbench_complain(t->w, &e);
  else
    workbench_say(t->w, "%.*s", (int)strcspn(output, "\n"), output);
  if (fd >= 0) {
    close(fd);
    unlink(path);
  }
  free(output);
  free(path);
  buf_release(&line);
  return r ? -1 : 0;
}

static void
select_name(struct templates *t, const char *name)
{
  for (size_t i = 0; i < t->n; i++)
    if (!strcmp(t->items[i].name, name))
      list_go(&t->list, i);
}

static void
take_newest(struct templates *t, const char *name)
{
  size_t at = t->editor.at;
  int top = t->editor.top;

  templates_load_now(t);
  select_name(t, name);
  templates_open_selected(t, 0);
  if (at <= t->editor.text.n) {
    t->editor.at = at;
    t->editor.top = top;
  }
}

/* False if it could not be saved: then it stays a draft. */
bool
templates_save(struct templates *t)
{
  char *name;

  if (!t->name || (!t->is_draft && t->base_version == (templates_selected(t) ? templates_selected(t)->version : 0))) {
    workbench_say(t->w, "nothing to save");
    return true;
  }
  if (t->mistake.code) {
    templates_keep_draft(t);
    workbench_say(t->w, "there is a mistake in it: kept as a draft, not saved as a version");
    return false;
  }
  name = xstrdup(t->name);
  if (set_template(t, name, editor_text(&t->editor))) {
    templates_keep_draft(t);
    free(name);
    return false;
  }
  templates_drop_draft(t);
  take_newest(t, name);
  free(name);
  return true;
}

void
templates_do_save(struct workbench *w, void *v, int n)
{
  (void)w;
  (void)n;
  templates_save(v);
}

static void
throw_away(void *arg)
{
  struct templates *t = arg;

  templates_drop_draft(t);
  templates_open_selected(t, 0);
}

void
templates_throw_away(struct workbench *w, void *v, int n)
{
  struct templates *t = v;

  (void)n;
  if (t->is_draft)
    workbench_confirm(w, "Throw away what was changed and not saved?", throw_away, t);
}

/* ---- new, copy, remove ---- */

static const struct option name_row[] = {
  {.name = "name", .type = OPTION_TEXT, .argument = "NAME", .summary = "of the new template"},
};
static const struct option new_rows[] = {
  {.name = "name", .type = OPTION_TEXT, .argument = "NAME", .summary = "of the new template"},
  {.name = "for", .type = OPTION_CHOICE, .choices = "generate|annotate|paraphrase|counterfactual|restyle",
   .fallback = "generate",
   .summary = "generate: new texts; annotate: labels of texts that are there; the others: new texts made of old ones"},
};

static bool
is_new_name(struct templates *t, const char *name)
{
  if (!*name) {
    workbench_say(t->w, "a template needs a name");
    return false;
  }
  for (size_t i = 0; i < t->n; i++)
    if (!strcmp(t->items[i].name, name)) {
      workbench_say(t->w, "there is a template '%s' already", name);
      return false;
    }
  return true;
}

static void
edit_new(struct templates *t, const char *name)
{
  take_newest(t, name);
  t->editor.at = 0;
  t->editor.top = 0;
  templates_edit(t->w, t, 0);
}

static void
make_template(struct templates *t, const char *name, const char *text)
{
  if (!is_new_name(t, name))
    return;
  templates_keep_draft(t);
  if (set_template(t, name, text) == 0)
    edit_new(t, name);
}

/* One of those that come with the program. */
static void
make_builtin(struct templates *t, const char *name, const char *which)
{
  struct buf line = BUF_INIT;

  if (is_new_name(t, name)) {
    templates_keep_draft(t);
    buf_adds(&line, "template set ");
    workbench_quote(&line, name);
    buf_addf(&line, " --builtin %s", which);
    if (workbench_run(t->w, buf_str(&line)) == 0)
      edit_new(t, name);
  }
  buf_release(&line);
}

static void
on_new_name(void *arg, const struct form *f)
{
  struct templates *t = arg;
  const char *name = form_get(f, "name"), *which = form_get(f, "for");
  char *text = templates_starter(project_corpus(t->p), *name ? name : "template");

  if (*which && strcmp(which, "generate"))
    make_builtin(t, name, which);
  else
    make_template(t, name, text);
  free(text);
}

void
templates_new(struct workbench *w, void *v, int n)
{
  (void)n;
  workbench_form(w, "A new template", new_rows, N_OF(new_rows), on_new_name, v);
}

static void
on_copy_name(void *arg, const struct form *f)
{
  struct templates *t = arg;
  char *text = xstrdup(editor_text(&t->editor));

  make_template(t, form_get(f, "name"), text);
  free(text);
}

void
templates_copy(struct workbench *w, void *v, int n)
{
  struct templates *t = v;
  char *name;

  (void)n;
  if (!t->name)
    return;
  name = xasprintf("%s-2", t->name);
  form_set(workbench_form(w, "Copy the template", name_row, 1, on_copy_name, t), "name", name);
  free(name);
}

static void
remove_template(void *arg)
{
  struct templates *t = arg;
  struct buf line = BUF_INIT;

  buf_adds(&line, "template rm ");
  workbench_quote(&line, t->name);
  workbench_run(t->w, buf_str(&line));
  buf_release(&line);
  templates_load_now(t);
}

void
templates_remove(struct workbench *w, void *v, int n)
{
  struct templates *t = v;
  char *question;

  (void)n;
  if (!t->name)
    return;
  question = xasprintf("Hide the template '%s'? Its samples stay.", t->name);
  workbench_confirm(w, question, remove_template, t);
  free(question);
}

/* ---- versions ---- */

struct versions {
  uint32_t *v;
  char **words;
  size_t n;
};

static void
versions_release(struct versions *all)
{
  for (size_t i = 0; i < all->n; i++)
    free(all->words[i]);
  free(all->words);
  free(all->v);
}

/* The versions of the selected template, newest first; words for a menu. */
static struct versions
versions_of(struct templates *t)
{
  struct versions all = {0};
  struct template_row *rows = NULL;
  struct err e = {0};
  size_t n = 0;
  char when[20];

  if (!t->name || template_store_list(t->p, true, &rows, &n, &e))
    return all;
  all.v = xcalloc(n + 1, sizeof *all.v);
  all.words = xcalloc(n + 1, sizeof *all.words);
  for (size_t i = 0; i < n; i++)
    if (!strcmp(rows[i].name, t->name)) {
      clock_format(rows[i].at_ms, when, sizeof when);
      all.words[all.n] = xasprintf("v%-3u %s%s", rows[i].version, when, rows[i].version == t->base_version ? "  shown"
                                   : "");
      all.v[all.n++] = rows[i].version;
    }
  template_rows_free(rows, n);
  return all;
}

static void
on_version(void *arg, int i)
{
  struct templates *t = arg;
  struct versions all = versions_of(t);

  if (i >= 0 && (size_t)i < all.n)
    templates_open_selected(t, i == 0 ? 0 : all.v[i]);
  versions_release(&all);
}

static void
on_diff(void *arg, int i)
{
  struct templates *t = arg;
  struct versions all = versions_of(t);
  struct buf line = BUF_INIT;
  struct err e = {0};
  char *output = NULL;

  if (i >= 0 && (size_t)i < all.n) {
    buf_adds(&line, "template diff ");
    workbench_quote(&line, t->name);
    buf_addf(&line, " %u %u", all.v[i], all.v[0]);
    if (workbench_ask(t->w, buf_str(&line), &output, &e))
      workbench_complain(t->w, &e);
    else
      templates_show_diff(t, output);
  }
  free(output);
  buf_release(&line);
  versions_release(&all);
}

void
templates_versions(struct workbench *w, void *v, int n)
{
  struct templates *t = v;
  struct versions all = versions_of(t);

  if (all.n && n == 0)
    workbench_menu(w, "Which version?", (const char *const *)all.words, all.n, 0, on_version, t);
  else if (all.n > 1)
    workbench_menu(w, "What changed since?", (const char *const *)all.words, all.n, 1, on_diff, t);
  else
    workbench_say(w, "there is one version only");
  versions_release(&all);
}
