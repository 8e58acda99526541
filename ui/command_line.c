/* The line at the bottom while it is typed into: commands, and searches in views and pages. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "command/command.h"
#include "ui/canvas-svg.h"
#include "ui/state.h"

/* ---- commands of the frame itself ---- */

static void
do_view(struct workbench *w, const char *argument)
{
  for (int i = 0; i < VIEW_COUNT; i++)
    if (*argument && (!strncasecmp(view_rows[i]->name, argument, strlen(argument)) || atoi(argument) == i + 1)) {
      workbench_go(w, i);
      return;
    }
  message_add(w, STYLE_ERROR, "no such view (templates, generate, curate, train, compare)");
}

static void
do_quit(struct workbench *w, const char *argument)
{
  (void)argument;
  workbench_quit(w);
}

static void
do_messages(struct workbench *w, const char *argument)
{
  (void)argument;
  help_messages(w);
}

static void
do_history(struct workbench *w, const char *argument)
{
  (void)argument;
  history_open(w, NULL, 0);
}

static void
do_map(struct workbench *w, const char *argument)
{
  map_open(w, argument);
}

static void
do_keys(struct workbench *w, const char *argument)
{
  (void)argument;
  help_keys(w);
}

static void
do_help(struct workbench *w, const char *argument)
{
  struct buf text = BUF_INIT;
  struct err e = {0};

  if (command_help(*argument ? argument : NULL, w->view_area.cols > 20 ? w->view_area.cols - 4 : 76, &text, &e) < 0)
    workbench_complain(w, &e);
  else
    help_text(w, *argument ? argument : "commands", buf_str(&text));
  buf_release(&text);
}

static const struct {
  const char *name;
  void (*run)(struct workbench *w, const char *argument);
  const char *summary;
} own_commands[] = {
  {"help", do_help, "what a command does"},
  {"history", do_history, "the changes of the corpus: go back to any, and come forward again"},
  {"keys", do_keys, "the keys of this view"},
  {"map", do_map, "the map of how the newest run learned the samples"},
  {"messages", do_messages, "the message log"},
  {"quit", do_quit, "quit"},
  {"q", do_quit, "quit"},
  {"view", do_view, "go to a view: its name or number"},
};

static bool
run_own(struct workbench *w, const char *line)
{
  size_t n = strcspn(line, " ");

  for (size_t i = 0; i < N_OF(own_commands); i++)
    if (strlen(own_commands[i].name) == n && !strncmp(own_commands[i].name, line, n)) {
      own_commands[i].run(w, line + n + strspn(line + n, " "));
      return true;
    }
  return false;
}

/* A typed command on a thread of its own: it may read the file, or touch very many samples. */
struct typed {
  struct workbench *w;
  struct canvas screen;        /* before the line was typed */
  struct project *project;
  char *line, *output;
  int status;
  struct err e;
};

static void
give_screen(void *arg, bool svg, struct buf *out)
{
  if (svg)
    canvas_svg(arg, out);
  else
    canvas_dump(arg, false, out);
}

static void
typed_work(void *arg)
{
  struct typed *t = arg;
  struct command_environment env = {.project = t->project, .screen = give_screen, .screen_arg = &t->screen};
  size_t n;

  t->status = command_line(&env, t->line, &t->output, &n, &t->e);
}

/* What it printed: one line at the bottom, more of them as a page. */
static void
typed_done(void *arg)
{
  struct typed *t = arg;
  char *end = t->output ? strchr(t->output, '\n') : NULL;

  if (t->status != 0)
    workbench_complain(t->w, &t->e);
  if (end && end[1])
    help_text(t->w, t->line, t->output);
  else if (end && t->status == 0)
    workbench_say(t->w, "%.*s", (int)(end - t->output < 900 ? end - t->output : 900), t->output);
  workbench_touch(t->w);
  canvas_release(&t->screen);
  free(t->line);
  free(t->output);
  free(t);
}

