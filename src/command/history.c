/* undo, redo, log. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "command/print.h"
#include "command/rows.h"
#include "store/project.h"

#define LIMIT 50u  /* lines for a person, if not said otherwise */
#define SHOWN 20u  /* lines of what was undone */

static void
tell(void *arg, double done, double total)
{
  struct call *c = arg;

  progress_total(&c->progress, total);
  progress_set(&c->progress, done, NULL);
}

static void
walked_json(struct call *c, bool redo, const struct project_walked *walked)
{
  struct buf out = BUF_INIT;

  buf_addf(&out, "{\"%s\":[", redo ? "redone" : "undone");
  for (size_t i = 0; i < walked->n; i++) {
    json_add_comma(&out);
    json_add_str(&out, walked->what[i]);
  }
  buf_addc(&out, ']');
  json_add_field_int(&out, "changes", (int64_t)walked->n_changes);
  buf_addc(&out, '}');
  print_json(c, &out);
  buf_release(&out);
}

static void
walked_text(struct call *c, const struct project_walked *walked)
{
  size_t shown = walked->n > SHOWN ? SHOWN - 1 : walked->n;

  for (size_t i = 0; i < shown; i++)
    print_line(c, "%s", walked->what[i]);
  if (shown < walked->n)
    print_line(c, "and %zu more", walked->n - shown);
}

/* What the options ask for: so many, all, or until a change. */
static int
read_way(struct call *c, struct project_way *way, struct err *e)
{
  int given = call_given(c, "count") + call_given(c, "to") + call_flag(c, "all");

  if (given > 1)
    return err_set(e, ERR_INPUT, "'%s' takes one of --count, --to and --all", c->command->name);
  if (call_given(c, "to"))
    way->to = (uint32_t)call_number(c, "to");
  else if (call_flag(c, "all"))
    way->to = way->redo ? PROJECT_NEWEST : 0;
  else
    way->count = call_given(c, "count") ? (size_t)call_number(c, "count") : 1;
  return 0;
}

static int
walk(struct call *c, bool redo, struct err *e)
{
  struct project_way way = {.redo = redo, .scope = c->workbench ? UNDO_PERSON : UNDO_ANY, .stop = c->stop,
                            .tell = tell, .arg = c};
  struct project_walked walked;
  int r;

  if (read_way(c, &way, e) < 0)
    return -1;
  progress_begin(&c->progress, redo ? "redoing" : "undoing", "steps", 0);
  r = project_walk(c->project, &way, &walked, e);
  progress_end(&c->progress);
  if (r == 0 && way.count)
    r = err_set(e, ERR_FAIL, "nothing to %s", redo ? "redo" : "undo");
  if (r >= 0 && c->json)
    walked_json(c, redo, &walked);
  else if (r > 0)
    walked_text(c, &walked);
  else if (r == 0)
    print_line(c, "the corpus stands there already");
  project_walked_release(&walked);
  return r < 0 ? -1 : 0;
}

static int
run_undo(struct call *c, struct err *e)
{
  return walk(c, false, e);
}

/* redo --change N: as a new change, since the way there is cut off. */
static int
again(struct call *c, struct err *e)
{
  bool dry = call_flag(c, "dry-run");
  struct project_again done;
  struct buf out = BUF_INIT;

  if (call_given(c, "count") || call_given(c, "to") || call_flag(c, "all"))
    return err_set(e, ERR_INPUT, "'redo' takes one of --change, --count, --to and --all");
  if (project_again(c->project, (uint32_t)call_number(c, "change"), dry, &done, e) < 0)
    return -1;
  if (c->json) {
    buf_addc(&out, '{');
    json_add_field_int(&out, dry ? "would_change" : "changed", (int64_t)done.n);
    json_add_field_int(&out, "left", (int64_t)done.n_left);
    buf_addc(&out, '}');
    print_json(c, &out);
  } else {
    print_line(c, "%s %zu sample%s (%s)", dry ? "would change" : "changed", done.n, done.n == 1 ? "" : "s", done.what);
    if (done.n_left)
      print_line(c, "left %zu value%s that %s not what the change started from any more", done.n_left,
                 done.n_left == 1 ? "" : "s", done.n_left == 1 ? "is" : "are");
  }
  buf_release(&out);
  free(done.what);
  return 0;
}

