/* The workbench's side of the commands: a line in, what was printed out. */
#include <stdlib.h>
#include <string.h>

#include "command/rows.h"
#include "command/run.h"
#include "command/words.h"

static const struct command *
command_of_words(const struct words *w, struct err *e)
{
  const struct command *command = w->n ? command_find(w->v[0].text) : NULL;

  if (command && (command->flags & COMMAND_SHELL)) {
    err_set(e, ERR_INPUT, "'%s' is for the shell only", command->name);
    return NULL;
  }
  if (!command)
    command_unknown(w->n ? w->v[0].text : "", e);
  return command;
}

const struct command *
command_of_line(const char *line, struct err *e)
{
  const struct command *command = NULL;
  struct words w;

  if (words_split(&w, line, strlen(line), e) == 0)
    command = command_of_words(&w, e);
  words_release(&w);
  return command;
}

unsigned
command_line_flags(const char *line)
{
  const struct command *command;
  const struct command_verb *verb = NULL;
  struct words w;
  unsigned flags = 0;

  words_split(&w, line, strlen(line), NULL);
  command = command_of_words(&w, NULL);
  for (size_t i = 1; command && command->verbs && i < w.n && !verb; i++)
    for (const struct command_verb *v = command->verbs; v->name && !verb; v++)
      verb = strcmp(v->name, w.v[i].text) == 0 ? v : NULL;
  if (command)
    flags = command->flags | (verb ? verb->flags : 0);
  words_release(&w);
  return flags;
}

static int
run_words(const struct command_environment *env, const struct command *command, const struct words *w, FILE *out,
          struct err *e)
{
  const char **words = xcalloc(w->n, sizeof *words);
  struct call c;
  int r;

  for (size_t i = 1; i < w->n; i++)
    words[i - 1] = w->v[i].text;
  call_init(&c, command);
  c.out = out;
  c.workbench = true;
  c.project = env->project;
  c.stop = env->stop;
  c.screen = env->screen;
  c.screen_arg = env->screen_arg;
  r = call_parse(&c, words, w->n - 1, e);
  if (!c.quiet) {
    c.progress.tell = env->progress;
    c.progress.arg = env->arg;
  }
  if (r == 0)
    r = run_call(&c, e);
  call_release(&c);
  free(words);
  return r;
}

int
command_line(const struct command_environment *env, const char *line, char **output, size_t *n, struct err *e)
{
  const struct command *command;
  struct err own = {0};
  struct words w;
  FILE *out;
  int r = -1;

  e = e ? e : &own;
  err_clear(e);
  *output = NULL;
  *n = 0;
  out = open_memstream(output, n);
  ensure(out);
  if (words_split(&w, line, strlen(line), e) == 0 && (command = command_of_words(&w, e)))
    r = run_words(env, command, &w, out, e);
  words_release(&w);
  fclose(out);
  return r == 0 ? 0 : (int)e->code;
}
