/* The workbench on a terminal: one poll, at most one frame in 16 ms. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "command/command.h"
#include "ui/latency.h"
#include "ui/state.h"
#include "ui/terminal.h"

#define FRAME_MS 16

struct loop {
  struct workbench *w;
  struct terminal *t;
  struct key_decoder keys;
  struct canvas canvas;
  int watch_fd;              /* readable when the corpus, a record or the board moved */
  int64_t drawn_ms;
  struct latency *latency;   /* NULL: nobody asked */
  bool changed, keyed, ended;
};

static void
show(struct loop *l)
{
  int rows, cols;

  terminal_size(l->t, &rows, &cols);
  if (rows != l->canvas.rows || cols != l->canvas.cols)
    canvas_resize(&l->canvas, rows, cols);
  if (l->w->repaint)
    terminal_repaint(l->t);
  l->w->repaint = false;
  l->canvas.ascii = terminal_ascii(l->t);
  l->canvas.logical = terminal_orders(l->t);
  workbench_draw(l->w, &l->canvas);
  if (l->canvas.ascii)
    canvas_to_ascii(&l->canvas);
  terminal_show(l->t, &l->canvas);
  l->drawn_ms = clock_ms();
  l->changed = l->keyed = false;
  latency_frame(l->latency, corpus_count(l->w->corpus));
}

static void
take_signals(struct loop *l)
{
  unsigned events = terminal_events(l->t);

  if (events & TERMINAL_SUSPEND)
    l->w->suspend = true;
  if (events & TERMINAL_RESUMED)
    terminal_take(l->t);
  if (events & TERMINAL_END)
    l->ended = true;
  if (events & (TERMINAL_RESIZED | TERMINAL_RESUMED))
    l->changed = true;
}

static void
take_key(struct loop *l, const struct key *k)
{
  char name[16];

  if (k->code == K_BACKGROUND) {
    terminal_light(l->t, k->light);
    l->changed = true;
    return;
  }
  latency_key(l->latency);
  workbench_key(l->w, k);
  latency_handled(l->latency, l->w->answered ? binding_first(l->w->answered, name) : "typed");
  l->changed = l->keyed = true;
  if (l->w->suspend) {
    l->w->suspend = false;
    terminal_suspend(l->t);
  }
}

/* Not longer than until then; -1 is for ever. */
static int64_t
sooner(int64_t wait, int64_t at_ms)
{
  int64_t due = at_ms - clock_ms();

  due = due < 0 ? 0 : due;
  return wait < 0 || wait > due ? due : wait;
}

/* How long the poll may sleep: until the frame that is due, until Esc is Esc alone, or for ever. */
static int
timeout_of(const struct loop *l)
{
  int64_t wait = -1;

  if (l->changed) {
    wait = l->drawn_ms + FRAME_MS - clock_ms();
    wait = wait < 0 ? 0 : wait;
  }
  if (l->w->cost_wanted && !l->w->cost_asked)
    wait = sooner(wait, l->w->cost_due_ms);
  if (l->w->wake_ms)
    wait = sooner(wait, l->w->wake_ms);
  if (key_pending(&l->keys) && (wait < 0 || wait > KEY_WAIT_MS))
    wait = KEY_WAIT_MS;
  return (int)wait;
}

