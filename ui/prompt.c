#include "ui/prompt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ui/bidi.h"

#define HISTORY_LINES 1000
#define CANDIDATE_ROWS 8

static struct {
  bool ready, active;
  enum prompt_kind kind;
  prompt_complete_fn *complete;
  void *arg;
  char queue[4096];             /* bytes that readline has yet to read */
  size_t from, to;
  enum prompt_result result;
  char *line;                   /* as it was accepted */
  struct completion candidates; /* of the last Tab */
  size_t chosen;                /* candidate that stands in the line; n: none yet */
  int left;                     /* first column shown */
  char *history_paths[2];       /* of commands, of searches; NULL: there is no home */
  HISTORY_STATE *histories[2];  /* of commands, of searches; the active one is readline's own */
} prompt;

/* ---- readline's hooks ---- */

static int
next_byte(FILE *f)
{
  (void)f;
  return prompt.from < prompt.to ? (unsigned char)prompt.queue[prompt.from++] : EOF;
}

static int
bytes_wait(void)
{
  return prompt.from < prompt.to;
}

static void
nothing(void)
{
}

static void
no_prepare(int meta)
{
  (void)meta;
}

static void
accepted(char *line)
{
  prompt.result = line ? PROMPT_DONE : PROMPT_CANCEL;
  free(prompt.line);
  prompt.line = line ? line : xstrdup("");
  rl_callback_handler_remove();
}

/* $XDG_STATE_HOME/retort/NAME, its folders made; NULL if there is no home. */
static char *
find_history(const char *name)
{
  const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
  char *path = state && *state == '/' ? xasprintf("%s/retort/%s", state, name)
             : home && *home == '/' ? xasprintf("%s/.local/state/retort/%s", home, name) : NULL;

  for (char *slash = path ? strchr(path + 1, '/') : NULL; slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (mkdir(path, 0700) < 0 && errno != EEXIST) {
      free(path);
      return NULL;
    }
    *slash = '/';
  }
  return path;
}

/* Lines of a kind that were typed in other sessions. */
static void
read_kept(enum prompt_kind kind)
{
  static const char *const names[] = {[PROMPT_COMMAND] = "history", [PROMPT_SEARCH] = "searches"};
  HISTORY_STATE none = {0};

  history_set_history_state(&none);
  prompt.history_paths[kind] = find_history(names[kind]);
  if (prompt.history_paths[kind])
    read_history(prompt.history_paths[kind]);
  stifle_history(HISTORY_LINES);
  prompt.histories[kind] = history_get_history_state();
}

static void
prepare(void)
{
  if (prompt.ready)
    return;
  prompt.ready = true;
  rl_readline_name = "retort";
  rl_instream = fopen("/dev/null", "r");
  rl_outstream = fopen("/dev/null", "w");
  rl_catch_signals = 0;
  rl_catch_sigwinch = 0;
  rl_change_environment = 0;
  rl_getc_function = next_byte;
  rl_input_available_hook = bytes_wait;
  rl_redisplay_function = nothing;
  rl_prep_term_function = no_prepare;
  rl_deprep_term_function = nothing;
  rl_set_screen_size(24, 1000);
  rl_variable_bind("bell-style", "none");
  rl_variable_bind("enable-bracketed-paste", "off");
  using_history();
  for (int kind = PROMPT_COMMAND; kind <= PROMPT_SEARCH; kind++)
    read_kept((enum prompt_kind)kind);
}

static void
take_history(enum prompt_kind kind)
{
  history_set_history_state(prompt.histories[kind]);
  using_history();
}

/* A line that was accepted goes into the history and its file, unless it repeats the last one. */
static void
keep_line(const char *line)
{
  const char *path = prompt.history_paths[prompt.kind];
  HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;

  if (!*line || (last && !strcmp(last->line, line)))
    return;
  add_history(line);
  if (!path)
    return;
  if (append_history(1, path) != 0)
    write_history(path);
  chmod(path, 0600);
}

