/* view 1: the templates, and the prompts they make. */
#include "ui/view-templates.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"

#define KEEP_MS 3000            /* how often a draft is put away while it is typed */

/* ---- life ---- */

static void *
open_view(struct workbench *w)
{
  struct templates *t = xcalloc(1, sizeof *t);

  t->w = w;
  t->p = workbench_project(w);
  editor_init(&t->editor);
  t->editor.wrap = true;
  pane_init(&t->preview);
  return t;
}

static void
close_view(void *v)
{
  struct templates *t = v;

  templates_keep_draft(t);
  templates_data_release(t);
  free(t);
}

static void
draw(void *v, struct canvas *c, struct area a)
{
  templates_draw(v, c, a);
}

static void
update(void *v, bool visible)
{
  struct templates *t = v;

  if (!visible)
    return;
  templates_load(t);
  if (t->asking)
    templates_show_stream(t);
}

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
static bool
save(struct templates *t)
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

static void
do_save(struct workbench *w, void *v, int n)
{
  (void)w;
  (void)n;
  save(v);
}

static void
throw_away(void *arg)
{
  struct templates *t = arg;

  templates_drop_draft(t);
  templates_open_selected(t, 0);
}

static void
do_throw_away(struct workbench *w, void *v, int n)
{
  struct templates *t = v;

  (void)n;
  if (t->is_draft)
    workbench_confirm(w, "Throw away what was changed and not saved?", throw_away, t);
}

/* ---- editing ---- */

static void
text_changed(struct templates *t)
{
  t->is_draft = editor_changed(&t->editor, t->base);
  t->shows = SHOW_PROMPT;
  templates_render(t);
  if (clock_ms() - t->kept_ms > KEEP_MS)
    templates_keep_draft(t);
}

static void
leave_editor(struct templates *t)
{
  t->editing = false;
  t->pane = PANE_TEXT;
  templates_keep_draft(t);
  templates_load(t);
}

static void
do_leave(struct workbench *w, void *v, int n)
{
  (void)w;
  (void)n;
  leave_editor(v);
}

static bool
edit_key(struct templates *t, const struct key *k)
{
  if (key_is(k, "M-l")) {
    templates_next_label(t, 1);
    return true;
  }
  if (key_is(k, "M-a")) {
    templates_next_cell(t, 1);
    return true;
  }
  switch (editor_key(&t->editor, k)) {
  case EDITOR_CHANGED: text_changed(t); break;
  case EDITOR_KEEP: save(t); break;
  case EDITOR_CANCEL: leave_editor(t); break;
  case EDITOR_MOVED: break;
  case EDITOR_IGNORED:
    if (key_is(k, "Tab")
        && editor_key(&t->editor, &(struct key){.code = K_PASTE, .text = "  ", .n_text = 2}) == EDITOR_CHANGED)
      text_changed(t);
    break;
  }
  return true;
}

static bool
key(void *v, const struct key *k)
{
  struct templates *t = v;

  if (!t->editing || k->code == K_MOUSE)
    return false;
  return edit_key(t, k);
}

static void
do_edit(struct workbench *w, void *v, int n)
{
  struct templates *t = v;

  (void)w;
  (void)n;
  if (!t->name)
    return;
  t->editing = true;
  t->pane = PANE_TEXT;
  t->kept_ms = clock_ms();
}

static void
do_edit_outside(struct workbench *w, void *v, int n)
{
  struct templates *t = v;
  char *text;

  (void)n;
  if (!t->name)
    return;
  text = xstrdup(editor_text(&t->editor));
  if (workbench_external_editor(w, &text, ".prompty") == 1) {
    editor_set(&t->editor, text, strlen(text));
    t->is_draft = editor_changed(&t->editor, t->base);
    templates_render(t);
    save(t);
  }
  free(text);
}

/* ---- new, copy, remove ---- */

static const struct option name_row[] = {
  {.name = "name", .type = OPTION_TEXT, .argument = "NAME", .summary = "of the new template"},
};

static void
make_template(struct templates *t, const char *name, const char *text)
{
  if (!*name) {
    workbench_say(t->w, "a template needs a name");
    return;
  }
  for (size_t i = 0; i < t->n; i++)
    if (!strcmp(t->items[i].name, name)) {
      workbench_say(t->w, "there is a template '%s' already", name);
      return;
    }
  templates_keep_draft(t);
  if (set_template(t, name, text) == 0) {
    take_newest(t, name);
    t->editor.at = 0;
    t->editor.top = 0;
    do_edit(t->w, t, 0);
  }
}