static void
step(struct loop *l)
{
  struct pollfd fds[] = {
    {.fd = terminal_key_fd(l->t), .events = POLLIN},
    {.fd = terminal_signal_fd(l->t), .events = POLLIN},
    {.fd = l->watch_fd, .events = POLLIN},
    {.fd = l->w->errands.done.wake_fd, .events = POLLIN},
  };
  struct key k;
  uint64_t count;
  ssize_t ignored;

  latency_poll(l->latency, true);
  if (poll(fds, N_OF(fds), timeout_of(l)) < 0 && errno != EINTR)
    l->ended = true;
  latency_poll(l->latency, false);
  take_signals(l);
  if (fds[2].revents) {
    ignored = read(l->watch_fd, &count, sizeof count);
    (void)ignored;
  }
  if (fds[0].revents) {
    if (!terminal_read(l->t, &l->keys))
      l->ended = true;
  } else if (key_pending(&l->keys) && key_flush(&l->keys, &k)) {
    take_key(l, &k);
  }
  while (!workbench_wants_quit(l->w) && key_next(&l->keys, &k))
    take_key(l, &k);
  if (l->w->suspend) {
    l->w->suspend = false;
    terminal_suspend(l->t);
    l->changed = true;
  }
  /* A key is shown at once. What others did comes with the next frame that is due. */
  if (!l->keyed && clock_ms() - l->drawn_ms < FRAME_MS) {
    l->changed |= fds[2].revents || fds[3].revents;
    return;
  }
  if (workbench_step(l->w) || l->changed)
    show(l);
}

int
workbench_main(struct project *p, const struct workbench_start *start, struct err *e)
{
  struct loop l = {.watch_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  int result;

  ensure(l.watch_fd >= 0);
  if (latency_open(&l.latency, start->latency_log, e) < 0 || !(l.t = terminal_open(e))) {
    latency_close(l.latency, NULL);
    close(l.watch_fd);
    return -1;
  }
  l.w = workbench_new(p);
  l.w->terminal = l.t;
  key_decoder_init(&l.keys);
  canvas_init(&l.canvas, 1, 1);
  corpus_watch(l.w->corpus, l.watch_fd);
  workbench_step(l.w);
  show(&l);
  while (!l.ended && !workbench_wants_quit(l.w))
    step(&l);
  terminal_close(l.t);
  if (errands_commands(&l.w->errands))  /* that may take a moment */
    fputs("stopping what runs, keeping what it has\n", stderr);
  corpus_unwatch(l.w->corpus, l.watch_fd);
  workbench_free(l.w);
  canvas_release(&l.canvas);
  key_decoder_release(&l.keys);
  close(l.watch_fd);
  result = project_sync(p, e);
  return latency_close(l.latency, result < 0 ? NULL : e) < 0 ? -1 : result;
}

/* ---- $EDITOR ---- */

static int
run_editor(struct workbench *w, const char *path, struct err *e)
{
  const char *editor = getenv("VISUAL") && *getenv("VISUAL") ? getenv("VISUAL") : getenv("EDITOR");
  char *line = xasprintf("%s \"$1\"", editor && *editor ? editor : "vi");
  int status = -1;
  pid_t child;

  terminal_give(w->terminal);
  child = fork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", line, "sh", path, (char *)NULL);
    _exit(127);
  }
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  terminal_take(w->terminal);
  free(line);
  if (child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return err_set(e, ERR_FAIL, "the editor '%s' failed, nothing was changed (set EDITOR)", editor ? editor : "vi");
  return 0;
}

int
workbench_external_editor(struct workbench *w, char **text, const char *ending)
{
  const char *folder = getenv("TMPDIR");
  char *path = xasprintf("%s/retort-XXXXXX%s", folder && *folder ? folder : "/tmp", ending), *read_back = NULL;
  struct err e = {0};
  size_t n = 0, length = strlen(*text);
  int fd = -1, result = -1;

  if (!w->terminal)
    err_set(&e, ERR_FAIL, "there is no terminal to give to an editor");
  else if ((fd = mkstemps(path, (int)strlen(ending))) < 0 || write(fd, *text, length) != (ssize_t)length)
    err_set(&e, ERR_FAIL, "cannot write '%s': %s", path, err_os(errno));
  else if (run_editor(w, path, &e) == 0 && io_read_file(path, 1 << 20, &read_back, &n, &e) == 0)
    result = strcmp(read_back, *text) != 0;
  if (fd >= 0) {
    close(fd);
    unlink(path);
  }
  if (result < 0)
    workbench_complain(w, &e);
  if (result == 1) {
    free(*text);
    *text = read_back;
    read_back = NULL;
  }
  free(read_back);
  free(path);
  w->touched = w->repaint = true;
  return result;
}
