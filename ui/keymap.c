#include "ui/keymap.h"

#include <stdlib.h>
#include <string.h>

#include "ui/state.h"

static const struct view *
row_of(struct workbench *w)
{
  return front_view(w);
}

static void
go(struct workbench *w, void *view, int n)
{
  (void)view;
  workbench_go(w, n);
}

static void
pane(struct workbench *w, void *view, int n)
{
  if (row_of(w)->pane)
    row_of(w)->pane(view, n);
}

static void
move(struct workbench *w, void *view, int n)
{
  if (row_of(w)->move)
    row_of(w)->move(view, (enum move)n);
}

static void
enter(struct workbench *w, void *view, int n)
{
  (void)n;
  if (row_of(w)->enter)
    row_of(w)->enter(view);
}

static void
back(struct workbench *w, void *view, int n)
{
  (void)n;
  if (!row_of(w)->back || !row_of(w)->back(view))
    workbench_close_over(w);
}

static void
quit(struct workbench *w, void *view, int n)
{
  (void)view, (void)n;
  if (!workbench_close_over(w))
    workbench_quit(w);
}

static void
command(struct workbench *w, void *view, int n)
{
  (void)view, (void)n;
  workbench_prompt(w, "");
}

static void
search(struct workbench *w, void *view, int n)
{
  (void)n;
  if (row_of(w)->search)
    search_ask(w, ASKING_VIEW, row_of(w)->search_begin ? row_of(w)->search_begin(view) : "");
  else
    workbench_say(w, "nothing to filter in this view");
}

static void
search_next(struct workbench *w, void *view, int n)
{
  if (row_of(w)->search_next)
    row_of(w)->search_next(view, n);
}

static void
forward(struct workbench *w, void *view, int n)
{
  size_t back = project_redoable(w->project);

  (void)view, (void)n;
  if (back)
    workbench_run(w, "redo --all");
  else
    workbench_say(w, "the corpus stands at its newest change");
}

static void
help(struct workbench *w, void *view, int n)
{
  (void)view, (void)n;
  help_keys(w);
}

static void
messages(struct workbench *w, void *view, int n)
{
  (void)view, (void)n;
  help_messages(w);
}

static void
repaint(struct workbench *w, void *view, int n)
{
  (void)view, (void)n;
  w->repaint = w->touched = true;
}

static void
suspend(struct workbench *w, void *view, int n)
{
  (void)view, (void)n;
  w->suspend = true;
}

const struct binding keymap_everywhere[] = {
  {.keys = "1 F1 M-1", .action = go, .n = 0, .help = "go to Templates"},
  {.keys = "2 F2 M-2", .action = go, .n = 1, .help = "go to Generate"},
  {.keys = "3 F3 M-3", .action = go, .n = 2, .help = "go to Curate"},
  {.keys = "4 F4 M-4", .action = go, .n = 3, .help = "go to Train"},
  {.keys = "5 F5 M-5", .action = go, .n = 4, .help = "go to Compare"},
  {.keys = "Tab", .action = pane, .n = 1, .help = "next pane"},
  {.keys = "S-Tab", .action = pane, .n = -1, .help = "previous pane"},
  {.keys = "j Down", .action = move, .n = MOVE_DOWN, .help = "one row down"},
  {.keys = "k Up", .action = move, .n = MOVE_UP, .help = "one row up"},
  {.keys = "C-d", .action = move, .n = MOVE_HALF_DOWN, .help = "half a page down"},
  {.keys = "C-u", .action = move, .n = MOVE_HALF_UP, .help = "half a page up"},
  {.keys = "PgDn C-f", .action = move, .n = MOVE_PAGE_DOWN, .help = "a page down"},
  {.keys = "PgUp C-b", .action = move, .n = MOVE_PAGE_UP, .help = "a page up"},
  {.keys = "g Home", .action = move, .n = MOVE_TOP, .help = "to the top"},
  {.keys = "G End", .action = move, .n = MOVE_BOTTOM, .help = "to the bottom"},
  {.keys = "Left", .action = move, .n = MOVE_LEFT, .help = "to the left"},
  {.keys = "Right", .action = move, .n = MOVE_RIGHT, .help = "to the right"},
  {.keys = "Enter", .action = enter, .help = "open"},
  {.keys = "Esc", .action = back, .help = "back out one level"},
  {.keys = "/", .action = search, .help = "filter as you type"},
  {.keys = "n", .action = search_next, .n = 1, .help = "next match"},
  {.keys = "N", .action = search_next, .n = -1, .help = "previous match"},
  {.keys = "u", .line = "undo", .help = "undo the last change of the corpus, also after a restart"},
  {.keys = "C-r", .line = "redo", .help = "redo what was undone"},
  {.keys = "M-r", .line = "redo", .action = forward, .help = "redo all that was undone: to the newest change"},
  {.keys = "?", .action = help, .help = "the keys of this view", .hint = "help"},
  {.keys = ":", .action = command, .help = "command line (Tab completes, Up brings back)", .hint = "command"},
  {.keys = "M-:", .action = command, .help = "command line from where : types: a form, a menu, an editor"},
  {.keys = "!", .action = messages, .help = "the message log"},
  {.keys = "C-l", .action = repaint, .help = "draw the screen anew"},
  {.keys = "C-z", .action = suspend, .help = "to the shell (fg comes back)"},
  {.keys = "q", .action = quit, .help = "close what is over the view, or quit (asks first)"},
  {.keys = NULL},
};

bool
binding_has(const struct binding *b, const struct key *k)
{
  char name[16];

  for (const char *s = b->keys; *s; s += *s == ' ') {
    size_t n = strcspn(s, " ");

    if (n < sizeof name) {
      memcpy(name, s, n);
      name[n] = '\0';
      if (key_is(k, name))
        return true;
    }
    s += n;
  }
  return false;
}

const char *
binding_first(const struct binding *b, char out[16])
{
  size_t n = strcspn(b->keys, " ");

  n = n < 15 ? n : 15;
  memcpy(out, b->keys, n);
  out[n] = '\0';
  return out;
}

const struct binding *
keymap_find(struct workbench *w, const struct binding *view_rows_of, void *view, const struct key *k, bool *of_view)
{
  *of_view = true;
  for (const struct binding *b = view_rows_of; b && b->keys; b++)
    if (binding_has(b, k) && (!b->when || b->when(w, view)))
      return b;
  *of_view = false;
  for (const struct binding *b = keymap_everywhere; b->keys; b++)
    if (binding_has(b, k) && (!b->when || b->when(w, view)))
      return b;
  return NULL;
}
