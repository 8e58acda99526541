#include "ui/workbench.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "command/command.h"
#include "store/job_store.h"
#include "ui/state.h"

/* ---- messages ---- */

void
message_add(struct workbench *w, enum style style, const char *text)
{
  struct buf safe = {.max = 4000};

  utf8_printable(&safe, text, strnlen(text, 1000));
  if (w->n_messages == MESSAGES_MAX) {
    free(w->messages[0].text);
    memmove(w->messages, w->messages + 1, --w->n_messages * sizeof *w->messages);
  }
  GROW(w->messages, w->cap_messages, w->n_messages + 1);
  w->messages[w->n_messages++] = (struct message){clock_wall_ms(), style, buf_take(&safe)};
  w->message_shown = true;
  w->touched = true;
}

void
workbench_say(struct workbench *w, const char *format, ...)
{
  struct buf b = BUF_INIT;
  va_list args;

  va_start(args, format);
  buf_vaddf(&b, format, args);
  va_end(args);
  message_add(w, STYLE_NORMAL, buf_str(&b));
  buf_release(&b);
}

void
workbench_complain(struct workbench *w, const struct err *e)
{
  message_add(w, STYLE_ERROR, e->message);
}

/* ---- commands ---- */

/* The first line of what a command printed. */
static void
say_first_line(struct workbench *w, const char *output)
{
  size_t n = strcspn(output, "\n");

  if (n)
    workbench_say(w, "%.*s", (int)(n > 900 ? 900 : n), output);
}

/* The last line of the first paragraph: what it came to. */
static void
say_result(struct workbench *w, const char *name, const char *output)
{
  const char *end = strstr(output, "\n\n"), *from;

  end = end ? end : output + strlen(output);
  while (end > output && end[-1] == '\n')
    end--;
  for (from = end; from > output && from[-1] != '\n';)
    from--;
  if (end > from)
    workbench_say(w, "%s: %.*s", name, (int)(end - from < 900 ? end - from : 900), from);
  else
    workbench_say(w, "%s: done", name);
}

#define QUICK_SAMPLES 20000u     /* so many at most are changed on the screen's thread: some 2 ms */

/* These wait for the disk, and a big one takes a moment: never on the screen's thread, and always in order. */
static bool
is_queued(const char *name)
{
  return !strcmp(name, "undo") || !strcmp(name, "redo") || !strcmp(name, "restore");
}

/* A change of all that a filter finds, among very many samples: what it does to memory takes longer than a key may. */
static bool
is_large(const struct workbench *w, const struct command *command, const char *line)
{
  return command->flags & COMMAND_WRITES && strstr(line, " --filter") &&
         corpus_count(project_corpus(w->project)) > QUICK_SAMPLES;
}

static void
command_ended(void *owner, const char *line, int status, const char *output, const struct err *e)
{
  struct workbench *w = owner;
  char name[32];
  size_t n = strcspn(line, " ");

  n = n < sizeof name - 1 ? n : sizeof name - 1;
  memcpy(name, line, n);
  name[n] = '\0';
  if (status == 0 && is_queued(name)) {
    w->gone_back &= project_redoable(w->project) > 0;
    say_first_line(w, output);
    return;
  }
  if (status == 0) {
    if (*output != '{')  /* JSON was asked for by a view, which says what it came to */
      say_result(w, name, output);
    return;
  }
  if (status == ERR_INTERRUPTED)
    workbench_say(w, "%s: stopped; what it has is kept", name);
  else
    workbench_complain(w, e);
}

size_t
changes_back(const struct workbench *w)
{
  return w->gone_back ? project_redoable(w->project) : 0;
}

int
keep_forward(struct workbench *w, const char *name, const char *line, struct err *e)
{
  static const char *const persons[] = {"accept", "reject", "reset", "relabel", "edit", "split", "import", "dedupe",
                                        "restore", "reparse"};
  size_t back = strstr(line, " --dry-run") ? 0 : changes_back(w);

  for (size_t i = 0; back && i < N_OF(persons); i++)
    if (!strcmp(persons[i], name)) {
      w->gone_back = false;
      return err_set(e, ERR_FAIL, "not yet: %zu undone change%s could then not be made again (M-r makes %s; the same "
                     "key again: go on from here)", back, back == 1 ? "" : "s", back == 1 ? "it" : "them");
    }
  return 0;
}

