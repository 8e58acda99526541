#include "ui/terminal.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "base/mem.h"

#define ENTER_MODES "\033[?2004h\033[?1000h\033[?1006h"
#define LEAVE_MODES "\033[?1006l\033[?1000l\033[?2004l"
#define ASK_BACKGROUND "\033]11;?\033\\"
/* ECMA-48 BDSM: the order of what is written from the right is ours, and the terminal's again. */
#define ORDER_OURS "\033[8l"
#define ORDER_TERMINALS "\033[8h"
#define MAX_PAIRS 64

struct terminal {
  SCREEN *screen;
  struct canvas shown;          /* what stands on the screen */
  bool ascii, light, colour, stale;
  int n_pairs;
  struct {
    short fg, bg;
  } pairs[MAX_PAIRS];
};

/* What signal handlers need, so it is global. */
static struct termios termios_before;
static volatile sig_atomic_t terminal_is_ours;
static atomic_uint signals_seen; /* a signal may come to any thread: lock-free, so allowed in a handler */
static int signal_pipe[2] = {-1, -1};
static char restore_bytes[256];
static size_t n_restore_bytes;

/* ---- signals ---- */

static const struct {
  int signal;
  unsigned event;
} signals[] = {
  {SIGWINCH, TERMINAL_RESIZED}, {SIGCONT, TERMINAL_RESUMED}, {SIGTSTP, TERMINAL_SUSPEND}, {SIGTERM, TERMINAL_END},
  {SIGHUP, TERMINAL_END}, {SIGINT, TERMINAL_END}, {SIGQUIT, TERMINAL_END},
};
static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

/* Only what may be called in a signal handler. */
static void
restore_now(void)
{
  ssize_t ignored;

  if (!terminal_is_ours)
    return;
  terminal_is_ours = 0;
  ignored = write(STDOUT_FILENO, restore_bytes, n_restore_bytes);
  (void)ignored;
  tcsetattr(STDIN_FILENO, TCSANOW, &termios_before);
}

static void
on_signal(int number)
{
  int saved = errno;
  ssize_t ignored;

  for (size_t i = 0; i < N_OF(signals); i++)
    if (signals[i].signal == number)
      atomic_fetch_or(&signals_seen, signals[i].event);
  ignored = write(signal_pipe[1], "", 1);
  (void)ignored;
  errno = saved;
}

static void
on_fatal(int number)
{
  restore_now();
  signal(number, SIG_DFL);
  raise(number);
}

static void
catch_signals(void)
{
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < N_OF(signals); i++)
    sigaction(signals[i].signal, &action, NULL);
  action.sa_handler = on_fatal;
  for (size_t i = 0; i < N_OF(fatal_signals); i++)
    sigaction(fatal_signals[i], &action, NULL);
}

static void
leave_signals(void)
{
  for (size_t i = 0; i < N_OF(signals); i++)
    signal(signals[i].signal, SIG_DFL);
  for (size_t i = 0; i < N_OF(fatal_signals); i++)
    signal(fatal_signals[i], SIG_DFL);
}

int
terminal_signal_fd(const struct terminal *t)
{
  (void)t;
  return signal_pipe[0];
}

unsigned
terminal_events(struct terminal *t)
{
  char bytes[64];

  (void)t;
  while (read(signal_pipe[0], bytes, sizeof bytes) > 0)
    ;
  return atomic_exchange(&signals_seen, 0);
}

/* ---- opening and closing ---- */

/* The program itself works in UTF-8 always; what the terminal shows is told by the environment it was started in. */
static bool
environment_is_utf8(void)
{
  const char *names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

  for (size_t i = 0; i < N_OF(names); i++) {
    const char *value = getenv(names[i]);

    if (value && *value)
      return strcasestr(value, "utf-8") || strcasestr(value, "utf8");
  }
  return false;
}

/* "15;0" in COLORFGBG: the last number is the background. */
static bool
environment_is_light(void)
{
  const char *value = getenv("COLORFGBG"), *last = value ? strrchr(value, ';') : NULL;
  int background = last ? atoi(last + 1) : 0;

  return background == 7 || background == 15;
}

/* Terminals of which we know that they answer, or keep quiet. */
static bool
may_be_asked(const char *name)
{
  static const char *const families[] = {"xterm", "tmux", "screen", "rxvt", "foot", "alacritty", "kitty", "st-",
                                         "konsole", "vte", "wezterm", "gnome", "contour"};

  for (size_t i = 0; i < N_OF(families); i++)
    if (!strncmp(name, families[i], strlen(families[i])))
      return true;
  return false;
}

static bool
is_set(const char *name)
{
  const char *value = getenv(name);

  return value && *value;
}

