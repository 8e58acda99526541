/* Pages that the frame itself shows: keys, messages, text. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "command/command.h"
#include "ui/state.h"

#define KEY_COLS 20

static void
add_rows(struct workbench *w, struct pane *p, const struct binding *rows)
{
  for (const struct binding *b = rows; b && b->keys; b++) {
    const struct command *command = b->line ? command_of_line(b->line, NULL) : NULL;
    int width = canvas_width(b->keys, strlen(b->keys));

    pane_str(p, STYLE_NORMAL, "  ");
    pane_str(p, STYLE_KEY, b->keys);
    pane_printf(p, STYLE_NORMAL, "%*s%s\n", width < KEY_COLS ? KEY_COLS - width : 1, "", b->help);
    if (command)
      pane_printf(p, STYLE_DIM, "  %*s:%.*s  %s\n", KEY_COLS, "", (int)strcspn(b->line, " "), b->line,
                  command->summary);
  }
  (void)w;
}

void
help_keys(struct workbench *w)
{
  const struct view *view = view_rows[w->here];
  char *title = xasprintf("keys in %s", view->name);
  struct pane *p = overlays_text(&w->overlays, title);

  if (view->about)
    pane_printf(p, STYLE_DIM, "%s\n\n", view->about);
  if (view->bindings) {
    pane_printf(p, STYLE_BOLD, "%s\n", view->name);
    add_rows(w, p, view->bindings);
    pane_str(p, STYLE_NORMAL, "\n");
  }
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