static int
run_redo(struct call *c, struct err *e)
{
  if (call_flag(c, "dry-run") && !call_given(c, "change"))
    return err_set(e, ERR_INPUT, "'--dry-run' goes with --change");
  return call_given(c, "change") ? again(c, e) : walk(c, true, e);
}

/* ---- log */

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

/* ---- log --change: what one change did */

static void
row_json(struct call *c, const struct log_row *row)
{
  struct buf out = BUF_INIT;

  buf_addc(&out, '{');
  json_add_field_int(&out, "id", row->id);
  json_add_field(&out, "field", field_defs[row->field].name);
  json_add_field(&out, "before", row->before);
  json_add_field(&out, "after", row->after);
  buf_addc(&out, '}');
  print_json(c, &out);
  buf_release(&out);
}

static void
rows_text(struct call *c, const struct log_entry *l, const struct log_row *rows, size_t n)
{
  char at[32];
  struct grid g;

  clock_format(l->at_ms, at, sizeof at);
  print_line(c, "%s  %s  %s%s", at, l->actor, l->summary, l->undone ? " (undone)" : "");
  grid_init(&g, "sample>|field|before|after");
  for (size_t i = 0; i < n; i++) {
    grid_cell(&g, "%u", rows[i].id);
    grid_cell(&g, "%s", field_defs[rows[i].field].name);
    grid_cell_cut(&g, 60, rows[i].before ? rows[i].before : "");
    grid_cell_cut(&g, 1000, rows[i].after ? rows[i].after : "");
  }
  if (n)
    grid_print(&g, c);
  grid_release(&g);
}

static int
log_change(struct call *c, struct err *e)
{
  uint32_t change = (uint32_t)call_number(c, "change");
  size_t n = 0, n_rows = 0, limit = (size_t)call_number(c, "limit");
  struct log_entry *l = NULL;
  struct log_row *rows = NULL;
  int r = project_log(c->project, change + 1, 1, &l, &n, e);

  if (limit == 0 && !c->json && !call_given(c, "limit"))
    limit = LIMIT;
  if (r == 0 && (n == 0 || l->id != change))
    r = err_set(e, ERR_INPUT, "there is no change %u (retort log %s shows them)", change, project_path(c->project));
  if (r == 0)
    r = project_log_rows(c->project, change, limit, &rows, &n_rows, e);
  if (r == 0 && c->json)
    for (size_t i = 0; i < n_rows && !print_broken(c); i++)
      row_json(c, &rows[i]);
  else if (r == 0)
    rows_text(c, l, rows, n_rows);
  log_rows_free(rows, n_rows);
  log_entries_free(l, n);
  return r;
}