int
workbench_ask(struct workbench *w, const char *line, char **output, struct err *e)
{
  struct command_environment env = {.project = w->project};
  const struct command *command = command_of_line(line, NULL);
  size_t n;

  w->touched = true;
  *output = NULL;
  if (command && keep_forward(w, command->name, line, e) < 0)
    return -1;
  return command_line(&env, line, output, &n, e) == 0 ? 0 : -1;
}

int
workbench_run_then(struct workbench *w, const char *line, workbench_done_fn *done, void *arg)
{
  struct err e = {0};
  const struct command *command = command_of_line(line, &e);
  char *output = NULL;
  int status;

  if (!command || command->flags & COMMAND_SHELL) {
    if (command)
      err_set(&e, ERR_INPUT, "'%s' is for the shell: a project is open here already", command->name);
    workbench_complain(w, &e);
    return -1;
  }
  if (keep_forward(w, command->name, line, &e) < 0) {
    workbench_complain(w, &e);
    return -1;
  }
  if (!strcmp(command->name, "undo") && strchr(line, '-'))
    w->gone_back = true;
  if (is_queued(command->name) || (!done && is_large(w, command, line))) {
    errands_queue(&w->errands, command->name, line);
    return 0;
  }
  if (command_line_flags(line) & COMMAND_LONG) {
    if (errands_start(&w->errands, command->name, line, done, arg, &e) == 0)
      return 0;
    workbench_complain(w, &e);
    return -1;
  }
  status = workbench_ask(w, line, &output, &e);
  if (status < 0)
    workbench_complain(w, &e);
  else
    say_first_line(w, output);
  if (done)
    done(arg, status, output ? output : "", &e);
  free(output);
  return status;
}

int
workbench_run(struct workbench *w, const char *line)
{
  return workbench_run_then(w, line, NULL, NULL);
}

int
workbench_runf(struct workbench *w, const char *format, ...)
{
  struct buf b = BUF_INIT;
  va_list args;
  int result;

  va_start(args, format);
  buf_vaddf(&b, format, args);
  va_end(args);
  result = workbench_run(w, buf_str(&b));
  buf_release(&b);
  return result;
}

void
workbench_quote(struct buf *out, const char *word)
{
  buf_addc(out, '"');
  for (; *word; word++) {
    if (*word == '"' || *word == '\\')
      buf_addc(out, '\\');
    buf_addc(out, *word);
  }
  buf_addc(out, '"');
}

void
workbench_work(struct workbench *w, void (*work)(void *arg), void (*done)(void *arg), void *arg)
{
  errands_work(&w->errands, work, done, arg);
}

bool
workbench_running(struct workbench *w, const char *command)
{
  return errands_running(&w->errands, command);
}

void
workbench_stop(struct workbench *w, const char *command)
{
  errands_stop(&w->errands, command);
}

/* ---- views over the view ---- */

const struct view *
front_view(const struct workbench *w)
{
  return w->n_overs ? w->overs[w->n_overs - 1].view : view_rows[w->here];
}

void *
front_state(const struct workbench *w)
{
  return w->n_overs ? w->overs[w->n_overs - 1].state : w->views[w->here];
}

/* A view may close itself while it answers a key, so its state lives until that is done. */
static void
free_closed(struct workbench *w)
{
  while (w->n_closed) {
    struct over *o = &w->closed[--w->n_closed];

    if (o->view->close)
      o->view->close(o->state);
  }
}

void
workbench_open_over(struct workbench *w, const struct view *view, void *state)
{
  bool open = w->n_overs == OVER_MAX || w->n_closed == OVER_MAX;

  for (int i = 0; i < w->n_overs; i++)
    open |= w->overs[i].view == view;
  if (open) {
    if (view->close)
      view->close(state);
    return;
  }
  w->overs[w->n_overs++] = (struct over){view, state};
  w->gone_to = w->touched = true;
}

