/* reparse: stored replies read and filtered again. */
#include <stdlib.h>

#include "command/names.h"
#include "command/print.h"
#include "command/rows.h"
#include "generate/reparse.h"

static void
add_counts(struct buf *out, const char *key, const size_t *counts)
{
  json_add_key(out, key);
  buf_addc(out, '{');
  for (int i = 0; i < N_DROP_REASONS; i++)
    if (counts[i])
      json_add_field_int(out, drop_defs[i].name, (int64_t)counts[i]);
  buf_addc(out, '}');
}

static void
print_json_result(struct call *c, const struct reparse_result *r, bool dry_run)
{
  struct buf out = BUF_INIT;

  buf_addc(&out, '{');
  json_add_field_bool(&out, "dry_run", dry_run);
  json_add_field_int(&out, "jobs", (int64_t)r->n_jobs);
  json_add_field_int(&out, "replies", (int64_t)r->n_replies);
  json_add_field_int(&out, "kept", (int64_t)r->kept);
  add_counts(&out, "before", r->before);
  add_counts(&out, "after", r->after);
  buf_addc(&out, '}');
  print_json(c, &out);
  buf_release(&out);
}

static void
print_result(struct call *c, const struct reparse_result *r, bool dry_run)
{
  struct grid g;
  bool any = false;

  print_line(c, "%zu replies of %zu job%s read again: %zu new sample%s%s", r->n_replies, r->n_jobs,
             r->n_jobs == 1 ? "" : "s", r->kept, r->kept == 1 ? "" : "s", dry_run ? " would come in" : "");
  grid_init(&g, "dropped|before>|after>|why");
  for (int i = 0; i < N_DROP_REASONS; i++)
    if (r->before[i] || r->after[i]) {
      grid_cell(&g, "%s", drop_defs[i].name);
      grid_cell(&g, "%zu", r->before[i]);
      grid_cell(&g, "%zu", r->after[i]);
      grid_cell(&g, "%s", drop_defs[i].help);
      any = true;
    }
  if (any)
    grid_print(&g, c);
  grid_release(&g);
}

static int
run(struct call *c, struct err *e)
{
  struct reparse_options o = {.job_id = (uint32_t)call_number(c, "job"), .dry_run = call_flag(c, "dry-run"),
                              .stop = c->stop};
  struct template_row row = {0};
  struct reparse_result result;
  int r = 0;

  if (call_given(c, "template")) {
    r = names_template(c, call_text(c, "template"), &row, e);
    o.template_name = row.name;
    o.template_version = row.version;
  }
  if (r == 0)
    r = reparse_run(c->project, &o, &result, e);
  if (r == 0 && c->json)
    print_json_result(c, &result, o.dry_run);
  else if (r == 0)
    print_result(c, &result, o.dry_run);
  template_row_release(&row);
  return r;
}

static const struct option options[] = {
  {.name = "job", .type = OPTION_INT, .min = 0, .max = 4294967295.0, .fallback = "0", .argument = "N",
   .summary = "only the replies of this job; 0: of all that wrote texts"},
  {.name = "template", .type = OPTION_TEMPLATE, .argument = "NAME",
   .summary = "by the filters of this template; else of each job's own, in its newest version"},
  {.name = "dry-run", .type = OPTION_FLAG, .summary = "only say what would come in, and why the rest would not"},
  {.name = NULL},
};

static const struct command_example examples[] = {
  {"retort reparse tickets.retort --dry-run", "what would come in by the present rules?"},
  {"retort reparse tickets.retort --template support-tickets --json", "by the filters of one template; counts as JSON"},
  {NULL, NULL},
};

const struct command command_reparse = {
  .name = "reparse",
  .arguments = "PROJECT",
  .summary = "reads and filters stored replies again, asking nobody",
  .text =
    "Every reply is kept as it came. After a template's filters were changed (a new version with other limits), or "
    "with a newer program, this reads them again: texts that were dropped and now pass come in, replies that could not "
    "be read and now can are read, and what stays out has its present reason (retort dropped). Nothing is sent and "
    "nothing is paid.\n\n"
    "Samples that stand stay as they are, whether or not they would pass now; those that a person took back by undo "
    "stay away. What comes in is one change, which undo takes back: then the texts are dropped texts again.\n\n"
    "The JSON has the replies and jobs looked at, kept (new samples), and before and after: how many texts were "
    "dropped, and are, for each reason; parse counts replies.",
  .options = options,
  .examples = examples,
  .flags = COMMAND_PROJECT | COMMAND_WRITES | COMMAND_LONG | COMMAND_JSON,
  .run = run,
};