static void
on_new_name(void *arg, const struct form *f)
{
  struct templates *t = arg;
  const char *name = form_get(f, "name");
  char *text = templates_starter(project_corpus(t->p), *name ? name : "template");

  make_template(t, name, text);
  free(text);
}

static void
do_new(struct workbench *w, void *v, int n)
{
  (void)n;
  workbench_form(w, "A new template", name_row, 1, on_new_name, v);
}

static void
on_copy_name(void *arg, const struct form *f)
{
  struct templates *t = arg;
  char *text = xstrdup(editor_text(&t->editor));

  make_template(t, form_get(f, "name"), text);
  free(text);
}

static void
do_copy(struct workbench *w, void *v, int n)
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

static void
do_remove(struct workbench *w, void *v, int n)
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
      all.words[all.n] = xasprintf("v%-3u %s%s", rows[i].version, when, rows[i].version == t->base_version ? "  shown" : "");
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

static void
do_versions(struct workbench *w, void *v, int n)
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

static void
do_try(struct workbench *w, void *v, int n)
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
  if (!t->teacher) {
    workbench_say(w, "there is no teacher yet: `:` teacher add NAME --url ... --model ...");
    return;
  }
  if (t->is_draft && !save(t))
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

/* ---- moving ---- */

static void
do_label(struct workbench *w, void *v, int n)
{
  (void)w;
  templates_next_label(v, n);
}

static void
do_cell(struct workbench *w, void *v, int n)
{
  (void)w;
  templates_next_cell(v, n);
}

static void
do_subject(struct workbench *w, void *v, int n)
{
  (void)w;
  templates_next_subject(v, n);
}

static void
move_text(struct templates *t, enum move m)
{
  static const char *const keys[] = {[MOVE_UP] = "Up", [MOVE_DOWN] = "Down", [MOVE_HALF_UP] = "PgUp", [MOVE_HALF_DOWN] = "PgDn",
                                     [MOVE_PAGE_UP] = "PgUp", [MOVE_PAGE_DOWN] = "PgDn", [MOVE_TOP] = "C-Home",
                                     [MOVE_BOTTOM] = "C-End", [MOVE_LEFT] = "Left", [MOVE_RIGHT] = "Right"};
  struct key k;
  int line, column;

  if (m == MOVE_TOP) {
    editor_goto(&t->editor, 1, 1);
  } else if (m == MOVE_BOTTOM) {
    editor_place(&t->editor, t->editor.text.n, &line, &column);
    editor_goto(&t->editor, line, column);
  } else if (key_parse(keys[m], &k)) {
    editor_key(&t->editor, &k);
  }
}

static void
move(void *v, enum move m)
{
  struct templates *t = v;
  size_t at = t->list.at;

  if (t->pane == PANE_TEXT) {
    move_text(t, m);
  } else if (t->pane == PANE_PREVIEW) {
    pane_move(&t->preview, m);
  } else {
    list_move(&t->list, m);
    if (t->list.at != at) {
      templates_open_selected(t, 0);
      t->preview.top = 0;
    }
  }
}

static void
enter(void *v)
{
  struct templates *t = v;

  if (t->pane != PANE_PREVIEW)
    do_edit(t->w, t, 0);
}

static bool
back(void *v)
{
  struct templates *t = v;

  if (t->asking) {
    workbench_stop(t->w, "template");
    t->shows = SHOW_PROMPT;
    return true;
  }
  if (t->shows != SHOW_PROMPT) {
    t->shows = SHOW_PROMPT;
    templates_render(t);
    return true;
  }
  if (t->pane != PANE_LIST) {
    t->pane = PANE_LIST;
    return true;
  }
  return false;
}

static void
pane(void *v, int step)
{
  struct templates *t = v;

  t->pane = (enum templates_pane)(((int)t->pane + step + N_PANES) % N_PANES);
}