bool
workbench_close_over(struct workbench *w)
{
  if (!w->n_overs || w->n_closed == OVER_MAX)
    return false;
  w->closed[w->n_closed++] = w->overs[--w->n_overs];
  w->gone_to = w->touched = true;
  return true;
}

/* ---- life ---- */

/* Where the work is: texts that wait for a decision; else, as long as nothing was generated, the templates; else the
 * results. */
static int
first_view(struct project *p)
{
  struct corpus_counts counts;

  corpus_counts(project_corpus(p), &counts);
  return counts.status[STATUS_NEW] > 0 ? 2 : counts.origin[ORIGIN_GENERATED] == 0 ? 0 : 4;
}

struct workbench *
workbench_new(struct project *p)
{
  struct workbench *w = xcalloc(1, sizeof *w);

  w->project = p;
  w->corpus = project_corpus(p);
  w->board = project_board(p);
  w->here = first_view(w->project);
  w->wrong = -1;
  w->touched = w->gone_to = w->cost_wanted = true;
  buf_init(&w->note, 4000);
  errands_init(&w->errands, p);
  w->errands.owner = w;
  w->errands.on_done = command_ended;
  picture_init(&w->picture, w);
  for (int i = 0; i < VIEW_COUNT; i++)
    if (view_rows[i]->open)
      w->views[i] = view_rows[i]->open(w);
  w->message_shown = false;
  return w;
}

void
workbench_free(struct workbench *w)
{
  if (!w)
    return;
  w->quit = true;  /* nothing new is begun from here on */
  if (w->asking != ASKING_NOTHING)
    prompt_end();
  board_stop_all(w->board);
  errands_release(&w->errands);
  overlays_release(&w->overlays);
  while (workbench_close_over(w))
    free_closed(w);
  for (int i = 0; i < VIEW_COUNT; i++)
    if (view_rows[i]->close)
      view_rows[i]->close(w->views[i]);
  picture_release(&w->picture);
  for (size_t i = 0; i < w->n_messages; i++)
    free(w->messages[i].text);
  free(w->messages);
  buf_release(&w->note);
  canvas_release(&w->screen);
  free(w);
}

struct columns *
workbench_columns(struct workbench *w, bool *renew)
{
  *renew = picture_may_renew(&w->picture);
  return columns_share(w->picture.columns);
}

void
workbench_give_columns(struct workbench *w, struct columns *c, int64_t took_ms)
{
  picture_give(&w->picture, c, took_ms);
}

void
workbench_discard(struct workbench *w, void *block)
{
  errands_discard(&w->errands, block);
}

void
workbench_wake(struct workbench *w, int64_t at_ms)
{
  if (!w->wake_ms || at_ms < w->wake_ms)
    w->wake_ms = at_ms;
}

const struct filter_provider *
workbench_column_names(struct workbench *w)
{
  return columns_names(w->picture.columns);
}

void
workbench_note(struct workbench *w, const char *format, ...)
{
  va_list args;

  if (w->asking != ASKING_VIEW)
    return;
  buf_clear(&w->note);
  w->wrong = -1;
  va_start(args, format);
  buf_vaddf(&w->note, format, args);
  va_end(args);
  w->touched = true;
}

struct project *
workbench_project(struct workbench *w)
{
  return w->project;
}

struct corpus *
workbench_corpus(struct workbench *w)
{
  return w->corpus;
}

struct board *
workbench_board(struct workbench *w)
{
  return w->board;
}

bool
workbench_wants_quit(const struct workbench *w)
{
  return w->quit;
}

bool
workbench_busy(const struct workbench *w)
{
  return errands_count(&w->errands) > 0 || w->cost_wanted || w->wake_ms || picture_pending(&w->picture) ||
         w->corpus_seen != corpus_revision(w->corpus) ||
         w->board_seen != board_revision(w->board) || w->records_seen != project_records_revision(w->project);
}