static void
run_line(struct workbench *w, const char *line)
{
  struct err e = {0};
  const struct command *command;
  struct typed *t;

  line += strspn(line, " :");
  if (!*line || run_own(w, line))
    return;
  command = command_of_line(line, &e);
  if (!command || command_line_flags(line) & (COMMAND_LONG | COMMAND_SHELL) || !strcmp(command->name, "undo") ||
      !strcmp(command->name, "redo")) {
    workbench_run(w, line);
    return;
  }
  if (keep_forward(w, command->name, line, &e) < 0) {
    workbench_complain(w, &e);
    return;
  }
  t = xcalloc(1, sizeof *t);
  *t = (struct typed){.w = w, .project = w->project, .line = xstrdup(line), .screen = w->screen};
  w->screen = (struct canvas){0};
  workbench_work(w, typed_work, typed_done, t);
}

/* ---- completion ---- */

static void
complete_command(void *arg, const char *line, size_t at, struct completion *out)
{
  struct workbench *w = arg;

  command_complete(w->project, workbench_column_names(w), line, at, out);
  for (size_t i = 0; i < N_OF(own_commands) && !memchr(line, ' ', at); i++) {
    if (strlen(own_commands[i].name) < at || strncmp(own_commands[i].name, line, at) ||
        command_find(own_commands[i].name))
      continue;
    GROW(out->items, out->cap, out->n + 1);
    out->items[out->n++] = (struct completion_item){xasprintf("%s ", own_commands[i].name),
                                                    xstrdup(own_commands[i].summary)};
  }
}

static void
complete_filter(void *arg, const char *line, size_t at, struct completion *out)
{
  struct workbench *w = arg;
  struct buf whole = BUF_INIT;
  size_t before;

  buf_adds(&whole, "list --filter \"");
  before = whole.n;
  buf_adds(&whole, line);
  command_complete(w->project, workbench_column_names(w), buf_str(&whole), before + at, out);
  out->from = out->from >= before ? out->from - before : 0;
  buf_release(&whole);
}

/* ---- asking ---- */

/* The screen as it is, drawn anew: the line and what it says do not stand on it yet. */
static void
keep_screen(struct workbench *w)
{
  struct canvas *c = &w->screen;

  if (!w->drawn.rows)
    return;
  canvas_release(c);
  canvas_init(c, w->drawn.rows, w->drawn.cols);
  c->ascii = w->drawn.ascii;
  c->logical = w->drawn.logical;
  frame_draw(w, c);
  if (c->ascii)
    canvas_to_ascii(c);
}

void
command_line_ask(struct workbench *w, const char *text)
{
  keep_screen(w);
  w->asking = ASKING_COMMAND;
  w->wrong = -1;
  buf_clear(&w->note);
  prompt_begin(PROMPT_COMMAND, text, complete_command, w);
}

static void
search_now(struct workbench *w, const char *text, int done)
{
  const struct view *view = front_view(w);
  struct pane *page = overlays_page(&w->overlays);

  buf_clear(&w->note);
  w->wrong = -1;
  if (w->asking == ASKING_VIEW && view->search) {
    w->wrong = view->search(front_state(w), text, done, &w->note);
  } else if (w->asking == ASKING_PAGE && page) {
    size_t n = strlen(text);

    n = done < 0 ? 0 : n < sizeof page->find - 1 ? n : sizeof page->find - 1;
    memcpy(page->find, text, n);
    page->find[n] = '\0';
    if (n && !pane_find(page, 0))
      buf_adds(&w->note, "not found");
  }
}

void
search_ask(struct workbench *w, enum asking whom, const char *text)
{
  w->asking = whom;
  prompt_begin(PROMPT_SEARCH, text, whom == ASKING_VIEW && front_view(w)->show ? complete_filter : NULL, w);
  search_now(w, text, 0);
}

void
asking_key(struct workbench *w, const struct key *k)
{
  enum prompt_result result = k->code == K_MOUSE ? PROMPT_GOES_ON : prompt_key(k);
  enum asking whom = w->asking;
  char *text;

  if (result == PROMPT_CHANGED && whom != ASKING_COMMAND)
    search_now(w, prompt_text(), 0);
  if (result != PROMPT_DONE && result != PROMPT_CANCEL)
    return;
  text = xstrdup(prompt_text());
  if (whom != ASKING_COMMAND)
    search_now(w, text, result == PROMPT_DONE ? 1 : -1);
  prompt_end();
  w->asking = ASKING_NOTHING;
  if (whom == ASKING_COMMAND && result == PROMPT_DONE)
    run_line(w, text);
  free(text);
}
