#include "command/call.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "command/columns.h"

const struct option command_common_options[] = {
  {.name = "json", .type = OPTION_FLAG, .summary = "print JSON and nothing else on standard output"},
  {.name = "quiet", .type = OPTION_FLAG, .summary = "no progress and no remarks on standard error"},
  {.name = "help", .type = OPTION_FLAG, .summary = "show this page and end"},
  {.name = NULL},
};

const struct call_short call_shorts[] = {{'o', "output"}, {'q', "quiet"}, {'h', "help"}, {0, NULL}};

void
call_init(struct call *c, const struct command *command)
{
  *c = (struct call){.command = command};
  arena_init(&c->arena);
  progress_init(&c->progress);
}

void
call_release(struct call *c)
{
  free(c->args);
  free(c->values);
  columns_free(c->columns);
  arena_release(&c->arena);
}

const struct option *
call_option(const struct command *command, const char *name)
{
  const struct option *o = option_find(command->options, name), *table;

  if (!o && (strcmp(name, "json") != 0 || (command->flags & COMMAND_JSON)))
    o = option_find(command_common_options, name);
  for (size_t i = 0; !o && command->more && (table = command->more(i, &(const char *){NULL})); i++)
    o = option_find(table, name);
  return o;
}

void
call_arity(const char *arguments, size_t *min, size_t *max)
{
  *min = *max = 0;
  for (const char *s = arguments; s && *s;) {
    size_t n = strcspn(s, " ");

    if (*s != '[')
      ++*min;
    if (n >= 3 && (strncmp(s + n - 3, "...", 3) == 0 || (n >= 4 && strncmp(s + n - 4, "...]", 4) == 0)))
      *max = SIZE_MAX;
    else if (*max != SIZE_MAX)
      ++*max;
    s += n;
    s += strspn(s, " ");
  }
}

/* The argument string without the leading word PROJECT. */
static const char *
own_arguments(const struct command *command)
{
  const char *s = command->arguments;

  if (!(command->flags & COMMAND_PROJECT))
    return s;
  s += strcspn(s, " ");
  return s + strspn(s, " ");
}

void
call_usage(const struct command *command, const struct command_verb *verb, bool workbench, struct buf *out)
{
  const char *arguments = verb ? verb->arguments : own_arguments(command);

  buf_addf(out, "%s%s", workbench ? ":" : "retort ", command->name);
  if ((command->flags & COMMAND_PROJECT) && !workbench)
    buf_addf(out, " %.*s", (int)strcspn(command->arguments, " "), command->arguments);
  if (verb)
    buf_addf(out, " %s", verb->name);
  if (*arguments)
    buf_addf(out, " %s", arguments);
  if (command->options && command->options->name)
    buf_adds(out, " [options]");
}

static int
usage_error(const struct call *c, const char *what, const char *word, struct err *e)
{
  struct buf usage = BUF_INIT;

  call_usage(c->command, c->verb, c->workbench, &usage);
  err_set(e, ERR_INPUT, "'%s' %s%s%.200s%s (usage: %s)", c->command->name, what, word ? " '" : "", word ? word : "",
          word ? "'" : "", buf_str(&usage));
  buf_release(&usage);
  return -1;
}

static int
unknown_option(const struct call *c, const char *name, struct err *e)
{
  const char *names[256], *nearest;
  const struct option *table;
  size_t n = 0;

  for (const struct option *o = c->command->options; o && o->name && n < N_OF(names); o++)
    names[n++] = o->name;
  for (const struct option *o = command_common_options; o->name && n < N_OF(names); o++)
    names[n++] = o->name;
  for (size_t i = 0; c->command->more && (table = c->command->more(i, &(const char *){NULL})); i++)
    for (const struct option *o = table; o->name && n < N_OF(names); o++)
      names[n++] = o->name;
  nearest = nearest_of(name, names, n);
  if (nearest)
    return err_set(e, ERR_INPUT, "'%s' has no option '--%.100s' (did you mean '--%s'?)", c->command->name, name,
                   nearest);
  return err_set(e, ERR_INPUT, "'%s' has no option '--%.100s' (see 'retort help %s')", c->command->name, name,
                 c->command->name);
}

static int
add_value(struct call *c, const struct option *o, const char *text, struct err *e)
{
  struct call_value v = {.option = o, .text = text};

  if (option_check(o, text, &v.number, e) < 0)
    return -1;
  GROW(c->values, c->cap_values, c->n_values + 1);
  c->values[c->n_values++] = v;
  return 0;
}

/* The long name of "-o", or NULL. */
static const char *
long_name(const char *word)
{
  for (const struct call_short *s = call_shorts; s->letter; s++)
    if (word[1] == s->letter && !word[2])
      return s->name;
  return NULL;
}