const struct key *
workbench_last_key(const struct workbench *w)
{
  return &w->key;
}

void
workbench_touch(struct workbench *w)
{
  w->touched = true;
}

void
workbench_go(struct workbench *w, int view)
{
  if (view < 0 || view >= VIEW_COUNT || (view == w->here && !w->n_overs))
    return;
  while (workbench_close_over(w))
    ;
  w->here = view;
  w->gone_to = w->touched = true;
}

void
workbench_show(struct workbench *w, const char *filter)
{
  for (int i = 0; i < VIEW_COUNT; i++)
    if (view_rows[i]->show) {
      view_rows[i]->show(w->views[i], filter);
      workbench_go(w, i);
      return;
    }
}

/* Jobs wait for replies that are paid for; the screen stays meanwhile. Asked again they give them up. */
static void
quit_now(void *arg)
{
  struct workbench *w = arg;

  w->quitting = true;
  board_stop_all(w->board);
  errands_stop(&w->errands, NULL);
}

void
workbench_quit(struct workbench *w)
{
  size_t n = errands_commands(&w->errands);

  if (n == 0 && board_running(w->board) == 0)
    w->quit = true;
  else if (w->quitting)
    quit_now(w);
  else
    workbench_confirm(w, "quit, stopping what runs and keeping what it has? (y/n)", quit_now, w);
}

/* ---- overlays ---- */

void
workbench_menu(struct workbench *w, const char *title, const char *const *items, size_t n, size_t at,
               void (*chosen)(void *arg, int i), void *arg)
{
  overlays_menu(&w->overlays, title, items, n, at, chosen, arg);
  w->touched = true;
}

void
workbench_confirm(struct workbench *w, const char *question, void (*yes)(void *arg), void *arg)
{
  overlays_confirm(&w->overlays, question, yes, arg);
  w->touched = true;
}

struct form *
workbench_form(struct workbench *w, const char *title, const struct option *rows, size_t n,
               void (*done)(void *arg, const struct form *f), void *arg)
{
  w->touched = true;
  return overlays_form(&w->overlays, title, rows, n, done, arg);
}

void
workbench_page(struct workbench *w, const char *title, const char *text)
{
  pane_str(overlays_text(&w->overlays, title), STYLE_NORMAL, text);
  w->touched = true;
}

void
workbench_prompt(struct workbench *w, const char *text)
{
  command_line_ask(w, text);
}

/* ---- keys ---- */

static void
mouse(struct workbench *w, const struct key *k)
{
  const struct view *view = front_view(w);
  int tab;

  if (k->row == 0) {
    if (k->mouse == MOUSE_LEFT && frame_tab_at(w, k->col, &tab))
      workbench_go(w, tab);
  } else if (area_has(w->view_area, k->row, k->col) && view->mouse) {
    view->mouse(front_state(w), k, k->row - w->view_area.row, k->col - w->view_area.col);
  }
}

/* Puts what is selected in the place of {ids}. */
static bool
fill_line(struct workbench *w, const char *line, struct buf *out)
{
  const struct view *view = front_view(w);
  const char *place = strstr(line, "{ids}");

  if (!place)
    return buf_adds(out, line) == 0;
  buf_add(out, line, (size_t)(place - line));
  if (!view->selection || !view->selection(front_state(w), out)) {
    workbench_say(w, "nothing is selected");
    return false;
  }
  buf_adds(out, place + strlen("{ids}"));
  return true;
}

static void
run_binding(struct workbench *w, const struct binding *b)
{
  struct buf line = BUF_INIT;

  w->answered = b;
  if (b->action)
    b->action(w, front_state(w), b->n);
  else if (fill_line(w, b->line, &line))
    workbench_run(w, buf_str(&line));
  buf_release(&line);
}

