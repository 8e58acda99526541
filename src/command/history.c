/* undo, redo, log. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "command/print.h"
#include "command/rows.h"
#include "store/project.h"

static int
walk(struct call *c, bool undo, struct err *e)
{
  double wanted = call_number(c, "count");
  struct buf out = BUF_INIT;
  int done = 0, r = 1;

  buf_addf(&out, "{\"%s\":[", undo ? "undone" : "redone");
  while (done < wanted && r == 1) {
    char *what = NULL;

    if (undo)
      r = project_undo(c->project, c->workbench ? UNDO_PERSON : UNDO_ANY, &what, e);
    else
      r = project_redo(c->project, &what, e);
    if (r == 1) {
      done++;
      if (!c->json)
        print_line(c, "%s", what);
      json_add_comma(&out);
      json_add_str(&out, what);
    } else if (r == 0 && done == 0) {
      r = err_set(e, ERR_FAIL, "%s", what);
    }
    free(what);
  }
  buf_adds(&out, "]}");
  if (c->json && r >= 0)
    print_json(c, &out);
  buf_release(&out);
  return r < 0 ? -1 : 0;
}

static int
run_undo(struct call *c, struct err *e)
{
  return walk(c, true, e);
}

static int
run_redo(struct call *c, struct err *e)
{
  return walk(c, false, e);
}

static void
log_json(struct call *c, const struct log_entry *l)
{
  struct buf out = BUF_INIT;

  buf_addc(&out, '{');
  json_add_field_int(&out, "id", l->id);
  json_add_field_int(&out, "at_ms", l->at_ms);
  json_add_field(&out, "kind", change_kind_names[l->kind]);
  json_add_field(&out, "actor", l->actor);
  json_add_field(&out, "summary", l->summary);
  json_add_field_int(&out, "samples", l->n);
  if (l->target)
    json_add_field_int(&out, "target", l->target);
  json_add_field_bool(&out, "undone", l->undone);
  buf_addc(&out, '}');
  print_json(c, &out);
  buf_release(&out);
}

static void
log_text(struct call *c, const struct log_entry *entries, size_t n)
{
  struct grid g;

  grid_init(&g, "change>|at|who|samples>|what");
  for (size_t i = 0; i < n; i++) {
    char at[32];

    clock_format(entries[i].at_ms, at, sizeof at);
    grid_cell(&g, "%u", entries[i].id);
    grid_cell(&g, "%s", at);
    grid_cell(&g, "%s", entries[i].actor);
    grid_cell(&g, "%u", entries[i].n);
    grid_cell(&g, "%s%s", entries[i].summary, entries[i].undone ? " (undone)" : "");
  }
  grid_print(&g, c);
  grid_release(&g);
}

static int
run_log(struct call *c, struct err *e)
{
  size_t n, limit = (size_t)call_number(c, "limit");
  struct log_entry *entries;

  if (limit == 0 && !c->json && !call_given(c, "limit"))
    limit = 50;
  if (project_log(c->project, 0, limit, &entries, &n, e) < 0)
    return -1;
  if (c->json)
    for (size_t i = 0; i < n && !print_broken(c); i++)
      log_json(c, &entries[i]);
  else
    log_text(c, entries, n);
  log_entries_free(entries, n);
  return 0;
}

static const struct option walk_options[] = {
  {.name = "count", .type = OPTION_INT, .min = 1, .max = 1000000, .fallback = "1", .argument = "N",
   .summary = "so many changes"},
  {.name = NULL},
};
static const struct option log_options[] = {
  {.name = "limit", .type = OPTION_INT, .min = 0, .max = 1e9, .argument = "N",
   .summary = "the newest N only; 0: all; without it, 50, or all as JSON"},
  {.name = NULL},
};
static const struct command_example undo_examples[] = {
  {"retort undo tickets.retort", "takes the last change back"},
  {NULL, NULL},
};
static const struct command_example redo_examples[] = {{"retort redo tickets.retort", "makes it again"}, {NULL, NULL}};
static const struct command_example log_examples[] = {
  {"retort log tickets.retort --limit 5", "the last five changes"},
  {"retort log tickets.retort --json", "all, as JSON lines"},
  {NULL, NULL},
};

const struct command command_undo = {
  .name = "undo", .arguments = "PROJECT", .summary = "takes changes of the corpus back",
  .text =
    "The newest change that is not undone, whoever made it (in the workbench: the newest that no job made). What a "
    "job added in a row is one change. Any change can be undone, also after a restart; redo makes it again. Labels, "
    "templates and teachers are no part of it.",
  .options = walk_options, .examples = undo_examples, .flags = COMMAND_PROJECT | COMMAND_WRITES | COMMAND_JSON,
  .run = run_undo,
};
const struct command command_redo = {
  .name = "redo", .arguments = "PROJECT", .summary = "makes undone changes again",
  .text = "The change that was undone last, as long as nothing else was changed since.",
  .options = walk_options, .examples = redo_examples, .flags = COMMAND_PROJECT | COMMAND_WRITES | COMMAND_JSON,
  .run = run_redo,
};
const struct command command_log = {
  .name = "log", .arguments = "PROJECT", .summary = "the changes of the corpus, newest first",
  .text =
    "Who changed what, when, and how many samples. With --json an object a line: id, at_ms (since 1970), kind, actor, "
    "summary, samples, undone.",
  .options = log_options, .examples = log_examples, .flags = COMMAND_PROJECT | COMMAND_JSON, .run = run_log,
};