/* VTE (GNOME Terminal and others) and mlterm order by themselves and know the mode that lets it be; through tmux or
 * screen it does not reach them. Konsole and Apple's terminal order by themselves, and know no such mode. */
static bool
knows_order_mode(void)
{
  return (is_set("VTE_VERSION") || is_set("MLTERM")) && !is_set("TMUX") && !is_set("STY");
}

static bool
environment_orders(void)
{
  const char *program = getenv("TERM_PROGRAM");

  return ((is_set("VTE_VERSION") || is_set("MLTERM")) && !knows_order_mode()) || is_set("KONSOLE_VERSION") ||
         (program && !strcmp(program, "Apple_Terminal"));
}

static void
send(const char *s)
{
  fputs(s, stdout);
  fflush(stdout);
}

static void
enter_modes(void)
{
  send(ENTER_MODES);
  if (knows_order_mode())
    send(ORDER_OURS);
}

static void
add_restore(const char *s)
{
  size_t n = s && s != (char *)-1 ? strlen(s) : 0;

  if (n_restore_bytes + n > sizeof restore_bytes)
    return;
  memcpy(restore_bytes + n_restore_bytes, s ? s : "", n);
  n_restore_bytes += n;
}

/* What gives the terminal back as it was, for a signal handler to send. */
static void
keep_restore(void)
{
  n_restore_bytes = 0;
  add_restore(LEAVE_MODES);
  if (knows_order_mode())
    add_restore(ORDER_TERMINALS);
  add_restore(exit_attribute_mode);
  add_restore(cursor_normal);
  add_restore(exit_ca_mode);
}

static void
start_colours(struct terminal *t)
{
  const char *no = getenv("NO_COLOR");

  t->colour = !(no && *no) && has_colors() && start_color() == OK && use_default_colors() == OK;
}

struct terminal *
terminal_open(struct err *e)
{
  const char *name = getenv("TERM");
  struct terminal *t;
  SCREEN *screen;

  if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
    err_set(e, ERR_INPUT, "the workbench needs a terminal (give a command instead; 'retort help' lists them)");
    return NULL;
  }
  if (!name || !*name || !strcmp(name, "dumb") || tcgetattr(STDIN_FILENO, &termios_before) < 0 ||
      pipe2(signal_pipe, O_NONBLOCK | O_CLOEXEC) < 0) {
    err_set(e, ERR_INPUT, "the workbench cannot draw on a terminal of type '%s' (set TERM, or give a command)",
            name ? name : "");
    return NULL;
  }
  catch_signals();
  screen = newterm(NULL, stdout, stdin);
  if (!screen || !cursor_address) {
    leave_signals();
    err_set(e, ERR_INPUT, "the workbench cannot draw on a terminal of type '%s' (set TERM, or give a command)", name);
    return NULL;
  }
  t = xcalloc(1, sizeof *t);
  t->screen = screen;
  t->ascii = !environment_is_utf8();
  t->light = environment_is_light();
  canvas_init(&t->shown, 1, 1);
  keep_restore();
  terminal_is_ours = 1;
  err_on_bug(restore_now);
  start_colours(t);
  raw();
  noecho();
  nonl();
  curs_set(0);
  leaveok(stdscr, FALSE);
  enter_modes();
  if (may_be_asked(name))
    send(ASK_BACKGROUND);
  terminal_repaint(t);
  return t;
}

void
terminal_close(struct terminal *t)
{
  if (!t)
    return;
  terminal_give(t);
  err_on_bug(NULL);
  leave_signals();
  delscreen(t->screen);
  canvas_release(&t->shown);
  free(t);
  close(signal_pipe[0]);
  close(signal_pipe[1]);
}

void
terminal_give(struct terminal *t)
{
  (void)t;
  send(LEAVE_MODES);
  if (knows_order_mode())
    send(ORDER_TERMINALS);
  curs_set(1);
  endwin();
  tcflush(STDIN_FILENO, TCIFLUSH);
  terminal_is_ours = 0;
}

void
terminal_take(struct terminal *t)
{
  terminal_is_ours = 1;
  refresh();
  raw();
  enter_modes();
  terminal_repaint(t);
}

void
terminal_suspend(struct terminal *t)
{
  terminal_give(t);
  raise(SIGSTOP);
  terminal_take(t);
}

int
terminal_key_fd(const struct terminal *t)
{
  (void)t;
  return STDIN_FILENO;
}

