/* screenshot: the workbench's screen as a file. */
#include <string.h>

#include "base/io.h"
#include "command/rows.h"

static const char *const endings[] = {".svg", ".txt"};

/* NULL: it is none that a picture can have. */
static const char *
ending_of(const char *path)
{
  size_t n = strlen(path);

  for (size_t i = 0; i < N_OF(endings); i++) {
    size_t length = strlen(endings[i]);

    if (n > length && strcmp(path + n - length, endings[i]) == 0 && path[n - length - 1] != '/')
      return endings[i];
  }
  return NULL;
}

static int
run(struct call *c, struct err *e)
{
  const char *path = c->args[0], *ending = ending_of(path);
  struct buf picture = BUF_INIT;
  int r;

  if (!c->screen)
    return err_set(e, ERR_INPUT, "screenshot is for the workbench: there is no screen here (retort PROJECT, then "
                   ":screenshot FILE.svg)");
  if (!ending)
    return err_set(e, ERR_INPUT, "the name of a screenshot ends in .svg or .txt, not as '%.300s'", path);
  c->screen(c->screen_arg, strcmp(ending, ".svg") == 0, &picture);
  r = io_write_file(path, buf_str(&picture), picture.n, e);
  buf_release(&picture);
  if (r == 0)
    fprintf(c->out, "the screen is in %s\n", path);
  return r;
}

static const struct command_example examples[] = {
  {":screenshot compare.svg", "the screen as a picture"},
  {":screenshot compare.txt", "as plain text, for a mail"},
  {NULL, NULL},
};

const struct command command_screenshot = {
  .name = "screenshot",
  .arguments = "FILE",
  .summary = "writes the workbench's screen to a file, as a picture or as text",
  .text =
    "The screen as it was when the command line was opened: all of it, whatever view or page stands on it. Where : types "
    "(in a form, a menu, an editor) M-: opens the command line.\n\n"
    "An .svg holds the text as text and needs no font of its own: lines and charts are drawn, and every character stands "
    "in its cell. It is dark, and light for readers who prefer that. A .txt has the rows as they stand, without colours. "
    "A file that exists is replaced, whole or not at all.\n\n"
    "It works in the workbench only.",
  .examples = examples,
  .flags = COMMAND_SCREEN,
  .run = run,
};