void
prompt_begin(enum prompt_kind kind, const char *text, prompt_complete_fn *complete, void *arg)
{
  prepare();
  prompt.kind = kind;
  prompt.complete = complete;
  prompt.arg = arg;
  prompt.from = prompt.to = 0;
  prompt.left = 0;
  prompt.active = true;
  take_history(kind);
  rl_callback_handler_install("", accepted);
  rl_insert_text(text ? text : "");
}

void
prompt_end(void)
{
  if (!prompt.active)
    return;
  prompt.active = false;
  if (prompt.result != PROMPT_DONE)
    rl_callback_handler_remove();
  completion_release(&prompt.candidates);
  memset(&prompt.candidates, 0, sizeof prompt.candidates);
  free(prompt.histories[prompt.kind]);
  prompt.histories[prompt.kind] = history_get_history_state();
  prompt.result = PROMPT_GOES_ON;
  free(prompt.line);
  prompt.line = NULL;
}

const char *
prompt_text(void)
{
  return prompt.result == PROMPT_DONE && prompt.line ? prompt.line : rl_line_buffer ? rl_line_buffer : "";
}

/* ---- completion ---- */

static void
forget_candidates(void)
{
  completion_release(&prompt.candidates);
  memset(&prompt.candidates, 0, sizeof prompt.candidates);
}

static void
replace_word(const char *word, size_t n)
{
  char *copy = xstrndup(word, n);

  rl_delete_text((int)prompt.candidates.from, rl_point);
  rl_point = (int)prompt.candidates.from;
  rl_insert_text(copy);
  free(copy);
}

static size_t
common_length(const struct completion *c)
{
  size_t n = strlen(c->items[0].text);

  for (size_t i = 1; i < c->n; i++) {
    size_t k = 0;

    while (k < n && c->items[i].text[k] == c->items[0].text[k])
      k++;
    n = k;
  }
  while (n > 0 && ((unsigned char)c->items[0].text[n] & 0xc0) == 0x80)
    n--;
  return n;
}

/* The first Tab fills in what all candidates share and shows them, further ones step through them. */
static void
complete(int step)
{
  struct completion *c = &prompt.candidates;
  size_t n;

  if (!prompt.complete)
    return;
  if (c->n > 1) {
    prompt.chosen = prompt.chosen == c->n ? (step > 0 ? 0 : c->n - 1)
        : (prompt.chosen + c->n + (size_t)(step + (int)c->n)) % c->n;
    replace_word(c->items[prompt.chosen].text, strlen(c->items[prompt.chosen].text));
    return;
  }
  forget_candidates();
  prompt.complete(prompt.arg, rl_line_buffer, (size_t)rl_point, c);
  prompt.chosen = c->n;
  if (!c->n || c->from > (size_t)rl_point) {
    forget_candidates();
    return;
  }
  n = c->n == 1 ? strlen(c->items[0].text) : common_length(c);
  if (n >= (size_t)rl_point - c->from)
    replace_word(c->items[0].text, n);
  if (c->n == 1)
    forget_candidates();
}

/* ---- keys ---- */

static void
feed(const char *bytes, size_t n)
{
  if (n > sizeof prompt.queue)
    return;
  memcpy(prompt.queue, bytes, n);
  prompt.from = 0;
  prompt.to = n;
  while (prompt.from < prompt.to && prompt.result == PROMPT_GOES_ON)
    rl_callback_read_char();
}

static void
paste(const char *text, size_t n)
{
  char *line = xstrndup(text, n);

  for (char *s = line; *s; s++)
    if (*s == '\n' || *s == '\r' || *s == '\t')
      *s = ' ';
  rl_insert_text(line);
  free(line);
}