bool
terminal_read(struct terminal *t, struct key_decoder *d)
{
  char bytes[4096];
  ssize_t n = read(STDIN_FILENO, bytes, sizeof bytes);

  (void)t;
  if (n > 0)
    key_decoder_feed(d, bytes, (size_t)n);
  return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

bool
terminal_ascii(const struct terminal *t)
{
  return t->ascii;
}

bool
terminal_orders(const struct terminal *t)
{
  (void)t;
  return environment_orders();
}

void
terminal_light(struct terminal *t, bool light)
{
  if (t->light != light)
    terminal_repaint(t);
  t->light = light;
}

void
terminal_size(struct terminal *t, int *rows, int *cols)
{
  struct winsize size;

  (void)t;
  *rows = LINES;
  *cols = COLS;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0) {
    *rows = size.ws_row;
    *cols = size.ws_col;
  }
}

/* ---- drawing ---- */

static short
pair_of(struct terminal *t, short fg, short bg)
{
  if (fg < 0 && bg < 0)
    return 0;
  for (int i = 0; i < t->n_pairs; i++)
    if (t->pairs[i].fg == fg && t->pairs[i].bg == bg)
      return (short)(i + 1);
  if (t->n_pairs == MAX_PAIRS || t->n_pairs + 1 >= COLOR_PAIRS)
    return 0;
  t->pairs[t->n_pairs].fg = fg;
  t->pairs[t->n_pairs].bg = bg;
  init_pair((short)(t->n_pairs + 1), fg, bg);
  return (short)++t->n_pairs;
}

/* Grey is the one colour that palettes disagree about: where there are 256 a readable one is taken. */
static short
foreground(const struct terminal *t, const struct style_row *style, attr_t *attributes)
{
  short fg = t->light ? style->light_fg : style->fg;

  if (fg == 8 && COLORS >= 256)
    return t->light ? 242 : 246;
  if (fg == 8 && COLORS < 16) {
    *attributes |= A_DIM;
    return -1;
  }
  if (fg > 8 && COLORS < 16)
    return (short)(fg - 8);
  return fg;
}

static void
look_of(struct terminal *t, const struct cell *cell, attr_t *attributes, short *pair)
{
  const struct style_row *style = &style_rows[cell->style];
  short fg = -1, bg = -1;

  *attributes = (style->attributes & STYLE_IS_BOLD ? A_BOLD : 0) |
                (style->attributes & STYLE_IS_REVERSE ? A_REVERSE : 0) |
                (style->attributes & STYLE_IS_UNDERLINE ? A_UNDERLINE : 0);
  if (t->colour) {
    fg = foreground(t, style, attributes);
    bg = t->light ? style->light_bg : style->bg;
  }
  if (cell->lit != LIT_NONE && t->colour && COLORS >= 256) {
    bg = cell->lit == LIT_HERE ? (t->light ? 253 : 238) : (t->light ? 255 : 235);
  } else if (cell->lit == LIT_HERE) {  /* one bar: colours would make patches of it */
    *attributes = (*attributes & A_BOLD) | A_REVERSE;
    fg = bg = -1;
  } else if (cell->lit == LIT_HERE_IDLE) {
    *attributes |= A_BOLD;
  }
  *pair = t->colour ? pair_of(t, fg, bg) : 0;
}

static void
put_cell(struct terminal *t, int row, int col, const struct cell *cell)
{
  wchar_t text[2 + CELL_MARKS] = {(wchar_t)cell->c};
  attr_t attributes;
  short pair;
  cchar_t ch;

  for (int i = 0; i < CELL_MARKS && cell->marks[i]; i++)
    text[1 + i] = (wchar_t)cell->marks[i];
  look_of(t, cell, &attributes, &pair);
  if (setcchar(&ch, text, attributes, pair, NULL) == OK)
    mvadd_wchnstr(row, col, &ch, 1);
}

void
terminal_repaint(struct terminal *t)
{
  t->stale = true;
}

static void
fit_screen(struct terminal *t, const struct canvas *c)
{
  if (c->rows != LINES || c->cols != COLS)
    resizeterm(c->rows, c->cols);
  if (c->rows != t->shown.rows || c->cols != t->shown.cols) {
    canvas_resize(&t->shown, c->rows, c->cols);
    t->stale = true;
  }
}

void
terminal_show(struct terminal *t, const struct canvas *c)
{
  bool all;

  fit_screen(t, c);
  all = t->stale;
  if (all)
    clear();
  for (int row = 0; row < c->rows; row++)
    for (int col = 0; col < c->cols; col++) {
      size_t i = (size_t)row * (size_t)c->cols + (size_t)col;
      const struct cell *cell = &c->cells[i];

      if (cell->width && (all || memcmp(cell, &t->shown.cells[i], sizeof *cell)))
        put_cell(t, row, col, cell);
      t->shown.cells[i] = *cell;
    }
  t->stale = false;
  if (c->cursor_row >= 0)
    move(c->cursor_row, c->cursor_col);
  curs_set(c->cursor_row >= 0 ? 1 : 0);
  refresh();
}
