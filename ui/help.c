/* Pages that the frame itself shows: keys, messages, text. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "command/command.h"
#include "ui/state.h"

#define KEY_COLS 20

/* True if the view has taken the key for itself, or can do nothing with what it means everywhere. */
static bool
means_else(struct workbench *w, const char *name)
{
  static const struct { const char *keys; size_t hook; } hooks[] = {
    {"/", offsetof(struct view, search)}, {"n N", offsetof(struct view, search_next)},
    {"Tab S-Tab", offsetof(struct view, pane)},
  };
  const struct view *view = front_view(w);
  void (*hook)(void);
  struct key k;

  if (!key_parse(name, &k))
    return false;
  for (const struct binding *b = view->bindings; b && b->keys; b++)
    if ((!b->when || b->when(w, front_state(w))) && binding_has(b, &k))
      return true;
  for (size_t i = 0; i < N_OF(hooks); i++) {
    struct binding keys = {.keys = hooks[i].keys};

    memcpy(&hook, (const char *)view + hooks[i].hook, sizeof hook);
    if (!hook && binding_has(&keys, &k))
      return true;
  }
  return false;
}

/* The keys of a row; of one for everywhere, those that mean in this view what the row says. */
static void
add_keys(struct workbench *w, bool everywhere, const struct binding *b, struct buf *out)
{
  char name[16];

  for (const char *s = b->keys; *s; s += strcspn(s, " "), s += *s == ' ') {
    snprintf(name, sizeof name, "%.*s", (int)strcspn(s, " "), s);
    if (!everywhere || !means_else(w, name))
      buf_addf(out, "%s%s", out->n ? " " : "", name);
  }
}

/* Words behind a name, in a column of their own. */
static void
add_words(struct workbench *w, struct pane *p, enum style s, int width, const char *words)
{
  int room = w->view_area.cols - KEY_COLS - 8;
  size_t n = strlen(words), next, len;

  pane_printf(p, s, "%*s", width < KEY_COLS ? KEY_COLS - width : 1, "");
  for (size_t at = 0; at < n; at += next) {
    len = canvas_wrap(words + at, n - at, room < 20 ? 20 : room, &next);
    pane_printf(p, s, "%*s%.*s\n", at ? KEY_COLS + 2 : 0, "", (int)len, words + at);
  }
}

static void
add_rows(struct workbench *w, struct pane *p, const struct binding *rows)
{
  struct buf keys = BUF_INIT;

  for (const struct binding *b = rows; b && b->keys; b++) {
    const struct command *command = b->line ? command_of_line(b->line, NULL) : NULL;
    int width;

    buf_clear(&keys);
    add_keys(w, rows == keymap_everywhere, b, &keys);
    if (!keys.n)
      continue;
    width = canvas_width(keys.s, keys.n);
    pane_str(p, STYLE_NORMAL, "  ");
    pane_str(p, STYLE_KEY, buf_str(&keys));
    add_words(w, p, STYLE_NORMAL, width, b->help);
    if (command)
      pane_printf(p, STYLE_DIM, "  %*s:%.*s  %s\n", KEY_COLS, "", (int)strcspn(b->line, " "), b->line,
                  command->summary);
  }
  buf_release(&keys);
}

static void
add_figures(struct workbench *w, struct pane *p, const struct figure_row *rows)
{
  pane_str(p, STYLE_BOLD, "what the figures mean\n");
  for (; rows->name; rows++) {
    int width = canvas_width(rows->name, strlen(rows->name));

    pane_printf(p, STYLE_LABEL, "  %s", rows->name);
    add_words(w, p, STYLE_NORMAL, width, rows->meaning);
  }
  pane_str(p, STYLE_NORMAL, "\n");
}

void
help_keys(struct workbench *w)
{
  const struct view *view = front_view(w);
  char *title = xasprintf("keys in %s", view->name);
  struct pane *p = overlays_text(&w->overlays, title);

  if (view->about)
    pane_printf(p, STYLE_DIM, "%s\n\n", view->about);
  if (view->bindings) {
    pane_printf(p, STYLE_BOLD, "%s\n", view->name);
    add_rows(w, p, view->bindings);
    pane_str(p, STYLE_NORMAL, "\n");
  }
  if (view->figures)
    add_figures(w, p, view->figures);
  pane_str(p, STYLE_BOLD, "everywhere\n");
  add_rows(w, p, keymap_everywhere);
  pane_str(p, STYLE_DIM,
           "\nA menu is chosen from by number, by arrows, or by typing a part of a name. "
           "In a field: C-a C-e C-k C-u C-w C-y as in "
                         "a shell, C-_ undo. :help COMMAND shows what a command can be told.\n");
  free(title);
  w->touched = true;
}

void
help_messages(struct workbench *w)
{
  struct pane *p = overlays_text(&w->overlays, "messages");

  if (!w->n_messages)
    pane_str(p, STYLE_DIM, "no messages yet\n");
  for (size_t i = 0; i < w->n_messages; i++) {
    time_t at = (time_t)(w->messages[i].at_ms / 1000);
    struct tm tm;
    char when[16];

    strftime(when, sizeof when, "%H:%M:%S", localtime_r(&at, &tm));
    pane_printf(p, STYLE_DIM, "%s  ", when);
    pane_printf(p, w->messages[i].style, "%s\n", w->messages[i].text);
  }
  p->top = 1 << 20;  /* the newest are at the end */
  w->touched = true;
}

void
help_text(struct workbench *w, const char *title, const char *text)
{
  pane_str(overlays_text(&w->overlays, title), STYLE_NORMAL, text);
  w->touched = true;
}