static void
mouse(void *v, const struct key *k, int row, int col)
{
  struct templates *t = v;
  bool wheel = k->mouse == MOUSE_WHEEL_UP || k->mouse == MOUSE_WHEEL_DOWN;
  enum move m = k->mouse == MOUSE_WHEEL_UP ? MOVE_UP : MOVE_DOWN;
  size_t i;

  row += t->view_area.row;
  col += t->view_area.col;
  if (area_has(t->list_area, row, col)) {
    if (wheel)
      list_wheel(&t->list, m == MOVE_UP ? -1 : 1);
    else if (list_hit(&t->list, row - t->list_area.row, &i)) {
      t->pane = PANE_LIST;
      t->editing = false;
      list_go(&t->list, i);
      templates_open_selected(t, 0);
    }
  } else if (area_has(t->text_area, row, col)) {
    for (int n = 0; wheel && n < 3; n++)
      move_text(t, m);
    if (!wheel) {
      t->pane = PANE_TEXT;
      editor_click(&t->editor, row - t->text_area.row, col - t->text_area.col);
    }
    if (k->mouse == MOUSE_DOUBLE)
      do_edit(t->w, t, 0);
  } else if (area_has(t->preview_area, row, col)) {
    for (int n = 0; wheel && n < 3; n++)
      pane_move(&t->preview, m);
    if (!wheel && !t->editing)
      t->pane = PANE_PREVIEW;
  }
}

static bool
has_text(struct workbench *w, void *v)
{
  (void)w;
  return ((struct templates *)v)->name && !((struct templates *)v)->editing;
}

static bool
has_subject(struct workbench *w, void *v)
{
  return has_text(w, v) && ((struct templates *)v)->kind != PROMPTY_GENERATE;
}

static bool
can_save(struct workbench *w, void *v)
{
  (void)w;
  return ((struct templates *)v)->name && (((struct templates *)v)->is_draft || ((struct templates *)v)->editing);
}

static bool
is_editing(struct workbench *w, void *v)
{
  (void)w;
  return ((struct templates *)v)->editing;
}

static bool
is_reading(struct workbench *w, void *v)
{
  (void)w;
  return !((struct templates *)v)->editing;
}

static bool
has_draft(struct workbench *w, void *v)
{
  (void)w;
  return ((struct templates *)v)->name && ((struct templates *)v)->is_draft && !((struct templates *)v)->editing;
}

static const struct binding bindings[] = {
  {.keys = "C-s", .action = do_save, .when = can_save, .help = "save what was changed as a new version", .hint = "save"},
  {.keys = "Esc", .action = do_leave, .when = is_editing, .help = "while editing: leave; what is not saved stays a draft",
   .hint = "leave"},
  {.keys = "M-l", .action = do_label, .n = 1, .when = is_editing, .help = "while editing: the prompt for the next label",
   .hint = "label"},
  {.keys = "M-a", .action = do_cell, .n = 1, .when = is_editing,
   .help = "while editing: the prompt for the next attribute values", .hint = "attributes"},
  {.keys = "e", .action = do_edit, .when = has_text, .help = "edit the text in place; C-s saves a new version, Esc leaves",
   .hint = "edit"},
  {.keys = "L", .action = do_label, .n = 1, .when = has_text, .help = "the prompt for the next label",
   .hint = "label"},
  {.keys = "A", .action = do_cell, .n = 1, .when = has_text,
   .help = "the prompt for the next attribute values", .hint = "attributes"},
  {.keys = "T", .action = do_subject, .n = 1, .when = has_subject,
   .help = "annotate, rewrite: the prompt for the next text of the corpus", .hint = "text"},
  {.keys = "l", .action = do_label, .n = -1, .when = has_text, .help = "the prompt for the label before"},
  {.keys = "a", .action = do_cell, .n = -1, .when = has_text, .help = "the prompt for the attribute values before"},
  {.keys = "t", .action = do_try, .when = has_text,
   .help = "try once: sends this one request, and shows the reply and what the parser makes of it", .hint = "try"},
  {.keys = "n", .action = do_new, .when = is_reading, .help = "a new template, with a text to begin with", .hint = "new"},
  {.keys = "c", .action = do_copy, .when = has_text, .help = "copy the template under another name"},
  {.keys = "v", .action = do_versions, .n = 0, .when = has_text, .help = "show another version", .hint = "versions"},
  {.keys = "d", .action = do_versions, .n = 1, .when = has_text, .help = "what changed since an older version", .hint = "diff"},
  {.keys = "E", .action = do_edit_outside, .when = has_text, .help = "edit the text in $EDITOR and save it"},
  {.keys = "U", .action = do_throw_away, .when = has_draft, .help = "throw away what was changed and not saved"},
  {.keys = "X", .action = do_remove, .when = has_text, .help = "hide the template; its samples stay"},
  {.keys = NULL},
};

const struct view view_templates = {
  .name = "Templates", .about = "what teachers are asked, and the prompts that come of it",
  .bindings = bindings, .open = open_view, .close = close_view, .draw = draw, .update = update, .key = key, .move = move,
  .enter = enter, .back = back, .pane = pane, .mouse = mouse,
};