/* One option at words[*i], with its value. */
static int
take_option(struct call *c, const char *const *words, size_t n, size_t *i, struct err *e)
{
  const char *word = words[*i], *equal = strchr(word, '='), *name, *next;
  const struct option *o;

  if (word[1] == '-')
    name = arena_strndup(&c->arena, word + 2, equal ? (size_t)(equal - word - 2) : strlen(word + 2));
  else
    name = long_name(word);
  if (!name)
    return err_set(e, ERR_INPUT, "'%s' has no option '%.100s' (see 'retort help %s')", c->command->name, word,
                   c->command->name);
  o = call_option(c->command, name);
  if (!o)
    return unknown_option(c, name, e);
  if (o->type == OPTION_FLAG) {
    if (equal)
      return err_set(e, ERR_INPUT, "option '--%s' takes no value", name);
    return add_value(c, o, "1", e);
  }
  if (equal && word[1] == '-')
    return add_value(c, o, equal + 1, e);
  next = *i + 1 < n ? words[*i + 1] : NULL;
  if (!next || (strncmp(next, "--", 2) == 0 && next[2] && call_option(c->command, next + 2)))
    return err_set(e, ERR_INPUT, "option '--%s' needs a value: %s", name, o->argument ? o->argument : "VALUE");
  return add_value(c, o, words[++*i], e);
}

static int
take_verb(struct call *c, struct err *e)
{
  const char *names[64], *nearest;
  size_t n = 0;

  if (c->n_args == 0)
    return usage_error(c, "needs more words", NULL, e);
  for (const struct command_verb *v = c->command->verbs; v->name; v++) {
    if (strcmp(v->name, c->args[0]) == 0)
      c->verb = v;
    if (n < N_OF(names))
      names[n++] = v->name;
  }
  if (!c->verb) {
    nearest = nearest_of(c->args[0], names, n);
    if (nearest)
      return err_set(e, ERR_INPUT, "'%s' cannot '%.100s' (did you mean '%s'?)", c->command->name, c->args[0], nearest);
    return usage_error(c, "cannot", c->args[0], e);
  }
  memmove(c->args, c->args + 1, --c->n_args * sizeof *c->args);
  return 0;
}

static int
check_arity(struct call *c, struct err *e)
{
  size_t min, max;

  if (c->command->verbs && take_verb(c, e) < 0)
    return -1;
  call_arity(c->verb ? c->verb->arguments : own_arguments(c->command), &min, &max);
  if (c->n_args < min)
    return usage_error(c, "needs more words", NULL, e);
  if (c->n_args > max)
    return usage_error(c, "does not take", c->args[max], e);
  return 0;
}

int
call_parse(struct call *c, const char *const *words, size_t n, struct err *e)
{
  bool options_end = false;

  c->args = xcalloc(n + 1, sizeof *c->args);
  for (size_t i = 0; i < n; i++) {
    if (!options_end && strcmp(words[i], "--") == 0)
      options_end = true;
    else if (!options_end && words[i][0] == '-' && words[i][1]) {
      if (take_option(c, words, n, &i, e) < 0)
        return -1;
    } else {
      c->args[c->n_args++] = words[i];
    }
  }
  c->help = call_flag(c, "help");
  c->quiet = call_flag(c, "quiet");
  c->json = (c->command->flags & COMMAND_JSON) && call_flag(c, "json");
  if (c->help)
    return 0;
  for (size_t i = 0; i < c->n_values; i++)
    if (!c->values[i].option->many && c->values[i].option->type != OPTION_FLAG
        && call_count(c, c->values[i].option->name) > 1)
      return err_set(e, ERR_INPUT, "option '--%s' is given twice", c->values[i].option->name);
  if ((c->command->flags & COMMAND_PROJECT) && !c->workbench) {
    if (c->n_args == 0)
      return usage_error(c, "needs a project", NULL, e);
    c->path = c->args[0];
    memmove(c->args, c->args + 1, --c->n_args * sizeof *c->args);
  }
  return check_arity(c, e);
}

static const struct call_value *
last_value(const struct call *c, const char *option)
{
  for (size_t i = c->n_values; i-- > 0;)
    if (strcmp(c->values[i].option->name, option) == 0)
      return &c->values[i];
  return NULL;
}

bool
call_given(const struct call *c, const char *option)
{
  return last_value(c, option) != NULL;
}

const char *
call_text(const struct call *c, const char *option)
{
  const struct call_value *v = last_value(c, option);
  const struct option *o = v ? v->option : call_option(c->command, option);

  ensure(o);
  return v ? v->text : o->fallback;
}

double
call_number(const struct call *c, const char *option)
{
  const struct call_value *v = last_value(c, option);
  const struct option *o = v ? v->option : call_option(c->command, option);

  ensure(o);
  return v ? v->number : option_default(o);
}

bool
call_flag(const struct call *c, const char *option)
{
  const struct call_value *v = last_value(c, option);

  return v && v->number != 0;
}

size_t
call_count(const struct call *c, const char *option)
{
  size_t n = 0;

  for (size_t i = 0; i < c->n_values; i++)
    n += strcmp(c->values[i].option->name, option) == 0;
  return n;
}

const char *
call_each(const struct call *c, const char *option, size_t i)
{
  for (size_t k = 0; k < c->n_values; k++)
    if (strcmp(c->values[k].option->name, option) == 0 && i-- == 0)
      return c->values[k].text;
  return NULL;
}