enum prompt_result
prompt_key(const struct key *k)
{
  char *before, bytes[8];
  size_t n = key_bytes(k, bytes);
  bool changed;

  prompt.result = PROMPT_GOES_ON;
  if (key_is(k, "Esc") || key_is(k, "C-c") || key_is(k, "C-g") || (key_is(k, "BS") && rl_end == 0))
    return PROMPT_CANCEL;
  before = xstrdup(rl_line_buffer);
  if (key_is(k, "Tab") || key_is(k, "S-Tab"))
    complete(key_is(k, "Tab") ? 1 : -1);
  else
    forget_candidates();
  if (k->code == K_PASTE)
    paste(k->text, k->n_text);
  else if (n && k->code != K_TAB)
    feed(bytes, n);
  changed = prompt.result == PROMPT_GOES_ON && strcmp(before, rl_line_buffer) != 0;
  free(before);
  if (prompt.result == PROMPT_DONE)
    keep_line(prompt.line);
  return changed ? PROMPT_CHANGED : prompt.result;
}

/* ---- drawing ---- */

static void
draw_candidates(struct canvas *c, struct area a, int row)
{
  const struct completion *k = &prompt.candidates;
  size_t rows = k->n < CANDIDATE_ROWS ? k->n : CANDIDATE_ROWS, first = 0;
  int width = 0;
  struct area box;

  if (k->n < 2 || row < (int)rows)
    return;
  if (prompt.chosen < k->n && prompt.chosen >= rows)
    first = prompt.chosen - rows + 1;
  for (size_t i = 0; i < k->n; i++) {
    int w = canvas_width(k->items[i].text, strlen(k->items[i].text));

    width = w > width ? w : width;
  }
  width = width > 30 ? 30 : width;
  box = area_rows(a, row - (int)rows, (int)rows);
  canvas_fill(c, box, STYLE_NORMAL);
  for (size_t i = 0; i < rows; i++) {
    const struct completion_item *item = &k->items[first + i];
    struct area line = area_rows(box, (int)i, 1);
    bool here = first + i == prompt.chosen;

    canvas_put(c, line, 0, 0, STYLE_KEY, here ? '>' : ' ');
    canvas_fit(c, line, 0, 2, width, here ? STYLE_BOLD : STYLE_NORMAL, item->text, strlen(item->text));
    canvas_str(c, line, 0, width + 4, STYLE_DIM, item->summary ? item->summary : "");
    if (here)
      canvas_light(c, line, LIT_HERE);
  }
  if (k->n > rows)
    canvas_printf(c, box, (int)rows - 1, a.cols - 12, STYLE_DIM, "%zu of %zu", first + rows, k->n);
}

void
prompt_draw(struct canvas *c, struct area a, int row, const char *sign, const char *note, int wrong)
{
  const char *text = prompt_text();
  size_t n = strlen(text);
  int note_cols = note && *note ? canvas_width(note, strlen(note)) + 2 : 0, end;
  int at = canvas_width(text, (size_t)rl_point);
  struct area line = area_rows(a, row, 1), field;

  if (note_cols > a.cols / 2) {
    int room = a.cols - canvas_width(text, n) - 4;

    note_cols = room > a.cols / 2 ? (note_cols < room ? note_cols : room) : a.cols / 2;
  }
  canvas_fill(c, line, STYLE_INPUT);
  canvas_str(c, line, 0, 0, STYLE_KEY, sign);
  field = area_cols(line, (int)strlen(sign), a.cols - (int)strlen(sign) - note_cols);
  if (at < prompt.left)
    prompt.left = at;
  if (at >= prompt.left + field.cols)
    prompt.left = at - field.cols + 1;
  end = canvas_part(c, field, 0, -prompt.left, STYLE_INPUT, text, n);
  if (bidi_needed(text, n)) {  /* the line itself is written from the left: it is a command, or a filter */
    canvas_order(c, field, 0, -prompt.left, end, false);
    at = c->logical ? at : canvas_seen(text, n, false, at, false);
  }
  if (wrong >= 0 && (size_t)wrong <= n)
    canvas_restyle(c, field, 0, canvas_width(text, (size_t)wrong) - prompt.left, field.cols, STYLE_ERROR);
  canvas_cursor(c, field, 0, at - prompt.left);
  if (note_cols)
    canvas_fit(c, line, 0, a.cols - note_cols + 1, note_cols - 1, wrong >= 0 ? STYLE_ERROR : STYLE_DIM, note,
               strlen(note));
  draw_candidates(c, a, row);
}
