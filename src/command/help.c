/* `retort help`: pages of the command table, as text or as man pages, and the examples that `make check` runs. */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "command/page.h"
#include "command/rows.h"
#include "command/topic.h"

/* The short page: what one sees after `retort` without arguments. */
static void
overview(int columns, struct buf *out)
{
  struct page p;

  buf_adds(out, "retort: training data from large language models for small text models, and was it worth it?\n\n"
                "  retort PROJECT                        opens the workbench\n"
                "  retort COMMAND PROJECT [options]      does one thing and ends\n"
                "  retort help COMMAND|TOPIC             shows a page\n\n");
  page_of_topic(&p, topic_find("commands"));
  for (size_t i = 0; i < p.n; i++)
    if (p.v[i].kind == BLOCK_ITEM)
      buf_addf(out, "  %-12s%s\n", p.v[i].term, p.v[i].text);
  page_release(&p);
  buf_adds(out, "\nTopics:");
  for (const struct topic *t = topics; t->name; t++)
    buf_addf(out, " %s", t->name);
  buf_adds(out, "\nBegin with:\n  retort new tickets.retort --from support-tickets\n");
  (void)columns;
}

static int
page_named(const char *name, struct page *p, struct err *e)
{
  const struct command *command = command_find(name);
  const struct topic *topic = topic_find(name);

  if (command)
    page_of_command(p, command);
  else if (strcmp(name, "retort") == 0)
    page_of_program(p);
  else if (topic)
    page_of_topic(p, topic);
  else
    return command_unknown(name, e);
  return 0;
}

int
command_help(const char *name, int columns, struct buf *out, struct err *e)
{
  struct page p;

  if (!name) {
    overview(columns, out);
    return 0;
  }
  if (page_named(name, &p, e) < 0)
    return -1;
  page_text(&p, columns, out);
  page_release(&p);
  if (command_find(name) && topic_find(name)) {   /* `filter` is both */
    page_of_topic(&p, topic_find(name));
    page_text(&p, columns, out);
    page_release(&p);
  }
  return 0;
}

static int
print_roff(struct call *c, const char *name, struct err *e)
{
  struct buf out = BUF_INIT;
  struct page p;

  if (page_named(name, &p, e) < 0)
    return -1;
  page_roff(&p, &out);
  fwrite(buf_str(&out), 1, out.n, c->out);
  page_release(&p);
  buf_release(&out);
  return 0;
}

static void
print_names(struct call *c)
{
  for (size_t i = 0; commands[i]; i++)
    fprintf(c->out, "%s\n", commands[i]->name);
}

static void
print_examples(struct call *c)
{
  for (size_t i = 0; commands[i]; i++)
    for (const struct command_example *x = commands[i]->examples; x && x->line; x++)
      fprintf(c->out, "%s\n", x->line);
}

static int
run(struct call *c, struct err *e)
{
  struct buf out = BUF_INIT;
  struct winsize size;
  int columns = 80, r;

  if (call_flag(c, "examples")) {
    print_examples(c);
    return 0;
  }
  if (call_flag(c, "names")) {
    print_names(c);
    return 0;
  }
  if (call_flag(c, "roff"))
    return print_roff(c, c->n_args ? c->args[0] : "retort", e);
  if (c->terminal && ioctl(fileno(c->out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    columns = size.ws_col;
  r = command_help(c->n_args ? c->args[0] : NULL, columns, &out, e);
  fwrite(buf_str(&out), 1, out.n, c->out);
  buf_release(&out);
  return r;
}

static const struct option options[] = {
  {.name = "roff", .type = OPTION_FLAG, .summary = "print the page as a man page"},
  {.name = "examples", .type = OPTION_FLAG, .summary = "print the examples of all commands, one a line"},
  {.name = "names", .type = OPTION_FLAG, .summary = "print the names of all commands, one a line"},
  {.name = NULL},
};

static const struct command_example examples[] = {
  {"retort help generate", "shows the page of generate"},
  {"retort help filter", "shows the filter language"},
  {NULL, NULL},
};

const struct command command_help_row = {
  .name = "help",
  .arguments = "[COMMAND|TOPIC]",
  .summary = "shows a page of the manual",
  .text =
    "Without a name it lists the commands and topics. The pages are made from the table that the commands themselves "
    "are made from, and are the same as the man pages.",
  .options = options,
  .examples = examples,
  .run = run,
};