static int
run_log(struct call *c, struct err *e)
{
  size_t n, limit = (size_t)call_number(c, "limit");
  struct log_entry *entries;

  if (call_given(c, "change"))
    return log_change(c, e);
  if (limit == 0 && !c->json && !call_given(c, "limit"))
    limit = LIMIT;
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

static const struct option undo_options[] = {
  {.name = "count", .type = OPTION_INT, .min = 1, .max = 1e9, .argument = "N",
   .summary = "so many changes; without any of these, one"},
  {.name = "to", .type = OPTION_INT, .min = 1, .max = 4294967294.0, .argument = "N",
   .summary = "all that came after change N (its number in the log)"},
  {.name = "all", .type = OPTION_FLAG, .summary = "all there are"},
  {.name = NULL},
};
static const struct option redo_options[] = {
  {.name = "count", .type = OPTION_INT, .min = 1, .max = 1e9, .argument = "N",
   .summary = "so many changes; without any of these, one"},
  {.name = "to", .type = OPTION_INT, .min = 1, .max = 4294967294.0, .argument = "N",
   .summary = "until change N is made again, and it too"},
  {.name = "all", .type = OPTION_FLAG, .summary = "all that are undone"},
  {.name = "change", .type = OPTION_INT, .min = 1, .max = 4294967294.0, .argument = "N",
   .summary = "change N alone, which redo does not reach any more, where it still fits"},
  {.name = "dry-run", .type = OPTION_FLAG, .summary = "with --change: only say how many samples would change"},
  {.name = NULL},
};
static const struct option log_options[] = {
  {.name = "limit", .type = OPTION_INT, .min = 0, .max = 1e9, .argument = "N",
   .summary = "the newest N only; 0: all; without it, 50, or all as JSON"},
  {.name = "change", .type = OPTION_INT, .min = 1, .max = 4294967294.0, .argument = "N",
   .summary = "what change N did: samples, fields, values before and after"},
  {.name = NULL},
};
static const struct command_example undo_examples[] = {
  {"retort undo tickets.retort", "takes the last change back"},
  {"retort undo tickets.retort --to 3", "goes back to the state right after change 3"},
  {NULL, NULL},
};
static const struct command_example redo_examples[] = {
  {"retort redo tickets.retort --count 2", "makes two of them again"},
  {"retort redo tickets.retort --all", "comes forward to the newest change"},
  {NULL, NULL},
};
static const struct command_example log_examples[] = {
  {"retort log tickets.retort --limit 5", "the last five changes"},
  {"retort log tickets.retort --json", "all, as JSON lines"},
  {"retort log tickets.retort --change 3", "what one of them did"},
  {NULL, NULL},
};

#define WALK_FLAGS (COMMAND_PROJECT | COMMAND_WRITES | COMMAND_JSON)

const struct command command_undo = {
  .name = "undo", .arguments = "PROJECT", .summary = "takes changes of the corpus back",
  .text =
    "The newest change that is not undone, whoever made it (in the workbench: the newest that no job made). What a "
    "job added in a row is one change. Any change can be undone, also after a restart; redo makes it again. Labels, "
    "templates and teachers are no part of it.\n\n"
    "With --to N everything newer than change N is undone, jobs' changes too: the corpus is as it was right after it. "
    "Look, and come forward again with redo --all. However many changes it is, they are undone together or not at all; "
    "a change of a person is not undone if a job changed the same values after it and stays.\n\n"
    "JSON: {\"undone\": [what], \"changes\": N}.",
  .options = undo_options, .examples = undo_examples, .flags = WALK_FLAGS, .run = run_undo,
};
const struct command command_redo = {
  .name = "redo", .arguments = "PROJECT", .summary = "makes undone changes again",
  .text =
    "The change that was undone last, as long as nothing else was changed since (what jobs do stands beside it and "
    "does not count). With --to N as many as it takes until change N is made again, with --all all of them.\n\n"
    "What was undone before something else was changed is still in the log. --change N makes one such change again, as "
    "a new change, in the values that are now what they were before it; values that have moved on are left and "
    "counted.\n\n"
    "JSON: {\"redone\": [what], \"changes\": N}; with --change {\"changed\": samples, \"left\": values}.",
  .options = redo_options, .examples = redo_examples, .flags = WALK_FLAGS, .run = run_redo,
};
const struct command command_log = {
  .name = "log", .arguments = "PROJECT", .summary = "the changes of the corpus, newest first",
  .text =
    "Who changed what, when, and how many samples. With --json an object a line: id, at_ms (since 1970), kind, actor, "
    "summary, samples, undone.\n\n"
    "With --change N what that change did, a line for each value, in JSON {\"id\": sample, \"field\", \"before\", "
    "\"after\"}. Of samples that were added it shows the text that they have now; of an undo or redo what it did.",
  .options = log_options, .examples = log_examples, .flags = COMMAND_PROJECT | COMMAND_JSON, .run = run_log,
};
