/* view 1: the templates, and the prompts they make. */
#include "ui/view-templates.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
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
  case EDITOR_KEEP: templates_save(t); break;
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

void
templates_edit(struct workbench *w, void *v, int n)
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
    templates_save(t);
  }
  free(text);
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
  static const char *const keys[] = {[MOVE_UP] = "Up", [MOVE_DOWN] = "Down", [MOVE_HALF_UP] = "PgUp",
                                     [MOVE_HALF_DOWN] = "PgDn",
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
    templates_edit(t->w, t, 0);
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
      templates_edit(t->w, t, 0);
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
  {.keys = "C-s", .action = templates_do_save, .when = can_save, .help = "save what was changed as a new version",
   .hint = "save"},
  {.keys = "Esc", .action = do_leave, .when = is_editing, .help = "while editing: leave; what is not saved stays a "
   "draft",
   .hint = "leave"},
  {.keys = "M-l", .action = do_label, .n = 1, .when = is_editing, .help = "while editing: the prompt for the next "
   "label",
   .hint = "label"},
  {.keys = "M-a", .action = do_cell, .n = 1, .when = is_editing,
   .help = "while editing: the prompt for the next attribute values", .hint = "attributes"},
  {.keys = "e", .action = templates_edit, .when = has_text, .help = "edit the text in place; C-s saves a new version, "
   "Esc leaves",
   .hint = "edit"},
  {.keys = "L", .action = do_label, .n = 1, .when = has_text, .help = "the prompt for the next label",
   .hint = "label"},
  {.keys = "A", .action = do_cell, .n = 1, .when = has_text,
   .help = "the prompt for the next attribute values", .hint = "attributes"},
  {.keys = "T", .action = do_subject, .n = 1, .when = has_subject,
   .help = "annotate, rewrite: the prompt for the next text of the corpus", .hint = "text"},
  {.keys = "l", .action = do_label, .n = -1, .when = has_text, .help = "the prompt for the label before"},
  {.keys = "a", .action = do_cell, .n = -1, .when = has_text, .help = "the prompt for the attribute values before"},
  {.keys = "t", .action = templates_try, .when = has_text,
   .help = "try once: sends this one request, and shows the reply and what the parser makes of it", .hint = "try"},
  {.keys = "P", .action = templates_propose, .when = has_text, .hint = "propose",
   .help = "ask the teacher for attributes and values in which texts should differ; what it says is a draft to go "
   "over"},
  {.keys = "n", .action = templates_new, .when = is_reading, .help = "a new template, with a text to begin with",
   .hint = "new"},
  {.keys = "c", .action = templates_copy, .when = has_text, .help = "copy the template under another name"},
  {.keys = "v", .action = templates_versions, .n = 0, .when = has_text, .help = "show another version",
   .hint = "versions"},
  {.keys = "d", .action = templates_versions, .n = 1, .when = has_text, .help = "what changed since an older version",
   .hint = "diff"},
  {.keys = "E", .action = do_edit_outside, .when = has_text, .help = "edit the text in $EDITOR and save it"},
  {.keys = "U", .action = templates_throw_away, .when = has_draft, .help = "throw away what was changed and not saved"},
  {.keys = "X", .action = templates_remove, .when = has_text, .help = "hide the template; its samples stay"},
  {.keys = NULL},
};

const struct view view_templates = {
  .name = "Templates", .about = "what teachers are asked, and the prompts that come of it",
  .bindings = bindings, .open = open_view, .close = close_view, .draw = draw, .update = update, .key = key,
  .move = move,
  .enter = enter, .back = back, .pane = pane, .mouse = mouse,
};