static void
answer_key(struct workbench *w, const struct key *k)
{
  const struct view *view = front_view(w);
  const struct binding *b;
  bool of_view, ask = false;

  w->touched = true;
  w->message_shown = false;
  w->key = *k;
  w->answered = NULL;
  if (key_is(k, "C-z")) {
    w->suspend = true;
  } else if (key_is(k, "C-l")) {
    w->repaint = true;
  } else if (w->asking == ASKING_NOTHING && (key_is(k, "M-:") || (overlays_page(&w->overlays) && key_is(k, ":")))) {
    command_line_ask(w, "");
  } else if (w->asking != ASKING_NOTHING) {
    asking_key(w, k);
  } else if (overlays_open(&w->overlays)) {
    overlays_key(&w->overlays, k, k->row, k->col, &ask);
    if (ask)
      search_ask(w, ASKING_PAGE, "");
  } else if (view->key && view->key(front_state(w), k)) {
    return;
  } else if (k->code == K_MOUSE) {
    mouse(w, k);
  } else if ((b = keymap_find(w, view->bindings, front_state(w), k, &of_view))) {
    run_binding(w, b);
  } else if (key_is(k, "C-c")) {
    workbench_say(w, "q quits");
  }
}

void
workbench_key(struct workbench *w, const struct key *k)
{
  answer_key(w, k);
  free_closed(w);
}

/* ---- what other threads did ---- */

struct cost {
  struct workbench *w;
  struct project *project;
  double usd;
  int64_t took_ms;
};

static void
cost_work(void *arg)
{
  struct cost *cost = arg;
  struct job_figures figures = {0};
  int64_t from = clock_ms();

  if (job_store_figures(cost->project, 0, &figures, NULL) == 0) {
    cost->usd = figures.cost_usd;
    job_figures_release(&figures);
  }
  cost->took_ms = clock_ms() - from;
}

static void
cost_done(void *arg)
{
  struct cost *cost = arg;

  cost->w->cost_usd = cost->usd;
  cost->w->cost_asked = false;
  cost->w->cost_due_ms = clock_ms() + 20 * cost->took_ms;  /* a twentieth of a processor at most */
  free(cost);
}

static void
ask_cost(struct workbench *w)
{
  struct cost *cost;

  if (!w->cost_wanted || w->cost_asked || clock_ms() < w->cost_due_ms)
    return;
  cost = xcalloc(1, sizeof *cost);
  *cost = (struct cost){.w = w, .project = w->project, .usd = w->cost_usd};
  w->cost_wanted = false;
  w->cost_asked = true;
  workbench_work(w, cost_work, cost_done, cost);
}

bool
workbench_step(struct workbench *w)
{
  uint64_t corpus = corpus_revision(w->corpus), board = board_revision(w->board);
  uint64_t records = project_records_revision(w->project);
  struct err e = {0};
  bool moved = corpus != w->corpus_seen || board != w->board_seen || records != w->records_seen, changed;

  changed = errands_collect(&w->errands) || moved || w->gone_to || (w->wake_ms && clock_ms() >= w->wake_ms);
  w->quit |= w->quitting && errands_commands(&w->errands) == 0 && board_running(w->board) == 0;
  if (project_failure(w->project, &e)) {
    workbench_complain(w, &e);
    changed = true;
  }
  w->cost_wanted |= records != w->records_seen;
  w->corpus_seen = corpus;
  w->board_seen = board;
  w->records_seen = records;
  ask_cost(w);
  picture_update(&w->picture);
  if (changed)
    w->wake_ms = 0;
  if (changed)
    for (int i = 0; i < VIEW_COUNT; i++)
      if (view_rows[i]->update)
        view_rows[i]->update(w->views[i], i == w->here && !w->n_overs);
  for (int i = 0; changed && i < w->n_overs; i++)
    if (w->overs[i].view->update)
      w->overs[i].view->update(w->overs[i].state, i + 1 == w->n_overs);
  free_closed(w);
  w->gone_to = false;
  changed |= w->touched;
  w->touched = false;
  return changed;
}

void
workbench_draw(struct workbench *w, struct canvas *c)
{
  w->drawn.rows = c->rows;
  w->drawn.cols = c->cols;
  w->drawn.ascii = c->ascii;
  w->drawn.logical = c->logical;
  frame_draw(w, c);
}
